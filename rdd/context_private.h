/* context_private.h - what a context holds; context.c lives and dies by it, context_jobs.c runs
 * jobs on it. */
#pragma once

#include "rdd/accumulator_queue.h"
#include "rdd/context.h"

#include "core/storage/context_cleaner.h"

#include <pthread.h>

struct _RushContext
{
  RushRefCount refs;
  RushConf *conf; /* frozen */
  RushCluster *cluster;
  char *application_id;
  char *event_log_path; /* or NULL */
  gint64 start_time_ms;
  RushLineage *lineage;
  RushPlugins *plugins;
  RushEventBus *bus;
  RushJobStats *stats;
  RushSqlStats *sql_stats;
  RushMapOutputTracker *tracker;
  RushCommitCoordinator *commits;
  RushAccumulatorQueue *accumulators;
  RushDriverLoop *loop;
  RushCacheLocations cache_locations; /* of kept partitions, for the scheduler */

  /* Jobs are submitted under the read lock, the context stops under the write lock: a message is
   * either before the end or not sent. */
  pthread_rwlock_t lock;
  /* Guarded by lock. */
  gboolean stopped;
  RushScheduler *scheduler;    /* NULL once stopped */
  RushContextCleaner *cleaner; /* NULL once stopped */
  RushLocalDir *dir;           /* NULL once stopped */
  char *checkpoint_dir;        /* or NULL */

  pthread_mutex_t stop_lock; /* the second to stop waits for the first */
};

/* persist.c: tells scheduler and lineage what is kept of persisted RDDs, until the end. */
void rush_context_show_kept (RushContext *self);
void rush_context_hide_kept (RushContext *self);
/* For the cleaner: no RDD can ask for them any more. */
void rush_context_remove_cached (RushContext *self, gint rdd_id);
void rush_context_remove_checkpoint (RushContext *self, gint rdd_id);

/* Tells the scheduler of spark.scheduler.mode and its pools.  context_pools.c */
gboolean rush_context_choose_scheduling_mode (RushContext *self, GError **error);
