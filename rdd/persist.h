/* persist.h - persisted RDDs of an application: taking them out again, and looking at what is kept.
 *
 *   rush_rdd_persist (rdd, &RUSH_STORAGE_MEMORY_AND_DISK, &error);     core/lineage/persistence.h
 *   … jobs compute its partitions once, and then read them …
 *   rush_rdd_unpersist (context, rdd, TRUE);
 *
 * Mirrors: unpersist of org.apache.spark.rdd.RDD; getRDDStorageInfo of SparkContext.
 */
#pragma once

#include "core/lineage/persistence.h"
#include "core/storage/block_manager_master.h"
#include "rdd/context.h"

/* From now on @rdd is computed again by each job.  @blocking: its blocks are gone when this
 * returns; else soon. */
void rush_rdd_unpersist (RushContext *context, RushRdd *rdd, gboolean blocking);
/* GArray of RushKeptRdd, by number: those of which something is kept. (transfer full) */
GArray *rush_context_kept_rdds (RushContext *context);
