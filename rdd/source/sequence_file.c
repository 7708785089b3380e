/* sequence_file.c - pairs out of SequenceFiles.
 *
 *     sequenceFile    a record is a row: key and value as bytes
 *     objectFile      a record's value is a Java array of byte arrays: each of them is a row
 *
 * A split is at least as long as a stretch between two syncs, as there is nothing to begin at in
 * less.
 */
#include "rdd/source/sequence_file.h"

#include "core/data/builder.h"
#include "rdd/call_site.h"
#include "rdd/java_arrays.h"
#include "rdd/source/hadoop_rdd.h"
#include "rdd/source/sequence_reader.h"

#define LENGTH_BYTES 4    /* of a BytesWritable, before its bytes */
#define MOST_OBJECTS 1024 /* in a record; Spark puts ten there */

typedef struct _SequenceIterator SequenceIterator;

/* The rows of one record; FALSE with @error. */
typedef gboolean (*TakeRecord) (SequenceIterator *self, RushBatchBuilder *builder, RushBytes key,
                                RushBytes value, GError **error);

typedef struct
{
  char *key_class, *value_class; /* or NULL: any */
  gboolean new_api;
  TakeRecord take;
} Options;

struct _SequenceIterator
{
  RushIterator base;
  RushTaskContext *ctx;
  RushSchema *schema;
  RushSequenceReader *reader;
  TakeRecord take;
  gint64 counted; /* bytes of the file that are in the metrics */
};

/* ---- a record as rows ---- */

static gboolean
take_pair (SequenceIterator *self, RushBatchBuilder *builder, RushBytes key, RushBytes value,
           GError **error)
{
  if (!rush_batch_builder_append_bytes (builder, 0, (const char *)key.bytes, key.n, error) ||
      !rush_batch_builder_append_bytes (builder, 1, (const char *)value.bytes, value.n, error))
    return FALSE;
  rush_batch_builder_end_row (builder);
  return TRUE;
}

static gboolean
take_object (SequenceIterator *self, RushBatchBuilder *builder, const RushBytes *object,
             GError **error)
{
  if (!rush_batch_builder_append_bytes (builder, 0, (const char *)object->bytes, object->n, error))
    return FALSE;
  if (self->schema->n_fields > 1 && !rush_batch_builder_append_int (builder, 1, 0, error))
    return FALSE;
  rush_batch_builder_end_row (builder);
  return TRUE;
}

/* The byte arrays in a value; FALSE with @error. */
static gboolean
take_objects (SequenceIterator *self, RushBatchBuilder *builder, RushBytes key, RushBytes value,
              GError **error)
{
  gsize skipped = MIN (value.n, LENGTH_BYTES);
  g_autoptr (GArray) arrays =
      rush_java_arrays_read (value.bytes + skipped, value.n - skipped, MOST_OBJECTS, error);

  if (arrays == NULL)
    {
      g_autofree char *place = rush_sequence_reader_place (self->reader);

      g_prefix_error (error, "the record in %s is not one that saveAsPickleFile writes: ", place);
      return FALSE;
    }
  for (guint i = 0; i < arrays->len; i++)
    if (!take_object (self, builder, &g_array_index (arrays, RushBytes, i), error))
      return FALSE;
  return TRUE;
}

/* ---- records ---- */

/* Whether the rows of one more record have room. */
static gboolean
has_room (const SequenceIterator *self, const RushBatchBuilder *builder)
{
  guint most = self->take == take_objects ? MOST_OBJECTS : 1;

  return !rush_batch_builder_is_full (builder) &&
         rush_batch_builder_length (builder) + most <= RUSH_BATCH_MAX_ROWS;
}

static gboolean
take_record (SequenceIterator *self, RushBatchBuilder *builder, gboolean *out_ended, GError **error)
{
  g_autoptr (GError) failure = NULL;
  RushBytes key, value;

  *out_ended = !rush_sequence_reader_next (self->reader, &key.bytes, &key.n, &value.bytes, &value.n,
                                           &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (*out_ended)
    return TRUE;
  self->ctx->metrics.input_records++;
  return self->take (self, builder, key, value, error);
}

static RushBatch *
sequence_next (RushIterator *base, GError **error)
{
  SequenceIterator *self = (SequenceIterator *)base;
  g_autoptr (RushBatchBuilder) builder =
      rush_batch_builder_new (self->schema, self->ctx->allocator);
  gboolean ended = FALSE;
  gint64 read;

  while (!ended && has_room (self, builder))
    if (!rush_task_context_check (self->ctx, error) || !take_record (self, builder, &ended, error))
      return NULL;
  read = rush_sequence_reader_bytes_in (self->reader);
  self->ctx->metrics.input_bytes += read - self->counted;
  self->counted = read;
  return rush_batch_builder_finish (builder, error);
}

static void
sequence_close (RushIterator *base)
{
  rush_sequence_reader_close (((SequenceIterator *)base)->reader);
  g_free (base);
}

static const RushIteratorClass sequence_iterator_class = { sequence_next, sequence_close };

static gboolean
check_class (const char *wanted, const char *found, const char *what, const char *path,
             GError **error)
{
  if (wanted == NULL || g_str_equal (wanted, found))
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "%s: its %s are %s where %s are read; all files that are read at once must have "
               "the same",
               path, what, found, wanted);
  return FALSE;
}

static RushIterator *
read_records (const RushFileSplit *split, RushSchema *schema, gconstpointer data,
              RushTaskContext *ctx, GError **error)
{
  g_autoptr (RushSequenceReader) reader = rush_sequence_reader_open (split, ctx, error);
  const Options *options = data;
  SequenceIterator *self;

  if (reader == NULL)
    return NULL;
  const RushSequenceHeader *header = rush_sequence_reader_header (reader);
  if (!check_class (options->key_class, header->key_class, "keys", split->path, error) ||
      !check_class (options->value_class, header->value_class, "values", split->path, error))
    return NULL;
  self = g_new0 (SequenceIterator, 1);
  self->base.klass = &sequence_iterator_class;
  self->ctx = ctx;
  self->schema = schema;
  self->take = options->take;
  self->reader = g_steal_pointer (&reader);
  return &self->base;
}

/* ---- splits ---- */

static GArray *
sequence_splits (const GPtrArray *files, guint min_partitions, gconstpointer data, GError **error)
{
  const Options *options = data;
  GArray *splits = g_array_new (FALSE, FALSE, sizeof (RushFileSplit));
  gint64 wish = RUSH_HADOOP_BLOCK_BYTES;

  if (!options->new_api)
    wish = MIN (wish, rush_input_files_bytes (files) / MAX (min_partitions, 1));
  for (guint i = 0; i < files->len; i++)
    rush_hadoop_cut_file (splits, g_ptr_array_index (files, i), MAX (wish, RUSH_SYNC_INTERVAL),
                          RUSH_PACKING_NONE);
  return splits;
}

static const RushInputFormat sequence_format = { sequence_splits, read_records };

static void
options_free (gpointer data)
{
  Options *self = data;

  g_free (self->key_class);
  g_free (self->value_class);
  g_free (self);
}

/* ---- construction ---- */

/* Takes over @options. */
static RushRdd *
sequence_rdd_new (RushLineage *lineage, const char *path, guint min_partitions, RushSchema *schema,
                  Options *options)
{
  return rush_hadoop_rdd_new (lineage, &(RushHadoopSource){ .format = &sequence_format,
                                                            .schema = schema,
                                                            .path = path,
                                                            .min_partitions = min_partitions,
                                                            .new_api = options->new_api,
                                                            .options = options,
                                                            .free_options = options_free });
}

RushRdd *
rush_rdd_sequence_file (RushLineage *lineage, const char *path, guint min_partitions,
                        const char *key_class, const char *value_class, gboolean new_api)
{
  RUSH_OPERATOR ("sequenceFile");
  g_autoptr (RushSchema) schema = rush_schema_of ("key", &RUSH_BINARY, "value", &RUSH_BINARY, NULL);
  Options *options = g_new (Options, 1);

  *options = (Options){ g_strdup (key_class), g_strdup (value_class), new_api, take_pair };
  return sequence_rdd_new (lineage, path, min_partitions, schema, options);
}

RushRdd *
rush_rdd_object_file (RushLineage *lineage, const char *path, guint min_partitions,
                      RushSchema *schema)
{
  RUSH_OPERATOR ("objectFile");
  Options *options = g_new (Options, 1);
  g_autoptr (RushRdd) hadoop = NULL;

  *options =
      (Options){ NULL, g_strdup ("org.apache.hadoop.io.BytesWritable"), FALSE, take_objects };
  hadoop = sequence_rdd_new (lineage, path, min_partitions, schema, options);
  return rush_hadoop_rdd_map (hadoop);
}

gboolean
rush_sequence_file_classes (const char *path, char **out_key_class, char **out_value_class,
                            GError **error)
{
  g_autoptr (GPtrArray) files = rush_input_files_list (path, error);

  if (files == NULL)
    return FALSE;
  *out_key_class = *out_value_class = NULL;
  for (guint i = 0; i < files->len; i++)
    {
      const RushInputFile *file = g_ptr_array_index (files, i);
      const RushFileSplit split = { file->path, 0, file->length, RUSH_PACKING_NONE };

      if (file->length == 0)
        continue;
      g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
      g_autoptr (RushSequenceReader) reader = rush_sequence_reader_open (&split, ctx, error);
      if (reader == NULL)
        return FALSE;
      *out_key_class = g_strdup (rush_sequence_reader_header (reader)->key_class);
      *out_value_class = g_strdup (rush_sequence_reader_header (reader)->value_class);
      return TRUE;
    }
  return TRUE;
}
