/* binary_curve.h - from scores to curves: what every threshold would get right and wrong.
 *
 *   score      0.9   0.7   0.7   0.4   0.1        the threshold falls from left to right; at each
 *   label       1     1     0     1     0         distinct score more rows count as positive
 *   true  +     1     2     2     3     3
 *   false +     0     1     1     1     2
 *
 *   ROC   (false + / negatives, true + / positives)      from (0, 0) to (1, 1)
 *   PR    (recall, precision)                            its first point is (0, first precision)
 *
 * Source:  J. Davis, M. Goadrich: The relationship between precision-recall and ROC curves (2006).
 * Mirrors: org.apache.spark.mllib.evaluation.BinaryClassificationMetrics.
 */
#pragma once

#include "core/data/batch.h"

/* One threshold, with the weights of what it counts as positive. */
typedef struct
{
  double threshold;
  double true_positives;
  double false_positives;
} RushCurvePoint;

typedef struct
{
  double positives;
  double negatives;
  GArray *points; /* RushCurvePoint, thresholds falling */
} RushBinaryCurve;

/* @batches: (score, weight of positives, weight of negatives), one row a score, scores falling.
 * @n_bins: how many points at most, about; 0: all.  Then neighbours share a point, whose threshold
 * is the mean of theirs. */
void rush_binary_curve_init (RushBinaryCurve *self, GPtrArray *batches, guint n_bins);
void rush_binary_curve_clear (RushBinaryCurve *self);

double rush_binary_curve_area_under_roc (const RushBinaryCurve *self);
double rush_binary_curve_area_under_pr (const RushBinaryCurve *self);
