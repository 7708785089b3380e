/* save_as_text_file.c - a job whose tasks write their lines to files.
 *
 *     driver      is the folder there? ─▶ committer ─▶ job ─▶ commit, or abort
 *                                                       │
 *     each task   rows ─▶ buffer ─▶ write () ─▶ attempt's file ─▶ commit of the task
 *
 * A line goes out as its bytes and a newline, whatever is in it: a line that holds one becomes two,
 * as in Spark.  A partition without rows has an empty file.
 */
#include "rdd/action/save_as_text_file.h"

#include "core/base/io.h"
#include "rdd/action/output_committer.h"
#include "rdd/call_site.h"
#include "rdd/source/local_path.h"

#include <string.h>

#define BUFFER_BYTES (256 * 1024)

typedef struct
{
  RushOutputAttempt *attempt;
  gsize n_buffered;
  guint8 buffer[BUFFER_BYTES];
} TextWriter;

/* ---- bytes ---- */

static gboolean
write_all (TextWriter *self, const guint8 *bytes, gsize n, GError **error)
{
  self->attempt->ctx->metrics.output_bytes += (gint64)n;
  return rush_write_fully (self->attempt->fd, bytes, n, self->attempt->path, error);
}

static gboolean
flush (TextWriter *self, GError **error)
{
  gsize n = self->n_buffered;

  self->n_buffered = 0;
  return write_all (self, self->buffer, n, error);
}

static inline gboolean
append (TextWriter *self, const char *bytes, gsize n, GError **error)
{
  if (n > BUFFER_BYTES - self->n_buffered)
    {
      if (!flush (self, error))
        return FALSE;
      if (n > BUFFER_BYTES)
        return write_all (self, (const guint8 *)bytes, n, error);
    }
  memcpy (self->buffer + self->n_buffered, bytes, n);
  self->n_buffered += n;
  return TRUE;
}

/* ---- the task ---- */

static gboolean
write_batch (TextWriter *self, const RushBatch *batch, GError **error)
{
  const RushColumn *lines = batch->columns[0];

  for (guint i = 0; i < batch->length; i++)
    {
      guint row = rush_batch_row (batch, i);
      const char *bytes;
      gsize length;

      if (!rush_column_is_valid (lines, row))
        {
          g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                               "text files do not allow null rows");
          return FALSE;
        }
      bytes = rush_column_get_bytes (lines, row, &length);
      if (!append (self, bytes, length, error) || !append (self, "\n", 1, error))
        return FALSE;
    }
  self->attempt->ctx->metrics.output_records += batch->length;
  return TRUE;
}

static gboolean
write_rows (TextWriter *self, RushIterator *rows, GError **error)
{
  g_autoptr (GError) failure = NULL;

  for (;;)
    {
      g_autoptr (RushBatch) batch = NULL;

      if (!rush_task_context_check (self->attempt->ctx, error))
        return FALSE;
      batch = rush_iterator_next (rows, &failure);
      if (batch == NULL)
        break;
      if (!write_batch (self, batch, error))
        return FALSE;
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  return flush (self, error);
}

gboolean
rush_write_text_part (RushIterator *rows, RushTaskContext *ctx, gpointer committer,
                      RushTaskResult *out, GError **error)
{
  g_autoptr (RushOutputAttempt) attempt = rush_output_attempt_open (committer, ctx, error);
  g_autofree TextWriter *writer = NULL;

  if (attempt == NULL)
    return FALSE;
  writer = g_new (TextWriter, 1);
  writer->attempt = attempt;
  writer->n_buffered = 0;
  return write_rows (writer, rows, error) && rush_output_attempt_commit (attempt, error);
}

/* ---- the driver ---- */

static void
unref_committer (gpointer committer)
{
  rush_output_committer_unref (committer);
}

gboolean
rush_rdd_save_as_text_file (RushContext *context, RushRdd *lines, const char *path,
                            const RushJobOptions *options, GError **error)
{
  RUSH_OPERATOR ("saveAsTextFile");
  gboolean may_exist =
      !rush_conf_get_bool (rush_context_conf (context), "spark.hadoop.validateOutputSpecs");
  g_autoptr (RushOutputCommitter) committer = NULL;
  g_autoptr (RushJobWaiter) waiter = NULL;
  g_autofree char *folder = NULL;

  g_return_val_if_fail (lines->schema->n_fields == 1, FALSE);
  g_return_val_if_fail (lines->schema->fields[0].type == &RUSH_STRING, FALSE);
  folder = rush_local_path_resolve (path, error);
  if (folder == NULL)
    return FALSE;
  committer = rush_output_committer_new (folder, may_exist, error);
  if (committer == NULL)
    return FALSE;
  waiter =
      rush_context_run_job (context, lines, NULL, 0, rush_write_text_part,
                            rush_output_committer_ref (committer), unref_committer, options, error);
  if (waiter == NULL)
    {
      rush_output_committer_abort_job (committer);
      return FALSE;
    }
  return rush_output_committer_commit_job (committer, error);
}
