/* scripted_backend.h - a backend on which nothing ends, and no time passes, until a test says so.
 *
 * Launched tasks pile up; the test takes one out and tells the scheduler how it ended.  Timers fire
 * when the test asks for the next one, which moves the clock.
 */
#pragma once

#include "core/scheduler/scheduler.h"

typedef struct
{
  RushTask *task; /* (owned) */
  char *executor_id;
  char *kill_reason; /* NULL: has not been asked to stop */
  gint64 records;    /* that it has read so far, in so much time; 0: that is not known */
  gint64 run_us;
} ScriptedTask;

void scripted_task_free (ScriptedTask *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScriptedTask, scripted_task_free)

RushBackend *scripted_backend_new (void);
void scripted_backend_advance_us (RushBackend *backend, gint64 delta_us);

/* Tasks that run, in the order of their launch. */
guint scripted_backend_n_running (RushBackend *backend);
ScriptedTask *scripted_backend_running (RushBackend *backend, guint i); /* (transfer none) */
ScriptedTask *scripted_backend_take (RushBackend *backend, guint i);    /* (transfer full) */
/* The same in O(1), at the price of the order. */
ScriptedTask *scripted_backend_take_fast (RushBackend *backend, guint i);
guint scripted_backend_n_launched (RushBackend *backend); /* since the start */

/* Executors that the scheduler has asked to end, in order: "1 4" (transfer none).  They end when the
 * test says so. */
const char *scripted_backend_killed (RushBackend *backend);

/* From now on it can be asked to let them end in peace, and whom it has been asked to, and why, each
 * on a line: "4: spark scale down\n" (transfer none). */
void scripted_backend_allow_decommissions (RushBackend *backend);
const char *scripted_backend_decommissioned (RushBackend *backend);

/* Before the scheduler is made: it may ask for executors, which come when the test says so. */
void scripted_backend_allow_requests (RushBackend *backend);
/* How many it has asked for, in all, each time: "0 1 3" (transfer none). */
const char *scripted_backend_requested (RushBackend *backend);
/* From now on it is told that nobody can be asked. */
void scripted_backend_refuse_requests (RushBackend *backend, gboolean refuse);
/* From now on executors have to send heartbeats. */
void scripted_backend_expect_heartbeats (RushBackend *backend);

/* Moves the clock to the timer that is due first; its message, or NULL: none is set. */
RushMessage *scripted_backend_next_timer (RushBackend *backend);
gint64 scripted_backend_next_timer_us (RushBackend *backend); /* from now; −1: none is set */
guint scripted_backend_n_timers (RushBackend *backend);
