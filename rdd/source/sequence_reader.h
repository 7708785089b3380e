/* sequence_reader.h - the records of one split of a SequenceFile.
 *
 * Threads: one.
 * Mirrors: org.apache.hadoop.io.SequenceFile.Reader, org.apache.hadoop.mapred.
 *          SequenceFileRecordReader.
 */
#pragma once

#include "core/lineage/task_context.h"
#include "rdd/sequence_format.h"
#include "rdd/source/hadoop_splits.h"

typedef struct _RushSequenceReader RushSequenceReader;

/* Reads the header, and goes to where the split's first record is.  CORRUPT: the file is none, or
 * is damaged: file and offset are told; UNSUPPORTED: a codec or version that cannot be read. */
RushSequenceReader *rush_sequence_reader_open (const RushFileSplit *split, RushTaskContext *ctx,
                                               GError **error);
const RushSequenceHeader *rush_sequence_reader_header (const RushSequenceReader *self);
/* FALSE without @error: the split has ended.  Key and value stay where they are until the next
 * call. */
gboolean rush_sequence_reader_next (RushSequenceReader *self, const guint8 **out_key,
                                    gsize *out_key_bytes, const guint8 **out_value,
                                    gsize *out_value_bytes, GError **error);
/* How many bytes of the file have been read. */
gint64 rush_sequence_reader_bytes_in (const RushSequenceReader *self);
/* Where the last record began, for errors about what is in it: "file:/x (at byte 96)". */
char *rush_sequence_reader_place (const RushSequenceReader *self);
void rush_sequence_reader_close (RushSequenceReader *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushSequenceReader, rush_sequence_reader_close)
