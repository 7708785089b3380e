/* sequence_input.c - a window that is moved on when it has been used, and grows when a record is
 * larger than it.
 *
 * A length is held against what is left of the file before memory is taken for it. */
#include "rdd/source/sequence_input.h"

#include "rdd/sequence_format.h"
#include "rdd/source/local_path.h"

#include <string.h>

#define WINDOW_BYTES (128 * 1024)
#define MOST_BYTES G_MAXINT32 /* of a record, or of a block's piece */

/* ---- where it stands ---- */

gint64
rush_sequence_input_position (const RushSequenceInput *self)
{
  return self->start + (gint64)self->at;
}

const guint8 *
rush_sequence_input_here (const RushSequenceInput *self)
{
  return self->window.bytes + self->at;
}

gsize
rush_sequence_input_available (const RushSequenceInput *self)
{
  return self->window.n - self->at;
}

gboolean
rush_sequence_input_refuse (const RushSequenceInput *self, const char *what, GError **error)
{
  g_autofree char *uri = rush_local_path_to_uri (self->path);

  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
               "%s is damaged: %s (at byte %" G_GINT64_FORMAT ")", uri, what,
               rush_sequence_input_position (self));
  return FALSE;
}

/* ---- bytes ---- */

gboolean
rush_sequence_input_have (RushSequenceInput *self, gsize n, GError **error)
{
  RushGrowingBytes *window = &self->window;

  while (window->n - self->at < n)
    {
      gssize got;

      if (self->at > 0)
        {
          memmove (window->bytes, window->bytes + self->at, window->n - self->at);
          self->start += (gint64)self->at;
          window->n -= self->at;
          self->at = 0;
        }
      if (!rush_growing_bytes_reserve (window, MAX (n, WINDOW_BYTES), error))
        return FALSE;
      got = self->source->klass->read (self->source, window->bytes + window->n,
                                       window->capacity - window->n, error);
      if (got <= 0)
        return FALSE;
      window->n += (gsize)got;
    }
  return TRUE;
}

gboolean
rush_sequence_input_need (RushSequenceInput *self, gint64 n, const char *what, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (n < 0 || n > MOST_BYTES ||
      n > (gint64)rush_sequence_input_available (self) + self->source->bytes_left)
    return rush_sequence_input_refuse (self, what, error);
  if (rush_sequence_input_have (self, (gsize)n, &failure))
    return TRUE;
  if (failure == NULL)
    return rush_sequence_input_refuse (self, what, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* ---- numbers ---- */

gint32
rush_sequence_int_at (const guint8 *bytes)
{
  guint32 value;

  memcpy (&value, bytes, sizeof value);
  return (gint32)GUINT32_FROM_BE (value);
}

gboolean
rush_sequence_input_take_int (RushSequenceInput *self, gint32 *out, const char *what,
                              GError **error)
{
  if (!rush_sequence_input_need (self, 4, what, error))
    return FALSE;
  *out = rush_sequence_int_at (rush_sequence_input_here (self));
  self->at += 4;
  return TRUE;
}

gboolean
rush_sequence_input_take_vint (RushSequenceInput *self, gint64 *out, const char *what,
                               GError **error)
{
  gsize taken;

  /* As many bytes as its first one says, and no more: there may be none behind them. */
  for (gint64 n = 1; n <= RUSH_VINT_MOST_BYTES; n++)
    {
      if (!rush_sequence_input_need (self, n, what, error))
        return FALSE;
      if (rush_vint_read (rush_sequence_input_here (self), (gsize)n, out, &taken))
        {
          self->at += taken;
          return TRUE;
        }
    }
  g_return_val_if_reached (FALSE);
}

gboolean
rush_sequence_input_take_length (RushSequenceInput *self, gsize *out, const char *what,
                                 GError **error)
{
  gint64 n;

  if (!rush_sequence_input_take_vint (self, &n, what, error) ||
      !rush_sequence_input_need (self, n, what, error))
    return FALSE;
  *out = (gsize)n;
  return TRUE;
}

/* ---- life ---- */

gboolean
rush_sequence_input_seek (RushSequenceInput *self, gint64 position, GError **error)
{
  RushByteSource *source = rush_byte_source_open (self->path, position, RUSH_PACKING_NONE, error);

  if (source == NULL)
    return FALSE;
  rush_byte_source_close (self->source);
  self->source = source;
  self->start = position;
  self->at = self->window.n = 0;
  return TRUE;
}

void
rush_sequence_input_close (RushSequenceInput *self)
{
  rush_byte_source_close (self->source);
  rush_growing_bytes_clear (&self->window);
  g_free (self->path);
}

gboolean
rush_sequence_input_open (RushSequenceInput *self, const char *path, RushTaskContext *ctx,
                          GError **error)
{
  *self = (RushSequenceInput){ .ctx = ctx, .path = g_strdup (path) };
  rush_growing_bytes_init (&self->window, ctx->allocator);
  return rush_sequence_input_seek (self, 0, error);
}
