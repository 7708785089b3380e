/* optimize_in.c - lists of values without repetition.
 *
 *   a#1 IN (1, 2, 1)  →  a#1 IN (1, 2)         a#1 IN (1)  →  (a#1 = 1)
 *
 * (Where Spark turns a long list into an InSet, the kernel of IN makes a hash table of any.)
 */
#include "sql/optimizer/optimizer_private.h"

static RushExpr *
rewrite (RushExpr *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_EXPR_IN)
    return rush_expr_ref (node);
  if (node->n_children == 1)
    return node->children[0]->nullable ? rush_expr_ref (node) : rush_expr_literal_bool (FALSE);
  for (guint i = 1; i < node->n_children; i++)
    if (node->children[i]->kind != RUSH_EXPR_LITERAL)
      return rush_expr_ref (node);
  g_autoptr (GPtrArray) seen = rush_expr_ptr_array ();
  for (guint i = 1; i < node->n_children && node->n_children <= 200; i++)
    if (!rush_contains_semantic (seen, node->children[i]))
      g_ptr_array_add (seen, rush_expr_ref (node->children[i]));
  if (node->n_children > 200)
    return rush_expr_ref (node);
  if (seen->len == 1)
    return rush_expr_binary (RUSH_EXPR_EQUAL, rush_expr_ref (node->children[0]),
                             g_ptr_array_steal_index (seen, 0));
  if (seen->len == node->n_children - 1)
    return rush_expr_ref (node);
  g_ptr_array_insert (seen, 0, rush_expr_ref (node->children[0]));
  RushExpr *made = rush_expr_new (RUSH_EXPR_IN, seen->len, (RushExpr *const *)seen->pdata);
  g_ptr_array_set_free_func (seen, NULL);
  return made;
}

RUSH_EXPR_RULE_UP (optimize_in, "OptimizeIn");
