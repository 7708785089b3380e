/* partition_steps.c - the iterator that every pass over points has in common. */
#include "mllib/clustering/partition_steps.h"

typedef struct
{
  RushIterator base;
  RushIterator *rows; /* (owned) NULL: all is read */
  RushTaskContext *ctx;
  const RushPartitionSteps *steps;
  gpointer state; /* (owned) */
} StepIterator;

static RushBatch *
steps_next (RushIterator *base, GError **error)
{
  StepIterator *self = (StepIterator *)base;
  g_autoptr (GError) failure = NULL;
  RushBatch *out = NULL;

  while (self->rows != NULL && rush_task_context_check (self->ctx, &failure))
    {
      g_autoptr (RushBatch) batch = rush_iterator_next (self->rows, &failure);

      if (failure != NULL)
        break;
      if (batch == NULL)
        g_clear_pointer (&self->rows, rush_iterator_close);
      else if (batch->length > 0 &&
               !self->steps->step (self->state, batch, self->ctx, &out, &failure))
        break;
      if (out != NULL)
        return out;
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  return self->steps->finish != NULL ? self->steps->finish (self->state, self->ctx, error) : NULL;
}

static void
steps_close (RushIterator *base)
{
  StepIterator *self = (StepIterator *)base;

  rush_iterator_close (self->rows);
  self->steps->free_state (self->state);
  g_free (self);
}

static const RushIteratorClass steps_class = { steps_next, steps_close };

RushIterator *
rush_partition_steps_new (RushIterator *rows, RushTaskContext *ctx, const RushPartitionSteps *steps,
                          gpointer state)
{
  StepIterator *self = g_new (StepIterator, 1);

  *self = (StepIterator){ { &steps_class }, rows, ctx, steps, state };
  return &self->base;
}
