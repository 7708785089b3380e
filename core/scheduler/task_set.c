/* task_set.c - pending, running and finished tasks of one stage attempt, and their failures.
 *
 * A task:
 *                     launch                      success
 *     ┌───────────┐ ─────────▶ ┌─────────┐ ────────────────────▶ ┌──────┐
 *     │  pending  │            │ running │                       │ done │
 *     └───────────┘ ◀───────── └─────────┘    another attempt    └──────┘
 *           ▲         failure, loss, kill      of the stage had it   │
 *           └─────────────────────────────────────────────────────── ┘
 *                     the executor with its map output is lost ("Resubmitted")
 *
 * A set:
 *     live ──── all tasks done · given up · suspended ────▶ zombie ──▶ over
 *                                                  (nothing starts) (nothing runs)
 *
 * Which failures count?  Those for which the task itself may be to blame: an exception, and the
 * loss of an executor that the application brought down.  Each task has its own count, which a
 * success sets back, and at spark.task.maxFailures the set gives up and with it the job.  A fetch
 * failure is the fault of another stage, a kill was asked for, a denied commit means that somebody
 * else commits: they never count.
 *
 * Invariants:  a live set's task is pending, running or done, and exactly one of them, but that a
 *              done task may still run here when another attempt of the stage was faster; at most
 *              two attempts a task run in a set, and the second only if it is a copy of one that
 *              takes long (speculation.c); n_failures < max_failures in a live set.
 */
#include "core/scheduler/task_set_private.h"

/* ---- words ---- */

char *
rush_task_ending_task_name (const RushTaskEnding *self)
{
  return g_strdup_printf ("task %u.%u in stage %d.%d (TID %" G_GINT64_FORMAT ")",
                          self->attempt.index, self->attempt.attempt_number, self->work->stage_id,
                          self->work->stage_attempt, self->attempt.task_id);
}

char *
rush_task_ending_failure_text (const RushTaskEnding *self)
{
  const RushTaskOutcome *outcome = self->outcome;
  const char *message = outcome->message != NULL ? outcome->message : "";

  switch ((gint)outcome->kind)
    {
    case RUSH_OUTCOME_EXECUTOR_LOST:
      return g_strdup_printf ("ExecutorLostFailure (executor %s exited %s) Reason: %s",
                              self->attempt.executor->id,
                              outcome->caused_by_application ? "caused by one of the running tasks"
                                                             : "unrelated to the running tasks",
                              message);
    case RUSH_OUTCOME_KILLED:
      return g_strdup_printf ("TaskKilled (%s)", message);
    case RUSH_OUTCOME_RESUBMITTED:
      return g_strdup ("Resubmitted (resubmitted due to lost executor)");
    default:
      return g_strchomp (g_strdup (message)); /* a traceback ends with a newline of its own */
    }
}

/* "Lost task 1.3 in stage 0.0 (TID 7) (host1 executor 1): …" (transfer full) */
static char *
lost_text (const RushTaskEnding *ending)
{
  const RushExecutor *executor = ending->attempt.executor;
  g_autofree char *task = rush_task_ending_task_name (ending);
  g_autofree char *text = rush_task_ending_failure_text (ending);

  return g_strdup_printf ("Lost %s (%s executor %s): %s", task, executor->host, executor->id, text);
}

static GError *
too_many_failures (const RushTaskEnding *ending, guint max_failures)
{
  const RushTaskOutcome *outcome = ending->outcome;
  g_autofree char *text = lost_text (ending);
  gboolean has_cause = outcome->error_domain != 0;

  return g_error_new (has_cause ? outcome->error_domain : RUSH_CORE_ERROR,
                      has_cause ? outcome->error_code : (gint)RUSH_CORE_ERROR_JOB_ABORTED,
                      "Task %u in stage %d.%d failed %u times, most recent failure: "
                      "%s\n\nDriver stacktrace:",
                      ending->attempt.index, ending->work->stage_id, ending->work->stage_attempt,
                      max_failures, text);
}

/* ---- waiting ---- */

static void
note_pending (RushTaskSet *self)
{
  self->seen.n_pending =
      self->pending->n_pending + (self->copies != NULL ? self->copies->n_pending : 0);
}

static gboolean
copy_waits (const RushTaskSet *self, guint index)
{
  return self->copies != NULL && self->copies->is_pending[index];
}

static void
drop_waiting_copy (RushTaskSet *self, guint index)
{
  if (!copy_waits (self, index))
    return;
  rush_pending_tasks_remove (self->copies, index);
  note_pending (self);
}

static void
make_pending (RushTaskSet *self, guint index, RushExecutorRegistry *registry)
{
  rush_pending_tasks_add (self->pending, index,
                          self->locations != NULL ? self->locations[index] : NULL, registry);
  note_pending (self);
}

void
rush_task_set_put_back (RushTaskSet *self, guint index, const RushTaskSetShared *shared)
{
  make_pending (self, index, shared->registry);
}

gboolean
rush_task_set_may_copy (const RushTaskSet *self, guint index)
{
  const RushTaskSlot *slot = &self->slots[index];

  return !slot->done && slot->copy == NULL && !copy_waits (self, index);
}

void
rush_task_set_want_copy (RushTaskSet *self, guint index, const RushTaskSetShared *shared)
{
  if (self->copies == NULL)
    self->copies = rush_pending_tasks_new (self->seen.n_tasks);
  rush_pending_tasks_add (self->copies, index,
                          self->locations != NULL ? self->locations[index] : NULL,
                          shared->registry);
  note_pending (self);
}

/* A task does not go back to where it has failed. */
static gboolean
accepts_task (gconstpointer data, guint index, const RushExecutor *executor)
{
  return !rush_excludelist_excludes_task (((const RushTaskSet *)data)->excludelist, executor,
                                          index);
}

/* A copy goes where no attempt has been: what is slow there would be slow again. */
static gboolean
accepts_copy (gconstpointer data, guint index, const RushExecutor *executor)
{
  const RushTaskSet *self = data;

  for (const GSList *host = self->slots[index].hosts; host != NULL; host = host->next)
    if (g_str_equal (host->data, executor->host))
      return FALSE;
  return accepts_task (data, index, executor);
}

gint
rush_task_set_choose (RushTaskSet *self, const RushExecutor *executor, RushLocality max,
                      gint64 now_us, RushLocality *out_locality)
{
  RushLocality allowed = max;

  g_assert (!self->zombie);
  /* Tasks without preference wait for nothing, whatever the clock says. */
  if (max != RUSH_LOCALITY_NO_PREF)
    allowed = MIN (max, rush_locality_allowed (&self->locality, now_us));

  RushTaskAccepts accepts = self->excludelist != NULL ? accepts_task : NULL;
  gint index =
      rush_pending_tasks_take (self->pending, executor, allowed, accepts, self, out_locality);
  if (index < 0 && self->copies != NULL)
    index =
        rush_pending_tasks_take (self->copies, executor, allowed, accepts_copy, self, out_locality);
  note_pending (self);
  return index;
}

/* ---- running ---- */

void
rush_task_set_set_property (RushTaskSet *self, const char *key, const char *value)
{
  RushStageWork *work = rush_stage_work_with_property (self->work, key, value);

  rush_stage_work_unref (self->work);
  self->work = work;
  self->seen.properties = work->properties;
}

RushAttempt *
rush_task_set_launch (RushTaskSet *self, guint index, RushExecutor *executor, RushLocality locality,
                      gint64 task_id, gint64 epoch, gint64 now_ms)
{
  RushTaskSlot *slot = &self->slots[index];

  g_assert (!self->zombie);
  g_assert (!slot->done && slot->copy == NULL && !self->pending->is_pending[index]);

  RushAttempt *attempt = g_new0 (RushAttempt, 1);
  attempt->task_id = task_id;
  attempt->set = self;
  attempt->index = index;
  attempt->output = self->outputs[index];
  attempt->partition = self->partitions[index];
  attempt->attempt_number = slot->n_attempts++;
  attempt->executor = executor;
  attempt->locality = locality;
  attempt->speculative = slot->running != NULL;
  attempt->epoch = epoch;
  attempt->launch_ms = now_ms;
  attempt->in_executor.data = attempt;
  if (attempt->speculative)
    {
      slot->copy = attempt;
      self->n_copies++;
    }
  else
    slot->running = attempt;
  if (self->durations != NULL)
    {
      slot->hosts = g_slist_prepend (slot->hosts, executor->host);
      if (!attempt->speculative)
        rush_watched_tasks_add (&self->watched, attempt);
    }
  self->seen.n_running++;
  self->seen.pool->n_running++;
  return attempt;
}

void
rush_task_set_make_zombie (RushTaskSet *self)
{
  self->zombie = TRUE;
}

gboolean
rush_task_set_is_over (const RushTaskSet *self)
{
  return self->zombie && self->seen.n_running == 0;
}

static void
mark_done (RushTaskSet *self, RushTaskSlot *slot)
{
  slot->n_failures = 0;
  drop_waiting_copy (self, (guint)(slot - self->slots));
  if (slot->done)
    return;
  slot->done = TRUE;
  self->n_done++;
  if (self->n_done == self->seen.n_tasks)
    rush_task_set_make_zombie (self);
}

/* ---- how a task ended ---- */

/* It may be done already, if another attempt of the stage was faster: the first result counts, but
 * a map output that was written twice is now where this attempt wrote it. */
static void
task_succeeded (RushTaskSet *self, RushAttempt *attempt, const RushTaskMetrics *metrics)
{
  RushTaskSlot *slot = &self->slots[attempt->index];

  mark_done (self, slot);
  if (self->durations != NULL)
    {
      rush_percentile_heap_insert (self->durations, attempt->finish_ms - attempt->launch_ms);
      self->rate.records += metrics->input_records + metrics->shuffle_read_records;
      self->rate.run_us += metrics->run_us;
    }
  if (self->work->kind == RUSH_TASK_SHUFFLE_MAP)
    {
      g_free (slot->winner);
      slot->winner = attempt;
    }
}

static gboolean
counts_as_failure (const RushTaskOutcome *outcome)
{
  return outcome->kind == RUSH_OUTCOME_EXCEPTION ||
         (outcome->kind == RUSH_OUTCOME_EXECUTOR_LOST && outcome->caused_by_application);
}

/* It speaks against the executor, if anybody listens. */
static void
note_failure (RushTaskSet *self, const RushTaskEnding *ending, const RushTaskSetShared *shared)
{
  g_autofree char *text = NULL;

  if (!shared->exclusion.application && !shared->exclusion.task_and_stage)
    return;
  if (self->excludelist == NULL)
    self->excludelist = rush_excludelist_new (&shared->exclusion);
  text = lost_text (ending);
  rush_excludelist_add (self->excludelist, ending->attempt.executor, ending->attempt.index, text,
                        self->seen.stage_id, self->seen.stage_attempt, ending->attempt.finish_ms,
                        shared->bus);
}

static void
task_failed (RushTaskSet *self, RushAttempt *attempt, const RushTaskSetShared *shared,
             RushTaskEnding *ending)
{
  RushTaskSlot *slot = &self->slots[attempt->index];

  if (self->zombie)
    return;
  if (self->barrier) /* the DAG scheduler will try the whole stage again, or not */
    {
      rush_task_set_make_zombie (self);
      return;
    }
  gboolean counts = counts_as_failure (ending->outcome);
  if (counts)
    note_failure (self, ending, shared);
  if (counts && ++slot->n_failures >= shared->max_failures)
    {
      ending->abort = too_many_failures (ending, shared->max_failures);
      rush_task_set_make_zombie (self);
      return;
    }
  if (slot->done || slot->running != NULL) /* its copy, or what it was a copy of, goes on */
    return;
  drop_waiting_copy (self, attempt->index);
  make_pending (self, attempt->index, shared->registry);
}

/* Its copy has come to an end, or what it was a copy of. */
static void
watch_the_one_left (RushTaskSet *self, const RushTaskSlot *slot)
{
  if (slot->running != NULL && slot->copy == NULL)
    rush_watched_tasks_add_again (&self->watched, slot->running, 0);
}

/* It is not one of those that run any more. */
static void
take_out (RushTaskSet *self, RushTaskSlot *slot, RushAttempt *attempt)
{
  g_assert (slot->running == attempt || slot->copy == attempt);
  if (slot->copy != NULL)
    self->n_copies--;
  if (slot->running == attempt)
    slot->running = slot->copy;
  slot->copy = NULL;
  if (self->durations != NULL)
    {
      rush_watched_tasks_remove (&self->watched, attempt);
      watch_the_one_left (self, slot);
    }
  self->seen.n_running--;
  self->seen.pool->n_running--;
}

/* It has succeeded all the same, before it heard that it need not. */
static RushTaskOutcome *
as_killed (RushTaskOutcome *outcome)
{
  RushTaskOutcome *killed = rush_task_outcome_new (
      RUSH_OUTCOME_KILLED, "Finish but did not commit due to another attempt succeeded");

  killed->metrics = outcome->metrics;
  rush_task_outcome_free (outcome);
  return killed;
}

void
rush_task_set_ended (RushTaskSet *self, RushAttempt *attempt, RushTaskOutcome *outcome,
                     const RushTaskSetShared *shared, gint64 now_ms, RushTaskEnding *out)
{
  RushTaskSlot *slot = &self->slots[attempt->index];

  g_assert (attempt->set == self);
  take_out (self, slot, attempt);
  attempt->finish_ms = now_ms;
  if (outcome->kind == RUSH_OUTCOME_SUCCESS && attempt->outrun && slot->done)
    outcome = as_killed (outcome);

  out->work = rush_stage_work_ref (self->work);
  out->attempt = *attempt;
  out->outcome = outcome;
  out->abort = NULL;
  if (outcome->kind == RUSH_OUTCOME_SUCCESS)
    task_succeeded (self, attempt, &outcome->metrics);
  else
    task_failed (self, attempt, shared, out);
  if (slot->winner != attempt)
    g_free (attempt);
}

void
rush_task_ending_clear (RushTaskEnding *self)
{
  rush_stage_work_unref (self->work);
  rush_task_outcome_free (self->outcome);
  g_clear_error (&self->abort);
}

/* ---- other attempts of the stage, lost executors ---- */

static gint
compare_outputs (const void *a, const void *b)
{
  guint x = *(const guint *)a, y = *(const guint *)b;

  return (x > y) - (x < y);
}

const RushTaskSlot *
rush_task_set_slot_for (const RushTaskSet *self, guint output)
{
  const guint *found =
      bsearch (&output, self->outputs, self->seen.n_tasks, sizeof output, compare_outputs);

  return found != NULL ? &self->slots[found - self->outputs] : NULL;
}

void
rush_task_set_output_done (RushTaskSet *self, guint output)
{
  const RushTaskSlot *slot = rush_task_set_slot_for (self, output);

  if (slot == NULL || self->zombie)
    return;
  guint index = (guint)(slot - self->slots);
  if (self->pending->is_pending[index])
    {
      rush_pending_tasks_remove (self->pending, index);
      note_pending (self);
    }
  mark_done (self, &self->slots[index]);
}

/* Should its new place be lost, the stage sees at its end that the output is missing. */
void
rush_task_set_output_moved (RushTaskSet *self, guint output, gint64 task_id)
{
  RushTaskSlot *slot = (RushTaskSlot *)rush_task_set_slot_for (self, output);

  if (slot != NULL && slot->winner != NULL && slot->winner->task_id == task_id)
    g_clear_pointer (&slot->winner, g_free);
}

static void
take_back_slot (RushTaskSet *self, guint index, const RushTaskSetShared *shared,
                GArray *out_endings)
{
  RushTaskSlot *slot = &self->slots[index];
  RushTaskEnding ending = { .work = rush_stage_work_ref (self->work),
                            .attempt = *slot->winner,
                            .outcome = rush_task_outcome_new (RUSH_OUTCOME_RESUBMITTED, NULL) };

  g_array_append_val (out_endings, ending);
  g_clear_pointer (&slot->winner, g_free);
  slot->done = FALSE;
  self->n_done--;
  /* Else the one that was outrun has not ended yet: when it does, the task waits, or is done. */
  if (slot->running == NULL)
    make_pending (self, index, shared->registry);
  else if (self->durations != NULL)
    watch_the_one_left (self, slot);
}

void
rush_task_set_take_back (RushTaskSet *self, const RushExecutor *executor,
                         const RushTaskSetShared *shared, GArray *out_endings)
{
  if (self->zombie || self->work->kind != RUSH_TASK_SHUFFLE_MAP)
    return;
  /* From high to low, so that the lowest is taken first: pending tasks are stacks. */
  for (guint i = self->seen.n_tasks; i-- > 0;)
    if (self->slots[i].done && self->slots[i].winner != NULL &&
        self->slots[i].winner->executor == executor)
      take_back_slot (self, i, shared, out_endings);
}

/* ---- life ---- */

void
rush_task_set_free (RushTaskSet *self)
{
  for (guint i = 0; i < self->seen.n_tasks; i++)
    {
      if (self->locations != NULL)
        g_strfreev (self->locations[i]);
      g_free (self->slots[i].running);
      g_free (self->slots[i].copy);
      g_free (self->slots[i].winner);
      g_slist_free (self->slots[i].hosts);
    }
  g_free (self->locations);
  g_free (self->slots);
  g_free (self->outputs);
  g_free (self->partitions);
  rush_pending_tasks_free (self->pending);
  if (self->copies != NULL)
    rush_pending_tasks_free (self->copies);
  rush_percentile_heap_free (self->durations);
  rush_watched_tasks_clear (&self->watched);
  rush_excludelist_free (self->excludelist);
  rush_stage_work_unref (self->work);
  g_free (self);
}

RushTaskSet *
rush_task_set_new (RushStageWork *work, gint job_id, guint n_tasks, guint *outputs,
                   guint *partitions, char ***locations, const RushTaskSetShared *shared,
                   gint64 now_us)
{
  RushTaskSet *self = g_new0 (RushTaskSet, 1);

  g_assert (n_tasks > 0);
  self->work = work;
  self->seen = (RushSchedulable){ .job_id = job_id,
                                  .stage_id = work->stage_id,
                                  .stage_attempt = work->stage_attempt,
                                  .n_tasks = n_tasks,
                                  .properties = work->properties };
  self->barrier = work->rdd->barrier;
  self->outputs = outputs;
  self->partitions = partitions;
  self->locations = locations;
  self->give_up_us = G_MAXINT64;
  self->slots = g_new0 (RushTaskSlot, n_tasks);
  if (shared->speculation.enabled && !self->barrier)
    {
      self->durations = rush_percentile_heap_new ();
      rush_watched_tasks_init (&self->watched);
    }
  self->pending = rush_pending_tasks_new (n_tasks);
  for (guint i = n_tasks; i-- > 0;)
    make_pending (self, i, shared->registry);
  rush_locality_init (&self->locality, shared->locality, &shared->waits, self->pending,
                      shared->registry, now_us);
  return self;
}
