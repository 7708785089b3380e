/* constant.c - columns of one value for all rows.
 *
 *     row 0, 1, 2, …  ──►  position offset of the values, the data, the children
 *
 * A literal in a query is one cell of at most 16 bytes, however many rows see it.  A null has a
 * cell too, of zeros, so that loops may read first and ask for nulls later.
 */
#include "core/data/buffer_private.h"
#include "core/data/column_private.h"
#include "core/data/view_private.h"

RushColumn *
rush_column_new_constant (RushColumn *value, guint length)
{
  g_assert (value->length == 1 && value->layout != RUSH_LAYOUT_DICTIONARY);

  RushColumn *self = rush_column_new_sharing (value, length);
  self->layout = RUSH_LAYOUT_CONSTANT;
  self->null_count = value->null_count > 0 ? length : 0;
  g_clear_pointer (&self->validity, rush_buffer_unref);
  rush_column_unref (value);
  return self;
}

/* A CONSTANT whose cell begins with @value, zeros behind it. */
static RushColumn *
new_cell (const RushType *type, gconstpointer value, gsize size, guint length,
          RushAllocator *allocator, GError **error)
{
  RushBuffer *cell = rush_buffer_new (allocator, sizeof (RushView), error);

  if (cell == NULL)
    return NULL;
  memset (cell->bytes, 0, cell->size);
  memcpy (cell->bytes, value, size);
  return rush_column_new_header (type, RUSH_LAYOUT_CONSTANT, length, cell);
}

RushColumn *
rush_column_new_constant_int (const RushType *type, gint64 value, guint length,
                              RushAllocator *allocator, GError **error)
{
  g_return_val_if_fail (type->storage <= RUSH_STORAGE_I64, NULL);

  if (type->storage == RUSH_STORAGE_BIT)
    value = value != 0;
  /* Little-endian: the low bytes of an int64 are the narrower integer. */
  return new_cell (type, &value, MAX (type->value_bytes, 1), length, allocator, error);
}

RushColumn *
rush_column_new_constant_int128 (const RushType *decimal, rush_int128 value, guint length,
                                 RushAllocator *allocator, GError **error)
{
  g_return_val_if_fail (decimal->kind == RUSH_TYPE_DECIMAL, NULL);

  return new_cell (decimal, &value, decimal->value_bytes, length, allocator, error);
}

RushColumn *
rush_column_new_constant_double (const RushType *type, double value, guint length,
                                 RushAllocator *allocator, GError **error)
{
  float narrow = (float)value;

  if (type == &RUSH_FLOAT32)
    return new_cell (type, &narrow, sizeof narrow, length, allocator, error);
  g_return_val_if_fail (type == &RUSH_FLOAT64, NULL);
  return new_cell (type, &value, sizeof value, length, allocator, error);
}

RushColumn *
rush_column_new_constant_interval (RushCalendarInterval value, guint length,
                                   RushAllocator *allocator, GError **error)
{
  return new_cell (&RUSH_CALENDAR_INTERVAL, &value, sizeof value, length, allocator, error);
}

RushColumn *
rush_column_new_constant_bytes (const RushType *type, const char *bytes, gsize size, guint length,
                                RushAllocator *allocator, GError **error)
{
  g_return_val_if_fail (type->storage == RUSH_STORAGE_VIEW && size <= G_MAXINT32, NULL);
  RushView view;

  if (size <= RUSH_VIEW_INLINE_MAX)
    {
      rush_view_set_inline (&view, bytes, size);
      return new_cell (type, &view, sizeof view, length, allocator, error);
    }
  g_autoptr (RushBuffer) data = rush_buffer_new (allocator, size, error);
  if (data == NULL)
    return NULL;
  memcpy (data->bytes, bytes, size);
  rush_view_set_ref (&view, bytes, size, 0, 0);
  RushColumn *self = new_cell (type, &view, sizeof view, length, allocator, error);
  if (self == NULL)
    return NULL;
  self->n_data = 1;
  self->data = g_new (RushBuffer *, 1);
  self->data[0] = g_steal_pointer (&data);
  return self;
}

/* Children that a null can stand on: no elements, or fields that are null. */
static gboolean
set_null_children (RushColumn *self, RushAllocator *allocator, GError **error)
{
  guint rows = self->type->storage == RUSH_STORAGE_STRUCT ? 1 : 0;

  self->children = g_new0 (RushColumn *, self->type->n_fields);
  for (; self->n_children < self->type->n_fields; self->n_children++)
    {
      RushColumn *child = rush_column_new_constant_null (self->type->fields[self->n_children].type,
                                                         rows, allocator, error);
      if (child == NULL)
        return FALSE;
      self->children[self->n_children] = child;
    }
  return TRUE;
}

RushColumn *
rush_column_new_constant_null (const RushType *type, guint length, RushAllocator *allocator,
                               GError **error)
{
  g_return_val_if_fail (type != NULL, NULL);
  guint64 zero = 0;

  if (type == &RUSH_NULL)
    return rush_column_new_void (length);
  g_autoptr (RushColumn) self = new_cell (type, &zero, sizeof zero, length, allocator, error);
  if (self == NULL || !set_null_children (self, allocator, error))
    return NULL;
  self->null_count = length;
  return g_steal_pointer (&self);
}

RushColumn *
rush_column_new_void (guint length)
{
  RushColumn *self =
      rush_column_new_header (&RUSH_NULL, RUSH_LAYOUT_CONSTANT, length, rush_buffer_new_empty ());
  self->null_count = length;
  return self;
}
