/* scenario_application.c - see the header. */
#include "sim/scenario_application.h"

#define SCARCE_RATIO 0.8 /* of executors that managers who give them one by one are waited for */

static gboolean
set_int (RushConf *conf, const char *key, gint64 value, const char *unit, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT "%s", value, unit);

  return value < 0 || rush_conf_set (conf, key, text, error);
}

gboolean
rush_scenario_apply (const RushScenario *self, RushConf *conf, GError **error)
{
  const RushScenarioExecutors *executors = &self->executors;

  return set_int (conf, "spark.executor.instances", executors->count, "", error) &&
         set_int (conf, "spark.executor.cores", executors->cores, "", error) &&
         set_int (conf, "spark.executor.memory", executors->memory_bytes, "b", error);
}

static guint
at_least (const RushConf *conf, const char *key, guint n)
{
  return rush_conf_contains (conf, key) ? MAX (n, (guint)rush_conf_get_int (conf, key)) : n;
}

static gboolean
gives_one_by_one (const RushScenario *self)
{
  return self->manager.kind == RUSH_MANAGER_YARN || self->manager.kind == RUSH_MANAGER_KUBERNETES;
}

/* With dynamic allocation, where it begins.  Else standalone and Mesos deal out whatever there is
 * unless told; the others two. */
guint
rush_scenario_wanted_executors (const RushScenario *self, const RushConf *conf)
{
  if (rush_conf_get_bool (conf, "spark.dynamicAllocation.enabled"))
    return at_least (conf, "spark.dynamicAllocation.initialExecutors",
                     at_least (conf, "spark.dynamicAllocation.minExecutors",
                               at_least (conf, "spark.executor.instances", 0)));
  if (rush_conf_contains (conf, "spark.executor.instances"))
    return (guint)rush_conf_get_int (conf, "spark.executor.instances");
  return gives_one_by_one (self) ? 2 : G_MAXUINT;
}

double
rush_scenario_ready_ratio (const RushScenario *self, const RushConf *conf)
{
  static const char key[] = "spark.scheduler.minRegisteredResourcesRatio";

  if (rush_conf_contains (conf, key))
    return rush_conf_get_double (conf, key);
  return gives_one_by_one (self) ? SCARCE_RATIO : 0;
}

RushClusterManager *
rush_scenario_manager_new (const RushScenario *self, const RushManagerSetup *base, GError **error)
{
  RushManagerSetup setup = *base;
  gboolean kubernetes = self->manager.kind == RUSH_MANAGER_KUBERNETES;

  setup.seed = (guint64)self->seed;
  setup.settings = self->manager.settings;
  if (!rush_executor_shape_read (
          setup.conf, rush_default_overhead_factor (setup.conf, kubernetes, setup.runs_python),
          &setup.shape, error))
    return NULL;
  switch (self->manager.kind)
    {
    case RUSH_MANAGER_ANY:
    case RUSH_MANAGER_STANDALONE:
      return rush_standalone_manager_new (&setup, error);
    case RUSH_MANAGER_YARN:
      return rush_yarn_manager_new (&setup, error);
    case RUSH_MANAGER_KUBERNETES:
      return rush_kubernetes_manager_new (&setup, error);
    case RUSH_MANAGER_MESOS:
      return rush_mesos_manager_new (&setup, error);
    }
  g_return_val_if_reached (NULL);
}
