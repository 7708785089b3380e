/* merge_join.c - a sort-merge join that merges windows of rows instead of single ones.
 *
 *     streamed  │ 1 1 2 4 4 5 │ 5 5 7 │ 9 …       a window: batches up to a change of the key
 *                └── window ─────────┘
 *     build     │ 0 1 3 │ 4 5 5 6 8 │ …           the rows up to the window's last key, 7:
 *                └── a table of these ──┘          all that can match, and nothing before is needed
 *                again
 *
 * Within a window rows find each other as in a hash join (tables/join_probe.c), which works on
 * whole batches where a merge row by row compares and branches for each.  Streamed rows keep their
 * order, so the output is ordered as Spark promises; memory holds one window of each side.  What
 * cannot be divided is a single key: all its rows are in one window, as Spark buffers them.
 *
 * Mirrors: org.apache.spark.sql.execution.joins.{SortMergeJoinExec,SortMergeJoinScanner}.
 */
#include "sql/physical/operators/merge_join.h"

#include "core/data/gather.h"
#include "sql/physical/tables/sort_order.h"

#define WINDOW_ROWS                                                                                \
  (4 * RUSH_BATCH_MAX_ROWS) /* streamed, before a change of the key is waited for */

/* A sorted input, and its next batch. */
typedef struct
{
  RushIterator *rows;
  const RushExprList *orders; /* (owned) SORT_ORDERs, bound */
  RushBatch *batch;           /* (owned) NULL: at the end */
  RushColumn **keys;
} Input;

typedef struct
{
  RushIterator base;
  RushJoinSpec *spec;       /* (owned) */
  RushExprList *build_keys; /* (owned) */
  RushSchema *build_schema; /* (owned) */
  RushSortSpec *order;      /* (owned) of the keys */
  RushTaskContext *ctx;
  RushEvalContext *eval;
  Input streamed, build;
  gboolean begun;
  RushIterator *joined; /* of the current window, or NULL */
} MergeJoin;

/* ---- inputs ---- */

static RushExprList *
ascending (const RushExprList *keys)
{
  g_autofree RushExpr **orders = g_new (RushExpr *, keys->n + 1);

  for (guint k = 0; k < keys->n; k++)
    orders[k] = rush_expr_sort_order (rush_expr_ref (keys->items[k]), FALSE, FALSE);
  return rush_expr_list_new (keys->n, orders);
}

static void
input_drop (Input *self)
{
  rush_sort_keys_free (self->keys, self->orders->n);
  g_clear_pointer (&self->batch, rush_batch_unref);
  self->keys = NULL;
}

/* @rows, taken over, become the input's next batch. */
static gboolean
input_set (Input *self, RushBatch *rows, RushEvalContext *eval, GError **error)
{
  input_drop (self);
  self->batch = rows;
  self->keys = rush_sort_keys_new (self->orders, rows, eval, error);
  return self->keys != NULL;
}

/* To the next batch that has rows. */
static gboolean
input_next (MergeJoin *join, Input *self, GError **error)
{
  g_autoptr (GError) failure = NULL;

  input_drop (self);
  while (rush_task_context_check (join->ctx, error))
    {
      g_autoptr (RushBatch) batch = rush_iterator_next (self->rows, &failure);
      RushBatch *compact;

      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      if (batch == NULL)
        return TRUE;
      if (batch->length == 0)
        continue;
      compact = rush_batch_compact (batch, join->eval->allocator, error);
      return compact != NULL && input_set (self, compact, join->eval, error);
    }
  return FALSE;
}

/* ---- windows ---- */

/* The key of a row, kept beyond its batch. */
typedef struct
{
  RushBatch *batch; /* (owned) keeps the columns */
  RushColumn **keys;
  guint row;
} LastKey;

static gboolean
last_key_take (LastKey *self, MergeJoin *join, Input *from, GError **error)
{
  RushColumn **keys = rush_sort_keys_new (from->orders, from->batch, join->eval, error);

  if (keys == NULL)
    return FALSE;
  rush_sort_keys_free (self->keys, join->order->n);
  rush_batch_unref (self->batch);
  self->batch = rush_batch_ref (from->batch);
  self->keys = keys;
  self->row = from->batch->length - 1;
  return TRUE;
}

static void
last_key_clear (LastKey *self, guint n_keys)
{
  rush_sort_keys_free (self->keys, n_keys);
  rush_batch_unref (self->batch);
}

/* Streamed batches up to a change of the key between two of them. */
static gboolean
take_streamed (MergeJoin *self, GPtrArray *window, LastKey *last, GError **error)
{
  guint n = 0;

  while (self->streamed.batch != NULL)
    {
      if (n >= WINDOW_ROWS &&
          rush_sort_compare (self->order, 0, self->streamed.keys, 0, last->keys, last->row) != 0)
        return TRUE;
      n += self->streamed.batch->length;
      g_ptr_array_add (window, rush_batch_ref (self->streamed.batch));
      if (!last_key_take (last, self, &self->streamed, error) ||
          !input_next (self, &self->streamed, error))
        return FALSE;
    }
  return TRUE;
}

/* How many rows of the build batch are not above the key. */
static guint
count_up_to (const MergeJoin *self, const LastKey *last)
{
  guint low = 0, high = self->build.batch->length;

  while (low < high)
    {
      guint middle = (low + high) / 2;
      if (rush_sort_compare (self->order, 0, self->build.keys, middle, last->keys, last->row) <= 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* Build rows up to the window's last key; all of them if no streamed row is left. */
static gboolean
take_build (MergeJoin *self, GPtrArray *window, const LastKey *last, GError **error)
{
  while (self->build.batch != NULL)
    {
      RushBatch *batch = self->build.batch;
      guint n = last->keys != NULL ? count_up_to (self, last) : batch->length;

      if (n > 0)
        g_ptr_array_add (window, rush_batch_slice (batch, 0, n));
      if (n < batch->length)
        return n == 0 || input_set (&self->build, rush_batch_slice (batch, n, batch->length - n),
                                    self->eval, error);
      if (!input_next (self, &self->build, error))
        return FALSE;
    }
  return TRUE;
}

/* Joins the next window; FALSE without error: there is none. */
static gboolean
next_window (MergeJoin *self, GError **error)
{
  g_autoptr (GPtrArray) streamed =
      g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  g_autoptr (GPtrArray) build = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  g_autoptr (RushJoinTable) table = NULL;
  gboolean keeps_build = self->spec->type == RUSH_JOIN_FULL_OUTER;
  LastKey last = { 0 };
  gboolean taken;

  if (self->streamed.batch == NULL && (!keeps_build || self->build.batch == NULL))
    return FALSE;
  taken = take_streamed (self, streamed, &last, error) && take_build (self, build, &last, error);
  last_key_clear (&last, self->order->n);
  if (taken)
    table = rush_join_table_new (build, self->build_schema, self->build_keys, self->eval,
                                 self->eval->allocator, error);
  if (table == NULL)
    return FALSE;
  self->joined = rush_join_probe_new (
      self->spec, table,
      rush_iterator_of_batches ((RushBatch *const *)streamed->pdata, streamed->len), self->ctx,
      self->eval);
  return TRUE;
}

/* ---- the iterator ---- */

static RushBatch *
merge_next (RushIterator *base, GError **error)
{
  MergeJoin *self = (MergeJoin *)base;
  g_autoptr (GError) failure = NULL;

  if (!self->begun)
    {
      self->begun = TRUE;
      if (!input_next (self, &self->streamed, error) || !input_next (self, &self->build, error))
        return NULL;
    }
  while (self->joined != NULL || next_window (self, &failure))
    {
      RushBatch *batch = rush_iterator_next (self->joined, &failure);
      if (batch != NULL)
        return batch;
      rush_iterator_close (g_steal_pointer (&self->joined));
      if (failure != NULL)
        break;
    }
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

static void
input_close (Input *self)
{
  input_drop (self);
  rush_iterator_close (self->rows);
  rush_expr_list_unref ((RushExprList *)self->orders);
}

static void
merge_close (RushIterator *base)
{
  MergeJoin *self = (MergeJoin *)base;

  rush_iterator_close (self->joined);
  input_close (&self->streamed);
  input_close (&self->build);
  g_free (self->order);
  rush_expr_list_unref (self->build_keys);
  rush_schema_unref (self->build_schema);
  rush_join_spec_unref (self->spec);
  g_free (self);
}

static const RushIteratorClass merge_class = { merge_next, merge_close };

RushIterator *
rush_merge_join_new (RushJoinSpec *spec, const RushExprList *build_keys, RushSchema *build_schema,
                     RushIterator *streamed, RushIterator *build, RushTaskContext *ctx,
                     RushEvalContext *eval)
{
  MergeJoin *self = g_new0 (MergeJoin, 1);

  self->base.klass = &merge_class;
  self->spec = rush_join_spec_ref (spec);
  self->build_keys = rush_expr_list_ref ((RushExprList *)build_keys);
  self->build_schema = rush_schema_ref (build_schema);
  self->streamed = (Input){ streamed, ascending (spec->keys), NULL, NULL };
  self->build = (Input){ build, ascending (build_keys), NULL, NULL };
  self->order = rush_sort_spec_new (self->streamed.orders);
  self->ctx = ctx;
  self->eval = eval;
  return &self->base;
}
