/* simulated_backend.c - who is there in a simulated cluster, and what the scheduler may ask of it.
 *
 * The scheduler's questions come from inside a message, and nothing here answers at once: each
 * answer is an action of the heap.  The other way round, what happens in the cluster is an action
 * already, and goes to the scheduler directly.
 *
 * An executor that is gone takes its tasks with it.  The driver hears of it when the manager says
 * so; how long that takes is the manager's affair (a closed connection, a missed heartbeat).
 */
#include "core/executor/executor_events.h"
#include "sim/simulated_private.h"

/* ---- the contract: tasks ---- */

static void
sim_launch (RushBackend *base, const char *executor_id, RushTask *task)
{
  RushSimulatedBackend *self = (RushSimulatedBackend *)base;
  RushSimSlots *executor = g_hash_table_lookup (self->executors, executor_id);

  if (executor == NULL || executor->dead) /* the scheduler is yet to hear of it */
    rush_task_free (task);
  else
    rush_simulated_tasks_launch (self, executor, task);
}

static void
sim_kill_task (RushBackend *base, const char *executor_id, gint64 task_id, const char *reason)
{
  rush_simulated_tasks_kill ((RushSimulatedBackend *)base, task_id, reason);
}

/* ---- the contract: executors ---- */

static gboolean
sim_request_executors (RushBackend *base, guint n)
{
  RushSimulatedBackend *self = (RushSimulatedBackend *)base;

  if (self->manager == NULL)
    return FALSE;
  self->manager->klass->request (self->manager, n);
  return TRUE;
}

/* An executor that the scheduler has let go of. */
typedef struct
{
  char *executor_id;
  char *reason; /* it is decommissioned for that; NULL: it goes at once */
} Release;

static void
release_free (gpointer data)
{
  Release *self = data;

  g_free (self->executor_id);
  g_free (self->reason);
  g_free (self);
}

static void
release_drained (gpointer data, gint64 number)
{
  RushSimulatedBackend *self = data;
  const RushSimSlots *executor = g_hash_table_lookup (self->by_number, GINT_TO_POINTER (number));

  if (executor == NULL)
    return;
  g_autofree char *executor_id = g_strdup (executor->id);
  self->manager->klass->release (self->manager, executor_id);
}

static void
release (RushSimulatedBackend *self, const Release *what)
{
  const RushSimSlots *executor = g_hash_table_lookup (self->executors, what->executor_id);

  if (what->reason == NULL)
    self->manager->klass->release (self->manager, what->executor_id);
  else if (executor != NULL)
    rush_simulated_backend_drain_executor (&self->base, what->executor_id, what->reason,
                                           release_drained, self, executor->number);
}

/* A manager may take it back at once, and the scheduler must not hear of that in the middle of what
 * it does now. */
static void
release_all (gpointer data, gint64 argument)
{
  RushSimulatedBackend *self = data;

  self->release = 0;
  while (self->to_release.length > 0)
    {
      Release *what = g_queue_pop_head (&self->to_release);

      release (self, what);
      release_free (what);
    }
}

static void
release_later (RushSimulatedBackend *self, const char *executor_id, const char *reason)
{
  Release *what;

  if (self->manager == NULL)
    return;
  what = g_new (Release, 1);
  *what = (Release){ g_strdup (executor_id), g_strdup (reason) };
  g_queue_push_tail (&self->to_release, what);
  if (self->release == 0)
    self->release = rush_event_heap_put (self->setup.heap, 0, release_all, self, 0);
}

static void
sim_kill_executor (RushBackend *base, const char *executor_id)
{
  release_later ((RushSimulatedBackend *)base, executor_id, NULL);
}

static void
sim_decommission_executor (RushBackend *base, const char *executor_id, const char *reason)
{
  release_later ((RushSimulatedBackend *)base, executor_id, reason);
}

/* ---- the contract: time ---- */

typedef struct
{
  RushSimulatedBackend *backend;
  guint64 id;
  guint64 action;
} RushSimTimer;

static void
timer_due (gpointer data, gint64 argument)
{
  RushSimTimer *timer = data;
  RushScheduler *scheduler = timer->backend->scheduler;
  RushMessage *message = rush_message_new (RUSH_MESSAGE_TIMER);

  message->timer_id = timer->id;
  g_hash_table_remove (timer->backend->timers, &timer->id);
  rush_scheduler_handle (scheduler, message);
}

static void
sim_start_timer (RushBackend *base, guint64 timer_id, gint64 delay_us)
{
  RushSimulatedBackend *self = (RushSimulatedBackend *)base;
  RushSimTimer *timer = g_new0 (RushSimTimer, 1);

  timer->backend = self;
  timer->id = timer_id;
  timer->action = rush_event_heap_put (self->setup.heap, delay_us, timer_due, timer, 0);
  g_hash_table_insert (self->timers, &timer->id, timer);
}

static void
sim_cancel_timer (RushBackend *base, guint64 timer_id)
{
  RushSimulatedBackend *self = (RushSimulatedBackend *)base;
  RushSimTimer *timer = g_hash_table_lookup (self->timers, &timer_id);

  if (timer == NULL)
    return;
  rush_event_heap_cancel (self->setup.heap, timer->action);
  g_hash_table_remove (self->timers, &timer_id);
}

static RushClock *
sim_clock (RushBackend *base)
{
  return rush_event_heap_clock (((RushSimulatedBackend *)base)->setup.heap);
}

/* ---- executors come ---- */

static void
slots_free (gpointer data)
{
  RushSimSlots *self = data;

  g_assert (self->running.length == 0 && self->held.length == 0 && self->heartbeat == 0);
  rush_executor_pauses_clear (&self->pauses);
  g_free (self->id);
  g_free (self);
}

void
rush_simulated_backend_executor_ready (RushBackend *base, const RushSimExecutor *executor)
{
  RushSimulatedBackend *self = (RushSimulatedBackend *)base;
  RushSimSlots *slots = g_new0 (RushSimSlots, 1);
  RushMessage *message = rush_message_new (RUSH_MESSAGE_EXECUTOR_REGISTERED);

  g_assert (!g_hash_table_contains (self->executors, executor->id));
  self->progress++;
  slots->id = g_strdup (executor->id);
  slots->host = executor->host;
  slots->number = self->next_number++;
  slots->cores = executor->cores;
  slots->slowness = 1;
  slots->container.heap_bytes = executor->heap_bytes;
  slots->container.container_bytes = executor->container_bytes;
  slots->container.pool_bytes = self->setup.storage_pool_bytes;
  slots->messages = self->messages;
  g_queue_init (&slots->running);
  g_queue_init (&slots->held);
  rush_executor_pauses_init (&slots->pauses, self->setup.costs, self->setup.seed, slots->number,
                             rush_event_heap_now_us (self->setup.heap));
  g_hash_table_insert (self->executors, slots->id, slots);
  g_hash_table_insert (self->by_number, GINT_TO_POINTER (slots->number), slots);
  rush_sim_start_heartbeats (self, slots);
  rush_post_executor_added (self->setup.bus, sim_clock (base), slots->id, slots->host->name,
                            slots->host->rack, slots->cores, self->setup.storage_pool_bytes);

  message->text = g_strdup (slots->id);
  message->host = g_strdup (slots->host->name);
  message->rack = g_strdup (slots->host->rack);
  message->cores = slots->cores;
  rush_scheduler_handle (self->scheduler, message);
}

/* ---- executors go ---- */

void
rush_simulated_backend_executor_gone (RushBackend *base, const char *executor_id,
                                      const char *reason, gboolean by_application,
                                      gboolean host_is_gone)
{
  RushSimulatedBackend *self = (RushSimulatedBackend *)base;
  RushSimSlots *executor = g_hash_table_lookup (self->executors, executor_id);
  gboolean outputs_lost = host_is_gone || !self->setup.outputs_outlive;
  RushMessage *message;

  if (executor == NULL)
    return;
  self->progress++;
  rush_simulated_tasks_drop_all (self, executor);
  if (outputs_lost)
    self->setup.model->klass->executor_lost (self->setup.model, executor_id);
  rush_post_executor_removed (self->setup.bus, sim_clock (base), executor->id, executor->host->name,
                              reason);

  message = rush_message_new (RUSH_MESSAGE_EXECUTOR_LOST);
  message->text = g_strdup (executor_id);
  message->reason = g_strdup (reason);
  message->caused_by_application = by_application;
  message->outputs_lost = outputs_lost;
  rush_sim_forget_messages (self, executor);
  g_hash_table_remove (self->by_number, GINT_TO_POINTER (executor->number));
  g_hash_table_remove (self->executors, executor_id);
  rush_scheduler_handle (self->scheduler, message);
}

void
rush_simulated_backend_drop_tasks (RushBackend *base)
{
  RushSimulatedBackend *self = (RushSimulatedBackend *)base;
  g_autoptr (GPtrArray) ids = rush_simulated_backend_executors_on (base, NULL);

  for (guint i = 0; i < ids->len; i++)
    rush_simulated_tasks_drop_all (
        self, g_hash_table_lookup (self->executors, g_ptr_array_index (ids, i)));
}

void
rush_simulated_backend_abandon (RushBackend *base, const char *reason)
{
  RushSimulatedBackend *self = (RushSimulatedBackend *)base;
  g_autoptr (GPtrArray) ids = rush_simulated_backend_executors_on (base, NULL);

  for (guint i = 0; i < ids->len; i++)
    {
      RushSimSlots *executor = g_hash_table_lookup (self->executors, g_ptr_array_index (ids, i));

      executor->drained = NULL;
      rush_simulated_tasks_drop_all (self, executor);
      self->setup.model->klass->executor_lost (self->setup.model, executor->id);
      rush_post_executor_removed (self->setup.bus, sim_clock (base), executor->id,
                                  executor->host->name, reason);
      rush_sim_forget_messages (self, executor);
      g_hash_table_remove (self->by_number, GINT_TO_POINTER (executor->number));
      g_hash_table_remove (self->executors, executor->id);
    }
}

/* ---- they fall silent, and other trouble ---- */

static RushSimSlots *
find (RushBackend *base, const char *executor_id)
{
  return g_hash_table_lookup (((RushSimulatedBackend *)base)->executors, executor_id);
}

static void
lose_outputs (RushSimulatedBackend *self, const char *executor_id)
{
  self->setup.model->klass->executor_lost (self->setup.model, executor_id);
}

gboolean
rush_simulated_backend_executor_died (RushBackend *base, const char *executor_id)
{
  RushSimulatedBackend *self = (RushSimulatedBackend *)base;
  RushSimSlots *executor = find (base, executor_id);

  if (executor == NULL || executor->dead)
    return FALSE;
  executor->dead = TRUE;
  executor->drained = NULL;
  rush_simulated_tasks_drop_all (self, executor);
  rush_sim_forget_messages (self, executor);
  if (!self->setup.outputs_outlive || !executor->host->alive)
    lose_outputs (self, executor_id);
  return TRUE;
}

gboolean
rush_simulated_backend_cut_executor (RushBackend *base, const char *executor_id, gboolean cut)
{
  RushSimulatedBackend *self = (RushSimulatedBackend *)base;
  RushSimSlots *executor = find (base, executor_id);

  if (executor == NULL || executor->dead || executor->cut == cut)
    return FALSE;
  executor->cut = cut;
  if (cut)
    lose_outputs (self, executor_id);
  else
    rush_sim_tell_held (self, executor);
  return TRUE;
}

gboolean
rush_simulated_backend_drain_executor (RushBackend *base, const char *executor_id,
                                       const char *reason, RushSimAction over, gpointer data,
                                       gint64 argument)
{
  RushSimulatedBackend *self = (RushSimulatedBackend *)base;
  RushSimSlots *executor = find (base, executor_id);
  RushMessage *message;

  if (executor == NULL || executor->dead || executor->leaving)
    return FALSE;
  executor->leaving = TRUE;
  if (self->setup.tracker != NULL && self->setup.model->klass->move_output != NULL)
    {
      data = rush_output_migration_new (self, executor, over, data, argument);
      over = rush_output_migration_begin;
    }
  if (executor->running.length == 0)
    rush_event_heap_put (self->setup.heap, 0, over, data, argument);
  else
    {
      executor->drained = over;
      executor->drained_data = data;
      executor->drained_argument = argument;
    }
  message = rush_message_new (RUSH_MESSAGE_EXECUTOR_DECOMMISSIONING);
  message->text = g_strdup (executor_id);
  message->reason = g_strdup (reason);
  rush_scheduler_handle (self->scheduler, message);
  return TRUE;
}

static gint
compare_numbers (gconstpointer a, gconstpointer b)
{
  const RushSimSlots *x = *(RushSimSlots *const *)a, *y = *(RushSimSlots *const *)b;

  return (x->number > y->number) - (x->number < y->number);
}

GPtrArray *
rush_simulated_backend_executors_on (RushBackend *base, const RushSimHost *host)
{
  RushSimulatedBackend *self = (RushSimulatedBackend *)base;
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->executors);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (host == NULL || ((RushSimSlots *)value)->host == host)
      g_ptr_array_add (found, value);
  g_ptr_array_sort (found, compare_numbers);
  for (guint i = 0; i < found->len; i++)
    g_ptr_array_add (ids, g_strdup (((RushSimSlots *)g_ptr_array_index (found, i))->id));
  return ids;
}

void
rush_simulated_backend_set_messages (RushBackend *base, const char *executor_id,
                                     const RushSimMessages *messages)
{
  RushSimulatedBackend *self = (RushSimulatedBackend *)base;
  GHashTableIter iter;
  gpointer executor;

  if (executor_id == NULL)
    self->messages = *messages;
  g_hash_table_iter_init (&iter, self->executors);
  while (g_hash_table_iter_next (&iter, NULL, &executor))
    if (executor_id == NULL || g_str_equal (((RushSimSlots *)executor)->id, executor_id))
      ((RushSimSlots *)executor)->messages = *messages;
}

gboolean
rush_simulated_backend_slow_executor (RushBackend *base, const char *executor_id, double factor)
{
  RushSimSlots *executor = find (base, executor_id);

  if (executor == NULL)
    return FALSE;
  executor->slowness = factor;
  return TRUE;
}

void
rush_simulated_backend_deliver (RushBackend *base, RushMessage *message)
{
  rush_scheduler_handle (((RushSimulatedBackend *)base)->scheduler, message);
}

guint64
rush_simulated_backend_progress (RushBackend *base)
{
  return ((RushSimulatedBackend *)base)->progress;
}

guint
rush_simulated_backend_n_executors (RushBackend *base)
{
  return g_hash_table_size (((RushSimulatedBackend *)base)->executors);
}

guint
rush_simulated_backend_n_running (RushBackend *base)
{
  return g_hash_table_size (((RushSimulatedBackend *)base)->tasks);
}

/* ---- life ---- */

static void
timer_free (gpointer data)
{
  g_free (data);
}

static void
sim_free (RushBackend *base)
{
  RushSimulatedBackend *self = (RushSimulatedBackend *)base;
  GHashTableIter iter;
  gpointer executor, timer;

  g_hash_table_iter_init (&iter, self->executors);
  while (g_hash_table_iter_next (&iter, NULL, &executor))
    {
      ((RushSimSlots *)executor)->drained = NULL;
      rush_simulated_tasks_drop_all (self, executor);
      rush_sim_forget_messages (self, executor);
    }
  rush_output_migrations_forget (self);
  rush_sim_forget_packets (self);
  g_hash_table_iter_init (&iter, self->timers);
  while (g_hash_table_iter_next (&iter, NULL, &timer))
    rush_event_heap_cancel (self->setup.heap, ((RushSimTimer *)timer)->action);
  if (self->release != 0)
    rush_event_heap_cancel (self->setup.heap, self->release);
  g_queue_clear_full (&self->to_release, release_free);
  g_hash_table_unref (self->by_number);
  g_hash_table_unref (self->packets);
  g_hash_table_unref (self->migrations);
  g_hash_table_unref (self->executors);
  g_hash_table_unref (self->tasks);
  g_hash_table_unref (self->timers);
  g_free (self);
}

void
rush_simulated_backend_attach (RushBackend *base, RushScheduler *scheduler)
{
  ((RushSimulatedBackend *)base)->scheduler = scheduler;
}

void
rush_simulated_backend_set_manager (RushBackend *base, RushClusterManager *manager)
{
  ((RushSimulatedBackend *)base)->manager = manager;
}

static const RushBackendClass sim_class = {
  .name = "simulated",
  .launch = sim_launch,
  .kill_task = sim_kill_task,
  .request_executors = sim_request_executors,
  .kill_executor = sim_kill_executor,
  .decommission_executor = sim_decommission_executor,
  .start_timer = sim_start_timer,
  .cancel_timer = sim_cancel_timer,
  .clock = sim_clock,
  .free = sim_free,
};

RushBackend *
rush_simulated_backend_new (const RushSimulatedSetup *setup)
{
  RushSimulatedBackend *self = g_new0 (RushSimulatedBackend, 1);

  self->klass = sim_class;
  self->klass.sends_heartbeats = setup->heartbeat_us > 0;
  self->base.klass = &self->klass;
  self->setup = *setup;
  self->executors = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, slots_free);
  g_queue_init (&self->to_release);
  self->by_number = g_hash_table_new (NULL, NULL);
  self->packets = g_hash_table_new (NULL, NULL);
  self->migrations = g_hash_table_new (NULL, NULL);
  self->tasks = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->timers = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, timer_free);
  return &self->base;
}
