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

#define RUSH_HADOOP_BLOCK_BYTES (G_GINT64_CONSTANT (32) << 20) /* fs.local.block.size */

/* Appends the splits of one file: each of @split_size bytes, the last of up to 1.1 of that; none if
 * it is empty.  @packing: NONE, or BZIP2, which can be read from the middle. */
void rush_hadoop_cut_file (GArray *splits, const RushInputFile *file, gint64 split_size,
                           RushPacking packing);
/* The splits (RushFileSplit) of @files (RushInputFile), which must outlive them: file by file, and
 * at least @min_partitions if the bytes suffice.  UNSUPPORTED: a packing that cannot be read. */
GArray *rush_hadoop_splits (const GPtrArray *files, guint min_partitions, GError **error);
