/* file_scan_rdd.h - the RDD that reads files of a format.
 *
 * Mirrors: org.apache.spark.sql.execution.datasources.FileScanRDD.
 */
#pragma once

#include "core/lineage/rdd.h"
#include "sql/sources/file_index.h"
#include "sql/sources/file_partition.h"

typedef struct
{
  RushLineage *lineage;
  const RushFileFormat *format;
  RushFileIndex *index;          /* referenced */
  GArray *partitions;            /* RushFilePartition; taken over */
  RushSchema *output;            /* of the rows: data and partition columns, in any order */
  RushSchema *data_schema;
  RushExprList *filters;         /* pushed ones, or NULL */
  RushOptions *options;
  const RushEvalSettings *settings;
} RushFileScan;

RushRdd *rush_file_scan_rdd_new (const RushFileScan *scan);
