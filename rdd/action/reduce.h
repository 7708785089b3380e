/* reduce.h - all rows folded into one, first in each partition, then in the driver.
 *
 * The function must be associative and commutative: in which order rows meet is not said.  After a
 * failure tasks may still call it for a moment: its data must be there until the context stops.
 *
 * Mirrors: RDD.reduce, RDD.fold.
 */
#pragma once

#include "rdd/context.h"
#include "rdd/row.h"

/* A batch of one row; INVALID_ARGUMENT "empty collection" if there is no row. (transfer full) */
RushBatch *rush_rdd_reduce (RushContext *context, RushRdd *rdd, RushRowReduce func, gpointer data,
                            GError **error);
/* @zero: a batch of one row, folded into every partition and into the end result once. */
RushBatch *rush_rdd_fold (RushContext *context, RushRdd *rdd, RushBatch *zero, RushRowReduce func,
                          gpointer data, GError **error);
