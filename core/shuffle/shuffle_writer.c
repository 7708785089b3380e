/* shuffle_writer.c - what all shuffle writers have in common: they are made by the executor's block
 * store's choice, and their time is measured.
 *
 *     task ─▶ rush_shuffle_writer_write ()  ─▶ klass->write ()    sort_shuffle_writer.c, or another
 *             rush_shuffle_writer_commit () ─▶ klass->commit ()
 */
#include "core/shuffle/shuffle.h"

gboolean
rush_shuffle_writer_write (RushShuffleWriter *self, RushBatch *batch, GError **error)
{
  gint64 start_us = rush_clock_now_us (self->ctx->clock);
  gboolean written = self->klass->write (self, batch, error);

  self->ctx->metrics.shuffle_write_us += rush_clock_now_us (self->ctx->clock) - start_us;
  return written;
}

RushMapStatus *
rush_shuffle_writer_commit (RushShuffleWriter *self, GError **error)
{
  gint64 start_us = rush_clock_now_us (self->ctx->clock);
  RushMapStatus *status = self->klass->commit (self, error);

  self->ctx->metrics.shuffle_write_us += rush_clock_now_us (self->ctx->clock) - start_us;
  return status;
}

void
rush_shuffle_writer_free (RushShuffleWriter *self)
{
  if (self != NULL)
    self->klass->free (self);
}

RushShuffleWriter *
rush_shuffle_writer_new (const RushDependency *dependency, guint map_index, RushBlockStore *store,
                         RushTaskContext *ctx, GError **error)
{
  g_return_val_if_fail (dependency->kind == RUSH_DEPENDENCY_SHUFFLE, NULL);

  const RushShuffleWriterClass *klass = rush_block_store_writer (store);
  RushShuffleWriter *self = klass->make (dependency, map_index, store, ctx);
  if (self == NULL)
    {
      g_set_error (
          error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
          "The shuffle writer \"%s\" has made no writer for map task %u of shuffle %d: its "
          "make () must return one (core/shuffle/shuffle.h)",
          klass->name, map_index, dependency->shuffle_id);
      return NULL;
    }
  self->klass = klass;
  self->ctx = ctx;
  return self;
}
