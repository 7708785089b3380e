/* sim_scenario.c - simulate (): a scenario in model mode, run to its end.
 *
 *   _engine.simulate (path, settings, log_dir or None, n_steps)
 *       path: of a file, or a sim:// URL      settings: dict of spark.* keys, all text
 *       log_dir: where the event log is to be written, in virtual time
 *       n_steps: how many of the cluster's steps are wanted, at most
 *   -> dict: seconds, first_executor_s, job_started_s, n_restarts, lost_s, n_executors, n_lost,
 *      most_executors, refusal (or None), failure (or None), n_events, digest, log (path or None),
 *      name, n_steps, steps: list of (seconds, actor, step), the first of them,
 *      plugins: list of (seam, part)
 *
 * What is wrong with the scenario is an exception; how its job ended is in the answer.
 *
 * GIL: let go while it runs.
 */
#include "py/ext/sim/sim_private.h"

#include "core/event/event_log.h"
#include "core/event/event_text.h"
#include "sim/event_digest.h"
#include "sim/simulation.h"

/* ---- steps as they are told ---- */

typedef struct
{
  double seconds;
  char *actor, *step;
} Step;

static void
step_clear (gpointer data)
{
  Step *self = data;
  g_free (self->actor);
  g_free (self->step);
}

typedef struct
{
  RushListener base;
  GArray *steps; /* Step (unowned) */
  guint64 *n_steps;
  guint most;
} Story;

/* @text (transfer full) */
static void
add_step (Story *self, gint64 time_ms, const char *actor, char *text)
{
  Step step = { (double)time_ms / 1000, g_strdup (actor), text };
  if (++*self->n_steps <= self->most)
    g_array_append_val (self->steps, step);
  else
    step_clear (&step);
}

static void
tell_stage (Story *self, const RushStageInfo *stage, gboolean begins)
{
  g_autofree char *tasks = rush_format_counted (stage->n_tasks, "task");
  g_autofree char *again =
      stage->attempt > 0 ? g_strdup_printf (" again (attempt %d)", stage->attempt) : g_strdup ("");
  if (begins)
    add_step (
        self, stage->submission_ms, "Scheduler",
        g_strdup_printf ("begins stage %d%s, %s: %s", stage->stage_id, again, stage->name, tasks));
  else if (stage->failure_reason != NULL)
    add_step (
        self, stage->completion_ms, "Scheduler",
        g_strdup_printf ("gives up stage %d%s: %s", stage->stage_id, again, stage->failure_reason));
  else
    add_step (self, stage->completion_ms, "Scheduler",
              g_strdup_printf ("has ended stage %d%s", stage->stage_id, again));
}

static void
story_event (RushListener *base, RushEvent *event)
{
  Story *self = (Story *)base;
  if (event->kind == RUSH_EVENT_CLUSTER_STEP)
    add_step (self, event->cluster_step.time_ms, event->cluster_step.actor,
              g_strdup (event->cluster_step.step));
  else if (event->kind == RUSH_EVENT_STAGE_SUBMITTED)
    tell_stage (self, event->stage_submitted.stage, TRUE);
  else if (event->kind == RUSH_EVENT_STAGE_COMPLETED)
    tell_stage (self, event->stage_completed.stage, FALSE);
}

static void
story_free (RushListener *base)
{
  g_free (base);
}

static const RushListenerClass story_class = {
  .name = "story of a cluster",
  .on_event = story_event,
  .free = story_free,
};

/* ---- one run ---- */

typedef struct
{
  const char *path, *log_dir;
  RushConf *conf;
  guint n_steps;

  RushScenario *scenario;
  RushEventBus *bus;
  RushListener *digest;
  char *log; /* or NULL */
  GArray *steps;
  guint64 n_told;
  RushSimulationResult result;
  GError *failure; /* how the job ended */
  RushPlugins *plugins;
} Run;

static gboolean
add_listeners (Run *self, GError **error)
{
  Story *story = g_new0 (Story, 1);
  story->base.klass = &story_class;
  story->steps = self->steps;
  story->n_steps = &self->n_told;
  story->most = self->n_steps;
  rush_event_bus_add_inline (self->bus, &story->base);
  self->digest = rush_event_digest_new ();
  rush_event_bus_add_inline (self->bus, self->digest);
  if (self->log_dir == NULL)
    return TRUE;
  g_autofree char *id = g_strdup_printf ("sim-%" G_GINT64_FORMAT, self->scenario->seed);
  RushListener *log = rush_event_log_new (self->log_dir, id, TRUE, TRUE, error);
  if (log == NULL)
    return FALSE;
  self->log = g_strdup (rush_event_log_path (log));
  return rush_event_bus_add_queued (self->bus, log, error);
}

static gboolean
run_it (Run *self, GError **error)
{
  self->scenario = g_str_has_prefix (self->path, "sim://")
                       ? rush_scenario_from_url (self->path, error)
                       : rush_scenario_read (self->path, error);
  if (self->scenario == NULL || !add_listeners (self, error))
    return FALSE;
  g_autoptr (RushSimulation) simulation =
      rush_simulation_new (self->scenario, self->conf, self->bus, error);
  if (simulation == NULL)
    return FALSE;
  self->plugins = rush_plugins_ref ((RushPlugins *)rush_simulation_plugins (simulation));
  rush_simulation_run (simulation, &self->result, &self->failure);
  return TRUE;
}

static void
run_clear (Run *self)
{
  rush_event_bus_free (self->bus);
  rush_conf_unref (self->conf);
  if (self->scenario != NULL)
    rush_scenario_free (self->scenario);
  rush_simulation_result_clear (&self->result);
  g_clear_error (&self->failure);
  rush_plugins_unref (self->plugins);
  g_array_unref (self->steps);
  g_free (self->log);
}

/* ---- the answer ---- */

static PyObject *
steps_to_list (const GArray *steps)
{
  PyObject *list = PyList_New (steps->len);
  for (guint i = 0; list != NULL && i < steps->len; i++)
    {
      const Step *step = &g_array_index (steps, Step, i);
      PyObject *item = Py_BuildValue ("(dss)", step->seconds, step->actor, step->step);
      if (item == NULL)
        Py_CLEAR (list);
      else
        PyList_SET_ITEM (list, i, item);
    }
  return list;
}

static PyObject *
answer (const Run *self)
{
  const RushSimulationResult *result = &self->result;
  PyObject *steps = steps_to_list (self->steps);
  if (steps == NULL)
    return NULL;
  return Py_BuildValue (
      "{s:s,s:d,s:d,s:d,s:I,s:d,s:I,s:I,s:I,s:z,s:z,s:K,s:K,s:z,s:K,s:N,s:N}", "name",
      self->scenario->name, "seconds", result->seconds, "first_executor_s",
      result->first_executor_s, "job_started_s", result->job_started_s, "n_restarts",
      result->n_restarts, "lost_s", result->lost_s, "n_executors", result->n_executors, "n_lost",
      result->n_lost, "most_executors", result->most_executors, "refusal", result->refusal,
      "failure", self->failure != NULL ? self->failure->message : NULL, "n_events",
      (unsigned long long)rush_event_digest_n_events (self->digest), "digest",
      (unsigned long long)rush_event_digest_value (self->digest), "log", self->log, "n_steps",
      (unsigned long long)self->n_told, "steps", steps, "plugins",
      engine_plugins_to_list (self->plugins));
}

static PyObject *
simulate (PyObject *module, PyObject *args)
{
  Run run = { 0 };
  PyObject *settings, *result = NULL;
  GError *error = NULL;
  gboolean ok;
  if (!PyArg_ParseTuple (args, "sO!zO&", &run.path, &PyDict_Type, &settings, &run.log_dir,
                         engine_count_converter, &run.n_steps))
    return NULL;
  run.conf = rush_conf_new ();
  run.bus = rush_event_bus_new (10000);
  run.steps = g_array_new (FALSE, FALSE, sizeof (Step));
  g_array_set_clear_func (run.steps, step_clear);
  /* Settings that act on clusters alone act here. */
  if (rush_conf_set (run.conf, "spark.master", "sim://", NULL) &&
      engine_sim_set_all (run.conf, settings))
    {
      Py_BEGIN_ALLOW_THREADS ok = run_it (&run, &error);
      rush_event_bus_stop (run.bus);
      Py_END_ALLOW_THREADS result = ok ? answer (&run) : engine_raise (error);
    }
  run_clear (&run);
  return result;
}

PyMethodDef engine_scenario_functions[] = {
  { "simulate", simulate, METH_VARARGS, NULL },
  { NULL, NULL, 0, NULL },
};
