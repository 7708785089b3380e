/* sequence_writer.h - records into one SequenceFile.
 *
 * Threads: the task's.
 * Mirrors: org.apache.hadoop.io.SequenceFile.{Writer,RecordCompressWriter,BlockCompressWriter}.
 */
#pragma once

#include "rdd/action/save_parts.h"
#include "rdd/sequence_format.h"

typedef struct _RushSequenceWriter RushSequenceWriter;

/* Writes the header, with a sync of its own; @header's is not looked at, its strings are copied.
 * NULL with @error. */
RushSequenceWriter *rush_sequence_writer_new (RushPartWriter *out, const RushSequenceHeader *header,
                                              GError **error);
gboolean rush_sequence_writer_append (RushSequenceWriter *self, const guint8 *key, gsize key_bytes,
                                      const guint8 *value, gsize value_bytes, GError **error);
/* What still waits goes out. */
gboolean rush_sequence_writer_finish (RushSequenceWriter *self, GError **error);
void rush_sequence_writer_free (RushSequenceWriter *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushSequenceWriter, rush_sequence_writer_free)
