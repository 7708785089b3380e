/* planner.c - a logical operator, or a pattern of several, to physical ones.
 *
 * Strategies that look at patterns are asked first (limits, scans, aggregates, joins); what is left
 * is one to one.
 *
 * Mirrors: org.apache.spark.sql.execution.SparkStrategies.BasicOperators.
 */
#include "sql/physical/planner/planner.h"

#include "sql/physical/operators/basic.h"
#include "sql/physical/operators/exchange.h"
#include "sql/physical/operators/generate.h"
#include "sql/physical/operators/python_eval.h"
#include "sql/physical/operators/python_map.h"
#include "sql/physical/operators/rows.h"
#include "sql/physical/operators/scans.h"
#include "sql/physical/operators/sort.h"
#include "sql/physical/operators/union_exec.h"
#include "sql/physical/operators/union_loop.h"
#include "sql/physical/operators/window.h"
#include "sql/physical/operators/window_group_limit.h"
#include "sql/physical/write.h"

RushExec *
rush_exec_planned_from (RushExec *exec, RushPlan *plan)
{
  if (exec != NULL && exec->logical == NULL)
    exec->logical = rush_plan_ref (plan);
  return exec;
}

gboolean
rush_plan_children (RushQuery *query, RushPlan *plan, RushExec **out, GError **error)
{
  for (guint i = 0; i < plan->n_children; i++)
    {
      out[i] = rush_plan_later (query, plan->children[i], error);
      if (out[i] == NULL)
        {
          for (guint k = 0; k < i; k++)
            rush_exec_unref (out[k]);
          return FALSE;
        }
    }
  return TRUE;
}

static RushExec *
plan_range (RushQuery *query, const RushPlan *plan)
{
  guint n = plan->as.range.n_slices;

  if (n == 0)
    n = rush_context_default_parallelism (rush_query_context (query));
  return rush_range_exec_new (rush_expr_list_ref (plan->output), plan->as.range.start,
                              plan->as.range.end, plan->as.range.step, n);
}

/* One row without columns. */
static RushExec *
plan_one_row (const RushPlan *plan)
{
  g_autoptr (RushSchema) schema = rush_plan_schema (plan);
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);

  g_ptr_array_add (batches, rush_batch_new (schema, 1, NULL));
  return rush_one_row_exec_new (rush_expr_list_ref (plan->output), batches);
}

static guint
shuffle_partitions (RushQuery *query)
{
  const RushEvalSettings *settings = rush_query_settings (query);
  const char *initial = rush_settings_get_string (
      settings, "spark.sql.adaptive.coalescePartitions.initialPartitionNum");

  if (initial != NULL && rush_settings_get_bool (settings, "spark.sql.adaptive.enabled") &&
      rush_settings_get_bool (settings, "spark.sql.adaptive.coalescePartitions.enabled"))
    return (guint)g_ascii_strtoull (initial, NULL, 10);
  return (guint)rush_settings_get_int (settings, "spark.sql.shuffle.partitions");
}

static RushExec *
plan_repartition (RushQuery *query, const RushPlan *plan, RushExec *child)
{
  guint n = plan->as.repartition.n;
  RushPartitioning *partitioning;

  if (!plan->as.repartition.shuffle)
    return rush_coalesce_exec_new (n, child);
  partitioning =
      rush_partitioning_new (n == 1 ? RUSH_PARTITIONING_SINGLE : RUSH_PARTITIONING_ROUND_ROBIN,
                             n > 0 ? n : shuffle_partitions (query), NULL);
  return rush_exchange_exec_new (partitioning,
                                 plan->as.repartition.rebalance
                                     ? RUSH_EXCHANGE_REBALANCE_PARTITIONS_BY_NONE
                                 : n > 0 ? RUSH_EXCHANGE_REPARTITION_BY_NUM
                                         : RUSH_EXCHANGE_REPARTITION_BY_COL,
                                 child);
}

static RushExec *
plan_repartition_by (RushQuery *query, const RushPlan *plan, RushExec *child)
{
  RushExprList *list = plan->lists[0];
  guint n = plan->as.repartition.n > 0 ? plan->as.repartition.n : shuffle_partitions (query);
  gboolean range = list->n > 0 && list->items[0]->kind == RUSH_EXPR_SORT_ORDER;
  RushPartitioningKind kind = n == 1        ? RUSH_PARTITIONING_SINGLE
                              : range       ? RUSH_PARTITIONING_RANGE
                              : list->n > 0 ? RUSH_PARTITIONING_HASH
                                            : RUSH_PARTITIONING_ROUND_ROBIN;
  RushExchangeOrigin origin = plan->as.repartition.rebalance
                                  ? (list->n > 0 ? RUSH_EXCHANGE_REBALANCE_PARTITIONS_BY_COL
                                                 : RUSH_EXCHANGE_REBALANCE_PARTITIONS_BY_NONE)
                              : plan->as.repartition.n > 0 ? RUSH_EXCHANGE_REPARTITION_BY_NUM
                                                           : RUSH_EXCHANGE_REPARTITION_BY_COL;
  gboolean has_list = kind == RUSH_PARTITIONING_HASH || kind == RUSH_PARTITIONING_RANGE;

  return rush_exchange_exec_new (
      rush_partitioning_new (kind, n, has_list ? rush_expr_list_ref (list) : NULL), origin, child);
}

/* Where the rows are, and again where each partition is together. */
static RushExec *
plan_window_group_limit (const RushPlan *plan, RushExec *child)
{
  for (guint final = 0; final < 2; final++)
    child = rush_window_group_limit_exec_new (
        rush_expr_list_ref (plan->lists[0]), rush_expr_list_ref (plan->lists[1]),
        rush_expr_ref (plan->lists[2]->items[0]), plan->as.group_limit.limit, final, child);
  return child;
}

static RushExec *
unplannable (const RushPlan *plan, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
               "There is no physical operator for %s yet", rush_plan_kind_name (plan->kind));
  return NULL;
}

static RushExec *
plan_leaf (RushQuery *query, const RushPlan *plan, GError **error)
{
  switch ((guint)plan->kind)
    {
    case RUSH_PLAN_ONE_ROW:
      return plan_one_row (plan);
    case RUSH_PLAN_LOCAL_RELATION:
      return rush_local_table_scan_exec_new (rush_expr_list_ref (plan->output),
                                             plan->as.local.batches, plan->as.local.n_rows);
    case RUSH_PLAN_RANGE:
      return plan_range (query, plan);
    case RUSH_PLAN_RDD_RELATION:
      return rush_rdd_scan_exec_new (rush_expr_list_ref (plan->output), plan->as.rdd.rdd,
                                     plan->as.rdd.layout);
    default:
      return unplannable (plan, error);
    }
}

/* @child is taken over. */
static RushExec *
plan_unary (RushQuery *query, RushPlan *plan, RushExec *child, GError **error)
{
  switch ((guint)plan->kind)
    {
    case RUSH_PLAN_PROJECT:
      return rush_project_exec_new (rush_expr_list_ref (plan->lists[0]), child);
    case RUSH_PLAN_FILTER:
      return rush_filter_exec_new (rush_expr_ref (plan->lists[0]->items[0]), child);
    case RUSH_PLAN_SORT:
      return rush_sort_exec_new (rush_expr_list_ref (plan->lists[0]), plan->as.sort.global, child);
    case RUSH_PLAN_SAMPLE:
      return rush_sample_exec_new (plan->as.sample.lower, plan->as.sample.upper,
                                   plan->as.sample.with_replacement, plan->as.sample.seed, child,
                                   error);
    case RUSH_PLAN_EXPAND:
      return rush_expand_exec_new (plan->as.expand.n_projections,
                                   rush_expr_list_ref (plan->lists[1]),
                                   rush_expr_list_ref (plan->output), child);
    case RUSH_PLAN_GENERATE:
      return rush_generate_exec_new (plan, child);
    case RUSH_PLAN_PYTHON_EVAL:
      return rush_python_eval_exec_new (query, plan, child);
    case RUSH_PLAN_MAP_IN_PYTHON:
      return rush_python_map_exec_new (query, plan, child);
    case RUSH_PLAN_WINDOW:
      return rush_window_exec_new (rush_expr_list_ref (plan->lists[0]),
                                   rush_expr_list_ref (plan->lists[1]),
                                   rush_expr_list_ref (plan->lists[2]), child);
    case RUSH_PLAN_WINDOW_GROUP_LIMIT:
      return plan_window_group_limit (plan, child);
    case RUSH_PLAN_REPARTITION:
      return plan_repartition (query, plan, child);
    case RUSH_PLAN_REPARTITION_BY:
      return plan_repartition_by (query, plan, child);
    case RUSH_PLAN_SUBQUERY_ALIAS:
    case RUSH_PLAN_VIEW:
    case RUSH_PLAN_RESOLVED_HINT:
      return child; /* of a plan that was not optimized */
    default:
      rush_exec_unref (child);
      return unplannable (plan, error);
    }
}

static RushExec *
plan_basic (RushQuery *query, RushPlan *plan, GError **error)
{
  g_autofree RushExec **children = g_new0 (RushExec *, plan->n_children + 1);

  if (plan->n_children == 0)
    return plan_leaf (query, plan, error);
  if (plan->kind == RUSH_PLAN_UNION_LOOP)
    return rush_union_loop_exec_new (plan);
  if (!rush_plan_children (query, plan, children, error))
    return NULL;
  if (plan->kind == RUSH_PLAN_UNION)
    return rush_union_exec_new (rush_expr_list_ref (plan->output), plan->n_children, children);
  if (plan->n_children == 1)
    return plan_unary (query, plan, children[0], error);
  for (guint i = 0; i < plan->n_children; i++)
    rush_exec_unref (children[i]);
  return unplannable (plan, error);
}

typedef RushExec *(*Strategy) (RushQuery *query, RushPlan *plan, GError **error);

static const Strategy strategies[] = {
  rush_plan_write,
  rush_plan_scan,
  rush_plan_aggregation,
  rush_plan_join_selection,
  plan_basic,
};

RushExec *
rush_plan_physically (RushQuery *query, RushPlan *plan, gboolean top, GError **error)
{
  g_autoptr (GError) failure = NULL;
  RushExec *exec = rush_plan_limits (query, plan, top, &failure);

  for (guint s = 0; exec == NULL && failure == NULL && s < G_N_ELEMENTS (strategies); s++)
    exec = strategies[s](query, plan, &failure);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return rush_exec_planned_from (exec, plan);
}

RushExec *
rush_plan_later (RushQuery *query, RushPlan *plan, GError **error)
{
  return rush_plan_physically (query, plan, FALSE, error);
}
