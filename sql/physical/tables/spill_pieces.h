/* spill_pieces.h - rows on disk, in pieces that are small when they come back.
 *
 * Rows are written because memory is short, and will be read by somebody who is short of it too: a
 * merge holds a batch of each run.  A batch of wide rows is therefore cut before it is written.
 */
#pragma once

#include "core/lineage/task_context.h"
#include "core/storage/spill_file.h"

/* A new file of the task's, which goes away with its last ref.  @what: "sort", in its name. */
RushSpillFile *rush_spill_pieces_file (RushTaskContext *ctx, const char *what, GError **error);
/* How many rows a piece has, if @n_rows of them take @bytes. */
guint rush_spill_piece_rows (gint64 bytes, gsize n_rows);
/* Appends @batch in pieces of that size. */
gboolean rush_spill_pieces_append (RushSpillFile *file, RushBatch *batch, GError **error);
