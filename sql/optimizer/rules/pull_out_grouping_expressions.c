/* pull_out_grouping_expressions.c - groups are made by columns.
 *
 *   Aggregate [year(d#1)]                      Aggregate [_groupingexpression#9]
 *             [year(d#1) AS y#2, count(1)]               [_groupingexpression#9 AS y#2, count(1)]
 *   └── t  →  └── Project [d#1, year(d#1) AS _groupingexpression#9]
 *                                                  └── t
 *
 * Otherwise another rule might change year(d#1) in one list and not in the other.
 */
#include "sql/optimizer/optimizer_private.h"

typedef struct
{
  GPtrArray *aliases; /* of what is pulled out */
} Pulled;

static RushExpr *
replace (RushExpr *node, gpointer data, GError **error)
{
  const Pulled *pulled = data;

  for (guint i = 0; i < pulled->aliases->len; i++)
    {
      RushExpr *alias = pulled->aliases->pdata[i];
      if (node->kind != RUSH_EXPR_ATTRIBUTE && rush_expr_semantic_equal (node, alias->children[0]))
        return rush_expr_to_attribute (alias);
    }
  return rush_expr_ref (node);
}

/* The item with its grouping expressions replaced; a name stays. */
static RushExpr *
replace_in (RushExpr *item, Pulled *pulled)
{
  if (item->flags & RUSH_EXPR_FOLDABLE)
    return rush_expr_ref (item);
  return rush_expr_transform_down (item, replace, pulled, NULL);
}

static RushExprList *
pull (const RushExprList *grouping, Pulled *pulled)
{
  GPtrArray *columns = rush_expr_ptr_array ();

  for (guint i = 0; i < grouping->n; i++)
    {
      RushExpr *item = grouping->items[i];
      gboolean simple = (item->flags & RUSH_EXPR_FOLDABLE) || item->n_children == 0;
      g_autoptr (RushExpr) known = simple ? NULL : replace (item, pulled, NULL);
      if (!simple && known == item)
        g_ptr_array_add (pulled->aliases,
                         rush_expr_alias (rush_expr_ref (item), "_groupingexpression", 0));
      g_ptr_array_add (columns, simple ? rush_expr_ref (item) : replace (item, pulled, NULL));
    }
  return rush_expr_list_from_array (columns);
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_AGGREGATE || !node->resolved)
    return rush_plan_ref (node);
  g_autoptr (GPtrArray) aliases = rush_expr_ptr_array ();
  Pulled pulled = { aliases };
  RushExprList *grouping = pull (node->lists[0], &pulled);
  if (aliases->len == 0)
    {
      rush_expr_list_unref (grouping);
      return rush_plan_ref (node);
    }
  GPtrArray *results = rush_expr_ptr_array ();
  for (guint i = 0; i < node->lists[1]->n; i++)
    g_ptr_array_add (results, replace_in (node->lists[1]->items[i], &pulled));
  GPtrArray *columns = rush_expr_list_copy (node->children[0]->output);
  for (guint i = 0; i < aliases->len; i++)
    g_ptr_array_add (columns, rush_expr_ref (aliases->pdata[i]));
  return rush_plan_aggregate (
      grouping, rush_expr_list_from_array (results),
      rush_plan_project (rush_expr_list_from_array (columns), rush_plan_ref (node->children[0])));
}

RUSH_PLAN_RULE_UP (pull_out_grouping_expressions, "PullOutGroupingExpressions");
