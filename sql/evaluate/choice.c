/* choice.c - IF, CASE, COALESCE, AND and OR: nodes whose later children see fewer rows.
 *
 *   CASE WHEN a = 0 THEN 0 ELSE 1 / a END
 *
 *   rows            0 1 2 3 4
 *   a = 0           true for 1, 4           1 / a is computed for 0, 2, 3 alone: it cannot fail
 *                                           for a row that the condition keeps from it
 *
 * For AND and OR that is also quicker where the second operand is dear; where it is cheap and
 * cannot fail, both are computed for all rows and the bitmaps combined.
 */
#include "sql/evaluate/evaluate_private.h"

#include "sql/kernels/logic.h"
#include "sql/kernels/merge.h"

#include <string.h>

/* Room for the row numbers of a narrowed selection, twice: what is done and what is left. */
static RushBuffer *
new_positions (guint n, RushEvalContext *ctx, GError **error)
{
  return rush_buffer_new (ctx->allocator, MAX (1, n) * sizeof (guint16), error);
}

/* Splits @rows by a bool column: where it is TRUE, and the others. */
static gboolean
split (const RushColumn *condition, const RushRows *rows, RushBuffer *yes, RushBuffer *no,
       RushRows *out_yes, RushRows *out_no, RushEvalContext *ctx, GError **error)
{
  g_auto (RushTruth) truth = { NULL };

  if (!rush_truth_open (&truth, condition, ctx->allocator, error))
    return FALSE;
  *out_yes = (RushRows){ (guint16 *)yes->bytes, 0, rows->length };
  *out_no = (RushRows){ (guint16 *)no->bytes, 0, rows->length };
  out_yes->n = rush_truth_select (&truth, RUSH_TRUTH_TRUE, rows, (guint16 *)yes->bytes);
  if (out_yes->n == rows->n)
    *out_yes = *rows;
  else
    out_no->n = rush_truth_select (&truth, RUSH_TRUTH_NOT_TRUE, rows, (guint16 *)no->bytes);
  return TRUE;
}

/* Evaluates @value for @rows into the merge. */
static gboolean
add_value (const RushExpr *value, const RushBatch *batch, const RushRows *rows, RushMerge *merge,
           RushEvalContext *ctx, GError **error)
{
  if (rows->n == 0)
    return TRUE;
  g_autoptr (RushColumn) column = rush_evaluate_rows (value, batch, rows, ctx, error);
  return column != NULL && rush_merge_add (merge, column, rows, error);
}

RushColumn *
rush_evaluate_choice (const RushExpr *expr, const RushBatch *batch, const RushRows *rows,
                      RushEvalContext *ctx, GError **error)
{
  guint pairs = expr->kind == RUSH_EXPR_IF ? 1 : expr->n_children / 2;
  gboolean has_else = expr->n_children % 2 == 1;
  g_auto (RushMerge) merge = { .picks = NULL };
  g_autoptr (RushBuffer) yes_buffer = new_positions (rows->n, ctx, error);
  g_autoptr (RushBuffer) left_buffer = NULL;
  RushRows left = *rows;

  if (yes_buffer == NULL ||
      !rush_merge_init (&merge, expr->type, rows->length, ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < pairs && left.n > 0; i++)
    {
      RushRows yes, rest;
      g_autoptr (RushBuffer) rest_buffer = new_positions (left.n, ctx, error);
      g_autoptr (RushColumn) condition =
          rest_buffer != NULL ? rush_evaluate_rows (expr->children[2 * i], batch, &left, ctx, error)
                              : NULL;
      if (condition == NULL ||
          !split (condition, &left, yes_buffer, rest_buffer, &yes, &rest, ctx, error) ||
          !add_value (expr->children[2 * i + 1], batch, &yes, &merge, ctx, error))
        return NULL;
      left = rest;
      g_clear_pointer (&left_buffer, rush_buffer_unref);
      left_buffer = g_steal_pointer (&rest_buffer);
    }
  if (has_else &&
      !add_value (expr->children[expr->n_children - 1], batch, &left, &merge, ctx, error))
    return NULL;
  return rush_merge_finish (&merge, error);
}

RushColumn *
rush_evaluate_coalesce (const RushExpr *expr, const RushBatch *batch, const RushRows *rows,
                        RushEvalContext *ctx, GError **error)
{
  g_auto (RushMerge) merge = { .picks = NULL };
  g_autoptr (RushBuffer) yes_buffer = NULL;
  g_autoptr (RushBuffer) left_buffer = NULL;
  RushRows left = *rows;
  g_autoptr (RushColumn) first = rush_evaluate_rows (expr->children[0], batch, rows, ctx, error);

  if (first == NULL)
    return NULL;
  if (first->null_count == 0 && first->type == expr->type)
    return g_steal_pointer (&first);
  yes_buffer = new_positions (rows->n, ctx, error);
  if (yes_buffer == NULL ||
      !rush_merge_init (&merge, expr->type, rows->length, ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < expr->n_children && left.n > 0; i++)
    {
      RushRows yes, rest;
      g_autoptr (RushBuffer) rest_buffer = new_positions (left.n, ctx, error);
      g_autoptr (RushColumn) value =
          rest_buffer == NULL ? NULL
          : i == 0            ? rush_column_ref (first)
                              : rush_evaluate_rows (expr->children[i], batch, &left, ctx, error);
      g_autoptr (RushColumn) there =
          value != NULL ? rush_is_null (value, FALSE, ctx->allocator, error) : NULL;
      if (there == NULL ||
          !split (there, &left, yes_buffer, rest_buffer, &yes, &rest, ctx, error) ||
          !rush_merge_add (&merge, value, &yes, error))
        return NULL;
      left = rest;
      g_clear_pointer (&left_buffer, rush_buffer_unref);
      left_buffer = g_steal_pointer (&rest_buffer);
    }
  return rush_merge_finish (&merge, error);
}

/* ── AND, OR ── */

/* Cheap, and without errors: reading columns, comparing, logic of such. */
static gboolean
is_trivial (const RushExpr *expr)
{
  switch ((guint)expr->kind)
    {
    case RUSH_EXPR_BOUND:
      return expr->type->storage < RUSH_STORAGE_VIEW;
    case RUSH_EXPR_LITERAL:
      return TRUE;
    case RUSH_EXPR_EQUAL:
    case RUSH_EXPR_LESS:
    case RUSH_EXPR_LESS_EQUAL:
    case RUSH_EXPR_GREATER:
    case RUSH_EXPR_GREATER_EQUAL:
    case RUSH_EXPR_AND:
    case RUSH_EXPR_OR:
    case RUSH_EXPR_NOT:
    case RUSH_EXPR_IS_NULL:
    case RUSH_EXPR_IS_NOT_NULL:
      for (guint i = 0; i < expr->n_children; i++)
        if (!is_trivial (expr->children[i]))
          return FALSE;
      return TRUE;
    default:
      return FALSE;
    }
}

RushColumn *
rush_evaluate_logic (const RushExpr *expr, const RushBatch *batch, const RushRows *rows,
                     RushEvalContext *ctx, GError **error)
{
  gboolean is_and = expr->kind == RUSH_EXPR_AND;
  g_auto (RushTruth) a = { NULL }, b = { NULL };
  g_autoptr (RushBuffer) buffer = NULL;
  RushRows needed = *rows;
  g_autoptr (RushColumn) left = rush_evaluate_rows (expr->children[0], batch, rows, ctx, error);

  if (left == NULL || !rush_truth_open (&a, left, ctx->allocator, error))
    return NULL;
  if (!is_trivial (expr->children[1]))
    {
      buffer = new_positions (rows->n, ctx, error);
      if (buffer == NULL)
        return NULL;
      guint16 *positions = (guint16 *)buffer->bytes;
      needed.n = rush_truth_select (&a, is_and ? RUSH_TRUTH_NOT_FALSE : RUSH_TRUTH_NOT_TRUE, rows,
                                    positions);
      if (needed.n == 0)
        return rush_truth_finish (&a);
      if (needed.n < rows->n)
        needed.positions = positions;
    }
  g_autoptr (RushColumn) right = rush_evaluate_rows (expr->children[1], batch, &needed, ctx, error);
  if (right == NULL || !rush_truth_open (&b, right, ctx->allocator, error))
    return NULL;
  /* For the rows that @right was not asked for, its bits are whatever: FALSE AND anything is FALSE,
   * TRUE OR anything is TRUE. */
  if (is_and)
    rush_truth_and (&a, &b);
  else
    rush_truth_or (&a, &b);
  return rush_truth_finish (&a);
}
