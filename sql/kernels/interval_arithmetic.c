/* interval_arithmetic.c - see interval_arithmetic.h.
 *
 * One function a combination computes one row; which it is, is found once a batch.  Months go by
 * the calendar (January 31 and a month is the end of February), days keep the clock's time in the
 * session's zone, hours and less are of the clock that never changes.
 *
 * What leaves its type is an error in every mode but TRY, as in Spark.
 */
#include "sql/kernels/interval_arithmetic.h"

#include "sql/kernels/arithmetic.h"
#include "sql/types/decimal.h"
#include "sql/types/timestamp.h"

#include <math.h>

typedef enum
{
  ROW_OK,
  ROW_OVERFLOW,
  ROW_ZERO, /* divided by it */
} RowStatus;

typedef struct
{
  const RushExpr *expr;
  RushColumn *a, *b; /* a is the date or timestamp or interval */
  gint sign;         /* of b */
  const RushTimeZone *zone;
} Operands;

typedef RowStatus (*RowFunc) (const Operands *in, guint row, gpointer out);

static gboolean
is_interval (const RushType *type)
{
  return type->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL || type->kind == RUSH_TYPE_DAY_TIME_INTERVAL ||
         type->kind == RUSH_TYPE_CALENDAR_INTERVAL;
}

static gboolean
is_time (const RushType *type)
{
  return type->kind == RUSH_TYPE_DATE || type->kind == RUSH_TYPE_TIMESTAMP ||
         type->kind == RUSH_TYPE_TIMESTAMP_NTZ;
}

gboolean
rush_interval_arithmetic_is (const RushExpr *expr)
{
  const RushType *a = expr->children[0]->type, *b = expr->children[1]->type;
  return is_interval (a) || is_interval (b) || is_time (a) || is_time (b);
}

/* ── dates ── */

static RowStatus
date_months (const Operands *in, guint row, gpointer out)
{
  gint64 months = in->sign * rush_column_get_int (in->b, row);
  return rush_date_add_months ((gint32)rush_column_get_int (in->a, row), months, out)
             ? ROW_OK
             : ROW_OVERFLOW;
}

static RowStatus
date_days (const Operands *in, guint row, gpointer out)
{
  gint64 days = rush_column_get_int (in->b, row) / RUSH_MICROS_PER_DAY;
  gint64 sum = rush_column_get_int (in->a, row) + in->sign * days;
  *(gint32 *)out = (gint32)sum;
  return sum == (gint32)sum ? ROW_OK : ROW_OVERFLOW;
}

static RowStatus
date_calendar (const Operands *in, guint row, gpointer out)
{
  RushCalendarInterval by = rush_column_get_interval (in->b, row);
  gint32 moved;

  if (!rush_date_add_months ((gint32)rush_column_get_int (in->a, row), (gint64)in->sign * by.months,
                             &moved))
    return ROW_OVERFLOW;
  gint64 sum = (gint64)moved + (gint64)in->sign * by.days;
  *(gint32 *)out = (gint32)sum;
  return sum == (gint32)sum ? ROW_OK : ROW_OVERFLOW;
}

static RowStatus
date_minus_date (const Operands *in, guint row, gpointer out)
{
  gint64 days = rush_column_get_int (in->a, row) - rush_column_get_int (in->b, row);
  return __builtin_mul_overflow (days, RUSH_MICROS_PER_DAY, (gint64 *)out) ? ROW_OVERFLOW : ROW_OK;
}

/* ── timestamps ── */

static RowStatus
timestamp_months (const Operands *in, guint row, gpointer out)
{
  return rush_timestamp_add_months (rush_column_get_int (in->a, row),
                                    in->sign * rush_column_get_int (in->b, row), in->zone, out)
             ? ROW_OK
             : ROW_OVERFLOW;
}

static RowStatus
timestamp_day_time (const Operands *in, guint row, gpointer out)
{
  gint64 by;
  if (__builtin_mul_overflow (rush_column_get_int (in->b, row), (gint64)in->sign, &by))
    return ROW_OVERFLOW;
  return rush_timestamp_add_day_time (rush_column_get_int (in->a, row), by, in->zone, out)
             ? ROW_OK
             : ROW_OVERFLOW;
}

static RowStatus
timestamp_calendar (const Operands *in, guint row, gpointer out)
{
  RushCalendarInterval by = rush_column_get_interval (in->b, row);
  if (in->sign < 0)
    by = (RushCalendarInterval){ -by.months, -by.days, -by.microseconds };
  return rush_timestamp_add_interval (rush_column_get_int (in->a, row), &by, in->zone, out)
             ? ROW_OK
             : ROW_OVERFLOW;
}

/* A date beside a timestamp is its midnight. */
static gint64
instant (const Operands *in, const RushColumn *column, guint row)
{
  gint64 value = rush_column_get_int (column, row);
  return column->type->kind == RUSH_TYPE_DATE ? rush_timestamp_from_days (value, in->zone) : value;
}

static RowStatus
timestamp_minus_timestamp (const Operands *in, guint row, gpointer out)
{
  *(gint64 *)out =
      rush_timestamp_subtract (instant (in, in->a, row), instant (in, in->b, row), in->zone);
  return ROW_OK;
}

/* ── intervals ── */

static RowStatus
store_interval (const RushType *type, rush_int128 value, gpointer out)
{
  if (type->value_bytes == 4)
    {
      *(gint32 *)out = (gint32)value;
      return value == (gint32)value ? ROW_OK : ROW_OVERFLOW;
    }
  *(gint64 *)out = (gint64)value;
  return value == (gint64)value ? ROW_OK : ROW_OVERFLOW;
}

static RowStatus
interval_sum (const Operands *in, guint row, gpointer out)
{
  rush_int128 a = rush_column_get_int (in->a, row), b = rush_column_get_int (in->b, row);
  return store_interval (in->expr->type, in->sign < 0 ? a - b : a + b, out);
}

static RowStatus
calendar_sum (const Operands *in, guint row, gpointer out)
{
  RushCalendarInterval a = rush_column_get_interval (in->a, row);
  RushCalendarInterval b = rush_column_get_interval (in->b, row), *sum = out;
  gboolean overflow;

  if (in->sign < 0)
    overflow = __builtin_sub_overflow (a.months, b.months, &sum->months) |
               __builtin_sub_overflow (a.days, b.days, &sum->days) |
               __builtin_sub_overflow (a.microseconds, b.microseconds, &sum->microseconds);
  else
    overflow = __builtin_add_overflow (a.months, b.months, &sum->months) |
               __builtin_add_overflow (a.days, b.days, &sum->days) |
               __builtin_add_overflow (a.microseconds, b.microseconds, &sum->microseconds);
  return overflow ? ROW_OVERFLOW : ROW_OK;
}

/* Rounded HALF_UP, away from zero. */
static rush_int128
divide_half_up (rush_int128 value, rush_int128 by)
{
  rush_int128 quotient = value / by, rest = value % by;
  if (rest < 0)
    rest = -rest;
  if (2 * rest >= (by < 0 ? -by : by))
    quotient += (value < 0) != (by < 0) ? -1 : 1;
  return quotient;
}

static RowStatus
interval_times (const Operands *in, guint row, gpointer out)
{
  const RushType *number = in->b->type;
  gint64 a = rush_column_get_int (in->a, row);

  if (rush_type_is_integral (number))
    return store_interval (in->expr->type, (rush_int128)a * rush_column_get_int (in->b, row), out);
  if (number->kind == RUSH_TYPE_DECIMAL)
    {
      rush_int128 product;
      if (__builtin_mul_overflow ((rush_int128)a, rush_column_get_int128 (in->b, row), &product))
        return ROW_OVERFLOW;
      return store_interval (in->expr->type,
                             rush_decimal_drop (product, number->scale, RUSH_ROUND_HALF_UP), out);
    }
  double product = round ((double)a * rush_column_get_double (in->b, row));
  if (!(fabs (product) < 9.3e18))
    return ROW_OVERFLOW;
  return store_interval (in->expr->type, (rush_int128)product, out);
}

static RowStatus
interval_divided (const Operands *in, guint row, gpointer out)
{
  const RushType *number = in->b->type;
  gint64 a = rush_column_get_int (in->a, row);

  if (rush_type_is_integral (number))
    {
      gint64 by = rush_column_get_int (in->b, row);
      return by == 0 ? ROW_ZERO : store_interval (in->expr->type, divide_half_up (a, by), out);
    }
  if (number->kind == RUSH_TYPE_DECIMAL)
    {
      rush_int128 by = rush_column_get_int128 (in->b, row), scaled;
      if (by == 0)
        return ROW_ZERO;
      if (__builtin_mul_overflow ((rush_int128)a, rush_decimal_power[number->scale], &scaled))
        return ROW_OVERFLOW;
      return store_interval (in->expr->type, divide_half_up (scaled, by), out);
    }
  double by = rush_column_get_double (in->b, row);
  if (by == 0)
    return ROW_ZERO;
  double quotient = round ((double)a / by);
  if (!(fabs (quotient) < 9.3e18))
    return ROW_OVERFLOW;
  return store_interval (in->expr->type, (rush_int128)quotient, out);
}

/* ── which one ── */

static RowFunc
find_plus (const RushType *a, const RushType *b)
{
  if (is_time (a) && is_time (b))
    return a->kind == RUSH_TYPE_DATE && b->kind == RUSH_TYPE_DATE ? date_minus_date
                                                                  : timestamp_minus_timestamp;
  if (a->kind == RUSH_TYPE_DATE)
    return b->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL ? date_months
           : b->kind == RUSH_TYPE_DAY_TIME_INTERVAL ? date_days
                                                    : date_calendar;
  if (is_time (a))
    return b->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL ? timestamp_months
           : b->kind == RUSH_TYPE_DAY_TIME_INTERVAL ? timestamp_day_time
                                                    : timestamp_calendar;
  return a->kind == RUSH_TYPE_CALENDAR_INTERVAL ? calendar_sum : interval_sum;
}

static RowFunc
find (Operands *in)
{
  RushExprKind kind = in->expr->kind;

  if (kind == RUSH_EXPR_DIVIDE)
    return interval_divided;
  /* The interval of a sum or product may stand on either side. */
  gboolean swap = kind == RUSH_EXPR_MULTIPLY ? !is_interval (in->a->type)
                                             : !is_time (in->a->type) && is_time (in->b->type);
  if (swap)
    {
      RushColumn *other = in->a;
      in->a = in->b;
      in->b = other;
    }
  if (kind == RUSH_EXPR_MULTIPLY)
    return interval_times;
  in->sign = kind == RUSH_EXPR_SUBTRACT ? -1 : 1;
  return find_plus (in->a->type, in->b->type);
}

static void
set_failure (const RushExpr *expr, RowStatus status, GError **error)
{
  if (status == ROW_ZERO)
    rush_sql_error_set (error, RUSH_SQL_CLASS_INTERVAL_DIVIDED_BY_ZERO, &expr->context, NULL);
  else if (is_interval (expr->type))
    rush_sql_error_set (error, RUSH_SQL_CLASS_INTERVAL_ARITHMETIC_OVERFLOW_WITHOUT_SUGGESTION,
                        &expr->context, NULL);
  else if (expr->type->kind == RUSH_TYPE_DATE)
    rush_arithmetic_set_overflow (error, "integer overflow", NULL, NULL);
  else
    rush_arithmetic_set_overflow (error, "long overflow", NULL, NULL);
}

RushColumn *
rush_interval_arithmetic (const RushExpr *expr, RushColumn *a, RushColumn *b, const RushRows *rows,
                          RushEvalContext *ctx, GError **error)
{
  RushColumn *both[] = { a, b };
  Operands in = { expr, a, b, 1, NULL };
  RowFunc func = find (&in);
  g_auto (RushColumnWriter) writer = { NULL };
  gsize width = expr->type->value_bytes;

  in.zone = in.a->type->kind == RUSH_TYPE_TIMESTAMP || in.b->type->kind == RUSH_TYPE_TIMESTAMP
                ? rush_time_zone_get (ctx->time_zone, error)
                : rush_time_zone_utc ();
  if (in.zone == NULL ||
      !rush_column_writer_init (&writer, expr->type, rows->length, TRUE, ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      if (!rush_column_is_valid (a, row) || !rush_column_is_valid (b, row))
        continue;
      RowStatus status = func (&in, row, writer.values->bytes + row * width);
      if (G_LIKELY (status == ROW_OK))
        continue;
      if (expr->mode != RUSH_EVAL_TRY)
        {
          set_failure (expr, status, error);
          return NULL;
        }
      if (!rush_column_writer_set_null (&writer, row, error))
        return NULL;
    }
  return rush_column_null_where_null (rush_column_writer_finish (&writer), both, 2, ctx->allocator,
                                      error);
}
