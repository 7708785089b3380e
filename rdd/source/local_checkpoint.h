/* local_checkpoint.h - the end of a lineage whose partitions are kept blocks and nothing else.
 *
 * An RDD with a local checkpoint finds its own blocks before it asks what it is computed from; if
 * it asks this one, a block is lost.
 *
 * Mirrors: org.apache.spark.rdd.LocalCheckpointRDD.
 */
#pragma once

#include "core/lineage/rdd.h"

RushRdd *rush_local_checkpoint_new (RushRdd *original, guint n_partitions);
