/* collapse_project.c - a projection over a projection is one.
 *
 *   Project [x#3 + 1 AS y#4]              Project [a#1 * 2 + 1 AS y#4]
 *   └── Project [a#1 * 2 AS x#3]     →    └── t
 *       └── t
 *
 * Not where that would compute something costly more than once, or move what is not deterministic.
 */
#include "sql/optimizer/optimizer_private.h"

/* Cheap enough to be computed wherever it is used. */
static gboolean
is_cheap (const RushExpr *value)
{
  switch ((guint)value->kind)
    {
    case RUSH_EXPR_LITERAL:
    case RUSH_EXPR_ATTRIBUTE:
      return TRUE;
    case RUSH_EXPR_ALIAS:
    case RUSH_EXPR_GET_FIELD:
      return is_cheap (value->children[0]);
    default:
      return FALSE;
    }
}

typedef struct
{
  RushExprId id;
  guint n;
} Count;

static gboolean
count_use (const RushExpr *node, gpointer data)
{
  Count *count = data;
  if (node->kind == RUSH_EXPR_ATTRIBUTE && node->as.attribute.id == count->id)
    count->n++;
  return FALSE;
}

/* Whether a column of the lower projection may move into the upper lists. */
static gboolean
may_move (const RushExpr *column, RushExprList *const *upper, guint n_upper)
{
  if (column->kind != RUSH_EXPR_ALIAS || is_cheap (column))
    return TRUE;
  Count count = { rush_expr_named_id (column), 0 };
  for (guint l = 0; l < n_upper; l++)
    for (guint i = 0; i < upper[l]->n; i++)
      rush_expr_visit (upper[l]->items[i], count_use, &count);
  return count.n <= 1 && !(column->flags & RUSH_EXPR_HAS_PYTHON);
}

static gboolean
may_collapse (const RushPlan *upper, const RushPlan *lower)
{
  const RushExprFlags fixed = RUSH_EXPR_HAS_GENERATOR | RUSH_EXPR_HAS_WINDOW;
  if (!rush_all_deterministic (lower->lists[0]) || rush_list_has_flag (lower->lists[0], fixed))
    return FALSE;
  for (guint i = 0; i < lower->lists[0]->n; i++)
    if (!may_move (lower->lists[0]->items[i], upper->lists, upper->n_lists))
      return FALSE;
  return TRUE;
}

/* The items of a list of named expressions, with the lower columns replaced. */
static RushExprList *
replaced_named (const RushExprList *list, const RushAliases *aliases)
{
  GPtrArray *items = rush_expr_ptr_array ();
  for (guint i = 0; i < list->n; i++)
    g_ptr_array_add (items, rush_substitute_named (list->items[i], aliases));
  return rush_expr_list_from_array (items);
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  gboolean project = node->kind == RUSH_PLAN_PROJECT;
  if ((!project && node->kind != RUSH_PLAN_AGGREGATE) ||
      node->children[0]->kind != RUSH_PLAN_PROJECT || !may_collapse (node, node->children[0]))
    return rush_plan_ref (node);
  RushPlan *lower = node->children[0];
  g_autoptr (RushAliases) aliases = rush_aliases_of (lower->lists[0]);
  RushPlan *child = rush_plan_ref (lower->children[0]);
  if (project)
    return rush_plan_project (replaced_named (node->lists[0], aliases), child);
  return rush_plan_aggregate (rush_substitute_list (node->lists[0], aliases),
                              replaced_named (node->lists[1], aliases), child);
}

RUSH_PLAN_RULE_UP (collapse_project, "CollapseProject");
