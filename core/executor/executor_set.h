/* executor_set.h - the executors of an application that have memory and blocks of their own.
 *
 * Whoever brings executors (the local backend, a simulated cluster) adds them here and takes them
 * away; whoever needs their services (readers of shuffles, persisted RDDs, broadcasts, the status
 * page) finds them here, and need not know where they came from.
 *
 *     add ──▶ alive: found by id, listed, its map outputs and blocks are served
 *               └── end ──▶ lost: still found by id, serves nothing; what it held is dropped
 *
 * Ownership:  executors are the set's and live as long as it does: readers on others may hold their
 *             block stores at any moment.
 * Threads:    any.
 * Mirrors:    BlockManagerMaster and the executors' side of CoarseGrainedSchedulerBackend.
 */
#pragma once

#include "core/executor/executor.h"

/* What executors are made with; all of it outlives them. */
typedef struct
{
  const RushConf *conf;
  RushMapOutputTracker *tracker;
  RushCommitCoordinator *commits;
  RushEventBus *bus;
  RushLocalDir *dir;
  gboolean is_virtual;        /* time stands still while blocks are copied */
  RushShuffleFetched fetched; /* who is told where readers fetch from, or NULL */
  gpointer fetched_data;
  const RushPlugins *plugins; /* for the seams of executors; NULL: none */
} RushExecutorServices;

typedef struct _RushBlockMover RushBlockMover; /* core/executor/block_mover.h */

typedef struct _RushExecutorSet RushExecutorSet;

RushExecutorSet *rush_executor_set_new (const RushExecutorServices *services);
void rush_executor_set_free (RushExecutorSet *self); /* NULL is fine */

/* A new one; @heap_bytes: what its unified pool is a fraction of.  NULL with @error: too small.
 * (transfer none) */
RushLocalExecutor *rush_executor_set_add (RushExecutorSet *self, const char *id, const char *host,
                                          guint cores, gint64 heap_bytes, GError **error);
/* It was there on trial: no executor of that id has ever been.  Nobody may know it yet. */
void rush_executor_set_forget (RushExecutorSet *self, RushLocalExecutor *executor);
/* It serves nothing from now on.  FALSE: it was lost already. */
gboolean rush_executor_set_end (RushExecutorSet *self, RushLocalExecutor *executor);
/* Its map outputs are served when it has gone, until they are dropped: a shuffle service of its
 * host has them. */
void rush_executor_set_outlive (RushExecutorSet *self, RushLocalExecutor *executor);
/* Who copies what they hold from one to the other. (transfer none) */
RushBlockMover *rush_executor_set_mover (RushExecutorSet *self);
/* Once nobody is told of it any more: its outputs and blocks go.  Of blocks of which others have
 * copies, more are made. */
void rush_executor_set_drop (RushExecutorSet *self, RushLocalExecutor *executor);

/* Lost ones, too; NULL: there has never been one of that id. (transfer none) */
RushLocalExecutor *rush_executor_set_find (RushExecutorSet *self, const char *id);
RushEnv *rush_executor_set_env (RushExecutorSet *self, const char *id); /* the same one's */
guint rush_executor_set_n_alive (RushExecutorSet *self);
/* In the order in which they came: RushLocalExecutor *, lost ones, too. (transfer container) */
GPtrArray *rush_executor_set_all (RushExecutorSet *self);
char **rush_executor_set_ids (RushExecutorSet *self); /* (transfer full), alive ones */

void rush_executor_set_remove_shuffle (RushExecutorSet *self, gint shuffle_id); /* all stores */
void rush_executor_set_remove_rdd (RushExecutorSet *self, gint rdd_id);         /* kept blocks */
/* For faults, on @executor_id, or NULL: on all that are alive.  One map output (@map_index −1: all)
 * of a shuffle is removed, or with @corrupt damaged; one kept block (@partition −1: all) of an RDD
 * is removed.  How many there were. */
guint rush_executor_set_hurt_outputs (RushExecutorSet *self, gint shuffle_id, gint map_index,
                                      const char *executor_id, gboolean corrupt);
guint rush_executor_set_drop_cached (RushExecutorSet *self, gint rdd_id, gint partition,
                                     const char *executor_id);
/* Who keeps what of persisted RDDs. (transfer none) */
RushBlockManagerMaster *rush_executor_set_kept (RushExecutorSet *self);

/* What an executor does at this moment. */
typedef struct
{
  const char *executor_id;
  const char *host;
  guint n_running_tasks; /* those that wait for a runner of this machine, too */
  gint64 storage_used;   /* by persisted blocks, in memory */
  gint64 storage_pool;   /* what they could have if no task needed memory */
} RushExecutorStatus;
/* Of those that are alive, in the order in which they came.  GArray of RushExecutorStatus (transfer
 * full), whose strings are the set's. */
GArray *rush_executor_set_statuses (RushExecutorSet *self);
