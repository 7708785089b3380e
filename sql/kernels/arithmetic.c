/* arithmetic.c - arithmetic of whole numbers and floating point; decimals stand in
 * decimal_arithmetic.c, intervals and dates in interval_arithmetic.c.
 *
 *   1. compute all rows, null or not, selected or not      (typed loops, no branches)
 *   2. if a flag says that something overflowed: look for it among the rows that count
 *
 * With few rows of many selected the loop still runs over all: it is cheaper than picking rows one
 * by one up to about one in eight.
 */
#include "sql/kernels/arithmetic.h"
#include "sql/kernels/arithmetic_private.h"

#include <math.h>
#include <string.h>

#define RUSH_T gint8
#define RUSH_U guint8
#define RUSH_FN(name) name##_i8
#include "sql/kernels/arithmetic_template.h"
#define RUSH_T gint16
#define RUSH_U guint16
#define RUSH_FN(name) name##_i16
#include "sql/kernels/arithmetic_template.h"
#define RUSH_T gint32
#define RUSH_U guint32
#define RUSH_FN(name) name##_i32
#include "sql/kernels/arithmetic_template.h"
#define RUSH_T gint64
#define RUSH_U guint64
#define RUSH_FN(name) name##_i64
#include "sql/kernels/arithmetic_template.h"

typedef gboolean (*RunFunc) (RushExprKind kind, gconstpointer a, gboolean constant_a,
                             gconstpointer b, gboolean constant_b, guint n, gpointer out);
typedef gboolean (*OverflowsFunc) (RushExprKind kind, gconstpointer a, gconstpointer b);
typedef void (*RemainderFunc) (gboolean positive, gconstpointer a, gboolean constant_a,
                               gconstpointer b, gboolean constant_b, const RushRows *rows,
                               gpointer out);

static const struct
{
  RunFunc run;
  OverflowsFunc overflows;
  RemainderFunc remainder;
} integers[] = {
  [RUSH_STORAGE_I8] = { (RunFunc)run_i8, (OverflowsFunc)overflows_i8, (RemainderFunc)remainder_i8 },
  [RUSH_STORAGE_I16] = { (RunFunc)run_i16, (OverflowsFunc)overflows_i16,
                         (RemainderFunc)remainder_i16 },
  [RUSH_STORAGE_I32] = { (RunFunc)run_i32, (OverflowsFunc)overflows_i32,
                         (RemainderFunc)remainder_i32 },
  [RUSH_STORAGE_I64] = { (RunFunc)run_i64, (OverflowsFunc)overflows_i64,
                         (RemainderFunc)remainder_i64 },
};

/* ── errors ── */

void
rush_arithmetic_set_overflow (GError **error, const char *message, const char *try_function,
                              const RushSqlContext *context)
{
  g_autofree char *alternative =
      try_function == NULL
          ? g_strdup ("")
          : g_strdup_printf (" Use '%s' to tolerate overflow and return NULL instead.",
                             try_function);

  rush_sql_error_set (error, RUSH_SQL_CLASS_ARITHMETIC_OVERFLOW, context, "message", message,
                      "alternative", alternative, "config", "\"spark.sql.ansi.enabled\"", NULL);
}

static const char *
try_function (RushExprKind kind)
{
  return kind == RUSH_EXPR_ADD        ? "try_add"
         : kind == RUSH_EXPR_SUBTRACT ? "try_subtract"
                                      : "try_multiply";
}

static void
set_overflow (const RushExpr *expr, RushColumn *a, RushColumn *b, guint row, GError **error)
{
  RushStorage storage = a->type->storage;

  if (storage == RUSH_STORAGE_I8 || storage == RUSH_STORAGE_I16)
    {
      const char *symbol = expr->kind == RUSH_EXPR_ADD        ? "+"
                           : expr->kind == RUSH_EXPR_SUBTRACT ? "-"
                                                              : "*";
      g_autofree char *x = g_strdup_printf ("%dS", (gint)rush_column_get_int (a, row));
      g_autofree char *y = g_strdup_printf ("%dS", (gint)rush_column_get_int (b, row));
      g_autofree char *name = g_strdup_printf ("`%s`", try_function (expr->kind));
      rush_sql_error_set (error, RUSH_SQL_CLASS_BINARY_ARITHMETIC_OVERFLOW, NULL, "value1", x,
                          "symbol", symbol, "value2", y, "functionName", name, NULL);
      return;
    }
  rush_arithmetic_set_overflow (error, "overflow", try_function (expr->kind), &expr->context);
}

void
rush_arithmetic_set_zero (const RushExpr *expr, GError **error)
{
  rush_sql_error_set (error,
                      expr->kind == RUSH_EXPR_DIVIDE || expr->kind == RUSH_EXPR_INTEGRAL_DIVIDE
                          ? RUSH_SQL_CLASS_DIVIDE_BY_ZERO
                          : RUSH_SQL_CLASS_REMAINDER_BY_ZERO,
                      &expr->context, "config", "\"spark.sql.ansi.enabled\"", NULL);
}

/* ── + − * ── */

static gconstpointer
at (const RushVector *v, guint row)
{
  return (const guint8 *)v->values + (v->constant ? 0 : (gsize)row * v->column->type->value_bytes);
}

/* What to do about overflows that the flag reports: an error, or nulls in @writer. */
static gboolean
mend_overflows (const RushExpr *expr, const RushVector *a, const RushVector *b,
                const RushRows *rows, RushColumnWriter *writer, GError **error)
{
  OverflowsFunc overflows = integers[a->column->type->storage].overflows;

  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      if (!overflows (expr->kind, at (a, row), at (b, row)) ||
          !rush_column_is_valid (a->column, row) || !rush_column_is_valid (b->column, row))
        continue;
      if (expr->mode == RUSH_EVAL_ANSI)
        {
          set_overflow (expr, a->column, b->column, row, error);
          return FALSE;
        }
      if (!rush_column_writer_set_null (writer, row, error))
        return FALSE;
    }
  return TRUE;
}

#define FLOAT_LOOP(T, OP)                                                                          \
  {                                                                                                \
    const T *x = a->values, *y = b->values;                                                        \
    T *r = out;                                                                                    \
    if (b->constant)                                                                               \
      for (guint i = 0; i < n; i++)                                                                \
        r[i] = x[i] OP y[0];                                                                       \
    else if (a->constant)                                                                          \
      for (guint i = 0; i < n; i++)                                                                \
        r[i] = x[0] OP y[i];                                                                       \
    else                                                                                           \
      for (guint i = 0; i < n; i++)                                                                \
        r[i] = x[i] OP y[i];                                                                       \
    break;                                                                                         \
  }

#define FLOAT_RUN(name, T)                                                                         \
  RUSH_SIMD static void name (RushExprKind kind, const RushVector *a, const RushVector *b,         \
                              guint n, gpointer out)                                               \
  {                                                                                                \
    switch ((guint)kind)                                                                           \
      {                                                                                            \
      case RUSH_EXPR_ADD:                                                                          \
        FLOAT_LOOP (T, +)                                                                          \
      case RUSH_EXPR_SUBTRACT:                                                                     \
        FLOAT_LOOP (T, -)                                                                          \
      case RUSH_EXPR_MULTIPLY:                                                                     \
        FLOAT_LOOP (T, *)                                                                          \
      default:                                                                                     \
        FLOAT_LOOP (T, /)                                                                          \
      }                                                                                            \
  }

FLOAT_RUN (run_f32, float)
FLOAT_RUN (run_f64, double)

/* ── / div % ── */

gboolean
rush_arithmetic_mend_zeros (const RushExpr *expr, const RushColumn *a, const RushVector *b,
                            gsize value_bytes, const RushRows *rows, RushColumnWriter *writer,
                            GError **error)
{
  static const guint8 zeros[16];
  gboolean floating =
      b->column->type->storage == RUSH_STORAGE_F32 || b->column->type->storage == RUSH_STORAGE_F64;

  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      const guint8 *value = (const guint8 *)b->values + (b->constant ? 0 : row * value_bytes);
      gboolean zero = floating ? rush_column_get_double (b->column, row) == 0.0
                               : memcmp (value, zeros, value_bytes) == 0;
      if (!zero || !rush_column_is_valid (b->column, row))
        continue;
      if (expr->mode == RUSH_EVAL_ANSI)
        {
          /* Spark looks at the divisor first, but fails for a row with a dividend alone. */
          if (!rush_column_is_valid (a, row))
            continue;
          rush_arithmetic_set_zero (expr, error);
          return FALSE;
        }
      if (!rush_column_writer_set_null (writer, row, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
integral_divide (const RushExpr *expr, const RushVector *a, const RushVector *b,
                 const RushRows *rows, RushColumnWriter *writer, GError **error)
{
  gint64 *out = (gint64 *)writer->values->bytes;

  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      gint64 x = rush_column_get_int (a->column, row), y = rush_column_get_int (b->column, row);
      if (G_LIKELY (y != 0 && y != -1))
        {
          out[row] = x / y;
          continue;
        }
      out[row] = y == 0 ? 0 : (gint64)(0 - (guint64)x);
      if (y == 0 || x != G_MININT64 || expr->mode == RUSH_EVAL_LEGACY ||
          !rush_column_is_valid (a->column, row) || !rush_column_is_valid (b->column, row))
        continue;
      if (expr->mode == RUSH_EVAL_TRY)
        {
          if (!rush_column_writer_set_null (writer, row, error))
            return FALSE;
          continue;
        }
      rush_arithmetic_set_overflow (error, "Overflow in integral divide", "try_divide",
                                    &expr->context);
      return FALSE;
    }
  return TRUE;
}

static void
float_remainder (gboolean positive, const RushVector *a, const RushVector *b, const RushRows *rows,
                 RushColumnWriter *writer)
{
  gboolean narrow = a->column->type->storage == RUSH_STORAGE_F32;

  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      double x = rush_column_get_double (a->column, row);
      double y = rush_column_get_double (b->column, row);
      double r = fmod (x, y);
      if (positive && r < 0)
        r = narrow ? fmod ((float)(r + y), y) : fmod (r + y, y);
      if (narrow)
        ((float *)writer->values->bytes)[row] = (float)r;
      else
        ((double *)writer->values->bytes)[row] = r;
    }
}

/* ── what they have in common ── */

static gboolean
run (const RushExpr *expr, gboolean positive, const RushVector *a, const RushVector *b,
     const RushRows *rows, RushColumnWriter *writer, GError **error)
{
  RushStorage storage = a->column->type->storage;
  gpointer out = writer->values->bytes;
  gboolean floating = storage == RUSH_STORAGE_F32 || storage == RUSH_STORAGE_F64;
  gboolean sum = !positive && (expr->kind == RUSH_EXPR_ADD || expr->kind == RUSH_EXPR_SUBTRACT ||
                               expr->kind == RUSH_EXPR_MULTIPLY);

  if (sum && !floating)
    {
      gboolean overflow = integers[storage].run (expr->kind, a->values, a->constant, b->values,
                                                 b->constant, rows->length, out);
      return !overflow || expr->mode == RUSH_EVAL_LEGACY ||
             mend_overflows (expr, a, b, rows, writer, error);
    }
  if (floating && (sum || expr->kind == RUSH_EXPR_DIVIDE))
    (storage == RUSH_STORAGE_F32 ? run_f32 : run_f64) (expr->kind, a, b, rows->length, out);
  else if (floating)
    float_remainder (positive, a, b, rows, writer);
  else if (expr->kind == RUSH_EXPR_INTEGRAL_DIVIDE)
    {
      if (!integral_divide (expr, a, b, rows, writer, error))
        return FALSE;
    }
  else
    integers[storage].remainder (positive, a->values, a->constant, b->values, b->constant, rows,
                                 out);
  return sum || rush_arithmetic_mend_zeros (expr, a->column, b, b->column->type->value_bytes, rows,
                                            writer, error);
}

static RushColumn *
binary (const RushExpr *expr, gboolean positive, RushColumn *a, RushColumn *b, const RushRows *rows,
        RushEvalContext *ctx, GError **error)
{
  RushColumn *both[] = { a, b };
  g_auto (RushVector) x = { NULL }, y = { NULL };
  g_auto (RushColumnWriter) writer = { NULL };

  /* Rows out of the selection are not written by all loops: cleared, they are safe to read. */
  if (!rush_vector_open (&x, a, ctx->allocator, error) ||
      !rush_vector_open (&y, b, ctx->allocator, error) ||
      !rush_column_writer_init (&writer, expr->type, rows->length, rows->positions != NULL,
                                ctx->allocator, error) ||
      !run (expr, positive, &x, &y, rows, &writer, error))
    return NULL;
  return rush_column_null_where_null (rush_column_writer_finish (&writer), both, 2, ctx->allocator,
                                      error);
}

RushColumn *
rush_arithmetic (const RushExpr *expr, RushColumn *a, RushColumn *b, const RushRows *rows,
                 RushEvalContext *ctx, GError **error)
{
  if (a->type->kind == RUSH_TYPE_DECIMAL)
    return rush_decimal_arithmetic (expr,
                                    expr->kind == RUSH_EXPR_ADD        ? RUSH_DECIMAL_ADD
                                    : expr->kind == RUSH_EXPR_SUBTRACT ? RUSH_DECIMAL_SUBTRACT
                                    : expr->kind == RUSH_EXPR_MULTIPLY ? RUSH_DECIMAL_MULTIPLY
                                    : expr->kind == RUSH_EXPR_DIVIDE   ? RUSH_DECIMAL_DIVIDE
                                    : expr->kind == RUSH_EXPR_REMAINDER
                                        ? RUSH_DECIMAL_REMAINDER
                                        : RUSH_DECIMAL_INTEGRAL_DIVIDE,
                                    a, b, rows, ctx, error);
  return binary (expr, FALSE, a, b, rows, ctx, error);
}

RushColumn *
rush_arithmetic_pmod (const RushExpr *expr, RushColumn *a, RushColumn *b, const RushRows *rows,
                      RushEvalContext *ctx, GError **error)
{
  if (a->type->kind == RUSH_TYPE_DECIMAL)
    return rush_decimal_arithmetic (expr, RUSH_DECIMAL_PMOD, a, b, rows, ctx, error);
  return binary (expr, TRUE, a, b, rows, ctx, error);
}

/* ── one operand ── */

/* The smallest number has no counterpart: the only one that −x and |x| can overflow at. */
static gboolean
is_minimum (const RushColumn *column, guint row)
{
  switch (column->type->storage)
    {
    case RUSH_STORAGE_I8:
      return rush_column_get_int (column, row) == G_MININT8;
    case RUSH_STORAGE_I16:
      return rush_column_get_int (column, row) == G_MININT16;
    case RUSH_STORAGE_I32:
      return rush_column_get_int (column, row) == G_MININT32;
    case RUSH_STORAGE_I64:
      return column->type->kind != RUSH_TYPE_DECIMAL &&
             rush_column_get_int (column, row) == G_MININT64;
    case RUSH_STORAGE_BIT:
    case RUSH_STORAGE_I128:
    case RUSH_STORAGE_F32:
    case RUSH_STORAGE_F64:
    case RUSH_STORAGE_VIEW:
    case RUSH_STORAGE_INTERVAL:
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
    case RUSH_STORAGE_VOID:
    default:
      return FALSE;
    }
}

#define UNARY_LOOP(T, RESULT)                                                                      \
  {                                                                                                \
    const T *in = v->values;                                                                       \
    T *r = out;                                                                                    \
    for (guint i = 0; i < n; i++)                                                                  \
      {                                                                                            \
        T x = in[v->constant ? 0 : i];                                                             \
        r[i] = (T)(RESULT);                                                                        \
      }                                                                                            \
    break;                                                                                         \
  }

RUSH_SIMD static void
run_unary (gboolean absolute, const RushVector *v, guint n, gpointer out)
{
  switch (v->column->type->storage)
    {
    case RUSH_STORAGE_I8:
      UNARY_LOOP (gint8, absolute && x >= 0 ? x : -x)
    case RUSH_STORAGE_I16:
      UNARY_LOOP (gint16, absolute && x >= 0 ? x : -x)
    case RUSH_STORAGE_I32:
      UNARY_LOOP (gint32, absolute && x >= 0 ? (guint32)x : 0 - (guint32)x)
    case RUSH_STORAGE_I64:
      UNARY_LOOP (gint64, absolute && x >= 0 ? (guint64)x : 0 - (guint64)x)
    case RUSH_STORAGE_I128:
      UNARY_LOOP (rush_int128, absolute && x >= 0 ? x : -x)
    case RUSH_STORAGE_F32:
      UNARY_LOOP (float, absolute ? fabsf (x) : -x)
    case RUSH_STORAGE_F64:
      UNARY_LOOP (double, absolute ? fabs (x) : -x)
    case RUSH_STORAGE_INTERVAL:
      UNARY_LOOP (RushCalendarInterval,
                  ((RushCalendarInterval){ -x.months, -x.days, -x.microseconds }))
    case RUSH_STORAGE_BIT:
    case RUSH_STORAGE_VIEW:
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
    case RUSH_STORAGE_VOID:
    default:
      g_assert_not_reached ();
    }
}

static RushColumn *
unary (const RushExpr *expr, gboolean absolute, RushColumn *a, const RushRows *rows,
       RushEvalContext *ctx, GError **error)
{
  g_auto (RushVector) v = { NULL };
  g_auto (RushColumnWriter) writer = { NULL };

  if (!rush_vector_open (&v, a, ctx->allocator, error) ||
      !rush_column_writer_init (&writer, a->type, rows->length, FALSE, ctx->allocator, error))
    return NULL;
  run_unary (absolute, &v, rows->length, writer.values->bytes);
  for (guint i = 0; expr->mode != RUSH_EVAL_LEGACY && i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      if (G_LIKELY (!is_minimum (v.column, row)) || !rush_column_is_valid (v.column, row))
        continue;
      if (expr->mode == RUSH_EVAL_TRY)
        {
          if (!rush_column_writer_set_null (&writer, row, error))
            return NULL;
          continue;
        }
      rush_arithmetic_set_overflow (error, "overflow", NULL, NULL);
      return NULL;
    }
  return rush_column_null_where_null (rush_column_writer_finish (&writer), &a, 1, ctx->allocator,
                                      error);
}

RushColumn *
rush_arithmetic_negate (const RushExpr *expr, RushColumn *a, const RushRows *rows,
                        RushEvalContext *ctx, GError **error)
{
  return unary (expr, FALSE, a, rows, ctx, error);
}

RushColumn *
rush_arithmetic_abs (const RushExpr *expr, RushColumn *a, const RushRows *rows,
                     RushEvalContext *ctx, GError **error)
{
  return unary (expr, TRUE, a, rows, ctx, error);
}
