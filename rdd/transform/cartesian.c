/* cartesian.c - two loops, one in the other.
 *
 *     partitions    left has L, right has R: L × R; number s is (s ÷ R, s mod R)
 *     rows          for each row x of the left partition:
 *                     for each batch of the right partition, computed anew:
 *                       x, as often as the batch has rows, beside the batch
 *
 * To compute the right side again for each row on the left is what Spark does: no partition must
 * fit into memory.  Rows of Python's are runs of many objects, so it is not as often as it looks;
 * in C, put the smaller RDD on the left.
 *
 * x is a constant column: nothing is copied but x itself, once.
 */
#include "rdd/transform/cartesian.h"

#include "rdd/call_site.h"
#include "rdd/transform/beside.h"

typedef struct
{
  RushIterator base;
  RushTaskContext *ctx;
  RushRdd *rdd; /* (unowned) lives as long as the task */
  guint right_split;
  RushIterator *left;  /* (owned) */
  RushBatch *batch;    /* of the left side, or NULL */
  guint at;            /* the next row of it */
  RushBatch *row;      /* the row x alone, or NULL */
  RushIterator *right; /* for that row, or NULL */
} CartesianIterator;

static RushRdd *
right_of (const RushRdd *self)
{
  return self->dependencies[1]->rdd;
}

/* ---- the outer loop ---- */

/* Row @at of the batch in a batch of its own, every column of which is PLAIN. */
static RushBatch *
row_alone (const CartesianIterator *self, GError **error)
{
  RushRowId id = { 0, self->at };

  return rush_batch_gather (self->batch->schema, &self->batch, &id, 1, self->ctx->allocator, error);
}

/* Goes on to the next row on the left and begins the right side; FALSE: the end, or @error. */
static gboolean
next_row (CartesianIterator *self, GError **error)
{
  g_clear_pointer (&self->row, rush_batch_unref);
  if (self->batch != NULL && self->at == self->batch->length)
    g_clear_pointer (&self->batch, rush_batch_unref);
  if (self->batch == NULL)
    {
      self->at = 0;
      self->batch = rush_next_dense_batch (self->left, self->ctx, error);
      if (self->batch == NULL)
        return FALSE;
    }
  self->row = row_alone (self, error);
  if (self->row == NULL)
    return FALSE;
  self->at++;
  self->right = rush_rdd_iterator (right_of (self->rdd), self->right_split, self->ctx, error);
  return self->right != NULL;
}

/* ---- the inner loop ---- */

static RushBatch *
row_beside (const CartesianIterator *self, const RushBatch *right)
{
  RushSchema *schema = self->rdd->schema;
  g_autofree RushColumn **columns = g_new (RushColumn *, schema->n_fields);
  guint n_left = self->row->schema->n_fields;

  for (guint i = 0; i < schema->n_fields; i++)
    columns[i] = i < n_left ? rush_column_new_constant (rush_column_ref (self->row->columns[i]),
                                                        right->length)
                            : rush_column_ref (right->columns[i - n_left]);
  return rush_batch_new (schema, right->length, columns);
}

static RushBatch *
cartesian_next (RushIterator *base, GError **error)
{
  CartesianIterator *self = (CartesianIterator *)base;

  for (;;)
    {
      g_autoptr (GError) failure = NULL;
      g_autoptr (RushBatch) right = NULL;

      if (self->right == NULL && !next_row (self, error))
        return NULL;
      right = rush_next_dense_batch (self->right, self->ctx, &failure);
      if (right != NULL)
        return row_beside (self, right);
      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      g_clear_pointer (&self->right, rush_iterator_close);
    }
}

static void
cartesian_close (RushIterator *base)
{
  CartesianIterator *self = (CartesianIterator *)base;

  rush_iterator_close (self->right);
  rush_iterator_close (self->left);
  g_clear_pointer (&self->row, rush_batch_unref);
  g_clear_pointer (&self->batch, rush_batch_unref);
  g_free (self);
}

static const RushIteratorClass cartesian_iterator_class = { cartesian_next, cartesian_close };

/* ---- the RDD ---- */

typedef struct
{
  RushRdd base;
  guint n_left, n_right; /* partitions */
} CartesianRdd;

static gboolean
cartesian_partitions (RushRdd *base, guint *out_n, GError **error)
{
  CartesianRdd *self = (CartesianRdd *)base;

  *out_n = self->n_left * self->n_right;
  return TRUE;
}

static RushIterator *
cartesian_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  guint n_right = ((CartesianRdd *)base)->n_right;
  RushIterator *left = rush_rdd_iterator (base->dependencies[0]->rdd, split / n_right, ctx, error);
  CartesianIterator *self;

  if (left == NULL)
    return NULL;
  self = g_new0 (CartesianIterator, 1);
  self->base.klass = &cartesian_iterator_class;
  self->ctx = ctx;
  self->rdd = base;
  self->right_split = split % n_right;
  self->left = left;
  return &self->base;
}

/* Without places of its own: whoever asks goes on to both parents, the left one first. */
static const RushRddClass cartesian_class = {
  .name = "CartesianRDD",
  .partitions = cartesian_partitions,
  .compute = cartesian_compute,
};

static void
left_parent (const RushDependency *self, guint split, GArray *out_parents)
{
  guint parent = split / GPOINTER_TO_UINT (self->custom_data);

  g_array_append_val (out_parents, parent);
}

static void
right_parent (const RushDependency *self, guint split, GArray *out_parents)
{
  guint parent = split % GPOINTER_TO_UINT (self->custom_data);

  g_array_append_val (out_parents, parent);
}

RushRdd *
rush_rdd_cartesian (RushRdd *left, RushRdd *right, GError **error)
{
  RUSH_OPERATOR ("cartesian");
  g_autoptr (RushSchema) schema = rush_schema_beside (left->schema, right->schema);
  guint n_left, n_right;

  if (!rush_rdd_n_partitions (left, &n_left, error) ||
      !rush_rdd_n_partitions (right, &n_right, error))
    return NULL;
  if ((guint64)n_left * n_right > G_MAXINT32)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "a cartesian of %u and %u partitions has more than %d; coalesce () makes them "
                   "fewer",
                   n_left, n_right, G_MAXINT32);
      return NULL;
    }
  RushDependency *dependencies[] = {
    rush_dependency_custom (left, left_parent, GUINT_TO_POINTER (n_right), NULL),
    rush_dependency_custom (right, right_parent, GUINT_TO_POINTER (n_right), NULL),
  };
  CartesianRdd *self = rush_rdd_alloc (sizeof *self, &cartesian_class, left->lineage, schema,
                                       dependencies, G_N_ELEMENTS (dependencies));
  self->n_left = n_left;
  self->n_right = n_right;
  return &self->base;
}
