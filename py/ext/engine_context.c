/* engine_context.c - Context: one application, from its configuration to stop (). */
#include "py/ext/engine_private.h"

#include <unistd.h>

int
engine_call_converter (PyObject *object, void *out_call)
{
  EngineCall *call = out_call;
  if (!PyTuple_Check (object))
    {
      PyErr_SetString (PyExc_TypeError, "call must be (operator, short form, long form)");
      return 0;
    }
  return PyArg_ParseTuple (object, "sss", &call->operator_name, &call->short_form,
                           &call->long_form);
}

int
engine_count_converter (PyObject *object, void *out_guint)
{
  int overflow;
  long long n = PyLong_AsLongLongAndOverflow (object, &overflow);
  if (n == -1 && PyErr_Occurred ())
    return 0;
  if (overflow != 0 || n < 0 || n > G_MAXINT32)
    {
      PyErr_Format (PyExc_ValueError,
                    "requirement failed: a number from 0 to 2147483647 is needed, but got %R",
                    object);
      return 0;
    }
  *(guint *)out_guint = (guint)n;
  return 1;
}

void
engine_call_push (const EngineCall *call)
{
  rush_lineage_push_call (call->operator_name, call->short_form, call->long_form);
}

void
engine_call_pop (void)
{
  rush_lineage_pop_call ();
}

/* ── life ── */

static RushConf *
conf_from_dict (PyObject *dict)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  PyObject *key, *value;
  Py_ssize_t position = 0;
  while (PyDict_Next (dict, &position, &key, &value))
    {
      const char *k = PyUnicode_AsUTF8 (key);
      const char *v = k ? PyUnicode_AsUTF8 (value) : NULL;
      GError *error = NULL;
      if (v == NULL)
        return NULL;
      if (!rush_conf_set (conf, k, v, &error))
        {
          engine_raise (error);
          return NULL;
        }
    }
  return g_steal_pointer (&conf);
}

/* A NULL-terminated vector of the strings of a list; NULL with an exception set. */
static char **
strv_from_list (PyObject *list)
{
  PyObject *sequence = PySequence_Fast (list, "expected a list of str");
  if (sequence == NULL)
    return NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE (sequence); i++)
    {
      const char *text = PyUnicode_AsUTF8 (PySequence_Fast_GET_ITEM (sequence, i));
      if (text == NULL)
        {
          Py_DECREF (sequence);
          return NULL;
        }
      g_strv_builder_add (builder, text);
    }
  Py_DECREF (sequence);
  return g_strv_builder_end (builder);
}

static int
context_init (EngineContext *self, PyObject *args, PyObject *kwargs)
{
  static const char *const names[] = { "conf", "executable", "sys_path", "alias_pyspark", NULL };
  PyObject *conf_dict, *path_list;
  const char *executable;
  int alias;
  if (!PyArg_ParseTupleAndKeywords (args, kwargs, "O!sOp", (char **)names, &PyDict_Type, &conf_dict,
                                    &executable, &path_list, &alias))
    return -1;
  if (self->context != NULL)
    {
      PyErr_SetString (PyExc_RuntimeError, "the engine context is initialized already");
      return -1;
    }
  g_autoptr (RushConf) conf = conf_from_dict (conf_dict);
  g_auto (GStrv) sys_path = conf ? strv_from_list (path_list) : NULL;
  if (sys_path == NULL)
    return -1;

  RushPythonConfig python = { .executable = executable,
                              .sys_path = (const char *const *)sys_path,
                              .alias_pyspark = alias,
                              .worker_module = "rushlight.worker" };
  GError *error = NULL;
  self->process = getpid ();
  /* The helper forks workers: it is started first, so that it is ready when the engine is. */
  Py_BEGIN_ALLOW_THREADS self->workers = rush_python_workers_new (conf, &python, &error);
  if (self->workers != NULL)
    self->context = rush_context_new (conf, &error);
  if (self->context == NULL && self->workers != NULL)
    {
      rush_python_workers_shutdown (self->workers);
      g_clear_pointer (&self->workers, rush_python_workers_unref);
    }
  Py_END_ALLOW_THREADS if (self->context == NULL)
  {
    engine_raise (error);
    return -1;
  }
  return engine_trace ("Context", -1, rush_context_application_id (self->context), 0) ? 0 : -1;
}

static void
stop_context (EngineContext *self)
{
  Py_BEGIN_ALLOW_THREADS rush_context_stop (
      self->context); /* ends the tasks, which give their workers back */
  rush_python_workers_shutdown (self->workers);
  Py_END_ALLOW_THREADS
}

static void
context_dealloc (EngineContext *self)
{
  if (self->context != NULL && self->process == getpid ())
    {
      stop_context (self);
      rush_context_unref (self->context);
      rush_python_workers_unref (self->workers);
    }
  Py_TYPE (self)->tp_free ((PyObject *)self);
}

static PyObject *
context_stop (EngineContext *self, PyObject *unused)
{
  if (!engine_context_ready (self))
    return NULL;
  stop_context (self);
  if (!engine_trace ("Context.stop", -1, "", 0))
    return NULL;
  Py_RETURN_NONE;
}

/* ── what it is ── */

static void
add_conf_entry (const char *key, const char *value, gpointer dict)
{
  PyObject *text = PyUnicode_DecodeUTF8 (value, (Py_ssize_t)strlen (value), "replace");
  if (text != NULL)
    PyDict_SetItemString (dict, key, text);
  Py_XDECREF (text);
}

static PyObject *
context_conf (EngineContext *self, PyObject *unused)
{
  if (!engine_context_ready (self))
    return NULL;
  PyObject *dict = PyDict_New ();
  if (dict != NULL)
    rush_conf_foreach (rush_context_conf (self->context), add_conf_entry, dict);
  if (PyErr_Occurred () != NULL)
    Py_CLEAR (dict);
  return dict;
}

static PyObject *
context_executor_ids (EngineContext *self, PyObject *unused)
{
  if (!engine_context_ready (self))
    return NULL;
  g_auto (GStrv) ids = rush_executor_set_ids (rush_context_executors (self->context));
  PyObject *list = PyList_New (0);
  for (guint i = 0; list != NULL && ids[i] != NULL; i++)
    {
      PyObject *id = PyUnicode_FromString (ids[i]);
      if (id == NULL || PyList_Append (list, id) < 0)
        Py_CLEAR (list);
      Py_XDECREF (id);
    }
  return list;
}

static PyObject *
context_kill_executor (EngineContext *self, PyObject *args)
{
  const char *id;
  int replace;
  if (!PyArg_ParseTuple (args, "sp", &id, &replace) || !engine_context_ready (self))
    return NULL;
  RushCluster *cluster = rush_context_cluster (self->context);
  gboolean found;
  Py_BEGIN_ALLOW_THREADS found = cluster->klass->kill_executor (cluster, id, replace);
  Py_END_ALLOW_THREADS return PyBool_FromLong (found);
}

static PyObject *
context_inject (EngineContext *self, PyObject *args)
{
  const char *fault;
  if (!PyArg_ParseTuple (args, "s", &fault) || !engine_context_ready (self))
    return NULL;
  RushCluster *cluster = rush_context_cluster (self->context);
  GError *error = NULL;
  gboolean ok;
  Py_BEGIN_ALLOW_THREADS ok = cluster->klass->inject (cluster, fault, &error);
  Py_END_ALLOW_THREADS if (!ok) return engine_raise (error);
  Py_RETURN_NONE;
}

static PyObject *
context_worker_pids (EngineContext *self, PyObject *unused)
{
  if (!engine_context_ready (self))
    return NULL;
  g_autoptr (GArray) pids = rush_python_workers_pids (self->workers);
  PyObject *list = PyList_New (pids->len);
  for (guint i = 0; list != NULL && i < pids->len; i++)
    PyList_SET_ITEM (list, i, PyLong_FromLong (g_array_index (pids, gint, i)));
  return list;
}

static PyObject *
context_get_default_parallelism (EngineContext *self, void *closure)
{
  if (!engine_context_ready (self))
    return NULL;
  return PyLong_FromUnsignedLong (rush_context_default_parallelism (self->context));
}

static PyObject *
context_get_default_min_partitions (EngineContext *self, void *closure)
{
  if (!engine_context_ready (self))
    return NULL;
  return PyLong_FromUnsignedLong (rush_context_default_min_partitions (self->context));
}

static PyObject *
context_get_application_id (EngineContext *self, void *closure)
{
  if (!engine_context_ready (self))
    return NULL;
  return PyUnicode_FromString (rush_context_application_id (self->context));
}

static PyObject *
context_get_start_time_ms (EngineContext *self, void *closure)
{
  if (!engine_context_ready (self))
    return NULL;
  return PyLong_FromLongLong (rush_context_start_time_ms (self->context));
}

static PyObject *
context_get_event_log_path (EngineContext *self, void *closure)
{
  if (!engine_context_ready (self))
    return NULL;
  const char *path = rush_context_event_log_path (self->context);
  if (path == NULL)
    Py_RETURN_NONE;
  return PyUnicode_DecodeFSDefault (path);
}

PyMethodDef engine_context_methods[] = {
  { "stop", (PyCFunction)context_stop, METH_NOARGS,
    "Cancels what runs and gives everything back; idempotent." },
  { "conf", (PyCFunction)context_conf, METH_NOARGS, "All that is explicitly set, as a dict." },
  { "executor_ids", (PyCFunction)context_executor_ids, METH_NOARGS, "Executors that are alive." },
  { "kill_executor", (PyCFunction)context_kill_executor, METH_VARARGS,
    "kill_executor (id, replace): as if its machine had died; False: no such executor." },
  { "inject", (PyCFunction)context_inject, METH_VARARGS,
    "inject (fault): what is to go wrong, in JSON, now or at its `when` (fault_script.h)." },
  { "worker_pids", (PyCFunction)context_worker_pids, METH_NOARGS,
    "Process ids of the helper and the live Python workers." },
  { NULL }
};

static PyGetSetDef context_getset[] = {
  { "default_parallelism", (getter)context_get_default_parallelism, NULL, NULL, NULL },
  { "default_min_partitions", (getter)context_get_default_min_partitions, NULL, NULL, NULL },
  { "application_id", (getter)context_get_application_id, NULL, NULL, NULL },
  { "start_time_ms", (getter)context_get_start_time_ms, NULL, NULL, NULL },
  { "event_log_path", (getter)context_get_event_log_path, NULL, NULL, NULL },
  { NULL }
};

PyTypeObject EngineContext_Type = {
  PyVarObject_HEAD_INIT (NULL, 0).tp_name = "rushlight._engine.Context",
  .tp_basicsize = sizeof (EngineContext),
  .tp_flags = Py_TPFLAGS_DEFAULT,
  .tp_doc = "Context (conf, executable, sys_path, alias_pyspark): one application.",
  .tp_new = PyType_GenericNew,
  .tp_init = (initproc)context_init,
  .tp_dealloc = (destructor)context_dealloc,
  .tp_getset = context_getset,
};
