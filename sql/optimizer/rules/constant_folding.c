/* constant_folding.c - what needs no row is computed now.
 *
 *   (a#1 > (1 + 2))     →     (a#1 > 3)
 *
 * An error (1 / 0) is raised here, as in Spark, but not in a branch that may never be taken: there
 * the expression stays as it is.
 */
#include "sql/optimizer/rule_seams.h"

/* The value of a constant; what fails under a condition stays. */
static RushExpr *
fold_whole (RushExpr *constant, gpointer data, gboolean maybe, GError **error)
{
  g_autoptr (GError) failure = NULL;
  RushExpr *value = rush_value_of_constant (constant, data, &failure);

  if (value != NULL)
    return value;
  if (maybe)
    return rush_expr_ref (constant);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

/* May child @i go without being evaluated though the node is? */
static gboolean
is_conditional (const RushExpr *node, guint i)
{
  switch ((int)node->kind)
    {
    case RUSH_EXPR_IF:
    case RUSH_EXPR_CASE_WHEN:
    case RUSH_EXPR_COALESCE:
    case RUSH_EXPR_AND:
    case RUSH_EXPR_OR:
      return i > 0;
    default:
      return FALSE;
    }
}

static RushExpr *
fold (RushExpr *node, gpointer data, gboolean maybe, GError **error)
{
  if (rush_is_constant (node))
    return fold_whole (node, data, maybe, error);
  if (node->n_children == 0 || node->kind == RUSH_EXPR_LAMBDA)
    return rush_expr_ref (node);
  g_autofree RushExpr **children = g_new (RushExpr *, node->n_children);
  for (guint i = 0; i < node->n_children; i++)
    {
      children[i] = fold (node->children[i], data, maybe || is_conditional (node, i), error);
      if (children[i] == NULL)
        {
          while (i-- > 0)
            rush_expr_unref (children[i]);
          return NULL;
        }
    }
  return rush_expr_with_children (node, children);
}

static RushExpr *
fold_item (RushExpr *item, gpointer data, GError **error)
{
  return fold (item, data, FALSE, error);
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  return rush_map_expressions (node, fold_item, data, error);
}

RUSH_PLAN_RULE_UP (constant_folding, "ConstantFolding");
