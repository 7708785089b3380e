/* encoding_types.c - what stands in front of a column: its header, and the parameters of its type.
 *
 *     decimal(15,2)            u8 15 · u8 2
 *     array<int>               u8 1                   the element's type stands in its column
 *     struct<a:int,b:string>   u32 2 · u8 1 · u32 1 "a" · u8 1 · u32 1 "b"    and so do these
 *
 * Bytes do not say that a type is user-defined: its values are written as those of its SQL type,
 * and read as what is expected.
 *
 * A reader that was told what to expect compares, and makes no type: types are for ever, and bytes
 * of unknown origin should not fill a table that is never emptied.  Without that, the type of a
 * nested column is known when its children have been read.
 */
#include "core/data/encoding_private.h"

#include <string.h>

/* ---- writing ---- */

gsize
rush_encoding_header_bytes (const RushType *type)
{
  gsize bytes = sizeof (RushColumnHeader);

  if (type->kind == RUSH_TYPE_DECIMAL || type->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL ||
      type->kind == RUSH_TYPE_DAY_TIME_INTERVAL)
    return bytes + 2;
  if (type->storage == RUSH_STORAGE_LIST)
    return bytes + 1;
  if (type->storage != RUSH_STORAGE_STRUCT)
    return bytes;
  bytes += sizeof (guint32);
  for (guint f = 0; f < type->n_fields; f++)
    bytes += 1 + sizeof (guint32) + strlen (type->fields[f].name);
  return bytes;
}

static guint8 *
write_u32 (guint8 *out, guint32 number)
{
  memcpy (out, &number, sizeof number);
  return out + sizeof number;
}

static guint8 *
write_struct_fields (guint8 *out, const RushType *type)
{
  out = write_u32 (out, type->n_fields);
  for (guint f = 0; f < type->n_fields; f++)
    {
      gsize length = strlen (type->fields[f].name);
      *out++ = (guint8)type->fields[f].nullable;
      out = write_u32 (out, (guint32)length);
      memcpy (out, type->fields[f].name, length);
      out += length;
    }
  return out;
}

guint8 *
rush_encoding_write_header (guint8 *out, const RushType *type, RushLayout layout,
                            gboolean has_validity, guint n)
{
  RushColumnHeader header = { (guint8)type->kind, (guint8)layout, (guint8)has_validity, 0, n };

  memcpy (out, &header, sizeof header);
  out += sizeof header;
  if (type->kind == RUSH_TYPE_DECIMAL)
    {
      *out++ = type->precision;
      *out++ = (guint8)type->scale;
    }
  else if (type->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL || type->kind == RUSH_TYPE_DAY_TIME_INTERVAL)
    {
      *out++ = (guint8)type->start;
      *out++ = (guint8)type->end;
    }
  else if (type->storage == RUSH_STORAGE_LIST)
    *out++ = (guint8)type->fields[type->n_fields - 1].nullable;
  else if (type->storage == RUSH_STORAGE_STRUCT)
    out = write_struct_fields (out, type);
  return out;
}

/* ---- reading: the only way to the bytes ---- */

gboolean
rush_reader_refuse (const RushReader *self, const char *why, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
               "encoded batch, column %u at byte %" G_GSIZE_FORMAT ": %s", self->column, self->at,
               why);
  return FALSE;
}

gboolean
rush_reader_take (RushReader *self, guint64 bytes, gsize *out_start, GError **error)
{
  if (bytes > self->buffer->size - self->at)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
                   "encoded batch, column %u at byte %" G_GSIZE_FORMAT ": %" G_GUINT64_FORMAT
                   " bytes should follow, but the data ends after %" G_GSIZE_FORMAT,
                   self->column, self->at, bytes, self->buffer->size - self->at);
      return FALSE;
    }
  *out_start = self->at;
  self->at += (gsize)bytes;
  return TRUE;
}

gboolean
rush_reader_take_copy (RushReader *self, gpointer out, gsize bytes, GError **error)
{
  gsize start;
  if (!rush_reader_take (self, bytes, &start, error))
    return FALSE;
  memcpy (out, self->buffer->bytes + start, bytes);
  return TRUE;
}

/* ---- reading types ---- */

static gboolean
read_byte (RushReader *self, guint most, guint8 *out, GError **error)
{
  if (!rush_reader_take_copy (self, out, 1, error))
    return FALSE;
  return *out <= most ? TRUE
                      : rush_reader_refuse (self, "a parameter of a type is out of range", error);
}

static gboolean
read_decimal (RushReader *self, RushColumnShape *out, GError **error)
{
  guint8 precision, scale;

  if (!read_byte (self, RUSH_DECIMAL_MAX_PRECISION, &precision, error) ||
      !read_byte (self, precision, &scale, error))
    return FALSE;
  if (precision == 0)
    return rush_reader_refuse (self, "a decimal without digits", error);
  out->type = rush_type_decimal (precision, scale);
  return TRUE;
}

static gboolean
read_interval (RushReader *self, RushColumnShape *out, GError **error)
{
  gboolean months = out->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL;
  guint8 start, end;

  if (!read_byte (self, RUSH_INTERVAL_SECOND, &start, error) ||
      !read_byte (self, months ? RUSH_INTERVAL_MONTH : RUSH_INTERVAL_SECOND, &end, error))
    return FALSE;
  if (start > end || (!months && start < RUSH_INTERVAL_DAY))
    return rush_reader_refuse (self, "an interval from a finer to a coarser field", error);
  out->type = months ? rush_type_year_month_interval (start, end)
                     : rush_type_day_time_interval (start, end);
  return TRUE;
}

static void
add_field (RushColumnShape *shape, char *name, gboolean nullable)
{
  /* Grown step by step: the number of fields that was read is not believed either. */
  if ((shape->n_fields & (shape->n_fields - 1)) == 0)
    shape->fields = g_renew (RushTypeField, shape->fields, MAX (2 * shape->n_fields, 1));
  shape->fields[shape->n_fields++] = (RushTypeField){ name, NULL, nullable };
}

static gboolean
read_list_fields (RushReader *self, RushColumnShape *out, GError **error)
{
  gboolean map = out->kind == RUSH_TYPE_MAP;
  guint8 nullable;

  if (!read_byte (self, 1, &nullable, error))
    return FALSE;
  if (map)
    add_field (out, g_strdup ("key"), FALSE);
  add_field (out, g_strdup (map ? "value" : "element"), nullable);
  return TRUE;
}

static gboolean
read_struct_fields (RushReader *self, RushColumnShape *out, GError **error)
{
  guint32 n, length;
  guint8 nullable;
  gsize start;

  if (!rush_reader_take_copy (self, &n, sizeof n, error))
    return FALSE;
  for (guint32 f = 0; f < n; f++)
    {
      if (!read_byte (self, 1, &nullable, error) ||
          !rush_reader_take_copy (self, &length, sizeof length, error) ||
          !rush_reader_take (self, length, &start, error))
        return FALSE;
      const char *name = (const char *)self->buffer->bytes + start;
      if (memchr (name, 0, length) != NULL)
        return rush_reader_refuse (self, "the name of a field contains a zero byte", error);
      add_field (out, g_strndup (name, length), nullable);
    }
  return TRUE;
}

/* Sets @out->type, or for a nested type its fields, still without types. */
static gboolean
read_type (RushReader *self, RushColumnShape *out, GError **error)
{
  switch (out->kind)
    {
    case RUSH_TYPE_DECIMAL:
      return read_decimal (self, out, error);
    case RUSH_TYPE_YEAR_MONTH_INTERVAL:
    case RUSH_TYPE_DAY_TIME_INTERVAL:
      return read_interval (self, out, error);
    case RUSH_TYPE_ARRAY:
    case RUSH_TYPE_MAP:
      return read_list_fields (self, out, error);
    case RUSH_TYPE_STRUCT:
      return read_struct_fields (self, out, error);
    case RUSH_TYPE_BOOL:
    case RUSH_TYPE_INT8:
    case RUSH_TYPE_INT16:
    case RUSH_TYPE_INT32:
    case RUSH_TYPE_INT64:
    case RUSH_TYPE_FLOAT32:
    case RUSH_TYPE_FLOAT64:
    case RUSH_TYPE_STRING:
    case RUSH_TYPE_BINARY:
    case RUSH_TYPE_NULL:
    case RUSH_TYPE_DATE:
    case RUSH_TYPE_TIMESTAMP:
    case RUSH_TYPE_TIMESTAMP_NTZ:
    case RUSH_TYPE_CALENDAR_INTERVAL:
      out->type = rush_type_from_kind (out->kind);
      return TRUE;
    }
  return rush_reader_refuse (self, "unknown type", error);
}

static gboolean
fields_match (const RushColumnShape *shape, const RushType *type)
{
  if (shape->kind != type->kind || shape->n_fields != type->n_fields)
    return FALSE;
  for (guint f = 0; f < type->n_fields; f++)
    if (!shape->fields[f].nullable != !type->fields[f].nullable ||
        strcmp (shape->fields[f].name, type->fields[f].name) != 0)
      return FALSE;
  return TRUE;
}

/* Checks a type against what is expected, before any is made for ever of bytes of unknown origin.
 * @expected may be NULL. */
static gboolean
expect_type (RushReader *self, RushColumnShape *shape, const RushType *expected, GError **error)
{
  if (expected == NULL)
    return TRUE;
  if (shape->type != NULL ? shape->type == rush_type_sql_type (expected)
                          : fields_match (shape, expected))
    {
      shape->type = expected;
      return TRUE;
    }
  const RushType *simple = shape->type ? shape->type : rush_type_from_kind (shape->kind);
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
               "encoded batch, column %u: holds %s where the schema says %s", self->column,
               simple ? simple->name : "other fields", expected->name);
  return FALSE;
}

gboolean
rush_reader_read_shape (RushReader *self, const RushType *expected, RushColumnShape *out,
                        GError **error)
{
  RushColumnHeader header;

  if (!rush_reader_take_copy (self, &header, sizeof header, error))
    return FALSE;
  *out = (RushColumnShape){
    .kind = header.type, .layout = header.layout, .has_validity = header.has_validity, .n = header.n
  };
  if (header.layout > RUSH_LAYOUT_CONSTANT || header.has_validity > 1 || header.zero != 0)
    return rush_reader_refuse (self, "unknown layout", error);
  if (!read_type (self, out, error) || !expect_type (self, out, expected, error))
    return FALSE;
  if (out->type == &RUSH_NULL && (out->layout != RUSH_LAYOUT_CONSTANT || out->has_validity))
    return rush_reader_refuse (self, "a column of void that has values", error);
  return TRUE;
}

const RushType *
rush_column_shape_type (RushColumnShape *self, RushColumn *const *children)
{
  if (self->type != NULL)
    return self->type;
  for (guint f = 0; f < self->n_fields; f++)
    self->fields[f].type = children[f]->type;
  if (self->kind == RUSH_TYPE_ARRAY)
    return rush_type_array (children[0]->type, self->fields[0].nullable);
  if (self->kind == RUSH_TYPE_MAP)
    return rush_type_map (children[0]->type, children[1]->type, self->fields[1].nullable);
  return rush_type_struct (self->n_fields, self->fields);
}

void
rush_column_shape_clear (RushColumnShape *self)
{
  for (guint f = 0; f < self->n_fields; f++)
    g_free ((char *)self->fields[f].name);
  g_free (self->fields);
}
