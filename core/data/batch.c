/* batch.c - batches: columns of one length, a selection over them, and no copying.
 *
 *   select    the same columns, another selection            O(columns)
 *   slice     a part of the selection, or slices of columns  O(columns) + counting nulls
 *   project   some of the columns                            O(columns)
 */
#include "core/data/batch.h"

#include "core/data/buffer_private.h"
#include "core/data/rows_private.h"

/* Takes over nothing: refs schema, columns and selection. */
static RushBatch *
new_sharing (RushSchema *schema, guint length, guint physical_length, RushBuffer *selection,
             RushColumn *const *columns)
{
  RushBatch *self = g_malloc (sizeof *self + schema->n_fields * sizeof (RushColumn *));
  rush_ref_count_init (&self->refs);
  self->schema = rush_schema_ref (schema);
  self->length = length;
  self->physical_length = physical_length;
  self->selection = selection != NULL ? rush_buffer_ref (selection) : NULL;
  for (guint c = 0; c < schema->n_fields; c++)
    self->columns[c] = rush_column_ref (columns[c]);
  return self;
}

RushBatch *
rush_batch_new (RushSchema *schema, guint length, RushColumn **columns)
{
  g_assert (length <= RUSH_BATCH_MAX_ROWS);

  RushBatch *self = new_sharing (schema, length, length, NULL, columns);
  for (guint c = 0; c < schema->n_fields; c++)
    {
      g_assert (columns[c]->type == schema->fields[c].type && columns[c]->length == length);
      rush_column_unref (columns[c]);
    }
  return self;
}

RushBatch *
rush_batch_ref (RushBatch *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_batch_unref (RushBatch *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  for (guint c = 0; c < self->schema->n_fields; c++)
    rush_column_unref (self->columns[c]);
  rush_buffer_unref (self->selection);
  rush_schema_unref (self->schema);
  g_free (self);
}

RushBatch *
rush_batch_select (RushBatch *self, RushBuffer *rows, guint n)
{
  g_assert (n <= self->physical_length && rows->size >= n * sizeof (guint16));
  g_assert (n == 0 || ((const guint16 *)rows->bytes)[n - 1] < self->physical_length);

  RushBatch *selected = new_sharing (self->schema, n, self->physical_length, rows, self->columns);
  rush_buffer_unref (rows);
  return selected;
}

RushBatch *
rush_batch_slice (RushBatch *self, guint start, guint length)
{
  g_return_val_if_fail (start <= self->length && length <= self->length - start, NULL);

  if (length == self->length)
    return rush_batch_ref (self);
  if (self->selection != NULL)
    {
      g_autoptr (RushBuffer) rows =
          rush_buffer_slice (self->selection, start * sizeof (guint16), length * sizeof (guint16));
      return new_sharing (self->schema, length, self->physical_length, rows, self->columns);
    }

  RushBatch *slice = new_sharing (self->schema, length, length, NULL, self->columns);
  for (guint c = 0; c < self->schema->n_fields; c++)
    {
      slice->columns[c] = rush_column_slice (self->columns[c], start, length);
      rush_column_unref (self->columns[c]); /* the ref that new_sharing () took */
    }
  return slice;
}

RushBatch *
rush_batch_project (RushBatch *self, RushSchema *schema, const guint *columns)
{
  g_autofree RushColumn **chosen = g_new (RushColumn *, schema->n_fields);
  for (guint c = 0; c < schema->n_fields; c++)
    {
      g_assert (columns[c] < self->schema->n_fields);
      chosen[c] = self->columns[columns[c]];
      g_assert (chosen[c]->type == schema->fields[c].type);
    }
  return new_sharing (schema, self->length, self->physical_length, self->selection, chosen);
}

gsize
rush_batch_memory_bytes (const RushBatch *self)
{
  gsize bytes = 0;
  if (self->selection != NULL)
    bytes += self->selection->allocator ? self->selection->capacity : self->selection->size;
  for (guint c = 0; c < self->schema->n_fields; c++)
    bytes += rush_column_memory_bytes (self->columns[c]);
  return bytes;
}

static gboolean
value_equal (const RushResolved *a, const RushResolved *b, guint i)
{
  const RushType *type = a->holder->type;
  const guint8 *a_values = a->holder->values->bytes, *b_values = b->holder->values->bytes;
  gsize a_at = rush_rows_at (&a->values, i), b_at = rush_rows_at (&b->values, i);

  if (type->storage == RUSH_STORAGE_BIT)
    return rush_bit_get (a_values, a_at) == rush_bit_get (b_values, b_at);
  if (type->storage != RUSH_STORAGE_VIEW)
    return memcmp (a_values + a_at * type->value_bytes, b_values + b_at * type->value_bytes,
                   type->value_bytes) == 0;

  const RushView *a_view = (const RushView *)a_values + a_at;
  const RushView *b_view = (const RushView *)b_values + b_at;
  return a_view->length == b_view->length &&
         memcmp (rush_view_bytes (a_view, a->holder->data),
                 rush_view_bytes (b_view, b->holder->data), (gsize)a_view->length) == 0;
}

static gboolean
column_equal (const RushBatch *a, const RushBatch *b, guint column)
{
  RushRowsScratch a_scratch, b_scratch;
  RushResolved x, y;

  if (a->columns[column]->type != b->columns[column]->type)
    return FALSE;
  rush_rows_resolve (a->columns[column], rush_batch_selection (a), a->length, &a_scratch, &x);
  rush_rows_resolve (b->columns[column], rush_batch_selection (b), b->length, &b_scratch, &y);
  for (guint i = 0; i < a->length; i++)
    {
      gboolean valid = rush_resolved_is_valid (&x, i);
      if (valid != rush_resolved_is_valid (&y, i) || (valid && !value_equal (&x, &y, i)))
        return FALSE;
    }
  return TRUE;
}

gboolean
rush_batch_equal (const RushBatch *a, const RushBatch *b)
{
  if (a->length != b->length || a->schema->n_fields != b->schema->n_fields)
    return FALSE;
  for (guint c = 0; c < a->schema->n_fields; c++)
    if (!column_equal (a, b, c))
      return FALSE;
  return TRUE;
}

/* Strings in quotes, bytes that are no printing ASCII as \xNN. */
static void
append_quoted (GString *out, const char *bytes, gsize length)
{
  g_string_append_c (out, '"');
  for (gsize i = 0; i < length; i++)
    {
      if (bytes[i] == '"' || bytes[i] == '\\')
        g_string_append_c (out, '\\');
      if (g_ascii_isprint (bytes[i]))
        g_string_append_c (out, bytes[i]);
      else
        g_string_append_printf (out, "\\x%02x", (guint8)bytes[i]);
    }
  g_string_append_c (out, '"');
}

static void
append_value (GString *out, const RushColumn *column, guint row)
{
  gsize length;

  if (!rush_column_is_valid (column, row))
    {
      g_string_append (out, "null");
      return;
    }
  switch (column->type->storage)
    {
    case RUSH_STORAGE_BIT:
      g_string_append (out, rush_column_get_bool (column, row) ? "true" : "false");
      break;
    case RUSH_STORAGE_I8:
    case RUSH_STORAGE_I16:
    case RUSH_STORAGE_I32:
    case RUSH_STORAGE_I64:
      g_string_append_printf (out, "%" G_GINT64_FORMAT, rush_column_get_int (column, row));
      break;
    case RUSH_STORAGE_F32:
    case RUSH_STORAGE_F64:
      g_string_append_printf (out, "%.17g", rush_column_get_double (column, row));
      break;
    case RUSH_STORAGE_VIEW:
      {
        const char *bytes = rush_column_get_bytes (column, row, &length);
        append_quoted (out, bytes, length);
        break;
      }
    case RUSH_STORAGE_I128:
    case RUSH_STORAGE_INTERVAL:
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
    case RUSH_STORAGE_VOID:
      g_assert_not_reached ();
    }
}

char *
rush_batch_to_string (const RushBatch *self)
{
  g_autofree char *schema = rush_schema_to_string (self->schema);
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "%s; %u rows\n", schema, self->length);
  for (guint i = 0; i < self->length; i++)
    {
      g_string_append_c (out, '(');
      for (guint c = 0; c < self->schema->n_fields; c++)
        {
          if (c > 0)
            g_string_append (out, ", ");
          append_value (out, self->columns[c], rush_batch_row (self, i));
        }
      g_string_append (out, ")\n");
    }
  return g_string_free (out, FALSE);
}
