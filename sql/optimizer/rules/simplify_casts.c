/* simplify_casts.c - casts that change nothing go, and of two that widen one is enough.
 *
 *   cast(a#1 as int)                    →  a#1                     where a#1 is an int
 *   cast(cast(a#1 as int) as bigint)    →  cast(a#1 as bigint)     where a#1 is a smallint
 */
#include "sql/optimizer/optimizer_private.h"

#include "sql/types/decimal.h"

/* Has every value of @from its place in @to? */
static gboolean
is_wider (const RushType *from, const RushType *to)
{
  if (rush_type_is_integral (from) && rush_type_is_integral (to))
    return to->value_bytes >= from->value_bytes;
  gboolean exact = from->kind == RUSH_TYPE_DECIMAL || rush_type_is_integral (from);
  return exact && to->kind == RUSH_TYPE_DECIMAL && rush_decimal_is_wider (to, from);
}

static RushExpr *
rewrite (RushExpr *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_EXPR_CAST)
    return rush_expr_ref (node);
  RushExpr *child = node->children[0];
  if (child->type == node->type)
    return rush_expr_ref (child);
  if (child->kind != RUSH_EXPR_CAST)
    return rush_expr_ref (node);
  if (!is_wider (child->children[0]->type, child->type) || !is_wider (child->type, node->type))
    return rush_expr_ref (node);
  RushExpr *inner = rush_expr_ref (child->children[0]);
  return rush_expr_with_children (node, &inner);
}

RUSH_EXPR_RULE_UP (simplify_casts, "SimplifyCasts");
