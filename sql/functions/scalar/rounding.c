/* rounding.c - round (), bround (), floor (), ceil (): to so many digits behind the point.
 *
 *   round (2.345D, 2)     2.35: doubles are rounded as they print, not as they are stored
 *   round (1234, -2)      1200, of the same type
 *   round (2.5)           decimal(2,1) → decimal(2,0): a digit more in front, for the carry
 *   floor (2.5D)          a bigint
 *
 * Mirrors:  Round, BRound, Floor, Ceil, RoundFloor, RoundCeil.
 */
#include "sql/functions/scalar/scalar_private.h"
#include "sql/kernels/arithmetic.h"
#include "sql/types/decimal.h"
#include "sql/types/number_text.h"

#include <math.h>

static RushRounding
rounding_of (const RushExpr *call)
{
  const char *name = call->as.function.function->name;
  return *name == 'b'   ? RUSH_ROUND_HALF_EVEN
         : *name == 'f' ? RUSH_ROUND_FLOOR
         : *name == 'c' ? RUSH_ROUND_CEILING
                        : RUSH_ROUND_HALF_UP;
}

/* The second argument, foldable; 0 without one. */
static gint
digits_of (guint n, RushExpr *const *args)
{
  return n > 1 && args[1]->kind == RUSH_EXPR_LITERAL && !rush_expr_is_literal_null (args[1])
             ? (gint)rush_column_get_int (args[1]->as.literal.value, 0)
             : 0;
}

static double
round_double (double value, gint digits, RushRounding rounding)
{
  guint64 shortest;
  gint exponent;
  char text[64];

  if (!isfinite (value) || value == 0)
    return value;
  rush_double_shortest (fabs (value), &shortest, &exponent);
  if (-exponent <= digits)
    return value;
  gint drop = -exponent - digits;
  rush_int128 kept =
      drop > RUSH_DECIMAL_MAX_PRECISION
          ? 0
          : rush_decimal_drop (value < 0 ? -(rush_int128)shortest : (rush_int128)shortest, drop,
                               rounding);
  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT "e%d", (gint64)kept, -digits);
  return g_ascii_strtod (text, NULL);
}

static gboolean
round_integer (const RushExpr *call, gint64 value, gint digits, gint64 *out, GError **error)
{
  guint bits = call->type->value_bytes * 8;
  rush_int128 rounded = value;

  if (digits < 0)
    {
      gint drop = MIN (-digits, 20);
      rounded = rush_decimal_drop (value, drop, rounding_of (call)) * rush_decimal_power[drop];
    }
  *out = (gint64)rounded;
  rush_int128 bound = (rush_int128)1 << (bits - 1);
  if ((rounded >= bound || rounded < -bound) && call->mode == RUSH_EVAL_ANSI)
    {
      rush_arithmetic_set_overflow (error, "Overflow", NULL, &call->context);
      return FALSE;
    }
  return TRUE;
}

static gboolean
round_decimal (const RushExpr *call, rush_int128 value, gint scale, gint digits, rush_int128 *out)
{
  if (digits >= 0)
    return rush_decimal_rescale_with (value, scale, call->type->scale, call->type->precision,
                                      rounding_of (call), out);
  gint drop = scale - digits;
  if (drop > RUSH_DECIMAL_MAX_PRECISION)
    *out = 0;
  else
    *out = rush_decimal_drop (value, drop, rounding_of (call)) * rush_decimal_power[-digits];
  return rush_decimal_fits (*out, call->type->precision);
}

RUSH_EVALUATOR (eval_round)
{
  const RushType *from = args[0]->type;
  gint digits = digits_of (call->n_children, call->children);
  gsize width = call->type->value_bytes;
  g_auto (RushColumnWriter) writer = { NULL };

  if (!rush_column_writer_init (&writer, call->type, rows->length, TRUE, ctx->allocator, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    guint8 *out = writer.values->bytes + row * width;
    if (from->kind == RUSH_TYPE_DECIMAL)
      {
        rush_int128 rounded = 0;
        if (!round_decimal (call, rush_column_get_int128 (args[0], row), from->scale, digits,
                            &rounded) &&
            !rush_column_writer_set_null (&writer, row, error))
          return NULL;
        memcpy (out, &rounded, width);
      }
    else if (rush_type_is_integral (from))
      {
        gint64 rounded;
        if (!round_integer (call, RUSH_INT_ARG (0), digits, &rounded, error))
          return NULL;
        memcpy (out, &rounded, width);
      }
    else
      {
        double rounded = round_double (RUSH_DOUBLE_ARG (0), digits, rounding_of (call));
        if (from == &RUSH_FLOAT32)
          *(float *)out = (float)rounded;
        else
          *(double *)out = rounded;
      }
  });
  return rush_column_writer_finish (&writer);
}

RUSH_RESULT_TYPE (round_type)
{
  const RushType *type = args[0]->type;
  gint digits = digits_of (n, args);

  if (type->kind != RUSH_TYPE_DECIMAL)
    return type;
  *inout_nullable = TRUE;
  gint whole = type->precision - type->scale + 1;
  if (digits < 0)
    return rush_decimal_bounded (MAX (whole, -digits + 1), 0);
  gint scale = MIN (type->scale, digits);
  return rush_decimal_bounded (whole + scale, scale);
}

/* ── floor, ceil of one argument ── */

static gint64
saturated (double value)
{
  return value != value     ? 0
         : value >= 0x1p63  ? G_MAXINT64
         : value <= -0x1p63 ? G_MININT64
                            : (gint64)value;
}

RUSH_EVALUATOR (eval_floor_ceil)
{
  const RushType *from = args[0]->type;
  gboolean down = call->as.function.function->name[0] == 'f';
  gsize width = call->type->value_bytes;
  g_auto (RushColumnWriter) writer = { NULL };

  if (call->n_children > 1)
    return eval_round (call, args, rows, ctx, error);
  if (!rush_column_writer_init (&writer, call->type, rows->length, TRUE, ctx->allocator, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    guint8 *out = writer.values->bytes + row * width;
    if (from->kind == RUSH_TYPE_DECIMAL)
      {
        rush_int128 whole = rush_decimal_drop (rush_column_get_int128 (args[0], row), from->scale,
                                               down ? RUSH_ROUND_FLOOR : RUSH_ROUND_CEILING);
        memcpy (out, &whole, width);
      }
    else
      {
        double x = from->storage <= RUSH_STORAGE_I64 ? 0 : RUSH_DOUBLE_ARG (0);
        if (fabs (x) >= 0x1p63 && call->mode == RUSH_EVAL_ANSI)
          {
            rush_arithmetic_set_overflow (error, "overflow", NULL, &call->context);
            return NULL;
          }
        *(gint64 *)out = from->storage <= RUSH_STORAGE_I64
                             ? RUSH_INT_ARG (0)
                             : saturated (down ? floor (x) : ceil (x));
      }
  });
  return rush_column_writer_finish (&writer);
}

RUSH_RESULT_TYPE (floor_type)
{
  const RushType *type = args[0]->type;

  if (n > 1)
    return round_type (self, n, args, inout_nullable, error);
  if (type->kind != RUSH_TYPE_DECIMAL)
    return &RUSH_INT64;
  *inout_nullable = TRUE;
  return rush_decimal_bounded (type->precision - type->scale + 1, 0);
}

#define ROUND(NAME, FUNC, TYPE, USAGE)                                                             \
  RUSH_SCALAR (NAME, 1, 2, NULL, FUNC, NAME "(x[, digits]) - " USAGE, "1.4.0",                     \
               RUSH_ARGS (RUSH_ARG_NUMERIC, RUSH_ARG_INT), .result_type = TYPE)

const RushFunction rush_functions_rounding[] = {
  ROUND ("round", eval_round, round_type, "rounded, halves away from zero"),
  ROUND ("bround", eval_round, round_type, "rounded, halves to even"),
  ROUND ("floor", eval_floor_ceil, floor_type, "rounded down"),
  ROUND ("ceil", eval_floor_ceil, floor_type, "rounded up"),
  ROUND ("ceiling", eval_floor_ceil, floor_type, "rounded up"),
  { NULL },
};
