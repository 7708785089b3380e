/* fault_schedule.c - see the header.
 *
 * A machine that dies does not say so.  Its executors stop and fall silent; the manager hears of
 * the host, and finds out in its own time; the driver misses heartbeats.  A process that dies on a
 * living machine closes its connection, which the driver sees at once, and its manager soon.
 *
 * What a task's start brings about happens right after that, as an action of its own: the scheduler
 * is in the middle of a message.
 */
#include "sim/fault_schedule.h"
#include "core/base/size_string.h"
#include "sim/container_memory.h"

#define KILLED_EXIT 137 /* 128 + SIGKILL */

typedef struct
{
  const RushSimFault *fault;
  gint64 times_left;
  double speed_before; /* of a host that is slow for a while */
} Fault;

struct _RushFaultSchedule
{
  RushFaultScheduleSetup setup;
  RushBackend *backend;
  RushClusterManager *manager;
  GArray *faults;   /* Fault */
  GPtrArray *added; /* RushSimFault (owned): those that are not the scenario's */
};

/* ---- words ---- */

static void G_GNUC_PRINTF (4, 5) tell (RushFaultSchedule *self, const char *executor_id,
                                       const char *host, const char *format, ...)
{
  va_list args;

  if (self->setup.tell == NULL)
    return;
  va_start (args, format);
  g_autofree char *what = g_strdup_vprintf (format, args);
  va_end (args);
  self->setup.tell (self->setup.tell_data, what, executor_id, host);
}

/* ---- executors ---- */

static void
kill_executor (RushFaultSchedule *self, const char *executor_id, gint exit_code, const char *reason)
{
  RushMessage *message;

  if (!rush_simulated_backend_executor_died (self->backend, executor_id))
    {
      tell (self, executor_id, NULL, "executor %s is to die, and is not there", executor_id);
      return;
    }
  tell (self, executor_id, NULL, "executor %s dies: %s", executor_id, reason);
  message = rush_message_new (RUSH_MESSAGE_EXECUTOR_DISCONNECTED);
  message->text = g_strdup (executor_id);
  rush_simulated_backend_deliver (self->backend, message);
  self->manager->klass->executor_died (self->manager, executor_id, exit_code, reason);
}

static void
executor_is_drained (gpointer data, gint64 index)
{
  RushFaultSchedule *self = data;
  const RushSimFault *fault = g_array_index (self->faults, Fault, index).fault;

  kill_executor (self, fault->executor, 0, "decommissioned");
}

/* ---- machines ---- */

static void
kill_host (RushFaultSchedule *self, RushSimHost *host)
{
  g_autoptr (GPtrArray) executors = NULL;

  if (!host->alive)
    return;
  tell (self, NULL, host->name, "%s dies", host->name);
  host->alive = FALSE;
  executors = rush_simulated_backend_executors_on (self->backend, host);
  for (guint i = 0; i < executors->len; i++)
    rush_simulated_backend_executor_died (self->backend, g_ptr_array_index (executors, i));
  self->manager->klass->host_died (self->manager, host);
}

static void
cut_host (RushFaultSchedule *self, RushSimHost *host)
{
  g_autoptr (GPtrArray) executors = NULL;

  if (!host->alive || !host->reachable)
    return;
  tell (self, NULL, host->name, "%s cannot be reached any more", host->name);
  host->reachable = FALSE;
  executors = rush_simulated_backend_executors_on (self->backend, host);
  for (guint i = 0; i < executors->len; i++)
    rush_simulated_backend_cut_executor (self->backend, g_ptr_array_index (executors, i), TRUE);
  self->manager->klass->host_died (self->manager, host);
}

static void
mend_host (RushFaultSchedule *self, RushSimHost *host)
{
  g_autoptr (GPtrArray) executors = NULL;

  if (host->alive && host->reachable)
    return;
  tell (self, NULL, host->name, "%s is %s", host->name,
        host->alive ? "within reach again" : "back");
  host->alive = host->reachable = TRUE;
  executors = rush_simulated_backend_executors_on (self->backend, host);
  for (guint i = 0; i < executors->len; i++)
    rush_simulated_backend_cut_executor (self->backend, g_ptr_array_index (executors, i), FALSE);
  self->manager->klass->host_back (self->manager, host);
}

/* Every host of a fault: one, or those of a rack; with neither, all. */
static void
each_host (RushFaultSchedule *self, const RushSimFault *fault,
           void (*act) (RushFaultSchedule *self, RushSimHost *host))
{
  for (guint i = 0; i < rush_topology_n_hosts (self->setup.topology); i++)
    {
      RushSimHost *host = rush_topology_host (self->setup.topology, i);

      if ((fault->host < 0 || fault->host == i) &&
          (fault->rack < 0 || fault->rack == host->rack_index))
        act (self, host);
    }
}

/* ---- it comes true, and is mended ---- */

static void
set_messages (RushFaultSchedule *self, const RushSimFault *fault)
{
  gboolean delays = fault->kind == RUSH_SIM_DELAY_MESSAGES;
  RushSimMessages messages = { .delay_s = delays ? fault->by_s : 0,
                               .delayed = delays ? fault->fraction : 0,
                               .doubled = delays ? 0 : fault->fraction };

  tell (self, fault->executor, NULL, delays ? "messages are late" : "messages come twice");
  rush_simulated_backend_set_messages (self->backend, fault->executor, &messages);
}

static void
use_memory (RushFaultSchedule *self, const RushSimFault *fault)
{
  g_autofree char *bytes = rush_format_bytes (fault->memory_bytes);

  if (rush_simulated_backend_use_memory (self->backend, fault->executor, fault->memory_bytes))
    tell (self, fault->executor, NULL, "executor %s takes %s more, outside of its heap",
          fault->executor, bytes);
}

static void
slow_host (RushFaultSchedule *self, Fault *fault)
{
  RushSimHost *host = rush_topology_host (self->setup.topology, (guint)fault->fault->host);

  tell (self, NULL, host->name, "%s is %g times as slow", host->name, fault->fault->factor);
  fault->speed_before = host->cpu_speed;
  host->cpu_speed /= fault->fault->factor;
}

static void
mend (gpointer data, gint64 index)
{
  RushFaultSchedule *self = data;
  const Fault *done = &g_array_index (self->faults, Fault, index);
  const RushSimFault *fault = done->fault;

  switch ((RushSimFaultKind)fault->kind)
    {
    case RUSH_SIM_KILL_HOST:
    case RUSH_SIM_KILL_RACK:
    case RUSH_SIM_CUT_HOST:
    case RUSH_SIM_CUT_RACK:
      each_host (self, fault, mend_host);
      break;
    case RUSH_SIM_SLOW_HOST:
      rush_topology_host (self->setup.topology, (guint)fault->host)->cpu_speed = done->speed_before;
      break;
    case RUSH_SIM_SLOW_EXECUTOR:
      rush_simulated_backend_slow_executor (self->backend, fault->executor, 1);
      break;
    case RUSH_SIM_DELAY_MESSAGES:
    case RUSH_SIM_DUPLICATE_MESSAGES:
      rush_simulated_backend_set_messages (self->backend, fault->executor, &(RushSimMessages){ 0 });
      break;
    case RUSH_SIM_MEMORY_USED:
      rush_simulated_backend_use_memory (self->backend, fault->executor, 0);
      break;
    case RUSH_SIM_KILL_EXECUTOR:
    case RUSH_SIM_DECOMMISSION_EXECUTOR:
    case RUSH_SIM_HEAL:
    case RUSH_SIM_DROP_SHUFFLE:
    case RUSH_SIM_CORRUPT_SHUFFLE:
    case RUSH_SIM_DROP_CACHED:
    case RUSH_SIM_FAIL_TASK:
      g_return_if_reached (); /* they do not last */
    }
}

static void
come_true (gpointer data, gint64 index)
{
  RushFaultSchedule *self = data;
  Fault *due = &g_array_index (self->faults, Fault, index);
  const RushSimFault *fault = due->fault;

  switch ((RushSimFaultKind)fault->kind)
    {
    case RUSH_SIM_KILL_EXECUTOR:
      kill_executor (self, fault->executor, KILLED_EXIT, "killed by a fault of the scenario");
      break;
    case RUSH_SIM_DECOMMISSION_EXECUTOR:
      if (rush_simulated_backend_drain_executor (self->backend, fault->executor, "by the scenario",
                                                 executor_is_drained, self, index))
        tell (self, fault->executor, NULL, "executor %s is decommissioned", fault->executor);
      break;
    case RUSH_SIM_SLOW_EXECUTOR:
      if (rush_simulated_backend_slow_executor (self->backend, fault->executor, fault->factor))
        tell (self, fault->executor, NULL, "executor %s is %g times as slow", fault->executor,
              fault->factor);
      break;
    case RUSH_SIM_MEMORY_USED:
      use_memory (self, fault);
      break;
    case RUSH_SIM_KILL_HOST:
    case RUSH_SIM_KILL_RACK:
      each_host (self, fault, kill_host);
      break;
    case RUSH_SIM_SLOW_HOST:
      slow_host (self, due);
      break;
    case RUSH_SIM_CUT_HOST:
    case RUSH_SIM_CUT_RACK:
      each_host (self, fault, cut_host);
      break;
    case RUSH_SIM_HEAL:
      each_host (self, fault, mend_host);
      break;
    case RUSH_SIM_DROP_SHUFFLE:
    case RUSH_SIM_CORRUPT_SHUFFLE:
      tell (self, fault->executor, NULL, "outputs of shuffle %d are gone", (gint)fault->shuffle);
      self->setup.model->klass->drop_output (self->setup.model, (gint)fault->shuffle,
                                             (gint)fault->map, fault->executor,
                                             fault->kind == RUSH_SIM_CORRUPT_SHUFFLE);
      break;
    case RUSH_SIM_DELAY_MESSAGES:
    case RUSH_SIM_DUPLICATE_MESSAGES:
      set_messages (self, fault);
      break;
    case RUSH_SIM_DROP_CACHED:
      tell (self, fault->executor, NULL, "kept blocks of RDD %d are gone", (gint)fault->rdd);
      self->setup.model->klass->drop_cached (self->setup.model, (gint)fault->rdd,
                                             (gint)fault->partition, fault->executor);
      break;
    case RUSH_SIM_FAIL_TASK: /* is the task's own */
      g_return_if_reached ();
    }
  if (fault->lasts_s > 0)
    rush_event_heap_put (self->setup.heap, (gint64)(fault->lasts_s * G_USEC_PER_SEC), mend, self,
                         index);
}

/* ---- when ---- */

char *
rush_fault_schedule_task_starts (gpointer data, const RushTask *task, const char *executor_id)
{
  RushFaultSchedule *self = data;
  char *failure = NULL;

  for (guint i = 0; i < self->faults->len; i++)
    {
      Fault *fault = &g_array_index (self->faults, Fault, i);

      if (!fault->fault->has_when || fault->times_left == 0 ||
          !rush_fault_when_fits (&fault->fault->when, task, executor_id))
        continue;
      fault->times_left--;
      if (fault->fault->kind != RUSH_SIM_FAIL_TASK)
        rush_event_heap_put (self->setup.heap, 0, come_true, self, i);
      else if (failure == NULL)
        {
          tell (self, executor_id, NULL, "task %u of stage %d is to fail", task->partition,
                task->work->stage_id);
          failure = g_strdup (fault->fault->message != NULL ? fault->fault->message
                                                            : "injected by a fault script");
        }
    }
  return failure;
}

/* One that is for an earlier time comes now. */
static void
put_at_its_time (RushFaultSchedule *self, guint i)
{
  double at_s = g_array_index (self->faults, Fault, i).fault->at_s;
  gint64 at_us = (gint64)(at_s * G_USEC_PER_SEC);

  rush_event_heap_put (self->setup.heap, MAX (0, at_us - rush_event_heap_now_us (self->setup.heap)),
                       come_true, self, i);
}

void
rush_fault_schedule_go_on (RushFaultSchedule *self, RushBackend *backend)
{
  self->backend = backend;
}

void
rush_fault_schedule_start (RushFaultSchedule *self, RushBackend *backend,
                           RushClusterManager *manager)
{
  self->backend = backend;
  self->manager = manager;
  for (guint i = 0; i < self->faults->len; i++)
    {
      if (!g_array_index (self->faults, Fault, i).fault->has_when)
        put_at_its_time (self, i);
    }
}

void
rush_fault_schedule_add (RushFaultSchedule *self, RushSimFault *told)
{
  Fault fault = { .fault = told, .times_left = MAX (1, told->times) };

  g_ptr_array_add (self->added, told);
  g_array_append_val (self->faults, fault);
  if (!told->has_when)
    put_at_its_time (self, self->faults->len - 1);
}

/* ---- life ---- */

void
rush_fault_schedule_free (RushFaultSchedule *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->faults);
  g_ptr_array_unref (self->added);
  g_free (self);
}

RushFaultSchedule *
rush_fault_schedule_new (const RushFaultScheduleSetup *setup, GError **error)
{
  g_autoptr (RushFaultSchedule) self = g_new0 (RushFaultSchedule, 1);
  const GPtrArray *faults = setup->scenario->faults;

  self->setup = *setup;
  self->faults = g_array_new (FALSE, TRUE, sizeof (Fault));
  self->added = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_sim_fault_free);
  for (guint i = 0; faults != NULL && i < faults->len; i++)
    {
      const RushSimFault *told = g_ptr_array_index (faults, i);
      Fault fault = { .fault = told, .times_left = MAX (1, told->times) };

      if (told->kind == RUSH_SIM_DROP_CACHED && setup->model->klass->drop_cached == NULL)
        {
          g_set_error (
              error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
              "%s: fault %u is drop_cached, and tasks without data keep nothing: it is for "
              "the real mode",
              setup->scenario->source, i);
          return NULL;
        }
      g_array_append_val (self->faults, fault);
    }
  return g_steal_pointer (&self);
}
