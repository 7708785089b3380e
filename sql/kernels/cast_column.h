/* cast_column.h - CAST over columns: numbers in typed loops, the rest a value at a time.
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.Cast.
 */
#pragma once

#include "sql/kernels/columns.h"

/* @cast is a CAST: its type, mode, zone and place count.  Nulls stay null. */
RushColumn *rush_cast_column (const RushExpr *cast, RushColumn *column, const RushRows *rows,
                              RushEvalContext *ctx, GError **error);
