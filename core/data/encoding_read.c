/* encoding_read.c - from bytes of unknown origin to a batch; the format stands in encoding.h.
 *
 * Nothing that was read is believed: rush_reader_take () is the only way to the bytes and checks
 * each length against what is left, in 64 bits, so that no sum wraps around.  Memory is asked for
 * only after the bytes that justify it are known to be there (a view costs 16 bytes and needs 4 of
 * input), so a short hostile input cannot make us allocate much.
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

/* ---- buffers ---- */

/* The next @bytes bytes as a buffer: a slice of the input if it is aligned, else a copy. */
static RushBuffer *
take_buffer (RushReader *self, guint64 bytes, gsize alignment, GError **error)
{
  gsize start;
  if (!rush_reader_take (self, bytes, &start, error))
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

/* *@out is NULL if there is no bitmap, or if it is all ones. */
static gboolean
read_validity (RushReader *self, const RushColumnShape *shape, RushBuffer **out,
               guint *out_null_count, GError **error)
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

/* The lengths of strings or lists; where the bytes of strings stand in the input. */
typedef struct
{
  const guint8 *lengths; /* u32[n], not aligned */
  guint64 total;
  gsize bytes_start; /* offset in the input */
} LengthsBody;

static inline guint32
length_at (const LengthsBody *body, guint i)
{
  guint32 length;
  memcpy (&length, body->lengths + (gsize)i * sizeof length, sizeof length);
  return length;
}

/* After this the lengths are known to fit: each in 31 bits, and together exactly the total. */
static gboolean
read_lengths (RushReader *self, guint n, LengthsBody *out, GError **error)
{
  guint64 sum = 0;
  guint32 longest = 0;
  gsize start;

  if (!rush_reader_take (self, (guint64)n * sizeof (guint32), &start, error))
    return FALSE;
  out->lengths = self->buffer->bytes + start;
  if (!rush_reader_take_copy (self, &out->total, sizeof out->total, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      guint32 length = length_at (out, i);
      sum += length; /* n < 2^32 numbers below 2^32: no overflow */
      longest = MAX (longest, length);
    }
  return longest <= G_MAXINT32 && sum == out->total
             ? TRUE
             : rush_reader_refuse (self, "lengths contradict their total", error);
}

/* Fills the views; @buffers gets the slices of the input that they point into: one, unless the
 * column has over 2 GiB, which is more than a view's offset can say. */
static void
fill_views (const RushReader *self, const LengthsBody *body, guint n, RushView *views,
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
      else if (body->total - at >= RUSH_VIEW_INLINE_MAX)
        rush_view_set_inline_sloppy (&views[i], bytes + at, length);
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
read_strings (RushReader *self, const RushColumnShape *shape, RushBuffer *validity,
              guint null_count, GError **error)
{
  g_autoptr (RushBuffer) owned_validity = validity;
  g_autoptr (GPtrArray) buffers =
      g_ptr_array_new_with_free_func ((GDestroyNotify)rush_buffer_unref);
  LengthsBody body;
  gsize n_data;

  if (!read_lengths (self, shape->n, &body, error) ||
      !rush_reader_take (self, body.total, &body.bytes_start, error))
    return NULL;
  RushBuffer *views = rush_buffer_new (self->allocator, (gsize)shape->n * sizeof (RushView), error);
  if (views == NULL)
    return NULL;
  fill_views (self, &body, shape->n, (RushView *)views->bytes, buffers);
  RushBuffer **data = (RushBuffer **)g_ptr_array_steal (buffers, &n_data);
  return rush_column_new_plain (shape->type, shape->n, g_steal_pointer (&owned_validity),
                                null_count, views, data, (guint)n_data);
}

/* ---- columns with children ---- */

static RushColumn *read_column (RushReader *self, const RushType *expected, guint rows,
                                GError **error);

/* Fills @out[shape->n_fields], or leaves nothing in it. */
static gboolean
read_children (RushReader *self, const RushColumnShape *shape, guint rows, RushColumn **out,
               GError **error)
{
  if (self->depth == RUSH_ENCODING_MAX_DEPTH)
    return rush_reader_refuse (self, "types inside types, a hundred deep", error);
  self->depth++;
  for (guint f = 0; f < shape->n_fields; f++)
    {
      const RushType *expected = shape->type ? shape->type->fields[f].type : NULL;
      out[f] = read_column (self, expected, rows, error);
      if (out[f] != NULL)
        continue;
      while (f > 0)
        rush_column_unref (out[--f]);
      return FALSE;
    }
  self->depth--;
  return TRUE;
}

/* Takes over @validity, also on failure. */
static RushColumn *
read_struct (RushReader *self, RushColumnShape *shape, RushBuffer *validity, guint null_count,
             GError **error)
{
  g_autofree RushColumn **children = g_new (RushColumn *, shape->n_fields);

  if (!read_children (self, shape, shape->n, children, error))
    {
      rush_buffer_unref (validity);
      return NULL;
    }
  return rush_column_new_struct (rush_column_shape_type (shape, children), shape->n, validity,
                                 null_count, children);
}

static RushBuffer *
read_list_views (RushReader *self, guint n, guint *out_total, GError **error)
{
  LengthsBody body;
  gint32 at = 0;

  if (!read_lengths (self, n, &body, error))
    return NULL;
  if (body.total > G_MAXINT32)
    {
      rush_reader_refuse (self, "more elements than a column can have", error);
      return NULL;
    }
  RushBuffer *views = rush_buffer_new (self->allocator, (gsize)n * sizeof (RushListView), error);
  if (views == NULL)
    return NULL;
  RushListView *lists = (RushListView *)(gpointer)views->bytes;
  for (guint i = 0; i < n; i++)
    {
      lists[i] = (RushListView){ at, (gint32)length_at (&body, i) };
      at += lists[i].length;
    }
  *out_total = (guint)body.total;
  return views;
}

/* Takes over @validity, also on failure. */
static RushColumn *
read_lists (RushReader *self, RushColumnShape *shape, RushBuffer *validity, guint null_count,
            GError **error)
{
  g_autofree RushColumn **children = g_new (RushColumn *, shape->n_fields);
  guint total;

  RushBuffer *views = read_list_views (self, shape->n, &total, error);
  if (views == NULL || !read_children (self, shape, total, children, error))
    {
      rush_buffer_unref (validity);
      rush_buffer_unref (views);
      return NULL;
    }
  return rush_column_new_list (rush_column_shape_type (shape, children), shape->n, validity,
                               null_count, views, children);
}

/* ---- columns ---- */

/* Takes over @validity, also on failure. */
static RushColumn *
read_fixed (RushReader *self, const RushColumnShape *shape, RushBuffer *validity, guint null_count,
            GError **error)
{
  guint width = shape->type->value_bytes;
  guint64 bytes = width > 0 ? (guint64)shape->n * width : rush_bits_bytes (shape->n);
  RushBuffer *values = take_buffer (self, bytes, MAX (width, 1), error);

  if (values == NULL)
    {
      rush_buffer_unref (validity);
      return NULL;
    }
  return rush_column_new_plain (shape->type, shape->n, validity, null_count, values, NULL, 0);
}

static RushColumn *
read_plain (RushReader *self, RushColumnShape *shape, GError **error)
{
  guint null_count;
  RushBuffer *validity;

  if (!read_validity (self, shape, &validity, &null_count, error))
    return NULL;
  if (shape->kind == RUSH_TYPE_STRUCT)
    return read_struct (self, shape, validity, null_count, error);
  if (shape->n_fields > 0)
    return read_lists (self, shape, validity, null_count, error);
  return shape->type->storage == RUSH_STORAGE_VIEW
             ? read_strings (self, shape, validity, null_count, error)
             : read_fixed (self, shape, validity, null_count, error);
}

/* The column inside a DICTIONARY or CONSTANT: PLAIN, and of the same type. */
static RushColumn *
read_inner (RushReader *self, const RushColumnShape *outer, GError **error)
{
  g_auto (RushColumnShape) inner = { 0 };

  if (!rush_reader_read_shape (self, outer->type, &inner, error))
    return NULL;
  if (inner.layout != RUSH_LAYOUT_PLAIN || inner.kind != outer->kind)
    {
      rush_reader_refuse (self, "a column inside another has a wrong type or layout", error);
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
read_dictionary (RushReader *self, const RushColumnShape *shape, GError **error)
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
      rush_reader_refuse (self, "an index points outside its dictionary, or at a null", error);
      return NULL;
    }
  return rush_column_new_dictionary (g_steal_pointer (&dictionary), shape->n,
                                     g_steal_pointer (&validity), null_count,
                                     g_steal_pointer (&indices));
}

static RushColumn *
read_constant (RushReader *self, const RushColumnShape *shape, GError **error)
{
  if (shape->has_validity)
    {
      rush_reader_refuse (self, "a constant column has a bitmap", error);
      return NULL;
    }
  if (shape->type == &RUSH_NULL)
    return rush_column_new_void (shape->n);
  g_autoptr (RushColumn) value = read_inner (self, shape, error);
  if (value == NULL)
    return NULL;
  if (value->length != 1)
    {
      rush_reader_refuse (self, "a constant column has not one value", error);
      return NULL;
    }
  return rush_column_new_constant (g_steal_pointer (&value), shape->n);
}

static RushColumn *
read_column (RushReader *self, const RushType *expected, guint rows, GError **error)
{
  g_auto (RushColumnShape) shape = { 0 };

  if (!rush_reader_read_shape (self, expected, &shape, error))
    return NULL;
  if (shape.n != rows)
    {
      rush_reader_refuse (self, "its length is not that of its batch, or of its parent", error);
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
  g_assert_not_reached (); /* rush_reader_read_shape () let no other through */
}

/* ---- the batch ---- */

static gboolean
read_batch_header (RushReader *self, const RushSchema *schema, RushBatchHeader *out, GError **error)
{
  if (!rush_reader_take_copy (self, out, sizeof *out, error))
    return FALSE;
  if (memcmp (out->magic, RUSH_BATCH_MAGIC, sizeof out->magic) != 0)
    return rush_reader_refuse (self, "does not begin with " RUSH_BATCH_MAGIC, error);
  if (out->rows > RUSH_BATCH_MAX_ROWS)
    return rush_reader_refuse (self, "more rows than a batch can have", error);
  if (schema != NULL && out->columns != schema->n_fields)
    return rush_reader_refuse (self, "not as many columns as the schema has", error);
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

  RushReader reader = { .buffer = buffer, .at = *inout_offset, .allocator = allocator };
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
