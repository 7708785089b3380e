/* result_limit.h - how much the results of one job may be, before the driver dies of them.
 *
 *   spark.driver.maxResultSize   what a job may bring: beyond it Spark aborts the job
 *   spark.driver.memory          what the driver could hold: beyond it Spark's driver ends with an
 *                                OutOfMemoryError, and all jobs with it; here that job alone ends
 *
 * Ownership:  refers to the configuration, which outlives it.   Threads: immutable.
 * Mirrors:    TaskSetManager.canFetchMoreResults; the driver's Java heap.
 */
#pragma once

#include "core/conf/conf.h"

typedef struct
{
  const RushConf *conf; /* (unowned) */
  gint64 max_bytes;     /* spark.driver.maxResultSize; 0: no limit */
  gint64 heap_bytes;    /* of the driver, less what Spark keeps for itself */
} RushResultLimit;

void rush_result_limit_read (const RushConf *conf, RushResultLimit *out);
/* Whether a job may go on of whose @n_tasks tasks @n_done have brought @bytes; JOB_ABORTED: Spark's
 * sentence, the sum, and what would have sufficed. */
gboolean rush_result_limit_check (const RushResultLimit *self, gint64 bytes, guint n_done,
                                  guint n_tasks, GError **error);
