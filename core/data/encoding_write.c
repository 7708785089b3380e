/* encoding_write.c - from a batch to bytes; the format stands in encoding.h.
 *
 * The size is counted first, so that the output grows once and the writers have nothing to check:
 *
 *     rush_batch_encoded_bytes ()  ──►  one g_byte_array_set_size ()  ──►  write, write, write
 *
 * The two walks take the same turns (plan_layout () decides both), and the end of the second is
 * asserted to be where the first said.
 *
 * A selection, an offset, a layout that is not kept, or the lists whose elements are to be written
 * are only lists of positions here (rows_private.h): runs are copied by memcpy (), the rest by a
 * loop per width.
 */
#include "core/data/encoding_private.h"

#include "core/data/bitmap.h"
#include "core/data/rows_private.h"

#include <string.h>

/* ---- what will be written ---- */

/* A dictionary is kept while it is no longer than the rows that use it: a few rows filtered out of
 * a batch should not drag all its words along. */
static RushLayout
plan_layout (const RushColumn *column, guint n)
{
  if (column->layout == RUSH_LAYOUT_DICTIONARY && column->dictionary->length > n)
    return RUSH_LAYOUT_PLAIN;
  return column->layout;
}

static RushRows
all_rows (guint n)
{
  return (RushRows){ .n = n };
}

/* The one value of a CONSTANT that is not null as a PLAIN column of one row.  Borrows everything;
 * never freed. */
static RushColumn
constant_value (const RushColumn *column)
{
  return (RushColumn){
    .type = column->type,
    .layout = RUSH_LAYOUT_PLAIN,
    .length = 1,
    .offset = column->offset,
    .values = column->values,
    .data = column->data,
    .n_data = column->n_data,
    .children = column->children,
    .n_children = column->n_children,
  };
}

static inline gsize
string_length (const RushResolved *in, guint i)
{
  if (!rush_resolved_is_valid (in, i))
    return 0;
  const RushView *views = (const RushView *)(gconstpointer)in->holder->values->bytes;
  return (gsize)views[rush_rows_at (&in->values, i)].length;
}

static inline RushListView
list_at (const RushResolved *in, guint i)
{
  if (!rush_resolved_is_valid (in, i))
    return (RushListView){ 0, 0 };
  const RushListView *lists = (const RushListView *)(gconstpointer)in->holder->values->bytes;
  return lists[rush_rows_at (&in->values, i)];
}

static guint64
count_elements (const RushResolved *in)
{
  guint64 total = 0;

  for (guint i = 0; i < in->values.n; i++)
    total += (guint64)list_at (in, i).length;
  return total;
}

/* Which rows of the children the lists are: a run if they stand one behind the other, as they do
 * in a column that was built.  @total: count_elements (). */
static RushRows
list_elements (const RushResolved *in, guint64 total, guint32 **out_heap)
{
  RushRows rows = { .n = (guint)total };
  guint32 next = 0, *out;
  gboolean begun = FALSE, run = TRUE;

  for (guint i = 0; i < in->values.n && run; i++)
    {
      RushListView list = list_at (in, i);
      if (list.length == 0)
        continue;
      if (!begun)
        rows.start = next = (guint32)list.offset;
      begun = TRUE;
      run = next == (guint32)list.offset;
      next += (guint32)list.length;
    }
  *out_heap = NULL;
  if (run)
    return rows;
  rows.positions = out = *out_heap = g_new (guint32, total);
  for (guint i = 0; i < in->values.n; i++)
    {
      RushListView list = list_at (in, i);
      for (gint32 k = 0; k < list.length; k++)
        *out++ = (guint32)(list.offset + k);
    }
  return rows;
}

/* ---- sizes ---- */

/* A column of @n ≤ 1 rows that are null, which write_nulls () makes of nothing but the type. */
static gsize
nulls_bytes (const RushType *type, guint n)
{
  gsize bytes = rush_encoding_header_bytes (type);

  if (type == &RUSH_NULL)
    return bytes;
  bytes += rush_bits_bytes (n);
  if (type->storage == RUSH_STORAGE_VIEW || type->storage == RUSH_STORAGE_LIST)
    bytes += (gsize)n * sizeof (guint32) + sizeof (guint64);
  else if (type->storage != RUSH_STORAGE_STRUCT)
    bytes += type->value_bytes > 0 ? (gsize)n * type->value_bytes : rush_bits_bytes (n);
  for (guint f = 0; f < type->n_fields; f++)
    bytes += nulls_bytes (type->fields[f].type, type->storage == RUSH_STORAGE_LIST ? 0 : n);
  return bytes;
}

static gsize column_bytes (const RushColumn *column, const RushRows *rows);

static gsize
children_bytes (const RushColumn *holder, const RushRows *rows)
{
  gsize bytes = 0;

  for (guint c = 0; c < holder->n_children; c++)
    bytes += column_bytes (holder->children[c], rows);
  return bytes;
}

static gsize
list_body_bytes (const RushResolved *in)
{
  guint64 total = count_elements (in);
  gsize bytes = (gsize)in->values.n * sizeof (guint32) + sizeof (guint64);
  guint32 *heap;

  if (total > G_MAXINT32)
    return bytes + total; /* whatever it is, it does not fit: the caller will see */
  RushRows elements = list_elements (in, total, &heap);
  bytes += children_bytes (in->holder, &elements);
  g_free (heap);
  return bytes;
}

static gsize
plain_body_bytes (const RushColumn *column, const RushRows *rows)
{
  const RushType *type = column->type;
  gsize bytes = 0;
  guint32 *heap;
  RushResolved in;

  if (type->storage == RUSH_STORAGE_BIT)
    return rush_bits_bytes (rows->n);
  if (type->storage < RUSH_STORAGE_VIEW || type->storage == RUSH_STORAGE_INTERVAL)
    return (gsize)rows->n * type->value_bytes;

  rush_rows_resolve_any (column, rows, &in, &heap);
  if (type->storage == RUSH_STORAGE_STRUCT)
    bytes = children_bytes (in.holder, &in.values);
  else if (type->storage == RUSH_STORAGE_LIST)
    bytes = list_body_bytes (&in);
  else
    {
      for (guint i = 0; i < rows->n; i++)
        bytes += string_length (&in, i);
      bytes += (gsize)rows->n * sizeof (guint32) + sizeof (guint64);
    }
  g_free (heap);
  return bytes;
}

static gsize
column_bytes (const RushColumn *column, const RushRows *rows)
{
  gsize bytes = rush_encoding_header_bytes (column->type);

  if (column->type == &RUSH_NULL)
    return bytes;
  if (column->layout == RUSH_LAYOUT_CONSTANT)
    {
      RushColumn value = constant_value (column);
      RushRows one = all_rows (1);
      return bytes +
             (column->null_count > 0 ? nulls_bytes (column->type, 1) : column_bytes (&value, &one));
    }
  if (column->null_count > 0)
    bytes += rush_bits_bytes (rows->n);
  if (plan_layout (column, rows->n) == RUSH_LAYOUT_DICTIONARY)
    {
      RushRows words = all_rows (column->dictionary->length);
      return bytes + column_bytes (column->dictionary, &words) + (gsize)rows->n * sizeof (gint32);
    }
  return bytes + plain_body_bytes (column, rows);
}

/* The rows of a batch that count; *@out_heap is to be freed. */
static RushRows
batch_rows (const RushBatch *batch, guint32 **out_heap)
{
  const guint16 *selection = rush_batch_selection (batch);

  *out_heap = NULL;
  if (selection == NULL)
    return all_rows (batch->length);
  *out_heap = g_new (guint32, batch->length);
  for (guint i = 0; i < batch->length; i++)
    (*out_heap)[i] = selection[i];
  return (RushRows){ .positions = *out_heap, .n = batch->length };
}

gsize
rush_batch_encoded_bytes (const RushBatch *batch)
{
  gsize bytes = sizeof (RushBatchHeader);
  guint32 *heap;
  RushRows rows = batch_rows (batch, &heap);

  for (guint c = 0; c < batch->schema->n_fields; c++)
    bytes += column_bytes (batch->columns[c], &rows);
  g_free (heap);
  return bytes;
}

/* ---- sizes for statistics ---- */

gsize
rush_encoded_header_bytes (const RushType *type)
{
  gsize bytes = rush_encoding_header_bytes (type);

  if (type->storage == RUSH_STORAGE_VIEW || type->storage == RUSH_STORAGE_LIST)
    bytes += sizeof (guint64); /* the total */
  for (guint f = 0; f < type->n_fields; f++)
    bytes += rush_encoded_header_bytes (type->fields[f].type);
  return bytes;
}

/* Whether each value takes the same, and what. */
static gboolean
has_fixed_bytes (const RushType *type, gsize *out_bytes)
{
  *out_bytes = type->storage == RUSH_STORAGE_BIT ? 1 : type->value_bytes;
  return type->storage != RUSH_STORAGE_VIEW && type->storage != RUSH_STORAGE_STRUCT &&
         type->storage != RUSH_STORAGE_LIST;
}

/* Rows [start, start + n): long arrays of numbers are not looked at one by one. */
static gsize
elements_bytes (const RushColumn *elements, guint start, guint n)
{
  gsize bytes;

  if (has_fixed_bytes (elements->type, &bytes))
    return bytes * n;
  bytes = 0;
  for (guint i = 0; i < n; i++)
    bytes += rush_encoded_row_bytes (elements, start + i);
  return bytes;
}

gsize
rush_encoded_row_bytes (const RushColumn *column, guint row)
{
  gsize bytes = 0, length = 0;
  gboolean valid = rush_column_is_valid (column, row);

  if (has_fixed_bytes (column->type, &bytes))
    return bytes;
  bytes = 0;

  if (column->type->storage == RUSH_STORAGE_VIEW)
    {
      if (valid)
        rush_column_get_bytes (column, row, &length);
      return sizeof (guint32) + length;
    }
  if (column->type->storage == RUSH_STORAGE_STRUCT)
    for (guint c = 0; c < column->type->n_fields; c++)
      bytes += rush_encoded_row_bytes (rush_column_child (column, c),
                                       rush_column_struct_row (column, row));
  else
    {
      RushListView list = valid ? rush_column_get_list (column, row) : (RushListView){ 0, 0 };
      bytes = sizeof (guint32);
      for (guint c = 0; c < column->type->n_fields; c++)
        bytes +=
            elements_bytes (rush_column_child (column, c), (guint)list.offset, (guint)list.length);
    }
  return bytes;
}

/* ---- writing; every function returns where it stopped ---- */

static guint8 *
write_u32 (guint8 *out, guint32 number)
{
  memcpy (out, &number, sizeof number);
  return out + sizeof number;
}

static guint8 *
write_nulls (guint8 *out, const RushType *type, guint n)
{
  gboolean list = type->storage == RUSH_STORAGE_LIST;

  if (type == &RUSH_NULL)
    return rush_encoding_write_header (out, type, RUSH_LAYOUT_CONSTANT, FALSE, n);
  /* All else but the headers is zeros: bitmap, lengths, total, values. */
  guint8 *end = out + nulls_bytes (type, n);
  guint8 *at = rush_encoding_write_header (out, type, RUSH_LAYOUT_PLAIN, TRUE, n);
  for (guint f = 0; f < type->n_fields; f++)
    end -= nulls_bytes (type->fields[f].type, list ? 0 : n);
  memset (at, 0, (gsize)(end - at));
  for (guint f = 0; f < type->n_fields; f++)
    end = write_nulls (end, type->fields[f].type, list ? 0 : n);
  return end;
}

static guint8 *
write_bits (guint8 *out, const guint8 *bits, const RushRows *rows)
{
  if (rows->positions == NULL)
    rush_bits_copy (out, bits, rows->start, rows->n);
  else
    rush_bits_gather (out, bits, rows->positions, rows->n);
  return out + rush_bits_bytes (rows->n);
}

#define RUSH_FN write_1
#define RUSH_T guint8
#include "core/data/encoding_template.h"

#define RUSH_FN write_2
#define RUSH_T guint16
#include "core/data/encoding_template.h"

#define RUSH_FN write_4
#define RUSH_T guint32
#include "core/data/encoding_template.h"

#define RUSH_FN write_8
#define RUSH_T guint64
#include "core/data/encoding_template.h"

#define RUSH_FN write_16
#define RUSH_T RushView
#include "core/data/encoding_template.h"

static guint8 *
write_fixed (guint8 *out, const guint8 *values, guint width, const RushRows *rows)
{
  gsize bytes = (gsize)rows->n * width;

  if (rows->positions == NULL)
    memcpy (out, values + rows->start * width, bytes);
  else if (width == 1)
    write_1 (out, values, rows->positions, rows->n);
  else if (width == 2)
    write_2 (out, values, rows->positions, rows->n);
  else if (width == 4)
    write_4 (out, values, rows->positions, rows->n);
  else if (width == 8)
    write_8 (out, values, rows->positions, rows->n);
  else
    write_16 (out, values, rows->positions, rows->n);
  return out + bytes;
}

/* A short string is copied as all 12 bytes of its view while that stays inside the output: what is
 * too much is written over by the next, and a copy of fixed size is no call. */
static guint8 *
write_strings (guint8 *out, const guint8 *out_end, const RushResolved *input)
{
  const RushResolved copy = *input, *in = &copy; /* in registers: the output cannot change it */
  const RushView *views = (const RushView *)in->holder->values->bytes;
  guint n = in->values.n;
  guint8 *lengths = out, *total_at = out + (gsize)n * sizeof (guint32);
  guint8 *bytes = total_at + sizeof (guint64), *start = bytes;

  for (guint i = 0; i < n; i++)
    {
      const RushView *view = &views[rush_rows_at (&in->values, i)];
      guint32 length = rush_resolved_is_valid (in, i) ? (guint32)view->length : 0;
      memcpy (lengths + i * sizeof length, &length, sizeof length);
      if (length <= RUSH_VIEW_INLINE_MAX && (gsize)(out_end - bytes) >= RUSH_VIEW_INLINE_MAX)
        memcpy (bytes, view->inlined, RUSH_VIEW_INLINE_MAX);
      else
        memcpy (bytes, rush_view_bytes (view, in->holder->data), length);
      bytes += length;
    }
  guint64 total = (guint64)(bytes - start);
  memcpy (total_at, &total, sizeof total);
  return bytes;
}

static guint8 *write_column (guint8 *out, const guint8 *out_end, const RushColumn *column,
                             const RushRows *rows);

static guint8 *
write_children (guint8 *out, const guint8 *out_end, const RushColumn *holder, const RushRows *rows)
{
  for (guint c = 0; c < holder->n_children; c++)
    out = write_column (out, out_end, holder->children[c], rows);
  return out;
}

static guint8 *
write_lists (guint8 *out, const guint8 *out_end, const RushResolved *in)
{
  guint64 total = count_elements (in);
  guint32 *heap;

  for (guint i = 0; i < in->values.n; i++)
    out = write_u32 (out, (guint32)list_at (in, i).length);
  memcpy (out, &total, sizeof total);
  out += sizeof total;

  RushRows elements = list_elements (in, total, &heap);
  out = write_children (out, out_end, in->holder, &elements);
  g_free (heap);
  return out;
}

static guint8 *
write_body (guint8 *out, const guint8 *out_end, const RushColumn *column, RushLayout layout,
            const RushResolved *in)
{
  const RushType *type = column->type;

  if (layout == RUSH_LAYOUT_DICTIONARY)
    {
      RushRows words = all_rows (column->dictionary->length);
      out = write_column (out, out_end, column->dictionary, &words);
      return write_fixed (out, column->values->bytes, sizeof (gint32), &in->rows);
    }
  if (type->storage == RUSH_STORAGE_BIT)
    return write_bits (out, in->holder->values->bytes, &in->values);
  if (type->storage == RUSH_STORAGE_VIEW)
    return write_strings (out, out_end, in);
  if (type->storage == RUSH_STORAGE_LIST)
    return write_lists (out, out_end, in);
  if (type->storage == RUSH_STORAGE_STRUCT)
    return write_children (out, out_end, in->holder, &in->values);
  return write_fixed (out, in->holder->values->bytes, type->value_bytes, &in->values);
}

static guint8 *
write_constant (guint8 *out, const guint8 *out_end, const RushColumn *column, guint n)
{
  RushColumn value = constant_value (column);
  RushRows one = all_rows (1);

  out = rush_encoding_write_header (out, column->type, RUSH_LAYOUT_CONSTANT, FALSE, n);
  if (column->type == &RUSH_NULL)
    return out;
  return column->null_count > 0 ? write_nulls (out, column->type, 1)
                                : write_column (out, out_end, &value, &one);
}

static guint8 *
write_column (guint8 *out, const guint8 *out_end, const RushColumn *column, const RushRows *rows)
{
  RushLayout layout = plan_layout (column, rows->n);
  RushResolved in;
  guint32 *heap;

  if (layout == RUSH_LAYOUT_CONSTANT)
    return write_constant (out, out_end, column, rows->n);
  rush_rows_resolve_any (column, rows, &in, &heap);
  out = rush_encoding_write_header (out, column->type, layout, in.validity != NULL, rows->n);
  if (in.validity != NULL)
    out = write_bits (out, in.validity, &in.rows);
  out = write_body (out, out_end, column, layout, &in);
  g_free (heap);
  return out;
}

void
rush_batch_encode (const RushBatch *batch, GByteArray *out)
{
  gsize start = out->len, bytes = rush_batch_encoded_bytes (batch);
  RushBatchHeader header = { .magic = RUSH_BATCH_MAGIC,
                             .rows = batch->length,
                             .columns = batch->schema->n_fields };
  guint32 *heap;

  g_return_if_fail (bytes <= G_MAXUINT - start);
  g_byte_array_set_size (out, (guint)(start + bytes));

  guint8 *at = out->data + start, *end = at + bytes;
  RushRows rows = batch_rows (batch, &heap);
  memcpy (at, &header, sizeof header);
  at += sizeof header;
  for (guint c = 0; c < batch->schema->n_fields; c++)
    at = write_column (at, end, batch->columns[c], &rows);
  g_free (heap);
  g_assert (at == end);
}
