/* hadoop_rdd.h - files, cut into splits and read by a format.
 *
 * A format says how files are cut and what is in a split, as an InputFormat of Hadoop's does; which
 * files there are, when that is looked up and what the RDD is called is the same for all.
 *
 * Mirrors: org.apache.spark.rdd.{HadoopRDD,NewHadoopRDD}, org.apache.hadoop.mapred.InputFormat.
 */
#pragma once

#include "core/lineage/rdd.h"
#include "rdd/source/hadoop_splits.h"

typedef struct
{
  /* The splits (RushFileSplit) of @files, which outlive them. */
  GArray *(*splits) (const GPtrArray *files, guint min_partitions, gconstpointer options,
                     GError **error);
  RushIterator *(*read) (const RushFileSplit *split, RushSchema *schema, gconstpointer options,
                         RushTaskContext *ctx, GError **error);
} RushInputFormat;

typedef struct
{
  const RushInputFormat *format; /* immortal */
  RushSchema *schema;            /* of what it reads; referenced */
  const char *path;              /* as the program gave it: input_files.h; also the RDD's name */
  guint min_partitions;
  gboolean new_api; /* NewHadoopRDD */
  gpointer options; /* the format's own (owned) */
  GDestroyNotify free_options;
} RushHadoopSource;

RushRdd *rush_hadoop_rdd_new (RushLineage *lineage, const RushHadoopSource *source);
/* The RDD that Spark puts behind it to make its own objects of Hadoop's: here the same rows. */
RushRdd *rush_hadoop_rdd_map (RushRdd *hadoop);
