/* evaluate.h - evaluating bound expressions over batches, a column at a time.
 *
 *   RushColumn *total = rush_evaluate (bound, batch, ctx, &error);
 *
 * The result has batch->physical_length rows: value i belongs to physical row i, and only rows of
 * the selection count.  A filter thus never copies, and an expression above it computes (and can
 * fail) for selected rows alone.  IF, CASE, COALESCE, AND and OR evaluate their later children for
 * the rows that need them alone, by narrowing the selection.
 *
 * Typed loops stand in *_template.h files, included once a storage type; validity bitmaps are
 * combined word-wise outside of them.
 *
 * Ownership:  a context belongs to one task and is used by its runner alone.  Results are
 *             (transfer full) and hold no ref on the context.
 * Mirrors:    the vectorized model of MonetDB/X100 (Boncz, Zukowski, Nes, CIDR 2005), where Spark
 *             generates Java a stage.
 */
#pragma once

#include "core/data/batch.h"
#include "core/lineage/task_context.h"
#include "sql/functions/function.h"

struct _RushEvalContext
{
  RushAllocator *allocator; /* results are charged to it */
  RushTaskContext *task;    /* NULL on the driver (constant folding) */
  const char *time_zone;    /* session's, interned */
  gint64 now_us;            /* of the query */
  GHashTable *prepared;     /* private: what an expression has compiled (patterns, sets, seeds) */
  /* Values of uncorrelated scalar subqueries, by id; NULL: there are none. */
  GHashTable *subquery_values;
};

RushEvalContext *rush_eval_context_new (RushTaskContext *task, RushAllocator *allocator,
                                        const char *time_zone);
void rush_eval_context_free (RushEvalContext *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushEvalContext, rush_eval_context_free)

RushColumn *rush_evaluate (const RushExpr *bound, const RushBatch *batch, RushEvalContext *ctx,
                           GError **error);
/* The same for part of the rows. */
RushColumn *rush_evaluate_rows (const RushExpr *bound, const RushBatch *batch,
                                const RushRows *rows, RushEvalContext *ctx, GError **error);
/* The rows where @bound is TRUE, as a batch with that selection (the same one if it is all of
 * them); NULL without error: there is none. */
RushBatch *rush_evaluate_filter (const RushExpr *bound, RushBatch *batch, RushEvalContext *ctx,
                                 GError **error);
/* Of a foldable expression: a literal of its value. */
RushExpr *rush_evaluate_constant (const RushExpr *foldable, RushEvalContext *ctx, GError **error);
/* A value kept with an expression for the life of the context (a compiled pattern): made once. */
gpointer rush_eval_prepared (RushEvalContext *self, const RushExpr *expr,
                             gpointer (*make) (const RushExpr *expr, gpointer data, GError **error),
                             gpointer data, GDestroyNotify free_value, GError **error);

/* ── comparing and ordering values, for sorts, joins and min/max ── */

/* −1, 0, 1 as Spark orders: nulls equal each other, NaN is above all, −0.0 equals 0.0. */
gint rush_compare_rows (const RushColumn *a, guint row_a, const RushColumn *b, guint row_b);
