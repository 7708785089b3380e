/* arrow_export.c - batches as Arrow arrays that any reader of Arrow knows.
 *
 *     PLAIN numbers, dates, bools     the same buffers, and the same offset: nothing copied
 *     string, binary                  offsets, and the bytes one behind the other
 *     decimal                         128 bits
 *     array, map                      offsets; elements taken in order if they do not stand so
 *     DICTIONARY, CONSTANT, selected  made PLAIN first
 *
 * An exported array holds refs on buffers; release () drops them, children first.
 */
#include "core/data/arrow.h"

#include "core/data/bitmap.h"
#include "core/data/buffer_private.h"
#include "core/data/gather.h"

#include <string.h>

/* ---- schemas ---- */

typedef struct
{
  char *format;
  char *name;
  struct ArrowSchema *children; /* [n_children], and pointers to them */
  struct ArrowSchema **pointers;
} SchemaOwned;

static void
release_schema (struct ArrowSchema *schema)
{
  SchemaOwned *owned = schema->private_data;

  for (gint64 c = 0; c < schema->n_children; c++)
    if (owned->pointers[c]->release != NULL) /* else it was moved */
      owned->pointers[c]->release (owned->pointers[c]);
  g_free (owned->format);
  g_free (owned->name);
  g_free (owned->children);
  g_free (owned->pointers);
  g_free (owned);
  schema->release = NULL;
}

/* Takes over @format; children are still to be filled. */
static void
begin_schema (struct ArrowSchema *out, char *format, const char *name, gboolean nullable,
              guint n_children)
{
  SchemaOwned *owned = g_new0 (SchemaOwned, 1);

  owned->format = format;
  owned->name = g_strdup (name);
  owned->children = g_new0 (struct ArrowSchema, n_children);
  owned->pointers = g_new0 (struct ArrowSchema *, n_children);
  for (guint c = 0; c < n_children; c++)
    owned->pointers[c] = &owned->children[c];
  *out = (struct ArrowSchema){ .format = owned->format,
                               .name = owned->name,
                               .flags = nullable ? ARROW_FLAG_NULLABLE : 0,
                               .n_children = n_children,
                               .children = owned->pointers,
                               .release = release_schema,
                               .private_data = owned };
}

static char *
format_of (const RushType *type, const RushArrowOptions *options)
{
  static const char *const FORMATS[] = {
    [RUSH_TYPE_BOOL] = "b",
    [RUSH_TYPE_INT8] = "c",
    [RUSH_TYPE_INT16] = "s",
    [RUSH_TYPE_INT32] = "i",
    [RUSH_TYPE_INT64] = "l",
    [RUSH_TYPE_FLOAT32] = "f",
    [RUSH_TYPE_FLOAT64] = "g",
    [RUSH_TYPE_STRING] = "u",
    [RUSH_TYPE_BINARY] = "z",
    [RUSH_TYPE_NULL] = "n",
    [RUSH_TYPE_DATE] = "tdD",
    [RUSH_TYPE_TIMESTAMP_NTZ] = "tsu:",
    [RUSH_TYPE_YEAR_MONTH_INTERVAL] = "tiM",
    [RUSH_TYPE_DAY_TIME_INTERVAL] = "tDu",
    [RUSH_TYPE_CALENDAR_INTERVAL] = "tin",
    [RUSH_TYPE_ARRAY] = "+l",
    [RUSH_TYPE_MAP] = "+m",
    [RUSH_TYPE_STRUCT] = "+s",
  };

  if (type->kind == RUSH_TYPE_DECIMAL)
    return g_strdup_printf ("d:%u,%d", type->precision, type->scale);
  if (type->kind == RUSH_TYPE_TIMESTAMP)
    return g_strdup_printf ("tsu:%s", options->time_zone != NULL ? options->time_zone : "UTC");
  if (type->storage == RUSH_STORAGE_VIEW && options->large_strings)
    return g_strdup (type == &RUSH_STRING ? "U" : "Z");
  return g_strdup (FORMATS[type->kind]);
}

static void
export_type (const RushType *type, const char *name, gboolean nullable,
             const RushArrowOptions *options, struct ArrowSchema *out)
{
  gboolean map = type->kind == RUSH_TYPE_MAP;
  struct ArrowSchema *fields = out;

  begin_schema (out, format_of (type, options), name, nullable, map ? 1 : type->n_fields);
  if (map) /* a struct of key and value stands between */
    {
      fields = out->children[0];
      begin_schema (fields, g_strdup ("+s"), "entries", FALSE, 2);
    }
  for (guint f = 0; f < type->n_fields; f++)
    export_type (type->fields[f].type, type->fields[f].name, type->fields[f].nullable, options,
                 fields->children[f]);
}

static const RushArrowOptions DEFAULTS = { .time_zone = NULL };

void
rush_arrow_export_schema (const RushSchema *schema, const RushArrowOptions *options,
                          struct ArrowSchema *out)
{
  export_type (rush_schema_to_type (schema), "", FALSE, options ? options : &DEFAULTS, out);
}

/* ---- arrays ---- */

typedef struct
{
  RushBuffer *buffers[3]; /* (owned) NULL: none */
  const void *pointers[3];
  struct ArrowArray *children; /* [n_children], and pointers to them */
  struct ArrowArray **child_pointers;
} ArrayOwned;

static void
release_array (struct ArrowArray *array)
{
  ArrayOwned *owned = array->private_data;

  for (gint64 c = 0; c < array->n_children; c++)
    if (owned->child_pointers[c]->release != NULL) /* else it was moved, or never made */
      owned->child_pointers[c]->release (owned->child_pointers[c]);
  for (guint b = 0; b < G_N_ELEMENTS (owned->buffers); b++)
    rush_buffer_unref (owned->buffers[b]);
  g_free (owned->children);
  g_free (owned->child_pointers);
  g_free (owned);
  array->release = NULL;
}

static ArrayOwned *
begin_array (struct ArrowArray *out, guint length, guint n_buffers, guint n_children)
{
  ArrayOwned *owned = g_new0 (ArrayOwned, 1);

  owned->children = g_new0 (struct ArrowArray, n_children);
  owned->child_pointers = g_new0 (struct ArrowArray *, n_children);
  for (guint c = 0; c < n_children; c++)
    owned->child_pointers[c] = &owned->children[c];
  *out = (struct ArrowArray){ .length = length,
                              .n_buffers = n_buffers,
                              .n_children = n_children,
                              .buffers = owned->pointers,
                              .children = owned->child_pointers,
                              .release = release_array,
                              .private_data = owned };
  return owned;
}

static void
set_buffer (ArrayOwned *owned, guint number, RushBuffer *buffer)
{
  owned->buffers[number] = buffer;
  owned->pointers[number] = buffer != NULL ? buffer->bytes : NULL;
}

typedef struct
{
  const RushArrowOptions *options;
  RushAllocator *allocator;
  GError **error;
} Export;

/* Validity from bit 0 on, for arrays whose other buffers were made. */
static gboolean
export_validity (const Export *self, const RushColumn *column, struct ArrowArray *array)
{
  array->null_count = column->null_count;
  if (column->null_count == 0)
    return TRUE;
  RushBuffer *bits =
      rush_buffer_new (self->allocator, rush_bits_bytes (column->length), self->error);
  if (bits == NULL)
    return FALSE;
  rush_bits_copy (bits->bytes, column->validity->bytes, column->offset, column->length);
  set_buffer (array->private_data, 0, bits);
  return TRUE;
}

/* The column's own buffers. */
static gboolean
export_as_is (const RushColumn *column, struct ArrowArray *array)
{
  ArrayOwned *owned = array->private_data;

  array->offset = column->offset;
  array->null_count = column->null_count;
  if (column->null_count > 0)
    set_buffer (owned, 0, rush_buffer_ref (column->validity));
  set_buffer (owned, 1, rush_buffer_ref (column->values));
  return TRUE;
}

/* ---- numbers that Arrow has otherwise ---- */

static gboolean
export_widened (const Export *self, const RushColumn *column, struct ArrowArray *array)
{
  RushBuffer *values =
      rush_buffer_new (self->allocator, (gsize)column->length * sizeof (rush_int128), self->error);

  if (values == NULL)
    return FALSE;
  rush_int128 *out = (rush_int128 *)(gpointer)values->bytes;
  const gint64 *from = (const gint64 *)(gconstpointer)column->values->bytes + column->offset;
  for (guint i = 0; i < column->length; i++)
    out[i] = from[i];
  set_buffer (array->private_data, 1, values);
  return export_validity (self, column, array);
}

static gboolean
export_intervals (const Export *self, const RushColumn *column, struct ArrowArray *array)
{
  RushBuffer *values = rush_buffer_new (
      self->allocator, (gsize)column->length * sizeof (RushCalendarInterval), self->error);

  if (values == NULL)
    return FALSE;
  set_buffer (array->private_data, 1, values);
  RushCalendarInterval *out = (RushCalendarInterval *)(gpointer)values->bytes;
  const RushCalendarInterval *from =
      (const RushCalendarInterval *)(gconstpointer)column->values->bytes + column->offset;
  for (guint i = 0; i < column->length; i++)
    {
      out[i] = from[i];
      if (__builtin_mul_overflow (from[i].microseconds, 1000, &out[i].microseconds) &&
          rush_column_is_valid (column, i))
        {
          g_set_error (self->error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                       "an interval of %" G_GINT64_FORMAT
                       " microseconds has too many nanoseconds for Arrow",
                       from[i].microseconds);
          return FALSE;
        }
    }
  return export_validity (self, column, array);
}

/* ---- strings ---- */

/* Offsets, 32 or 64 bits wide; an array needs one more than it has rows. */
static RushBuffer *
new_offsets (const Export *self, guint length, gboolean large)
{
  gsize width = large ? sizeof (gint64) : sizeof (gint32);
  return rush_buffer_new (self->allocator, ((gsize)length + 1) * width, self->error);
}

static gboolean
refuse_length (const Export *self, const RushType *type)
{
  g_set_error (self->error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "a column of %s over 2 GiB does not fit an Arrow array with offsets of 32 bits; "
               "export large strings, or smaller batches",
               type->name);
  return FALSE;
}

static gboolean
export_strings (const Export *self, const RushColumn *column, struct ArrowArray *array)
{
  const RushView *views = (const RushView *)(gconstpointer)column->values->bytes + column->offset;
  gboolean large = self->options->large_strings;
  guint64 total = 0;

  for (guint i = 0; i < column->length; i++)
    total += rush_column_is_valid (column, i) ? (guint64)views[i].length : 0;
  if (total > G_MAXINT32 && !large)
    return refuse_length (self, column->type);
  RushBuffer *offsets = new_offsets (self, column->length, large);
  if (offsets == NULL)
    return FALSE;
  set_buffer (array->private_data, 1, offsets);
  RushBuffer *bytes = rush_buffer_new (self->allocator, (gsize)total, self->error);
  if (bytes == NULL)
    return FALSE;
  set_buffer (array->private_data, 2, bytes);

  gint64 at = 0;
  for (guint i = 0; i <= column->length; i++)
    {
      if (large)
        ((gint64 *)(gpointer)offsets->bytes)[i] = at;
      else
        ((gint32 *)(gpointer)offsets->bytes)[i] = (gint32)at;
      if (i == column->length || !rush_column_is_valid (column, i))
        continue;
      memcpy (bytes->bytes + at, rush_view_bytes (&views[i], column->data), (gsize)views[i].length);
      at += views[i].length;
    }
  return export_validity (self, column, array);
}

/* ---- children ---- */

static gboolean export_column (const Export *self, RushColumn *column, struct ArrowArray *out);

/* Offsets of the lists, and which rows of the children they are, in order. */
static gboolean
list_offsets (const Export *self, const RushColumn *column, RushBuffer **out_offsets,
              RushBuffer **out_rows)
{
  const RushListView *lists =
      (const RushListView *)(gconstpointer)column->values->bytes + column->offset;
  guint64 total = 0;

  for (guint i = 0; i < column->length; i++)
    total += rush_column_is_valid (column, i) ? (guint64)lists[i].length : 0;
  if (total > G_MAXINT32)
    return refuse_length (self, column->type);
  g_autoptr (RushBuffer) offsets = new_offsets (self, column->length, FALSE);
  if (offsets == NULL)
    return FALSE;
  g_autoptr (RushBuffer) rows =
      rush_buffer_new (self->allocator, (gsize)total * sizeof (guint32), self->error);
  if (rows == NULL)
    return FALSE;
  gint32 *offset = (gint32 *)(gpointer)offsets->bytes;
  guint32 *row = (guint32 *)(gpointer)rows->bytes, *first = row;
  for (guint i = 0; i < column->length; i++)
    {
      *offset++ = (gint32)(row - first);
      if (rush_column_is_valid (column, i))
        for (gint32 k = 0; k < lists[i].length; k++)
          *row++ = (guint32)(lists[i].offset + k);
    }
  *offset = (gint32)total;
  *out_offsets = g_steal_pointer (&offsets);
  *out_rows = g_steal_pointer (&rows);
  return TRUE;
}

static gboolean
export_elements (const Export *self, const RushColumn *column, const RushBuffer *rows,
                 struct ArrowArray *const *out)
{
  guint n = (guint)(rows->size / sizeof (guint32));

  for (guint c = 0; c < column->n_children; c++)
    {
      g_autoptr (RushColumn) elements =
          rush_column_take (column->children[c], (const guint32 *)(gconstpointer)rows->bytes, n,
                            self->allocator, self->error);
      if (elements == NULL || !export_column (self, elements, out[c]))
        return FALSE;
    }
  return TRUE;
}

static gboolean
export_lists (const Export *self, const RushColumn *column, struct ArrowArray *array)
{
  g_autoptr (RushBuffer) rows = NULL;
  RushBuffer *offsets;
  struct ArrowArray *const *elements = array->children;

  if (!list_offsets (self, column, &offsets, &rows))
    return FALSE;
  set_buffer (array->private_data, 1, offsets);
  if (column->type->kind == RUSH_TYPE_MAP)
    {
      struct ArrowArray *entries = array->children[0];
      begin_array (entries, (guint)(rows->size / sizeof (guint32)), 1, 2);
      elements = entries->children;
    }
  return export_elements (self, column, rows, elements) && export_validity (self, column, array);
}

/* Under a null struct stands a null also where the field has none; readers look at the struct. */
static void
drop_validity (struct ArrowArray *array)
{
  ArrayOwned *owned = array->private_data;

  if (array->null_count > 0)
    {
      rush_buffer_unref (owned->buffers[0]);
      set_buffer (owned, 0, NULL);
    }
  array->null_count = 0;
}

static gboolean
export_struct (const Export *self, const RushColumn *column, struct ArrowArray *array)
{
  for (guint c = 0; c < column->n_children; c++)
    {
      g_autoptr (RushColumn) child =
          rush_column_slice (column->children[c], column->offset, column->length);
      if (!export_column (self, child, array->children[c]))
        return FALSE;
      if (!column->type->fields[c].nullable)
        drop_validity (array->children[c]);
    }
  return export_validity (self, column, array);
}

/* ---- any column ---- */

static gboolean
export_plain (const Export *self, const RushColumn *column, struct ArrowArray *array)
{
  switch ((guint)column->type->storage)
    {
    case RUSH_STORAGE_VIEW:
      return export_strings (self, column, array);
    case RUSH_STORAGE_INTERVAL:
      return export_intervals (self, column, array);
    case RUSH_STORAGE_LIST:
      return export_lists (self, column, array);
    case RUSH_STORAGE_STRUCT:
      return export_struct (self, column, array);
    case RUSH_STORAGE_VOID:
      array->null_count = column->length;
      return TRUE;
    default:
      return column->type->kind == RUSH_TYPE_DECIMAL && column->type->storage == RUSH_STORAGE_I64
                 ? export_widened (self, column, array)
                 : export_as_is (column, array);
    }
}

static gboolean
export_column (const Export *self, RushColumn *column, struct ArrowArray *out)
{
  g_autoptr (RushColumn) plain = rush_column_flatten (column, self->allocator, self->error);
  RushStorage storage = column->type->storage;
  guint n_buffers = storage == RUSH_STORAGE_VOID     ? 0
                    : storage == RUSH_STORAGE_STRUCT ? 1
                    : storage == RUSH_STORAGE_VIEW   ? 3
                                                     : 2;
  guint n_children = column->type->kind == RUSH_TYPE_MAP ? 1 : column->type->n_fields;

  if (plain == NULL)
    return FALSE;
  begin_array (out, plain->length, n_buffers, n_children);
  if (export_plain (self, plain, out))
    return TRUE;
  out->release (out);
  return FALSE;
}

gboolean
rush_arrow_export_batch (RushBatch *batch, const RushArrowOptions *options,
                         RushAllocator *allocator, struct ArrowArray *out, GError **error)
{
  Export self = { options ? options : &DEFAULTS, allocator, error };
  g_autoptr (RushBatch) compact = rush_batch_compact (batch, allocator, error);
  struct ArrowArray array;

  if (compact == NULL)
    return FALSE;
  begin_array (&array, compact->length, 1, compact->schema->n_fields);
  for (guint c = 0; c < compact->schema->n_fields; c++)
    if (!export_column (&self, compact->columns[c], array.children[c]))
      {
        array.release (&array);
        return FALSE;
      }
  *out = array;
  return TRUE;
}
