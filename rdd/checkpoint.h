/* checkpoint.h - cutting a lineage off: its partitions are written down, and what they were
 * computed from is forgotten.
 *
 *   rush_context_set_checkpoint_dir (context, "/data/checkpoints", &error);
 *   rush_rdd_checkpoint (context, rdd, &error);         a mark
 *   rush_rdd_count (context, rdd, &error);              a job, and then the job that writes
 *
 * A reliable checkpoint stands in files, part-00000 … in <dir>/<uuid>/rdd-<id>, and outlives
 * executors and the application.  A local one are the RDD's own blocks: fast, and lost with them.
 *
 * Mirrors: checkpoint, localCheckpoint, doCheckpoint of org.apache.spark.rdd.RDD;
 *          ReliableRDDCheckpointData, LocalRDDCheckpointData.
 */
#pragma once

#include "core/lineage/persistence.h"
#include "rdd/context.h"

/* Makes a folder of its own in @path; NULL: there is none any more. */
gboolean rush_context_set_checkpoint_dir (RushContext *context, const char *path, GError **error);
char *rush_context_dup_checkpoint_dir (RushContext *context); /* (transfer full) or NULL */

/* To be written after the next job that computes @rdd; that computes it once more, unless it is
 * persisted.  INVALID_ARGUMENT: there is no checkpoint dir. */
gboolean rush_rdd_checkpoint (RushContext *context, RushRdd *rdd, GError **error);
/* What each job does when it has ended well: makes the checkpoints that @rdd has a mark for, or
 * those above it.  Who cannot wait for a job makes @rdd's so. */
gboolean rush_context_make_checkpoints (RushContext *context, RushRdd *rdd,
                                        const RushJobOptions *options, GError **error);
/* The folder, once it has been written. (transfer full) or NULL */
char *rush_rdd_dup_checkpoint_path (RushRdd *rdd);
