/* limit.c - LocalLimit, GlobalLimit, CollectLimit, CollectTail.
 *
 *   LocalLimit n     the first n rows of each partition: no more can be wanted of one
 *   GlobalLimit n    … of the one partition that an exchange makes of all
 *   CollectLimit n   at the top of a plan, in place of both: the driver takes rows from the first
 *                    partitions and asks for more of them until there are n (query_actions.c)
 *
 * Mirrors: org.apache.spark.sql.execution.{LocalLimitExec,GlobalLimitExec,CollectLimitExec,
 *          CollectTailExec}.
 */
#include "sql/physical/operators/limit.h"

#include "rdd/transform/map_partitions.h"
#include "sql/physical/operators/shuffled_row_rdd.h"

typedef struct
{
  RushExec base;
  gint64 limit; /* −1: none; counts the rows that are left out, too, as Spark prints it */
  gint64 offset;
} LimitExec;

/* ---- iterators ---- */

typedef struct
{
  RushIterator base;
  RushIterator *rows;
  gint64 to_skip;
  gint64 left; /* −1: no end */
} LimitIterator;

static RushBatch *
limit_next (RushIterator *base, GError **error)
{
  LimitIterator *self = (LimitIterator *)base;

  while (self->left != 0)
    {
      g_autoptr (RushBatch) batch = rush_iterator_next (self->rows, error);
      guint start, length;

      if (batch == NULL)
        return NULL;
      start = (guint)MIN (self->to_skip, batch->length);
      self->to_skip -= start;
      length = batch->length - start;
      if (self->left >= 0)
        length = (guint)MIN (length, self->left);
      if (length == 0)
        continue;
      if (self->left > 0)
        self->left -= length;
      return rush_batch_slice (batch, start, length);
    }
  return NULL;
}

static void
limit_close (RushIterator *base)
{
  rush_iterator_close (((LimitIterator *)base)->rows);
  g_free (base);
}

static const RushIteratorClass limit_iterator_class = { limit_next, limit_close };

RushIterator *
rush_limit_iterator_new (RushIterator *rows, gint64 offset, gint64 limit)
{
  LimitIterator *self = g_new0 (LimitIterator, 1);

  self->base.klass = &limit_iterator_class;
  self->rows = rows;
  self->to_skip = offset;
  self->left = limit;
  return &self->base;
}

static RushIterator *
limit_open (const RushExec *base, RushIterator *child, guint split, RushTaskContext *ctx,
            RushEvalContext *eval, GError **error)
{
  const LimitExec *self = (const LimitExec *)base;

  ctx->rows_wanted = MAX (self->limit, 0);
  return rush_limit_iterator_new (child, self->offset,
                                  self->limit >= 0 ? self->limit - self->offset : -1);
}

/* ---- all rows in one partition ---- */

static gboolean
to_zero (const RushPartitioner *self, const RushBatch *batch, guint32 *out, GError **error)
{
  for (guint i = 0; i < batch->length; i++)
    out[i] = 0;
  return TRUE;
}

static gboolean
is_same (const RushPartitioner *a, const RushPartitioner *b)
{
  return a == b;
}

static void
free_partitioner (RushPartitioner *self)
{
  g_free (self);
}

static const RushPartitionerClass single_class = { "SinglePartitioner", to_zero, is_same,
                                                   free_partitioner };

RushRdd *
rush_single_partition_rdd (RushRdd *rows)
{
  RushPartitioner *partitioner = g_new0 (RushPartitioner, 1);
  g_autoptr (RushDependency) dependency = NULL;
  RushShuffleSpec all = { 0, 1, 0, G_MAXUINT };

  partitioner->klass = &single_class;
  rush_ref_count_init (&partitioner->refs);
  partitioner->n_partitions = 1;
  dependency = rush_dependency_shuffle (rows, partitioner, rows->schema);
  rush_partitioner_unref (partitioner);
  return rush_shuffled_row_rdd_new (dependency, rows->schema, &all, 1, NULL);
}

/* ---- CollectLimit as part of a plan ---- */

typedef struct
{
  gint64 offset, limit;
} Bounds;

static RushIterator *
bounded (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  const Bounds *bounds = data;

  ctx->rows_wanted = MAX (bounds->limit, 0);
  return rush_limit_iterator_new (rows, bounds->offset, bounds->limit);
}

static RushRdd *
limited_rdd (RushRdd *rows, gint64 offset, gint64 limit)
{
  Bounds bounds = { offset, limit >= 0 ? limit - offset : -1 };

  return rush_rdd_map_partitions (rows, rows->schema, bounded, g_memdup2 (&bounds, sizeof bounds),
                                  g_free, FALSE);
}

static RushRdd *
collect_limit_execute (RushExec *base, RushQuery *query, GError **error)
{
  const LimitExec *self = (const LimitExec *)base;
  g_autoptr (RushRdd) rows = rush_exec_execute (base->children[0], query, error);
  g_autoptr (RushRdd) single = NULL;
  guint n;

  if (rows == NULL || !rush_rdd_n_partitions (rows, &n, error))
    return NULL;
  if (n <= 1)
    return limited_rdd (rows, self->offset, self->limit);
  if (self->limit >= 0)
    {
      RushRdd *local = limited_rdd (rows, 0, self->limit);
      single = rush_single_partition_rdd (local);
      rush_rdd_unref (local);
    }
  else
    single = rush_single_partition_rdd (rows);
  return limited_rdd (single, self->offset, self->limit);
}

/* ---- operators ---- */

static RushExec *limit_new (const RushExecClass *klass, gint64 limit, gint64 offset,
                            RushExec *child);

static RushExec *
limit_with_children (const RushExec *base, RushExec *const *children)
{
  const LimitExec *self = (const LimitExec *)base;

  return limit_new (base->klass, self->limit, self->offset, children[0]);
}

static RushExprList *
limit_ordering (const RushExec *base)
{
  return rush_exec_output_ordering (base->children[0]);
}

static RushDistribution
global_distribution (const RushExec *base, guint i)
{
  return (RushDistribution){ RUSH_DISTRIBUTION_ALL_TUPLES, NULL };
}

static RushPartitioning *
single_partitioning (const RushExec *base)
{
  return rush_partitioning_new (RUSH_PARTITIONING_SINGLE, 1, NULL);
}

static char *
local_limit_arguments (const RushExec *base)
{
  return g_strdup_printf (" %" G_GINT64_FORMAT, ((const LimitExec *)base)->limit);
}

static char *
limit_arguments (const RushExec *base)
{
  const LimitExec *self = (const LimitExec *)base;

  if (self->offset == 0)
    return g_strdup_printf (" %" G_GINT64_FORMAT, self->limit);
  return g_strdup_printf (" %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT, self->limit, self->offset);
}

static const RushExecClass local_limit_class = {
  .name = "LocalLimit",
  .fusible = TRUE,
  .with_children = limit_with_children,
  .arguments = local_limit_arguments,
  .output_ordering = limit_ordering,
  .open = limit_open,
};

static const RushExecClass global_limit_class = {
  .name = "GlobalLimit",
  .fusible = TRUE,
  .with_children = limit_with_children,
  .arguments = limit_arguments,
  .output_ordering = limit_ordering,
  .required_distribution = global_distribution,
  .open = limit_open,
};

/* It puts the rows of several partitions behind one another: in no order. */
static const RushExecClass collect_limit_class = {
  .name = "CollectLimit",
  .with_children = limit_with_children,
  .arguments = limit_arguments,
  .output_partitioning = single_partitioning,
  .execute = collect_limit_execute,
};

/* As part of a plan it has nothing to do with the driver: all rows go to one partition, and whoever
 * collects takes the last ones. */
static RushRdd *
collect_tail_execute (RushExec *base, RushQuery *query, GError **error)
{
  g_autoptr (RushRdd) rows = rush_exec_execute (base->children[0], query, error);

  return rows != NULL ? rush_single_partition_rdd (rows) : NULL;
}

static const RushExecClass collect_tail_class = {
  .name = "CollectTail",
  .with_children = limit_with_children,
  .arguments = local_limit_arguments,
  .output_partitioning = single_partitioning,
  .execute = collect_tail_execute,
};

static RushExec *
limit_new (const RushExecClass *klass, gint64 limit, gint64 offset, RushExec *child)
{
  LimitExec *self =
      rush_exec_alloc (sizeof *self, klass, rush_expr_list_ref (child->output), 1, &child);

  self->limit = limit;
  self->offset = offset;
  return &self->base;
}

RushExec *
rush_local_limit_exec_new (gint64 limit, RushExec *child)
{
  return limit_new (&local_limit_class, limit, 0, child);
}

RushExec *
rush_global_limit_exec_new (gint64 limit, gint64 offset, RushExec *child)
{
  return limit_new (&global_limit_class, limit, offset, child);
}

RushExec *
rush_collect_limit_exec_new (gint64 limit, gint64 offset, RushExec *child)
{
  return limit_new (&collect_limit_class, limit, offset, child);
}

RushExec *
rush_collect_tail_exec_new (gint64 limit, RushExec *child)
{
  return limit_new (&collect_tail_class, limit, 0, child);
}

gboolean
rush_exec_is_collect_limit (const RushExec *self)
{
  return self->klass == &collect_limit_class;
}

gboolean
rush_exec_is_part_limit (const RushExec *self)
{
  return self->klass == &local_limit_class || self->klass == &global_limit_class;
}

gboolean
rush_exec_is_collect_tail (const RushExec *self)
{
  return self->klass == &collect_tail_class;
}

gint64
rush_limit_exec_limit (const RushExec *self)
{
  return ((const LimitExec *)self)->limit;
}

gint64
rush_limit_exec_offset (const RushExec *self)
{
  return ((const LimitExec *)self)->offset;
}
