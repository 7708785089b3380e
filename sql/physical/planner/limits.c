/* limits.c - a limit is cheapest where it can be known: on the driver, or with the sort below it.
 *
 *   on top     Limit (Sort)            TakeOrderedAndProject
 *              Limit (Project (Sort))
 *              Limit (…)               CollectLimit
 *              Tail (…)                CollectTail
 *   inside     Limit (Sort) …          TakeOrderedAndProject
 *              GlobalLimit, LocalLimit each for itself
 *
 * Mirrors: SparkStrategies.SpecialLimits and BasicOperators.
 */
#include "sql/physical/operators/limit.h"
#include "sql/physical/operators/sort.h"
#include "sql/physical/planner/planner.h"

/* GlobalLimit (LocalLimit (…)), with an Offset above, between or below. */
typedef struct
{
  gint64 limit; /* −1: none; counts the offset's rows */
  gint64 offset;
  RushPlan *child;
} Limit;

/* FALSE: it is not a number yet. */
static gboolean
literal_of (const RushPlan *plan, gint64 *out)
{
  const RushExpr *expr = plan->lists[0]->items[0];

  if (expr->kind != RUSH_EXPR_LITERAL || !rush_column_is_valid (expr->as.literal.value, 0))
    return FALSE;
  *out = rush_column_get_int (expr->as.literal.value, 0);
  return TRUE;
}

static gboolean
match_limit (RushPlan *plan, Limit *out)
{
  gint64 limit, offset;

  *out = (Limit){ -1, 0, plan };
  if (plan->kind == RUSH_PLAN_OFFSET && literal_of (plan, &offset))
    {
      /* Offset over a limit: the limit counts all rows. */
      RushPlan *below = plan->children[0];
      out->offset = offset;
      out->child = below;
      if (below->kind == RUSH_PLAN_GLOBAL_LIMIT && literal_of (below, &out->limit))
        out->child = below->children[0];
    }
  else if (plan->kind == RUSH_PLAN_GLOBAL_LIMIT && literal_of (plan, &limit))
    {
      out->limit = limit;
      out->child = plan->children[0];
      if (out->child->kind == RUSH_PLAN_OFFSET && literal_of (out->child, &offset))
        {
          out->limit = limit + offset;
          out->offset = offset;
          out->child = out->child->children[0];
        }
      if (out->child->kind == RUSH_PLAN_LOCAL_LIMIT)
        out->child = out->child->children[0];
      if (out->offset == 0 && out->child->kind == RUSH_PLAN_OFFSET &&
          literal_of (out->child, &offset))
        {
          out->limit = limit + offset;
          out->offset = offset;
          out->child = out->child->children[0];
        }
      return TRUE;
    }
  else
    return FALSE;
  if (out->child->kind == RUSH_PLAN_LOCAL_LIMIT && out->limit >= 0)
    out->child = out->child->children[0];
  return TRUE;
}

/* NULL without error: there is no sort below. */
static RushExec *
take_ordered (RushQuery *query, const Limit *limit, GError **error)
{
  RushPlan *sort = limit->child, *project = NULL;
  gint64 most = rush_settings_get_int (rush_query_settings (query),
                                       "spark.sql.execution.topKSortFallbackThreshold");
  RushExec *child;

  if (sort->kind == RUSH_PLAN_PROJECT)
    {
      project = sort;
      sort = sort->children[0];
    }
  if (sort->kind != RUSH_PLAN_SORT || !sort->as.sort.global || limit->limit < 0 ||
      limit->limit >= most)
    return NULL;
  child = rush_plan_later (query, sort->children[0], error);
  if (child == NULL)
    return NULL;
  return rush_take_ordered_exec_new (
      limit->limit, limit->offset, rush_expr_list_ref (sort->lists[0]),
      rush_expr_list_ref (project != NULL ? project->lists[0] : sort->output), child);
}

static RushExec *
on_top (RushQuery *query, RushPlan *plan, GError **error)
{
  g_autoptr (GError) failure = NULL;
  Limit limit;
  RushExec *exec;

  if (plan->kind == RUSH_PLAN_TAIL && literal_of (plan, &limit.limit))
    {
      exec = rush_plan_later (query, plan->children[0], error);
      return exec != NULL ? rush_collect_tail_exec_new (limit.limit, exec) : NULL;
    }
  if (!match_limit (plan, &limit))
    return NULL;
  exec = take_ordered (query, &limit, &failure);
  if (exec == NULL && failure == NULL)
    {
      exec = rush_plan_later (query, limit.child, &failure);
      if (exec != NULL)
        exec = rush_collect_limit_exec_new (limit.limit, limit.offset, exec);
    }
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return exec;
}

RushExec *
rush_plan_limits (RushQuery *query, RushPlan *plan, gboolean top, GError **error)
{
  g_autoptr (GError) failure = NULL;
  Limit limit;
  RushExec *exec = NULL;
  gint64 n;

  if (top)
    return on_top (query, plan, error);
  if (match_limit (plan, &limit))
    exec = take_ordered (query, &limit, &failure);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  if (exec != NULL || (error != NULL && *error != NULL))
    return exec;
  if (plan->kind == RUSH_PLAN_LOCAL_LIMIT && literal_of (plan, &n))
    {
      exec = rush_plan_later (query, plan->children[0], error);
      return exec != NULL ? rush_local_limit_exec_new (n, exec) : NULL;
    }
  if (!match_limit (plan, &limit))
    return NULL;
  exec = rush_plan_later (query, limit.child, error);
  if (exec != NULL && limit.limit >= 0)
    exec = rush_local_limit_exec_new (limit.limit, exec);
  return exec != NULL ? rush_global_limit_exec_new (limit.limit, limit.offset, exec) : NULL;
}
