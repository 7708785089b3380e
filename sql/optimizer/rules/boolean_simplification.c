/* boolean_simplification.c - logic by its laws.
 *
 *   TRUE AND a   →  a           a AND a           →  a          NOT (NOT a)  →  a
 *   FALSE AND a  →  FALSE       a OR a            →  a          NOT (a < b)  →  a >= b
 *   TRUE OR a    →  TRUE        (a AND b) OR (a AND c)  →  a AND (b OR c)
 *
 * Each holds with nulls, too: NOT (null < 1) is null, as null >= 1 is.  Factoring out what all branches
 * of an OR demand is what lets TPC-H's query 19 join by a key.
 */
#include "sql/optimizer/optimizer_private.h"

static RushExpr *
of_and (RushExpr *node)
{
  RushExpr *left = node->children[0], *right = node->children[1];
  if (rush_expr_is_true (left))
    return rush_expr_ref (right);
  if (rush_expr_is_true (right))
    return rush_expr_ref (left);
  if (rush_expr_is_false (left) || rush_expr_is_false (right))
    return rush_expr_literal_bool (FALSE);
  if (rush_is_deterministic (left) && rush_expr_semantic_equal (left, right))
    return rush_expr_ref (left);
  return rush_expr_ref (node);
}

/* ── OR ── */

static void
split_disjuncts (RushExpr *expr, GPtrArray *into)
{
  if (expr->kind != RUSH_EXPR_OR)
    {
      g_ptr_array_add (into, rush_expr_ref (expr));
      return;
    }
  split_disjuncts (expr->children[0], into);
  split_disjuncts (expr->children[1], into);
}

/* What every branch demands, taken out of @branches (arrays of conjuncts). */
static GPtrArray *
take_common (GPtrArray *branches)
{
  GPtrArray *common = rush_expr_ptr_array ();
  GPtrArray *first = branches->pdata[0];
  for (guint i = 0; i < first->len; i++)
    {
      gboolean everywhere = rush_is_deterministic (first->pdata[i]);
      for (guint b = 1; everywhere && b < branches->len; b++)
        everywhere = rush_contains_semantic (branches->pdata[b], first->pdata[i]);
      if (everywhere && !rush_contains_semantic (common, first->pdata[i]))
        g_ptr_array_add (common, rush_expr_ref (first->pdata[i]));
    }
  for (guint b = 0; b < branches->len; b++)
    {
      GPtrArray *branch = branches->pdata[b];
      for (guint i = 0; i < branch->len;)
        if (rush_contains_semantic (common, branch->pdata[i]))
          g_ptr_array_remove_index (branch, i);
        else
          i++;
    }
  return common;
}

static RushExpr *
factored (RushExpr *node)
{
  g_autoptr (GPtrArray) disjuncts = rush_expr_ptr_array ();
  split_disjuncts (node, disjuncts);
  g_autoptr (GPtrArray) branches =
      g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  for (guint i = 0; i < disjuncts->len; i++)
    {
      GPtrArray *branch = rush_expr_ptr_array ();
      rush_expr_split_conjuncts (disjuncts->pdata[i], branch);
      g_ptr_array_add (branches, branch);
    }
  GPtrArray *common = take_common (branches);
  if (common->len == 0)
    {
      g_ptr_array_unref (common);
      return rush_expr_ref (node);
    }
  RushExpr *either = NULL;
  gboolean always = FALSE; /* a branch that demands nothing more */
  for (guint b = 0; b < branches->len; b++)
    {
      RushExpr *rest = rush_all_of (g_ptr_array_ref (branches->pdata[b]));
      always |= rest == NULL;
      if (rest != NULL)
        either = either ? rush_expr_binary (RUSH_EXPR_OR, either, rest) : rest;
    }
  if (!always && either != NULL)
    g_ptr_array_add (common, either);
  else
    rush_expr_unref (either);
  return rush_all_of (common);
}

static RushExpr *
of_or (RushExpr *node)
{
  RushExpr *left = node->children[0], *right = node->children[1];
  if (rush_expr_is_false (left))
    return rush_expr_ref (right);
  if (rush_expr_is_false (right))
    return rush_expr_ref (left);
  if (rush_expr_is_true (left) || rush_expr_is_true (right))
    return rush_expr_literal_bool (TRUE);
  if (rush_is_deterministic (left) && rush_expr_semantic_equal (left, right))
    return rush_expr_ref (left);
  return factored (node);
}

/* ── NOT ── */

/* The comparison that is true where this one is false; −1: none. */
static gint
opposite (RushExprKind kind)
{
  switch ((guint)kind)
    {
    case RUSH_EXPR_LESS:
      return RUSH_EXPR_GREATER_EQUAL;
    case RUSH_EXPR_LESS_EQUAL:
      return RUSH_EXPR_GREATER;
    case RUSH_EXPR_GREATER:
      return RUSH_EXPR_LESS_EQUAL;
    case RUSH_EXPR_GREATER_EQUAL:
      return RUSH_EXPR_LESS;
    case RUSH_EXPR_IS_NULL:
      return RUSH_EXPR_IS_NOT_NULL;
    case RUSH_EXPR_IS_NOT_NULL:
      return RUSH_EXPR_IS_NULL;
    default:
      return -1;
    }
}

static RushExpr *
of_not (RushExpr *node)
{
  RushExpr *inner = node->children[0];
  if (rush_expr_is_true (inner) || rush_expr_is_false (inner))
    return rush_expr_literal_bool (rush_expr_is_false (inner));
  if (inner->kind == RUSH_EXPR_NOT)
    return rush_expr_ref (inner->children[0]);
  gint other = opposite (inner->kind);
  if (other >= 0)
    {
      for (guint i = 0; i < inner->n_children; i++)
        rush_expr_ref (inner->children[i]);
      return rush_expr_new ((RushExprKind)other, inner->n_children, inner->children);
    }
  if (inner->kind != RUSH_EXPR_AND && inner->kind != RUSH_EXPR_OR)
    return rush_expr_ref (node);
  /* De Morgan */
  return rush_expr_binary (inner->kind == RUSH_EXPR_AND ? RUSH_EXPR_OR : RUSH_EXPR_AND,
                           rush_expr_unary (RUSH_EXPR_NOT, rush_expr_ref (inner->children[0])),
                           rush_expr_unary (RUSH_EXPR_NOT, rush_expr_ref (inner->children[1])));
}

static RushExpr *
rewrite (RushExpr *node, gpointer data, GError **error)
{
  if (node->kind == RUSH_EXPR_AND)
    return of_and (node);
  if (node->kind == RUSH_EXPR_OR)
    return of_or (node);
  if (node->kind == RUSH_EXPR_NOT)
    return of_not (node);
  return rush_expr_ref (node);
}

RUSH_EXPR_RULE_UP (boolean_simplification, "BooleanSimplification");
