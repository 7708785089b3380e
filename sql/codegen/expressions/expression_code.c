/* expression_code.c - an expression as C: which kind is written how.
 *
 *   l_extendedprice * (1 - l_discount)
 *                               value    (l_extendedprice * (1 - l_discount))
 *                               is_null  (l_extendedprice_is_null || l_discount_is_null)
 *
 * What cannot fail stays an expression; what can (an overflow, a division) or must not run for
 * every row (a branch of CASE) becomes lines before it, and a variable.  What has no text of its
 * own calls the engine (call_code.c), so that every expression has one.
 *
 * Mirrors: Expression.genCode, ExprCode.
 */
#include "sql/codegen/codegen_private.h"

#include <math.h>
#include <string.h>

#define LONG_VALUE 120

/* ---- literals ---- */

static const char *
integer_text (RushStageCode *self, gint64 value)
{
  if (value == G_MININT64)
    return "INT64_MIN";
  return rush_code_text (self, value < 0 ? "(%" G_GINT64_FORMAT ")" : "%" G_GINT64_FORMAT, value);
}

static const char *
double_text (RushStageCode *self, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    return "NAN";
  if (isinf (value))
    return value < 0 ? "(-INFINITY)" : "INFINITY";
  g_ascii_formatd (digits, sizeof digits, "%.15g", value);
  if (g_ascii_strtod (digits, NULL) != value)
    g_ascii_formatd (digits, sizeof digits, "%.17g", value);
  return rush_code_text (self, signbit (value) ? "(%s%s)" : "%s%s", digits,
                         strpbrk (digits, ".e") == NULL ? ".0" : "");
}

static const char *
decimal_text (RushStageCode *self, rush_int128 value)
{
  if (value == (gint64)value)
    return integer_text (self, (gint64)value);
  return rush_code_text (
      self, "(((rl_decimal)%" G_GINT64_FORMAT " << 64) | UINT64_C (%" G_GUINT64_FORMAT "))",
      (gint64)(value >> 64), (guint64)value);
}

static const char *
string_text (RushStageCode *self, const RushColumn *value)
{
  gsize length;
  const char *bytes = rush_column_get_bytes (value, 0, &length);

  return rush_code_text (self, "rl_text (%s)", rush_code_quote (self, bytes, length));
}

RushCode
rush_code_literal (RushStageCode *self, const RushExpr *expr)
{
  const RushColumn *value = expr->as.literal.value;
  RushCode code = { expr->type, rush_code_zero (expr->type), "false" };
  const char *c_type = rush_code_type (expr->type);

  if (!rush_column_is_valid (value, 0))
    code.is_null = "true";
  else if (expr->type->kind == RUSH_TYPE_DECIMAL)
    code.value = decimal_text (self, rush_column_get_int128 (value, 0));
  else if (expr->type->storage == RUSH_STORAGE_BIT)
    code.value = rush_column_get_bool (value, 0) ? "true" : "false";
  else if (strcmp (c_type, "float") == 0 || strcmp (c_type, "double") == 0)
    code.value = double_text (self, rush_column_get_double (value, 0));
  else if (strcmp (c_type, "rl_string") == 0)
    code.value = string_text (self, value);
  else if (strcmp (rush_code_member (expr->type), "integer") == 0)
    code.value = integer_text (self, rush_column_get_int (value, 0));
  else
    code = rush_code_call (self, expr);
  return code;
}

/* ---- null tests ---- */

static RushCode
null_test (RushStageCode *self, const RushExpr *expr)
{
  RushCode child = rush_code_expression (self, expr->children[0]);
  gboolean is_null = expr->kind == RUSH_EXPR_IS_NULL;

  return (RushCode){ &RUSH_BOOL, is_null ? child.is_null : rush_code_not (self, child.is_null),
                     "false" };
}

/* ---- all kinds ---- */

static RushCode
code_of (RushStageCode *self, const RushExpr *expr)
{
  switch ((guint)expr->kind)
    {
    case RUSH_EXPR_LITERAL:
      return rush_code_literal (self, expr);
    case RUSH_EXPR_ATTRIBUTE:
      return rush_code_get (self, expr);
    case RUSH_EXPR_ALIAS:
      return rush_code_expression (self, expr->children[0]);
    case RUSH_EXPR_ADD:
    case RUSH_EXPR_SUBTRACT:
    case RUSH_EXPR_MULTIPLY:
    case RUSH_EXPR_DIVIDE:
    case RUSH_EXPR_INTEGRAL_DIVIDE:
    case RUSH_EXPR_REMAINDER:
    case RUSH_EXPR_NEGATE:
      return rush_code_arithmetic (self, expr);
    case RUSH_EXPR_EQUAL:
    case RUSH_EXPR_EQUAL_NULL_SAFE:
    case RUSH_EXPR_LESS:
    case RUSH_EXPR_LESS_EQUAL:
    case RUSH_EXPR_GREATER:
    case RUSH_EXPR_GREATER_EQUAL:
    case RUSH_EXPR_LIKE:
      return rush_code_comparison (self, expr);
    case RUSH_EXPR_IN:
      return rush_code_in (self, expr);
    case RUSH_EXPR_AND:
    case RUSH_EXPR_OR:
    case RUSH_EXPR_NOT:
      return rush_code_logic (self, expr);
    case RUSH_EXPR_IS_NULL:
    case RUSH_EXPR_IS_NOT_NULL:
      return null_test (self, expr);
    case RUSH_EXPR_IF:
    case RUSH_EXPR_CASE_WHEN:
    case RUSH_EXPR_COALESCE:
      return rush_code_choice (self, expr);
    case RUSH_EXPR_CAST:
      return rush_code_cast (self, expr);
    default: /* functions, parts of nested values, subqueries' values … */
      return rush_code_call (self, expr);
    }
}

RushCode
rush_code_expression (RushStageCode *self, const RushExpr *expr)
{
  RushCode code = code_of (self, expr);

  if (strlen (code.value) > LONG_VALUE)
    code = rush_code_variable (self, code, "part");
  code.is_null = rush_code_short (self, code.is_null, "any_is_null");
  return code;
}

/* ---- what rows must fulfil ---- */

void
rush_code_require (RushStageCode *self, const RushExpr *condition)
{
  g_autoptr (GPtrArray) conjuncts =
      g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);

  rush_expr_split_conjuncts ((RushExpr *)condition, conjuncts);
  for (guint c = 0; c < conjuncts->len; c++)
    {
      const RushExpr *conjunct = conjuncts->pdata[c];
      RushCode code = rush_code_expression (self, conjunct);
      const char *fails = rush_code_not (self, code.value);

      if (conjunct->kind == RUSH_EXPR_IS_NOT_NULL)
        fails = rush_code_expression (self, conjunct->children[0]).is_null;
      if (strcmp (fails, "false") != 0)
        rush_code_if (self, "continue;", "%s", fails);
      if (conjunct->kind == RUSH_EXPR_IS_NOT_NULL &&
          conjunct->children[0]->kind == RUSH_EXPR_ATTRIBUTE)
        rush_code_set_not_null (self, conjunct->children[0]);
    }
}
