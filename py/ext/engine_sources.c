/* engine_sources.c - Context's methods that make the first RDDs of a lineage: of what the driver
 * has, and of files.  None of them starts a job.
 */
#include "py/ext/engine_private.h"

#include "core/data/builder.h"
#include "rdd/source/parallelize.h"
#include "rdd/source/text_file.h"

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
  ENGINE_MAKE_RDD (self, &call, "Context.parallelize", "", bytes,
                   rush_rdd_parallelize (rush_context_lineage (self->context),
                                         rush_python_schema_runs (),
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
  ENGINE_MAKE_RDD (
      self, &call, "Context.text_file", path, 0,
      rush_rdd_text_file (rush_context_lineage (self->context), path, (guint)min_partitions));
}

PyMethodDef engine_sources_methods[] = {
  { "parallelize", (PyCFunction)context_parallelize, METH_VARARGS,
    "parallelize ([[(pickled list, objects) …] a partition], call)" },
  { "text_file", (PyCFunction)context_text_file, METH_VARARGS,
    "text_file (path, min_partitions, call)" },
  { NULL }
};
