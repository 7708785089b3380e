/* codec.c - the table of codecs, and what packs.
 *
 * zlib, libbzip2 and zstd all work alike: they are handed input and room for output, and take and
 * fill as much as they like.  Here each is one function that does that once,
 *
 *     written ──▶ input ──step──▶ output[64 KiB] ──▶ sink        until the input is used up, or,
 *                                                                to finish, the stream is out
 *
 * so that the loop around them stands once.  Hadoop's snappy and lz4 put frames of their own around
 * blocks, which nothing outside Hadoop reads; they are refused by name.
 */
#include "rdd/codec.h"

#include <bzlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define PACKAGE "org.apache.hadoop.io.compress."
#define OUTPUT_BYTES (64 * 1024)
#define BZIP2_BLOCK 9 /* × 100 kB, as Hadoop and the command bzip2 take it */

/* ---- the table ---- */

static const struct
{
  const char *suffix;
  const char *codec;
  RushPacking packing; /* NONE: not supported */
} codecs[] = {
  { ".gz", PACKAGE "GzipCodec", RUSH_PACKING_GZIP },
  { ".deflate", PACKAGE "DefaultCodec", RUSH_PACKING_ZLIB },
  { ".deflate", PACKAGE "DeflateCodec", RUSH_PACKING_ZLIB },
  { ".bz2", PACKAGE "BZip2Codec", RUSH_PACKING_BZIP2 },
  { ".zst", PACKAGE "ZStandardCodec", RUSH_PACKING_ZSTD },
  { ".lz4", PACKAGE "Lz4Codec", RUSH_PACKING_NONE },
  { ".snappy", PACKAGE "SnappyCodec", RUSH_PACKING_NONE },
};

static gboolean
has_suffix (const char *path, const char *suffix)
{
  gsize length = strlen (path), suffix_length = strlen (suffix);

  return length >= suffix_length && g_ascii_strcasecmp (path + length - suffix_length, suffix) == 0;
}

gboolean
rush_packing_of (const char *path, RushPacking *out, GError **error)
{
  *out = RUSH_PACKING_NONE;
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    {
      if (!has_suffix (path, codecs[i].suffix))
        continue;
      if (codecs[i].packing == RUSH_PACKING_NONE)
        {
          g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                       "%s cannot be read: %s files are not supported; unpack it, or pack it with "
                       "gzip, bzip2 or zstd",
                       path, codecs[i].suffix);
          return FALSE;
        }
      *out = codecs[i].packing;
      return TRUE;
    }
  return TRUE;
}

gboolean
rush_packing_of_codec (const char *codec, RushPacking *out, GError **error)
{
  static const char there_are[] = "GzipCodec, BZip2Codec, ZStandardCodec, DefaultCodec and "
                                  "DeflateCodec of org.apache.hadoop.io.compress";

  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    {
      if (strcmp (codec, codecs[i].codec) != 0 &&
          strcmp (codec, codecs[i].codec + strlen (PACKAGE)) != 0)
        continue;
      if (codecs[i].packing == RUSH_PACKING_NONE)
        {
          g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                       "the codec %s is not supported; there are %s", codec, there_are);
          return FALSE;
        }
      *out = codecs[i].packing;
      return TRUE;
    }
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "there is no codec %s; there are %s", codec, there_are);
  return FALSE;
}

const char *
rush_packing_suffix (RushPacking packing)
{
  for (guint i = 0; packing != RUSH_PACKING_NONE && i < G_N_ELEMENTS (codecs); i++)
    if (codecs[i].packing == packing)
      return codecs[i].suffix;
  return "";
}

const char *
rush_packing_codec (RushPacking packing)
{
  for (guint i = 0; packing != RUSH_PACKING_NONE && i < G_N_ELEMENTS (codecs); i++)
    if (codecs[i].packing == packing)
      return codecs[i].codec;
  return NULL;
}

/* ---- packing ---- */

typedef enum
{
  STEP_MORE, /* there may be more output, with the same input */
  STEP_DONE, /* the input is used up; or, finishing, all is out */
  STEP_FAILED,
} Step;

struct _RushPacker
{
  RushPacking packing;
  RushPackedSink sink;
  gpointer data;
  const guint8 *input;
  gsize n_input;
  gsize n_output;
  union
  {
    z_stream zlib;
    bz_stream bzip2;
    ZSTD_CStream *zstd;
  };
  guint8 output[OUTPUT_BYTES];
};

static Step
step_zlib (RushPacker *self, gboolean finish)
{
  int answer;

  self->zlib.next_in = (Bytef *)self->input;
  self->zlib.avail_in = (uInt)MIN (self->n_input, G_MAXINT32);
  uInt given = self->zlib.avail_in;
  self->zlib.next_out = self->output;
  self->zlib.avail_out = OUTPUT_BYTES;
  answer = deflate (&self->zlib, finish ? Z_FINISH : Z_NO_FLUSH);
  self->input += given - self->zlib.avail_in;
  self->n_input -= given - self->zlib.avail_in;
  self->n_output = OUTPUT_BYTES - self->zlib.avail_out;
  if (answer != Z_OK && answer != Z_STREAM_END && answer != Z_BUF_ERROR)
    return STEP_FAILED;
  if (finish)
    return answer == Z_STREAM_END ? STEP_DONE : STEP_MORE;
  return self->n_input == 0 && self->zlib.avail_out > 0 ? STEP_DONE : STEP_MORE;
}

static Step
step_bzip2 (RushPacker *self, gboolean finish)
{
  guint given = (guint)MIN (self->n_input, G_MAXINT32);
  int answer;

  if (given == 0 && !finish)
    return STEP_DONE;
  self->bzip2.next_in = (char *)self->input;
  self->bzip2.avail_in = given;
  self->bzip2.next_out = (char *)self->output;
  self->bzip2.avail_out = OUTPUT_BYTES;
  answer = BZ2_bzCompress (&self->bzip2, finish ? BZ_FINISH : BZ_RUN);
  self->input += given - self->bzip2.avail_in;
  self->n_input -= given - self->bzip2.avail_in;
  self->n_output = OUTPUT_BYTES - self->bzip2.avail_out;
  if (answer < 0)
    return STEP_FAILED;
  return answer == BZ_STREAM_END ? STEP_DONE : STEP_MORE;
}

static Step
step_zstd (RushPacker *self, gboolean finish)
{
  ZSTD_inBuffer in = { self->input, self->n_input, 0 };
  ZSTD_outBuffer out = { self->output, OUTPUT_BYTES, 0 };
  size_t left = ZSTD_compressStream2 (self->zstd, &out, &in, finish ? ZSTD_e_end : ZSTD_e_continue);

  self->input += in.pos;
  self->n_input -= in.pos;
  self->n_output = out.pos;
  if (ZSTD_isError (left))
    return STEP_FAILED;
  if (finish)
    return left == 0 ? STEP_DONE : STEP_MORE;
  return self->n_input == 0 && out.pos < OUTPUT_BYTES ? STEP_DONE : STEP_MORE;
}

static gboolean
run (RushPacker *self, gboolean finish, GError **error)
{
  for (;;)
    {
      Step step = self->packing == RUSH_PACKING_BZIP2  ? step_bzip2 (self, finish)
                  : self->packing == RUSH_PACKING_ZSTD ? step_zstd (self, finish)
                                                       : step_zlib (self, finish);

      if (step == STEP_FAILED)
        {
          g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
                       "no memory to pack with %s", rush_packing_codec (self->packing));
          return FALSE;
        }
      if (self->n_output > 0 && !self->sink (self->output, self->n_output, self->data, error))
        return FALSE;
      self->n_output = 0;
      if (step == STEP_DONE)
        return TRUE;
    }
}

gboolean
rush_packer_write (RushPacker *self, const guint8 *bytes, gsize n, GError **error)
{
  self->input = bytes;
  self->n_input = n;
  return run (self, FALSE, error);
}

gboolean
rush_packer_finish (RushPacker *self, GError **error)
{
  self->n_input = 0;
  return run (self, TRUE, error);
}

void
rush_packer_free (RushPacker *self)
{
  if (self == NULL)
    return;
  if (self->packing == RUSH_PACKING_BZIP2)
    BZ2_bzCompressEnd (&self->bzip2);
  else if (self->packing == RUSH_PACKING_ZSTD)
    ZSTD_freeCStream (self->zstd);
  else
    deflateEnd (&self->zlib);
  g_free (self);
}

static gboolean
begin (RushPacker *self)
{
  switch (self->packing)
    {
    case RUSH_PACKING_GZIP:
      return deflateInit2 (&self->zlib, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8,
                           Z_DEFAULT_STRATEGY) == Z_OK;
    case RUSH_PACKING_ZLIB:
      return deflateInit (&self->zlib, Z_DEFAULT_COMPRESSION) == Z_OK;
    case RUSH_PACKING_BZIP2:
      return BZ2_bzCompressInit (&self->bzip2, BZIP2_BLOCK, 0, 0) == BZ_OK;
    case RUSH_PACKING_ZSTD:
      return (self->zstd = ZSTD_createCStream ()) != NULL;
    case RUSH_PACKING_NONE:
      break;
    }
  g_return_val_if_reached (FALSE);
}

RushPacker *
rush_packer_new (RushPacking packing, RushPackedSink sink, gpointer data, GError **error)
{
  RushPacker *self = g_new0 (RushPacker, 1);

  self->packing = packing;
  self->sink = sink;
  self->data = data;
  if (begin (self))
    return self;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY, "no memory to pack with %s",
               rush_packing_codec (packing));
  g_free (self);
  return NULL;
}
