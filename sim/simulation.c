/* simulation.c - see the header.
 *
 * Applications are told of as Spark's log has them: version, application, executors, …, end.  What
 * the cluster does in between are events of our own (ClusterStep).
 */
#include "sim/simulation.h"
#include "core/memory/memory_layout.h"

#include "sim/container_memory.h"
#include "sim/scenario_world.h"

#include <string.h>

#define VERSION "4.3.0" /* whose log format and behaviour these are */
#define STOCK_MAPS 200
#define STOCK_REDUCES 50
#define STOCK_S 2.0
#define STOCK_BYTES (16.0 * 1024 * 1024)

struct _RushSimulation
{
  const RushScenario *scenario;
  RushConf *conf;
  RushEventBus *bus;
  RushScenarioWorld world;
  RushLineage *lineage;
  RushPlugins *plugins;
  RushDistribution *stock_s, *stock_bytes; /* of the job of a scenario that says none */
  RushModelJob *job;
  RushModelRun *run;
  guint n_wanted;
  RushSimulationResult result;
  gboolean job_started;
  GError *failure;               /* of the driver */
  gboolean starts_again;         /* it does */
  GHashTable *killed_for_memory; /* executor id → its sum, both owned */
  const char *last_killed;       /* (unowned) the last one's sum; NULL: none was */
};

/* ---- events ---- */

static double
now_s (RushSimulation *self)
{
  return (double)rush_event_heap_now_us (self->world.heap) / G_USEC_PER_SEC;
}

static void
add_plugin_pair (const char *seam, const char *part, gpointer pairs)
{
  g_autofree char *key = g_strdup_printf ("Rushlight Plug-in %s", seam);

  g_strv_builder_add (pairs, key);
  g_strv_builder_add (pairs, part);
}

/* Nothing if there are none: an application without data has no environment worth a word. */
static void
post_plugins (RushSimulation *self)
{
  g_autoptr (GStrvBuilder) pairs = g_strv_builder_new ();
  g_auto (GStrv) runtime = NULL;
  RushEvent *event;

  rush_plugins_foreach (self->plugins, add_plugin_pair, pairs);
  runtime = g_strv_builder_end (pairs);
  if (runtime[0] == NULL)
    return;
  event = rush_event_new (RUSH_EVENT_ENVIRONMENT_UPDATE);
  event->environment_update.runtime = g_steal_pointer (&runtime);
  event->environment_update.spark_properties = g_new0 (char *, 1);
  event->environment_update.system_properties = g_new0 (char *, 1);
  rush_event_bus_post (self->bus, event);
}

static void
post_start (RushSimulation *self)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_LOG_START);

  event->log_start.version = g_strdup (VERSION);
  rush_event_bus_post (self->bus, event);
  event = rush_event_new (RUSH_EVENT_APPLICATION_START);
  event->application_start.app_name = g_strdup (self->scenario->name);
  event->application_start.app_id = g_strdup_printf ("sim-%" G_GINT64_FORMAT, self->scenario->seed);
  event->application_start.user = g_strdup ("sim");
  event->application_start.master = g_strdup ("sim://");
  event->application_start.time_ms = rush_scenario_world_now_ms (&self->world);
  rush_event_bus_post (self->bus, event);
  post_plugins (self);
}

static void
post_end (RushSimulation *self)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_APPLICATION_END);

  event->application_end.time_ms = rush_scenario_world_now_ms (&self->world);
  rush_event_bus_post (self->bus, event);
}

static void
post_step (gpointer data, const char *actor, const char *step, const char *executor_id,
           const char *host)
{
  rush_scenario_world_tell (&((RushSimulation *)data)->world, actor, step, executor_id, host);
}

/* ---- the job's start ---- */

static gboolean
is_ready (RushSimulation *self)
{
  double ratio = rush_scenario_ready_ratio (self->scenario, self->conf);
  guint n = rush_simulated_backend_n_executors (rush_model_run_backend (self->run));

  return self->n_wanted == G_MAXUINT || n >= ratio * self->n_wanted;
}

static void
start_job (RushSimulation *self)
{
  if (self->job_started || self->failure != NULL)
    return;
  self->job_started = TRUE;
  self->result.job_started_s = now_s (self);
  rush_model_run_submit (self->run);
}

/* @n_restarts: of the driver, when the wait began. */
static void
waited_long_enough (gpointer data, gint64 n_restarts)
{
  RushSimulation *self = data;

  if (n_restarts == self->result.n_restarts)
    start_job (self);
}

static void
wait_for_executors (RushSimulation *self)
{
  if (self->n_wanted == 0) /* there is nobody to wait for */
    start_job (self);
  rush_event_heap_put (
      self->world.heap,
      rush_conf_get_time_us (self->conf, "spark.scheduler.maxRegisteredResourcesWaitingTime"),
      waited_long_enough, self, self->result.n_restarts);
}

/* ---- what the manager says ---- */

static void
executor_ready (gpointer data, const RushSimExecutor *executor)
{
  RushSimulation *self = data;
  RushSimulationResult *result = &self->result;
  RushBackend *backend = rush_model_run_backend (self->run);

  if (result->n_executors++ == 0)
    result->first_executor_s = now_s (self);
  rush_simulated_backend_executor_ready (backend, executor);
  result->most_executors =
      MAX (result->most_executors, rush_simulated_backend_n_executors (backend));
  if (is_ready (self))
    start_job (self);
}

static void
executor_gone (gpointer data, const RushSimExecutor *executor, const char *reason, gint exit_code,
               gboolean by_application)
{
  RushSimulation *self = data;

  self->result.n_lost++;
  rush_simulated_backend_executor_gone (rush_model_run_backend (self->run), executor->id, reason,
                                        by_application, !executor->host->alive);
}

/* Its tasks end now; why, the driver hears when the manager has found out. */
static void
executor_killed (gpointer data, const RushSimExecutor *executor)
{
  RushSimulation *self = data;
  char *report =
      rush_container_killed (rush_model_run_backend (self->run), self->world.manager, executor);

  g_hash_table_replace (self->killed_for_memory, g_strdup (executor->id), report);
  self->last_killed = report;
}

static void
short_of_room (gpointer data, const RushExecutorShape *asked, gint64 container_bytes,
               guint n_missing, const RushHostRoom *rooms, guint n_rooms, const char *why)
{
  RushSimulation *self = data;

  g_free (self->result.refusal);
  self->result.refusal = g_strdup (why);
}

static void
driver_gone (gpointer data, const char *reason, gboolean starts_again)
{
  RushSimulation *self = data;

  if (self->failure != NULL)
    return;
  self->starts_again = starts_again;
  g_set_error (&self->failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_STOPPED,
               "The driver was lost after %.1f s, and all that it knew with it: %s", now_s (self),
               reason);
}

/* Spark counts its patience from here. */
static void
driver_runs (gpointer data)
{
  wait_for_executors (data);
}

/* It knows of nothing that was before. */
static void
driver_back (gpointer data, guint attempt)
{
  RushSimulation *self = data;

  self->world.manager->klass->request (self->world.manager, self->n_wanted);
  wait_for_executors (self);
}

static const RushManagerListener listener = {
  .executor_ready = executor_ready,
  .executor_gone = executor_gone,
  .executor_killed = executor_killed,
  .step = post_step,
  .short_of_room = short_of_room,
  .driver_runs = driver_runs,
  .driver_gone = driver_gone,
  .driver_back = driver_back,
};

/* ---- the run ---- */

void
rush_simulation_result_clear (RushSimulationResult *self)
{
  g_clear_pointer (&self->refusal, g_free);
}

/* Of what the executor died whose loss has ended the job, or the last one, if the application has
 * been given up, or waits for executors that do not come; NULL: not of its memory. */
static const char *
sum_of_the_end (const RushSimulation *self, const GError *failure)
{
  static const char lost[] = "ExecutorLostFailure (executor ";
  const char *id = strstr (failure->message, lost);

  if (id == NULL)
    return failure->code == RUSH_CORE_ERROR_STOPPED ? self->last_killed : NULL;
  id += strlen (lost);
  g_autofree char *executor_id = g_strndup (id, strcspn (id, " "));
  return g_hash_table_lookup (self->killed_for_memory, executor_id);
}

static void
explain_memory (const RushSimulation *self, GError *failure)
{
  const char *sum = sum_of_the_end (self, failure);
  g_autofree char *message = failure->message;

  failure->message =
      sum != NULL ? g_strdup_printf ("%s\n%s", message, sum) : g_steal_pointer (&message);
}

/* Of each executor.  A heap that is too small the manager is going to refuse. */
static gint64
pool_bytes (const RushConf *conf)
{
  RushMemoryLayout layout;

  return rush_memory_layout_read (conf, rush_conf_get_bytes (conf, "spark.executor.memory"),
                                  &layout, NULL)
             ? layout.pool
             : 0;
}

static RushModelRun *
make_run (RushSimulation *self)
{
  return rush_model_run_new (&(RushModelRunSetup){
      .conf = self->conf,
      .heap = self->world.heap,
      .topology = self->world.topology,
      .job = self->job,
      .costs = &self->world.costs,
      .bus = self->bus,
      .seed = (guint64)self->scenario->seed,
      .storage_pool_bytes = pool_bytes (self->conf),
      .outputs_outlive = rush_conf_get_bool (self->conf, "spark.shuffle.service.enabled"),
      .heartbeat_us = rush_conf_get_time_us (self->conf, "spark.executor.heartbeatInterval"),
      .task_starts = rush_fault_schedule_task_starts,
      .task_starts_data = self->world.faults,
      .plugins = self->plugins });
}

/* From a driver's start to its end, or that of its job. */
static gboolean
live (RushSimulation *self, GError **error)
{
  while (!self->job_started && self->failure == NULL && rush_event_heap_step (self->world.heap))
    ;
  return rush_model_run_finish_unless (self->run, &self->failure, error);
}

static void
tell_what_is_lost (RushSimulation *self)
{
  guint n = rush_simulated_backend_n_executors (rush_model_run_backend (self->run));
  double ran_s = self->job_started ? now_s (self) - self->result.job_started_s : 0;
  g_autofree char *lost = g_strdup_printf ("knew all that is lost now: the %.1f s that its job had "
                                           "run, %u executors, and what they held",
                                           ran_s, n);

  self->result.lost_s += ran_s;
  post_step (self, "Driver", lost, NULL, NULL);
}

/* Scheduler and executors of the driver that is lost go; those of the next come when it is back. */
static void
begin_anew (RushSimulation *self)
{
  tell_what_is_lost (self);
  rush_simulated_backend_abandon (rush_model_run_backend (self->run), self->failure->message);
  rush_model_run_free (self->run);
  self->run = make_run (self);
  rush_simulated_backend_set_manager (rush_model_run_backend (self->run), self->world.manager);
  rush_fault_schedule_go_on (self->world.faults, rush_model_run_backend (self->run));
  g_clear_error (&self->failure);
  self->starts_again = FALSE;
  self->job_started = FALSE;
  self->result.n_restarts++;
}

gboolean
rush_simulation_run (RushSimulation *self, RushSimulationResult *out, GError **error)
{
  gboolean ended_well;
  g_autoptr (GError) failure = NULL;

  rush_scenario_world_start (&self->world, rush_model_run_backend (self->run), self->n_wanted);
  if (self->scenario->driver.deploy_mode != RUSH_DEPLOY_CLUSTER)
    wait_for_executors (self);
  else /* a driver that finds no place: its job is given up like one without executors */
    rush_event_heap_put (self->world.heap, RUSH_LONG_WAIT_US, waited_long_enough, self, 0);
  while (!(ended_well = live (self, &failure)) && self->starts_again)
    {
      g_clear_error (&failure);
      begin_anew (self);
    }
  self->result.seconds = now_s (self);
  self->world.manager->klass->stop (self->world.manager);
  post_end (self);
  *out = self->result;
  out->refusal = g_strdup (self->result.refusal);
  if (ended_well)
    return TRUE;
  if (self->result.refusal != NULL)
    g_prefix_error (&failure, "The %s manager gave less than was asked for (%s). ",
                    self->world.manager->klass->name, self->result.refusal);
  explain_memory (self, failure);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

const RushPlugins *
rush_simulation_plugins (RushSimulation *self)
{
  return self->plugins;
}

/* ---- construction ---- */

static RushConf *
make_conf (const RushScenario *scenario, const RushConf *base, GError **error)
{
  RushConf *conf = rush_conf_copy (base);

  if (rush_conf_set (conf, "spark.master", "sim://", error) && /* settings of clusters count */
      rush_scenario_apply (scenario, conf, error))
    return conf;
  rush_conf_unref (conf);
  return NULL;
}

static gboolean
runs_python (const RushScenario *scenario)
{
  for (guint i = 0; scenario->stages != NULL && i < scenario->stages->len; i++)
    if (((const RushScenarioStage *)g_ptr_array_index (scenario->stages, i))->python)
      return TRUE;
  return FALSE;
}

/* The stages of the scenario; a cluster without a program gets one that shows it at work. (transfer
 * container) */
static RushModelStage *
stages_of (RushSimulation *self, guint *out_n)
{
  const RushScenario *scenario = self->scenario;
  RushModelStage *stages;

  *out_n = scenario->stages != NULL ? scenario->stages->len : 0;
  if (*out_n > 0)
    return rush_scenario_model_stages (scenario);
  *out_n = 2;
  self->stock_s = rush_distribution_constant (STOCK_S);
  self->stock_bytes = rush_distribution_constant (STOCK_BYTES);
  stages = g_new0 (RushModelStage, 2);
  stages[0] = (RushModelStage){ .name = "maps",
                                .n_tasks = STOCK_MAPS,
                                .seconds = self->stock_s,
                                .write_bytes = self->stock_bytes };
  stages[1] = (RushModelStage){
    .name = "reduces", .n_tasks = STOCK_REDUCES, .seconds = self->stock_s, .n_parents = 1
  };
  return stages;
}

static gboolean
load_plugins (RushSimulation *self, GError **error)
{
  g_autofree char *list = rush_conf_get_string (self->conf, "spark.rushlight.plugins");

  self->plugins = rush_plugins_load (list, error);
  return self->plugins != NULL;
}

static gboolean
build (RushSimulation *self, const RushConf *conf, GError **error)
{
  const RushScenario *scenario = self->scenario;
  guint n_stages;
  g_autofree RushModelStage *stages = stages_of (self, &n_stages);

  self->conf = make_conf (scenario, conf, error);
  if (self->conf == NULL)
    return FALSE;
  if (!load_plugins (self, error))
    return FALSE;
  self->world.conf = self->conf;
  self->job = rush_model_job_new (self->lineage, self->world.topology, stages, n_stages,
                                  (guint64)scenario->seed, error);
  if (self->job == NULL)
    return FALSE;
  if (!rush_scenario_world_make_faults (&self->world, rush_model_job_model (self->job), error))
    return FALSE;
  self->run = make_run (self);
  if (!rush_scheduler_check_conf (self->conf, rush_model_run_backend (self->run), error))
    return FALSE;
  self->n_wanted = rush_scenario_wanted_executors (scenario, self->conf);
  if (!rush_scenario_world_make_manager (&self->world, runs_python (scenario), &listener, self,
                                         error))
    return FALSE;
  rush_simulated_backend_set_manager (rush_model_run_backend (self->run), self->world.manager);
  return TRUE;
}

void
rush_simulation_free (RushSimulation *self)
{
  if (self == NULL)
    return;
  rush_model_run_free (self->run);
  rush_model_job_free (self->job);
  rush_plugins_unref (self->plugins);
  rush_lineage_unref (self->lineage);
  rush_scenario_world_clear (&self->world);
  if (self->conf != NULL)
    rush_conf_unref (self->conf);
  g_clear_pointer (&self->stock_s, rush_distribution_unref);
  g_clear_pointer (&self->stock_bytes, rush_distribution_unref);
  rush_simulation_result_clear (&self->result);
  g_clear_error (&self->failure);
  g_hash_table_unref (self->killed_for_memory);
  g_free (self);
}

RushSimulation *
rush_simulation_new (const RushScenario *scenario, const RushConf *conf, RushEventBus *bus,
                     GError **error)
{
  g_autoptr (RushSimulation) self = g_new0 (RushSimulation, 1);

  self->scenario = scenario;
  self->bus = bus;
  self->killed_for_memory = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  rush_scenario_world_init (&self->world, scenario);
  self->world.bus = bus;
  self->lineage = rush_lineage_new ();
  self->result.first_executor_s = -1;
  if (!build (self, conf, error))
    return NULL;
  post_start (self);
  return g_steal_pointer (&self);
}
