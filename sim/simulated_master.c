/* simulated_master.c - master URLs, settings and scenarios that mean a cluster that is not there.
 *
 *     sim://?…            the URL is the scenario
 *     any cluster's       spark.rushlight.simulate names the file; the URL chooses the manager
 *
 * What does not go together is refused here, before anything is made.
 */
#include "sim/simulated_master.h"

#include "sim/scenario_application.h"

#include <string.h>

#define SCENARIO_KEY "spark.rushlight.simulate"

typedef struct
{
  const char *prefix;
  RushManagerKind kind;
} MasterKind;

static const MasterKind master_kinds[] = {
  { "sim://", RUSH_MANAGER_ANY },     { "spark://", RUSH_MANAGER_STANDALONE },
  { "yarn", RUSH_MANAGER_YARN },      { "k8s://", RUSH_MANAGER_KUBERNETES },
  { "mesos://", RUSH_MANAGER_MESOS },
};

static const MasterKind *
kind_of (const char *url)
{
  for (guint i = 0; i < G_N_ELEMENTS (master_kinds); i++)
    if (g_str_has_prefix (url, master_kinds[i].prefix))
      return &master_kinds[i];
  return NULL;
}

gboolean
rush_simulated_master_takes (const char *url, const RushConf *conf)
{
  return g_str_has_prefix (url, "sim://") || rush_conf_contains (conf, SCENARIO_KEY);
}

static gboolean
refuse (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT, what);
  return FALSE;
}

/* Scenario and master URL must not speak of two different clusters. */
static gboolean
check_together (RushScenario *scenario, const char *url, GError **error)
{
  const MasterKind *kind = kind_of (url);

  if (kind == NULL)
    return refuse (
        error,
        "%s: a scenario is for a cluster, and %s is this process: use sim://, spark://…, "
        "yarn, k8s://… or mesos://…",
        scenario->source, url);
  if (scenario->mode == RUSH_SIM_MODEL)
    return refuse (error,
                   "%s: \"mode\" is \"model\", whose tasks have no data: a program needs \"real\", "
                   "and rushlight simulate runs scenarios without one",
                   scenario->source);
  if (kind->kind != RUSH_MANAGER_ANY && scenario->manager.kind != RUSH_MANAGER_ANY &&
      kind->kind != scenario->manager.kind)
    return refuse (error, "%s: the scenario has a manager of its own, and the master is %s",
                   scenario->source, url);
  if (scenario->manager.kind == RUSH_MANAGER_ANY)
    scenario->manager.kind = kind->kind;
  return TRUE;
}

static gboolean
check_conf (const RushScenario *scenario, const RushConf *conf, GError **error)
{
  if (!rush_conf_contains (conf, "spark.rushlight.faultScript"))
    return TRUE;
  return refuse (error,
                 "spark.rushlight.faultScript is for local-cluster: on a simulated cluster (%s) "
                 "faults stand in the scenario, as \"faults\"",
                 scenario->source);
}

/* -1: the scenario leaves it to the settings. */
static gboolean
check_once (const RushScenario *scenario, const RushConf *conf, const char *member, gint64 told,
            const char *key, GError **error)
{
  g_autofree char *text = rush_conf_get_string (conf, key);
  gboolean is_size = g_str_equal (key, "spark.executor.memory");

  if (told < 0 || text == NULL || !rush_conf_contains (conf, key))
    return TRUE;
  if (told == (is_size ? rush_conf_get_bytes (conf, key) : rush_conf_get_int (conf, key)))
    return TRUE;
  return refuse (error, "%s says \"%s\", and so does %s (%s), otherwise: say it once",
                 scenario->source, member, key, text);
}

/* What was asked for by --num-executors, say, must not be dropped without a word. */
static gboolean
check_executors (const RushScenario *scenario, const RushConf *conf, GError **error)
{
  const RushScenarioExecutors *told = &scenario->executors;

  return check_once (scenario, conf, "executors.count", told->count, "spark.executor.instances",
                     error) &&
         check_once (scenario, conf, "executors.cores", told->cores, "spark.executor.cores",
                     error) &&
         check_once (scenario, conf, "executors.memory", told->memory_bytes,
                     "spark.executor.memory", error);
}

/* The chance of tasks is the scenario's, too, unless somebody wants another. */
static gboolean
set_seed (const RushScenario *scenario, RushConf *conf, GError **error)
{
  static const char key[] = "spark.rushlight.seed";
  g_autofree char *seed = g_strdup_printf ("%" G_GINT64_FORMAT, scenario->seed);

  return rush_conf_contains (conf, key) || rush_conf_set (conf, key, seed, error);
}

RushScenario *
rush_simulated_master_scenario (const char *url, RushConf *conf, GError **error)
{
  g_autofree char *path = rush_conf_get_string (conf, SCENARIO_KEY);
  g_autofree char *deploy = rush_conf_get_string (conf, "spark.submit.deployMode");
  g_autoptr (RushScenario) scenario = NULL;

  if (path != NULL && g_str_has_prefix (url, "sim://") && !g_str_equal (url, "sim://"))
    {
      refuse (error, "%s says what there is, and so does the scenario %s: say it once, with sim://",
              url, path);
      return NULL;
    }
  scenario = path != NULL ? rush_scenario_read (path, error) : rush_scenario_from_url (url, error);
  if (scenario == NULL || !check_together (scenario, url, error) ||
      !check_conf (scenario, conf, error) || !check_executors (scenario, conf, error) ||
      !rush_scenario_apply (scenario, conf, error) || !set_seed (scenario, conf, error))
    return NULL;
  if (g_strcmp0 (deploy, "cluster") == 0)
    scenario->driver.deploy_mode = RUSH_DEPLOY_CLUSTER;
  return g_steal_pointer (&scenario);
}
