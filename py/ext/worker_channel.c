/* worker_channel.c - whole messages from and to a socket.
 *
 * Reads are as big as the buffer has room, so that a small task (TASK, COMMAND, one BATCH,
 * END_OF_INPUT) comes in with one system call.  A message is handed out where it stands in the
 * buffer: strings are decoded, and runs unpickled, from there, without a copy in between.
 *
 *     bytes  ┌──────────┬───────────────────────┬─────────────────┐
 *            │ used     │ message │ half of one │  room           │
 *            └──────────┴─────────┴─────────────┴─────────────────┘
 *                       start                   end               capacity
 *
 * The buffer grows to the longest message and shrinks back behind it.
 */
#include "py/ext/worker_private.h"

#include <errno.h>
#include <unistd.h>

#define FIRST_CAPACITY (256 * 1024)
#define MOST_HELD 4096

void
worker_channel_init (WorkerChannel *self, int fd, gsize max_message)
{
  *self = (WorkerChannel){ .fd = fd, .max_message = max_message, .capacity = FIRST_CAPACITY };
  self->bytes = g_malloc (self->capacity);
  self->held = g_byte_array_new ();
}

void
worker_channel_clear (WorkerChannel *self)
{
  g_clear_pointer (&self->bytes, g_free);
  g_clear_pointer (&self->held, g_byte_array_unref);
}

/* Room for a message of @size bytes in all, from `start` on. */
static gboolean
make_room (WorkerChannel *self, gsize size)
{
  gsize held = self->end - self->start;
  gsize capacity = MAX (size, FIRST_CAPACITY);

  if (self->start > 0)
    memmove (self->bytes, self->bytes + self->start, held);
  self->start = 0;
  self->end = held;
  if (capacity > self->capacity || capacity < self->capacity / 4)
    {
      guint8 *bytes = g_try_realloc (self->bytes, MAX (capacity, held));
      if (bytes == NULL)
        {
          PyErr_NoMemory ();
          return FALSE;
        }
      self->bytes = bytes;
      self->capacity = MAX (capacity, held);
    }
  return TRUE;
}

/* Reads until @size bytes are there, behind `start`. */
static gboolean
fill (WorkerChannel *self, gsize size, gboolean *out_closed)
{
  if (self->end - self->start >= size)
    return TRUE;
  if (self->start + size > self->capacity || self->start == self->end)
    if (!make_room (self, size))
      return FALSE;
  while (self->end - self->start < size)
    {
      gssize n;
      Py_BEGIN_ALLOW_THREADS n =
          read (self->fd, self->bytes + self->end, self->capacity - self->end);
      Py_END_ALLOW_THREADS if (n < 0 && errno == EINTR) continue;
      if (n <= 0 && self->end == self->start && (n == 0 || errno == ECONNRESET))
        {
          *out_closed = self->broken = TRUE;
          return FALSE;
        }
      if (n <= 0)
        {
          self->broken = TRUE;
          PyErr_SetString (PyExc_EOFError, "the runner is gone in the middle of a message");
          return FALSE;
        }
      self->end += (gsize)n;
    }
  return TRUE;
}

static guint32
read_u32 (const guint8 *bytes)
{
  guint32 number;
  memcpy (&number, bytes, sizeof number);
  return GUINT32_FROM_LE (number);
}

/* One thread of the user's may read while another one writes, but messages must not be mixed.
 * FALSE with an exception: @inout_busy was set already. */
static gboolean
be_busy (gboolean *inout_busy)
{
  if (!*inout_busy)
    return *inout_busy = TRUE;
  PyErr_SetString (PyExc_RuntimeError,
                   "another thread is talking to the runner: read a task's input, and wait at its "
                   "barrier, on one thread");
  return FALSE;
}

static gboolean
read_message (WorkerChannel *self, WorkerMessage *out, gboolean *out_closed)
{
  if (!fill (self, RUSH_PY_HEADER_BYTES, out_closed))
    return FALSE;
  out->kind = (RushPyMessageKind)read_u32 (self->bytes + self->start);
  out->length = read_u32 (self->bytes + self->start + 4);
  if (out->length > RUSH_PY_MAX_MESSAGE)
    {
      self->broken = TRUE;
      PyErr_Format (PyExc_ValueError, "a message of %zu bytes: the stream is out of step",
                    out->length);
      return FALSE;
    }
  if (!fill (self, RUSH_PY_HEADER_BYTES + out->length, out_closed))
    return FALSE;
  out->payload = self->bytes + self->start + RUSH_PY_HEADER_BYTES;
  self->start += RUSH_PY_HEADER_BYTES + out->length;
  return TRUE;
}

gboolean
worker_channel_read (WorkerChannel *self, WorkerMessage *out, gboolean *out_closed)
{
  *out_closed = FALSE;
  if (!be_busy (&self->reading))
    return FALSE;
  gboolean ok = read_message (self, out, out_closed);
  self->reading = FALSE;
  return ok;
}

static void
write_u32 (guint8 *bytes, guint32 number)
{
  number = GUINT32_TO_LE (number);
  memcpy (bytes, &number, sizeof number);
}

static gboolean
write_bytes (WorkerChannel *self, const guint8 *bytes, gsize left)
{
  while (left > 0)
    {
      gssize n;
      Py_BEGIN_ALLOW_THREADS n = write (self->fd, bytes, left);
      Py_END_ALLOW_THREADS if (n < 0 && errno == EINTR) continue;
      if (n < 0)
        {
          self->broken = TRUE;
          PyErr_SetString (PyExc_EOFError, "the runner is gone");
          return FALSE;
        }
      bytes += n;
      left -= (gsize)n;
    }
  return TRUE;
}

static void
write_header (RushPyMessageKind kind, GByteArray *framed)
{
  gsize length = framed->len - RUSH_PY_HEADER_BYTES;

  g_assert (framed->len >= RUSH_PY_HEADER_BYTES && length <= RUSH_PY_MAX_MESSAGE);
  write_u32 (framed->data, kind);
  write_u32 (framed->data + 4, (guint32)length);
}

/* What is held, and then @framed. */
static gboolean
write_all (WorkerChannel *self, GByteArray *framed)
{
  GByteArray *held = self->held;
  gboolean together = held->len > 0 && framed->len <= MOST_HELD, ok = TRUE;

  if (together)
    g_byte_array_append (held, framed->data, framed->len);
  if (held->len > 0)
    ok = write_bytes (self, held->data, held->len);
  g_byte_array_set_size (held, 0);
  return ok && (together || write_bytes (self, framed->data, framed->len));
}

gboolean
worker_channel_write (WorkerChannel *self, RushPyMessageKind kind, GByteArray *framed)
{
  if (!be_busy (&self->writing))
    return FALSE;
  write_header (kind, framed);
  gboolean ok = write_all (self, framed);
  self->writing = FALSE;
  return ok;
}

gboolean
worker_channel_hold (WorkerChannel *self, RushPyMessageKind kind, GByteArray *framed)
{
  if (framed->len > MOST_HELD || self->writing || self->held->len > 0)
    return worker_channel_write (self, kind, framed);
  write_header (kind, framed);
  g_byte_array_append (self->held, framed->data, framed->len);
  return TRUE;
}
