/* arrays.c - rows to arrays and back; see arrays.h. */
#include "graph/arrays.h"

#include "core/data/column_builder.h"
#include "rdd/transform/beside.h"

#include <string.h>

const RushType *
rush_array_of (const RushType *element, gboolean nullable)
{
  return rush_type_array (element, nullable);
}

void
rush_columns_clear (RushColumn **columns, guint n)
{
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&columns[i], rush_column_unref);
}

/* ---- making arrays ---- */

RushColumn *
rush_array_cut (RushColumn *elements, const RushType *type, const gint32 *starts, guint n,
                RushAllocator *allocator, GError **error)
{
  RushBuffer *buffer = rush_buffer_new (allocator, n * sizeof (RushListView), error);
  RushListView *views;

  if (buffer == NULL)
    {
      rush_column_unref (elements);
      return NULL;
    }
  views = (RushListView *)(gpointer)buffer->bytes;
  for (guint i = 0; i < n; i++)
    views[i] = (RushListView){ starts[i], starts[i + 1] - starts[i] };
  return rush_column_new_list (type, n, NULL, 0, buffer, &elements);
}

RushColumn *
rush_array_whole (RushColumn *elements, const RushType *type, RushAllocator *allocator,
                  GError **error)
{
  const gint32 starts[] = { 0, (gint32)elements->length };

  return rush_array_cut (elements, type, starts, 1, allocator, error);
}

RushColumn *
rush_array_numbers (const RushType *type, guint n, RushBuffer *values)
{
  return rush_column_new_plain (type, n, NULL, 0, values, NULL, 0);
}

RushBatch *
rush_arrays_new (RushSchema *schema, RushColumn *const *columns, RushAllocator *allocator,
                 GError **error)
{
  g_autofree RushColumn **arrays = g_new0 (RushColumn *, schema->n_fields);
  gboolean whole = TRUE;

  for (guint i = 0; i < schema->n_fields; i++)
    if (whole)
      {
        arrays[i] = rush_array_whole (columns[i], schema->fields[i].type, allocator, error);
        whole = arrays[i] != NULL;
      }
    else
      rush_column_unref (columns[i]);
  if (whole)
    return rush_batch_new (schema, 1, arrays);
  rush_columns_clear (arrays, schema->n_fields);
  return NULL;
}

static RushColumn *
empty_column (const RushType *type, RushAllocator *allocator)
{
  g_autoptr (RushColumnBuilder) builder = rush_column_builder_new (type, allocator);

  return rush_column_builder_finish (builder);
}

RushColumn *
rush_arrays_concat (const GPtrArray *batches, guint column, const RushType *type,
                    RushAllocator *allocator, GError **error)
{
  g_autofree RushColumn **parts = g_new (RushColumn *, MAX (batches->len, 1));
  g_autoptr (RushColumn) together = NULL;

  if (batches->len == 0)
    return empty_column (type, allocator);
  for (guint i = 0; i < batches->len; i++)
    parts[i] = ((RushBatch *)batches->pdata[i])->columns[column];
  together = rush_column_concat (parts, batches->len, allocator, error);
  return together != NULL ? rush_column_flatten (together, allocator, error) : NULL;
}

gboolean
rush_arrays_pack (RushIterator *rows, const RushSchema *schema, RushTaskContext *ctx,
                  RushColumn **out_columns, GError **error)
{
  g_autoptr (GPtrArray) batches = rush_arrays_all (rows, ctx, error);

  if (batches == NULL)
    return FALSE;
  for (guint i = 0; i < schema->n_fields; i++)
    {
      out_columns[i] =
          rush_arrays_concat (batches, i, schema->fields[i].type, ctx->allocator, error);
      if (out_columns[i] != NULL)
        continue;
      rush_columns_clear (out_columns, i);
      return FALSE;
    }
  return TRUE;
}

/* ---- reading arrays ---- */

GPtrArray *
rush_arrays_all (RushIterator *rows, RushTaskContext *ctx, GError **error)
{
  g_autoptr (RushIterator) owned = rows;
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  while ((batch = rush_next_dense_batch (owned, ctx, &failure)) != NULL)
    g_ptr_array_add (batches, batch);
  if (failure == NULL)
    return g_steal_pointer (&batches);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

RushBatch *
rush_arrays_of (RushIterator *rows, RushTaskContext *ctx, GError **error)
{
  g_autoptr (GPtrArray) batches = rush_arrays_all (rows, ctx, error);

  if (batches == NULL)
    return NULL;
  g_assert (batches->len == 1 && ((RushBatch *)batches->pdata[0])->length == 1);
  return rush_batch_ref (batches->pdata[0]);
}

guint
rush_arrays_length (const RushBatch *batch, guint column, guint row)
{
  return (guint)rush_column_get_list (batch->columns[column], row).length;
}

RushColumn *
rush_arrays_elements (const RushBatch *batch, guint column, guint row)
{
  RushListView view = rush_column_get_list (batch->columns[column], row);

  return rush_column_slice (rush_column_child (batch->columns[column], 0), (guint)view.offset,
                            (guint)view.length);
}

gconstpointer
rush_column_numbers (const RushColumn *column)
{
  g_assert (column->layout == RUSH_LAYOUT_PLAIN && column->type->value_bytes > 0);
  return column->values->bytes + (gsize)column->offset * column->type->value_bytes;
}

gconstpointer
rush_arrays_numbers (const RushBatch *batch, guint column, guint row)
{
  const RushColumn *elements = rush_column_child (batch->columns[column], 0);
  RushListView view = rush_column_get_list (batch->columns[column], row);

  return (const guint8 *)rush_column_numbers (elements) +
         (gsize)view.offset * elements->type->value_bytes;
}

/* ---- as rows again ---- */

typedef struct
{
  RushIterator base;
  RushSchema *schema;
  RushColumn **columns; /* [schema->n_fields] */
  guint length, at;
  const guint8 *chosen; /* or NULL: all */
  RushColumn *owner;    /* of chosen, or NULL */
  RushAllocator *allocator;
} RowsIterator;

/* The next window of rows, chosen or not. */
static RushBatch *
next_window (RowsIterator *self)
{
  guint n = MIN (self->length - self->at, RUSH_BATCH_MAX_ROWS);
  g_autofree RushColumn **columns = g_new (RushColumn *, self->schema->n_fields);

  for (guint i = 0; i < self->schema->n_fields; i++)
    columns[i] = rush_column_slice (self->columns[i], self->at, n);
  self->at += n;
  return rush_batch_new (self->schema, n, columns);
}

/* Takes over @window; those of its rows that are chosen. */
static RushBatch *
choose (RowsIterator *self, RushBatch *window, GError **error)
{
  g_autoptr (RushBatch) owned = window;
  const guint8 *chosen = self->chosen + (self->at - window->length);
  RushBuffer *rows = rush_buffer_new (self->allocator, window->length * sizeof (guint16), error);
  guint n = 0;

  if (rows == NULL)
    return NULL;
  for (guint i = 0; i < window->length; i++)
    {
      ((guint16 *)(gpointer)rows->bytes)[n] = (guint16)i;
      n += chosen[i] != 0;
    }
  return rush_batch_select (window, rows, n);
}

static RushBatch *
rows_next (RushIterator *base, GError **error)
{
  RowsIterator *self = (RowsIterator *)base;

  while (self->at < self->length)
    {
      RushBatch *window = next_window (self);

      if (self->chosen != NULL)
        window = choose (self, window, error);
      if (window == NULL || window->length > 0)
        return window;
      rush_batch_unref (window);
    }
  return NULL;
}

static void
rows_close (RushIterator *base)
{
  RowsIterator *self = (RowsIterator *)base;

  rush_columns_clear (self->columns, self->schema->n_fields);
  g_free (self->columns);
  rush_column_unref (self->owner);
  rush_schema_unref (self->schema);
  if (self->allocator != NULL)
    rush_allocator_unref (self->allocator);
  g_free (self);
}

static const RushIteratorClass rows_class = { rows_next, rows_close };

static RowsIterator *
rows_new (RushSchema *schema, RushColumn *const *columns)
{
  RowsIterator *self = g_new0 (RowsIterator, 1);

  self->base.klass = &rows_class;
  self->schema = rush_schema_ref (schema);
  self->columns = g_memdup2 (columns, schema->n_fields * sizeof *columns);
  self->length = columns[0]->length;
  return self;
}

RushIterator *
rush_arrays_rows (RushSchema *schema, RushColumn *const *columns)
{
  return &rows_new (schema, columns)->base;
}

RushIterator *
rush_arrays_chosen_rows (RushSchema *schema, RushColumn *const *columns, const guint8 *chosen,
                         RushColumn *owner, RushTaskContext *ctx)
{
  RowsIterator *self = rows_new (schema, columns);

  self->chosen = chosen;
  self->owner = rush_column_ref (owner);
  self->allocator = rush_allocator_ref (ctx->allocator);
  return &self->base;
}

RushIterator *
rush_arrays_iterator (RushBatch *batch)
{
  RushIterator *iterator = rush_iterator_of_batches (&batch, 1);

  rush_batch_unref (batch);
  return iterator;
}
