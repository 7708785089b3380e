/* engine_rdds.c - Context's methods that make RDDs: each makes one lineage node (or the few that
 * Spark makes for it) and answers with a handle.  None of them starts a job.
 */
#include "py/ext/engine_private.h"
#include "core/data/builder.h"
#include "py/runner/protocol.h"
#include "rdd/source/parallelize.h"
#include "rdd/source/text_file.h"
#include "rdd/transform/shuffled.h"
#include "rdd/transform/union.h"

/* Makes the node under the user's call site, wraps it, and tells the trace. */
#define MAKE_RDD(self, call, method, arguments, bytes, expression)                                 \
  G_STMT_START                                                                                     \
  {                                                                                                \
    engine_call_push (call);                                                                       \
    RushRdd *made = (expression);                                                                  \
    engine_call_pop ();                                                                            \
    return wrap_and_trace (self, method, arguments, bytes, made);                                  \
  }                                                                                                \
  G_STMT_END

static PyObject *
wrap_and_trace (EngineContext *self, const char *method, const char *arguments, Py_ssize_t bytes,
                RushRdd *made)
{
  gint id = made->id;
  PyObject *handle = engine_rdd_wrap (self->context, made);
  if (handle != NULL && !engine_trace (method, id, arguments, bytes))
    Py_CLEAR (handle);
  return handle;
}

/* ── parallelize ── */

/* Appends one (run, number of objects) to the builder; finished batches go to @batches. */
static gboolean
append_run (RushBatchBuilder *builder, PyObject *item, GPtrArray *batches, Py_ssize_t *inout_bytes)
{
  const char *run;
  Py_ssize_t size, objects;
  if (!PyTuple_Check (item) || !PyArg_ParseTuple (item, "y#n", &run, &size, &objects))
    {
      if (!PyErr_Occurred ())
        PyErr_SetString (PyExc_TypeError, "a partition must be a list of (bytes, objects)");
      return FALSE;
    }
  *inout_bytes += size;
  GError *error = NULL;
  if (!rush_batch_builder_append_bytes (builder, 0, run, (gsize)size, &error) ||
      !rush_batch_builder_append_int (builder, 1, objects, &error))
    {
      engine_raise (error);
      return FALSE;
    }
  rush_batch_builder_end_row (builder);
  if (rush_batch_builder_is_full (builder))
    {
      RushBatch *batch = rush_batch_builder_finish (builder, &error);
      if (batch == NULL)
        {
          engine_raise (error);
          return FALSE;
        }
      g_ptr_array_add (batches, batch);
    }
  return TRUE;
}

/* The batches of one partition; NULL with an exception set. */
static GPtrArray *
batches_from_runs (PyObject *runs, Py_ssize_t *inout_bytes)
{
  PyObject *sequence = PySequence_Fast (runs, "a partition must be a list of (bytes, objects)");
  if (sequence == NULL)
    return NULL;
  g_autoptr (RushBatchBuilder) builder =
      rush_batch_builder_new (rush_python_schema_runs (), rush_allocator_system ());
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  gboolean ok = TRUE;
  for (Py_ssize_t i = 0; ok && i < PySequence_Fast_GET_SIZE (sequence); i++)
    ok = append_run (builder, PySequence_Fast_GET_ITEM (sequence, i), batches, inout_bytes);
  Py_DECREF (sequence);
  if (!ok)
    return NULL;
  GError *error = NULL;
  RushBatch *last = rush_batch_builder_finish (builder, &error);
  if (error != NULL)
    return engine_raise (error), NULL;
  if (last != NULL)
    g_ptr_array_add (batches, last);
  return g_steal_pointer (&batches);
}

static PyObject *
context_parallelize (EngineContext *self, PyObject *args)
{
  PyObject *list;
  EngineCall call;
  if (!PyArg_ParseTuple (args, "O!O&", &PyList_Type, &list, engine_call_converter, &call) ||
      !engine_context_ready (self))
    return NULL;
  g_autoptr (GPtrArray) partitions =
      g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  Py_ssize_t bytes = 0;
  for (Py_ssize_t p = 0; p < PyList_GET_SIZE (list); p++)
    {
      GPtrArray *batches = batches_from_runs (PyList_GET_ITEM (list, p), &bytes);
      if (batches == NULL)
        return NULL;
      g_ptr_array_add (partitions, batches);
    }
  MAKE_RDD (self, &call, "Context.parallelize", "", bytes,
            rush_rdd_parallelize (rush_context_lineage (self->context), rush_python_schema_runs (),
                                  (GPtrArray *const *)partitions->pdata, partitions->len));
}

/* ── files ── */

static PyObject *
context_text_file (EngineContext *self, PyObject *args)
{
  const char *path;
  int min_partitions;
  EngineCall call;
  if (!PyArg_ParseTuple (args, "siO&", &path, &min_partitions, engine_call_converter, &call) ||
      !engine_context_ready (self))
    return NULL;
  if (min_partitions < 0)
    return engine_raise (g_error_new (RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                                      "minPartitions of textFile is %d; it must be 1 or more",
                                      min_partitions));
  MAKE_RDD (self, &call, "Context.text_file", path, 0,
            rush_rdd_text_file (rush_context_lineage (self->context), path, (guint)min_partitions));
}

/* ── Python steps ── */

static gboolean
output_from_name (const char *name, RushPythonOutput *out)
{
  static const char *const names[] = { [RUSH_PYTHON_OUTPUT_RUNS] = "runs",
                                       [RUSH_PYTHON_OUTPUT_PAIRS] = "pairs",
                                       [RUSH_PYTHON_OUTPUT_LINES] = "lines" };
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
  int preserves, lines_as_bytes;
  PyObject *step_list;
  EngineCall call;
  RushPythonChain chain = { 0 };
  if (!PyArg_ParseTuple (args, "O!y#spO!pO&", &EngineRdd_Type, &parent, &command, &command_bytes,
                         &output, &preserves, &PyList_Type, &step_list, &lines_as_bytes,
                         engine_call_converter, &call) ||
      !engine_context_ready (self) || !output_from_name (output, &chain.output) ||
      !check_command_size ((gsize)command_bytes))
    return NULL;
  g_auto (GStrv) steps = steps_from_list (step_list);
  if (steps == NULL)
    return NULL;
  chain.command = (const guint8 *)command;
  chain.command_bytes = (gsize)command_bytes;
  chain.preserves_partitioning = preserves;
  chain.steps = (const char *const *)steps;
  chain.determinism = parent->rdd->determinism;
  chain.lines_as_bytes = lines_as_bytes;
  MAKE_RDD (self, &call, "Context.python_rdd", output, command_bytes,
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
  MAKE_RDD (self, &call, "Context.pairwise", "", 0, rush_pairwise_rdd_new (parent->rdd));
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
  if (n < 1)
    {
      PyErr_SetString (PyExc_ValueError, "a shuffle needs at least one partition");
      return NULL;
    }
  /* Workers have written the reduce partition into column 0, and the number of pairs of a run into
   * column 2 (py/runner/protocol.h). */
  g_autoptr (RushPartitioner) partitioner = rush_given_partitioner_new ((guint)n, 0, identity);
  RushDependency *dependency =
      rush_dependency_shuffle (pairwise->rdd, partitioner, rush_python_schema_pairs ());
  dependency->pairs_column = 2;
  MAKE_RDD (self, &call, "Context.shuffled", "", 0, rush_rdd_shuffled_new (dependency));
}

static PyObject *
context_value_of_pair (EngineContext *self, PyObject *args)
{
  EngineRdd *shuffled;
  EngineCall call;
  if (!PyArg_ParseTuple (args, "O!O&", &EngineRdd_Type, &shuffled, engine_call_converter, &call) ||
      !engine_context_ready (self))
    return NULL;
  MAKE_RDD (self, &call, "Context.value_of_pair", "", 0,
            rush_value_of_pair_rdd_new (shuffled->rdd));
}

static PyObject *
context_union (EngineContext *self, PyObject *args)
{
  PyObject *list;
  EngineCall call;
  if (!PyArg_ParseTuple (args, "O!O&", &PyList_Type, &list, engine_call_converter, &call) ||
      !engine_context_ready (self))
    return NULL;
  guint n = (guint)PyList_GET_SIZE (list);
  g_autofree RushRdd **parents = g_new (RushRdd *, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    {
      PyObject *item = PyList_GET_ITEM (list, i);
      if (!Py_IS_TYPE (item, &EngineRdd_Type))
        {
          PyErr_SetString (PyExc_TypeError, "union takes a list of Rdd");
          return NULL;
        }
      parents[i] = ((EngineRdd *)item)->rdd;
    }
  if (n == 0)
    {
      PyErr_SetString (PyExc_ValueError, "union needs at least one RDD");
      return NULL;
    }
  GError *error = NULL;
  RushRdd *made;
  engine_call_push (&call);
  Py_BEGIN_ALLOW_THREADS /* it counts partitions, which may look at files */
      made = rush_rdd_union (parents, n, &error);
  Py_END_ALLOW_THREADS engine_call_pop ();
  if (made == NULL)
    return engine_raise (error);
  return wrap_and_trace (self, "Context.union", "", 0, made);
}

PyMethodDef engine_rdds_methods[] = {
  { "parallelize", (PyCFunction)context_parallelize, METH_VARARGS,
    "parallelize ([[(pickled list, objects) …] a partition], call)" },
  { "text_file", (PyCFunction)context_text_file, METH_VARARGS,
    "text_file (path, min_partitions, call)" },
  { "python_rdd", (PyCFunction)context_python_rdd, METH_VARARGS,
    "python_rdd (parent, command, output, preserves_partitioning, steps, lines_as_bytes, call)" },
  { "pairwise", (PyCFunction)context_pairwise, METH_VARARGS, "pairwise (parent, call)" },
  { "shuffled", (PyCFunction)context_shuffled, METH_VARARGS,
    "shuffled (pairwise, n, partitioner_identity, call)" },
  { "value_of_pair", (PyCFunction)context_value_of_pair, METH_VARARGS,
    "value_of_pair (shuffled, call)" },
  { "union", (PyCFunction)context_union, METH_VARARGS, "union ([rdd …], call)" },
  { NULL }
};
