/* sequence_reader.c - finding in, and record by record.
 *
 *     file    header │ r r r r r S r r r r r S r r r …          S: −1, and the sync of the header
 *     splits  ├────────── 0 ──────┼─────── 1 ────────┤
 *             reads to its first S at or behind its end          begins at its first S
 *
 * So each record is read once, whoever cuts the file where.  A block of a file that is packed in
 * blocks stands behind an S and belongs to whom that belongs.
 *
 * What is read waits in one window of the file that moves along:
 *
 *     [ used │ at ………… size ]        position of window[at] in the file: start + at
 *
 * A length that cannot be true (negative, or beyond the end of the file) is where damage shows;
 * packed pieces carry sums of their own.
 */
#include "rdd/source/sequence_reader.h"

#include "rdd/source/local_path.h"

#include <string.h>

#define WINDOW_BYTES (128 * 1024)
#define MOST_BYTES G_MAXINT32 /* of a record, or of a block's piece */

/* The four pieces of a block, in the order in which they stand. */
enum
{
  KEY_LENGTHS,
  KEYS,
  VALUE_LENGTHS,
  VALUES,
  N_PIECES
};

/* Memory that the task is charged for. */
typedef struct
{
  GByteArray *array;
  gsize charged;
} Bytes;

typedef struct
{
  Bytes bytes;
  gsize at;
} Piece;

struct _RushSequenceReader
{
  RushSequenceHeader header;
  RushTaskContext *ctx;
  RushByteSource *source;
  char *path;
  gint64 start; /* of the window in the file */
  gint64 end;   /* of the split */
  gsize at, size;
  Bytes window;
  gint64 record_start;
  gboolean ended;
  Bytes unpacked; /* RECORDS: the value */
  guint n_left;   /* BLOCKS: records of the block that are not out */
  Piece pieces[N_PIECES];
};

/* ---- failure ---- */

static gint64
position (const RushSequenceReader *self)
{
  return self->start + (gint64)self->at;
}

static gboolean
corrupt (const RushSequenceReader *self, const char *what, GError **error)
{
  g_autofree char *uri = rush_local_path_to_uri (self->path);

  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
               "%s is damaged: %s (at byte %" G_GINT64_FORMAT ")", uri, what, position (self));
  return FALSE;
}

char *
rush_sequence_reader_place (const RushSequenceReader *self)
{
  g_autofree char *uri = rush_local_path_to_uri (self->path);

  return g_strdup_printf ("%s (at byte %" G_GINT64_FORMAT ")", uri, self->record_start);
}

/* ---- memory ---- */

static gboolean
resize (const RushSequenceReader *self, Bytes *bytes, gsize n, GError **error)
{
  if (n > bytes->charged)
    {
      if (!rush_allocator_reserve (self->ctx->allocator, n - bytes->charged, error))
        return FALSE;
      bytes->charged = n;
    }
  g_byte_array_set_size (bytes->array, (guint)n);
  return TRUE;
}

static void
bytes_clear (const RushSequenceReader *self, Bytes *bytes)
{
  if (bytes->charged > 0)
    rush_allocator_release (self->ctx->allocator, bytes->charged);
  g_byte_array_unref (bytes->array);
}

/* ---- the window ---- */

/* Makes @n bytes be there from @at on; FALSE without @error: the file ends before. */
static gboolean
have (RushSequenceReader *self, gsize n, GError **error)
{
  while (self->size - self->at < n)
    {
      gssize got;

      if (self->at > 0)
        {
          guint8 *window = self->window.array->data;

          memmove (window, window + self->at, self->size - self->at);
          self->start += (gint64)self->at;
          self->size -= self->at;
          self->at = 0;
        }
      if (self->window.array->len < self->size + MAX (n, WINDOW_BYTES) &&
          !resize (self, &self->window, self->size + MAX (n, WINDOW_BYTES), error))
        return FALSE;
      got = self->source->klass->read (self->source, self->window.array->data + self->size,
                                       self->window.array->len - self->size, error);
      if (got <= 0)
        return FALSE;
      self->size += (gsize)got;
    }
  return TRUE;
}

/* The same, where the end of the file is damage. */
static gboolean
need (RushSequenceReader *self, gint64 n, const char *what, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (n < 0 || n > MOST_BYTES)
    return corrupt (self, what, error);
  /* Before memory is taken for a length that is none. */
  if (n > (gint64)(self->size - self->at) + self->source->bytes_left)
    return corrupt (self, what, error);
  if (have (self, (gsize)n, &failure))
    return TRUE;
  if (failure == NULL)
    return corrupt (self, what, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static const guint8 *
here (const RushSequenceReader *self)
{
  return self->window.array->data + self->at;
}

static gint32
int_at (const guint8 *bytes)
{
  guint32 value;

  memcpy (&value, bytes, sizeof value);
  return (gint32)GUINT32_FROM_BE (value);
}

static gboolean
take_int (RushSequenceReader *self, gint32 *out, const char *what, GError **error)
{
  if (!need (self, 4, what, error))
    return FALSE;
  *out = int_at (here (self));
  self->at += 4;
  return TRUE;
}

static gboolean
take_vint (RushSequenceReader *self, gint64 *out, const char *what, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gsize taken;

  for (gsize n = 1; n <= 9; n++)
    {
      if (!need (self, (gint64)n, what, error))
        return FALSE;
      if (rush_vint_read (here (self), n, out, &taken))
        {
          self->at += taken;
          return TRUE;
        }
    }
  return corrupt (self, what, error);
}

/* ---- the header ---- */

static gboolean
take_text (RushSequenceReader *self, char **out, GError **error)
{
  gint64 n;

  if (!take_vint (self, &n, "a class name is cut off", error) ||
      !need (self, n, "a class name is cut off", error))
    return FALSE;
  g_free (*out);
  *out = g_strndup ((const char *)here (self), (gsize)n);
  self->at += (gsize)n;
  return TRUE;
}

static gboolean
skip_metadata (RushSequenceReader *self, GError **error)
{
  g_autofree char *ignored = NULL;
  gint32 n;

  if (!take_int (self, &n, "the header is cut off", error))
    return FALSE;
  for (gint32 i = 0; i < n; i++)
    if (!take_text (self, &ignored, error) || !take_text (self, &ignored, error))
      return FALSE;
  return TRUE;
}

static gboolean
read_kind (RushSequenceReader *self, GError **error)
{
  g_autofree char *codec = NULL;

  if (!need (self, 2, "the header is cut off", error))
    return FALSE;
  self->header.kind = here (self)[1]   ? RUSH_SEQUENCE_BLOCKS
                      : here (self)[0] ? RUSH_SEQUENCE_RECORDS
                                       : RUSH_SEQUENCE_PLAIN;
  self->at += 2;
  if (self->header.kind == RUSH_SEQUENCE_PLAIN)
    return TRUE;
  if (!take_text (self, &codec, error))
    return FALSE;
  if (rush_packing_of_codec (codec, &self->header.packing, error))
    return TRUE;
  g_prefix_error (error, "%s: ", self->path);
  return FALSE;
}

static gboolean
read_header (RushSequenceReader *self, GError **error)
{
  g_autofree char *uri = rush_local_path_to_uri (self->path);
  g_autoptr (GError) failure = NULL;

  if (!have (self, 4, &failure) || memcmp (here (self), "SEQ", 3) != 0)
    {
      if (failure != NULL)
        g_propagate_error (error, g_steal_pointer (&failure));
      else
        g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT, "%s not a SequenceFile", uri);
      return FALSE;
    }
  if (here (self)[3] != 6)
    {
      g_set_error (
          error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
          "%s is a SequenceFile of version %u; version 6 is read, which Hadoop has written "
          "since 2007",
          uri, here (self)[3]);
      return FALSE;
    }
  self->at += 4;
  if (!take_text (self, &self->header.key_class, error) ||
      !take_text (self, &self->header.value_class, error) || !read_kind (self, error) ||
      !skip_metadata (self, error) || !need (self, RUSH_SYNC_BYTES, "the header is cut off", error))
    return FALSE;
  memcpy (self->header.sync, here (self), RUSH_SYNC_BYTES);
  self->at += RUSH_SYNC_BYTES;
  return TRUE;
}

/* ---- syncs ---- */

/* Goes to the first sync that begins at or behind byte @from of the file, which is behind the
 * header; ends where there is none. */
static gboolean
find_sync (RushSequenceReader *self, gint64 from, GError **error)
{
  g_autoptr (GError) failure = NULL;
  RushByteSource *source = rush_byte_source_open (self->path, from, RUSH_PACKING_NONE, error);

  if (source == NULL)
    return FALSE;
  rush_byte_source_close (self->source);
  self->source = source;
  self->start = from;
  self->at = self->size = 0;
  while (have (self, 4 + RUSH_SYNC_BYTES, &failure))
    {
      const guint8 *window = self->window.array->data;
      const guint8 *found =
          memmem (here (self) + 4, self->size - self->at - 4, self->header.sync, RUSH_SYNC_BYTES);

      if (!rush_task_context_check (self->ctx, error))
        return FALSE;
      if (found != NULL && int_at (found - 4) == RUSH_SYNC_ESCAPE)
        {
          self->at = (gsize)(found - 4 - window);
          return TRUE;
        }
      /* Behind what was found; or where one may begin whose end is not in the window. */
      self->at =
          found != NULL ? (gsize)(found - 3 - window) : self->size - (RUSH_SYNC_BYTES + 4 - 1);
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  self->ended = TRUE;
  return TRUE;
}

/* The sync that stands here, behind its escape. */
static gboolean
take_sync (RushSequenceReader *self, GError **error)
{
  if (!need (self, RUSH_SYNC_BYTES, "a sync is cut off", error))
    return FALSE;
  if (memcmp (here (self), self->header.sync, RUSH_SYNC_BYTES) != 0)
    return corrupt (self, "a sync mark is not the header's", error);
  self->at += RUSH_SYNC_BYTES;
  return TRUE;
}

/* ---- unpacking ---- */

static gboolean
unpack (RushSequenceReader *self, const guint8 *bytes, gsize n, Bytes *into, GError **error)
{
  g_autoptr (RushByteSource) packed = rush_unpack_source_new (
      rush_byte_source_of_memory (bytes, n), self->header.packing, self->path, error);
  gsize size = 0;

  while (packed != NULL)
    {
      gssize got;

      if (!resize (self, into, size + WINDOW_BYTES, error))
        return FALSE;
      got = packed->klass->read (packed, into->array->data + size, WINDOW_BYTES, error);
      if (got < 0)
        {
          g_autofree char *place = rush_sequence_reader_place (self);

          g_prefix_error (error, "a packed part of %s: ", place);
          return FALSE;
        }
      size += (gsize)got;
      g_byte_array_set_size (into->array, (guint)size);
      if (got == 0)
        return TRUE;
      if (size > MOST_BYTES - WINDOW_BYTES)
        return corrupt (self, "a packed part has more than 2 GiB", error);
    }
  return FALSE;
}

/* ---- blocks ---- */

static gboolean
take_piece (RushSequenceReader *self, guint i, GError **error)
{
  Piece *piece = &self->pieces[i];
  gint64 n;

  if (!take_vint (self, &n, "a block is cut off", error) ||
      !need (self, n, "a block is cut off", error))
    return FALSE;
  piece->at = 0;
  if (!unpack (self, here (self), (gsize)n, &piece->bytes, error))
    return FALSE;
  self->at += (gsize)n;
  return TRUE;
}

static gboolean
take_block (RushSequenceReader *self, GError **error)
{
  gint64 n;

  if (!take_vint (self, &n, "a block is cut off", error))
    return FALSE;
  if (n < 0 || n > G_MAXINT32)
    return corrupt (self, "a block has no such number of records", error);
  for (guint i = 0; i < N_PIECES; i++)
    if (!take_piece (self, i, error))
      return FALSE;
  self->n_left = (guint)n;
  return TRUE;
}

/* The next key or value: its length stands in one piece, its bytes in the next. */
static gboolean
take_from_block (RushSequenceReader *self, guint lengths, const guint8 **out, gsize *out_bytes,
                 GError **error)
{
  Piece *length = &self->pieces[lengths], *bytes = &self->pieces[lengths + 1];
  const GByteArray *numbers = length->bytes.array, *content = bytes->bytes.array;
  gsize taken;
  gint64 n;

  if (!rush_vint_read (numbers->data + length->at, numbers->len - length->at, &n, &taken) ||
      n < 0 || (guint64)n > content->len - bytes->at)
    return corrupt (self, "a record in a block is longer than the block", error);
  length->at += taken;
  *out = content->data + bytes->at;
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
      self->record_start = position (self);
      if (!have (self, 1, &failure))
        {
          self->ended = TRUE;
          if (failure == NULL)
            return TRUE;
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      if (!need (self, 4, "a record is cut off", error))
        return FALSE;
      if (int_at (here (self)) != RUSH_SYNC_ESCAPE)
        break;
      if (self->record_start >= self->end)
        {
          self->ended = TRUE;
          return TRUE;
        }
      self->at += 4;
      if (!take_sync (self, error))
        return FALSE;
      if (self->header.kind == RUSH_SEQUENCE_BLOCKS)
        return TRUE;
    }
  if (self->header.kind == RUSH_SEQUENCE_BLOCKS)
    return corrupt (self, "no sync mark stands before a block", error);
  return TRUE;
}

/* A record that stands here whole. */
static gboolean
take_record (RushSequenceReader *self, const guint8 **out_key, gsize *out_key_bytes,
             const guint8 **out_value, gsize *out_value_bytes, GError **error)
{
  gint32 length, key_length;

  if (!take_int (self, &length, "a record is cut off", error) ||
      !take_int (self, &key_length, "a record is cut off", error))
    return FALSE;
  if (length < 0 || key_length < 0 || key_length > length)
    return corrupt (self, "a record has no such length", error);
  if (!need (self, length, "a record is cut off", error))
    return FALSE;
  *out_key = here (self);
  *out_key_bytes = (gsize)key_length;
  *out_value = here (self) + key_length;
  *out_value_bytes = (gsize)(length - key_length);
  self->at += (gsize)length;
  if (self->header.kind == RUSH_SEQUENCE_PLAIN)
    return TRUE;
  if (!unpack (self, *out_value, *out_value_bytes, &self->unpacked, error))
    return FALSE;
  *out_value = self->unpacked.array->data;
  *out_value_bytes = self->unpacked.array->len;
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
  return take_from_block (self, KEY_LENGTHS, out_key, out_key_bytes, error) &&
         take_from_block (self, VALUE_LENGTHS, out_value, out_value_bytes, error);
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
  return self->source->bytes_in;
}

void
rush_sequence_reader_close (RushSequenceReader *self)
{
  if (self == NULL)
    return;
  rush_sequence_header_clear (&self->header);
  rush_byte_source_close (self->source);
  bytes_clear (self, &self->window);
  bytes_clear (self, &self->unpacked);
  for (guint i = 0; i < N_PIECES; i++)
    bytes_clear (self, &self->pieces[i].bytes);
  g_free (self->path);
  g_free (self);
}

RushSequenceReader *
rush_sequence_reader_open (const RushFileSplit *split, RushTaskContext *ctx, GError **error)
{
  RushByteSource *source = rush_byte_source_open (split->path, 0, RUSH_PACKING_NONE, error);
  g_autoptr (RushSequenceReader) self = NULL;

  if (source == NULL)
    return NULL;
  self = g_new0 (RushSequenceReader, 1);
  self->source = source;
  self->ctx = ctx;
  self->path = g_strdup (split->path);
  self->end = split->start + split->length;
  self->window.array = g_byte_array_new ();
  self->unpacked.array = g_byte_array_new ();
  for (guint i = 0; i < N_PIECES; i++)
    self->pieces[i].bytes.array = g_byte_array_new ();
  if (!read_header (self, error))
    return NULL;
  if (split->start > position (self) && !find_sync (self, split->start, error))
    return NULL;
  return g_steal_pointer (&self);
}
