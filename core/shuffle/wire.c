/* wire.c - encode, compress, check, decode.
 *
 *     batch ──encode──▶ bytes ──zstd, CRC-32C──▶ frame  ═══▶  frame ──check──▶ bytes ──▶ batch
 *
 * Both ends hold a frame whole, and more than once, so a batch is cut in halves until its pieces
 * are small: they then stay in the second-level cache on the whole way, a reader gets by with
 * little memory, and 32-bit lengths suffice for all but monstrous rows.  The wire iterator goes the
 * whole way within the process: what it gives is what another executor would have got, damage
 * included.
 */
#include "core/shuffle/wire.h"

#define MAX_FRAME_BYTES (128 * 1024)

/* ---- encoding ---- */

gboolean
rush_wire_encode (const RushBatch *batch, RushCodec codec, GByteArray *scratch, GByteArray *out,
                  GError **error)
{
  gsize bytes = rush_batch_encoded_bytes (batch);

  if (bytes > MAX_FRAME_BYTES && batch->length > 1)
    {
      guint half = batch->length / 2;
      g_autoptr (RushBatch) first = rush_batch_slice ((RushBatch *)batch, 0, half);
      g_autoptr (RushBatch) rest =
          rush_batch_slice ((RushBatch *)batch, half, batch->length - half);
      return rush_wire_encode (first, codec, scratch, out, error) &&
             rush_wire_encode (rest, codec, scratch, out, error);
    }
  if (bytes > RUSH_FRAME_MAX_RAW_BYTES)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "a row of %" G_GSIZE_FORMAT " bytes cannot be shuffled: %" G_GSIZE_FORMAT
                   " is the most that a frame holds",
                   bytes, (gsize)RUSH_FRAME_MAX_RAW_BYTES);
      return FALSE;
    }
  g_byte_array_set_size (scratch, 0);
  rush_batch_encode (batch, scratch);
  return rush_frame_encode (codec, scratch->data, scratch->len, out, error);
}

/* ---- decoding ---- */

void
rush_wire_frame_clear (RushWireFrame *self)
{
  g_clear_pointer (&self->raw, rush_buffer_unref);
  self->at = 0;
}

RushBatch *
rush_wire_frame_next (RushWireFrame *self, RushSchema *schema, RushAllocator *allocator,
                      GError **error)
{
  if (self->raw == NULL)
    return NULL;
  if (self->at == self->raw->size)
    {
      rush_wire_frame_clear (self);
      return NULL;
    }
  return rush_batch_decode (self->raw, &self->at, schema, allocator, error);
}

/* ---- there and back ---- */

typedef struct
{
  RushIterator base;
  RushIterator *batches; /* (owned) */
  RushCodec codec;
  RushAllocator *allocator; /* (owned) */
  RushSchema *schema;       /* (owned) of the last batch */
  GByteArray *scratch;
  GByteArray *frames; /* of one batch */
  gsize at;
  RushWireFrame frame;
} WireIterator;

/* Sends the next batch; FALSE without error: there is none. */
static gboolean
send_next (WireIterator *self, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (RushBatch) batch = rush_iterator_next (self->batches, &failure);

  if (batch == NULL)
    {
      if (failure != NULL)
        g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  g_clear_pointer (&self->schema, rush_schema_unref);
  self->schema = rush_schema_ref (batch->schema);
  g_byte_array_set_size (self->frames, 0);
  self->at = 0;
  return rush_wire_encode (batch, self->codec, self->scratch, self->frames, error);
}

static RushBatch *
wire_next (RushIterator *base, GError **error)
{
  WireIterator *self = (WireIterator *)base;
  g_autoptr (GError) failure = NULL;

  for (;;)
    {
      RushBatch *batch =
          rush_wire_frame_next (&self->frame, self->schema, self->allocator, &failure);
      if (batch != NULL)
        return batch;
      if (failure != NULL)
        break;
      if (self->at == self->frames->len && !send_next (self, &failure))
        break;
      self->frame.raw = rush_frame_decode (self->frames->data, self->frames->len, &self->at,
                                           self->allocator, &failure);
      if (self->frame.raw == NULL)
        break;
    }
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

static void
wire_close (RushIterator *base)
{
  WireIterator *self = (WireIterator *)base;

  rush_iterator_close (self->batches);
  rush_wire_frame_clear (&self->frame);
  g_byte_array_unref (self->scratch);
  g_byte_array_unref (self->frames);
  g_clear_pointer (&self->schema, rush_schema_unref);
  rush_allocator_unref (self->allocator);
  g_free (self);
}

static const RushIteratorClass wire_class = { wire_next, wire_close };

RushIterator *
rush_wire_iterator_new (RushIterator *batches, RushCodec codec, RushAllocator *allocator)
{
  WireIterator *self = g_new0 (WireIterator, 1);

  self->base.klass = &wire_class;
  self->batches = batches;
  self->codec = codec;
  self->allocator = rush_allocator_ref (allocator);
  self->scratch = g_byte_array_new ();
  self->frames = g_byte_array_new ();
  return &self->base;
}
