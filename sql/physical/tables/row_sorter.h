/* row_sorter.h - rows in order, more of them than memory may hold.
 *
 * Interface:  insert () batches, then next () until NULL.
 * Ownership:  registers a memory consumer with the task for as long as it lives.
 * Threads:    one, the task's runner.
 * Mirrors:    org.apache.spark.util.collection.unsafe.sort.UnsafeExternalSorter.
 */
#pragma once

#include "core/lineage/task_context.h"
#include "sql/physical/tables/sort_order.h"

typedef struct _RushRowSorter RushRowSorter;

/* @orders: SORT_ORDERs bound to the columns of @schema. */
RushRowSorter *rush_row_sorter_new (RushSchema *schema, RushExprList *orders, RushTaskContext *ctx,
                                    RushEvalContext *eval);
void rush_row_sorter_free (RushRowSorter *self);
gboolean rush_row_sorter_insert (RushRowSorter *self, RushBatch *batch, GError **error);
RushBatch *rush_row_sorter_next (RushRowSorter *self, GError **error);
gint64 rush_row_sorter_spilled_bytes (const RushRowSorter *self);
/* The most that it held at a time. */
gint64 rush_row_sorter_peak_bytes (const RushRowSorter *self);
