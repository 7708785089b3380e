/* math.c - functions of doubles, and of whole numbers as bits and digits.
 *
 * Where a logarithm has no value, it is null; other functions give NaN, as Java's do.
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.{UnaryMathExpression, BinaryMathExpression,
 * …}.
 */
#include "sql/functions/scalar/scalar_private.h"
#include "sql/kernels/arithmetic.h"
#include "sql/types/decimal.h"

#include <math.h>

#define X RUSH_DOUBLE_ARG (0)
#define Y RUSH_DOUBLE_ARG (1)
#define DOUBLE_EVALUATOR(name, RESULT) RUSH_FIXED_EVALUATOR (name, double, { value = (RESULT); })

DOUBLE_EVALUATOR (eval_sqrt, sqrt (X))
DOUBLE_EVALUATOR (eval_cbrt, (double)cbrtl (X)) /* rounded once, as Java's */
DOUBLE_EVALUATOR (eval_exp, exp (X))
DOUBLE_EVALUATOR (eval_expm1, expm1 (X))
DOUBLE_EVALUATOR (eval_sin, sin (X))
DOUBLE_EVALUATOR (eval_cos, cos (X))
DOUBLE_EVALUATOR (eval_tan, tan (X))
DOUBLE_EVALUATOR (eval_cot, 1 / tan (X))
DOUBLE_EVALUATOR (eval_sec, 1 / cos (X))
DOUBLE_EVALUATOR (eval_csc, 1 / sin (X))
DOUBLE_EVALUATOR (eval_asin, asin (X))
DOUBLE_EVALUATOR (eval_acos, acos (X))
DOUBLE_EVALUATOR (eval_atan, atan (X))
DOUBLE_EVALUATOR (eval_sinh, sinh (X))
DOUBLE_EVALUATOR (eval_cosh, cosh (X))
DOUBLE_EVALUATOR (eval_tanh, tanh (X))
DOUBLE_EVALUATOR (eval_asinh, asinh (X))
DOUBLE_EVALUATOR (eval_acosh, acosh (X))
DOUBLE_EVALUATOR (eval_atanh, atanh (X))
DOUBLE_EVALUATOR (eval_rint, rint (X))
DOUBLE_EVALUATOR (eval_degrees, X * 180 / G_PI)
DOUBLE_EVALUATOR (eval_radians, X *G_PI / 180)
DOUBLE_EVALUATOR (eval_sign, X > 0 ? 1 : X < 0 ? -1 : X)
/* Java's: a power that is not a number gives none, whatever the base; nor do ±1 to infinity. */
static double
java_pow (double x, double y)
{
  return isnan (y) || (isinf (y) && fabs (x) == 1) ? NAN : pow (x, y);
}

DOUBLE_EVALUATOR (eval_pow, java_pow (X, Y))
DOUBLE_EVALUATOR (eval_atan2, atan2 (X + 0.0, Y + 0.0))
DOUBLE_EVALUATOR (eval_hypot, hypot (X, Y))
DOUBLE_EVALUATOR (eval_pi, G_PI)
DOUBLE_EVALUATOR (eval_e, G_E)

#define LOG_EVALUATOR(name, LOWEST, RESULT)                                                        \
  RUSH_FIXED_EVALUATOR (name, double, {                                                            \
    null = X <= (LOWEST);                                                                          \
    value = null ? 0 : (RESULT);                                                                   \
  })
LOG_EVALUATOR (eval_ln, 0, log (X))
LOG_EVALUATOR (eval_log10, 0, log10 (X))
LOG_EVALUATOR (eval_log2, 0, log (X) / log (2))
LOG_EVALUATOR (eval_log1p, -1, log1p (X))

/* log (x), or log (base, x). */
RUSH_FIXED_EVALUATOR (eval_log, double, {
  double of = call->n_children > 1 ? Y : X;
  null = of <= 0 || (call->n_children > 1 && X <= 0);
  value = null ? 0 : call->n_children > 1 ? log (of) / log (X) : log (of);
})

RUSH_BOOL_EVALUATOR (eval_isnan, {
  value = rush_column_is_valid (args[0], row) && isnan (rush_column_get_double (args[0], row));
})

RUSH_FIXED_EVALUATOR (eval_factorial, gint64, {
  gint64 n = RUSH_INT_ARG (0);
  null = n < 0 || n > 20;
  value = 1;
  for (gint64 i = 2; !null && i <= n; i++)
    value *= i;
})

/* ── bits ── */

#define WIDE (args[0]->type == &RUSH_INT64)

RUSH_EVALUATOR (shift)
{
  const char *name = call->as.function.function->name;
  gboolean left = strcmp (name, "<<") == 0 || strcmp (name, "shiftleft") == 0;
  gboolean keeps_sign = strcmp (name, ">>") == 0 || strcmp (name, "shiftright") == 0;
  g_auto (RushColumnWriter) writer = { NULL };

  if (!rush_column_writer_init (&writer, call->type, rows->length, TRUE, ctx->allocator, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    gint64 x = RUSH_INT_ARG (0);
    gint by = (gint)RUSH_INT_ARG (1) & (WIDE ? 63 : 31);
    gint64 shifted = left         ? (gint64)((guint64)x << by)
                     : keeps_sign ? x >> by
                     : WIDE       ? (gint64)((guint64)x >> by)
                                  : (gint64)((guint32)x >> by);
    if (WIDE)
      ((gint64 *)writer.values->bytes)[row] = shifted;
    else
      ((gint32 *)writer.values->bytes)[row] = (gint32)shifted;
  });
  return rush_column_writer_finish (&writer);
}

RUSH_EVALUATOR (bitwise)
{
  char op = call->as.function.function->name[0];
  g_auto (RushColumnWriter) writer = { NULL };
  gsize width = call->type->value_bytes;

  if (!rush_column_writer_init (&writer, call->type, rows->length, TRUE, ctx->allocator, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    gint64 x = RUSH_INT_ARG (0);
    gint64 y = call->n_children > 1 ? RUSH_INT_ARG (1) : 0;
    gint64 r = op == '&' ? (x & y) : op == '|' ? (x | y) : op == '^' ? (x ^ y) : ~x;
    memcpy (writer.values->bytes + row * width, &r, width);
  });
  return rush_column_writer_finish (&writer);
}

/* Both operands have one type already; it must be a whole number. */
RUSH_RESULT_TYPE (bits_type)
{
  if (args[0]->type == &RUSH_NULL)
    return &RUSH_INT32;
  if (rush_type_is_integral (args[0]->type))
    return args[0]->type;
  rush_set_unexpected_type (error, self, n, args, 0, "\"INTEGRAL\"");
  return NULL;
}

/* int or bigint, as in Java. */
RUSH_RESULT_TYPE (shift_type)
{
  return WIDE ? &RUSH_INT64 : &RUSH_INT32;
}

static char *
operator_to_sql (const RushExpr *call, char *const *args)
{
  const char *name = call->as.function.function->name;

  return call->n_children == 1 ? g_strconcat (name, args[0], NULL)
                               : g_strdup_printf ("(%s %s %s)", args[0], name, args[1]);
}

RUSH_FIXED_EVALUATOR (bit_count, gint32,
                      { value = __builtin_popcountll ((guint64)RUSH_INT_ARG (0)); })

RUSH_FIXED_EVALUATOR (getbit, gint8, {
  gint64 at = RUSH_INT_ARG (1);
  guint bits = args[0]->type->value_bytes * 8;
  if (at < 0 || at >= bits)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "%s() has bits 0 to %u, not %" G_GINT64_FORMAT, call->as.function.function->name,
                   bits - 1, at);
      return NULL;
    }
  value = (gint8)((RUSH_INT_ARG (0) >> at) & 1);
})

/* Which of n buckets of one width between two bounds; 0 and n + 1 are what lies outside. */
RUSH_FIXED_EVALUATOR (width_bucket, gint64, {
  double x = X;
  double low = Y;
  double high = RUSH_DOUBLE_ARG (2);
  gint64 n = RUSH_INT_ARG (3);
  null =
      n <= 0 || n == G_MAXINT64 || isnan (x) || low == high || !isfinite (low) || !isfinite (high);
  if (!null)
    {
      double lower = MIN (low, high);
      double upper = MAX (low, high);
      gboolean rising = low < high;
      if (rising ? x < lower : x > upper)
        value = 0;
      else if (rising ? x >= upper : x <= lower)
        value = n + 1;
      else
        value = (gint64)((double)n * (rising ? x - lower : upper - x) / (upper - lower)) + 1;
    }
})

RUSH_TEXT_EVALUATOR (eval_bin, {
  guint64 x = (guint64)RUSH_INT_ARG (0);
  guint bits = x == 0 ? 1 : 64 - (guint)__builtin_clzll (x);
  while (bits-- > 0)
    g_string_append_c (out, (char)('0' + ((x >> bits) & 1)));
})

RUSH_TEXT_EVALUATOR (eval_hex, {
  if (args[0]->type->storage == RUSH_STORAGE_VIEW)
    {
      RushText text = RUSH_TEXT_ARG (0);
      for (gsize i = 0; i < text.length; i++)
        g_string_append_printf (out, "%02X", (guint8)text.bytes[i]);
    }
  else
    g_string_append_printf (out, "%" G_GINT64_MODIFIER "X", (guint64)RUSH_INT_ARG (0));
})

RUSH_TEXT_EVALUATOR (eval_unhex, {
  RushText text = RUSH_TEXT_ARG (0);
  gsize i = 0;
  if (text.length % 2 == 1)
    {
      gint low = g_ascii_xdigit_value (text.bytes[i++]);
      null = low < 0;
      g_string_append_c (out, (char)low);
    }
  for (; !null && i < text.length; i += 2)
    {
      gint high = g_ascii_xdigit_value (text.bytes[i]);
      gint low = g_ascii_xdigit_value (text.bytes[i + 1]);
      null = high < 0 || low < 0;
      g_string_append_c (out, (char)(high * 16 + low));
    }
})

/* ── digits in another base ── */

static void
append_base (GString *out, guint64 value, guint base)
{
  char digits[64];
  guint n = 0;
  do
    digits[n++] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[value % base];
  while ((value /= base) > 0);
  while (n > 0)
    g_string_append_c (out, digits[--n]);
}

/* As Hive's: digits up to the first that is none; too large a number is 2⁶⁴ − 1. */
RUSH_TEXT_EVALUATOR (eval_conv, {
  RushText text = RUSH_TEXT_ARG (0);
  gint64 from = RUSH_INT_ARG (1);
  gint64 to = RUSH_INT_ARG (2);
  gsize i = 0;
  gboolean negative = FALSE;
  guint64 value = 0;
  null = from < 2 || from > 36 || ABS (to) < 2 || ABS (to) > 36;
  while (i < text.length && text.bytes[i] == ' ')
    i++;
  null = null || i == text.length;
  if (!null)
    {
      negative = text.bytes[i] == '-';
      for (i += negative; i < text.length; i++)
        {
          char c = g_ascii_tolower (text.bytes[i]);
          gint digit = g_ascii_isdigit (c) ? c - '0' : g_ascii_isalpha (c) ? c - 'a' + 10 : 99;
          if (digit >= from)
            break;
          if (__builtin_mul_overflow (value, (guint64)from, &value) ||
              __builtin_add_overflow (value, (guint64)digit, &value))
            {
              if (call->mode == RUSH_EVAL_ANSI)
                {
                  rush_arithmetic_set_overflow (error, "Overflow in function conv()", NULL,
                                                &call->context);
                  return NULL;
                }
              value = G_MAXUINT64;
              break;
            }
        }
      if (negative && to > 0)
        value = (gint64)(0 - value) > 0 ? G_MAXUINT64 : 0 - value;
      if (to < 0 && !negative && (gint64)value < 0)
        {
          negative = TRUE;
          value = 0 - value;
        }
      if (negative && to < 0)
        g_string_append_c (out, '-');
      append_base (out, value, (guint)ABS (to));
    }
})

/* ── kernels under a name ── */

RUSH_EVALUATOR (eval_abs)
{
  return rush_arithmetic_abs (call, args[0], rows, ctx, error);
}

RUSH_EVALUATOR (eval_pmod)
{
  return rush_arithmetic_pmod (call, args[0], args[1], rows, ctx, error);
}

RUSH_RESULT_TYPE (pmod_type)
{
  *inout_nullable = TRUE;
  if (args[0]->type->kind == RUSH_TYPE_DECIMAL && args[1]->type->kind == RUSH_TYPE_DECIMAL)
    return rush_decimal_result_type (RUSH_DECIMAL_PMOD, args[0]->type, args[1]->type, TRUE);
  return args[0]->type;
}

/* mod (a, b) is a % b, negative (a) is -a: operators by name. */
#define OPERATOR_REWRITE(name, KIND, MODE)                                                         \
  static RushExpr *name (const RushFunction *self, guint n, RushExpr *const *args,                 \
                         RushEvalMode mode, GError **error)                                        \
  {                                                                                                \
    return rush_expr_arithmetic (KIND, MODE, rush_expr_ref (args[0]), rush_expr_ref (args[1]));    \
  }
OPERATOR_REWRITE (remainder_of, RUSH_EXPR_REMAINDER, mode)
OPERATOR_REWRITE (try_remainder_of, RUSH_EXPR_REMAINDER, RUSH_EVAL_TRY)
OPERATOR_REWRITE (try_sum_of, RUSH_EXPR_ADD, RUSH_EVAL_TRY)
OPERATOR_REWRITE (try_difference_of, RUSH_EXPR_SUBTRACT, RUSH_EVAL_TRY)
OPERATOR_REWRITE (try_product_of, RUSH_EXPR_MULTIPLY, RUSH_EVAL_TRY)
OPERATOR_REWRITE (try_quotient_of, RUSH_EXPR_DIVIDE, RUSH_EVAL_TRY)

static RushExpr *
negative_of (const RushFunction *self, guint n, RushExpr *const *args, RushEvalMode mode,
             GError **error)
{
  RushExpr *child = rush_expr_ref (args[0]);
  g_autoptr (RushExpr) plain = rush_expr_unary (RUSH_EXPR_NEGATE, child);
  return rush_expr_with_mode (plain, mode);
}

static RushExpr *
positive_of (const RushFunction *self, guint n, RushExpr *const *args, RushEvalMode mode,
             GError **error)
{
  return rush_expr_ref (args[0]);
}

#define DOUBLE(NAME, FUNC, USAGE)                                                                  \
  RUSH_SCALAR (NAME, 1, 1, &RUSH_FLOAT64, FUNC, NAME "(x) - " USAGE, "1.4.0",                      \
               RUSH_ARGS (RUSH_ARG_DOUBLE))
#define DOUBLE_NULL(NAME, FUNC, USAGE)                                                             \
  RUSH_SCALAR (NAME, 1, 1, &RUSH_FLOAT64, FUNC, NAME "(x) - " USAGE, "1.4.0",                      \
               RUSH_ARGS (RUSH_ARG_DOUBLE), .always_nullable = TRUE)
#define DOUBLE_2(NAME, FUNC, USAGE)                                                                \
  RUSH_SCALAR (NAME, 2, 2, &RUSH_FLOAT64, FUNC, NAME "(x, y) - " USAGE, "1.4.0",                   \
               RUSH_ARGS (RUSH_ARG_DOUBLE))
#define BITS(NAME, N, USAGE)                                                                       \
  RUSH_SCALAR (NAME, N, N, NULL, bitwise, USAGE, "1.4.0", RUSH_ARGS (RUSH_ARG_SAME),               \
               .result_type = bits_type, .to_sql = operator_to_sql)
#define SHIFT(NAME, ...)                                                                           \
  RUSH_SCALAR (NAME, 2, 2, NULL, shift, NAME " - the bits of x moved by n places", "1.5.0",        \
               RUSH_ARGS (RUSH_ARG_INTEGRAL, RUSH_ARG_INT), .result_type = shift_type,             \
               __VA_ARGS__)
#define REWRITE(NAME, N, FUNC, USAGE)                                                              \
  {                                                                                                \
    .name = NAME,                                                                                  \
    .kind = RUSH_FUNCTION_REWRITE,                                                                 \
    .min_args = N,                                                                                 \
    .max_args = N,                                                                                 \
    .args = { RUSH_ARG_ANY },                                                                      \
    .rewrite = FUNC,                                                                               \
    .usage = USAGE,                                                                                \
    .since = "1.5.0",                                                                              \
  }

const RushFunction rush_functions_math[] = {
  DOUBLE ("sqrt", eval_sqrt, "the square root"),
  DOUBLE ("cbrt", eval_cbrt, "the cube root"),
  DOUBLE ("exp", eval_exp, "e to the power of x"),
  DOUBLE ("expm1", eval_expm1, "exp(x) - 1"),
  DOUBLE_NULL ("ln", eval_ln, "the natural logarithm"),
  DOUBLE_NULL ("log10", eval_log10, "the logarithm to the base of 10"),
  DOUBLE_NULL ("log2", eval_log2, "the logarithm to the base of 2"),
  DOUBLE_NULL ("log1p", eval_log1p, "ln(1 + x)"),
  RUSH_SCALAR ("log", 1, 2, &RUSH_FLOAT64, eval_log, "log([base, ]x) - the logarithm", "1.5.0",
               RUSH_ARGS (RUSH_ARG_DOUBLE), .always_nullable = TRUE),
  DOUBLE ("sin", eval_sin, "the sine"),
  DOUBLE ("cos", eval_cos, "the cosine"),
  DOUBLE ("tan", eval_tan, "the tangent"),
  DOUBLE ("cot", eval_cot, "the cotangent"),
  DOUBLE ("sec", eval_sec, "the secant"),
  DOUBLE ("csc", eval_csc, "the cosecant"),
  DOUBLE ("asin", eval_asin, "the arc sine"),
  DOUBLE ("acos", eval_acos, "the arc cosine"),
  DOUBLE ("atan", eval_atan, "the arc tangent"),
  DOUBLE ("sinh", eval_sinh, "the hyperbolic sine"),
  DOUBLE ("cosh", eval_cosh, "the hyperbolic cosine"),
  DOUBLE ("tanh", eval_tanh, "the hyperbolic tangent"),
  DOUBLE ("asinh", eval_asinh, "the inverse hyperbolic sine"),
  DOUBLE ("acosh", eval_acosh, "the inverse hyperbolic cosine"),
  DOUBLE ("atanh", eval_atanh, "the inverse hyperbolic tangent"),
  DOUBLE ("rint", eval_rint, "the nearest whole number, ties to even"),
  DOUBLE ("degrees", eval_degrees, "radians as degrees"),
  DOUBLE ("radians", eval_radians, "degrees as radians"),
  DOUBLE ("sign", eval_sign, "-1, 0 or 1"),
  DOUBLE ("signum", eval_sign, "-1, 0 or 1"),
  DOUBLE_2 ("pow", eval_pow, "x to the power of y"),
  DOUBLE_2 ("power", eval_pow, "x to the power of y"),
  DOUBLE_2 ("atan2", eval_atan2, "the angle of the point (y, x)"),
  DOUBLE_2 ("hypot", eval_hypot, "the length of the vector (x, y)"),
  RUSH_SCALAR ("pi", 0, 0, &RUSH_FLOAT64, eval_pi, "pi()", "1.5.0", .never_null = TRUE),
  RUSH_SCALAR ("e", 0, 0, &RUSH_FLOAT64, eval_e, "e()", "1.5.0", .never_null = TRUE),
  RUSH_SCALAR ("isnan", 1, 1, &RUSH_BOOL, eval_isnan, "isnan(x) - is it NaN? false for null",
               "1.5.0", RUSH_ARGS (RUSH_ARG_DOUBLE), .never_null = TRUE, .handles_nulls = TRUE),
  RUSH_SCALAR ("factorial", 1, 1, &RUSH_INT64, eval_factorial, "factorial(n) - n in 0 … 20",
               "1.5.0", RUSH_ARGS (RUSH_ARG_INT), .always_nullable = TRUE),
  SHIFT ("shiftleft"),
  SHIFT ("shiftright"),
  SHIFT ("shiftrightunsigned"),
  SHIFT ("<<", .to_sql = operator_to_sql),
  SHIFT (">>", .to_sql = operator_to_sql),
  SHIFT (">>>", .to_sql = operator_to_sql),
  BITS ("&", 2, "a & b"),
  BITS ("|", 2, "a | b"),
  BITS ("^", 2, "a ^ b"),
  BITS ("~", 1, "~a"),
  RUSH_SCALAR ("bit_count", 1, 1, &RUSH_INT32, bit_count, "bit_count(x) - how many bits are 1",
               "3.0.0", RUSH_ARGS (RUSH_ARG_INTEGRAL)),
  RUSH_SCALAR ("bin", 1, 1, &RUSH_STRING, eval_bin, "bin(n) - its binary digits", "1.5.0",
               RUSH_ARGS (RUSH_ARG_LONG)),
  RUSH_SCALAR ("hex", 1, 1, &RUSH_STRING, eval_hex, "hex(x) - its hexadecimal digits", "1.5.0",
               RUSH_ARGS (RUSH_ARG_ANY)),
  RUSH_SCALAR ("unhex", 1, 1, &RUSH_BINARY, eval_unhex, "unhex(digits) - the bytes", "1.5.0",
               RUSH_ARGS (RUSH_ARG_STRING), .always_nullable = TRUE),
  RUSH_SCALAR ("conv", 3, 3, &RUSH_STRING, eval_conv, "conv(digits, from, to) - another base",
               "1.5.0", RUSH_ARGS (RUSH_ARG_STRING, RUSH_ARG_INT, RUSH_ARG_INT),
               .always_nullable = TRUE),
  RUSH_SCALAR ("abs", 1, 1, NULL, eval_abs, "abs(x) - without its sign", "1.2.0",
               RUSH_ARGS (RUSH_ARG_NUMERIC_OR_INTERVAL), .result_type = rush_result_type_of_first),
  RUSH_SCALAR ("pmod", 2, 2, NULL, eval_pmod, "pmod(a, b) - a % b, never negative for b > 0",
               "1.5.0", RUSH_ARGS (RUSH_ARG_SAME), .result_type = pmod_type),
  REWRITE ("mod", 2, remainder_of, "mod(a, b) - a % b"),
  REWRITE ("negative", 1, negative_of, "negative(a) - -a"),
  REWRITE ("positive", 1, positive_of, "positive(a) - a"),
  RUSH_SCALAR ("getbit", 2, 2, &RUSH_INT8, getbit, "getbit(x, n) - bit n, from 0", "3.2.0",
               RUSH_ARGS (RUSH_ARG_INTEGRAL, RUSH_ARG_INT)),
  RUSH_SCALAR ("bit_get", 2, 2, &RUSH_INT8, getbit, "bit_get(x, n) - bit n, from 0", "3.2.0",
               RUSH_ARGS (RUSH_ARG_INTEGRAL, RUSH_ARG_INT)),
  RUSH_SCALAR ("width_bucket", 4, 4, &RUSH_INT64, width_bucket,
               "width_bucket(x, low, high, n) - which of n buckets", "3.1.0",
               RUSH_ARGS (RUSH_ARG_DOUBLE, RUSH_ARG_DOUBLE, RUSH_ARG_DOUBLE, RUSH_ARG_LONG),
               .always_nullable = TRUE),
  REWRITE ("try_add", 2, try_sum_of, "try_add(a, b) - null instead of an overflow"),
  REWRITE ("try_subtract", 2, try_difference_of, "try_subtract(a, b) - null, not an overflow"),
  REWRITE ("try_multiply", 2, try_product_of, "try_multiply(a, b) - null, not an overflow"),
  REWRITE ("try_divide", 2, try_quotient_of, "try_divide(a, b) - null where b is 0"),
  REWRITE ("try_mod", 2, try_remainder_of, "try_mod(a, b) - null where b is 0"),
  { NULL },
};
