/* in_list.h - value IN (literal, literal, …), with the list made ready once.
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.In, InSet.
 */
#pragma once

#include "sql/kernels/columns.h"

/* @args[0] is the value; all other children of @expr are literals. */
RushColumn *rush_in_list (const RushExpr *expr, RushColumn *const *args, const RushRows *rows,
                          RushEvalContext *ctx, GError **error);
