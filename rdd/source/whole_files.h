/* whole_files.h - each file is one row: its path and all that is in it.
 *
 * Mirrors: SparkContext.{wholeTextFiles,binaryFiles}, org.apache.spark.rdd.{WholeTextFileRDD,
 *          BinaryFileRDD}.
 */
#pragma once

#include "core/lineage/rdd.h"

/* (path: string, content: string), packed files unpacked; several files a partition, at least
 * @min_partitions of them if the bytes suffice.  @path is as in input_files.h, but folders in a
 * folder are passed over.  A file of over 2 GiB fails its task (INVALID_ARGUMENT). */
RushRdd *rush_rdd_whole_text_files (RushLineage *lineage, const char *path, guint min_partitions);

/* What decides how many files go into a partition of rush_rdd_binary_files (). */
typedef struct
{
  gint64 max_partition_bytes; /* spark.files.maxPartitionBytes */
  gint64 open_cost_bytes;     /* spark.files.openCostInBytes: what a file costs besides its bytes */
  guint parallelism;          /* the default, or the partitions that were asked for, if more */
} RushBinaryFilesRule;

/* (path: string, content: binary), as the files are. */
RushRdd *rush_rdd_binary_files (RushLineage *lineage, const char *path,
                                const RushBinaryFilesRule *rule);
