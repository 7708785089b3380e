/* join_table.h - the build side of a join: all its rows as columns, found by key.
 *
 *   columns      rows 0 … n − 1, concatenated         groups (keys)      rows of group g:
 *                │ k │ v │                            0  "a"             order[starts[g] …]
 *              0 │ a │ 1 │                            1  "b"
 *              1 │ b │ 2 │                                               0: 0 2    1: 1
 *              2 │ a │ 3 │
 *              3 │ – │ 4 │  a null key: in no group
 *
 * Where no key comes twice the number of a group is that of its row, and both arrays are left out.
 * Without keys (nested loops) there are only the columns.  A single key of whole numbers that lie
 * close together needs no hash (dense_keys.h).
 *
 * Ownership:  refcounted; immutable once made.   Threads: any.
 * Mirrors:    org.apache.spark.sql.execution.joins.HashedRelation.
 */
#pragma once

#include "sql/evaluate/evaluate.h"
#include "sql/physical/tables/dense_keys.h"
#include "sql/physical/tables/group_table.h"

typedef struct
{
  RushRefCount refs;
  RushSchema *schema;       /* (owned) */
  RushAllocator *allocator; /* (owned) */
  guint n_rows;
  RushColumn **columns;   /* (owned) */
  RushGroupTable *groups; /* (owned) NULL: no keys, or dense ones */
  RushDenseKeys *dense;   /* (owned) or NULL */
  guint32 *starts;        /* [n_groups + 1], or NULL: no key comes twice */
  guint32 *order;         /* rows, group after group; NULL with starts */
  guint n_in_groups;
  gboolean has_null_key;
} RushJoinTable;

/* @batches: RushBatch; @keys: bound to their columns, may be empty. */
RushJoinTable *rush_join_table_new (GPtrArray *batches, RushSchema *schema,
                                    const RushExprList *keys, RushEvalContext *eval,
                                    RushAllocator *allocator, GError **error);
RushJoinTable *rush_join_table_ref (RushJoinTable *self);
void rush_join_table_unref (RushJoinTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushJoinTable, rush_join_table_unref)
gsize rush_join_table_memory_bytes (const RushJoinTable *self);

/* The groups that @keys, one column a key, belong to, or RUSH_NO_GROUP.  FALSE: see
 * rush_group_table_find (). */
gboolean rush_join_table_find (const RushJoinTable *self, RushColumn *const *keys,
                               const RushRows *rows, guint32 *out_groups, GError **error);

/* The rows that @group has: *out_first of them in *out_rows, or, where that is NULL, the rows
 * from *out_first on. */
static inline guint
rush_join_table_matches (const RushJoinTable *self, guint32 group, const guint32 **out_rows,
                         guint32 *out_first)
{
  if (group == RUSH_NO_GROUP)
    return 0;
  *out_first = group;
  *out_rows = NULL;
  if (self->starts == NULL)
    return 1;
  *out_rows = self->order + self->starts[group];
  return self->starts[group + 1] - self->starts[group];
}
