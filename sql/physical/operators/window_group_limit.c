/* window_group_limit.c - of each partition of a window only the rows with the first ranks.
 *
 *   k  v   row_number  rank  dense_rank       limit 2 by rank ()
 *   a  1       1         1       1            ✓
 *   a  1       2         1       1            ✓
 *   a  5       3         3       2            ✗
 *   b  7       1         1       1            ✓
 *
 * Rows come sorted by partition and order, so one look back at the row before is enough.  The
 * partial one runs where the rows are, before they are shuffled: what is not among the first of its
 * task cannot be among the first of all.  The final one, behind the exchange, does the same again.
 *
 * Mirrors: org.apache.spark.sql.execution.window.WindowGroupLimitExec.
 */
#include "sql/physical/operators/window_group_limit.h"

#include "core/data/gather.h"
#include "sql/physical/operators/basic.h"
#include "sql/physical/tables/sort_order.h"
#include "sql/physical/text.h"

typedef enum
{
  RANK_ROW_NUMBER,
  RANK_RANK,
  RANK_DENSE,
} RankKind;

typedef struct
{
  RushExec base;
  RushExprList *partition; /* (owned) */
  RushExprList *orders;    /* (owned) */
  RushExpr *rank;          /* (owned) */
  gint64 limit;
  gboolean final;
  RankKind kind;
  guint n_keys;                 /* of the partition, among all that follow */
  RushExprList *sorted_by;      /* (owned) partition keys ascending, then the orders */
  RushExprList *bound;          /* (owned) the same, bound */
  RushSortSpec *spec;           /* (owned) of all keys */
  RushSortSpec *partition_spec; /* (owned) of the partition's alone */
} GroupLimitExec;

typedef struct
{
  RushIterator base;
  const GroupLimitExec *exec;
  RushIterator *rows;
  RushTaskContext *ctx;
  RushEvalContext *eval;
  RushColumn **last_keys; /* (owned) of the batch before, or NULL */
  guint last_row;
  gint64 count, rank; /* of the row before, in its partition */
} GroupLimitIterator;

enum
{
  METRIC_OUTPUT_ROWS,
};

/* ---- ranks ---- */

/* Counts the row on, and says whether it stays. */
static gboolean
takes_row (GroupLimitIterator *self, RushColumn *const *keys, guint row)
{
  const GroupLimitExec *exec = self->exec;
  RushColumn *const *before = row > 0 ? keys : self->last_keys;
  guint before_row = row > 0 ? row - 1 : self->last_row;
  gboolean first = before == NULL ||
                   rush_sort_compare (exec->partition_spec, 0, before, before_row, keys, row) != 0;

  if (first)
    self->count = self->rank = 0;
  self->count++;
  if (exec->kind == RANK_ROW_NUMBER)
    return self->count <= exec->limit;
  if (first || rush_sort_compare (exec->spec, exec->n_keys, before, before_row, keys, row) != 0)
    self->rank = exec->kind == RANK_DENSE ? self->rank + 1 : self->count;
  return self->rank <= exec->limit;
}

/* The rows of @batch that stay; NULL without error: none of them. */
static RushBatch *
first_rows (GroupLimitIterator *self, RushBatch *batch, GError **error)
{
  const GroupLimitExec *exec = self->exec;
  g_autoptr (RushBuffer) kept =
      rush_buffer_new (self->eval->allocator, MAX (1, batch->length) * sizeof (guint16), error);
  RushColumn **keys =
      kept != NULL ? rush_sort_keys_new (exec->bound, batch, self->eval, error) : NULL;
  guint n = 0;

  if (keys == NULL)
    return NULL;
  for (guint row = 0; row < batch->length; row++)
    if (takes_row (self, keys, row))
      ((guint16 *)kept->bytes)[n++] = (guint16)row;
  if (self->last_keys != NULL)
    rush_sort_keys_free (self->last_keys, exec->bound->n);
  self->last_keys = keys;
  self->last_row = batch->length - 1;
  rush_exec_count (&exec->base, METRIC_OUTPUT_ROWS, n);
  if (n == batch->length)
    return rush_batch_ref (batch);
  return n > 0 ? rush_batch_select (batch, g_steal_pointer (&kept), n) : NULL;
}

/* ---- the iterator ---- */

static RushBatch *
group_limit_next (RushIterator *base, GError **error)
{
  GroupLimitIterator *self = (GroupLimitIterator *)base;
  g_autoptr (GError) failure = NULL;

  while (rush_task_context_check (self->ctx, &failure))
    {
      g_autoptr (RushBatch) batch = rush_iterator_next (self->rows, &failure);
      g_autoptr (RushBatch) rows =
          batch != NULL ? rush_batch_compact (batch, self->eval->allocator, &failure) : NULL;
      if (rows == NULL)
        break;
      if (rows->length == 0)
        continue;
      RushBatch *kept = first_rows (self, rows, &failure);
      if (kept != NULL)
        return kept;
      if (failure != NULL)
        break;
    }
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

static void
group_limit_close (RushIterator *base)
{
  GroupLimitIterator *self = (GroupLimitIterator *)base;

  rush_iterator_close (self->rows);
  if (self->last_keys != NULL)
    rush_sort_keys_free (self->last_keys, self->exec->bound->n);
  g_free (self);
}

static const RushIteratorClass group_limit_iterator_class = { group_limit_next, group_limit_close };

static RushIterator *
group_limit_open (const RushExec *base, RushIterator *child, guint split, RushTaskContext *ctx,
                  RushEvalContext *eval, GError **error)
{
  GroupLimitIterator *self = g_new0 (GroupLimitIterator, 1);

  self->base.klass = &group_limit_iterator_class;
  self->exec = (const GroupLimitExec *)base;
  self->rows = child;
  self->ctx = ctx;
  self->eval = eval;
  return &self->base;
}

/* ---- the operator ---- */

static RushExec *
group_limit_with_children (const RushExec *base, RushExec *const *children)
{
  const GroupLimitExec *self = (const GroupLimitExec *)base;

  return rush_window_group_limit_exec_new (
      rush_expr_list_ref (self->partition), rush_expr_list_ref (self->orders),
      rush_expr_ref (self->rank), self->limit, self->final, children[0]);
}

static RushDistribution
group_limit_distribution (const RushExec *base, guint i)
{
  const GroupLimitExec *self = (const GroupLimitExec *)base;

  if (!self->final)
    return (RushDistribution){ RUSH_DISTRIBUTION_ANY, NULL };
  return (RushDistribution){ self->partition->n > 0 ? RUSH_DISTRIBUTION_CLUSTERED
                                                    : RUSH_DISTRIBUTION_ALL_TUPLES,
                             self->partition };
}

static RushExprList *
group_limit_required_ordering (const RushExec *base, guint i)
{
  return rush_expr_list_ref (((const GroupLimitExec *)base)->sorted_by);
}

static RushExprList *
group_limit_ordering (const RushExec *base)
{
  return rush_exec_output_ordering (base->children[0]);
}

static char *
group_limit_arguments (const RushExec *base)
{
  const GroupLimitExec *self = (const GroupLimitExec *)base;
  g_autofree char *partition = rush_list_to_text (self->partition);
  g_autofree char *orders = rush_list_to_text (self->orders);
  g_autofree char *rank = rush_window_function_to_string (self->rank, self->orders);

  return g_strdup_printf (" %s%s%s, %s, %" G_GINT64_FORMAT ", %s",
                          self->partition->n > 0 ? partition : "",
                          self->partition->n > 0 ? ", " : "", orders, rank, self->limit,
                          self->final ? "Final" : "Partial");
}

static void
group_limit_expressions (const RushExec *base, GPtrArray *into)
{
  const GroupLimitExec *self = (const GroupLimitExec *)base;

  for (guint i = 0; i < self->sorted_by->n; i++)
    g_ptr_array_add (into, self->sorted_by->items[i]);
}

static char *
group_limit_alike (const RushExec *base)
{
  return group_limit_arguments (base);
}

static void
group_limit_finalize (RushExec *base)
{
  GroupLimitExec *self = (GroupLimitExec *)base;

  rush_expr_list_unref (self->partition);
  rush_expr_list_unref (self->orders);
  rush_expr_list_unref (self->sorted_by);
  rush_expr_list_unref (self->bound);
  rush_expr_unref (self->rank);
  g_free (self->spec);
  g_free (self->partition_spec);
}

static const RushExecClass group_limit_class = {
  .name = "WindowGroupLimit",
  .finalize = group_limit_finalize,
  .with_children = group_limit_with_children,
  .arguments = group_limit_arguments,
  .alike = group_limit_alike,
  .expressions = group_limit_expressions,
  .output_ordering = group_limit_ordering,
  .required_distribution = group_limit_distribution,
  .required_ordering = group_limit_required_ordering,
  .open = group_limit_open,
};

static RushExprList *
partition_orders (const RushExprList *partition)
{
  g_autofree RushExpr **items = g_new (RushExpr *, partition->n + 1);

  for (guint k = 0; k < partition->n; k++)
    items[k] = rush_expr_sort_order (rush_expr_ref (partition->items[k]), FALSE, FALSE);
  return rush_expr_list_new (partition->n, items);
}

static RushExprList *
both_lists (const RushExprList *a, const RushExprList *b)
{
  g_autofree RushExpr **items = g_new (RushExpr *, a->n + b->n + 1);

  for (guint i = 0; i < a->n; i++)
    items[i] = rush_expr_ref (a->items[i]);
  for (guint i = 0; i < b->n; i++)
    items[a->n + i] = rush_expr_ref (b->items[i]);
  return rush_expr_list_new (a->n + b->n, items);
}

static RankKind
kind_of (const RushExpr *rank)
{
  const char *name = rank->as.function.function->name;

  return g_str_equal (name, "rank")         ? RANK_RANK
         : g_str_equal (name, "dense_rank") ? RANK_DENSE
                                            : RANK_ROW_NUMBER;
}

RushExec *
rush_window_group_limit_exec_new (RushExprList *partition, RushExprList *orders, RushExpr *rank,
                                  gint64 limit, gboolean final, RushExec *child)
{
  GroupLimitExec *self = rush_exec_alloc (sizeof *self, &group_limit_class,
                                          rush_expr_list_ref (child->output), 1, &child);
  g_autoptr (RushExprList) by_partition = partition_orders (partition);
  g_autoptr (RushExprList) bound_partition = rush_bind_list (by_partition, child->output);

  self->partition = partition;
  self->orders = orders;
  self->rank = rank;
  self->limit = limit;
  self->final = final;
  self->kind = kind_of (rank);
  self->n_keys = partition->n;
  self->sorted_by = both_lists (by_partition, orders);
  self->bound = rush_bind_list (self->sorted_by, child->output);
  self->spec = rush_sort_spec_new (self->bound);
  self->partition_spec = rush_sort_spec_new (bound_partition);
  rush_exec_add_metric (self, "numOutputRows", "number of output rows", RUSH_METRIC_SUM);
  return &self->base;
}
