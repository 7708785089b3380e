/* sql_session.c - SqlSession: one user's settings, tables and cached plans.
 *
 * Analysis may list files and start jobs (schema inference), and a command is run when it is
 * analyzed: all of it happens without the GIL, and Ctrl-C cancels it.
 */
#include "py/ext/sql/sql_private.h"
#include "py/runner/python_evaluate.h"

#include <unistd.h>

static int
session_init (EngineSqlSession *self, PyObject *args, PyObject *kwargs)
{
  EngineContext *context;
  PyObject *parent = Py_None;
  if (!PyArg_ParseTuple (args, "O!|O", &EngineContext_Type, &context, &parent) ||
      !engine_context_ready (context))
    return -1;
  if (self->session != NULL)
    {
      PyErr_SetString (PyExc_RuntimeError, "the session is initialized already");
      return -1;
    }
  rush_python_evaluator_set (rush_python_evaluate);
  self->context = rush_context_ref (context->context);
  self->process = getpid ();
  self->session = parent == Py_None
                      ? rush_sql_session_new (context->context, context->workers)
                      : rush_sql_session_new_child (((EngineSqlSession *)parent)->session);
  return 0;
}

static void
session_dealloc (EngineSqlSession *self)
{
  if (self->session != NULL && self->process == getpid ())
    {
      Py_BEGIN_ALLOW_THREADS rush_sql_session_unref (self->session);
      rush_context_unref (self->context);
      Py_END_ALLOW_THREADS
    }
  Py_TYPE (self)->tp_free ((PyObject *)self);
}

/* parameters: a list of (name or None, Expr); (transfer full), NULL for none. */
static gboolean
parameters_from_list (PyObject *list, GPtrArray **out)
{
  *out = NULL;
  if (list == Py_None)
    return TRUE;
  g_autoptr (GPtrArray) parameters = g_ptr_array_new ();
  for (Py_ssize_t i = 0; i < PyList_Size (list); i++)
    {
      const char *name;
      RushExpr *value;
      if (!PyArg_ParseTuple (PyList_GET_ITEM (list, i), "zO&", &name, engine_expr_converter,
                             &value))
        return FALSE;
      g_ptr_array_add (parameters, (gpointer)(name ? g_intern_string (name) : NULL));
      g_ptr_array_add (parameters, value);
    }
  *out = g_steal_pointer (&parameters);
  return TRUE;
}

/* sql (text, parameters or None, call, properties) */
static PyObject *
session_sql (EngineSqlSession *self, PyObject *args)
{
  const char *text;
  PyObject *list, *call, *properties;
  g_autoptr (GPtrArray) parameters = NULL;
  EngineExecution execution;
  if (!PyArg_ParseTuple (args, "sOOO!", &text, &list, &call, &PyDict_Type, &properties) ||
      !parameters_from_list (list, &parameters) ||
      !engine_execution_init (&execution, call, properties))
    return NULL;
  GError *error = NULL;
  RushPlan *plan;
  Py_BEGIN_ALLOW_THREADS plan =
      rush_sql_session_sql (self->session, text, parameters, &execution.options, &error);
  Py_END_ALLOW_THREADS engine_execution_clear (&execution);
  return engine_plan_wrap (plan, error);
}

/* analyze (plan, call, properties) */
static PyObject *
session_analyze (EngineSqlSession *self, PyObject *args)
{
  RushPlan *plan;
  PyObject *call, *properties;
  EngineExecution execution;
  if (!PyArg_ParseTuple (args, "O&OO!", engine_plan_converter, &plan, &call, &PyDict_Type,
                         &properties) ||
      !engine_execution_init (&execution, call, properties))
    return NULL;
  GError *error = NULL;
  RushPlan *analyzed;
  Py_BEGIN_ALLOW_THREADS analyzed =
      rush_sql_session_analyze (self->session, plan, &execution.options, &error);
  Py_END_ALLOW_THREADS engine_execution_clear (&execution);
  return engine_plan_wrap (analyzed, error);
}

/* load (format, paths, type or None, options, call, properties) */
static PyObject *
session_load (EngineSqlSession *self, PyObject *args)
{
  const char *format;
  g_auto (GStrv) paths = NULL;
  const RushType *type;
  g_autoptr (RushOptions) options = NULL;
  PyObject *call, *properties;
  EngineExecution execution;
  if (!PyArg_ParseTuple (args, "sO&O&O&OO!", &format, engine_strv_converter, &paths,
                         engine_type_converter, &type, engine_options_converter, &options, &call,
                         &PyDict_Type, &properties) ||
      !engine_execution_init (&execution, call, properties))
    return NULL;
  g_autoptr (RushSchema) schema = type ? rush_schema_from_type (type) : NULL;
  GError *error = NULL;
  RushPlan *plan;
  execution.job.cause = "schema inference";
  engine_call_push (&execution.call);
  Py_BEGIN_ALLOW_THREADS plan = rush_sql_session_load (
      self->session, format, (const char *const *)paths, paths ? g_strv_length (paths) : 0, schema,
      options, &execution.options, &error);
  Py_END_ALLOW_THREADS engine_call_pop ();
  engine_execution_clear (&execution);
  return engine_plan_wrap (plan, error);
}

/* load_json_texts (plan, type or None, options, call, properties) */
static PyObject *
session_load_json_texts (EngineSqlSession *self, PyObject *args)
{
  RushPlan *texts;
  const RushType *type;
  g_autoptr (RushOptions) options = NULL;
  PyObject *call, *properties;
  EngineExecution execution;
  if (!PyArg_ParseTuple (args, "O&O&O&OO!", engine_plan_converter, &texts, engine_type_converter,
                         &type, engine_options_converter, &options, &call, &PyDict_Type,
                         &properties) ||
      !engine_execution_init (&execution, call, properties))
    return NULL;
  g_autoptr (RushSchema) schema = type ? rush_schema_from_type (type) : NULL;
  GError *error = NULL;
  RushPlan *plan;
  execution.job.cause = "schema inference";
  engine_call_push (&execution.call);
  Py_BEGIN_ALLOW_THREADS plan = rush_sql_session_load_json_texts (
      self->session, texts, schema, options, &execution.options, &error);
  Py_END_ALLOW_THREADS engine_call_pop ();
  engine_execution_clear (&execution);
  return engine_plan_wrap (plan, error);
}

/* query (plan, key=None, value=None) -> Query, with a setting of its own */
static PyObject *
session_query (EngineSqlSession *self, PyObject *args)
{
  RushPlan *plan;
  const char *key = NULL, *value = NULL;
  if (!PyArg_ParseTuple (args, "O&|ss", engine_plan_converter, &plan, &key, &value))
    return NULL;
  EngineQuery *query = PyObject_New (EngineQuery, &EngineQuery_Type);
  if (query == NULL)
    return NULL;
  query->query = value == NULL ? rush_sql_session_query (self->session, plan)
                               : rush_sql_session_query_with (self->session, plan, key, value);
  query->context = rush_context_ref (self->context);
  query->process = getpid ();
  return (PyObject *)query;
}

/* register_function (name, function): SQL text may call it then */
static PyObject *
session_register_function (EngineSqlSession *self, PyObject *args)
{
  const char *name;
  RushPythonFunction *function = NULL;
  if (!PyArg_ParseTuple (args, "sO&", &name, engine_python_function_converter, &function))
    return NULL;
  rush_sql_session_register_function (self->session, name, function);
  rush_python_function_unref (function);
  Py_RETURN_NONE;
}

/* ── settings ── */

static PyObject *
session_set_conf (EngineSqlSession *self, PyObject *args)
{
  const char *key, *value;
  GError *error = NULL;
  if (!PyArg_ParseTuple (args, "ss", &key, &value))
    return NULL;
  if (!rush_sql_session_set_conf (self->session, key, value, &error))
    return engine_raise (error);
  Py_RETURN_NONE;
}

static PyObject *
session_unset_conf (EngineSqlSession *self, PyObject *key)
{
  const char *text = PyUnicode_AsUTF8 (key);
  if (text == NULL)
    return NULL;
  rush_sql_session_unset_conf (self->session, text);
  Py_RETURN_NONE;
}

static PyObject *
session_get_conf (EngineSqlSession *self, PyObject *key)
{
  const char *text = PyUnicode_AsUTF8 (key);
  if (text == NULL)
    return NULL;
  g_autofree char *value = rush_sql_session_get_conf (self->session, text);
  return Py_BuildValue ("z", value);
}

/* ── cached plans ── */

/* cache (plan, (disk, memory, off_heap, deserialized, replication), table or None) */
static PyObject *
session_cache (EngineSqlSession *self, PyObject *args)
{
  RushPlan *plan;
  int disk, memory, off_heap, deserialized, replication;
  const char *table;
  if (!PyArg_ParseTuple (args, "O&(ppppi)z", engine_plan_converter, &plan, &disk, &memory,
                         &off_heap, &deserialized, &replication, &table))
    return NULL;
  RushStorageLevel level = { .use_disk = disk,
                             .use_memory = memory,
                             .use_off_heap = off_heap,
                             .deserialized = deserialized,
                             .replication = (guint)replication };
  GError *error = NULL;
  if (!rush_sql_session_cache (self->session, plan, level, table, &error))
    return engine_raise (error);
  Py_RETURN_NONE;
}

static PyObject *
session_uncache (EngineSqlSession *self, PyObject *args)
{
  RushPlan *plan;
  int blocking;
  gboolean was_cached;
  if (!PyArg_ParseTuple (args, "O&p", engine_plan_converter, &plan, &blocking))
    return NULL;
  Py_BEGIN_ALLOW_THREADS was_cached = rush_sql_session_uncache (self->session, plan, blocking);
  Py_END_ALLOW_THREADS return PyBool_FromLong (was_cached);
}

/* storage_level (plan) -> (disk, memory, off_heap, deserialized, replication) or None */
static PyObject *
session_storage_level (EngineSqlSession *self, PyObject *args)
{
  RushPlan *plan;
  RushStorageLevel level;
  if (!PyArg_ParseTuple (args, "O&", engine_plan_converter, &plan))
    return NULL;
  if (!rush_sql_session_is_cached (self->session, plan, &level))
    Py_RETURN_NONE;
  return Py_BuildValue ("(NNNNi)", PyBool_FromLong (level.use_disk),
                        PyBool_FromLong (level.use_memory), PyBool_FromLong (level.use_off_heap),
                        PyBool_FromLong (level.deserialized), (int)level.replication);
}

static PyMethodDef session_methods[] = {
  { "sql", (PyCFunction)session_sql, METH_VARARGS,
    "sql (text, parameters or None, call, properties) -> Plan, analyzed" },
  { "analyze", (PyCFunction)session_analyze, METH_VARARGS,
    "analyze (plan, call, properties) -> Plan, analyzed; a command is run" },
  { "load", (PyCFunction)session_load, METH_VARARGS,
    "load (format, paths, type or None, options, call, properties) -> Plan" },
  { "load_json_texts", (PyCFunction)session_load_json_texts, METH_VARARGS,
    "load_json_texts (plan, type or None, options, call, properties) -> Plan" },
  { "query", (PyCFunction)session_query, METH_VARARGS,
    "query (plan, key=None, value=None) -> Query" },
  { "register_function", (PyCFunction)session_register_function, METH_VARARGS,
    "register_function (name, function)" },
  { "set_conf", (PyCFunction)session_set_conf, METH_VARARGS, "set_conf (key, value)" },
  { "unset_conf", (PyCFunction)session_unset_conf, METH_O, "unset_conf (key)" },
  { "get_conf", (PyCFunction)session_get_conf, METH_O, "get_conf (key) -> str or None" },
  { "cache", (PyCFunction)session_cache, METH_VARARGS, "cache (plan, level, table or None)" },
  { "uncache", (PyCFunction)session_uncache, METH_VARARGS, "uncache (plan, blocking) -> bool" },
  { "storage_level", (PyCFunction)session_storage_level, METH_VARARGS,
    "storage_level (plan) -> tuple or None" },
  { NULL }
};

PyTypeObject EngineSqlSession_Type = {
  PyVarObject_HEAD_INIT (NULL, 0).tp_name = "rushlight._engine.SqlSession",
  .tp_basicsize = sizeof (EngineSqlSession),
  .tp_flags = Py_TPFLAGS_DEFAULT,
  .tp_doc = "An SQL session of the engine: SqlSession (context, parent=None).",
  .tp_new = PyType_GenericNew,
  .tp_init = (initproc)session_init,
  .tp_dealloc = (destructor)session_dealloc,
  .tp_methods = session_methods,
};
