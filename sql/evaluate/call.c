/* call.c - calls of scalar functions: their arguments, and which rows they see.
 *
 *   a function that says handles_nulls     all rows that count, nulls and all
 *   any other                             rows without a null among the arguments; the rest is null
 */
#include "sql/evaluate/evaluate_private.h"

static RushColumn *
call_valid (const RushExpr *expr, RushColumn *const *args, const RushRows *rows,
            RushEvalContext *ctx, GError **error)
{
  RushRows valid;
  g_autoptr (RushBuffer) positions = NULL;

  if (!rush_rows_valid (rows, args, expr->n_children, ctx->allocator, &valid, &positions, error))
    return NULL;
  RushColumn *result = expr->as.function.function->evaluate (expr, args, &valid, ctx, error);
  if (result == NULL)
    return NULL;
  return rush_column_null_where_null (result, args, expr->n_children, ctx->allocator, error);
}

/* A lambda has no column: the function has its body evaluated, over the batch's columns and its own
 * variables. */
static gboolean
evaluate_args (const RushExpr *expr, const RushBatch *batch, const RushRows *rows,
               RushColumn **args, gboolean *has_lambda, RushEvalContext *ctx, GError **error)
{
  for (guint i = 0; i < expr->n_children; i++)
    {
      if (expr->children[i]->kind == RUSH_EXPR_LAMBDA)
        {
          *has_lambda = TRUE;
          continue;
        }
      args[i] = rush_evaluate_rows (expr->children[i], batch, rows, ctx, error);
      if (args[i] == NULL)
        return FALSE;
    }
  return TRUE;
}

RushColumn *
rush_evaluate_call (const RushExpr *expr, const RushBatch *batch, const RushRows *rows,
                    RushEvalContext *ctx, GError **error)
{
  const RushFunction *function = expr->as.function.function;
  guint n = expr->n_children;
  g_autofree RushColumn **args = g_new0 (RushColumn *, n + 1);
  const RushBatch *outer = ctx->batch;
  gboolean has_lambda = FALSE;
  RushColumn *result = NULL;

  if (function->evaluate == NULL)
    g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                 "The function %s cannot be called for single rows", function->name);
  else if (evaluate_args (expr, batch, rows, args, &has_lambda, ctx, error))
    {
      ctx->batch = batch;
      if (has_lambda || function->handles_nulls || function->nondeterministic || n == 0)
        result = function->evaluate (expr, args, rows, ctx, error);
      else
        result = rush_evaluate_strict (expr, args, n, call_valid, rows, ctx, error);
      ctx->batch = outer;
    }
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&args[i], rush_column_unref);
  return result;
}
