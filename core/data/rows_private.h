/* rows_private.h - where the values of the rows that count stand, whatever the layout.
 *
 * Selection, slice offset, dictionary and constant are all the same thing to a loop over values: a
 * list of positions.  Resolving them once per column leaves each typed loop with two forms only,
 *
 *   positions == NULL    values[start], values[start + 1], …      (a run: memcpy will do)
 *   else                 values[positions[0]], values[positions[1]], …
 *
 * and the eight combinations of layout and selection are written in one place.
 */
#pragma once

#include "core/data/batch.h"

typedef struct
{
  const guint32 *positions; /* [n], or NULL: a run */
  gsize start;              /* of the run */
  guint n;
} RushRows;

/* Room for what is not a run.  On the stack of whoever loops: 64 KiB, free of allocation. */
typedef struct
{
  guint32 rows[RUSH_BATCH_MAX_ROWS];
  guint32 values[RUSH_BATCH_MAX_ROWS];
} RushRowsScratch;

typedef struct
{
  const RushColumn *holder; /* whose values and data are to be read: the column or its dictionary */
  RushRows values;          /* positions in the holder's values */
  RushRows rows;            /* positions in the column's own validity (and indices) */
  const guint8 *validity;   /* NULL: no row is null */
} RushResolved;

/* Resolves rows selection[0…n) (or 0…n) of @column; n is at most RUSH_BATCH_MAX_ROWS unless the
 * column is PLAIN and @selection NULL. */
void rush_rows_resolve (const RushColumn *column, const guint16 *selection, guint n,
                        RushRowsScratch *scratch, RushResolved *out);

/* The same for any number of rows, @rows themselves being positions or a run of them.  *@out_heap
 * is what to g_free () when @out has been used; NULL if nothing had to be made. */
void rush_rows_resolve_any (const RushColumn *column, const RushRows *rows, RushResolved *out,
                            guint32 **out_heap);

/* Rows selection[0…n) of @column, or, if that is NULL, rows 0…n however many.  *@out_heap as above;
 * @scratch is used instead where it is large enough. */
void rush_rows_resolve_column (const RushColumn *column, const guint16 *selection, guint n,
                               RushRowsScratch *scratch, RushResolved *out, guint32 **out_heap);

static inline gsize
rush_rows_at (const RushRows *self, guint i)
{
  return self->positions != NULL ? self->positions[i] : self->start + i;
}

static inline gboolean
rush_resolved_is_valid (const RushResolved *self, guint i)
{
  return self->validity == NULL || rush_bit_get (self->validity, rush_rows_at (&self->rows, i));
}

static inline const guint16 *
rush_batch_selection (const RushBatch *batch)
{
  return batch->selection != NULL ? (const guint16 *)batch->selection->bytes : NULL;
}
