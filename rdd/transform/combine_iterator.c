/* combine_iterator.c - all rows into an external combiner, then all of its rows out. */
#include "rdd/transform/combine_iterator.h"

#include "core/executor/env.h"
#include "core/shuffle/external_combiner.h"

typedef struct
{
  RushIterator base;
  RushIterator *rows; /* (owned) NULL once all are in */
  RushTaskContext *ctx;
  RushExternalCombiner *combiner; /* (owned) */
} CombineIterator;

static gboolean
insert_all (CombineIterator *self, GError **error)
{
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;
  gboolean inserted = TRUE;

  while (inserted && rush_task_context_check (self->ctx, &failure) &&
         (batch = rush_iterator_next (self->rows, &failure)) != NULL)
    {
      inserted = rush_external_combiner_insert (self->combiner, batch, FALSE, &failure);
      rush_batch_unref (batch);
    }
  g_clear_pointer (&self->rows, rush_iterator_close);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else
    return TRUE;
  return FALSE;
}

static RushBatch *
combine_next (RushIterator *base, GError **error)
{
  CombineIterator *self = (CombineIterator *)base;

  if (self->rows != NULL && !insert_all (self, error))
    {
      g_clear_pointer (&self->combiner, rush_external_combiner_free);
      return NULL;
    }
  if (self->combiner == NULL || !rush_task_context_check (self->ctx, error))
    return NULL;
  return rush_external_combiner_next (self->combiner, error);
}

static void
combine_close (RushIterator *base)
{
  CombineIterator *self = (CombineIterator *)base;

  rush_iterator_close (self->rows);
  rush_external_combiner_free (self->combiner);
  g_free (self);
}

static const RushIteratorClass combine_class = { combine_next, combine_close };

RushIterator *
rush_combine_iterator_new (RushIterator *rows, RushCombinerNew combiner_new, gpointer combiner_data,
                           RushSchema *schema, RushTaskContext *ctx)
{
  CombineIterator *self = g_new0 (CombineIterator, 1);
  RushCombineSpec spec = {
    .combiner_new = combiner_new,
    .combiner_data = combiner_data,
    .schema = schema,
    .ctx = ctx,
    .dir = ctx->env->dir,
    .codec = rush_block_store_spill_codec (ctx->env->blocks),
  };

  self->base.klass = &combine_class;
  self->rows = rows;
  self->ctx = ctx;
  self->combiner = rush_external_combiner_new (&spec);
  return &self->base;
}
