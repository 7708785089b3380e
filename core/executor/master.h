/* master.h - master URLs.
 *
 *   local          1 slot, 1 attempt             local[N]     N slots          local[*]  all cores
 *   local[N,F]     N slots, F attempts           local[*,F]
 *   local-cluster[E,C,M]   E executors of C cores and M MiB each, spark.task.maxFailures attempts
 *
 * Anything else is refused with a sentence that says what there is and what the URL would need.
 * Mirrors: SparkMasterRegex in org.apache.spark.SparkContext.
 */
#pragma once

#include "core/base/error.h"

typedef struct
{
  gboolean is_cluster;     /* local-cluster */
  guint n_executors;       /* 1 for local */
  guint cores;             /* of each executor */
  gint64 executor_mib;     /* local-cluster; 0: from the configuration */
  guint max_task_failures; /* 0: spark.task.maxFailures */
} RushMaster;

gboolean rush_master_parse (const char *url, RushMaster *out, GError **error);
