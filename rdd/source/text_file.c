/* text_file.c - the two RDDs that textFile makes.
 *
 *     HadoopRDD[0]          splits of files (hadoop_rdd.c); computes one by reading lines
 *       │
 *     MapPartitionsRDD[1]   in Spark the step from (position, Text) to a string; here its parent's
 *                           batches, since lines are what the format makes already
 *
 * Both carry the path as their name, as in Spark.  Where a split's lines begin and end is told in
 * line_reader.c, where splits come from in hadoop_splits.c, what a path means in input_files.c.
 *
 * Mirrors: org.apache.hadoop.mapred.TextInputFormat.
 */
#include "rdd/source/text_file.h"

#include "rdd/call_site.h"
#include "rdd/source/hadoop_rdd.h"
#include "rdd/source/line_reader.h"

typedef struct
{
  RushIterator base;
  RushLineReader *reader;
} LineIterator;

static RushSchema *text_schema;
static pthread_once_t text_schema_once = PTHREAD_ONCE_INIT;

/* ---- lines of a split ---- */

static RushBatch *
line_iterator_next (RushIterator *self, GError **error)
{
  return rush_line_reader_next (((LineIterator *)self)->reader, error);
}

static void
line_iterator_close (RushIterator *self)
{
  rush_line_reader_close (((LineIterator *)self)->reader);
  g_free (self);
}

static const RushIteratorClass line_iterator_class = { line_iterator_next, line_iterator_close };

static RushIterator *
read_lines (const RushFileSplit *split, RushSchema *schema, gconstpointer options,
            RushTaskContext *ctx, GError **error)
{
  RushLineReader *reader = rush_line_reader_open (split, schema, ctx, error);
  LineIterator *lines;

  if (reader == NULL)
    return NULL;
  lines = g_new (LineIterator, 1);
  lines->base.klass = &line_iterator_class;
  lines->reader = reader;
  return &lines->base;
}

static GArray *
text_splits (const GPtrArray *files, guint min_partitions, gconstpointer options, GError **error)
{
  return rush_hadoop_splits (files, min_partitions, error);
}

static const RushInputFormat text_format = { text_splits, read_lines };

/* ---- construction ---- */

static void
make_text_schema (void)
{
  text_schema = rush_schema_of ("line", &RUSH_STRING, NULL);
}

RushSchema *
rush_text_schema (void)
{
  pthread_once (&text_schema_once, make_text_schema);
  return text_schema;
}

RushRdd *
rush_rdd_text_file (RushLineage *lineage, const char *path, guint min_partitions)
{
  RUSH_OPERATOR ("textFile");
  g_autoptr (RushRdd) hadoop = NULL;
  RushRdd *self;

  g_return_val_if_fail (path != NULL, NULL);
  hadoop = rush_hadoop_rdd_new (lineage, &(RushHadoopSource){ .format = &text_format,
                                                              .schema = rush_text_schema (),
                                                              .path = path,
                                                              .min_partitions = min_partitions });
  self = rush_hadoop_rdd_map (hadoop);
  rush_rdd_set_name (self, path);
  return self;
}

RushRdd *
rush_rdd_text_file_positions (RushLineage *lineage, const char *path, guint min_partitions,
                              gboolean new_api)
{
  RUSH_OPERATOR ("hadoopFile");
  g_autoptr (RushSchema) schema =
      rush_schema_of ("position", &RUSH_INT64, "line", &RUSH_STRING, NULL);

  g_return_val_if_fail (path != NULL, NULL);
  return rush_hadoop_rdd_new (lineage, &(RushHadoopSource){ .format = &text_format,
                                                            .schema = schema,
                                                            .path = path,
                                                            .min_partitions = min_partitions,
                                                            .new_api = new_api });
}
