/* nested_keys.c - see nested_keys.h for the form.
 *
 * Sizes are added up first, so that all bytes of a batch lie in one buffer, which can be refused.
 */
#include "sql/physical/tables/nested_keys.h"

#include <math.h>
#include <string.h>

gboolean
rush_nested_key_is (const RushType *type)
{
  return type->storage == RUSH_STORAGE_LIST || type->storage == RUSH_STORAGE_STRUCT;
}

gboolean
rush_nested_key_has_map (const RushType *type)
{
  gboolean has = type->kind == RUSH_TYPE_MAP;

  for (guint f = 0; f < type->n_fields && !has; f++)
    has = rush_nested_key_has_map (type->fields[f].type);
  return has;
}

/* ---- to bytes ---- */

static gsize
value_size (const RushColumn *column, guint row)
{
  gsize size = 0;

  switch (column->type->storage)
    {
    case RUSH_STORAGE_VIEW:
      rush_column_get_bytes (column, row, &size);
      return sizeof (guint32) + size;
    case RUSH_STORAGE_LIST:
      {
        RushListView list = rush_column_get_list (column, row);
        const RushColumn *elements = rush_column_child (column, 0);

        size = sizeof (guint32) + (gsize)list.length;
        for (gint32 i = 0; i < list.length; i++)
          if (rush_column_is_valid (elements, (guint)(list.offset + i)))
            size += value_size (elements, (guint)(list.offset + i));
        return size;
      }
    case RUSH_STORAGE_STRUCT:
      row = rush_column_struct_row (column, row);
      for (guint f = 0; f < column->type->n_fields; f++)
        {
          const RushColumn *field = rush_column_child (column, f);
          size += 1 + (rush_column_is_valid (field, row) ? value_size (field, row) : 0);
        }
      return size;
    case RUSH_STORAGE_I128:
    case RUSH_STORAGE_INTERVAL:
      return 16;
    case RUSH_STORAGE_VOID:
      return 0;
    case RUSH_STORAGE_BIT:
    case RUSH_STORAGE_I8:
    case RUSH_STORAGE_I16:
    case RUSH_STORAGE_I32:
    case RUSH_STORAGE_I64:
    case RUSH_STORAGE_F32:
    case RUSH_STORAGE_F64:
      return 8;
    }
  g_assert_not_reached ();
}

static guint8 *
put (guint8 *out, gconstpointer bytes, gsize n)
{
  memcpy (out, bytes, n);
  return out + n;
}

static guint8 *
put_length (guint8 *out, gsize length)
{
  guint32 n = (guint32)length;

  return put (out, &n, sizeof n);
}

static guint8 *put_value (const RushColumn *column, guint row, guint8 *out);

/* A value inside of another: whether it is one, then the value. */
static guint8 *
put_inner (const RushColumn *column, guint row, guint8 *out)
{
  gboolean valid = rush_column_is_valid (column, row);

  *out++ = (guint8)valid;
  return valid ? put_value (column, row, out) : out;
}

static guint8 *
put_double (guint8 *out, double value)
{
  if (isnan (value))
    value = NAN;
  else if (value == 0)
    value = 0; /* −0.0 */
  return put (out, &value, sizeof value);
}

static guint8 *
put_list (const RushColumn *column, guint row, guint8 *out)
{
  RushListView list = rush_column_get_list (column, row);
  const RushColumn *elements = rush_column_child (column, 0);

  out = put_length (out, (gsize)list.length);
  for (gint32 i = 0; i < list.length; i++)
    out = put_inner (elements, (guint)(list.offset + i), out);
  return out;
}

static guint8 *
put_value (const RushColumn *column, guint row, guint8 *out)
{
  switch (column->type->storage)
    {
    case RUSH_STORAGE_VIEW:
      {
        gsize length;
        const char *bytes = rush_column_get_bytes (column, row, &length);
        return put (put_length (out, length), bytes, length);
      }
    case RUSH_STORAGE_LIST:
      return put_list (column, row, out);
    case RUSH_STORAGE_STRUCT:
      row = rush_column_struct_row (column, row);
      for (guint f = 0; f < column->type->n_fields; f++)
        out = put_inner (rush_column_child (column, f), row, out);
      return out;
    case RUSH_STORAGE_I128:
      {
        rush_int128 value = rush_column_get_int128 (column, row);
        return put (out, &value, sizeof value);
      }
    case RUSH_STORAGE_INTERVAL:
      {
        RushCalendarInterval value = rush_column_get_interval (column, row);
        return put (out, &value, sizeof value);
      }
    case RUSH_STORAGE_F32:
    case RUSH_STORAGE_F64:
      return put_double (out, rush_column_get_double (column, row));
    case RUSH_STORAGE_VOID:
      return out;
    case RUSH_STORAGE_BIT:
    case RUSH_STORAGE_I8:
    case RUSH_STORAGE_I16:
    case RUSH_STORAGE_I32:
    case RUSH_STORAGE_I64:
      {
        gint64 value = rush_column_get_int (column, row);
        return put (out, &value, sizeof value);
      }
    }
  g_assert_not_reached ();
}

/* FALSE: more than a view can point into. */
static gboolean
all_sizes (const RushColumn *column, const RushRows *rows, gsize *out_size, GError **error)
{
  *out_size = 0;
  for (guint i = 0; i < rows->n; i++)
    if (rush_column_is_valid (column, rush_eval_row (rows, i)))
      *out_size += value_size (column, rush_eval_row (rows, i));
  if (*out_size <= G_MAXINT32)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
               "the values of the type %s in one batch, which are keys, take more than 2 GiB",
               column->type->name);
  return FALSE;
}

static void
fill_views (const RushColumn *column, const RushRows *rows, RushView *views, guint8 *validity,
            guint8 *bytes)
{
  guint8 *out = bytes;

  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      RushView *view = &views[row];
      guint8 *begin = out;

      if (!rush_column_is_valid (column, row))
        continue;
      rush_bit_set (validity, row);
      out = put_value (column, row, out);
      view->length = (gint32)(out - begin);
      if (view->length <= RUSH_VIEW_INLINE_MAX)
        memcpy (view->inlined, begin, (gsize)view->length);
      else
        {
          memcpy (view->ref.prefix, begin, sizeof view->ref.prefix);
          view->ref.buffer = 0;
          view->ref.offset = (gint32)(begin - bytes);
        }
    }
}

RushColumn *
rush_nested_key_encode (const RushColumn *column, const RushRows *rows, RushAllocator *allocator,
                        GError **error)
{
  guint length = rows->length, null_count = 0;
  g_autoptr (RushBuffer) views = NULL;
  g_autoptr (RushBuffer) validity = NULL;
  g_autoptr (RushBuffer) bytes = NULL;
  RushBuffer **data;
  gsize size;

  if (!all_sizes (column, rows, &size, error))
    return NULL;
  views = rush_buffer_new (allocator, length * sizeof (RushView), error);
  validity = views != NULL ? rush_buffer_new (allocator, (length + 7) / 8, error) : NULL;
  bytes = validity != NULL ? rush_buffer_new (allocator, MAX (size, 1), error) : NULL;
  if (bytes == NULL)
    return NULL;
  memset (views->bytes, 0, length * sizeof (RushView));
  memset (validity->bytes, 0, (length + 7) / 8);
  fill_views (column, rows, (RushView *)views->bytes, validity->bytes, bytes->bytes);
  for (guint row = 0; row < length; row++)
    null_count += !rush_bit_get (validity->bytes, row);
  data = g_new (RushBuffer *, 1);
  data[0] = g_steal_pointer (&bytes);
  if (null_count == 0)
    g_clear_pointer (&validity, rush_buffer_unref);
  return rush_column_new_plain (&RUSH_BINARY, length, g_steal_pointer (&validity), null_count,
                                g_steal_pointer (&views), data, 1);
}

/* ---- and back ---- */

static const char *
take (gpointer out, gsize n, const char *from)
{
  memcpy (out, from, n);
  return from + n;
}

static const char *take_value (const RushType *type, const char *from, RushColumnBuilder *builder,
                               GError **error);

static const char *
take_inner (const RushType *type, const char *from, RushColumnBuilder *builder, GError **error)
{
  if (*from != 0)
    return take_value (type, from + 1, builder, error);
  return rush_column_builder_append_null (builder, error) ? from + 1 : NULL;
}

static const char *
take_list (const RushType *type, const char *from, RushColumnBuilder *builder, GError **error)
{
  RushColumnBuilder *elements = rush_column_builder_child (builder, 0);
  guint32 length;

  from = take (&length, sizeof length, from);
  for (guint32 i = 0; i < length && from != NULL; i++)
    from = take_inner (type->fields[0].type, from, elements, error);
  return from != NULL && rush_column_builder_end_list (builder, error) ? from : NULL;
}

static const char *
take_struct (const RushType *type, const char *from, RushColumnBuilder *builder, GError **error)
{
  for (guint f = 0; f < type->n_fields && from != NULL; f++)
    from = take_inner (type->fields[f].type, from, rush_column_builder_child (builder, f), error);
  return from != NULL && rush_column_builder_end_struct (builder, error) ? from : NULL;
}

static const char *
take_number (const RushType *type, const char *from, RushColumnBuilder *builder, GError **error)
{
  gboolean appended;

  if (type->storage == RUSH_STORAGE_I128)
    {
      rush_int128 value;
      from = take (&value, sizeof value, from);
      appended = rush_column_builder_append_int128 (builder, value, error);
    }
  else if (type->storage == RUSH_STORAGE_INTERVAL)
    {
      RushCalendarInterval value;
      from = take (&value, sizeof value, from);
      appended = rush_column_builder_append_interval (builder, value, error);
    }
  else if (type->storage == RUSH_STORAGE_F32 || type->storage == RUSH_STORAGE_F64)
    {
      double value;
      from = take (&value, sizeof value, from);
      appended = rush_column_builder_append_double (builder, value, error);
    }
  else
    {
      gint64 value;
      from = take (&value, sizeof value, from);
      appended = type->storage == RUSH_STORAGE_BIT
                     ? rush_column_builder_append_bool (builder, value != 0, error)
                     : rush_column_builder_append_int (builder, value, error);
    }
  return appended ? from : NULL;
}

/* What stands behind the value; NULL: the builder refused it. */
static const char *
take_value (const RushType *type, const char *from, RushColumnBuilder *builder, GError **error)
{
  guint32 length;

  if (type->storage == RUSH_STORAGE_LIST)
    return take_list (type, from, builder, error);
  if (type->storage == RUSH_STORAGE_STRUCT)
    return take_struct (type, from, builder, error);
  if (type->storage != RUSH_STORAGE_VIEW)
    return take_number (type, from, builder, error);
  from = take (&length, sizeof length, from);
  return rush_column_builder_append_bytes (builder, from, length, error) ? from + length : NULL;
}

gboolean
rush_nested_key_decode (const RushType *type, const char *bytes, RushColumnBuilder *builder,
                        GError **error)
{
  return take_value (type, bytes, builder, error) != NULL;
}
