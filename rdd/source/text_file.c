/* text_file.c - the two RDDs that textFile makes.
 *
 *     HadoopRDD[0]          splits of files, found when its partitions are first asked for;
 *       │                   computes one by reading lines
 *     MapPartitionsRDD[1]   in Spark the step from (position, Text) to a string; here its parent's
 *                           batches, since lines are what HadoopRDD makes already
 *
 * Both carry the path as their name, as in Spark.  Where a split's lines begin and end is told in
 * line_reader.c, where splits come from in hadoop_splits.c, what a path means in input_files.c.
 */
#include "rdd/source/text_file.h"

#include "rdd/call_site.h"
#include "rdd/source/line_reader.h"
#include "rdd/transform/map_partitions.h"

typedef struct
{
  RushRdd base;
  char *path; /* as the program gave it */
  guint min_partitions;
  /* Set once, with the partition count. */
  GPtrArray *files; /* RushInputFile */
  GArray *splits;   /* RushFileSplit */
} HadoopRdd;

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

/* ---- HadoopRDD ---- */

/* Called under the RDD's lock, until it has succeeded. */
static gboolean
hadoop_partitions (RushRdd *base, guint *out_n, GError **error)
{
  HadoopRdd *self = (HadoopRdd *)base;
  g_autoptr (GPtrArray) files = rush_input_files_list (self->path, error);
  GArray *splits;

  if (files == NULL)
    return FALSE;
  splits = rush_hadoop_splits (files, self->min_partitions, error);
  if (splits == NULL)
    return FALSE;
  self->files = g_steal_pointer (&files);
  self->splits = splits;
  *out_n = splits->len;
  return TRUE;
}

static RushIterator *
hadoop_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  HadoopRdd *self = (HadoopRdd *)base;
  LineIterator *lines;
  RushLineReader *reader;
  guint n;

  /* They have been counted before: this orders our look at them behind that. */
  if (!rush_rdd_n_partitions (base, &n, error))
    return NULL;
  g_return_val_if_fail (split < n, NULL);
  reader = rush_line_reader_open (&g_array_index (self->splits, RushFileSplit, split), base->schema,
                                  ctx, error);
  if (reader == NULL)
    return NULL;
  lines = g_new (LineIterator, 1);
  lines->base.klass = &line_iterator_class;
  lines->reader = reader;
  return &lines->base;
}

static void
hadoop_finalize (RushRdd *base)
{
  HadoopRdd *self = (HadoopRdd *)base;

  g_free (self->path);
  g_clear_pointer (&self->splits, g_array_unref);
  g_clear_pointer (&self->files, g_ptr_array_unref);
}

static const RushRddClass hadoop_class = {
  .name = "HadoopRDD",
  .partitions = hadoop_partitions,
  .compute = hadoop_compute,
  .finalize = hadoop_finalize,
};

static RushRdd *
hadoop_rdd_new (RushLineage *lineage, const char *path, guint min_partitions)
{
  HadoopRdd *self =
      rush_rdd_alloc (sizeof *self, &hadoop_class, lineage, rush_text_schema (), NULL, 0);

  self->path = g_strdup (path);
  self->min_partitions = min_partitions;
  rush_rdd_set_name (&self->base, path);
  return &self->base;
}

/* ---- MapPartitionsRDD ---- */

static RushIterator *
same_rows (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  return rows;
}

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
  hadoop = hadoop_rdd_new (lineage, path, min_partitions);
  self = rush_rdd_map_partitions (hadoop, rush_text_schema (), same_rows, NULL, NULL, FALSE);
  rush_rdd_set_name (self, path);
  return self;
}
