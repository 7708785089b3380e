/* percentile_heap_private.h - the median of numbers that come one by one.
 *
 * Ownership:  whoever made it.   Threads: one.
 * Mirrors:    org.apache.spark.util.collection.PercentileHeap, at 0.5.
 */
#pragma once

#include <glib.h>

typedef struct _RushPercentileHeap RushPercentileHeap;

RushPercentileHeap *rush_percentile_heap_new (void);
void rush_percentile_heap_free (RushPercentileHeap *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushPercentileHeap, rush_percentile_heap_free)
void rush_percentile_heap_insert (RushPercentileHeap *self, gint64 value);
guint rush_percentile_heap_size (const RushPercentileHeap *self);
/* Of n sorted numbers the one at n / 2, counted from 0: the upper one if there are two in the
 * middle.  There must be one. */
gint64 rush_percentile_heap_median (const RushPercentileHeap *self);
