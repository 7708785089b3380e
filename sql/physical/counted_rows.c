/* counted_rows.c - see counted_rows.h.
 *
 *     scan ─rows─▶ [+ length of each batch] ─▶ …
 *     … ─rows─▶ shuffle writer        what it wrote stands in the task's metrics when the task ends:
 *                                     one of its cleanups counts that for the exchange
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
} CountedIterator;

static RushBatch *
counted_next (RushIterator *base, GError **error)
{
  CountedIterator *self = (CountedIterator *)base;
  RushBatch *batch = rush_iterator_next (self->rows, error);

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
open_counted (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  return rush_counted_iterator_new (data, rows);
}

static void
unref_metrics (gpointer metrics)
{
  rush_metric_set_unref (metrics);
}

RushRdd *
rush_counted_rdd (RushRdd *rows, RushMetricSet *metrics)
{
  RushRdd *counted;

  if (rows == NULL)
    return NULL;
  counted = rush_rdd_map_partitions (rows, rows->schema, open_counted,
                                     rush_metric_set_ref (metrics), unref_metrics, TRUE);
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
