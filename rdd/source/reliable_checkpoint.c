/* reliable_checkpoint.c - partitions to files and back.
 *
 *     task ──▶ .part-00003-attempt-17 ──rename──▶ part-00003
 *
 * The length of each file is remembered: one that was cut off between two frames would look whole.
 * There is nothing to compute a damaged file from, so that it fails the job that reads it.
 *
 * The partitioner, which Spark writes beside them, stays with the RDD that was checkpointed.
 */
#include "rdd/source/reliable_checkpoint.h"

#include "core/storage/spill_file.h"

#include <errno.h>
#include <stdio.h>

typedef struct
{
  char *path;
  RushCodec codec;
} Work;

typedef struct
{
  RushRdd base;
  char *path;
  guint n;
  guint64 *sizes; /* [n] */
} ReliableCheckpoint;

static char *
part_path (const char *folder, guint split)
{
  return g_strdup_printf ("%s/part-%05u", folder, split);
}

/* ---- writing ---- */

gpointer
rush_reliable_checkpoint_work (const RushConf *conf, const char *path)
{
  Work *self = g_new (Work, 1);

  self->path = g_strdup (path);
  self->codec =
      rush_conf_get_bool (conf, "spark.checkpoint.compress") ? RUSH_CODEC_ZSTD : RUSH_CODEC_NONE;
  return self;
}

void
rush_reliable_checkpoint_work_free (gpointer work)
{
  g_free (((Work *)work)->path);
  g_free (work);
}

static gboolean
write_rows (RushIterator *rows, RushTaskContext *ctx, RushSpillFile *file, GError **error)
{
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  while (failure == NULL && rush_task_context_check (ctx, &failure) &&
         (batch = rush_iterator_next (rows, &failure)) != NULL)
    {
      rush_spill_file_append (file, batch, &failure);
      rush_batch_unref (batch);
    }
  if (failure == NULL)
    return rush_spill_file_close (file, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
rush_reliable_checkpoint_write (RushIterator *rows, RushTaskContext *ctx, gpointer data,
                                RushTaskResult *out, GError **error)
{
  const Work *work = data;
  g_autofree char *name = part_path (work->path, ctx->partition);
  g_autofree char *temporary = g_strdup_printf ("%s/.part-%05u-attempt-%" G_GINT64_FORMAT,
                                                work->path, ctx->partition, ctx->task_id);
  g_autoptr (RushSpillFile) file = rush_spill_file_create (temporary, work->codec, error);
  guint64 size;

  if (file == NULL || !write_rows (rows, ctx, file, error))
    return FALSE;
  if (rename (temporary, name) != 0)
    {
      rush_set_error_errno (error, errno, "cannot make", name);
      return FALSE;
    }
  rush_spill_file_keep (file);
  size = rush_spill_file_size (file);
  out->value = g_memdup2 (&size, sizeof size);
  out->free_value = g_free;
  out->bytes = sizeof size;
  return TRUE;
}

/* ---- reading ---- */

static gboolean
checkpoint_partitions (RushRdd *base, guint *out_n, GError **error)
{
  *out_n = ((ReliableCheckpoint *)base)->n;
  return TRUE;
}

static RushIterator *
checkpoint_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  ReliableCheckpoint *self = (ReliableCheckpoint *)base;
  g_autofree char *name = part_path (self->path, split);
  g_autoptr (RushSpillFile) file = rush_spill_file_open (name, error);

  if (file == NULL)
    {
      g_prefix_error (error, "checkpoint of rdd %d: ", base->id);
      return NULL;
    }
  return rush_spill_file_read (file, 0, self->sizes[split], base->schema, ctx->allocator);
}

static void
checkpoint_finalize (RushRdd *base)
{
  ReliableCheckpoint *self = (ReliableCheckpoint *)base;

  g_free (self->path);
  g_free (self->sizes);
}

static const RushRddClass reliable_checkpoint_class = {
  .name = "ReliableCheckpointRDD",
  .partitions = checkpoint_partitions,
  .compute = checkpoint_compute,
  .finalize = checkpoint_finalize,
};

const char *
rush_reliable_checkpoint_path (const RushRdd *self)
{
  g_return_val_if_fail (self->klass == &reliable_checkpoint_class, NULL);
  return ((const ReliableCheckpoint *)self)->path;
}

RushRdd *
rush_reliable_checkpoint_new (RushRdd *original, const char *path, RushJobWaiter *waiter)
{
  ReliableCheckpoint *self = rush_rdd_alloc (sizeof *self, &reliable_checkpoint_class,
                                             original->lineage, original->schema, NULL, 0);
  gboolean counted = rush_rdd_n_partitions (original, &self->n, NULL);

  g_assert (counted); /* by the job */
  self->path = g_strdup (path);
  self->sizes = g_new (guint64, self->n);
  for (guint i = 0; i < self->n; i++)
    self->sizes[i] = *(const guint64 *)rush_job_waiter_result (waiter, i)->value;
  return &self->base;
}
