/* arithmetic_private.h - what the files of arithmetic share. */
#pragma once

#include "sql/kernels/columns.h"
#include "sql/types/decimal.h"

RushColumn *rush_decimal_arithmetic (const RushExpr *expr, RushDecimalOp op, RushColumn *a,
                                     RushColumn *b, const RushRows *rows, RushEvalContext *ctx,
                                     GError **error);

/* DIVIDE_BY_ZERO or REMAINDER_BY_ZERO. */
void rush_arithmetic_set_zero (const RushExpr *expr, GError **error);
/* For rows whose divisor is 0: an error, or a null in @writer. */
gboolean rush_arithmetic_mend_zeros (const RushExpr *expr, const RushColumn *a, const RushVector *b,
                                     gsize value_bytes, const RushRows *rows,
                                     RushColumnWriter *writer, GError **error);
