/* like_simplification.c - patterns that are a beginning, an end, a part or the whole.
 *
 *   s LIKE 'abc%'  → StartsWith(s, abc)       s LIKE '%abc'   → EndsWith(s, abc)
 *   s LIKE '%abc%' → Contains(s, abc)         s LIKE 'abc'    → (s = abc)
 */
#include "sql/optimizer/optimizer_private.h"

#include <string.h>

static RushExpr *
call (const char *shown, RushExpr *text, const char *part, gsize length)
{
  const RushFunction *function = rush_function_find (shown);

  if (function == NULL)
    return NULL;
  RushExpr *args[2] = { rush_expr_ref (text), rush_expr_literal_string (part, (gssize)length) };
  return rush_expr_function (function, shown, &RUSH_BOOL, text->nullable, RUSH_EVAL_ANSI, 2, args);
}

static RushExpr *
rewrite (RushExpr *node, gpointer data, GError **error)
{
  gsize length;

  if (node->kind != RUSH_EXPR_LIKE || node->children[1]->kind != RUSH_EXPR_LITERAL ||
      rush_expr_is_literal_null (node->children[1]))
    return rush_expr_ref (node);
  RushExpr *text = node->children[0], *made = NULL;
  const char *pattern = rush_column_get_bytes (node->children[1]->as.literal.value, 0, &length);
  char escape[8] = { 0 };
  gint escape_length = g_unichar_to_utf8 (node->as.like.escape, escape);
  if (g_strstr_len (pattern, (gssize)length, escape) != NULL || escape_length == 0)
    return rush_expr_ref (node);
  gboolean open = length > 0 && pattern[0] == '%';
  gboolean close = length > 1 && pattern[length - 1] == '%';
  const char *part = pattern + open;
  gsize part_length = length - open - close;
  if (memchr (part, '%', part_length) != NULL || memchr (part, '_', part_length) != NULL)
    return rush_expr_ref (node);
  if (part_length == 0 && (open || close))
    return rush_expr_ref (node);
  if (open && close)
    made = call ("Contains", text, part, part_length);
  else if (open)
    made = call ("EndsWith", text, part, part_length);
  else if (close)
    made = call ("StartsWith", text, part, part_length);
  else
    made = rush_expr_binary (RUSH_EXPR_EQUAL, rush_expr_ref (text),
                             rush_expr_literal_string (part, (gssize)part_length));
  return made != NULL ? made : rush_expr_ref (node);
}

RUSH_EXPR_RULE_UP (like_simplification, "LikeSimplification");
