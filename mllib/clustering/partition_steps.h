/* partition_steps.h - a partition's batches, one after the other, through a state.
 *
 *   batch ─ step ─▶ a batch, or nothing yet        … at the end ─ finish ─▶ what remains
 *
 * Ownership:  takes over the rows and the state, also on failure.
 * Threads:    the runner's alone, as all iterators.
 */
#pragma once

#include "core/lineage/iterator.h"
#include "core/lineage/task_context.h"

typedef struct
{
  /* Leaves *out_batch NULL, or puts a new batch there. */
  gboolean (*step) (gpointer state, RushBatch *batch, RushTaskContext *ctx, RushBatch **out_batch,
                    GError **error);
  /* Asked again until it gives NULL; optional. */
  RushBatch *(*finish) (gpointer state, RushTaskContext *ctx, GError **error);
  GDestroyNotify free_state;
} RushPartitionSteps;

/* @steps: immortal. */
RushIterator *rush_partition_steps_new (RushIterator *rows, RushTaskContext *ctx,
                                        const RushPartitionSteps *steps, gpointer state);
