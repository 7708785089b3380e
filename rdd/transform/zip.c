/* zip.c - two partitions are pulled in step.
 *
 *     left   │ a b c │ d e │        batches end where they like: what both have goes out,
 *     right  │ 1 │ 2 3 4 5 │        and the side that is used up is asked for more
 *     out    │a1│b2 c3│d4 e5│
 */
#include "rdd/transform/zip.h"

#include "rdd/call_site.h"
#include "rdd/transform/beside.h"

typedef struct
{
  RushIterator *rows; /* (owned) or NULL */
  RushBatch *batch;   /* (owned) or NULL */
  guint at;           /* the next row of it */
} Side;

typedef struct
{
  RushIterator base;
  RushTaskContext *ctx;
  RushSchema *schema;
  Side left, right;
} ZipIterator;

/* ---- pulling ---- */

/* A batch with rows left, if there is one; FALSE with @error. */
static gboolean
fill (Side *self, RushTaskContext *ctx, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (self->batch != NULL && self->at < self->batch->length)
    return TRUE;
  g_clear_pointer (&self->batch, rush_batch_unref);
  self->at = 0;
  self->batch = rush_next_dense_batch (self->rows, ctx, &failure);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static RushBatch *
zip_next (RushIterator *base, GError **error)
{
  ZipIterator *self = (ZipIterator *)base;
  RushBatch *zipped;
  guint n;

  if (!fill (&self->left, self->ctx, error) || !fill (&self->right, self->ctx, error))
    return NULL;
  if (self->left.batch == NULL && self->right.batch == NULL)
    return NULL;
  if (self->left.batch == NULL || self->right.batch == NULL)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                           "Can only zip RDDs with same number of elements in each partition");
      return NULL;
    }
  n = MIN (self->left.batch->length - self->left.at, self->right.batch->length - self->right.at);
  zipped = rush_batch_beside (self->schema, self->left.batch, self->left.at, self->right.batch,
                              self->right.at, n);
  self->left.at += n;
  self->right.at += n;
  return zipped;
}

static void
side_clear (Side *self)
{
  rush_iterator_close (self->rows);
  g_clear_pointer (&self->batch, rush_batch_unref);
}

static void
zip_close (RushIterator *base)
{
  ZipIterator *self = (ZipIterator *)base;

  side_clear (&self->left);
  side_clear (&self->right);
  g_free (self);
}

static const RushIteratorClass zip_iterator_class = { zip_next, zip_close };

/* ---- the RDD ---- */

static gboolean
zip_partitions (RushRdd *self, guint *out_n, GError **error)
{
  guint left, right;

  if (!rush_rdd_n_partitions (self->dependencies[0]->rdd, &left, error) ||
      !rush_rdd_n_partitions (self->dependencies[1]->rdd, &right, error))
    return FALSE;
  *out_n = left;
  if (left == right)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "Can't zip RDDs with unequal numbers of partitions: %u and %u", left, right);
  return FALSE;
}

static RushIterator *
zip_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  RushIterator *left = rush_rdd_iterator (base->dependencies[0]->rdd, split, ctx, error);
  RushIterator *right =
      left != NULL ? rush_rdd_iterator (base->dependencies[1]->rdd, split, ctx, error) : NULL;
  ZipIterator *self;

  if (right == NULL)
    {
      rush_iterator_close (left);
      return NULL;
    }
  self = g_new0 (ZipIterator, 1);
  self->base.klass = &zip_iterator_class;
  self->ctx = ctx;
  self->schema = base->schema;
  self->left.rows = left;
  self->right.rows = right;
  return &self->base;
}

static const RushRddClass zip_class = {
  .name = "ZippedPartitionsRDD2",
  .partitions = zip_partitions,
  .compute = zip_compute,
};

RushRdd *
rush_rdd_zip (RushRdd *left, RushRdd *right)
{
  RUSH_OPERATOR ("zip");
  g_autoptr (RushSchema) schema = rush_schema_beside (left->schema, right->schema);
  RushDependency *dependencies[] = { rush_dependency_one_to_one (left),
                                     rush_dependency_one_to_one (right) };

  return rush_rdd_alloc (sizeof (RushRdd), &zip_class, left->lineage, schema, dependencies, 2);
}
