/* sequence_file.h - SequenceFiles as RDDs: pairs as they are on disk, or what an object file holds.
 *
 * Mirrors: SparkContext.{sequenceFile,objectFile}, org.apache.hadoop.mapred.
 *          SequenceFileInputFormat.
 */
#pragma once

#include "core/lineage/rdd.h"

/* (key: binary, value: binary): each as its Writable class has written it.  @key_class and
 * @value_class are what the files must hold (INVALID_ARGUMENT in the task), or NULL. */
RushRdd *rush_rdd_sequence_file (RushLineage *lineage, const char *path, guint min_partitions,
                                 const char *key_class, const char *value_class, gboolean new_api);

/* What the first file of @path that is not empty holds; NULL for both: there is none.
 * NOT_FOUND, CORRUPT … as when it is read. (transfer full) */
gboolean rush_sequence_file_classes (const char *path, char **out_key_class, char **out_value_class,
                                     GError **error);

/* The byte arrays that rush_rdd_save_as_object_file () has written, or Spark's saveAsObjectFile of
 * an RDD of them: a row each, in the first column of @schema, which is binary; an int column beside
 * it is 0. */
RushRdd *rush_rdd_object_file (RushLineage *lineage, const char *path, guint min_partitions,
                               RushSchema *schema);
