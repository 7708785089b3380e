/* eval_context.h - what evaluation has at hand: a task's allocator, the session's zone, and what
 * expressions have prepared for themselves.
 *
 * Ownership:  a context belongs to one task and is used by its runner alone.
 */
#pragma once

#include "core/data/batch.h"
#include "core/lineage/task_context.h"
#include "core/plugin/plugin.h"
#include "sql/plan/expression.h"

typedef struct _RushEvalContext RushEvalContext;

/* The rows of a batch that count: positions ascending, or NULL for 0…n−1. */
typedef struct
{
  const guint16 *positions;
  guint n;
  guint length; /* of input and result columns: positions are below it */
} RushRows;

static inline guint
rush_eval_row (const RushRows *self, guint i)
{
  return self->positions != NULL ? self->positions[i] : i;
}

/* How functions with lambdas (transform (), filter () …) have bodies evaluated: set by
 * rush_eval_context_new (), as the evaluator stands to the right of the functions. */
typedef RushColumn *(*RushEvaluateFunc) (const RushExpr *bound, const RushBatch *batch,
                                         const RushRows *rows, RushEvalContext *ctx,
                                         GError **error);

struct _RushEvalContext
{
  RushAllocator *allocator; /* (owned) results are charged to it */
  RushTaskContext *task;    /* NULL on the driver (constant folding) */
  const char *time_zone;    /* session's, interned */
  gint64 now_us;            /* of the query */
  guint partition;          /* of the task; 0 on the driver */
  gint64 rows_before;       /* that this task has seen in batches before: row numbers of rand () */
  const RushBatch *batch;   /* of the call that is being evaluated: what lambdas see of its rows */
  GHashTable *prepared;     /* private: what an expression has compiled (patterns, sets, seeds) */
  /* Values of uncorrelated scalar subqueries: RushExprId* → RushColumn* of one row, no dictionary.
   * (not owned) NULL: there are none. */
  GHashTable *subquery_values;
  RushEvaluateFunc evaluate;
  const RushPlugins *plugins; /* whose parts operators ask for; NULL: none */
};

/* A value kept with an expression for the life of the context (a compiled pattern): made once. */
gpointer rush_eval_prepared (RushEvalContext *self, const RushExpr *expr,
                             gpointer (*make) (const RushExpr *expr, gpointer data, GError **error),
                             gpointer data, GDestroyNotify free_value, GError **error);
