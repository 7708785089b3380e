/* merge_join.h - joining two sorted inputs. */
#pragma once

#include "sql/physical/tables/join_probe.h"

/* Both inputs are ordered by their keys, ascending, nulls first.  @spec: which side streams, as in
 * join_probe.h; @build_keys are bound to the other side.  Takes over both iterators. */
RushIterator *rush_merge_join_new (RushJoinSpec *spec, const RushExprList *build_keys,
                                   RushSchema *build_schema, RushIterator *streamed,
                                   RushIterator *build, RushTaskContext *ctx,
                                   RushEvalContext *eval);
