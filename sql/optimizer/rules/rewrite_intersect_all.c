/* rewrite_intersect_all.c - INTERSECT ALL: each row as often as it comes on both sides.
 *
 *   Intersect All        Project [a#1]
 *   ├── t         →      └── Generate replicaterows(min_count#9, a#1)
 *   └── u                    └── Project [a#1, if ((l#7 > r#8)) r#8 else l#7 AS min_count#9]
 *                                └── Filter ((l#7 >= 1) AND (r#8 >= 1))
 *                                    └── Aggregate [a#1], [count(vcol1#3) AS l#7,
 *                                        │                 count(vcol2#4) AS r#8, a#1]
 *                                        └── Union
 *                                            ├── Project [true AS vcol1#3, null AS vcol2#4, a#1]
 *                                            │   └── t
 *                                            └── Project [null AS vcol1#5, true AS vcol2#6, b#2]
 *                                                └── u
 */
#include "sql/optimizer/set_operations_private.h"

static RushExpr *
mark (gboolean set, const char *name)
{
  return rush_expr_alias (set ? rush_expr_literal_bool (TRUE) : rush_expr_literal_null (&RUSH_BOOL),
                          name, 0);
}

static RushExpr *
at_least_one (RushExpr *count)
{
  return rush_expr_binary (RUSH_EXPR_GREATER_EQUAL, rush_expr_ref (count),
                           rush_expr_literal_int (&RUSH_INT64, 1));
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_INTERSECT || !node->as.setop.all)
    return rush_plan_ref (node);
  const RushExprList *columns = node->children[0]->output;
  RushPlan *both =
      rush_union_of_marked (node, 2, (RushExpr *[]){ mark (TRUE, "vcol1"), mark (FALSE, "vcol2") },
                            (RushExpr *[]){ mark (FALSE, "vcol1"), mark (TRUE, "vcol2") });
  RushExpr *counts[2] = {
    rush_aggregate_of ("count", rush_expr_ref (both->output->items[0]), "vcol1_count"),
    rush_aggregate_of ("count", rush_expr_ref (both->output->items[1]), "vcol2_count")
  };
  g_autoptr (RushExpr) left = rush_expr_to_attribute (counts[0]);
  g_autoptr (RushExpr) right = rush_expr_to_attribute (counts[1]);
  GPtrArray *results = rush_expr_ptr_array ();
  g_ptr_array_add (results, counts[0]);
  g_ptr_array_add (results, counts[1]);
  for (guint i = 0; i < columns->n; i++)
    g_ptr_array_add (results, rush_expr_ref (columns->items[i]));
  RushPlan *counted =
      rush_plan_aggregate (rush_expr_list_from_array (rush_expr_list_copy (columns)),
                           rush_expr_list_from_array (results), both);
  RushPlan *on_both = rush_plan_filter (
      rush_expr_binary (RUSH_EXPR_AND, at_least_one (left), at_least_one (right)), counted);
  RushExpr *parts[3] = { rush_expr_binary (RUSH_EXPR_GREATER, rush_expr_ref (left),
                                           rush_expr_ref (right)),
                         rush_expr_ref (right), rush_expr_ref (left) };
  RushExpr *least = rush_expr_alias (rush_expr_new (RUSH_EXPR_IF, 3, parts), "min_count", 0);
  RushExpr *count = rush_expr_to_attribute (least);
  GPtrArray *items = rush_expr_list_copy (columns);
  g_ptr_array_add (items, least);
  return rush_replicated (columns, count,
                          rush_plan_project (rush_expr_list_from_array (items), on_both));
}

RUSH_PLAN_RULE_UP (rewrite_intersect_all, "RewriteIntersectAll");
