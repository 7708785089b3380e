/* sequence_reader.c - finding in, and record by record.
 *
 *     file    header │ r r r r r S r r r r r S r r r …          S: −1, and the sync of the header
 *     splits  ├────────── 0 ──────┼─────── 1 ────────┤
 *             reads to its first S at or behind its end          begins at its first S
 *
 * So each record is read once, whoever cuts the file where.  A block of a file that is packed in
 * blocks stands behind an S and belongs to whom that belongs.
 *
 * A length that cannot be true (negative, or beyond the end of the file) is where damage shows;
 * packed pieces carry sums of their own.
 */
#include "rdd/source/sequence_reader.h"

#include "rdd/growing_bytes.h"
#include "rdd/source/local_path.h"
#include "rdd/source/sequence_input.h"

#include <string.h>

#define UNPACK_BYTES (128 * 1024)      /* at a time */
#define MOST_UNPACKED_BYTES G_MAXINT32 /* of a record's value, or of a block's piece */
#define MOST_NAME_BYTES 4096           /* of a class */

/* A piece of a block, unpacked. */
typedef struct
{
  RushGrowingBytes bytes;
  gsize at;
} Piece;

struct _RushSequenceReader
{
  RushSequenceInput input;
  RushSequenceHeader header;
  gint64 end; /* of the split */
  gint64 record_start;
  gboolean ended;
  RushGrowingBytes unpacked; /* RECORDS: the value */
  guint n_left;              /* BLOCKS: records of the block that are not out */
  Piece pieces[RUSH_SEQUENCE_N_PIECES];
};

/* ---- failure ---- */

char *
rush_sequence_reader_place (const RushSequenceReader *self)
{
  g_autofree char *uri = rush_local_path_to_uri (self->input.path);

  return g_strdup_printf ("%s (at byte %" G_GINT64_FORMAT ")", uri, self->record_start);
}

/* ---- the header ---- */

/* The name of a class or of a codec. */
static gboolean
take_name (RushSequenceReader *self, char **out, GError **error)
{
  RushSequenceInput *input = &self->input;
  const char *name;
  gsize n;

  if (!rush_sequence_input_take_length (input, &n, "a class name is cut off", error))
    return FALSE;
  name = (const char *)rush_sequence_input_here (input);
  if (n > MOST_NAME_BYTES || !g_utf8_validate (name, (gssize)n, NULL))
    return rush_sequence_input_refuse (input, "no class has such a name", error);
  *out = g_strndup (name, n);
  input->at += n;
  return TRUE;
}

static gboolean
skip_metadata (RushSequenceReader *self, GError **error)
{
  static const char cut_off[] = "the header is cut off";
  gint32 n;
  gsize length;

  if (!rush_sequence_input_take_int (&self->input, &n, cut_off, error))
    return FALSE;
  if (n < 0)
    return rush_sequence_input_refuse (&self->input, "a header has no such metadata", error);
  for (gint64 texts = 2 * (gint64)n; texts > 0; texts--)
    {
      if (!rush_sequence_input_take_length (&self->input, &length, cut_off, error))
        return FALSE;
      self->input.at += length;
    }
  return TRUE;
}

static gboolean
read_kind (RushSequenceReader *self, GError **error)
{
  g_autofree char *codec = NULL;

  if (!rush_sequence_input_need (&self->input, 2, "the header is cut off", error))
    return FALSE;
  self->header.kind = rush_sequence_input_here (&self->input)[1]   ? RUSH_SEQUENCE_BLOCKS
                      : rush_sequence_input_here (&self->input)[0] ? RUSH_SEQUENCE_RECORDS
                                                                   : RUSH_SEQUENCE_PLAIN;
  self->input.at += 2;
  if (self->header.kind == RUSH_SEQUENCE_PLAIN)
    return TRUE;
  if (!take_name (self, &codec, error))
    return FALSE;
  if (rush_packing_of_codec (codec, &self->header.packing, error))
    return TRUE;
  g_prefix_error (error, "%s: ", self->input.path);
  return FALSE;
}

static gboolean
read_header (RushSequenceReader *self, GError **error)
{
  g_autofree char *uri = rush_local_path_to_uri (self->input.path);
  g_autoptr (GError) failure = NULL;

  if (!rush_sequence_input_have (&self->input, 4, &failure) ||
      memcmp (rush_sequence_input_here (&self->input), "SEQ", 3) != 0)
    {
      if (failure != NULL)
        g_propagate_error (error, g_steal_pointer (&failure));
      else
        g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT, "%s not a SequenceFile", uri);
      return FALSE;
    }
  if (rush_sequence_input_here (&self->input)[3] != 6)
    {
      g_set_error (
          error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
          "%s is a SequenceFile of version %u; version 6 is read, which Hadoop has written "
          "since 2007",
          uri, rush_sequence_input_here (&self->input)[3]);
      return FALSE;
    }
  self->input.at += 4;
  if (!take_name (self, &self->header.key_class, error) ||
      !take_name (self, &self->header.value_class, error) || !read_kind (self, error) ||
      !skip_metadata (self, error) ||
      !rush_sequence_input_need (&self->input, RUSH_SYNC_BYTES, "the header is cut off", error))
    return FALSE;
  memcpy (self->header.sync, rush_sequence_input_here (&self->input), RUSH_SYNC_BYTES);
  self->input.at += RUSH_SYNC_BYTES;
  return TRUE;
}

/* ---- syncs ---- */

/* Goes to the first sync that begins at or behind byte @from of the file, which is behind the
 * header; ends where there is none. */
static gboolean
find_sync (RushSequenceReader *self, gint64 from, GError **error)
{
  RushSequenceInput *input = &self->input;
  g_autoptr (GError) failure = NULL;

  if (!rush_sequence_input_seek (input, from, error))
    return FALSE;
  while (rush_sequence_input_have (input, 4 + RUSH_SYNC_BYTES, &failure))
    {
      const guint8 *here = rush_sequence_input_here (input);
      gsize n = rush_sequence_input_available (input);
      const guint8 *found = memmem (here + 4, n - 4, self->header.sync, RUSH_SYNC_BYTES);

      if (!rush_task_context_check (input->ctx, error))
        return FALSE;
      if (found != NULL && rush_sequence_int_at (found - 4) == RUSH_SYNC_ESCAPE)
        {
          input->at += (gsize)(found - 4 - here);
          return TRUE;
        }
      /* Behind what was found; or where one may begin whose end is not in the window. */
      input->at += found != NULL ? (gsize)(found - 3 - here) : n - (RUSH_SYNC_BYTES + 4 - 1);
    }
  self->ended = failure == NULL;
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return self->ended;
}

/* The sync that stands here, behind its escape. */
static gboolean
take_sync (RushSequenceReader *self, GError **error)
{
  if (!rush_sequence_input_need (&self->input, RUSH_SYNC_BYTES, "a sync is cut off", error))
    return FALSE;
  if (memcmp (rush_sequence_input_here (&self->input), self->header.sync, RUSH_SYNC_BYTES) != 0)
    return rush_sequence_input_refuse (&self->input, "a sync mark is not the header's", error);
  self->input.at += RUSH_SYNC_BYTES;
  return TRUE;
}

/* ---- unpacking ---- */

static gboolean
unpack (RushSequenceReader *self, const guint8 *bytes, gsize n, RushGrowingBytes *into,
        GError **error)
{
  g_autoptr (RushByteSource) packed = rush_unpack_source_new (
      rush_byte_source_of_memory (bytes, n), self->header.packing, self->input.path, error);

  into->n = 0;
  while (packed != NULL && rush_task_context_check (self->input.ctx, error))
    {
      gssize got;

      if (!rush_growing_bytes_reserve (into, into->n + UNPACK_BYTES, error))
        return FALSE;
      got = packed->klass->read (packed, into->bytes + into->n, UNPACK_BYTES, error);
      if (got < 0)
        {
          g_autofree char *place = rush_sequence_reader_place (self);

          g_prefix_error (error, "a packed part of %s: ", place);
          return FALSE;
        }
      into->n += (gsize)got;
      if (got == 0)
        return TRUE;
      if (into->n > MOST_UNPACKED_BYTES)
        return rush_sequence_input_refuse (&self->input, "a packed part has more than 2 GiB",
                                           error);
    }
  return FALSE;
}

/* ---- blocks ---- */

static gboolean
take_piece (RushSequenceReader *self, guint i, GError **error)
{
  Piece *piece = &self->pieces[i];
  gsize n;

  if (!rush_sequence_input_take_length (&self->input, &n, "a block is cut off", error))
    return FALSE;
  piece->at = 0;
  if (!unpack (self, rush_sequence_input_here (&self->input), n, &piece->bytes, error))
    return FALSE;
  self->input.at += n;
  return TRUE;
}

static gboolean
take_block (RushSequenceReader *self, GError **error)
{
  gint64 n;

  if (!rush_sequence_input_take_vint (&self->input, &n, "a block is cut off", error))
    return FALSE;
  if (n < 0 || n > G_MAXINT32)
    return rush_sequence_input_refuse (&self->input, "a block has no such number of records",
                                       error);
  for (guint i = 0; i < RUSH_SEQUENCE_N_PIECES; i++)
    if (!take_piece (self, i, error))
      return FALSE;
  self->n_left = (guint)n;
  return TRUE;
}

/* The next key or value: its length stands in one piece, its bytes in the next. */
static gboolean
take_from_block (RushSequenceReader *self, RushSequencePiece lengths, const guint8 **out,
                 gsize *out_bytes, GError **error)
{
  Piece *length = &self->pieces[lengths], *bytes = &self->pieces[lengths + 1];
  const RushGrowingBytes *numbers = &length->bytes, *content = &bytes->bytes;
  gsize taken;
  gint64 n;

  if (!rush_vint_read (numbers->bytes + length->at, numbers->n - length->at, &n, &taken) || n < 0 ||
      (guint64)n > content->n - bytes->at)
    return rush_sequence_input_refuse (&self->input, "a record in a block is longer than the block",
                                       error);
  length->at += taken;
  *out = content->bytes + bytes->at;
  *out_bytes = (gsize)n;
  bytes->at += (gsize)n;
  return TRUE;
}

/* ---- records ---- */

/* Stands before the next record or block of this split, or has ended; FALSE with @error. */
static gboolean
begin_record (RushSequenceReader *self, GError **error)
{
  g_autoptr (GError) failure = NULL;

  for (;;)
    {
      self->record_start = rush_sequence_input_position (&self->input);
      if (!rush_sequence_input_have (&self->input, 1, &failure))
        {
          self->ended = TRUE;
          if (failure == NULL)
            return TRUE;
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      if (!rush_sequence_input_need (&self->input, 4, "a record is cut off", error))
        return FALSE;
      if (rush_sequence_int_at (rush_sequence_input_here (&self->input)) != RUSH_SYNC_ESCAPE)
        break;
      if (self->record_start >= self->end)
        {
          self->ended = TRUE;
          return TRUE;
        }
      self->input.at += 4;
      if (!take_sync (self, error))
        return FALSE;
      if (self->header.kind == RUSH_SEQUENCE_BLOCKS)
        return TRUE;
    }
  if (self->header.kind == RUSH_SEQUENCE_BLOCKS)
    return rush_sequence_input_refuse (&self->input, "no sync mark stands before a block", error);
  return TRUE;
}

/* A record that stands here whole. */
static gboolean
take_record (RushSequenceReader *self, const guint8 **out_key, gsize *out_key_bytes,
             const guint8 **out_value, gsize *out_value_bytes, GError **error)
{
  gint32 length, key_length;

  if (!rush_sequence_input_take_int (&self->input, &length, "a record is cut off", error) ||
      !rush_sequence_input_take_int (&self->input, &key_length, "a record is cut off", error))
    return FALSE;
  if (length < 0 || key_length < 0 || key_length > length)
    return rush_sequence_input_refuse (&self->input, "a record has no such length", error);
  if (!rush_sequence_input_need (&self->input, length, "a record is cut off", error))
    return FALSE;
  *out_key = rush_sequence_input_here (&self->input);
  *out_key_bytes = (gsize)key_length;
  *out_value = rush_sequence_input_here (&self->input) + key_length;
  *out_value_bytes = (gsize)(length - key_length);
  self->input.at += (gsize)length;
  if (self->header.kind == RUSH_SEQUENCE_PLAIN)
    return TRUE;
  if (!unpack (self, *out_value, *out_value_bytes, &self->unpacked, error))
    return FALSE;
  *out_value = self->unpacked.bytes;
  *out_value_bytes = self->unpacked.n;
  return TRUE;
}

gboolean
rush_sequence_reader_next (RushSequenceReader *self, const guint8 **out_key, gsize *out_key_bytes,
                           const guint8 **out_value, gsize *out_value_bytes, GError **error)
{
  while (self->n_left == 0)
    {
      if (self->ended || !begin_record (self, error) || self->ended)
        return FALSE;
      if (self->header.kind != RUSH_SEQUENCE_BLOCKS)
        return take_record (self, out_key, out_key_bytes, out_value, out_value_bytes, error);
      if (!take_block (self, error))
        return FALSE;
    }
  self->n_left--;
  return take_from_block (self, RUSH_SEQUENCE_KEY_LENGTHS, out_key, out_key_bytes, error) &&
         take_from_block (self, RUSH_SEQUENCE_VALUE_LENGTHS, out_value, out_value_bytes, error);
}

/* ---- life ---- */

const RushSequenceHeader *
rush_sequence_reader_header (const RushSequenceReader *self)
{
  return &self->header;
}

gint64
rush_sequence_reader_bytes_in (const RushSequenceReader *self)
{
  return self->input.source->bytes_in;
}

void
rush_sequence_reader_close (RushSequenceReader *self)
{
  if (self == NULL)
    return;
  rush_sequence_header_clear (&self->header);
  rush_sequence_input_close (&self->input);
  rush_growing_bytes_clear (&self->unpacked);
  for (guint i = 0; i < RUSH_SEQUENCE_N_PIECES; i++)
    rush_growing_bytes_clear (&self->pieces[i].bytes);
  g_free (self);
}

RushSequenceReader *
rush_sequence_reader_open (const RushFileSplit *split, RushTaskContext *ctx, GError **error)
{
  g_autoptr (RushSequenceReader) self = g_new0 (RushSequenceReader, 1);

  self->end = split->start + split->length;
  rush_growing_bytes_init (&self->unpacked, ctx->allocator);
  for (guint i = 0; i < RUSH_SEQUENCE_N_PIECES; i++)
    rush_growing_bytes_init (&self->pieces[i].bytes, ctx->allocator);
  if (!rush_sequence_input_open (&self->input, split->path, ctx, error) ||
      !read_header (self, error))
    return NULL;
  if (split->start > rush_sequence_input_position (&self->input) &&
      !find_sync (self, split->start, error))
    return NULL;
  return g_steal_pointer (&self);
}
