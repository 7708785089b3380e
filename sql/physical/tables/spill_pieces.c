/* spill_pieces.c - see spill_pieces.h. */
#include "sql/physical/tables/spill_pieces.h"

#include "core/executor/env.h"

#define PIECE_BYTES (32 * 1024)
#define MIN_ROWS 32 /* smaller pieces would be headers for the most part */

RushSpillFile *
rush_spill_pieces_file (RushTaskContext *ctx, const char *what, GError **error)
{
  static atomic_uint next_number; /* tells the files of a task apart */
  g_autofree char *name =
      g_strdup_printf ("temp_%s_%" G_GINT64_FORMAT "_%u", what, ctx->task_id, next_number++);
  g_autofree char *path = rush_local_dir_file (ctx->env->dir, name, error);

  if (path == NULL)
    return NULL;
  return rush_spill_file_create (path, rush_block_store_spill_codec (ctx->env->blocks), error);
}

guint
rush_spill_piece_rows (gint64 bytes, gsize n_rows)
{
  gint64 row_bytes = bytes / (gint64)MAX (n_rows, 1) + 1;

  return (guint)CLAMP (PIECE_BYTES / row_bytes, MIN_ROWS, RUSH_BATCH_MAX_ROWS);
}

gboolean
rush_spill_pieces_append (RushSpillFile *file, RushBatch *batch, GError **error)
{
  guint n = rush_spill_piece_rows ((gint64)rush_batch_memory_bytes (batch), batch->length);

  for (guint start = 0; start < batch->length; start += n)
    {
      g_autoptr (RushBatch) piece = rush_batch_slice (batch, start, MIN (batch->length - start, n));
      if (!rush_spill_file_append (file, piece, error))
        return FALSE;
    }
  return TRUE;
}
