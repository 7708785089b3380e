/* simplify_extract_value_ops.c - what is taken out of what was just put together.
 *
 *   struct(a#1, b#2).a       →  a#1          array(a#1, b#2)[1]     →  b#2
 *   map('x', a#1)['x']       →  a#1
 *
 * An index that is not there, and keys that are no constants, stay: errors are raised by tasks.
 */
#include "sql/optimizer/optimizer_private.h"

static gboolean
is_call (const RushExpr *expr, const char *name)
{
  return expr->kind == RUSH_EXPR_FUNCTION && g_str_equal (expr->as.function.function->name, name);
}

/* The value of field @i of a struct that is made here; or NULL. */
static RushExpr *
field_value (const RushExpr *made, guint i)
{
  if (is_call (made, "named_struct") && 2 * i + 1 < made->n_children)
    return made->children[2 * i + 1];
  if (is_call (made, "struct") && i < made->n_children)
    return made->children[i]->kind == RUSH_EXPR_ALIAS ? made->children[i]->children[0]
                                                      : made->children[i];
  return NULL;
}

static RushExpr *
array_value (const RushExpr *made, const RushExpr *index)
{
  if (!is_call (made, "array") || index->kind != RUSH_EXPR_LITERAL ||
      rush_expr_is_literal_null (index) || !rush_type_is_integral (index->type))
    return NULL;
  gint64 i = rush_column_get_int (index->as.literal.value, 0);
  return i >= 0 && i < made->n_children ? made->children[i] : NULL;
}

/* The last of equal keys would win: all must be constants that differ. */
static RushExpr *
map_value (const RushExpr *made, const RushExpr *key)
{
  RushExpr *found = NULL;

  if (!is_call (made, "map") || key->kind != RUSH_EXPR_LITERAL)
    return NULL;
  for (guint i = 0; i + 1 < made->n_children; i += 2)
    {
      if (made->children[i]->kind != RUSH_EXPR_LITERAL)
        return NULL;
      if (!rush_expr_semantic_equal (made->children[i], key))
        continue;
      if (found != NULL)
        return NULL;
      found = made->children[i + 1];
    }
  return found;
}

static RushExpr *
rewrite (RushExpr *node, gpointer data, GError **error)
{
  RushExpr *value = NULL;

  if (node->kind == RUSH_EXPR_GET_FIELD)
    value = field_value (node->children[0], node->as.bound.ordinal);
  else if (node->kind == RUSH_EXPR_GET_ITEM)
    {
      value = array_value (node->children[0], node->children[1]);
      if (value == NULL)
        value = map_value (node->children[0], node->children[1]);
    }
  return rush_expr_ref (value != NULL && value->type == node->type ? value : node);
}

RUSH_EXPR_RULE_UP (simplify_extract_value_ops, "SimplifyExtractValueOps");
