/* arithmetic.h - + − * / div % of columns, and what Spark says when a result has no place.
 *
 * A node's mode decides: ANSI is an error (for rows that count and are valid), LEGACY wraps around
 * (and division by zero is null), TRY is null.
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.Add, Subtract, Multiply, Divide,
 *           IntegralDivide, Remainder, Pmod, UnaryMinus, Abs.
 */
#pragma once

#include "sql/kernels/columns.h"

/* @expr: ADD … REMAINDER; for its mode, type and place.  Columns of one numeric type (decimals:
 * two, the result's is @expr's). */
RushColumn *rush_arithmetic (const RushExpr *expr, RushColumn *a, RushColumn *b,
                             const RushRows *rows, RushEvalContext *ctx, GError **error);
RushColumn *rush_arithmetic_pmod (const RushExpr *expr, RushColumn *a, RushColumn *b,
                                  const RushRows *rows, RushEvalContext *ctx, GError **error);
/* −x, and |x|. */
RushColumn *rush_arithmetic_negate (const RushExpr *expr, RushColumn *a, const RushRows *rows,
                                    RushEvalContext *ctx, GError **error);
RushColumn *rush_arithmetic_abs (const RushExpr *expr, RushColumn *a, const RushRows *rows,
                                 RushEvalContext *ctx, GError **error);

/* Errors that others raise, too. */
void rush_arithmetic_set_overflow (GError **error, const char *message, const char *try_function,
                                   const RushSqlContext *context);

/* A tree of + − * over decimals, evaluated as one: see decimal_tree.c. */
gboolean rush_decimal_tree_is (const RushExpr *expr);
RushColumn *rush_decimal_tree (const RushExpr *expr, const RushBatch *batch, const RushRows *rows,
                               RushEvalContext *ctx, GError **error);
