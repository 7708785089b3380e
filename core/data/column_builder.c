/* column_builder.c - values in, one column out.
 *
 *                  values  validity   heap                  array: lists    child
 *      length ──►  ┌────┐  (none:     ┌──────────────┐      ┌──────┐       ┌─────┐
 *                  │view├─ no null ──►│ bytes > 12   │      │ 0, 2 ├──────►│  7  │
 *                  │    │   so far)   └──────────────┘      │ 2, 0 │       │  9  │
 *      capacity ─► └────┘                                   └──────┘       │  1  │ ◄─ list_start:
 *                                                                          └─────┘    the next list
 * What makes it quick:
 * - values grow ×4 up to 8,192 rows, ×2 from there, and the next batch starts with the size that
 *   the last had;
 * - the validity bitmap appears with the first null and is born full of ones, so a value that is
 *   not null never touches it;
 * - a string of up to 12 bytes is its own view, written with two overlapping loads.
 */
#include "core/data/column_builder_private.h"

#include "core/data/batch.h"
#include "core/data/bitmap.h"
#include "core/data/buffer_private.h"

#define FIRST_ROWS 32

static gsize
values_bytes (const RushColumnBuilder *self, guint rows)
{
  if (self->type->storage == RUSH_STORAGE_BIT)
    return rush_bits_bytes (rows);
  return (gsize)rows * self->type->value_bytes; /* 0 for a struct */
}

/* ---- room ---- */

static gboolean
grow_validity (RushColumnBuilder *self, guint rows, GError **error)
{
  gsize before = self->validity != NULL ? rush_bits_bytes (self->capacity) : 0;
  gsize after = rush_bits_bytes (rows);
  guint8 *validity = rush_realloc (self->shared->allocator, self->validity, before, after, error);

  if (validity == NULL)
    return FALSE;
  memset (validity + before, 0xff, after - before);
  self->validity = validity;
  return TRUE;
}

gboolean
rush_column_builder_grow (RushColumnBuilder *self, GError **error)
{
  g_return_val_if_fail (self->length <= G_MAXINT32 / 2, FALSE);
  guint rows = self->capacity == 0 ? self->shared->first_capacity
               : self->capacity < RUSH_BATCH_MAX_ROWS
                   ? MIN (self->capacity * 4, RUSH_BATCH_MAX_ROWS)
                   : self->capacity * 2;
  gsize before = values_bytes (self, self->capacity), after = values_bytes (self, rows);

  if (self->validity != NULL && !grow_validity (self, rows, error))
    return FALSE;
  if (after > 0)
    {
      guint8 *values = rush_realloc (self->shared->allocator, self->values, before, after, error);
      if (values == NULL)
        {
          if (self->validity != NULL) /* a shrink is never refused */
            self->validity =
                rush_realloc (self->shared->allocator, self->validity, rush_bits_bytes (rows),
                              rush_bits_bytes (self->capacity), NULL);
          return FALSE;
        }
      if (self->type->storage == RUSH_STORAGE_BIT)
        memset (values + before, 0, after - before); /* values are or-ed in */
      self->values = values;
    }
  self->capacity = rows;
  return TRUE;
}

/* ---- refusals ---- */

static G_GNUC_NO_INLINE gboolean
refuse_null (const RushColumnBuilder *self, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "column '%s' got a null, but its field is not nullable: declare it nullable or "
               "drop such rows first",
               self->name);
  return FALSE;
}

gboolean
rush_column_builder_refuse_range (const RushColumnBuilder *self, gint64 value, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "column '%s': %" G_GINT64_FORMAT " does not fit a %s; use a wider type", self->name,
               value, self->type->name);
  return FALSE;
}

gboolean
rush_column_builder_refuse_length (const RushColumnBuilder *self, gsize length, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "column '%s': a %s of %" G_GSIZE_FORMAT
               " bytes; one value may have 2147483647 at most, split it",
               self->name, self->type->name, length);
  return FALSE;
}

/* ---- nulls ---- */

/* Whether the type allows it or not: the children of a null struct have rows, too. */
static gboolean
append_any_null (RushColumnBuilder *self, GError **error)
{
  if (!rush_column_builder_ensure_room (self, error))
    return FALSE;
  if (self->type->storage == RUSH_STORAGE_VOID)
    {
      self->length++;
      return TRUE;
    }
  if (self->validity == NULL && !grow_validity (self, self->capacity, error))
    return FALSE;
  if (self->type->storage == RUSH_STORAGE_STRUCT)
    for (guint c = 0; c < self->type->n_fields; c++)
      if (!append_any_null (&self->children[c], error))
        return FALSE;

  guint row = self->length++, width = self->type->value_bytes;
  self->validity[row >> 3] &= (guint8) ~(1u << (row & 7));
  self->null_count++;
  if (self->type->storage == RUSH_STORAGE_LIST)
    ((RushListView *)(gpointer)self->values)[row] = (RushListView){ (gint32)self->list_start, 0 };
  else if (width > 0)
    memset (self->values + (gsize)row * width, 0, width);
  return TRUE;
}

gboolean
rush_column_builder_append_null (RushColumnBuilder *self, GError **error)
{
  return self->nullable ? append_any_null (self, error) : refuse_null (self, error);
}

/* ---- numbers ---- */

gboolean
rush_column_builder_append_bool (RushColumnBuilder *self, gboolean value, GError **error)
{
  g_return_val_if_fail (self->type->kind == RUSH_TYPE_BOOL, FALSE);

  if (!rush_column_builder_ensure_room (self, error))
    return FALSE;
  if (value)
    rush_bit_set (self->values, self->length);
  self->length++;
  return TRUE;
}

gboolean
rush_column_builder_append_int (RushColumnBuilder *self, gint64 value, GError **error)
{
  return rush_column_builder_put_int (self, value, error);
}

gboolean
rush_column_builder_append_double (RushColumnBuilder *self, double value, GError **error)
{
  return rush_column_builder_put_double (self, value, error);
}

gboolean
rush_column_builder_append_values (RushColumnBuilder *self, gconstpointer values, guint n,
                                   GError **error)
{
  guint width = self->type->value_bytes;

  g_return_val_if_fail (
      self->type->storage != RUSH_STORAGE_BIT && self->type->storage <= RUSH_STORAGE_F64, FALSE);
  if (n > (guint)G_MAXINT32 / 2 - self->length)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "column '%s': %u values do not fit into one batch beside the %u before them",
                   self->name, n, self->length);
      return FALSE;
    }
  while (self->length + n > self->capacity)
    if (!rush_column_builder_grow (self, error))
      return FALSE;
  if (n > 0)
    memcpy (self->values + (gsize)self->length * width, values, (gsize)n * width);
  self->length += n;
  return TRUE;
}

gboolean
rush_column_builder_append_int128 (RushColumnBuilder *self, rush_int128 value, GError **error)
{
  g_return_val_if_fail (self->type->kind == RUSH_TYPE_DECIMAL, FALSE);

  if (value == (gint64)value)
    return rush_column_builder_append_int (self, (gint64)value, error);
  if (self->type->storage != RUSH_STORAGE_I128)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "column '%s': a number of more than 18 digits does not fit a %s; use a wider "
                   "type",
                   self->name, self->type->name);
      return FALSE;
    }
  if (!rush_column_builder_ensure_room (self, error))
    return FALSE;
  ((rush_int128 *)(gpointer)self->values)[self->length++] = value;
  return TRUE;
}

gboolean
rush_column_builder_append_interval (RushColumnBuilder *self, RushCalendarInterval value,
                                     GError **error)
{
  g_return_val_if_fail (self->type->storage == RUSH_STORAGE_INTERVAL, FALSE);

  if (!rush_column_builder_ensure_room (self, error))
    return FALSE;
  ((RushCalendarInterval *)(gpointer)self->values)[self->length++] = value;
  return TRUE;
}

/* ---- strings ---- */

gboolean
rush_column_builder_append_bytes (RushColumnBuilder *self, const char *bytes, gsize length,
                                  GError **error)
{
  return rush_column_builder_put_bytes (self, bytes, length, error);
}

gboolean
rush_column_builder_append_bytes_shared (RushColumnBuilder *self, RushBuffer *buffer, gsize offset,
                                         gsize length, GError **error)
{
  g_return_val_if_fail (offset <= buffer->size && length <= buffer->size - offset, FALSE);

  /* A view's offset has 31 bits: what stands behind 2 GiB of a mapped file is copied. */
  const char *bytes = (const char *)buffer->bytes + offset;
  if (length <= RUSH_VIEW_INLINE_MAX || offset > G_MAXINT32)
    return rush_column_builder_append_bytes (self, bytes, length, error);

  if (!rush_column_builder_begin_bytes (self, length, error))
    return FALSE;
  guint number = rush_byte_heap_share (&self->heap, buffer);
  rush_view_set_ref ((RushView *)(gpointer)self->values + self->length, bytes, length, number,
                     offset);
  self->shared->long_bytes += length;
  self->length++;
  return TRUE;
}

/* ---- values with children ---- */

RushColumnBuilder *
rush_column_builder_child (RushColumnBuilder *self, guint child)
{
  g_return_val_if_fail (child < self->type->n_fields, NULL);
  return &self->children[child];
}

gboolean
rush_column_builder_end_list (RushColumnBuilder *self, GError **error)
{
  g_return_val_if_fail (self->type->storage == RUSH_STORAGE_LIST, FALSE);
  guint start = self->list_start, end = self->children[0].length;
  g_return_val_if_fail (self->type->n_fields == 1 || self->children[1].length == end, FALSE);

  if (!rush_column_builder_ensure_room (self, error))
    return FALSE;
  ((RushListView *)(gpointer)self->values)[self->length++] =
      (RushListView){ (gint32)start, (gint32)(end - start) };
  self->list_start = end;
  for (guint c = 0; c < self->type->n_fields; c++)
    self->shared->long_bytes += (gsize)(end - start) * self->children[c].type->value_bytes;
  return TRUE;
}

gboolean
rush_column_builder_end_struct (RushColumnBuilder *self, GError **error)
{
  g_return_val_if_fail (self->type->storage == RUSH_STORAGE_STRUCT, FALSE);
  for (guint c = 0; c < self->type->n_fields; c++)
    g_return_val_if_fail (self->children[c].length == self->length + 1, FALSE);

  if (!rush_column_builder_ensure_room (self, error))
    return FALSE;
  self->length++;
  return TRUE;
}

/* ---- values of other columns ---- */

static gboolean
append_list_from (RushColumnBuilder *self, const RushColumn *source, guint row, GError **error)
{
  RushListView list = rush_column_get_list (source, row);

  for (guint c = 0; c < self->type->n_fields; c++)
    for (gint32 k = 0; k < list.length; k++)
      if (!rush_column_builder_append_from (&self->children[c], rush_column_child (source, c),
                                            (guint)(list.offset + k), error))
        return FALSE;
  return rush_column_builder_end_list (self, error);
}

static gboolean
append_struct_from (RushColumnBuilder *self, const RushColumn *source, guint row, GError **error)
{
  for (guint c = 0; c < self->type->n_fields; c++)
    if (!rush_column_builder_append_from (&self->children[c], rush_column_child (source, c),
                                          rush_column_struct_row (source, row), error))
      return FALSE;
  return rush_column_builder_end_struct (self, error);
}

gboolean
rush_column_builder_append_from (RushColumnBuilder *self, const RushColumn *source, guint row,
                                 GError **error)
{
  g_return_val_if_fail (source->type == self->type, FALSE);
  gsize length;

  if (!rush_column_is_valid (source, row))
    return rush_column_builder_append_null (self, error);
  switch (source->type->storage)
    {
    case RUSH_STORAGE_BIT:
      return rush_column_builder_append_bool (self, rush_column_get_bool (source, row), error);
    case RUSH_STORAGE_I8:
    case RUSH_STORAGE_I16:
    case RUSH_STORAGE_I32:
    case RUSH_STORAGE_I64:
      return rush_column_builder_append_int (self, rush_column_get_int (source, row), error);
    case RUSH_STORAGE_I128:
      return rush_column_builder_append_int128 (self, rush_column_get_int128 (source, row), error);
    case RUSH_STORAGE_F32:
    case RUSH_STORAGE_F64:
      return rush_column_builder_append_double (self, rush_column_get_double (source, row), error);
    case RUSH_STORAGE_VIEW:
      {
        const char *bytes = rush_column_get_bytes (source, row, &length);
        return rush_column_builder_append_bytes (self, bytes, length, error);
      }
    case RUSH_STORAGE_INTERVAL:
      return rush_column_builder_append_interval (self, rush_column_get_interval (source, row),
                                                  error);
    case RUSH_STORAGE_LIST:
      return append_list_from (self, source, row, error);
    case RUSH_STORAGE_STRUCT:
      return append_struct_from (self, source, row, error);
    case RUSH_STORAGE_VOID:
      break;
    }
  g_return_val_if_reached (FALSE); /* a void is never valid */
}

/* ---- taking back ---- */

static void
drop_last_string (RushColumnBuilder *self)
{
  const RushView *view = (const RushView *)(gpointer)self->values + self->length - 1;
  RushByteHeap *heap = &self->heap;

  if (view->length <= RUSH_VIEW_INLINE_MAX)
    return;
  self->shared->long_bytes -= (gsize)view->length;
  if (heap->block != NULL && (guint)view->ref.buffer == heap->block_number)
    heap->block_used = (gsize)view->ref.offset;
}

static void
drop_last_list (RushColumnBuilder *self)
{
  RushListView list = ((const RushListView *)(gpointer)self->values)[self->length - 1];

  self->list_start = (guint)list.offset;
  for (guint c = 0; c < self->type->n_fields; c++)
    self->shared->long_bytes -= (gsize)list.length * self->children[c].type->value_bytes;
}

static void
drop_last_value (RushColumnBuilder *self)
{
  guint row = self->length - 1;

  if (self->type->storage == RUSH_STORAGE_BIT)
    self->values[row >> 3] &= (guint8) ~(1u << (row & 7));
  else if (self->type->storage == RUSH_STORAGE_VIEW)
    drop_last_string (self);
  else if (self->type->storage == RUSH_STORAGE_LIST)
    drop_last_list (self);
  if (self->validity != NULL && !rush_bit_get (self->validity, row))
    {
      rush_bit_set (self->validity, row);
      self->null_count--;
    }
  self->length--;
}

void
rush_column_builder_truncate (RushColumnBuilder *self, guint length)
{
  while (self->length > length)
    drop_last_value (self);
  for (guint c = 0; c < self->type->n_fields; c++)
    rush_column_builder_truncate (&self->children[c], self->type->storage == RUSH_STORAGE_LIST
                                                          ? self->list_start
                                                          : self->length);
}

/* ---- the column ---- */

guint
rush_column_builder_length (const RushColumnBuilder *self)
{
  return self->length;
}

gsize
rush_column_builder_memory_bytes (const RushColumnBuilder *self)
{
  gsize bytes = values_bytes (self, self->capacity) + self->heap.charged_bytes;

  bytes += self->validity != NULL ? rush_bits_bytes (self->capacity) : 0;
  for (guint c = 0; c < self->type->n_fields; c++)
    bytes += rush_column_builder_memory_bytes (&self->children[c]);
  return bytes;
}

/* Growth is ×4, so up to three quarters may be unused. */
static RushBuffer *
finish_values (RushColumnBuilder *self)
{
  gsize bytes = values_bytes (self, self->length), capacity = values_bytes (self, self->capacity);

  if (bytes == 0)
    {
      rush_free (self->shared->allocator, self->values, capacity);
      return rush_buffer_new_empty ();
    }
  if (capacity - bytes > capacity / 8)
    {
      self->values = rush_realloc (self->shared->allocator, self->values, capacity, bytes, NULL);
      g_assert (self->values != NULL); /* a shrink is never refused */
      capacity = bytes;
    }
  return rush_buffer_take (self->shared->allocator, self->values, bytes, capacity);
}

/* NULL: there is no null. */
static RushBuffer *
finish_validity (RushColumnBuilder *self)
{
  guint length = self->length;
  gsize capacity = rush_bits_bytes (self->capacity);

  if (self->null_count == 0)
    {
      if (self->validity != NULL)
        rush_free (self->shared->allocator, self->validity, capacity);
      return NULL;
    }
  if (length % 8 != 0)
    self->validity[length / 8] &= (guint8)((1u << (length % 8)) - 1);
  return rush_buffer_take (self->shared->allocator, self->validity, rush_bits_bytes (length),
                           capacity);
}

static RushColumn *
finish_nested (RushColumnBuilder *self, RushBuffer *validity)
{
  const RushType *type = self->type;
  g_autofree RushColumn **children = g_new (RushColumn *, type->n_fields);

  for (guint c = 0; c < type->n_fields; c++)
    children[c] = rush_column_builder_finish (&self->children[c]);
  if (type->storage == RUSH_STORAGE_LIST)
    return rush_column_new_list (type, self->length, validity, self->null_count,
                                 finish_values (self), children);
  return rush_column_new_struct (type, self->length, validity, self->null_count, children);
}

RushColumn *
rush_column_builder_finish (RushColumnBuilder *self)
{
  const RushType *type = self->type;
  RushColumn *finished;
  guint n_data;

  rush_column_builder_truncate (self, self->length); /* an unfinished value of the children's */
  if (type->storage == RUSH_STORAGE_VOID)
    finished = rush_column_new_void (self->length);
  else if (type->storage == RUSH_STORAGE_LIST || type->storage == RUSH_STORAGE_STRUCT)
    finished = finish_nested (self, finish_validity (self));
  else
    {
      RushBuffer **data = rush_byte_heap_steal (&self->heap, self->shared->allocator, &n_data);
      finished = rush_column_new_plain (type, self->length, finish_validity (self),
                                        self->null_count, finish_values (self), data, n_data);
    }
  self->values = self->validity = NULL;
  self->length = self->capacity = self->null_count = self->list_start = 0;
  return finished;
}

void
rush_column_builder_clear (RushColumnBuilder *self)
{
  RushAllocator *allocator = self->shared->allocator;

  rush_free (allocator, self->values, values_bytes (self, self->capacity));
  if (self->validity != NULL)
    rush_free (allocator, self->validity, rush_bits_bytes (self->capacity));
  rush_byte_heap_clear (&self->heap, allocator);
  for (guint c = 0; c < self->type->n_fields; c++)
    rush_column_builder_clear (&self->children[c]);
  g_free (self->children);
}

void
rush_column_builder_init (RushColumnBuilder *self, RushBuilderShared *shared, const RushType *type,
                          const char *name, gboolean nullable)
{
  *self = (RushColumnBuilder){ .shared = shared, .type = type, .name = name, .nullable = nullable };
  self->children = g_new (RushColumnBuilder, type->n_fields);
  for (guint c = 0; c < type->n_fields; c++)
    rush_column_builder_init (&self->children[c], shared, type->fields[c].type,
                              type->fields[c].name, type->fields[c].nullable);
}

/* ---- by itself ---- */

typedef struct
{
  RushColumnBuilder column; /* first: the public pointer is one to it */
  RushBuilderShared shared;
} LoneBuilder;

void
rush_column_builder_free (RushColumnBuilder *self)
{
  if (self == NULL)
    return;
  RushAllocator *allocator = self->shared->allocator;
  rush_column_builder_clear (self);
  rush_allocator_unref (allocator);
  g_free (self);
}

RushColumnBuilder *
rush_column_builder_new (const RushType *type, RushAllocator *allocator)
{
  g_return_val_if_fail (type != NULL && allocator != NULL, NULL);

  LoneBuilder *self = g_new0 (LoneBuilder, 1);
  self->shared.allocator = rush_allocator_ref (allocator);
  self->shared.first_capacity = FIRST_ROWS;
  rush_column_builder_init (&self->column, &self->shared, type, type->name, TRUE);
  return &self->column;
}
