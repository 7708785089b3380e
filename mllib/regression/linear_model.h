/* linear_model.h - weighted sums of features, as models compute them over columns.
 *
 *   margins[row × sets + k] = coefficients_k · features + intercept_k
 *
 * A call's numbers are read once a task:
 *
 *   ml_linear_prediction (features, coefficients, intercept)        one double
 *   ml_logistic_raw (features, coefficients, intercepts)            mllib/classification
 *
 * Mirrors:  predict () of org.apache.spark.ml.regression.LinearRegressionModel.
 */
#pragma once

#include "mllib/linalg/model_function.h"
#include "mllib/linalg/vector_column.h"

typedef struct
{
  guint n_features;
  guint n_sets;
  double *coefficients; /* [n_sets × n_features], a row a set */
  double *intercepts;   /* [n_sets] */
} RushLinearModel;

/* From arguments 1 and 2 of @call: arrays of doubles (or one double).  Kept with the call for the
 * life of @ctx. (transfer none) */
const RushLinearModel *rush_linear_model_of_call (const RushExpr *call, RushColumn *const *args,
                                                  RushEvalContext *ctx, GError **error);
/* Margins of all rows that count: doubles [rows->length × n_sets], rows that do not count hold
 * anything.  FAILED_EXECUTE_UDF for null and for a vector of another size, in the name of the class
 * @name.  (transfer full) */
RushBuffer *rush_linear_model_margins (const RushLinearModel *self, const RushExpr *call,
                                       const char *name, RushColumn *features, const RushRows *rows,
                                       RushEvalContext *ctx, GError **error);

extern const RushFunction rush_functions_linear[]; /* ends with an entry without a name */
