/* cast_private.h - the files of CAST, to each other. */
#pragma once

#include "sql/kernels/cast_column.h"

typedef enum
{
  RUSH_CAST_OK,
  RUSH_CAST_NULL,      /* not an error in any mode */
  RUSH_CAST_MALFORMED, /* CAST_INVALID_INPUT */
  RUSH_CAST_OVERFLOW,  /* CAST_OVERFLOW, or NUMERIC_VALUE_OUT_OF_RANGE */
  RUSH_CAST_FAILED,    /* @error is set */
} RushCastStatus;

/* Numbers of fixed width to such (no decimals): TRUE if it is one of those.  What does not fit has
 * its bit set in *out_misfits, which is NULL if all do (then in ANSI and TRY mode alone). */
gboolean rush_cast_numbers (const RushType *from, const RushType *to, gconstpointer in, guint n,
                            RushEvalMode mode, gpointer out, gboolean *out_misfit);
/* Does the value at @i survive the cast? */
gboolean rush_cast_number_fits (const RushType *from, const RushType *to, gconstpointer in,
                                guint i);

/* One value by the long way; writes it at @row of @values. */
typedef struct
{
  const RushExpr *expr;
  const RushType *from, *to;
  RushColumn *column;
  RushEvalContext *ctx;
  const struct _RushTimeZone *zone;
} RushCastRow;
RushCastStatus rush_cast_row (const RushCastRow *self, guint row, guint8 *values, GError **error);

/* The error of a row that failed. */
void rush_cast_set_failure (const RushCastRow *self, guint row, RushCastStatus status,
                            GError **error);

RushColumn *rush_cast_to_text (const RushCastRow *self, const RushRows *rows, GError **error);
RushColumn *rush_cast_nested (const RushCastRow *self, const RushRows *rows, GError **error);
