/* logic_code.c - AND, OR, NOT: three values in two bits.
 *
 *              value    is_null         A condition that is null has the value false, so that
 *   TRUE       true     false             a AND b is true   if both values are
 *   FALSE      false    false             a OR b  is true   if one value is
 *   NULL       false    true            and is null if it is not settled: a AND b by a FALSE,
 *                                       a OR b by a TRUE.
 *
 * The right-hand side runs only where the left one does not settle the matter: C's && and || if it
 * is a plain expression, an if around its lines otherwise.
 */
#include "sql/codegen/codegen_private.h"

#include <string.h>

/* "a is FALSE" */
static const char *
is_false (RushStageCode *self, RushCode a)
{
  return rush_code_and (self, rush_code_not (self, a.is_null), rush_code_not (self, a.value));
}

static const char *
logic_value (RushStageCode *self, gboolean is_and, RushCode a, RushCode b)
{
  return is_and ? rush_code_and (self, a.value, b.value) : rush_code_or (self, a.value, b.value);
}

static const char *
logic_null (RushStageCode *self, gboolean is_and, RushCode a, RushCode b)
{
  const char *either = rush_code_or (self, a.is_null, b.is_null);
  const char *settled;

  if (strcmp (either, "false") == 0)
    return either;
  settled = is_and ? rush_code_or (self, is_false (self, a), is_false (self, b))
                   : rush_code_or (self, a.value, b.value);
  return rush_code_and (self, either, rush_code_not (self, settled));
}

/* Lines from @mark on are taken out. (transfer full) */
static GPtrArray *
take_lines (RushStageCode *self, guint mark)
{
  GPtrArray *taken = g_ptr_array_new ();

  while (self->lines->len > mark)
    g_ptr_array_add (taken, g_ptr_array_steal_index (self->lines, mark));
  return taken;
}

/* The right-hand side has lines of its own, those from @mark on: they run inside an if. */
static RushCode
guarded (RushStageCode *self, gboolean is_and, RushCode left, RushCode right, guint mark)
{
  g_autoptr (GPtrArray) lines = take_lines (self, mark);
  RushCode a = rush_code_variable (self, left, "left");
  const char *value = rush_code_name (self, is_and ? "both" : "either");
  const char *flag = rush_code_name (self, rush_code_text (self, "%s_is_null", value));
  const char *open =
      is_and ? rush_code_or (self, a.is_null, a.value) : rush_code_not (self, a.value);

  rush_code_line_for (self, value, "bool %s = %s;", value, a.value);
  rush_code_line_for (self, flag, "bool %s = %s;", flag, a.is_null);
  rush_code_open (self, "if (%s)", rush_code_bare (self, open));
  for (guint i = 0; i < lines->len; i++)
    g_ptr_array_add (self->lines, lines->pdata[i]);
  rush_code_line_for (self, value, "%s = %s;", value,
                      rush_code_bare (self, logic_value (self, is_and, a, right)));
  rush_code_line_for (self, flag, "%s = %s;", flag,
                      rush_code_bare (self, logic_null (self, is_and, a, right)));
  rush_code_close (self);
  return (RushCode){ &RUSH_BOOL, value, flag };
}

RushCode
rush_code_logic (RushStageCode *self, const RushExpr *expr)
{
  RushCode a = rush_code_expression (self, expr->children[0]), b;
  gboolean is_and = expr->kind == RUSH_EXPR_AND;
  guint mark = self->lines->len;

  if (expr->kind == RUSH_EXPR_NOT)
    return (RushCode){ &RUSH_BOOL, is_false (self, a), a.is_null };
  self->indent += 4;
  b = rush_code_expression (self, expr->children[1]);
  self->indent -= 4;
  if (self->lines->len > mark)
    return guarded (self, is_and, a, b, mark);
  return (RushCode){ &RUSH_BOOL, logic_value (self, is_and, a, b),
                     logic_null (self, is_and, a, b) };
}
