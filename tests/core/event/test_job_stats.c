/* What is remembered of jobs: states, counts, skipped and repeated stages, what is forgotten. */
#include "core/event/job_stats.h"
#include "sample_run.h"

#include <pthread.h>
#include <string.h>

typedef struct
{
  RushEventBus *bus;
  RushJobStats *stats;
  RushStageInfo *map;    /* stage 0 */
  RushStageInfo *result; /* stage 1 */
} Fixture;

static void
set_up (Fixture *self, gconstpointer retained)
{
  self->bus = rush_event_bus_new (10);
  self->stats = rush_job_stats_new (retained != NULL ? GPOINTER_TO_UINT (retained) : 1000);
  rush_event_bus_add_inline (self->bus, rush_job_stats_listener (self->stats));
  self->map = sample_map_stage (0);
  self->result = sample_result_stage (1, 0, "collect at app.py:10", 5);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  rush_event_bus_free (self->bus);
  rush_job_stats_unref (self->stats);
  rush_stage_info_unref (self->map);
  rush_stage_info_unref (self->result);
}

static void
post (Fixture *self, RushEvent *event)
{
  rush_event_bus_post (self->bus, event);
}

static void
start_job (Fixture *self, gint job_id, RushStageInfo *first, RushStageInfo *second)
{
  post (self,
        sample_job_start (job_id, 0, "collect at /home/ann/app.py:10", "action", first, second));
}

/* One attempt of which both tasks succeed. */
static void
run_stage (Fixture *self, RushStageInfo *stage, gint attempt)
{
  gint64 id = stage->stage_id * 100 + attempt * 10;

  post (self, sample_stage_submitted (stage, attempt, 5));
  for (guint i = 0; i < 2; i++)
    post (self, sample_task_start (stage->stage_id, attempt, id + i, i));
  for (guint i = 0; i < 2; i++)
    post (self, sample_task_end (stage, attempt, id + i, i, "Success"));
  post (self, sample_stage_completed (stage, attempt, 100, NULL));
}

static void
assert_ids (GArray *ids, guint n, ...)
{
  va_list args;

  g_assert_cmpuint (ids->len, ==, n);
  va_start (args, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (g_array_index (ids, gint, i), ==, va_arg (args, gint));
  va_end (args);
  g_array_unref (ids);
}

/* "SUCCEEDED after 310 ms, 2 stages (1 skipped), 4 tasks" */
static void
assert_summary (RushJobStats *stats, gint job_id, const char *expected)
{
  g_autoptr (RushJobSummary) job = rush_job_stats_job (stats, job_id);
  guint n_skipped = 0, n_tasks = 0;

  for (guint i = 0; i < job->n_stages; i++)
    {
      n_skipped += job->stages[i].status == RUSH_STAGE_SKIPPED;
      n_tasks += job->stages[i].n_succeeded;
    }
  g_autofree char *text = g_strdup_printf (
      "%s after %d ms, %u stages (%u skipped), %u tasks", rush_job_status_name (job->status),
      job->completion_ms > 0 ? (int)(job->completion_ms - job->submission_ms) : -1, job->n_stages,
      n_skipped, n_tasks);
  g_assert_cmpstr (text, ==, expected);
}

/* ---- a whole run ---- */

static void
test_sample_run (Fixture *self, gconstpointer data)
{
  sample_run_post (self->bus);
  g_autoptr (RushJobSummary) first = rush_job_stats_job (self->stats, 0);
  g_autoptr (RushJobSummary) second = rush_job_stats_job (self->stats, 1);

  g_assert_cmpstr (first->call_site, ==, "collect at /home/ann/app.py:10");
  g_assert_cmpstr (first->cause, ==, "action");
  g_assert_null (first->group);
  g_assert_cmpint (first->status, ==, RUSH_JOB_SUCCEEDED);
  g_assert_cmpint (first->submission_ms, ==, SAMPLE_START_MS);
  g_assert_cmpint (first->completion_ms, ==, SAMPLE_START_MS + 310);
  g_assert_cmpuint (first->n_stages, ==, 2);
  const RushStageSummary *map = &first->stages[0], *result = &first->stages[1];
  g_assert_cmpint (map->status, ==, RUSH_STAGE_SUCCEEDED);
  g_assert_cmpuint (map->n_attempts, ==, 1);
  g_assert_cmpuint (map->n_tasks, ==, 2);
  g_assert_cmpuint (map->n_completed, ==, 2);
  g_assert_cmpuint (map->n_active, ==, 0);
  g_assert_cmpuint (map->n_recomputed, ==, 0);
  g_assert_cmpint (map->metrics.run_us, ==, 200 * 1000);
  g_assert_cmpint (map->metrics.peak_execution_memory, ==, 4096); /* the largest, not the sum */
  g_assert_cmpint (map->shuffle_pairs, ==, 10);
  g_assert_cmpint (map->shuffle_bytes, ==, 336);
  g_assert_cmpint (result->shuffle_pairs, ==, -1);
  g_assert_cmpint (result->metrics.shuffle_read_pairs, ==, 10);

  g_assert_cmpint (second->stages[0].status, ==, RUSH_STAGE_SKIPPED);
  g_assert_cmpuint (second->stages[0].n_attempts, ==, 0);
  g_assert_cmpint (second->stages[0].shuffle_pairs, ==, 10); /* as stage 0 wrote them */
  g_assert_cmpint (second->stages[1].status, ==, RUSH_STAGE_SUCCEEDED);

  assert_summary (self->stats, 0, "SUCCEEDED after 310 ms, 2 stages (0 skipped), 4 tasks");
  assert_summary (self->stats, 1, "SUCCEEDED after 90 ms, 2 stages (1 skipped), 2 tasks");
}

/* As statusTracker sees it while it happens. */
static void
test_while_running (Fixture *self, gconstpointer data)
{
  start_job (self, 0, self->map, self->result);
  assert_ids (rush_job_stats_active_job_ids (self->stats), 1, 0);
  assert_ids (rush_job_stats_active_stage_ids (self->stats), 0);

  post (self, sample_stage_submitted (self->map, 0, 5));
  post (self, sample_task_start (0, 0, 0, 0));
  post (self, sample_task_start (0, 0, 1, 1));
  post (self, sample_task_end (self->map, 0, 1, 1, "ExceptionFailure"));
  assert_ids (rush_job_stats_active_stage_ids (self->stats), 1, 0);
  g_autoptr (RushStageSummary) map = rush_job_stats_stage (self->stats, 0);
  g_autoptr (RushStageSummary) result = rush_job_stats_stage (self->stats, 1);
  g_assert_cmpuint (map->n_active, ==, 1);
  g_assert_cmpuint (map->n_failed, ==, 1);
  g_assert_cmpuint (map->n_completed, ==, 0);
  g_assert_cmpint (map->metrics.run_us, ==, 0); /* failures do not count */
  g_assert_cmpint (result->status, ==, RUSH_STAGE_PENDING);
  assert_summary (self->stats, 0, "RUNNING after -1 ms, 2 stages (0 skipped), 0 tasks");

  post (self, sample_task_end (self->map, 0, 0, 0, "Success"));
  post (self, sample_job_end (0, 100, "Job aborted due to stage failure: boom\nsecond line"));
  assert_ids (rush_job_stats_active_job_ids (self->stats), 0);
  assert_ids (rush_job_stats_job_ids (self->stats), 1, 0);
  assert_summary (self->stats, 0, "FAILED after 100 ms, 2 stages (0 skipped), 1 tasks");
  g_autoptr (RushJobSummary) job = rush_job_stats_job (self->stats, 0);
  g_assert_cmpstr (job->error, ==, "Job aborted due to stage failure: boom\nsecond line");
}

/* Kills and denied commits are nobody's fault. */
static void
test_not_failures (Fixture *self, gconstpointer data)
{
  start_job (self, 0, self->map, self->result);
  post (self, sample_stage_submitted (self->map, 0, 5));
  post (self, sample_task_start (0, 0, 0, 0));
  post (self, sample_task_start (0, 0, 1, 1));
  post (self, sample_task_end (self->map, 0, 0, 0, "TaskKilled"));
  post (self, sample_task_end (self->map, 0, 1, 1, "TaskCommitDenied"));
  g_autoptr (RushStageSummary) map = rush_job_stats_stage (self->stats, 0);

  g_assert_cmpuint (map->n_failed, ==, 0);
  g_assert_cmpuint (map->n_active, ==, 0);
}

/* ---- stages that run again ---- */

static void
test_recomputed (Fixture *self, gconstpointer data)
{
  start_job (self, 0, self->map, self->result);
  run_stage (self, self->map, 0);
  post (self, sample_stage_submitted (self->result, 0, 110));
  post (self, sample_task_start (1, 0, 100, 0));
  post (self, sample_task_end (self->result, 0, 100, 0, "FetchFailed"));
  post (self, sample_stage_completed (self->result, 0, 120, "FetchFailed"));
  g_autoptr (RushStageSummary) failed = rush_job_stats_stage (self->stats, 1);
  g_assert_cmpint (failed->status, ==, RUSH_STAGE_FAILED);

  /* One output was lost, so the second attempt has one task. */
  g_autoptr (RushStageInfo) missing = rush_stage_info_dup (self->map);
  missing->n_tasks = 1;
  post (self, sample_stage_submitted (missing, 1, 330));
  post (self, sample_task_start (0, 1, 10, 1));
  g_autoptr (RushStageSummary) again = rush_job_stats_stage (self->stats, 0);
  g_assert_cmpint (again->status, ==, RUSH_STAGE_RUNNING);
  g_assert_cmpuint (again->n_active, ==, 1);
  g_assert_cmpuint (again->n_completed, ==, 0); /* of this attempt */
  post (self, sample_task_end (missing, 1, 10, 1, "Success"));
  post (self, sample_stage_completed (missing, 1, 400, NULL));
  run_stage (self, self->result, 1);
  post (self, sample_job_end (0, 500, NULL));

  g_autoptr (RushJobSummary) job = rush_job_stats_job (self->stats, 0);
  const RushStageSummary *map = &job->stages[0];
  g_assert_cmpuint (map->n_attempts, ==, 2);
  g_assert_cmpuint (map->n_tasks, ==, 2);
  g_assert_cmpuint (map->info->n_tasks, ==, 1);
  g_assert_cmpuint (map->n_succeeded, ==, 3);
  g_assert_cmpuint (map->n_recomputed, ==, 1);
  g_assert_cmpint (map->metrics.shuffle_write_pairs, ==, 15); /* the work that was done */
  g_assert_cmpint (map->shuffle_pairs, ==, 10);               /* what the shuffle holds */
  g_assert_cmpint (map->submission_ms, ==, SAMPLE_START_MS + 5);
  g_assert_cmpint (map->completion_ms, ==, SAMPLE_START_MS + 400);
}

/* The tail of an attempt that has been given up moves no counter of the newer one. */
static void
test_late_end_of_old_attempt (Fixture *self, gconstpointer data)
{
  start_job (self, 0, self->map, self->result);
  post (self, sample_stage_submitted (self->map, 0, 5));
  post (self, sample_task_start (0, 0, 0, 0));
  post (self, sample_stage_submitted (self->map, 1, 50));
  post (self, sample_task_start (0, 1, 10, 1));
  post (self, sample_task_end (self->map, 0, 0, 0, "Success"));
  post (self, sample_stage_completed (self->map, 0, 60, "given up"));
  g_autoptr (RushStageSummary) map = rush_job_stats_stage (self->stats, 0);

  g_assert_cmpint (map->status, ==, RUSH_STAGE_RUNNING);
  g_assert_cmpuint (map->n_active, ==, 1);
  g_assert_cmpuint (map->n_completed, ==, 0);
  g_assert_cmpuint (map->n_succeeded, ==, 1); /* its output counts all the same */
}

/* A finished map task whose output went with its executor. */
static void
test_resubmitted (Fixture *self, gconstpointer data)
{
  start_job (self, 0, self->map, self->result);
  post (self, sample_stage_submitted (self->map, 0, 5));
  for (gint i = 0; i < 2; i++)
    post (self, sample_task_start (0, 0, i, i));
  post (self, sample_task_end (self->map, 0, 0, 0, "Success"));
  post (self, sample_task_end (self->map, 0, 0, 0, "Resubmitted"));
  g_autoptr (RushStageSummary) map = rush_job_stats_stage (self->stats, 0);
  g_assert_cmpuint (map->n_completed, ==, 0);
  g_assert_cmpuint (map->n_failed, ==, 0);
  g_assert_cmpuint (map->n_active, ==, 1);

  post (self, sample_task_start (0, 0, 2, 0));
  post (self, sample_task_end (self->map, 0, 2, 0, "Success"));
  post (self, sample_task_end (self->map, 0, 1, 1, "Success"));
  g_autoptr (RushStageSummary) done = rush_job_stats_stage (self->stats, 0);
  g_assert_cmpuint (done->n_completed, ==, 2);
  g_assert_cmpuint (done->n_recomputed, ==, 1);
}

/* ---- skipped or not reached ---- */

/* A job that failed in its first stage has not skipped the second. */
static void
test_never_reached (Fixture *self, gconstpointer data)
{
  start_job (self, 0, self->map, self->result);
  post (self, sample_stage_submitted (self->map, 0, 5));
  post (self, sample_stage_completed (self->map, 0, 10, "boom"));
  post (self, sample_job_end (0, 20, "boom"));
  g_autoptr (RushJobSummary) job = rush_job_stats_job (self->stats, 0);

  g_assert_cmpint (job->stages[0].status, ==, RUSH_STAGE_FAILED);
  g_assert_cmpint (job->stages[1].status, ==, RUSH_STAGE_PENDING);
  g_assert_cmpstr (job->error, ==, "boom");
}

/* Everything above a stage that started is skipped, however far; a "skipped" stage whose output is
 * lost on the way runs after all. */
static void
test_skipped_chain (Fixture *self, gconstpointer data)
{
  g_autoptr (RushStageInfo) first = sample_map_stage (2);
  g_autoptr (RushStageInfo) last = sample_result_stage (4, 3, "count at app.py:11", 9);
  g_autoptr (RushEvent) start =
      sample_job_start (1, 0, "count at app.py:11", "action", first, NULL);
  RushStageInfo *middle = sample_result_stage (3, 2, "distinct at app.py:10", 8);
  middle->shuffle_id = 1;
  start->job_start.stages = g_renew (RushStageInfo *, start->job_start.stages, 3);
  start->job_start.stages[1] = middle;
  start->job_start.stages[2] = rush_stage_info_ref (last);
  start->job_start.n_stages = 3;

  post (self, rush_event_ref (start));
  post (self, sample_stage_submitted (last, 0, 5));
  g_autoptr (RushJobSummary) running = rush_job_stats_job (self->stats, 1);
  g_assert_cmpint (running->stages[0].status, ==, RUSH_STAGE_SKIPPED);
  g_assert_cmpint (running->stages[1].status, ==, RUSH_STAGE_SKIPPED);
  g_assert_cmpint (running->stages[1].shuffle_pairs, ==, -1); /* nobody knows */

  post (self, sample_stage_completed (last, 0, 10, "FetchFailed"));
  run_stage (self, middle, 0);
  run_stage (self, last, 1);
  post (self, sample_job_end (1, 500, NULL));
  g_autoptr (RushJobSummary) ended = rush_job_stats_job (self->stats, 1);
  g_assert_cmpint (ended->stages[0].status, ==, RUSH_STAGE_SKIPPED);
  g_assert_cmpint (ended->stages[1].status, ==, RUSH_STAGE_SUCCEEDED);
}

/* A shuffle that was lost and written anew holds what was written last. */
static void
test_newest_writer (Fixture *self, gconstpointer data)
{
  g_autoptr (RushStageInfo) again = sample_map_stage (2);
  g_autoptr (RushStageInfo) skipped = sample_map_stage (4);
  g_autoptr (RushStageInfo) last = sample_result_stage (5, 4, "count at app.py:12", 6);

  start_job (self, 0, self->map, NULL);
  run_stage (self, self->map, 0);
  start_job (self, 1, again, NULL);
  post (self, sample_stage_submitted (again, 0, 5));
  post (self, sample_task_end (again, 0, 9, 0, "Success")); /* one of two so far */
  start_job (self, 2, skipped, last);
  post (self, sample_stage_submitted (last, 0, 5));
  g_autoptr (RushStageSummary) summary = rush_job_stats_stage (self->stats, 4);

  g_assert_cmpint (summary->status, ==, RUSH_STAGE_SKIPPED);
  g_assert_cmpint (summary->shuffle_pairs, ==, 5);
}

/* Two jobs at once that need the same shuffle have one stage. */
static void
test_shared_stage (Fixture *self, gconstpointer data)
{
  g_autoptr (RushStageInfo) other = sample_result_stage (2, 0, "count at app.py:11", 6);

  start_job (self, 0, self->map, self->result);
  start_job (self, 1, self->map, other);
  run_stage (self, self->map, 0);
  run_stage (self, self->result, 0);
  run_stage (self, other, 0);
  post (self, sample_job_end (0, 300, NULL));
  post (self, sample_job_end (1, 300, NULL));
  g_autoptr (RushJobSummary) second = rush_job_stats_job (self->stats, 1);

  g_assert_cmpint (second->stages[0].status, ==, RUSH_STAGE_SUCCEEDED);
  g_assert_cmpuint (second->stages[0].n_succeeded, ==, 2);
}

/* Counting an empty RDD is a job without stages. */
static void
test_job_without_stages (Fixture *self, gconstpointer data)
{
  post (self, sample_job_start (0, 0, "count at app.py:3", "action", NULL, NULL));
  post (self, sample_job_end (0, 0, NULL));
  assert_summary (self->stats, 0, "SUCCEEDED after 0 ms, 0 stages (0 skipped), 0 tasks");
}

static void
test_cause (Fixture *self, gconstpointer data)
{
  post (self, sample_job_start (0, 0, "sortByKey at app.py:3", "sortByKey sampling", NULL, NULL));
  post (self, sample_job_end (0, 0, NULL));
  g_autoptr (RushJobSummary) job = rush_job_stats_job (self->stats, 0);
  g_assert_cmpstr (job->cause, ==, "sortByKey sampling");
}

/* ---- groups ---- */

static void
test_groups (Fixture *self, gconstpointer data)
{
  const char *groups[] = { "b", NULL, "a", "b" };

  for (gint id = 3; id >= 0; id--) /* ids need not come in order */
    {
      RushEvent *start = sample_job_start (id, 0, "count at app.py:1", "action", NULL, NULL);
      g_strfreev (start->job_start.properties);
      start->job_start.properties = groups[id] == NULL
                                        ? NULL
                                        : sample_properties ("spark.jobGroup.id", groups[id],
                                                             "spark.job.description", "why", NULL);
      post (self, start);
    }
  assert_ids (rush_job_stats_job_ids_for_group (self->stats, "b"), 2, 0, 3);
  assert_ids (rush_job_stats_job_ids_for_group (self->stats, "a"), 1, 2);
  assert_ids (rush_job_stats_job_ids_for_group (self->stats, "c"), 0);
  assert_ids (rush_job_stats_job_ids_for_group (self->stats, NULL), 1, 1);
  assert_ids (rush_job_stats_active_job_ids (self->stats), 4, 0, 1, 2, 3);
  g_autoptr (RushJobSummary) job = rush_job_stats_job (self->stats, 3);
  g_assert_cmpstr (job->group, ==, "b");
  g_assert_cmpstr (job->description, ==, "why");
}

/* ---- what is forgotten ---- */

static void
test_forgets_oldest (Fixture *self, gconstpointer data)
{
  start_job (self, 0, self->map, NULL); /* runs all the time */
  for (gint id = 1; id < 10; id++)
    {
      g_autoptr (RushStageInfo) stage = sample_map_stage (id);
      start_job (self, id, stage, NULL);
      run_stage (self, stage, 0);
      post (self, sample_job_end (id, 100, NULL));
    }
  assert_ids (rush_job_stats_job_ids (self->stats), 3, 0, 8, 9);
  g_assert_null (rush_job_stats_job (self->stats, 7));
  g_assert_null (rush_job_stats_stage (self->stats, 7));
  g_autoptr (RushStageSummary) kept = rush_job_stats_stage (self->stats, 8);
  g_assert_nonnull (kept);

  run_stage (self, self->map, 0);
  post (self, sample_job_end (0, 100, NULL));
  assert_ids (rush_job_stats_job_ids (self->stats), 3, 0, 8, 9);
}

/* A stage lives as long as one of its jobs; an event of a forgotten one is no harm. */
static void
test_forgotten_stage (Fixture *self, gconstpointer data)
{
  start_job (self, 0, self->map, NULL);
  start_job (self, 1, self->map, NULL);
  post (self, sample_job_end (0, 10, NULL));
  start_job (self, 2, NULL, NULL);
  post (self, sample_job_end (2, 10, NULL));
  g_autoptr (RushStageSummary) shared = rush_job_stats_stage (self->stats, 0);
  g_assert_nonnull (shared);

  post (self, sample_job_end (1, 10, NULL));
  start_job (self, 3, NULL, NULL);
  g_assert_null (rush_job_stats_stage (self->stats, 0));
  run_stage (self, self->map, 0);
  post (self, sample_job_end (0, 10, NULL));
  g_assert_null (rush_job_stats_stage (self->stats, 0));
}

/* What still ran when its job failed is not active for ever. */
static void
test_forgotten_while_running (Fixture *self, gconstpointer data)
{
  start_job (self, 0, self->map, NULL);
  post (self, sample_stage_submitted (self->map, 0, 5));
  post (self, sample_job_end (0, 10, "cancelled"));
  assert_ids (rush_job_stats_active_stage_ids (self->stats), 1, 0);
  start_job (self, 1, NULL, NULL);
  assert_ids (rush_job_stats_active_stage_ids (self->stats), 0);
}

static void
test_unknown (Fixture *self, gconstpointer data)
{
  g_assert_null (rush_job_stats_job (self->stats, 0));
  g_assert_null (rush_job_stats_stage (self->stats, 0));
  assert_ids (rush_job_stats_job_ids (self->stats), 0);
  assert_ids (rush_job_stats_active_stage_ids (self->stats), 0);
}

static void
test_status_names (void)
{
  g_assert_cmpstr (rush_job_status_name (RUSH_JOB_RUNNING), ==, "RUNNING");
  g_assert_cmpstr (rush_job_status_name (RUSH_JOB_SUCCEEDED), ==, "SUCCEEDED");
  g_assert_cmpstr (rush_job_status_name (RUSH_JOB_FAILED), ==, "FAILED");
}

/* ---- threads ---- */

/* Reads while the run goes on; every copy is consistent in itself. */
static gpointer
read_all_the_time (gpointer data)
{
  RushJobStats *stats = data;
  guint n_seen = 0;

  while (n_seen < 200)
    {
      g_autoptr (GArray) ids = rush_job_stats_job_ids (stats);
      for (guint i = 0; i < ids->len; i++)
        {
          g_autoptr (RushJobSummary) job = rush_job_stats_job (stats, g_array_index (ids, gint, i));
          if (job == NULL)
            continue; /* forgotten in between */
          g_assert_cmpuint (job->n_stages, ==, 1);
          g_assert_cmpuint (job->stages[0].n_completed, <=, 2);
          if (job->status == RUSH_JOB_SUCCEEDED)
            g_assert_cmpuint (job->stages[0].n_completed, ==, 2);
        }
      n_seen = ids->len > 0 ? (guint)g_array_index (ids, gint, ids->len - 1) : 0;
    }
  return NULL;
}

static void
test_threads (Fixture *self, gconstpointer data)
{
  pthread_t thread;

  g_assert_cmpint (pthread_create (&thread, NULL, read_all_the_time, self->stats), ==, 0);
  for (gint id = 0; id <= 200; id++)
    {
      g_autoptr (RushStageInfo) stage = sample_map_stage (id);
      start_job (self, id, stage, NULL);
      run_stage (self, stage, 0);
      post (self, sample_job_end (id, 100, NULL));
    }
  pthread_join (thread, NULL);
}

/* The reader may keep the statistics when the bus is gone, and the other way round. */
static void
test_ownership (void)
{
  RushEventBus *bus = rush_event_bus_new (1);
  RushJobStats *stats = rush_job_stats_new (10);

  rush_event_bus_add_inline (bus, rush_job_stats_listener (stats));
  rush_job_stats_unref (stats);
  sample_run_post (bus);
  rush_event_bus_free (bus);

  bus = rush_event_bus_new (1);
  stats = rush_job_stats_new (10);
  rush_event_bus_add_inline (bus, rush_job_stats_listener (stats));
  sample_run_post (bus);
  rush_event_bus_free (bus);
  assert_ids (rush_job_stats_job_ids (stats), 2, 0, 1);
  rush_job_stats_unref (stats);
}

static void
add (const char *path, guint retained, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, GUINT_TO_POINTER (retained), set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/event/job-stats/sample-run", 0, test_sample_run);
  add ("/event/job-stats/while-running", 0, test_while_running);
  add ("/event/job-stats/not-failures", 0, test_not_failures);
  add ("/event/job-stats/recomputed", 0, test_recomputed);
  add ("/event/job-stats/late-end-of-old-attempt", 0, test_late_end_of_old_attempt);
  add ("/event/job-stats/resubmitted", 0, test_resubmitted);
  add ("/event/job-stats/never-reached", 0, test_never_reached);
  add ("/event/job-stats/skipped-chain", 0, test_skipped_chain);
  add ("/event/job-stats/shared-stage", 0, test_shared_stage);
  add ("/event/job-stats/job-without-stages", 0, test_job_without_stages);
  add ("/event/job-stats/cause", 0, test_cause);
  add ("/event/job-stats/groups", 0, test_groups);
  add ("/event/job-stats/forgets-oldest", 3, test_forgets_oldest);
  add ("/event/job-stats/forgotten-stage", 1, test_forgotten_stage);
  add ("/event/job-stats/newest-writer", 0, test_newest_writer);
  add ("/event/job-stats/forgotten-while-running", 1, test_forgotten_while_running);
  add ("/event/job-stats/unknown", 0, test_unknown);
  g_test_add_func ("/event/job-stats/status-names", test_status_names);
  add ("/event/job-stats/threads", 20, test_threads);
  g_test_add_func ("/event/job-stats/ownership", test_ownership);
  return g_test_run ();
}
