/* given_partitioner.c - the partition number stands in the row already.
 *
 * PySpark's keys are pickled, and only a worker can open them; so the worker that pickles a run of
 * pairs also computes where it goes (portable_hash) and writes the number beside it:
 *
 *     partition: int32 │ run: binary            here @column = 0
 *             3        │ (k1, v1)(k2, v2)…
 *
 * Two such partitioners place alike when they were made for the same function: @identity stands
 * for it, as PySpark compares (numPartitions, partitionFunc).
 */
#include "core/lineage/partitioner.h"

typedef struct
{
  RushPartitioner base;
  guint column;
  guint64 identity;
} GivenPartitioner;

static gboolean
given_partition_batch (const RushPartitioner *base, const RushBatch *batch, guint32 *out_partitions,
                       GError **error)
{
  const GivenPartitioner *self = (const GivenPartitioner *)base;
  const RushColumn *column;

  g_assert (self->column < batch->schema->n_fields);
  column = batch->columns[self->column];
  g_assert (column->type == &RUSH_INT32);
  for (guint i = 0; i < batch->length; i++)
    {
      gint64 partition = rush_column_get_int (column, rush_batch_row (batch, i));

      /* A number out of range would write past the ends of the writer's counters. */
      g_assert (partition >= 0 && partition < base->n_partitions);
      out_partitions[i] = (guint32)partition;
    }
  return TRUE;
}

static gboolean
given_equal (const RushPartitioner *a, const RushPartitioner *b)
{
  return ((const GivenPartitioner *)a)->identity == ((const GivenPartitioner *)b)->identity;
}

static void
given_finalize (RushPartitioner *self)
{
  g_free (self);
}

static const RushPartitionerClass given_class = {
  .name = "PythonPartitioner",
  .partition_batch = given_partition_batch,
  .equal = given_equal,
  .finalize = given_finalize,
};

RushPartitioner *
rush_given_partitioner_new (guint n_partitions, guint column, guint64 identity)
{
  GivenPartitioner *self;

  g_return_val_if_fail (n_partitions <= G_MAXINT32, NULL);
  self = g_new0 (GivenPartitioner, 1);
  self->base.klass = &given_class;
  rush_ref_count_init (&self->base.refs);
  self->base.n_partitions = n_partitions;
  self->column = column;
  self->identity = identity;
  return &self->base;
}
