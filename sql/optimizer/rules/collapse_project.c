/* collapse_project.c - two projections, or one over an aggregate, are one.
 *
 *   Project [(c#3 * 2) AS d#4]
 *   └── Project [(a#1 + b#2) AS c#3]      →      Project [((a#1 + b#2) * 2) AS d#4]
 *       └── t                                    └── t
 *
 * What is expensive and used twice stays where it is computed once; so does what is not
 * deterministic, and what runs in Python.
 */
#include "sql/optimizer/optimizer_private.h"

typedef struct
{
  RushExprId id;
  guint uses;
} Uses;

static gboolean
count_use (const RushExpr *node, gpointer data)
{
  Uses *uses = data;

  uses->uses += node->kind == RUSH_EXPR_ATTRIBUTE && node->as.attribute.id == uses->id;
  return FALSE;
}

static gboolean
is_cheap (const RushExpr *expr)
{
  while (expr->kind == RUSH_EXPR_ALIAS || expr->kind == RUSH_EXPR_GET_FIELD)
    expr = expr->children[0];
  return expr->kind == RUSH_EXPR_ATTRIBUTE || expr->kind == RUSH_EXPR_LITERAL ||
         expr->kind == RUSH_EXPR_OUTER;
}

static gboolean
may_collapse (const RushExprList *upper, const RushExprList *lower)
{
  for (guint i = 0; i < lower->n; i++)
    {
      const RushExpr *producer = lower->items[i];
      Uses uses = { rush_expr_named_id (producer), 0 };
      if (is_cheap (producer))
        continue;
      for (guint j = 0; j < upper->n; j++)
        rush_expr_visit (upper->items[j], count_use, &uses);
      if (uses.uses > 1 || (uses.uses == 1 && !rush_is_deterministic (producer)) ||
          (uses.uses == 1 && (producer->flags & RUSH_EXPR_HAS_PYTHON)))
        return FALSE;
    }
  return TRUE;
}

static RushExprList *
merged (const RushExprList *upper, const RushExprList *lower)
{
  g_autoptr (RushAliases) aliases = rush_aliases_of (lower);
  GPtrArray *items = rush_expr_ptr_array ();

  for (guint i = 0; i < upper->n; i++)
    g_ptr_array_add (items, rush_substitute_named (upper->items[i], aliases));
  return rush_expr_list_from_array (items);
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_PROJECT)
    return rush_plan_ref (node);
  RushPlan *below = node->children[0];
  if (below->kind == RUSH_PLAN_PROJECT && may_collapse (node->lists[0], below->lists[0]))
    return rush_plan_project (merged (node->lists[0], below->lists[0]),
                              rush_plan_ref (below->children[0]));
  if (below->kind == RUSH_PLAN_AGGREGATE && may_collapse (node->lists[0], below->lists[1]) &&
      !rush_list_has_flag (node->lists[0], RUSH_EXPR_HAS_SUBQUERY))
    return rush_plan_aggregate (rush_expr_list_ref (below->lists[0]),
                                merged (node->lists[0], below->lists[1]),
                                rush_plan_ref (below->children[0]));
  return rush_plan_ref (node);
}

RUSH_PLAN_RULE_UP (collapse_project, "CollapseProject");
