/* exchange.c - a shuffle between two stages.
 *
 * The shuffle (a dependency of core/lineage) is made once and kept: a plan in which the exchange
 * stands twice, or that runs twice, writes its map outputs once.
 *
 * Mirrors: org.apache.spark.sql.execution.exchange.ShuffleExchangeExec.
 */
#include "sql/physical/operators/exchange.h"

#include "sql/physical/counted_rows.h"
#include "sql/physical/query_private.h"
#include "sql/physical/text.h"

typedef struct
{
  RushExec base;
  RushPartitioning *partitioning; /* (owned) */
  RushExchangeOrigin origin;
  gint64 plan_id;
  RushDependency *dependency; /* (owned) made on first use, under the query's lock */
} ExchangeExec;

gint64
rush_exec_next_plan_id (void)
{
  static atomic_llong next_id = 1;

  return next_id++;
}

RushDependency *
rush_exchange_exec_dependency (RushExec *base, RushQuery *query, GError **error)
{
  ExchangeExec *self = (ExchangeExec *)base;
  RushExec *child = base->children[0];
  g_autoptr (RushSchema) schema = rush_exec_schema (child);
  g_autoptr (RushRdd) rows = NULL;
  g_autoptr (RushRdd) written = NULL;
  RushLineageCall *around;

  if (self->dependency != NULL)
    return self->dependency;
  rows = rush_exec_execute (child, query, error);
  if (rows == NULL)
    return NULL;
  around = rush_exec_enter_scope (base, query);
  rows = rush_runtime_filters_gather (rush_query_runtime_filters (query), base, rows);
  written = rush_written_rdd (rows, child->output, base->metrics);
  self->dependency = rush_row_placement_dependency (self->partitioning, child->output, schema,
                                                    written, query, error);
  rush_lineage_restore_call (around);
  if (self->dependency != NULL)
    rush_exec_count (base, RUSH_EXCHANGE_PARTITIONS, self->dependency->partitioner->n_partitions);
  return self->dependency;
}

RushRdd *
rush_exchange_exec_read (RushExec *base, RushQuery *query, const RushShuffleSpec *specs,
                         guint n_specs, GError **error)
{
  RushDependency *dependency = rush_exchange_exec_dependency (base, query, error);
  g_autoptr (RushSchema) schema = rush_exec_schema (base);

  return dependency != NULL
             ? rush_shuffled_row_rdd_new (dependency, schema, specs, n_specs, base->metrics)
             : NULL;
}

static RushRdd *
exchange_execute (RushExec *base, RushQuery *query, GError **error)
{
  RushDependency *dependency = rush_exchange_exec_dependency (base, query, error);
  guint n = dependency != NULL ? dependency->partitioner->n_partitions : 0;
  g_autofree RushShuffleSpec *specs = g_new (RushShuffleSpec, n + 1);

  if (dependency == NULL)
    return NULL;
  for (guint p = 0; p < n; p++)
    specs[p] = (RushShuffleSpec){ p, p + 1, 0, G_MAXUINT };
  return rush_exchange_exec_read (base, query, specs, n, error);
}

static RushExec *
exchange_with_children (const RushExec *base, RushExec *const *children)
{
  const ExchangeExec *self = (const ExchangeExec *)base;

  return rush_exchange_exec_new (rush_partitioning_ref (self->partitioning), self->origin,
                                 children[0]);
}

static RushPartitioning *
exchange_partitioning (const RushExec *base)
{
  return rush_partitioning_ref (((const ExchangeExec *)base)->partitioning);
}

static const char *
origin_name (RushExchangeOrigin origin)
{
  switch (origin)
    {
    case RUSH_EXCHANGE_ENSURE_REQUIREMENTS:
      return "ENSURE_REQUIREMENTS";
    case RUSH_EXCHANGE_REPARTITION_BY_COL:
      return "REPARTITION_BY_COL";
    case RUSH_EXCHANGE_REPARTITION_BY_NUM:
      return "REPARTITION_BY_NUM";
    case RUSH_EXCHANGE_REBALANCE_PARTITIONS_BY_NONE:
      return "REBALANCE_PARTITIONS_BY_NONE";
    case RUSH_EXCHANGE_REBALANCE_PARTITIONS_BY_COL:
      return "REBALANCE_PARTITIONS_BY_COL";
    }
  g_assert_not_reached ();
}

static char *
described (const RushExec *base)
{
  const ExchangeExec *self = (const ExchangeExec *)base;
  g_autofree char *text = rush_partitioning_to_string (self->partitioning);

  return g_strdup_printf ("%s, %s, [plan_id=%" G_GINT64_FORMAT "]", text,
                          origin_name (self->origin), self->plan_id);
}

static char *
exchange_arguments (const RushExec *base)
{
  g_autofree char *text = described (base);

  return g_strdup_printf (" %s", text);
}

static char *
exchange_formatted (const RushExec *base)
{
  GString *out = g_string_new (NULL);
  g_autofree char *text = described (base);

  rush_append_list_line (out, "Input", base->children[0]->output);
  g_string_append_printf (out, "Arguments: %s\n", text);
  return g_string_free (out, FALSE);
}

/* Two exchanges are alike if they move rows in the same way. */
static char *
exchange_kind (const RushExec *base)
{
  const ExchangeExec *self = (const ExchangeExec *)base;

  return g_strdup_printf (" %d %u %d", self->partitioning->kind, self->partitioning->n_partitions,
                          self->origin);
}

static void
exchange_expressions (const RushExec *base, GPtrArray *into)
{
  const RushExprList *list = ((const ExchangeExec *)base)->partitioning->expressions;

  for (guint i = 0; list != NULL && i < list->n; i++)
    g_ptr_array_add (into, list->items[i]);
}

static void
exchange_finalize (RushExec *base)
{
  ExchangeExec *self = (ExchangeExec *)base;

  rush_partitioning_unref (self->partitioning);
  rush_dependency_unref (self->dependency);
}

static const RushExecClass exchange_class = {
  .name = "Exchange",
  .finalize = exchange_finalize,
  .with_children = exchange_with_children,
  .arguments = exchange_arguments,
  .formatted = exchange_formatted,
  .alike = exchange_kind,
  .expressions = exchange_expressions,
  .output_partitioning = exchange_partitioning,
  .execute = exchange_execute,
};

gboolean
rush_exec_is_exchange (const RushExec *self)
{
  return self->klass == &exchange_class;
}

RushPartitioning *
rush_exchange_exec_partitioning (const RushExec *self)
{
  g_assert (rush_exec_is_exchange (self));
  return ((const ExchangeExec *)self)->partitioning;
}

RushExchangeOrigin
rush_exchange_exec_origin (const RushExec *self)
{
  g_assert (rush_exec_is_exchange (self));
  return ((const ExchangeExec *)self)->origin;
}

RushExec *
rush_exchange_exec_new (RushPartitioning *partitioning, RushExchangeOrigin origin, RushExec *child)
{
  ExchangeExec *self = rush_exec_alloc (sizeof *self, &exchange_class,
                                        rush_expr_list_ref (child->output), 1, &child);

  self->partitioning = partitioning;
  self->origin = origin;
  self->plan_id = rush_exec_next_plan_id ();
  rush_exec_add_metric (self, "shuffleRecordsWritten", "shuffle records written", RUSH_METRIC_SUM);
  rush_exec_add_metric (self, "shuffleBytesWritten", "shuffle bytes written", RUSH_METRIC_SIZE);
  rush_exec_add_metric (self, "shuffleWriteTime", "shuffle write time", RUSH_METRIC_NS_TIMING);
  rush_exec_add_metric (self, "dataSize", "data size", RUSH_METRIC_SIZE);
  rush_exec_add_metric (self, "numPartitions", "number of partitions", RUSH_METRIC_SUM);
  rush_exec_add_metric (self, "recordsRead", "records read", RUSH_METRIC_SUM);
  rush_exec_add_metric (self, "localBlocksFetched", "local blocks read", RUSH_METRIC_SUM);
  rush_exec_add_metric (self, "localBytesRead", "local bytes read", RUSH_METRIC_SIZE);
  rush_exec_add_metric (self, "fetchWaitTime", "fetch wait time", RUSH_METRIC_TIMING);
  return &self->base;
}
