/* encoding_read.c - from bytes of unknown origin to a batch; the format stands in encoding.h.
 *
 * Nothing that was read is believed: take () is the only way to the bytes and checks each length
 * against what is left, in 64 bits, so that no sum wraps around.  Memory is asked for only after
 * the bytes that justify it are known to be there (a view costs 16 bytes and needs 4 of input), so
 * a short hostile input cannot make us allocate much.
 *
 * What can stay in the input stays there: bitmaps, values that happen to be aligned, and the bytes
 * of strings over 12.  They become slices of the input buffer, which lives as long as they do.
 *
 *     input   … │ lengths │ total │ t o r u s h l i g h t   s t u d i e s │ …
 *                    │               ▲ └───────┬──────────────────────────
 *     views  ┌───────▼──────────┐    │         │
 *            │ 2  "to"          │    │  inline: copied
 *            │ 17 "rush" 0, 2 ──┼────┼─────────┘
 *            └──────────────────┘  data[0] (from window to window at most 2 GiB)
 */
#include "core/data/encoding_private.h"

#include "core/data/bitmap.h"
#include "core/data/buffer_private.h"
#include "core/data/view_private.h"

typedef struct
{
  RushBuffer *buffer;
  gsize at;
  guint column; /* for messages */
  RushAllocator *allocator;
} Reader;

typedef struct
{
  const RushType *type;
  RushLayout layout;
  gboolean has_validity;
  guint n;
} ColumnShape;

/* ---- the only way to the bytes ---- */

static gboolean
refuse (const Reader *self, const char *why, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
               "encoded batch, column %u at byte %" G_GSIZE_FORMAT ": %s", self->column, self->at,
               why);
  return FALSE;
}

/* Moves over @bytes bytes and tells where they begin. */
static gboolean
take (Reader *self, guint64 bytes, gsize *out_start, GError **error)
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

static gboolean
take_copy (Reader *self, gpointer out, gsize bytes, GError **error)
{
  gsize start;
  if (!take (self, bytes, &start, error))
    return FALSE;
  memcpy (out, self->buffer->bytes + start, bytes);
  return TRUE;
}

/* The next @bytes bytes as a buffer: a slice of the input if it is aligned, else a copy. */
static RushBuffer *
take_buffer (Reader *self, guint64 bytes, gsize alignment, GError **error)
{
  gsize start;
  if (!take (self, bytes, &start, error))
    return NULL;
  const guint8 *from = self->buffer->bytes + start;
  if ((guintptr)from % alignment == 0)
    return rush_buffer_slice (self->buffer, start, (gsize)bytes);
  RushBuffer *copy = rush_buffer_new (self->allocator, (gsize)bytes, error);
  if (copy != NULL)
    memcpy (copy->bytes, from, (gsize)bytes);
  return copy;
}

/* ---- bodies ---- */

static gboolean
read_shape (Reader *self, ColumnShape *out, GError **error)
{
  RushColumnHeader header;

  if (!take_copy (self, &header, sizeof header, error))
    return FALSE;
  *out = (ColumnShape){ rush_type_from_kind (header.type), header.layout, header.has_validity,
                        header.n };
  if (out->type == NULL)
    return refuse (self, "unknown type", error);
  if (header.layout > RUSH_LAYOUT_CONSTANT || header.has_validity > 1 || header.zero != 0)
    return refuse (self, "unknown layout", error);
  return TRUE;
}

/* *@out is NULL if there is no bitmap, or if it is all ones. */
static gboolean
read_validity (Reader *self, const ColumnShape *shape, RushBuffer **out, guint *out_null_count,
               GError **error)
{
  *out = NULL;
  *out_null_count = 0;
  if (!shape->has_validity)
    return TRUE;
  g_autoptr (RushBuffer) bits = take_buffer (self, rush_bits_bytes (shape->n), 1, error);
  if (bits == NULL)
    return FALSE;
  *out_null_count = shape->n - (guint)rush_bits_count (bits->bytes, 0, shape->n);
  if (*out_null_count > 0)
    *out = g_steal_pointer (&bits);
  return TRUE;
}

/* Where the strings of a column stand in the input. */
typedef struct
{
  const guint8 *lengths; /* u32[n], not aligned */
  gsize bytes_start;     /* offset in the input */
  gsize bytes_total;
} StringBody;

static inline guint32
length_at (const StringBody *body, guint i)
{
  guint32 length;
  memcpy (&length, body->lengths + (gsize)i * sizeof length, sizeof length);
  return length;
}

/* After this the lengths are known to fit: each a view, and together exactly the total. */
static gboolean
read_string_body (Reader *self, guint n, StringBody *out, GError **error)
{
  guint64 total, sum = 0;
  guint32 longest = 0;
  gsize start;

  if (!take (self, (guint64)n * sizeof (guint32), &start, error))
    return FALSE;
  out->lengths = self->buffer->bytes + start;
  if (!take_copy (self, &total, sizeof total, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      guint32 length = length_at (out, i);
      sum += length; /* n < 2^32 numbers below 2^32: no overflow */
      longest = MAX (longest, length);
    }
  if (longest > G_MAXINT32 || sum != total)
    return refuse (self, "lengths of strings contradict their total", error);
  out->bytes_total = (gsize)total;
  return take (self, total, &out->bytes_start, error);
}

/* Copies all 12 bytes and wipes what is too much: cheaper than a copy of unknown length. */
static inline void
set_inline_sloppy (RushView *view, const char *bytes, guint32 length)
{
  guint64 low;
  guint32 high;

  memcpy (&low, bytes, 8);
  memcpy (&high, bytes + 8, 4);
  if (length < 8)
    {
      low &= (G_GUINT64_CONSTANT (1) << (8 * length)) - 1;
      high = 0;
    }
  else if (length < 12)
    high &= (1u << (8 * (length - 8))) - 1;
  view->length = (gint32)length;
  memcpy (view->inlined, &low, 8);
  memcpy (view->inlined + 8, &high, 4);
}

/* Fills the views; @buffers gets the slices of the input that they point into: one, unless the
 * column has over 2 GiB, which is more than a view's offset can say. */
static void
fill_views (const Reader *self, const StringBody *body, guint n, RushView *views,
            GPtrArray *buffers)
{
  const char *bytes = (const char *)self->buffer->bytes + body->bytes_start;
  gsize window = 0, at = 0; /* offsets in the column's bytes */
  gboolean window_used = FALSE;

  for (guint i = 0; i < n; i++)
    {
      guint32 length = length_at (body, i);
      if (at - window + length > G_MAXINT32)
        {
          g_ptr_array_add (
              buffers, rush_buffer_slice (self->buffer, body->bytes_start + window, at - window));
          window = at;
          window_used = FALSE;
        }
      if (length > RUSH_VIEW_INLINE_MAX)
        {
          rush_view_set_ref (&views[i], bytes + at, length, buffers->len, at - window);
          window_used = TRUE;
        }
      else if (body->bytes_total - at >= RUSH_VIEW_INLINE_MAX)
        set_inline_sloppy (&views[i], bytes + at, length);
      else
        rush_view_set_inline (&views[i], bytes + at, length);
      at += length;
    }
  if (window_used)
    g_ptr_array_add (buffers,
                     rush_buffer_slice (self->buffer, body->bytes_start + window, at - window));
}

/* Takes over @validity, also on failure. */
static RushColumn *
read_strings (Reader *self, const ColumnShape *shape, RushBuffer *validity, guint null_count,
              GError **error)
{
  g_autoptr (RushBuffer) owned_validity = validity;
  g_autoptr (GPtrArray) buffers =
      g_ptr_array_new_with_free_func ((GDestroyNotify)rush_buffer_unref);
  StringBody body;
  gsize n_data;

  if (!read_string_body (self, shape->n, &body, error))
    return NULL;
  RushBuffer *views = rush_buffer_new (self->allocator, (gsize)shape->n * sizeof (RushView), error);
  if (views == NULL)
    return NULL;
  fill_views (self, &body, shape->n, (RushView *)views->bytes, buffers);
  RushBuffer **data = (RushBuffer **)g_ptr_array_steal (buffers, &n_data);
  return rush_column_new_plain (shape->type, shape->n, g_steal_pointer (&owned_validity),
                                null_count, views, data, (guint)n_data);
}

/* ---- columns ---- */

static RushColumn *
read_plain (Reader *self, const ColumnShape *shape, GError **error)
{
  guint null_count, width = shape->type->value_bytes;
  RushBuffer *validity;

  if (!read_validity (self, shape, &validity, &null_count, error))
    return NULL;
  if (shape->type->storage == RUSH_STORAGE_VIEW)
    return read_strings (self, shape, validity, null_count, error);

  guint64 bytes = width > 0 ? (guint64)shape->n * width : rush_bits_bytes (shape->n);
  RushBuffer *values = take_buffer (self, bytes, MAX (width, 1), error);
  if (values == NULL)
    {
      rush_buffer_unref (validity);
      return NULL;
    }
  return rush_column_new_plain (shape->type, shape->n, validity, null_count, values, NULL, 0);
}

/* The column inside a DICTIONARY or CONSTANT: PLAIN, and of the same type. */
static RushColumn *
read_inner (Reader *self, const ColumnShape *outer, GError **error)
{
  ColumnShape inner;

  if (!read_shape (self, &inner, error))
    return NULL;
  if (inner.type != outer->type || inner.layout != RUSH_LAYOUT_PLAIN)
    {
      refuse (self, "a column inside another has a wrong type or layout", error);
      return NULL;
    }
  return read_plain (self, &inner, error);
}

static gboolean
indices_are_inside (const RushBuffer *indices, guint n, guint dictionary_length)
{
  const guint32 *at = (const guint32 *)indices->bytes; /* a negative one is a large one */
  guint32 largest = 0;
  for (guint i = 0; i < n; i++)
    largest = MAX (largest, at[i]);
  return n == 0 || largest < dictionary_length;
}

static RushColumn *
read_dictionary (Reader *self, const ColumnShape *shape, GError **error)
{
  g_autoptr (RushBuffer) validity = NULL, indices = NULL;
  g_autoptr (RushColumn) dictionary = NULL;
  guint null_count;

  if (!read_validity (self, shape, &validity, &null_count, error) ||
      (dictionary = read_inner (self, shape, error)) == NULL ||
      (indices = take_buffer (self, (guint64)shape->n * sizeof (gint32), sizeof (gint32), error)) ==
          NULL)
    return NULL;
  if (dictionary->null_count > 0 || dictionary->length > G_MAXINT32 ||
      !indices_are_inside (indices, shape->n, dictionary->length))
    {
      refuse (self, "an index points outside its dictionary, or at a null", error);
      return NULL;
    }
  return rush_column_new_dictionary (g_steal_pointer (&dictionary), shape->n,
                                     g_steal_pointer (&validity), null_count,
                                     g_steal_pointer (&indices));
}

static RushColumn *
read_constant (Reader *self, const ColumnShape *shape, GError **error)
{
  if (shape->has_validity)
    {
      refuse (self, "a constant column has a bitmap", error);
      return NULL;
    }
  g_autoptr (RushColumn) value = read_inner (self, shape, error);
  if (value == NULL)
    return NULL;
  if (value->length != 1)
    {
      refuse (self, "a constant column has not one value", error);
      return NULL;
    }
  return rush_column_new_constant (g_steal_pointer (&value), shape->n);
}

static RushColumn *
read_column (Reader *self, const RushType *expected, guint rows, GError **error)
{
  ColumnShape shape;

  if (!read_shape (self, &shape, error))
    return NULL;
  if (expected != NULL && shape.type != expected)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
                   "encoded batch, column %u: holds %s where the schema says %s", self->column,
                   shape.type->name, expected->name);
      return NULL;
    }
  if (shape.n != rows)
    {
      refuse (self, "its length is not the batch's", error);
      return NULL;
    }
  switch (shape.layout)
    {
    case RUSH_LAYOUT_PLAIN:
      return read_plain (self, &shape, error);
    case RUSH_LAYOUT_DICTIONARY:
      return read_dictionary (self, &shape, error);
    case RUSH_LAYOUT_CONSTANT:
      return read_constant (self, &shape, error);
    }
  g_assert_not_reached (); /* read_shape () let no other through */
}

/* ---- the batch ---- */

static gboolean
read_batch_header (Reader *self, const RushSchema *schema, RushBatchHeader *out, GError **error)
{
  if (!take_copy (self, out, sizeof *out, error))
    return FALSE;
  if (memcmp (out->magic, RUSH_BATCH_MAGIC, sizeof out->magic) != 0)
    return refuse (self, "does not begin with " RUSH_BATCH_MAGIC, error);
  if (out->rows > RUSH_BATCH_MAX_ROWS)
    return refuse (self, "more rows than a batch can have", error);
  if (schema != NULL && out->columns != schema->n_fields)
    return refuse (self, "not as many columns as the schema has", error);
  return TRUE;
}

/* _1, _2, …, as Spark names the fields of a tuple. */
static RushSchema *
invent_schema (RushColumn *const *columns, guint n)
{
  g_autofree RushField *fields = g_new0 (RushField, n);
  for (guint c = 0; c < n; c++)
    {
      fields[c].name = g_strdup_printf ("_%u", c + 1);
      fields[c].type = columns[c]->type;
      fields[c].nullable = TRUE;
    }
  RushSchema *schema = rush_schema_new (n, fields);
  for (guint c = 0; c < n; c++)
    g_free (fields[c].name);
  return schema;
}

RushBatch *
rush_batch_decode (RushBuffer *buffer, gsize *inout_offset, RushSchema *schema,
                   RushAllocator *allocator, GError **error)
{
  g_return_val_if_fail (*inout_offset <= buffer->size, NULL);

  Reader reader = { .buffer = buffer, .at = *inout_offset, .allocator = allocator };
  RushBatchHeader header;
  if (!read_batch_header (&reader, schema, &header, error))
    return NULL;

  g_autoptr (GPtrArray) columns =
      g_ptr_array_new_with_free_func ((GDestroyNotify)rush_column_unref);
  for (guint c = 0; c < header.columns; c++)
    {
      reader.column = c;
      RushColumn *column =
          read_column (&reader, schema ? schema->fields[c].type : NULL, header.rows, error);
      if (column == NULL)
        return NULL;
      g_ptr_array_add (columns, column);
    }
  g_autoptr (RushSchema) own_schema =
      schema ? rush_schema_ref (schema)
             : invent_schema ((RushColumn *const *)columns->pdata, header.columns);
  g_autofree gpointer *taken = g_ptr_array_steal (columns, NULL);
  *inout_offset = reader.at;
  return rush_batch_new (own_schema, header.rows, (RushColumn **)taken);
}
