/* joins.h - rows of two children that belong together.
 *
 *   broadcast hash     the build side is a table that all tasks have; the other side streams by
 *   shuffled hash      both sides are spread by the keys; each task makes a table of its build side
 *   sort merge         … and sorted by them: two cursors
 *   nested loop        no equal keys: every streamed row meets every row of a broadcast side
 *   cartesian          … and neither side is small: every partition meets every partition
 */
#pragma once

#include "sql/physical/exec.h"

typedef enum
{
  RUSH_JOIN_EXEC_BROADCAST_HASH,
  RUSH_JOIN_EXEC_SHUFFLED_HASH,
  RUSH_JOIN_EXEC_SORT_MERGE,
  RUSH_JOIN_EXEC_NESTED_LOOP,
  RUSH_JOIN_EXEC_CARTESIAN,
} RushJoinForm;

typedef struct
{
  RushJoinForm form;
  RushJoinType type;
  gboolean build_left;                  /* hash and nested loop */
  gboolean null_aware;                  /* BROADCAST_HASH, LEFT_ANTI */
  gboolean is_hinted;                   /* the user asked for this form: it stays */
  gboolean is_skewed;                   /* AQE has split partitions of it */
  RushExprList *left_keys, *right_keys; /* of equal length; empty: nested loop, cartesian */
  RushExpr *condition;                  /* over both sides' columns, or NULL */
  RushExpr *exists;                     /* EXISTENCE: the attribute; or NULL */
} RushJoin;

/* Takes over what is in @join, and the children. */
RushExec *rush_join_exec_new (const RushJoin *join, RushExec *left, RushExec *right);
/* A copy with other children (taken over), of whose columns those in @wanted alone are read: the
 * others hold nulls. */
RushExec *rush_join_exec_narrow (const RushExec *self, RushExec *const *children,
                                 const RushExprIdSet *wanted);
gboolean rush_exec_is_join (const RushExec *self);
const RushJoin *rush_join_exec_get (const RushExec *self);
void rush_join_clear (RushJoin *self);
RushJoin rush_join_share (const RushJoin *self); /* with refs of its own */
