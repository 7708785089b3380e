/* byte_source.h - the bytes of a file, from disk as they are, or unpacked.
 *
 * Ownership:  the file is open from open () to close ().
 * Threads:    one.
 * Mirrors:    Hadoop's FSDataInputStream, CompressionInputStream.
 */
#pragma once

#include "rdd/codec.h"

typedef struct _RushByteSource RushByteSource;

typedef struct
{
  /* At most @n bytes to @into; 0: the end; −1 with @error.  Fewer than asked for is no end. */
  gssize (*read) (RushByteSource *self, guint8 *into, gsize n, GError **error);
  void (*close) (RushByteSource *self);
} RushByteSourceClass;

struct _RushByteSource
{
  const RushByteSourceClass *klass;
  gint64 bytes_left; /* to come, at most; G_MAXINT64: nobody knows */
  gint64 bytes_in;   /* read from disk so far */
  /* How many bytes of all that was read are the split's, if what comes from now on is the next
   * split's; 0: that is not reached, or there is but one split. */
  gint64 split_bytes;
};

/* Bytes from @start on, which is 0 if they are packed.  NOT_FOUND, IO: the file has vanished or
 * cannot be read. */
RushByteSource *rush_byte_source_open (const char *path, gint64 start, RushPacking packing,
                                       GError **error);
void rush_byte_source_close (RushByteSource *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushByteSource, rush_byte_source_close)

/* @bytes stay the caller's, and there. */
RushByteSource *rush_byte_source_of_memory (const guint8 *bytes, gsize n);

/* Unpacked, the blocks of a .bz2 file that begin in bytes [@start, @end) of it, and those behind
 * them.  CORRUPT names the file. */
RushByteSource *rush_bzip2_source_open (const char *path, gint64 start, gint64 end, GError **error);

/* Unpacks what @packed (transfer full) reads from the file @path.  CORRUPT names the file. */
RushByteSource *rush_unpack_source_new (RushByteSource *packed, RushPacking packing,
                                        const char *path, GError **error);
