/* simulated_cluster.c - see the header.
 *
 * What runs on which thread:
 *
 *     program      start (), stop (): sets a wish, wakes the loop, waits; kill, inject: queued
 *     driver loop  idle (): everything else: manager, heap, backend, faults
 *     a runner     computes a task, wakes the loop
 *
 * idle () does the first of these that there is to do, and is called again until there is nothing:
 *
 *     the end is wished for  ▶ tasks are asked to stop; nothing more happens
 *     a task computes        ▶ nothing: its end wakes the loop
 *     tasks have computed    ▶ the backend is told
 *     faults are queued      ▶ they are the schedule's (so they are when a task is launched)
 *     not ready yet          ▶ the next action of the heap, until enough executors are there
 *     the program waits      ▶ the next action; or, when there is no hope, its jobs are cancelled
 */
#include "sim/simulated_cluster.h"

#include "core/executor/block_mover.h"
#include "sim/container_memory.h"
#include "sim/real_tasks.h"
#include "sim/scenario_world.h"
#include "sim/simulated_master.h"

#define QUIET_US G_USEC_PER_SEC /* nobody has come for so long: all are there */

typedef struct
{
  RushCluster base;
  RushScenario *scenario; /* (owned) */
  RushScenarioWorld world;
  RushWaitingRoom *room;
  RushRealTasks *tasks;
  /* The context's. */
  const RushConf *conf;
  RushDriverLoop *loop;

  /* The loop's. */
  gboolean begun;
  gint64 application_us; /* when its driver began to run; −1: it does not yet */
  guint n_wanted, n_there;
  gint64 last_came_us;
  guint64 progress; /* of the backend, as last seen */
  gint64 progress_us;
  char *refusal;  /* the manager's last word, if it gave less than was asked */
  char *hopeless; /* why jobs are of no use any more: the driver is lost */
  atomic_uint n_cores;

  pthread_mutex_t lock;
  pthread_cond_t changed;
  /* Guarded by lock. */
  RushScheduler *scheduler; /* NULL: not started */
  gboolean ready;
  gboolean ending, ended;
  GQueue faults_to_come; /* RushSimFault */
} SimulatedCluster;

/* ---- the story ---- */

static void
post_step (gpointer data, const char *actor, const char *step, const char *executor_id,
           const char *host)
{
  rush_scenario_world_tell (&((SimulatedCluster *)data)->world, actor, step, executor_id, host);
}

/* ---- what the manager says ---- */

static void
executor_ready (gpointer data, const RushSimExecutor *executor)
{
  SimulatedCluster *self = data;
  g_autoptr (GError) error = NULL;
  RushLocalExecutor *local =
      rush_executor_set_add (self->base.executors, executor->id, executor->host->name,
                             executor->cores, executor->heap_bytes, &error);

  g_assert_no_error (error); /* build () has made one like it */
  if (rush_conf_get_bool (self->conf, "spark.shuffle.service.enabled"))
    rush_executor_set_outlive (self->base.executors, local);
  self->n_there++;
  self->last_came_us = rush_event_heap_now_us (self->world.heap);
  atomic_fetch_add (&self->n_cores, executor->cores);
  rush_simulated_backend_executor_ready (self->base.backend, executor);
}

static void
executor_gone (gpointer data, const RushSimExecutor *executor, const char *reason, gint exit_code,
               gboolean by_application)
{
  SimulatedCluster *self = data;
  RushLocalExecutor *local = rush_executor_set_find (self->base.executors, executor->id);

  if (local == NULL || !rush_executor_set_end (self->base.executors, local))
    return; /* it has never come, or its end is old news */
  self->n_there--;
  atomic_fetch_sub (&self->n_cores, executor->cores);
  rush_simulated_backend_executor_gone (self->base.backend, executor->id, reason, by_application,
                                        !executor->host->alive);
  if (!executor->host->alive || !rush_conf_get_bool (self->conf, "spark.shuffle.service.enabled"))
    rush_executor_set_drop (self->base.executors, local);
}

/* Beyond its container's limit. */
static void
executor_killed (gpointer data, const RushSimExecutor *executor)
{
  SimulatedCluster *self = data;
  g_autofree char *report =
      rush_container_killed (self->base.backend, self->world.manager, executor);

  if (*report != '\0') /* else it is old news */
    post_step (self, "Executor", report, executor->id, executor->host->name);
}

static void
short_of_room (gpointer data, const RushExecutorShape *asked, gint64 container_bytes,
               guint n_missing, const RushHostRoom *rooms, guint n_rooms, const char *why)
{
  SimulatedCluster *self = data;

  g_free (self->refusal);
  self->refusal = g_strdup (why);
}

static void
driver_runs (gpointer data)
{
  SimulatedCluster *self = data;

  self->application_us = rush_event_heap_now_us (self->world.heap);
}

static void
driver_gone (gpointer data, const char *reason, gboolean starts_again)
{
  SimulatedCluster *self = data;

  if (self->hopeless == NULL)
    self->hopeless =
        g_strdup_printf ("because the driver was lost, and all that it knew with it: %s%s", reason,
                         starts_again ? " (the manager starts it again, which this "
                                        "process cannot do with a program)"
                                      : "");
}

static const RushManagerListener listener = {
  .executor_ready = executor_ready,
  .executor_gone = executor_gone,
  .executor_killed = executor_killed,
  .step = post_step,
  .short_of_room = short_of_room,
  .driver_runs = driver_runs,
  .driver_gone = driver_gone,
};

/* ---- the loop's spare time ---- */

static void
begin (SimulatedCluster *self)
{
  self->begun = TRUE;
  rush_scenario_world_start (&self->world, self->base.backend, self->n_wanted);
}

/* As long as Spark waits: from when the driver runs on, wherever that is. */
static gboolean
has_waited (const SimulatedCluster *self, gint64 now_us)
{
  gint64 patience_us =
      rush_conf_get_time_us (self->conf, "spark.scheduler.maxRegisteredResourcesWaitingTime");

  return now_us - self->application_us >= patience_us;
}

/* All that were asked for, as many as Spark waits for, or as long as it waits.  A program whose
 * driver does not find a place begins after a day, to be told so by its first job. */
static gboolean
is_ready (const SimulatedCluster *self)
{
  gint64 now_us = rush_event_heap_now_us (self->world.heap);

  if (self->application_us < 0 && self->hopeless == NULL)
    return now_us >= RUSH_LONG_WAIT_US;
  if (self->hopeless != NULL || has_waited (self, now_us) || self->n_wanted == 0)
    return TRUE;
  if (self->scenario->manager.kind != RUSH_MANAGER_ANY)
    return self->n_wanted == G_MAXUINT ||
           self->n_there >= rush_scenario_ready_ratio (self->scenario, self->conf) * self->n_wanted;
  return self->n_there >= self->n_wanted ||
         (self->n_there > 0 && now_us - self->last_came_us >= QUIET_US);
}

static void
become_ready (SimulatedCluster *self)
{
  pthread_mutex_lock (&self->lock);
  self->ready = TRUE;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

/* Whether something has happened that brings jobs on, in the last day. */
static gboolean
is_alive (SimulatedCluster *self)
{
  gint64 now_us = rush_event_heap_now_us (self->world.heap);
  guint64 progress = rush_simulated_backend_progress (self->base.backend);

  if (progress != self->progress)
    {
      self->progress = progress;
      self->progress_us = now_us;
    }
  return now_us - self->progress_us < RUSH_LONG_WAIT_US;
}

static void
cancel_all (SimulatedCluster *self, const char *reason)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_ALL_JOBS_CANCELLED);

  message->reason = g_strdup (reason);
  rush_simulated_backend_deliver (self->base.backend, message);
}

static void
cancel_waiting (SimulatedCluster *self)
{
  g_autofree char *why = g_strdup_printf (
      "because it would wait for ever: since %.3f s no task has started or ended and no executor "
      "has come, with %u executors%s%s",
      (double)self->progress_us / G_USEC_PER_SEC, self->n_there,
      self->refusal != NULL ? "; the manager gave less than was asked for: " : "",
      self->refusal != NULL ? self->refusal : "");

  cancel_all (self, why);
  self->progress_us =
      rush_event_heap_now_us (self->world.heap); /* the next job gets its day, too */
}

static gboolean
take_a_step (SimulatedCluster *self)
{
  if (self->hopeless != NULL)
    cancel_all (self, self->hopeless);
  else if (!is_alive (self) || !rush_event_heap_step (self->world.heap))
    cancel_waiting (self);
  return TRUE;
}

/* All that are queued. */
static void
take_faults (SimulatedCluster *self)
{
  GQueue queued;
  RushSimFault *fault;

  pthread_mutex_lock (&self->lock);
  queued = self->faults_to_come;
  g_queue_init (&self->faults_to_come);
  pthread_mutex_unlock (&self->lock);
  while ((fault = g_queue_pop_head (&queued)) != NULL)
    rush_fault_schedule_add (self->world.faults, fault);
}

/* A RushSimTaskStarts.  A job may come to the loop right behind a fault, which is for its tasks: so
 * faults are taken here, too, and not only when there is no job to be looked at. */
static char *
task_starts (gpointer data, const RushTask *task, const char *executor_id)
{
  SimulatedCluster *self = data;

  take_faults (self);
  return rush_fault_schedule_task_starts (self->world.faults, task, executor_id);
}

/* What the program's threads want of the loop. */
typedef struct
{
  gboolean started, ready, ending;
} Wishes;

static Wishes
wishes_of (SimulatedCluster *self)
{
  Wishes wishes;

  pthread_mutex_lock (&self->lock);
  wishes = (Wishes){ self->scheduler != NULL, self->ready, self->ending };
  pthread_mutex_unlock (&self->lock);
  return wishes;
}

static gboolean
come_to_an_end (SimulatedCluster *self)
{
  gboolean first;

  pthread_mutex_lock (&self->lock);
  first = !self->ended;
  pthread_mutex_unlock (&self->lock);
  if (!first)
    return FALSE;
  rush_real_tasks_cancel_all (self->tasks);
  pthread_mutex_lock (&self->lock);
  self->ended = TRUE;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
  return FALSE;
}

static gboolean
idle (gpointer data)
{
  SimulatedCluster *self = data;
  Wishes wishes = wishes_of (self);

  if (wishes.ending)
    return come_to_an_end (self);
  if (!wishes.started)
    return FALSE;
  if (!self->begun)
    begin (self);
  take_faults (self);
  if (rush_real_tasks_is_computing (self->tasks))
    return FALSE;
  if (rush_real_tasks_deliver (self->tasks))
    return TRUE;
  if (!wishes.ready)
    {
      if (is_ready (self) || !rush_event_heap_step (self->world.heap))
        become_ready (self);
      return TRUE;
    }
  /* In this order: who waits has submitted his job before, which may be queued still. */
  return rush_waiting_room_is_patient (self->room) && rush_driver_loop_is_empty (self->loop) &&
         take_a_step (self);
}

static void
wake_loop (gpointer data)
{
  SimulatedCluster *self = data;

  if (self->loop != NULL)
    rush_driver_loop_wake (self->loop);
}

/* ---- the contract ---- */

static void
simulated_start (RushCluster *base, RushScheduler *scheduler)
{
  SimulatedCluster *self = (SimulatedCluster *)base;

  rush_simulated_backend_attach (base->backend, scheduler);
  pthread_mutex_lock (&self->lock);
  self->scheduler = scheduler;
  pthread_mutex_unlock (&self->lock);
  wake_loop (self);
  pthread_mutex_lock (&self->lock);
  while (!self->ready)
    pthread_cond_wait (&self->changed, &self->lock);
  pthread_mutex_unlock (&self->lock);
}

static void
simulated_stop (RushCluster *base)
{
  SimulatedCluster *self = (SimulatedCluster *)base;
  g_autoptr (GPtrArray) executors = NULL;

  pthread_mutex_lock (&self->lock);
  self->ending = TRUE;
  gboolean is_looked_for = self->scheduler != NULL; /* else the loop has never run, perhaps */
  pthread_mutex_unlock (&self->lock);
  wake_loop (self);
  pthread_mutex_lock (&self->lock);
  while (is_looked_for && !self->ended)
    pthread_cond_wait (&self->changed, &self->lock);
  pthread_mutex_unlock (&self->lock);
  rush_real_tasks_join (self->tasks);
  rush_block_mover_stop (rush_executor_set_mover (base->executors));
  executors = rush_executor_set_all (base->executors);
  for (guint i = 0; i < executors->len; i++)
    rush_executor_set_drop (base->executors, g_ptr_array_index (executors, i));
}

/* The loop has ended: nobody else uses the manager. */
static void
simulated_ended (RushCluster *base)
{
  SimulatedCluster *self = (SimulatedCluster *)base;

  rush_simulated_backend_drop_tasks (base->backend);
  if (self->begun)
    self->world.manager->klass->stop (self->world.manager);
}

static void
put_fault (SimulatedCluster *self, RushSimFault *fault)
{
  pthread_mutex_lock (&self->lock);
  g_queue_push_tail (&self->faults_to_come, fault);
  pthread_mutex_unlock (&self->lock);
  wake_loop (self);
}

/* As a fault of the scenario, whose manager decides whether another one comes. */
static gboolean
simulated_kill_executor (RushCluster *base, const char *executor_id, gboolean replace)
{
  RushLocalExecutor *executor = rush_executor_set_find (base->executors, executor_id);
  g_autofree char *text =
      g_strdup_printf ("{ \"do\": \"kill_executor\", \"executor\": \"%s\" }", executor_id);

  return executor != NULL && rush_local_executor_is_alive (executor) &&
         base->klass->inject (base, text, NULL);
}

static gboolean
simulated_inject (RushCluster *base, const char *text, GError **error)
{
  SimulatedCluster *self = (SimulatedCluster *)base;
  RushSimFault *fault = rush_sim_fault_parse (text, rush_topology_n_hosts (self->world.topology),
                                              rush_topology_n_racks (self->world.topology), error);

  if (fault == NULL)
    return FALSE;
  put_fault (self, fault);
  return TRUE;
}

static guint
simulated_n_cores (RushCluster *base)
{
  return atomic_load (&((SimulatedCluster *)base)->n_cores);
}

static void
simulated_free (RushCluster *base)
{
  SimulatedCluster *self = (SimulatedCluster *)base;
  RushSimFault *fault;

  if (base->backend != NULL)
    base->backend->klass->free (base->backend);
  rush_real_tasks_free (self->tasks);
  rush_executor_set_free (base->executors);
  while ((fault = g_queue_pop_head (&self->faults_to_come)) != NULL)
    rush_sim_fault_free (fault);
  rush_waiting_room_free (self->room);
  rush_scenario_world_clear (&self->world);
  rush_scenario_free (self->scenario);
  pthread_cond_destroy (&self->changed);
  pthread_mutex_destroy (&self->lock);
  g_free (self->refusal);
  g_free (self->hopeless);
  g_free (base->application_id);
  g_free (self);
}

/* ---- it is built ---- */

/* Of an executor like those to come, and that there is memory for one. */
static gboolean
storage_pool (const RushConf *conf, gint64 *out_bytes, GError **error)
{
  RushMemoryStats stats;
  RushMemoryManager *memory =
      rush_memory_manager_new (conf, rush_conf_get_bytes (conf, "spark.executor.memory"), error);

  if (memory == NULL)
    return FALSE;
  rush_memory_manager_stats (memory, &stats);
  rush_memory_manager_unref (memory);
  *out_bytes = stats.pool;
  return TRUE;
}

static void
note_fetched (gpointer self, const char *executor_id, gint64 bytes)
{
  rush_real_tasks_fetched (((SimulatedCluster *)self)->tasks, executor_id, bytes);
}

static gboolean
make_tasks (SimulatedCluster *self, const RushExecutorServices *services, GError **error)
{
  RushExecutorServices with_notes = *services;

  with_notes.fetched = note_fetched;
  with_notes.fetched_data = self;
  self->base.executors = rush_executor_set_new (&with_notes);
  self->tasks = rush_real_tasks_new (
      &(RushRealTasksSetup){ .conf = self->conf,
                             .clock = self->base.clock,
                             .topology = self->world.topology,
                             .tracker = services->tracker,
                             .executors = self->base.executors,
                             .loop = self->loop,
                             .costs = rush_real_costs_new (self->scenario, self->conf) },
      error);
  return self->tasks != NULL;
}

static gboolean
make_backend (SimulatedCluster *self, RushMapOutputTracker *tracker, GError **error)
{
  RushSimulatedSetup setup =
      rush_scenario_world_backend_setup (&self->world, rush_real_tasks_model (self->tasks));

  setup.task_starts = task_starts;
  setup.task_starts_data = self;
  setup.tracker = rush_simulated_executors_hand_over (self->conf) ? tracker : NULL;
  if (!storage_pool (self->conf, &setup.storage_pool_bytes, error))
    return FALSE;
  self->base.backend = rush_simulated_backend_new (&setup);
  rush_real_tasks_attach (self->tasks, self->base.backend);
  return TRUE;
}

static gboolean
simulated_build (RushCluster *base, const RushExecutorServices *services, RushDriverLoop *loop,
                 GError **error)
{
  SimulatedCluster *self = (SimulatedCluster *)base;

  self->conf = self->world.conf = services->conf;
  self->world.bus = services->bus;
  self->loop = loop;
  if (!make_tasks (self, services, error) ||
      !rush_scenario_world_make_faults (&self->world, rush_real_tasks_model (self->tasks), error) ||
      !make_backend (self, services->tracker, error) ||
      !rush_scenario_world_make_manager (&self->world, TRUE, &listener, self, error))
    return FALSE;
  rush_simulated_backend_set_manager (self->base.backend, self->world.manager);
  self->n_wanted = rush_scenario_wanted_executors (self->scenario, self->conf);
  if (self->scenario->driver.deploy_mode == RUSH_DEPLOY_CLUSTER)
    self->application_us = -1;
  rush_driver_loop_set_idle (loop, idle, self);
  return TRUE;
}

static const RushClusterClass simulated_class = {
  .build = simulated_build,
  .start = simulated_start,
  .stop = simulated_stop,
  .ended = simulated_ended,
  .kill_executor = simulated_kill_executor,
  .inject = simulated_inject,
  .n_cores = simulated_n_cores,
  .free = simulated_free,
};

/* ---- it is opened ---- */

static RushCluster *
simulated_open (const char *url, RushConf *conf, GError **error)
{
  RushScenario *scenario = rush_simulated_master_scenario (url, conf, error);
  SimulatedCluster *self;

  if (scenario == NULL)
    return NULL;
  self = g_new0 (SimulatedCluster, 1);
  self->base.klass = &simulated_class;
  self->scenario = scenario;
  rush_scenario_world_init (&self->world, scenario);
  self->room = rush_waiting_room_new (wake_loop, self);
  g_queue_init (&self->faults_to_come);
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->changed, NULL);
  self->base.clock = rush_event_heap_clock (self->world.heap);
  self->base.room = self->room;
  self->base.application_id = g_strdup_printf ("sim-%" G_GINT64_FORMAT, scenario->seed);
  self->base.master = (RushMaster){
    .is_cluster = TRUE,
    .cores = (guint)rush_conf_get_int (conf, "spark.executor.cores"),
    .executor_mib = rush_conf_get_bytes (conf, "spark.executor.memory") / (1024 * 1024),
  };
  return &self->base;
}

const RushClusterFactory rush_simulated_cluster_factory = { "simulated",
                                                            rush_simulated_master_takes,
                                                            simulated_open };
