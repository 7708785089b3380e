/* training_blocks.c - a narrow RDD from batches to batches, persisted.
 *
 *   batch: …, label, …, weight, …, features      ──▶      label | weight | features / deviation
 *
 * A feature that never changes has a deviation of 0; it becomes 0, and so does its coefficient.
 */
#include "mllib/optim/training_blocks.h"

#include "core/lineage/persistence.h"
#include "mllib/linalg/vector_column.h"
#include "rdd/persist.h"
#include "rdd/transform/map_partitions.h"

#include <string.h>

typedef struct
{
  RushSchema *schema; /* (owned) of the blocks */
  RushInstanceColumns columns;
  guint n_features;
  double inverse[]; /* [n_features]: 1 / deviation, or 0 */
} Scaling;

typedef struct
{
  RushIterator base;
  RushIterator *rows; /* (owned) */
  RushTaskContext *ctx;
  const Scaling *scaling;
} ScalingIterator;

static void
scaling_free (gpointer data)
{
  rush_schema_unref (((Scaling *)data)->schema);
  g_free (data);
}

/* ---- a batch ---- */

static RushColumn *
doubles_column (const double *values, guint n, RushAllocator *allocator, GError **error)
{
  RushBuffer *buffer = rush_buffer_new (allocator, n * sizeof *values, error);

  if (buffer == NULL)
    return NULL;
  memcpy (buffer->bytes, values, n * sizeof *values);
  return rush_column_new_plain (&RUSH_FLOAT64, n, NULL, 0, buffer, NULL, 0);
}

static RushColumn *
scaled_column (const Scaling *self, const RushInstanceBlock *block, RushAllocator *allocator,
               GError **error)
{
  g_autoptr (RushVectorBuilder) builder = rush_vector_builder_new (allocator);
  gsize bytes = ((gsize)self->n_features + 1) * sizeof (double);
  double *scratch = rush_alloc (allocator, bytes, error);

  if (scratch == NULL)
    return NULL;
  for (guint i = 0; i < block->n_rows; i++)
    {
      const gint32 *indices;
      const double *values;
      guint n = rush_instance_row (block, i, &indices, &values);

      if (indices == NULL)
        {
          double *row = rush_vector_builder_append_dense (builder, n);

          for (guint k = 0; row != NULL && k < n; k++)
            row[k] = values[k] * self->inverse[k];
          continue;
        }
      for (guint k = 0; k < n; k++)
        scratch[k] = values[k] * self->inverse[indices[k]];
      rush_vector_builder_append_sparse (builder, self->n_features, n, indices, scratch);
    }
  rush_free (allocator, scratch, bytes);
  return rush_vector_builder_finish (builder, error);
}

static RushBatch *
scale_block (const Scaling *self, const RushInstanceBlock *block, RushAllocator *allocator,
             GError **error)
{
  RushColumn *columns[3];
  guint n = 0;

  columns[n++] = doubles_column (block->labels, block->n_rows, allocator, error);
  if (columns[n - 1] != NULL && block->weights != NULL)
    columns[n++] = doubles_column (block->weights, block->n_rows, allocator, error);
  if (columns[n - 1] != NULL)
    columns[n++] = scaled_column (self, block, allocator, error);
  if (columns[n - 1] != NULL)
    return rush_batch_new (self->schema, block->n_rows, columns);
  while (n-- > 0)
    g_clear_pointer (&columns[n], rush_column_unref);
  return NULL;
}

static RushBatch *
scaling_next (RushIterator *base, GError **error)
{
  ScalingIterator *self = (ScalingIterator *)base;
  g_autoptr (RushBatch) batch = NULL;
  RushInstanceBlock block;
  RushBatch *scaled;

  do
    {
      g_clear_pointer (&batch, rush_batch_unref);
      if (!rush_task_context_check (self->ctx, error))
        return NULL;
      batch = rush_iterator_next (self->rows, error);
    }
  while (batch != NULL && batch->length == 0);
  if (batch == NULL ||
      !rush_instance_block_init (&block, batch, &self->scaling->columns, self->scaling->n_features,
                                 self->ctx->allocator, error))
    return NULL;
  scaled = scale_block (self->scaling, &block, self->ctx->allocator, error);
  rush_instance_block_clear (&block);
  return scaled;
}

static void
scaling_close (RushIterator *base)
{
  rush_iterator_close (((ScalingIterator *)base)->rows);
  g_free (base);
}

static const RushIteratorClass scaling_class = { scaling_next, scaling_close };

static RushIterator *
open_scaling (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  ScalingIterator *self = g_new (ScalingIterator, 1);

  *self = (ScalingIterator){ { &scaling_class }, rows, ctx, data };
  return &self->base;
}

/* ---- the blocks ---- */

static Scaling *
scaling_new (const RushInstances *instances, const RushInstanceSummary *summary)
{
  guint n = summary->n_features;
  Scaling *self = g_malloc (sizeof *self + n * sizeof self->inverse[0]);

  self->columns = instances->columns;
  self->n_features = n;
  for (guint k = 0; k < n; k++)
    self->inverse[k] = summary->std[k] != 0 ? 1 / summary->std[k] : 0;
  self->schema =
      instances->columns.weight >= 0
          ? rush_schema_of ("label", &RUSH_FLOAT64, "weight", &RUSH_FLOAT64, "features",
                            rush_vector_type (), NULL)
          : rush_schema_of ("label", &RUSH_FLOAT64, "features", rush_vector_type (), NULL);
  return self;
}

gboolean
rush_training_blocks_init (RushInstances *out, const RushInstances *instances,
                           const RushInstanceSummary *summary, GError **error)
{
  gboolean weighted = instances->columns.weight >= 0;
  Scaling *scaling = scaling_new (instances, summary);
  RushRdd *blocks = rush_rdd_map_partitions (instances->rdd, scaling->schema, open_scaling, scaling,
                                             scaling_free, FALSE);

  blocks->batch_is_record = TRUE;
  rush_rdd_set_name (blocks, "training blocks");
  if (!rush_rdd_persist (blocks, &RUSH_STORAGE_MEMORY_AND_DISK, error))
    {
      rush_rdd_unref (blocks);
      return FALSE;
    }
  *out = *instances;
  out->rdd = blocks;
  out->n_features = summary->n_features;
  out->columns =
      (RushInstanceColumns){ 0, weighted ? 1 : -1, weighted ? 2 : 1, RUSH_CHECK_NOTHING };
  return TRUE;
}

void
rush_training_blocks_clear (RushInstances *self)
{
  rush_rdd_unpersist (self->context, self->rdd, FALSE);
  g_clear_pointer (&self->rdd, rush_rdd_unref);
}
