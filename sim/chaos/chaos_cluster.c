/* chaos_cluster.c - what a random program runs on: all parts of a simulated cluster, and the watch.
 *
 *     manager ──executors──▶ backend ◀──▶ scheduler ──events──▶ bus ──▶ watch, digest
 *        ▲                      ▲             └──messages──▶ watch
 *        └── fault schedule ────┘
 */
#include "sim/chaos/chaos_private.h"

#include <string.h>

/* ---- what the manager says ---- */

static void
executor_ready (gpointer data, const RushSimExecutor *executor)
{
  RushChaosRun *self = data;

  rush_simulated_backend_executor_ready (self->backend, executor);
  rush_chaos_jobs_start (self);
}

static void
executor_gone (gpointer data, const RushSimExecutor *executor, const char *reason, gint exit_code,
               gboolean by_application)
{
  RushChaosRun *self = data;

  rush_simulated_backend_executor_gone (self->backend, executor->id, reason, by_application,
                                        !executor->host->alive);
}

static void
post_step (gpointer data, const char *actor, const char *step, const char *executor_id,
           const char *host)
{
  RushChaosRun *self = data;
  RushEvent *event = rush_event_new (RUSH_EVENT_CLUSTER_STEP);

  event->cluster_step =
      (RushClusterStep){ rush_clock_wall_ms (rush_event_heap_clock (self->heap)), g_strdup (actor),
                         g_strdup (step), g_strdup (executor_id), g_strdup (host) };
  rush_event_bus_post (self->bus, event);
}

static void
post_fault (gpointer data, const char *what, const char *executor_id, const char *host)
{
  post_step (data, "Chaos", what, executor_id, host);
}

static void
driver_gone (gpointer data, const char *reason, gboolean starts_again)
{
  RushChaosRun *self = data;

  if (self->driver_lost == NULL)
    self->driver_lost = g_strdup (reason);
}

static const RushManagerListener listener = {
  .executor_ready = executor_ready,
  .executor_gone = executor_gone,
  .step = post_step,
  .driver_gone = driver_gone,
};

/* ---- the parts ---- */

/* Every seed would say it again that a setting has no effect, or a pool no file. */
static void
say_nothing (const char *message, gpointer data)
{
}

static gboolean
make_conf (RushChaosRun *self, GError **error)
{
  const RushScenarioExecutors *executors = &self->scenario->executors;
  g_autofree char *count = g_strdup_printf ("%" G_GINT64_FORMAT, executors->count);
  g_autofree char *cores = g_strdup_printf ("%" G_GINT64_FORMAT, executors->cores);
  g_autofree char *memory = g_strdup_printf ("%" G_GINT64_FORMAT "b", executors->memory_bytes);

  self->conf = rush_conf_new ();
  rush_conf_set_warner (self->conf, say_nothing, NULL);
  return rush_conf_set (self->conf, "spark.master", "sim://", error) &&
         rush_chaos_script_configure (self->script, self->conf, error) &&
         rush_conf_set (self->conf, "spark.executor.instances", count, error) &&
         rush_conf_set (self->conf, "spark.executor.cores", cores, error) &&
         rush_conf_set (self->conf, "spark.executor.memory", memory, error);
}

static gboolean
make_manager (RushChaosRun *self, GError **error)
{
  const RushScenarioManager *told = &self->scenario->manager;
  gboolean kubernetes = told->kind == RUSH_MANAGER_KUBERNETES;
  RushManagerSetup setup = { .heap = self->heap,
                             .topology = self->topology,
                             .conf = self->conf,
                             .seed = self->spec->seed,
                             .settings = told->settings,
                             .listener = &listener,
                             .listener_data = self };

  if (!rush_executor_shape_read (self->conf,
                                 rush_default_overhead_factor (self->conf, kubernetes, FALSE),
                                 &setup.shape, error))
    return FALSE;
  if (told->kind == RUSH_MANAGER_YARN)
    self->manager = rush_yarn_manager_new (&setup, error);
  else if (kubernetes)
    self->manager = rush_kubernetes_manager_new (&setup, error);
  else if (told->kind == RUSH_MANAGER_MESOS)
    self->manager = rush_mesos_manager_new (&setup, error);
  else
    self->manager = rush_standalone_manager_new (&setup, error);
  return self->manager != NULL;
}

static void
make_watch (RushChaosRun *self)
{
  const RushConf *conf = self->conf;
  const RushInvariantRules rules = {
    .max_task_failures = (guint)rush_conf_get_int (conf, "spark.task.maxFailures"),
    .max_stage_attempts = (guint)rush_conf_get_int (conf, "spark.stage.maxConsecutiveAttempts"),
    .cores_per_task = (guint)rush_conf_get_int (conf, "spark.task.cpus"),
    .outputs_outlive = self->script->outputs_outlive,
    .tracker = self->tracker,
  };

  self->watch = rush_invariant_watch_new (&rules, self->violations);
  self->digest = rush_event_digest_new ();
  rush_event_bus_add_inline (self->bus, rush_invariant_watch_listener (self->watch));
  rush_event_bus_add_inline (self->bus, self->digest);
}

static gboolean
make_scheduler (RushChaosRun *self, GError **error)
{
  const RushConf *conf = self->conf;
  const RushSimulatedSetup setup = { .heap = self->heap,
                                     .topology = self->topology,
                                     .model = rush_chaos_values_model (self->values),
                                     .costs = &self->costs,
                                     .bus = self->bus,
                                     .seed = self->spec->seed,
                                     .outputs_outlive = self->script->outputs_outlive,
                                     .heartbeat_us = rush_conf_get_time_us (
                                         conf, "spark.executor.heartbeatInterval"),
                                     .task_starts = rush_fault_schedule_task_starts,
                                     .task_starts_data = self->faults };

  self->backend = rush_simulated_backend_new (&setup);
  if (!rush_scheduler_check_conf (conf, self->backend, error))
    return FALSE;
  self->scheduler = rush_scheduler_new (conf, self->backend, self->bus, self->tracker,
                                        (guint)rush_conf_get_int (conf, "spark.task.maxFailures"));
  rush_simulated_backend_attach (self->backend, self->scheduler);
  rush_scheduler_set_observer (self->scheduler, rush_invariant_watch_observer (self->watch));
  if (self->spec->seams != NULL)
    rush_scheduler_set_seams (self->scheduler, self->spec->seams);
  return !self->script->fair || rush_scheduler_use_fair_pools (self->scheduler, NULL, error);
}

static gboolean
make_faults (RushChaosRun *self, GError **error)
{
  const RushFaultScheduleSetup setup = { .scenario = self->scenario,
                                         .heap = self->heap,
                                         .topology = self->topology,
                                         .model = rush_chaos_values_model (self->values),
                                         .tell = post_fault,
                                         .tell_data = self };

  self->faults = rush_fault_schedule_new (&setup, error);
  return self->faults != NULL;
}

gboolean
rush_chaos_cluster_make (RushChaosRun *self, GError **error)
{
  RushChaosProgram *program = self->program;

  if (!make_conf (self, error))
    return FALSE;
  self->lineage = rush_lineage_new ();
  self->heap = rush_event_heap_new (0);
  self->topology = rush_scenario_topology (self->scenario, self->heap);
  self->costs = rush_scenario_costs (self->scenario);
  self->model = rush_model_job_new (self->lineage, self->topology, program->stages,
                                    program->n_stages, self->spec->seed, error);
  if (self->model == NULL)
    return FALSE;
  self->tracker = rush_map_output_tracker_new ();
  self->values = rush_chaos_values_new (rush_model_job_model (self->model), self->tracker);
  self->bus = rush_event_bus_new (1);
  make_watch (self);
  if (!make_faults (self, error) || !make_scheduler (self, error) || !make_manager (self, error))
    return FALSE;
  rush_simulated_backend_set_manager (self->backend, self->manager);
  return TRUE;
}

/* ---- life ---- */

static void
waited_long_enough (gpointer data, gint64 argument)
{
  rush_chaos_jobs_start (data);
}

void
rush_chaos_cluster_start (RushChaosRun *self)
{
  static const char key[] = "spark.scheduler.maxRegisteredResourcesWaitingTime";

  self->manager->klass->start (self->manager);
  self->manager->klass->request (self->manager, (guint)self->scenario->executors.count);
  rush_fault_schedule_start (self->faults, self->backend, self->manager);
  rush_event_heap_put (self->heap, rush_conf_get_time_us (self->conf, key), waited_long_enough,
                       self, 0);
}

void
rush_chaos_cluster_clear (RushChaosRun *self)
{
  if (self->manager != NULL)
    self->manager->klass->stop (self->manager);
  if (self->watch != NULL)
    rush_invariant_watch_forget_world (self->watch);
  rush_scheduler_free (self->scheduler);
  if (self->backend != NULL)
    self->backend->klass->free (self->backend);
  if (self->manager != NULL)
    self->manager->klass->free (self->manager);
  rush_fault_schedule_free (self->faults);
  rush_chaos_values_free (self->values);
  rush_map_output_tracker_free (self->tracker);
  rush_model_job_free (self->model);
  if (self->bus != NULL)
    rush_event_bus_free (self->bus);
  if (self->topology != NULL)
    rush_topology_free (self->topology);
  rush_event_heap_free (self->heap);
  rush_lineage_unref (self->lineage);
  g_clear_pointer (&self->conf, rush_conf_unref);
  g_free (self->driver_lost);
}
