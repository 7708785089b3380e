/* regression_metrics.h - how far predictions are from labels, in one pass.
 *
 *   y label, p prediction, w weight, ȳ the weighted mean of the labels
 *
 *   absolute errors Σ w |y − p|    squared errors Σ w (y − p)²    explained Σ w (p − ȳ)²
 *
 * Mirrors: org.apache.spark.mllib.evaluation.RegressionMetrics.
 */
#pragma once

#include "mllib/aggregate/tree_aggregate.h"

typedef struct
{
  double count;
  double weight_sum;
  double absolute_errors;
  double squared_errors;
  double squared_labels; /* Σ w y² */
  double label_variance; /* unbiased */
  double explained;      /* Σ w (p − ȳ)² */
  double error_mean;     /* of y − p */
  double error_variance; /* unbiased */
} RushRegressionMetrics;

/* Runs a job over instances whose only feature is the prediction. */
gboolean rush_regression_metrics (RushRegressionMetrics *out, const RushInstances *instances,
                                  GError **error);
