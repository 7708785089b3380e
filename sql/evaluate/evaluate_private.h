/* evaluate_private.h - the evaluator's files, to each other. */
#pragma once

#include "sql/evaluate/evaluate.h"

/* What computes a node whose value is null where an argument is. */
typedef RushColumn *(*RushStrictFunc) (const RushExpr *expr, RushColumn *const *args,
                                       const RushRows *rows, RushEvalContext *ctx, GError **error);

/* Calls @func with as little as will do: once for constants, once a value of a dictionary. */
RushColumn *rush_evaluate_strict (const RushExpr *expr, RushColumn *const *args, guint n_args,
                                  RushStrictFunc func, const RushRows *rows, RushEvalContext *ctx,
                                  GError **error);

/* IF, CASE_WHEN, COALESCE, AND, OR */
RushColumn *rush_evaluate_choice (const RushExpr *expr, const RushBatch *batch,
                                  const RushRows *rows, RushEvalContext *ctx, GError **error);
RushColumn *rush_evaluate_coalesce (const RushExpr *expr, const RushBatch *batch,
                                    const RushRows *rows, RushEvalContext *ctx, GError **error);
RushColumn *rush_evaluate_logic (const RushExpr *expr, const RushBatch *batch, const RushRows *rows,
                                 RushEvalContext *ctx, GError **error);

/* FUNCTION */
RushColumn *rush_evaluate_call (const RushExpr *expr, const RushBatch *batch, const RushRows *rows,
                                RushEvalContext *ctx, GError **error);
/* GET_FIELD, GET_ARRAY_FIELD, GET_ITEM on evaluated arguments. */
RushColumn *rush_evaluate_part (const RushExpr *expr, RushColumn *const *args, const RushRows *rows,
                                RushEvalContext *ctx, GError **error);

/* Which comparison it is, if it is one of two columns by value (not <=>). */
gboolean rush_evaluate_compare_op (const RushExpr *expr, RushCompareOp *out);
