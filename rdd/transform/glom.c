/* glom.c - the partition's batches, encoded one behind the other, become one value.
 *
 *     partition   │ batch │ batch │ batch │   ──▶   one row: a group
 */
#include "rdd/transform/glom.h"

#include "core/data/builder.h"
#include "rdd/call_site.h"
#include "rdd/transform/group_bytes.h"
#include "rdd/transform/map_partitions.h"

typedef struct
{
  RushIterator base;
  RushIterator *rows; /* (owned) NULL: the one row is out */
  RushTaskContext *ctx;
  RushSchema *schema;
} GlomIterator;

/* All batches of the partition, encoded one behind the other. */
static gboolean
encode_all (GlomIterator *self, RushGroupBytes *out, GError **error)
{
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;
  gboolean appended = TRUE;

  while (appended && rush_task_context_check (self->ctx, &failure) &&
         (batch = rush_iterator_next (self->rows, &failure)) != NULL)
    {
      appended = rush_group_bytes_append (out, batch, &failure);
      rush_batch_unref (batch);
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static RushBatch *
glom_next (RushIterator *base, GError **error)
{
  GlomIterator *self = (GlomIterator *)base;
  g_autoptr (RushBatchBuilder) builder = NULL;
  RushGroupBytes group;
  RushBatch *batch = NULL;

  if (self->rows == NULL)
    return NULL;
  rush_group_bytes_init (&group, self->ctx->allocator,
                         "The rows of one partition have more than 2 GiB; with more partitions "
                         "(repartition) each has less to hold");
  builder = rush_batch_builder_new (self->schema, self->ctx->allocator);
  if (encode_all (self, &group, error) &&
      rush_batch_builder_append_bytes (builder, 0, (const char *)group.bytes->data,
                                       group.bytes->len, error))
    {
      rush_batch_builder_end_row (builder);
      batch = rush_batch_builder_finish (builder, error);
    }
  rush_group_bytes_clear (&group);
  g_clear_pointer (&self->rows, rush_iterator_close);
  return batch;
}

static void
glom_close (RushIterator *base)
{
  rush_iterator_close (((GlomIterator *)base)->rows);
  g_free (base);
}

static const RushIteratorClass glom_class = { glom_next, glom_close };

static RushIterator *
glom_partition (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer schema,
                GError **error)
{
  GlomIterator *self = g_new0 (GlomIterator, 1);

  self->base.klass = &glom_class;
  self->rows = rows;
  self->ctx = ctx;
  self->schema = schema;
  return &self->base;
}

static void
free_schema (gpointer schema)
{
  rush_schema_unref (schema);
}

RushRdd *
rush_rdd_glom (RushRdd *parent)
{
  RUSH_OPERATOR ("glom");
  RushSchema *schema = rush_schema_of ("values", &RUSH_BINARY, NULL);

  return rush_rdd_map_partitions (parent, schema, glom_partition, schema, free_schema, FALSE);
}
