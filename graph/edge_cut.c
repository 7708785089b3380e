/* edge_cut.c - a shuffle of edges by a strategy.
 *
 *     (source, target, …) ─▶ (partition, source, target, …) ═ shuffle ═▶ (source, target, …)
 */
#include "graph/edge_cut.h"

#include "graph/arrays.h"
#include "rdd/transform/map_partitions.h"
#include "rdd/transform/shuffled.h"

/* Partitioners of this one are equal if they have as many partitions: the row says where it goes.
 */
#define IDENTITY G_GUINT64_CONSTANT (0x6564676573)

RushRdd *
rush_graph_shuffle (RushRdd *rows, guint n_partitions)
{
  g_autoptr (RushPartitioner) partitioner = rush_given_partitioner_new (n_partitions, 0, IDENTITY);

  return rush_rdd_shuffled (rows, partitioner);
}

typedef struct
{
  RushPartitionStrategy strategy;
  guint n_partitions;
  RushSchema *schema; /* (owned) of what comes out */
} Cut;

static Cut *
cut_new (RushPartitionStrategy strategy, guint n_partitions, RushSchema *schema)
{
  Cut *self = g_new (Cut, 1);

  *self = (Cut){ strategy, n_partitions, rush_schema_ref (schema) };
  return self;
}

static void
cut_free (gpointer data)
{
  rush_schema_unref (((Cut *)data)->schema);
  g_free (data);
}

typedef struct
{
  RushIterator base;
  RushIterator *rows; /* (owned) */
  RushTaskContext *ctx;
  const Cut *cut;
  gboolean removes; /* the partition number, which else is put in front */
} CutIterator;

/* ---- in front ---- */

static RushColumn *
partition_numbers (const CutIterator *self, const RushBatch *batch, GError **error)
{
  RushBuffer *numbers =
      rush_buffer_new (self->ctx->allocator, batch->physical_length * sizeof (gint32), error);

  if (numbers == NULL)
    return NULL;
  for (guint i = 0; i < batch->physical_length; i++)
    {
      gboolean known = rush_column_is_valid (batch->columns[0], i) &&
                       rush_column_is_valid (batch->columns[1], i);

      ((gint32 *)(gpointer)numbers->bytes)[i] =
          known ? (gint32)rush_partition_of_edge (
                      self->cut->strategy, rush_column_get_int (batch->columns[0], i),
                      rush_column_get_int (batch->columns[1], i), self->cut->n_partitions)
                : 0; /* whoever builds the partition refuses it */
    }
  return rush_array_numbers (&RUSH_INT32, batch->physical_length, numbers);
}

static RushBatch *
put_in_front (const CutIterator *self, RushBatch *batch, GError **error)
{
  g_autofree RushColumn **columns = g_new (RushColumn *, self->cut->schema->n_fields);
  RushBatch *all;

  columns[0] = partition_numbers (self, batch, error);
  if (columns[0] == NULL)
    return NULL;
  for (guint i = 0; i < batch->schema->n_fields; i++)
    columns[1 + i] = rush_column_ref (batch->columns[i]);
  all = rush_batch_new (self->cut->schema, batch->physical_length, columns);
  if (batch->selection != NULL)
    {
      g_autoptr (RushBatch) unselected = all;

      all = rush_batch_select (unselected, rush_buffer_ref (batch->selection), batch->length);
    }
  return all;
}

static RushBatch *
take_away (const CutIterator *self, RushBatch *batch)
{
  g_autofree guint *columns = g_new (guint, self->cut->schema->n_fields);

  for (guint i = 0; i < self->cut->schema->n_fields; i++)
    columns[i] = 1 + i;
  return rush_batch_project (batch, self->cut->schema, columns);
}

static RushBatch *
cut_next (RushIterator *base, GError **error)
{
  CutIterator *self = (CutIterator *)base;
  g_autoptr (RushBatch) batch = NULL;

  if (!rush_task_context_check (self->ctx, error) ||
      (batch = rush_iterator_next (self->rows, error)) == NULL)
    return NULL;
  return self->removes ? take_away (self, batch) : put_in_front (self, batch, error);
}

static void
cut_close (RushIterator *base)
{
  rush_iterator_close (((CutIterator *)base)->rows);
  g_free (base);
}

static const RushIteratorClass cut_class = { cut_next, cut_close };

static RushIterator *
cut_iterator (RushIterator *rows, RushTaskContext *ctx, const Cut *cut, gboolean removes)
{
  CutIterator *self = g_new (CutIterator, 1);

  *self = (CutIterator){ { &cut_class }, rows, ctx, cut, removes };
  return &self->base;
}

static RushIterator *
number_rows (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  return cut_iterator (rows, ctx, data, FALSE);
}

static RushIterator *
forget_numbers (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data,
                GError **error)
{
  return cut_iterator (rows, ctx, data, TRUE);
}

RushRdd *
rush_graph_cut (RushRdd *edges, RushPartitionStrategy strategy, guint n_partitions)
{
  guint n = edges->schema->n_fields;
  g_autofree RushField *fields = g_new (RushField, 1 + n);
  g_autoptr (RushSchema) numbered = NULL;
  g_autoptr (RushRdd) rows = NULL;
  g_autoptr (RushRdd) placed = NULL;

  fields[0] = (RushField){ (char *)"partition", &RUSH_INT32, FALSE };
  for (guint i = 0; i < n; i++)
    fields[1 + i] = edges->schema->fields[i];
  numbered = rush_schema_new (1 + n, fields);
  rows = rush_rdd_map_partitions (edges, numbered, number_rows,
                                  cut_new (strategy, n_partitions, numbered), cut_free, FALSE);
  placed = rush_graph_shuffle (rows, n_partitions);
  return rush_rdd_map_partitions (placed, edges->schema, forget_numbers,
                                  cut_new (strategy, n_partitions, edges->schema), cut_free, FALSE);
}
