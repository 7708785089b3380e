/* take_ordered.h - the first rows in an order, in one pass: a task keeps no more than it may hand
 * over.
 *
 * Mirrors: RDD.takeOrdered (and, with the order turned round, RDD.top).
 */
#pragma once

#include "rdd/context.h"
#include "rdd/row.h"

/* At most @n rows, the first in the order of @compare first; those that compare equal in the order
 * of the RDD.  RushBatch *; NULL with @error. (transfer full) */
GPtrArray *rush_rdd_take_ordered (RushContext *context, RushRdd *rdd, guint n,
                                  RushRowCompare compare, gpointer data, GError **error);
