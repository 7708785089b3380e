/* value_state.c - see value_state_private.h. */
#include "sql/functions/aggregate/value_state_private.h"

#include "sql/kernels/compare.h"

#include <string.h>

static gboolean
set_bytes (RushValueState *self, const char *bytes, gsize length, RushAllocator *allocator,
           GError **error)
{
  if (self->kind != RUSH_VALUE_BLOCK && length <= sizeof self->fixed)
    {
      memcpy (self->fixed, bytes, length);
      self->kind = RUSH_VALUE_INLINE;
    }
  else
    {
      if (self->kind != RUSH_VALUE_BLOCK || self->capacity < length)
        {
          guint8 *block = rush_alloc (allocator, length, error);
          if (block == NULL)
            return FALSE;
          if (self->kind == RUSH_VALUE_BLOCK)
            rush_free (allocator, self->block, self->capacity);
          self->block = block;
          self->capacity = (guint32)length;
          self->kind = RUSH_VALUE_BLOCK;
        }
      memcpy (self->block, bytes, length);
    }
  self->length = (guint32)length;
  return TRUE;
}

static gboolean
set_column (RushValueState *self, RushColumn *values, guint row, RushAllocator *allocator,
            GError **error)
{
  RushRowId id = { 0, row };
  RushColumn *one = rush_column_gather (&values, 1, &id, 1, allocator, error);

  if (one == NULL)
    return FALSE;
  if (self->kind == RUSH_VALUE_COLUMN)
    rush_column_unref (self->column);
  self->column = one;
  self->kind = RUSH_VALUE_COLUMN;
  return TRUE;
}

gboolean
rush_value_state_set (RushValueState *self, RushColumn *values, guint row, RushAllocator *allocator,
                      GError **error)
{
  if (!rush_column_is_valid (values, row))
    {
      rush_value_state_clear (self, allocator);
      self->kind = RUSH_VALUE_NULL;
      return TRUE;
    }
  switch (values->type->storage)
    {
    case RUSH_STORAGE_BIT:
    case RUSH_STORAGE_I8:
    case RUSH_STORAGE_I16:
    case RUSH_STORAGE_I32:
    case RUSH_STORAGE_I64:
      {
        gint64 value = rush_column_get_int (values, row);
        memcpy (self->fixed, &value, sizeof value);
        self->kind = RUSH_VALUE_FIXED;
        return TRUE;
      }
    case RUSH_STORAGE_I128:
      {
        rush_int128 value = rush_column_get_int128 (values, row);
        memcpy (self->fixed, &value, sizeof value);
        self->kind = RUSH_VALUE_FIXED;
        return TRUE;
      }
    case RUSH_STORAGE_F32:
    case RUSH_STORAGE_F64:
      {
        double value = rush_column_get_double (values, row);
        memcpy (self->fixed, &value, sizeof value);
        self->kind = RUSH_VALUE_FIXED;
        return TRUE;
      }
    case RUSH_STORAGE_INTERVAL:
      {
        RushCalendarInterval value = rush_column_get_interval (values, row);
        memcpy (self->fixed, &value, sizeof value);
        self->kind = RUSH_VALUE_FIXED;
        return TRUE;
      }
    case RUSH_STORAGE_VIEW:
      {
        gsize length;
        const char *bytes = rush_column_get_bytes (values, row, &length);
        return set_bytes (self, bytes, length, allocator, error);
      }
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
    case RUSH_STORAGE_VOID:
    default:
      return set_column (self, values, row, allocator, error);
    }
}

void
rush_value_state_clear (RushValueState *self, RushAllocator *allocator)
{
  if (self->kind == RUSH_VALUE_BLOCK)
    rush_free (allocator, self->block, self->capacity);
  else if (self->kind == RUSH_VALUE_COLUMN)
    rush_column_unref (self->column);
  memset (self, 0, sizeof *self);
}

static const char *
state_bytes (const RushValueState *self)
{
  return (const char *)(self->kind == RUSH_VALUE_BLOCK ? self->block : self->fixed);
}

gint
rush_value_state_compare (const RushValueState *self, const RushColumn *values, guint row)
{
  gboolean valid = rush_column_is_valid (values, row);

  if (self->kind == RUSH_VALUE_NULL || !valid)
    return (gint)(self->kind != RUSH_VALUE_NULL) - (gint)valid;
  if (self->kind == RUSH_VALUE_COLUMN)
    return rush_compare_rows (self->column, 0, values, row);
  if (values->type->storage == RUSH_STORAGE_VIEW)
    {
      gsize length;
      const char *bytes = rush_column_get_bytes (values, row, &length);
      gint order = memcmp (state_bytes (self), bytes, MIN (self->length, length));
      return order != 0 ? order : self->length < length ? -1 : self->length > length;
    }
  if (values->type->storage == RUSH_STORAGE_F32 || values->type->storage == RUSH_STORAGE_F64)
    {
      double value;
      memcpy (&value, self->fixed, sizeof value);
      return rush_compare_doubles (value, rush_column_get_double (values, row));
    }
  if (values->type->storage == RUSH_STORAGE_I128)
    {
      rush_int128 value, other = rush_column_get_int128 (values, row);
      memcpy (&value, self->fixed, sizeof value);
      return value < other ? -1 : value > other;
    }
  gint64 value, other = rush_column_get_int (values, row);
  memcpy (&value, self->fixed, sizeof value);
  return value < other ? -1 : value > other;
}

/* ── columns of states ── */

static const RushValueState *
nth (const RushValueState *first, gsize stride, guint i)
{
  return (const RushValueState *)((const guint8 *)first + stride * i);
}

static gboolean
is_null (const RushValueState *self)
{
  return self->kind == RUSH_VALUE_NONE || self->kind == RUSH_VALUE_NULL;
}

static RushColumn *
bytes_column (const RushType *type, const RushValueState *first, gsize stride, guint n,
              RushAllocator *allocator, GError **error)
{
  g_auto (RushTextWriter) writer = { .blocks = NULL };

  if (!rush_text_writer_init (&writer, type, n, allocator, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      const RushValueState *state = nth (first, stride, i);
      if (is_null (state)
              ? !rush_column_writer_set_null (&writer.base, i, error)
              : !rush_text_writer_set (&writer, i, state_bytes (state), state->length, error))
        return NULL;
    }
  return rush_text_writer_finish (&writer);
}

static RushColumn *
nested_column (const RushType *type, const RushValueState *first, gsize stride, guint n,
               RushAllocator *allocator, GError **error)
{
  g_autoptr (GPtrArray) sources = g_ptr_array_new ();
  g_autofree RushRowId *rows = g_new (RushRowId, MAX (1, n));
  g_autoptr (RushColumn) null = rush_column_new_constant_null (type, 1, allocator, error);

  if (null == NULL || n == 0)
    return g_steal_pointer (&null);
  g_ptr_array_add (sources, null);
  for (guint i = 0; i < n; i++)
    {
      const RushValueState *state = nth (first, stride, i);
      rows[i] = (RushRowId){ is_null (state) ? 0 : sources->len, 0 };
      if (!is_null (state))
        g_ptr_array_add (sources, state->column);
    }
  return rush_column_gather ((RushColumn **)sources->pdata, sources->len, rows, n, allocator,
                             error);
}

static void
store_fixed (const RushType *type, const RushValueState *state, guint i, guint8 *out)
{
  if (type->storage == RUSH_STORAGE_BIT)
    {
      if (state->fixed[0])
        rush_bit_set (out, i);
    }
  else if (type->storage == RUSH_STORAGE_F32)
    {
      double value;
      memcpy (&value, state->fixed, sizeof value);
      ((float *)out)[i] = (float)value;
    }
  else
    memcpy (out + (gsize)i * type->value_bytes, state->fixed, type->value_bytes);
}

RushColumn *
rush_value_states_column (const RushType *type, const RushValueState *first, gsize stride, guint n,
                          RushAllocator *allocator, GError **error)
{
  g_auto (RushColumnWriter) writer = { NULL };

  if (type->storage == RUSH_STORAGE_VIEW)
    return bytes_column (type, first, stride, n, allocator, error);
  if (type->storage == RUSH_STORAGE_LIST || type->storage == RUSH_STORAGE_STRUCT)
    return nested_column (type, first, stride, n, allocator, error);
  if (type->storage == RUSH_STORAGE_VOID)
    return rush_column_new_void (n);
  if (!rush_column_writer_init (&writer, type, n, TRUE, allocator, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      const RushValueState *state = nth (first, stride, i);
      if (!is_null (state))
        store_fixed (type, state, i, writer.values->bytes);
      else if (!rush_column_writer_set_null (&writer, i, error))
        return NULL;
    }
  return rush_column_writer_finish (&writer);
}
