/* simplify_conditionals.c - branches that are always or never taken.
 *
 *   if(true, a, b) → a          CASE WHEN false THEN a WHEN c THEN b END → CASE WHEN c THEN b END
 *   if(c, a, a) → a             CASE WHEN true THEN a … END → a
 */
#include "sql/optimizer/optimizer_private.h"

static RushExpr *
simplify_if (RushExpr *node)
{
  RushExpr *condition = node->children[0];

  if (rush_expr_is_true (condition))
    return rush_expr_ref (node->children[1]);
  if (rush_expr_is_false (condition) || rush_expr_is_literal_null (condition))
    return rush_expr_ref (node->children[2]);
  if (rush_is_deterministic (condition) &&
      rush_expr_semantic_equal (node->children[1], node->children[2]))
    return rush_expr_ref (node->children[1]);
  return rush_expr_ref (node);
}

static RushExpr *
simplify_case (RushExpr *node)
{
  g_autoptr (GPtrArray) kept = rush_expr_ptr_array ();
  guint n = node->n_children, n_pairs = n / 2;
  gboolean has_else = n % 2 == 1, ended = FALSE;

  for (guint i = 0; i < n_pairs && !ended; i++)
    {
      RushExpr *condition = node->children[2 * i], *value = node->children[2 * i + 1];
      if (rush_expr_is_false (condition) || rush_expr_is_literal_null (condition))
        continue;
      ended = rush_expr_is_true (condition);
      if (!ended)
        g_ptr_array_add (kept, rush_expr_ref (condition));
      g_ptr_array_add (kept, rush_expr_ref (value)); /* at the end: ELSE */
    }
  if (!ended && has_else)
    g_ptr_array_add (kept, rush_expr_ref (node->children[n - 1]));
  if (kept->len == n)
    return rush_expr_ref (node);
  if (kept->len == 0)
    return rush_expr_literal_null (node->type);
  if (kept->len == 1)
    return g_ptr_array_steal_index (kept, 0);
  RushExpr *made = rush_expr_new (RUSH_EXPR_CASE_WHEN, kept->len, (RushExpr *const *)kept->pdata);
  g_ptr_array_set_free_func (kept, NULL);
  return made;
}

static RushExpr *
rewrite (RushExpr *node, gpointer data, GError **error)
{
  if (node->kind == RUSH_EXPR_IF)
    return simplify_if (node);
  return node->kind == RUSH_EXPR_CASE_WHEN ? simplify_case (node) : rush_expr_ref (node);
}

RUSH_EXPR_RULE_UP (simplify_conditionals, "SimplifyConditionals");
