/* hadoop_splits.h - how files are cut into partitions.
 *
 * Mirrors: org.apache.hadoop.mapred.FileInputFormat.getSplits, as HadoopRDD calls it.
 */
#pragma once

#include "rdd/source/byte_source.h"
#include "rdd/source/input_files.h"

typedef struct
{
  const char *path; /* (unowned) of the file */
  gint64 start;     /* bytes */
  gint64 length;    /* bytes; at least 1 */
  RushPacking packing;
} RushFileSplit;

/* The splits (RushFileSplit) of @files (RushInputFile), which must outlive them: file by file, and
 * at least @min_partitions if the bytes suffice.  UNSUPPORTED: a packing that cannot be read. */
/* Appends the splits of one file that is not packed: each of @split_size bytes, the last of up to
 * 1.1 of that; none if it is empty. */
void rush_hadoop_cut_file (GArray *splits, const RushInputFile *file, gint64 split_size);
GArray *rush_hadoop_splits (const GPtrArray *files, guint min_partitions, GError **error);
