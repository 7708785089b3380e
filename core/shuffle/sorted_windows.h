/* sorted_windows.h - the sorted rows of a row buffer in batches of bearable size.
 *
 * Threads: one.
 */
#pragma once

#include "core/shuffle/row_buffer.h"
#include "core/shuffle/slice_meter.h"

RUSH_BEGIN_PUBLIC

typedef struct
{
  RushRowBuffer *rows;         /* sorted */
  const RushSliceMeter *meter; /* has counted them, into sizes */
  const RushSliceSize *sizes;  /* [n_partitions] */
  guint n_partitions;
} RushSortedRows;

/* @window begins at row @first of the order.  (transfer full: @window) */
typedef gboolean (*RushWindowFunc) (RushBatch *window, guint64 first, gpointer data,
                                    GError **error);

/* Gathers the rows window by window, in their order, charged to @allocator. */
gboolean rush_sorted_rows_for_each_window (const RushSortedRows *self, RushAllocator *allocator,
                                           RushWindowFunc func, gpointer data, GError **error);

RUSH_END_PUBLIC
