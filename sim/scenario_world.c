/* scenario_world.c - see the header. */
#include "sim/scenario_world.h"

/* ---- the story ---- */

gint64
rush_scenario_world_now_ms (const RushScenarioWorld *self)
{
  return rush_clock_wall_ms (rush_event_heap_clock (self->heap));
}

void
rush_scenario_world_tell (RushScenarioWorld *self, const char *actor, const char *step,
                          const char *executor_id, const char *host)
{
  RushEvent *event;

  if (!rush_event_bus_has_listeners (self->bus))
    return;
  event = rush_event_new (RUSH_EVENT_CLUSTER_STEP);
  event->cluster_step =
      (RushClusterStep){ rush_scenario_world_now_ms (self), g_strdup (actor), g_strdup (step),
                         g_strdup (executor_id), g_strdup (host) };
  rush_event_bus_post (self->bus, event);
}

static void
tell_fault (gpointer data, const char *what, const char *executor_id, const char *host)
{
  rush_scenario_world_tell (data, "Scenario", what, executor_id, host);
}

/* ---- the parts ---- */

gboolean
rush_scenario_world_make_faults (RushScenarioWorld *self, RushTaskModel *model, GError **error)
{
  const RushFaultScheduleSetup setup = { .scenario = self->scenario,
                                         .heap = self->heap,
                                         .topology = self->topology,
                                         .model = model,
                                         .tell = tell_fault,
                                         .tell_data = self };

  self->faults = rush_fault_schedule_new (&setup, error);
  return self->faults != NULL;
}

gboolean
rush_scenario_world_make_manager (RushScenarioWorld *self, gboolean runs_python,
                                  const RushManagerListener *listener, gpointer data,
                                  GError **error)
{
  const RushManagerSetup setup = {
    .heap = self->heap,
    .topology = self->topology,
    .conf = self->conf,
    .runs_python = runs_python,
    .cluster_mode = self->scenario->driver.deploy_mode == RUSH_DEPLOY_CLUSTER,
    .listener = listener,
    .listener_data = data,
  };

  self->manager = rush_scenario_manager_new (self->scenario, &setup, error);
  return self->manager != NULL;
}

RushSimulatedSetup
rush_scenario_world_backend_setup (const RushScenarioWorld *self, RushTaskModel *model)
{
  return (RushSimulatedSetup){
    .heap = self->heap,
    .topology = self->topology,
    .model = model,
    .costs = &self->costs,
    .bus = self->bus,
    .seed = (guint64)self->scenario->seed,
    .outputs_outlive = rush_conf_get_bool (self->conf, "spark.shuffle.service.enabled"),
    .heartbeat_us = rush_conf_get_time_us (self->conf, "spark.executor.heartbeatInterval"),
    .task_starts = rush_fault_schedule_task_starts,
    .task_starts_data = self->faults,
  };
}

/* ---- life ---- */

void
rush_scenario_world_start (RushScenarioWorld *self, RushBackend *backend, guint n_wanted)
{
  self->manager->klass->start (self->manager);
  self->manager->klass->request (self->manager, n_wanted);
  rush_fault_schedule_start (self->faults, backend, self->manager);
}

void
rush_scenario_world_clear (RushScenarioWorld *self)
{
  if (self->manager != NULL)
    self->manager->klass->free (self->manager);
  rush_fault_schedule_free (self->faults);
  if (self->topology != NULL)
    rush_topology_free (self->topology);
  rush_event_heap_free (self->heap);
}

void
rush_scenario_world_init (RushScenarioWorld *self, const RushScenario *scenario)
{
  self->scenario = scenario;
  self->heap = rush_event_heap_new (0);
  self->topology = rush_scenario_topology (scenario, self->heap);
  self->costs = rush_scenario_costs (scenario);
}
