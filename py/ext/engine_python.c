/* engine_python.c - Context's methods that make RDDs of Python's: chains of functions, and what
 * stands around a shuffle of pairs.  None of them starts a job.
 */
#include "py/ext/sql/sql_private.h"

#include "py/runner/protocol.h"
#include "rdd/transform/shuffled.h"

/* ── Python steps ── */

static gboolean
output_from_name (const char *name, RushPythonOutput *out)
{
  static const char *const names[] = { [RUSH_PYTHON_OUTPUT_RUNS] = "runs",
                                       [RUSH_PYTHON_OUTPUT_PAIRS] = "pairs",
                                       [RUSH_PYTHON_OUTPUT_LINES] = "lines",
                                       [RUSH_PYTHON_OUTPUT_ROWS] = "rows" };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (name, names[i]))
      {
        *out = i;
        return TRUE;
      }
  PyErr_Format (PyExc_ValueError, "unknown output %s", name);
  return FALSE;
}

/* [(name, call site) …] as name, call site, …, NULL. */
static GStrv
steps_from_list (PyObject *list)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE (list); i++)
    {
      const char *name, *call_site;
      if (!PyArg_ParseTuple (PyList_GET_ITEM (list, i), "ss", &name, &call_site))
        return NULL;
      g_strv_builder_add (builder, name);
      g_strv_builder_add (builder, call_site);
    }
  return g_strv_builder_end (builder);
}

/* A command travels as one message. */
static gboolean
check_command_size (gsize bytes)
{
  if (bytes <= RUSH_PY_MAX_MESSAGE)
    return TRUE;
  engine_raise (g_error_new (RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                             "the functions of this RDD take %" G_GSIZE_FORMAT
                             " bytes when pickled, with all that they refer to; at most %u can go "
                             "to a worker: read large data inside the function, or make it an RDD",
                             bytes, RUSH_PY_MAX_MESSAGE));
  return FALSE;
}

static PyObject *
context_python_rdd (EngineContext *self, PyObject *args)
{
  EngineRdd *parent;
  const char *command, *output;
  Py_ssize_t command_bytes;
  int preserves, barrier;
  PyObject *step_list, *broadcast_list;
  EngineCall call;
  const RushType *rows = NULL;
  RushPythonChain chain = { 0 };
  if (!PyArg_ParseTuple (args, "O!y#spO!sO!pO&|O&", &EngineRdd_Type, &parent, &command,
                         &command_bytes, &output, &preserves, &PyList_Type, &step_list,
                         &chain.input, &PyList_Type, &broadcast_list, &barrier,
                         engine_call_converter, &call, engine_type_converter, &rows) ||
      !engine_context_ready (self) || !output_from_name (output, &chain.output) ||
      !check_command_size ((gsize)command_bytes))
    return NULL;
  g_auto (GStrv) steps = steps_from_list (step_list);
  g_autofree RushPythonBroadcast **broadcasts =
      steps != NULL ? engine_broadcasts_from_list (broadcast_list) : NULL;
  if (broadcasts == NULL)
    return NULL;
  if ((rows != NULL) != (chain.output == RUSH_PYTHON_OUTPUT_ROWS))
    return PyErr_Format (PyExc_ValueError, "rows have a type, and nothing else has");
  g_autoptr (RushSchema) columns = rows ? rush_schema_from_type (rows) : NULL;
  chain.rows = columns;
  chain.command = (const guint8 *)command;
  chain.command_bytes = (gsize)command_bytes;
  chain.preserves_partitioning = preserves;
  chain.steps = (const char *const *)steps;
  chain.determinism = parent->rdd->determinism;
  chain.broadcasts = broadcasts;
  chain.n_broadcasts = (guint)PyList_GET_SIZE (broadcast_list);
  chain.barrier = barrier;
  ENGINE_MAKE_RDD (self, &call, "Context.python_rdd", output, command_bytes,
                   rush_python_rdd_new (parent->rdd, self->workers, &chain));
}

/* ── shuffles ── */

static PyObject *
context_pairwise (EngineContext *self, PyObject *args)
{
  EngineRdd *parent;
  EngineCall call;
  if (!PyArg_ParseTuple (args, "O!O&", &EngineRdd_Type, &parent, engine_call_converter, &call) ||
      !engine_context_ready (self))
    return NULL;
  ENGINE_MAKE_RDD (self, &call, "Context.pairwise", "", 0, rush_pairwise_rdd_new (parent->rdd));
}

static PyObject *
context_shuffled (EngineContext *self, PyObject *args)
{
  EngineRdd *pairwise;
  int n;
  unsigned long long identity;
  EngineCall call;
  if (!PyArg_ParseTuple (args, "O!iKO&", &EngineRdd_Type, &pairwise, &n, &identity,
                         engine_call_converter, &call) ||
      !engine_context_ready (self))
    return NULL;
  if (n < 0) /* none, of an RDD that has none */
    {
      PyErr_SetString (PyExc_ValueError, "a shuffle into fewer than no partitions");
      return NULL;
    }
  /* Workers have written the reduce partition into column 0, and the number of pairs of a run into
   * column 2 (py/runner/protocol.h). */
  g_autoptr (RushPartitioner) partitioner = rush_given_partitioner_new ((guint)n, 0, identity);
  RushDependency *dependency =
      rush_dependency_shuffle (pairwise->rdd, partitioner, rush_python_schema_pairs ());
  dependency->pairs_column = 2;
  ENGINE_MAKE_RDD (self, &call, "Context.shuffled", "", 0, rush_rdd_shuffled_new (dependency));
}

static PyObject *
context_value_of_pair (EngineContext *self, PyObject *args)
{
  EngineRdd *shuffled;
  EngineCall call;
  if (!PyArg_ParseTuple (args, "O!O&", &EngineRdd_Type, &shuffled, engine_call_converter, &call) ||
      !engine_context_ready (self))
    return NULL;
  ENGINE_MAKE_RDD (self, &call, "Context.value_of_pair", "", 0,
                   rush_value_of_pair_rdd_new (shuffled->rdd));
}

/* ── elements for the JVM ── */

static PyObject *
context_handed_over (EngineContext *self, PyObject *args)
{
  EngineRdd *parent;
  EngineCall call;
  if (!PyArg_ParseTuple (args, "O!O&", &EngineRdd_Type, &parent, engine_call_converter, &call) ||
      !engine_context_ready (self))
    return NULL;
  ENGINE_MAKE_RDD (self, &call, "Context.handed_over", "", 0,
                   rush_handed_over_rdd_new (parent->rdd));
}

PyMethodDef engine_python_methods[] = {
  { "python_rdd", (PyCFunction)context_python_rdd, METH_VARARGS,
    "python_rdd (parent, command, output, preserves_partitioning, steps, input, "
    "[Broadcast …], barrier, call, type of rows=None)" },
  { "pairwise", (PyCFunction)context_pairwise, METH_VARARGS, "pairwise (parent, call)" },
  { "shuffled", (PyCFunction)context_shuffled, METH_VARARGS,
    "shuffled (pairwise, n, partitioner_identity, call)" },
  { "value_of_pair", (PyCFunction)context_value_of_pair, METH_VARARGS,
    "value_of_pair (shuffled, call)" },
  { "handed_over", (PyCFunction)context_handed_over, METH_VARARGS, "handed_over (parent, call)" },
  { NULL }
};
