/* simplify_casts.c - casts that change nothing go, and of two that widen one is enough.
 *
 *   cast(a#1 as int)                    →  a#1                     where a#1 is an int
 *   cast(cast(a#1 as int) as bigint)    →  cast(a#1 as bigint)     where a#1 is a smallint
 */
#include "sql/optimizer/optimizer_private.h"

static gint
integral_width (const RushType *type)
{
  return rush_type_is_integral (type) ? (gint)type->value_bytes : 0;
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
  gint from = integral_width (child->children[0]->type), middle = integral_width (child->type);
  gint to = integral_width (node->type);
  if (from == 0 || from > middle || middle > to)
    return rush_expr_ref (node);
  RushExpr *inner = rush_expr_ref (child->children[0]);
  return rush_expr_with_children (node, &inner);
}

RUSH_EXPR_RULE_UP (simplify_casts, "SimplifyCasts");
