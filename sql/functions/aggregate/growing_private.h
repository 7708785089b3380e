/* growing_private.h - arrays in states that grow, charged to the states' allocator. */
#pragma once

#include "sql/functions/function.h"

typedef struct
{
  guint8 *items;
  guint32 n, capacity;
} RushGrowing;

/* Room for one more item of @size bytes, counted in; NULL: refused, nothing has changed. */
static inline gpointer
rush_growing_add (RushGrowing *self, gsize size, RushAllocator *allocator, GError **error)
{
  if (G_UNLIKELY (self->n == self->capacity))
    {
      guint32 capacity = MAX (4, self->capacity * 2);
      guint8 *items =
          rush_realloc (allocator, self->items, self->capacity * size, capacity * size, error);
      if (items == NULL)
        return NULL;
      self->items = items;
      self->capacity = capacity;
    }
  return self->items + size * self->n++;
}

static inline void
rush_growing_clear (RushGrowing *self, gsize size, RushAllocator *allocator)
{
  rush_free (allocator, self->items, self->capacity * size);
  *self = (RushGrowing){ NULL };
}
