/* count.h - how many rows there are; only numbers come to the driver.
 *
 * Mirrors: RDD.count.
 */
#pragma once

#include "rdd/context.h"

gint64 rush_rdd_count (RushContext *context, RushRdd *rdd, GError **error); /* −1 with @error */
/* @job: what surrounds it, or NULL. */
gint64 rush_rdd_count_with (RushContext *context, RushRdd *rdd, const RushJobOptions *job,
                            GError **error);
