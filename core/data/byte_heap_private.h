/* byte_heap_private.h - where a string column under construction keeps its bytes over 12.
 *
 *   data   [0] sealed  [1] shared  [2] sealed  [3] ← the open block, NULL until it is sealed
 *
 * The open block has the last number that was given away or one before it (a buffer that was
 * shared meanwhile); views speak of buffer numbers and offsets, never of addresses, so a block may
 * move when it is sealed to its true size.
 *
 * Threads: one.
 */
#pragma once

#include "core/data/view_private.h"

#define RUSH_HEAP_FIRST_BLOCK_BYTES (64 * 1024)
#define RUSH_HEAP_MAX_BLOCK_BYTES (8 * 1024 * 1024)

typedef struct
{
  RushBuffer **data;
  guint n_data;
  guint data_capacity;
  guint8 *block; /* the open one, or NULL */
  guint block_number;
  gsize block_used;
  gsize block_bytes;
  gsize next_block_bytes;
  gsize charged_bytes; /* of all own blocks */
} RushByteHeap;

/* Makes the open block one with room for @length bytes. */
gboolean rush_byte_heap_open_block (RushByteHeap *self, RushAllocator *allocator, gsize length,
                                    GError **error);
/* The number of @buffer, which is referenced. */
guint rush_byte_heap_share (RushByteHeap *self, RushBuffer *buffer);
/* Hands over the array (g_malloc) and all buffers; the heap is empty again. */
RushBuffer **rush_byte_heap_steal (RushByteHeap *self, RushAllocator *allocator, guint *out_n);
void rush_byte_heap_clear (RushByteHeap *self, RushAllocator *allocator);

/* Room for @length bytes in the open block, or NULL with @error set. */
static inline guint8 *
rush_byte_heap_reserve (RushByteHeap *self, RushAllocator *allocator, gsize length, GError **error)
{
  if (G_UNLIKELY (self->block_bytes - self->block_used < length) &&
      !rush_byte_heap_open_block (self, allocator, length, error))
    return NULL;
  return self->block + self->block_used;
}

/* Copies @length > 12 bytes into the heap and makes @view point at them.  @view may be the one
 * that told where the bytes were. */
static inline gboolean
rush_byte_heap_add (RushByteHeap *self, RushAllocator *allocator, const char *bytes, gsize length,
                    RushView *view, GError **error)
{
  guint8 *room = rush_byte_heap_reserve (self, allocator, length, error);
  if (room == NULL)
    return FALSE;
  memcpy (room, bytes, length);
  rush_view_set_ref (view, bytes, length, self->block_number, self->block_used);
  self->block_used += length;
  return TRUE;
}
