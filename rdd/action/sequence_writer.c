/* sequence_writer.c - the three kinds of SequenceFiles (rdd/sequence_format.h has the picture).
 *
 *     plain, records    out at once; a sync when the last is about 100 KiB back
 *     blocks            lengths and bytes wait in four pieces until they are 1,000,000 bytes; then
 *                       sync, number of records and the four, each packed
 */
#include "rdd/action/sequence_writer.h"

#include <string.h>

#define BLOCK_BYTES 1000000 /* io.seqfile.compress.blocksize */

enum
{
  KEY_LENGTHS,
  KEYS,
  VALUE_LENGTHS,
  VALUES,
  N_PIECES
};

struct _RushSequenceWriter
{
  RushPartWriter *out;
  RushSequenceHeader header;
  gint64 last_sync; /* position behind it */
  GByteArray *packed;
  GByteArray *pieces[N_PIECES]; /* BLOCKS: they never hold much more than a block and a record */
  guint n_records;              /* in the pieces */
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
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  rush_vint_write (bytes, value);
  return rush_part_writer_append (self->out, bytes->data, bytes->len, error);
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
  g_byte_array_append (packed, bytes, (guint)n);
  return TRUE;
}

/* Leaves @bytes, packed, in `packed`. */
static gboolean
pack (RushSequenceWriter *self, const guint8 *bytes, gsize n, GError **error)
{
  g_autoptr (RushPacker) packer =
      rush_packer_new (self->header.packing, keep_packed, self->packed, error);

  g_byte_array_set_size (self->packed, 0);
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
      value = self->packed->data;
      value_bytes = self->packed->len;
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
  for (guint i = 0; i < N_PIECES; i++)
    {
      if (!pack (self, self->pieces[i]->data, self->pieces[i]->len, error) ||
          !put_vint (self, self->packed->len, error) ||
          !rush_part_writer_append (self->out, self->packed->data, self->packed->len, error))
        return FALSE;
      g_byte_array_set_size (self->pieces[i], 0);
    }
  self->n_records = 0;
  return TRUE;
}

static gboolean
add_to_block (RushSequenceWriter *self, const guint8 *key, gsize key_bytes, const guint8 *value,
              gsize value_bytes, GError **error)
{
  rush_vint_write (self->pieces[KEY_LENGTHS], (gint64)key_bytes);
  g_byte_array_append (self->pieces[KEYS], key, (guint)key_bytes);
  rush_vint_write (self->pieces[VALUE_LENGTHS], (gint64)value_bytes);
  g_byte_array_append (self->pieces[VALUES], value, (guint)value_bytes);
  self->n_records++;
  return self->pieces[KEYS]->len + self->pieces[VALUES]->len < BLOCK_BYTES ||
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
  g_byte_array_unref (self->packed);
  for (guint i = 0; i < N_PIECES; i++)
    g_byte_array_unref (self->pieces[i]);
  g_free (self);
}

RushSequenceWriter *
rush_sequence_writer_new (RushPartWriter *out, const RushSequenceHeader *header, GError **error)
{
  g_autoptr (RushSequenceWriter) self = g_new0 (RushSequenceWriter, 1);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  self->out = out;
  self->header = *header;
  self->header.key_class = g_strdup (header->key_class);
  self->header.value_class = g_strdup (header->value_class);
  rush_sequence_header_make_sync (&self->header);
  self->packed = g_byte_array_new ();
  for (guint i = 0; i < N_PIECES; i++)
    self->pieces[i] = g_byte_array_new ();
  rush_sequence_header_write (&self->header, bytes);
  if (!rush_part_writer_append (out, bytes->data, bytes->len, error))
    return NULL;
  return g_steal_pointer (&self);
}
