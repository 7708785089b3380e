/* leaf_rdd.c - see leaf_rdd.h. */
#include "sql/physical/operators/leaf_rdd.h"

#include "rdd/call_site.h"

typedef struct
{
  RushRdd base;
  guint n_partitions;
  RushLeafOpen open;
  gpointer data;
  GDestroyNotify free_data;
} LeafRdd;

static gboolean
leaf_partitions (RushRdd *base, guint *out_n, GError **error)
{
  *out_n = ((LeafRdd *)base)->n_partitions;
  return TRUE;
}

static RushIterator *
leaf_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  LeafRdd *self = (LeafRdd *)base;

  return self->open (self->data, split, ctx, error);
}

static void
leaf_finalize (RushRdd *base)
{
  LeafRdd *self = (LeafRdd *)base;

  if (self->free_data != NULL)
    self->free_data (self->data);
}

static const RushRddClass leaf_class = {
  .name = "ParallelCollectionRDD",
  .partitions = leaf_partitions,
  .compute = leaf_compute,
  .finalize = leaf_finalize,
};

RushRdd *
rush_leaf_rdd_new (RushLineage *lineage, RushSchema *schema, guint n_partitions, RushLeafOpen open,
                   gpointer data, GDestroyNotify free_data)
{
  RUSH_OPERATOR ("parallelize");
  LeafRdd *self = rush_rdd_alloc (sizeof *self, &leaf_class, lineage, schema, NULL, 0);

  self->n_partitions = n_partitions;
  self->open = open;
  self->data = data;
  self->free_data = free_data;
  return &self->base;
}
