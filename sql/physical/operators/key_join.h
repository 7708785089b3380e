/* key_join.h - joining all rows of one key, more of them than memory may hold. */
#pragma once

#include "sql/physical/tables/join_probe.h"
#include "sql/physical/tables/row_array.h"

/* @build has the rows of the side that is not streamed; takes it and @streamed over.  All rows have
 * the same key.  @part_bytes: how much of @build is looked at at a time. */
RushIterator *rush_key_join_new (RushJoinSpec *spec, const RushExprList *build_keys,
                                 RushSchema *build_schema, RushRowArray *build,
                                 RushIterator *streamed, gint64 part_bytes, RushTaskContext *ctx,
                                 RushEvalContext *eval);
