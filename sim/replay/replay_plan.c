/* replay_plan.c - see the header.
 *
 * A stage runs in the job that submitted it first; in later jobs it is skipped, and what they read
 * of it is there.  Stages are taken in the order of their numbers, in which parents stand before
 * their children, as Spark numbers them.
 *
 * A job's place in time is what it waited for: all jobs that had ended when it was submitted, and
 * the time that the program took after the last of them.  For a program with one thread that is one
 * job after the other.
 */
#include "sim/replay/replay_plan.h"

#include "sim/replay/steady_tasks.h"

/* ---- stages ---- */

static gboolean
contains (const GArray *ints, gint value)
{
  for (guint i = 0; i < ints->len; i++)
    if (g_array_index (ints, gint, i) == value)
      return TRUE;
  return FALSE;
}

static void
level (RushModelTask *tasks, guint n)
{
  RushModelTask sum = { 0 };

  for (guint i = 0; i < n; i++)
    {
      sum.cpu_s += tasks[i].cpu_s;
      sum.fetched_bytes += tasks[i].fetched_bytes;
      sum.output_bytes += tasks[i].output_bytes;
    }
  for (guint i = 0; i < n; i++)
    tasks[i] = (RushModelTask){ sum.cpu_s / n, sum.fetched_bytes / n, sum.output_bytes / n };
}

/* Those of its tasks that ran, as they would have run alone on cores that were warm. */
static RushModelTask *
tasks_of (const RushRecordedStage *stage, const RushReplayTerms *terms, double *out_warm_up_s)
{
  RushModelTask *tasks = g_new (RushModelTask, stage->n_run);

  *out_warm_up_s = rush_steady_tasks (stage, terms->slowdown, tasks);
  if (terms->without_skew)
    level (tasks, stage->n_run);
  return tasks;
}

/* Adds @stage; its parents are those that stand in the plan and belong to the same job. */
static void
add_stage (RushReplayPlan *self, const RushRecordedStage *stage, GHashTable *index_of,
           const GArray *of_job, const RushReplayTerms *terms)
{
  double warm_up_s;
  RushModelTask *tasks = tasks_of (stage, terms, &warm_up_s);
  RushModelStage model = { .name = g_strdup (stage->name),
                           .n_tasks = stage->n_run,
                           .recorded = tasks,
                           .warm_up_s = warm_up_s };

  g_ptr_array_add (self->tasks, tasks);
  g_ptr_array_add (self->names, (char *)model.name);
  self->work_s += warm_up_s;
  for (guint i = 0; i < stage->n_run; i++)
    self->work_s += tasks[i].cpu_s;
  for (guint i = 0; i < stage->parents->len && model.n_parents < RUSH_MODEL_MAX_PARENTS; i++)
    {
      gint parent = g_array_index (stage->parents, gint, i);
      gpointer found = g_hash_table_lookup (index_of, GINT_TO_POINTER (parent));

      if (found != NULL && contains (of_job, parent))
        model.parents[model.n_parents++] = GPOINTER_TO_UINT (found) - 1;
    }
  g_array_append_val (self->stages, model);
  g_hash_table_insert (index_of, GINT_TO_POINTER (stage->id), GUINT_TO_POINTER (self->stages->len));
}

/* ---- jobs ---- */

static gint
compare_ints (gconstpointer a, gconstpointer b)
{
  return *(const gint *)a - *(const gint *)b;
}

/* The job's stages that run in it, by number. (transfer full) */
static GArray *
stages_that_run (RushRecordedRun *run, const RushRecordedJob *job, GHashTable *index_of)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint));

  for (guint i = 0; i < job->stages->len; i++)
    {
      gint id = g_array_index (job->stages, gint, i);
      const RushRecordedStage *stage = rush_recorded_run_stage (run, id);

      if (stage != NULL && stage->n_run > 0 &&
          !g_hash_table_contains (index_of, GINT_TO_POINTER (id)))
        g_array_append_val (ids, id);
    }
  g_array_sort (ids, compare_ints);
  return ids;
}

/* The last of its stages is its result, if it was not the failure of that which ended the job. */
static gboolean
has_result (const RushRecordedJob *job, const GArray *ids)
{
  return !job->failed && job->ended_ms > 0 && ids->len > 0;
}

/* Stages that nobody reads, as what read them was skipped or failed, still take their time. */
static void
close_stages (RushReplayPlan *self, guint first)
{
  for (guint i = first; i + 1 < self->stages->len; i++)
    {
      RushModelStage *last = &g_array_index (self->stages, RushModelStage, self->stages->len - 1);
      gboolean is_read = FALSE;

      for (guint j = i + 1; j < self->stages->len; j++)
        {
          const RushModelStage *reader = &g_array_index (self->stages, RushModelStage, j);
          for (guint p = 0; p < reader->n_parents; p++)
            is_read |= reader->parents[p] == i;
        }
      if (!is_read && last->n_parents < RUSH_MODEL_MAX_PARENTS)
        last->parents[last->n_parents++] = i;
      else if (!is_read)
        g_array_index (self->stages, RushModelStage, i).is_result = TRUE;
    }
}

static void
add_job (RushReplayPlan *self, RushRecordedRun *run, const RushRecordedJob *job,
         GHashTable *index_of, const RushReplayTerms *terms)
{
  g_autoptr (GArray) ids = stages_that_run (run, job, index_of);
  guint first = self->stages->len;
  RushReplayJob replayed = { 0 };

  if (!has_result (job, ids))
    {
      self->n_left_out += job->failed || job->ended_ms == 0;
      return;
    }
  for (guint i = 0; i < ids->len; i++)
    add_stage (self, rush_recorded_run_stage (run, g_array_index (ids, gint, i)), index_of, ids,
               terms);
  close_stages (self, first);
  replayed.result = self->stages->len - 1;
  g_array_index (self->stages, RushModelStage, replayed.result).is_result = TRUE;
  replayed.end_rank = G_MAXUINT;
  g_array_append_val (self->jobs, replayed);
}

/* ---- their order ---- */

typedef struct
{
  guint job; /* in the plan */
  gint64 submitted_ms, ended_ms;
} Span;

static gint
compare_ends (gconstpointer a, gconstpointer b)
{
  const Span *x = a, *y = b;

  if (x->ended_ms != y->ended_ms)
    return x->ended_ms < y->ended_ms ? -1 : 1;
  return x->job < y->job ? -1 : 1;
}

static void
put_in_order (RushReplayPlan *self, GArray *spans, gint64 start_ms)
{
  g_autoptr (GArray) by_end = g_array_copy (spans);

  g_array_sort (by_end, compare_ends);
  for (guint i = 0; i < by_end->len; i++)
    g_array_index (self->jobs, RushReplayJob, g_array_index (by_end, Span, i).job).end_rank = i;
  for (guint i = 0; i < spans->len; i++)
    {
      RushReplayJob *job = &g_array_index (self->jobs, RushReplayJob, i);
      gint64 submitted_ms = g_array_index (spans, Span, i).submitted_ms;
      gint64 since_ms = start_ms;

      while (job->n_before < by_end->len &&
             g_array_index (by_end, Span, job->n_before).ended_ms <= submitted_ms &&
             g_array_index (by_end, Span, job->n_before).job < i)
        since_ms = g_array_index (by_end, Span, job->n_before++).ended_ms;
      job->think_us = MAX (0, submitted_ms - since_ms) * 1000;
    }
}

/* ---- life ---- */

RushReplayPlan *
rush_replay_plan_new (RushRecordedRun *run, const RushReplayTerms *terms)
{
  RushReplayPlan *self = g_new0 (RushReplayPlan, 1);
  g_autoptr (GHashTable) index_of = g_hash_table_new (NULL, NULL);
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (Span));

  self->stages = g_array_new (FALSE, FALSE, sizeof (RushModelStage));
  self->tasks = g_ptr_array_new_with_free_func (g_free);
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->jobs = g_array_new (FALSE, FALSE, sizeof (RushReplayJob));
  for (guint i = 0; i < run->jobs->len; i++)
    {
      const RushRecordedJob *job = g_ptr_array_index (run->jobs, i);
      Span span = { self->jobs->len, job->submitted_ms, job->ended_ms };

      add_job (self, run, job, index_of, terms);
      if (self->jobs->len > span.job)
        g_array_append_val (spans, span);
    }
  put_in_order (self, spans, run->start_ms);
  return self;
}

void
rush_replay_plan_free (RushReplayPlan *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->stages);
  g_ptr_array_unref (self->tasks);
  g_ptr_array_unref (self->names);
  g_array_unref (self->jobs);
  g_free (self);
}
