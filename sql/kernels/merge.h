/* merge.h - one column out of several, each of which has the values of some rows: CASE, COALESCE.
 *
 *   CASE WHEN a > 0 THEN x ELSE y END       rows 0 2 3 from x, rows 1 4 from y
 */
#pragma once

#include "sql/kernels/columns.h"

typedef struct
{
  RushColumnWriter writer; /* fixed width: filled in as columns come */
  GPtrArray *sources;      /* others: RushColumn (owned), gathered at the end */
  RushRowId *picks;        /* [length] where each row stands */
} RushMerge;

/* Rows that nobody adds are null. */
gboolean rush_merge_init (RushMerge *self, const RushType *type, guint length,
                          RushAllocator *allocator, GError **error);
/* Rows @rows of @column, which has the type's storage. */
gboolean rush_merge_add (RushMerge *self, RushColumn *column, const RushRows *rows, GError **error);
RushColumn *rush_merge_finish (RushMerge *self, GError **error);
void rush_merge_clear (RushMerge *self); /* zeroed is fine */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RushMerge, rush_merge_clear)
