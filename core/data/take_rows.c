/* take_rows.c - chosen rows of one column, and a column made PLAIN.
 *
 *      rows      4  4  0  none  2
 *      values    copied           bytes of strings, elements of arrays: shared, not looked at
 *      validity  made if the source has nulls, or a row is none
 *
 * Which rows are wanted comes in four forms, so that each loop over values is as short as it can
 * be: a selection (16 bits), rows, rows that may be none, and the first one for all (a constant).
 * A struct hands the same wish on to its children; a list column copies its views and shares its
 * children, whatever the lengths of the lists: that is what list views are for.
 */
#include "core/data/gather.h"

#include "core/data/bitmap.h"
#include "core/data/buffer_private.h"
#include "core/data/column_private.h"

typedef enum
{
  WANTED_SELECTED,
  WANTED_ROWS,
  WANTED_ROWS_OR_NONE,
  WANTED_FIRST,
} WantedForm;

typedef struct
{
  WantedForm form;
  const guint16 *selected;
  const guint32 *rows;
  guint n;
  RushAllocator *allocator;
} Wanted;

/* ---- values ---- */

#define RUSH_FN take_1
#define RUSH_T guint8
#include "core/data/take_rows_template.h"

#define RUSH_FN take_2
#define RUSH_T guint16
#include "core/data/take_rows_template.h"

#define RUSH_FN take_4
#define RUSH_T guint32
#include "core/data/take_rows_template.h"

#define RUSH_FN take_8
#define RUSH_T guint64
#include "core/data/take_rows_template.h"

#define RUSH_FN take_16
#define RUSH_T RushView
#include "core/data/take_rows_template.h"

static inline guint32
wanted_row (const Wanted *wanted, guint i)
{
  switch (wanted->form)
    {
    case WANTED_SELECTED:
      return wanted->selected[i];
    case WANTED_ROWS:
    case WANTED_ROWS_OR_NONE:
      return wanted->rows[i];
    case WANTED_FIRST:
      return 0;
    }
  g_assert_not_reached ();
}

/* Bit @offset + row of @bits for each row wanted; 0 for none.  @bits NULL: all ones. */
static void
take_bits (guint8 *out, const guint8 *bits, gsize offset, const Wanted *wanted)
{
  for (guint i = 0; i < wanted->n; i += 8)
    {
      guint stop = MIN (8, wanted->n - i), byte = 0;
      for (guint k = 0; k < stop; k++)
        {
          guint32 row = wanted_row (wanted, i + k);
          if (row != RUSH_NO_ROW)
            byte |= (bits == NULL || rush_bit_get (bits, offset + row) ? 1u : 0u) << k;
        }
      out[i >> 3] = (guint8)byte;
    }
}

/* NULL without error: nothing is null. */
static gboolean
take_validity (const RushColumn *column, const Wanted *wanted, RushBuffer **out,
               guint *out_null_count, GError **error)
{
  const guint8 *bits = column->null_count > 0 ? column->validity->bytes : NULL;

  *out = NULL;
  *out_null_count = 0;
  if (bits == NULL && wanted->form != WANTED_ROWS_OR_NONE)
    return TRUE;
  RushBuffer *validity = rush_buffer_new (wanted->allocator, rush_bits_bytes (wanted->n), error);
  if (validity == NULL)
    return FALSE;
  take_bits (validity->bytes, bits, column->offset, wanted);
  *out_null_count = wanted->n - (guint)rush_bits_count (validity->bytes, 0, wanted->n);
  if (*out_null_count == 0)
    g_clear_pointer (&validity, rush_buffer_unref);
  *out = validity;
  return TRUE;
}

static RushBuffer *
take_values (const RushColumn *column, guint width, const Wanted *wanted, GError **error)
{
  gsize bytes = width > 0 ? (gsize)wanted->n * width : rush_bits_bytes (wanted->n);
  RushBuffer *values = rush_buffer_new (wanted->allocator, bytes, error);

  if (values == NULL)
    return NULL;
  const guint8 *from = column->values->bytes + (gsize)column->offset * width;
  switch (width)
    {
    case 0:
      take_bits (values->bytes, from, column->offset, wanted);
      break;
    case 1:
      take_1 (values->bytes, from, wanted);
      break;
    case 2:
      take_2 (values->bytes, from, wanted);
      break;
    case 4:
      take_4 (values->bytes, from, wanted);
      break;
    case 8:
      take_8 (values->bytes, from, wanted);
      break;
    case 16:
      take_16 (values->bytes, from, wanted);
      break;
    default:
      g_assert_not_reached ();
    }
  return values;
}

/* ---- columns ---- */

static RushColumn *take_wanted (RushColumn *column, const Wanted *wanted, GError **error);

static RushColumn *
take_struct (RushColumn *column, const Wanted *wanted, RushBuffer *validity, guint null_count,
             GError **error)
{
  guint n = column->n_children, rows = column->layout == RUSH_LAYOUT_CONSTANT ? 1 : column->length;
  g_autofree RushColumn **children = g_new (RushColumn *, n);

  for (guint c = 0; c < n; c++)
    {
      g_autoptr (RushColumn) child = rush_column_slice (column->children[c], column->offset, rows);
      children[c] = take_wanted (child, wanted, error);
      if (children[c] != NULL)
        continue;
      while (c > 0)
        rush_column_unref (children[--c]);
      rush_buffer_unref (validity);
      return NULL;
    }
  return rush_column_new_struct (column->type, wanted->n, validity, null_count, children);
}

/* Takes over @validity.  @column: PLAIN, or CONSTANT with the first row wanted. */
static RushColumn *
take_from_positions (RushColumn *column, const Wanted *wanted, RushBuffer *validity,
                     guint null_count, GError **error)
{
  if (column->type->storage == RUSH_STORAGE_STRUCT)
    return take_struct (column, wanted, validity, null_count, error);

  RushBuffer *values = take_values (column, column->type->value_bytes, wanted, error);
  if (values == NULL)
    {
      rush_buffer_unref (validity);
      return NULL;
    }
  RushColumn *taken = rush_column_new_sharing (column, wanted->n); /* data and children */
  rush_buffer_unref (taken->validity);
  rush_buffer_unref (taken->values);
  taken->layout = RUSH_LAYOUT_PLAIN;
  taken->offset = 0;
  taken->validity = validity;
  taken->null_count = null_count;
  taken->values = values;
  return taken;
}

static RushColumn *
take_indices (RushColumn *column, const Wanted *wanted, RushBuffer *validity, guint null_count,
              GError **error)
{
  RushBuffer *indices = take_values (column, sizeof (gint32), wanted, error);

  if (indices == NULL)
    {
      rush_buffer_unref (validity);
      return NULL;
    }
  return rush_column_new_dictionary (rush_column_ref (column->dictionary), wanted->n, validity,
                                     null_count, indices);
}

static RushColumn *
resize_constant (RushColumn *column, guint length)
{
  RushColumn *resized = rush_column_new_sharing (column, length);

  resized->null_count = column->null_count > 0 ? length : 0;
  return resized;
}

/* Some rows of a constant, some none. */
static RushColumn *
take_constant_or_none (RushColumn *column, const Wanted *wanted, GError **error)
{
  Wanted first = { .form = WANTED_FIRST, .n = wanted->n, .allocator = wanted->allocator };
  RushBuffer *validity = rush_buffer_new (wanted->allocator, rush_bits_bytes (wanted->n), error);

  if (validity == NULL)
    return NULL;
  take_bits (validity->bytes, NULL, 0, wanted);
  guint n_valid = (guint)rush_bits_count (validity->bytes, 0, wanted->n);
  return take_from_positions (column, &first, validity, wanted->n - n_valid, error);
}

static RushColumn *
take_wanted (RushColumn *column, const Wanted *wanted, GError **error)
{
  RushBuffer *validity;
  guint null_count;

  if (column->type == &RUSH_NULL)
    return rush_column_new_void (wanted->n);
  if (column->length == 0) /* all are none, or nothing is wanted */
    return rush_column_new_constant_null (column->type, wanted->n, wanted->allocator, error);
  if (column->layout == RUSH_LAYOUT_CONSTANT)
    return wanted->form == WANTED_ROWS_OR_NONE && column->null_count == 0
               ? take_constant_or_none (column, wanted, error)
               : resize_constant (column, wanted->n);

  if (!take_validity (column, wanted, &validity, &null_count, error))
    return NULL;
  return column->layout == RUSH_LAYOUT_DICTIONARY
             ? take_indices (column, wanted, validity, null_count, error)
             : take_from_positions (column, wanted, validity, null_count, error);
}

static WantedForm
form_of (const guint32 *rows, guint n)
{
  guint32 largest = 0;

  for (guint i = 0; i < n; i++)
    largest = MAX (largest, rows[i]);
  return largest == RUSH_NO_ROW ? WANTED_ROWS_OR_NONE : WANTED_ROWS;
}

RushColumn *
rush_column_take (RushColumn *self, const guint32 *rows, guint n, RushAllocator *allocator,
                  GError **error)
{
  Wanted wanted = { .form = form_of (rows, n), .rows = rows, .n = n, .allocator = allocator };
  return take_wanted (self, &wanted, error);
}

RushColumn *
rush_column_take_selected (RushColumn *self, const guint16 *rows, guint n, RushAllocator *allocator,
                           GError **error)
{
  Wanted wanted = { .form = WANTED_SELECTED, .selected = rows, .n = n, .allocator = allocator };
  return take_wanted (self, &wanted, error);
}

/* ---- flatten ---- */

static RushColumn *
flatten_constant (RushColumn *self, RushAllocator *allocator, GError **error)
{
  Wanted first = { .form = WANTED_FIRST, .n = self->length, .allocator = allocator };
  RushBuffer *validity = NULL;

  if (self->null_count > 0)
    {
      validity = rush_buffer_new (allocator, rush_bits_bytes (self->length), error);
      if (validity == NULL)
        return NULL;
      memset (validity->bytes, 0, validity->size);
    }
  return take_from_positions (self, &first, validity, self->null_count, error);
}

static RushColumn *
flatten_dictionary (RushColumn *self, RushAllocator *allocator, GError **error)
{
  const guint32 *indices = (const guint32 *)(gconstpointer)self->values->bytes + self->offset;
  Wanted wanted = {
    .form = WANTED_ROWS, .rows = indices, .n = self->length, .allocator = allocator
  };
  RushBuffer *validity = NULL;

  if (self->null_count > 0)
    {
      validity = rush_buffer_new (allocator, rush_bits_bytes (self->length), error);
      if (validity == NULL)
        return NULL;
      rush_bits_copy (validity->bytes, self->validity->bytes, self->offset, self->length);
    }
  return take_from_positions (self->dictionary, &wanted, validity, self->null_count, error);
}

RushColumn *
rush_column_flatten (RushColumn *self, RushAllocator *allocator, GError **error)
{
  if (self->layout == RUSH_LAYOUT_PLAIN || self->type == &RUSH_NULL)
    return rush_column_ref (self);
  return self->layout == RUSH_LAYOUT_CONSTANT ? flatten_constant (self, allocator, error)
                                              : flatten_dictionary (self, allocator, error);
}

/* ---- batches ---- */

static RushBatch *
take_batch (RushBatch *self, const Wanted *wanted, GError **error)
{
  guint n_fields = self->schema->n_fields;
  g_autofree RushColumn **columns = g_new (RushColumn *, n_fields);

  for (guint c = 0; c < n_fields; c++)
    {
      columns[c] = take_wanted (self->columns[c], wanted, error);
      if (columns[c] != NULL)
        continue;
      while (c > 0)
        rush_column_unref (columns[--c]);
      return NULL;
    }
  return rush_batch_new (self->schema, wanted->n, columns);
}

RushBatch *
rush_batch_take (RushBatch *self, const guint32 *rows, guint n, RushAllocator *allocator,
                 GError **error)
{
  Wanted wanted = { .form = form_of (rows, n), .rows = rows, .n = n, .allocator = allocator };
  return take_batch (self, &wanted, error);
}

RushBatch *
rush_batch_compact (RushBatch *self, RushAllocator *allocator, GError **error)
{
  if (self->selection == NULL)
    return rush_batch_ref (self);

  Wanted wanted = { .form = WANTED_SELECTED,
                    .selected = (const guint16 *)(gconstpointer)self->selection->bytes,
                    .n = self->length,
                    .allocator = allocator };
  return take_batch (self, &wanted, error);
}
