/* top_rows.c - see top_rows.h. */
#include "sql/physical/tables/top_rows.h"

#include "core/data/gather.h"

#define MANY_ROWS (2 * RUSH_BATCH_MAX_ROWS)

struct _RushTopRows
{
  RushSchema *schema;   /* (owned) */
  RushExprList *orders; /* (owned) */
  RushSortSpec *spec;   /* (owned) */
  guint64 n_wanted;
  RushEvalContext *eval;
  GPtrArray *batches; /* RushBatch (owned), without selections */
  GPtrArray *keys;    /* RushColumn ** (owned) */
  guint64 n_rows;
};

static void
clear (RushTopRows *self)
{
  for (guint b = 0; b < self->keys->len; b++)
    rush_sort_keys_free (self->keys->pdata[b], self->spec->n);
  g_ptr_array_set_size (self->keys, 0);
  g_ptr_array_set_size (self->batches, 0);
  self->n_rows = 0;
}

static gboolean
add (RushTopRows *self, RushBatch *rows /* taken over */, GError **error)
{
  g_autoptr (RushBatch) owned = rows;
  RushColumn **keys = rush_sort_keys_new (self->orders, rows, self->eval, error);

  if (keys == NULL)
    return FALSE;
  self->n_rows += rows->length;
  g_ptr_array_add (self->keys, keys);
  g_ptr_array_add (self->batches, g_steal_pointer (&owned));
  return TRUE;
}

/* The first rows, in order, as new batches. */
static GPtrArray *
first_rows (RushTopRows *self, GError **error)
{
  guint64 n = MIN (self->n_rows, self->n_wanted);
  gsize bytes = 2 * (gsize)self->n_rows * sizeof (RushSortItem), at = 0;
  RushSortItem *items = rush_alloc (self->eval->allocator, MAX (bytes, 1), error);
  g_autoptr (GPtrArray) first = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);

  if (items == NULL)
    return NULL;
  for (guint b = 0; b < self->batches->len; b++)
    for (guint i = 0; i < ((RushBatch *)self->batches->pdata[b])->length; i++)
      items[at++] = (RushSortItem){ 0, b, i };
  rush_sort_items (self->spec, (RushColumn *const *const *)self->keys->pdata, items,
                   items + self->n_rows, self->n_rows);
  for (guint64 start = 0; start < n && first != NULL; start += RUSH_BATCH_MAX_ROWS)
    {
      RushRowId rows[RUSH_BATCH_MAX_ROWS];
      guint length = (guint)MIN (n - start, RUSH_BATCH_MAX_ROWS);
      RushBatch *batch;

      for (guint i = 0; i < length; i++)
        rows[i] = (RushRowId){ items[start + i].batch, items[start + i].row };
      batch = rush_batch_gather (self->schema, (RushBatch *const *)self->batches->pdata, rows,
                                 length, self->eval->allocator, error);
      if (batch != NULL)
        g_ptr_array_add (first, batch);
      else
        g_clear_pointer (&first, g_ptr_array_unref);
    }
  rush_free (self->eval->allocator, items, MAX (bytes, 1));
  return g_steal_pointer (&first);
}

static gboolean
drop_rest (RushTopRows *self, GError **error)
{
  g_autoptr (GPtrArray) first = first_rows (self, error);

  if (first == NULL)
    return FALSE;
  clear (self);
  for (guint b = 0; b < first->len; b++)
    if (!add (self, rush_batch_ref (first->pdata[b]), error))
      return FALSE;
  return TRUE;
}

gboolean
rush_top_rows_insert (RushTopRows *self, RushBatch *batch, GError **error)
{
  RushBatch *rows = rush_batch_compact (batch, self->eval->allocator, error);

  if (rows == NULL || !add (self, rows, error))
    return FALSE;
  return self->n_rows < 2 * self->n_wanted + MANY_ROWS || drop_rest (self, error);
}

GPtrArray *
rush_top_rows_finish (RushTopRows *self, GError **error)
{
  GPtrArray *first = first_rows (self, error);

  clear (self);
  return first;
}

void
rush_top_rows_free (RushTopRows *self)
{
  if (self == NULL)
    return;
  clear (self);
  g_ptr_array_unref (self->keys);
  g_ptr_array_unref (self->batches);
  rush_schema_unref (self->schema);
  rush_expr_list_unref (self->orders);
  g_free (self->spec);
  g_free (self);
}

RushTopRows *
rush_top_rows_new (RushSchema *schema, RushExprList *orders, guint64 n, RushEvalContext *eval)
{
  RushTopRows *self = g_new0 (RushTopRows, 1);

  self->schema = rush_schema_ref (schema);
  self->orders = rush_expr_list_ref (orders);
  self->spec = rush_sort_spec_new (orders);
  self->n_wanted = MIN (n, G_MAXUINT64 / 4);
  self->eval = eval;
  self->batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  self->keys = g_ptr_array_new ();
  return self;
}
