/* beside.h - rows of two RDDs next to each other: what zip and cartesian have in common. */
#pragma once

#include "core/lineage/rdd.h"

/* The columns of @left, then those of @right. */
RushSchema *rush_schema_beside (const RushSchema *left, const RushSchema *right);
/* The next batch that has rows, without a selection; NULL: the end, or @error. */
RushBatch *rush_next_dense_batch (RushIterator *rows, RushTaskContext *ctx, GError **error);
/* Rows [left_start, … + n) of @left beside rows [right_start, … + n) of @right, both without
 * selections; nothing is copied. */
RushBatch *rush_batch_beside (RushSchema *schema, const RushBatch *left, guint left_start,
                              const RushBatch *right, guint right_start, guint n);
