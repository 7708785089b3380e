/* take.h - the first rows, without computing more partitions than it takes to find them.
 *
 * It begins with one partition, and when that has too few rows takes more in ever larger jobs: an
 * action that is several jobs.
 *
 * Mirrors: RDD.take, RDD.first.
 */
#pragma once

#include "rdd/context.h"

/* At most @n rows, in order, as RushBatch *.  NULL with @error. (transfer full) */
GPtrArray *rush_rdd_take (RushContext *context, RushRdd *rdd, guint n, GError **error);
/* A batch of one row; INVALID_ARGUMENT "empty collection". (transfer full) */
RushBatch *rush_rdd_first (RushContext *context, RushRdd *rdd, GError **error);
