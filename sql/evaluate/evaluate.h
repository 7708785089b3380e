/* evaluate.h - evaluating bound expressions over batches, a column at a time.
 *
 *   RushColumn *total = rush_evaluate (bound, batch, ctx, &error);
 *
 * The result has batch->physical_length rows: value i belongs to physical row i, and only rows of
 * the selection count.  A filter thus never copies, and an expression above it computes (and can
 * fail) for selected rows alone.  IF, CASE, COALESCE, AND and OR evaluate their later children for
 * the rows that need them alone, by narrowing the selection.
 *
 * Ownership:  a context belongs to one task and is used by its runner alone.  Results are
 *             (transfer full) and hold no ref on the context.
 * Mirrors:    the vectorized model of MonetDB/X100 (Boncz, Zukowski, Nes, CIDR 2005), where Spark
 *             generates Java a stage.
 */
#pragma once

#include "sql/functions/function.h"
#include "sql/kernels/compare.h" /* rush_compare_rows () */

RushEvalContext *rush_eval_context_new (RushTaskContext *task, RushAllocator *allocator,
                                        const char *time_zone);
void rush_eval_context_free (RushEvalContext *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushEvalContext, rush_eval_context_free)

RushColumn *rush_evaluate (const RushExpr *bound, const RushBatch *batch, RushEvalContext *ctx,
                           GError **error);
/* The same for part of the rows. */
RushColumn *rush_evaluate_rows (const RushExpr *bound, const RushBatch *batch, const RushRows *rows,
                                RushEvalContext *ctx, GError **error);
/* The rows where @bound is TRUE, as a batch with that selection (the same one if it is all of
 * them); NULL without error: there is none. */
RushBatch *rush_evaluate_filter (const RushExpr *bound, RushBatch *batch, RushEvalContext *ctx,
                                 GError **error);
/* Of a foldable expression: a literal of its value. */
RushExpr *rush_evaluate_constant (const RushExpr *foldable, RushEvalContext *ctx, GError **error);
