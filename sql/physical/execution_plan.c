/* execution_plan.c - a physical plan as events tell it.
 *
 *   *(2) HashAggregate            WholeStageCodegen (2)
 *   └── Exchange                  └── HashAggregate
 *       └── *(1) Range      ─▶        └── InputAdapter
 *                                         └── Exchange
 *                                             └── WholeStageCodegen (1)
 *                                                 └── Range
 *
 * A fused stage is a number that its operators bear.  Spark has nodes for where one begins and for
 * where it takes rows from outside, and so has what is told of the plan.
 *
 * Mirrors: org.apache.spark.sql.execution.SparkPlanInfo.fromSparkPlan.
 */
#include "sql/physical/adaptive/adaptive_plan.h"
#include "sql/physical/adaptive/query_stage.h"
#include "sql/physical/execution.h"
#include "sql/physical/operators/broadcast_exchange.h"
#include "sql/physical/operators/in_memory_scan.h"
#include "sql/physical/query_private.h"

static const char *
metric_type (RushMetricKind kind)
{
  switch (kind)
    {
    case RUSH_METRIC_SUM:
      return "sum";
    case RUSH_METRIC_SIZE:
      return "size";
    case RUSH_METRIC_TIMING:
      return "timing";
    case RUSH_METRIC_NS_TIMING:
      return "nsTiming";
    }
  g_assert_not_reached ();
}

/* The plan that a leaf stands for, which Spark shows below it; NULL: none. */
static RushExec *
inner_plan (const RushExec *node)
{
  if (rush_exec_is_adaptive (node))
    return rush_adaptive_exec_current (node);
  if (rush_exec_is_stage (node))
    return rush_query_stage_plan (node);
  if (rush_exec_is_reused_exchange (node))
    return rush_reused_exchange_exec_exchange (node);
  if (rush_exec_is_in_memory_scan (node))
    return rush_in_memory_scan_exec_plan (node);
  return NULL;
}

static RushPlanInfo *
wrap (char *name /* taken over */, RushPlanInfo *child)
{
  RushPlanInfo *self = rush_plan_info_new (name, g_strdup (name), 1, 0);

  self->children[0] = child;
  return self;
}

static RushPlanInfo *info_below (RushQuery *query, const RushExec *parent, const RushExec *node);

/* ---- subqueries ---- */

static gboolean
note_subquery (const RushExpr *node, gpointer data)
{
  if (node->kind == RUSH_EXPR_SCALAR_SUBQUERY)
    g_ptr_array_add (data, (gpointer)node);
  return FALSE;
}

GPtrArray *
rush_exec_subqueries (const RushExec *node)
{
  g_autoptr (GPtrArray) exprs = g_ptr_array_new ();
  GPtrArray *found = g_ptr_array_new ();

  if (node->klass->expressions != NULL)
    node->klass->expressions (node, exprs);
  for (guint i = 0; i < exprs->len; i++)
    if (((RushExpr *)exprs->pdata[i])->flags & RUSH_EXPR_HAS_SUBQUERY)
      rush_expr_visit (exprs->pdata[i], note_subquery, found);
  return found;
}

/* NULL: the query does not know it. */
static RushPlanInfo *
info_of_subquery (RushQuery *query, const RushExpr *subquery)
{
  gint64 id = (gint64)subquery->as.subquery.id, main_id = id;
  RushQuery *own = query != NULL ? rush_query_subquery (query, id, &main_id) : NULL;
  RushPlanInfo *info;

  if (own == NULL)
    return NULL;
  info = wrap (g_strdup ("Subquery"), info_below (own, NULL, rush_query_executed_plan (own, NULL)));
  return main_id != id ? wrap (g_strdup ("ReusedSubquery"), info) : info;
}

/* ---- nodes ---- */

#define SKEWED "(skew=true)"

/* Spark has a join's word for skew in the name, where explain () has it, too. */
static char *
name_of (const RushExec *node, const char *arguments)
{
  g_autofree char *name = rush_exec_node_name (node);
  gboolean is_skewed = arguments != NULL && g_str_has_prefix (arguments, SKEWED);

  return g_strconcat (name, is_skewed ? SKEWED : "", NULL);
}

static RushPlanInfo *
info_of (RushQuery *query, const RushExec *node)
{
  const RushMetricSet *metrics = node->metrics;
  RushExec *inner = inner_plan (node);
  g_autofree char *arguments =
      node->klass->arguments != NULL ? node->klass->arguments (node) : NULL;
  g_autoptr (GPtrArray) subqueries = rush_exec_subqueries (node);
  guint n_children = inner != NULL ? 1 : node->n_children;
  RushPlanInfo *self =
      rush_plan_info_new (name_of (node, arguments),
                          g_strconcat (node->klass->name, arguments != NULL ? arguments : "", NULL),
                          n_children + subqueries->len, metrics->n);

  for (guint i = 0; i < n_children; i++)
    self->children[i] = info_below (query, node, inner != NULL ? inner : node->children[i]);
  self->n_children = n_children;
  for (guint i = 0; i < subqueries->len; i++)
    {
      RushPlanInfo *info = info_of_subquery (query, subqueries->pdata[i]);
      if (info != NULL)
        self->children[self->n_children++] = info;
    }
  for (guint i = 0; i < metrics->n; i++)
    self->metrics[i] =
        (RushPlanMetric){ metrics->items[i].label, metric_type (metrics->items[i].kind),
                          metrics->items[i].accumulator_id };
  return self;
}

/* @node with what stands between it and @parent (NULL: it is on top). */
static RushPlanInfo *
info_below (RushQuery *query, const RushExec *parent, const RushExec *node)
{
  gint above = parent != NULL ? parent->codegen_stage_id : 0;
  RushPlanInfo *info = info_of (query, node);

  if (node->codegen_stage_id == above)
    return info;
  if (node->codegen_stage_id != 0)
    info = wrap (g_strdup_printf ("WholeStageCodegen (%d)", node->codegen_stage_id), info);
  return above != 0 ? wrap (g_strdup ("InputAdapter"), info) : info;
}

RushPlanInfo *
rush_exec_plan_info (const RushExec *self)
{
  return info_below (NULL, NULL, self);
}

RushPlanInfo *
rush_execution_plan_info (RushQuery *query, const RushExec *plan)
{
  return info_below (query, NULL, plan);
}

/* ---- what the driver has counted ---- */

static void
add_updates (const RushExec *node, GHashTable *seen, GArray *into)
{
  RushExec *inner = inner_plan (node);

  for (guint i = 0; i < node->n_children; i++)
    add_updates (node->children[i], seen, into);
  if (inner != NULL)
    add_updates (inner, seen, into);
  if (!g_hash_table_add (seen, node->metrics))
    return;
  for (guint i = 0; i < node->metrics->n; i++)
    {
      RushMetric *metric = &node->metrics->items[i];
      RushAccumUpdate update = { metric->accumulator_id, atomic_exchange (&metric->driver, 0) };
      if (update.value != 0)
        g_array_append_val (into, update);
    }
}

RushAccumUpdate *
rush_exec_driver_updates (const RushExec *self, guint *out_n)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  GArray *updates = g_array_new (FALSE, FALSE, sizeof (RushAccumUpdate));

  add_updates (self, seen, updates);
  *out_n = updates->len;
  return (RushAccumUpdate *)g_array_free (updates, FALSE);
}
