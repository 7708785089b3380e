/* python_feed.c - the parent's batches, encoded, to a worker.
 *
 *     parent ─batches─▶ until 64 KiB are there, or the input has ended ─▶ socket, until it is gone
 *
 * Only then is the parent asked for more: a worker that reads slowly slows the whole task down, and
 * memory stays small.  A batch that would make a message of more than 4 MiB goes in slices of its
 * rows.
 *
 * The first messages are pulled before anything is sent, and go along with what was said: a task of
 * little input is one packet, and wakes its worker once.  Programs can tell: a worker above this
 * one (rdd.map (f).coalesce (1).take (1)) has finished a small partition, and what it added to
 * accumulators counts, before this one can say that it has enough.  64 KiB is what Spark waits for,
 * too (spark.buffer.size).
 */
#include "py/runner/python_feed_private.h"

#include "core/data/encoding.h"

#include <errno.h>
#include <sys/socket.h>

#define MESSAGE_BYTES (4 * 1024 * 1024)
#define FILL_BYTES (64 * 1024)

/* ── messages ── */

static void
append_header (GByteArray *out, RushPyMessageKind kind, gsize length)
{
  guint32 header[2] = { GUINT32_TO_LE ((guint32)kind), GUINT32_TO_LE ((guint32)length) };

  G_STATIC_ASSERT (sizeof header == RUSH_PY_HEADER_BYTES);
  g_byte_array_append (out, (const guint8 *)header, sizeof header);
}

void
rush_python_feed_say (RushPythonFeed *self, RushPyMessageKind kind, gconstpointer payload,
                      gsize bytes)
{
  g_assert (bytes <= RUSH_PY_MAX_MESSAGE);
  append_header (self->out, kind, bytes);
  g_byte_array_append (self->out, payload, (guint)bytes);
}

static void
discharge (RushPythonFeed *self)
{
  if (self->charged > 0)
    rush_allocator_release (self->ctx->allocator, self->charged);
  self->charged = 0;
}

/* The longest beginning of what is left of the batch that fits a message; at least one row. */
static RushBatch *
cut_slice (const RushPythonFeed *self, gsize *out_bytes)
{
  guint n = self->batch->length - self->row;
  RushBatch *slice = rush_batch_slice (self->batch, self->row, n);

  while ((*out_bytes = rush_batch_encoded_bytes (slice)) > MESSAGE_BYTES && n > 1)
    {
      /* By the average, again and again, as rows may differ. */
      guint fitting = (guint)((gdouble)n * MESSAGE_BYTES / (gdouble)*out_bytes);
      n = CLAMP (fitting, 1, n - 1);
      rush_batch_unref (slice);
      slice = rush_batch_slice (self->batch, self->row, n);
    }
  return slice;
}

/* Encodes the next slice of the batch behind what is in `out`. */
static gboolean
encode_slice (RushPythonFeed *self, GError **error)
{
  gsize bytes, before = self->out->len;
  g_autoptr (RushBatch) slice = cut_slice (self, &bytes);

  if (bytes > RUSH_PY_MAX_MESSAGE)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "a row of %" G_GSIZE_FORMAT " bytes; at most %u can go to a Python worker at "
                   "once: make elements smaller",
                   bytes, RUSH_PY_MAX_MESSAGE);
      return FALSE;
    }
  if (!rush_allocator_reserve (self->ctx->allocator, bytes, error))
    return FALSE;
  self->charged += bytes;
  append_header (self->out, RUSH_PY_BATCH, bytes);
  rush_batch_encode (slice, self->out);
  g_assert (self->out->len == before + RUSH_PY_HEADER_BYTES + bytes);

  self->row += slice->length;
  if (self->row == self->batch->length)
    g_clear_pointer (&self->batch, rush_batch_unref);
  return TRUE;
}

/* Adds a message to `out`. */
static gboolean
add_message (RushPythonFeed *self, GError **error)
{
  g_autoptr (GError) failure = NULL;

  while (self->batch == NULL && self->parent != NULL)
    {
      self->row = 0;
      self->batch = rush_iterator_next (self->parent, &failure);
      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      if (self->batch == NULL)
        g_clear_pointer (&self->parent, rush_iterator_close);
      else if (self->batch->length == 0)
        g_clear_pointer (&self->batch, rush_batch_unref);
    }
  if (self->batch != NULL)
    return encode_slice (self, error);
  append_header (self->out, RUSH_PY_END_OF_INPUT, 0);
  self->ended = TRUE;
  return TRUE;
}

/* Fills `out`, of which all was sent, but for what was said at the beginning. */
static gboolean
refill (RushPythonFeed *self, GError **error)
{
  gboolean ok = TRUE;

  if (self->begun)
    {
      discharge (self);
      g_byte_array_set_size (self->out, 0);
      self->sent = 0;
    }
  self->begun = TRUE;
  for (gsize said = self->out->len; ok && !self->ended && self->out->len - said < FILL_BYTES;)
    ok = add_message (self, error);
  return ok;
}

/* ── one step ── */

RushPythonFeedStep
rush_python_feed_step (RushPythonFeed *self, int fd, GError **error)
{
  if (self->sent == self->out->len || !self->begun)
    {
      if (self->ended)
        return RUSH_PYTHON_FEED_DONE;
      if (!refill (self, error))
        return RUSH_PYTHON_FEED_FAILED;
    }
  gssize n = send (fd, self->out->data + self->sent, self->out->len - self->sent,
                   MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n < 0)
    return errno == EAGAIN || errno == EINTR ? RUSH_PYTHON_FEED_BLOCKED : RUSH_PYTHON_FEED_LOST;
  self->sent += (gsize)n;
  self->ctx->metrics.python_bytes_in += n;
  return self->ended && !rush_python_feed_is_pending (self) ? RUSH_PYTHON_FEED_DONE
                                                            : RUSH_PYTHON_FEED_SENT;
}

void
rush_python_feed_cut (RushPythonFeed *self)
{
  g_clear_pointer (&self->batch, rush_batch_unref);
  g_clear_pointer (&self->parent, rush_iterator_close);
}

/* ── life ── */

void
rush_python_feed_init (RushPythonFeed *self, RushIterator *parent, RushTaskContext *ctx)
{
  *self = (RushPythonFeed){ .parent = parent, .ctx = ctx, .out = g_byte_array_new () };
}

void
rush_python_feed_clear (RushPythonFeed *self)
{
  rush_python_feed_cut (self);
  discharge (self);
  g_clear_pointer (&self->out, g_byte_array_unref);
}
