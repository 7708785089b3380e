/* group_bytes.c - the encoder writes to a GByteArray, which knows no account: it is charged here.
 *
 *     length     ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓
 *     capacity   ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓░░░░░░░░░░░░░   the power of two above: this is what is charged
 *
 * A group of 2 GiB and more is refused, since that is where the length of a value ends.
 */
#include "rdd/transform/group_bytes.h"

#include "core/data/encoding.h"

#define SMALLEST_BYTES 1024
#define KEPT_BYTES (64 * 1024)

static gsize
capacity_for (gsize bytes)
{
  gsize capacity = SMALLEST_BYTES;

  while (capacity < bytes)
    capacity *= 2;
  return capacity;
}

gboolean
rush_group_bytes_append (RushGroupBytes *self, const RushBatch *rows, GError **error)
{
  gsize bytes = self->bytes->len + rush_batch_encoded_bytes (rows);
  gsize capacity = capacity_for (bytes);

  if (bytes > G_MAXINT32)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY, self->too_large);
      return FALSE;
    }
  if (capacity > self->charged_bytes)
    {
      if (!rush_allocator_reserve (self->allocator, capacity - self->charged_bytes, error))
        return FALSE;
      self->charged_bytes = capacity;
    }
  rush_batch_encode (rows, self->bytes);
  return TRUE;
}

void
rush_group_bytes_begin (RushGroupBytes *self)
{
  if (self->charged_bytes <= KEPT_BYTES)
    {
      g_byte_array_set_size (self->bytes, 0);
      return;
    }
  rush_group_bytes_clear (self);
  rush_group_bytes_init (self, self->allocator, self->too_large);
}

void
rush_group_bytes_clear (RushGroupBytes *self)
{
  g_clear_pointer (&self->bytes, g_byte_array_unref);
  if (self->charged_bytes > 0)
    rush_allocator_release (self->allocator, self->charged_bytes);
  self->charged_bytes = 0;
}

void
rush_group_bytes_init (RushGroupBytes *self, RushAllocator *allocator, const char *too_large)
{
  *self = (RushGroupBytes){ g_byte_array_new (), 0, allocator, too_large };
}
