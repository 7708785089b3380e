/* save_as_text_file.h - one part file a partition, through a temporary folder and a commit.
 *
 *   <path>/_temporary/0/_temporary/attempt_…/part-00000      while a task writes
 *   <path>/_temporary/0/task_…/part-00000                    when it has committed
 *   <path>/part-00000 … , <path>/_SUCCESS                    when the job has
 *
 * An existing @path is refused (EXISTS, Spark's FileAlreadyExistsException sentence), before the
 * job, unless spark.hadoop.validateOutputSpecs is false: then part files of the same names are
 * replaced.  A job that fails or is cancelled leaves nothing: the folder and the folders above it
 * that it made are gone again.
 *
 * Hadoop's local file system also writes checksums (.part-00000.crc, ._SUCCESS.crc), which it looks
 * at when it reads.  We neither write nor read them; the kernel's file systems have their own.
 * Spark's bytes written count them, 4 a 512 bytes; ours are those of the lines.
 *
 * Mirrors: RDD.saveAsTextFile, SparkHadoopWriter, Hadoop's FileOutputCommitter (algorithm 1).
 */
#pragma once

#include "rdd/action/save_parts.h"

/* @lines: an RDD with one string column; a null is refused (INVALID_ARGUMENT).  @path: a folder,
 * plain or file:/…; a name, never a pattern.  @options->short_form names the job: PySpark's is
 * "runJob at SparkHadoopWriter.scala:85".  IO: a file cannot be written, with its path. */
gboolean rush_rdd_save_as_text_file (RushContext *context, RushRdd *lines, const char *path,
                                     const RushJobOptions *options, GError **error);
/* As it, packed (files end with .gz and the like), under other names than part-…: NULL
 * or immortal. */
gboolean rush_rdd_save_as_packed_text_file (RushContext *context, RushRdd *lines, const char *path,
                                            RushPacking packing, const char *prefix,
                                            const RushJobOptions *options, GError **error);

/* What its tasks do: RushPartFormat's write. */
gboolean rush_write_text (RushPartWriter *writer, RushIterator *rows, gpointer data,
                          GError **error);
