/* rows.c - from layout and selection to positions; see rows_private.h. */
#include "core/data/rows_private.h"

#include <string.h>

static const guint8 no_bit = 0;

static void
resolve_rows (const RushColumn *column, const guint16 *selection, guint n, guint32 *scratch,
              RushRows *out)
{
  *out = (RushRows){ .start = column->offset, .n = n };
  if (selection == NULL)
    return;
  for (guint i = 0; i < n; i++)
    scratch[i] = column->offset + selection[i];
  out->positions = scratch;
}

void
rush_rows_resolve (const RushColumn *column, const guint16 *selection, guint n,
                   RushRowsScratch *scratch, RushResolved *out)
{
  *out = (RushResolved){ .holder = column };

  switch (column->layout)
    {
    case RUSH_LAYOUT_PLAIN:
      resolve_rows (column, selection, n, scratch->rows, &out->rows);
      out->values = out->rows;
      break;
    case RUSH_LAYOUT_DICTIONARY:
      {
        const gint32 *indices = (const gint32 *)column->values->bytes;
        guint32 base = column->dictionary->offset;
        resolve_rows (column, selection, n, scratch->rows, &out->rows);
        for (guint i = 0; i < n; i++)
          scratch->values[i] = base + (guint32)indices[rush_rows_at (&out->rows, i)];
        out->values = (RushRows){ .positions = scratch->values, .n = n };
        out->holder = column->dictionary;
        break;
      }
    case RUSH_LAYOUT_CONSTANT:
      for (guint i = 0; i < n; i++)
        scratch->values[i] = column->offset;
      out->values = (RushRows){ .positions = scratch->values, .n = n };
      /* It has one validity for all rows: position 0 of a bitmap of one cleared bit. */
      memset (scratch->rows, 0, n * sizeof scratch->rows[0]);
      out->rows = (RushRows){ .positions = scratch->rows, .n = n };
      break;
    }
  if (column->null_count > 0)
    out->validity = column->layout == RUSH_LAYOUT_CONSTANT ? &no_bit : column->validity->bytes;
}

/* Positions of @rows in the column's own buffers; @heap has room for them, if they are no run. */
static RushRows
shift_rows (const RushRows *rows, guint32 offset, guint32 *heap)
{
  if (rows->positions == NULL)
    return (RushRows){ .start = rows->start + offset, .n = rows->n };
  if (offset == 0)
    return *rows;
  for (guint i = 0; i < rows->n; i++)
    heap[i] = rows->positions[i] + offset;
  return (RushRows){ .positions = heap, .n = rows->n };
}

void
rush_rows_resolve_any (const RushColumn *column, const RushRows *rows, RushResolved *out,
                       guint32 **out_heap)
{
  gboolean plain = column->layout == RUSH_LAYOUT_PLAIN;
  gboolean in_place = rows->positions == NULL || column->offset == 0;
  guint32 *heap = plain && in_place ? NULL : g_new (guint32, 2 * (gsize)rows->n + 1);

  *out = (RushResolved){ .holder = column };
  *out_heap = heap;
  if (column->layout == RUSH_LAYOUT_CONSTANT)
    {
      g_assert (heap != NULL);
      for (guint i = 0; i < rows->n; i++)
        heap[i] = column->offset;
      out->values = (RushRows){ .positions = heap, .n = rows->n };
      out->rows = (RushRows){ .positions = memset (heap + rows->n, 0, rows->n * sizeof *heap),
                              .n = rows->n };
      out->validity = column->null_count > 0 ? &no_bit : NULL;
      return;
    }
  out->rows = out->values = shift_rows (rows, column->offset, heap);
  if (column->layout == RUSH_LAYOUT_DICTIONARY)
    {
      const gint32 *indices = (const gint32 *)(gconstpointer)column->values->bytes;
      g_assert (heap != NULL);
      for (guint i = 0; i < rows->n; i++)
        heap[rows->n + i] =
            column->dictionary->offset + (guint32)indices[rush_rows_at (&out->rows, i)];
      out->values = (RushRows){ .positions = heap + rows->n, .n = rows->n };
      out->holder = column->dictionary;
    }
  if (column->null_count > 0)
    out->validity = column->validity->bytes;
}

void
rush_rows_resolve_column (const RushColumn *column, const guint16 *selection, guint n,
                          RushRowsScratch *scratch, RushResolved *out, guint32 **out_heap)
{
  RushRows run = { .n = n };

  *out_heap = NULL;
  if (n <= RUSH_BATCH_MAX_ROWS)
    rush_rows_resolve (column, selection, n, scratch, out);
  else
    {
      g_assert (selection == NULL);
      rush_rows_resolve_any (column, &run, out, out_heap);
    }
}
