/* wire.c - encode, compress, check, decode.
 *
 *     batch ──encode──▶ bytes ──zstd, CRC-32C──▶ frame  ═══▶  frame ──check──▶ bytes ──▶ batch
 *
 * Both ends hold a frame whole, and more than once, so a batch is cut in halves until its pieces
 * are small: they then stay in the second-level cache on the whole way, a reader gets by with
 * little memory, and 32-bit lengths suffice for all but monstrous rows.  The wire iterator goes the
 * whole way within the process, one piece after another: what it gives is what another executor
 * would have got, damage included.
 */
#include "core/storage/wire.h"

#define MAX_FRAME_BYTES (128 * 1024)

/* ---- encoding ---- */

/* The next piece of @pending, whose last batch is the first to go; what is cut off goes back there.
 * NULL: nothing is left. (transfer full) */
static RushBatch *
next_piece (GPtrArray *pending)
{
  if (pending->len == 0)
    return NULL;
  RushBatch *piece = g_ptr_array_steal_index (pending, pending->len - 1);
  while (piece->length > 1 && rush_batch_encoded_bytes (piece) > MAX_FRAME_BYTES)
    {
      g_autoptr (RushBatch) whole = piece;
      guint half = whole->length / 2;
      g_ptr_array_add (pending, rush_batch_slice (whole, half, whole->length - half));
      piece = rush_batch_slice (whole, 0, half);
    }
  return piece;
}

static gboolean
encode_piece (const RushBatch *piece, RushCodec codec, GByteArray *scratch, GByteArray *out,
              GError **error)
{
  gsize bytes = rush_batch_encoded_bytes (piece);

  if (bytes > RUSH_FRAME_MAX_RAW_BYTES)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "a row of %" G_GSIZE_FORMAT " bytes cannot be shuffled: %" G_GSIZE_FORMAT
                   " is the most that a frame holds",
                   bytes, (gsize)RUSH_FRAME_MAX_RAW_BYTES);
      return FALSE;
    }
  g_byte_array_set_size (scratch, 0);
  rush_batch_encode (piece, scratch);
  return rush_frame_encode (codec, scratch->data, scratch->len, out, error);
}

gboolean
rush_wire_encode (const RushBatch *batch, RushCodec codec, GByteArray *scratch, GByteArray *out,
                  GError **error)
{
  g_autoptr (GPtrArray) pending = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  gboolean encoded = TRUE;
  RushBatch *piece;

  g_ptr_array_add (pending, rush_batch_ref ((RushBatch *)batch));
  while (encoded && (piece = next_piece (pending)) != NULL)
    {
      encoded = encode_piece (piece, codec, scratch, out, error);
      rush_batch_unref (piece);
    }
  return encoded;
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
  GPtrArray *pending;       /* what is left of it: see next_piece () */
  GByteArray *scratch;
  GByteArray *sent; /* one frame */
  RushWireFrame frame;
} WireIterator;

/* Makes the next batch pending; FALSE without error: there is none. */
static gboolean
next_batch (WireIterator *self, GError **error)
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
  g_ptr_array_add (self->pending, g_steal_pointer (&batch));
  return TRUE;
}

/* Sends the next piece and receives it; FALSE without error: there is none. */
static gboolean
next_frame (WireIterator *self, GError **error)
{
  if (self->pending->len == 0 && !next_batch (self, error))
    return FALSE;
  g_autoptr (RushBatch) piece = next_piece (self->pending);
  gsize at = 0;
  g_byte_array_set_size (self->sent, 0);
  if (!encode_piece (piece, self->codec, self->scratch, self->sent, error))
    return FALSE;
  self->frame.raw =
      rush_frame_decode (self->sent->data, self->sent->len, &at, self->allocator, error);
  return self->frame.raw != NULL;
}

static RushBatch *
wire_next (RushIterator *base, GError **error)
{
  WireIterator *self = (WireIterator *)base;
  g_autoptr (GError) failure = NULL;

  RushBatch *batch;

  do
    batch = rush_wire_frame_next (&self->frame, self->schema, self->allocator, &failure);
  while (batch == NULL && failure == NULL && next_frame (self, &failure));
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return batch;
}

static void
wire_close (RushIterator *base)
{
  WireIterator *self = (WireIterator *)base;

  rush_iterator_close (self->batches);
  rush_wire_frame_clear (&self->frame);
  g_byte_array_unref (self->scratch);
  g_byte_array_unref (self->sent);
  g_ptr_array_unref (self->pending);
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
  self->sent = g_byte_array_new ();
  self->pending = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  return &self->base;
}
