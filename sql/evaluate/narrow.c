/* narrow.c - which rows satisfy a predicate: a selection, straight from the comparisons.
 *
 *   shipdate >= a AND shipdate < b AND quantity < 24
 *
 *   8192 rows ──►  shipdate >= a  ──► 6900 ──►  shipdate < b  ──► 1100 ──►  quantity < 24  ──► 480
 *
 * Conjuncts run one after the other over what the ones before have left.  Only rows that are TRUE
 * count here, so null and FALSE need not be told apart, and OR is a union of two such lists.
 */
#include "sql/evaluate/evaluate_private.h"

#include "sql/kernels/logic.h"

#include <string.h>

static gboolean narrow (const RushExpr *expr, const RushBatch *batch, const RushRows *rows,
                        guint16 *out, guint *out_n, RushEvalContext *ctx, GError **error);

/* Any expression: its column, then the rows where that is TRUE. */
static gboolean
narrow_column (const RushExpr *expr, const RushBatch *batch, const RushRows *rows, guint16 *out,
               guint *out_n, RushEvalContext *ctx, GError **error)
{
  g_auto (RushTruth) truth = { NULL };
  g_autoptr (RushColumn) column = rush_evaluate_rows (expr, batch, rows, ctx, error);

  if (column == NULL || !rush_truth_open (&truth, column, ctx->allocator, error))
    return FALSE;
  *out_n = rush_truth_select (&truth, RUSH_TRUTH_TRUE, rows, out);
  return TRUE;
}

static gboolean
narrow_compare (const RushExpr *expr, RushCompareOp op, const RushBatch *batch,
                const RushRows *rows, guint16 *out, guint *out_n, RushEvalContext *ctx,
                GError **error)
{
  g_autoptr (RushColumn) a = rush_evaluate_rows (expr->children[0], batch, rows, ctx, error);
  g_autoptr (RushColumn) b =
      a != NULL ? rush_evaluate_rows (expr->children[1], batch, rows, ctx, error) : NULL;

  if (b == NULL)
    return FALSE;
  gint n = rush_compare_select (op, a, b, rows, out, ctx->allocator, error);
  if (n < 0)
    return FALSE;
  *out_n = (guint)n;
  return TRUE;
}

/* Is the comparison one of numbers, neither side a dictionary that is better looked at by value? */
static gboolean
is_numeric_compare (const RushExpr *expr, RushCompareOp *op)
{
  return rush_evaluate_compare_op (expr, op) &&
         expr->children[0]->type->storage < RUSH_STORAGE_VIEW &&
         expr->children[0]->type->storage != RUSH_STORAGE_BIT;
}

static gboolean
narrow_and (const RushExpr *expr, const RushBatch *batch, const RushRows *rows, guint16 *out,
            guint *out_n, RushEvalContext *ctx, GError **error)
{
  guint n;
  g_autoptr (RushBuffer) buffer =
      rush_buffer_new (ctx->allocator, MAX (1, rows->n) * sizeof (guint16), error);

  if (buffer == NULL ||
      !narrow (expr->children[0], batch, rows, (guint16 *)buffer->bytes, &n, ctx, error))
    return FALSE;
  *out_n = 0;
  if (n == 0)
    return TRUE;
  RushRows left = { (guint16 *)buffer->bytes, n, rows->length };
  if (n == rows->n)
    left = *rows; /* maybe no selection at all: the quick loops */
  return narrow (expr->children[1], batch, &left, out, out_n, ctx, error);
}

/* Merges two ascending lists without a row in common. */
static guint
merge_positions (const guint16 *a, guint n_a, const guint16 *b, guint n_b, guint16 *out)
{
  guint i = 0, j = 0, n = 0;

  while (i < n_a && j < n_b)
    out[n++] = a[i] < b[j] ? a[i++] : b[j++];
  while (i < n_a)
    out[n++] = a[i++];
  while (j < n_b)
    out[n++] = b[j++];
  return n;
}

static gboolean
narrow_or (const RushExpr *expr, const RushBatch *batch, const RushRows *rows, guint16 *out,
           guint *out_n, RushEvalContext *ctx, GError **error)
{
  guint n_first, n_second = 0, n_rest = 0;
  g_autoptr (RushBuffer) room =
      rush_buffer_new (ctx->allocator, MAX (1, rows->n) * 3 * sizeof (guint16), error);

  if (room == NULL)
    return FALSE;
  guint16 *first = (guint16 *)room->bytes, *rest = first + rows->n, *second = rest + rows->n;
  if (!narrow (expr->children[0], batch, rows, first, &n_first, ctx, error))
    return FALSE;
  for (guint i = 0, taken = 0; i < rows->n; i++)
    {
      guint16 row = (guint16)rush_eval_row (rows, i);
      if (taken < n_first && first[taken] == row)
        taken++;
      else
        rest[n_rest++] = row;
    }
  RushRows left = { rest, n_rest, rows->length };
  if (n_rest > 0 && !narrow (expr->children[1], batch, n_first == 0 ? rows : &left, second,
                             &n_second, ctx, error))
    return FALSE;
  *out_n = merge_positions (first, n_first, second, n_second, out);
  return TRUE;
}

static gboolean
narrow (const RushExpr *expr, const RushBatch *batch, const RushRows *rows, guint16 *out,
        guint *out_n, RushEvalContext *ctx, GError **error)
{
  RushCompareOp op;

  if (expr->kind == RUSH_EXPR_AND)
    return narrow_and (expr, batch, rows, out, out_n, ctx, error);
  if (expr->kind == RUSH_EXPR_OR)
    return narrow_or (expr, batch, rows, out, out_n, ctx, error);
  if (is_numeric_compare (expr, &op))
    return narrow_compare (expr, op, batch, rows, out, out_n, ctx, error);
  return narrow_column (expr, batch, rows, out, out_n, ctx, error);
}

RushBatch *
rush_evaluate_filter (const RushExpr *bound, RushBatch *batch, RushEvalContext *ctx, GError **error)
{
  RushRows rows = { batch->selection != NULL ? (const guint16 *)batch->selection->bytes : NULL,
                    batch->length, batch->physical_length };
  guint n = 0;
  g_autoptr (RushBuffer) positions =
      rush_buffer_new (ctx->allocator, MAX (1, rows.n) * sizeof (guint16), error);

  if (positions == NULL ||
      (rows.n > 0 && !narrow (bound, batch, &rows, (guint16 *)positions->bytes, &n, ctx, error)))
    return NULL;
  if (n == 0)
    return NULL;
  if (n == batch->length)
    return rush_batch_ref (batch);
  return rush_batch_select (batch, g_steal_pointer (&positions), n);
}
