/* local_table_scan.c - rows that the driver has: no job is needed to collect them, and tasks read
 * them in slices.
 *
 * Mirrors: org.apache.spark.sql.execution.LocalTableScanExec.
 */
#include "rdd/source/parallelize.h"
#include "sql/physical/operators/scans.h"
#include "sql/physical/counted_rows.h"
#include "sql/physical/query.h"
#include "sql/physical/text.h"

typedef struct
{
  RushExec base;
  GPtrArray *batches; /* (owned) of RushBatch */
  guint64 n_rows;
} LocalTableScanExec;

/* Rows [start, end) of all, appended to a new array. */
static GPtrArray *
slice_rows (const LocalTableScanExec *self, guint64 start, guint64 end)
{
  GPtrArray *slice = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  guint64 at = 0;

  for (guint b = 0; b < self->batches->len; b++)
    {
      RushBatch *batch = self->batches->pdata[b];
      guint64 from = MAX (start, at), to = MIN (end, at + batch->length);

      if (from < to)
        g_ptr_array_add (slice, rush_batch_slice (batch, (guint)(from - at), (guint)(to - from)));
      at += batch->length;
    }
  return slice;
}

static RushRdd *
local_table_execute (RushExec *base, RushQuery *query, GError **error)
{
  LocalTableScanExec *self = (LocalTableScanExec *)base;
  RushContext *context = rush_query_context (query);
  g_autoptr (RushSchema) schema = rush_exec_schema (base);
  g_autoptr (GPtrArray) slices = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  guint n = (guint)MIN (self->n_rows, rush_context_default_parallelism (context));

  for (guint s = 0; s < n; s++)
    g_ptr_array_add (slices, slice_rows (self, rush_slice_start (self->n_rows, n, s),
                                         rush_slice_start (self->n_rows, n, s + 1)));
  return rush_counted_rdd (rush_rdd_parallelize (rush_context_lineage (context), schema,
                                                 (GPtrArray *const *)slices->pdata, n),
                           base->metrics);
}

static RushPartitioning *
local_table_partitioning (const RushExec *base)
{
  return rush_partitioning_new (RUSH_PARTITIONING_UNKNOWN, 0, NULL);
}

static char *
local_table_arguments (const RushExec *base)
{
  g_autofree char *columns = rush_list_to_text (base->output);

  if (((const LocalTableScanExec *)base)->n_rows == 0)
    return g_strdup_printf (" <empty>, %s", columns);
  return g_strdup_printf (" %s", columns);
}

static gconstpointer
local_table_identity (const RushExec *base)
{
  return ((const LocalTableScanExec *)base)->batches;
}

static void
local_table_finalize (RushExec *base)
{
  g_ptr_array_unref (((LocalTableScanExec *)base)->batches);
}

static const RushExecClass local_table_class = {
  .name = "LocalTableScan",
  .finalize = local_table_finalize,
  .arguments = local_table_arguments,
  .identity = local_table_identity,
  .output_partitioning = local_table_partitioning,
  .execute = local_table_execute,
};

gboolean
rush_exec_is_local_table (const RushExec *self)
{
  return self->klass == &local_table_class;
}

GPtrArray *
rush_local_table_scan_batches (const RushExec *self)
{
  g_assert (rush_exec_is_local_table (self));
  return ((const LocalTableScanExec *)self)->batches;
}

RushExec *
rush_local_table_scan_exec_new (RushExprList *output, GPtrArray *batches, guint64 n_rows)
{
  LocalTableScanExec *self = rush_exec_alloc (sizeof *self, &local_table_class, output, 0, NULL);

  self->batches = g_ptr_array_ref (batches);
  self->n_rows = n_rows;
  rush_exec_add_metric (self, "numOutputRows", "number of output rows", RUSH_METRIC_SUM);
  return &self->base;
}
