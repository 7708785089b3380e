/* hadoop_rdd.c - HadoopRDD: its splits are found when its partitions are first asked for; a
 * partition is what its format reads of one split. */
#include "rdd/source/hadoop_rdd.h"

#include "rdd/transform/map_partitions.h"

typedef struct
{
  RushRdd base;
  const RushInputFormat *format;
  char *path;
  guint min_partitions;
  gpointer options;
  GDestroyNotify free_options;
  /* Set once, with the partition count. */
  GPtrArray *files; /* RushInputFile */
  GArray *splits;   /* RushFileSplit */
} HadoopRdd;

/* Called under the RDD's lock, until it has succeeded. */
static gboolean
hadoop_partitions (RushRdd *base, guint *out_n, GError **error)
{
  HadoopRdd *self = (HadoopRdd *)base;
  g_autoptr (GPtrArray) files = rush_input_files_list (self->path, error);
  GArray *splits;

  if (files == NULL)
    return FALSE;
  splits = self->format->splits (files, self->min_partitions, self->options, error);
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
  guint n;

  /* They have been counted before: this orders our look at them behind that. */
  if (!rush_rdd_n_partitions (base, &n, error))
    return NULL;
  g_return_val_if_fail (split < n, NULL);
  return self->format->read (&g_array_index (self->splits, RushFileSplit, split), base->schema,
                             self->options, ctx, error);
}

static void
hadoop_finalize (RushRdd *base)
{
  HadoopRdd *self = (HadoopRdd *)base;

  g_free (self->path);
  if (self->free_options != NULL)
    self->free_options (self->options);
  g_clear_pointer (&self->splits, g_array_unref);
  g_clear_pointer (&self->files, g_ptr_array_unref);
}

static const RushRddClass hadoop_class = {
  .name = "HadoopRDD",
  .partitions = hadoop_partitions,
  .compute = hadoop_compute,
  .finalize = hadoop_finalize,
};

static const RushRddClass new_hadoop_class = {
  .name = "NewHadoopRDD",
  .partitions = hadoop_partitions,
  .compute = hadoop_compute,
  .finalize = hadoop_finalize,
};

RushRdd *
rush_hadoop_rdd_new (RushLineage *lineage, const RushHadoopSource *source)
{
  HadoopRdd *self =
      rush_rdd_alloc (sizeof *self, source->new_api ? &new_hadoop_class : &hadoop_class, lineage,
                      source->schema, NULL, 0);

  self->format = source->format;
  self->path = g_strdup (source->path);
  self->min_partitions = source->min_partitions;
  self->options = source->options;
  self->free_options = source->free_options;
  rush_rdd_set_name (&self->base, source->path);
  return &self->base;
}

/* ---- the step behind it ---- */

static RushIterator *
same_rows (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  return rows;
}

RushRdd *
rush_hadoop_rdd_map (RushRdd *hadoop)
{
  return rush_rdd_map_partitions (hadoop, hadoop->schema, same_rows, NULL, NULL, FALSE);
}
