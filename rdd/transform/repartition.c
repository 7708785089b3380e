/* repartition.c - rows dealt out like cards.
 *
 *     parent ──▶ MapPartitionsRDD ══shuffle══▶ ShuffledRDD ──▶ CoalescedRDD ──▶ MapPartitionsRDD
 *     row        position │ row                                position │ row   row
 *
 * Each partition begins at a place drawn from its number, and goes on to the next place with each
 * row.  Python's rows are runs of ten objects: they move as they are, and are never opened.
 *
 * Where a row goes depends on how many came before it in its partition.  If these may come in
 * another order when they are computed again (behind another shuffle), rows lost and rows kept
 * would not be the same ones: such a repartition is indeterminate, and the scheduler runs all of
 * its tasks again if one output is lost.
 *
 * The CoalescedRDD in it keeps every partition as it is; Spark has it, and so pictures do.
 *
 * Mirrors: RDD.coalesce (shuffle = true).
 */
#include "rdd/transform/coalesce.h"

#include "rdd/call_site.h"
#include "rdd/random.h"
#include "rdd/transform/map_partitions.h"
#include "rdd/transform/partition_by.h"
#include "rdd/transform/shuffled.h"

#include <string.h>

typedef struct
{
  RushIterator base;
  RushIterator *rows; /* (owned) */
  RushTaskContext *ctx;
  RushSchema *schema;
  guint position; /* of the last row */
} DealIterator;

/* ---- (row) → (position, row) ---- */

static RushSchema *
schema_with_position (const RushSchema *schema)
{
  g_autofree RushField *fields = g_new (RushField, schema->n_fields + 1);

  fields[0] = (RushField){ (char *)"position", &RUSH_INT32, FALSE };
  for (guint i = 0; i < schema->n_fields; i++)
    fields[i + 1] = schema->fields[i];
  return rush_schema_new (schema->n_fields + 1, fields);
}

/* One position for each row that counts; those that do not count have none worth a look. */
static RushColumn *
deal (DealIterator *self, const RushBatch *batch, GError **error)
{
  RushBuffer *values =
      rush_buffer_new (self->ctx->allocator, batch->physical_length * sizeof (gint32), error);
  gint32 *positions;

  if (values == NULL)
    return NULL;
  positions = (gint32 *)values->bytes;
  memset (positions, 0, batch->physical_length * sizeof (gint32));
  for (guint i = 0; i < batch->length; i++)
    positions[rush_batch_row (batch, i)] = (gint32)++self->position;
  return rush_column_new_plain (&RUSH_INT32, batch->physical_length, NULL, 0, values, NULL, 0);
}

static RushBatch *
deal_next (RushIterator *base, GError **error)
{
  DealIterator *self = (DealIterator *)base;
  g_autoptr (RushBatch) batch = NULL;
  g_autofree RushColumn **columns = NULL;
  RushBatch *dealt;

  if (!rush_task_context_check (self->ctx, error))
    return NULL;
  batch = rush_iterator_next (self->rows, error);
  if (batch == NULL)
    return NULL;
  columns = g_new (RushColumn *, self->schema->n_fields);
  columns[0] = deal (self, batch, error);
  if (columns[0] == NULL)
    return NULL;
  for (guint i = 0; i < batch->schema->n_fields; i++)
    columns[i + 1] = rush_column_ref (batch->columns[i]);
  dealt = rush_batch_new (self->schema, batch->physical_length, columns);
  if (batch->selection == NULL)
    return dealt;
  RushBatch *selected =
      rush_batch_select (dealt, rush_buffer_ref (batch->selection), batch->length);
  rush_batch_unref (dealt);
  return selected;
}

static void
deal_close (RushIterator *base)
{
  rush_iterator_close (((DealIterator *)base)->rows);
  g_free (base);
}

static const RushIteratorClass deal_class = { deal_next, deal_close };

typedef struct
{
  RushSchema *schema; /* with positions (owned) */
  guint n_partitions;
} Dealing;

static RushIterator *
deal_partition (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data,
                GError **error)
{
  const Dealing *dealing = data;
  DealIterator *self = g_new0 (DealIterator, 1);
  RushXorShift random;

  rush_xor_shift_init (&random, split);
  self->base.klass = &deal_class;
  self->rows = rows;
  self->ctx = ctx;
  self->schema = dealing->schema;
  self->position = rush_xor_shift_next (&random, dealing->n_partitions);
  return &self->base;
}

static void
dealing_free (gpointer data)
{
  rush_schema_unref (((Dealing *)data)->schema);
  g_free (data);
}

/* ---- (position, row) → (row) ---- */

typedef struct
{
  RushIterator base;
  RushIterator *rows; /* (owned) */
  RushSchema *schema;
} RowIterator;

static RushBatch *
row_next (RushIterator *base, GError **error)
{
  RowIterator *self = (RowIterator *)base;
  g_autoptr (RushBatch) batch = rush_iterator_next (self->rows, error);
  g_autofree guint *columns = NULL;

  if (batch == NULL)
    return NULL;
  columns = g_new (guint, self->schema->n_fields);
  for (guint i = 0; i < self->schema->n_fields; i++)
    columns[i] = i + 1;
  return rush_batch_project (batch, self->schema, columns);
}

static void
row_close (RushIterator *base)
{
  rush_iterator_close (((RowIterator *)base)->rows);
  g_free (base);
}

static const RushIteratorClass row_class = { row_next, row_close };

static RushIterator *
drop_position (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer schema,
               GError **error)
{
  RowIterator *self = g_new (RowIterator, 1);

  self->base.klass = &row_class;
  self->rows = rows;
  self->schema = schema;
  return &self->base;
}

static void
schema_free (gpointer schema)
{
  rush_schema_unref (schema);
}

/* ---- all of it ---- */

RushRdd *
rush_rdd_repartition (RushRdd *parent, guint n, gint pairs_column)
{
  RUSH_OPERATOR ("coalesce");
  g_autoptr (RushSchema) schema = schema_with_position (parent->schema);
  g_autoptr (RushPartitioner) partitioner = NULL;
  g_autoptr (RushRdd) dealt = NULL;
  g_autoptr (RushRdd) shuffled = NULL;
  g_autoptr (RushRdd) coalesced = NULL;
  RushDependency *dependency;
  Dealing *dealing;

  g_return_val_if_fail (n > 0 && n <= G_MAXINT32, NULL);
  dealing = g_new (Dealing, 1);
  dealing->schema = rush_schema_ref (schema);
  dealing->n_partitions = n;
  dealt = rush_rdd_map_partitions (parent, schema, deal_partition, dealing, dealing_free, FALSE);
  if (rush_rdd_determinism (parent) == RUSH_UNORDERED)
    dealt->determinism = RUSH_INDETERMINATE;

  partitioner = rush_rdd_hash_partitioner (parent, n, 0);
  dependency = rush_dependency_shuffle (dealt, partitioner, schema);
  if (pairs_column >= 0)
    dependency->pairs_column = pairs_column + 1;
  shuffled = rush_rdd_shuffled_new (dependency);
  coalesced = rush_rdd_coalesce (shuffled, n);
  return rush_rdd_map_partitions (coalesced, parent->schema, drop_position,
                                  rush_schema_ref (parent->schema), schema_free, FALSE);
}
