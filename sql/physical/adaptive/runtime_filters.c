/* runtime_filters.c - see runtime_filters.h: gathering keys, waiting for them, dropping rows.
 *
 * An exchange is known by its kind and its columns: rules copy it, but its columns keep their
 * identities.  Tasks gather keys by themselves and hand them over now and then; a task that runs
 * twice adds its keys twice, which does no harm.
 *
 * A filter that lets most rows pass is not worth its while: a task that has seen so many rows goes
 * on without it.
 */
#include "sql/physical/adaptive/runtime_filters_private.h"
#include "sql/physical/operators/broadcast_exchange.h"
#include "sql/physical/operators/exchange.h"

#include "rdd/transform/map_partitions.h"

#include <string.h>

#define TRIAL_ROWS (4 * RUSH_BATCH_MAX_ROWS)
#define GATHERED_KEYS (4 * RUSH_BATCH_MAX_ROWS) /* before they are handed over */

static RushExprId
id_of (const RushExprList *columns, guint i)
{
  return rush_expr_named_id (columns->items[i]);
}

/* −1: it is none of them. */
static gint
find_column (const RushExprList *columns, RushExprId id)
{
  for (guint i = 0; i < columns->n; i++)
    if (id_of (columns, i) == id)
      return (gint)i;
  return -1;
}

static gboolean
is_produced_by (const RushRuntimeFilter *self, const RushExec *exchange)
{
  if (self->producer->len != exchange->output->n ||
      self->from_broadcast != rush_exec_is_broadcast_exchange (exchange))
    return FALSE;
  for (guint i = 0; i < exchange->output->n; i++)
    if (g_array_index (self->producer, RushExprId, i) != id_of (exchange->output, i))
      return FALSE;
  return TRUE;
}

/* ---- gathering ---- */

/* What the tasks of a map side share. */
typedef struct
{
  guint n;
  guint *columns;          /* (owned) */
  RushKeyFilter **filters; /* (owned) refs */
} Gathering;

typedef struct
{
  RushIterator base;
  RushIterator *rows;
  const Gathering *gathering;
  GArray **keys; /* (owned) gint64, of each filter */
} GatheringIterator;

/* The values of a plain column of 64 bits without nulls, as most keys are; else NULL. */
static const gint64 *
plain_keys (const RushColumn *column)
{
  return column->layout == RUSH_LAYOUT_PLAIN && column->type->storage == RUSH_STORAGE_I64 &&
                 column->validity == NULL
             ? (const gint64 *)column->values->bytes + column->offset
             : NULL;
}

/* Keys that repeat the one before them are left out. */
static void
gather_plain (GArray *into, const RushBatch *batch, const gint64 *keys)
{
  guint at = into->len;
  gint64 *out;

  g_array_set_size (into, at + batch->length);
  out = (gint64 *)into->data;
  for (guint i = 0; i < batch->length; i++)
    {
      gint64 key = keys[rush_batch_row (batch, i)];
      out[at] = key;
      at += at == 0 || out[at - 1] != key;
    }
  g_array_set_size (into, at);
}

static void
gather_column (GArray *into, const RushBatch *batch, const RushColumn *column)
{
  const gint64 *keys = plain_keys (column);

  if (keys != NULL)
    {
      gather_plain (into, batch, keys);
      return;
    }
  for (guint i = 0; i < batch->length; i++)
    {
      guint row = rush_batch_row (batch, i);
      gint64 key;

      if (!rush_column_is_valid (column, row))
        continue;
      key = rush_column_get_int (column, row);
      if (into->len == 0 || g_array_index (into, gint64, into->len - 1) != key)
        g_array_append_val (into, key);
    }
}

/* What the task has gathered so far goes to all tasks' filter. */
static void
hand_over (GatheringIterator *self, guint f)
{
  rush_key_filter_add (self->gathering->filters[f], (const gint64 *)self->keys[f]->data,
                       self->keys[f]->len);
  g_array_set_size (self->keys[f], 0);
}

static RushBatch *
gathering_next (RushIterator *base, GError **error)
{
  GatheringIterator *self = (GatheringIterator *)base;
  RushBatch *batch = rush_iterator_next (self->rows, error);

  for (guint f = 0; f < self->gathering->n; f++)
    {
      if (batch != NULL)
        gather_column (self->keys[f], batch, batch->columns[self->gathering->columns[f]]);
      if (batch == NULL || self->keys[f]->len >= GATHERED_KEYS)
        hand_over (self, f);
    }
  return batch;
}

static void
gathering_close (RushIterator *base)
{
  GatheringIterator *self = (GatheringIterator *)base;

  rush_iterator_close (self->rows);
  for (guint f = 0; f < self->gathering->n; f++)
    g_array_unref (self->keys[f]);
  g_free (self->keys);
  g_free (self);
}

static const RushIteratorClass gathering_class = { gathering_next, gathering_close };

static RushIterator *
gathering_open (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data,
                GError **error)
{
  GatheringIterator *self = g_new0 (GatheringIterator, 1);

  self->base.klass = &gathering_class;
  self->rows = rows;
  self->gathering = data;
  self->keys = g_new (GArray *, self->gathering->n);
  for (guint f = 0; f < self->gathering->n; f++)
    self->keys[f] = g_array_new (FALSE, FALSE, sizeof (gint64));
  return &self->base;
}

static void
gathering_free (gpointer data)
{
  Gathering *self = data;

  for (guint f = 0; f < self->n; f++)
    rush_key_filter_unref (self->filters[f]);
  g_free (self->filters);
  g_free (self->columns);
  g_free (self);
}

RushRdd *
rush_runtime_filters_gather (RushRuntimeFilters *self, const RushExec *exchange, RushRdd *rows)
{
  guint n_items = self != NULL ? self->items->len : 0;
  Gathering *gathering;
  RushRdd *gathered;

  if (n_items == 0)
    return rows;
  gathering = g_new0 (Gathering, 1);
  gathering->columns = g_new (guint, n_items);
  gathering->filters = g_new (RushKeyFilter *, n_items);
  for (guint i = 0; i < n_items; i++)
    {
      RushRuntimeFilter *item = self->items->pdata[i];

      if (!is_produced_by (item, exchange) || rush_key_filter_is_sealed (item->filter))
        continue;
      item->gathers = TRUE;
      gathering->columns[gathering->n] = (guint)find_column (exchange->output, item->key);
      gathering->filters[gathering->n++] = rush_key_filter_ref (item->filter);
    }
  if (gathering->n == 0)
    {
      gathering_free (gathering);
      return rows;
    }
  gathered =
      rush_rdd_map_partitions (rows, rows->schema, gathering_open, gathering, gathering_free, TRUE);
  rush_rdd_unref (rows);
  return gathered;
}

/* ---- stages ---- */

/* A table has its rows as columns already. */
static void
gather_table (RushKeyFilter *filter, const RushExec *exchange, RushExprId key)
{
  const RushJoinTable *table = rush_exec_broadcast_table (exchange);
  const RushColumn *column;
  gint64 keys[1024];
  guint n = 0;

  if (table == NULL)
    {
      rush_key_filter_seal (filter, FALSE);
      return;
    }
  column = table->columns[find_column (exchange->output, key)];
  for (guint row = 0; row < table->n_rows; row++)
    {
      if (rush_column_is_valid (column, row))
        keys[n++] = rush_column_get_int (column, row);
      if (n == G_N_ELEMENTS (keys) || row + 1 == table->n_rows)
        {
          rush_key_filter_add (filter, keys, n);
          n = 0;
        }
    }
  rush_key_filter_seal (filter, TRUE);
}

void
rush_runtime_filters_note_finished (RushRuntimeFilters *self, const RushExec *exchange)
{
  for (guint i = 0; self != NULL && i < self->items->len; i++)
    {
      RushRuntimeFilter *item = self->items->pdata[i];

      if (rush_key_filter_is_sealed (item->filter) || !is_produced_by (item, exchange))
        continue;
      if (item->from_broadcast)
        gather_table (item->filter, exchange, item->key);
      else
        rush_key_filter_seal (item->filter, item->gathers);
    }
}

gboolean
rush_runtime_filters_are_awaited (const RushRuntimeFilters *self, const RushExec *exchange)
{
  if (self == NULL)
    return FALSE;
  for (guint i = 0; i < self->items->len && exchange->n_children == 0; i++)
    {
      const RushRuntimeFilter *item = self->items->pdata[i];

      if (find_column (exchange->output, item->target) >= 0 &&
          !rush_key_filter_is_sealed (item->filter))
        return g_str_has_prefix (exchange->klass->name, "FileScan");
    }
  for (guint i = 0; i < exchange->n_children; i++)
    if (rush_runtime_filters_are_awaited (self, exchange->children[i]))
      return TRUE;
  return FALSE;
}

void
rush_runtime_filters_give_up (RushRuntimeFilters *self)
{
  for (guint i = 0; self != NULL && i < self->items->len; i++)
    rush_key_filter_seal (((RushRuntimeFilter *)self->items->pdata[i])->filter, FALSE);
}

/* ---- dropping rows ---- */

/* A filter of a scan's rows, and how it does. */
typedef struct
{
  guint column;
  RushKeyFilter *filter; /* in the RDD: (owned) */
  gint64 seen, passed;
  gboolean idle;
} Test;

typedef struct
{
  RushExec *scan; /* (owned) */
  guint metric;
  guint n;
  Test *tests; /* (owned) */
} Screen;

typedef struct
{
  RushIterator base;
  RushIterator *rows;
  RushTaskContext *ctx;
  const Screen *screen;
  Test *tests; /* (owned) the task's own */
} ScreenIterator;

/* @batch, taken over, without the rows that do not pass. */
static RushBatch *
run_test (ScreenIterator *self, Test *test, RushBatch *batch, GError **error)
{
  RushRows rows = { batch->selection != NULL ? (const guint16 *)batch->selection->bytes : NULL,
                    batch->length, batch->physical_length };
  guint16 positions[RUSH_BATCH_MAX_ROWS];
  guint n = rush_key_filter_select (test->filter, batch->columns[test->column], &rows, positions);
  RushBuffer *selection;
  RushBatch *kept;

  test->seen += batch->length;
  test->passed += n;
  test->idle = test->seen >= TRIAL_ROWS && test->passed > test->seen / 4 * 3;
  if (n == batch->length)
    return batch;
  selection = rush_buffer_new (self->ctx->allocator, MAX (n, 1) * sizeof (guint16), error);
  if (selection != NULL)
    memcpy (selection->bytes, positions, n * sizeof (guint16));
  kept = selection != NULL ? rush_batch_select (batch, selection, n) : NULL;
  rush_exec_count (self->screen->scan, self->screen->metric, batch->length - n);
  rush_batch_unref (batch);
  return kept;
}

static RushBatch *
screen_next (RushIterator *base, GError **error)
{
  ScreenIterator *self = (ScreenIterator *)base;
  RushBatch *batch;

  while ((batch = rush_iterator_next (self->rows, error)) != NULL)
    {
      for (guint t = 0; t < self->screen->n && batch != NULL && batch->length > 0; t++)
        if (!self->tests[t].idle)
          batch = run_test (self, &self->tests[t], batch, error);
      if (batch == NULL || batch->length > 0)
        return batch;
      rush_batch_unref (batch);
      if (!rush_task_context_check (self->ctx, error))
        return NULL;
    }
  return NULL;
}

static void
screen_close (RushIterator *base)
{
  ScreenIterator *self = (ScreenIterator *)base;

  rush_iterator_close (self->rows);
  g_free (self->tests);
  g_free (self);
}

static const RushIteratorClass screen_class = { screen_next, screen_close };

static RushIterator *
screen_open (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  const Screen *screen = data;
  ScreenIterator *self = g_new0 (ScreenIterator, 1);

  self->base.klass = &screen_class;
  self->rows = rows;
  self->ctx = ctx;
  self->screen = screen;
  self->tests = g_memdup2 (screen->tests, screen->n * sizeof (Test));
  for (guint t = 0; t < screen->n; t++)
    self->tests[t].idle = !rush_key_filter_is_ready (screen->tests[t].filter);
  return &self->base;
}

static void
screen_free (gpointer data)
{
  Screen *self = data;

  for (guint t = 0; t < self->n; t++)
    rush_key_filter_unref (self->tests[t].filter);
  rush_exec_unref (self->scan);
  g_free (self->tests);
  g_free (self);
}

RushRdd *
rush_runtime_filters_apply (RushRuntimeFilters *self, RushExec *scan, RushRdd *rows)
{
  Screen *screen;
  RushRdd *screened;

  if (self == NULL || !g_str_has_prefix (scan->klass->name, "FileScan"))
    return rows;
  screen = g_new0 (Screen, 1);
  screen->scan = rush_exec_ref (scan);
  screen->tests = g_new0 (Test, self->items->len + 1);
  for (guint i = 0; i < self->items->len; i++)
    {
      const RushRuntimeFilter *item = self->items->pdata[i];
      gint column = find_column (scan->output, item->target);

      if (column < 0)
        continue;
      screen->metric = item->metric;
      screen->tests[screen->n].column = (guint)column;
      screen->tests[screen->n++].filter = rush_key_filter_ref (item->filter);
    }
  if (screen->n == 0)
    {
      screen_free (screen);
      return rows;
    }
  screened = rush_rdd_map_partitions (rows, rows->schema, screen_open, screen, screen_free, TRUE);
  rush_rdd_unref (rows);
  return screened;
}

/* ---- life ---- */

static void
item_free (gpointer data)
{
  RushRuntimeFilter *self = data;

  g_array_unref (self->producer);
  rush_key_filter_unref (self->filter);
  g_free (self);
}

void
rush_runtime_filters_add (RushRuntimeFilters *self, const RushExec *producer, RushExprId key,
                          RushExprId target, guint metric)
{
  RushRuntimeFilter *item = g_new0 (RushRuntimeFilter, 1);

  item->from_broadcast = rush_exec_is_broadcast_exchange (producer);
  item->producer = g_array_new (FALSE, FALSE, sizeof (RushExprId));
  for (guint i = 0; i < producer->output->n; i++)
    {
      RushExprId id = id_of (producer->output, i);
      g_array_append_val (item->producer, id);
    }
  item->key = key;
  item->target = target;
  item->metric = metric;
  item->filter = rush_key_filter_new (self->allocator);
  g_ptr_array_add (self->items, item);
}

RushRuntimeFilters *
rush_runtime_filters_new (RushAllocator *allocator)
{
  RushRuntimeFilters *self = g_new0 (RushRuntimeFilters, 1);

  self->items = g_ptr_array_new_with_free_func (item_free);
  self->allocator = rush_allocator_ref (allocator);
  return self;
}

void
rush_runtime_filters_free (RushRuntimeFilters *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->items);
  rush_allocator_unref (self->allocator);
  g_free (self);
}
