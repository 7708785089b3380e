/* sim_replay.c - RecordedRun: an event log that is read by lines, and replayed on other clusters.
 *
 *   run = _engine.RecordedRun ("app-1.jsonl")
 *   run.add_lines (b"{…}\n{…}\n")        whole lines; ValueError names the one that is no event
 *   run.close ()                          ValueError: nothing to replay
 *   run.facts ()    -> dict: app_name, spark_version, n_jobs, n_stages, n_tasks, seconds,
 *                      n_executors (at once), cores_each
 *   run.bounds (without_skew, slowdown = 0) -> dict: critical_path_s, work_s, driver_s, n_left_out
 *   run.compare (other) -> dict: n_stages, neighbours, neighbours_of_other, longer, slowdown;
 *                      None: it tells nothing
 *   run.predict (executors, cores, hosts, bytes_per_s, without_skew, settings, slowdown = 0)
 *                   -> dict: seconds, executor_seconds, busy_fraction, driver_s, n_tasks
 *
 * GIL: let go while a run is replayed; a RecordedRun belongs to one thread at a time.
 */
#include "py/ext/sim/sim_private.h"

#include "sim/replay/recorded_cores.h"
#include "sim/replay/replay.h"
#include "sim/simulated_cluster.h"

typedef struct
{
  PyObject_HEAD RushRecordedRun *run; /* (owned) */
} EngineRecordedRun;

/* ---- reading ---- */

static PyObject *
run_new (PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
  const char *source;
  if (!PyArg_ParseTuple (args, "s", &source))
    return NULL;
  EngineRecordedRun *self = (EngineRecordedRun *)type->tp_alloc (type, 0);
  if (self != NULL)
    self->run = rush_recorded_run_new (source);
  return (PyObject *)self;
}

static void
run_dealloc (PyObject *object)
{
  rush_recorded_run_free (((EngineRecordedRun *)object)->run);
  Py_TYPE (object)->tp_free (object);
}

static PyObject *
run_add_lines (PyObject *object, PyObject *args)
{
  RushRecordedRun *run = ((EngineRecordedRun *)object)->run;
  const char *text;
  Py_ssize_t length;
  GError *error = NULL;
  if (!PyArg_ParseTuple (args, "y#", &text, &length))
    return NULL;
  for (const char *line = text, *end = text + length; line < end;)
    {
      const char *stop = memchr (line, '\n', (size_t)(end - line));
      if (stop == NULL)
        stop = end;
      if (stop > line && !rush_recorded_run_add_line (run, line, stop - line, &error))
        return engine_raise (error);
      line = stop + 1;
    }
  Py_RETURN_NONE;
}

static PyObject *
run_close (PyObject *object, PyObject *unused)
{
  GError *error = NULL;
  if (!rush_recorded_run_close (((EngineRecordedRun *)object)->run, &error))
    return engine_raise (error);
  Py_RETURN_NONE;
}

static PyObject *
run_facts (PyObject *object, PyObject *unused)
{
  const RushRecordedRun *run = ((EngineRecordedRun *)object)->run;
  guint cores_each, n_executors = rush_recorded_run_cluster (run, &cores_each);
  return Py_BuildValue (
      "{s:s,s:s,s:I,s:I,s:K,s:d,s:I,s:I}", "app_name", run->app_name != NULL ? run->app_name : "",
      "spark_version", run->spark_version != NULL ? run->spark_version : "", "n_jobs",
      run->jobs->len, "n_stages", run->stages->len, "n_tasks", (unsigned long long)run->n_tasks,
      "seconds", (double)(run->end_ms - run->start_ms) / 1000, "n_executors", n_executors,
      "cores_each", cores_each);
}

/* ---- replaying ---- */

static PyObject *
run_bounds (PyObject *object, PyObject *args)
{
  RushRecordedRun *run = ((EngineRecordedRun *)object)->run;
  RushReplayTerms terms = { 0 };
  RushReplayBounds bounds;
  GError *error = NULL;
  gboolean ok;
  if (!PyArg_ParseTuple (args, "p|d", &terms.without_skew, &terms.slowdown))
    return NULL;
  Py_BEGIN_ALLOW_THREADS ok = rush_replay_bounds (run, &terms, &bounds, &error);
  Py_END_ALLOW_THREADS if (!ok) return engine_raise (error);
  return Py_BuildValue ("{s:d,s:d,s:d,s:I}", "critical_path_s", bounds.critical_path_s, "work_s",
                        bounds.work_s, "driver_s", bounds.driver_s, "n_left_out",
                        bounds.n_left_out);
}

gboolean
engine_sim_set_all (RushConf *conf, PyObject *settings)
{
  PyObject *key, *value;
  Py_ssize_t at = 0;
  while (PyDict_Next (settings, &at, &key, &value))
    {
      const char *name = PyUnicode_AsUTF8 (key), *text = PyUnicode_AsUTF8 (value);
      GError *error = NULL;
      if (name == NULL || text == NULL)
        return FALSE;
      if (!rush_conf_set (conf, name, text, &error))
        {
          engine_raise (error);
          return FALSE;
        }
    }
  return TRUE;
}

static PyObject *
run_predict (PyObject *object, PyObject *args)
{
  RushRecordedRun *run = ((EngineRecordedRun *)object)->run;
  RushWhatIf what_if = { 0 };
  RushPrediction prediction;
  PyObject *settings;
  GError *error = NULL;
  gboolean ok;
  if (!PyArg_ParseTuple (args, "O&O&O&dpO!|d", engine_count_converter, &what_if.n_executors,
                         engine_count_converter, &what_if.cores, engine_count_converter,
                         &what_if.n_hosts, &what_if.network_bytes_per_s,
                         &what_if.terms.without_skew, &PyDict_Type, &settings,
                         &what_if.terms.slowdown))
    return NULL;
  RushConf *conf = rush_conf_new ();
  what_if.conf = conf;
  if (!engine_sim_set_all (conf, settings))
    {
      rush_conf_unref (conf);
      return NULL;
    }
  Py_BEGIN_ALLOW_THREADS ok = rush_replay (run, &what_if, &prediction, &error);
  rush_conf_unref (conf);
  Py_END_ALLOW_THREADS if (!ok) return engine_raise (error);
  return Py_BuildValue ("{s:d,s:d,s:d,s:d,s:K}", "seconds", prediction.seconds, "executor_seconds",
                        prediction.executor_seconds, "busy_fraction", prediction.busy_fraction,
                        "driver_s", prediction.driver_s, "n_tasks",
                        (unsigned long long)prediction.n_tasks);
}

static PyTypeObject EngineRecordedRun_Type;

static PyObject *
run_compare (PyObject *object, PyObject *args)
{
  PyObject *other;
  RushContention told;
  if (!PyArg_ParseTuple (args, "O!", &EngineRecordedRun_Type, &other))
    return NULL;
  if (!rush_recorded_cores_compare (((EngineRecordedRun *)object)->run,
                                    ((EngineRecordedRun *)other)->run, &told))
    Py_RETURN_NONE;
  return Py_BuildValue ("{s:I,s:d,s:d,s:d,s:d}", "n_stages", told.n_stages, "neighbours",
                        told.neighbours[0], "neighbours_of_other", told.neighbours[1], "longer",
                        told.longer, "slowdown", told.slowdown);
}

static PyMethodDef run_methods[] = {
  { "add_lines", run_add_lines, METH_VARARGS, NULL },
  { "close", run_close, METH_NOARGS, NULL },
  { "facts", run_facts, METH_NOARGS, NULL },
  { "bounds", run_bounds, METH_VARARGS, NULL },
  { "predict", run_predict, METH_VARARGS, NULL },
  { "compare", run_compare, METH_VARARGS, NULL },
  { NULL, NULL, 0, NULL },
};

static PyTypeObject EngineRecordedRun_Type = {
  PyVarObject_HEAD_INIT (NULL, 0).tp_name = "rushlight._engine.RecordedRun",
  .tp_basicsize = sizeof (EngineRecordedRun),
  .tp_flags = Py_TPFLAGS_DEFAULT,
  .tp_new = run_new,
  .tp_dealloc = run_dealloc,
  .tp_methods = run_methods,
};

int
engine_sim_add_to_module (PyObject *module)
{
  rush_cluster_register (&rush_simulated_cluster_factory);
  if (PyType_Ready (&EngineRecordedRun_Type) < 0 || PyType_Ready (&EngineWatch_Type) < 0 ||
      PyModule_AddFunctions (module, engine_scenario_functions) < 0 ||
      PyModule_AddFunctions (module, engine_chaos_functions) < 0)
    return -1;
  if (PyModule_AddObjectRef (module, "Watch", (PyObject *)&EngineWatch_Type) < 0)
    return -1;
  return PyModule_AddObjectRef (module, "RecordedRun", (PyObject *)&EngineRecordedRun_Type);
}
