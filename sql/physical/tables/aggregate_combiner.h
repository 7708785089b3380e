/* aggregate_combiner.h - a table of groups with the states of their aggregates.
 *
 *   keys (group table)    states of sum (x)   states of count (*)
 *   0  "a"                │ 17 │              │ 3 │
 *   1  "b"                │  4 │              │ 1 │
 *
 * It is a combiner as the shuffle's are (core/lineage/dependency.h): what drives those drives it,
 * and under pressure divides it by hash and spills it (core/shuffle/external_combiner.h).
 *
 * Ownership:  a spec is refcounted and immutable; combiners belong to their task.
 * Mirrors:    TungstenAggregationIterator, UnsafeFixedWidthAggregationMap.
 */
#pragma once

#include "core/lineage/dependency.h"
#include "sql/evaluate/evaluate.h"
#include "sql/physical/tables/key_rows.h"

typedef struct
{
  RushExpr *call; /* (owned) AGGREGATE; arguments and filter are bound unless it merges */
  const RushAggregateClass *klass;
  gboolean merges;    /* reads buffers: PARTIAL_MERGE, FINAL */
  guint first_buffer; /* merges: the first column of the input that is a buffer of this call */
  guint n_buffers;
} RushAggregateCall;

typedef struct
{
  RushRefCount refs;
  guint n_keys;
  RushExpr **keys; /* (owned) bound to the input */
  guint n_calls;
  RushAggregateCall *calls; /* (owned) */
  RushKeyLayout *layout;    /* (owned) */
  /* What is spilled: a hash (bigint), keys, buffers. */
  RushSchema *spill_schema; /* (owned) */
  /* What comes out: keys and buffers; or, if there are @results, these, bound to keys and results
   * of the calls. */
  RushSchema *output_schema; /* (owned) */
  RushSchema *value_schema;  /* (owned) keys and results; NULL: buffers come out */
  RushExprList *results;     /* (owned) or NULL */
} RushAggregateSpec;

/* @keys: bound, one a field of @key_names; @calls: AGGREGATEs bound to an input whose last columns
 * are the buffers of those that merge, in their order.  @results NULL: buffers come out.  All lists
 * are (transfer none).  UNSUPPORTED: a key of a type that cannot be grouped by. */
RushAggregateSpec *rush_aggregate_spec_new (const RushExprList *keys, const RushExprList *calls,
                                            guint n_input_columns, RushExprList *results,
                                            RushSchema *output_schema, GError **error);
RushAggregateSpec *rush_aggregate_spec_ref (RushAggregateSpec *self);
void rush_aggregate_spec_unref (RushAggregateSpec *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushAggregateSpec, rush_aggregate_spec_unref)

/* Types and names of the buffers of @call; *@n_out of them. */
guint rush_aggregate_buffers (const RushExpr *call, const RushType **types, const char **names,
                              gboolean *nullable);

/* What rush_aggregate_combiner_new () takes as data. */
typedef struct
{
  RushAggregateSpec *spec; /* (unowned) */
  RushEvalContext *eval;   /* (unowned) */
} RushAggregateTask;
RushCombiner *rush_aggregate_combiner_new (gpointer aggregate_task, RushSchema *schema,
                                           RushAllocator *allocator);
