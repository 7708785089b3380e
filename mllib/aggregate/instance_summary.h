/* instance_summary.h - means, standard deviations and label counts of all instances, in one pass.
 *
 * Weighted, and unbiased for weights that say how reliable a row is:
 *
 *   variance = Σ w (x − mean)² / (Σ w − Σ w² / Σ w)
 *
 * Mirrors:  org.apache.spark.ml.stat.Summarizer.{getRegressionSummarizers,
 *           getClassificationSummarizers}, SummarizerBuffer, MultiClassSummarizer.
 */
#pragma once

#include "mllib/aggregate/tree_aggregate.h"

typedef struct
{
  guint n_features;
  double count;
  double weight_sum;
  double *mean; /* [n_features] */
  double *std;  /* [n_features] */
  double label_mean;
  double label_std;
  guint n_classes;   /* of a classification: the largest label + 1 */
  double *histogram; /* [n_classes]: the weight of each class; NULL: not asked for */
} RushInstanceSummary;

/* Runs a job.  Labels are counted if instances->columns.checks has RUSH_CHECK_CLASSES.  No
 * instances at all, or all of weight 0, are an error. */
gboolean rush_instance_summary_init (RushInstanceSummary *self, const RushInstances *instances,
                                     guint depth, GError **error);
void rush_instance_summary_clear (RushInstanceSummary *self);
