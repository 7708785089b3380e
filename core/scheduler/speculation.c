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
 * A task is copied before that if its executor is being decommissioned and will be gone, as far as
 * one knows, when the task would end (spark.executor.decommission.killInterval).
 *
 * The loser is killed, which does not count as a failure; if it succeeds before it hears of that,
 * it is told of as killed, too: a task succeeds once.
 *
 * Looking costs as much as tasks run, so it is done every spark.speculation.interval, by a timer
 * that stands only while some set has tasks that could come out slow, and there are two hosts, or
 * may be.
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

/* How long a task of the set may run, in ms; negative: that cannot be said yet. */
static double
threshold_of (const RushTaskSet *set, const RushTaskSetShared *shared)
{
  const RushSpeculation *settings = &shared->speculation;

  if (set->zombie || set->durations == NULL)
    return -1;
  if (set->seen.n_tasks == 1 && settings->threshold_ms < 0)
    return -1;
  if (rush_percentile_heap_size (set->durations) >= min_finished (set, settings))
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

/* If it takes as long as others did, its executor will not be there any more when it ends. */
static gboolean
will_be_cut_short (const RushTaskSet *set, const RushAttempt *attempt,
                   const RushSpeculation *settings)
{
  const RushExecutor *executor = attempt->executor;

  if (settings->kill_interval_ms < 0 || !executor->draining ||
      rush_percentile_heap_size (set->durations) == 0)
    return FALSE;
  return executor->draining_since_ms + settings->kill_interval_ms <
         attempt->launch_ms + rush_percentile_heap_median (set->durations);
}

static void
check_set (RushTaskScheduler *self, RushTaskSet *set)
{
  double threshold_ms = threshold_of (set, &self->shared);
  gint64 now_ms = rush_clock_wall_ms (self->clock);
  gboolean found = FALSE;

  if (threshold_ms < 0 || !has_single_attempts (set))
    return;
  for (GList *link = set->running.head; link != NULL; link = link->next)
    {
      const RushAttempt *attempt = link->data;

      if ((double)(now_ms - attempt->launch_ms) <= threshold_ms &&
          !will_be_cut_short (set, attempt, &self->shared.speculation))
        continue;
      if (!rush_task_set_may_copy (set, attempt->index))
        continue;
      rush_task_set_want_copy (set, attempt->index, &self->shared);
      post_submitted (self, set, attempt->index);
      found = TRUE;
    }
  if (!found)
    return;
  rush_task_scheduler_update_waiting (self, set);
  self->offer_all = TRUE;
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
  for (guint i = 0; i < sets->len; i++)
    check_set (self, g_ptr_array_index (sets, i));
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
  };
}
