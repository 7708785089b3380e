/* speculation.c - a task that takes much longer than the others gets a copy; the first to end wins.
 *
 *     t0 ████████ 8 s                       nine of ten have ended, the median is 8 s
 *     …
 *     t8 █████████ 9 s
 *     t9 ████████████████████████▌ 24 s     longer than 3 × 8 s: a copy may start elsewhere
 *        copy of t9              ███████    it wins: the other one is asked to stop
 *
 * Most often it is not the task that is slow but the machine: so the copy goes to a host where no
 * attempt at the task has been.  It asks for a place as any waiting task does, after those that
 * have no attempt at all.
 *
 * When is a task slow?  Once max (⌊quantile × tasks⌋, 1) of its set have succeeded, a task that
 * has run longer than max (multiplier × median, minTaskRuntime).  Sets of few tasks never learn
 * what is usual; for those, if they would fit on one executor, task.duration.threshold says what is
 * too long.  Barrier stages are never speculated: one copy alone would meet nobody.
 *
 * A task that takes long as there is much for it to read is no straggler: one that reads records
 * as fast as those that have succeeded did (efficiency.processRateMultiplier of their mean rate) is
 * left alone until it has run longRunTaskFactor times as long.  Where the backend cannot say how
 * far a task is, its rate is 0.
 *
 * A task is copied before that if its executor is being decommissioned and will be gone, as far as
 * one knows, when the task would end (spark.executor.decommission.killInterval).
 *
 * The loser is killed, which does not count as a failure; if it succeeds before it hears of that,
 * it is told of as killed, too: a task succeeds once.
 *
 * It is looked every spark.speculation.interval, by a timer that stands only while some set has
 * tasks that could come out slow, and there are two hosts, or may be.  A look goes to those tasks
 * alone that have run for too long (watched_tasks.c).
 */
#include "core/scheduler/task_scheduler_private.h"

#include <math.h>

/* ---- a set ---- */

/* ⌊quantile × tasks⌋, at least one. */
static guint
min_finished (const RushTaskSet *set, const RushSpeculation *settings)
{
  return MAX ((guint)floor (settings->quantile * set->seen.n_tasks), 1);
}

/* Enough of the set have succeeded to know how long a task of it takes. */
static gboolean
knows_usual_time (const RushTaskSet *set, const RushSpeculation *settings)
{
  return rush_percentile_heap_size (set->durations) >= min_finished (set, settings);
}

/* How long a task of the set may run, in ms; negative: that cannot be said yet. */
static double
threshold_of (const RushTaskSet *set, const RushTaskSetShared *shared)
{
  const RushSpeculation *settings = &shared->speculation;

  if (set->zombie || set->durations == NULL)
    return -1;
  if (set->seen.n_tasks == 1 && settings->threshold_ms < 0)
    return -1;
  if (knows_usual_time (set, settings))
    return MAX (settings->multiplier * (double)rush_percentile_heap_median (set->durations),
                (double)settings->min_runtime_ms);
  if (settings->threshold_ms >= 0 &&
      set->seen.n_tasks <= rush_executor_registry_most_slots (shared->registry))
    return (double)settings->threshold_ms;
  return -1;
}

/* Tasks with one attempt, and nobody waits to copy them. */
static gboolean
has_single_attempts (const RushTaskSet *set)
{
  guint n_waiting = set->copies != NULL ? set->copies->n_pending : 0;

  return set->seen.n_running > 2 * set->n_copies + n_waiting;
}

static void
post_submitted (RushTaskScheduler *self, const RushTaskSet *set, guint index)
{
  if (!rush_event_bus_has_listeners (self->bus))
    return;
  RushEvent *event = rush_event_new (RUSH_EVENT_SPECULATIVE_TASK_SUBMITTED);
  event->speculative_task_submitted.stage_id = set->seen.stage_id;
  event->speculative_task_submitted.stage_attempt = set->seen.stage_attempt;
  event->speculative_task_submitted.index = index;
  event->speculative_task_submitted.partition = set->partitions[index];
  rush_event_bus_post (self->bus, event);
}

static void
want_copy (RushTaskScheduler *self, RushTaskSet *set, RushAttempt *attempt)
{
  rush_watched_tasks_remove (&set->watched, attempt);
  rush_task_set_want_copy (set, attempt->index, &self->shared);
  post_submitted (self, set, attempt->index);
  rush_task_scheduler_update_waiting (self, set);
  self->offer_all = TRUE;
}

/* ---- too long, but not too slowly ---- */

static double
records_per_us (gint64 records, gint64 run_us)
{
  return records > 0 && run_us > 0 ? (double)records / (double)run_us : 0;
}

static gboolean
reads_slowly (RushTaskScheduler *self, const RushTaskSet *set, const RushAttempt *attempt)
{
  RushBackend *backend = self->backend;
  double usual = records_per_us (set->rate.records, set->rate.run_us);
  gint64 records, run_us;

  if (usual == 0 || backend->klass->task_progress == NULL ||
      !backend->klass->task_progress (backend, attempt->executor->id, attempt->task_id, &records,
                                      &run_us))
    return TRUE;
  return records_per_us (records, run_us) < usual * self->shared.speculation.rate_multiplier;
}

/* Whether a task that has run for longer than @threshold_ms gets a copy; if not, when to look at it
 * again. */
static gboolean
is_straggler (RushTaskScheduler *self, const RushTaskSet *set, const RushAttempt *attempt,
              double threshold_ms, gint64 now_ms, gint64 *out_look_ms)
{
  const RushSpeculation *settings = &self->shared.speculation;
  double long_ms = settings->long_run_factor * threshold_ms;

  if (!settings->looks_at_rate || !knows_usual_time (set, settings) ||
      (double)(now_ms - attempt->launch_ms) > long_ms || reads_slowly (self, set, attempt))
    return TRUE;
  *out_look_ms =
      MIN (now_ms + settings->rate_interval_ms, attempt->launch_ms + (gint64)long_ms + 1);
  return FALSE;
}

/* ---- a look ---- */

static void
look_at (RushTaskScheduler *self, RushTaskSet *set, RushAttempt *attempt, double threshold_ms,
         gint64 now_ms)
{
  gint64 look_ms = attempt->launch_ms + (gint64)threshold_ms + 1;

  if (!rush_task_set_may_copy (set, attempt->index))
    return; /* it is done, and has been asked to stop */
  if (look_ms > now_ms || !is_straggler (self, set, attempt, threshold_ms, now_ms, &look_ms))
    rush_watched_tasks_add_again (&set->watched, attempt, look_ms);
  else
    want_copy (self, set, attempt);
}

static void
check_set (RushTaskScheduler *self, RushTaskSet *set, gint64 now_ms)
{
  double threshold_ms = threshold_of (set, &self->shared);
  RushAttempt *attempt;

  if (threshold_ms < 0)
    return;
  while ((attempt = rush_watched_tasks_take (&set->watched, now_ms, threshold_ms)) != NULL)
    look_at (self, set, attempt, threshold_ms, now_ms);
}

/* If it takes as long as others did, its executor will not be there any more when it ends. */
static gboolean
will_be_cut_short (const RushTaskSet *set, const RushAttempt *attempt,
                   const RushSpeculation *settings)
{
  if (set->zombie || set->durations == NULL || !knows_usual_time (set, settings))
    return FALSE;
  return attempt->executor->draining_since_ms + settings->kill_interval_ms <
         attempt->launch_ms + rush_percentile_heap_median (set->durations);
}

static void
check_draining (RushTaskScheduler *self)
{
  const RushSpeculation *settings = &self->shared.speculation;

  for (guint i = 0; settings->kill_interval_ms >= 0 && i < self->draining->len; i++)
    {
      const RushExecutor *executor = g_ptr_array_index (self->draining, i);

      for (GList *link = executor->running.head; link != NULL; link = link->next)
        {
          RushAttempt *attempt = link->data;

          if (will_be_cut_short (attempt->set, attempt, settings) &&
              rush_task_set_may_copy (attempt->set, attempt->index))
            want_copy (self, attempt->set, attempt);
        }
    }
}

/* ---- the timer ---- */

static gboolean
is_needed (RushTaskScheduler *self)
{
  GHashTableIter iter;
  gpointer sets;

  if (g_hash_table_size (self->shared.registry->hosts) < 2 && !self->executors_may_come)
    return FALSE;
  g_hash_table_iter_init (&iter, self->sets_of_stage);
  while (g_hash_table_iter_next (&iter, NULL, &sets))
    {
      const RushTaskSet *newest =
          g_ptr_array_index ((GPtrArray *)sets, ((GPtrArray *)sets)->len - 1);

      if (threshold_of (newest, &self->shared) >= 0 && has_single_attempts (newest))
        return TRUE;
    }
  return FALSE;
}

void
rush_task_scheduler_set_speculation_timer (RushTaskScheduler *self)
{
  if (!self->shared.speculation.enabled)
    return;
  gboolean needed = is_needed (self);
  if (needed == (self->speculation_timer != 0))
    return;
  if (needed)
    {
      self->speculation_timer = ++*self->next_timer_id;
      self->backend->klass->start_timer (self->backend, self->speculation_timer,
                                         self->shared.speculation.interval_us);
      return;
    }
  self->backend->klass->cancel_timer (self->backend, self->speculation_timer);
  self->speculation_timer = 0;
}

gboolean
rush_task_scheduler_speculation_timer (RushTaskScheduler *self, guint64 timer_id)
{
  if (self->speculation_timer == 0 || timer_id != self->speculation_timer)
    return FALSE;
  g_autoptr (GPtrArray) sets = rush_task_scheduler_all_sets (self);

  self->speculation_timer = 0;
  check_draining (self);
  for (guint i = 0; i < sets->len; i++)
    check_set (self, g_ptr_array_index (sets, i), rush_clock_wall_ms (self->clock));
  return TRUE;
}

/* ---- settings ---- */

static gint64
time_ms_or_none (const RushConf *conf, const char *key)
{
  return rush_conf_contains (conf, key) ? rush_conf_get_time_us (conf, key) / 1000 : -1;
}

void
rush_speculation_init (RushSpeculation *self, const RushConf *conf)
{
  *self = (RushSpeculation){
    .enabled = rush_conf_get_bool (conf, "spark.speculation"),
    .interval_us = rush_conf_get_time_us (conf, "spark.speculation.interval"),
    .multiplier = rush_conf_get_double (conf, "spark.speculation.multiplier"),
    .quantile = rush_conf_get_double (conf, "spark.speculation.quantile"),
    .min_runtime_ms = rush_conf_get_time_us (conf, "spark.speculation.minTaskRuntime") / 1000,
    .kill_interval_ms = time_ms_or_none (conf, "spark.executor.decommission.killInterval"),
    .threshold_ms = time_ms_or_none (conf, "spark.speculation.task.duration.threshold"),
    .looks_at_rate = rush_conf_get_bool (conf, "spark.speculation.efficiency.enabled"),
    .rate_multiplier =
        rush_conf_get_double (conf, "spark.speculation.efficiency.processRateMultiplier"),
    .long_run_factor =
        rush_conf_get_double (conf, "spark.speculation.efficiency.longRunTaskFactor"),
    .rate_interval_ms = rush_conf_get_time_us (conf, "spark.executor.heartbeatInterval") / 1000,
  };
}
