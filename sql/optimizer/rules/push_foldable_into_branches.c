/* push_foldable_into_branches.c - what is done with a choice of constants is done with each.
 *
 *   (CASE WHEN (k#1 > 1) THEN a ELSE b END = a)   →   CASE WHEN (k#1 > 1) THEN true ELSE false END
 *   (if((k#1 > 1), 2, v#2) + 1)                   →   if((k#1 > 1), 3, (v#2 + 1))
 *
 * At most one branch may be no constant: else the operation would be written, and done, twice.
 * Branches that come out the same collapse in the rules that follow.
 */
#include "sql/optimizer/optimizer_private.h"

/* Values of the branches; the others of its children are conditions. */
static gboolean
is_value (const RushExpr *choice, guint i)
{
  if (choice->kind == RUSH_EXPR_IF)
    return i > 0;
  return i % 2 == 1 || i + 1 == choice->n_children;
}

static gboolean
is_choice_of_constants (const RushExpr *expr)
{
  guint others = 0, constants = 0;

  if (expr->kind != RUSH_EXPR_IF && expr->kind != RUSH_EXPR_CASE_WHEN)
    return FALSE;
  for (guint i = 0; i < expr->n_children; i++)
    if (is_value (expr, i))
      {
        gboolean constant = (expr->children[i]->flags & RUSH_EXPR_FOLDABLE) != 0;
        constants += constant;
        others += !constant;
      }
  return constants > 0 && others <= 1;
}

/* Operations that give the same for the same, and that no choice stands in the way of. */
static gboolean
is_supported (const RushExpr *node)
{
  switch ((int)node->kind)
    {
    case RUSH_EXPR_CAST:
    case RUSH_EXPR_IS_NULL:
    case RUSH_EXPR_IS_NOT_NULL:
    case RUSH_EXPR_NOT:
    case RUSH_EXPR_NEGATE:
    case RUSH_EXPR_ADD:
    case RUSH_EXPR_SUBTRACT:
    case RUSH_EXPR_MULTIPLY:
    case RUSH_EXPR_DIVIDE:
    case RUSH_EXPR_INTEGRAL_DIVIDE:
    case RUSH_EXPR_REMAINDER:
    case RUSH_EXPR_EQUAL:
    case RUSH_EXPR_EQUAL_NULL_SAFE:
    case RUSH_EXPR_LESS:
    case RUSH_EXPR_LESS_EQUAL:
    case RUSH_EXPR_GREATER:
    case RUSH_EXPR_GREATER_EQUAL:
    case RUSH_EXPR_AND:
    case RUSH_EXPR_OR:
      return rush_is_deterministic (node);
    default:
      return FALSE;
    }
}

/* @node with @value in place of child @at. */
static RushExpr *
applied_to (RushExpr *node, guint at, RushExpr *value)
{
  g_autofree RushExpr **children = g_new (RushExpr *, node->n_children);

  for (guint i = 0; i < node->n_children; i++)
    children[i] = rush_expr_ref (i == at ? value : node->children[i]);
  return rush_expr_with_children (node, children);
}

/* Null for a null: then a CASE without ELSE stays one. */
static gboolean
passes_null (const RushExpr *node)
{
  switch ((int)node->kind)
    {
    case RUSH_EXPR_IS_NULL:
    case RUSH_EXPR_IS_NOT_NULL:
    case RUSH_EXPR_EQUAL_NULL_SAFE:
    case RUSH_EXPR_AND:
    case RUSH_EXPR_OR:
      return FALSE;
    default:
      return TRUE;
    }
}

static RushExpr *
pushed (RushExpr *node, guint at)
{
  RushExpr *choice = node->children[at];
  gboolean no_else =
      choice->kind == RUSH_EXPR_CASE_WHEN && choice->n_children % 2 == 0 && !passes_null (node);
  guint n = choice->n_children + no_else;
  g_autofree RushExpr **children = g_new (RushExpr *, n);

  for (guint i = 0; i < choice->n_children; i++)
    children[i] = is_value (choice, i) ? applied_to (node, at, choice->children[i])
                                       : rush_expr_ref (choice->children[i]);
  if (no_else)
    {
      g_autoptr (RushExpr) null = rush_expr_literal_null (choice->type);
      children[n - 1] = applied_to (node, at, null);
    }
  return rush_expr_new (choice->kind, n, children);
}

static RushExpr *
rewrite (RushExpr *node, gpointer data, GError **error)
{
  gint choice = -1;

  if (!is_supported (node))
    return rush_expr_ref (node);
  for (guint i = 0; i < node->n_children; i++)
    {
      if (choice < 0 && is_choice_of_constants (node->children[i]))
        choice = (gint)i;
      else if (!(node->children[i]->flags & RUSH_EXPR_FOLDABLE))
        return rush_expr_ref (node);
    }
  return choice < 0 ? rush_expr_ref (node) : pushed (node, (guint)choice);
}

RUSH_EXPR_RULE_UP (push_foldable_into_branches, "PushFoldableIntoBranches");
