/* decimal_arithmetic.c - one operation on two columns of decimals, row by row in 128 bits.
 *
 * This is the way that is always right: operands of any precision, results rounded to their scale
 * and checked against their precision (sql/types/decimal.h).  Most arithmetic in queries needs
 * none of it; decimal_tree.c takes the short way and comes here when it cannot.
 */
#include "sql/kernels/arithmetic_private.h"
#include "sql/kernels/arithmetic.h"

/* The operation's own type: div gives a bigint of a decimal that nobody sees. */
static const RushType *
decimal_result (const RushExpr *expr, RushDecimalOp op, const RushType *a, const RushType *b)
{
  return expr->type->kind == RUSH_TYPE_DECIMAL ? expr->type
                                               : rush_decimal_result_type (op, a, b, TRUE);
}

static gboolean
overflown (const RushExpr *expr, const RushDecimalPlan *plan, rush_int128 a, rush_int128 b,
           guint row, RushColumnWriter *writer, GError **error)
{
  if (expr->mode == RUSH_EVAL_ANSI)
    {
      g_autofree char *text = rush_decimal_run_text (plan, a, b);
      rush_decimal_set_overflow (error, text, plan->result, &expr->context);
      return FALSE;
    }
  return rush_column_writer_set_null (writer, row, error);
}

static gboolean
store (const RushExpr *expr, rush_int128 value, guint row, RushColumnWriter *writer, GError **error)
{
  gpointer out = writer->values->bytes;

  if (expr->type->storage == RUSH_STORAGE_I128)
    ((rush_int128 *)out)[row] = value;
  else
    ((gint64 *)out)[row] = (gint64)value;
  if (expr->type->kind == RUSH_TYPE_DECIMAL || (rush_int128)(gint64)value == value)
    return TRUE;
  if (expr->mode == RUSH_EVAL_ANSI)
    {
      rush_arithmetic_set_overflow (error, "Overflow in integral divide", "try_divide",
                                    &expr->context);
      return FALSE;
    }
  return expr->mode == RUSH_EVAL_LEGACY || rush_column_writer_set_null (writer, row, error);
}

static gboolean
run_rows (const RushExpr *expr, const RushDecimalPlan *plan, RushColumn *a, RushColumn *b,
          const RushRows *rows, RushColumnWriter *writer, GError **error)
{
  gboolean divides = plan->op != RUSH_DECIMAL_ADD && plan->op != RUSH_DECIMAL_SUBTRACT &&
                     plan->op != RUSH_DECIMAL_MULTIPLY;

  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      rush_int128 out;
      if (!rush_column_is_valid (a, row) || !rush_column_is_valid (b, row))
        continue;
      rush_int128 x = rush_column_get_int128 (a, row), y = rush_column_get_int128 (b, row);
      if (divides && y == 0)
        {
          if (expr->mode == RUSH_EVAL_ANSI)
            {
              rush_arithmetic_set_zero (expr, error);
              return FALSE;
            }
          if (!rush_column_writer_set_null (writer, row, error))
            return FALSE;
        }
      else if (!rush_decimal_run (plan, x, y, &out))
        {
          if (!overflown (expr, plan, x, y, row, writer, error))
            return FALSE;
        }
      else if (!store (expr, out, row, writer, error))
        return FALSE;
    }
  return TRUE;
}

RushColumn *
rush_decimal_arithmetic (const RushExpr *expr, RushDecimalOp op, RushColumn *a, RushColumn *b,
                         const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  RushColumn *both[] = { a, b };
  RushDecimalPlan plan;
  g_auto (RushColumnWriter) writer = { NULL };

  rush_decimal_plan_init (&plan, op, a->type, b->type, decimal_result (expr, op, a->type, b->type));
  if (!rush_column_writer_init (&writer, expr->type, rows->length, TRUE, ctx->allocator, error) ||
      !run_rows (expr, &plan, a, b, rows, &writer, error))
    return NULL;
  return rush_column_null_where_null (rush_column_writer_finish (&writer), both, 2, ctx->allocator,
                                      error);
}
