/* partitionwise_sampled.h - some rows of an RDD: each stays with the same probability.
 *
 * Mirrors: RDD.sample (withReplacement = false), org.apache.spark.rdd.PartitionwiseSampledRDD,
 *          util.random.{BernoulliSampler,GapSampling}.
 */
#pragma once

#include "core/lineage/rdd.h"

/* A seed gives the rows that it gives in Spark, if the partitions are alike. */
RushRdd *rush_rdd_sample (RushRdd *parent, double fraction, gint64 seed);
