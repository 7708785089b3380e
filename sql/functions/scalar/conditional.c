/* conditional.c - nvl (), nullif (), greatest () …: choices by name.
 *
 * Most are other expressions by another name, and become those:
 *
 *   nvl (a, b), ifnull     coalesce (a, b)        nullif (a, b)    CASE WHEN a = b THEN null ELSE a
 *   nvl2 (a, b, c)         IF (a IS NOT NULL, b, c)   iff (c, a, b)    IF (c, a, b)
 *
 * Mirrors:  Nvl, NullIf, Nvl2, NaNvl, Greatest, Least, AssertTrue, RaiseError, TypeOf.
 */
#include "sql/functions/scalar/scalar_private.h"
#include "sql/kernels/compare.h"
#include "sql/types/type_rules.h"

#include <math.h>

#define REWRITER(name)                                                                             \
  static RushExpr *name (const RushFunction *self, guint n, RushExpr *const *args,                 \
                         RushEvalMode mode, GError **error)
#define ARG(i) rush_expr_ref (args[i])

REWRITER (to_coalesce)
{
  g_autofree RushExpr **refs = g_new (RushExpr *, n);
  for (guint i = 0; i < n; i++)
    refs[i] = ARG (i);
  return rush_expr_new (RUSH_EXPR_COALESCE, n, refs);
}

REWRITER (to_if)
{
  RushExpr *all[] = { ARG (0), ARG (1), ARG (2) };
  return rush_expr_new (RUSH_EXPR_IF, 3, all);
}

REWRITER (to_nvl2)
{
  RushExpr *all[] = { rush_expr_unary (RUSH_EXPR_IS_NOT_NULL, ARG (0)), ARG (1), ARG (2) };
  return rush_expr_new (RUSH_EXPR_IF, 3, all);
}

REWRITER (to_nullif)
{
  RushExpr *all[] = { rush_expr_binary (RUSH_EXPR_EQUAL, ARG (0), ARG (1)),
                      rush_expr_literal_null (args[0]->type != NULL ? args[0]->type : &RUSH_NULL),
                      ARG (0) };
  return rush_expr_new (RUSH_EXPR_IF, 3, all);
}

/* ilike (text, pattern[, escape]): both in lower case. */
REWRITER (to_like)
{
  gunichar escape = '\\';
  RushExpr *lower[2];

  if (n == 3)
    {
      const RushExpr *given = args[2];
      RushText text = { "", 0 };
      if (given->kind == RUSH_EXPR_LITERAL && given->type == &RUSH_STRING)
        text = rush_text_arg (given->as.literal.value, 0);
      if (g_utf8_strlen (text.bytes, (gssize)text.length) != 1)
        {
          g_autofree char *shown = rush_expr_to_pretty_sql (given);
          rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_ESCAPE_CHAR, &given->context, "sqlExpr",
                              shown, NULL);
          return NULL;
        }
      escape = g_utf8_get_char_validated (text.bytes, (gssize)text.length);
    }
  for (guint i = 0; i < 2; i++)
    lower[i] = rush_expr_unresolved_function ((const char *[]){ "lower", NULL }, 1,
                                              (RushExpr *[]){ ARG (i) }, FALSE, NULL);
  return rush_expr_like (lower[0], lower[1], escape);
}

REWRITER (to_null_if_zero)
{
  RushExpr *zero = rush_expr_literal_int (&RUSH_INT32, 0);
  RushExpr *all[] = { rush_expr_binary (RUSH_EXPR_EQUAL, ARG (0), zero),
                      rush_expr_literal_null (args[0]->type != NULL ? args[0]->type : &RUSH_NULL),
                      ARG (0) };
  return rush_expr_new (RUSH_EXPR_IF, 3, all);
}

REWRITER (to_zero_if_null)
{
  RushExpr *all[] = { ARG (0), rush_expr_literal_int (&RUSH_INT32, 0) };
  return rush_expr_new (RUSH_EXPR_COALESCE, 2, all);
}

REWRITER (to_is_null)
{
  return rush_expr_unary (RUSH_EXPR_IS_NULL, ARG (0));
}

REWRITER (to_is_not_null)
{
  return rush_expr_unary (RUSH_EXPR_IS_NOT_NULL, ARG (0));
}

REWRITER (to_null_safe)
{
  return rush_expr_binary (RUSH_EXPR_EQUAL_NULL_SAFE, ARG (0), ARG (1));
}

/* int (x), date (x) …: casts by the name of their type. */
#define CASTER(name, TYPE)                                                                         \
  REWRITER (name)                                                                                  \
  {                                                                                                \
    return rush_expr_cast (ARG (0), TYPE, mode, NULL, TRUE);                                       \
  }
CASTER (to_bool, &RUSH_BOOL)
CASTER (to_tinyint, &RUSH_INT8)
CASTER (to_smallint, &RUSH_INT16)
CASTER (to_int, &RUSH_INT32)
CASTER (to_bigint, &RUSH_INT64)
CASTER (to_float, &RUSH_FLOAT32)
CASTER (to_double, &RUSH_FLOAT64)
CASTER (to_decimal, rush_type_decimal (10, 0))
CASTER (to_string, &RUSH_STRING)
CASTER (to_binary, &RUSH_BINARY)
CASTER (to_date, &RUSH_DATE)
CASTER (to_timestamp, &RUSH_TIMESTAMP)

/* ── with code of their own ── */

RUSH_FIXED_EVALUATOR (nanvl, double, {
  value = RUSH_DOUBLE_ARG (0);
  if (isnan (value))
    {
      null = !rush_column_is_valid (args[1], row);
      value = RUSH_DOUBLE_ARG (1);
    }
  null = null || !rush_column_is_valid (args[0], row);
})

/* Each row's best argument is found first, then all are gathered at once. */
RUSH_EVALUATOR (extreme)
{
  gboolean greatest = call->as.function.function->name[0] == 'g';
  g_autofree RushRowId *picks = g_new0 (RushRowId, MAX (1, rows->length));

  RUSH_FOR_ROWS (rows, row, {
    guint best = 0;
    for (guint i = 1; i < call->n_children; i++)
      {
        if (!rush_column_is_valid (args[i], row))
          continue;
        gint order = rush_column_is_valid (args[best], row)
                         ? rush_compare_rows (args[i], row, args[best], row)
                         : (greatest ? 1 : -1);
        if (greatest ? order > 0 : order < 0)
          best = i;
      }
    picks[row] = (RushRowId){ best, row };
  });
  return rush_column_gather (args, call->n_children, picks, rows->length, ctx->allocator, error);
}

RUSH_EVALUATOR (raise_error)
{
  if (rows->n > 0)
    {
      guint row = rush_eval_row (rows, 0);
      RushText text = RUSH_TEXT_ARG (0);
      g_autofree char *message = rush_column_is_valid (args[0], row)
                                     ? g_strndup (text.bytes, text.length)
                                     : g_strdup ("null");
      rush_sql_error_set (error, RUSH_SQL_CLASS_USER_RAISED_EXCEPTION, NULL, "errorMessage",
                          message, NULL);
      return NULL;
    }
  return rush_column_new_constant_null (call->type, rows->length, ctx->allocator, error);
}

REWRITER (to_assertion)
{
  g_autofree char *text = rush_expr_to_sql (args[0]);
  g_autofree char *message = g_strdup_printf ("'%s' is not true!", text);
  RushExpr *shown = n > 1 ? ARG (1) : rush_expr_literal_string (message, -1);
  const char *name[] = { "raise_error", NULL };
  RushExpr *all[] = { ARG (0), rush_expr_literal_null (&RUSH_NULL),
                      rush_expr_unresolved_function (name, 1, &shown, FALSE, NULL) };
  return rush_expr_new (RUSH_EXPR_IF, 3, all);
}

REWRITER (to_type_name)
{
  return rush_expr_literal_string (rush_type_without_user_types (args[0]->type)->name, -1);
}

/* The widest type is the analyzer's doing: all have it. */
RUSH_RESULT_TYPE (extreme_type)
{
  *inout_nullable = TRUE;
  for (guint i = 0; i < n; i++)
    *inout_nullable = *inout_nullable && args[i]->nullable;
  return args[0]->type;
}

#define REWRITE(NAME, MIN, MAX, FUNC, USAGE)                                                       \
  {                                                                                                \
    .name = NAME,                                                                                  \
    .kind = RUSH_FUNCTION_REWRITE,                                                                 \
    .min_args = MIN,                                                                               \
    .max_args = MAX,                                                                               \
    .args = { RUSH_ARG_ANY },                                                                      \
    .rewrite = FUNC,                                                                               \
    .usage = USAGE,                                                                                \
    .since = "2.0.0",                                                                              \
  }

const RushFunction rush_functions_conditional[] = {
  REWRITE ("coalesce", 1, G_MAXUINT, to_coalesce, "coalesce(a, …) - the first that is not null"),
  REWRITE ("nvl", 2, 2, to_coalesce, "nvl(a, b) - a, or b where a is null"),
  REWRITE ("ifnull", 2, 2, to_coalesce, "ifnull(a, b) - a, or b where a is null"),
  REWRITE ("nvl2", 3, 3, to_nvl2, "nvl2(a, b, c) - b, or c where a is null"),
  REWRITE ("nullif", 2, 2, to_nullif, "nullif(a, b) - a, or null where they are equal"),
  REWRITE ("nullifzero", 1, 1, to_null_if_zero, "nullifzero(a) - a, or null where it is 0"),
  REWRITE ("zeroifnull", 1, 1, to_zero_if_null, "zeroifnull(a) - a, or 0 where it is null"),
  REWRITE ("if", 3, 3, to_if, "if(condition, a, b) - a where it is true, else b"),
  REWRITE ("isnull", 1, 1, to_is_null, "isnull(a) - is it null?"),
  REWRITE ("isnotnull", 1, 1, to_is_not_null, "isnotnull(a) - is it not null?"),
  REWRITE ("ilike", 2, 3, to_like, "ilike(text, pattern[, escape]) - LIKE in any case"),
  REWRITE ("equal_null", 2, 2, to_null_safe, "equal_null(a, b) - a <=> b"),
  REWRITE ("assert_true", 1, 2, to_assertion, "assert_true(condition[, message]) - or it fails"),
  REWRITE ("boolean", 1, 1, to_bool, "boolean(a) - a cast"),
  REWRITE ("tinyint", 1, 1, to_tinyint, "tinyint(a) - a cast"),
  REWRITE ("smallint", 1, 1, to_smallint, "smallint(a) - a cast"),
  REWRITE ("int", 1, 1, to_int, "int(a) - a cast"),
  REWRITE ("bigint", 1, 1, to_bigint, "bigint(a) - a cast"),
  REWRITE ("float", 1, 1, to_float, "float(a) - a cast"),
  REWRITE ("double", 1, 1, to_double, "double(a) - a cast"),
  REWRITE ("decimal", 1, 1, to_decimal, "decimal(a) - a cast"),
  REWRITE ("string", 1, 1, to_string, "string(a) - a cast"),
  REWRITE ("binary", 1, 1, to_binary, "binary(a) - a cast"),
  REWRITE ("date", 1, 1, to_date, "date(a) - a cast"),
  REWRITE ("timestamp", 1, 1, to_timestamp, "timestamp(a) - a cast"),
  REWRITE ("typeof", 1, 1, to_type_name, "typeof(a) - the name of its type"),
  RUSH_SCALAR ("nanvl", 2, 2, &RUSH_FLOAT64, nanvl, "nanvl(a, b) - a, or b where a is NaN", "1.5.0",
               RUSH_ARGS (RUSH_ARG_DOUBLE), .handles_nulls = TRUE),
  RUSH_SCALAR ("greatest", 2, G_MAXUINT, NULL, extreme, "greatest(a, b, …) - nulls do not count",
               "1.5.0", RUSH_ARGS (RUSH_ARG_SAME), .result_type = extreme_type,
               .handles_nulls = TRUE),
  RUSH_SCALAR ("least", 2, G_MAXUINT, NULL, extreme, "least(a, b, …) - nulls do not count", "1.5.0",
               RUSH_ARGS (RUSH_ARG_SAME), .result_type = extreme_type, .handles_nulls = TRUE),
  RUSH_SCALAR ("raise_error", 1, 1, &RUSH_NULL, raise_error, "raise_error(message) - fails",
               "3.1.0", RUSH_ARGS (RUSH_ARG_STRING), .handles_nulls = TRUE,
               .nondeterministic = TRUE, .always_nullable = TRUE),
  { NULL },
};
