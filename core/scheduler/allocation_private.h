/* allocation_private.h - as many executors as there is work for.
 *
 *   executor monitor     who has been idle for how long, and may go     executor_monitor.c
 *   allocation manager   how many are wanted; asks for more, lets go    allocation_manager.c
 *
 * Mirrors: org.apache.spark.ExecutorAllocationManager, scheduler.dynalloc.ExecutorMonitor.
 */
#pragma once

#include "core/scheduler/dag_scheduler_private.h"

typedef struct
{
  /* The world (unowned). */
  RushTaskScheduler *tasks;
  RushDag *dag;
  const RushConf *conf;

  gboolean enabled; /* asked for, and the backend can do it; else nothing of the rest is used */
  guint min;
  guint max;
  double ratio;
  gint64 backlog_us;
  gint64 sustained_us;
  gint64 idle_us;
  gint64 cached_idle_us;
  gint64 shuffle_idle_us;   /* G_MAXINT64: as long as there is shuffle data */
  gboolean tracks_shuffles; /* executors with map outputs stay */
  gboolean decommissions;   /* who goes ends its tasks, and hands over what it holds */

  guint target;          /* that the backend has been asked for, in all */
  guint n_to_add;        /* in the next round: doubles each time */
  gint64 add_us;         /* when that is; G_MAXINT64: nobody waits for executors */
  gboolean initializing; /* until the first stage, the initial number stays */
  guint64 timer;         /* 0: none */
  gint64 timer_us;       /* when it fires */
} RushAllocationManager;

/* Asks for the initial number. */
void rush_allocation_init (RushAllocationManager *self, RushDag *dag, const RushConf *conf);
void rush_allocation_clear (RushAllocationManager *self);
/* At the end of each message: is more needed, or less, or may somebody go? */
void rush_allocation_update (RushAllocationManager *self);
gboolean rush_allocation_timer (RushAllocationManager *self, guint64 timer_id); /* FALSE: not its */
/* Whether the settings go together; of no interest if it is not asked for. */
gboolean rush_allocation_check (const RushConf *conf, GError **error);

/* ---- executor_monitor.c ---- */

/* Executors that have been idle for long enough, longest first (transfer container); in
 * @out_next_us when the next one will have been, or G_MAXINT64. */
GPtrArray *rush_executor_monitor_timed_out (RushAllocationManager *self, gint64 now_us,
                                            gint64 *out_next_us);
/* Those that are there and stay. */
guint rush_executor_monitor_n_staying (const RushAllocationManager *self);
