/* shuffled_row_rdd.c - see shuffled_row_rdd.h.
 *
 * What was read of a shuffle is only counted when all of it was: whoever has enough rows before the
 * end (a limit) has read none, as Spark's task metrics have it.
 */
#include "sql/physical/operators/shuffled_row_rdd.h"

#include "core/executor/env.h"
#include "rdd/call_site.h"

typedef struct
{
  RushRdd base;
  guint n_specs;
  RushShuffleSpec *specs; /* (owned) */
  guint *columns;         /* (owned) those that stay; NULL: all */
  RushMetricSet *metrics; /* (owned) of the exchange, or NULL */
} ShuffledRowRdd;

typedef struct
{
  gint64 blocks, bytes, wait_us, records, pairs;
} ReadCounts;

typedef struct
{
  RushIterator base;
  const ShuffledRowRdd *rdd;
  RushIterator *rows;
  RushTaskContext *ctx;
  ReadCounts read; /* by this iterator: a task may read several shuffles */
  gboolean at_end;
} ReadIterator;

static gboolean
shuffled_row_partitions (RushRdd *base, guint *out_n, GError **error)
{
  *out_n = ((ShuffledRowRdd *)base)->n_specs;
  return TRUE;
}

/* ---- counting ---- */

static ReadCounts
counts_of (const RushTaskMetrics *metrics)
{
  return (ReadCounts){ metrics->shuffle_local_blocks + metrics->shuffle_remote_blocks,
                       metrics->shuffle_local_bytes + metrics->shuffle_remote_bytes,
                       metrics->shuffle_fetch_wait_us, metrics->shuffle_read_records,
                       metrics->shuffle_read_pairs };
}

static void
add_difference (ReadCounts *sum, ReadCounts before, ReadCounts after)
{
  sum->blocks += after.blocks - before.blocks;
  sum->bytes += after.bytes - before.bytes;
  sum->wait_us += after.wait_us - before.wait_us;
  sum->records += after.records - before.records;
  sum->pairs += after.pairs - before.pairs;
}

/* Remote blocks first: what is left of the counts is local. */
static void
take_back (RushTaskMetrics *metrics, const ReadCounts *read)
{
  gint64 blocks = MIN (read->blocks, metrics->shuffle_local_blocks);
  gint64 bytes = MIN (read->bytes, metrics->shuffle_local_bytes);

  metrics->shuffle_local_blocks -= blocks;
  metrics->shuffle_remote_blocks -= read->blocks - blocks;
  metrics->shuffle_local_bytes -= bytes;
  metrics->shuffle_remote_bytes -= read->bytes - bytes;
  metrics->shuffle_fetch_wait_us -= read->wait_us;
  metrics->shuffle_read_records -= read->records;
  metrics->shuffle_read_pairs -= read->pairs;
}

static void
count_read (RushMetricSet *metrics, const ReadCounts *read)
{
  rush_metric_set_count (metrics, RUSH_EXCHANGE_RECORDS_READ, read->records);
  rush_metric_set_count (metrics, RUSH_EXCHANGE_BLOCKS_READ, read->blocks);
  rush_metric_set_count (metrics, RUSH_EXCHANGE_BYTES_READ, read->bytes);
  rush_metric_set_count (metrics, RUSH_EXCHANGE_FETCH_WAIT, read->wait_us / 1000);
}

/* ---- rows, without a column that only said where they go ---- */

static RushBatch *
read_next (RushIterator *base, GError **error)
{
  ReadIterator *self = (ReadIterator *)base;
  ReadCounts before = counts_of (&self->ctx->metrics);
  RushBatch *batch = rush_iterator_next (self->rows, error);

  add_difference (&self->read, before, counts_of (&self->ctx->metrics));
  if (batch == NULL)
    self->at_end = TRUE; /* or failed */
  if (batch == NULL || self->rdd->columns == NULL)
    return batch;
  RushBatch *shorter = rush_batch_project (batch, self->rdd->base.schema, self->rdd->columns);
  rush_batch_unref (batch);
  return shorter;
}

static void
read_close (RushIterator *base)
{
  ReadIterator *self = (ReadIterator *)base;

  rush_iterator_close (self->rows);
  if (!self->at_end)
    take_back (&self->ctx->metrics, &self->read);
  else if (self->rdd->metrics != NULL)
    count_read (self->rdd->metrics, &self->read);
  g_free (self);
}

static const RushIteratorClass read_class = { read_next, read_close };

static RushIterator *
shuffled_row_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  ShuffledRowRdd *rdd = (ShuffledRowRdd *)base;
  const RushShuffleSpec *spec = &rdd->specs[split];
  RushIterator *rows = rush_shuffle_reader_new_of_maps (base->dependencies[0], spec->start,
                                                        spec->end, spec->map_start, spec->map_end,
                                                        &ctx->env->fetch, ctx, error);
  ReadIterator *self;

  if (rows == NULL)
    return NULL;
  self = g_new0 (ReadIterator, 1);
  self->base.klass = &read_class;
  self->rdd = rdd;
  self->rows = rows;
  self->ctx = ctx;
  return &self->base;
}

static void
shuffled_row_finalize (RushRdd *base)
{
  ShuffledRowRdd *self = (ShuffledRowRdd *)base;

  g_free (self->specs);
  g_free (self->columns);
  if (self->metrics != NULL)
    rush_metric_set_unref (self->metrics);
}

static const RushRddClass shuffled_row_class = {
  .name = "ShuffledRowRDD",
  .partitions = shuffled_row_partitions,
  .compute = shuffled_row_compute,
  .finalize = shuffled_row_finalize,
};

RushRdd *
rush_shuffled_row_rdd_new (RushDependency *dependency, RushSchema *schema,
                           const RushShuffleSpec *specs, guint n_specs, RushMetricSet *metrics)
{
  RUSH_OPERATOR ("shuffle");
  RushDependency *owned = rush_dependency_ref (dependency);
  ShuffledRowRdd *self = rush_rdd_alloc (sizeof *self, &shuffled_row_class,
                                         dependency->rdd->lineage, schema, &owned, 1);

  self->n_specs = n_specs;
  self->metrics = metrics != NULL ? rush_metric_set_ref (metrics) : NULL;
  self->specs = g_memdup2 (specs, n_specs * sizeof *specs);
  if (schema->n_fields < dependency->schema->n_fields)
    {
      self->columns = g_new (guint, schema->n_fields + 1);
      for (guint c = 0; c < schema->n_fields; c++)
        self->columns[c] = c;
    }
  return &self->base;
}
