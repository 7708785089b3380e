/* backend.h - what runs tasks, and what time it is: the line between the scheduler and the world.
 *
 * The scheduler is a state machine that is fed messages (core/scheduler/scheduler.h) and calls the
 * functions below.  Three things stand behind them: the local backend (real threads, real time), a
 * scripted one in tests, and the simulated cluster.  Nothing here blocks, nothing calls back into
 * the scheduler from inside a call: answers arrive later, as messages.
 *
 * Threads:  called on the thread that feeds the scheduler, only.
 * Mirrors:  org.apache.spark.scheduler.SchedulerBackend.
 */
#pragma once

#include "core/base/clock.h"
#include "core/scheduler/task.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushBackend RushBackend;

typedef struct
{
  const char *name; /* "local", "scripted", "simulated" */
  /* Start @task (transfer full) on an executor with a free slot; its end comes as a message. */
  void (*launch) (RushBackend *self, const char *executor_id, RushTask *task);
  /* Ask a running task to stop; it still ends with a message (KILLED, or what it got to first).
   * @reason is copied. */
  void (*kill_task) (RushBackend *self, const char *executor_id, gint64 task_id,
                     const char *reason);
  /* There are to be @n executors in all: more come, or those that have not come yet do not; none
   * that is there goes; FALSE: nobody can be asked / let one go: EXECUTOR_LOST follows, and another
   * one comes if @n says so.  Optional: NULL where the number is fixed. */
  gboolean (*request_executors) (RushBackend *self, guint n);
  void (*kill_executor) (RushBackend *self, const char *executor_id);
  /* The same, but in peace: EXECUTOR_DECOMMISSIONING with @reason follows, and EXECUTOR_LOST when
   * its tasks have ended and what it holds is elsewhere.  Optional. */
  void (*decommission_executor) (RushBackend *self, const char *executor_id, const char *reason);
  /* Cores of executors that request_executors () brings; optional: spark.executor.cores. */
  guint (*executor_cores) (RushBackend *self);
  /* How many records the task that runs there has read so far, and for how long it has run.  FALSE:
   * that is not known.  Optional. */
  gboolean (*task_progress) (RushBackend *self, const char *executor_id, gint64 task_id,
                             gint64 *out_records, gint64 *out_run_us);
  /* Each executor sends a HEARTBEAT message every spark.executor.heartbeatInterval; one that falls
   * silent is given up, and kill_executor () called. */
  gboolean sends_heartbeats;
  /* After @delay_us a TIMER message with @timer_id arrives, unless it is cancelled first. */
  void (*start_timer) (RushBackend *self, guint64 timer_id, gint64 delay_us);
  void (*cancel_timer) (RushBackend *self, guint64 timer_id);
  RushClock *(*clock) (RushBackend *self); /* (transfer none) */
  void (*free) (RushBackend *self);
} RushBackendClass;

struct _RushBackend
{
  const RushBackendClass *klass;
};

RUSH_END_PUBLIC
