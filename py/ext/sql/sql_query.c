/* sql_query.c - Query: a plan's phases as text, and its rows. */
#include "py/ext/sql/sql_private.h"

#include "sql/codegen/codegen.h"

#include <string.h>
#include <unistd.h>

static void
query_dealloc (EngineQuery *self)
{
  if (self->process == getpid ())
    {
      Py_BEGIN_ALLOW_THREADS rush_query_unref (self->query);
      rush_context_unref (self->context);
      Py_END_ALLOW_THREADS
    }
  PyObject_Free (self);
}

/* ── phases ── */

/* explain (mode) */
static PyObject *
query_explain (EngineQuery *self, PyObject *mode)
{
  static const struct
  {
    const char *name;
    RushExplainMode mode;
  } MODES[] = { { "simple", RUSH_EXPLAIN_SIMPLE },       { "extended", RUSH_EXPLAIN_EXTENDED },
                { "codegen", RUSH_EXPLAIN_CODEGEN },     { "cost", RUSH_EXPLAIN_COST },
                { "formatted", RUSH_EXPLAIN_FORMATTED }, { "rules", RUSH_EXPLAIN_RULES } };
  const char *name = PyUnicode_AsUTF8 (mode);
  if (name == NULL)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (MODES); i++)
    if (g_ascii_strcasecmp (MODES[i].name, name) == 0)
      {
        GError *error = NULL;
        char *text;
        Py_BEGIN_ALLOW_THREADS text = rush_codegen_explain (self->query, MODES[i].mode, &error);
        Py_END_ALLOW_THREADS if (text == NULL) return engine_raise (error);
        return engine_text (text);
      }
  return engine_raise (g_error_new (
      RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
      "Unknown explain mode: %s. Accepted explain modes are 'simple', 'extended', 'codegen', "
      "'cost', 'formatted', and 'rules'.",
      name));
}

/* ── rows ── */

/* The output's names and types; NULL with an exception set. */
static RushSchema *
query_schema (EngineQuery *self)
{
  GError *error = NULL;
  RushPlan *analyzed = rush_query_analyzed (self->query, &error);
  if (analyzed == NULL)
    {
      engine_raise (error);
      return NULL;
    }
  return rush_plan_schema (analyzed);
}

/* collect (row class, call, properties) */
static PyObject *
query_collect (EngineQuery *self, PyObject *args)
{
  PyObject *row_class, *call, *properties;
  EngineExecution execution;
  if (!PyArg_ParseTuple (args, "OOO!", &row_class, &call, &PyDict_Type, &properties))
    return NULL;
  g_autoptr (RushSchema) schema = query_schema (self);
  if (schema == NULL || !engine_execution_init (&execution, call, properties))
    return NULL;
  GError *error = NULL;
  GPtrArray *batches;
  Py_BEGIN_ALLOW_THREADS batches = rush_query_collect (self->query, &execution.options, &error);
  Py_END_ALLOW_THREADS engine_execution_clear (&execution);
  if (batches == NULL)
    return engine_raise (error);
  PyObject *rows = engine_rows_from_batches (batches, schema, row_class);
  g_ptr_array_unref (batches);
  return rows;
}

/* take (n, row class, call, properties): n < 0 for the last rows */
static PyObject *
query_take (EngineQuery *self, PyObject *args)
{
  long long n;
  PyObject *row_class, *call, *properties;
  EngineExecution execution;
  if (!PyArg_ParseTuple (args, "LOOO!", &n, &row_class, &call, &PyDict_Type, &properties))
    return NULL;
  g_autoptr (RushSchema) schema = query_schema (self);
  if (schema == NULL || !engine_execution_init (&execution, call, properties))
    return NULL;
  GError *error = NULL;
  GPtrArray *batches;
  Py_BEGIN_ALLOW_THREADS batches = rush_query_take (self->query, n, &execution.options, &error);
  Py_END_ALLOW_THREADS engine_execution_clear (&execution);
  if (batches == NULL)
    return engine_raise (error);
  PyObject *rows = engine_rows_from_batches (batches, schema, row_class);
  g_ptr_array_unref (batches);
  return rows;
}

/* arrow_stream (time zone, call, properties) -> capsule */
static PyObject *
query_arrow_stream (EngineQuery *self, PyObject *args)
{
  const char *time_zone;
  PyObject *call, *properties;
  EngineExecution execution;
  if (!PyArg_ParseTuple (args, "sOO!", &time_zone, &call, &PyDict_Type, &properties))
    return NULL;
  g_autoptr (RushSchema) schema = query_schema (self);
  if (schema == NULL || !engine_execution_init (&execution, call, properties))
    return NULL;
  GError *error = NULL;
  GPtrArray *batches;
  Py_BEGIN_ALLOW_THREADS batches = rush_query_collect (self->query, &execution.options, &error);
  Py_END_ALLOW_THREADS engine_execution_clear (&execution);
  if (batches == NULL)
    return engine_raise (error);
  return engine_arrow_stream_of (batches, schema, time_zone);
}

/* to_rdd (call, properties, told) -> Rdd of batches */
static PyObject *
query_to_rdd (EngineQuery *self, PyObject *args)
{
  PyObject *call, *properties;
  EngineExecution execution;
  int told;
  if (!PyArg_ParseTuple (args, "OO!p", &call, &PyDict_Type, &properties, &told) ||
      !engine_execution_init (&execution, call, properties))
    return NULL;
  execution.options.told = told;
  GError *error = NULL;
  RushRdd *rdd;
  engine_call_push (&execution.call);
  Py_BEGIN_ALLOW_THREADS rdd = rush_query_to_rdd (self->query, &execution.options, &error);
  Py_END_ALLOW_THREADS engine_call_pop ();
  engine_execution_clear (&execution);
  if (rdd == NULL)
    return engine_raise (error);
  return engine_rdd_wrap (self->context, rdd);
}

/* (disk, memory, off_heap, deserialized, replication) */
static gboolean
level_from_tuple (PyObject *tuple, RushStorageLevel *out)
{
  return PyArg_ParseTuple (tuple, "ppppI", &out->use_disk, &out->use_memory, &out->use_off_heap,
                           &out->deserialized, &out->replication);
}

/* checkpoint (local, lazy, level or None, call, properties) -> Plan */
static PyObject *
query_checkpoint (EngineQuery *self, PyObject *args)
{
  PyObject *level, *call, *properties;
  EngineExecution execution;
  RushStorageLevel of_tuple;
  RushCheckpointOptions options = { 0 };
  int local;
  if (!PyArg_ParseTuple (args, "ppOOO!", &local, &options.lazy, &level, &call, &PyDict_Type,
                         &properties))
    return NULL;
  options.kind = local ? RUSH_CHECKPOINT_LOCAL : RUSH_CHECKPOINT_RELIABLE;
  if (level != Py_None && !level_from_tuple (level, &of_tuple))
    return NULL;
  if (level != Py_None)
    options.level = &of_tuple;
  if (!engine_execution_init (&execution, call, properties))
    return NULL;
  GError *error = NULL;
  RushPlan *plan;
  engine_call_push (&execution.call);
  Py_BEGIN_ALLOW_THREADS plan =
      rush_query_checkpoint (self->query, &options, &execution.options, &error);
  Py_END_ALLOW_THREADS engine_call_pop ();
  engine_execution_clear (&execution);
  if (plan == NULL)
    return engine_raise (error);
  return engine_plan_wrap (plan, NULL);
}

static PyMethodDef query_methods[] = {
  { "explain", (PyCFunction)query_explain, METH_O, "explain (mode) -> str" },
  { "collect", (PyCFunction)query_collect, METH_VARARGS,
    "collect (row class, call, properties) -> list of rows" },
  { "take", (PyCFunction)query_take, METH_VARARGS,
    "take (n, row class, call, properties) -> list of rows; n < 0: the last" },
  { "arrow_stream", (PyCFunction)query_arrow_stream, METH_VARARGS,
    "arrow_stream (time zone, call, properties) -> capsule of an Arrow stream" },
  { "dag", (PyCFunction)engine_query_dag, METH_O, "dag ('svg' | 'png' | 'pdf' | 'dot') -> bytes" },
  { "to_rdd", (PyCFunction)query_to_rdd, METH_VARARGS,
    "to_rdd (call, properties, told) -> Rdd; told: events tell of it, as of an action" },
  { "checkpoint", (PyCFunction)query_checkpoint, METH_VARARGS,
    "checkpoint (local, lazy, level or None, call, properties) -> Plan of the rows that are kept" },
  { NULL }
};

PyTypeObject EngineQuery_Type = {
  PyVarObject_HEAD_INIT (NULL, 0).tp_name = "rushlight._engine.Query",
  .tp_basicsize = sizeof (EngineQuery),
  .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
  .tp_doc = "One query of the engine, from plan to rows.",
  .tp_dealloc = (destructor)query_dealloc,
  .tp_methods = query_methods,
};
