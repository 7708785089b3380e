/* unpack_source.c - .gz, .deflate, .bz2 and .zst files, unpacked as they are read.
 *
 *     file ──▶ packed[64 KiB] ──step──▶ the caller's buffer
 *
 * A file may be several parts one behind the other (gzip a; gzip b; cat a.gz b.gz): at the end of
 * one the next begins, or the file ends.  What follows a part and is none makes the file corrupt,
 * zeros too, as in Hadoop; so does an end in the middle of a part.  The libraries check each part's
 * sum.
 *
 * Whoever needs a .bz2 file by its blocks reads it through bzip2_source.c.
 *
 * The libraries differ in one function each, which takes some packed bytes and gives some others.
 */
#include "rdd/source/byte_source.h"

#include "rdd/source/local_path.h"

#include <bzlib.h>
#include <zlib.h>
#include <zstd.h>

#define PACKED_BYTES (64 * 1024)

typedef enum
{
  UNPACK_MORE,     /* some of both, maybe */
  UNPACK_PART_END, /* the part is whole */
  UNPACK_CORRUPT,
  UNPACK_NO_MEMORY,
} Unpacked;

typedef struct
{
  RushByteSource base;
  RushByteSource *packed; /* (owned) */
  char *path;
  RushPacking packing;
  gboolean in_part; /* one has begun and not ended */
  gboolean at_end;  /* of the packed bytes */
  const guint8 *next;
  gsize n_next; /* of the packed bytes that are there */
  guint8 *room;
  gsize n_room; /* in the caller's buffer */
  const char *fault;
  union
  {
    z_stream zlib;
    bz_stream bzip2;
    ZSTD_DStream *zstd;
  };
  guint8 input[PACKED_BYTES];
} UnpackSource;

/* ---- one step of each library ---- */

static Unpacked
step_zlib (UnpackSource *self)
{
  int answer;

  self->zlib.next_in = (Bytef *)self->next;
  self->zlib.avail_in = (uInt)self->n_next;
  self->zlib.next_out = self->room;
  self->zlib.avail_out = (uInt)self->n_room;
  answer = inflate (&self->zlib, Z_NO_FLUSH);
  self->next = self->zlib.next_in;
  self->n_next = self->zlib.avail_in;
  self->room = self->zlib.next_out;
  self->n_room = self->zlib.avail_out;
  self->fault = self->zlib.msg != NULL ? self->zlib.msg : "zlib refuses it";
  if (answer == Z_STREAM_END)
    return inflateReset (&self->zlib) == Z_OK ? UNPACK_PART_END : UNPACK_CORRUPT;
  if (answer == Z_MEM_ERROR)
    return UNPACK_NO_MEMORY;
  return answer == Z_OK || answer == Z_BUF_ERROR ? UNPACK_MORE : UNPACK_CORRUPT;
}

static Unpacked
step_bzip2 (UnpackSource *self)
{
  int answer;

  self->bzip2.next_in = (char *)self->next;
  self->bzip2.avail_in = (guint)self->n_next;
  self->bzip2.next_out = (char *)self->room;
  self->bzip2.avail_out = (guint)self->n_room;
  answer = BZ2_bzDecompress (&self->bzip2);
  self->next = (const guint8 *)self->bzip2.next_in;
  self->n_next = self->bzip2.avail_in;
  self->room = (guint8 *)self->bzip2.next_out;
  self->n_room = self->bzip2.avail_out;
  self->fault = answer == BZ_DATA_ERROR_MAGIC ? "no bzip2 stream begins here" : "bzip2 refuses it";
  if (answer == BZ_MEM_ERROR)
    return UNPACK_NO_MEMORY;
  if (answer != BZ_STREAM_END)
    return answer == BZ_OK ? UNPACK_MORE : UNPACK_CORRUPT;
  BZ2_bzDecompressEnd (&self->bzip2);
  self->bzip2 = (bz_stream){ 0 };
  return BZ2_bzDecompressInit (&self->bzip2, 0, 0) == BZ_OK ? UNPACK_PART_END : UNPACK_NO_MEMORY;
}

static Unpacked
step_zstd (UnpackSource *self)
{
  ZSTD_inBuffer in = { self->next, self->n_next, 0 };
  ZSTD_outBuffer out = { self->room, self->n_room, 0 };
  size_t left = ZSTD_decompressStream (self->zstd, &out, &in);

  self->next += in.pos;
  self->n_next -= in.pos;
  self->room += out.pos;
  self->n_room -= out.pos;
  if (ZSTD_isError (left))
    {
      self->fault = ZSTD_getErrorName (left);
      return UNPACK_CORRUPT;
    }
  return left == 0 ? UNPACK_PART_END : UNPACK_MORE;
}

static Unpacked
step (UnpackSource *self)
{
  switch (self->packing)
    {
    case RUSH_PACKING_BZIP2:
      return step_bzip2 (self);
    case RUSH_PACKING_ZSTD:
      return step_zstd (self);
    case RUSH_PACKING_GZIP:
    case RUSH_PACKING_ZLIB:
    case RUSH_PACKING_NONE:
      break;
    }
  return step_zlib (self);
}

/* ---- reading ---- */

static gssize
refuse (UnpackSource *self, const char *why, GError **error)
{
  g_autofree char *uri = rush_local_path_to_uri (self->path);
  gint64 position = self->packed->bytes_in - (gint64)self->n_next;

  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
               "%s is damaged or no packed file: %s (at byte %" G_GINT64_FORMAT ")", uri, why,
               position);
  return -1;
}

/* Refills the packed bytes if there are none; FALSE with @error. */
static gboolean
refill (UnpackSource *self, GError **error)
{
  gssize got;

  if (self->n_next > 0 || self->at_end)
    return TRUE;
  got = self->packed->klass->read (self->packed, self->input, sizeof self->input, error);
  if (got < 0)
    return FALSE;
  self->at_end = got == 0;
  self->base.bytes_in = self->packed->bytes_in;
  self->next = self->input;
  self->n_next = (gsize)got;
  return TRUE;
}

static gssize
unpack_read (RushByteSource *base, guint8 *into, gsize n, GError **error)
{
  UnpackSource *self = (UnpackSource *)base;
  gsize room = MIN (n, G_MAXINT32);

  self->room = into;
  self->n_room = room;
  while (self->n_room == room)
    {
      Unpacked unpacked;
      gsize n_before;

      if (!refill (self, error))
        return -1;
      if (self->at_end && !self->in_part)
        return 0;
      self->in_part = TRUE;
      n_before = self->n_next;
      unpacked = step (self);
      if (unpacked == UNPACK_PART_END)
        self->in_part = FALSE;
      else if (unpacked == UNPACK_CORRUPT)
        return refuse (self, self->fault, error);
      else if (unpacked == UNPACK_NO_MEMORY)
        {
          g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
                       "no memory to unpack %s", self->path);
          return -1;
        }
      else if (self->at_end && self->n_room == room && n_before == self->n_next)
        return refuse (self, "Unexpected end of input stream", error);
    }
  return (gssize)(room - self->n_room);
}

/* ---- life ---- */

static void
unpack_close (RushByteSource *base)
{
  UnpackSource *self = (UnpackSource *)base;

  if (self->packing == RUSH_PACKING_BZIP2)
    BZ2_bzDecompressEnd (&self->bzip2);
  else if (self->packing == RUSH_PACKING_ZSTD)
    ZSTD_freeDStream (self->zstd);
  else
    inflateEnd (&self->zlib);
  rush_byte_source_close (self->packed);
  g_free (self->path);
  g_free (self);
}

static const RushByteSourceClass unpack_class = { unpack_read, unpack_close };

static gboolean
begin (UnpackSource *self)
{
  switch (self->packing)
    {
    case RUSH_PACKING_GZIP:
      return inflateInit2 (&self->zlib, MAX_WBITS + 16) == Z_OK;
    case RUSH_PACKING_ZLIB:
      return inflateInit (&self->zlib) == Z_OK;
    case RUSH_PACKING_BZIP2:
      return BZ2_bzDecompressInit (&self->bzip2, 0, 0) == BZ_OK;
    case RUSH_PACKING_ZSTD:
      return (self->zstd = ZSTD_createDStream ()) != NULL;
    case RUSH_PACKING_NONE:
      break;
    }
  g_return_val_if_reached (FALSE);
}

RushByteSource *
rush_unpack_source_new (RushByteSource *packed, RushPacking packing, const char *path,
                        GError **error)
{
  UnpackSource *self = g_new0 (UnpackSource, 1);

  self->base.klass = &unpack_class;
  self->base.bytes_left = G_MAXINT64;
  self->packed = packed;
  self->packing = packing;
  self->path = g_strdup (path);
  if (!begin (self))
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY, "no memory to unpack %s",
                   path);
      unpack_close (&self->base);
      return NULL;
    }
  return &self->base;
}
