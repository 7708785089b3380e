/* model_function.h - the functions of columns that models make calls of.
 *
 *   ml_linear_prediction (features, [0.5, −1.0], 2.0)      shown as UDF(features)
 *                         a column   constants: the model
 *
 * They are internal: Python's models call them, and plans show them as what they are in Spark.  A
 * model's numbers are literals of the call; they are read from the call itself, as a batch without
 * rows has columns without a first value.
 */
#pragma once

#include "core/data/column.h"
#include "sql/functions/function.h"

/* The one value of argument @i, a literal: a column of one row. (transfer none) */
const RushColumn *rush_model_constant (const RushExpr *call, RushColumn *const *args, guint i);
/* The doubles in it: an array of doubles or ints, or the bytes of an array of doubles; NULL: it is
 * null. (transfer full, g_free ()) */
double *rush_model_doubles (const RushExpr *call, RushColumn *const *args, guint i, guint *out_n);
/* "UDF(features)": how calls are shown, without the model's numbers. */
char *rush_model_to_sql (const RushExpr *call, char *const *args);

#define RUSH_MODEL_FUNCTION_SHOWN(NAME, N_ARGS, EVALUATE, TO_SQL, ...)                             \
  { .name = NAME,                                                                                  \
    .kind = RUSH_FUNCTION_SCALAR,                                                                  \
    .min_args = N_ARGS,                                                                            \
    .max_args = N_ARGS,                                                                            \
    .args = { RUSH_ARG_ANY },                                                                      \
    .evaluate = EVALUATE,                                                                          \
    .internal = TRUE,                                                                              \
    .to_sql = TO_SQL,                                                                              \
    __VA_ARGS__ }
#define RUSH_MODEL_FUNCTION(NAME, N_ARGS, EVALUATE, ...)                                           \
  RUSH_MODEL_FUNCTION_SHOWN (NAME, N_ARGS, EVALUATE, rush_model_to_sql, __VA_ARGS__)
