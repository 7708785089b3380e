/* byte_heap.c - blocks of 64 KiB, 128 KiB … 8 MiB; see byte_heap_private.h.
 *
 * Growing one block with realloc () would copy all strings again and again; blocks are filled once
 * and never copied.  A string that does not fit the rest of a block opens the next one, so at most
 * the length of one string is lost, and sealing gives even that back.
 */
#include "core/data/byte_heap_private.h"

#include "core/data/buffer_private.h"

/* Tail worth giving back: below that realloc () costs more than it frees. */
#define WORTH_SHRINKING(used, bytes) ((bytes) - (used) > (bytes) / 8)

static guint
next_number (RushByteHeap *self)
{
  if (self->n_data == self->data_capacity)
    {
      self->data_capacity = MAX (4, self->data_capacity * 2);
      self->data = g_renew (RushBuffer *, self->data, self->data_capacity);
    }
  self->data[self->n_data] = NULL;
  return self->n_data++;
}

static void
seal_block (RushByteHeap *self, RushAllocator *allocator)
{
  if (self->block == NULL)
    return;
  if (WORTH_SHRINKING (self->block_used, self->block_bytes))
    {
      guint8 *smaller =
          rush_realloc (allocator, self->block, self->block_bytes, self->block_used, NULL);
      g_assert (smaller != NULL); /* a shrink is never refused */
      self->block = smaller;
      self->charged_bytes -= self->block_bytes - self->block_used;
      self->block_bytes = self->block_used;
    }
  self->data[self->block_number] =
      rush_buffer_take (allocator, self->block, self->block_used, self->block_bytes);
  self->block = NULL;
  self->block_used = self->block_bytes = 0;
}

gboolean
rush_byte_heap_open_block (RushByteHeap *self, RushAllocator *allocator, gsize length,
                           GError **error)
{
  gsize wish = self->next_block_bytes ? self->next_block_bytes : RUSH_HEAP_FIRST_BLOCK_BYTES;
  gsize bytes = MAX (wish, length);

  g_assert (length <= G_MAXINT32);
  guint8 *block = rush_alloc (allocator, bytes, error);
  if (block == NULL)
    return FALSE;
  seal_block (self, allocator);
  self->block = block;
  self->block_number = next_number (self);
  self->block_bytes = bytes;
  self->charged_bytes += bytes;
  self->next_block_bytes = MIN (wish * 2, RUSH_HEAP_MAX_BLOCK_BYTES);
  return TRUE;
}

guint
rush_byte_heap_share (RushByteHeap *self, RushBuffer *buffer)
{
  /* Lines of a file come from one or two blocks in turn: looking back a little is enough. */
  for (guint back = 1; back <= MIN (4, self->n_data); back++)
    if (self->data[self->n_data - back] == buffer)
      return self->n_data - back;

  guint number = next_number (self);
  self->data[number] = rush_buffer_ref (buffer);
  return number;
}

RushBuffer **
rush_byte_heap_steal (RushByteHeap *self, RushAllocator *allocator, guint *out_n)
{
  seal_block (self, allocator);
  RushBuffer **data = self->data;
  *out_n = self->n_data;
  *self = (RushByteHeap){ 0 };
  return data;
}

void
rush_byte_heap_clear (RushByteHeap *self, RushAllocator *allocator)
{
  for (guint i = 0; i < self->n_data; i++)
    rush_buffer_unref (self->data[i]);
  g_free (self->data);
  rush_free (allocator, self->block, self->block_bytes);
  *self = (RushByteHeap){ 0 };
}
