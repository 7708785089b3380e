/* executor_failures.h - how many executors have failed lately, and how many may.
 *
 * Both YARN and Kubernetes end an application whose executors fail again and again: more often than
 * spark.executor.maxNumFailures, or, if that is not set, than twice the number of executors (and
 * 3). With spark.executor.failuresValidityInterval only failures count that are not longer ago.
 *
 * Mirrors: org.apache.spark.deploy.ExecutorFailureTracker.
 */
#pragma once

#include "core/conf/conf.h"

typedef struct
{
  gint64 validity_us; /* G_MAXINT64: for ever */
  gint64 most;        /* −1: by the number of executors */
  GArray *times;      /* gint64, µs, ascending */
} RushExecutorFailures;

void rush_executor_failures_init (RushExecutorFailures *self, const RushConf *conf);
void rush_executor_failures_clear (RushExecutorFailures *self);
/* @n_executors: what the application wants.  TRUE: these were too many; *out_most: how many may. */
gboolean rush_executor_failures_add (RushExecutorFailures *self, gint64 now_us, guint n_executors,
                                     gint64 *out_most);
