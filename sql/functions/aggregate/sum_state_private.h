/* sum_state_private.h - running sums of groups, for sum () and avg (). */
#pragma once

#include "sql/functions/aggregate/aggregates_private.h"
#include "sql/types/decimal.h"

typedef struct
{
  rush_int128 sum;
  gint64 count;      /* of values that went in */
  gboolean overflow; /* beyond 128 bits, or a part was */
} RushExactSum;

typedef struct
{
  double sum;
  gint64 count;
} RushFloatSum;

/* Integers, decimals, intervals. */
gboolean rush_exact_sum_update (RushAggregateStates *states, const guint32 *groups,
                                RushColumn *values, const RushRows *rows, RushEvalContext *ctx,
                                GError **error);
gboolean rush_exact_sum_update_one (RushAggregateStates *states, guint group, RushColumn *values,
                                    const RushRows *rows, RushEvalContext *ctx, GError **error);
/* Null where no value went in.  What does not fit @type: an error (ANSI), null (TRY, and decimals
 * in LEGACY), or its low bits (integers in LEGACY). */
RushColumn *rush_exact_sum_column (const RushType *type, const RushAggregateStates *states,
                                   guint first, guint n, RushEvalMode mode,
                                   const RushSqlContext *context, RushEvalContext *ctx,
                                   GError **error);
RushColumn *rush_exact_sum_is_empty (const RushAggregateStates *states, guint first, guint n,
                                     RushEvalContext *ctx, GError **error);

/* All numbers but decimals, as doubles, in the order of the rows. */
gboolean rush_float_sum_update (RushAggregateStates *states, const guint32 *groups,
                                RushColumn *values, const RushRows *rows, RushEvalContext *ctx,
                                GError **error);
gboolean rush_float_sum_update_one (RushAggregateStates *states, guint group, RushColumn *values,
                                    const RushRows *rows, RushEvalContext *ctx, GError **error);
RushColumn *rush_float_sum_column (const RushAggregateStates *states, guint first, guint n,
                                   RushEvalContext *ctx, GError **error);
