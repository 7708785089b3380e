/* push_predicate_through_non_join.c - a filter goes below what does not change what it looks at.
 *
 *   Filter total#7 > 10                         Project [price#1 * n#2 AS total#7]
 *   └── Project [price#1 * n#2 AS total#7]  →   └── Filter price#1 * n#2 > 10
 *       └── t                                       └── t
 *
 *   below   what may go there
 *   Project       all of it, with aliases replaced; nothing if a column is not deterministic
 *   Aggregate     conditions on grouping columns alone
 *   Window        conditions on columns that every window is partitioned by
 *   Union         all of it, once for each child
 *   Generate      conditions on the child's columns
 *   Sort, Repartition, Sample…   all of it
 */
#include "sql/optimizer/optimizer_private.h"

static gboolean
movable (const RushExpr *condition)
{
  return rush_is_deterministic (condition) && !(condition->flags & RUSH_EXPR_HAS_SUBQUERY);
}

/* Filter, and what is left of the conjuncts above @node; takes both. */
static RushPlan *
with_rest (GPtrArray *rest, RushPlan *node)
{
  return rush_filter_if_any (rest, node);
}

static RushPlan *
through_project (RushPlan *filter, RushPlan *project)
{
  if (!rush_all_deterministic (project->lists[0]) ||
      rush_list_has_flag (project->lists[0], RUSH_EXPR_HAS_GENERATOR | RUSH_EXPR_HAS_PYTHON) ||
      !rush_is_deterministic (filter->lists[0]->items[0]))
    return NULL;
  g_autoptr (RushAliases) aliases = rush_aliases_of (project->lists[0]);
  RushExpr *condition = rush_substitute (filter->lists[0]->items[0], aliases);
  return rush_with_child (project,
                          rush_plan_filter (condition, rush_plan_ref (project->children[0])));
}

/* Moves the conjuncts that look at @columns alone from @from; those that may be moved. */
static GPtrArray *
take_movable (GPtrArray *from, const RushExprList *columns)
{
  GPtrArray *taken = rush_expr_ptr_array ();
  for (guint i = 0; i < from->len;)
    if (movable (from->pdata[i]) && rush_uses_only (from->pdata[i], columns))
      g_ptr_array_add (taken, g_ptr_array_steal_index (from, i));
    else
      i++;
  return taken;
}

/* Result columns of an aggregate that are grouping expressions: as they stand above it. */
static RushExprList *
grouped_columns (const RushPlan *aggregate)
{
  GPtrArray *columns = rush_expr_ptr_array ();
  for (guint i = 0; i < aggregate->lists[1]->n; i++)
    {
      RushExpr *result = aggregate->lists[1]->items[i];
      const RushExpr *value = result->kind == RUSH_EXPR_ALIAS ? result->children[0] : result;
      for (guint g = 0; g < aggregate->lists[0]->n; g++)
        if (rush_expr_semantic_equal (value, aggregate->lists[0]->items[g]))
          {
            g_ptr_array_add (columns, rush_expr_to_attribute (result));
            break;
          }
    }
  return rush_expr_list_from_array (columns);
}

static RushPlan *
through_aggregate (RushPlan *filter, RushPlan *aggregate)
{
  if (aggregate->lists[0]->n == 0) /* one row, also of none */
    return NULL;
  g_autoptr (RushExprList) columns = grouped_columns (aggregate);
  GPtrArray *rest = rush_conjuncts_of (filter->lists[0]);
  g_autoptr (GPtrArray) down = take_movable (rest, columns);
  if (down->len == 0)
    {
      g_ptr_array_unref (rest);
      return NULL;
    }
  g_autoptr (RushAliases) aliases = rush_aliases_of (aggregate->lists[1]);
  GPtrArray *below = rush_expr_ptr_array ();
  for (guint i = 0; i < down->len; i++)
    g_ptr_array_add (below, rush_substitute (down->pdata[i], aliases));
  return with_rest (
      rest, rush_with_child (aggregate,
                             rush_filter_if_any (below, rush_plan_ref (aggregate->children[0]))));
}

/* The conjuncts on @columns go below the only child. */
static RushPlan *
through_columns (RushPlan *filter, RushPlan *node, const RushExprList *columns)
{
  GPtrArray *rest = rush_conjuncts_of (filter->lists[0]);
  GPtrArray *down = take_movable (rest, columns);
  if (down->len == 0)
    {
      g_ptr_array_unref (rest);
      g_ptr_array_unref (down);
      return NULL;
    }
  RushPlan *below = rush_filter_if_any (down, rush_plan_ref (node->children[0]));
  return with_rest (rest, rush_with_child (node, below));
}

static RushPlan *
through_window (RushPlan *filter, RushPlan *window)
{
  for (guint i = 0; i < window->lists[1]->n; i++)
    if (window->lists[1]->items[i]->kind != RUSH_EXPR_ATTRIBUTE)
      return NULL;
  return window->lists[1]->n ? through_columns (filter, window, window->lists[1]) : NULL;
}

static RushPlan *
through_union (RushPlan *filter, RushPlan *all)
{
  RushExpr *condition = filter->lists[0]->items[0];
  if (!movable (condition))
    return NULL;
  g_autofree RushPlan **children = g_new (RushPlan *, all->n_children);
  for (guint i = 0; i < all->n_children; i++)
    {
      g_autoptr (RushAliases) columns =
          rush_aliases_between (all->output, all->children[i]->output);
      children[i] =
          rush_plan_filter (rush_substitute (condition, columns), rush_plan_ref (all->children[i]));
    }
  return rush_plan_with_children (all, children);
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_FILTER)
    return rush_plan_ref (node);
  RushPlan *child = node->children[0], *pushed = NULL;
  /* Most kinds let nothing through; the few that do are listed. */
  if (child->kind == RUSH_PLAN_PROJECT)
    pushed = through_project (node, child);
  else if (child->kind == RUSH_PLAN_AGGREGATE)
    pushed = through_aggregate (node, child);
  else if (child->kind == RUSH_PLAN_WINDOW)
    pushed = through_window (node, child);
  else if (child->kind == RUSH_PLAN_UNION)
    pushed = through_union (node, child);
  else if (child->kind == RUSH_PLAN_GENERATE)
    pushed = through_columns (node, child, child->children[0]->output);
  else if (child->kind == RUSH_PLAN_SORT || child->kind == RUSH_PLAN_REPARTITION_BY ||
           child->kind == RUSH_PLAN_REPARTITION || child->kind == RUSH_PLAN_PYTHON_EVAL)
    pushed = through_columns (node, child, child->children[0]->output);
  return pushed ? pushed : rush_plan_ref (node);
}

RUSH_PLAN_RULE_DOWN (push_predicate_through_non_join, "PushPredicateThroughNonJoin");
