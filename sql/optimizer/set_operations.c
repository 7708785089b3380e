/* set_operations.c - what EXCEPT ALL and INTERSECT ALL are made of.
 *
 *   both sides, with columns that tell them apart    Union
 *   counted by equal rows                            Aggregate
 *   as many copies of each as there shall be         Generate replicaterows (count, columns…)
 *
 * Mirrors:  RewriteExceptAll, RewriteIntersectAll.
 */
#include "sql/optimizer/set_operations_private.h"

static RushPlan *
marked (RushPlan *side, guint n, RushExpr *const *marks)
{
  GPtrArray *columns = rush_expr_ptr_array ();

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (columns, marks[i]);
  for (guint i = 0; i < side->output->n; i++)
    g_ptr_array_add (columns, rush_expr_ref (side->output->items[i]));
  return rush_plan_project (rush_expr_list_from_array (columns), rush_plan_ref (side));
}

RushPlan *
rush_union_of_marked (const RushPlan *setop, guint n, RushExpr *const *left, RushExpr *const *right)
{
  RushPlan *sides[2] = { marked (setop->children[0], n, left),
                         marked (setop->children[1], n, right) };

  return rush_plan_union (FALSE, FALSE, 2, sides);
}

RushExpr *
rush_aggregate_of (const char *name, RushExpr *column, const char *alias)
{
  RushExpr *call =
      rush_expr_aggregate (rush_function_find (name), &RUSH_INT64, !g_str_equal (name, "count"),
                           RUSH_EVAL_ANSI, FALSE, NULL, 1, &column);
  return rush_expr_alias (call, alias, 0);
}

RushPlan *
rush_replicated (const RushExprList *columns, RushExpr *count, RushPlan *child)
{
  GPtrArray *args = rush_expr_ptr_array ();
  g_autofree RushTypeField *fields = g_new (RushTypeField, MAX (1, columns->n));

  g_ptr_array_add (args, count);
  for (guint i = 0; i < columns->n; i++)
    {
      g_ptr_array_add (args, rush_expr_ref (columns->items[i]));
      fields[i] = (RushTypeField){ "col", columns->items[i]->type, columns->items[i]->nullable };
    }
  RushExpr *generator = rush_expr_function (
      rush_function_find ("replicaterows"), "replicaterows", rush_type_struct (columns->n, fields),
      FALSE, RUSH_EVAL_ANSI, args->len, (RushExpr *const *)args->pdata);
  g_ptr_array_set_free_func (args, NULL);
  g_ptr_array_unref (args);
  RushPlan *generate =
      rush_plan_generate (generator, FALSE, NULL,
                          rush_expr_list_from_array (rush_expr_list_copy (columns)), NULL, child);
  return rush_plan_project (rush_expr_list_from_array (rush_expr_list_copy (columns)), generate);
}
