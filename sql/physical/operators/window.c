/* window.c - a column more for each function: what it makes of the rows around each row.
 *
 *     sorted by partition, order       a chunk: whole partitions, some thousand rows
 *     │ a 1 │ a 2 │ b 1 │ b 5 │ …  ─▶  for each function and partition a piece of its column
 *
 *   rank () and the like     see a partition at once (functions/window)
 *   aggregates               see the rows of each frame (window_aggregate.c)
 *
 * Mirrors: org.apache.spark.sql.execution.window.WindowExec.
 */
#include "sql/physical/operators/window.h"

#include "core/data/gather.h"
#include "sql/physical/operators/basic.h"
#include "sql/physical/operators/window_aggregate.h"
#include "sql/physical/operators/window_frames.h"
#include "sql/physical/text.h"

#define CHUNK_ROWS (RUSH_BATCH_MAX_ROWS / 2)

typedef struct
{
  RushExec base;
  RushExprList *windows;                        /* (owned) */
  RushExprList *partition;                      /* (owned) */
  RushExprList *orders;                         /* (owned) */
  RushExpr **calls;                             /* (owned) [windows->n] functions, bound */
  RushWindowRange *ranges;                      /* (owned) [windows->n] */
  RushExprList *bound_partition, *bound_orders; /* (owned) SORT_ORDERs */
  RushSortSpec *partition_spec, *order_spec;    /* (owned) */
  RushSchema *schema;                           /* (owned) */
} WindowExec;

typedef struct
{
  RushIterator base;
  const WindowExec *exec;
  RushIterator *rows;
  RushTaskContext *ctx;
  RushEvalContext *eval;
  RushBatch *held;  /* (owned) rows of the next chunk that were read already */
  GPtrArray *chunk; /* RushBatch (owned): being handed out */
  guint next;
} WindowIterator;

/* ---- a partition ---- */

/* Appends the pieces of the function's column. */
static gboolean
apply (const WindowExec *exec, guint w, RushColumn *const *args, RushColumn *const *range,
       const RushWindowRows *rows, GPtrArray *out, RushEvalContext *eval, GError **error)
{
  const RushExpr *window = exec->windows->items[w]->children[0], *call = exec->calls[w];
  RushWindowFrame frame = window->as.window.frame;
  g_autofree guint32 *starts = g_new (guint32, rows->n_rows + 1);
  g_autofree guint32 *ends = g_new (guint32, rows->n_rows + 1);
  RushWindowPartition partition = { rows->n_rows,    args,   rows->peers_start,
                                    rows->peers_end, starts, ends };
  RushColumn *column;

  if (!frame.given)
    frame = (RushWindowFrame){ .lower = RUSH_BOUND_UNBOUNDED_PRECEDING,
                               .upper = exec->orders->n > 0 ? RUSH_BOUND_CURRENT_ROW
                                                            : RUSH_BOUND_UNBOUNDED_FOLLOWING };
  if (!rush_window_find_frames (rows, &frame, &exec->ranges[w], range, starts, ends, error))
    return FALSE;
  if (call->kind == RUSH_EXPR_AGGREGATE)
    return rush_window_aggregate (call, args, rows->n_rows, starts, ends, out, eval, error);
  column = call->as.function.function->window (call, &partition, eval, error);
  if (column != NULL)
    g_ptr_array_add (out, column);
  return column != NULL;
}

/* ---- a chunk ---- */

/* All columns of a chunk, concatenated. */
typedef struct
{
  guint n_rows;
  RushColumn **columns;    /* of the child */
  RushColumn **partitions; /* keys */
  RushColumn **orders;     /* keys */
  RushColumn ***args;      /* of each function */
  RushColumn ***ranges;    /* of each frame by values; in it NULL: not needed */
} Chunk;

static void
free_columns (RushColumn **columns, guint n)
{
  for (guint c = 0; columns != NULL && c < n; c++)
    if (columns[c] != NULL)
      rush_column_unref (columns[c]);
  g_free (columns);
}

static void
chunk_clear (Chunk *self, const WindowExec *exec)
{
  free_columns (self->columns, exec->base.children[0]->output->n);
  free_columns (self->partitions, exec->partition->n);
  free_columns (self->orders, exec->orders->n);
  for (guint w = 0; self->args != NULL && w < exec->windows->n; w++)
    free_columns (self->args[w], exec->calls[w]->n_children);
  g_free (self->args);
  for (guint w = 0; self->ranges != NULL && w < exec->windows->n; w++)
    free_columns (self->ranges[w], RUSH_RANGE_COLUMNS);
  g_free (self->ranges);
}

/* One expression over all batches. */
static RushColumn *
evaluate_all (GPtrArray *batches, const RushExpr *expr, RushEvalContext *eval, GError **error)
{
  g_autoptr (GPtrArray) pieces = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_column_unref);

  for (guint b = 0; b < batches->len; b++)
    {
      RushColumn *piece = rush_evaluate (expr, batches->pdata[b], eval, error);
      if (piece == NULL)
        return NULL;
      g_ptr_array_add (pieces, piece);
    }
  return rush_column_concat ((RushColumn *const *)pieces->pdata, pieces->len, eval->allocator,
                             error);
}

static gboolean
evaluate_list (GPtrArray *batches, RushExpr *const *exprs, guint n, gboolean orders,
               RushColumn ***out, RushEvalContext *eval, GError **error)
{
  *out = g_new0 (RushColumn *, n + 1);
  for (guint i = 0; i < n; i++)
    {
      if (exprs[i] == NULL)
        continue;
      (*out)[i] = evaluate_all (batches, orders ? exprs[i]->children[0] : exprs[i], eval, error);
      if ((*out)[i] == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
chunk_load (Chunk *self, const WindowExec *exec, GPtrArray *batches, RushEvalContext *eval,
            GError **error)
{
  guint n_columns = exec->base.children[0]->output->n;
  g_autofree RushColumn **pieces = g_new (RushColumn *, batches->len + 1);

  self->columns = g_new0 (RushColumn *, n_columns + 1);
  for (guint b = 0; b < batches->len; b++)
    self->n_rows += ((RushBatch *)batches->pdata[b])->length;
  for (guint c = 0; c < n_columns; c++)
    {
      for (guint b = 0; b < batches->len; b++)
        pieces[b] = ((RushBatch *)batches->pdata[b])->columns[c];
      self->columns[c] = rush_column_concat (pieces, batches->len, eval->allocator, error);
      if (self->columns[c] == NULL)
        return FALSE;
    }
  if (!evaluate_list (batches, exec->bound_partition->items, exec->partition->n, TRUE,
                      &self->partitions, eval, error) ||
      !evaluate_list (batches, exec->bound_orders->items, exec->orders->n, TRUE, &self->orders,
                      eval, error))
    return FALSE;
  self->args = g_new0 (RushColumn **, exec->windows->n + 1);
  self->ranges = g_new0 (RushColumn **, exec->windows->n + 1);
  for (guint w = 0; w < exec->windows->n; w++)
    if (!evaluate_list (batches, exec->calls[w]->children, exec->calls[w]->n_children, FALSE,
                        &self->args[w], eval, error) ||
        !evaluate_list (batches, exec->ranges[w].exprs, RUSH_RANGE_COLUMNS, FALSE, &self->ranges[w],
                        eval, error))
      return FALSE;
  return TRUE;
}

static RushColumn **
slice_all (RushColumn *const *columns, guint n, guint start, guint length)
{
  RushColumn **slices = g_new0 (RushColumn *, n + 1);

  for (guint c = 0; c < n; c++)
    slices[c] = columns[c] != NULL ? rush_column_slice (columns[c], start, length) : NULL;
  return slices;
}

/* The rows [start, start + n) of a chunk are one partition. */
static gboolean
apply_to_partition (const WindowExec *exec, const Chunk *chunk, guint start, guint n,
                    GPtrArray *const *pieces, RushEvalContext *eval, GError **error)
{
  g_autofree guint32 *peers = g_new (guint32, 2 * (gsize)n + 1);
  RushColumn **orders = slice_all (chunk->orders, exec->orders->n, start, n);
  RushWindowRows rows = { n, orders, exec->order_spec, peers, peers + n };
  gboolean applied = TRUE;

  rush_window_find_peers (&rows);
  for (guint w = 0; w < exec->windows->n && applied; w++)
    {
      RushColumn **args = slice_all (chunk->args[w], exec->calls[w]->n_children, start, n);
      RushColumn **range = slice_all (chunk->ranges[w], RUSH_RANGE_COLUMNS, start, n);
      applied = apply (exec, w, args, range, &rows, pieces[w], eval, error);
      free_columns (args, exec->calls[w]->n_children);
      free_columns (range, RUSH_RANGE_COLUMNS);
    }
  free_columns (orders, exec->orders->n);
  return applied;
}

/* The chunk's rows with the functions' columns, as batches. */
static gboolean
hand_on (WindowIterator *self, const Chunk *chunk, GPtrArray *const *pieces, GError **error)
{
  const WindowExec *exec = self->exec;
  guint n_child = exec->base.children[0]->output->n, n = exec->schema->n_fields;
  RushColumn **all = g_new0 (RushColumn *, n + 1);
  gboolean made = TRUE;

  for (guint c = 0; c < n && made; c++)
    {
      all[c] = c < n_child
                   ? rush_column_ref (chunk->columns[c])
                   : rush_column_concat ((RushColumn *const *)pieces[c - n_child]->pdata,
                                         pieces[c - n_child]->len, self->eval->allocator, error);
      made = all[c] != NULL;
    }
  for (guint start = 0; made && start < chunk->n_rows; start += RUSH_BATCH_MAX_ROWS)
    {
      guint length = MIN (chunk->n_rows - start, RUSH_BATCH_MAX_ROWS);
      g_autofree RushColumn **slices = slice_all (all, n, start, length);
      g_ptr_array_add (self->chunk, rush_batch_new (exec->schema, length, slices));
    }
  free_columns (all, n);
  return made;
}

static gboolean
process (WindowIterator *self, GPtrArray *batches, GError **error)
{
  const WindowExec *exec = self->exec;
  g_autofree GPtrArray **pieces = g_new0 (GPtrArray *, exec->windows->n + 1);
  Chunk chunk = { 0 };
  gboolean done = chunk_load (&chunk, exec, batches, self->eval, error);

  for (guint w = 0; w < exec->windows->n; w++)
    pieces[w] = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_column_unref);
  for (guint start = 0, end; done && start < chunk.n_rows; start = end)
    {
      for (end = start + 1;
           end < chunk.n_rows && rush_sort_compare (exec->partition_spec, 0, chunk.partitions,
                                                    start, chunk.partitions, end) == 0;
           end++)
        ;
      done = apply_to_partition (exec, &chunk, start, end - start, pieces, self->eval, error);
    }
  done = done && hand_on (self, &chunk, pieces, error);
  for (guint w = 0; w < exec->windows->n; w++)
    g_ptr_array_unref (pieces[w]);
  chunk_clear (&chunk, exec);
  return done;
}

/* ---- whole partitions ---- */

/* Where the last partition of @batch begins. */
static gboolean
last_partition_start (const WindowExec *exec, const RushBatch *batch, RushEvalContext *eval,
                      guint *out_start, GError **error)
{
  RushColumn **keys = rush_sort_keys_new (exec->bound_partition, batch, eval, error);
  guint start = batch->length - 1;

  if (keys == NULL)
    return FALSE;
  while (start > 0 &&
         rush_sort_compare (exec->partition_spec, 0, keys, start - 1, keys, start) == 0)
    start--;
  rush_sort_keys_free (keys, exec->bound_partition->n);
  *out_start = start;
  return TRUE;
}

/* Batches up to the end of a partition; what comes behind it is held back. */
static gboolean
read_chunk (WindowIterator *self, GPtrArray *into, GError **error)
{
  g_autoptr (GError) failure = NULL;
  guint n = 0;

  if (self->held != NULL)
    {
      n = self->held->length;
      g_ptr_array_add (into, g_steal_pointer (&self->held));
    }
  while (rush_task_context_check (self->ctx, &failure))
    {
      g_autoptr (RushBatch) batch = rush_iterator_next (self->rows, &failure);
      g_autoptr (RushBatch) rows = NULL;
      guint start;

      if (batch == NULL)
        break;
      rows = rush_batch_compact (batch, self->eval->allocator, &failure);
      if (rows == NULL)
        break;
      if (rows->length == 0)
        continue;
      if (!last_partition_start (self->exec, rows, self->eval, &start, &failure))
        break;
      n += rows->length;
      if (start > 0 && n >= CHUNK_ROWS)
        {
          g_ptr_array_add (into, rush_batch_slice (rows, 0, start));
          self->held = rush_batch_slice (rows, start, rows->length - start);
          return TRUE;
        }
      g_ptr_array_add (into, g_steal_pointer (&rows));
    }
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return failure == NULL && (error == NULL || *error == NULL);
}

static RushBatch *
window_next (RushIterator *base, GError **error)
{
  WindowIterator *self = (WindowIterator *)base;

  if (self->next == self->chunk->len)
    {
      g_autoptr (GPtrArray) batches =
          g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);

      g_ptr_array_set_size (self->chunk, 0);
      self->next = 0;
      if (!read_chunk (self, batches, error) || batches->len == 0 ||
          !process (self, batches, error))
        return NULL;
    }
  return rush_batch_ref (self->chunk->pdata[self->next++]);
}

static void
window_close (RushIterator *base)
{
  WindowIterator *self = (WindowIterator *)base;

  rush_iterator_close (self->rows);
  rush_batch_unref (self->held);
  g_ptr_array_unref (self->chunk);
  g_free (self);
}

static const RushIteratorClass window_iterator_class = { window_next, window_close };

static RushIterator *
window_open (const RushExec *base, RushIterator *child, guint split, RushTaskContext *ctx,
             RushEvalContext *eval, GError **error)
{
  WindowIterator *self = g_new0 (WindowIterator, 1);

  self->base.klass = &window_iterator_class;
  self->exec = (const WindowExec *)base;
  self->rows = child;
  self->ctx = ctx;
  self->eval = eval;
  self->chunk = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  return &self->base;
}

/* ---- the operator ---- */

static RushExec *
window_with_children (const RushExec *base, RushExec *const *children)
{
  const WindowExec *self = (const WindowExec *)base;

  return rush_window_exec_new (rush_expr_list_ref (self->windows),
                               rush_expr_list_ref (self->partition),
                               rush_expr_list_ref (self->orders), children[0]);
}

static RushDistribution
window_distribution (const RushExec *base, guint i)
{
  const RushExprList *partition = ((const WindowExec *)base)->partition;

  return (RushDistribution){ partition->n > 0 ? RUSH_DISTRIBUTION_CLUSTERED
                                              : RUSH_DISTRIBUTION_ALL_TUPLES,
                             partition };
}

/* Partition keys ascending, then the orders. */
static RushExprList *
window_required_ordering (const RushExec *base, guint i)
{
  const WindowExec *self = (const WindowExec *)base;
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);

  for (guint k = 0; k < self->partition->n; k++)
    g_ptr_array_add (
        all, rush_expr_sort_order (rush_expr_ref (self->partition->items[k]), FALSE, FALSE));
  for (guint k = 0; k < self->orders->n; k++)
    g_ptr_array_add (all, rush_expr_ref (self->orders->items[k]));
  return rush_expr_list_from_array (all);
}

static RushExprList *
window_ordering (const RushExec *base)
{
  return rush_exec_output_ordering (base->children[0]);
}

static char *
window_arguments (const RushExec *base)
{
  const WindowExec *self = (const WindowExec *)base;
  g_autofree char *windows = rush_list_to_text (self->windows);
  g_autofree char *partition = rush_list_to_text (self->partition);
  g_autofree char *orders = rush_list_to_text (self->orders);

  return self->orders->n > 0 ? g_strdup_printf (" %s, %s, %s", windows, partition, orders)
                             : g_strdup_printf (" %s, %s", windows, partition);
}

static void
window_expressions (const RushExec *base, GPtrArray *into)
{
  const WindowExec *self = (const WindowExec *)base;

  for (guint w = 0; w < self->windows->n; w++)
    g_ptr_array_add (into, self->windows->items[w]);
}

static void
window_finalize (RushExec *base)
{
  WindowExec *self = (WindowExec *)base;

  for (guint w = 0; w < self->windows->n; w++)
    {
      rush_expr_unref (self->calls[w]);
      rush_window_range_clear (&self->ranges[w]);
    }
  g_free (self->calls);
  g_free (self->ranges);
  rush_expr_list_unref (self->windows);
  rush_expr_list_unref (self->partition);
  rush_expr_list_unref (self->orders);
  rush_expr_list_unref (self->bound_partition);
  rush_expr_list_unref (self->bound_orders);
  g_free (self->partition_spec);
  g_free (self->order_spec);
  rush_schema_unref (self->schema);
}

static const RushExecClass window_class = {
  .name = "Window",
  .finalize = window_finalize,
  .with_children = window_with_children,
  .arguments = window_arguments,
  .expressions = window_expressions,
  .output_ordering = window_ordering,
  .required_distribution = window_distribution,
  .required_ordering = window_required_ordering,
  .open = window_open,
};

static RushExprList *
output_of (const RushExprList *windows, const RushExec *child)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);

  for (guint c = 0; c < child->output->n; c++)
    g_ptr_array_add (all, rush_expr_ref (child->output->items[c]));
  for (guint w = 0; w < windows->n; w++)
    g_ptr_array_add (all, rush_expr_to_attribute (windows->items[w]));
  return rush_expr_list_from_array (all);
}

static RushExprList *
ascending (const RushExprList *keys)
{
  g_autofree RushExpr **orders = g_new (RushExpr *, keys->n + 1);

  for (guint k = 0; k < keys->n; k++)
    orders[k] = rush_expr_sort_order (rush_expr_ref (keys->items[k]), FALSE, FALSE);
  return rush_expr_list_new (keys->n, orders);
}

RushExec *
rush_window_exec_new (RushExprList *windows, RushExprList *partition, RushExprList *orders,
                      RushExec *child)
{
  WindowExec *self =
      rush_exec_alloc (sizeof *self, &window_class, output_of (windows, child), 1, &child);
  g_autoptr (RushExprList) by_partition = ascending (partition);

  self->windows = windows;
  self->partition = partition;
  self->orders = orders;
  self->calls = g_new0 (RushExpr *, windows->n + 1);
  for (guint w = 0; w < windows->n; w++)
    self->calls[w] = rush_expr_bind (windows->items[w]->children[0]->children[0], child->output);
  self->bound_partition = rush_bind_list (by_partition, child->output);
  self->bound_orders = rush_bind_list (orders, child->output);
  self->partition_spec = rush_sort_spec_new (self->bound_partition);
  self->order_spec = rush_sort_spec_new (self->bound_orders);
  self->ranges = g_new0 (RushWindowRange, windows->n + 1);
  for (guint w = 0; w < windows->n; w++)
    rush_window_range_init (&self->ranges[w], &windows->items[w]->children[0]->as.window.frame,
                            self->bound_orders);
  self->schema = rush_exec_schema (&self->base);
  rush_exec_add_metric (self, "spillSize", "spill size", RUSH_METRIC_SIZE);
  return &self->base;
}
