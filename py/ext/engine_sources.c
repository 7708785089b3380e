/* engine_sources.c - Context's methods that make the first RDDs of a lineage: of what the driver
 * has, and of files.  None of them starts a job.
 */
#include "py/ext/engine_private.h"

#include "core/data/builder.h"
#include "rdd/source/binary_records.h"
#include "rdd/source/parallelize.h"
#include "rdd/source/sequence_file.h"
#include "rdd/source/text_file.h"
#include "rdd/source/whole_files.h"

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

/* What most of them are asked with: where, a number, and the call. */
typedef struct
{
  const char *path;
  int number; /* minPartitions, or bytes a record */
  EngineCall call;
} FileArguments;

static gboolean
parse_file_arguments (EngineContext *self, PyObject *args, FileArguments *out)
{
  return PyArg_ParseTuple (args, "siO&", &out->path, &out->number, engine_call_converter,
                           &out->call) &&
         engine_context_ready (self);
}

/* A number of partitions that a program may have left out. */
static guint
at_least_one (int min_partitions)
{
  return (guint)MAX (min_partitions, 1);
}

static PyObject *
context_text_file (EngineContext *self, PyObject *args)
{
  FileArguments given;
  if (!parse_file_arguments (self, args, &given))
    return NULL;
  if (given.number < 0)
    return engine_raise (g_error_new (RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                                      "minPartitions of textFile is %d; it must be 1 or more",
                                      given.number));
  ENGINE_MAKE_RDD (
      self, &given.call, "Context.text_file", given.path, 0,
      rush_rdd_text_file (rush_context_lineage (self->context), given.path, (guint)given.number));
}

static PyObject *
context_text_file_positions (EngineContext *self, PyObject *args)
{
  const char *path;
  int min_partitions, new_api;
  EngineCall call;
  if (!PyArg_ParseTuple (args, "sipO&", &path, &min_partitions, &new_api, engine_call_converter,
                         &call) ||
      !engine_context_ready (self))
    return NULL;
  ENGINE_MAKE_RDD (self, &call, "Context.text_file_positions", path, 0,
                   rush_rdd_text_file_positions (rush_context_lineage (self->context), path,
                                                 at_least_one (min_partitions), new_api));
}

static PyObject *
context_whole_text_files (EngineContext *self, PyObject *args)
{
  FileArguments given;
  if (!parse_file_arguments (self, args, &given))
    return NULL;
  ENGINE_MAKE_RDD (self, &given.call, "Context.whole_text_files", given.path, 0,
                   rush_rdd_whole_text_files (rush_context_lineage (self->context), given.path,
                                              at_least_one (given.number)));
}

static PyObject *
context_binary_files (EngineContext *self, PyObject *args)
{
  FileArguments given;
  if (!parse_file_arguments (self, args, &given))
    return NULL;
  const RushConf *conf = rush_context_conf (self->context);
  guint parallelism = rush_context_default_parallelism (self->context);
  RushBinaryFilesRule rule = {
    .max_partition_bytes = rush_conf_get_bytes (conf, "spark.files.maxPartitionBytes"),
    .open_cost_bytes = rush_conf_get_bytes (conf, "spark.files.openCostInBytes"),
    .parallelism = MAX (parallelism, at_least_one (given.number)),
  };
  ENGINE_MAKE_RDD (self, &given.call, "Context.binary_files", given.path, 0,
                   rush_rdd_binary_files (rush_context_lineage (self->context), given.path, &rule));
}

static PyObject *
context_binary_records (EngineContext *self, PyObject *args)
{
  FileArguments given;
  if (!parse_file_arguments (self, args, &given))
    return NULL;
  if (given.number < 1)
    return engine_raise (g_error_new (RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                                      "recordLength of binaryRecords is %d; it must be 1 or more",
                                      given.number));
  ENGINE_MAKE_RDD (self, &given.call, "Context.binary_records", given.path, 0,
                   rush_rdd_binary_records (rush_context_lineage (self->context), given.path,
                                            (guint)given.number));
}

static PyObject *
context_sequence_file (EngineContext *self, PyObject *args)
{
  const char *path, *key_class, *value_class;
  int min_partitions, new_api;
  EngineCall call;
  if (!PyArg_ParseTuple (args, "sizzpO&", &path, &min_partitions, &key_class, &value_class,
                         &new_api, engine_call_converter, &call) ||
      !engine_context_ready (self))
    return NULL;
  ENGINE_MAKE_RDD (self, &call, "Context.sequence_file", path, 0,
                   rush_rdd_sequence_file (rush_context_lineage (self->context), path,
                                           at_least_one (min_partitions), key_class, value_class,
                                           new_api));
}

/* (key class, value class) of the first file, or None for both: nothing is there. */
static PyObject *
context_sequence_file_classes (EngineContext *self, PyObject *args)
{
  const char *path;
  g_autofree char *key_class = NULL, *value_class = NULL;
  GError *error = NULL;
  gboolean ok;
  if (!PyArg_ParseTuple (args, "s", &path) || !engine_context_ready (self))
    return NULL;
  Py_BEGIN_ALLOW_THREADS ok = rush_sequence_file_classes (path, &key_class, &value_class, &error);
  Py_END_ALLOW_THREADS if (!ok) return engine_raise (error);
  return Py_BuildValue ("zz", key_class, value_class);
}

static PyObject *
context_object_file (EngineContext *self, PyObject *args)
{
  FileArguments given;
  if (!parse_file_arguments (self, args, &given))
    return NULL;
  ENGINE_MAKE_RDD (self, &given.call, "Context.object_file", given.path, 0,
                   rush_rdd_object_file (rush_context_lineage (self->context), given.path,
                                         at_least_one (given.number), rush_python_schema_runs ()));
}

PyMethodDef engine_sources_methods[] = {
  { "parallelize", (PyCFunction)context_parallelize, METH_VARARGS,
    "parallelize ([[(pickled list, objects) …] a partition], call)" },
  { "text_file", (PyCFunction)context_text_file, METH_VARARGS,
    "text_file (path, min_partitions, call)" },
  { "text_file_positions", (PyCFunction)context_text_file_positions, METH_VARARGS,
    "text_file_positions (path, min_partitions, new_api, call)" },
  { "whole_text_files", (PyCFunction)context_whole_text_files, METH_VARARGS,
    "whole_text_files (path, min_partitions, call)" },
  { "binary_files", (PyCFunction)context_binary_files, METH_VARARGS,
    "binary_files (path, min_partitions, call)" },
  { "binary_records", (PyCFunction)context_binary_records, METH_VARARGS,
    "binary_records (path, record_bytes, call)" },
  { "sequence_file", (PyCFunction)context_sequence_file, METH_VARARGS,
    "sequence_file (path, min_partitions, key_class or None, value_class or None, new_api, call)" },
  { "sequence_file_classes", (PyCFunction)context_sequence_file_classes, METH_VARARGS,
    "sequence_file_classes (path) -> (key_class or None, value_class or None)" },
  { "object_file", (PyCFunction)context_object_file, METH_VARARGS,
    "object_file (path, min_partitions, call)" },
  { NULL }
};
