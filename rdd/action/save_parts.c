/* save_parts.c - from rows to files that appear all at once.
 *
 *     driver      is the folder there? ─▶ committer ─▶ job ─▶ commit, or abort
 *                                                       │
 *     each task   rows ─▶ format ─▶ buffer [─▶ packer] ─▶ attempt's file ─▶ commit of the task
 *
 * What the bytes of a row are is the format's business (save_as_text_file.c,
 * save_as_sequence_file.c).  A partition without rows has a file, too.
 */
#include "rdd/action/save_parts.h"

#include "core/base/io.h"
#include "rdd/source/local_path.h"

#include <string.h>

#define BUFFER_BYTES (256 * 1024)

struct _RushPartWriter
{
  RushOutputAttempt *attempt;
  RushPacker *packer; /* or NULL */
  gint64 position;
  gsize n_buffered;
  guint8 buffer[BUFFER_BYTES];
};

/* What the tasks of a job share. */
typedef struct
{
  RushOutputCommitter *committer;
  RushPartFormat format;
} Saving;

/* ---- bytes ---- */

/* The packer's sink, or the end of the way for bytes that are not packed. */
static gboolean
write_to_file (const guint8 *bytes, gsize n, gpointer data, GError **error)
{
  RushOutputAttempt *attempt = ((RushPartWriter *)data)->attempt;

  attempt->ctx->metrics.output_bytes += (gint64)n;
  return rush_write_fully (attempt->fd, bytes, n, attempt->path, error);
}

static gboolean
pass_on (RushPartWriter *self, const guint8 *bytes, gsize n, GError **error)
{
  return self->packer != NULL ? rush_packer_write (self->packer, bytes, n, error)
                              : write_to_file (bytes, n, self, error);
}

static gboolean
flush (RushPartWriter *self, GError **error)
{
  gsize n = self->n_buffered;

  self->n_buffered = 0;
  return pass_on (self, self->buffer, n, error);
}

gboolean
rush_part_writer_append (RushPartWriter *self, const guint8 *bytes, gsize n, GError **error)
{
  self->position += (gint64)n;
  if (n > BUFFER_BYTES - self->n_buffered)
    {
      if (!flush (self, error))
        return FALSE;
      if (n > BUFFER_BYTES)
        return pass_on (self, bytes, n, error);
    }
  memcpy (self->buffer + self->n_buffered, bytes, n);
  self->n_buffered += n;
  return TRUE;
}

RushTaskContext *
rush_part_writer_ctx (RushPartWriter *self)
{
  return self->attempt->ctx;
}

gint64
rush_part_writer_position (const RushPartWriter *self)
{
  return self->position;
}

/* ---- the task ---- */

gboolean
rush_part_writer_drain (RushPartWriter *self, RushIterator *rows, RushWriteBatch write,
                        gpointer data, GError **error)
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
      if (!write (self, batch, data, error))
        return FALSE;
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
rush_write_part (RushIterator *rows, RushTaskContext *ctx, RushOutputCommitter *committer,
                 const RushPartFormat *format, GError **error)
{
  g_autoptr (RushOutputAttempt) attempt = rush_output_attempt_open (committer, ctx, error);
  g_autofree RushPartWriter *self = NULL;
  g_autoptr (RushPacker) packer = NULL;

  if (attempt == NULL)
    return FALSE;
  self = g_new (RushPartWriter, 1);
  self->attempt = attempt;
  self->position = 0;
  self->n_buffered = 0;
  if (format->packing != RUSH_PACKING_NONE)
    {
      packer = rush_packer_new (format->packing, write_to_file, self, error);
      if (packer == NULL)
        return FALSE;
    }
  self->packer = packer;
  return format->write (self, rows, format->data, error) && flush (self, error) &&
         (packer == NULL || rush_packer_finish (packer, error)) &&
         rush_output_attempt_commit (attempt, error);
}

static gboolean
write_task (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
            GError **error)
{
  const Saving *saving = data;

  return rush_write_part (rows, ctx, saving->committer, &saving->format, error);
}

/* ---- the driver ---- */

static void
saving_free (gpointer data)
{
  Saving *self = data;

  rush_output_committer_unref (self->committer);
  if (self->format.free_data != NULL)
    self->format.free_data (self->format.data);
  g_free (self);
}

static Saving *
saving_new (const char *path, gboolean may_exist, const RushPartFormat *format, GError **error)
{
  Saving *self = g_new0 (Saving, 1);
  g_autofree char *folder = rush_local_path_resolve (path, error);

  self->format = *format;
  if (folder != NULL)
    self->committer = rush_output_committer_new (folder, may_exist, error);
  if (self->committer != NULL)
    {
      rush_output_committer_set_names (self->committer,
                                       format->prefix != NULL ? format->prefix : "part-",
                                       rush_packing_suffix (format->packing));
      return self;
    }
  saving_free (self);
  return NULL;
}

gboolean
rush_rdd_save_parts (RushContext *context, RushRdd *rdd, const char *path,
                     const RushPartFormat *format, const RushJobOptions *options, GError **error)
{
  gboolean may_exist =
      !rush_conf_get_bool (rush_context_conf (context), "spark.hadoop.validateOutputSpecs");
  Saving *saving = saving_new (path, may_exist, format, error);
  g_autoptr (RushOutputCommitter) committer = NULL;
  g_autoptr (RushJobWaiter) waiter = NULL;

  if (saving == NULL)
    return FALSE;
  committer = rush_output_committer_ref (saving->committer);
  waiter =
      rush_context_run_job (context, rdd, NULL, 0, write_task, saving, saving_free, options, error);
  if (waiter == NULL)
    {
      rush_output_committer_abort_job (committer);
      return FALSE;
    }
  return rush_output_committer_commit_job (committer, error);
}
