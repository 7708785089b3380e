/* cast_code.c - casts: C's own where every value has a place in the new type, else the engine's.
 *
 *   int → bigint             (int64_t) n
 *   bigint → double          (double) n
 *   int → decimal (12, 2)    (rl_decimal) n * 100
 *   decimal (9, 2) → double  rl_decimal_to_double (price, 2)
 *   string → date, …         rl_call (stage, "Cast", …), with Spark's errors
 *
 * Mirrors: Cast.
 */
#include "sql/codegen/codegen_private.h"

#include "sql/types/decimal.h"

static gboolean
is_widening (const RushType *from, const RushType *to)
{
  if (!rush_type_is_integral (from))
    return from->storage == RUSH_STORAGE_F32 && to->storage == RUSH_STORAGE_F64;
  if (rush_type_is_integral (to))
    return to->value_bytes >= from->value_bytes;
  return to->storage == RUSH_STORAGE_F32 || to->storage == RUSH_STORAGE_F64;
}

/* 1 and zeros. */
static const char *
power_of_ten (RushStageCode *self, gint digits)
{
  gint64 power = 1;

  for (gint i = 0; i < digits; i++)
    power *= 10;
  return rush_code_text (self, "%" G_GINT64_FORMAT, power);
}

/* A decimal that has room for all of @from, by a factor that is a number in C; −1: it has not. */
static gint
digits_to_add (const RushType *from, const RushType *to)
{
  const RushType *exact;

  if (to->kind != RUSH_TYPE_DECIMAL ||
      !(rush_type_is_integral (from) || from->kind == RUSH_TYPE_DECIMAL))
    return -1;
  exact = rush_decimal_for_type (from);
  if (!rush_decimal_is_wider (to, exact) || to->scale - exact->scale > 18)
    return -1;
  return to->scale - exact->scale;
}

RushCode
rush_code_cast (RushStageCode *self, const RushExpr *expr)
{
  const RushType *from = expr->children[0]->type;
  gint digits = digits_to_add (from, expr->type);
  RushCode a = { 0 };

  if (from == expr->type || is_widening (from, expr->type) || digits >= 0 ||
      (from->kind == RUSH_TYPE_DECIMAL && expr->type == &RUSH_FLOAT64))
    a = rush_code_expression (self, expr->children[0]);
  if (from == expr->type)
    return a;
  if (is_widening (from, expr->type))
    a.value = rush_code_text (self, "((%s) %s)", rush_code_type (expr->type), a.value);
  else if (digits == 0)
    a.value = rush_code_text (self, "((rl_decimal) %s)", a.value);
  else if (digits > 0)
    a.value = rush_code_text (self, "((rl_decimal) %s * %s)", a.value, power_of_ten (self, digits));
  else if (a.value != NULL)
    a.value = rush_code_text (self, "rl_decimal_to_double (%s, %d)", rush_code_bare (self, a.value),
                              from->scale);
  else
    return rush_code_call (self, expr);
  a.type = expr->type;
  return a;
}
