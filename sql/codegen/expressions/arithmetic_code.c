/* arithmetic_code.c - + − * / div % in C, with what Spark says when a result has no place.
 *
 *   int + int, ANSI      int32_t sum = 0;
 *                        if (!any_is_null && __builtin_add_overflow (a, b, &sum))
 *                          return rl_raise (stage, "ARITHMETIC_OVERFLOW");
 *   … without ANSI       the same without the error: the result wraps around
 *   … try_add ()         sum_is_null = … __builtin_add_overflow (…)
 *   double + double      (a + b)
 *
 * Mirrors: Add, Subtract, Multiply, Divide, IntegralDivide, Remainder, UnaryMinus.
 */
#include "sql/codegen/codegen_private.h"

#include <string.h>

static const char *
wish_of (RushExprKind kind)
{
  switch ((guint)kind)
    {
    case RUSH_EXPR_ADD:
      return "sum";
    case RUSH_EXPR_SUBTRACT:
      return "difference";
    case RUSH_EXPR_MULTIPLY:
      return "product";
    case RUSH_EXPR_REMAINDER:
      return "remainder";
    case RUSH_EXPR_NEGATE:
      return "negative";
    default:
      return "quotient";
    }
}

static gboolean
is_floating (const RushType *type)
{
  return type->storage == RUSH_STORAGE_F32 || type->storage == RUSH_STORAGE_F64;
}

/* ---- a result that may have no place ---- */

typedef struct
{
  const char *name, *is_null;
} Result;

static Result
declare_result (RushStageCode *self, const RushExpr *expr, const char *is_null)
{
  Result result = { rush_code_name (self, wish_of (expr->kind)), NULL };

  result.is_null = rush_code_name (self, rush_code_text (self, "%s_is_null", result.name));
  rush_code_line_for (self, result.name, "%s %s = 0;", rush_code_type (expr->type), result.name);
  rush_code_line (self, "bool %s = %s;", result.is_null, rush_code_bare (self, is_null));
  return result;
}

/* If @fails, which sets the result: what the mode wants. */
static void
check (RushStageCode *self, const RushExpr *expr, Result result, const char *fails,
       const char *error_class)
{
  const char *flag = result.is_null;

  if (expr->mode == RUSH_EVAL_ANSI)
    rush_code_if (self, rush_code_text (self, "return rl_raise (stage, \"%s\");", error_class),
                  "!%s && %s", flag, fails);
  else
    rush_code_if (self, rush_code_text (self, "%s = true;", flag), "!%s && %s", flag, fails);
}

/* The same where the operands are never null: no flag. */
static RushCode
finish (const RushExpr *expr, Result result)
{
  return (RushCode){ expr->type, result.name, result.is_null };
}

/* ---- whole numbers ---- */

static RushCode
overflowing (RushStageCode *self, const RushExpr *expr, RushCode a, RushCode b)
{
  const char *is_null = rush_code_or (self, a.is_null, b.is_null);
  const char *builtin = expr->kind == RUSH_EXPR_ADD        ? "__builtin_add_overflow"
                        : expr->kind == RUSH_EXPR_MULTIPLY ? "__builtin_mul_overflow"
                                                           : "__builtin_sub_overflow";
  const char *error_class = expr->type->storage == RUSH_STORAGE_I32 ||
                                    expr->type->storage == RUSH_STORAGE_I64 ||
                                    expr->kind == RUSH_EXPR_NEGATE
                                ? "ARITHMETIC_OVERFLOW"
                                : "BINARY_ARITHMETIC_OVERFLOW";
  const char *name = rush_code_name (self, wish_of (expr->kind));
  const char *call =
      rush_code_text (self, "%s (%s, %s, &%s)", builtin, rush_code_bare (self, a.value),
                      rush_code_bare (self, b.value), name);
  RushCode code = { expr->type, name, is_null };

  rush_code_line_for (self, name, "%s %s = 0;", rush_code_type (expr->type), name);
  if (expr->mode == RUSH_EVAL_LEGACY)
    rush_code_line (self, "(void) %s; // wraps around", call);
  else if (expr->mode == RUSH_EVAL_ANSI)
    rush_code_if (self, rush_code_text (self, "return rl_raise (stage, \"%s\");", error_class),
                  "%s", rush_code_and (self, rush_code_not (self, is_null), call));
  else
    {
      code.is_null = rush_code_name (self, rush_code_text (self, "%s_is_null", name));
      rush_code_line (self, "bool %s = %s || %s;", code.is_null, is_null, call);
    }
  return code;
}

/* ---- division ---- */

static const char *
quotient_text (RushStageCode *self, const RushExpr *expr, RushCode a, RushCode b)
{
  if (expr->kind == RUSH_EXPR_DIVIDE)
    return rush_code_text (self, "%s / %s", a.value, b.value);
  if (expr->kind == RUSH_EXPR_INTEGRAL_DIVIDE)
    return rush_code_text (self, "(int64_t) %s / %s", a.value, b.value);
  if (is_floating (expr->type))
    return rush_code_text (self, "fmod (%s, %s)", a.value, b.value);
  return rush_code_text (self, "%s == -1 ? 0 : %s %% %s", b.value, a.value, b.value);
}

/* A constant 0 as a variable: compilers refuse a division by it, though it is never reached. */
static RushCode
divisor_code (RushStageCode *self, RushCode code)
{
  const char *name;

  if (strcmp (code.value, "0") != 0)
    return rush_code_variable (self, code, "divisor");
  name = rush_code_name (self, "divisor");
  rush_code_line_for (self, name, "%s %s = 0;", rush_code_type (code.type), name);
  return (RushCode){ code.type, name, code.is_null };
}

static RushCode
dividing (RushStageCode *self, const RushExpr *expr, RushCode left, RushCode right)
{
  RushCode a = rush_code_variable (self, left, "dividend");
  RushCode b = divisor_code (self, right);
  const char *zero = rush_code_text (self, "%s == 0", b.value);
  Result result = declare_result (self, expr, rush_code_or (self, a.is_null, b.is_null));

  check (self, expr, result, zero,
         expr->kind == RUSH_EXPR_REMAINDER ? "REMAINDER_BY_ZERO" : "DIVIDE_BY_ZERO");
  if (expr->kind == RUSH_EXPR_INTEGRAL_DIVIDE)
    {
      const char *overflows =
          rush_code_text (self, "%s == INT64_MIN && %s == -1", a.value, b.value);
      if (expr->mode != RUSH_EVAL_LEGACY)
        check (self, expr, result, overflows, "ARITHMETIC_OVERFLOW");
      rush_code_line_for (
          self, result.name, "%s = %s ? 0 : %s == -1 ? (int64_t) (0 - (uint64_t) %s) : %s;",
          result.name, result.is_null, b.value, a.value, quotient_text (self, expr, a, b));
    }
  else
    {
      rush_code_line_for (self, result.name, "%s = %s ? 0 : %s;", result.name, result.is_null,
                          quotient_text (self, expr, a, b));
    }
  return finish (expr, result);
}

/* ---- decimals ---- */

static const char *
decimal_function (RushExprKind kind)
{
  switch ((guint)kind)
    {
    case RUSH_EXPR_ADD:
      return "add";
    case RUSH_EXPR_SUBTRACT:
      return "subtract";
    case RUSH_EXPR_MULTIPLY:
      return "multiply";
    case RUSH_EXPR_DIVIDE:
      return "divide";
    default:
      return "remainder";
    }
}

RushCode
rush_code_decimal_arithmetic (RushStageCode *self, const RushExpr *expr, RushCode left,
                              RushCode right)
{
  gboolean divides = expr->kind == RUSH_EXPR_DIVIDE || expr->kind == RUSH_EXPR_REMAINDER;
  RushCode a = left, b = divides ? rush_code_variable (self, right, "divisor") : right;
  Result result = declare_result (self, expr, rush_code_or (self, a.is_null, b.is_null));
  const char *overflows;

  if (divides)
    check (self, expr, result, rush_code_text (self, "%s == 0", b.value),
           expr->kind == RUSH_EXPR_REMAINDER ? "REMAINDER_BY_ZERO" : "DIVIDE_BY_ZERO");
  overflows = rush_code_text (self, "rl_decimal_%s (%s, %d, %s, %d, %u, %d, &%s)",
                              decimal_function (expr->kind), rush_code_bare (self, a.value),
                              a.type->scale, rush_code_bare (self, b.value), b.type->scale,
                              expr->type->precision, expr->type->scale, result.name);
  check (self, expr, result, overflows, "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION");
  return finish (expr, result);
}

/* ---- all ---- */

/* Intervals and dates have rules of their own. */
static gboolean
is_number (const RushExpr *expr)
{
  for (guint i = 0; i < expr->n_children; i++)
    if (!rush_type_is_numeric (expr->children[i]->type))
      return FALSE;
  return rush_type_is_numeric (expr->type);
}

static RushCode
negative (RushStageCode *self, const RushExpr *expr)
{
  RushCode a = rush_code_expression (self, expr->children[0]);
  RushCode zero = { expr->type, "0", "false" };

  if (is_floating (expr->type) || expr->type->kind == RUSH_TYPE_DECIMAL)
    return (RushCode){ expr->type, rush_code_text (self, "(- %s)", a.value), a.is_null };
  return overflowing (self, expr, zero, a);
}

RushCode
rush_code_arithmetic (RushStageCode *self, const RushExpr *expr)
{
  RushCode a, b;

  if (!is_number (expr))
    return rush_code_call (self, expr);
  if (expr->kind == RUSH_EXPR_NEGATE)
    return negative (self, expr);
  if (expr->kind == RUSH_EXPR_INTEGRAL_DIVIDE && expr->children[0]->type->kind == RUSH_TYPE_DECIMAL)
    return rush_code_call (self, expr); /* of decimals, cast to bigint */
  a = rush_code_expression (self, expr->children[0]);
  b = rush_code_expression (self, expr->children[1]);
  if (expr->type->kind == RUSH_TYPE_DECIMAL)
    return rush_code_decimal_arithmetic (self, expr, a, b);
  if (expr->kind == RUSH_EXPR_DIVIDE || expr->kind == RUSH_EXPR_INTEGRAL_DIVIDE ||
      expr->kind == RUSH_EXPR_REMAINDER)
    return dividing (self, expr, a, b);
  if (is_floating (expr->type))
    return (RushCode){ expr->type,
                       rush_code_text (self, "(%s %c %s)", a.value,
                                       expr->kind == RUSH_EXPR_ADD        ? '+'
                                       : expr->kind == RUSH_EXPR_SUBTRACT ? '-'
                                                                          : '*',
                                       b.value),
                       rush_code_or (self, a.is_null, b.is_null) };
  return overflowing (self, expr, a, b);
}
