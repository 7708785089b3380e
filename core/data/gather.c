/* gather.c - one new batch out of chosen rows of many: how a shuffle orders rows by partition.
 *
 *      rows (batch, row)        (7,0) (7,2) (9,0) (7,1)
 *        │  selection applied, batches renumbered in order of first use
 *        ▼
 *      refs (source, row)       (0,5) (0,9) (1,0) (0,6)
 *        │  per column: a small table of sources, then one typed loop
 *        ▼
 *      values[n]                copied; a null's slot is zero
 *
 * Renumbering keeps the per-column tables as small as the batches that this call touches: thousands
 * of batches may wait in a shuffle of which one output batch needs a few.
 *
 * Strings take two steps: first the 16-byte views are gathered like any value, which also tells
 * how many bytes over 12 there are; then one block of exactly that size is filled.
 */
#include "core/data/batch.h"

#include "core/data/bitmap.h"
#include "core/data/rows_private.h"
#include "core/data/view_private.h"

typedef struct
{
  guint32 source; /* index into the sources of this call */
  guint32 row;    /* physical row */
} RowRef;

/* One column of one batch, ready for the inner loop. */
typedef struct
{
  const guint8 *values;  /* moved up to the column's offset, except for bitmaps */
  const gint32 *indices; /* DICTIONARY: moved up to the offset; else NULL */
  gsize bit_offset;      /* of values that are a bitmap */
  guint32 row_mask;      /* 0 for CONSTANT, all ones otherwise */
  const guint8 *validity;
  gsize validity_offset;
  guint32 validity_mask; /* 0: one bit stands for all rows */
  RushBuffer *const *data;
} Source;

typedef struct
{
  guint n;
  RowRef *rows; /* [n] */
  guint n_sources;
  const RushBatch **batches; /* [n_sources] */
  Source *sources;           /* [n_sources], of the column that is being gathered */
  gpointer scratch;          /* one block for all three and the numbering */
  gsize scratch_bytes;
  RushAllocator *allocator;
} Gather;

static const guint8 one_bit = 1, no_bit = 0;

/* ---- rows ---- */

static inline guint32
source_position (const Source *source, guint32 row)
{
  row &= source->row_mask;
  return source->indices != NULL ? (guint32)source->indices[row] : row;
}

/* Lays out the scratch block: rows, batches, sources, and a number (from 1) for each batch. */
static gboolean
allocate_scratch (Gather *self, guint n_batches, guint32 **out_numbers, GError **error)
{
  gsize most = MIN (self->n, n_batches); /* sources cannot be more than rows */
  gsize rows_bytes = self->n * sizeof (RowRef);
  gsize batches_bytes = most * sizeof (RushBatch *);
  gsize sources_bytes = most * sizeof (Source);

  self->scratch_bytes = rows_bytes + batches_bytes + sources_bytes + n_batches * sizeof (guint32);
  guint8 *block = rush_alloc (self->allocator, self->scratch_bytes, error);
  if (block == NULL)
    return FALSE;
  self->scratch = block;
  self->rows = (RowRef *)block;
  self->batches = (const RushBatch **)(block + rows_bytes);
  self->sources = (Source *)(block + rows_bytes + batches_bytes);
  *out_numbers = (guint32 *)(block + rows_bytes + batches_bytes + sources_bytes);
  memset (*out_numbers, 0, n_batches * sizeof (guint32));
  return TRUE;
}

static gboolean
resolve_rows (Gather *self, RushBatch *const *batches, const RushRowId *rows, GError **error)
{
  guint32 last_batch = 0, *numbers;

  for (guint i = 0; i < self->n; i++)
    last_batch = MAX (last_batch, rows[i].batch);
  if (!allocate_scratch (self, last_batch + 1, &numbers, error))
    return FALSE;
  for (guint i = 0; i < self->n; i++)
    {
      const RushBatch *batch = batches[rows[i].batch];
      guint32 number = numbers[rows[i].batch];
      if (number == 0)
        {
          self->batches[self->n_sources++] = batch;
          number = numbers[rows[i].batch] = self->n_sources;
        }
      g_assert (rows[i].row < batch->length);
      self->rows[i] = (RowRef){ number - 1, rush_batch_row (batch, rows[i].row) };
    }
  return TRUE;
}

/* ---- sources ---- */

static void
describe_source (const RushColumn *column, Source *out)
{
  const RushColumn *holder = column->layout == RUSH_LAYOUT_DICTIONARY ? column->dictionary : column;
  guint width = column->type->value_bytes;

  *out = (Source){
    .values = holder->values->bytes + (gsize)holder->offset * width,
    .bit_offset = holder->offset,
    .row_mask = column->layout == RUSH_LAYOUT_CONSTANT ? 0 : G_MAXUINT32,
    .validity = &one_bit,
    .data = holder->data,
  };
  if (column->layout == RUSH_LAYOUT_DICTIONARY)
    out->indices = (const gint32 *)column->values->bytes + column->offset;
  if (column->null_count == 0)
    return;
  if (column->layout == RUSH_LAYOUT_CONSTANT)
    out->validity = &no_bit;
  else
    {
      out->validity = column->validity->bytes;
      out->validity_offset = column->offset;
      out->validity_mask = G_MAXUINT32;
    }
}

typedef struct
{
  gboolean all_plain;
  gboolean any_null;
  RushColumn *same_dictionary; /* all sources have this one, or NULL */
} Survey;

static Survey
describe_sources (Gather *self, guint c)
{
  Survey survey = { .all_plain = TRUE,
                    .same_dictionary = self->batches[0]->columns[c]->dictionary };

  for (guint s = 0; s < self->n_sources; s++)
    {
      const RushColumn *column = self->batches[s]->columns[c];
      describe_source (column, &self->sources[s]);
      survey.all_plain &= column->layout == RUSH_LAYOUT_PLAIN;
      survey.any_null |= column->null_count > 0;
      if (column->dictionary != survey.same_dictionary)
        survey.same_dictionary = NULL;
    }
  return survey;
}

/* ---- values ---- */

static inline gboolean
source_is_valid (const Source *source, guint32 row)
{
  return rush_bit_get (source->validity, source->validity_offset + (row & source->validity_mask));
}

/* NULL without error: nothing is null. */
static gboolean
gather_validity (const Gather *self, RushBuffer **out, guint *out_null_count, GError **error)
{
  RushBuffer *validity = rush_buffer_new (self->allocator, rush_bits_bytes (self->n), error);
  guint n_valid = 0;

  if (validity == NULL)
    return FALSE;
  memset (validity->bytes, 0, validity->size);
  for (guint i = 0; i < self->n; i++)
    {
      guint bit = (guint)source_is_valid (&self->sources[self->rows[i].source], self->rows[i].row);
      validity->bytes[i >> 3] |= (guint8)(bit << (i & 7));
      n_valid += bit;
    }
  if (n_valid == self->n)
    g_clear_pointer (&validity, rush_buffer_unref);
  *out = validity;
  *out_null_count = self->n - n_valid;
  return TRUE;
}

#define RUSH_FN gather_1
#define RUSH_T guint8
#include "core/data/gather_template.h"

#define RUSH_FN gather_2
#define RUSH_T guint16
#include "core/data/gather_template.h"

#define RUSH_FN gather_4
#define RUSH_T guint32
#include "core/data/gather_template.h"

#define RUSH_FN gather_8
#define RUSH_T guint64
#include "core/data/gather_template.h"

#define RUSH_FN gather_16
#define RUSH_T RushView
#include "core/data/gather_template.h"

static void
gather_bits (const Source *sources, gboolean all_plain, const RowRef *rows, guint n,
             gpointer out_values)
{
  guint8 *out = out_values;

  memset (out, 0, rush_bits_bytes (n));
  for (guint i = 0; i < n; i++)
    {
      const Source *source = &sources[rows[i].source];
      gsize at = source->bit_offset + source_position (source, rows[i].row);
      out[i >> 3] |= (guint8)((guint)rush_bit_get (source->values, at) << (i & 7));
    }
}

typedef void (*GatherFunc) (const Source *, gboolean, const RowRef *, guint, gpointer);

static GatherFunc
gather_func (guint width)
{
  switch (width)
    {
    case 0:
      return gather_bits;
    case 1:
      return gather_1;
    case 2:
      return gather_2;
    case 4:
      return gather_4;
    case 8:
      return gather_8;
    case 16:
      return gather_16;
    }
  g_assert_not_reached ();
}

/* Slots of nulls hold what the sources had there; readers without branches want zeros. */
static void
clear_nulls (guint8 *values, guint width, const guint8 *validity, guint n)
{
  for (guint i = 0; i < n; i++)
    if (!rush_bit_get (validity, i))
      memset (values + (gsize)i * width, 0, width);
}

/* ---- bytes of long strings ---- */

/* Copies the bytes behind views [first, …) into one new buffer of at most 2 GiB, numbered
 * @number; returns the view that did not fit any more (or n), or 0 with @error set. */
static guint
copy_bytes (const Gather *self, RushView *views, guint first, guint number, RushBuffer **out,
            GError **error)
{
  guint end = first;
  gsize total = 0;

  for (; end < self->n; end++)
    {
      gsize length = (gsize)views[end].length;
      if (length <= RUSH_VIEW_INLINE_MAX)
        continue;
      if (total + length > G_MAXINT32)
        break;
      total += length;
    }
  RushBuffer *buffer = rush_buffer_new (self->allocator, total, error);
  if (buffer == NULL)
    return 0;

  gsize used = 0;
  for (guint i = first; i < end; i++)
    {
      gsize length = (gsize)views[i].length;
      if (length <= RUSH_VIEW_INLINE_MAX)
        continue;
      const Source *source = &self->sources[self->rows[i].source];
      memcpy (buffer->bytes + used, rush_view_bytes (&views[i], source->data), length);
      views[i].ref.buffer = (gint32)number;
      views[i].ref.offset = (gint32)used;
      used += length;
    }
  *out = buffer;
  return end;
}

static gboolean
has_long (const RushView *views, guint n)
{
  for (guint i = 0; i < n; i++)
    if (views[i].length > RUSH_VIEW_INLINE_MAX)
      return TRUE;
  return FALSE;
}

/* Appends all buffers that the views need. */
static gboolean
copy_all_bytes (const Gather *self, RushView *views, GPtrArray *buffers, GError **error)
{
  if (!has_long (views, self->n))
    return TRUE;
  for (guint done = 0; done < self->n;)
    {
      RushBuffer *buffer;
      done = copy_bytes (self, views, done, buffers->len, &buffer, error);
      if (done == 0)
        return FALSE;
      g_ptr_array_add (buffers, buffer);
    }
  return TRUE;
}

/* ---- columns ---- */

static RushColumn *
gather_plain (const Gather *self, const RushType *type, const Survey *survey, RushBuffer *validity,
              guint null_count, GError **error)
{
  guint width = type->value_bytes;
  gsize bytes = width > 0 ? (gsize)self->n * width : rush_bits_bytes (self->n);
  g_autoptr (RushBuffer) values = rush_buffer_new (self->allocator, bytes, error);
  g_autoptr (GPtrArray) buffers =
      g_ptr_array_new_with_free_func ((GDestroyNotify)rush_buffer_unref);
  gsize n_data;

  if (values == NULL)
    return NULL;
  gather_func (width) (self->sources, survey->all_plain, self->rows, self->n, values->bytes);
  if (validity != NULL && width > 0)
    clear_nulls (values->bytes, width, validity->bytes, self->n);
  if (width == sizeof (RushView) &&
      !copy_all_bytes (self, (RushView *)values->bytes, buffers, error))
    return NULL;

  RushBuffer **data = (RushBuffer **)g_ptr_array_steal (buffers, &n_data);
  return rush_column_new_plain (type, self->n, validity ? rush_buffer_ref (validity) : NULL,
                                null_count, g_steal_pointer (&values), data, (guint)n_data);
}

/* Rows of one dictionary stay rows of that dictionary: only indices are copied. */
static RushColumn *
gather_indices (const Gather *self, RushColumn *dictionary, RushBuffer *validity, guint null_count,
                GError **error)
{
  RushBuffer *indices = rush_buffer_new (self->allocator, self->n * sizeof (gint32), error);
  if (indices == NULL)
    return NULL;
  gint32 *out = (gint32 *)indices->bytes;
  for (guint i = 0; i < self->n; i++)
    out[i] = self->sources[self->rows[i].source].indices[self->rows[i].row];
  return rush_column_new_dictionary (rush_column_ref (dictionary), self->n,
                                     validity ? rush_buffer_ref (validity) : NULL, null_count,
                                     indices);
}

static RushColumn *
gather_column (Gather *self, const RushType *type, guint c, GError **error)
{
  g_autoptr (RushBuffer) validity = NULL;
  guint null_count = 0;

  Survey survey = describe_sources (self, c);
  if (survey.any_null && !gather_validity (self, &validity, &null_count, error))
    return NULL;
  if (survey.same_dictionary != NULL)
    return gather_indices (self, survey.same_dictionary, validity, null_count, error);
  return gather_plain (self, type, &survey, validity, null_count, error);
}

/* ---- the batch ---- */

/* Fills @columns; on failure none is left. */
static gboolean
gather_columns (Gather *self, RushSchema *schema, RushColumn **columns, GError **error)
{
  for (guint c = 0; c < schema->n_fields; c++)
    {
      columns[c] = gather_column (self, schema->fields[c].type, c, error);
      if (columns[c] != NULL)
        continue;
      while (c > 0)
        rush_column_unref (columns[--c]);
      return FALSE;
    }
  return TRUE;
}

/* No rows: columns of length 0, which need no source. */
static RushBatch *
gather_nothing (RushSchema *schema, RushAllocator *allocator, GError **error)
{
  g_autofree RushColumn **columns = g_new (RushColumn *, schema->n_fields);
  for (guint c = 0; c < schema->n_fields; c++)
    {
      RushBuffer *values = rush_buffer_new (allocator, 0, NULL); /* empty: never refused */
      columns[c] = rush_column_new_plain (schema->fields[c].type, 0, NULL, 0, values, NULL, 0);
    }
  return rush_batch_new (schema, 0, columns);
}

RushBatch *
rush_batch_gather (RushSchema *schema, RushBatch *const *batches, const RushRowId *rows, guint n,
                   RushAllocator *allocator, GError **error)
{
  g_return_val_if_fail (n <= RUSH_BATCH_MAX_ROWS, NULL);

  if (n == 0)
    return gather_nothing (schema, allocator, error);

  Gather self = { .n = n, .allocator = allocator };
  g_autofree RushColumn **columns = g_new (RushColumn *, schema->n_fields);
  RushBatch *gathered = NULL;
  if (resolve_rows (&self, batches, rows, error) && gather_columns (&self, schema, columns, error))
    gathered = rush_batch_new (schema, n, columns);
  rush_free (allocator, self.scratch, self.scratch_bytes);
  return gathered;
}
