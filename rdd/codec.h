/* codec.h - how files are packed: Hadoop's codecs, by the end of a file's name or by their class.
 *
 * Mirrors: org.apache.hadoop.io.compress.{CompressionCodecFactory,CompressionCodec}.
 */
#pragma once

#include "core/base/error.h"

typedef enum
{
  RUSH_PACKING_NONE,
  RUSH_PACKING_GZIP,  /* .gz: one member or several */
  RUSH_PACKING_ZLIB,  /* .deflate */
  RUSH_PACKING_BZIP2, /* .bz2: one stream or several */
  RUSH_PACKING_ZSTD,  /* .zst: one frame or several */
} RushPacking;

/* UNSUPPORTED: .lz4, .snappy. */
gboolean rush_packing_of (const char *path, RushPacking *out, GError **error);
/* "org.apache.hadoop.io.compress.GzipCodec", or the last part of it alone.  UNSUPPORTED: a codec of
 * Hadoop's that is not there; INVALID_ARGUMENT: no codec at all.  Both say which there are. */
gboolean rush_packing_of_codec (const char *codec, RushPacking *out, GError **error);
const char *rush_packing_suffix (RushPacking packing); /* ".gz"; "" for NONE */
const char *rush_packing_codec (RushPacking packing);  /* the whole class name; NULL for NONE */

/* Packs a stream: what is written comes out packed at a sink, in pieces. */
typedef struct _RushPacker RushPacker;
typedef gboolean (*RushPackedSink) (const guint8 *bytes, gsize n, gpointer data, GError **error);

/* @packing is not NONE.  OUT_OF_MEMORY. */
RushPacker *rush_packer_new (RushPacking packing, RushPackedSink sink, gpointer data,
                             GError **error);
gboolean rush_packer_write (RushPacker *self, const guint8 *bytes, gsize n, GError **error);
/* The end of the packed stream; nothing may be written behind it. */
gboolean rush_packer_finish (RushPacker *self, GError **error);
void rush_packer_free (RushPacker *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushPacker, rush_packer_free)
