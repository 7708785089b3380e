/* combine_concats.c - concatenations of concatenations are one.
 *
 *   ((a || b) || c)   →   concat(a, b, c)
 */
#include "sql/optimizer/optimizer_private.h"

static gboolean
is_concat (const RushExpr *expr)
{
  return expr->kind == RUSH_EXPR_FUNCTION &&
         g_str_equal (expr->as.function.function->name, "concat");
}

static void
flatten (RushExpr *expr, const RushExpr *top, GPtrArray *into)
{
  if (!is_concat (expr) || expr->type != top->type)
    {
      g_ptr_array_add (into, rush_expr_ref (expr));
      return;
    }
  for (guint i = 0; i < expr->n_children; i++)
    flatten (expr->children[i], top, into);
}

static RushExpr *
rewrite (RushExpr *node, gpointer data, GError **error)
{
  const RushFunction *concat = rush_function_find ("concat");
  gboolean nested = FALSE;

  for (guint i = 0; is_concat (node) && i < node->n_children; i++)
    nested |= is_concat (node->children[i]) && node->children[i]->type == node->type;
  if (!nested)
    return rush_expr_ref (node);
  g_autoptr (GPtrArray) parts = rush_expr_ptr_array ();
  flatten (node, node, parts);
  RushExpr *made = rush_expr_function (concat, "concat", node->type, node->nullable, node->mode,
                                       parts->len, (RushExpr *const *)parts->pdata);
  g_ptr_array_set_free_func (parts, NULL);
  return made;
}

RUSH_EXPR_RULE_UP (combine_concats, "CombineConcats");
