/* window_chunk.c - the functions of a window over whole partitions, as columns in memory.
 *
 *     │ a 1 │ a 2 │ b 1 │ b 5 │    a chunk: its columns, partition keys, order keys and all
 *                                  arguments, each in one piece
 *     │  1  │  2  │  1  │  2  │    for each function and partition a piece of its column
 */
#include "sql/physical/operators/window_private.h"

#include "core/data/gather.h"

/* ---- a partition ---- */

RushWindowFrame
rush_window_exec_frame (const RushWindowExec *exec, guint w)
{
  RushWindowFrame frame = exec->windows->items[w]->children[0]->as.window.frame;

  if (frame.given)
    return frame;
  return (RushWindowFrame){ .lower = RUSH_BOUND_UNBOUNDED_PRECEDING,
                            .upper = exec->orders->n > 0 ? RUSH_BOUND_CURRENT_ROW
                                                         : RUSH_BOUND_UNBOUNDED_FOLLOWING };
}

/* All arguments of a call, to be sliced. */
typedef struct
{
  RushColumn *const *columns;
  guint n;
} AllArgs;

static RushColumn **
slice_args (gpointer data, guint32 start, guint n, GError **error)
{
  const AllArgs *args = data;

  return rush_window_slice_all (args->columns, args->n, start, n);
}

static gboolean
aggregate (const RushExpr *call, RushColumn *const *args, guint n, const guint32 *starts,
           const guint32 *ends, GPtrArray *out, RushEvalContext *eval, GError **error)
{
  AllArgs all = { args, call->n_children };
  RushFrameAggregate *aggregate = rush_frame_aggregate_new (call, eval, error);
  gboolean run = aggregate != NULL &&
                 rush_frame_aggregate_run (aggregate, &(RushWindowArgs){ slice_args, &all }, n,
                                           starts, ends, out, error);

  rush_frame_aggregate_free (aggregate);
  return run;
}

static RushColumn *
call_function (const RushExpr *call, RushColumn *const *args, const RushWindowRows *rows,
               const guint32 *starts, const guint32 *ends, RushEvalContext *eval, GError **error)
{
  RushWindowPartition partition = {
    .n_rows = rows->n_rows,
    .n = rows->n_rows,
    .args = args,
    .peers_start = rows->peers_start,
    .peers_end = rows->peers_end,
    .frame_start = starts,
    .frame_end = ends,
  };

  return call->as.function.function->window (call, &partition, eval, error);
}

gboolean
rush_window_exec_apply (const RushWindowExec *exec, guint w, RushColumn *const *args,
                        RushColumn *const *range, const RushWindowRows *rows, GPtrArray *out,
                        RushEvalContext *eval, GError **error)
{
  const RushExpr *call = exec->calls[w];
  RushWindowFrame frame = rush_window_exec_frame (exec, w);
  gsize bytes = 2 * (gsize)rows->n_rows * sizeof (guint32);
  guint32 *starts = rush_alloc (eval->allocator, MAX (bytes, 1), error), *ends;
  gboolean applied;

  if (starts == NULL)
    return FALSE;
  ends = starts + rows->n_rows;
  applied = rush_window_find_frames (rows, &frame, &exec->ranges[w], range, starts, ends, error);
  if (applied && call->kind == RUSH_EXPR_AGGREGATE)
    applied = aggregate (call, args, rows->n_rows, starts, ends, out, eval, error);
  else if (applied)
    {
      RushColumn *column = call_function (call, args, rows, starts, ends, eval, error);

      applied = column != NULL;
      if (applied)
        g_ptr_array_add (out, column);
    }
  rush_free (eval->allocator, starts, MAX (bytes, 1));
  return applied;
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

void
rush_window_free_columns (RushColumn **columns, guint n)
{
  for (guint c = 0; columns != NULL && c < n; c++)
    if (columns[c] != NULL)
      rush_column_unref (columns[c]);
  g_free (columns);
}

static void
chunk_clear (Chunk *self, const RushWindowExec *exec)
{
  rush_window_free_columns (self->columns, exec->base.children[0]->output->n);
  rush_window_free_columns (self->partitions, exec->partition->n);
  rush_window_free_columns (self->orders, exec->orders->n);
  for (guint w = 0; self->args != NULL && w < exec->windows->n; w++)
    rush_window_free_columns (self->args[w], exec->calls[w]->n_children);
  g_free (self->args);
  for (guint w = 0; self->ranges != NULL && w < exec->windows->n; w++)
    rush_window_free_columns (self->ranges[w], RUSH_RANGE_COLUMNS);
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
chunk_load (Chunk *self, const RushWindowExec *exec, GPtrArray *batches, RushEvalContext *eval,
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

RushColumn **
rush_window_slice_all (RushColumn *const *columns, guint n, guint start, guint length)
{
  RushColumn **slices = g_new0 (RushColumn *, n + 1);

  for (guint c = 0; c < n; c++)
    slices[c] = columns[c] != NULL ? rush_column_slice (columns[c], start, length) : NULL;
  return slices;
}

/* The rows [start, start + n) of a chunk are one partition. */
static gboolean
apply_to_partition (const RushWindowExec *exec, const Chunk *chunk, guint start, guint n,
                    GPtrArray *const *pieces, RushEvalContext *eval, GError **error)
{
  g_autofree guint32 *peers = g_new (guint32, 2 * (gsize)n + 1); /* bounded, as chunks are */
  RushColumn **orders = rush_window_slice_all (chunk->orders, exec->orders->n, start, n);
  RushWindowRows rows = { .n_rows = n,
                          .n = n,
                          .orders = orders,
                          .spec = exec->order_spec,
                          .peers_start = peers,
                          .peers_end = peers + n };
  gboolean applied = TRUE;

  rush_window_find_peers (&rows);
  for (guint w = 0; w < exec->windows->n && applied; w++)
    {
      RushColumn **args =
          rush_window_slice_all (chunk->args[w], exec->calls[w]->n_children, start, n);
      RushColumn **range = rush_window_slice_all (chunk->ranges[w], RUSH_RANGE_COLUMNS, start, n);
      applied = rush_window_exec_apply (exec, w, args, range, &rows, pieces[w], eval, error);
      rush_window_free_columns (args, exec->calls[w]->n_children);
      rush_window_free_columns (range, RUSH_RANGE_COLUMNS);
    }
  rush_window_free_columns (orders, exec->orders->n);
  return applied;
}

/* The chunk's rows with the functions' columns, as batches. */
static gboolean
hand_on (const RushWindowExec *exec, const Chunk *chunk, GPtrArray *const *pieces, GPtrArray *into,
         RushEvalContext *eval, GError **error)
{
  guint n_child = exec->base.children[0]->output->n, n = exec->schema->n_fields;
  RushColumn **all = g_new0 (RushColumn *, n + 1);
  gboolean made = TRUE;

  for (guint c = 0; c < n && made; c++)
    {
      all[c] = c < n_child ? rush_column_ref (chunk->columns[c])
                           : rush_column_concat ((RushColumn *const *)pieces[c - n_child]->pdata,
                                                 pieces[c - n_child]->len, eval->allocator, error);
      made = all[c] != NULL;
    }
  for (guint start = 0; made && start < chunk->n_rows; start += RUSH_BATCH_MAX_ROWS)
    {
      guint length = MIN (chunk->n_rows - start, RUSH_BATCH_MAX_ROWS);
      g_autofree RushColumn **slices = rush_window_slice_all (all, n, start, length);
      g_ptr_array_add (into, rush_batch_new (exec->schema, length, slices));
    }
  rush_window_free_columns (all, n);
  return made;
}

gboolean
rush_window_exec_run (const RushWindowExec *exec, GPtrArray *batches, GPtrArray *into,
                      RushEvalContext *eval, GError **error)
{
  g_autofree GPtrArray **pieces = g_new0 (GPtrArray *, exec->windows->n + 1);
  Chunk chunk = { 0 };
  gboolean done = chunk_load (&chunk, exec, batches, eval, error);

  for (guint w = 0; w < exec->windows->n; w++)
    pieces[w] = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_column_unref);
  for (guint start = 0, end; done && start < chunk.n_rows; start = end)
    {
      for (end = start + 1;
           end < chunk.n_rows && rush_sort_compare (exec->partition_spec, 0, chunk.partitions,
                                                    start, chunk.partitions, end) == 0;
           end++)
        ;
      done = apply_to_partition (exec, &chunk, start, end - start, pieces, eval, error);
    }
  done = done && hand_on (exec, &chunk, pieces, into, eval, error);
  for (guint w = 0; w < exec->windows->n; w++)
    g_ptr_array_unref (pieces[w]);
  chunk_clear (&chunk, exec);
  return done;
}
