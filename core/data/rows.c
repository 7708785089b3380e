/* rows.c - from layout and selection to positions; see rows_private.h. */
#include "core/data/rows_private.h"

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
