/* combining_seam.h - how the keys of a map-side aggregate find their groups: a decision that
 * another file can take.
 *
 *   select k, sum (v) … group by k
 *
 *   rows of a map task ─▶ key ─▶ number of its group ─▶ sum += v        one row a group is shuffled
 *                               └─ this seam ─┘
 *
 * The engine keeps keys and sums; a plug-in's table says which group a row belongs to, and asks for
 * new groups.  Only the partial aggregate asks it, the one ahead of the shuffle.  Its table may be
 * wasteful: two groups of one key become one behind the shuffle.  But rows of different keys in one
 * group give a wrong answer.
 *
 *   static const RushCombineTable mine = { "mine", create, find, clear, destroy };
 *   RUSH_PLUGIN (RUSH_PARTIAL_AGGREGATE_PART (&mine));
 *
 * The engine's own table does the same for hash joins and final aggregates, with what it knows of
 * its rows' layout (group_table.c); it does not go through this seam.
 *
 * Threads: a table belongs to one task.
 * Mirrors: org.apache.spark.sql.execution.aggregate.HashAggregateExec with mode Partial,
 *          org.apache.spark.unsafe.map.BytesToBytesMap.
 */
#pragma once

#include "core/plugin/plugin.h"

RUSH_BEGIN_PUBLIC

/* The keys of some rows, and of all groups. */
typedef struct _RushCombineKeys RushCombineKeys;

guint rush_combine_keys_n (const RushCombineKeys *self); /* rows */
/* 64 bits; equal keys have equal hashes (nulls are keys, too), and others seldom have. */
guint64 rush_combine_keys_hash (const RushCombineKeys *self, guint row);
gboolean rush_combine_keys_equal (const RushCombineKeys *self, guint row, guint32 group);
guint32 rush_combine_keys_n_groups (const RushCombineKeys *self);
guint64 rush_combine_keys_group_hash (const RushCombineKeys *self, guint32 group);
/* A new group, with the key of @row.  Its number: groups are 0, 1, 2 … */
guint32 rush_combine_keys_add (RushCombineKeys *self, guint row);

typedef struct
{
  const char *name;
  gpointer (*create) (void);
  /* The group of every row. */
  void (*find) (gpointer table, RushCombineKeys *keys, guint32 *out_groups);
  /* There are no groups any more: they have been handed out, or spilled. */
  void (*clear) (gpointer table);
  void (*destroy) (gpointer table);
} RushCombineTable;

#define RUSH_PARTIAL_AGGREGATE_PART(table)                                                         \
  RUSH_PLUGIN_PART ("partial-aggregate", PARTIAL_AGGREGATE, RushCombineTable, table)

RUSH_END_PUBLIC
