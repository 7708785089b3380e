/* decimal_type.c - precision and scale of results.
 *
 * The exact result of an operation has a precision and scale that follow from its operands' (Hive's
 * rules, which are SQL Server's).  Where that is more than 38 digits, something must go: with
 * allowPrecisionLoss digits behind the point, down to 6, else whatever is above 38 in either
 * number.
 */
#include "sql/types/decimal.h"

#define MAX_DIGITS RUSH_DECIMAL_MAX_PRECISION
#define MIN_ADJUSTED_SCALE 6

const RushType *
rush_decimal_bounded (gint precision, gint scale)
{
  return rush_type_decimal ((guint)MIN (precision, MAX_DIGITS), MIN (scale, MAX_DIGITS));
}

const RushType *
rush_decimal_bounded_prefer_integral (gint precision, gint scale)
{
  if (precision <= MAX_DIGITS)
    return rush_type_decimal ((guint)precision, scale);
  return rush_type_decimal (MAX_DIGITS, MAX (0, scale - (precision - MAX_DIGITS)));
}

const RushType *
rush_decimal_adjusted (gint precision, gint scale)
{
  if (precision <= MAX_DIGITS)
    return rush_type_decimal ((guint)precision, scale);
  gint integral = precision - scale;
  return rush_type_decimal (MAX_DIGITS,
                            MAX (MAX_DIGITS - integral, MIN (scale, MIN_ADJUSTED_SCALE)));
}

const RushType *
rush_decimal_for_type (const RushType *numeric)
{
  switch ((gint)numeric->kind)
    {
    case RUSH_TYPE_INT8:
      return rush_type_decimal (3, 0);
    case RUSH_TYPE_INT16:
      return rush_type_decimal (5, 0);
    case RUSH_TYPE_INT32:
      return rush_type_decimal (10, 0);
    case RUSH_TYPE_INT64:
      return rush_type_decimal (20, 0);
    case RUSH_TYPE_FLOAT32:
      return rush_type_decimal (14, 7);
    case RUSH_TYPE_FLOAT64:
      return rush_type_decimal (30, 15);
    case RUSH_TYPE_DECIMAL:
      return numeric;
    default:
      g_return_val_if_reached (NULL);
    }
}

const RushType *
rush_decimal_of_value (rush_int128 unscaled, gint scale)
{
  gint digits = (gint)rush_decimal_digits (unscaled);

  return rush_type_decimal ((guint)MAX (digits, scale), scale);
}

const RushType *
rush_decimal_wider (const RushType *a, const RushType *b)
{
  gint scale = MAX (a->scale, b->scale);
  gint integral = MAX (a->precision - a->scale, b->precision - b->scale);

  return rush_decimal_bounded_prefer_integral (integral + scale, scale);
}

gboolean
rush_decimal_is_wider (const RushType *to, const RushType *from)
{
  return to->precision - to->scale >= from->precision - from->scale && to->scale >= from->scale;
}

/* Without loss of precision, digits behind the point pay for half of what is too much. */
static const RushType *
quotient_without_loss (const RushType *a, const RushType *b)
{
  gint integral = MIN (MAX_DIGITS, a->precision - a->scale + b->scale);
  gint scale = MIN (MAX_DIGITS, MAX (MIN_ADJUSTED_SCALE, a->scale + b->precision + 1));
  gint excess = integral + scale - MAX_DIGITS;

  if (excess > 0)
    {
      scale -= excess / 2 + 1;
      integral = MAX_DIGITS - scale;
    }
  return rush_decimal_bounded (integral + scale, scale);
}

const RushType *
rush_decimal_result_type (RushDecimalOp op, const RushType *a, const RushType *b,
                          gboolean allow_precision_loss)
{
  gint integral_a = a->precision - a->scale, integral_b = b->precision - b->scale;
  gint common = MAX (a->scale, b->scale);
  gint precision, scale;

  g_return_val_if_fail (a->kind == RUSH_TYPE_DECIMAL && b->kind == RUSH_TYPE_DECIMAL, NULL);
  switch (op)
    {
    case RUSH_DECIMAL_ADD:
    case RUSH_DECIMAL_SUBTRACT:
      scale = common;
      precision = MAX (integral_a, integral_b) + scale + 1;
      break;
    case RUSH_DECIMAL_MULTIPLY:
      scale = a->scale + b->scale;
      precision = a->precision + b->precision + 1;
      break;
    case RUSH_DECIMAL_DIVIDE:
      if (!allow_precision_loss)
        return quotient_without_loss (a, b);
      scale = MAX (MIN_ADJUSTED_SCALE, a->scale + b->precision + 1);
      precision = integral_a + b->scale + scale;
      break;
    case RUSH_DECIMAL_REMAINDER:
    case RUSH_DECIMAL_PMOD:
      scale = common;
      precision = MIN (integral_a, integral_b) + scale;
      break;
    case RUSH_DECIMAL_INTEGRAL_DIVIDE:
    default:
      scale = 0;
      precision = MAX (integral_a + b->scale, 1);
      break;
    }
  return allow_precision_loss ? rush_decimal_adjusted (precision, scale)
                              : rush_decimal_bounded (precision, scale);
}
