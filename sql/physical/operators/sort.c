/* sort.c - the rows of each partition in order.
 *
 * Mirrors: org.apache.spark.sql.execution.SortExec.
 */
#include "sql/physical/operators/sort.h"

#include "sql/physical/operators/basic.h"
#include "sql/physical/tables/row_sorter.h"
#include "sql/physical/text.h"

typedef struct
{
  RushExec base;
  RushExprList *orders; /* (owned) */
  RushExprList *bound;  /* (owned) */
  RushSchema *schema;   /* (owned) */
  gboolean global;
} SortExec;

enum
{
  METRIC_SORT_TIME,
  METRIC_PEAK_MEMORY,
  METRIC_SPILL_SIZE,
};

typedef struct
{
  RushIterator base;
  const RushExec *exec;
  RushIterator *child; /* NULL: read */
  RushRowSorter *sorter;
  RushTaskContext *ctx;
} SortIterator;

static gboolean
read_all (SortIterator *self, GError **error)
{
  g_autoptr (GError) failure = NULL;

  while (TRUE)
    {
      g_autoptr (RushBatch) batch = rush_iterator_next (self->child, &failure);

      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      if (batch == NULL)
        return TRUE;
      if (!rush_row_sorter_insert (self->sorter, batch, error))
        return FALSE;
    }
}

static RushBatch *
sort_next (RushIterator *base, GError **error)
{
  SortIterator *self = (SortIterator *)base;
  gint64 start_us = rush_clock_now_us (self->ctx->clock);
  RushBatch *batch;

  if (self->child == NULL)
    return rush_row_sorter_next (self->sorter, error);
  if (!read_all (self, error))
    return NULL;
  rush_iterator_close (g_steal_pointer (&self->child));
  start_us = rush_clock_now_us (self->ctx->clock);
  batch = rush_row_sorter_next (self->sorter, error);
  rush_exec_count (self->exec, METRIC_SORT_TIME,
                   (rush_clock_now_us (self->ctx->clock) - start_us) / 1000);
  return batch;
}

static void
sort_close (RushIterator *base)
{
  SortIterator *self = (SortIterator *)base;

  /* At the end: rows may have to go to disk while they are being handed out, too. */
  rush_exec_count (self->exec, METRIC_SPILL_SIZE, rush_row_sorter_spilled_bytes (self->sorter));
  rush_exec_count (self->exec, METRIC_PEAK_MEMORY, rush_row_sorter_peak_bytes (self->sorter));
  rush_iterator_close (self->child);
  rush_row_sorter_free (self->sorter);
  g_free (self);
}

static const RushIteratorClass sort_iterator_class = { sort_next, sort_close };

static RushIterator *
sort_open (const RushExec *base, RushIterator *child, guint split, RushTaskContext *ctx,
           RushEvalContext *eval, GError **error)
{
  const SortExec *exec = (const SortExec *)base;
  SortIterator *self = g_new0 (SortIterator, 1);

  self->base.klass = &sort_iterator_class;
  self->exec = base;
  self->child = child;
  self->ctx = ctx;
  self->sorter = rush_row_sorter_new (exec->schema, exec->bound, ctx, eval);
  return &self->base;
}

static RushExec *
sort_with_children (const RushExec *base, RushExec *const *children)
{
  const SortExec *self = (const SortExec *)base;

  return rush_sort_exec_new (rush_expr_list_ref (self->orders), self->global, children[0]);
}

static RushDistribution
sort_distribution (const RushExec *base, guint i)
{
  const SortExec *self = (const SortExec *)base;

  return self->global ? (RushDistribution){ RUSH_DISTRIBUTION_ORDERED, self->orders }
                      : (RushDistribution){ RUSH_DISTRIBUTION_ANY, NULL };
}

static RushExprList *
sort_ordering (const RushExec *base)
{
  return rush_expr_list_ref (((const SortExec *)base)->orders);
}

static char *
sort_arguments (const RushExec *base)
{
  const SortExec *self = (const SortExec *)base;
  g_autofree char *orders = rush_list_to_text (self->orders);

  return g_strdup_printf (" %s, %s, 0", orders, self->global ? "true" : "false");
}

static void
sort_expressions (const RushExec *base, GPtrArray *into)
{
  const SortExec *self = (const SortExec *)base;

  for (guint i = 0; i < self->orders->n; i++)
    g_ptr_array_add (into, self->orders->items[i]);
}

static void
sort_finalize (RushExec *base)
{
  SortExec *self = (SortExec *)base;

  rush_expr_list_unref (self->orders);
  rush_expr_list_unref (self->bound);
  rush_schema_unref (self->schema);
}

static const RushExecClass sort_class = {
  .name = "Sort",
  .fusible = TRUE,
  .finalize = sort_finalize,
  .with_children = sort_with_children,
  .arguments = sort_arguments,
  .expressions = sort_expressions,
  .output_ordering = sort_ordering,
  .required_distribution = sort_distribution,
  .open = sort_open,
};

gboolean
rush_exec_is_sort (const RushExec *self)
{
  return self->klass == &sort_class;
}

RushExec *
rush_sort_exec_new (RushExprList *orders, gboolean global, RushExec *child)
{
  SortExec *self =
      rush_exec_alloc (sizeof *self, &sort_class, rush_expr_list_ref (child->output), 1, &child);

  self->orders = orders;
  self->bound = rush_bind_list (orders, child->output);
  self->schema = rush_exec_schema (child);
  self->global = global;
  rush_exec_add_metric (self, "sortTime", "sort time", RUSH_METRIC_TIMING);
  rush_exec_add_metric (self, "peakMemory", "peak memory", RUSH_METRIC_SIZE);
  rush_exec_add_metric (self, "spillSize", "spill size", RUSH_METRIC_SIZE);
  return &self->base;
}
