/* local_backend_private.h - what the local backend is made of, and its two halves.
 *
 *   local_executors.c   who is there: executors come, are announced, are lost
 *   launched_tasks.c    what runs: a task from its launch to the message that it has ended
 *   local_faults.c      what is made to go wrong
 *   local_backend.c     the contract on top of both, and the end
 *
 * Threads:  the driver loop launches and kills, runners compute and answer, anybody may take an
 *           executor away: whatever they share is under the one lock.
 */
#pragma once

#include "core/executor/fault_script.h"
#include "core/executor/local_backend.h"
#include "core/executor/runner_pool.h"

typedef struct
{
  RushBackend base;
  RushBackendClass klass; /* this one's: what may come and go differs */
  RushDriverLoop *loop;
  RushMapOutputTracker *tracker;
  RushEventBus *bus;
  const RushConf *conf;
  RushMaster master;
  gboolean is_dynamic; /* executors come when they are asked for, and go when they are idle */
  gint64 heap_bytes;   /* of each executor */
  char *host;
  RushRunnerPool *runners;
  RushFaultScript *faults;    /* (owned) */
  RushExecutorSet *executors; /* (owned) that have ever been there */

  pthread_mutex_t lock;
  /* Guarded by lock. */
  GHashTable *launched; /* &task_id → LaunchedTask, see launched_tasks.c */
  guint n_executors;    /* that have ever been there: the next one's number */
  guint n_wanted;       /* executors that are to be there; with dynamic allocation it changes */
  gboolean started;
  gboolean stopping;
} RushLocalBackend;

/* ---- local_executors.c ---- */

/* As many as the master asks for, or with dynamic allocation none yet.  FALSE: one of them could
 * not run a single task. */
gboolean rush_local_executors_add_all (RushLocalBackend *self, GError **error);
/* From now on so many are to be there, as far as the master has them; more come at once. */
void rush_local_executors_request (RushLocalBackend *self, guint n);
/* It is ended; another one comes in its place if fewer than wanted are there, or with @replace.
 * FALSE: no such executor, or it is gone. */
gboolean rush_local_executors_end (RushLocalBackend *self, const char *executor_id,
                                   const char *reason, gboolean replace);
/* Tells the bus and the scheduler of those that are there; from now on others may come. */
void rush_local_executors_start (RushLocalBackend *self);
/* Lock held.  One that can be lost: NULL in local mode, where the only one is the driver itself,
 * and at the end. */
RushLocalExecutor *rush_local_executors_find_mortal (RushLocalBackend *self, const char *id);

/* ---- leaving_local.c ---- */

/* It takes no more tasks, and goes when those that it has are done: @starting, one more is on its
 * way there.  FALSE: no such executor, or it is gone. */
gboolean rush_local_executors_decommission (RushLocalBackend *self, const char *executor_id,
                                            const char *reason, gboolean replace,
                                            gboolean starting);
/* Whether it has been waited for, and nothing runs there any more. */
gboolean rush_local_executors_may_go (RushLocalExecutor *executor);
/* Lock not held: then it hands over what it has, and goes. */
void rush_local_executors_go (RushLocalBackend *self, RushLocalExecutor *executor);

/* ---- local_faults.c ---- */

/* What a fault script has for the start of @task comes true.  The driver loop's.  NULL, or the
 * exception that the task is to end with. (transfer full) */
char *rush_local_faults_task_starts (RushLocalBackend *self, const RushTask *task,
                                     const char *executor_id);

/* ---- launched_tasks.c ---- */

/* Takes over @task and @failure: NULL, or what it is to fail with.  Dropped without a word if the
 * executor is gone, or the backend stops. */
void rush_launched_tasks_add (RushLocalBackend *self, const char *executor_id, RushTask *task,
                              char *failure);
/* FALSE: it does not run. */
gboolean rush_launched_tasks_progress (RushLocalBackend *self, gint64 task_id, gint64 *out_records,
                                       gint64 *out_run_us);
void rush_launched_tasks_kill (RushLocalBackend *self, gint64 task_id, const char *reason);
/* Lock held.  All tasks on @executor, or with NULL all there are, are asked to stop. */
void rush_launched_tasks_kill_all (RushLocalBackend *self, const RushLocalExecutor *executor,
                                   const char *reason);
/* What runners do: they compute launched tasks of a backend. */
extern const RushRunnerWork rush_launched_tasks_work;
