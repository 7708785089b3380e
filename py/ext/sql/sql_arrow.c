/* sql_arrow.c - Arrow's C streams: data of pandas, pyarrow and Polars come in, results go out.
 *
 *   createDataFrame (table)   "arrow_array_stream" ──▶ batches of its buffers, shared ──▶ a plan
 *   toArrow (), __arrow_c_stream__ ()    batches that collect () brought ──▶ "arrow_array_stream"
 *
 * A capsule's stream is the consumer's once it has moved it out; one that nobody took is released
 * with the capsule.
 */
#include "py/ext/sql/sql_private.h"

#include "core/data/arrow.h"
#include "rdd/source/parallelize.h"

#define CAPSULE_NAME "arrow_array_stream"

/* ── in ── */

/* All batches of a stream, which is used up; NULL with an exception set. */
static GPtrArray *
read_stream (PyObject *capsule, RushSchema **out_schema)
{
  struct ArrowArrayStream *stream = PyCapsule_GetPointer (capsule, CAPSULE_NAME);
  if (stream == NULL)
    return NULL;
  if (stream->release == NULL)
    return (GPtrArray *)PyErr_Format (PyExc_ValueError, "the Arrow stream has been read already");
  GError *error = NULL;
  g_autoptr (RushArrowReader) reader =
      rush_arrow_reader_new (stream, rush_allocator_system (), &error);
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  RushBatch *batch = NULL;
  while (reader != NULL && rush_arrow_reader_next (reader, &batch, &error) && batch != NULL)
    g_ptr_array_add (batches, batch);
  if (error != NULL)
    return (GPtrArray *)engine_raise (error);
  *out_schema = rush_schema_ref (rush_arrow_reader_schema (reader));
  return g_steal_pointer (&batches);
}

/* Runs of batches with about as many rows each. */
static GPtrArray *
in_partitions (GPtrArray *batches, guint n_partitions)
{
  GPtrArray *partitions = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  for (guint p = 0; p < n_partitions; p++)
    {
      GPtrArray *part = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
      for (gsize b = rush_slice_start (batches->len, n_partitions, p);
           b < rush_slice_start (batches->len, n_partitions, p + 1); b++)
        g_ptr_array_add (part, rush_batch_ref (batches->pdata[b]));
      g_ptr_array_add (partitions, part);
    }
  return partitions;
}

/* plan_arrow (context, call, capsule, threshold, n_partitions): at most @threshold bytes are a
 * LocalRelation, more an RDD */
static PyObject *
plan_arrow (PyObject *module, PyObject *args)
{
  EngineContext *context;
  EngineCall call;
  PyObject *capsule;
  long long threshold;
  unsigned int n_partitions;
  if (!PyArg_ParseTuple (args, "O!O&OLI", &EngineContext_Type, &context, engine_call_converter,
                         &call, &capsule, &threshold, &n_partitions) ||
      !engine_context_ready (context))
    return NULL;
  g_autoptr (RushSchema) schema = NULL;
  g_autoptr (GPtrArray) batches = read_stream (capsule, &schema);
  if (batches == NULL)
    return NULL;
  gsize bytes = 0;
  for (guint b = 0; b < batches->len; b++)
    bytes += rush_batch_memory_bytes (batches->pdata[b]);
  RushExprList *attributes = engine_attributes_of_schema (schema);
  if (bytes <= (gsize)MAX (threshold, 0))
    return engine_plan_wrap (rush_plan_local (attributes, g_steal_pointer (&batches)), NULL);
  g_autoptr (GPtrArray) partitions = in_partitions (batches, n_partitions);
  engine_call_push (&call);
  RushRdd *rdd = rush_rdd_parallelize (rush_context_lineage (context->context), schema,
                                       (GPtrArray *const *)partitions->pdata, n_partitions);
  engine_call_pop ();
  return engine_plan_wrap (rush_plan_rdd (rdd, attributes), NULL);
}

/* ── out ── */

typedef struct
{
  GPtrArray *batches; /* (owned) */
  guint next;
} Results;

static gboolean
results_pull (gpointer data, RushBatch **out, GError **error)
{
  Results *self = data;
  *out =
      self->next < self->batches->len ? rush_batch_ref (self->batches->pdata[self->next++]) : NULL;
  return TRUE;
}

static void
results_free (gpointer data)
{
  Results *self = data;
  g_ptr_array_unref (self->batches);
  g_free (self);
}

static void
capsule_destroy (PyObject *capsule)
{
  struct ArrowArrayStream *stream = PyCapsule_GetPointer (capsule, CAPSULE_NAME);
  if (stream == NULL)
    {
      PyErr_Clear ();
      return;
    }
  if (stream->release != NULL)
    stream->release (stream);
  g_free (stream);
}

PyObject *
engine_arrow_stream_of (GPtrArray *batches, RushSchema *schema, const char *time_zone)
{
  Results *results = g_new0 (Results, 1);
  results->batches = batches;
  struct ArrowArrayStream *stream = g_new0 (struct ArrowArrayStream, 1);
  RushArrowOptions options = { .time_zone = time_zone };
  rush_arrow_export_stream (schema, &options, results_pull, results, results_free,
                            rush_allocator_system (), stream);
  PyObject *capsule = PyCapsule_New (stream, CAPSULE_NAME, capsule_destroy);
  if (capsule == NULL)
    {
      stream->release (stream);
      g_free (stream);
    }
  return capsule;
}

PyMethodDef engine_arrow_functions[] = {
  { "plan_arrow", plan_arrow, METH_VARARGS,
    "plan_arrow (context, call, capsule, threshold, n_partitions) -> Plan" },
  { NULL }
};
