/* buffer.c - refcounted memory under columns.
 *
 * Three kinds, told apart by two fields:
 *
 *   accounted   allocator set       bytes from rush_alloc (), given back with capacity
 *   foreign     free_foreign set    bytes of somebody else, who is told when we are done
 *   empty       neither             no bytes at all; points at a static cell, so that the pointer
 *                                   may always be handed to memcpy ()
 *
 * The small struct itself comes from g_malloc (): it does not grow with data.
 */
#include "core/data/buffer_private.h"

static guint64 empty_cell[2];

static RushBuffer *
new_header (guint8 *bytes, gsize size)
{
  RushBuffer *self = g_new0 (RushBuffer, 1);
  rush_ref_count_init (&self->refs);
  self->bytes = bytes;
  self->size = size;
  return self;
}

RushBuffer *
rush_buffer_new_empty (void)
{
  return new_header ((guint8 *)empty_cell, 0);
}

RushBuffer *
rush_buffer_take (RushAllocator *allocator, guint8 *bytes, gsize size, gsize capacity)
{
  g_assert (size <= capacity && bytes != NULL);

  RushBuffer *self = new_header (bytes, size);
  self->capacity = capacity;
  self->allocator = rush_allocator_ref (allocator);
  return self;
}

RushBuffer *
rush_buffer_new (RushAllocator *allocator, gsize size, GError **error)
{
  g_return_val_if_fail (allocator != NULL, NULL);

  if (size == 0)
    return rush_buffer_new_empty ();
  guint8 *bytes = rush_alloc (allocator, size, error);
  return bytes != NULL ? rush_buffer_take (allocator, bytes, size, size) : NULL;
}

RushBuffer *
rush_buffer_wrap (const guint8 *bytes, gsize size, gpointer owner, GDestroyNotify free_owner)
{
  g_return_val_if_fail (bytes != NULL || size == 0, NULL);

  RushBuffer *self = new_header (bytes != NULL ? (guint8 *)bytes : (guint8 *)empty_cell, size);
  self->free_foreign = free_owner;
  self->foreign_owner = owner;
  return self;
}

RushBuffer *
rush_buffer_slice (RushBuffer *self, gsize offset, gsize size)
{
  g_assert (offset <= self->size && size <= self->size - offset);

  if (size == self->size)
    return rush_buffer_ref (self);
  return rush_buffer_wrap (self->bytes + offset, size, rush_buffer_ref (self),
                           (GDestroyNotify)rush_buffer_unref);
}

RushBuffer *
rush_buffer_ref (RushBuffer *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_buffer_unref (RushBuffer *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  if (self->allocator != NULL)
    {
      rush_free (self->allocator, self->bytes, self->capacity);
      rush_allocator_unref (self->allocator);
    }
  else if (self->free_foreign != NULL)
    self->free_foreign (self->foreign_owner);
  g_free (self);
}
