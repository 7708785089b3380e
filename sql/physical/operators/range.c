/* range.c - numbers from nothing, cut as Spark cuts.
 *
 *   slice i of n   numbers [i · count ÷ n, (i + 1) · count ÷ n) of them
 *
 * Spark's loop hands over one number at a time, and who has enough rows stops it there; input
 * records tell so.  Here a batch has no more numbers than are wanted.  With a filter above that
 * lets few of them through, such batches are small and many: after the first FEW_AT_A_TIME numbers
 * they are as long as ever.
 *
 * Mirrors: org.apache.spark.sql.execution.RangeExec.
 */
#include "sql/physical/operators/leaf_rdd.h"
#include "sql/physical/operators/scans.h"
#include "sql/physical/query.h"

typedef struct
{
  RushExec base;
  gint64 start, end, step;
  guint n_slices;
} RangeExec;

/* What tasks need; lives with the RDD. */
typedef struct
{
  RushExec *exec; /* (owned) for its metrics */
  RushSchema *schema;
  gint64 start, step;
  guint64 count;
  guint n_slices;
} RangeData;

typedef struct
{
  RushIterator base;
  const RangeData *data;
  RushTaskContext *ctx;
  guint64 start, next, end; /* numbers of elements */
} RangeIterator;

static guint64
count_of (const RangeExec *self)
{
  rush_int128 distance = (rush_int128)self->end - self->start;

  if (distance == 0 || (distance > 0) != (self->step > 0))
    return 0;
  return (guint64)((distance + self->step + (self->step > 0 ? -1 : 1)) / self->step);
}

#define FEW_AT_A_TIME 1024

static guint
next_length (const RangeIterator *self)
{
  guint64 most = RUSH_BATCH_MAX_ROWS;

  if (self->ctx->rows_wanted > 0 && self->next - self->start < FEW_AT_A_TIME)
    most = MIN (most, (guint64)self->ctx->rows_wanted);
  return (guint)MIN (self->end - self->next, most);
}

static RushBatch *
range_next (RushIterator *base, GError **error)
{
  RangeIterator *self = (RangeIterator *)base;
  guint n = next_length (self);
  RushBuffer *values;
  RushColumn *column;
  guint64 value = (guint64)self->data->start + self->next * (guint64)self->data->step;

  if (n == 0 || !rush_task_context_check (self->ctx, error))
    return NULL;
  values = rush_buffer_new (self->ctx->allocator, n * sizeof (gint64), error);
  if (values == NULL)
    return NULL;
  for (guint i = 0; i < n; i++, value += (guint64)self->data->step)
    ((guint64 *)values->bytes)[i] = value;
  self->next += n;
  self->ctx->metrics.input_records += n;
  rush_exec_count (self->data->exec, RUSH_METRIC_OUTPUT_ROWS, n);
  column = rush_column_new_plain (&RUSH_INT64, n, NULL, 0, values, NULL, 0);
  return rush_batch_new (self->data->schema, n, &column);
}

static void
range_close (RushIterator *base)
{
  g_free (base);
}

static const RushIteratorClass range_iterator_class = { range_next, range_close };

static guint64
slice_start (const RangeData *data, guint split)
{
  return (guint64)((unsigned __int128)data->count * split / data->n_slices);
}

static RushIterator *
range_open (gpointer data, guint split, RushTaskContext *ctx, GError **error)
{
  RangeIterator *self = g_new0 (RangeIterator, 1);

  self->base.klass = &range_iterator_class;
  self->data = data;
  self->ctx = ctx;
  self->start = self->next = slice_start (data, split);
  self->end = slice_start (data, split + 1);
  return &self->base;
}

static void
range_data_free (gpointer data)
{
  RangeData *self = data;

  rush_exec_unref (self->exec);
  rush_schema_unref (self->schema);
  g_free (self);
}

static RushExec *
range_copy (const RushExec *base, RushExec *const *children)
{
  const RangeExec *self = (const RangeExec *)base;

  return rush_range_exec_new (rush_expr_list_ref (base->output), self->start, self->end, self->step,
                              self->n_slices);
}

static RushRdd *
range_execute (RushExec *base, RushQuery *query, GError **error)
{
  RangeExec *self = (RangeExec *)base;
  RushContext *context = rush_query_context (query);
  RangeData *data = g_new0 (RangeData, 1);

  /* The RDD is the node's own: a reference of it on the node would never end. */
  data->exec = rush_exec_share (range_copy (base, NULL), base);
  data->schema = rush_exec_schema (base);
  data->start = self->start;
  data->step = self->step;
  data->count = count_of (self);
  data->n_slices = self->n_slices;
  return rush_leaf_rdd_new (rush_context_lineage (context), data->schema,
                            data->count > 0 ? self->n_slices : 0, range_open, data,
                            range_data_free);
}

static RushExpr *
id_order (const RangeExec *self)
{
  return rush_expr_sort_order (rush_expr_ref (self->base.output->items[0]), self->step < 0,
                               self->step < 0);
}

static RushExprList *
range_ordering (const RushExec *base)
{
  RushExpr *order = base->output->n > 0 ? id_order ((const RangeExec *)base) : NULL;

  return order != NULL ? rush_expr_list_new (1, &order) : NULL;
}

static RushPartitioning *
range_partitioning (const RushExec *base)
{
  const RangeExec *self = (const RangeExec *)base;

  if (count_of (self) == 0 || base->output->n == 0)
    return rush_partitioning_new (RUSH_PARTITIONING_UNKNOWN, 0, NULL);
  if (self->n_slices == 1)
    return rush_partitioning_new (RUSH_PARTITIONING_SINGLE, 1, NULL);
  return rush_partitioning_new (RUSH_PARTITIONING_RANGE, self->n_slices, range_ordering (base));
}

static char *
range_arguments (const RushExec *base)
{
  const RangeExec *self = (const RangeExec *)base;

  return g_strdup_printf (" (%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ", step=%" G_GINT64_FORMAT
                          ", splits=%u)",
                          self->start, self->end, self->step, self->n_slices);
}

static char *
range_formatted (const RushExec *base)
{
  const RangeExec *self = (const RangeExec *)base;
  gboolean given = base->logical != NULL && base->logical->as.range.n_slices > 0;
  g_autofree char *splits =
      given ? g_strdup_printf (", splits=Some(%u)", self->n_slices) : g_strdup ("");

  return g_strdup_printf ("Arguments: Range (%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT
                          ", step=%" G_GINT64_FORMAT "%s)\n",
                          self->start, self->end, self->step, splits);
}

static const RushExecClass range_class = {
  .name = "Range",
  .fusible = TRUE,
  .with_children = range_copy,
  .arguments = range_arguments,
  .formatted = range_formatted,
  .output_partitioning = range_partitioning,
  .output_ordering = range_ordering,
  .execute = range_execute,
};

RushRangeBounds
rush_range_exec_bounds (const RushExec *range)
{
  const RangeExec *self = (const RangeExec *)range;

  g_assert (range->klass == &range_class);
  return (RushRangeBounds){ self->start, self->step, count_of (self), self->n_slices };
}

RushExec *
rush_range_exec_new (RushExprList *output, gint64 start, gint64 end, gint64 step, guint n_slices)
{
  RangeExec *self = rush_exec_alloc (sizeof *self, &range_class, output, 0, NULL);

  g_assert (step != 0 && n_slices > 0);
  self->start = start;
  self->end = end;
  self->step = step;
  self->n_slices = n_slices;
  rush_exec_add_metric (self, "numOutputRows", "number of output rows", RUSH_METRIC_SUM);
  return &self->base;
}
