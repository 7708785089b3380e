/* speculation_private.h - copies of tasks that take much longer than the others of their set.
 *
 * Mirrors: checkSpeculatableTasks of org.apache.spark.scheduler.{TaskSchedulerImpl,TaskSetManager}.
 */
#pragma once

#include "core/conf/conf.h"
#include "core/scheduler/percentile_heap_private.h"

/* What the configuration says. */
typedef struct
{
  gboolean enabled;
  gint64 interval_us;
  double multiplier;
  double quantile;
  gint64 min_runtime_ms;
  gint64 kill_interval_ms; /* a decommissioned executor has that long; −1: not known */
  gint64 threshold_ms;     /* a time that is too long whatever others took; −1: there is none */
  gboolean looks_at_rate;  /* a task that reads as fast as the others is left alone for a while */
  double rate_multiplier;
  double long_run_factor;
  gint64 rate_interval_ms; /* how often the rate of one task is asked for */
} RushSpeculation;

/* Records read in so much time, by one task or by many. */
typedef struct
{
  gint64 records;
  gint64 run_us;
} RushReadingRate;

void rush_speculation_init (RushSpeculation *self, const RushConf *conf);
