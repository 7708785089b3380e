/* encoding_write.c - from a batch to bytes; the format stands in encoding.h.
 *
 * The size is counted first, so that the output grows once and the writers have nothing to check:
 *
 *     rush_batch_encoded_bytes ()  ──►  one g_byte_array_set_size ()  ──►  write, write, write
 *
 * The two walks take the same turns (plan_layout () decides both), and the end of the second is
 * asserted to be where the first said.
 *
 * A selection, an offset or a layout that is not kept is only a list of positions here
 * (rows_private.h): runs are copied by memcpy (), the rest by a loop per width.
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

/* The one value of a CONSTANT as a PLAIN column of one row.  Borrows everything; never freed. */
static RushColumn
constant_value (const RushColumn *column)
{
  static guint8 zeros[sizeof (RushView)];
  static RushBuffer zero_cell = { .bytes = zeros, .size = sizeof zeros };
  gboolean null = column->null_count > 0;

  return (RushColumn){
    .type = column->type,
    .layout = RUSH_LAYOUT_PLAIN,
    .length = 1,
    .offset = null ? 0 : column->offset,
    .null_count = null ? 1 : 0,
    .validity = null ? &zero_cell : NULL,
    .values = null ? &zero_cell : column->values,
    .data = column->data,
    .n_data = column->n_data,
  };
}

static inline gsize
string_length (const RushResolved *in, guint i)
{
  if (!rush_resolved_is_valid (in, i))
    return 0;
  const RushView *views = (const RushView *)in->holder->values->bytes;
  return (gsize)views[rush_rows_at (&in->values, i)].length;
}

static gsize
plain_body_bytes (const RushResolved *in)
{
  guint n = in->values.n, width = in->holder->type->value_bytes;

  if (width == 0)
    return rush_bits_bytes (n);
  if (width < sizeof (RushView))
    return (gsize)n * width;
  gsize total = 0;
  for (guint i = 0; i < n; i++)
    total += string_length (in, i);
  return (gsize)n * sizeof (guint32) + sizeof (guint64) + total;
}

static gsize
column_bytes (const RushColumn *column, const guint16 *selection, guint n)
{
  RushRowsScratch scratch;
  RushResolved in;
  gsize bytes = sizeof (RushColumnHeader);

  if (column->layout == RUSH_LAYOUT_CONSTANT)
    {
      RushColumn value = constant_value (column);
      return bytes + column_bytes (&value, NULL, 1);
    }
  if (column->null_count > 0)
    bytes += rush_bits_bytes (n);
  if (plan_layout (column, n) == RUSH_LAYOUT_DICTIONARY)
    return bytes + column_bytes (column->dictionary, NULL, column->dictionary->length) +
           (gsize)n * sizeof (gint32);
  rush_rows_resolve (column, selection, n, &scratch, &in);
  return bytes + plain_body_bytes (&in);
}

gsize
rush_batch_encoded_bytes (const RushBatch *batch)
{
  gsize bytes = sizeof (RushBatchHeader);
  for (guint c = 0; c < batch->schema->n_fields; c++)
    bytes += column_bytes (batch->columns[c], rush_batch_selection (batch), batch->length);
  return bytes;
}

/* ---- writing; every function returns where it stopped ---- */

static guint8 *
write_header (guint8 *out, const RushType *type, RushLayout layout, gboolean has_validity, guint n)
{
  RushColumnHeader header = { (guint8)type->kind, (guint8)layout, (guint8)has_validity, 0, n };
  memcpy (out, &header, sizeof header);
  return out + sizeof header;
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
  else
    write_8 (out, values, rows->positions, rows->n);
  return out + bytes;
}

/* A short string is copied as all 12 bytes of its view while that stays inside the output: what is
 * too much is written over by the next, and a copy of fixed size is no call. */
static guint8 *
write_strings (guint8 *out, const guint8 *out_end, const RushResolved *in)
{
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
                             const guint16 *selection, guint n);

static guint8 *
write_body (guint8 *out, const guint8 *out_end, const RushColumn *column, RushLayout layout,
            const RushResolved *in)
{
  const RushType *type = column->type;

  if (layout == RUSH_LAYOUT_DICTIONARY)
    {
      out = write_column (out, out_end, column->dictionary, NULL, column->dictionary->length);
      return write_fixed (out, column->values->bytes, sizeof (gint32), &in->rows);
    }
  if (type->storage == RUSH_STORAGE_BIT)
    return write_bits (out, in->holder->values->bytes, &in->values);
  if (type->storage == RUSH_STORAGE_VIEW)
    return write_strings (out, out_end, in);
  return write_fixed (out, in->holder->values->bytes, type->value_bytes, &in->values);
}

static guint8 *
write_column (guint8 *out, const guint8 *out_end, const RushColumn *column,
              const guint16 *selection, guint n)
{
  RushLayout layout = plan_layout (column, n);
  RushRowsScratch scratch;
  RushResolved in;

  if (layout == RUSH_LAYOUT_CONSTANT)
    {
      RushColumn value = constant_value (column);
      out = write_header (out, column->type, layout, FALSE, n);
      return write_column (out, out_end, &value, NULL, 1);
    }
  rush_rows_resolve (column, selection, n, &scratch, &in);
  out = write_header (out, column->type, layout, in.validity != NULL, n);
  if (in.validity != NULL)
    out = write_bits (out, in.validity, &in.rows);
  return write_body (out, out_end, column, layout, &in);
}

void
rush_batch_encode (const RushBatch *batch, GByteArray *out)
{
  gsize start = out->len, bytes = rush_batch_encoded_bytes (batch);
  RushBatchHeader header = { .magic = RUSH_BATCH_MAGIC,
                             .rows = batch->length,
                             .columns = batch->schema->n_fields };

  g_return_if_fail (bytes <= G_MAXUINT - start);
  g_byte_array_set_size (out, (guint)(start + bytes));

  guint8 *at = out->data + start, *end = at + bytes;
  memcpy (at, &header, sizeof header);
  at += sizeof header;
  for (guint c = 0; c < batch->schema->n_fields; c++)
    at = write_column (at, end, batch->columns[c], rush_batch_selection (batch), batch->length);
  g_assert (at == end);
}
