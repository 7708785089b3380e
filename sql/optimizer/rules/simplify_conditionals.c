/* simplify_conditionals.c - branches that are always or never taken.
 *
 *   if(true, a, b) → a          CASE WHEN false THEN a WHEN c THEN b END → CASE WHEN c THEN b END
 *   if(c, a, a) → a             CASE WHEN true THEN a … END → a
 *   if(c, true, false) → (c <=> true)            CASE WHEN c THEN a ELSE a END → a
 */
#include "sql/optimizer/optimizer_private.h"

/* TRUE where the condition is, FALSE where it is not or null; @negated: the other way round. */
static RushExpr *
as_value (RushExpr *condition, gboolean negated)
{
  RushExpr *value = condition->nullable
                        ? rush_expr_binary (RUSH_EXPR_EQUAL_NULL_SAFE, rush_expr_ref (condition),
                                            rush_expr_literal_bool (TRUE))
                        : rush_expr_ref (condition);

  return negated ? rush_expr_unary (RUSH_EXPR_NOT, value) : value;
}

/* if(c, true, null) and its like, where c is never null; or NULL. */
static RushExpr *
with_null_branch (RushExpr *condition, RushExpr *yes, RushExpr *no)
{
  gboolean null_first = rush_expr_is_literal_null (yes);
  RushExpr *null = null_first ? yes : no, *other = null_first ? no : yes;

  if (condition->nullable || !rush_expr_is_literal_null (null) ||
      (!rush_expr_is_true (other) && !rush_expr_is_false (other)))
    return NULL;
  gboolean is_or = rush_expr_is_true (other);
  RushExpr *part = rush_expr_ref (condition);
  if (null_first == is_or)
    part = rush_expr_unary (RUSH_EXPR_NOT, part);
  return rush_expr_binary (is_or ? RUSH_EXPR_OR : RUSH_EXPR_AND, part, rush_expr_ref (null));
}

static RushExpr *
simplify_if (RushExpr *node)
{
  RushExpr *condition = node->children[0], *yes = node->children[1], *no = node->children[2];

  if (rush_expr_is_true (condition))
    return rush_expr_ref (yes);
  if (rush_expr_is_false (condition) || rush_expr_is_literal_null (condition))
    return rush_expr_ref (no);
  if (rush_expr_is_true (yes) && rush_expr_is_false (no))
    return as_value (condition, FALSE);
  if (rush_expr_is_false (yes) && rush_expr_is_true (no))
    return as_value (condition, TRUE);
  if (rush_is_deterministic (condition) && rush_expr_semantic_equal (yes, no))
    return rush_expr_ref (yes);
  RushExpr *made = with_null_branch (condition, yes, no);
  return made != NULL ? made : rush_expr_ref (node);
}

/* Branches at the end that give what ELSE gives need no condition. */
static void
drop_last_branches (GPtrArray *kept)
{
  while (kept->len >= 3 && kept->len % 2 == 1 &&
         rush_is_deterministic (kept->pdata[kept->len - 3]) &&
         rush_expr_semantic_equal (kept->pdata[kept->len - 2], kept->pdata[kept->len - 1]))
    g_ptr_array_remove_range (kept, kept->len - 3, 2);
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
  drop_last_branches (kept);
  if (kept->len == 3 && rush_expr_is_true (kept->pdata[1]) && rush_expr_is_false (kept->pdata[2]))
    return as_value (kept->pdata[0], FALSE);
  if (kept->len == 3 && rush_expr_is_false (kept->pdata[1]) && rush_expr_is_true (kept->pdata[2]))
    return as_value (kept->pdata[0], TRUE);
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
