/* summarizer.h - statistics of all features of a column of vectors, for rush_functions_add ().
 *
 *   aggregate_metrics (vector, weight, 'mean,count')     struct<mean:vector,count:bigint>
 *
 * Metrics: mean, sum, variance, std, count, numNonZeros, max, min, normL1, normL2.
 *
 * Mirrors:  org.apache.spark.ml.stat.{Summarizer,SummarizerBuffer}.
 */
#pragma once

#include "sql/functions/function.h"

extern const RushFunction rush_functions_summarizer[];
