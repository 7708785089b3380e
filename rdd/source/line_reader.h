/* line_reader.h - the lines that belong to one split of a file, in batches.
 *
 * Ownership:  a batch holds refs on the blocks that its lines stand in.
 * Threads:    the runner of the task.
 * Mirrors:    org.apache.hadoop.mapred.LineRecordReader, org.apache.hadoop.util.LineReader.
 */
#pragma once

#include "core/lineage/task_context.h"

#include "core/data/batch.h"
#include "rdd/source/hadoop_splits.h"

typedef struct _RushLineReader RushLineReader;

/* @schema: (line: string), or (position: bigint, line: string).  Opens the file.  Blocks are
 * charged to the task; bytes and lines are counted in its metrics. */
RushLineReader *rush_line_reader_open (const RushFileSplit *split, RushSchema *schema,
                                       RushTaskContext *ctx, GError **error);
/* NULL without error: the end.  NOT_FOUND, IO, CORRUPT name the file; OUT_OF_MEMORY, CANCELLED;
 * INVALID_ARGUMENT: a line of over 2 GiB. */
RushBatch *rush_line_reader_next (RushLineReader *self, GError **error);
void rush_line_reader_close (RushLineReader *self);
