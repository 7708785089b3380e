/* task_scheduler.c - which task sets there are, which tasks run where, and what a loss undoes.
 *
 *      submit ──▶ ┌ task sets ──────────┐            ┌ executors ─────────┐
 *                 │ 0.0  zombie, 2 run  │            │ "1"  ▪▪▪▫          │
 *                 │ 0.1  41 pending     │ ──offer──▶ │ "2"  ▪▪▪▪          │
 *                 │ 3.0  7 pending      │            │ "3"  dead          │
 *                 └─────────────────────┘            └────────────────────┘
 *                        ▲        task id → attempt         │
 *                        └──────────── ended ───────────────┘
 *
 * A task id is known here from its launch to its end, and is never used again.  An end of an
 * unknown task is therefore a duplicate, or comes from an executor that has been given up, and is
 * dropped: whatever it says has been decided without it.
 *
 * Invariants:  a running attempt stands in `attempts`, in its set and in its executor.  At most one
 *              set of a stage is live.  `waiting` holds the live sets with pending tasks, sorted.
 */
#include "core/scheduler/task_scheduler_private.h"

#define SHUFFLE_SEED 0x5eed
#define FORCE_KILL "spark.executor.decommission.forceKillTimeout"

/* ---- the sets ---- */

static GPtrArray *
sets_of (RushTaskScheduler *self, gint stage_id)
{
  return g_hash_table_lookup (self->sets_of_stage, GINT_TO_POINTER (stage_id));
}

/* Where @set stands in `waiting`, or would have to. */
static guint
place_in_waiting (RushTaskScheduler *self, const RushTaskSet *set, gboolean *out_there)
{
  guint low = 0, high = self->waiting->len;

  *out_there = FALSE;
  if (self->policy->looks_at_running) /* not in order at the moment: offers sort it */
    {
      *out_there = g_ptr_array_find (self->waiting, set, &low);
      return *out_there ? low : high;
    }
  while (low < high)
    {
      guint middle = (low + high) / 2;
      const RushTaskSet *other = g_ptr_array_index (self->waiting, middle);

      if (other == set)
        {
          *out_there = TRUE;
          return middle;
        }
      if (self->policy->compare (&set->seen, &other->seen) < 0)
        high = middle;
      else
        low = middle + 1;
    }
  return low;
}

void
rush_task_scheduler_update_waiting (RushTaskScheduler *self, RushTaskSet *set)
{
  gboolean is_there;
  gboolean should_be = !set->zombie && set->seen.n_pending > 0;
  guint place = place_in_waiting (self, set, &is_there);

  if (should_be && !is_there)
    g_ptr_array_insert (self->waiting, (gint)place, set);
  else if (!should_be && is_there)
    g_ptr_array_remove_index (self->waiting, place);
}

/* To be called after each change of a set; the set may be gone afterwards. */
static void
set_changed (RushTaskScheduler *self, RushTaskSet *set)
{
  gint stage_id = set->seen.stage_id;

  rush_task_scheduler_update_waiting (self, set);
  if (!rush_task_set_is_over (set))
    return;
  if (set->n_done == set->seen.n_tasks)
    rush_health_tracker_set_succeeded (&self->health, set->excludelist);
  g_ptr_array_remove (sets_of (self, stage_id), set);
  if (sets_of (self, stage_id)->len == 0)
    g_hash_table_remove (self->sets_of_stage, GINT_TO_POINTER (stage_id));
  rush_task_set_free (set);
  self->n_sets--;
}

static gint
compare_sets (gconstpointer a, gconstpointer b)
{
  return rush_scheduling_policy_fifo.compare (&(*(RushTaskSet *const *)a)->seen,
                                              &(*(RushTaskSet *const *)b)->seen);
}

GPtrArray *
rush_task_scheduler_all_sets (RushTaskScheduler *self)
{
  GPtrArray *all = g_ptr_array_sized_new (self->n_sets);
  GHashTableIter iter;
  gpointer sets;

  g_hash_table_iter_init (&iter, self->sets_of_stage);
  while (g_hash_table_iter_next (&iter, NULL, &sets))
    g_ptr_array_extend (all, sets, NULL, NULL);
  g_ptr_array_sort (all, compare_sets);
  return all;
}

static void
kill_attempt (RushTaskScheduler *self, const RushAttempt *attempt, const char *reason)
{
  self->backend->klass->kill_task (self->backend, attempt->executor->id, attempt->task_id, reason);
}

static void
kill_attempts (RushTaskScheduler *self, const RushTaskSlot *slot, const char *reason)
{
  if (slot->running != NULL)
    kill_attempt (self, slot->running, reason);
  if (slot->copy != NULL)
    kill_attempt (self, slot->copy, reason);
}

void
rush_task_scheduler_suspend_stage (RushTaskScheduler *self, gint stage_id, const char *kill_reason)
{
  GPtrArray *sets = sets_of (self, stage_id);

  if (sets == NULL)
    return;
  for (guint i = sets->len; i-- > 0;) /* backwards: a set that is over leaves the array */
    {
      RushTaskSet *set = g_ptr_array_index (sets, i);
      gboolean last = sets->len == 1;

      rush_task_set_make_zombie (set);
      for (guint index = 0; kill_reason != NULL && index < set->seen.n_tasks; index++)
        kill_attempts (self, &set->slots[index], kill_reason);
      set_changed (self, set);
      if (last)
        return; /* the array may be gone with it */
    }
}

void
rush_task_scheduler_submit (RushTaskScheduler *self, RushStageWork *work, gint job_id,
                            guint n_tasks, guint *outputs, guint *partitions, char ***locations)
{
  gint stage_id = work->stage_id;

  RushTaskSet *set = rush_task_set_new (work, job_id, n_tasks, outputs, partitions, locations,
                                        &self->shared, rush_clock_now_us (self->clock));
  set->seen.pool = rush_pools_choose (&self->pools, work->properties);
  GPtrArray *sets = sets_of (self, stage_id);
  if (sets == NULL)
    {
      sets = g_ptr_array_new ();
      g_hash_table_insert (self->sets_of_stage, GINT_TO_POINTER (stage_id), sets);
    }
  for (guint i = 0; i < sets->len; i++)
    g_assert (((RushTaskSet *)g_ptr_array_index (sets, i))->zombie);
  g_ptr_array_add (sets, set);
  self->n_sets++;
  rush_task_scheduler_update_waiting (self, set);
  self->offer_all = TRUE;
}

/* ---- a task starts ---- */

void
rush_attempt_describe (const RushAttempt *self, const RushTaskOutcome *outcome, RushTaskInfo *out)
{
  *out = (RushTaskInfo){ .task_id = self->task_id,
                         .index = self->index,
                         .attempt = self->attempt_number,
                         .partition = self->partition,
                         .launch_ms = self->launch_ms,
                         .finish_ms = self->finish_ms,
                         .locality = self->locality,
                         .speculative = self->speculative };
  g_strlcpy (out->executor_id, self->executor->id, sizeof out->executor_id);
  g_strlcpy (out->host, self->executor->host, sizeof out->host);
  if (outcome == NULL)
    return;
  out->killed = outcome->kind == RUSH_OUTCOME_KILLED;
  /* Resubmitted says that a success was of no use: the task itself did not fail. */
  out->failed = !out->killed && outcome->kind != RUSH_OUTCOME_SUCCESS &&
                outcome->kind != RUSH_OUTCOME_RESUBMITTED;
}

static void
post_task_start (RushTaskScheduler *self, const RushTaskSet *set, const RushAttempt *attempt)
{
  if (!rush_event_bus_has_listeners (self->bus))
    return;
  RushEvent *event = rush_event_new (RUSH_EVENT_TASK_START);
  event->task_start.stage_id = set->seen.stage_id;
  event->task_start.stage_attempt = set->seen.stage_attempt;
  rush_attempt_describe (attempt, NULL, &event->task_start.task);
  rush_event_bus_post (self->bus, event);
}

void
rush_task_scheduler_launch (RushTaskScheduler *self, RushTaskSet *set, guint index,
                            RushExecutor *executor, RushLocality locality)
{
  gint64 epoch = rush_map_output_tracker_epoch (self->tracker);
  RushAttempt *attempt = rush_task_set_launch (set, index, executor, locality, self->next_task_id++,
                                               epoch, rush_clock_wall_ms (self->clock));
  RushTask *task = g_new0 (RushTask, 1);

  g_assert (rush_executor_has_room (executor)); /* so it is not excluded */
  g_assert (!rush_excludelist_excludes (set->excludelist, executor));
  self->n_launched++;
  set->launched_at = self->n_offers;
  g_hash_table_insert (self->attempts, &attempt->task_id, attempt);
  g_queue_push_tail_link (&executor->running, &attempt->in_executor);
  rush_executor_registry_take_slot (self->shared.registry, executor);
  rush_task_scheduler_note_idle (self, executor);
  post_task_start (self, set, attempt);

  task->task_id = attempt->task_id;
  task->work = rush_stage_work_ref (set->work);
  task->index = index;
  task->partition = attempt->partition;
  task->attempt_number = attempt->attempt_number;
  task->epoch = epoch;
  task->locality = locality;
  self->backend->klass->launch (self->backend, executor->id, task);
}

/* ---- a task ends ---- */

/* Whatever else runs of the task need not: one success is enough. */
static void
stop_others (RushTaskScheduler *self, const RushTaskSlot *slot)
{
  RushAttempt *others[] = { slot->running, slot->copy };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (others[i] != NULL)
      others[i]->outrun = TRUE;
  kill_attempts (self, slot, "another attempt succeeded");
}

static void
end_attempt (RushTaskScheduler *self, RushAttempt *attempt, RushTaskOutcome *outcome,
             RushTaskEnding *out)
{
  RushTaskSet *set = attempt->set;
  RushExecutor *executor = attempt->executor;

  g_hash_table_remove (self->attempts, &attempt->task_id);
  g_queue_unlink (&executor->running, &attempt->in_executor);
  rush_executor_registry_give_slot (self->shared.registry, executor);
  rush_task_scheduler_note_idle (self, executor);
  rush_task_set_ended (set, attempt, outcome, &self->shared, rush_clock_wall_ms (self->clock), out);
  if (self->executors_may_come && out->outcome->kind == RUSH_OUTCOME_SUCCESS &&
      set->work->kind == RUSH_TASK_SHUFFLE_MAP)
    rush_task_scheduler_note_shuffle (executor, set->work->dependency->shuffle_id);
  if (out->outcome->kind == RUSH_OUTCOME_SUCCESS)
    stop_others (self, &set->slots[out->attempt.index]);
  if (out->outcome->kind == RUSH_OUTCOME_FETCH_FAILED && out->outcome->executor_id != NULL)
    rush_health_tracker_fetch_failed (&self->health, out->outcome->executor_id);
  /* A task that waits again may run on any executor, not just on this one. */
  if (out->outcome->kind != RUSH_OUTCOME_SUCCESS && !set->zombie && set->seen.n_pending > 0)
    self->offer_all = TRUE;
  else if (executor->alive)
    g_ptr_array_add (self->freed, executor);
  set_changed (self, set);
}

gboolean
rush_task_scheduler_task_ended (RushTaskScheduler *self, gint64 task_id, RushTaskOutcome *outcome,
                                RushTaskEnding *out)
{
  RushAttempt *attempt = g_hash_table_lookup (self->attempts, &task_id);

  if (attempt == NULL)
    {
      rush_task_outcome_free (outcome);
      return FALSE;
    }
  end_attempt (self, attempt, outcome, out);
  return TRUE;
}

void
rush_task_scheduler_output_done (RushTaskScheduler *self, gint stage_id, gint stage_attempt,
                                 guint output)
{
  GPtrArray *sets = sets_of (self, stage_id);

  if (sets == NULL)
    return;
  for (guint i = sets->len; i-- > 0;)
    {
      RushTaskSet *set = g_ptr_array_index (sets, i);
      gboolean last = sets->len == 1;

      if (set->seen.stage_attempt == stage_attempt)
        continue;
      const RushTaskSlot *slot = rush_task_set_slot_for (set, output);
      if (slot != NULL)
        kill_attempts (self, slot, "another attempt succeeded");
      rush_task_set_output_done (set, output);
      set_changed (self, set);
      if (last)
        return;
    }
}

void
rush_task_scheduler_output_moved (RushTaskScheduler *self, gint stage_id, guint output,
                                  gint64 task_id)
{
  GPtrArray *sets = sets_of (self, stage_id);

  for (guint i = 0; sets != NULL && i < sets->len; i++)
    rush_task_set_output_moved (g_ptr_array_index (sets, i), output, task_id);
}

/* ---- executors ---- */

void
rush_task_scheduler_recompute_localities (RushTaskScheduler *self)
{
  g_autoptr (GPtrArray) sets = rush_task_scheduler_all_sets (self);

  for (guint i = 0; i < sets->len; i++)
    {
      RushTaskSet *set = g_ptr_array_index (sets, i);

      if (!set->zombie)
        rush_locality_recompute (&set->locality, set->pending, self->shared.registry);
    }
}

gboolean
rush_task_scheduler_executor_registered (RushTaskScheduler *self, const char *id, const char *host,
                                         const char *rack, guint cores)
{
  RushExecutor *executor =
      rush_executor_registry_add (self->shared.registry, id, host, rack, cores);

  if (executor == NULL)
    return FALSE;
  executor->last_seen_us = rush_clock_now_us (self->clock);
  rush_health_tracker_executor_added (&self->health, executor);
  rush_heartbeat_set_timer (self);
  rush_task_scheduler_note_idle (self, executor);
  rush_task_scheduler_recompute_localities (self);
  self->offer_all = TRUE;
  return TRUE;
}

static void
clear_ending (gpointer data)
{
  rush_task_ending_clear (data);
}

/* First what was finished there, then what ran there, as Spark tells it. */
GArray *
rush_task_scheduler_executor_lost (RushTaskScheduler *self, const char *id, const char *reason,
                                   gboolean caused_by_application, gboolean outputs_lost)
{
  RushExecutor *executor = rush_executor_registry_find (self->shared.registry, id);

  if (executor == NULL)
    return NULL;
  GArray *endings = g_array_new (FALSE, FALSE, sizeof (RushTaskEnding));
  g_autoptr (GPtrArray) sets = rush_task_scheduler_all_sets (self);

  g_array_set_clear_func (endings, clear_ending);
  rush_executor_registry_remove (self->shared.registry, executor);
  rush_health_tracker_executor_removed (&self->health, id);
  rush_task_scheduler_cancel_kill (self, executor);
  g_ptr_array_remove (self->draining, executor);
  rush_task_scheduler_note_idle (self, executor);
  rush_heartbeat_set_timer (self);
  for (guint i = 0; outputs_lost && i < sets->len; i++)
    {
      RushTaskSet *set = g_ptr_array_index (sets, i);

      rush_task_set_take_back (set, executor, &self->shared, endings);
      set_changed (self, set);
    }
  while (executor->running.head != NULL)
    {
      RushTaskOutcome *outcome = rush_task_outcome_new (RUSH_OUTCOME_EXECUTOR_LOST, reason);
      RushTaskEnding ending;

      outcome->caused_by_application = caused_by_application;
      end_attempt (self, executor->running.head->data, outcome, &ending);
      g_array_append_val (endings, ending);
    }
  rush_task_scheduler_recompute_localities (self);
  self->offer_all = TRUE;
  return endings;
}

/* ---- life ---- */

static void
free_sets (gpointer data)
{
  g_ptr_array_unref (data);
}

void
rush_task_scheduler_clear (RushTaskScheduler *self)
{
  g_autoptr (GPtrArray) sets = rush_task_scheduler_all_sets (self);

  if (self->locality_timer != 0)
    self->backend->klass->cancel_timer (self->backend, self->locality_timer);
  if (self->speculation_timer != 0)
    self->backend->klass->cancel_timer (self->backend, self->speculation_timer);
  if (self->exclusion_timer != 0)
    self->backend->klass->cancel_timer (self->backend, self->exclusion_timer);
  if (self->heartbeat_timer != 0)
    self->backend->klass->cancel_timer (self->backend, self->heartbeat_timer);
  for (guint i = 0; i < self->shared.registry->all->len; i++)
    rush_task_scheduler_cancel_kill (self, g_ptr_array_index (self->shared.registry->all, i));
  for (guint i = 0; i < sets->len; i++)
    rush_task_set_free (g_ptr_array_index (sets, i));
  g_hash_table_unref (self->sets_of_stage);
  g_hash_table_unref (self->attempts);
  g_ptr_array_unref (self->waiting);
  g_ptr_array_unref (self->freed);
  g_ptr_array_unref (self->draining);
  g_array_unref (self->hopeless);
  g_rand_free (self->shuffle);
  rush_health_tracker_clear (&self->health);
  rush_executor_registry_free (self->shared.registry);
  rush_pools_clear (&self->pools);
}

void
rush_task_scheduler_init (RushTaskScheduler *self, const RushConf *conf, RushBackend *backend,
                          RushEventBus *bus, RushMapOutputTracker *tracker, guint64 *next_timer_id,
                          guint max_task_failures)
{
  gint64 *waits = self->shared.waits.us;

  self->backend = backend;
  self->clock = backend->klass->clock (backend);
  self->bus = bus;
  self->tracker = tracker;
  self->next_timer_id = next_timer_id;
  self->policy = &rush_scheduling_policy_fifo;
  self->shared.locality = &rush_locality_wait_delay;
  rush_pools_init (&self->pools, conf);
  self->shared.registry =
      rush_executor_registry_new ((guint)rush_conf_get_int (conf, "spark.task.cpus"));
  self->shared.max_failures = max_task_failures;
  waits[RUSH_LOCALITY_PROCESS_LOCAL] = rush_conf_get_time_us (conf, "spark.locality.wait.process");
  waits[RUSH_LOCALITY_NODE_LOCAL] = rush_conf_get_time_us (conf, "spark.locality.wait.node");
  waits[RUSH_LOCALITY_RACK_LOCAL] = rush_conf_get_time_us (conf, "spark.locality.wait.rack");
  self->shared.bus = bus;
  rush_speculation_init (&self->shared.speculation, conf);
  rush_exclusion_init (&self->shared.exclusion, conf);
  self->health = (RushHealthTracker){ .settings = &self->shared.exclusion,
                                      .registry = self->shared.registry,
                                      .bus = bus,
                                      .backend = backend,
                                      .clock = self->clock };
  rush_health_tracker_init (&self->health);
  g_queue_init (&self->idle);
  self->force_kill_us = -1;
  if (rush_conf_contains (conf, FORCE_KILL))
    self->force_kill_us = rush_conf_get_time_us (conf, FORCE_KILL);
  self->heartbeat_timeout_us = rush_conf_get_time_us (conf, "spark.network.timeout");
  self->heartbeat_interval_us = rush_conf_get_time_us (conf, "spark.network.timeoutInterval");
  self->hopeless = g_array_new (FALSE, FALSE, sizeof (RushHopelessSet));
  self->attempts = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->sets_of_stage = g_hash_table_new_full (NULL, NULL, NULL, free_sets);
  self->waiting = g_ptr_array_new ();
  self->freed = g_ptr_array_new ();
  self->draining = g_ptr_array_new ();
  self->shuffle = g_rand_new_with_seed (SHUFFLE_SEED);
}
