/* worker_input.c - the chain's first stage: batches from the runner → Python objects.
 *
 * A line becomes a str straight out of the message's buffer.  A run is one pickled list, whose
 * objects are given out by index, or plain data (worker_plain.h), whose values are made as they are
 * asked for.  One batch, and of its runs one list, is all that is held.
 *
 * Whoever stops pulling early leaves messages behind: `ended` tells that END_OF_INPUT is still to
 * come, and worker_task.c skips to it before the next task.
 *
 * A barrier (worker_sharing.c) reads on while a batch is being walked.  Its strings stand in the
 * channel's buffer, which moves then: the batch gets bytes of its own first, and batches that come
 * before the answer are kept in order.
 */
#include "py/ext/worker_private.h"

/* ── batches ── */

static gboolean
corrupt (const char *what)
{
  PyErr_Format (PyExc_RuntimeError, "the runner sent %s", what);
  return FALSE;
}

static gboolean
read_message (WorkerInput *self, WorkerMessage *out)
{
  gboolean closed;

  if (worker_channel_read (self->channel, out, &closed))
    return TRUE;
  if (closed)
    PyErr_SetString (PyExc_EOFError, "the runner is gone in the middle of a task");
  return FALSE;
}

/* A batch of the payload. */
static gboolean
decode_payload (WorkerInput *self)
{
  GError *error = NULL;
  gsize offset = 0;
  g_autoptr (RushBuffer) buffer = rush_buffer_wrap (self->payload, self->payload_bytes, NULL, NULL);

  self->batch = rush_batch_decode (buffer, &offset, self->schema, rush_allocator_system (), &error);
  return self->batch != NULL || worker_raise (error);
}

/* The payload of the next batch; FALSE without an exception: the input has ended. */
static gboolean
next_payload (WorkerInput *self)
{
  WorkerMessage message;

  g_clear_pointer (&self->held, g_bytes_unref);
  self->held = g_queue_pop_head (&self->kept);
  if (self->held != NULL)
    {
      self->payload = g_bytes_get_data (self->held, &self->payload_bytes);
      return TRUE;
    }
  if (self->ended || !read_message (self, &message))
    return FALSE;
  if (message.kind == RUSH_PY_END_OF_INPUT)
    {
      self->ended = TRUE;
      return FALSE;
    }
  if (message.kind != RUSH_PY_BATCH)
    return corrupt ("something else than a batch in the input of a task");
  self->payload = message.payload;
  self->payload_bytes = message.length;
  return TRUE;
}

/* The next batch with rows in it; FALSE without an exception: the input has ended. */
gboolean
worker_input_next_batch (WorkerInput *self)
{
  do
    {
      g_clear_pointer (&self->batch, rush_batch_unref);
      self->row = 0;
      if (!next_payload (self) || !decode_payload (self))
        return FALSE;
    }
  while (self->batch->length == 0);
  return TRUE;
}

/* Goes on to the next row of the batch; FALSE: no more, or an exception. */
static inline gboolean
next_row (WorkerInput *self, guint *out_row)
{
  if ((self->batch == NULL || self->row == self->batch->length) && !worker_input_next_batch (self))
    return FALSE;
  *out_row = self->row++;
  return TRUE;
}

/* The bytes of the next row, in column 0; NULL: no more, or an exception. */
static inline const char *
next_bytes (WorkerInput *self, gsize *out_length)
{
  guint row;

  if (!next_row (self, &row))
    return NULL;

  const RushColumn *column = self->batch->columns[0];
  if (G_UNLIKELY (column->layout != RUSH_LAYOUT_PLAIN))
    return rush_column_get_bytes (column, row, out_length);
  const RushView *view = (const RushView *)column->values->bytes + column->offset + row;
  *out_length = (gsize)view->length;
  return rush_view_bytes (view, column->data);
}

/* ── elements ── */

/* The next row as one element; inlined, so that @make is no call through a pointer. */
static inline PyObject *
next_element (Stage *stage, PyObject *(*make) (const char *bytes, gsize length))
{
  WorkerInput *self = (WorkerInput *)stage;
  gsize length;
  const char *bytes = next_bytes (self, &length);

  if (bytes == NULL)
    return NULL;
  self->objects++;
  return make (bytes, length);
}

static PyObject *
next_line (Stage *stage)
{
  return next_element (stage, worker_line);
}

static PyObject *
next_line_bytes (Stage *stage)
{
  return next_element (stage, worker_line_bytes);
}

static PyObject *
bytes_object (const char *bytes, gsize length)
{
  return PyBytes_FromStringAndSize (bytes, (Py_ssize_t)length);
}

static PyObject *
next_record (Stage *stage)
{
  return next_element (stage, bytes_object);
}

/* Begins the next run. */
static gboolean
next_run (WorkerInput *self)
{
  gsize length;
  const char *bytes = next_bytes (self, &length);

  if (bytes == NULL)
    return FALSE;
  if (self->read == NULL && worker_plain_is (bytes, length))
    return worker_plain_reader_begin (&self->plain, bytes, length);
  self->at = 0;
  self->run = worker_read_run (self->read, bytes, length);
  return self->run != NULL &&
         (PyList_CheckExact (self->run) || corrupt ("a run that is not a pickled list"));
}

/* The next element of the run; NULL: no more, or an exception. */
static inline PyObject *
next_of_run (WorkerInput *self)
{
  if (self->plain.bytes != NULL)
    return worker_plain_reader_next (&self->plain);
  if (self->run != NULL && self->at < PyList_GET_SIZE (self->run))
    return worker_take_item (self->run, self->at++);
  Py_CLEAR (self->run);
  return NULL;
}

static PyObject *
next_object (Stage *stage)
{
  WorkerInput *self = (WorkerInput *)stage;
  PyObject *x;

  while ((x = next_of_run (self)) == NULL)
    if (PyErr_Occurred () || !next_run (self))
      return NULL;
  self->objects++;
  return x;
}

gboolean
worker_input_take_plain (Stage *stage, WorkerPlainElement *out)
{
  WorkerInput *self = (WorkerInput *)stage;

  if (stage->next != next_object)
    return FALSE;
  while (self->run == NULL && (self->plain.bytes == NULL || self->plain.n_left == 0))
    if ((self->plain.bytes != NULL && worker_plain_reader_next (&self->plain) == NULL &&
         PyErr_Occurred ()) ||
        !next_run (self))
      return FALSE;
  if (self->run != NULL || !worker_plain_reader_take (&self->plain, out))
    return FALSE;
  self->objects++;
  return TRUE;
}

static PyObject *
next_number (Stage *stage)
{
  WorkerInput *self = (WorkerInput *)stage;
  guint row;

  if (!next_row (self, &row))
    return NULL;
  self->objects++;
  return PyLong_FromLongLong (rush_column_get_int (self->batch->columns[0], row));
}

/* ── pairs: a row is two lists, and the pairs that they make are never all there at once ── */

/* The next row with pairs in it. */
static gboolean
next_two_lists (WorkerInput *self)
{
  const WorkerFormat *format = self->format;

  do
    {
      guint row;

      Py_CLEAR (self->run);
      Py_CLEAR (self->other);
      self->at = self->other_at = 0;
      if (!next_row (self, &row))
        return FALSE;
      self->run = worker_format_elements (format->left, self->read, self->batch, row);
      if (self->run == NULL)
        return FALSE;
      self->other = worker_format_elements (format->right, self->read, self->batch, row);
      if (self->other == NULL ||
          (format->kind == WORKER_ZIP && !worker_format_check_zip (self->run, self->other)))
        return FALSE;
    }
  while (PyList_GET_SIZE (self->run) == 0 || PyList_GET_SIZE (self->other) == 0);
  return TRUE;
}

static PyObject *
next_pair (Stage *stage)
{
  WorkerInput *self = (WorkerInput *)stage;

  if ((self->other == NULL || self->at == PyList_GET_SIZE (self->run)) && !next_two_lists (self))
    return NULL;
  PyObject *pair = PyTuple_Pack (2, PyList_GET_ITEM (self->run, self->at),
                                 PyList_GET_ITEM (self->other, self->other_at));
  self->other_at++;
  if (self->format->kind == WORKER_ZIP)
    self->at++;
  else if (self->other_at == PyList_GET_SIZE (self->other))
    {
      self->other_at = 0;
      self->at++;
    }
  self->objects++;
  return pair;
}

/* ── reading past the input ── */

/* From now on the batch does not stand in the channel's buffer. */
static gboolean
hold_batch (WorkerInput *self)
{
  if (self->batch == NULL || self->held != NULL)
    return TRUE;
  g_clear_pointer (&self->batch, rush_batch_unref);
  self->held = g_bytes_new (self->payload, self->payload_bytes);
  self->payload = g_bytes_get_data (self->held, NULL);
  if (!decode_payload (self))
    return FALSE;
  if (self->plain.bytes != NULL)
    {
      gsize length;
      worker_plain_reader_move (
          &self->plain, rush_column_get_bytes (self->batch->columns[0], self->row - 1, &length));
    }
  return TRUE;
}

gboolean
worker_input_await (WorkerInput *self, RushPyMessageKind kind, WorkerMessage *out)
{
  if (!hold_batch (self))
    return FALSE;
  while (read_message (self, out))
    {
      if (out->kind == kind)
        return TRUE;
      if (out->kind == RUSH_PY_BATCH)
        g_queue_push_tail (&self->kept, g_bytes_new (out->payload, out->length));
      else if (out->kind == RUSH_PY_END_OF_INPUT)
        self->ended = TRUE;
      else
        return corrupt ("something else than the answer that a task waits for");
    }
  return FALSE;
}

/* ── life ── */

void
worker_input_init (WorkerInput *self, WorkerChannel *channel, WorkerFormat *format,
                   RushSchema *columns)
{
  static PyObject *(*const next[]) (Stage *) = {
    [WORKER_LINES] = next_line,     [WORKER_BYTES] = next_line_bytes, [WORKER_BINARY] = next_record,
    [WORKER_LONG] = next_number,    [WORKER_RUNS] = next_object,
    [WORKER_ROWS] = worker_rows_next,
    [WORKER_ZIP] = next_pair,       [WORKER_CARTESIAN] = next_pair,
  };

  *self = (WorkerInput){ .channel = channel, .format = format };
  self->schema = format->kind == WORKER_ROWS ? rush_schema_ref (columns)
                                             : worker_format_schema (format);
  self->stage.next = next[format->kind];
}

void
worker_input_clear (WorkerInput *self)
{
  Py_CLEAR (self->run);
  Py_CLEAR (self->other);
  Py_CLEAR (self->names);
  worker_plain_reader_clear (&self->plain);
  g_clear_pointer (&self->batch, rush_batch_unref);
  g_clear_pointer (&self->held, g_bytes_unref);
  g_queue_clear_full (&self->kept, (GDestroyNotify)g_bytes_unref);
  g_clear_pointer (&self->schema, rush_schema_unref);
  g_clear_pointer (&self->format, worker_format_free);
}
