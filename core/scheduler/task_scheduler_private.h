/* task_scheduler_private.h - task sets on one side, executors with free slots on the other.
 *
 * Interface:  the DAG scheduler submits task sets and is told by the return values what has become
 *             of tasks; nothing here calls it.  Slots are filled by offer () alone, at the end of
 *             each message, so that no task starts while something is half changed.
 * Mirrors:    org.apache.spark.scheduler.TaskSchedulerImpl.
 */
#pragma once

#include "core/scheduler/pools_private.h"
#include "core/scheduler/task_set_private.h"

/* A set that has been given up, as none of its tasks could be started. */
typedef struct
{
  gint stage_id;
  GError *error;
} RushHopelessSet;

typedef struct
{
  /* The world (unowned). */
  RushBackend *backend;
  RushClock *clock;
  RushEventBus *bus;
  RushMapOutputTracker *tracker;
  guint64 *next_timer_id;

  const RushSchedulingPolicy *policy;
  RushPools pools;
  RushTaskSetShared shared;
  gint64 next_task_id;
  GHashTable *attempts;      /* task id → RushAttempt that runs */
  GHashTable *sets_of_stage; /* stage id → GPtrArray of RushTaskSet (owned), oldest first */
  guint n_sets;
  GPtrArray *waiting; /* RushTaskSet with pending tasks, in the order of the policy */

  /* What the next offer () has to do. */
  gboolean offer_all;
  GPtrArray *freed;          /* RushExecutor on which a slot came free since */
  GRand *shuffle;            /* seeded: the same run twice is the same run */
  guint64 locality_timer;    /* 0: none */
  gint64 locality_timer_us;  /* when it fires */
  guint64 speculation_timer; /* 0: none */

  /* Dynamic allocation. */
  gboolean executors_may_come; /* it is on */
  GQueue idle;                 /* RushExecutor that run nothing, those first that were so first */

  /* Executors that leave, or fall silent. */
  GPtrArray *draining;  /* RushExecutor that are being decommissioned, in the order of the news */
  gint64 force_kill_us; /* how long a decommissioned one is waited for; −1: until it is lost */
  gint64 heartbeat_timeout_us;
  gint64 heartbeat_interval_us; /* of looks */
  guint64 heartbeat_timer;      /* 0: none */

  /* Exclusion. */
  RushHealthTracker health;
  guint64 n_offers;          /* so far */
  guint n_launched;          /* since the last look for sets that cannot run */
  GArray *hopeless;          /* RushHopelessSet, to be told of */
  guint64 exclusion_timer;   /* 0: none */
  gint64 exclusion_timer_us; /* when it fires */
} RushTaskScheduler;

void rush_task_scheduler_init (RushTaskScheduler *self, const RushConf *conf, RushBackend *backend,
                               RushEventBus *bus, RushMapOutputTracker *tracker,
                               guint64 *next_timer_id, guint max_task_failures);
void rush_task_scheduler_clear (RushTaskScheduler *self);

/* The arrays are (transfer full): see rush_task_set_new ().  Older sets of the stage must be
 * zombies: the stage runs but once. */
void rush_task_scheduler_submit (RushTaskScheduler *self, RushStageWork *work, gint job_id,
                                 guint n_tasks, guint *outputs, guint *partitions,
                                 char ***locations);
/* @outcome is (transfer full).  FALSE: no such task runs; it is a duplicate, or its executor has
 * been given up. */
gboolean rush_task_scheduler_task_ended (RushTaskScheduler *self, gint64 task_id,
                                         RushTaskOutcome *outcome, RushTaskEnding *out);
/* The first success of a stage's output, wherever it came from: other attempts need not run. */
void rush_task_scheduler_output_done (RushTaskScheduler *self, gint stage_id, gint stage_attempt,
                                      guint output);
/* What the task wrote is not lost with its executor any more. */
void rush_task_scheduler_output_moved (RushTaskScheduler *self, gint stage_id, guint output,
                                       gint64 task_id);
/* The stage's sets start nothing more; with @kill_reason what runs is asked to stop. */
void rush_task_scheduler_suspend_stage (RushTaskScheduler *self, gint stage_id,
                                        const char *kill_reason);

/* FALSE: an executor of that id is there already. */
gboolean rush_task_scheduler_executor_registered (RushTaskScheduler *self, const char *id,
                                                  const char *host, const char *rack, guint cores);
/* GArray of RushTaskEnding, (transfer full), cleared with their elements; NULL: no such executor.
 */
GArray *rush_task_scheduler_executor_lost (RushTaskScheduler *self, const char *id,
                                           const char *reason, gboolean caused_by_application,
                                           gboolean outputs_lost);

/* Fills free slots; sets that cannot run anywhere are appended to `hopeless`.  offers.c */
void rush_task_scheduler_offer (RushTaskScheduler *self);
/* Starts all tasks of a set that waits, or none.  barrier_offers.c */
void rush_task_scheduler_offer_to_barrier (RushTaskScheduler *self, RushTaskSet *set);
/* A barrier set for which fewer slots are free than it has tasks: it waits for slots, not for time.
 */
gboolean rush_task_scheduler_lacks_slots (RushTaskScheduler *self, const RushTaskSet *set);
/* FALSE: not one of its timers. */
gboolean rush_task_scheduler_timer (RushTaskScheduler *self, guint64 timer_id);

/* speculation.c: to be called at the end of each message; and FALSE: not its timer. */
void rush_task_scheduler_set_speculation_timer (RushTaskScheduler *self);
gboolean rush_task_scheduler_speculation_timer (RushTaskScheduler *self, guint64 timer_id);

/* unschedulable.c: to be called before and after each offer; and FALSE: not its timer. */
void rush_task_scheduler_apply_exclusion_timeout (RushTaskScheduler *self);
void rush_task_scheduler_check_schedulable (RushTaskScheduler *self);
gboolean rush_task_scheduler_exclusion_timer (RushTaskScheduler *self, guint64 timer_id);

/* leaving_executors.c */
void rush_task_scheduler_executor_disconnected (RushTaskScheduler *self, const char *id);
void rush_task_scheduler_executor_decommissioning (RushTaskScheduler *self, const char *id,
                                                   const char *reason);
gboolean rush_task_scheduler_is_decommissioning (RushTaskScheduler *self, const char *executor_id);
/* Why the executor is lost, in the end; one that was decommissioned is lost for that. (transfer
 * full) */
char *rush_task_scheduler_loss_reason (RushTaskScheduler *self, const char *id, const char *reason,
                                       gboolean *inout_caused_by_application);
void rush_task_scheduler_cancel_kill (RushTaskScheduler *self, RushExecutor *executor);
gboolean rush_task_scheduler_kill_timer (RushTaskScheduler *self, guint64 timer_id);
void rush_task_scheduler_recompute_localities (RushTaskScheduler *self);

/* Nothing new starts there, as it is about to be ended. */
void rush_task_scheduler_executor_asked_to_go (RushTaskScheduler *self, RushExecutor *executor);

/* executor_monitor.c: to be called when an executor comes, goes, or what it runs has changed; when
 * an output of a shuffle was made there; and when a shuffle is gone. */
void rush_task_scheduler_note_idle (RushTaskScheduler *self, RushExecutor *executor);
void rush_task_scheduler_note_shuffle (RushExecutor *executor, gint shuffle_id);
void rush_task_scheduler_shuffle_dropped (RushTaskScheduler *self, gint shuffle_id);

/* heartbeat_receiver.c */
void rush_heartbeat_received (RushTaskScheduler *self, const char *executor_id);
void rush_heartbeat_set_timer (RushTaskScheduler *self);
/* RushExecutor * that have fallen silent (transfer container); NULL: not its timer. */
GPtrArray *rush_heartbeat_timer (RushTaskScheduler *self, guint64 timer_id);
char *rush_heartbeat_reason (RushTaskScheduler *self, const RushExecutor *executor);
gboolean rush_heartbeat_check (const RushConf *conf, GError **error);

/* All sets, by stage and age: what is done to all must be done in the same order each time.
 * (transfer container) */
GPtrArray *rush_task_scheduler_all_sets (RushTaskScheduler *self);
/* Called by offers.c and task_scheduler.c: keeps `waiting` as its comment says. */
void rush_task_scheduler_update_waiting (RushTaskScheduler *self, RushTaskSet *set);
void rush_task_scheduler_launch (RushTaskScheduler *self, RushTaskSet *set, guint index,
                                 RushExecutor *executor, RushLocality locality);

/* Fills @out; strings that do not fit are cut. */
void rush_attempt_describe (const RushAttempt *self, const RushTaskOutcome *outcome,
                            RushTaskInfo *out);
