/* persistence.h - what is computed once and kept: storage levels and checkpoints of an RDD.
 *
 *   persisted      its partitions are kept by the executors that compute them, as long as there is
 *                  room for them; the lineage stays, and what is lost is computed again
 *   checkpointed   its partitions stand in files (or, local, in blocks), and the lineage before it
 *                  is cut off: an iterative program does not grow
 *
 * Threads:  any; marks are guarded by the RDD's lock.
 * Mirrors:  persist, checkpoint, localCheckpoint and iterator of org.apache.spark.rdd.RDD;
 *           RDDCheckpointData.
 */
#pragma once

#include "core/lineage/rdd.h"

/* ---- storage levels ---- */

/* RUSH_CORE_ERROR_UNSUPPORTED: it has another level already, which must be cleared first.  An RDD
 * that is marked for a local checkpoint gets a level that has the disk as well. */
gboolean rush_rdd_persist (RushRdd *self, const RushStorageLevel *level, GError **error);
RushStorageLevel rush_rdd_storage_level (RushRdd *self);
/* The mark alone; the blocks are removed by rush_rdd_unpersist () of rdd/persist.h. */
void rush_rdd_clear_storage_level (RushRdd *self);

/* Who keeps the partitions of persisted RDDs for the tasks of one executor. */
typedef struct _RushRddCache RushRddCache;
struct _RushRddCache
{
  /* The kept rows, or those that rush_rdd_compute_or_read_checkpoint () gives, which are then kept
   * as far as there is room. */
  RushIterator *(*get_or_compute) (RushRddCache *self, RushRdd *rdd, guint split,
                                   const RushStorageLevel *level, RushTaskContext *ctx,
                                   GError **error);
};
RushIterator *rush_rdd_compute_or_read_checkpoint (RushRdd *self, guint split, RushTaskContext *ctx,
                                                   GError **error);

/* ---- checkpoints ---- */

/* To be made when the next job on the RDD, or on one that is computed from it, has ended.  RELIABLE
 * changes nothing if there is a mark; LOCAL takes its place, and gives the RDD a storage level. */
void rush_rdd_mark_checkpoint (RushRdd *self, RushCheckpointKind kind);
RushCheckpointKind rush_rdd_checkpoint_kind (RushRdd *self);
/* TRUE once in the life of the RDD: now is the time to look at its mark. */
gboolean rush_rdd_consider_checkpoint (RushRdd *self);
/* From now on @checkpoint, an RDD that has the same partitions, is all that @self is computed from;
 * once in its life. */
void rush_rdd_set_checkpointed (RushRdd *self, RushRdd *checkpoint);
gboolean rush_rdd_is_checkpointed (const RushRdd *self);
