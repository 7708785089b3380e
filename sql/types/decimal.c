/* decimal.c - arithmetic of decimals.
 *
 * An operation on decimal(p₁,s₁) and decimal(p₂,s₂) whose result is decimal(p,s) works on unscaled
 * integers; what has to be multiplied and rounded off follows from the scales alone, once a loop:
 *
 *   a + b   a·10^(m−s₁) + b·10^(m−s₂)      m = max (s₁, s₂), then drop m − s digits
 *   a · b   a·b                             then drop s₁ + s₂ − s digits
 *   a / b   a·10^(s+s₂−s₁) / b              rounded as it is divided
 *   a % b   both at scale m, then drop m − s
 *
 * Spark computes in BigDecimal with at least one digit more than any type has, cut toward zero, and
 * then rounds HALF_UP; that is the same as the exact result rounded once, which is what is done
 * here.
 *
 * Types usually promise that nothing leaves 128 bits and nothing needs rounding (TPC-H's sums and
 * products do): then the inline function of decimal.h is all there is to it.  Everything else goes
 * through 128 bits with overflow checks where that suffices, and through wide_int.c where not.
 */
#include "sql/types/decimal.h"

#include "sql/types/wide_int_private.h"

#include <string.h>

#define P4(x) x, x * 10, x * 100, x * 1000
#define P10(x) P4 (x), P4 (x * 10000), x * 100000000, x * 1000000000
#define TEN10 ((rush_int128)10000000000)

const rush_int128 rush_decimal_power[RUSH_DECIMAL_MAX_PRECISION + 1] = {
  P10 ((rush_int128)1),
  P10 (TEN10),
  P10 (TEN10 *TEN10),
  P4 (TEN10 *TEN10 *TEN10),
  P4 (TEN10 *TEN10 *TEN10 * 10000),
  TEN10 *TEN10 *TEN10 * 100000000,
};

static rush_uint128
magnitude (rush_int128 value)
{
  return value < 0 ? -(rush_uint128)value : (rush_uint128)value;
}

/* ---- one value ---- */

guint
rush_decimal_digits (rush_int128 unscaled)
{
  rush_uint128 value = magnitude (unscaled);
  guint low = 1, high = RUSH_DECIMAL_MAX_PRECISION + 1;

  while (low < high) /* the smallest n with value < 10^n; 39 if there is none */
    {
      guint middle = (low + high) / 2;
      if (value < (rush_uint128)rush_decimal_power[middle])
        high = middle;
      else
        low = middle + 1;
    }
  return low;
}

/* Shall a quotient of magnitude @quotient grow by one?  @half: how the rest compares with half of
 * the divisor, −1, 0 or 1; @exact: there is no rest. */
static gboolean
rounds_up (RushRounding rounding, gboolean negative, gboolean odd, int half, gboolean exact)
{
  switch (rounding)
    {
    case RUSH_ROUND_HALF_UP:
      return half >= 0;
    case RUSH_ROUND_HALF_EVEN:
      return half > 0 || (half == 0 && odd);
    case RUSH_ROUND_FLOOR:
      return negative && !exact;
    case RUSH_ROUND_CEILING:
      return !negative && !exact;
    case RUSH_ROUND_DOWN:
    default:
      return FALSE;
    }
}

rush_int128
rush_decimal_drop (rush_int128 unscaled, gint digits, RushRounding rounding)
{
  g_return_val_if_fail (digits >= 0, 0);

  gboolean negative = unscaled < 0;
  rush_uint128 value = magnitude (unscaled), quotient = 0, rest = value;
  int half = -1;
  if (digits <= RUSH_DECIMAL_MAX_PRECISION)
    {
      rush_uint128 divisor = (rush_uint128)rush_decimal_power[digits];
      quotient = value / divisor;
      rest = value % divisor;
      if (digits > 0)
        half = rest < divisor / 2 ? -1 : rest > divisor / 2;
    }
  if (rounds_up (rounding, negative, quotient & 1, half, rest == 0))
    quotient++;
  return negative ? -(rush_int128)quotient : (rush_int128)quotient;
}

gboolean
rush_decimal_rescale_with (rush_int128 unscaled, gint scale, gint to_scale, guint to_precision,
                           RushRounding rounding, rush_int128 *out)
{
  rush_int128 value;

  if (to_scale < scale)
    value = rush_decimal_drop (unscaled, scale - to_scale, rounding);
  else if (unscaled == 0)
    value = 0;
  else if (to_scale - scale > RUSH_DECIMAL_MAX_PRECISION ||
           __builtin_mul_overflow (unscaled, rush_decimal_power[to_scale - scale], &value))
    return FALSE;
  if (!rush_decimal_fits (value, to_precision))
    return FALSE;
  *out = value;
  return TRUE;
}

gboolean
rush_decimal_rescale (rush_int128 unscaled, gint scale, const RushType *to, rush_int128 *out)
{
  return rush_decimal_rescale_with (unscaled, scale, to->scale, to->precision, RUSH_ROUND_HALF_UP,
                                    out);
}

gint
rush_decimal_compare (rush_int128 a, gint scale_a, rush_int128 b, gint scale_b)
{
  rush_int128 scaled;

  if (scale_a == scale_b)
    return a < b ? -1 : a > b;
  if (scale_a > scale_b)
    return -rush_decimal_compare (b, scale_b, a, scale_a);
  if (__builtin_mul_overflow (a, rush_decimal_power[scale_b - scale_a], &scaled))
    return a < 0 ? -1 : 1; /* beyond every decimal */
  return scaled < b ? -1 : scaled > b;
}

gboolean
rush_decimal_from_int64 (gint64 value, const RushType *to, rush_int128 *out)
{
  return rush_decimal_rescale (value, 0, to, out);
}

gboolean
rush_decimal_to_int64 (rush_int128 unscaled, gint scale, gint64 *out)
{
  rush_int128 value = unscaled / rush_decimal_power[scale];

  *out = (gint64)value;
  return value >= G_MININT64 && value <= G_MAXINT64;
}

/* ---- operations on two ---- */

static gboolean
is_small (const RushDecimalPlan *self, const RushType *a, const RushType *b)
{
  gint common = MAX (a->scale, b->scale);

  if (self->drop != 0)
    return FALSE;
  if (self->op == RUSH_DECIMAL_MULTIPLY)
    return a->precision + b->precision <= RUSH_DECIMAL_MAX_PRECISION;
  if (self->op == RUSH_DECIMAL_ADD || self->op == RUSH_DECIMAL_SUBTRACT)
    return MAX (a->precision - a->scale, b->precision - b->scale) + common <=
           RUSH_DECIMAL_MAX_PRECISION; /* twice 10^38 still fits 128 bits */
  return FALSE;
}

void
rush_decimal_plan_init (RushDecimalPlan *self, RushDecimalOp op, const RushType *a,
                        const RushType *b, const RushType *result)
{
  g_return_if_fail (a->kind == RUSH_TYPE_DECIMAL && b->kind == RUSH_TYPE_DECIMAL);
  g_return_if_fail (result->kind == RUSH_TYPE_DECIMAL);

  gint common = MAX (a->scale, b->scale);
  *self = (RushDecimalPlan){ .op = op,
                             .result = result,
                             .scale_a = a->scale,
                             .scale_b = b->scale,
                             .factor_a = rush_decimal_power[common - a->scale],
                             .factor_b = rush_decimal_power[common - b->scale],
                             .bound = rush_decimal_power[result->precision] };
  self->drop = (op == RUSH_DECIMAL_MULTIPLY ? a->scale + b->scale : common) - result->scale;
  self->small = is_small (self, a, b);
}

/* A signed number of any length, and its scale: the raw result of an operation. */
typedef struct
{
  gboolean negative;
  WideInt value;
  gint scale;
} Raw;

static Raw
raw_sum (const RushDecimalPlan *self, rush_int128 a, rush_int128 b)
{
  WideInt wide_a = rush_wide_from (magnitude (a)), wide_b = rush_wide_from (magnitude (b));
  WideInt factor_a = rush_wide_from ((rush_uint128)self->factor_a);
  WideInt factor_b = rush_wide_from ((rush_uint128)self->factor_b);
  gboolean negative_a = a < 0, negative_b = (b < 0) != (self->op == RUSH_DECIMAL_SUBTRACT);
  Raw raw = { .scale = MAX (self->scale_a, self->scale_b) };

  wide_a = rush_wide_multiply (&wide_a, &factor_a);
  wide_b = rush_wide_multiply (&wide_b, &factor_b);
  if (negative_a == negative_b)
    {
      raw.negative = negative_a;
      raw.value = rush_wide_add (&wide_a, &wide_b);
    }
  else if (rush_wide_compare (&wide_a, &wide_b) >= 0)
    {
      raw.negative = negative_a;
      raw.value = rush_wide_subtract (&wide_a, &wide_b);
    }
  else
    {
      raw.negative = negative_b;
      raw.value = rush_wide_subtract (&wide_b, &wide_a);
    }
  return raw;
}

static Raw
raw_product (const RushDecimalPlan *self, rush_int128 a, rush_int128 b)
{
  WideInt wide_a = rush_wide_from (magnitude (a)), wide_b = rush_wide_from (magnitude (b));

  return (Raw){ .negative = (a < 0) != (b < 0),
                .value = rush_wide_multiply (&wide_a, &wide_b),
                .scale = self->scale_a + self->scale_b };
}

/* a / b cut toward zero at @scale. */
static Raw
raw_quotient (const RushDecimalPlan *self, rush_int128 a, rush_int128 b, gint scale)
{
  gint shift = scale + self->scale_b - self->scale_a;
  WideInt wide_a = rush_wide_from (magnitude (a)), wide_b = rush_wide_from (magnitude (b));
  WideInt power = rush_wide_power_of_ten ((guint)ABS (shift)), rest;

  if (shift >= 0)
    wide_a = rush_wide_multiply (&wide_a, &power);
  else
    wide_b = rush_wide_multiply (&wide_b, &power);
  return (Raw){ .negative = (a < 0) != (b < 0),
                .value = rush_wide_divide (&wide_a, &wide_b, &rest),
                .scale = scale };
}

/* The remainder has the sign of @a; PMOD's that of b, Spark: r < 0 ? (r + b) % b : r. */
static Raw
raw_remainder (const RushDecimalPlan *self, rush_int128 a, rush_int128 b)
{
  WideInt wide_a = rush_wide_from (magnitude (a)), wide_b = rush_wide_from (magnitude (b));
  WideInt factor_a = rush_wide_from ((rush_uint128)self->factor_a);
  WideInt factor_b = rush_wide_from ((rush_uint128)self->factor_b);
  Raw raw = { .negative = a < 0, .scale = MAX (self->scale_a, self->scale_b) };

  wide_a = rush_wide_multiply (&wide_a, &factor_a);
  wide_b = rush_wide_multiply (&wide_b, &factor_b);
  (void)rush_wide_divide (&wide_a, &wide_b, &raw.value);
  if (self->op == RUSH_DECIMAL_PMOD && raw.negative && raw.value.n > 0 && b > 0)
    {
      raw.value = rush_wide_subtract (&wide_b, &raw.value);
      raw.negative = FALSE;
    }
  else if (self->op == RUSH_DECIMAL_PMOD && raw.negative && raw.value.n > 0)
    {
      WideInt sum = rush_wide_add (&raw.value, &wide_b); /* both negative */
      (void)rush_wide_divide (&sum, &wide_b, &raw.value);
    }
  return raw;
}

/* Spark's own way: quotients have 39 digits behind the point before they are rounded. */
#define DIVIDE_SCALE (RUSH_DECIMAL_MAX_PRECISION + 1)

static Raw
raw_result (const RushDecimalPlan *self, rush_int128 a, rush_int128 b)
{
  switch (self->op)
    {
    case RUSH_DECIMAL_MULTIPLY:
      return raw_product (self, a, b);
    case RUSH_DECIMAL_DIVIDE:
      return raw_quotient (self, a, b, DIVIDE_SCALE);
    case RUSH_DECIMAL_INTEGRAL_DIVIDE:
      return raw_quotient (self, a, b, 0);
    case RUSH_DECIMAL_REMAINDER:
    case RUSH_DECIMAL_PMOD:
      return raw_remainder (self, a, b);
    case RUSH_DECIMAL_ADD:
    case RUSH_DECIMAL_SUBTRACT:
    default:
      return raw_sum (self, a, b);
    }
}

/* HALF_UP to the result's scale, and into its precision. */
static gboolean
round_raw (const RushDecimalPlan *self, const Raw *raw, rush_int128 *out)
{
  gint drop = raw->scale - self->result->scale;
  WideInt power = rush_wide_power_of_ten ((guint)ABS (drop)), rest;
  WideInt value = raw->value;
  rush_uint128 narrow;

  if (drop < 0)
    value = rush_wide_multiply (&value, &power);
  else if (drop > 0)
    {
      WideInt two = rush_wide_from (2), one = rush_wide_from (1);
      value = rush_wide_divide (&value, &power, &rest);
      rest = rush_wide_multiply (&rest, &two);
      if (rush_wide_compare (&rest, &power) >= 0)
        value = rush_wide_add (&value, &one);
    }
  if (!rush_wide_to (&value, &narrow) || narrow >= (rush_uint128)self->bound)
    return FALSE;
  *out = raw->negative ? -(rush_int128)narrow : (rush_int128)narrow;
  return TRUE;
}

/* TRUE: the answer was found within 128 bits. */
static gboolean
run_in_128_bits (const RushDecimalPlan *self, rush_int128 a, rush_int128 b, rush_int128 *out_raw)
{
  rush_int128 scaled_a, scaled_b;

  switch (self->op)
    {
    case RUSH_DECIMAL_MULTIPLY:
      return !__builtin_mul_overflow (a, b, out_raw);
    case RUSH_DECIMAL_ADD:
    case RUSH_DECIMAL_SUBTRACT:
      if (__builtin_mul_overflow (a, self->factor_a, &scaled_a) ||
          __builtin_mul_overflow (b, self->factor_b, &scaled_b))
        return FALSE;
      return self->op == RUSH_DECIMAL_ADD ? !__builtin_add_overflow (scaled_a, scaled_b, out_raw)
                                          : !__builtin_sub_overflow (scaled_a, scaled_b, out_raw);
    case RUSH_DECIMAL_REMAINDER:
      if (__builtin_mul_overflow (a, self->factor_a, &scaled_a) ||
          __builtin_mul_overflow (b, self->factor_b, &scaled_b))
        return FALSE;
      *out_raw = scaled_a % scaled_b;
      return TRUE;
    case RUSH_DECIMAL_DIVIDE:
    case RUSH_DECIMAL_INTEGRAL_DIVIDE:
    case RUSH_DECIMAL_PMOD:
    default:
      return FALSE;
    }
}

/* a·10^shift / b where that stays within 128 bits, rounded HALF_UP as it is divided. */
static gboolean
divide_in_128_bits (const RushDecimalPlan *self, rush_int128 a, rush_int128 b, rush_int128 *out)
{
  gint shift = self->result->scale + self->scale_b - self->scale_a;
  rush_int128 numerator;

  if (self->op != RUSH_DECIMAL_DIVIDE || shift < 0 || shift > RUSH_DECIMAL_MAX_PRECISION ||
      __builtin_mul_overflow (a, rush_decimal_power[shift], &numerator))
    return FALSE;
  rush_uint128 top = magnitude (numerator), bottom = magnitude (b);
  rush_uint128 quotient, rest;
  if (top <= G_MAXUINT64 && bottom <= G_MAXUINT64) /* one instruction instead of a loop */
    {
      quotient = (guint64)top / (guint64)bottom;
      rest = (guint64)top % (guint64)bottom;
    }
  else
    {
      quotient = top / bottom;
      rest = top % bottom;
    }
  if (rest >= bottom - rest)
    quotient++;
  *out = (numerator < 0) != (b < 0) ? -(rush_int128)quotient : (rush_int128)quotient;
  return TRUE;
}

gboolean
rush_decimal_run_slow (const RushDecimalPlan *self, rush_int128 a, rush_int128 b, rush_int128 *out)
{
  rush_int128 value;

  if (divide_in_128_bits (self, a, b, &value))
    ;
  else if (run_in_128_bits (self, a, b, &value) && self->drop >= 0)
    value = rush_decimal_drop (value, self->drop, RUSH_ROUND_HALF_UP);
  else
    {
      Raw raw = raw_result (self, a, b);
      return round_raw (self, &raw, out);
    }
  *out = value;
  return value < self->bound && value > -self->bound;
}

/* ---- overflows, told ---- */

/* A product has at most 39 digits in Spark, the rest is cut: 10¹ more digits at the end then. */
static void
cut_to_39_digits (Raw *raw)
{
  for (;;)
    {
      g_autofree char *digits = rush_wide_to_string (&raw->value);
      gsize length = strlen (digits);
      if (length <= DIVIDE_SCALE)
        return;
      WideInt power = rush_wide_power_of_ten ((guint)length - DIVIDE_SCALE), rest;
      raw->value = rush_wide_divide (&raw->value, &power, &rest);
      raw->scale -= (gint)length - DIVIDE_SCALE;
    }
}

char *
rush_decimal_run_text (const RushDecimalPlan *self, rush_int128 a, rush_int128 b)
{
  Raw raw = raw_result (self, a, b);

  if (self->op == RUSH_DECIMAL_MULTIPLY)
    cut_to_39_digits (&raw);
  g_autofree char *digits = rush_wide_to_string (&raw.value);
  GString *out = g_string_new (digits);
  for (; raw.scale < 0; raw.scale++)
    g_string_append_c (out, '0');
  while ((gint)out->len <= raw.scale)
    g_string_prepend_c (out, '0');
  if (raw.scale > 0)
    g_string_insert_c (out, (gssize)out->len - raw.scale, '.');
  if (raw.negative && raw.value.n > 0)
    g_string_prepend_c (out, '-');
  return g_string_free (out, FALSE);
}

void
rush_decimal_set_overflow (GError **error, const char *text, const RushType *type,
                           const RushSqlContext *context)
{
  g_autofree char *precision = g_strdup_printf ("%u", type->precision);
  g_autofree char *scale = g_strdup_printf ("%d", type->scale);

  rush_sql_error_set (error, RUSH_SQL_CLASS_NUMERIC_VALUE_OUT_OF_RANGE_WITH_SUGGESTION, context,
                      "value", text, "precision", precision, "scale", scale, "config",
                      "\"spark.sql.ansi.enabled\"", NULL);
}
