/* combined_splits.h - several files, each of them whole, in one partition.
 *
 * Mirrors: org.apache.hadoop.mapreduce.lib.input.CombineFileInputFormat, on one machine.
 */
#pragma once

#include "rdd/source/input_files.h"

/* Groups of indexes (a GPtrArray of GArray of guint) of @files (RushInputFile).  A group is full
 * when its files have @max_bytes or more; 0: never. */
GPtrArray *rush_combined_splits (const GPtrArray *files, gint64 max_bytes);
