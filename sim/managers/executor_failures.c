/* executor_failures.c - times of failures, oldest first; what is too old falls off at the front. */
#include "sim/managers/executor_failures.h"

static gint64
either_int (const RushConf *conf, const char *key, const char *older_key, gint64 neither)
{
  if (rush_conf_contains (conf, key))
    return rush_conf_get_int (conf, key);
  return rush_conf_contains (conf, older_key) ? rush_conf_get_int (conf, older_key) : neither;
}

static gint64
either_time (const RushConf *conf, const char *key, const char *older_key, gint64 neither)
{
  if (rush_conf_contains (conf, key))
    return rush_conf_get_time_us (conf, key);
  return rush_conf_contains (conf, older_key) ? rush_conf_get_time_us (conf, older_key) : neither;
}

void
rush_executor_failures_init (RushExecutorFailures *self, const RushConf *conf)
{
  self->most =
      either_int (conf, "spark.executor.maxNumFailures", "spark.yarn.max.executor.failures", -1);
  self->validity_us = either_time (conf, "spark.executor.failuresValidityInterval",
                                   "spark.yarn.executor.failuresValidityInterval", G_MAXINT64);
  self->times = g_array_new (FALSE, FALSE, sizeof (gint64));
}

void
rush_executor_failures_clear (RushExecutorFailures *self)
{
  g_clear_pointer (&self->times, g_array_unref);
}

gboolean
rush_executor_failures_add (RushExecutorFailures *self, gint64 now_us, guint n_executors,
                            gint64 *out_most)
{
  guint n_old = 0;

  while (n_old < self->times->len &&
         g_array_index (self->times, gint64, n_old) < now_us - self->validity_us)
    n_old++;
  g_array_remove_range (self->times, 0, n_old);
  g_array_append_val (self->times, now_us);
  *out_most = self->most >= 0 ? self->most : MAX (3, 2 * (gint64)n_executors);
  return self->times->len > *out_most;
}
