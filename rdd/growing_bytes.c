/* growing_bytes.c - a block that is at least doubled when it is too small, so that a byte is copied
 * twice at most on the average. */
#include "rdd/growing_bytes.h"

#include <string.h>

gboolean
rush_growing_bytes_reserve (RushGrowingBytes *self, gsize capacity, GError **error)
{
  guint8 *larger;

  if (capacity <= self->capacity)
    return TRUE;
  capacity = MAX (capacity, 2 * self->capacity);
  larger = rush_realloc (self->allocator, self->bytes, self->capacity, capacity, error);
  if (larger == NULL)
    return FALSE;
  self->bytes = larger;
  self->capacity = capacity;
  return TRUE;
}

gboolean
rush_growing_bytes_append (RushGrowingBytes *self, const guint8 *bytes, gsize n, GError **error)
{
  if (n == 0)
    return TRUE;
  if (!rush_growing_bytes_reserve (self, self->n + n, error))
    return FALSE;
  memcpy (self->bytes + self->n, bytes, n);
  self->n += n;
  return TRUE;
}

void
rush_growing_bytes_clear (RushGrowingBytes *self)
{
  if (self->allocator == NULL)
    return;
  rush_free (self->allocator, self->bytes, self->capacity);
  rush_allocator_unref (self->allocator);
  *self = (RushGrowingBytes){ 0 };
}

void
rush_growing_bytes_init (RushGrowingBytes *self, RushAllocator *allocator)
{
  *self = (RushGrowingBytes){ .allocator = rush_allocator_ref (allocator) };
}
