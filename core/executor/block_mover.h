/* block_mover.h - copies what executors hold to others, beside their tasks.
 *
 *   replenish   an executor has been lost: blocks of persisted RDDs of which copies are left get as
 *               many again as their level says       spark.storage.replication.proactive
 *   empty       one is being decommissioned: its map outputs and its blocks go to the others
 *               spark.decommission.enabled, spark.storage.decommission.enabled and, for each of the
 *               two kinds, .shuffleBlocks.enabled and .rddBlocks.enabled
 *
 * One thread does it, which starts when there is first something to do.  In virtual time whoever
 * asks does it himself: what is where must not depend on how fast a thread is.
 *
 * Ownership:  the executor set's.
 * Threads:    any.
 * Mirrors:    org.apache.spark.storage.BlockManagerDecommissioner, and the replication by
 *             BlockManagerMasterEndpoint.removeBlockManager.
 */
#pragma once

#include "core/executor/executor_set.h"

RushBlockMover *rush_block_mover_new (RushExecutorSet *executors, const RushConf *conf,
                                      gboolean at_once);
void rush_block_mover_free (RushBlockMover *self); /* stops it first */
/* Nothing is copied any more when it returns; what was waiting is forgotten. */
void rush_block_mover_stop (RushBlockMover *self);

void rush_block_mover_replenish (RushBlockMover *self);

/* Whether there is anything that empty () would move, according to the configuration. */
gboolean rush_block_mover_empties (const RushBlockMover *self);
/* Who is told, on the thread that moves. */
typedef struct
{
  /* The output can be read on that executor as well. */
  void (*moved) (gpointer data, const RushMapOutputId *id, const char *executor_id);
  /* All has been tried; optional. */
  void (*emptied) (gpointer data, RushLocalExecutor *executor);
  gpointer data;
} RushMoveListener;
/* May be asked more than once, as what runs there goes on to write; what has been copied before is
 * told of again. */
void rush_block_mover_empty (RushBlockMover *self, RushLocalExecutor *executor,
                             const RushMoveListener *listener);

/* Whoever removes a shuffle or an RDD everywhere does so between these two: else a copy might be
 * made where it has just been removed. */
void rush_block_mover_hold (RushBlockMover *self);
void rush_block_mover_go_on (RushBlockMover *self);
