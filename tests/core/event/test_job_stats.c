/* test_job_stats.c - what is remembered of jobs: states, counts, repeated stages, and how long. */
#include "stats_fixture.h"

#include <pthread.h>
#include <string.h>

/* ---- a whole run ---- */

static void
test_sample_run (StatsFixture *self, gconstpointer data)
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

  stats_assert_summary (self->stats, 0, "SUCCEEDED after 310 ms, 2 stages (0 skipped), 4 tasks");
  stats_assert_summary (self->stats, 1, "SUCCEEDED after 90 ms, 2 stages (1 skipped), 2 tasks");
}

/* As statusTracker sees it while it happens. */
static void
test_while_running (StatsFixture *self, gconstpointer data)
{
  stats_start_job (self, 0, self->map, self->result);
  stats_assert_ids (rush_job_stats_active_job_ids (self->stats), 1, 0);
  stats_assert_ids (rush_job_stats_active_stage_ids (self->stats), 0);

  stats_post (self, sample_stage_submitted (self->map, 0, 5));
  stats_post (self, sample_task_start (0, 0, 0, 0));
  stats_post (self, sample_task_start (0, 0, 1, 1));
  stats_post (self, sample_task_end (self->map, 0, 1, 1, "ExceptionFailure"));
  stats_assert_ids (rush_job_stats_active_stage_ids (self->stats), 1, 0);
  g_autoptr (RushStageSummary) map = rush_job_stats_stage (self->stats, 0);
  g_autoptr (RushStageSummary) result = rush_job_stats_stage (self->stats, 1);
  g_assert_cmpuint (map->n_active, ==, 1);
  g_assert_cmpuint (map->n_failed, ==, 1);
  g_assert_cmpuint (map->n_completed, ==, 0);
  g_assert_cmpint (map->metrics.run_us, ==, 0); /* failures do not count */
  g_assert_cmpint (result->status, ==, RUSH_STAGE_PENDING);
  stats_assert_summary (self->stats, 0, "RUNNING after -1 ms, 2 stages (0 skipped), 0 tasks");

  stats_post (self, sample_task_end (self->map, 0, 0, 0, "Success"));
  stats_post (self, sample_job_end (0, 100, "Job aborted due to stage failure: boom\nsecond line"));
  stats_assert_ids (rush_job_stats_active_job_ids (self->stats), 0);
  stats_assert_ids (rush_job_stats_job_ids (self->stats), 1, 0);
  stats_assert_summary (self->stats, 0, "FAILED after 100 ms, 2 stages (0 skipped), 1 tasks");
  g_autoptr (RushJobSummary) job = rush_job_stats_job (self->stats, 0);
  g_assert_cmpstr (job->error, ==, "Job aborted due to stage failure: boom\nsecond line");
}

/* Kills and denied commits are nobody's fault. */
static void
test_not_failures (StatsFixture *self, gconstpointer data)
{
  stats_start_job (self, 0, self->map, self->result);
  stats_post (self, sample_stage_submitted (self->map, 0, 5));
  stats_post (self, sample_task_start (0, 0, 0, 0));
  stats_post (self, sample_task_start (0, 0, 1, 1));
  stats_post (self, sample_task_end (self->map, 0, 0, 0, "TaskKilled"));
  stats_post (self, sample_task_end (self->map, 0, 1, 1, "TaskCommitDenied"));
  g_autoptr (RushStageSummary) map = rush_job_stats_stage (self->stats, 0);

  g_assert_cmpuint (map->n_failed, ==, 0);
  g_assert_cmpuint (map->n_active, ==, 0);
}

/* ---- stages that run again ---- */

static void
test_recomputed (StatsFixture *self, gconstpointer data)
{
  stats_start_job (self, 0, self->map, self->result);
  stats_run_stage (self, self->map, 0);
  stats_post (self, sample_stage_submitted (self->result, 0, 110));
  stats_post (self, sample_task_start (1, 0, 100, 0));
  stats_post (self, sample_task_end (self->result, 0, 100, 0, "FetchFailed"));
  stats_post (self, sample_stage_completed (self->result, 0, 120, "FetchFailed"));
  g_autoptr (RushStageSummary) failed = rush_job_stats_stage (self->stats, 1);
  g_assert_cmpint (failed->status, ==, RUSH_STAGE_FAILED);

  /* One output was lost, so the second attempt has one task. */
  g_autoptr (RushStageInfo) missing = rush_stage_info_dup (self->map);
  missing->n_tasks = 1;
  stats_post (self, sample_stage_submitted (missing, 1, 330));
  stats_post (self, sample_task_start (0, 1, 10, 1));
  g_autoptr (RushStageSummary) again = rush_job_stats_stage (self->stats, 0);
  g_assert_cmpint (again->status, ==, RUSH_STAGE_RUNNING);
  g_assert_cmpuint (again->n_active, ==, 1);
  g_assert_cmpuint (again->n_completed, ==, 0); /* of this attempt */
  stats_post (self, sample_task_end (missing, 1, 10, 1, "Success"));
  stats_post (self, sample_stage_completed (missing, 1, 400, NULL));
  stats_run_stage (self, self->result, 1);
  stats_post (self, sample_job_end (0, 500, NULL));

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
test_late_end_of_old_attempt (StatsFixture *self, gconstpointer data)
{
  stats_start_job (self, 0, self->map, self->result);
  stats_post (self, sample_stage_submitted (self->map, 0, 5));
  stats_post (self, sample_task_start (0, 0, 0, 0));
  stats_post (self, sample_stage_submitted (self->map, 1, 50));
  stats_post (self, sample_task_start (0, 1, 10, 1));
  stats_post (self, sample_task_end (self->map, 0, 0, 0, "Success"));
  stats_post (self, sample_stage_completed (self->map, 0, 60, "given up"));
  g_autoptr (RushStageSummary) map = rush_job_stats_stage (self->stats, 0);

  g_assert_cmpint (map->status, ==, RUSH_STAGE_RUNNING);
  g_assert_cmpuint (map->n_active, ==, 1);
  g_assert_cmpuint (map->n_completed, ==, 0);
  g_assert_cmpuint (map->n_succeeded, ==, 1); /* its output counts all the same */
}

/* A finished map task whose output went with its executor. */
static void
test_resubmitted (StatsFixture *self, gconstpointer data)
{
  stats_start_job (self, 0, self->map, self->result);
  stats_post (self, sample_stage_submitted (self->map, 0, 5));
  for (gint i = 0; i < 2; i++)
    stats_post (self, sample_task_start (0, 0, i, i));
  stats_post (self, sample_task_end (self->map, 0, 0, 0, "Success"));
  RushEvent *removed = rush_event_new (RUSH_EVENT_EXECUTOR_REMOVED);
  removed->executor_removed.executor_id = g_strdup ("1");
  removed->executor_removed.reason = g_strdup ("killed");
  stats_post (self, removed);
  stats_post (self, sample_task_end (self->map, 0, 0, 0, "Resubmitted"));
  g_autoptr (RushStageSummary) map = rush_job_stats_stage (self->stats, 0);
  g_assert_cmpuint (map->n_completed, ==, 0);
  g_assert_cmpuint (map->n_failed, ==, 0);
  g_assert_cmpuint (map->n_active, ==, 1);

  stats_post (self, sample_task_start (0, 0, 2, 0));
  stats_post (self, sample_task_end (self->map, 0, 2, 0, "Success"));
  stats_post (self, sample_task_end (self->map, 0, 1, 1, "Success"));
  g_autoptr (RushStageSummary) done = rush_job_stats_stage (self->stats, 0);
  g_assert_cmpuint (done->n_completed, ==, 2);
  g_assert_cmpuint (done->n_recomputed, ==, 1);
  g_autofree char *words = rush_stage_summary_describe_recomputed (done);
  g_assert_cmpstr (words, ==, "partition 0 again");
  g_assert_cmpstr (done->because, ==, "executor 1 was lost");
}

static void
assert_described (const guint *partitions, guint n, const char *expected)
{
  RushStageSummary summary = { .recomputed = g_array_new (FALSE, FALSE, sizeof (guint)) };

  g_array_append_vals (summary.recomputed, partitions, n);
  g_autofree char *words = rush_stage_summary_describe_recomputed (&summary);
  g_assert_cmpstr (words, ==, expected);
  g_array_unref (summary.recomputed);
}

static void
test_words_for_what_ran_again (StatsFixture *self, gconstpointer data)
{
  RushStageSummary nothing = { 0 };

  g_assert_null (rush_stage_summary_describe_recomputed (&nothing));
  assert_described ((guint[]){ 3, 7 }, 2, "partitions 3, 7 again");
  assert_described ((guint[]){ 3, 4, 9 }, 3, "partitions 3, 4, 9 again");
  assert_described ((guint[]){ 0, 1, 2, 9 }, 4, "partitions 0–2, 9 again");
  assert_described ((guint[]){ 0, 2, 4, 6, 8 }, 5, "partitions 0, 2, 4, 6, … again");
}

/* ---- what is forgotten ---- */

static void
test_forgets_oldest (StatsFixture *self, gconstpointer data)
{
  stats_start_job (self, 0, self->map, NULL); /* runs all the time */
  for (gint id = 1; id < 10; id++)
    {
      g_autoptr (RushStageInfo) stage = sample_map_stage (id);
      stats_start_job (self, id, stage, NULL);
      stats_run_stage (self, stage, 0);
      stats_post (self, sample_job_end (id, 100, NULL));
    }
  stats_assert_ids (rush_job_stats_job_ids (self->stats), 3, 0, 8, 9);
  g_assert_null (rush_job_stats_job (self->stats, 7));
  g_assert_null (rush_job_stats_stage (self->stats, 7));
  g_autoptr (RushStageSummary) kept = rush_job_stats_stage (self->stats, 8);
  g_assert_nonnull (kept);

  stats_run_stage (self, self->map, 0);
  stats_post (self, sample_job_end (0, 100, NULL));
  stats_assert_ids (rush_job_stats_job_ids (self->stats), 3, 0, 8, 9);
}

/* A stage lives as long as one of its jobs; an event of a forgotten one is no harm. */
static void
test_forgotten_stage (StatsFixture *self, gconstpointer data)
{
  stats_start_job (self, 0, self->map, NULL);
  stats_start_job (self, 1, self->map, NULL);
  stats_post (self, sample_job_end (0, 10, NULL));
  stats_start_job (self, 2, NULL, NULL);
  stats_post (self, sample_job_end (2, 10, NULL));
  g_autoptr (RushStageSummary) shared = rush_job_stats_stage (self->stats, 0);
  g_assert_nonnull (shared);

  stats_post (self, sample_job_end (1, 10, NULL));
  stats_start_job (self, 3, NULL, NULL);
  g_assert_null (rush_job_stats_stage (self->stats, 0));
  stats_run_stage (self, self->map, 0);
  stats_post (self, sample_job_end (0, 10, NULL));
  g_assert_null (rush_job_stats_stage (self->stats, 0));
}

/* What still ran when its job failed is not active for ever. */
static void
test_forgotten_while_running (StatsFixture *self, gconstpointer data)
{
  stats_start_job (self, 0, self->map, NULL);
  stats_post (self, sample_stage_submitted (self->map, 0, 5));
  stats_post (self, sample_job_end (0, 10, "cancelled"));
  stats_assert_ids (rush_job_stats_active_stage_ids (self->stats), 1, 0);
  stats_start_job (self, 1, NULL, NULL);
  stats_assert_ids (rush_job_stats_active_stage_ids (self->stats), 0);
}

static void
test_unknown (StatsFixture *self, gconstpointer data)
{
  g_assert_null (rush_job_stats_job (self->stats, 0));
  g_assert_null (rush_job_stats_stage (self->stats, 0));
  stats_assert_ids (rush_job_stats_job_ids (self->stats), 0);
  stats_assert_ids (rush_job_stats_active_stage_ids (self->stats), 0);
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
test_threads (StatsFixture *self, gconstpointer data)
{
  pthread_t thread;

  g_assert_cmpint (pthread_create (&thread, NULL, read_all_the_time, self->stats), ==, 0);
  for (gint id = 0; id <= 200; id++)
    {
      g_autoptr (RushStageInfo) stage = sample_map_stage (id);
      stats_start_job (self, id, stage, NULL);
      stats_run_stage (self, stage, 0);
      stats_post (self, sample_job_end (id, 100, NULL));
    }
  pthread_join (thread, NULL);
}

/* The reader may keep the statistics when the bus is gone, and the other way round. */
static void
test_ownership (void)
{
  RushEventBus *bus = rush_event_bus_new (1);
  RushJobStats *stats = rush_job_stats_new (10, 10);

  rush_event_bus_add_inline (bus, rush_job_stats_listener (stats));
  rush_job_stats_unref (stats);
  sample_run_post (bus);
  rush_event_bus_free (bus);

  bus = rush_event_bus_new (1);
  stats = rush_job_stats_new (10, 10);
  rush_event_bus_add_inline (bus, rush_job_stats_listener (stats));
  sample_run_post (bus);
  rush_event_bus_free (bus);
  stats_assert_ids (rush_job_stats_job_ids (stats), 2, 0, 1);
  rush_job_stats_unref (stats);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  stats_add ("/event/job-stats/sample-run", 0, test_sample_run);
  stats_add ("/event/job-stats/while-running", 0, test_while_running);
  stats_add ("/event/job-stats/not-failures", 0, test_not_failures);
  stats_add ("/event/job-stats/recomputed", 0, test_recomputed);
  stats_add ("/event/job-stats/late-end-of-old-attempt", 0, test_late_end_of_old_attempt);
  stats_add ("/event/job-stats/resubmitted", 0, test_resubmitted);
  stats_add ("/event/job-stats/words-for-what-ran-again", 0, test_words_for_what_ran_again);
  stats_add ("/event/job-stats/forgets-oldest", 3, test_forgets_oldest);
  stats_add ("/event/job-stats/forgotten-stage", 1, test_forgotten_stage);
  stats_add ("/event/job-stats/forgotten-while-running", 1, test_forgotten_while_running);
  stats_add ("/event/job-stats/unknown", 0, test_unknown);
  g_test_add_func ("/event/job-stats/status-names", test_status_names);
  stats_add ("/event/job-stats/threads", 20, test_threads);
  g_test_add_func ("/event/job-stats/ownership", test_ownership);
  return g_test_run ();
}
