/* interval_arithmetic.h - + − * / where dates, timestamps and intervals take part.
 *
 *   date ± interval          timestamp ± interval        date − date, timestamp − timestamp
 *   interval ± interval      interval * number           interval / number
 *
 * Mirrors:  DateAddYMInterval, TimestampAddYMInterval, TimestampAddInterval, SubtractDates,
 *           SubtractTimestamps, MultiplyYMInterval, DivideDTInterval.
 */
#pragma once

#include "sql/kernels/columns.h"

gboolean rush_interval_arithmetic_is (const RushExpr *expr);
RushColumn *rush_interval_arithmetic (const RushExpr *expr, RushColumn *a, RushColumn *b,
                                      const RushRows *rows, RushEvalContext *ctx, GError **error);
