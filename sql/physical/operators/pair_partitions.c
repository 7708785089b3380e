/* pair_partitions.c - see pair_partitions.h. */
#include "sql/physical/operators/pair_partitions.h"

#include "rdd/call_site.h"

typedef struct
{
  RushRdd base;
  RushPairFunc func;
  gpointer data;
  GDestroyNotify free_data;
  guint n_left, n_right; /* crossed: partitions of both */
} ZipRdd;

static RushIterator *
open_both (ZipRdd *self, guint left, guint right, guint split, RushTaskContext *ctx, GError **error)
{
  RushIterator *left_rows = rush_rdd_iterator (self->base.dependencies[0]->rdd, left, ctx, error);
  RushIterator *right_rows =
      left_rows != NULL ? rush_rdd_iterator (self->base.dependencies[1]->rdd, right, ctx, error)
                        : NULL;

  if (right_rows != NULL)
    return self->func (left_rows, right_rows, split, ctx, self->data, error);
  rush_iterator_close (left_rows);
  return NULL;
}

static RushIterator *
zip_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  return open_both ((ZipRdd *)base, split, split, split, ctx, error);
}

static void
zip_finalize (RushRdd *base)
{
  ZipRdd *self = (ZipRdd *)base;

  if (self->free_data != NULL)
    self->free_data (self->data);
}

static const RushRddClass zip_class = {
  .name = "ZippedPartitionsRDD2",
  .compute = zip_compute,
  .finalize = zip_finalize,
};

RushRdd *
rush_rdd_pair_partitions (RushRdd *left, RushRdd *right, RushSchema *schema, RushPairFunc func,
                          gpointer data, GDestroyNotify free_data)
{
  RUSH_OPERATOR ("zipPartitions");
  RushDependency *dependencies[] = { rush_dependency_one_to_one (left),
                                     rush_dependency_one_to_one (right) };
  ZipRdd *self = rush_rdd_alloc (sizeof *self, &zip_class, left->lineage, schema, dependencies, 2);

  self->func = func;
  self->data = data;
  self->free_data = free_data;
  return &self->base;
}

/* ---- all with all ---- */

static gboolean
cross_partitions (RushRdd *base, guint *out_n, GError **error)
{
  *out_n = ((ZipRdd *)base)->n_left * ((ZipRdd *)base)->n_right;
  return TRUE;
}

static RushIterator *
cross_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  ZipRdd *self = (ZipRdd *)base;

  return open_both (self, split / self->n_right, split % self->n_right, split, ctx, error);
}

static void
left_parents (const RushDependency *self, guint split, GArray *out_parents)
{
  guint parent = split / GPOINTER_TO_UINT (self->custom_data);

  g_array_append_val (out_parents, parent);
}

static void
right_parents (const RushDependency *self, guint split, GArray *out_parents)
{
  guint parent = split % GPOINTER_TO_UINT (self->custom_data);

  g_array_append_val (out_parents, parent);
}

static const RushRddClass cross_class = {
  .name = "CartesianRDD",
  .partitions = cross_partitions,
  .compute = cross_compute,
  .finalize = zip_finalize,
};

RushRdd *
rush_rdd_cross_partitions (RushRdd *left, RushRdd *right, RushSchema *schema, RushPairFunc func,
                           gpointer data, GDestroyNotify free_data, GError **error)
{
  RUSH_OPERATOR ("cartesian");
  guint n_left, n_right;
  RushDependency *dependencies[2];
  ZipRdd *self;

  if (!rush_rdd_n_partitions (left, &n_left, error) ||
      !rush_rdd_n_partitions (right, &n_right, error))
    {
      free_data (data);
      return NULL;
    }
  dependencies[0] =
      rush_dependency_custom (left, left_parents, GUINT_TO_POINTER (MAX (n_right, 1)), NULL);
  dependencies[1] =
      rush_dependency_custom (right, right_parents, GUINT_TO_POINTER (MAX (n_right, 1)), NULL);
  self = rush_rdd_alloc (sizeof *self, &cross_class, left->lineage, schema, dependencies, 2);
  self->n_left = n_left;
  self->n_right = n_right;
  self->func = func;
  self->data = data;
  self->free_data = free_data;
  return &self->base;
}
