/* record_lines.h - the lines of a piece of a file, as text, CSV and JSON lines read them.
 *
 * Ownership:  a batch holds refs on the blocks that its lines stand in.
 * Threads:    the runner of the task.
 * Mirrors:    HadoopFileLinesReader.
 */
#pragma once

#include "sql/sources/source.h"

typedef struct _RushLines RushLines;

/* @separator: what ends a line; NULL: LF, CRLF or CR.  Counts input bytes; rows are the caller's to
 * count. */
RushLines *rush_lines_open (const RushPartitionedFile *file, const char *separator,
                            RushTaskContext *ctx, GError **error);
/* A batch of one column of strings; NULL without error: the end. */
RushBatch *rush_lines_next (RushLines *self, GError **error);
void rush_lines_close (RushLines *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushLines, rush_lines_close)

/* Whether a file can be read from the middle: it is not packed, or by bzip2. */
gboolean rush_lines_splittable (const char *path);
/* All bytes of a file, unpacked.  Counts input bytes. */
RushBuffer *rush_read_whole (const RushPartitionedFile *file, RushTaskContext *ctx, GError **error);
