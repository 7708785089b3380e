/* binary_records.h - files of records that are all equally long, without anything between them.
 *
 * Mirrors: SparkContext.binaryRecords, org.apache.spark.input.FixedLengthBinaryInputFormat.
 */
#pragma once

#include "core/lineage/rdd.h"

/* (record: binary).  A file that does not end with a record fails its last task (CORRUPT, with file
 * and offset). */
RushRdd *rush_rdd_binary_records (RushLineage *lineage, const char *path, guint record_bytes);
