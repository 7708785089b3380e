/* memory_entry.c - a block is unrolled: batch by batch, until it is whole or storage is full.
 *
 *     rows of the task ──▶ │ copy │ copy │ copy │ …          deserialized: batches
 *                          │ frames │ frames │ …             serialized
 *                          └ each charged to storage as it comes; one is refused: the block does
 *                            not fit, and who unrolls it decides what becomes of it
 *
 * How large a partition is nobody knows before it has been computed, so it is charged piece by
 * piece.  A batch is copied even if it stays as it is: a slice of a file's block would keep the
 * whole block, and the memory would stay the task's, which has to give it back at its end.
 *
 * What is unrolled, or read, cannot be pushed out.  Were all of the pool held in that way, no task
 * could go on, as reading a block takes some bytes as well: so a margin is asked for with each
 * piece, and given back at once.
 */
#include "core/storage/memory_entry.h"

#include "core/storage/wire.h"

#include <string.h>

struct _RushMemoryEntry
{
  RushRefCount refs;
  RushSchema *schema; /* (owned) */
  gboolean deserialized;
  RushCodec codec;
  RushAllocator *storage; /* (owned) */
  GPtrArray *pieces;      /* RushBatch, or RushBuffer of frames (owned) */
  gint64 bytes;
  gsize margin;

  /* While it is unrolled. */
  GByteArray *scratch;
  GByteArray *frames;
};

/* ---- unrolling ---- */

static RushBatch *
copy_batch (RushMemoryEntry *self, RushBatch *batch, GError **error)
{
  RushRowId *rows;

  g_byte_array_set_size (self->scratch, batch->length * (guint)sizeof *rows);
  rows = (RushRowId *)self->scratch->data;
  for (guint i = 0; i < batch->length; i++)
    rows[i] = (RushRowId){ 0, i };
  return rush_batch_gather (self->schema, &batch, rows, batch->length, self->storage, error);
}

static RushBuffer *
encode_batch (RushMemoryEntry *self, const RushBatch *batch, GError **error)
{
  RushBuffer *buffer;

  g_byte_array_set_size (self->frames, 0);
  if (!rush_wire_encode (batch, self->codec, self->scratch, self->frames, error))
    return NULL;
  buffer = rush_buffer_new (self->storage, self->frames->len, error);
  if (buffer != NULL)
    memcpy (buffer->bytes, self->frames->data, self->frames->len);
  return buffer;
}

static gboolean
add_batch (RushMemoryEntry *self, RushBatch *batch, GError **error)
{
  RushBatch *copy = copy_batch (self, batch, error);

  if (copy == NULL)
    return FALSE;
  self->bytes += (gint64)rush_batch_memory_bytes (copy);
  g_ptr_array_add (self->pieces, copy);
  return TRUE;
}

static gboolean
add_frames (RushMemoryEntry *self, const RushBatch *batch, GError **error)
{
  RushBuffer *frames = encode_batch (self, batch, error);

  if (frames == NULL)
    return FALSE;
  self->bytes += (gint64)frames->size;
  g_ptr_array_add (self->pieces, frames);
  return TRUE;
}

gboolean
rush_memory_entry_add (RushMemoryEntry *self, RushBatch *batch, GError **error)
{
  gboolean added;

  g_assert (self->scratch != NULL);
  if (batch->length == 0)
    return TRUE;
  if (!rush_allocator_reserve (self->storage, self->margin, error))
    return FALSE;
  added = self->deserialized ? add_batch (self, batch, error) : add_frames (self, batch, error);
  rush_allocator_release (self->storage, self->margin);
  return added;
}

void
rush_memory_entry_seal (RushMemoryEntry *self)
{
  g_clear_pointer (&self->scratch, g_byte_array_unref);
  g_clear_pointer (&self->frames, g_byte_array_unref);
}

/* ---- reading ---- */

typedef struct
{
  RushIterator base;
  RushMemoryEntry *entry;   /* (owned) a ref */
  RushAllocator *allocator; /* (owned) */
  guint next;               /* piece */
  gsize at;                 /* of the next frame in it */
  RushWireFrame frame;      /* being read */
} EntryIterator;

/* Decodes the next frame; FALSE without error: there is none. */
static gboolean
next_frame (EntryIterator *self, GError **error)
{
  const RushBuffer *frames;

  if (self->next == self->entry->pieces->len)
    return FALSE;
  frames = g_ptr_array_index (self->entry->pieces, self->next);
  self->frame.raw =
      rush_frame_decode (frames->bytes, frames->size, &self->at, self->allocator, error);
  if (self->at == frames->size)
    {
      self->next++;
      self->at = 0;
    }
  return self->frame.raw != NULL;
}

static RushBatch *
entry_next (RushIterator *base, GError **error)
{
  EntryIterator *self = (EntryIterator *)base;
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  if (self->entry->deserialized)
    return self->next < self->entry->pieces->len
               ? rush_batch_ref (g_ptr_array_index (self->entry->pieces, self->next++))
               : NULL;
  do
    batch = rush_wire_frame_next (&self->frame, self->entry->schema, self->allocator, &failure);
  while (batch == NULL && failure == NULL && next_frame (self, &failure));
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return batch;
}

static void
entry_close (RushIterator *base)
{
  EntryIterator *self = (EntryIterator *)base;

  rush_wire_frame_clear (&self->frame);
  rush_memory_entry_unref (self->entry);
  rush_allocator_unref (self->allocator);
  g_free (self);
}

static const RushIteratorClass entry_class = { entry_next, entry_close };

RushIterator *
rush_memory_entry_read (RushMemoryEntry *self, RushAllocator *allocator)
{
  EntryIterator *iterator = g_new0 (EntryIterator, 1);

  iterator->base.klass = &entry_class;
  iterator->entry = rush_memory_entry_ref (self);
  iterator->allocator = rush_allocator_ref (allocator);
  return &iterator->base;
}

gboolean
rush_memory_entry_write (RushMemoryEntry *self, RushSpillFile *file, GError **error)
{
  for (guint i = 0; i < self->pieces->len; i++)
    {
      gpointer piece = g_ptr_array_index (self->pieces, i);
      const RushBuffer *frames = piece;

      if (self->deserialized
              ? !rush_spill_file_append (file, piece, error)
              : !rush_spill_file_append_frames (file, frames->bytes, frames->size, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- the entry ---- */

gint64
rush_memory_entry_bytes (const RushMemoryEntry *self)
{
  return self->bytes;
}

guint
rush_memory_entry_n_refs (RushMemoryEntry *self)
{
  return (guint)rush_ref_count_get (&self->refs);
}

RushSchema *
rush_memory_entry_schema (RushMemoryEntry *self)
{
  return self->schema;
}

RushMemoryEntry *
rush_memory_entry_ref (RushMemoryEntry *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_memory_entry_unref (RushMemoryEntry *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_ptr_array_unref (self->pieces);
  rush_memory_entry_seal (self);
  rush_schema_unref (self->schema);
  rush_allocator_unref (self->storage);
  g_free (self);
}

RushMemoryEntry *
rush_memory_entry_new (RushSchema *schema, gboolean deserialized, RushCodec codec,
                       RushAllocator *storage, gsize margin)
{
  RushMemoryEntry *self = g_new0 (RushMemoryEntry, 1);

  rush_ref_count_init (&self->refs);
  self->schema = rush_schema_ref (schema);
  self->deserialized = deserialized;
  self->codec = codec;
  self->storage = rush_allocator_ref (storage);
  self->pieces = g_ptr_array_new_with_free_func (deserialized ? (GDestroyNotify)rush_batch_unref
                                                              : (GDestroyNotify)rush_buffer_unref);
  self->margin = margin;
  self->scratch = g_byte_array_new ();
  self->frames = g_byte_array_new ();
  return self;
}
