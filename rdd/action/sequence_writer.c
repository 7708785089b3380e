/* sequence_writer.c - the three kinds of SequenceFiles (rdd/sequence_format.h has the picture).
 *
 *     plain, records    out at once; a sync when the last is about 100 KiB back
 *     blocks            lengths and bytes wait in four pieces until they are 1,000,000 bytes; then
 *                       sync, number of records and the four, each packed
 */
#include "rdd/action/sequence_writer.h"

#include "rdd/growing_bytes.h"

#define BLOCK_BYTES 1000000 /* io.seqfile.compress.blocksize */

struct _RushSequenceWriter
{
  RushPartWriter *out;
  RushSequenceHeader header;
  gint64 last_sync; /* position behind it */
  RushGrowingBytes packed;
  RushGrowingBytes pieces[RUSH_SEQUENCE_N_PIECES]; /* BLOCKS: a block, and a record at most */
  guint n_records;                                 /* in the pieces */
};

/* ---- bytes ---- */

static gboolean
put_int (RushSequenceWriter *self, gsize value, GError **error)
{
  guint32 big_endian = GUINT32_TO_BE ((guint32)value);

  return rush_part_writer_append (self->out, (const guint8 *)&big_endian, sizeof big_endian, error);
}

static gboolean
put_vint (RushSequenceWriter *self, gint64 value, GError **error)
{
  guint8 bytes[RUSH_VINT_MOST_BYTES];

  return rush_part_writer_append (self->out, bytes, rush_vint_write (bytes, value), error);
}

static gboolean
put_sync (RushSequenceWriter *self, GError **error)
{
  if (!put_int (self, (guint32)RUSH_SYNC_ESCAPE, error) ||
      !rush_part_writer_append (self->out, self->header.sync, RUSH_SYNC_BYTES, error))
    return FALSE;
  self->last_sync = rush_part_writer_position (self->out);
  return TRUE;
}

static gboolean
keep_packed (const guint8 *bytes, gsize n, gpointer packed, GError **error)
{
  return rush_growing_bytes_append (packed, bytes, n, error);
}

/* Leaves @bytes, packed, in `packed`. */
static gboolean
pack (RushSequenceWriter *self, const guint8 *bytes, gsize n, GError **error)
{
  g_autoptr (RushPacker) packer =
      rush_packer_new (self->header.packing, keep_packed, &self->packed, error);

  self->packed.n = 0;
  return packer != NULL && rush_packer_write (packer, bytes, n, error) &&
         rush_packer_finish (packer, error);
}

/* ---- records, one by one ---- */

static gboolean
put_record (RushSequenceWriter *self, const guint8 *key, gsize key_bytes, const guint8 *value,
            gsize value_bytes, GError **error)
{
  if (self->header.kind == RUSH_SEQUENCE_RECORDS)
    {
      if (!pack (self, value, value_bytes, error))
        return FALSE;
      value = self->packed.bytes;
      value_bytes = self->packed.n;
    }
  if (rush_part_writer_position (self->out) >= self->last_sync + RUSH_SYNC_INTERVAL &&
      !put_sync (self, error))
    return FALSE;
  return put_int (self, key_bytes + value_bytes, error) && put_int (self, key_bytes, error) &&
         rush_part_writer_append (self->out, key, key_bytes, error) &&
         rush_part_writer_append (self->out, value, value_bytes, error);
}

/* ---- blocks ---- */

static gboolean
put_block (RushSequenceWriter *self, GError **error)
{
  if (self->n_records == 0)
    return TRUE;
  if (!put_sync (self, error) || !put_vint (self, self->n_records, error))
    return FALSE;
  for (guint i = 0; i < RUSH_SEQUENCE_N_PIECES; i++)
    {
      if (!pack (self, self->pieces[i].bytes, self->pieces[i].n, error) ||
          !put_vint (self, (gint64)self->packed.n, error) ||
          !rush_part_writer_append (self->out, self->packed.bytes, self->packed.n, error))
        return FALSE;
      self->pieces[i].n = 0;
    }
  self->n_records = 0;
  return TRUE;
}

/* Its length into one piece, its bytes into the next. */
static gboolean
add_to_pieces (RushSequenceWriter *self, RushSequencePiece lengths, const guint8 *bytes, gsize n,
               GError **error)
{
  guint8 length[RUSH_VINT_MOST_BYTES];

  return rush_growing_bytes_append (&self->pieces[lengths], length,
                                    rush_vint_write (length, (gint64)n), error) &&
         rush_growing_bytes_append (&self->pieces[lengths + 1], bytes, n, error);
}

static gboolean
add_to_block (RushSequenceWriter *self, const guint8 *key, gsize key_bytes, const guint8 *value,
              gsize value_bytes, GError **error)
{
  if (!add_to_pieces (self, RUSH_SEQUENCE_KEY_LENGTHS, key, key_bytes, error) ||
      !add_to_pieces (self, RUSH_SEQUENCE_VALUE_LENGTHS, value, value_bytes, error))
    return FALSE;
  self->n_records++;
  return self->pieces[RUSH_SEQUENCE_KEYS].n + self->pieces[RUSH_SEQUENCE_VALUES].n < BLOCK_BYTES ||
         put_block (self, error);
}

/* ---- the writer ---- */

gboolean
rush_sequence_writer_append (RushSequenceWriter *self, const guint8 *key, gsize key_bytes,
                             const guint8 *value, gsize value_bytes, GError **error)
{
  if (key_bytes + value_bytes > G_MAXINT32 - 1)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "a record of %" G_GSIZE_FORMAT " bytes; a SequenceFile takes 2 GiB at most",
                   key_bytes + value_bytes);
      return FALSE;
    }
  return self->header.kind == RUSH_SEQUENCE_BLOCKS
             ? add_to_block (self, key, key_bytes, value, value_bytes, error)
             : put_record (self, key, key_bytes, value, value_bytes, error);
}

gboolean
rush_sequence_writer_finish (RushSequenceWriter *self, GError **error)
{
  return put_block (self, error);
}

void
rush_sequence_writer_free (RushSequenceWriter *self)
{
  if (self == NULL)
    return;
  rush_sequence_header_clear (&self->header);
  rush_growing_bytes_clear (&self->packed);
  for (guint i = 0; i < RUSH_SEQUENCE_N_PIECES; i++)
    rush_growing_bytes_clear (&self->pieces[i]);
  g_free (self);
}

RushSequenceWriter *
rush_sequence_writer_new (RushPartWriter *out, const RushSequenceHeader *header, GError **error)
{
  RushAllocator *allocator = rush_part_writer_ctx (out)->allocator;
  g_autoptr (RushSequenceWriter) self = g_new0 (RushSequenceWriter, 1);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  self->out = out;
  self->header = *header;
  self->header.key_class = g_strdup (header->key_class);
  self->header.value_class = g_strdup (header->value_class);
  rush_sequence_header_make_sync (&self->header);
  rush_growing_bytes_init (&self->packed, allocator);
  for (guint i = 0; i < RUSH_SEQUENCE_N_PIECES; i++)
    rush_growing_bytes_init (&self->pieces[i], allocator);
  rush_sequence_header_write (&self->header, bytes);
  if (!rush_part_writer_append (out, bytes->data, bytes->len, error))
    return NULL;
  return g_steal_pointer (&self);
}
