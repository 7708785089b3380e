/* invariants.c - what must be true of the scheduler between any two messages.
 *
 * Everything that is kept twice for speed is counted again here, and the sentences that the essays
 * of this folder state are put to the test.  A test, and a run under random faults, looks after
 * every message; it costs as much as there is state.
 *
 * Each check writes one sentence of the first thing that is wrong, and does nothing more once there
 * is one.
 */
#include "core/scheduler/scheduler_private.h"

/* In a function that has @out, the sentence: char **. */
#define CHECK(condition, ...)                                                                      \
  G_STMT_START                                                                                     \
  {                                                                                                \
    if (*out == NULL && !(condition))                                                              \
      *out = g_strdup_printf (__VA_ARGS__);                                                        \
  }                                                                                                \
  G_STMT_END

/* ---- executors ---- */

static void
check_executor (const RushTaskScheduler *tasks, const RushExecutor *executor, char **out)
{
  const RushExecutorRegistry *registry = tasks->shared.registry;
  guint taken = executor->running.length * registry->cores_per_task;
  gboolean has_room =
      rush_executor_takes_tasks (executor) && executor->free_cores >= registry->cores_per_task;

  CHECK (executor->alive || executor->running.length == 0, "executor %s is dead and runs %u tasks",
         executor->id, executor->running.length);
  CHECK (executor->free_cores + taken == executor->cores,
         "executor %s has %u cores, %u of them free, and runs %u tasks", executor->id,
         executor->cores, executor->free_cores, executor->running.length);
  CHECK (has_room == rush_executor_has_room (executor),
         "executor %s stands in the wrong place for its %u free cores", executor->id,
         executor->free_cores);
  CHECK (!has_room || g_ptr_array_index (registry->free, executor->free_index) == executor,
         "executor %s is not where it says", executor->id);
}

/* ---- task sets ---- */

static void
check_slot (const RushTaskScheduler *tasks, const RushTaskSet *set, guint i, char **out)
{
  const RushTaskSlot *slot = &set->slots[i];
  gint stage = set->seen.stage_id, attempt = set->seen.stage_attempt;

  if (slot->running != NULL)
    CHECK (!rush_excludelist_excludes_task (set->excludelist, slot->running->executor, i),
           "task %u of stage %d.%d runs where it is excluded", i, stage, attempt);
  if (slot->running != NULL)
    CHECK (g_hash_table_lookup (tasks->attempts, &slot->running->task_id) == slot->running,
           "task %u of stage %d.%d runs, but is not known to", i, stage, attempt);
  CHECK (slot->winner == NULL || slot->done, "task %u of stage %d.%d is not done but has won", i,
         stage, attempt);
  if (set->zombie)
    return;
  gboolean is_pending = set->pending->is_pending[i];
  gboolean copy_waits = set->copies != NULL && set->copies->is_pending[i];
  CHECK (slot->copy == NULL || (slot->running != NULL && slot->copy->speculative),
         "task %u of stage %d.%d: a copy runs of nothing", i, stage, attempt);
  CHECK (!copy_waits || (slot->running != NULL && slot->copy == NULL && !slot->done),
         "task %u of stage %d.%d: a copy waits that nobody wants", i, stage, attempt);
  CHECK (slot->done ? !is_pending : is_pending != (slot->running != NULL),
         "task %u of stage %d.%d: done %d, pending %d, running %d", i, stage, attempt, slot->done,
         is_pending, slot->running != NULL);
  CHECK (slot->n_failures < tasks->shared.max_failures,
         "task %u of stage %d.%d goes on after %u failures", i, stage, attempt, slot->n_failures);
}

static void
check_set (RushTaskScheduler *tasks, const RushTaskSet *set, gboolean is_newest, char **out)
{
  guint n_done = 0, n_running = 0, n_pending = 0, n_copies = 0;
  guint n_waiting_copies = set->copies != NULL ? set->copies->n_pending : 0;
  gint stage = set->seen.stage_id, attempt = set->seen.stage_attempt;
  gboolean waits = g_ptr_array_find (tasks->waiting, set, NULL);

  for (guint i = 0; i < set->seen.n_tasks; i++)
    {
      check_slot (tasks, set, i, out);
      n_done += set->slots[i].done;
      n_running += set->slots[i].running != NULL;
      n_copies += set->slots[i].copy != NULL;
      n_pending += set->pending->is_pending[i];
    }
  CHECK (n_done == set->n_done && n_running + n_copies == set->seen.n_running &&
             n_copies == set->n_copies && n_pending + n_waiting_copies == set->seen.n_pending &&
             n_pending == set->pending->n_pending,
         "the counts of stage %d.%d are wrong", stage, attempt);
  CHECK (!rush_task_set_is_over (set), "stage %d.%d is over and still there", stage, attempt);
  CHECK (set->zombie || set->n_done < set->seen.n_tasks, "stage %d.%d is done and lives", stage,
         attempt);
  CHECK (set->zombie || is_newest, "stage %d.%d lives beside a newer attempt", stage, attempt);
  CHECK (waits == (!set->zombie && set->seen.n_pending > 0), "stage %d.%d: waiting %d, pending %u",
         stage, attempt, waits, set->seen.n_pending);
}

static void
check_sets_of_stage (RushTaskScheduler *tasks, const GPtrArray *sets, char **out)
{
  CHECK (sets->len > 0, "a stage has no task sets and is remembered");
  for (guint i = 0; i < sets->len; i++)
    check_set (tasks, g_ptr_array_index (sets, i), i + 1 == sets->len, out);
}

/* Some task of the set waits that may run where there is room: a copy may not run everywhere, nor
 * may a task that has failed. */
static gboolean
waits_for_nothing (RushTaskScheduler *tasks, const RushTaskSet *set)
{
  const GPtrArray *free = tasks->shared.registry->free;

  if (rush_task_scheduler_lacks_slots (tasks, set))
    return FALSE;
  for (guint e = 0; e < free->len; e++)
    {
      const RushExecutor *executor = g_ptr_array_index (free, e);

      if (rush_excludelist_excludes (set->excludelist, executor))
        continue;
      for (guint i = 0; i < set->seen.n_tasks; i++)
        if (set->pending->is_pending[i] &&
            !rush_excludelist_excludes_task (set->excludelist, executor, i))
          return TRUE;
    }
  return FALSE;
}

static gboolean
somebody_waits (RushTaskScheduler *tasks)
{
  for (guint i = 0; i < tasks->waiting->len; i++)
    if (waits_for_nothing (tasks, g_ptr_array_index (tasks->waiting, i)))
      return TRUE;
  return FALSE;
}

static void
check_tasks (RushTaskScheduler *tasks, char **out)
{
  GHashTableIter iter;
  gpointer sets;
  guint n_sets = 0, n_running = 0;

  for (guint i = 0; i < tasks->shared.registry->all->len; i++)
    {
      const RushExecutor *executor = g_ptr_array_index (tasks->shared.registry->all, i);

      check_executor (tasks, executor, out);
      n_running += executor->running.length;
    }
  CHECK (n_running == g_hash_table_size (tasks->attempts), "%u tasks run, %u are known", n_running,
         g_hash_table_size (tasks->attempts));
  g_hash_table_iter_init (&iter, tasks->sets_of_stage);
  while (g_hash_table_iter_next (&iter, NULL, &sets))
    {
      check_sets_of_stage (tasks, sets, out);
      n_sets += ((GPtrArray *)sets)->len;
    }
  CHECK (n_sets == tasks->n_sets, "%u task sets, %u counted", n_sets, tasks->n_sets);
  CHECK (!somebody_waits (tasks) || tasks->shared.registry->free->len == 0 ||
             tasks->locality_timer != 0,
         "tasks wait, slots are free, and nothing will bring them together");
}

/* ---- stages ---- */

static const RushTaskSet *
live_set_of (const RushTaskScheduler *tasks, const RushStage *stage)
{
  GPtrArray *sets = g_hash_table_lookup (tasks->sets_of_stage, GINT_TO_POINTER (stage->id));
  const RushTaskSet *newest = sets != NULL ? g_ptr_array_index (sets, sets->len - 1) : NULL;

  return newest != NULL && !newest->zombie ? newest : NULL;
}

static void
check_pending_outputs (const RushStage *stage, const RushTaskSet *set, char **out)
{
  guint n_pending = 0;

  for (guint i = 0; i < stage->n_outputs; i++)
    n_pending += stage->pending[i];
  CHECK (n_pending == stage->n_pending, "stage %d: %u outputs pending, %u counted", stage->id,
         n_pending, stage->n_pending);
  for (guint i = 0; i < set->seen.n_tasks; i++)
    CHECK (stage->pending[set->outputs[i]] == !set->slots[i].done,
           "stage %d: output %u pending %d, its task done %d", stage->id, set->outputs[i],
           stage->pending[set->outputs[i]], set->slots[i].done);
}

/* Someone must be at work for a stage that waits, or it will wait for ever. */
static void
check_waiting (const RushStage *stage, char **out)
{
  for (guint i = 0; i < stage->parents->len; i++)
    {
      const RushStage *parent = g_ptr_array_index (stage->parents, i);

      if (parent->waiting || parent->running || parent->failed)
        return;
    }
  CHECK (FALSE, "stage %d waits for nobody", stage->id);
}

static void
check_stage (const RushScheduler *self, const RushStage *stage, char **out)
{
  const RushTaskSet *set = live_set_of (&self->tasks, stage);

  CHECK (stage->job_ids->len > 0, "stage %d is needed by nobody", stage->id);
  CHECK (!(stage->waiting && stage->running), "stage %d waits and runs", stage->id);
  CHECK (stage->n_failed_attempts < self->dag.max_stage_attempts,
         "stage %d goes on after %u failed attempts", stage->id, stage->n_failed_attempts);
  CHECK (stage->running == (set != NULL), "stage %d: running %d, live task set %d", stage->id,
         stage->running, set != NULL);
  CHECK (set == NULL || set->seen.stage_attempt == stage->attempt,
         "stage %d runs attempt %d, its task set is of attempt %d", stage->id, stage->attempt,
         set->seen.stage_attempt);
  if (stage->waiting)
    check_waiting (stage, out);
  if (set != NULL && stage->kind == RUSH_TASK_SHUFFLE_MAP)
    check_pending_outputs (stage, set, out);
  for (guint i = 0; i < stage->parents->len; i++)
    {
      RushStage *parent = g_ptr_array_index (stage->parents, i);

      CHECK (rush_dag_find_stage ((RushDag *)&self->dag, parent->id) == parent,
             "stage %d has lost a parent", stage->id);
      CHECK (parent->id < stage->id, "stage %d is older than its parent %d", stage->id, parent->id);
    }
}

typedef struct
{
  const RushScheduler *scheduler;
  guint n_failed;
  char **out;
} StageCheck;

static gboolean
check_stage_in_tree (gpointer id, gpointer value, gpointer data)
{
  StageCheck *check = data;
  const RushStage *stage = value;
  char **out = check->out;

  CHECK (GPOINTER_TO_INT (id) == stage->id, "stage %d stands under another number", stage->id);
  check_stage (check->scheduler, stage, out);
  check->n_failed += stage->failed;
  return FALSE;
}

/* ---- jobs ---- */

typedef struct
{
  RushDag *dag;
  char **out;
} JobCheck;

static gboolean
check_job (gpointer id, gpointer value, gpointer data)
{
  const RushActiveJob *job = value;
  const JobCheck *check = data;
  char **out = check->out;
  guint n_finished = 0;

  for (guint i = 0; i < job->n_outputs; i++)
    n_finished += job->finished[i];
  CHECK (n_finished == job->n_finished, "job %d: %u results, %u counted", job->id, n_finished,
         job->n_finished);
  CHECK (job->n_outputs == 0 || job->n_finished < job->n_outputs, "job %d is done and active",
         job->id);
  for (guint i = 0; i < job->stages->len; i++)
    {
      RushStage *stage = g_ptr_array_index (job->stages, i);

      CHECK (g_tree_lookup (check->dag->stages, GINT_TO_POINTER (stage->id)) == stage,
             "job %d needs a stage that is gone", job->id);
      CHECK (rush_stage_is_needed_by (stage, job->id), "stage %d does not know of job %d",
             stage->id, job->id);
    }
  /* A job that waits for nothing will never end. */
  CHECK (job->final_stage->waiting || job->final_stage->running || job->final_stage->failed,
         "job %d is stuck: its last stage %d is not to run", job->id, job->final_stage->id);
  return FALSE;
}

char *
rush_scheduler_find_violation (const RushScheduler *self)
{
  RushDag *dag = (RushDag *)&self->dag;
  char *violation = NULL, **out = &violation;
  StageCheck stages = { .scheduler = self, .out = out };
  JobCheck jobs = { dag, out };

  check_tasks ((RushTaskScheduler *)&self->tasks, out);
  g_tree_foreach (dag->stages, check_stage_in_tree, &stages);
  CHECK (stages.n_failed == dag->n_failed, "%u stages have failed, %u counted", stages.n_failed,
         dag->n_failed);
  CHECK ((dag->n_failed > 0) == (dag->resubmit_timer != 0),
         "%u stages have failed, timer %" G_GUINT64_FORMAT, dag->n_failed, dag->resubmit_timer);
  g_tree_foreach (dag->jobs, check_job, &jobs);
  return violation;
}

void
rush_scheduler_check_invariants (const RushScheduler *self)
{
  g_autofree char *violation = rush_scheduler_find_violation (self);

  if (violation != NULL)
    g_error ("%s", violation);
}
