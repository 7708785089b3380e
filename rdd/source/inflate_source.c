/* inflate_source.c - .gz and .deflate files through zlib.
 *
 *     file ──▶ packed[64 KiB] ──inflate──▶ the caller's buffer
 *
 * A file may be several members one behind the other (gzip a; gzip b; cat a.gz b.gz): at the end of
 * one the next begins, or the file ends.  What follows a member and is none makes the file corrupt,
 * zeros too, as in Hadoop; so does an end in the middle of a member.  zlib checks each member's
 * sum.
 */
#include "rdd/source/byte_source.h"

#include "rdd/source/local_path.h"

#include <zlib.h>

#define PACKED_BYTES (64 * 1024)

typedef struct
{
  RushByteSource base;
  RushByteSource *packed; /* (owned) */
  char *path;
  z_stream zlib;
  gboolean in_member; /* a member has begun and not ended */
  gboolean at_end;    /* of the packed bytes */
  guint8 input[PACKED_BYTES];
} InflateSource;

static gssize
refuse (InflateSource *self, const char *why, GError **error)
{
  g_autofree char *uri = rush_local_path_to_uri (self->path);
  gint64 position = self->packed->bytes_in - self->zlib.avail_in;

  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
               "%s is damaged or no packed file: %s (at byte %" G_GINT64_FORMAT ")", uri, why,
               position);
  return -1;
}

/* Refills the packed bytes if there are none; FALSE with @error. */
static gboolean
refill (InflateSource *self, GError **error)
{
  gssize got;

  if (self->zlib.avail_in > 0 || self->at_end)
    return TRUE;
  got = self->packed->klass->read (self->packed, self->input, sizeof self->input, error);
  if (got < 0)
    return FALSE;
  self->at_end = got == 0;
  self->base.bytes_in = self->packed->bytes_in;
  self->zlib.next_in = self->input;
  self->zlib.avail_in = (uInt)got;
  return TRUE;
}

static gssize
inflate_read (RushByteSource *base, guint8 *into, gsize n, GError **error)
{
  InflateSource *self = (InflateSource *)base;
  uInt room = (uInt)MIN (n, G_MAXINT32);

  self->zlib.next_out = into;
  self->zlib.avail_out = room;
  while (self->zlib.avail_out == room)
    {
      int answer;

      if (!refill (self, error))
        return -1;
      if (self->at_end && !self->in_member)
        return 0;
      self->in_member = TRUE;
      answer = inflate (&self->zlib, Z_NO_FLUSH);
      if (answer == Z_STREAM_END)
        {
          self->in_member = FALSE;
          inflateReset (&self->zlib);
        }
      else if (answer == Z_BUF_ERROR && self->at_end)
        return refuse (self, "Unexpected end of input stream", error);
      else if (answer == Z_MEM_ERROR)
        {
          g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
                       "no memory to unpack %s", self->path);
          return -1;
        }
      else if (answer != Z_OK && answer != Z_BUF_ERROR)
        return refuse (self, self->zlib.msg != NULL ? self->zlib.msg : "zlib refuses it", error);
    }
  return (gssize)(room - self->zlib.avail_out);
}

static void
inflate_close (RushByteSource *base)
{
  InflateSource *self = (InflateSource *)base;

  inflateEnd (&self->zlib);
  rush_byte_source_close (self->packed);
  g_free (self->path);
  g_free (self);
}

static const RushByteSourceClass inflate_class = { inflate_read, inflate_close };

RushByteSource *
rush_inflate_source_new (RushByteSource *packed, RushPacking packing, const char *path,
                         GError **error)
{
  InflateSource *self = g_new0 (InflateSource, 1);
  int window_bits = packing == RUSH_PACKING_GZIP ? MAX_WBITS + 16 : MAX_WBITS;

  self->base.klass = &inflate_class;
  self->base.bytes_left = G_MAXINT64;
  self->packed = packed;
  self->path = g_strdup (path);
  if (inflateInit2 (&self->zlib, window_bits) != Z_OK)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY, "no memory to unpack %s",
                   path);
      inflate_close (&self->base);
      return NULL;
    }
  return &self->base;
}
