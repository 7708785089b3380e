/* window.c - a column more for each function: what it makes of the rows around each row.
 *
 *     sorted by partition, order       a chunk: whole partitions, some thousand rows
 *     │ a 1 │ a 2 │ b 1 │ b 5 │ …  ─▶  for each function and partition a piece of its column
 *
 *   rank () and the like     see a partition at once (functions/window)
 *   aggregates               see the rows of each frame (window_aggregate.c)
 *
 * A partition that is larger than what an operator may hold goes to an array that can be spilled
 * (window_large.c).
 *
 * Mirrors: org.apache.spark.sql.execution.window.WindowExec.
 */
#include "sql/physical/operators/window.h"

#include "core/data/gather.h"
#include "sql/physical/operators/basic.h"
#include "sql/physical/operators/window_large.h"
#include "sql/physical/text.h"

#define CHUNK_ROWS (RUSH_BATCH_MAX_ROWS / 2)

enum
{
  METRIC_SPILL_SIZE,
};

typedef struct
{
  RushIterator base;
  const RushWindowExec *exec;
  RushIterator *rows;
  RushTaskContext *ctx;
  RushEvalContext *eval;
  RushBatch *held;  /* (owned) read already, but not looked at; or NULL */
  GPtrArray *open;  /* RushBatch (owned): the first rows of a partition that may go on */
  GPtrArray *chunk; /* RushBatch (owned): being handed out */
  guint next;
  RushLargeWindow *large; /* (owned) being handed out instead, or NULL */
  gint64 max_open_bytes;
} WindowIterator;

/* ---- whole partitions ---- */

static gint64
bytes_of (GPtrArray *batches)
{
  gint64 bytes = 0;

  for (guint b = 0; b < batches->len; b++)
    bytes += (gint64)rush_batch_memory_bytes (batches->pdata[b]);
  return bytes;
}

static void
move_all (GPtrArray *from, GPtrArray *to)
{
  g_ptr_array_extend_and_steal (to, g_ptr_array_ref (from));
}

/* Where the partition of @batch that is open ends: how many of its first rows go on with it
 * (*out_go_on), and where its last partition begins, in front of which others may stand. */
static gboolean
find_ends (WindowIterator *self, RushBatch *batch, guint *out_go_on, guint *out_last_start,
           GError **error)
{
  const RushWindowExec *exec = self->exec;
  const RushSortSpec *spec = exec->partition_spec;
  guint n = exec->bound_partition->n, start = batch->length - 1, go_on = 0;
  RushColumn **keys = rush_sort_keys_new (exec->bound_partition, batch, self->eval, error);
  RushColumn **open = NULL;

  if (keys == NULL)
    return FALSE;
  if (self->open->len > 0)
    {
      open = rush_sort_keys_new (exec->bound_partition, self->open->pdata[0], self->eval, error);
      if (open == NULL)
        {
          rush_sort_keys_free (keys, n);
          return FALSE;
        }
      while (go_on < batch->length && rush_sort_compare (spec, 0, open, 0, keys, go_on) == 0)
        go_on++;
      rush_sort_keys_free (open, n);
    }
  while (start > go_on && rush_sort_compare (spec, 0, keys, start - 1, keys, start) == 0)
    start--;
  rush_sort_keys_free (keys, n);
  *out_go_on = go_on;
  *out_last_start = MAX (start, go_on);
  return TRUE;
}

/* The rows of the open partition, and of those that are whole, from @rows; what begins behind them
 * is open then. */
static gboolean
sort_out (WindowIterator *self, RushBatch *rows, GPtrArray *into, GError **error)
{
  guint go_on, start;

  if (!find_ends (self, rows, &go_on, &start, error))
    return FALSE;
  if (go_on > 0)
    g_ptr_array_add (self->open, rush_batch_slice (rows, 0, go_on));
  if (go_on == rows->length)
    return TRUE;
  move_all (self->open, into);
  if (start > go_on)
    g_ptr_array_add (into, rush_batch_slice (rows, go_on, start - go_on));
  g_ptr_array_add (self->open, rush_batch_slice (rows, start, rows->length - start));
  return TRUE;
}

/* The next rows without a selection; NULL without error: the end. */
static RushBatch *
read_rows (WindowIterator *self, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (self->held != NULL)
    return g_steal_pointer (&self->held);
  while (rush_task_context_check (self->ctx, error))
    {
      g_autoptr (RushBatch) batch = rush_iterator_next (self->rows, &failure);

      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      if (batch == NULL || batch->length > 0)
        return batch != NULL ? rush_batch_compact (batch, self->eval->allocator, error) : NULL;
    }
  return NULL;
}

static guint
rows_of (GPtrArray *batches)
{
  guint n = 0;

  for (guint b = 0; b < batches->len; b++)
    n += ((RushBatch *)batches->pdata[b])->length;
  return n;
}

/* Whole partitions; none, if the first one that there is is large: its first rows are open then. */
static gboolean
read_chunk (WindowIterator *self, GPtrArray *into, GError **error)
{
  g_autoptr (GError) failure = NULL;

  while (rows_of (into) < CHUNK_ROWS)
    {
      g_autoptr (RushBatch) rows = NULL;

      if (bytes_of (self->open) > self->max_open_bytes)
        return TRUE;
      rows = read_rows (self, &failure);
      if (rows == NULL || !sort_out (self, rows, into, &failure))
        break;
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (rows_of (into) < CHUNK_ROWS)
    move_all (self->open, into);
  return TRUE;
}

/* The rest of the open partition, of which one batch is left, goes to @rows as well. */
static gboolean
read_rest (WindowIterator *self, RushRowArray *rows, GError **error)
{
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  while (failure == NULL && self->held == NULL && (batch = read_rows (self, &failure)) != NULL)
    {
      guint go_on, start;

      if (find_ends (self, batch, &go_on, &start, &failure))
        {
          g_autoptr (RushBatch) more = rush_batch_slice (batch, 0, go_on);

          rush_row_array_append (rows, more, &failure);
          if (go_on < batch->length)
            self->held = rush_batch_slice (batch, go_on, batch->length - go_on);
        }
      rush_batch_unref (batch);
    }
  if (failure == NULL && rush_row_array_n_rows (rows) >= G_MAXINT32)
    g_set_error_literal (&failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
                         "more than 2 billion rows in a partition of a window");
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* All of the open partition. */
static gboolean
begin_large (WindowIterator *self, GError **error)
{
  RushRowArray *rows =
      rush_row_array_new ("Window", ((RushBatch *)self->open->pdata[0])->schema, self->ctx);
  gboolean read = TRUE;

  for (guint b = 0; b < self->open->len && read; b++)
    read = rush_row_array_append (rows, self->open->pdata[b], error);
  g_ptr_array_set_size (self->open, 1); /* for its key */
  if (!read || !read_rest (self, rows, error))
    {
      rush_row_array_free (rows);
      return FALSE;
    }
  g_ptr_array_set_size (self->open, 0);
  self->large = rush_large_window_new (self->exec, rows, self->ctx, self->eval, error);
  return self->large != NULL;
}

static void
end_large (WindowIterator *self)
{
  if (self->large != NULL)
    rush_exec_count (&self->exec->base, METRIC_SPILL_SIZE,
                     rush_large_window_spilled_bytes (self->large));
  g_clear_pointer (&self->large, rush_large_window_free);
}

/* Makes rows to be handed out; FALSE without error: there are no more. */
static gboolean
advance (WindowIterator *self, GError **error)
{
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);

  g_ptr_array_set_size (self->chunk, 0);
  self->next = 0;
  if (!read_chunk (self, batches, error))
    return FALSE;
  if (batches->len > 0)
    return rush_window_exec_run (self->exec, batches, self->chunk, self->eval, error);
  return self->open->len > 0 && begin_large (self, error);
}

static RushBatch *
window_next (RushIterator *base, GError **error)
{
  WindowIterator *self = (WindowIterator *)base;
  g_autoptr (GError) failure = NULL;

  while (self->large != NULL || self->next == self->chunk->len)
    {
      if (self->large != NULL)
        {
          RushBatch *batch = rush_large_window_next (self->large, &failure);

          if (batch != NULL)
            return batch;
          end_large (self);
          if (failure == NULL)
            continue;
        }
      else if (advance (self, &failure))
        continue;
      if (failure != NULL)
        g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  return rush_batch_ref (self->chunk->pdata[self->next++]);
}

static void
window_close (RushIterator *base)
{
  WindowIterator *self = (WindowIterator *)base;

  end_large (self);
  rush_iterator_close (self->rows);
  rush_batch_unref (self->held);
  g_ptr_array_unref (self->open);
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
  self->exec = (const RushWindowExec *)base;
  self->rows = child;
  self->ctx = ctx;
  self->eval = eval;
  self->chunk = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  self->open = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  self->max_open_bytes = rush_row_array_part_bytes (ctx);
  return &self->base;
}

/* ---- the operator ---- */

static RushExec *
window_with_children (const RushExec *base, RushExec *const *children)
{
  const RushWindowExec *self = (const RushWindowExec *)base;

  return rush_window_exec_new (rush_expr_list_ref (self->windows),
                               rush_expr_list_ref (self->partition),
                               rush_expr_list_ref (self->orders), children[0]);
}

static RushDistribution
window_distribution (const RushExec *base, guint i)
{
  const RushExprList *partition = ((const RushWindowExec *)base)->partition;

  return (RushDistribution){ partition->n > 0 ? RUSH_DISTRIBUTION_CLUSTERED
                                              : RUSH_DISTRIBUTION_ALL_TUPLES,
                             partition };
}

/* Partition keys ascending, then the orders. */
static RushExprList *
window_required_ordering (const RushExec *base, guint i)
{
  const RushWindowExec *self = (const RushWindowExec *)base;
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
  const RushWindowExec *self = (const RushWindowExec *)base;
  g_autofree char *windows = rush_list_to_text (self->windows);
  g_autofree char *partition = rush_list_to_text (self->partition);
  g_autofree char *orders = rush_list_to_text (self->orders);

  return self->orders->n > 0 ? g_strdup_printf (" %s, %s, %s", windows, partition, orders)
                             : g_strdup_printf (" %s, %s", windows, partition);
}

static void
window_expressions (const RushExec *base, GPtrArray *into)
{
  const RushWindowExec *self = (const RushWindowExec *)base;

  for (guint w = 0; w < self->windows->n; w++)
    g_ptr_array_add (into, self->windows->items[w]);
}

static void
window_finalize (RushExec *base)
{
  RushWindowExec *self = (RushWindowExec *)base;

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
  RushWindowExec *self =
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
