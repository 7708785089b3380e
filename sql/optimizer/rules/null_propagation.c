/* null_propagation.c - what a null makes null, or cannot be null, is known now.
 *
 *   isnull(a#1)         →  false                  where a#1 is never null
 *   (b#2 + null)        →  null
 *   coalesce(null, a)   →  a
 *   count(1 + a#1)      →  count(1)               where a#1 is never null
 *   count(null)         →  0
 */
#include "sql/optimizer/optimizer_private.h"

static gboolean
is_null (const RushExpr *expr)
{
  return rush_expr_is_literal_null (expr);
}

/* Kinds that are null as soon as one of their children is. */
static gboolean
passes_nulls_on (const RushExpr *node)
{
  switch ((int)node->kind)
    {
    case RUSH_EXPR_ADD:
    case RUSH_EXPR_SUBTRACT:
    case RUSH_EXPR_MULTIPLY:
    case RUSH_EXPR_DIVIDE:
    case RUSH_EXPR_INTEGRAL_DIVIDE:
    case RUSH_EXPR_REMAINDER:
    case RUSH_EXPR_NEGATE:
    case RUSH_EXPR_EQUAL:
    case RUSH_EXPR_LESS:
    case RUSH_EXPR_LESS_EQUAL:
    case RUSH_EXPR_GREATER:
    case RUSH_EXPR_GREATER_EQUAL:
    case RUSH_EXPR_LIKE:
    case RUSH_EXPR_NOT:
    case RUSH_EXPR_CAST:
    case RUSH_EXPR_GET_FIELD:
    case RUSH_EXPR_GET_ITEM:
      return TRUE;
    default:
      return FALSE;
    }
}

/* coalesce: nulls go, and what stands behind a value that is never null. */
static RushExpr *
shorten_coalesce (RushExpr *node)
{
  g_autoptr (GPtrArray) kept = rush_expr_ptr_array ();
  gboolean ended = FALSE;

  for (guint i = 0; i < node->n_children && !ended; i++)
    {
      if (is_null (node->children[i]))
        continue;
      g_ptr_array_add (kept, rush_expr_ref (node->children[i]));
      ended = !node->children[i]->nullable;
    }
  if (kept->len == node->n_children)
    return rush_expr_ref (node);
  if (kept->len == 0)
    return rush_expr_literal_null (node->type);
  if (kept->len == 1)
    return g_ptr_array_steal_index (kept, 0);
  RushExpr *made = rush_expr_new (RUSH_EXPR_COALESCE, kept->len, (RushExpr *const *)kept->pdata);
  g_ptr_array_set_free_func (kept, NULL);
  return made;
}

/* count (x), where x is never null, counts rows: count (1). */
static RushExpr *
count_rows (RushExpr *node)
{
  guint n = node->n_children - node->as.aggregate.has_filter;

  if (!g_str_equal (node->as.aggregate.function->name, "count") || node->as.aggregate.distinct ||
      n == 0)
    return rush_expr_ref (node);
  for (guint i = 0; i < n; i++)
    if (is_null (node->children[i]))
      return rush_expr_literal_int (node->type, 0);
  for (guint i = 0; i < n; i++)
    if (node->children[i]->nullable)
      return rush_expr_ref (node);
  if (n == 1 && node->children[0]->kind == RUSH_EXPR_LITERAL)
    return rush_expr_ref (node);
  RushExpr *one = rush_expr_literal_int (&RUSH_INT32, 1);
  RushExpr *filter = node->as.aggregate.has_filter ? rush_expr_ref (node->children[n]) : NULL;
  g_autoptr (RushExpr) made = rush_expr_aggregate (
      node->as.aggregate.function, node->type, node->nullable, node->mode, FALSE, filter, 1, &one);
  return rush_expr_with_id (made, node->as.aggregate.result_id);
}

static RushExpr *
rewrite (RushExpr *node, gpointer data, GError **error)
{
  if (node->kind == RUSH_EXPR_AGGREGATE)
    return count_rows (node);
  if (node->type == NULL || node->n_children == 0)
    return rush_expr_ref (node);
  if (node->kind == RUSH_EXPR_IS_NULL && !node->children[0]->nullable)
    return rush_expr_literal_bool (FALSE);
  if (node->kind == RUSH_EXPR_IS_NOT_NULL && !node->children[0]->nullable)
    return rush_expr_literal_bool (TRUE);
  if (node->kind == RUSH_EXPR_COALESCE)
    return shorten_coalesce (node);
  if (node->kind == RUSH_EXPR_EQUAL_NULL_SAFE && is_null (node->children[0]))
    return rush_expr_unary (RUSH_EXPR_IS_NULL, rush_expr_ref (node->children[1]));
  if (node->kind == RUSH_EXPR_EQUAL_NULL_SAFE && is_null (node->children[1]))
    return rush_expr_unary (RUSH_EXPR_IS_NULL, rush_expr_ref (node->children[0]));
  if (node->kind == RUSH_EXPR_IN && is_null (node->children[0]) && node->n_children > 1)
    return rush_expr_literal_null (&RUSH_BOOL);
  if (passes_nulls_on (node))
    for (guint i = 0; i < node->n_children; i++)
      if (is_null (node->children[i]))
        return rush_expr_literal_null (node->type);
  return rush_expr_ref (node);
}

RUSH_EXPR_RULE_UP (null_propagation, "NullPropagation");
