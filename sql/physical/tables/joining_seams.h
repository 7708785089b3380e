/* joining_seams.h - the cores of two joins, which another file can take.
 *
 *   hash join         rows of the build side in a table, by hash; streamed rows look into it
 *   sort-merge join   both sides sorted by their keys, a finger on each
 *
 *   streamed  k             build  k              pairs (streamed, build)
 *         0   7               0    9              (0, 1) (0, 2)       7 = 7, twice
 *         1   null            1    7              (1, –)              a left outer join keeps it
 *         2   3               2    7              (2, –)
 *                             3    null           null = null is not true: no pair
 *
 * A join is called once in a task, with all rows of both sides.  It adds pairs of row numbers; the
 * engine makes rows of them, with nulls where there is no row.  The streamed side is the one whose
 * rows come out in order; which of the two that is, and whether it is the left one, follows from
 * the plan and does not matter here: ask what is kept.
 *
 *   static const RushJoinCore mine = { "mine", join };
 *   RUSH_PLUGIN (RUSH_HASH_JOIN_PART (&mine));
 *
 * Joins with more conditions than equal keys, NOT IN and EXISTS within OR stay with the engine. 
 * Its own joins stream a batch at a time, spill what is too large and know the layout of keys
 * (join_probe.c, operators/merge_join.c); they do not go through this seam.
 *
 * Threads: a join belongs to one task; a core keeps no state.
 * Mirrors: org.apache.spark.sql.execution.joins.{HashJoin,SortMergeJoinScanner}.
 */
#pragma once

#include "core/plugin/plugin.h"

RUSH_BEGIN_PUBLIC

typedef enum
{
  RUSH_STREAMED,
  RUSH_BUILD,
} RushJoinSide;

/* What comes out of a join. */
typedef enum
{
  RUSH_JOIN_GIVES_PAIRS,
  RUSH_JOIN_GIVES_MATCHED,   /* LEFT SEMI: (row, –), once, for streamed rows that have a partner */
  RUSH_JOIN_GIVES_UNMATCHED, /* LEFT ANTI: (row, –) for those that have none */
} RushJoinGives;

typedef struct _RushJoinRows RushJoinRows;

#define RUSH_NO_PARTNER G_MAXUINT32

guint rush_join_rows_n (const RushJoinRows *self, RushJoinSide side);
RushJoinGives rush_join_rows_gives (const RushJoinRows *self);
/* PAIRS: does a row of that side come out without a partner, too?  LEFT, RIGHT, FULL OUTER. */
gboolean rush_join_rows_keeps (const RushJoinRows *self, RushJoinSide side);

/* Is a key of the row null? */
gboolean rush_join_rows_has_null (const RushJoinRows *self, RushJoinSide side, guint row);
/* Of all keys: equal keys have equal hashes, and others seldom have. */
guint64 rush_join_rows_hash (const RushJoinRows *self, RushJoinSide side, guint row);
/* −1, 0, 1: the keys of a streamed row against those of a build row, in the order in which a
 * sort-merge join's sides are sorted.  Nulls come first, and equal each other here. */
gint rush_join_rows_compare (const RushJoinRows *self, guint streamed, guint build);

/* One of the two may be RUSH_NO_PARTNER.  A pair that cannot be, or for which there is no memory,
 * fails the task when the join returns. */
void rush_join_rows_add (RushJoinRows *self, guint32 streamed, guint32 build);

typedef struct
{
  const char *name;
  void (*join) (RushJoinRows *rows);
} RushJoinCore;

#define RUSH_HASH_JOIN_PART(core) RUSH_PLUGIN_PART ("hash-join", HASH_JOIN, RushJoinCore, core)
#define RUSH_SORT_MERGE_JOIN_PART(core)                                                            \
  RUSH_PLUGIN_PART ("sort-merge-join", SORT_MERGE_JOIN, RushJoinCore, core)

RUSH_END_PUBLIC
