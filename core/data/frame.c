/* frame.c - bytes with a length, a codec and a checksum: what goes to disk and over the wire.
 *
 *     0      4       5    8           12             16          20
 *     │"RFR1"│ codec │ 000 │ raw_bytes │ stored_bytes │ CRC-32C   │ stored bytes …
 *
 * Rules that make every damage show:
 * - codec none: stored_bytes = raw_bytes; codec zstd: stored_bytes < raw_bytes, and the size that
 *   zstd itself recorded is raw_bytes.  What zstd cannot shrink is stored as it is.
 * - the checksum is looked at before any byte is interpreted.
 * So a flipped bit in a header field breaks one of the rules, and one in the bytes the checksum.
 *
 * A zstd context weighs over a megabyte and is dear to set up; each thread keeps one of each kind,
 * freed by the destructor of a pthread key when the thread ends.
 */
#include "core/data/encoding.h"

#include <pthread.h>
#include <string.h>
#include <zstd.h>

#define MAGIC "RFR1"
#define ZSTD_LEVEL 1

G_STATIC_ASSERT (G_BYTE_ORDER == G_LITTLE_ENDIAN); /* as the format; others would swap here */

typedef struct
{
  char magic[4];
  guint8 codec;
  guint8 zero[3];
  guint32 raw_bytes;
  guint32 stored_bytes;
  guint32 checksum;
} Header;

G_STATIC_ASSERT (sizeof (Header) == RUSH_FRAME_HEADER_BYTES);

/* ---- contexts ---- */

typedef struct
{
  ZSTD_CCtx *compress;
  ZSTD_DCtx *decompress;
} Contexts;

static pthread_key_t contexts_key;

static void
free_contexts (void *data)
{
  Contexts *contexts = data;
  ZSTD_freeCCtx (contexts->compress); /* NULL is fine for both */
  ZSTD_freeDCtx (contexts->decompress);
  g_free (contexts);
}

static void
make_key (void)
{
  int failed = pthread_key_create (&contexts_key, free_contexts);
  g_assert_cmpint (failed, ==, 0);
}

static Contexts *
thread_contexts (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once (&once, make_key);

  Contexts *contexts = pthread_getspecific (contexts_key);
  if (contexts == NULL)
    {
      contexts = g_new0 (Contexts, 1);
      pthread_setspecific (contexts_key, contexts);
    }
  return contexts;
}

static gboolean
refuse_context (GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
               "the operating system has no memory for a zstd context");
  return FALSE;
}

/* ---- writing ---- */

/* Compresses to @out behind its end; *@out_stored is 0 if that would not be smaller. */
static gboolean
append_zstd (const guint8 *raw, gsize raw_bytes, GByteArray *out, gsize *out_stored, GError **error)
{
  Contexts *contexts = thread_contexts ();
  if (contexts->compress == NULL && (contexts->compress = ZSTD_createCCtx ()) == NULL)
    return refuse_context (error);

  guint start = out->len;
  g_byte_array_set_size (out, start + (guint)raw_bytes);
  /* One byte short of raw: zstd gives up as soon as it does not get smaller. */
  gsize stored = ZSTD_compressCCtx (contexts->compress, out->data + start, raw_bytes - 1, raw,
                                    raw_bytes, ZSTD_LEVEL);
  *out_stored = ZSTD_isError (stored) ? 0 : stored;
  g_byte_array_set_size (out, start + (guint)*out_stored);
  return TRUE;
}

gboolean
rush_frame_encode (RushCodec codec, const guint8 *raw, gsize raw_bytes, GByteArray *out,
                   GError **error)
{
  g_return_val_if_fail (codec == RUSH_CODEC_NONE || codec == RUSH_CODEC_ZSTD, FALSE);

  guint start = out->len;
  if (raw_bytes > RUSH_FRAME_MAX_RAW_BYTES ||
      raw_bytes > G_MAXUINT - RUSH_FRAME_HEADER_BYTES - (gsize)start)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "%" G_GSIZE_FORMAT " bytes do not fit one frame; write smaller batches",
                   raw_bytes);
      return FALSE;
    }
  g_byte_array_set_size (out, start + RUSH_FRAME_HEADER_BYTES);
  gsize stored = 0;
  if (codec == RUSH_CODEC_ZSTD && raw_bytes > 1 &&
      !append_zstd (raw, raw_bytes, out, &stored, error))
    {
      g_byte_array_set_size (out, start);
      return FALSE;
    }
  Header header = { .magic = MAGIC, .codec = RUSH_CODEC_ZSTD, .raw_bytes = (guint32)raw_bytes };
  if (stored == 0)
    {
      header.codec = RUSH_CODEC_NONE;
      stored = raw_bytes;
      if (raw_bytes > 0)
        g_byte_array_append (out, raw, (guint)raw_bytes);
    }
  header.stored_bytes = (guint32)stored;
  header.checksum = rush_crc32c (0, out->data + start + RUSH_FRAME_HEADER_BYTES, stored);
  memcpy (out->data + start, &header, sizeof header);
  return TRUE;
}

/* ---- reading ---- */

static gboolean
refuse_frame (gsize offset, const char *why, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
               "frame at byte %" G_GSIZE_FORMAT ": %s", offset, why);
  return FALSE;
}

/* Reads the header at @offset and checks all rules but those that need decompression. */
static gboolean
read_header (const guint8 *bytes, gsize size, gsize offset, Header *out, GError **error)
{
  if (offset > size || size - offset < sizeof *out)
    return refuse_frame (offset, "ends within its header", error);
  memcpy (out, bytes + offset, sizeof *out);
  if (memcmp (out->magic, MAGIC, sizeof out->magic) != 0)
    return refuse_frame (offset, "does not begin with " MAGIC, error);
  if (out->codec > RUSH_CODEC_ZSTD || out->zero[0] || out->zero[1] || out->zero[2])
    return refuse_frame (offset, "has an unknown codec", error);
  if (size - offset - sizeof *out < out->stored_bytes)
    return refuse_frame (offset, "ends before its last byte", error);
  if (rush_crc32c (0, bytes + offset + sizeof *out, out->stored_bytes) != out->checksum)
    return refuse_frame (offset, "fails its checksum", error);
  if (out->codec == RUSH_CODEC_NONE ? out->stored_bytes != out->raw_bytes
                                    : out->stored_bytes >= out->raw_bytes)
    return refuse_frame (offset, "has lengths that contradict each other", error);
  return TRUE;
}

gboolean
rush_frame_check (const guint8 *bytes, gsize size, gsize *inout_offset, GError **error)
{
  Header header;

  if (!read_header (bytes, size, *inout_offset, &header, error))
    return FALSE;
  *inout_offset += sizeof header + header.stored_bytes;
  return TRUE;
}

static gboolean
decompress (const guint8 *stored, const Header *header, gsize offset, guint8 *out, GError **error)
{
  Contexts *contexts = thread_contexts ();
  if (contexts->decompress == NULL && (contexts->decompress = ZSTD_createDCtx ()) == NULL)
    return refuse_context (error);

  gsize got = ZSTD_decompressDCtx (contexts->decompress, out, header->raw_bytes, stored,
                                   header->stored_bytes);
  if (ZSTD_isError (got) || got != header->raw_bytes)
    return refuse_frame (offset, "does not decompress to its length", error);
  return TRUE;
}

RushBuffer *
rush_frame_decode (const guint8 *bytes, gsize size, gsize *inout_offset, RushAllocator *allocator,
                   GError **error)
{
  gsize offset = *inout_offset;
  Header header;

  if (!read_header (bytes, size, offset, &header, error))
    return NULL;
  const guint8 *stored = bytes + offset + sizeof header;
  /* Asked before memory is: a forged length must not cost gigabytes. */
  if (header.codec == RUSH_CODEC_ZSTD &&
      ZSTD_getFrameContentSize (stored, header.stored_bytes) != header.raw_bytes)
    {
      refuse_frame (offset, "does not decompress to its length", error);
      return NULL;
    }
  g_autoptr (RushBuffer) raw = rush_buffer_new (allocator, header.raw_bytes, error);
  if (raw == NULL)
    return NULL;
  if (header.codec == RUSH_CODEC_NONE)
    memcpy (raw->bytes, stored, header.raw_bytes);
  else if (!decompress (stored, &header, offset, raw->bytes, error))
    return NULL;
  *inout_offset = offset + sizeof header + header.stored_bytes;
  return g_steal_pointer (&raw);
}
