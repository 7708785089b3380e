/* worker_output.c - what the chain gives → batches to the runner.
 *
 * Objects travel in runs, each one pickled list.  How many objects a run holds is PySpark's rule
 * (AutoBatchedSerializer), as counts that people see depend on it: 1, 2, 4 … while a run stays
 * below 64 KiB, half as many when one came out more than ten times that.  The command's `records`
 * may say otherwise (a SparkContext with a serializer or a batchSize of its own).  A chain that
 * ends in `tag` is read by the join behind it, and nobody counts its runs: they are plain data.
 *
 * A batch goes out at 256 KiB or 8,192 rows.  A run as long as that goes alone.
 */
#include "py/ext/worker_private.h"

#define BATCH_BYTES (256 * 1024)
#define RUN_BYTES (64 * 1024)
#define ONE_ROW_OVERHEAD 4096 /* more than the encoding adds to a batch of one row */

/* ── batches ── */

static gboolean
end_row (WorkerOutput *self, gsize bytes)
{
  rush_batch_builder_end_row (self->builder);
  self->bytes += bytes;
  if (self->bytes < BATCH_BYTES && !rush_batch_builder_is_full (self->builder))
    return TRUE;
  return worker_output_flush (self);
}

/* Before a row of @length bytes: what must fit into one message does. */
static gboolean
make_room (WorkerOutput *self, gsize length, const char *what)
{
  gsize most = self->channel->max_message - ONE_ROW_OVERHEAD;
  if (length > most)
    {
      PyErr_Format (PyExc_ValueError,
                    "%s takes %zu bytes; at most %zu can leave a worker at once: "
                    "make elements smaller",
                    what, length, most);
      return FALSE;
    }
  return length < BATCH_BYTES || worker_output_flush (self);
}

gboolean
worker_output_run (WorkerOutput *self, gint64 partition, const char *bytes, gsize length,
                   gint64 n_objects)
{
  GError *error = NULL;
  guint column = 0;

  if (!make_room (self, length, "a run of elements"))
    return FALSE;
  if (partition >= 0 && !rush_batch_builder_append_int (self->builder, column++, partition, &error))
    return worker_raise (error);
  if (!rush_batch_builder_append_bytes (self->builder, column, bytes, length, &error) ||
      !rush_batch_builder_append_int (self->builder, column + 1, n_objects, &error))
    return worker_raise (error);
  self->objects += n_objects;
  return end_row (self, length);
}

gboolean
worker_output_flush (WorkerOutput *self)
{
  GError *error = NULL;
  g_autoptr (RushBatch) batch = rush_batch_builder_finish (self->builder, &error);

  self->bytes = 0;
  if (batch == NULL)
    return error == NULL || worker_raise (error);
  g_byte_array_set_size (self->framed, RUSH_PY_HEADER_BYTES);
  rush_batch_encode (batch, self->framed);
  return worker_channel_hold (self->channel, RUSH_PY_BATCH, self->framed);
}

void
worker_output_init (WorkerOutput *self, WorkerChannel *channel, RushSchema *schema)
{
  *self = (WorkerOutput){ .channel = channel, .schema = schema };
  self->builder = rush_batch_builder_new (schema, rush_allocator_system ());
  self->framed = g_byte_array_new ();
}

void
worker_output_clear (WorkerOutput *self)
{
  g_clear_pointer (&self->builder, rush_batch_builder_free);
  g_clear_pointer (&self->schema, rush_schema_unref);
  g_byte_array_unref (g_steal_pointer (&self->framed));
}

/* ── runs ── */

/* Up to @wanted elements as a list; shorter: the chain has ended. */
static PyObject *
take_run (Stage *source, gint64 wanted)
{
  PyObject *list = PyList_New (0), *x = NULL;

  while (list != NULL && PyList_GET_SIZE (list) < wanted && (x = source->next (source)) != NULL)
    {
      if (PyList_Append (list, x) < 0)
        Py_CLEAR (list);
      Py_DECREF (x);
    }
  if (x == NULL && PyErr_Occurred ())
    Py_CLEAR (list);
  return list;
}

/* How many elements the run after one of @length, which took @bytes, is to hold. */
static gint64
next_length (const WorkerRecords *records, gint64 length, gsize bytes)
{
  if (records->run_length != 0)
    return length;
  if (bytes < RUN_BYTES)
    return length * 2;
  return bytes > RUN_BYTES * 10 && length > 1 ? length / 2 : length;
}

static gint64
first_length (const WorkerRecords *records)
{
  return records->run_length == 0 ? 1 : records->run_length < 0 ? G_MAXINT64 : records->run_length;
}

static gboolean
send_runs (WorkerOutput *self, Stage *source, const WorkerRecords *records, WorkerRunWriter *run)
{
  for (gint64 wanted = first_length (records);;)
    {
      PyObject *list = take_run (source, wanted);
      if (list == NULL)
        return FALSE;
      gint64 n = PyList_GET_SIZE (list);
      gboolean ok = n == 0 || worker_run_writer_write (run, list);
      Py_DECREF (list);
      if (n == 0 || !ok)
        return ok;
      if (!worker_output_run (self, -1, run->bytes, run->length, n))
        return FALSE;
      if (n < wanted)
        return TRUE;
      wanted = next_length (records, wanted, run->length);
    }
}

gboolean
worker_output_runs (WorkerChannel *channel, WorkerChain *chain, gint64 *out_objects)
{
  WorkerOutput output;
  WorkerRunWriter writer;

  worker_output_init (&output, channel, rush_schema_of (RUSH_PY_RUNS_FIELDS, NULL));
  worker_run_writer_init (&writer, chain->records.write, chain->records.plain);
  gboolean ok = send_runs (&output, worker_chain_end (chain), &chain->records, &writer) &&
                worker_output_flush (&output);
  *out_objects = output.objects;
  worker_run_writer_clear (&writer);
  worker_output_clear (&output);
  return ok;
}

/* ── lines ── */

/* bytes go as they are, a str as UTF-8, anything else as its str (): RDD.saveAsTextFile. */
static gboolean
append_line (WorkerOutput *self, PyObject *x)
{
  GError *error = NULL;
  PyObject *text = NULL;
  const char *bytes;
  Py_ssize_t length;
  gboolean ok = FALSE;

  if (PyBytes_Check (x))
    {
      bytes = PyBytes_AS_STRING (x);
      length = PyBytes_GET_SIZE (x);
    }
  else
    {
      text = PyObject_Str (x);
      bytes = text != NULL ? PyUnicode_AsUTF8AndSize (text, &length) : NULL;
    }
  if (bytes != NULL && make_room (self, (gsize)length, "a line"))
    {
      ok = rush_batch_builder_append_bytes (self->builder, 0, bytes, (gsize)length, &error)
               ? end_row (self, (gsize)length)
               : worker_raise (error);
      self->objects++;
    }
  Py_XDECREF (text);
  return ok;
}

gboolean
worker_output_lines (WorkerChannel *channel, WorkerChain *chain, gint64 *out_objects)
{
  Stage *source = worker_chain_end (chain);
  WorkerOutput output;
  gboolean ok = TRUE;
  PyObject *x;

  worker_output_init (&output, channel, rush_schema_of (RUSH_PY_LINES_FIELDS, NULL));
  while (ok && (x = source->next (source)) != NULL)
    {
      ok = append_line (&output, x);
      Py_DECREF (x);
    }
  ok = ok && !PyErr_Occurred () && worker_output_flush (&output);
  *out_objects = output.objects;
  worker_output_clear (&output);
  return ok;
}
