/* collect.h - all rows of an RDD, in the driver.
 *
 * Everything has to fit: spark.driver.maxResultSize ends a job that brings too much.
 *
 * Mirrors: RDD.collect.
 */
#pragma once

#include "rdd/context.h"

/* RushBatch *, in the order of the partitions.  NULL with @error. (transfer full) */
GPtrArray *rush_rdd_collect (RushContext *context, RushRdd *rdd, GError **error);
/* @job: what surrounds it, or NULL. */
GPtrArray *rush_rdd_collect_with (RushContext *context, RushRdd *rdd, const RushJobOptions *job,
                                  GError **error);
