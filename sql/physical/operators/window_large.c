/* window_large.c - a partition is on disk, maybe; its functions look at it through cursors.
 *
 *     rows of the partition   │ ………………………………………………………………………………………… │   a row array, spilled or not
 *       handed out            │ …… │piece│                              some thousand rows
 *       peers                 │ …………………… │                              as far as its last row's go
 *       sum () over ROWS 10 PRECEDING     ▮▮▮▮                          what has not left the frame
 *
 * Each function reads the array for itself, evaluates its arguments batch by batch, and keeps those
 * rows alone that it may look at again:
 *
 *   running   the frame begins with the partition or the group of peers, or ends where it begins:
 *             each row is taken in once (also UNBOUNDED FOLLOWING: before the first row comes out)
 *   near      lag (), lead (), frames of some ROWS around the row
 *   own       rank () and the like: peers say all
 *   all       what is left: first those that IGNORE NULLS, nth_value (), frames of values, and
 *             those that end with the partition.  Arguments and results of all rows are in memory
 *             then, as columns; the other columns are not
 *
 * Mirrors: WindowFunctionFrame's prepare () and write () over an ExternalAppendOnlyUnsafeRowArray.
 */
#include "sql/physical/operators/window_large.h"

#include "core/data/gather.h"

/* Half a batch does not suffice, so one more is read, whatever its size. */
#define MAX_PIECE_ROWS (RUSH_BATCH_MAX_ROWS + RUSH_BATCH_MAX_ROWS / 2)

#define FORGET_ROWS 1024 /* a frame moves on before what it has left is forgotten */

/* ---- arguments ---- */

/* Some rows' columns. */
typedef struct
{
  guint32 first;
  guint n;
  RushColumn **columns; /* (owned) */
} Piece;

/* Expressions over the rows of the partition, from a row on that only rises. */
typedef struct
{
  RushExpr *const *exprs; /* NULL in it: not needed */
  guint n_exprs;
  RushEvalContext *eval;
  gboolean once;      /* rows before those that are asked for are not asked for again */
  RushIterator *rows; /* (owned) what is still to be read */
  GArray *pieces;     /* Piece, in order */
  guint32 end;        /* of the last one */
} Cursor;

static void
cursor_init (Cursor *self, RushRowArray *rows, RushExpr *const *exprs, guint n_exprs, gboolean once,
             RushEvalContext *eval)
{
  *self = (Cursor){ .exprs = exprs,
                    .n_exprs = n_exprs,
                    .eval = eval,
                    .once = once,
                    .rows = rush_row_array_read (rows),
                    .pieces = g_array_new (FALSE, FALSE, sizeof (Piece)) };
}

static void
cursor_clear (Cursor *self)
{
  for (guint p = 0; self->pieces != NULL && p < self->pieces->len; p++)
    rush_window_free_columns (g_array_index (self->pieces, Piece, p).columns, self->n_exprs);
  g_clear_pointer (&self->pieces, g_array_unref);
  g_clear_pointer (&self->rows, rush_iterator_close);
}

/* Rows before @row are not asked for any more. */
static void
cursor_forget (Cursor *self, guint32 row)
{
  guint n = 0;

  while (n < self->pieces->len)
    {
      Piece *piece = &g_array_index (self->pieces, Piece, n);
      if (piece->first + piece->n > row)
        break;
      rush_window_free_columns (piece->columns, self->n_exprs);
      n++;
    }
  if (n > 0)
    g_array_remove_range (self->pieces, 0, n);
}

static gboolean
cursor_read (Cursor *self, GError **error)
{
  g_autoptr (RushBatch) batch = rush_iterator_next (self->rows, error);
  Piece piece = { .first = self->end };
  gboolean evaluated = batch != NULL;

  if (!evaluated)
    return FALSE;
  piece.n = batch->length;
  piece.columns = g_new0 (RushColumn *, self->n_exprs + 1);
  for (guint i = 0; i < self->n_exprs && evaluated; i++)
    if (self->exprs[i] != NULL)
      {
        piece.columns[i] = rush_evaluate (self->exprs[i], batch, self->eval, error);
        evaluated = piece.columns[i] != NULL;
      }
  self->end += piece.n;
  g_array_append_val (self->pieces, piece);
  return evaluated;
}

/* The part of each piece that is in rows [start, end), one expression. */
static RushColumn *
concat_pieces (const Cursor *self, guint expr, guint32 start, guint32 end, GError **error)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_column_unref);

  for (guint p = 0; p < self->pieces->len; p++)
    {
      const Piece *piece = &g_array_index (self->pieces, Piece, p);
      guint32 from = MAX (start, piece->first), to = MIN (end, piece->first + piece->n);

      if (from < to)
        g_ptr_array_add (parts,
                         rush_column_slice (piece->columns[expr], from - piece->first, to - from));
    }
  if (parts->len == 1)
    return rush_column_ref (parts->pdata[0]);
  return rush_column_concat ((RushColumn *const *)parts->pdata, parts->len, self->eval->allocator,
                             error);
}

/* As RushWindowArgs has it. */
static RushColumn **
cursor_slice (gpointer data, guint32 start, guint n, GError **error)
{
  Cursor *self = data;
  RushColumn **columns;

  if (self->once)
    cursor_forget (self, start);
  g_assert (self->pieces->len == 0 || start >= g_array_index (self->pieces, Piece, 0).first);
  while (self->end < start + n)
    {
      if (!cursor_read (self, error))
        return NULL;
      if (self->once)
        cursor_forget (self, start);
    }
  columns = g_new0 (RushColumn *, self->n_exprs + 1);
  for (guint i = 0; i < self->n_exprs; i++)
    {
      if (self->exprs[i] == NULL)
        continue;
      columns[i] = concat_pieces (self, i, start, start + n, error);
      if (columns[i] == NULL)
        {
          rush_window_free_columns (columns, self->n_exprs);
          return NULL;
        }
    }
  return columns;
}

/* ---- functions ---- */

typedef enum
{
  RUNNING,
  NEAR,
  OWN,
  ALL,
} Reach;

typedef struct
{
  Reach reach;
  guint32 before, behind; /* NEAR, of a function */
  Cursor args;
  RushFrameAggregate *aggregate; /* (owned) of an aggregate, but for ALL */
  RushColumn *column;            /* (owned) ALL: the function's, of all rows; NULL: not yet */
} Function;

struct _RushLargeWindow
{
  const RushWindowExec *exec;
  RushRowArray *rows; /* (owned) */
  RushEvalContext *eval;
  RushIterator *out; /* (owned) rows that are to be handed out */
  guint32 next;      /* the first of them */
  gint64 piece_bytes;
  GPtrArray *ready; /* RushBatch (owned): handed out from n_given on */
  guint n_given;

  Cursor orders;
  RushExpr **order_keys;          /* [orders->n] (unowned) */
  guint32 group_start, group_end; /* of the peers that were found last */
  guint n_groups;                 /* that begin before group_end */
  RushColumn **group_key;         /* (owned) of its first row */
  guint32 peers_start[MAX_PIECE_ROWS], peers_end[MAX_PIECE_ROWS];
  Function functions[];
};

static gboolean
is_offset (RushFrameBound bound)
{
  return bound == RUSH_BOUND_CURRENT_ROW || bound == RUSH_BOUND_PRECEDING ||
         bound == RUSH_BOUND_FOLLOWING;
}

static Reach
reach_of_aggregate (const RushWindowExec *exec, guint w)
{
  RushWindowFrame frame = rush_window_exec_frame (exec, w);
  gboolean by_value =
      !frame.rows && (frame.lower == RUSH_BOUND_PRECEDING || frame.lower == RUSH_BOUND_FOLLOWING ||
                      frame.upper == RUSH_BOUND_PRECEDING || frame.upper == RUSH_BOUND_FOLLOWING);

  if (by_value)
    return ALL;
  if (frame.lower == RUSH_BOUND_UNBOUNDED_PRECEDING)
    return RUNNING;
  if (!is_offset (frame.lower) || !is_offset (frame.upper))
    return ALL;
  return frame.rows ? NEAR : RUNNING; /* of peers: the next group begins where this one ends */
}

static Reach
reach_of_function (const RushExpr *call, Function *out)
{
  const RushFunction *function = call->as.function.function;

  if (function->window_reach == NULL)
    return OWN;
  return function->window_reach (call, &out->before, &out->behind) ? NEAR : ALL;
}

static gboolean
function_init (RushLargeWindow *self, guint w, GError **error)
{
  const RushExpr *call = self->exec->calls[w];
  Function *function = &self->functions[w];
  gboolean aggregates = call->kind == RUSH_EXPR_AGGREGATE;

  function->reach =
      aggregates ? reach_of_aggregate (self->exec, w) : reach_of_function (call, function);
  cursor_init (&function->args, self->rows, call->children, call->n_children,
               !(aggregates && function->reach == NEAR), self->eval);
  if (!aggregates || function->reach == ALL)
    return TRUE;
  function->aggregate = rush_frame_aggregate_new (call, self->eval, error);
  return function->aggregate != NULL;
}

/* ---- peers ---- */

/* Finds where the group that begins at group_end ends. */
static gboolean
next_group (RushLargeWindow *self, GError **error)
{
  const RushWindowExec *exec = self->exec;
  guint n_rows = (guint)rush_row_array_n_rows (self->rows), n = exec->orders->n;
  gboolean same = TRUE;

  self->group_start = self->group_end;
  self->n_groups++;
  rush_window_free_columns (self->group_key, n);
  self->group_key = cursor_slice (&self->orders, self->group_start, 1, error);
  if (self->group_key == NULL)
    return FALSE;
  while (same && self->group_end < n_rows)
    {
      const Piece *piece;

      cursor_forget (&self->orders, self->group_end);
      if (self->orders.end <= self->group_end && !cursor_read (&self->orders, error))
        return FALSE;
      piece = &g_array_index (self->orders.pieces, Piece, 0);
      while (same && self->group_end < piece->first + piece->n)
        {
          same = rush_sort_compare (exec->order_spec, 0, self->group_key, 0, piece->columns,
                                    self->group_end - piece->first) == 0;
          self->group_end += same;
        }
    }
  return TRUE;
}

static gboolean
find_peers (RushLargeWindow *self, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    {
      while (self->next + i >= self->group_end)
        if (!next_group (self, error))
          return FALSE;
      self->peers_start[i] = self->group_start;
      self->peers_end[i] = self->group_end;
    }
  return TRUE;
}

/* ---- a piece ---- */

static RushColumn *
concat (GPtrArray *pieces, RushEvalContext *eval, GError **error)
{
  return rush_column_concat ((RushColumn *const *)pieces->pdata, pieces->len, eval->allocator,
                             error);
}

static RushColumn *
run_aggregate (RushLargeWindow *self, guint w, const RushWindowRows *rows, GError **error)
{
  Function *function = &self->functions[w];
  RushWindowFrame frame = rush_window_exec_frame (self->exec, w);
  RushWindowArgs args = { cursor_slice, &function->args };
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_column_unref);
  guint32 starts[MAX_PIECE_ROWS], ends[MAX_PIECE_ROWS];

  if (!rush_window_find_frames (rows, &frame, &self->exec->ranges[w], NULL, starts, ends, error))
    return NULL;
  for (guint i = 0; i < rows->n; i += FORGET_ROWS)
    {
      if (function->reach == NEAR)
        cursor_forget (&function->args, rush_frame_aggregate_first (function->aggregate));
      if (!rush_frame_aggregate_run (function->aggregate, &args, MIN (rows->n - i, FORGET_ROWS),
                                     &starts[i], &ends[i], values, error))
        return NULL;
    }
  return concat (values, self->eval, error);
}

static RushColumn *
run_function (RushLargeWindow *self, guint w, const RushWindowRows *rows, GError **error)
{
  Function *function = &self->functions[w];
  const RushExpr *call = self->exec->calls[w];
  guint32 first = rows->first - MIN (rows->first, function->before);
  guint32 end = MIN (rows->first + rows->n + function->behind, rows->n_rows);
  RushColumn **args, *column;

  args = cursor_slice (&function->args, first, end - first, error);
  if (args == NULL)
    return NULL;
  column = call->as.function.function->window (
      call,
      &(RushWindowPartition){ .n_rows = rows->n_rows,
                              .first = rows->first,
                              .n = rows->n,
                              .args = args,
                              .args_first = first,
                              .n_groups_before = rows->n_groups_before,
                              .peers_start = rows->peers_start,
                              .peers_end = rows->peers_end },
      self->eval, error);
  rush_window_free_columns (args, call->n_children);
  return column;
}

/* The function over all rows, at once. */
static gboolean
run_all (RushLargeWindow *self, guint w, GError **error)
{
  const RushWindowExec *exec = self->exec;
  Function *function = &self->functions[w];
  guint n = (guint)rush_row_array_n_rows (self->rows);
  gsize peers_bytes = 2 * (gsize)n * sizeof (guint32);
  guint32 *peers = rush_alloc (self->eval->allocator, peers_bytes, error);
  Cursor ranges, orders;
  RushColumn **args = NULL, **range = NULL, **keys = NULL;
  g_autoptr (GPtrArray) pieces = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_column_unref);

  if (peers == NULL)
    return FALSE;
  cursor_init (&ranges, self->rows, exec->ranges[w].exprs, RUSH_RANGE_COLUMNS, TRUE, self->eval);
  cursor_init (&orders, self->rows, self->order_keys, exec->orders->n, TRUE, self->eval);
  args = cursor_slice (&function->args, 0, n, error);
  range = args != NULL ? cursor_slice (&ranges, 0, n, error) : NULL;
  keys = range != NULL ? cursor_slice (&orders, 0, n, error) : NULL;
  cursor_clear (&function->args);
  cursor_clear (&ranges);
  cursor_clear (&orders);
  if (keys != NULL)
    {
      RushWindowRows rows = { .n_rows = n,
                              .n = n,
                              .orders = keys,
                              .spec = exec->order_spec,
                              .peers_start = peers,
                              .peers_end = peers + n };

      rush_window_find_peers (&rows);
      if (rush_window_exec_apply (exec, w, args, range, &rows, pieces, self->eval, error))
        function->column = concat (pieces, self->eval, error);
    }
  rush_window_free_columns (args, exec->calls[w]->n_children);
  rush_window_free_columns (range, RUSH_RANGE_COLUMNS);
  rush_window_free_columns (keys, exec->orders->n);
  rush_free (self->eval->allocator, peers, peers_bytes);
  return function->column != NULL;
}

/* The @w-th function's column for the piece. */
static RushColumn *
run (RushLargeWindow *self, guint w, const RushWindowRows *rows, GError **error)
{
  Function *function = &self->functions[w];

  if (function->aggregate != NULL)
    return run_aggregate (self, w, rows, error);
  if (function->reach != ALL)
    return run_function (self, w, rows, error);
  if (function->column == NULL && !run_all (self, w, error))
    return NULL;
  return rush_column_slice (function->column, rows->first, rows->n);
}

/* Some rows to be handed out; none: there are no more. */
static gboolean
read_piece (RushLargeWindow *self, GPtrArray *into, guint *out_n, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gint64 bytes = 0;

  *out_n = 0;
  while (bytes < self->piece_bytes && (*out_n == 0 || *out_n <= RUSH_BATCH_MAX_ROWS / 2))
    {
      RushBatch *batch = rush_iterator_next (self->out, &failure);

      if (batch == NULL)
        break;
      g_ptr_array_add (into, batch);
      bytes += (gint64)rush_batch_memory_bytes (batch);
      *out_n += batch->length;
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* @batches with the columns @made, of all their rows. */
static void
hand_on (RushLargeWindow *self, GPtrArray *batches, RushColumn *const *made)
{
  const RushSchema *schema = self->exec->schema;
  guint n_made = self->exec->windows->n, n_child = schema->n_fields - n_made, at = 0;

  for (guint b = 0; b < batches->len; b++)
    {
      RushBatch *batch = batches->pdata[b];
      g_autofree RushColumn **columns = g_new (RushColumn *, schema->n_fields + 1);

      for (guint c = 0; c < n_child; c++)
        columns[c] = rush_column_ref (batch->columns[c]);
      for (guint w = 0; w < n_made; w++)
        columns[n_child + w] = rush_column_slice (made[w], at, batch->length);
      at += batch->length;
      g_ptr_array_add (self->ready, rush_batch_new (self->exec->schema, batch->length, columns));
    }
}

static gboolean
next_piece (RushLargeWindow *self, GError **error)
{
  const RushWindowExec *exec = self->exec;
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  guint n_groups = self->n_groups, n;
  RushWindowRows rows;
  RushColumn **made;
  gboolean done = TRUE;

  g_ptr_array_set_size (self->ready, 0);
  self->n_given = 0;
  if (!read_piece (self, batches, &n, error) || n == 0)
    return FALSE;
  if (!find_peers (self, n, error))
    return FALSE;
  rows = (RushWindowRows){ .n_rows = (guint)rush_row_array_n_rows (self->rows),
                           .first = self->next,
                           .n = n,
                           .n_groups_before = n_groups,
                           .spec = exec->order_spec,
                           .peers_start = self->peers_start,
                           .peers_end = self->peers_end };
  made = g_new0 (RushColumn *, exec->windows->n + 1);
  for (guint w = 0; w < exec->windows->n && done; w++)
    {
      made[w] = run (self, w, &rows, error);
      done = made[w] != NULL;
    }
  if (done)
    hand_on (self, batches, made);
  rush_window_free_columns (made, exec->windows->n);
  self->next += n;
  return done;
}

RushBatch *
rush_large_window_next (RushLargeWindow *self, GError **error)
{
  if (self->n_given == self->ready->len && !next_piece (self, error))
    return NULL;
  return rush_batch_ref (self->ready->pdata[self->n_given++]);
}

/* ---- the partition ---- */

gint64
rush_large_window_spilled_bytes (const RushLargeWindow *self)
{
  return rush_row_array_spilled_bytes (self->rows);
}

void
rush_large_window_free (RushLargeWindow *self)
{
  if (self == NULL)
    return;
  for (guint w = 0; w < self->exec->windows->n; w++)
    {
      Function *function = &self->functions[w];

      cursor_clear (&function->args);
      rush_frame_aggregate_free (function->aggregate);
      g_clear_pointer (&function->column, rush_column_unref);
    }
  cursor_clear (&self->orders);
  rush_window_free_columns (self->group_key, self->exec->orders->n);
  g_free (self->order_keys);
  g_ptr_array_unref (self->ready);
  rush_iterator_close (self->out);
  rush_row_array_free (self->rows);
  g_free (self);
}

RushLargeWindow *
rush_large_window_new (const RushWindowExec *exec, RushRowArray *rows, RushTaskContext *ctx,
                       RushEvalContext *eval, GError **error)
{
  RushLargeWindow *self = g_malloc0 (sizeof *self + exec->windows->n * sizeof self->functions[0]);

  self->exec = exec;
  self->rows = rows;
  self->eval = eval;
  self->out = rush_row_array_read (rows);
  self->piece_bytes = rush_row_array_part_bytes (ctx);
  self->ready = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  self->order_keys = g_new0 (RushExpr *, exec->orders->n + 1);
  for (guint k = 0; k < exec->orders->n; k++)
    self->order_keys[k] = exec->bound_orders->items[k]->children[0];
  cursor_init (&self->orders, rows, self->order_keys, exec->orders->n, FALSE, eval);
  for (guint w = 0; w < exec->windows->n; w++)
    if (!function_init (self, w, error))
      {
        rush_large_window_free (self);
        return NULL;
      }
  return self;
}
