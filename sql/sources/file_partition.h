/* file_partition.h - which pieces of which files a task reads.
 *
 * Mirrors: org.apache.spark.sql.execution.datasources.FilePartition.
 */
#pragma once

#include "sql/sources/source.h"

typedef struct
{
  guint n;
  RushPartitionedFile *files; /* (owned); paths are the index's */
} RushFilePartition;

/* How large a task's share should be at most. */
gint64 rush_max_split_bytes (const GPtrArray *files, guint default_parallelism,
                             const RushEvalSettings *settings);
/* Tasks (RushFilePartition) that together read @files (RushPartitionedFile), whose paths must
 * outlive them. */
GArray *rush_file_partitions (const GPtrArray *files, const RushFileFormat *format,
                              const RushOptions *options, guint default_parallelism,
                              const RushEvalSettings *settings);
