/* boolean_simplification.c - the laws of logic, as far as they hold with three values.
 *
 *   true AND a → a      false AND a → false      a AND a → a       NOT (a > b) → (a <= b)
 *   true OR a → true    false OR a → a           NOT NOT a → a     NOT (a AND b) → NOT a OR NOT b
 *   (a AND b) OR (a AND c)  →  a AND (b OR c)
 *
 * The last one is what lets a join be found in (k = l AND x) OR (k = l AND y).
 */
#include "sql/optimizer/optimizer_private.h"

/* ---- chains ---- */

static void
split (RushExpr *expr, RushExprKind kind, GPtrArray *into)
{
  if (expr->kind != kind)
    {
      g_ptr_array_add (into, rush_expr_ref (expr));
      return;
    }
  split (expr->children[0], kind, into);
  split (expr->children[1], kind, into);
}

static RushExpr *
combine (GPtrArray *items, RushExprKind kind)
{
  RushExpr *all = rush_expr_ref (items->pdata[0]);

  for (guint i = 1; i < items->len; i++)
    all = rush_expr_binary (kind, all, rush_expr_ref (items->pdata[i]));
  return all;
}

/* Does every item of @chains have it among its parts? */
static gboolean
in_all (GPtrArray *chains, const RushExpr *part)
{
  for (guint i = 0; i < chains->len; i++)
    if (!rush_contains_semantic (chains->pdata[i], part))
      return FALSE;
  return TRUE;
}

/* (a AND b) OR (a AND c): what all parts of the @outer chain have in common stands before it. */
static RushExpr *
take_out_common (RushExpr *node, RushExprKind outer, RushExprKind inner)
{
  g_autoptr (GPtrArray) parts = rush_expr_ptr_array (), common = rush_expr_ptr_array ();
  g_autoptr (GPtrArray) chains = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);

  gboolean any = FALSE;

  split (node, outer, parts);
  for (guint i = 0; i < parts->len && !any; i++)
    any = ((RushExpr *)parts->pdata[i])->kind == inner;
  if (!any)
    return rush_expr_ref (node);
  for (guint i = 0; i < parts->len; i++)
    {
      GPtrArray *chain = rush_expr_ptr_array ();
      split (parts->pdata[i], inner, chain);
      g_ptr_array_add (chains, chain);
    }
  const GPtrArray *first = chains->pdata[0];
  for (guint i = 0; i < first->len; i++)
    if (rush_is_deterministic (first->pdata[i]) && in_all (chains, first->pdata[i]) &&
        !rush_contains_semantic (common, first->pdata[i]))
      g_ptr_array_add (common, rush_expr_ref (first->pdata[i]));
  if (common->len == 0)
    return rush_expr_ref (node);
  g_autoptr (GPtrArray) rest = rush_expr_ptr_array ();
  for (guint i = 0; i < chains->len; i++)
    {
      GPtrArray *chain = chains->pdata[i];
      for (guint j = 0; j < chain->len;)
        if (rush_contains_semantic (common, chain->pdata[j]))
          g_ptr_array_remove_index (chain, j);
        else
          j++;
      if (chain->len == 0) /* a OR (a AND b) is a */
        return combine (common, inner);
      g_ptr_array_add (rest, combine (chain, inner));
    }
  g_ptr_array_add (common, combine (rest, outer));
  return combine (common, inner);
}

/* ---- NOT ---- */

static RushExpr *
push_not (RushExpr *inner)
{
  static const struct
  {
    RushExprKind from, to;
  } opposites[] = {
    { RUSH_EXPR_GREATER, RUSH_EXPR_LESS_EQUAL },  { RUSH_EXPR_GREATER_EQUAL, RUSH_EXPR_LESS },
    { RUSH_EXPR_LESS, RUSH_EXPR_GREATER_EQUAL },  { RUSH_EXPR_LESS_EQUAL, RUSH_EXPR_GREATER },
    { RUSH_EXPR_IS_NULL, RUSH_EXPR_IS_NOT_NULL }, { RUSH_EXPR_IS_NOT_NULL, RUSH_EXPR_IS_NULL },
  };

  if (rush_expr_is_true (inner) || rush_expr_is_false (inner))
    return rush_expr_literal_bool (rush_expr_is_false (inner));
  if (inner->kind == RUSH_EXPR_NOT)
    return rush_expr_ref (inner->children[0]);
  if (inner->kind == RUSH_EXPR_AND || inner->kind == RUSH_EXPR_OR)
    return rush_expr_binary (inner->kind == RUSH_EXPR_AND ? RUSH_EXPR_OR : RUSH_EXPR_AND,
                             rush_expr_unary (RUSH_EXPR_NOT, rush_expr_ref (inner->children[0])),
                             rush_expr_unary (RUSH_EXPR_NOT, rush_expr_ref (inner->children[1])));
  for (guint i = 0; i < G_N_ELEMENTS (opposites); i++)
    if (opposites[i].from == inner->kind)
      {
        g_autofree RushExpr **children = g_new (RushExpr *, inner->n_children);
        for (guint j = 0; j < inner->n_children; j++)
          children[j] = rush_expr_ref (inner->children[j]);
        return rush_expr_new (opposites[i].to, inner->n_children, children);
      }
  return NULL;
}

/* ---- the rule ---- */

static gboolean
is_negation (const RushExpr *a, const RushExpr *b)
{
  return a->kind == RUSH_EXPR_NOT && rush_expr_semantic_equal (a->children[0], b);
}

/* AND and OR mirror each other: what decides one leaves the other as it is. */
static RushExpr *
simplify_pair (RushExpr *node)
{
  gboolean is_and = node->kind == RUSH_EXPR_AND;
  RushExpr *left = node->children[0], *right = node->children[1];
  gboolean (*decides) (const RushExpr *) = is_and ? rush_expr_is_false : rush_expr_is_true;
  gboolean (*neutral) (const RushExpr *) = is_and ? rush_expr_is_true : rush_expr_is_false;

  if (decides (left) || neutral (right))
    return rush_expr_ref (left);
  if (decides (right) || neutral (left))
    return rush_expr_ref (right);
  if (!rush_is_deterministic (left) || !rush_is_deterministic (right))
    return rush_expr_ref (node);
  if (rush_expr_semantic_equal (left, right))
    return rush_expr_ref (left);
  if (!left->nullable && (is_negation (left, right) || is_negation (right, left)))
    return rush_expr_literal_bool (!is_and);
  return take_out_common (node, node->kind, is_and ? RUSH_EXPR_OR : RUSH_EXPR_AND);
}

static RushExpr *
rewrite (RushExpr *node, gpointer data, GError **error)
{
  if (node->kind == RUSH_EXPR_AND || node->kind == RUSH_EXPR_OR)
    return simplify_pair (node);
  if (node->kind == RUSH_EXPR_NOT)
    {
      RushExpr *made = push_not (node->children[0]);
      if (made != NULL)
        return made;
    }
  return rush_expr_ref (node);
}

RUSH_EXPR_RULE_UP (boolean_simplification, "BooleanSimplification");
