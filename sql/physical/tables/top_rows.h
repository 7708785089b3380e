/* top_rows.h - the first rows in an order, without sorting all.
 *
 * Rows are taken in as they come; whenever there are many more than are wanted, they are sorted and
 * the rest is dropped.  Memory: that of about two times the rows wanted, from the allocator.
 *
 * Threads:  one.
 * Mirrors:  org.apache.spark.util.BoundedPriorityQueue, as TakeOrderedAndProject uses it.
 */
#pragma once

#include "sql/physical/tables/sort_order.h"

typedef struct _RushTopRows RushTopRows;

/* @orders: SORT_ORDERs bound to the columns of @schema. */
RushTopRows *rush_top_rows_new (RushSchema *schema, RushExprList *orders, guint64 n,
                                RushEvalContext *eval);
void rush_top_rows_free (RushTopRows *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushTopRows, rush_top_rows_free)
gboolean rush_top_rows_insert (RushTopRows *self, RushBatch *batch, GError **error);
/* In order: RushBatch. (transfer full) */
GPtrArray *rush_top_rows_finish (RushTopRows *self, GError **error);
