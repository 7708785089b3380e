/* python_evaluator.h - how functions of Python are called: by whom, this layer does not know.
 *
 *   batches of arguments ──▶ evaluate () ──▶ batches of results, as many rows, in the same order
 *
 * py/runner registers itself; the engine itself has no Python in it.
 *
 * Threads:  set once, before there are queries; evaluate () runs on runners.
 * Mirrors:  org.apache.spark.sql.execution.python.{BatchEvalPythonExec,ArrowEvalPythonExec}.
 */
#pragma once

#include "core/lineage/iterator.h"
#include "core/lineage/task_context.h"
#include "sql/plan/expression.h"

/* A call: which columns of the arguments it takes.  A chain f (g (a)) is one: g is called with the
 * columns, f with what g has returned, as it is. */
typedef struct
{
  const RushPythonFunction *function; /* the last one that is called; its result is the call's */
  guint n_inner;
  const RushPythonFunction *const *inner; /* those that are called before it, in that order */
  guint n_args;
  const guint *args;
  guint n_keys; /* of functions of groups: so many columns come first, and say where one ends */
} RushPythonCall;

/* What all calls of a query have in common. */
typedef struct
{
  gpointer workers;      /* what rush_query_environment has as `python`; NULL: there is no Python */
  gint64 batch_rows;     /* spark.sql.execution.arrow.maxRecordsPerBatch; ≤ 0: no limit */
  const char *time_zone; /* of times in Arrow; interned */
} RushPythonSettings;

/* @rows (columns @arguments) is taken over, also on failure.  Result column i is call i's. */
typedef RushIterator *(*RushPythonEvaluate) (const RushPythonSettings *settings,
                                             const RushPythonCall *calls, guint n_calls,
                                             RushSchema *arguments, RushSchema *results,
                                             RushIterator *rows, guint split, RushTaskContext *ctx,
                                             GError **error);
void rush_python_evaluator_set (RushPythonEvaluate evaluate);
/* NULL: nobody has been set (a C program). */
RushPythonEvaluate rush_python_evaluator (void);
