/* logistic_functions.h - what a model of classes adds to rows, as functions over columns.
 *
 *   ml_logistic_raw (features, coefficients, intercepts)     margins, one a class
 *   ml_logistic_probability (raw, multinomial)               raw → probabilities
 *   ml_class_above (vector, threshold)                       1 if the value of class 1 is above
 *   ml_class_largest (vector)                                the class with the largest value
 *   ml_class_scaled (probability, thresholds)                … with the largest value / threshold
 *
 * A binomial model has one set of coefficients and two margins, −m and m.
 *
 * Mirrors:  org.apache.spark.ml.classification.{LogisticRegressionModel,
 *           ProbabilisticClassificationModel}.
 */
#pragma once

#include "mllib/regression/linear_model.h"

extern const RushFunction rush_functions_logistic[]; /* ends with an entry without a name */
