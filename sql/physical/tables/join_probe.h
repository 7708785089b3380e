/* join_probe.h - the streamed side of a join: batches in, joined batches out.
 *
 *   streamed row   its group in the table   pairs (streamed row, build row)   condition   output
 *        0         1                        (0, 4) (0, 9)                     no, yes     0 ⋈ 9
 *        1         none                     outer: (1, –)                                 1 ⋈ null
 *
 * Ownership:  a spec is immutable and shared; a probe belongs to its task.
 * Mirrors:    HashJoin, BroadcastNestedLoopJoinExec.
 */
#pragma once

#include "core/lineage/iterator.h"
#include "sql/physical/tables/join_table.h"
#include "sql/plan/logical.h"

typedef struct
{
  RushRefCount refs;
  RushJoinType type;
  gboolean build_left; /* the table has the left side's rows */
  gboolean null_aware; /* NOT IN: one null on the build side, and no row is left */
  guint n_left;        /* columns of the left side */
  RushExprList *keys;  /* (owned) bound to the streamed side; empty: every row matches */
  RushExpr *condition; /* (owned) bound to left and right columns, or NULL */
  RushSchema *pairs;   /* (owned) left columns, right columns */
  RushSchema *output;  /* (owned) the same; LEFT_SEMI, LEFT_ANTI: left's; EXISTENCE: and one */
  guint8 *wanted;      /* (owned) [pairs' columns] whether someone reads it of what comes out; or
                          NULL: all are read */
} RushJoinSpec;

RushJoinSpec *rush_join_spec_ref (RushJoinSpec *self);
void rush_join_spec_unref (RushJoinSpec *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushJoinSpec, rush_join_spec_unref)

/* Takes over @streamed; @table is referenced.  Rows of the build side that no streamed row has
 * matched come at the end, where the type of join keeps them: only where one task sees all streamed
 * rows that could match. */
RushIterator *rush_join_probe_new (RushJoinSpec *spec, RushJoinTable *table, RushIterator *streamed,
                                   RushTaskContext *ctx, RushEvalContext *eval);
