/* push_predicate_through_non_join.c - a filter goes below what does not change what it looks at.
 *
 *   Filter total#7 > 10                         Project [price#1 * n#2 AS total#7]
 *   └── Project [price#1 * n#2 AS total#7]  →   └── Filter price#1 * n#2 > 10
 *       └── t                                       └── t
 *
 *   below        what may go there
 *   Project      all of it, with columns replaced by what they stand for; nothing if a column is
 *                not deterministic: it would be computed for the filter and once more for the row
 *   Aggregate    conditions on groups alone; there must be groups: without, no rows give one row
 *   Window       conditions on the partition alone: a partition goes as a whole
 *   Union        all of it, into every child
 *   Sort, Distinct, Repartition, Generate, …   conditions on what the node's input has
 */
#include "sql/optimizer/push_private.h"

static RushPlan *
through_project (RushPlan *filter, RushPlan *project)
{
  if (!rush_all_deterministic (project->lists[0]) ||
      rush_list_has_flag (project->lists[0], RUSH_EXPR_HAS_PYTHON))
    return NULL;
  g_autoptr (RushAliases) aliases = rush_aliases_of (project->lists[0]);
  RushExpr *condition = rush_substitute (filter->lists[0]->items[0], aliases);
  return rush_with_child (project,
                          rush_plan_filter (condition, rush_plan_ref (project->children[0])));
}

/* The conditions that @may_push has moved to @down go below @node, the rest stays above. */
static RushPlan *
split_over (RushPlan *node, GPtrArray *down, GPtrArray *up)
{
  RushPlan *child = rush_filter_if_any (down, rush_plan_ref (node->children[0]));

  return rush_filter_if_any (up, rush_with_child (node, child));
}

static RushPlan *
through_aggregate (RushPlan *filter, RushPlan *aggregate)
{
  if (aggregate->lists[0]->n == 0 || !rush_all_deterministic (aggregate->lists[1]))
    return NULL;
  g_autoptr (RushAliases) aliases = rush_aliases_of (aggregate->lists[1]);
  g_autoptr (GPtrArray) up = rush_conjuncts_of (filter->lists[0]);
  g_autoptr (GPtrArray) down = rush_expr_ptr_array ();
  g_autoptr (RushExprList) none = rush_expr_list_new (0, NULL);
  for (guint i = 0; i < up->len;)
    {
      RushExpr *conjunct = up->pdata[i];
      g_autoptr (RushExpr) below = rush_substitute (conjunct, aliases);
      if (rush_is_deterministic (conjunct) && !rush_uses_only (conjunct, none) &&
          !(below->flags & RUSH_EXPR_HAS_AGGREGATE) &&
          rush_uses_only (below, aggregate->children[0]->output))
        {
          g_ptr_array_add (down, g_steal_pointer (&below));
          g_ptr_array_remove_index (up, i);
        }
      else
        i++;
    }
  if (down->len == 0)
    return NULL;
  return split_over (aggregate, g_steal_pointer (&down), g_steal_pointer (&up));
}

/* Conditions whose columns are all in @columns go below. */
static RushPlan *
through_with_columns (RushPlan *filter, RushPlan *node, const RushExprList *columns)
{
  g_autoptr (GPtrArray) up = rush_conjuncts_of (filter->lists[0]);
  g_autoptr (GPtrArray) down = rush_take_evaluable (up, columns);

  if (down->len == 0)
    return NULL;
  return split_over (node, g_steal_pointer (&down), g_steal_pointer (&up));
}

static RushPlan *
through_window (RushPlan *filter, RushPlan *window)
{
  const RushExprList *partition = window->lists[1];

  for (guint i = 0; i < partition->n; i++)
    if (partition->items[i]->kind != RUSH_EXPR_ATTRIBUTE)
      return NULL;
  return partition->n > 0 ? through_with_columns (filter, window, partition) : NULL;
}

static RushPlan *
through_union (RushPlan *filter, RushPlan *set)
{
  RushExpr *condition = filter->lists[0]->items[0];
  g_autofree RushPlan **children = g_new (RushPlan *, set->n_children);

  if (!rush_is_deterministic (condition))
    return NULL;
  for (guint i = 0; i < set->n_children; i++)
    {
      g_autoptr (RushAliases) columns =
          rush_aliases_between (set->output, set->children[i]->output);
      children[i] =
          rush_plan_filter (rush_substitute (condition, columns), rush_plan_ref (set->children[i]));
    }
  return rush_plan_with_children (set, children);
}

RushPlan *
rush_push_through_non_join (RushPlan *node)
{
  if (node->kind != RUSH_PLAN_FILTER)
    return NULL;
  RushPlan *below = node->children[0];
  switch ((int)below->kind)
    {
    case RUSH_PLAN_PROJECT:
      return through_project (node, below);
    case RUSH_PLAN_AGGREGATE:
      return through_aggregate (node, below);
    case RUSH_PLAN_WINDOW:
      return through_window (node, below);
    case RUSH_PLAN_UNION:
      return through_union (node, below);
    case RUSH_PLAN_SORT:
    case RUSH_PLAN_DISTINCT:
    case RUSH_PLAN_REPARTITION:
    case RUSH_PLAN_REPARTITION_BY:
    case RUSH_PLAN_GENERATE:
    case RUSH_PLAN_EXPAND:
    case RUSH_PLAN_PYTHON_EVAL:
    case RUSH_PLAN_SUBQUERY_ALIAS:
      return through_with_columns (node, below, below->children[0]->output);
    default:
      return NULL;
    }
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  RushPlan *made = rush_push_through_non_join (node);
  return made != NULL ? made : rush_plan_ref (node);
}

RUSH_PLAN_RULE_DOWN (push_predicate_through_non_join, "PushPredicateThroughNonJoin");
