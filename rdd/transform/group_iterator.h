/* group_iterator.h - rows that stand together by key become one row a key.
 *
 *   (key, side, a…, b…) rows, clustered     ──▶     (key, group of a…, group of b…)
 *
 * Without sides there is one group.  A side's group is empty where the key has no row of that side.
 */
#pragma once

#include "core/lineage/iterator.h"
#include "core/lineage/task_context.h"

/* Which columns of the rows make the i-th group. */
typedef struct
{
  guint first_column;
  guint n_columns;
} RushGroupColumns;

typedef struct
{
  RushSchema *schema; /* of the result: the key, and a binary column for each group (owned) */
  gint side_column;   /* says which group a row belongs to; −1: there is only one */
  guint n_groups;
  RushGroupColumns groups[2];
  RushSchema *group_schemas[2]; /* (owned) of the values in a group */
} RushGrouping;

/* Of rows of @rows_schema; group i has @columns[i] and is called @names[i]. */
RushGrouping *rush_grouping_new (RushSchema *rows_schema, gint side_column, guint n_groups,
                                 const RushGroupColumns *columns, const char *const *names);
void rush_grouping_free (gpointer grouping);

/* Takes over @rows. */
RushIterator *rush_group_iterator_new (RushIterator *rows, const RushGrouping *grouping,
                                       RushTaskContext *ctx);
