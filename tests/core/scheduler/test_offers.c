/* test_offers.c - slots: never more tasks than cores, jobs in the order of the policy, work spread
 * over executors, the same run twice.
 */
#include "fixture.h"

#include "core/scheduler/seams.h"

static void
test_never_more_tasks_than_slots (void)
{
  Fixture *f = fixture_new (4, "spark.task.cpus", "2", NULL);

  fixture_add_executor (f, "1", "host1", 5);
  fixture_add_executor (f, "2", "host2", 1); /* too small for a task */
  TestJob *job = fixture_submit_narrow (f, 10);
  fixture_assert_running (f, "0.0:0@1 0.0:1@1");
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_work_spreads_evenly (void)
{
  Fixture *f = fixture_new (4, NULL);
  guint n[4] = { 0 };

  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);
      fixture_add_executor (f, id, id, 4);
    }
  TestJob *job = fixture_submit_narrow (f, 8);
  for (guint i = 0; i < 8; i++)
    n[scripted_backend_running (f->backend, i)->executor_id[0] - '0']++;
  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (n[i], ==, 2);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* Which executor gets the first task of each of 20 jobs. (transfer full) */
static char *
first_executors (void)
{
  Fixture *f = fixture_new (4, NULL);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, NULL);
  GString *order = g_string_new (NULL);

  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);
      fixture_add_executor (f, id, id, 1);
    }
  for (gint job = 0; job < 20; job++)
    {
      fixture_submit (f, rdd);
      g_string_append (order, scripted_backend_running (f->backend, 0)->executor_id);
      fixture_succeed (f, job, 0, 0);
    }
  fixture_free (f);
  return g_string_free (order, FALSE);
}

static void
test_offers_are_shuffled_the_same_way_each_time (void)
{
  g_autofree char *once = first_executors ();
  g_autofree char *twice = first_executors ();

  g_assert_cmpstr (once, ==, twice);
  for (const char *executor = "01234"; *executor != '\0'; executor++)
    g_assert_nonnull (strchr (once, *executor)); /* no one is left out */
}

static void
test_fifo_between_jobs (void)
{
  Fixture *f = fixture_cluster (1, 2);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 3, NULL);

  TestJob *first = fixture_submit (f, rdd);
  TestJob *second = fixture_submit (f, rdd);
  fixture_assert_running (f, "0.0:0@1 0.0:1@1");
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_running (f, "0.0:1@1 0.0:2@1");
  fixture_succeed (f, 0, 0, 1); /* nothing of the first job waits any more */
  fixture_assert_running (f, "0.0:2@1 1.0:0@1");
  fixture_fail (f, 0, 0, 2, "boom"); /* it is first in line again */
  fixture_assert_running (f, "1.0:0@1 0.0:2@1");
  fixture_succeed (f, 0, 0, 2);
  fixture_succeed_all (f, 1, 0);
  fixture_assert_succeeded (first);
  fixture_assert_succeeded (second);
  fixture_free (f);
}

static void
test_fifo_between_stages_of_a_job (void)
{
  Fixture *f = fixture_new (4, NULL);
  g_autoptr (RushRdd) left = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushRdd) right = my_rdd_new (f->lineage, 2, NULL);
  RushDependency *of_left = my_shuffle (left, 1), *of_right = my_shuffle (right, 1);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, of_left, of_right, NULL);

  TestJob *job = fixture_submit (f, rdd);
  fixture_add_executor (f, "1", "host1", 3);
  fixture_assert_running (f, "0.0:0@1 0.0:1@1 1.0:0@1");
  fixture_run_stages (f, "0.0 1.0");
  fixture_succeed (f, 2, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* A stage that two jobs share runs under the older of them that is still there. */
static void
test_shared_stage_runs_under_the_oldest_job (void)
{
  Fixture *f = fixture_new (4, NULL);
  g_autoptr (RushRdd) maps = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushDependency) shuffle = my_shuffle (maps, 1);
  g_autoptr (RushRdd) a = my_rdd_new (f->lineage, 1, rush_dependency_ref (shuffle), NULL);
  g_autoptr (RushRdd) b = my_rdd_new (f->lineage, 1, rush_dependency_ref (shuffle), NULL);

  fixture_submit (f, a);
  TestJob *middle = fixture_submit_narrow (f, 1);
  TestJob *last = fixture_submit (f, b);
  fixture_add_executor (f, "1", "host1", 1);
  fixture_assert_running (f, "0.0:0@1"); /* before job 1, as job 0 needs it too */
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_running (f, "1.0:0@1");
  fixture_succeed (f, 1, 0, 0);
  fixture_succeed (f, 2, 0, 0);
  fixture_succeed (f, 3, 0, 0);
  fixture_assert_succeeded (middle);
  fixture_assert_succeeded (last);
  fixture_free (f);
}

/* ---- policies of one's own ---- */

static gint
compare_newest_first (const RushSchedulable *a, const RushSchedulable *b)
{
  if (a->job_id != b->job_id)
    return a->job_id > b->job_id ? -1 : 1;
  return a->stage_id != b->stage_id ? b->stage_id - a->stage_id
                                    : b->stage_attempt - a->stage_attempt;
}

static void
test_policy_is_a_seam (void)
{
  static const RushSchedulingPolicy lifo = { "LIFO", compare_newest_first, FALSE };
  Fixture *f = fixture_new (4, NULL);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 2, NULL);

  rush_scheduler_set_seams (f->scheduler, &(RushSchedulerSeams){ .policy = &lifo });
  fixture_submit (f, rdd);
  fixture_submit (f, rdd);
  fixture_submit (f, rdd);
  fixture_add_executor (f, "1", "host1", 3);
  fixture_assert_running (f, "2.0:0@1 2.0:1@1 1.0:0@1");
  fixture_run_stages (f, "2.0 1.0 0.0");
  fixture_free (f);
}

/* Who runs least comes first: slots are shared evenly between jobs. */
static gint
compare_fair (const RushSchedulable *a, const RushSchedulable *b)
{
  if (a->n_running != b->n_running)
    return a->n_running < b->n_running ? -1 : 1;
  return compare_newest_first (b, a);
}

static void
test_policy_may_look_at_what_runs (void)
{
  static const RushSchedulingPolicy fair = { "fair", compare_fair, TRUE };
  Fixture *f = fixture_cluster (1, 2);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 6, NULL);

  rush_scheduler_set_seams (f->scheduler, &(RushSchedulerSeams){ .policy = &fair });
  fixture_submit (f, rdd);
  fixture_submit (f, rdd);
  fixture_assert_running (f, "0.0:0@1 0.0:1@1"); /* job 1 was not there yet */
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_running (f, "0.0:1@1 1.0:0@1");
  fixture_succeed (f, 0, 0, 1);
  fixture_assert_running (f, "1.0:0@1 0.0:2@1");
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_running (f, "0.0:2@1 1.0:1@1");
  while (scripted_backend_n_running (f->backend) > 0)
    {
      const RushTask *task = scripted_backend_running (f->backend, 0)->task;
      fixture_succeed (f, task->work->stage_id, 0, task->partition);
    }
  fixture_free (f);
}

#define ADD(name) g_test_add_func ("/scheduler/offers/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (never_more_tasks_than_slots);
  ADD (work_spreads_evenly);
  ADD (offers_are_shuffled_the_same_way_each_time);
  ADD (fifo_between_jobs);
  ADD (fifo_between_stages_of_a_job);
  ADD (shared_stage_runs_under_the_oldest_job);
  ADD (policy_is_a_seam);
  ADD (policy_may_look_at_what_runs);
  return g_test_run ();
}
