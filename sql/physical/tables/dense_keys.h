/* dense_keys.h - a join's keys that are whole numbers close together: an array, and no hash.
 *
 *   rows      0    1    2    3    4         key − low   0    1    2    3
 *   key      101  104   –   103  101        group       0    –    2    1
 *   group     0    1    –    2    0           (low = 101)
 *
 * Identifiers are numbered from 1 on, as a rule, so most tables of a join are such.  A row is
 * looked up by one load; rows that come in the order of their key find theirs side by side, which
 * no hash would leave so.
 *
 * Ownership:  belongs to its join table; immutable once made.   Threads: any.
 * Mirrors:    LongToUnsafeRowMap's dense mode; "perfect hash join" of DuckDB.
 */
#pragma once

#include "sql/kernels/eval_context.h"

typedef struct _RushDenseKeys RushDenseKeys;

/* Numbers the groups of @key's rows, 0, 1, 2 … in the order in which they are first seen:
 * @out_groups[key's length], RUSH_NO_GROUP for nulls.  NULL: the keys are of another type or too
 * far apart, or there is no room; nothing has been written then that counts. */
RushDenseKeys *rush_dense_keys_new (const RushColumn *key, guint32 *out_groups,
                                    RushAllocator *allocator);
void rush_dense_keys_free (RushDenseKeys *self);
/* @out_groups[i]: of the i-th row that counts, or RUSH_NO_GROUP. */
void rush_dense_keys_find (const RushDenseKeys *self, const RushColumn *key, const RushRows *rows,
                           guint32 *out_groups);
guint rush_dense_keys_n_groups (const RushDenseKeys *self);
gsize rush_dense_keys_memory_bytes (const RushDenseKeys *self);
