/* training_blocks.h - instances as an iterative fit reads them, again and again: features divided
 * by their deviations, and kept by the executors.
 *
 * The first pass makes them, later ones read them (a batch is a record of input, as Spark counts
 * its blocks).  Zeros stay zeros, so sparse vectors stay sparse: means are not subtracted here but
 * in the functions that read.
 *
 * Mirrors: "training blocks" of org.apache.spark.ml.classification.LogisticRegression;
 *          InstanceBlock.blokifyWithMaxMemUsage (a block is a batch here).
 */
#pragma once

#include "mllib/aggregate/instance_summary.h"

/* @out: the blocks, for passes; to be cleared, which also lets go of what is kept. */
gboolean rush_training_blocks_init (RushInstances *out, const RushInstances *instances,
                                    const RushInstanceSummary *summary, GError **error);
void rush_training_blocks_clear (RushInstances *self);
