/* counted_rows.c - see counted_rows.h.
 *
 *     scan ─rows─▶ [+ length of each batch; + ms until it came] ─▶ …
 *     … ─rows─▶ shuffle writer     what it wrote stands in the task's metrics when the task ends:
 *                                  one of its cleanups counts that for the exchange
 */
#include "sql/physical/counted_rows.h"

#include "rdd/transform/map_partitions.h"
#include "sql/physical/operators/shuffled_row_rdd.h"

/* ---- rows that pass ---- */

typedef struct
{
  RushIterator base;
  RushIterator *rows;
  RushMetricSet *metrics;
  RushClock *clock; /* NULL: not timed */
  gint64 waited_us; /* for batches, and not counted yet */
} CountedIterator;

/* Whole milliseconds are counted, the rest is kept. */
static void
count_time (CountedIterator *self, gint64 start_us)
{
  self->waited_us += rush_clock_now_us (self->clock) - start_us;
  if (self->waited_us < 1000)
    return;
  rush_metric_set_count (self->metrics, RUSH_METRIC_SCAN_TIME, self->waited_us / 1000);
  self->waited_us %= 1000;
}

static RushBatch *
counted_next (RushIterator *base, GError **error)
{
  CountedIterator *self = (CountedIterator *)base;
  gint64 start_us = self->clock != NULL ? rush_clock_now_us (self->clock) : 0;
  RushBatch *batch = rush_iterator_next (self->rows, error);

  if (self->clock != NULL)
    count_time (self, start_us);
  if (batch != NULL)
    rush_metric_set_count (self->metrics, RUSH_METRIC_OUTPUT_ROWS, batch->length);
  return batch;
}

static void
counted_close (RushIterator *base)
{
  rush_iterator_close (((CountedIterator *)base)->rows);
  g_free (base);
}

static const RushIteratorClass counted_class = { counted_next, counted_close };

RushIterator *
rush_counted_iterator_new (RushMetricSet *metrics, RushIterator *rows)
{
  CountedIterator *self = g_new0 (CountedIterator, 1);

  self->base.klass = &counted_class;
  self->rows = rows;
  self->metrics = metrics;
  return &self->base;
}

static RushIterator *
open_timed (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  RushIterator *counted = rush_counted_iterator_new (data, rows);

  ((CountedIterator *)counted)->clock = ctx->clock;
  return counted;
}

static RushIterator *
open_counted (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  return rush_counted_iterator_new (data, rows);
}

static void
unref_metrics (gpointer metrics)
{
  rush_metric_set_unref (metrics);
}

static RushRdd *
count_all (RushRdd *rows, RushMetricSet *metrics, RushPartitionFunc open)
{
  RushRdd *counted;

  if (rows == NULL)
    return NULL;
  counted = rush_rdd_map_partitions (rows, rows->schema, open, rush_metric_set_ref (metrics),
                                     unref_metrics, TRUE);
  rush_rdd_unref (rows);
  return counted;
}

RushRdd *
rush_counted_rdd (RushRdd *rows, RushMetricSet *metrics)
{
  return count_all (rows, metrics, open_counted);
}

RushRdd *
rush_timed_rdd (RushRdd *rows, RushMetricSet *metrics)
{
  return count_all (rows, metrics, open_timed);
}

/* ---- rows one by one ---- */

#define FEW_AT_A_TIME 1024 /* behind so many rows batches are as long as ever */

typedef struct
{
  RushIterator base;
  RushIterator *rows;
  RushTaskContext *ctx;
  RushBatch *batch; /* of which rows are left, from @next on; or NULL */
  guint next;
  guint64 given;
} RowIterator;

static guint
rows_to_give (const RowIterator *self)
{
  guint left = self->batch->length - self->next;

  if (self->ctx->rows_wanted <= 0 || self->given >= FEW_AT_A_TIME)
    return left;
  return (guint)MIN (left, (guint64)self->ctx->rows_wanted);
}

/* The source has counted the whole batch as input: what is not given yet does not count. */
static RushBatch *
row_next (RushIterator *base, GError **error)
{
  RowIterator *self = (RowIterator *)base;
  RushBatch *part;
  guint n;

  if (self->batch == NULL)
    {
      self->batch = rush_iterator_next (self->rows, error);
      self->next = 0;
      if (self->batch == NULL)
        return NULL;
      self->ctx->metrics.input_records -= self->batch->length;
    }
  n = rows_to_give (self);
  part = rush_batch_slice (self->batch, self->next, n);
  self->ctx->metrics.input_records += n;
  self->given += n;
  self->next += n;
  if (self->next == self->batch->length)
    g_clear_pointer (&self->batch, rush_batch_unref);
  return part;
}

static void
row_close (RushIterator *base)
{
  RowIterator *self = (RowIterator *)base;

  rush_iterator_close (self->rows);
  g_clear_pointer (&self->batch, rush_batch_unref);
  g_free (self);
}

static const RushIteratorClass row_class = { row_next, row_close };

static RushIterator *
open_rows (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  RowIterator *self = g_new0 (RowIterator, 1);

  self->base.klass = &row_class;
  self->rows = rows;
  self->ctx = ctx;
  return rush_counted_iterator_new (data, &self->base);
}

RushRdd *
rush_counted_row_rdd (RushRdd *rows, RushMetricSet *metrics)
{
  RushRdd *counted;

  if (rows == NULL)
    return NULL;
  counted = rush_rdd_map_partitions (rows, rows->schema, open_rows, rush_metric_set_ref (metrics),
                                     unref_metrics, TRUE);
  rush_rdd_unref (rows);
  return counted;
}

/* ---- what a task writes ---- */

typedef struct
{
  RushMetricSet *metrics; /* (owned) */
  RushExprList *output;   /* (owned) */
} Written;

typedef struct
{
  const Written *written;
  RushTaskContext *ctx;
} WrittenByTask;

static void
count_written (gpointer data)
{
  WrittenByTask *self = data;
  RushMetricSet *metrics = self->written->metrics;
  const RushTaskMetrics *task = &self->ctx->metrics;

  rush_metric_set_count (metrics, RUSH_EXCHANGE_RECORDS_WRITTEN, task->shuffle_write_records);
  rush_metric_set_count (metrics, RUSH_EXCHANGE_BYTES_WRITTEN, task->shuffle_write_bytes);
  rush_metric_set_count (metrics, RUSH_EXCHANGE_WRITE_TIME, task->shuffle_write_us * 1000);
  rush_metric_set_count (metrics, RUSH_EXCHANGE_DATA_SIZE,
                         (gint64)rush_unsafe_row_bytes (self->written->output,
                                                        task->shuffle_write_records,
                                                        task->shuffle_write_bytes));
  g_free (self);
}

static RushIterator *
open_written (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  WrittenByTask *by_task = g_new (WrittenByTask, 1);

  *by_task = (WrittenByTask){ data, ctx };
  rush_task_context_add_cleanup (ctx, count_written, by_task);
  return rows;
}

static void
written_free (gpointer data)
{
  Written *self = data;

  rush_metric_set_unref (self->metrics);
  rush_expr_list_unref (self->output);
  g_free (self);
}

RushRdd *
rush_written_rdd (RushRdd *rows, const RushExprList *output, RushMetricSet *metrics)
{
  Written *written = g_new (Written, 1);

  written->metrics = rush_metric_set_ref (metrics);
  written->output = rush_expr_list_ref ((RushExprList *)output);
  return rush_rdd_map_partitions (rows, rows->schema, open_written, written, written_free, TRUE);
}

double
rush_unsafe_row_bytes (const RushExprList *output, gint64 n_rows, gint64 encoded_bytes)
{
  guint n = output->n;
  double fixed = (double)n_rows * (8.0 * ((n + 63) / 64) + 8.0 * n);

  for (guint i = 0; i < n; i++)
    if (output->items[i]->type->storage == RUSH_STORAGE_VIEW)
      return MAX (fixed, (double)encoded_bytes + 4.0 * (double)n_rows);
  return fixed;
}
