/* test_job_stats_queries.c - what follows from several records: skipped stages and their volume,
 * the cause of a job, groups.
 */
#include "stats_fixture.h"

/* A stage that Spark calls after its own file is shown where the program asked for the job. */
static void
test_place_of_stage (StatsFixture *self, gconstpointer data)
{
  g_free (self->map->name);
  self->map->name = g_strdup ("mapPartitions at KMeans.scala");
  RushEvent *start =
      sample_job_start (0, 0, "sum at KMeans.scala", "action", self->map, self->result);
  g_strfreev (start->job_start.properties);
  start->job_start.properties = sample_properties ("callSite.short", "sum at KMeans.scala",
                                                   RUSH_JOB_PLACE, "fit at app.py:3", NULL);
  stats_post (self, start);
  g_autoptr (RushJobSummary) job = rush_job_stats_job (self->stats, 0);

  g_assert_cmpstr (rush_job_summary_place (job), ==, "fit at app.py:3");
  g_assert_cmpstr (rush_job_summary_place_of_stage (job, &job->stages[0]), ==, "fit at app.py:3");
  g_assert_cmpstr (rush_job_summary_place_of_stage (job, &job->stages[1]), ==, self->result->name);
}

/* ---- skipped or not reached ---- */

/* A job that failed in its first stage has not skipped the second. */
static void
test_never_reached (StatsFixture *self, gconstpointer data)
{
  stats_start_job (self, 0, self->map, self->result);
  stats_post (self, sample_stage_submitted (self->map, 0, 5));
  stats_post (self, sample_stage_completed (self->map, 0, 10, "boom"));
  stats_post (self, sample_job_end (0, 20, "boom"));
  g_autoptr (RushJobSummary) job = rush_job_stats_job (self->stats, 0);

  g_assert_cmpint (job->stages[0].status, ==, RUSH_STAGE_FAILED);
  g_assert_cmpint (job->stages[1].status, ==, RUSH_STAGE_PENDING);
  g_assert_cmpstr (job->error, ==, "boom");
}

/* Everything above a stage that started is skipped, however far; a "skipped" stage whose output is
 * lost on the way runs after all. */
static void
test_skipped_chain (StatsFixture *self, gconstpointer data)
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

  stats_post (self, rush_event_ref (start));
  stats_post (self, sample_stage_submitted (last, 0, 5));
  g_autoptr (RushJobSummary) running = rush_job_stats_job (self->stats, 1);
  g_assert_cmpint (running->stages[0].status, ==, RUSH_STAGE_SKIPPED);
  g_assert_cmpint (running->stages[1].status, ==, RUSH_STAGE_SKIPPED);
  g_assert_cmpint (running->stages[1].shuffle_pairs, ==, -1); /* nobody knows */

  stats_post (self, sample_stage_completed (last, 0, 10, "FetchFailed"));
  stats_run_stage (self, middle, 0);
  stats_run_stage (self, last, 1);
  stats_post (self, sample_job_end (1, 500, NULL));
  g_autoptr (RushJobSummary) ended = rush_job_stats_job (self->stats, 1);
  g_assert_cmpint (ended->stages[0].status, ==, RUSH_STAGE_SKIPPED);
  g_assert_cmpint (ended->stages[1].status, ==, RUSH_STAGE_SUCCEEDED);
}

/* A shuffle that was lost and written anew holds what was written last. */
static void
test_newest_writer (StatsFixture *self, gconstpointer data)
{
  g_autoptr (RushStageInfo) again = sample_map_stage (2);
  g_autoptr (RushStageInfo) skipped = sample_map_stage (4);
  g_autoptr (RushStageInfo) last = sample_result_stage (5, 4, "count at app.py:12", 6);

  stats_start_job (self, 0, self->map, NULL);
  stats_run_stage (self, self->map, 0);
  stats_start_job (self, 1, again, NULL);
  stats_post (self, sample_stage_submitted (again, 0, 5));
  stats_post (self, sample_task_end (again, 0, 9, 0, "Success")); /* one of two so far */
  stats_start_job (self, 2, skipped, last);
  stats_post (self, sample_stage_submitted (last, 0, 5));
  g_autoptr (RushStageSummary) summary = rush_job_stats_stage (self->stats, 4);

  g_assert_cmpint (summary->status, ==, RUSH_STAGE_SKIPPED);
  g_assert_cmpint (summary->shuffle_pairs, ==, 5);
  summary = (rush_stage_summary_free (summary), rush_job_stats_stage (self->stats, 2));
  g_assert_cmpuint (summary->n_recomputed, ==, 1); /* an earlier stage had written it */
}

/* Two jobs at once that need the same shuffle have one stage. */
static void
test_shared_stage (StatsFixture *self, gconstpointer data)
{
  g_autoptr (RushStageInfo) other = sample_result_stage (2, 0, "count at app.py:11", 6);

  stats_start_job (self, 0, self->map, self->result);
  stats_start_job (self, 1, self->map, other);
  stats_run_stage (self, self->map, 0);
  stats_run_stage (self, self->result, 0);
  stats_run_stage (self, other, 0);
  stats_post (self, sample_job_end (0, 300, NULL));
  stats_post (self, sample_job_end (1, 300, NULL));
  g_autoptr (RushJobSummary) second = rush_job_stats_job (self->stats, 1);

  g_assert_cmpint (second->stages[0].status, ==, RUSH_STAGE_SUCCEEDED);
  g_assert_cmpuint (second->stages[0].n_succeeded, ==, 2);
}

/* Counting an empty RDD is a job without stages. */
static void
test_job_without_stages (StatsFixture *self, gconstpointer data)
{
  stats_post (self, sample_job_start (0, 0, "count at app.py:3", "action", NULL, NULL));
  stats_post (self, sample_job_end (0, 0, NULL));
  stats_assert_summary (self->stats, 0, "SUCCEEDED after 0 ms, 0 stages (0 skipped), 0 tasks");
}

static void
test_cause (StatsFixture *self, gconstpointer data)
{
  stats_post (self,
              sample_job_start (0, 0, "sortByKey at app.py:3", "sortByKey sampling", NULL, NULL));
  stats_post (self, sample_job_end (0, 0, NULL));
  g_autoptr (RushJobSummary) job = rush_job_stats_job (self->stats, 0);
  g_assert_cmpstr (job->cause, ==, "sortByKey sampling");
}

/* ---- groups ---- */

static void
test_groups (StatsFixture *self, gconstpointer data)
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
      stats_post (self, start);
    }
  stats_assert_ids (rush_job_stats_job_ids_for_group (self->stats, "b"), 2, 0, 3);
  stats_assert_ids (rush_job_stats_job_ids_for_group (self->stats, "a"), 1, 2);
  stats_assert_ids (rush_job_stats_job_ids_for_group (self->stats, "c"), 0);
  stats_assert_ids (rush_job_stats_job_ids_for_group (self->stats, NULL), 1, 1);
  stats_assert_ids (rush_job_stats_active_job_ids (self->stats), 4, 0, 1, 2, 3);
  g_autoptr (RushJobSummary) job = rush_job_stats_job (self->stats, 3);
  g_assert_cmpstr (job->group, ==, "b");
  g_assert_cmpstr (job->description, ==, "why");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  stats_add ("/event/job-stats/place-of-stage", 0, test_place_of_stage);
  stats_add ("/event/job-stats/never-reached", 0, test_never_reached);
  stats_add ("/event/job-stats/skipped-chain", 0, test_skipped_chain);
  stats_add ("/event/job-stats/newest-writer", 0, test_newest_writer);
  stats_add ("/event/job-stats/shared-stage", 0, test_shared_stage);
  stats_add ("/event/job-stats/job-without-stages", 0, test_job_without_stages);
  stats_add ("/event/job-stats/cause", 0, test_cause);
  stats_add ("/event/job-stats/groups", 0, test_groups);
  return g_test_run ();
}
