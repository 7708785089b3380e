/* zip_partitions.c - partition p of each parent, through one function. */
#include "rdd/transform/zip_partitions.h"

#include "rdd/call_site.h"

typedef struct
{
  RushRdd base;
  RushZipFunc func;
  gpointer data;
  GDestroyNotify free_data;
} ZipPartitionsRdd;

static gboolean
zip_partitions_partitions (RushRdd *self, guint *out_n, GError **error)
{
  for (guint i = 0; i < self->n_dependencies; i++)
    {
      guint n;

      if (!rush_rdd_n_partitions (self->dependencies[i]->rdd, &n, error))
        return FALSE;
      if (i > 0 && n != *out_n)
        {
          g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                       "Can't zip RDDs with unequal numbers of partitions: %u and %u", *out_n, n);
          return FALSE;
        }
      *out_n = n;
    }
  return TRUE;
}

static RushIterator *
zip_partitions_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  ZipPartitionsRdd *self = (ZipPartitionsRdd *)base;
  RushIterator *rows[RUSH_ZIP_MAX_PARENTS];

  for (guint i = 0; i < base->n_dependencies; i++)
    {
      rows[i] = rush_rdd_iterator (base->dependencies[i]->rdd, split, ctx, error);
      if (rows[i] != NULL)
        continue;
      while (i > 0)
        rush_iterator_close (rows[--i]);
      return NULL;
    }
  return self->func (rows, split, ctx, self->data, error);
}

static void
zip_partitions_finalize (RushRdd *base)
{
  ZipPartitionsRdd *self = (ZipPartitionsRdd *)base;

  if (self->free_data != NULL)
    self->free_data (self->data);
}

#define ZIP_CLASS(class_name)                                                                      \
  { .name = class_name,                                                                            \
    .partitions = zip_partitions_partitions,                                                       \
    .compute = zip_partitions_compute,                                                             \
    .finalize = zip_partitions_finalize }

/* Spark has one class for each number of parents. */
static const RushRddClass zip_partitions_classes[] = {
  ZIP_CLASS ("ZippedPartitionsRDD2"),
  ZIP_CLASS ("ZippedPartitionsRDD3"),
  ZIP_CLASS ("ZippedPartitionsRDD4"),
};

RushRdd *
rush_rdd_zip_partitions (RushRdd *const *parents, guint n, RushSchema *schema, RushZipFunc func,
                         gpointer data, GDestroyNotify free_data)
{
  RUSH_OPERATOR ("zipPartitions");
  RushDependency *dependencies[RUSH_ZIP_MAX_PARENTS];
  ZipPartitionsRdd *self;

  g_return_val_if_fail (n >= 2 && n <= RUSH_ZIP_MAX_PARENTS, NULL);
  for (guint i = 0; i < n; i++)
    dependencies[i] = rush_dependency_one_to_one (parents[i]);
  self = rush_rdd_alloc (sizeof *self, &zip_partitions_classes[n - 2], parents[0]->lineage, schema,
                         dependencies, n);
  self->func = func;
  self->data = data;
  self->free_data = free_data;
  return &self->base;
}
