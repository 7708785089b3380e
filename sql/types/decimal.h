/* decimal.h - decimals of up to 38 digits: an integer, and a scale that its type has.
 *
 *   12.34 as decimal(5,3)  =  12340 · 10⁻³          "unscaled" 12340, scale 3
 *
 * The value of a decimal is its unscaled integer in 128 bits; precision and scale stand in the type
 * (core/data/type.h).  A result that does not fit into its type's precision is an overflow:
 * functions say so by FALSE, and the caller makes it null or, by rush_decimal_set_overflow (),
 * Spark's error.
 *
 * Loops compile an operation once (RushDecimalPlan) and then run it per row; results are exact
 * and rounded once, HALF_UP, to the scale of the result's type.
 *
 * Threads:  any.
 * Mirrors:  sql.types.Decimal, DecimalType, DecimalPrecisionTypeCoercion.
 */
#pragma once

#include "core/data/type.h"
#include "sql/types/sql_error.h"

/* 10⁰ … 10³⁸ */
extern const rush_int128 rush_decimal_power[RUSH_DECIMAL_MAX_PRECISION + 1];

/* ---- types of results ---- */

typedef enum
{
  RUSH_DECIMAL_ADD,
  RUSH_DECIMAL_SUBTRACT,
  RUSH_DECIMAL_MULTIPLY,
  RUSH_DECIMAL_DIVIDE,
  RUSH_DECIMAL_REMAINDER,
  RUSH_DECIMAL_INTEGRAL_DIVIDE, /* its decimal is cast to bigint */
  RUSH_DECIMAL_PMOD,
} RushDecimalOp;

/* (transfer none), all.  Both numbers cut to 38; or digits behind the point go first. */
const RushType *rush_decimal_bounded (gint precision, gint scale);
const RushType *rush_decimal_bounded_prefer_integral (gint precision, gint scale);
/* More than 38 digits: keep the integral ones, and at least min (scale, 6) behind the point. */
const RushType *rush_decimal_adjusted (gint precision, gint scale);
/* That holds every value of a numeric type: tinyint (3,0) … bigint (20,0), float (14,7), double
 * (30,15); a decimal type is itself. */
const RushType *rush_decimal_for_type (const RushType *numeric);
/* Of a literal: 1.50 is decimal(3,2). */
const RushType *rush_decimal_of_value (rush_int128 unscaled, gint scale);
/* That holds the values of both. */
const RushType *rush_decimal_wider (const RushType *a, const RushType *b);
/* @allow_precision_loss: spark.sql.decimalOperations.allowPrecisionLoss. */
const RushType *rush_decimal_result_type (RushDecimalOp op, const RushType *a, const RushType *b,
                                          gboolean allow_precision_loss);
/* Does every value of @from fit @to, without rounding? */
gboolean rush_decimal_is_wider (const RushType *to, const RushType *from);

/* ---- one value ---- */

typedef enum
{
  RUSH_ROUND_HALF_UP,
  RUSH_ROUND_HALF_EVEN,
  RUSH_ROUND_DOWN,    /* toward zero */
  RUSH_ROUND_FLOOR,   /* toward −∞ */
  RUSH_ROUND_CEILING, /* toward +∞ */
} RushRounding;

guint rush_decimal_digits (rush_int128 unscaled); /* 1 for 0 */

static inline gboolean
rush_decimal_fits (rush_int128 unscaled, guint precision)
{
  rush_int128 bound = rush_decimal_power[precision];
  return unscaled < bound && unscaled > -bound;
}

/* @unscaled · 10^−digits, rounded; digits ≥ 0. */
rush_int128 rush_decimal_drop (rush_int128 unscaled, gint digits, RushRounding rounding);
/* To another scale, and into a precision; FALSE: overflow. */
gboolean rush_decimal_rescale (rush_int128 unscaled, gint scale, const RushType *to,
                               rush_int128 *out);
gboolean rush_decimal_rescale_with (rush_int128 unscaled, gint scale, gint to_scale,
                                    guint to_precision, RushRounding rounding, rush_int128 *out);
gint rush_decimal_compare (rush_int128 a, gint scale_a, rush_int128 b, gint scale_b);

gboolean rush_decimal_from_int64 (gint64 value, const RushType *to, rush_int128 *out);
/* By the shortest text of the double, as BigDecimal.valueOf; FALSE: overflow, NaN or infinite. */
gboolean rush_decimal_from_double (double value, const RushType *to, rush_int128 *out);
gboolean rush_decimal_from_float (float value, const RushType *to, rush_int128 *out);
double rush_decimal_to_double (rush_int128 unscaled, gint scale); /* nearest */
/* Without what stands behind the point; FALSE: more than 64 bits, *out has the lowest 64. */
gboolean rush_decimal_to_int64 (rush_int128 unscaled, gint scale, gint64 *out);

/* ---- text ---- */

typedef enum
{
  RUSH_DECIMAL_TEXT_OK,
  RUSH_DECIMAL_TEXT_MALFORMED,
  RUSH_DECIMAL_TEXT_OVERFLOW, /* a number, but too large for the type */
} RushDecimalTextStatus;

/* Java's BigDecimal (String), blanks around it allowed: "-1.5e3".  Rounded HALF_UP to @to. */
RushDecimalTextStatus rush_decimal_parse (const char *text, gsize length, const RushType *to,
                                          rush_int128 *out);
/* With the scale as written (a negative one becomes 0); more than 38 digits: OVERFLOW. */
RushDecimalTextStatus rush_decimal_parse_literal (const char *text, gsize length, rush_int128 *out,
                                                  gint *out_scale);

#define RUSH_DECIMAL_TEXT_SIZE 48
/* Return the length; @out has RUSH_DECIMAL_TEXT_SIZE bytes and is NUL-terminated. */
gsize rush_decimal_to_plain_text (rush_int128 unscaled, gint scale, char *out); /* 0.00000001 */
gsize rush_decimal_to_text (rush_int128 unscaled, gint scale, char *out);       /* 1E-8 */

/* ---- operations on many rows ---- */

/* What an operation on two types comes to; see decimal.c.  Private but for the inline function. */
typedef struct
{
  RushDecimalOp op;
  const RushType *result;
  gint scale_a, scale_b;
  gint drop;                      /* digits to round off the raw result */
  rush_int128 factor_a, factor_b; /* operands are multiplied by these first */
  rush_int128 bound;              /* 10^precision of the result */
  gboolean small;                 /* no step can leave 128 bits, and nothing is to be rounded */
} RushDecimalPlan;

void rush_decimal_plan_init (RushDecimalPlan *self, RushDecimalOp op, const RushType *a,
                             const RushType *b, const RushType *result);
/* The long way, for every operation; the divisor is not 0.  FALSE: overflow. */
gboolean rush_decimal_run_slow (const RushDecimalPlan *self, rush_int128 a, rush_int128 b,
                                rush_int128 *out);

/* For ADD, SUBTRACT and MULTIPLY mostly a few instructions; the divisor is not 0. */
static inline gboolean
rush_decimal_run (const RushDecimalPlan *self, rush_int128 a, rush_int128 b, rush_int128 *out)
{
  rush_int128 value;

  if (!self->small)
    return rush_decimal_run_slow (self, a, b, out);
  switch (self->op)
    {
    case RUSH_DECIMAL_ADD:
      value = a * self->factor_a + b * self->factor_b;
      break;
    case RUSH_DECIMAL_SUBTRACT:
      value = a * self->factor_a - b * self->factor_b;
      break;
    case RUSH_DECIMAL_MULTIPLY:
      value = a * b;
      break;
    case RUSH_DECIMAL_DIVIDE:
    case RUSH_DECIMAL_REMAINDER:
    case RUSH_DECIMAL_INTEGRAL_DIVIDE:
    case RUSH_DECIMAL_PMOD:
    default:
      return rush_decimal_run_slow (self, a, b, out);
    }
  *out = value;
  return value < self->bound && value > -self->bound;
}

/* The long operations' raw result as Spark shows it in an overflow's message; (transfer full). */
char *rush_decimal_run_text (const RushDecimalPlan *self, rush_int128 a, rush_int128 b);

/* NUMERIC_VALUE_OUT_OF_RANGE: @text does not fit @type. */
void rush_decimal_set_overflow (GError **error, const char *text, const RushType *type,
                                const RushSqlContext *context);
