/* test_invariant_watch.c - a run as it should be is let pass; each rule, broken alone by a faked
 * event or message, is found and named. */
#include "sim/chaos/chaos_shrink.h"
#include "sim/chaos/invariant_watch.h"

#include <string.h>

/* Two executors of two cores, and job 0: stage 0 of two maps ═▶ stage 1 of two results. */
typedef struct
{
  RushEventBus *bus;
  RushInvariantWatch *watch;
  RushMapOutputTracker *tracker;
  GPtrArray *violations;
  RushMemoryStats memory;
} Fixture;

static gboolean
memory_of (gpointer data, const char *executor_id, RushMemoryStats *out)
{
  *out = ((Fixture *)data)->memory;
  return TRUE;
}

static void
post (Fixture *f, RushEvent *event)
{
  rush_event_bus_post (f->bus, event);
}

static void
add_executor (Fixture *f, const char *id, const char *host)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_EXECUTOR_ADDED);

  event->executor_added.executor_id = g_strdup (id);
  event->executor_added.host = g_strdup (host);
  event->executor_added.cores = 2;
  post (f, event);
}

static void
remove_executor (Fixture *f, const char *id)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_EXECUTOR_REMOVED);

  event->executor_removed.executor_id = g_strdup (id);
  post (f, event);
}

static RushStageInfo *
stage_info (gint id, gint attempt, const char *failure)
{
  RushStageInfo *info = rush_stage_info_new (0, id == 1 ? 1 : 0);

  info->stage_id = id;
  info->attempt = attempt;
  info->n_tasks = 2;
  info->shuffle_id = id == 0 ? 0 : -1;
  if (id == 1)
    info->parent_ids[0] = 0;
  info->failure_reason = g_strdup (failure);
  return info;
}

static void
start_job (Fixture *f)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_JOB_START);

  event->job_start.n_stages = 2;
  event->job_start.stages = g_new (RushStageInfo *, 2);
  event->job_start.stages[0] = stage_info (0, 0, NULL);
  event->job_start.stages[1] = stage_info (1, 0, NULL);
  event->job_start.properties = g_new0 (char *, 1);
  post (f, event);
}

static void
end_job (Fixture *f, const char *error)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_JOB_END);

  event->job_end.succeeded = error == NULL;
  event->job_end.error = g_strdup (error);
  post (f, event);
}

static void
submit_stage (Fixture *f, gint id, gint attempt)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_STAGE_SUBMITTED);

  event->stage_submitted.stage = stage_info (id, attempt, NULL);
  event->stage_submitted.properties = g_new0 (char *, 1);
  post (f, event);
}

static void
complete_stage (Fixture *f, gint id, gint attempt, const char *failure)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_STAGE_COMPLETED);

  event->stage_completed.stage = stage_info (id, attempt, failure);
  post (f, event);
}

static void
fill (RushTaskInfo *info, gint64 task_id, guint index, guint attempt, const char *executor)
{
  info->task_id = task_id;
  info->index = info->partition = index;
  info->attempt = attempt;
  g_strlcpy (info->executor_id, executor, sizeof info->executor_id);
}

static void
start_task (Fixture *f, gint stage, gint attempt, gint64 task_id, guint index, guint number,
            const char *executor)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_TASK_START);

  event->task_start.stage_id = stage;
  event->task_start.stage_attempt = attempt;
  fill (&event->task_start.task, task_id, index, number, executor);
  post (f, event);
}

static void
end_task (Fixture *f, gint stage, gint attempt, gint64 task_id, guint index, const char *reason)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_TASK_END);

  event->task_end.stage_id = stage;
  event->task_end.stage_attempt = attempt;
  event->task_end.reason = reason;
  event->task_end.is_result = stage == 1;
  fill (&event->task_end.task, task_id, index, 0, "1");
  post (f, event);
}

static void
tell (Fixture *f, RushMessageKind kind, const char *executor)
{
  RushSchedulerObserver *observer = rush_invariant_watch_observer (f->watch);
  RushMessage *message = rush_message_new (kind);

  message->text = g_strdup (executor);
  observer->message_comes (observer, message);
  rush_message_free (message);
}

static void
write_output (Fixture *f, guint map, gint64 task_id, const char *executor)
{
  rush_map_output_tracker_register_output (f->tracker, 0, map,
                                           rush_map_status_new (executor, "host", task_id, 0));
}

static Fixture *
setup (void)
{
  Fixture *f = g_new0 (Fixture, 1);
  RushInvariantRules rules = { .max_task_failures = 2,
                               .max_stage_attempts = 2,
                               .cores_per_task = 1,
                               .memory = memory_of,
                               .memory_data = f };

  f->memory.pool = 100;
  f->tracker = rules.tracker = rush_map_output_tracker_new ();
  rush_map_output_tracker_register_shuffle (f->tracker, 0, 2);
  f->violations = g_ptr_array_new_with_free_func (g_free);
  f->bus = rush_event_bus_new (1);
  f->watch = rush_invariant_watch_new (&rules, f->violations);
  rush_event_bus_add_inline (f->bus, rush_invariant_watch_listener (f->watch));
  add_executor (f, "1", "near");
  add_executor (f, "2", "far");
  start_job (f);
  submit_stage (f, 0, 0);
  return f;
}

static void
free_fixture (Fixture *f)
{
  rush_event_bus_free (f->bus);
  rush_map_output_tracker_free (f->tracker);
  g_ptr_array_unref (f->violations);
  g_free (f);
}

static void
finish_maps (Fixture *f)
{
  for (guint i = 0; i < 2; i++)
    {
      start_task (f, 0, 0, i, i, 0, "1");
      end_task (f, 0, 0, i, i, "Success");
      write_output (f, i, i, "1");
    }
  complete_stage (f, 0, 0, NULL);
}

/* ---- a run as it should be ---- */

static void
test_nothing_is_found (void)
{
  Fixture *f = setup ();

  finish_maps (f);
  submit_stage (f, 1, 0);
  start_task (f, 1, 0, 2, 0, 0, "1");
  start_task (f, 1, 0, 3, 1, 0, "2");
  end_task (f, 1, 0, 2, 0, "ExceptionFailure");
  start_task (f, 1, 0, 4, 0, 1, "2");
  end_task (f, 1, 0, 4, 0, "Success");
  end_task (f, 1, 0, 3, 1, "Success");
  complete_stage (f, 1, 0, NULL);
  end_job (f, NULL);
  rush_invariant_watch_finish (f->watch);
  for (guint i = 0; i < f->violations->len; i++)
    g_test_message ("%s", (char *)g_ptr_array_index (f->violations, i));
  g_assert_cmpuint (f->violations->len, ==, 0);
  free_fixture (f);
}

/* ---- one rule broken ---- */

static void
starts_on_a_draining_one (Fixture *f)
{
  tell (f, RUSH_MESSAGE_EXECUTOR_DECOMMISSIONING, "1");
  start_task (f, 0, 0, 0, 0, 0, "1");
}

static void
starts_on_a_closed_one (Fixture *f)
{
  tell (f, RUSH_MESSAGE_EXECUTOR_DISCONNECTED, "1");
  start_task (f, 0, 0, 0, 0, 0, "1");
}

static void
starts_on_a_lost_one (Fixture *f)
{
  remove_executor (f, "1");
  start_task (f, 0, 0, 0, 0, 0, "1");
}

static void
starts_on_an_excluded_one (Fixture *f)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_EXECUTOR_EXCLUDED);

  event->executor_excluded.executor_id = g_strdup ("1");
  post (f, event);
  start_task (f, 0, 0, 0, 0, 0, "1");
}

static void
starts_on_an_excluded_host (Fixture *f)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_NODE_EXCLUDED);

  event->node_excluded.host = g_strdup ("near");
  post (f, event);
  start_task (f, 0, 0, 0, 0, 0, "1");
}

static void
starts_where_the_stage_may_not (Fixture *f)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_EXECUTOR_EXCLUDED_FOR_STAGE);

  event->executor_excluded_for_stage.executor_id = g_strdup ("1");
  post (f, event);
  start_task (f, 0, 0, 0, 0, 0, "1");
}

static void
takes_too_many_slots (Fixture *f)
{
  start_task (f, 0, 0, 0, 0, 0, "1");
  start_task (f, 0, 0, 1, 1, 0, "1");
  start_task (f, 0, 0, 2, 1, 1, "1");
}

static void
succeeds_twice (Fixture *f)
{
  start_task (f, 0, 0, 0, 0, 0, "1");
  start_task (f, 0, 0, 1, 0, 1, "2");
  end_task (f, 0, 0, 0, 0, "Success");
  end_task (f, 0, 0, 1, 0, "Success");
}

static void
starts_what_is_done (Fixture *f)
{
  start_task (f, 0, 0, 0, 0, 0, "1");
  end_task (f, 0, 0, 0, 0, "Success");
  start_task (f, 0, 0, 1, 0, 1, "1");
}

static void
fails_too_often (Fixture *f)
{
  for (guint i = 0; i < 3; i++)
    {
      start_task (f, 0, 0, i, 0, i, "1");
      end_task (f, 0, 0, i, 0, "ExceptionFailure");
    }
}

static void
tries_too_often (Fixture *f)
{
  for (gint attempt = 0; attempt < 2; attempt++)
    {
      if (attempt > 0)
        submit_stage (f, 0, attempt);
      start_task (f, 0, attempt, attempt, 0, 0, "1");
      end_task (f, 0, attempt, attempt, 0, "FetchFailed");
      complete_stage (f, 0, attempt, "lost");
    }
  submit_stage (f, 0, 2);
}

static void
runs_twice_at_once (Fixture *f)
{
  submit_stage (f, 0, 1);
}

static void
misses_a_parent (Fixture *f)
{
  complete_stage (f, 0, 0, NULL);
  submit_stage (f, 1, 0);
}

static void
is_needed_by_nobody (Fixture *f)
{
  finish_maps (f);
  end_job (f, "cancelled");
  submit_stage (f, 1, 0);
}

static void
serves_what_was_lost (Fixture *f)
{
  finish_maps (f);
  remove_executor (f, "1");
  add_executor (f, "1", "near"); /* the same name, and empty */
  submit_stage (f, 1, 0);
}

static void
serves_what_nobody_wrote (Fixture *f)
{
  finish_maps (f);
  write_output (f, 0, 17, "1");
  submit_stage (f, 1, 0);
}

static void
starts_for_an_old_attempt (Fixture *f)
{
  complete_stage (f, 0, 0, "lost");
  submit_stage (f, 0, 1);
  start_task (f, 0, 0, 0, 0, 0, "1");
}

static void
ends_what_never_ran (Fixture *f)
{
  end_task (f, 0, 0, 5, 0, "Success");
}

static void
takes_back_what_failed (Fixture *f)
{
  start_task (f, 0, 0, 0, 0, 0, "1");
  end_task (f, 0, 0, 0, 0, "ExceptionFailure");
  end_task (f, 0, 0, 0, 0, "Resubmitted");
}

static void
ends_well_without_results (Fixture *f)
{
  finish_maps (f);
  end_job (f, NULL);
}

static void
fails_without_a_word (Fixture *f)
{
  end_job (f, "");
}

static void
never_ends (Fixture *f)
{
  rush_invariant_watch_finish (f->watch);
}

static void
leaves_a_stage_open (Fixture *f)
{
  end_job (f, "cancelled");
  rush_invariant_watch_finish (f->watch);
}

static void
holds_more_than_the_pool (Fixture *f)
{
  f->memory.execution_used = 60;
  f->memory.storage_used = 41;
  start_task (f, 0, 0, 0, 0, 0, "1");
  start_task (f, 0, 0, 1, 1, 0, "1");
  end_task (f, 0, 0, 0, 0, "Success");
}

static void
gives_memory_not_back (Fixture *f)
{
  f->memory.execution_used = 1;
  start_task (f, 0, 0, 0, 0, 0, "1");
  end_task (f, 0, 0, 0, 0, "Success");
}

static void
turns_back_time (Fixture *f)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_TASK_START);

  event->task_start.task.launch_ms = 5;
  fill (&event->task_start.task, 0, 0, 0, "1");
  post (f, event);
  start_task (f, 0, 0, 1, 1, 0, "1");
}

static const struct
{
  const char *name, *said;
  void (*act) (Fixture *f);
} mutants[] = {
  { "starts on a draining one", "which is being decommissioned", starts_on_a_draining_one },
  { "starts on a closed one", "whose connection is closed", starts_on_a_closed_one },
  { "starts on a lost one", "which is not there", starts_on_a_lost_one },
  { "starts on an excluded one", "which is excluded", starts_on_an_excluded_one },
  { "starts on an excluded host", "whose host is excluded", starts_on_an_excluded_host },
  { "starts where the stage may not", "excluded for the stage", starts_where_the_stage_may_not },
  { "takes too many slots", "runs 3 tasks of 1 cores each and has 2", takes_too_many_slots },
  { "succeeds twice", "task 0 of stage 0.0 has succeeded twice", succeeds_twice },
  { "starts what is done", "is done and starts again", starts_what_is_done },
  { "fails too often", "starts again after 2 failures", fails_too_often },
  { "tries too often", "stage 0 starts again after 2 failed attempts", tries_too_often },
  { "runs twice at once", "and attempt 0 still runs", runs_twice_at_once },
  { "misses a parent", "2 of 2 outputs of its parent 0 are missing", misses_a_parent },
  { "is needed by nobody", "stage 1 starts, and no job needs it", is_needed_by_nobody },
  { "serves what was lost", "which has been lost since", serves_what_was_lost },
  { "serves what nobody wrote", "of task 17, which has not succeeded", serves_what_nobody_wrote },
  { "starts for an old attempt", "which does not run", starts_for_an_old_attempt },
  { "ends what never ran", "task 5 ends, and does not run", ends_what_never_ran },
  { "takes back what failed", "is to run again, and has not succeeded", takes_back_what_failed },
  { "ends well without results", "ends well with 0 of 2 results", ends_well_without_results },
  { "fails without a word", "does not say why", fails_without_a_word },
  { "never ends", "job 0 has never ended", never_ends },
  { "leaves a stage open", "attempt 0 at stage 0 has never ended", leaves_a_stage_open },
  { "holds more than the pool", "are more than its pool of 100", holds_more_than_the_pool },
  { "gives memory not back", "runs nothing, and its tasks hold 1 bytes", gives_memory_not_back },
  { "turns back time", "time goes back, from 5 to 0 ms", turns_back_time },
};

static void
test_mutant (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  Fixture *f = setup ();

  g_assert_cmpuint (f->violations->len, ==, 0);
  mutants[i].act (f);
  g_assert_cmpuint (f->violations->len, >, 0);
  const char *said = g_ptr_array_index (f->violations, 0);
  if (strstr (said, mutants[i].said) == NULL)
    g_error ("\"%s\" does not say \"%s\"", said, mutants[i].said);
  free_fixture (f);
}

/* The scheduler's own checks come with each message; here it is asked when all is well. */
static void
test_no_more_than_twenty (void)
{
  Fixture *f = setup ();

  for (guint i = 0; i < 30; i++)
    end_task (f, 0, 0, i, 0, "Success");
  g_assert_cmpuint (f->violations->len, ==, 20);
  free_fixture (f);
}

/* ---- shrinking ---- */

/* Faults 3 and 17 together, on five executors or more. */
static gboolean
two_are_to_blame (gpointer data, const gboolean *keep, guint n_executors)
{
  (*(guint *)data)++;
  return keep[3] && keep[17] && n_executors >= 5;
}

static void
test_shrinks_to_what_matters (void)
{
  gboolean keep[40];
  guint n_executors = 50, n_calls = 0;

  for (guint i = 0; i < G_N_ELEMENTS (keep); i++)
    keep[i] = TRUE;
  guint n_runs =
      rush_chaos_shrink (G_N_ELEMENTS (keep), keep, &n_executors, two_are_to_blame, &n_calls);
  for (guint i = 0; i < G_N_ELEMENTS (keep); i++)
    g_assert_cmpint (keep[i], ==, i == 3 || i == 17);
  g_assert_cmpuint (n_executors, ==, 5);
  g_assert_cmpuint (n_runs, ==, n_calls);
  g_assert_cmpuint (n_runs, <, 60);
}

static gboolean
always (gpointer data, const gboolean *keep, guint n_executors)
{
  return TRUE;
}

static void
test_shrinks_to_nothing (void)
{
  gboolean keep[] = { TRUE, TRUE, FALSE, TRUE };
  guint n_executors = 7;

  rush_chaos_shrink (G_N_ELEMENTS (keep), keep, &n_executors, always, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (keep); i++)
    g_assert_false (keep[i]);
  g_assert_cmpuint (n_executors, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chaos/watch/nothing is found", test_nothing_is_found);
  for (guint i = 0; i < G_N_ELEMENTS (mutants); i++)
    {
      g_autofree char *path = g_strdup_printf ("/chaos/watch/%s", mutants[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_mutant);
    }
  g_test_add_func ("/chaos/watch/no more than twenty", test_no_more_than_twenty);
  g_test_add_func ("/chaos/shrink/to what matters", test_shrinks_to_what_matters);
  g_test_add_func ("/chaos/shrink/to nothing", test_shrinks_to_nothing);
  return g_test_run ();
}
