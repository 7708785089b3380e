/* evaluate.c - walks a bound expression, children first, a column a node.
 *
 *   evaluate (price * 2 > 10, rows)
 *     evaluate (price * 2)     column of numbers
 *     evaluate (10)            a constant: one value, however many rows
 *     compare                  column of bools
 *
 * What a node does to columns stands in sql/kernels and sql/functions; here is which node calls
 * what, and with which rows.
 */
#include "sql/evaluate/evaluate_private.h"

#include "sql/kernels/arithmetic.h"
#include "sql/kernels/cast_column.h"
#include "sql/kernels/in_list.h"
#include "sql/kernels/interval_arithmetic.h"
#include "sql/kernels/like.h"
#include "sql/kernels/logic.h"

gboolean
rush_evaluate_compare_op (const RushExpr *expr, RushCompareOp *out)
{
  switch ((guint)expr->kind)
    {
    case RUSH_EXPR_EQUAL:
      *out = RUSH_COMPARE_EQUAL;
      return TRUE;
    case RUSH_EXPR_LESS:
      *out = RUSH_COMPARE_LESS;
      return TRUE;
    case RUSH_EXPR_LESS_EQUAL:
      *out = RUSH_COMPARE_LESS_EQUAL;
      return TRUE;
    case RUSH_EXPR_GREATER:
      *out = RUSH_COMPARE_GREATER;
      return TRUE;
    case RUSH_EXPR_GREATER_EQUAL:
      *out = RUSH_COMPARE_GREATER_EQUAL;
      return TRUE;
    default:
      return FALSE;
    }
}

/* ── strict nodes: what they call ── */

static RushColumn *
arithmetic (const RushExpr *expr, RushColumn *const *args, const RushRows *rows,
            RushEvalContext *ctx, GError **error)
{
  if (rush_interval_arithmetic_is (expr))
    return rush_interval_arithmetic (expr, args[0], args[1], rows, ctx, error);
  return rush_arithmetic (expr, args[0], args[1], rows, ctx, error);
}

static RushColumn *
negate (const RushExpr *expr, RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx,
        GError **error)
{
  return rush_arithmetic_negate (expr, args[0], rows, ctx, error);
}

static RushColumn *
compare (const RushExpr *expr, RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx,
         GError **error)
{
  RushCompareOp op;
  gboolean known = rush_evaluate_compare_op (expr, &op);

  g_assert (known);
  return rush_compare_columns (op, args[0], args[1], rows, ctx->allocator, error);
}

static RushColumn *
cast (const RushExpr *expr, RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx,
      GError **error)
{
  return rush_cast_column (expr, args[0], rows, ctx, error);
}

/* Those above see nulls themselves or compute over them; LIKE and IN are given valid rows alone. */
static RushColumn *
like (const RushExpr *expr, RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx,
      GError **error)
{
  RushRows valid;
  g_autoptr (RushBuffer) positions = NULL;

  if (!rush_rows_valid (rows, args, 2, ctx->allocator, &valid, &positions, error))
    return NULL;
  RushColumn *result = rush_like_columns (expr, args, &valid, ctx, error);
  return result != NULL ? rush_column_null_where_null (result, args, 2, ctx->allocator, error)
                        : NULL;
}

static RushColumn *
in_list (const RushExpr *expr, RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx,
         GError **error)
{
  RushRows valid;
  g_autoptr (RushBuffer) positions = NULL;

  if (!rush_rows_valid (rows, args, 1, ctx->allocator, &valid, &positions, error))
    return NULL;
  RushColumn *result = rush_in_list (expr, args, &valid, ctx, error);
  return result != NULL ? rush_column_null_where_null (result, args, 1, ctx->allocator, error)
                        : NULL;
}

static RushColumn *
strict (const RushExpr *expr, guint n_args, RushStrictFunc func, const RushBatch *batch,
        const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  g_autoptr (RushColumn) first = NULL;
  g_autoptr (RushColumn) second = NULL;

  first = rush_evaluate_rows (expr->children[0], batch, rows, ctx, error);
  if (first == NULL)
    return NULL;
  if (n_args > 1)
    {
      /* As Spark: what is null already has no second look. */
      if (rush_column_is_constant_null (first))
        return rush_column_new_constant_null (expr->type, rows->length, ctx->allocator, error);
      second = rush_evaluate_rows (expr->children[1], batch, rows, ctx, error);
      if (second == NULL)
        return NULL;
    }
  RushColumn *args[] = { first, second };
  return rush_evaluate_strict (expr, args, n_args, func, rows, ctx, error);
}

/* ── the others ── */

static RushColumn *
evaluate_in (const RushExpr *expr, const RushBatch *batch, const RushRows *rows,
             RushEvalContext *ctx, GError **error)
{
  gboolean literals = TRUE;
  g_auto (RushTruth) any = { NULL };

  for (guint i = 1; i < expr->n_children; i++)
    literals = literals && expr->children[i]->kind == RUSH_EXPR_LITERAL;
  if (literals)
    return strict (expr, 1, in_list, batch, rows, ctx, error);

  /* value = a OR value = b OR … */
  g_autoptr (RushColumn) value = rush_evaluate_rows (expr->children[0], batch, rows, ctx, error);
  if (value == NULL)
    return NULL;
  for (guint i = 1; i < expr->n_children; i++)
    {
      g_auto (RushTruth) here = { NULL };
      g_autoptr (RushColumn) item = rush_evaluate_rows (expr->children[i], batch, rows, ctx, error);
      g_autoptr (RushColumn) equal =
          item != NULL
              ? rush_compare_columns (RUSH_COMPARE_EQUAL, value, item, rows, ctx->allocator, error)
              : NULL;
      if (equal == NULL || !rush_truth_open (&here, equal, ctx->allocator, error))
        return NULL;
      if (i == 1)
        {
          any = here;
          here = (RushTruth){ NULL };
        }
      else
        rush_truth_or (&any, &here);
    }
  return rush_truth_finish (&any);
}

static RushColumn *
evaluate_null_safe (const RushExpr *expr, const RushBatch *batch, const RushRows *rows,
                    RushEvalContext *ctx, GError **error)
{
  g_auto (RushTruth) equal = { NULL };
  g_auto (RushTruth) null_a = { NULL }, null_b = { NULL };
  g_autoptr (RushColumn) a = rush_evaluate_rows (expr->children[0], batch, rows, ctx, error);
  g_autoptr (RushColumn) b =
      a != NULL ? rush_evaluate_rows (expr->children[1], batch, rows, ctx, error) : NULL;

  if (b == NULL)
    return NULL;
  /* (a = b and neither is null) or (both are null): never null. */
  g_autoptr (RushColumn) same =
      rush_compare_columns (RUSH_COMPARE_EQUAL, a, b, rows, ctx->allocator, error);
  g_autoptr (RushColumn) is_a = rush_is_null (a, TRUE, ctx->allocator, error);
  g_autoptr (RushColumn) is_b = rush_is_null (b, TRUE, ctx->allocator, error);
  if (same == NULL || is_a == NULL || is_b == NULL ||
      !rush_truth_open (&equal, same, ctx->allocator, error) ||
      !rush_truth_open (&null_a, is_a, ctx->allocator, error) ||
      !rush_truth_open (&null_b, is_b, ctx->allocator, error))
    return NULL;
  rush_truth_and (&null_a, &null_b);
  rush_truth_or (&equal, &null_a);
  /* What is still unknown has a null on one side. */
  for (gsize i = 0; i < rush_bits_bytes (rows->length); i++)
    equal.valid->bytes[i] = 0xff;
  return rush_truth_finish (&equal);
}

static RushColumn *
evaluate_not (const RushExpr *expr, const RushBatch *batch, const RushRows *rows,
              RushEvalContext *ctx, GError **error)
{
  g_auto (RushTruth) truth = { NULL };
  g_autoptr (RushColumn) child = rush_evaluate_rows (expr->children[0], batch, rows, ctx, error);

  if (child == NULL || !rush_truth_open (&truth, child, ctx->allocator, error))
    return NULL;
  rush_truth_not (&truth);
  return rush_truth_finish (&truth);
}

static RushColumn *
evaluate_is_null (const RushExpr *expr, const RushBatch *batch, const RushRows *rows,
                  RushEvalContext *ctx, GError **error)
{
  g_autoptr (RushColumn) child = rush_evaluate_rows (expr->children[0], batch, rows, ctx, error);

  if (child == NULL)
    return NULL;
  return rush_is_null (child, expr->kind == RUSH_EXPR_IS_NULL, ctx->allocator, error);
}

static RushColumn *
evaluate_subquery (const RushExpr *expr, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  RushColumn *value = ctx->subquery_values != NULL
                          ? g_hash_table_lookup (ctx->subquery_values, &expr->as.subquery.id)
                          : NULL;

  if (value == NULL)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                           "A scalar subquery was evaluated that nobody has run");
      return NULL;
    }
  return rush_column_new_constant (rush_column_ref (value), rows->length);
}

static RushColumn *
unsupported (const RushExpr *expr, GError **error)
{
  g_autofree char *text = rush_expr_to_string (expr);

  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
               "An expression of the kind %s cannot be evaluated over rows: %s",
               rush_expr_kind_name (expr->kind), text);
  return NULL;
}

RushColumn *
rush_evaluate_rows (const RushExpr *expr, const RushBatch *batch, const RushRows *rows,
                    RushEvalContext *ctx, GError **error)
{
  switch ((guint)expr->kind)
    {
    case RUSH_EXPR_BOUND:
      return rush_column_ref (batch->columns[expr->as.bound.ordinal]);
    case RUSH_EXPR_LITERAL:
      return rush_column_new_constant (rush_column_ref (expr->as.literal.value), rows->length);
    case RUSH_EXPR_ALIAS:
      return rush_evaluate_rows (expr->children[0], batch, rows, ctx, error);
    case RUSH_EXPR_ADD:
    case RUSH_EXPR_SUBTRACT:
    case RUSH_EXPR_MULTIPLY:
      if (rush_decimal_tree_is (expr))
        return rush_decimal_tree (expr, batch, rows, ctx, error);
      return strict (expr, 2, arithmetic, batch, rows, ctx, error);
    case RUSH_EXPR_DIVIDE:
    case RUSH_EXPR_INTEGRAL_DIVIDE:
    case RUSH_EXPR_REMAINDER:
      return strict (expr, 2, arithmetic, batch, rows, ctx, error);
    case RUSH_EXPR_NEGATE:
      return strict (expr, 1, negate, batch, rows, ctx, error);
    case RUSH_EXPR_EQUAL:
    case RUSH_EXPR_LESS:
    case RUSH_EXPR_LESS_EQUAL:
    case RUSH_EXPR_GREATER:
    case RUSH_EXPR_GREATER_EQUAL:
      return strict (expr, 2, compare, batch, rows, ctx, error);
    case RUSH_EXPR_EQUAL_NULL_SAFE:
      return evaluate_null_safe (expr, batch, rows, ctx, error);
    case RUSH_EXPR_IN:
      return evaluate_in (expr, batch, rows, ctx, error);
    case RUSH_EXPR_LIKE:
      return strict (expr, 2, like, batch, rows, ctx, error);
    case RUSH_EXPR_AND:
    case RUSH_EXPR_OR:
      return rush_evaluate_logic (expr, batch, rows, ctx, error);
    case RUSH_EXPR_NOT:
      return evaluate_not (expr, batch, rows, ctx, error);
    case RUSH_EXPR_IS_NULL:
    case RUSH_EXPR_IS_NOT_NULL:
      return evaluate_is_null (expr, batch, rows, ctx, error);
    case RUSH_EXPR_IF:
    case RUSH_EXPR_CASE_WHEN:
      return rush_evaluate_choice (expr, batch, rows, ctx, error);
    case RUSH_EXPR_COALESCE:
      return rush_evaluate_coalesce (expr, batch, rows, ctx, error);
    case RUSH_EXPR_CAST:
      return strict (expr, 1, cast, batch, rows, ctx, error);
    case RUSH_EXPR_GET_FIELD:
    case RUSH_EXPR_GET_ARRAY_FIELD:
      return strict (expr, 1, rush_evaluate_part, batch, rows, ctx, error);
    case RUSH_EXPR_GET_ITEM:
      return strict (expr, 2, rush_evaluate_part, batch, rows, ctx, error);
    case RUSH_EXPR_FUNCTION:
      return rush_evaluate_call (expr, batch, rows, ctx, error);
    case RUSH_EXPR_SCALAR_SUBQUERY:
      return evaluate_subquery (expr, rows, ctx, error);
    default:
      return unsupported (expr, error);
    }
}

RushColumn *
rush_evaluate (const RushExpr *bound, const RushBatch *batch, RushEvalContext *ctx, GError **error)
{
  RushRows rows = { batch->selection != NULL ? (const guint16 *)batch->selection->bytes : NULL,
                    batch->length, batch->physical_length };
  return rush_evaluate_rows (bound, batch, &rows, ctx, error);
}

/* ── constants ── */

RushExpr *
rush_evaluate_constant (const RushExpr *foldable, RushEvalContext *ctx, GError **error)
{
  g_autoptr (RushSchema) schema = rush_schema_new (0, NULL);
  g_autoptr (RushBatch) batch = rush_batch_new (schema, 1, NULL);
  g_autoptr (RushColumn) value = rush_evaluate (foldable, batch, ctx, error);

  if (value == NULL)
    return NULL;
  if (!rush_column_is_valid (value, 0) || foldable->type == &RUSH_NULL)
    return rush_expr_literal_null (foldable->type);
  /* Copied, so that a literal of a plan holds no batch alive, and is PLAIN. */
  RushRowId row = { 0, 0 };
  RushColumn *only = value;
  RushColumn *copy = rush_column_gather (&only, 1, &row, 1, rush_allocator_system (), error);
  if (copy == NULL)
    return NULL;
  RushColumn *flat = rush_column_flatten (copy, rush_allocator_system (), error);
  rush_column_unref (copy);
  if (flat == NULL)
    return NULL;
  RushColumn *typed = rush_column_as_type (flat, foldable->type);
  rush_column_unref (flat);
  return rush_expr_literal (typed);
}

/* ── the context ── */

RushEvalContext *
rush_eval_context_new (RushTaskContext *task, RushAllocator *allocator, const char *time_zone)
{
  RushEvalContext *self = g_new0 (RushEvalContext, 1);

  self->allocator = rush_allocator_ref (allocator);
  self->task = task;
  self->partition = task != NULL ? task->partition : 0;
  self->time_zone = g_intern_string (time_zone);
  self->evaluate = rush_evaluate_rows;
  return self;
}

void
rush_eval_context_free (RushEvalContext *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->prepared, g_hash_table_unref);
  rush_allocator_unref (self->allocator);
  g_free (self);
}
