/* scripted_backend.c - see the header. */
#include "scripted_backend.h"

typedef struct
{
  guint64 id;
  gint64 due_us;
} Timer;

typedef struct
{
  RushBackend base;
  RushBackendClass klass; /* of this one alone: what it can do differs from test to test */
  RushClock *clock;
  GPtrArray *running; /* ScriptedTask */
  GArray *timers;     /* Timer, in the order of their start */
  guint n_launched;
  GString *killed; /* ids of executors */
  GString *decommissioned;
  GString *requested; /* numbers of executors */
  gboolean refuses;
} Scripted;

static Scripted *
scripted_of (RushBackend *backend)
{
  return (Scripted *)backend;
}

void
scripted_task_free (ScriptedTask *self)
{
  rush_task_free (self->task);
  g_free (self->executor_id);
  g_free (self->kill_reason);
  g_free (self);
}

/* ---- what the scheduler calls ---- */

static void
launch (RushBackend *backend, const char *executor_id, RushTask *task)
{
  ScriptedTask *launched = g_new0 (ScriptedTask, 1);

  launched->task = task;
  launched->executor_id = g_strdup (executor_id);
  g_ptr_array_add (scripted_of (backend)->running, launched);
  scripted_of (backend)->n_launched++;
}

static void
kill_task (RushBackend *backend, const char *executor_id, gint64 task_id, const char *reason)
{
  GPtrArray *running = scripted_of (backend)->running;

  for (guint i = 0; i < running->len; i++)
    {
      ScriptedTask *task = g_ptr_array_index (running, i);

      if (task->task->task_id == task_id && task->kill_reason == NULL)
        task->kill_reason = g_strdup (reason);
    }
}

static gboolean
task_progress (RushBackend *backend, const char *executor_id, gint64 task_id, gint64 *out_records,
               gint64 *out_run_us)
{
  GPtrArray *running = scripted_of (backend)->running;

  for (guint i = 0; i < running->len; i++)
    {
      const ScriptedTask *task = g_ptr_array_index (running, i);

      if (task->task->task_id != task_id)
        continue;
      g_assert_cmpstr (task->executor_id, ==, executor_id);
      *out_records = task->records;
      *out_run_us = task->run_us;
      return task->run_us > 0;
    }
  g_assert_not_reached (); /* the scheduler asks about what runs */
}

static void
kill_executor (RushBackend *backend, const char *executor_id)
{
  GString *killed = scripted_of (backend)->killed;

  g_string_append_printf (killed, "%s%s", killed->len > 0 ? " " : "", executor_id);
}

static void
decommission_executor (RushBackend *backend, const char *executor_id, const char *reason)
{
  g_string_append_printf (scripted_of (backend)->decommissioned, "%s: %s\n", executor_id, reason);
}

static void
start_timer (RushBackend *backend, guint64 timer_id, gint64 delay_us)
{
  Timer timer = { timer_id, rush_clock_now_us (scripted_of (backend)->clock) + delay_us };

  g_assert_cmpint (delay_us, >=, 0);
  g_array_append_val (scripted_of (backend)->timers, timer);
}

static void
cancel_timer (RushBackend *backend, guint64 timer_id)
{
  GArray *timers = scripted_of (backend)->timers;

  for (guint i = 0; i < timers->len; i++)
    if (g_array_index (timers, Timer, i).id == timer_id)
      {
        g_array_remove_index (timers, i);
        return;
      }
}

static RushClock *
get_clock (RushBackend *backend)
{
  return scripted_of (backend)->clock;
}

static void
scripted_free (RushBackend *backend)
{
  Scripted *self = scripted_of (backend);

  g_ptr_array_unref (self->running);
  g_array_unref (self->timers);
  g_string_free (self->killed, TRUE);
  g_string_free (self->decommissioned, TRUE);
  g_string_free (self->requested, TRUE);
  rush_clock_manual_free (self->clock);
  g_free (self);
}

/* ---- what a test calls ---- */

void
scripted_backend_advance_us (RushBackend *backend, gint64 delta_us)
{
  rush_clock_manual_advance_us (scripted_of (backend)->clock, delta_us);
}

guint
scripted_backend_n_running (RushBackend *backend)
{
  return scripted_of (backend)->running->len;
}

guint
scripted_backend_n_launched (RushBackend *backend)
{
  return scripted_of (backend)->n_launched;
}

static gboolean
request_executors (RushBackend *backend, guint n)
{
  GString *requested = scripted_of (backend)->requested;

  if (scripted_of (backend)->refuses)
    return FALSE;
  g_string_append_printf (requested, "%s%u", requested->len > 0 ? " " : "", n);
  return TRUE;
}

void
scripted_backend_allow_decommissions (RushBackend *backend)
{
  scripted_of (backend)->klass.decommission_executor = decommission_executor;
}

const char *
scripted_backend_decommissioned (RushBackend *backend)
{
  return scripted_of (backend)->decommissioned->str;
}

void
scripted_backend_allow_requests (RushBackend *backend)
{
  scripted_of (backend)->klass.request_executors = request_executors;
}

const char *
scripted_backend_requested (RushBackend *backend)
{
  return scripted_of (backend)->requested->str;
}

void
scripted_backend_refuse_requests (RushBackend *backend, gboolean refuse)
{
  scripted_of (backend)->refuses = refuse;
}

void
scripted_backend_expect_heartbeats (RushBackend *backend)
{
  scripted_of (backend)->klass.sends_heartbeats = TRUE;
}

const char *
scripted_backend_killed (RushBackend *backend)
{
  return scripted_of (backend)->killed->str;
}

ScriptedTask *
scripted_backend_running (RushBackend *backend, guint i)
{
  return g_ptr_array_index (scripted_of (backend)->running, i);
}

ScriptedTask *
scripted_backend_take (RushBackend *backend, guint i)
{
  return g_ptr_array_steal_index (scripted_of (backend)->running, i);
}

ScriptedTask *
scripted_backend_take_fast (RushBackend *backend, guint i)
{
  return g_ptr_array_steal_index_fast (scripted_of (backend)->running, i);
}

guint
scripted_backend_n_timers (RushBackend *backend)
{
  return scripted_of (backend)->timers->len;
}

static gint
first_timer (Scripted *self)
{
  gint first = -1;

  for (guint i = 0; i < self->timers->len; i++)
    if (first < 0 || g_array_index (self->timers, Timer, i).due_us <
                         g_array_index (self->timers, Timer, first).due_us)
      first = (gint)i;
  return first;
}

gint64
scripted_backend_next_timer_us (RushBackend *backend)
{
  Scripted *self = scripted_of (backend);
  gint first = first_timer (self);

  return first < 0
             ? -1
             : g_array_index (self->timers, Timer, first).due_us - rush_clock_now_us (self->clock);
}

RushMessage *
scripted_backend_next_timer (RushBackend *backend)
{
  Scripted *self = scripted_of (backend);
  gint first = first_timer (self);

  if (first < 0)
    return NULL;
  Timer timer = g_array_index (self->timers, Timer, first);
  RushMessage *message = rush_message_new (RUSH_MESSAGE_TIMER);
  g_array_remove_index (self->timers, (guint)first);
  rush_clock_manual_advance_us (self->clock,
                                MAX (timer.due_us - rush_clock_now_us (self->clock), 0));
  message->timer_id = timer.id;
  return message;
}

RushBackend *
scripted_backend_new (void)
{
  static const RushBackendClass klass = {
    .name = "scripted",
    .launch = launch,
    .kill_task = kill_task,
    .task_progress = task_progress,
    .kill_executor = kill_executor,
    .start_timer = start_timer,
    .cancel_timer = cancel_timer,
    .clock = get_clock,
    .free = scripted_free,
  };
  Scripted *self = g_new0 (Scripted, 1);

  self->klass = klass;
  self->base.klass = &self->klass;
  self->clock = rush_clock_manual_new (1000);
  self->running = g_ptr_array_new_with_free_func ((GDestroyNotify)scripted_task_free);
  self->killed = g_string_new (NULL);
  self->decommissioned = g_string_new (NULL);
  self->requested = g_string_new (NULL);
  self->timers = g_array_new (FALSE, FALSE, sizeof (Timer));
  return &self->base;
}
