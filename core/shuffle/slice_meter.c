/* slice_meter.c - bytes of a slice, without encoding it.
 *
 * The bytes of a slice are those that its rows would take if they were encoded (core/data/
 * encoding.h) in PLAIN columns and batches of RUSH_BATCH_MAX_ROWS.  Only strings, and columns with
 * children, need a look at each row; all else follows from the number of rows:
 *
 *     chunks  = ⌈rows / 8192⌉
 *     headers = chunks × (12 + rush_encoded_header_bytes () of each column)
 *     column  = fixed width:  rows × width              bool: ⌈rows / 8⌉
 *               string:       rows × 4 + Σ length
 *               children:     Σ rush_encoded_row_bytes ()
 *               + ⌈rows / 8⌉ of validity if any of its rows in this slice is null
 *
 * What an output really takes on disk or wire depends on how it was cut into batches and on luck
 * with compression; plans and pictures must not.
 */
#include "core/shuffle/slice_meter.h"

#include "core/data/encoding.h"

#define BATCH_HEADER_BYTES 12

struct _RushSliceMeter
{
  RushSchema *schema; /* (owned) */
  guint n_partitions;
  gint pairs_column;
  RushSliceSize *sizes; /* until finish (): bytes are those that were looked at */
  gsize header_bytes;   /* of a chunk */
  guint8 *has_null;     /* [n_fields][n_partitions] */
};

/* ---- rows ---- */

static void
count_records (RushSliceMeter *self, const RushBatch *batch, const guint32 *partitions)
{
  if (partitions == NULL)
    self->sizes[0].records += batch->length;
  else
    for (guint i = 0; i < batch->length; i++)
      self->sizes[partitions[i]].records++;
}

gint64
rush_count_pairs (const RushBatch *batch, gint pairs_column)
{
  gint64 pairs = 0;

  if (pairs_column < 0)
    return batch->length;
  for (guint i = 0; i < batch->length; i++)
    pairs += rush_column_get_int (batch->columns[pairs_column], rush_batch_row (batch, i));
  return pairs;
}

static void
count_pairs (RushSliceMeter *self, const RushBatch *batch, const guint32 *partitions)
{
  if (self->pairs_column < 0)
    return; /* finish () copies the records */
  if (partitions == NULL)
    {
      self->sizes[0].pairs += rush_count_pairs (batch, self->pairs_column);
      return;
    }
  const RushColumn *column = batch->columns[self->pairs_column];
  for (guint i = 0; i < batch->length; i++)
    self->sizes[partitions[i]].pairs += rush_column_get_int (column, rush_batch_row (batch, i));
}

static void
note_nulls (RushSliceMeter *self, const RushBatch *batch, guint c, const guint32 *partitions)
{
  guint8 *has_null = self->has_null + (gsize)c * self->n_partitions;

  for (guint i = 0; i < batch->length; i++)
    if (!rush_column_is_valid (batch->columns[c], rush_batch_row (batch, i)))
      has_null[partitions != NULL ? partitions[i] : 0] = TRUE;
}

/* The common case: views one after another, none of them null. */
static void
count_plain_strings (RushSliceMeter *self, const RushColumn *column, guint n,
                     const guint32 *partitions)
{
  const RushView *views = (const RushView *)column->values->bytes + column->offset;
  gint64 total = 0;

  if (partitions != NULL)
    for (guint i = 0; i < n; i++)
      self->sizes[partitions[i]].bytes += views[i].length;
  else
    {
      for (guint i = 0; i < n; i++)
        total += views[i].length;
      self->sizes[0].bytes += total;
    }
}

static void
count_strings (RushSliceMeter *self, const RushBatch *batch, guint c, const guint32 *partitions)
{
  const RushColumn *column = batch->columns[c];

  if (column->layout == RUSH_LAYOUT_PLAIN && column->null_count == 0 && batch->selection == NULL)
    {
      count_plain_strings (self, column, batch->length, partitions);
      return;
    }
  for (guint i = 0; i < batch->length; i++)
    {
      guint row = rush_batch_row (batch, i);
      gsize length;

      if (!rush_column_is_valid (column, row))
        continue;
      rush_column_get_bytes (column, row, &length);
      self->sizes[partitions != NULL ? partitions[i] : 0].bytes += (gint64)length;
    }
}

static gboolean
has_children (const RushType *type)
{
  return type->storage == RUSH_STORAGE_LIST || type->storage == RUSH_STORAGE_STRUCT;
}

static void
count_nested (RushSliceMeter *self, const RushBatch *batch, guint c, const guint32 *partitions)
{
  for (guint i = 0; i < batch->length; i++)
    self->sizes[partitions != NULL ? partitions[i] : 0].bytes +=
        (gint64)rush_encoded_row_bytes (batch->columns[c], rush_batch_row (batch, i));
}

void
rush_slice_meter_add (RushSliceMeter *self, const RushBatch *batch, const guint32 *partitions)
{
  g_assert (batch->schema->n_fields == self->schema->n_fields);

  count_records (self, batch, partitions);
  count_pairs (self, batch, partitions);
  for (guint c = 0; c < self->schema->n_fields; c++)
    {
      if (self->schema->fields[c].type->storage == RUSH_STORAGE_VIEW)
        count_strings (self, batch, c, partitions);
      else if (has_children (self->schema->fields[c].type))
        count_nested (self, batch, c, partitions);
      if (batch->columns[c]->null_count > 0)
        note_nulls (self, batch, c, partitions);
    }
}

/* ---- bytes ---- */

gint64
rush_slice_meter_bytes (const RushSliceMeter *self, guint partition)
{
  const RushSliceSize *size = &self->sizes[partition];
  gint64 rows = size->records, bitmap_bytes = (rows + 7) / 8;
  gint64 chunks = (rows + RUSH_BATCH_MAX_ROWS - 1) / RUSH_BATCH_MAX_ROWS;
  gint64 bytes = size->bytes + chunks * (gint64)self->header_bytes;

  for (guint c = 0; c < self->schema->n_fields; c++)
    {
      const RushType *type = self->schema->fields[c].type;

      if (type->storage == RUSH_STORAGE_VIEW)
        bytes += rows * (gint64)sizeof (guint32);
      else if (!has_children (type) && type != &RUSH_NULL)
        bytes += type->value_bytes > 0 ? rows * type->value_bytes : bitmap_bytes;
      if (self->has_null[(gsize)c * self->n_partitions + partition])
        bytes += bitmap_bytes;
    }
  return bytes;
}

void
rush_slice_meter_finish (RushSliceMeter *self)
{
  for (guint p = 0; p < self->n_partitions; p++)
    {
      self->sizes[p].bytes = rush_slice_meter_bytes (self, p);
      if (self->pairs_column < 0)
        self->sizes[p].pairs = self->sizes[p].records;
    }
}

void
rush_slice_meter_free (RushSliceMeter *self)
{
  if (self == NULL)
    return;
  rush_schema_unref (self->schema);
  g_free (self->has_null);
  g_free (self);
}

RushSliceMeter *
rush_slice_meter_new (RushSchema *schema, guint n_partitions, gint pairs_column,
                      RushSliceSize *sizes)
{
  RushSliceMeter *self = g_new0 (RushSliceMeter, 1);

  self->schema = rush_schema_ref (schema);
  self->n_partitions = n_partitions;
  self->pairs_column = pairs_column;
  self->sizes = sizes;
  self->has_null = g_malloc0 ((gsize)schema->n_fields * n_partitions);
  self->header_bytes = BATCH_HEADER_BYTES;
  for (guint c = 0; c < schema->n_fields; c++)
    self->header_bytes += rush_encoded_header_bytes (schema->fields[c].type);
  return self;
}
