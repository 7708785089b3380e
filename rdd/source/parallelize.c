/* parallelize.c - what the driver has, cut into partitions by the driver.
 *
 * The data stand in the RDD itself, so nothing can be lost: a task gets the batches by reference.
 * Without partitions it is what Spark calls an EmptyRDD.
 */
#include "rdd/source/parallelize.h"

#include "rdd/call_site.h"

typedef struct
{
  RushRdd base;
  guint n_partitions;
  GPtrArray *batches[]; /* [n_partitions], of RushBatch (owned) */
} ParallelRdd;

static gboolean
parallel_partitions (RushRdd *self, guint *out_n, GError **error)
{
  *out_n = ((ParallelRdd *)self)->n_partitions;
  return TRUE;
}

static RushIterator *
parallel_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  ParallelRdd *self = (ParallelRdd *)base;

  g_return_val_if_fail (split < self->n_partitions, NULL);
  return rush_iterator_of_batches ((RushBatch *const *)self->batches[split]->pdata,
                                   self->batches[split]->len);
}

static void
parallel_finalize (RushRdd *base)
{
  ParallelRdd *self = (ParallelRdd *)base;

  for (guint p = 0; p < self->n_partitions; p++)
    g_ptr_array_unref (self->batches[p]);
}

static const RushRddClass parallel_class = {
  .name = "ParallelCollectionRDD",
  .partitions = parallel_partitions,
  .compute = parallel_compute,
  .finalize = parallel_finalize,
};

static const RushRddClass empty_class = {
  .name = "EmptyRDD",
  .partitions = parallel_partitions,
  .compute = parallel_compute,
};

RushRdd *
rush_rdd_parallelize (RushLineage *lineage, RushSchema *schema, GPtrArray *const *batches,
                      guint n_partitions)
{
  RUSH_OPERATOR ("parallelize");
  ParallelRdd *self =
      rush_rdd_alloc (sizeof *self + n_partitions * sizeof self->batches[0],
                      n_partitions > 0 ? &parallel_class : &empty_class, lineage, schema, NULL, 0);

  self->n_partitions = n_partitions;
  for (guint p = 0; p < n_partitions; p++)
    self->batches[p] = g_ptr_array_ref (batches[p]);
  return &self->base;
}

gsize
rush_slice_start (gsize length, guint n_slices, guint split)
{
  return (gsize)((unsigned __int128)length * split / n_slices);
}
