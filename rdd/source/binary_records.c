/* binary_records.c - splits that begin and end with a record.
 *
 *     a file   ├── n records ──┼── n records ──┼── rest ──┤   n × length: what fits 32 MiB
 *
 * So no split looks beyond its end, and what a record means is left to the program.
 */
#include "rdd/source/binary_records.h"

#include "core/data/builder.h"
#include "rdd/call_site.h"
#include "rdd/source/hadoop_rdd.h"
#include "rdd/source/local_path.h"

#define READ_BYTES (256 * 1024) /* about that much of a split is in memory at a time */

typedef struct
{
  guint record_bytes;
} Options;

typedef struct
{
  RushIterator base;
  RushTaskContext *ctx;
  RushByteSource *source;
  RushSchema *schema;
  const char *path; /* (unowned) */
  guint record_bytes;
  gint64 at, end;
} RecordIterator;

/* ---- reading ---- */

static gboolean
refuse_rest (const RecordIterator *self, gint64 rest, GError **error)
{
  g_autofree char *uri = rush_local_path_to_uri (self->path);

  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
               "%s ends in the middle of a record: at byte %" G_GINT64_FORMAT
               " one begins, of which %" G_GINT64_FORMAT " bytes are there and not %u",
               uri, self->at + rest - rest % self->record_bytes, rest % self->record_bytes,
               self->record_bytes);
  return FALSE;
}

static gboolean
read_fully (RecordIterator *self, RushBuffer *into, GError **error)
{
  gint64 before = self->source->bytes_in;
  gsize n = 0;

  while (n < into->size)
    {
      gssize got = self->source->klass->read (self->source, into->bytes + n, into->size - n, error);

      if (got < 0)
        return FALSE;
      if (got == 0)
        break;
      n += (gsize)got;
    }
  self->ctx->metrics.input_bytes += self->source->bytes_in - before;
  return n == into->size || refuse_rest (self, (gint64)n, error);
}

static RushBatch *
record_next (RushIterator *base, GError **error)
{
  RecordIterator *self = (RecordIterator *)base;
  g_autoptr (RushBatchBuilder) builder = NULL;
  g_autoptr (RushBuffer) bytes = NULL;
  gint64 n = MAX (READ_BYTES / self->record_bytes, 1);

  if (self->at >= self->end || !rush_task_context_check (self->ctx, error))
    return NULL;
  n = MIN (n, (self->end - self->at) / self->record_bytes);
  n = MIN (n, RUSH_BATCH_MAX_ROWS);
  if (n == 0)
    {
      refuse_rest (self, self->end - self->at, error);
      return NULL;
    }
  bytes = rush_buffer_new (self->ctx->allocator, (gsize)n * self->record_bytes, error);
  if (bytes == NULL || !read_fully (self, bytes, error))
    return NULL;
  builder = rush_batch_builder_new (self->schema, self->ctx->allocator);
  for (gint64 i = 0; i < n; i++)
    {
      if (!rush_batch_builder_append_bytes_shared (builder, 0, bytes, (gsize)i * self->record_bytes,
                                                   self->record_bytes, error))
        return NULL;
      rush_batch_builder_end_row (builder);
    }
  self->at += n * self->record_bytes;
  self->ctx->metrics.input_records += n;
  return rush_batch_builder_finish (builder, error);
}

static void
record_close (RushIterator *base)
{
  rush_byte_source_close (((RecordIterator *)base)->source);
  g_free (base);
}

static const RushIteratorClass record_iterator_class = { record_next, record_close };

static RushIterator *
read_records (const RushFileSplit *split, RushSchema *schema, gconstpointer options,
              RushTaskContext *ctx, GError **error)
{
  RushByteSource *source = rush_byte_source_open (split->path, split->start, split->packing, error);
  RecordIterator *self;

  if (source == NULL)
    return NULL;
  self = g_new0 (RecordIterator, 1);
  self->base.klass = &record_iterator_class;
  self->ctx = ctx;
  self->source = source;
  self->schema = schema;
  self->path = split->path;
  self->record_bytes = ((const Options *)options)->record_bytes;
  self->at = split->start;
  self->end = split->start + split->length;
  return &self->base;
}

/* ---- splits ---- */

static gboolean
check_not_packed (const char *path, GError **error)
{
  RushPacking packing;

  if (rush_packing_of (path, &packing, NULL) && packing == RUSH_PACKING_NONE)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
               "%s: binaryRecords does not read compressed files; unpack it first", path);
  return FALSE;
}

static GArray *
record_splits (const GPtrArray *files, guint min_partitions, gconstpointer options, GError **error)
{
  gint64 record_bytes = ((const Options *)options)->record_bytes;
  gint64 split_bytes = MAX (RUSH_HADOOP_BLOCK_BYTES / record_bytes, 1) * record_bytes;
  g_autoptr (GArray) splits = g_array_new (FALSE, FALSE, sizeof (RushFileSplit));

  for (guint i = 0; i < files->len; i++)
    {
      const RushInputFile *file = g_ptr_array_index (files, i);

      if (!check_not_packed (file->path, error))
        return NULL;
      rush_hadoop_cut_file (splits, file, split_bytes, RUSH_PACKING_NONE);
    }
  return g_steal_pointer (&splits);
}

static const RushInputFormat record_format = { record_splits, read_records };

RushRdd *
rush_rdd_binary_records (RushLineage *lineage, const char *path, guint record_bytes)
{
  RUSH_OPERATOR ("binaryRecords");
  g_autoptr (RushSchema) schema = rush_schema_of ("record", &RUSH_BINARY, NULL);
  g_autoptr (RushRdd) hadoop = NULL;
  Options *options;

  g_return_val_if_fail (record_bytes > 0, NULL);
  options = g_new (Options, 1);
  options->record_bytes = record_bytes;
  hadoop = rush_hadoop_rdd_new (lineage, &(RushHadoopSource){ .format = &record_format,
                                                              .schema = schema,
                                                              .path = path,
                                                              .new_api = TRUE,
                                                              .options = options,
                                                              .free_options = g_free });
  return rush_hadoop_rdd_map (hadoop);
}
