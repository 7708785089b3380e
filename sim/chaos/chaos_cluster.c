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
  rush_scenario_world_tell (&((RushChaosRun *)data)->world, actor, step, executor_id, host);
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
  self->conf = rush_conf_new ();
  rush_conf_set_warner (self->conf, say_nothing, NULL);
  return rush_conf_set (self->conf, "spark.master", "sim://", error) &&
         rush_chaos_script_configure (self->script, self->conf, error) &&
         rush_scenario_apply (self->scenario, self->conf, error);
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
  RushSimulatedSetup setup =
      rush_scenario_world_backend_setup (&self->world, rush_chaos_values_model (self->values));

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

gboolean
rush_chaos_cluster_make (RushChaosRun *self, GError **error)
{
  RushChaosProgram *program = self->program;

  if (!make_conf (self, error))
    return FALSE;
  self->lineage = rush_lineage_new ();
  rush_scenario_world_init (&self->world, self->scenario);
  self->world.conf = self->conf;
  self->model = rush_model_job_new (self->lineage, self->world.topology, program->stages,
                                    program->n_stages, self->spec->seed, error);
  if (self->model == NULL)
    return FALSE;
  self->tracker = rush_map_output_tracker_new ();
  self->values = rush_chaos_values_new (rush_model_job_model (self->model), self->tracker);
  self->bus = rush_event_bus_new (1);
  self->world.bus = self->bus;
  make_watch (self);
  if (!rush_scenario_world_make_faults (&self->world, rush_chaos_values_model (self->values),
                                        error) ||
      !make_scheduler (self, error) ||
      !rush_scenario_world_make_manager (&self->world, FALSE, &listener, self, error))
    return FALSE;
  rush_simulated_backend_set_manager (self->backend, self->world.manager);
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

  rush_scenario_world_start (&self->world, self->backend, (guint)self->scenario->executors.count);
  rush_event_heap_put (self->world.heap, rush_conf_get_time_us (self->conf, key),
                       waited_long_enough, self, 0);
}

void
rush_chaos_cluster_clear (RushChaosRun *self)
{
  if (self->world.manager != NULL)
    self->world.manager->klass->stop (self->world.manager);
  if (self->watch != NULL)
    rush_invariant_watch_forget_world (self->watch);
  rush_scheduler_free (self->scheduler);
  if (self->backend != NULL)
    self->backend->klass->free (self->backend);
  rush_chaos_values_free (self->values);
  rush_map_output_tracker_free (self->tracker);
  rush_model_job_free (self->model);
  if (self->bus != NULL)
    rush_event_bus_free (self->bus);
  rush_scenario_world_clear (&self->world);
  rush_lineage_unref (self->lineage);
  g_clear_pointer (&self->conf, rush_conf_unref);
  g_free (self->driver_lost);
}
