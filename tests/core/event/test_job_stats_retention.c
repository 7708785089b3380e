/* What is remembered of jobs and stages is bounded, and what is forgotten first is what says least:
 * stages that were skipped, then those of the jobs that ended first.  Counts outlive the stages.
 */
#include "stats_fixture.h"

static void
set_up (StatsFixture *self, guint jobs, guint stages)
{
  *self =
      (StatsFixture){ .bus = rush_event_bus_new (10), .stats = rush_job_stats_new (jobs, stages) };
  rush_event_bus_add_inline (self->bus, rush_job_stats_listener (self->stats));
}

static void
tear_down (StatsFixture *self)
{
  rush_event_bus_free (self->bus);
  rush_job_stats_unref (self->stats);
}

/* A round of a loop: stage 2·@round writes the shuffle, in the first round alone, and the next
 * stage reads it. */
static void
start_round (StatsFixture *self, gint round)
{
  g_autoptr (RushStageInfo) map = sample_map_stage (2 * round);
  g_autoptr (RushStageInfo) result =
      sample_result_stage (2 * round + 1, 2 * round, "collect at app.py:10", 5);

  stats_start_job (self, round, map, result);
  if (round == 0)
    stats_run_stage (self, map, 0);
  stats_run_stage (self, result, 0);
}

static void
run_rounds (StatsFixture *self, gint first, gint n)
{
  for (gint round = first; round < first + n; round++)
    {
      start_round (self, round);
      stats_post (self, sample_job_end (round, 100 + round, NULL));
    }
}

static gboolean
knows_stage (const StatsFixture *self, gint id)
{
  g_autoptr (RushStageSummary) stage = rush_job_stats_stage (self->stats, id);

  return stage != NULL;
}

static void
test_skipped_stages_first (void)
{
  StatsFixture self;

  set_up (&self, 1000, 6);
  run_rounds (&self, 0, 4); /* 8 stages, of which 2, 4 and 6 are skipped */
  stats_assert_ids (rush_job_stats_job_ids (self.stats), 4, 0, 1, 2, 3);
  for (gint id = 0; id < 8; id++)
    g_assert_cmpint (knows_stage (&self, id), ==, id == 0 || id % 2 == 1 || id == 6);
  run_rounds (&self, 4, 1); /* and then what ended first */
  for (gint id = 0; id < 10; id++)
    g_assert_cmpint (knows_stage (&self, id), ==, id % 2 == 1 || id == 8);
  tear_down (&self);
}

/* A job says how many stages it had, which they were, and how many tasks ran, whatever is left. */
static void
test_jobs_have_counted (void)
{
  StatsFixture self;

  set_up (&self, 1000, 1);
  run_rounds (&self, 0, 3);
  g_autoptr (RushJobSummary) first = rush_job_stats_job (self.stats, 0);
  g_assert_cmpuint (first->n_stages, ==, 0);
  g_assert_cmpuint (first->n_stage_ids, ==, 2);
  g_assert_cmpint (first->stage_ids[1], ==, 1);
  g_assert_cmpuint (first->n_skipped, ==, 0);
  g_assert_cmpuint (first->n_succeeded_tasks, ==, 4);

  g_autoptr (RushJobSummary) last = rush_job_stats_job (self.stats, 2);
  g_assert_cmpuint (last->n_stages, ==, 1);
  g_assert_cmpint (last->stages[0].info->stage_id, ==, 5);
  g_assert_cmpuint (last->n_stage_ids, ==, 2);
  g_assert_cmpuint (last->n_skipped, ==, 1);
  g_assert_cmpuint (last->n_succeeded_tasks, ==, 2);
  tear_down (&self);
}

/* The stages of a job that runs are counted, and stay. */
static void
test_running_stays (void)
{
  StatsFixture self;

  set_up (&self, 1, 1);
  start_round (&self, 0);
  run_rounds (&self, 1, 3);
  stats_assert_ids (rush_job_stats_job_ids (self.stats), 1, 0);
  g_assert_true (knows_stage (&self, 0) && knows_stage (&self, 1));
  g_assert_false (knows_stage (&self, 7));
  stats_post (&self, sample_job_end (0, 900, NULL));
  stats_assert_ids (rush_job_stats_job_ids (self.stats), 1, 0);
  g_assert_true (!knows_stage (&self, 0) && knows_stage (&self, 1));
  tear_down (&self);
}

/* Of 20 jobs that may stay, two go when a 21st comes. */
static void
test_a_tenth_at_once (void)
{
  StatsFixture self;

  set_up (&self, 20, 1000);
  run_rounds (&self, 0, 20);
  start_round (&self, 20);
  g_autoptr (GArray) ids = rush_job_stats_job_ids (self.stats);
  g_assert_cmpuint (ids->len, ==, 19);
  g_assert_cmpint (g_array_index (ids, gint, 0), ==, 2);
  tear_down (&self);
}

/* The job that ended first goes first, whenever it began. */
static void
test_order_of_ends (void)
{
  StatsFixture self;

  set_up (&self, 2, 1000);
  start_round (&self, 0);
  run_rounds (&self, 1, 1);
  stats_post (&self, sample_job_end (0, 900, NULL));
  run_rounds (&self, 2, 1);
  stats_assert_ids (rush_job_stats_job_ids (self.stats), 2, 0, 2);
  tear_down (&self);
}

static void
test_nothing_retained (void)
{
  StatsFixture self;

  set_up (&self, 0, 0);
  start_round (&self, 0);
  stats_assert_ids (rush_job_stats_job_ids (self.stats), 1, 0);
  stats_post (&self, sample_job_end (0, 100, NULL));
  stats_assert_ids (rush_job_stats_job_ids (self.stats), 0);
  g_assert_false (knows_stage (&self, 1));
  tear_down (&self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/job-stats-retention/skipped-first", test_skipped_stages_first);
  g_test_add_func ("/event/job-stats-retention/counts", test_jobs_have_counted);
  g_test_add_func ("/event/job-stats-retention/running", test_running_stays);
  g_test_add_func ("/event/job-stats-retention/tenth", test_a_tenth_at_once);
  g_test_add_func ("/event/job-stats-retention/order", test_order_of_ends);
  g_test_add_func ("/event/job-stats-retention/nothing", test_nothing_retained);
  return g_test_run ();
}
