/* text_file.h - lines of text files, split by bytes as Hadoop splits them.
 *
 * @path: a file, a folder, a glob (* ? [a-c] {a,b}), or several of these with commas between them;
 *        plain or file://.  Names that begin with _ or . are passed over; .gz is one split.
 * Rows:  (line: string), without line ends (LF, CRLF, CR); bytes are not checked for UTF-8.
 * Makes: HadoopRDD and on it MapPartitionsRDD, as Spark does; the second is returned.
 * Errors: paths are looked at when partitions are first asked for: NOT_FOUND "Input path does not
 *        exist: file:/…".
 *
 * Mirrors: SparkContext.textFile, Hadoop's FileInputFormat, LineRecordReader and LineReader.
 */
#pragma once

#include "core/lineage/rdd.h"

RushRdd *rush_rdd_text_file (RushLineage *lineage, const char *path, guint min_partitions);

/* (position: bigint, line: string), where each line begins in its file (of a packed one: in what is
 * unpacked).  One RDD, HadoopRDD or NewHadoopRDD, as hadoopFile makes of TextInputFormat. */
RushRdd *rush_rdd_text_file_positions (RushLineage *lineage, const char *path, guint min_partitions,
                                       gboolean new_api);

/* (line: string) */
RushSchema *rush_text_schema (void); /* (transfer none) */
