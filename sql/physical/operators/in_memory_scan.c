/* in_memory_scan.c - see in_memory_scan.h.
 *
 * Mirrors: org.apache.spark.sql.execution.columnar.InMemoryTableScanExec.
 */
#include "sql/physical/operators/in_memory_scan.h"

#include "rdd/transform/map_partitions.h"
#include "sql/physical/adaptive/adaptive_plan.h"
#include "sql/physical/cache_manager.h"
#include "sql/physical/counted_rows.h"
#include "sql/physical/query_private.h"
#include "sql/physical/text.h"
#include "sql/plan/relation.h"

typedef struct
{
  RushExec base;
  RushExprList *all;     /* (owned) */
  RushExprList *filters; /* (owned) */
  RushCachedData *data;  /* (owned) */
  char *name;            /* (owned) */
  RushExecClass klass;   /* with that name */
} InMemoryScanExec;

/* Which columns of the kept batches come out. */
typedef struct
{
  RushSchema *schema; /* (owned) */
  guint columns[];
} Chosen;

typedef struct
{
  RushIterator base;
  RushIterator *rows;
  const Chosen *chosen;
} ChoosingIterator;

static RushBatch *
choosing_next (RushIterator *base, GError **error)
{
  ChoosingIterator *self = (ChoosingIterator *)base;
  g_autoptr (RushBatch) batch = rush_iterator_next (self->rows, error);

  return batch != NULL ? rush_batch_project (batch, self->chosen->schema, self->chosen->columns)
                       : NULL;
}

static void
choosing_close (RushIterator *base)
{
  rush_iterator_close (((ChoosingIterator *)base)->rows);
  g_free (base);
}

static const RushIteratorClass choosing_class = { choosing_next, choosing_close };

static RushIterator *
choosing_open (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  ChoosingIterator *self = g_new0 (ChoosingIterator, 1);

  self->base.klass = &choosing_class;
  self->rows = rows;
  self->chosen = data;
  return &self->base;
}

static void
chosen_free (gpointer data)
{
  rush_schema_unref (((Chosen *)data)->schema);
  g_free (data);
}

static RushRdd *
in_memory_execute (RushExec *base, RushQuery *query, GError **error)
{
  InMemoryScanExec *self = (InMemoryScanExec *)base;
  g_autoptr (RushRdd) rows =
      rush_cached_data_rdd (self->data, rush_query_job_options (query), error);
  Chosen *chosen;

  if (rows == NULL)
    return NULL;
  chosen = g_malloc0 (sizeof *chosen + (base->output->n + 1) * sizeof (guint));
  chosen->schema = rush_exec_schema (base);
  for (guint i = 0; i < base->output->n; i++)
    for (guint c = 0; c < self->all->n; c++)
      if (rush_expr_named_id (self->all->items[c]) == rush_expr_named_id (base->output->items[i]))
        chosen->columns[i] = c;
  return rush_counted_rdd (
      rush_rdd_map_partitions (rows, chosen->schema, choosing_open, chosen, chosen_free, TRUE),
      base->metrics);
}

static RushExec *
in_memory_copy (const RushExec *base, RushExec *const *children)
{
  const InMemoryScanExec *self = (const InMemoryScanExec *)base;

  return rush_in_memory_scan_exec_new (rush_expr_list_ref (base->output), self->all, self->data,
                                       self->filters);
}

/* The plan that makes the rows, once it is known how they will lie: an adaptive one must have
 * run. */
static RushExec *
settled_plan (const InMemoryScanExec *self)
{
  RushExec *plan = rush_cached_data_plan (self->data, NULL);

  if (plan == NULL || !rush_exec_is_adaptive (plan))
    return plan;
  return rush_adaptive_exec_is_final (plan) ? rush_adaptive_exec_current (plan) : NULL;
}

/* The rows lie as the plan has laid them, whose columns have other names here. */
static RushPartitioning *
in_memory_partitioning (const RushExec *base)
{
  const InMemoryScanExec *self = (const InMemoryScanExec *)base;
  RushExec *plan = settled_plan (self);
  g_autoptr (RushPartitioning) below = NULL;
  g_autoptr (RushExprList) named = NULL;

  if (plan == NULL)
    return rush_partitioning_new (RUSH_PARTITIONING_UNKNOWN, 0, NULL);
  below = rush_exec_output_partitioning (plan);
  named = rush_list_renamed (plan->output, self->all);
  return rush_partitioning_project (below, named);
}

static RushExprList *
in_memory_ordering (const RushExec *base)
{
  const InMemoryScanExec *self = (const InMemoryScanExec *)base;
  RushExec *plan = settled_plan (self);
  g_autoptr (RushExprList) below = plan != NULL ? rush_exec_output_ordering (plan) : NULL;
  g_autoptr (RushExprList) named = NULL;

  if (below == NULL)
    return NULL;
  named = rush_list_renamed (plan->output, self->all);
  return rush_ordering_project (below, named);
}

static char *
in_memory_arguments (const RushExec *base)
{
  const InMemoryScanExec *self = (const InMemoryScanExec *)base;
  g_autofree char *columns = rush_list_to_text (base->output);
  g_autofree char *filters = rush_list_to_text (self->filters);

  return self->filters->n > 0 ? g_strdup_printf (" %s, %s", columns, filters)
                              : g_strdup_printf (" %s", columns);
}

/* Where all that is kept are numbers, Spark's scan can give columns, which it reads from rows. */
static char *
in_memory_formatted_name (const RushExec *base)
{
  const RushExprList *all = ((const InMemoryScanExec *)base)->all;

  for (guint i = 0; i < all->n; i++)
    {
      const RushType *type = all->items[i]->type;

      if (type != &RUSH_BOOL && type != &RUSH_INT8 && type != &RUSH_INT16 && type != &RUSH_INT32 &&
          type != &RUSH_INT64 && type != &RUSH_FLOAT32 && type != &RUSH_FLOAT64)
        return NULL;
    }
  return g_strdup (" (columnarIn=false, columnarOut=true)");
}

static gconstpointer
in_memory_identity (const RushExec *base)
{
  return ((const InMemoryScanExec *)base)->data;
}

static void
in_memory_finalize (RushExec *base)
{
  InMemoryScanExec *self = (InMemoryScanExec *)base;

  rush_expr_list_unref (self->all);
  rush_expr_list_unref (self->filters);
  rush_cached_data_unref (self->data);
  g_free (self->name);
}

static const RushExecClass in_memory_class = {
  .name = "InMemoryTableScan",
  .finalize = in_memory_finalize,
  .with_children = in_memory_copy,
  .arguments = in_memory_arguments,
  .identity = in_memory_identity,
  .formatted_name = in_memory_formatted_name,
  .output_partitioning = in_memory_partitioning,
  .output_ordering = in_memory_ordering,
  .execute = in_memory_execute,
};

gboolean
rush_exec_is_in_memory_scan (const RushExec *self)
{
  return self->klass->execute == in_memory_execute;
}

RushCachedData *
rush_in_memory_scan_exec_data (const RushExec *self)
{
  g_assert (rush_exec_is_in_memory_scan (self));
  return ((const InMemoryScanExec *)self)->data;
}

const RushExprList *
rush_in_memory_scan_exec_kept (const RushExec *self)
{
  g_assert (rush_exec_is_in_memory_scan (self));
  return ((const InMemoryScanExec *)self)->all;
}

RushExec *
rush_in_memory_scan_exec_plan (const RushExec *self)
{
  g_assert (rush_exec_is_in_memory_scan (self));
  return rush_cached_data_plan (((const InMemoryScanExec *)self)->data, NULL);
}

RushExec *
rush_in_memory_scan_exec_new (RushExprList *columns, RushExprList *all, RushCachedData *data,
                              RushExprList *filters)
{
  InMemoryScanExec *self = rush_exec_alloc (sizeof *self, &in_memory_class, columns, 0, NULL);

  self->all = rush_expr_list_ref (all);
  self->filters = rush_expr_list_ref (filters);
  self->data = rush_cached_data_ref (data);
  self->klass = in_memory_class;
  if (rush_cached_data_name (data) != NULL)
    self->klass.name = self->name =
        g_strconcat ("Scan In-memory table ", rush_cached_data_name (data), NULL);
  self->base.klass = &self->klass;
  rush_exec_add_metric (self, "numOutputRows", "number of output rows", RUSH_METRIC_SUM);
  return &self->base;
}
