/* file_writer.h - the bytes of one file that a format in C writes: buffered, packed.
 *
 * Threads: one.
 */
#pragma once

#include "rdd/codec.h"
#include "sql/sources/source.h"

typedef struct _RushFileWriter RushFileWriter;

/* Makes the file; its packing follows from the end of its name. */
RushFileWriter *rush_file_writer_open (const char *path, RushTaskContext *ctx, GError **error);
/* (transfer none) Bytes to be written are appended here … */
GString *rush_file_writer_buffer (RushFileWriter *self);
/* … and go to the file when there are enough of them. */
gboolean rush_file_writer_flush (RushFileWriter *self, gboolean all, GError **error);
/* Frees; completes the file if @keep. */
gboolean rush_file_writer_close (RushFileWriter *self, gboolean keep, GError **error);

/* The option compression as a packing: none, uncompressed, bzip2, deflate,
 * gzip, zstd.  CODEC_NOT_AVAILABLE. */
gboolean rush_text_packing (const RushOptions *options, RushPacking *out, GError **error);
/* ".csv" and the packing's suffix. */
char *rush_text_extension (const char *extension, const RushOptions *options, GError **error);
