/* map_partitions.c - the RDD behind most narrow operators: its parent's partitions, through a
 * function. */
#include "rdd/transform/map_partitions.h"

#include "rdd/call_site.h"

typedef struct
{
  RushRdd base;
  RushPartitionFunc func;
  gpointer data;
  GDestroyNotify free_data;
} MapPartitionsRdd;

static RushIterator *
map_partitions_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  MapPartitionsRdd *self = (MapPartitionsRdd *)base;
  RushIterator *rows = rush_rdd_iterator (base->dependencies[0]->rdd, split, ctx, error);

  return rows != NULL ? self->func (rows, split, ctx, self->data, error) : NULL;
}

static void
map_partitions_finalize (RushRdd *base)
{
  MapPartitionsRdd *self = (MapPartitionsRdd *)base;

  if (self->free_data != NULL)
    self->free_data (self->data);
}

static const RushRddClass map_partitions_class = {
  .name = "MapPartitionsRDD",
  .compute = map_partitions_compute,
  .finalize = map_partitions_finalize,
};

RushRdd *
rush_rdd_map_partitions (RushRdd *parent, RushSchema *schema, RushPartitionFunc func, gpointer data,
                         GDestroyNotify free_data, gboolean preserves_partitioning)
{
  RUSH_OPERATOR ("mapPartitions");
  RushDependency *dependency = rush_dependency_one_to_one (parent);
  MapPartitionsRdd *self =
      rush_rdd_alloc (sizeof *self, &map_partitions_class, parent->lineage, schema, &dependency, 1);

  self->func = func;
  self->data = data;
  self->free_data = free_data;
  if (preserves_partitioning && parent->partitioner != NULL)
    self->base.partitioner = rush_partitioner_ref (parent->partitioner);
  return &self->base;
}
