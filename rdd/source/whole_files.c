/* whole_files.c - WholeTextFileRDD and BinaryFileRDD.
 *
 * Both hand out whole files and differ in how many go into a partition:
 *
 *     text      at most   ⌈ total bytes ÷ min partitions ⌉
 *     binary    at most   min (maxPartitionBytes,
 *                              max (openCost, (total + openCost × files) ÷ parallelism))
 *
 * and in that packed text is unpacked.  A file is read in one go, into memory that the task is
 * charged for, and its row points there.
 */
#include "rdd/source/whole_files.h"

#include "core/data/builder.h"
#include "rdd/call_site.h"
#include "rdd/source/byte_source.h"
#include "rdd/source/combined_splits.h"
#include "rdd/source/hadoop_rdd.h"
#include "rdd/source/local_path.h"

#include <math.h>
#include <string.h>

#define FIRST_BYTES (64 * 1024) /* where the length is not known */

typedef struct
{
  RushRdd base;
  char *path;
  guint min_partitions; /* text */
  RushBinaryFilesRule rule;
  /* Set once, with the partition count. */
  GPtrArray *files;  /* RushInputFile */
  GPtrArray *groups; /* GArray of guint */
} WholeFilesRdd;

typedef struct
{
  RushIterator base;
  RushTaskContext *ctx;
  const WholeFilesRdd *rdd; /* (unowned) lives as long as the task */
  gboolean unpacks;
  const GArray *group;
  guint next;
} WholeFilesIterator;

/* ---- one file ---- */

/* A buffer twice as large with the same bytes; @old is given up. */
static RushBuffer *
grow (RushBuffer *old, RushAllocator *allocator, GError **error)
{
  RushBuffer *larger = rush_buffer_new (allocator, MAX (old->size * 2, FIRST_BYTES), error);

  if (larger != NULL)
    memcpy (larger->bytes, old->bytes, old->size);
  rush_buffer_unref (old);
  return larger;
}

/* All bytes of @source, whose file @path has @length of them (packed: or any other number). */
static RushBuffer *
read_all (RushByteSource *source, const char *path, gsize length, RushTaskContext *ctx,
          GError **error)
{
  RushBuffer *buffer = rush_buffer_new (ctx->allocator, MIN (length, G_MAXINT32) + 1, error);
  gsize n = 0;

  while (buffer != NULL && rush_task_context_check (ctx, error))
    {
      gssize got = source->klass->read (source, buffer->bytes + n, buffer->size - n, error);

      if (got < 0)
        break;
      n += (gsize)got;
      if (n > G_MAXINT32)
        {
          g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                       "%s has more than 2 GiB, and would be one element; read it with textFile or "
                       "binaryRecords",
                       path);
          break;
        }
      if (got == 0)
        {
          buffer->size = n;
          return buffer;
        }
      if (n == buffer->size)
        buffer = grow (buffer, ctx->allocator, error);
    }
  g_clear_pointer (&buffer, rush_buffer_unref);
  return NULL;
}

static RushBuffer *
read_file (const WholeFilesIterator *self, const RushInputFile *file, GError **error)
{
  RushPacking packing = RUSH_PACKING_NONE;
  g_autoptr (RushByteSource) source = NULL;
  RushBuffer *content;

  if (self->unpacks && !rush_packing_of (file->path, &packing, error))
    return NULL;
  source = rush_byte_source_open (file->path, 0, packing, error);
  if (source == NULL)
    return NULL;
  content = read_all (source, file->path, (gsize)file->length, self->ctx, error);
  self->ctx->metrics.input_bytes += source->bytes_in;
  return content;
}

/* ---- the files of a partition ---- */

static RushBatch *
whole_files_next (RushIterator *base, GError **error)
{
  WholeFilesIterator *self = (WholeFilesIterator *)base;
  const RushInputFile *file;
  g_autoptr (RushBatchBuilder) builder = NULL;
  g_autoptr (RushBuffer) content = NULL;
  g_autofree char *uri = NULL;

  if (self->next == self->group->len)
    return NULL;
  file = g_ptr_array_index (self->rdd->files, g_array_index (self->group, guint, self->next));
  content = read_file (self, file, error);
  if (content == NULL)
    return NULL;
  uri = rush_local_path_to_uri (file->path);
  builder = rush_batch_builder_new (self->rdd->base.schema, self->ctx->allocator);
  if (!rush_batch_builder_append_bytes (builder, 0, uri, strlen (uri), error) ||
      !rush_batch_builder_append_bytes_shared (builder, 1, content, 0, content->size, error))
    return NULL;
  rush_batch_builder_end_row (builder);
  self->next++;
  self->ctx->metrics.input_records++;
  return rush_batch_builder_finish (builder, error);
}

static void
whole_files_close (RushIterator *base)
{
  g_free (base);
}

static const RushIteratorClass whole_files_iterator_class = { whole_files_next, whole_files_close };

static RushIterator *
read_group (RushRdd *base, guint split, gboolean unpacks, RushTaskContext *ctx, GError **error)
{
  WholeFilesIterator *self;
  guint n;

  /* They have been counted before: this orders our look at them behind that. */
  if (!rush_rdd_n_partitions (base, &n, error))
    return NULL;
  g_return_val_if_fail (split < n, NULL);
  self = g_new0 (WholeFilesIterator, 1);
  self->base.klass = &whole_files_iterator_class;
  self->ctx = ctx;
  self->rdd = (WholeFilesRdd *)base;
  self->unpacks = unpacks;
  self->group = g_ptr_array_index (self->rdd->groups, split);
  return &self->base;
}

/* ---- which files go together ---- */

static gint64
most_text_bytes (const WholeFilesRdd *self)
{
  return (gint64)ceil ((double)rush_input_files_bytes (self->files) /
                       MAX (self->min_partitions, 1));
}

static gint64
most_binary_bytes (const WholeFilesRdd *self)
{
  const RushBinaryFilesRule *rule = &self->rule;
  gint64 total = rush_input_files_bytes (self->files) + rule->open_cost_bytes * self->files->len;
  gint64 fair = total / MAX (rule->parallelism, 1);

  return MIN (rule->max_partition_bytes, MAX (rule->open_cost_bytes, fair));
}

static gboolean
find_groups (WholeFilesRdd *self, gint64 (*most_bytes) (const WholeFilesRdd *), guint *out_n,
             GError **error)
{
  self->files = rush_input_files_list_flat (self->path, error);
  if (self->files == NULL)
    return FALSE;
  self->groups = rush_combined_splits (self->files, most_bytes (self));
  *out_n = self->groups->len;
  return TRUE;
}

/* ---- the RDDs ---- */

static gboolean
text_partitions (RushRdd *base, guint *out_n, GError **error)
{
  return find_groups ((WholeFilesRdd *)base, most_text_bytes, out_n, error);
}

static gboolean
binary_partitions (RushRdd *base, guint *out_n, GError **error)
{
  return find_groups ((WholeFilesRdd *)base, most_binary_bytes, out_n, error);
}

static RushIterator *
text_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  return read_group (base, split, TRUE, ctx, error);
}

static RushIterator *
binary_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  return read_group (base, split, FALSE, ctx, error);
}

static void
whole_files_finalize (RushRdd *base)
{
  WholeFilesRdd *self = (WholeFilesRdd *)base;

  g_free (self->path);
  g_clear_pointer (&self->groups, g_ptr_array_unref);
  g_clear_pointer (&self->files, g_ptr_array_unref);
}

static const RushRddClass text_class = {
  .name = "WholeTextFileRDD",
  .partitions = text_partitions,
  .compute = text_compute,
  .finalize = whole_files_finalize,
};

static const RushRddClass binary_class = {
  .name = "BinaryFileRDD",
  .partitions = binary_partitions,
  .compute = binary_compute,
  .finalize = whole_files_finalize,
};

static WholeFilesRdd *
whole_files_new (RushLineage *lineage, const RushRddClass *klass, const RushType *type,
                 const char *path)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("path", &RUSH_STRING, "content", type, NULL);
  WholeFilesRdd *self = rush_rdd_alloc (sizeof *self, klass, lineage, schema, NULL, 0);

  self->path = g_strdup (path);
  return self;
}

RushRdd *
rush_rdd_whole_text_files (RushLineage *lineage, const char *path, guint min_partitions)
{
  RUSH_OPERATOR ("wholeTextFiles");
  WholeFilesRdd *files = whole_files_new (lineage, &text_class, &RUSH_STRING, path);
  g_autoptr (RushRdd) owned = &files->base;
  RushRdd *self;

  files->min_partitions = min_partitions;
  self = rush_hadoop_rdd_map (owned);
  rush_rdd_set_name (self, path);
  return self;
}

RushRdd *
rush_rdd_binary_files (RushLineage *lineage, const char *path, const RushBinaryFilesRule *rule)
{
  RUSH_OPERATOR ("binaryFiles");
  WholeFilesRdd *self = whole_files_new (lineage, &binary_class, &RUSH_BINARY, path);

  self->rule = *rule;
  rush_rdd_set_name (&self->base, path);
  return &self->base;
}
