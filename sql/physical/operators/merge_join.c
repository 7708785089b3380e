/* merge_join.c - a sort-merge join that merges windows of rows instead of single ones.
 *
 *     streamed  │ 1 1 2 4 4 5 │ 5 5 7 │ 9 …       a window: some batches, up to a key K that
 *     build     │ 0 1 3 │ 4 4 4 5 │ 6 8 …         neither side has more rows of
 *                └─ window ──┘
 *
 * Within a window rows find each other as in a hash join (tables/join_probe.c), which works on
 * whole batches where a merge row by row compares and branches for each.  Streamed rows keep their
 * order, so the output is ordered as Spark promises; memory holds a bounded part of each side.
 *
 * How a window comes about:
 *
 *   1. a part of the streamed side; K is its last key
 *   2. build rows up to K; if they are too many K is the last of those that were taken, and
 *      streamed rows above it go back to their input
 *   3. nobody has more rows of K              the window is complete
 *      somebody has, and there are smaller    K goes back on both sides, and begins the next one
 *      somebody has, and there are only K's   one key is larger than a window: key_join.c
 *
 * Mirrors: org.apache.spark.sql.execution.joins.{SortMergeJoinExec,SortMergeJoinScanner}.
 */
#include "sql/physical/operators/merge_join.h"

#include "core/data/gather.h"
#include "sql/physical/operators/key_join.h"
#include "sql/physical/tables/sort_order.h"

/* In a window, about; and no more bytes than an operator may have before it. */
#define STREAMED_ROWS (4 * RUSH_BATCH_MAX_ROWS)
#define BUILD_ROWS (8 * STREAMED_ROWS)

/* A sorted input, and its next batch. */
typedef struct
{
  RushIterator *rows;
  const RushExprList *orders; /* (owned) SORT_ORDERs, bound */
  GPtrArray *returned;        /* RushBatch (owned): to come before @rows, the last one first */
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
  gint64 part_bytes; /* of a side in a window, about */
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

static Input
input_of (RushIterator *rows, const RushExprList *keys)
{
  return (Input){ .rows = rows,
                  .orders = ascending (keys),
                  .returned = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref) };
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
  if (self->returned->len > 0)
    return input_set (self, g_ptr_array_steal_index (self->returned, self->returned->len - 1),
                      join->eval, error);
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

/* @batches come again, before all else. */
static gboolean
input_return (MergeJoin *join, Input *self, GPtrArray *batches, GError **error)
{
  if (batches->len == 0)
    return TRUE;
  if (self->batch != NULL)
    g_ptr_array_add (self->returned, rush_batch_ref (self->batch));
  for (guint b = batches->len; b-- > 0;)
    g_ptr_array_add (self->returned, rush_batch_ref (batches->pdata[b]));
  return input_next (join, self, error);
}

/* ---- keys ---- */

/* The key of a row, kept beyond its batch. */
typedef struct
{
  RushBatch *batch; /* (owned) keeps the columns */
  RushColumn **keys;
  guint row;
} Key;

static gboolean
key_take (Key *self, MergeJoin *join, const Input *from, RushBatch *batch, guint row,
          GError **error)
{
  RushColumn **keys = rush_sort_keys_new (from->orders, batch, join->eval, error);

  if (keys == NULL)
    return FALSE;
  rush_sort_keys_free (self->keys, join->order->n);
  rush_batch_unref (self->batch);
  self->batch = rush_batch_ref (batch);
  self->keys = keys;
  self->row = row;
  return TRUE;
}

static void
key_clear (Key *self, guint n_keys)
{
  rush_sort_keys_free (self->keys, n_keys);
  rush_batch_unref (self->batch);
  *self = (Key){ 0 };
}

/* A null equals nothing, so its rows need not meet. */
static gboolean
key_has_null (const Key *self, guint n_keys)
{
  for (guint k = 0; k < n_keys; k++)
    if (!rush_column_is_valid (self->keys[k], self->row))
      return TRUE;
  return FALSE;
}

/* How many of the @n rows are below @bound, or, with @inclusive, not above it. */
static guint
count_up_to (const MergeJoin *self, RushColumn *const *keys, guint n, const Key *bound,
             gboolean inclusive)
{
  guint low = 0, high = n;

  while (low < high)
    {
      guint middle = (low + high) / 2;
      if (rush_sort_compare (self->order, 0, keys, middle, bound->keys, bound->row) < inclusive)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* Whether the next row of @input is not above @bound. */
static gboolean
next_is_up_to (const MergeJoin *self, const Input *input, const Key *bound)
{
  return input->batch != NULL && count_up_to (self, input->keys, 1, bound, TRUE) == 1;
}

/* ---- rows of a single key ---- */

/* Takes rows off @input up to @bound; NULL without error: there are none. */
static RushBatch *
take_batch (MergeJoin *self, Input *input, const Key *bound, GError **error)
{
  RushBatch *batch = input->batch, *taken;
  guint n = batch != NULL ? batch->length : 0;
  gboolean moved;

  if (n > 0 && bound != NULL)
    n = count_up_to (self, input->keys, n, bound, TRUE);
  if (n == 0)
    return NULL;
  taken = rush_batch_slice (batch, 0, n);
  moved = n < batch->length
              ? input_set (input, rush_batch_slice (batch, n, batch->length - n), self->eval, error)
              : input_next (self, input, error);
  if (moved)
    return taken;
  rush_batch_unref (taken);
  return NULL;
}

/* The streamed rows of one key, as an iterator. */
typedef struct
{
  RushIterator base;
  MergeJoin *join;
  Key key; /* (owned) */
} KeyRows;

static RushBatch *
key_rows_next (RushIterator *base, GError **error)
{
  KeyRows *self = (KeyRows *)base;

  return take_batch (self->join, &self->join->streamed, &self->key, error);
}

static void
key_rows_close (RushIterator *base)
{
  KeyRows *self = (KeyRows *)base;

  key_clear (&self->key, self->join->order->n);
  g_free (self);
}

static const RushIteratorClass key_rows_class = { key_rows_next, key_rows_close };

/* Joins all rows of @key, which are next on both sides and too many for a window. */
static gboolean
begin_key (MergeJoin *self, Key *key, GError **error)
{
  RushRowArray *rows = rush_row_array_new ("SortMergeJoin", self->build_schema, self->ctx);
  g_autoptr (GError) failure = NULL;
  KeyRows *streamed;
  RushBatch *batch;

  while ((batch = take_batch (self, &self->build, key, &failure)) != NULL)
    {
      gboolean kept = rush_row_array_append (rows, batch, &failure);
      rush_batch_unref (batch);
      if (!kept)
        break;
    }
  if (failure != NULL)
    {
      rush_row_array_free (rows);
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  streamed = g_new0 (KeyRows, 1);
  streamed->base.klass = &key_rows_class;
  streamed->join = self;
  streamed->key = *key;
  *key = (Key){ 0 };
  self->joined = rush_key_join_new (self->spec, self->build_keys, self->build_schema, rows,
                                    &streamed->base, self->part_bytes, self->ctx, self->eval);
  return TRUE;
}

/* ---- windows ---- */

typedef struct
{
  GPtrArray *streamed, *build; /* RushBatch (owned) */
  Key last;                    /* all rows up to it are there, but for its own */
} Window;

static void
window_clear (Window *self, guint n_keys)
{
  g_ptr_array_unref (self->streamed);
  g_ptr_array_unref (self->build);
  key_clear (&self->last, n_keys);
}

/* Rows up to @bound (NULL: all), but not many more than may be in a window. */
static gboolean
take_part (MergeJoin *self, Input *input, const Key *bound, guint max_rows, GPtrArray *into,
           GError **error)
{
  g_autoptr (GError) failure = NULL;
  gint64 bytes = 0;
  guint n = 0;

  while (n < max_rows && bytes < self->part_bytes)
    {
      RushBatch *batch = take_batch (self, input, bound, &failure);

      if (batch == NULL)
        break;
      n += batch->length;
      bytes += (gint64)rush_batch_memory_bytes (batch);
      g_ptr_array_add (into, batch);
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* Gives back what is above @bound, or, unless @inclusive, not below it. */
static gboolean
return_rest (MergeJoin *self, Input *input, GPtrArray *part, const Key *bound, gboolean inclusive,
             GError **error)
{
  g_autoptr (GPtrArray) rest = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  guint n_kept = 0;

  for (guint b = 0; b < part->len; b++)
    {
      RushBatch *batch = part->pdata[b];
      RushColumn **keys = rush_sort_keys_new (input->orders, batch, self->eval, error);
      guint n;

      if (keys == NULL)
        return FALSE;
      n = count_up_to (self, keys, batch->length, bound, inclusive);
      rush_sort_keys_free (keys, self->order->n);
      if (n < batch->length)
        g_ptr_array_add (rest, rush_batch_slice (batch, n, batch->length - n));
      if (n == 0)
        continue;
      part->pdata[n_kept++] = rush_batch_slice (batch, 0, n);
      rush_batch_unref (batch);
    }
  /* Those behind are given back whole; where one was kept its slice has taken its place. */
  for (guint b = n_kept; b < part->len; b++)
    rush_batch_unref (part->pdata[b]);
  g_ptr_array_set_free_func (part, NULL);
  g_ptr_array_set_size (part, (gint)n_kept);
  g_ptr_array_set_free_func (part, (GDestroyNotify)rush_batch_unref);
  return input_return (self, input, rest, error);
}

/* Steps 1 and 2 above. */
static gboolean
take_window (MergeJoin *self, Window *out, GError **error)
{
  RushBatch *last;

  if (!take_part (self, &self->streamed, NULL, STREAMED_ROWS, out->streamed, error))
    return FALSE;
  last = out->streamed->pdata[out->streamed->len - 1];
  if (!key_take (&out->last, self, &self->streamed, last, last->length - 1, error) ||
      !take_part (self, &self->build, &out->last, BUILD_ROWS, out->build, error))
    return FALSE;
  if (!next_is_up_to (self, &self->build, &out->last))
    return TRUE;
  last = out->build->pdata[out->build->len - 1];
  return key_take (&out->last, self, &self->build, last, last->length - 1, error) &&
         return_rest (self, &self->streamed, out->streamed, &out->last, TRUE, error);
}

/* Whether rows of the window's last key may still find rows that are not in it. */
static gboolean
is_open (const MergeJoin *self, const Window *window)
{
  gboolean more_streamed = next_is_up_to (self, &self->streamed, &window->last);
  gboolean more_build = next_is_up_to (self, &self->build, &window->last);

  return ((more_streamed && (more_build || window->build->len > 0)) ||
          (more_build && window->streamed->len > 0)) &&
         !key_has_null (&window->last, self->order->n);
}

static gboolean
probe_window (MergeJoin *self, const Window *window, GError **error)
{
  g_autoptr (RushJoinTable) table = NULL;

  if (window->streamed->len == 0 && self->spec->type != RUSH_JOIN_FULL_OUTER)
    {
      self->joined = rush_iterator_empty ();
      return TRUE;
    }
  table = rush_join_table_new (window->build, self->build_schema, self->build_keys, self->eval,
                               self->eval->allocator, error);

  if (table == NULL)
    return FALSE;
  self->joined = rush_join_probe_new (
      self->spec, table,
      rush_iterator_of_batches ((RushBatch *const *)window->streamed->pdata, window->streamed->len),
      self->ctx, self->eval);
  return TRUE;
}

/* Step 3. */
static gboolean
join_window (MergeJoin *self, Window *window, GError **error)
{
  if (is_open (self, window))
    {
      if (!return_rest (self, &self->streamed, window->streamed, &window->last, FALSE, error) ||
          !return_rest (self, &self->build, window->build, &window->last, FALSE, error))
        return FALSE;
      if (window->streamed->len == 0 && window->build->len == 0)
        return begin_key (self, &window->last, error);
    }
  return probe_window (self, window, error);
}

/* Joins the next window; FALSE without error: there is none. */
static gboolean
next_window (MergeJoin *self, GError **error)
{
  Window window = { g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref),
                    g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref),
                    { 0 } };
  gboolean keeps_build = self->spec->type == RUSH_JOIN_FULL_OUTER;
  gboolean begun = FALSE;

  if (self->streamed.batch != NULL)
    begun = take_window (self, &window, error) && join_window (self, &window, error);
  else if (keeps_build && self->build.batch != NULL)
    begun = take_part (self, &self->build, NULL, BUILD_ROWS, window.build, error) &&
            probe_window (self, &window, error);
  window_clear (&window, self->order->n);
  return begun;
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
  g_ptr_array_unref (self->returned);
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
  self->streamed = input_of (streamed, spec->keys);
  self->build = input_of (build, build_keys);
  self->order = rush_sort_spec_new (self->streamed.orders);
  self->part_bytes = rush_row_array_part_bytes (ctx);
  self->ctx = ctx;
  self->eval = eval;
  return &self->base;
}
