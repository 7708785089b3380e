/* gather.c - one new column out of chosen rows of many: how a shuffle orders rows by partition.
 *
 *      rows (batch, row)        (7,0) (7,2) (9,0) (7,1)
 *        │  of batches: selection applied, renumbered in order of first use
 *        ▼
 *      rows (source, row)       (0,5) (0,9) (1,0) (0,6)
 *        │  per column: a small table of sources, then one typed loop
 *        ▼
 *      values[n]                copied; a null's slot is zero
 *
 * Renumbering keeps the per-column tables as small as the batches that this call touches: thousands
 * of batches may wait in a shuffle of which one output batch needs a few.
 *
 * Strings take two steps: first the 16-byte views are gathered like any value, which also tells
 * how many bytes over 12 there are; then one block of exactly that size is filled.  So do lists:
 * their lengths say which rows of the children are wanted, and the children are gathered in turn.
 */
#include "core/data/gather.h"

#include "core/data/bitmap.h"
#include "core/data/byte_heap_private.h"
#include "core/data/column_private.h"

#include <string.h>

/* One source column, ready for the inner loop. */
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
  const RushRowId *rows; /* [n]; batch: index into the sources */
  guint n_sources;
  RushColumn *const *columns; /* [n_sources] */
  Source *sources;            /* [n_sources] */
  RushAllocator *allocator;
} Gather;

static const guint8 one_bit = 1, no_bit = 0;

/* ---- sources ---- */

static inline guint32
source_position (const Source *source, guint32 row)
{
  row &= source->row_mask;
  return source->indices != NULL ? (guint32)source->indices[row] : row;
}

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
describe_sources (Gather *self)
{
  Survey survey = { .all_plain = TRUE, .same_dictionary = self->columns[0]->dictionary };

  for (guint s = 0; s < self->n_sources; s++)
    {
      const RushColumn *column = self->columns[s];
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
      guint bit = (guint)source_is_valid (&self->sources[self->rows[i].batch], self->rows[i].row);
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
gather_bits (const Source *sources, gboolean all_plain, const RushRowId *rows, guint n,
             gpointer out_values)
{
  guint8 *out = out_values;

  memset (out, 0, rush_bits_bytes (n));
  for (guint i = 0; i < n; i++)
    {
      const Source *source = &sources[rows[i].batch];
      gsize at = source->bit_offset + source_position (source, rows[i].row);
      out[i >> 3] |= (guint8)((guint)rush_bit_get (source->values, at) << (i & 7));
    }
}

typedef void (*GatherFunc) (const Source *, gboolean, const RushRowId *, guint, gpointer);

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

static inline gsize
long_length (const RushView *view)
{
  return view->length > RUSH_VIEW_INLINE_MAX ? (gsize)view->length : 0;
}

/* Copies the bytes behind views [first, …) into one block of at most 2 GiB; returns the view that
 * did not fit any more (or n), or 0 with @error set. */
static guint
copy_block (const Gather *self, RushView *views, guint first, RushByteHeap *heap, GError **error)
{
  gsize total = 0, used = 0;
  guint end = first;

  for (; end < self->n && total + long_length (&views[end]) <= G_MAXINT32; end++)
    total += long_length (&views[end]);
  if (total == 0)
    return end;
  heap->next_block_bytes = total;
  guint8 *room = rush_byte_heap_reserve (heap, self->allocator, total, error);
  if (room == NULL)
    return 0;

  guint number = heap->block_number;
  for (guint i = first; i < end; i++)
    {
      gsize length = (gsize)views[i].length;
      if (length <= RUSH_VIEW_INLINE_MAX)
        continue;
      const Source *source = &self->sources[self->rows[i].batch];
      memcpy (room + used, rush_view_bytes (&views[i], source->data), length);
      views[i].ref.buffer = (gint32)number;
      views[i].ref.offset = (gint32)used;
      used += length;
    }
  heap->block_used += used;
  return end;
}

static gboolean
copy_bytes (const Gather *self, RushView *views, RushByteHeap *heap, GError **error)
{
  for (guint done = 0; done < self->n;)
    {
      done = copy_block (self, views, done, heap, error);
      if (done == 0)
        return FALSE;
    }
  return TRUE;
}

/* ---- columns ---- */

static RushColumn *
gather_plain (const Gather *self, const Survey *survey, RushBuffer *validity, guint null_count,
              GError **error)
{
  const RushType *type = self->columns[0]->type;
  guint width = type->value_bytes;
  gsize bytes = width > 0 ? (gsize)self->n * width : rush_bits_bytes (self->n);
  g_autoptr (RushBuffer) values = rush_buffer_new (self->allocator, bytes, error);
  RushByteHeap heap = { 0 };
  guint n_data = 0;

  if (values == NULL)
    return NULL;
  gather_func (width) (self->sources, survey->all_plain, self->rows, self->n, values->bytes);
  if (validity != NULL && width > 0)
    clear_nulls (values->bytes, width, validity->bytes, self->n);
  if (type->storage == RUSH_STORAGE_VIEW &&
      !copy_bytes (self, (RushView *)values->bytes, &heap, error))
    {
      rush_byte_heap_clear (&heap, self->allocator);
      return NULL;
    }
  RushBuffer **data = rush_byte_heap_steal (&heap, self->allocator, &n_data);
  return rush_column_new_plain (type, self->n, validity ? rush_buffer_ref (validity) : NULL,
                                null_count, g_steal_pointer (&values), data, n_data);
}

/* Rows of one dictionary stay rows of that dictionary: only indices are copied. */
static RushColumn *
gather_indices (const Gather *self, RushColumn *dictionary, RushBuffer *validity, guint null_count,
                GError **error)
{
  RushBuffer *indices = rush_buffer_new (self->allocator, (gsize)self->n * sizeof (gint32), error);
  if (indices == NULL)
    return NULL;
  gint32 *out = (gint32 *)indices->bytes;
  for (guint i = 0; i < self->n; i++)
    out[i] = self->sources[self->rows[i].batch].indices[self->rows[i].row];
  return rush_column_new_dictionary (rush_column_ref (dictionary), self->n,
                                     validity ? rush_buffer_ref (validity) : NULL, null_count,
                                     indices);
}

static RushColumn *
gather_flat (Gather *self, GError **error)
{
  g_autoptr (RushBuffer) validity = NULL;
  guint null_count = 0;

  Survey survey = describe_sources (self);
  if (survey.any_null && !gather_validity (self, &validity, &null_count, error))
    return NULL;
  if (survey.same_dictionary != NULL)
    return gather_indices (self, survey.same_dictionary, validity, null_count, error);
  return gather_plain (self, &survey, validity, null_count, error);
}

/* ---- columns with children ---- */

static void
free_columns (RushColumn **columns, guint n)
{
  while (n > 0)
    rush_column_unref (columns[--n]);
  g_free (columns);
}

/* Child @c of every source; of a struct cut to the source's rows. */
static RushColumn **
child_sources (const Gather *self, guint c)
{
  RushColumn **children = g_new (RushColumn *, self->n_sources);

  for (guint s = 0; s < self->n_sources; s++)
    {
      RushColumn *column = self->columns[s], *child = column->children[c];
      children[s] = column->type->storage == RUSH_STORAGE_STRUCT
                        ? rush_column_slice (child, column->offset, column->length)
                        : rush_column_ref (child);
    }
  return children;
}

/* Fills @out[type->n_fields], or leaves nothing in it. */
static gboolean
gather_children (const Gather *self, const RushRowId *rows, guint n, RushColumn **out,
                 GError **error)
{
  for (guint c = 0; c < self->columns[0]->n_children; c++)
    {
      RushColumn **sources = child_sources (self, c);
      out[c] = rush_column_gather (sources, self->n_sources, rows, n, self->allocator, error);
      free_columns (sources, self->n_sources);
      if (out[c] != NULL)
        continue;
      while (c > 0)
        rush_column_unref (out[--c]);
      return FALSE;
    }
  return TRUE;
}

/* From lists in the sources to lists in the answer; returns how many elements there are. */
static guint64
rebase_lists (const Gather *self, const guint8 *validity, RushListView *views)
{
  guint64 total = 0;

  for (guint i = 0; i < self->n; i++)
    {
      const Source *source = &self->sources[self->rows[i].batch];
      gboolean valid = validity == NULL || rush_bit_get (validity, i);
      gint32 length =
          valid ? ((const RushListView *)(gconstpointer)source->values)[self->rows[i].row].length
                : 0;
      views[i] = (RushListView){ (gint32)total, length };
      total += (guint64)length;
    }
  return total;
}

static void
list_elements (const Gather *self, const RushListView *views, RushRowId *out)
{
  for (guint i = 0; i < self->n; i++)
    {
      RushRowId row = self->rows[i];
      const RushListView *from =
          (const RushListView *)(gconstpointer)self->sources[row.batch].values;
      guint32 first = (guint32)from[row.row].offset;
      for (gint32 k = 0; k < views[i].length; k++)
        *out++ = (RushRowId){ row.batch, first + (guint32)k };
    }
}

static RushColumn *
gather_lists (const Gather *self, RushBuffer *validity, guint null_count, GError **error)
{
  const RushType *type = self->columns[0]->type;
  g_autofree RushColumn **children = g_new (RushColumn *, type->n_fields);
  g_autoptr (RushBuffer) views =
      rush_buffer_new (self->allocator, (gsize)self->n * sizeof (RushListView), error);

  if (views == NULL)
    return NULL;
  RushListView *lists = (RushListView *)(gpointer)views->bytes;
  guint64 total = rebase_lists (self, validity ? validity->bytes : NULL, lists);
  if (total > G_MAXINT32)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "%" G_GUINT64_FORMAT " elements in a column of %s; there may be 2147483647 at "
                   "most, use more partitions",
                   total, type->name);
      return NULL;
    }
  g_autoptr (RushBuffer) elements =
      rush_buffer_new (self->allocator, (gsize)total * sizeof (RushRowId), error);
  if (elements == NULL)
    return NULL;
  list_elements (self, lists, (RushRowId *)(gpointer)elements->bytes);
  if (!gather_children (self, (const RushRowId *)(gpointer)elements->bytes, (guint)total, children,
                        error))
    return NULL;
  return rush_column_new_list (type, self->n, validity ? rush_buffer_ref (validity) : NULL,
                               null_count, g_steal_pointer (&views), children);
}

static RushColumn *
gather_structs (const Gather *self, RushBuffer *validity, guint null_count, GError **error)
{
  const RushType *type = self->columns[0]->type;
  g_autofree RushColumn **children = g_new (RushColumn *, type->n_fields);

  if (!gather_children (self, self->rows, self->n, children, error))
    return NULL;
  return rush_column_new_struct (type, self->n, validity ? rush_buffer_ref (validity) : NULL,
                                 null_count, children);
}

/* All sources are PLAIN. */
static RushColumn *
gather_nested (Gather *self, GError **error)
{
  g_autoptr (RushBuffer) validity = NULL;
  guint null_count = 0;

  Survey survey = describe_sources (self);
  if (survey.any_null && !gather_validity (self, &validity, &null_count, error))
    return NULL;
  return self->columns[0]->type->storage == RUSH_STORAGE_LIST
             ? gather_lists (self, validity, null_count, error)
             : gather_structs (self, validity, null_count, error);
}

static RushColumn *
flatten_and_gather (Gather *self, GError **error)
{
  RushColumn **plain = g_new0 (RushColumn *, self->n_sources), *gathered = NULL;
  guint s = 0;

  for (; s < self->n_sources; s++)
    {
      plain[s] = rush_column_flatten (self->columns[s], self->allocator, error);
      if (plain[s] == NULL)
        break;
    }
  if (s == self->n_sources)
    {
      self->columns = plain;
      gathered = gather_nested (self, error);
    }
  free_columns (plain, s);
  return gathered;
}

RushColumn *
rush_column_gather (RushColumn *const *sources, guint n_sources, const RushRowId *rows, guint n,
                    RushAllocator *allocator, GError **error)
{
  g_return_val_if_fail (n_sources > 0, NULL);
  const RushType *type = sources[0]->type;
  gsize bytes = n_sources * sizeof (Source);

  if (type == &RUSH_NULL)
    return rush_column_new_void (n);
  Gather self = { .n = n,
                  .rows = rows,
                  .n_sources = n_sources,
                  .columns = sources,
                  .sources = rush_alloc (allocator, bytes, error),
                  .allocator = allocator };
  if (self.sources == NULL)
    return NULL;
  RushColumn *gathered = type->n_fields > 0 || type->storage == RUSH_STORAGE_STRUCT
                             ? flatten_and_gather (&self, error)
                             : gather_flat (&self, error);
  rush_free (allocator, self.sources, bytes);
  return gathered;
}

/* ---- batches ---- */

typedef struct
{
  RushRowId *rows; /* [n]; batch: index into batches, row: physical */
  guint n_batches;
  const RushBatch **batches; /* those that are used */
  RushColumn **columns;      /* [n_batches], one of each */
  gpointer scratch;          /* one block for all of these, and the numbering */
  gsize scratch_bytes;
} Renumbered;

/* Lays out the scratch block: rows, batches, columns, and a number (from 1) for each batch. */
static gboolean
allocate_scratch (Renumbered *self, guint n, guint n_batches, RushAllocator *allocator,
                  guint32 **out_numbers, GError **error)
{
  gsize most = MIN (n, n_batches); /* batches used cannot be more than rows */
  gsize rows_bytes = n * sizeof (RushRowId), batches_bytes = most * sizeof (RushBatch *);

  self->scratch_bytes = rows_bytes + 2 * batches_bytes + n_batches * sizeof (guint32);
  guint8 *block = rush_alloc (allocator, self->scratch_bytes, error);
  if (block == NULL)
    return FALSE;
  self->scratch = block;
  self->rows = (RushRowId *)(gpointer)block;
  self->batches = (const RushBatch **)(gpointer)(block + rows_bytes);
  self->columns = (RushColumn **)(gpointer)(block + rows_bytes + batches_bytes);
  *out_numbers = (guint32 *)(gpointer)(block + rows_bytes + 2 * batches_bytes);
  memset (*out_numbers, 0, n_batches * sizeof (guint32));
  return TRUE;
}

static gboolean
renumber (Renumbered *self, RushBatch *const *batches, const RushRowId *rows, guint n,
          RushAllocator *allocator, GError **error)
{
  guint32 last_batch = 0, *numbers;

  for (guint i = 0; i < n; i++)
    last_batch = MAX (last_batch, rows[i].batch);
  if (!allocate_scratch (self, n, last_batch + 1, allocator, &numbers, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      const RushBatch *batch = batches[rows[i].batch];
      guint32 number = numbers[rows[i].batch];
      if (number == 0)
        {
          self->batches[self->n_batches++] = batch;
          number = numbers[rows[i].batch] = self->n_batches;
        }
      g_assert (rows[i].row < batch->length);
      self->rows[i] = (RushRowId){ number - 1, rush_batch_row (batch, rows[i].row) };
    }
  return TRUE;
}

/* Fills @columns; on failure none is left. */
static gboolean
gather_columns (Renumbered *self, guint n, RushSchema *schema, RushColumn **columns,
                RushAllocator *allocator, GError **error)
{
  for (guint c = 0; c < schema->n_fields; c++)
    {
      for (guint b = 0; b < self->n_batches; b++)
        self->columns[b] = self->batches[b]->columns[c];
      columns[c] =
          rush_column_gather (self->columns, self->n_batches, self->rows, n, allocator, error);
      if (columns[c] != NULL)
        continue;
      while (c > 0)
        rush_column_unref (columns[--c]);
      return FALSE;
    }
  return TRUE;
}

RushBatch *
rush_batch_gather (RushSchema *schema, RushBatch *const *batches, const RushRowId *rows, guint n,
                   RushAllocator *allocator, GError **error)
{
  g_return_val_if_fail (n <= RUSH_BATCH_MAX_ROWS, NULL);
  g_autofree RushColumn **columns = g_new (RushColumn *, schema->n_fields);
  Renumbered self = { 0 };
  RushBatch *gathered = NULL;

  if (n == 0) /* columns of length 0, which need no source */
    {
      for (guint c = 0; c < schema->n_fields; c++)
        columns[c] = rush_column_new_empty (schema->fields[c].type);
      return rush_batch_new (schema, 0, columns);
    }
  if (renumber (&self, batches, rows, n, allocator, error) &&
      gather_columns (&self, n, schema, columns, allocator, error))
    gathered = rush_batch_new (schema, n, columns);
  rush_free (allocator, self.scratch, self.scratch_bytes);
  return gathered;
}
