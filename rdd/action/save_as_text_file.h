/* save_as_text_file.h - one part file a partition, through a temporary folder and a commit.
 *
 *   <path>/_temporary/0/_temporary/attempt_…/part-00000      while a task writes
 *   <path>/_temporary/0/task_…/part-00000                    when it has committed
 *   <path>/part-00000 … , <path>/_SUCCESS                    when the job has
 *
 * An existing @path is refused (EXISTS, Spark's FileAlreadyExistsException sentence), before the
 * job, unless spark.hadoop.validateOutputSpecs is false.  A job that fails leaves no folder that
 * looks finished: what it wrote is removed.
 *
 * Mirrors: RDD.saveAsTextFile, SparkHadoopWriter, Hadoop's FileOutputCommitter (algorithm 1).
 */
#pragma once

#include "rdd/context.h"

/* @lines: an RDD with one string column. */
gboolean rush_rdd_save_as_text_file (RushContext *context, RushRdd *lines, const char *path,
                                     const RushJobOptions *options, GError **error);
