/* comparison_code.c - comparisons, IN and LIKE.
 *
 *   quantity < 24          quantity < 24, and FALSE where quantity is null
 *   name = 'a'             rl_compare_string (name, rl_text ("a")) == 0
 *   a <=> b                a_is_null || b_is_null ? a_is_null == b_is_null : a == b
 *
 * A condition's value is false where it is null: that is all a filter must know.  Floating point
 * numbers are compared by a function unless a constant makes C's answer right: NaN is above all.
 */
#include "sql/codegen/codegen_private.h"

#include <string.h>

/* Whether C's < on @b, a constant, is Spark's: NaN < 24.0 is false in both. */
static gboolean
is_plain_below (const char *op, RushCode b)
{
  return (op[0] == '<' || op[0] == '=') &&
         (g_ascii_isdigit (b.value[0]) || g_str_has_prefix (b.value, "(-")) &&
         strpbrk (b.value, " ") == NULL;
}

const char *
rush_code_compare (RushStageCode *self, const char *op, RushCode a, RushCode b)
{
  const char *member = rush_code_member (a.type);

  if (strcmp (member, "string") == 0)
    return rush_code_text (self, "(rl_compare_string (%s, %s) %s 0)", a.value, b.value, op);
  if (strcmp (member, "real") == 0 && !is_plain_below (op, b))
    return rush_code_text (self, "(rl_compare_double (%s, %s) %s 0)", a.value, b.value, op);
  if (strcmp (member, "object") == 0)
    return rush_code_text (self,
                           "(rl_compare_datum (&(rl_datum[]){ %s }[0], &(rl_datum[]){ %s }[0]) "
                           "%s 0)",
                           rush_code_datum (self, a), rush_code_datum (self, b), op);
  return rush_code_text (self, "(%s %s %s)", a.value, op, b.value);
}

static const char *
operator_of (RushExprKind kind)
{
  switch ((guint)kind)
    {
    case RUSH_EXPR_LESS:
      return "<";
    case RUSH_EXPR_LESS_EQUAL:
      return "<=";
    case RUSH_EXPR_GREATER:
      return ">";
    case RUSH_EXPR_GREATER_EQUAL:
      return ">=";
    default:
      return "==";
    }
}

static RushCode
equal_null_safe (RushStageCode *self, RushCode a, RushCode b)
{
  const char *either = rush_code_or (self, a.is_null, b.is_null);
  const char *equal = rush_code_compare (self, "==", a, b);

  if (strcmp (either, "false") == 0)
    return (RushCode){ &RUSH_BOOL, equal, "false" };
  return (RushCode){
    &RUSH_BOOL, rush_code_text (self, "(%s ? %s == %s : %s)", either, a.is_null, b.is_null, equal),
    "false"
  };
}

RushCode
rush_code_comparison (RushStageCode *self, const RushExpr *expr)
{
  RushCode a = rush_code_expression (self, expr->children[0]);
  RushCode b = rush_code_expression (self, expr->children[1]);
  const char *is_null = rush_code_or (self, a.is_null, b.is_null);
  const char *holds;

  if (expr->kind == RUSH_EXPR_EQUAL_NULL_SAFE)
    return equal_null_safe (self, a, b);
  if (expr->kind == RUSH_EXPR_LIKE)
    holds = rush_code_text (self, "rl_like (%s, %s, %u)", a.value, b.value, expr->as.like.escape);
  else
    holds = rush_code_compare (self, operator_of (expr->kind), a, b);
  return (RushCode){ &RUSH_BOOL, rush_code_and (self, rush_code_not (self, is_null), holds),
                     is_null };
}

/* x IN (a, b, null): TRUE if it is one of them; else null if it or one of them is. */
RushCode
rush_code_in (RushStageCode *self, const RushExpr *expr)
{
  RushCode value =
      rush_code_variable (self, rush_code_expression (self, expr->children[0]), "value");
  const char *any = "false", *unknown = value.is_null;
  const char *name;

  for (guint i = 1; i < expr->n_children; i++)
    {
      RushCode item = rush_code_expression (self, expr->children[i]);
      const char *equal = strcmp (item.is_null, "true") == 0
                              ? "false"
                              : rush_code_compare (self, "==", value, item);
      equal = rush_code_and (self, rush_code_not (self, item.is_null), equal);
      any = i == 1 ? equal : rush_code_or (self, any, equal);
      unknown = rush_code_or (self, unknown, item.is_null);
    }
  name = rush_code_name (self, "is_in");
  rush_code_line (
      self, "bool %s = %s;", name,
      rush_code_bare (self, rush_code_and (self, rush_code_not (self, value.is_null), any)));
  return (RushCode){ &RUSH_BOOL, name, rush_code_and (self, rush_code_not (self, name), unknown) };
}
