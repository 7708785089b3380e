/* reliable_checkpoint.h - the end of a lineage whose partitions are files.
 *
 *   <path>/part-00000, part-00001 …       frames (core/data/encoding.h), each with its checksum
 *
 * Mirrors: org.apache.spark.rdd.ReliableCheckpointRDD.
 */
#pragma once

#include "core/conf/conf.h"
#include "core/lineage/rdd.h"
#include "core/scheduler/job_waiter.h"

/* The result function of the job that writes, and its data: which goes into what folder. */
gboolean rush_reliable_checkpoint_write (RushIterator *rows, RushTaskContext *ctx, gpointer work,
                                         RushTaskResult *out, GError **error);
gpointer rush_reliable_checkpoint_work (const RushConf *conf, const char *path);
void rush_reliable_checkpoint_work_free (gpointer work);

/* The partitions that the job of @waiter has written to @path. */
RushRdd *rush_reliable_checkpoint_new (RushRdd *original, const char *path, RushJobWaiter *waiter);
const char *rush_reliable_checkpoint_path (const RushRdd *self);
