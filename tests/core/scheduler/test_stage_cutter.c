/* test_stage_cutter.c - where lineages are cut, how stages are numbered, how deep it may go. */
#include "fixture.h"

#include "core/scheduler/seams.h"

/* "0[] 1[0] 2[0,1]": the stages of the last JobStart, with their parents. */
static void
assert_stages (Fixture *f, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const RushJobStart *start = NULL;

  for (guint i = 0; i < f->events->len; i++)
    {
      const RushEvent *event = g_ptr_array_index (f->events, i);
      if (event->kind == RUSH_EVENT_JOB_START)
        start = &event->job_start;
    }
  g_assert_nonnull (start);
  for (guint i = 0; i < start->n_stages; i++)
    {
      const RushStageInfo *stage = start->stages[i];

      g_string_append_printf (text, "%s%d[", i > 0 ? " " : "", stage->stage_id);
      for (guint j = 0; j < stage->n_parents; j++)
        g_string_append_printf (text, "%s%d", j > 0 ? "," : "", stage->parent_ids[j]);
      g_string_append_c (text, ']');
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
cancel_all (Fixture *f)
{
  fixture_handle (f, rush_message_new (RUSH_MESSAGE_ALL_JOBS_CANCELLED));
  while (scripted_backend_n_running (f->backend) > 0)
    {
      const RushTask *task = scripted_backend_running (f->backend, 0)->task;
      fixture_killed (f, task->work->stage_id, task->work->stage_attempt, task->partition);
    }
}

static void
test_parents_have_lower_numbers (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) a = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) b = my_rdd_new (f->lineage, 1, my_shuffle (a, 1), NULL);
  g_autoptr (RushRdd) c = my_rdd_new (f->lineage, 1, my_shuffle (b, 1), NULL);

  fixture_submit (f, c);
  assert_stages (f, "0[] 1[0] 2[1]");
  cancel_all (f);
  fixture_free (f);
}

static void
test_one_stage_a_shuffle (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) a = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushDependency) shuffle = my_shuffle (a, 1);
  g_autoptr (RushRdd) left = my_rdd_new (f->lineage, 1, rush_dependency_ref (shuffle), NULL);
  g_autoptr (RushRdd) right = my_rdd_new (f->lineage, 1, rush_dependency_ref (shuffle), NULL);
  RushDependency *of_left = my_shuffle (left, 1), *of_right = my_shuffle (right, 1);
  g_autoptr (RushRdd) join = my_rdd_new (f->lineage, 1, of_left, of_right, NULL);

  /* A diamond: the shuffle at the top is met twice. */
  fixture_submit (f, join);
  assert_stages (f, "0[] 1[0] 2[0] 3[1,2]");
  cancel_all (f);
  fixture_free (f);
}

/* A union reads two shuffles through narrow dependencies, one of them twice. */
static void
test_shuffles_behind_narrow_steps (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) a = my_shuffled_rdd (f->lineage, 1, 1);
  g_autoptr (RushRdd) b = my_shuffled_rdd (f->lineage, 1, 1);
  g_autoptr (RushRdd) both =
      my_rdd_new (f->lineage, 3, rush_dependency_range (a, 0, 0, 1),
                  rush_dependency_range (b, 0, 1, 1), rush_dependency_range (a, 0, 2, 1), NULL);

  fixture_submit (f, both);
  assert_stages (f, "0[] 1[] 2[0,1]");
  const RushJobStart *start = &((RushEvent *)g_ptr_array_index (f->events, 0))->job_start;
  g_assert_cmpint (start->stages[0]->shuffle_id, ==, my_shuffle_id (a, 0)); /* a comes first */
  g_assert_cmpint (start->stages[2]->rdds[0]->rdd_id, ==, both->id);
  g_assert_cmpint (start->stages[2]->rdds[1]->rdd_id, ==, a->id);
  g_assert_cmpint (start->stages[2]->rdds[2]->rdd_id, ==, b->id);
  cancel_all (f);
  fixture_free (f);
}

static void
test_numbers_go_on_over_jobs (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 1, 1);

  fixture_submit (f, rdd);
  cancel_all (f);
  fixture_submit (f, rdd);
  assert_stages (f, "2[] 3[2]");
  cancel_all (f);
  fixture_free (f);
}

/* While another job runs its shuffle, a job joins it. */
static void
test_stages_of_running_jobs_are_shared (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) a = my_shuffled_rdd (f->lineage, 1, 1);
  g_autoptr (RushRdd) b = my_rdd_new (f->lineage, 1, my_shuffle (a, 1), NULL);

  fixture_submit (f, a);
  fixture_submit (f, b);
  assert_stages (f, "0[] 2[0] 3[2]");
  cancel_all (f);
  fixture_free (f);
}

#define DEEP 10000

static void
test_ten_thousand_narrow_steps (void)
{
  Fixture *f = fixture_roomy ();
  RushRdd *rdd = my_rdd_new (f->lineage, 1, NULL);

  for (guint i = 0; i < DEEP; i++)
    {
      RushRdd *child = my_rdd_new (f->lineage, 1, rush_dependency_one_to_one (rdd), NULL);
      rush_rdd_unref (rdd);
      rdd = child;
    }
  TestJob *job = fixture_submit (f, rdd);
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_succeeded (job);
  rush_rdd_unref (rdd);
  fixture_free (f);
}

/* Ten thousand stages: cut, submitted, run and forgotten without recursion. */
static void
test_ten_thousand_shuffles (void)
{
  Fixture *f = fixture_roomy ();
  RushRdd *rdd = my_rdd_new (f->lineage, 1, NULL);

  for (guint i = 0; i < DEEP; i++)
    {
      RushRdd *child = my_rdd_new (f->lineage, 1, my_shuffle (rdd, 1), NULL);
      rush_rdd_unref (rdd);
      rdd = child;
    }
  TestJob *job;
  RushJobRequest *request = fixture_request (f, rdd, &job);
  RushMessage *message = rush_message_new (RUSH_MESSAGE_JOB_SUBMITTED);
  message->job = request;
  g_assert_true (rush_job_request_set_partitions (request, NULL, 0, NULL));
  /* Not through the fixture: to check 10,000 stages 10,000 times takes long. */
  rush_scheduler_handle (f->scheduler, message);
  for (gint stage = 0; stage <= DEEP; stage++)
    {
      g_autoptr (ScriptedTask) task = scripted_backend_take (f->backend, 0);

      g_assert_cmpint (task->task->work->stage_id, ==, stage);
      rush_scheduler_handle (f->scheduler,
                             fixture_task_ended (task->task->task_id, fixture_success (f, task)));
    }
  fixture_assert_succeeded (job);
  rush_rdd_unref (rdd);
  fixture_free (f);
}

/* ---- a cutter of one's own ---- */

static guint n_cuts;

/* Counts, and leaves the work to the usual one. */
static gboolean
count_and_cut (RushStageBuilder *builder, RushRdd *rdd, GPtrArray *out_parents, GError **error)
{
  n_cuts++;
  return rush_stage_cutter_at_shuffles.cut (builder, rdd, out_parents, error);
}

static gboolean
refuse (RushStageBuilder *builder, RushRdd *rdd, GPtrArray *out_parents, GError **error)
{
  g_autoptr (GPtrArray) shuffles = rush_stage_shuffles (rdd);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  for (guint i = 0; i < shuffles->len; i++)
    if (rush_stage_builder_add (builder, g_ptr_array_index (shuffles, i), none, error) == NULL)
      return FALSE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED, "not today");
  return FALSE;
}

static gboolean
forget (RushStageBuilder *builder, RushRdd *rdd, GPtrArray *out_parents, GError **error)
{
  return TRUE;
}

/* The first shuffle gets two stages. */
static gboolean
repeat (RushStageBuilder *builder, RushRdd *rdd, GPtrArray *out_parents, GError **error)
{
  g_autoptr (GPtrArray) shuffles = rush_stage_shuffles (rdd);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  RushDependency *shuffle = g_ptr_array_index (shuffles, 0);

  return rush_stage_builder_add (builder, shuffle, none, error) != NULL &&
         rush_stage_builder_add (builder, shuffle, none, error) != NULL;
}

/* A job whose stages do not fit fails, with a sentence, and leaves nothing behind. */
static void
test_cutters_that_are_wrong (void)
{
  static const RushStageCutter forgetful = { "forgetful", forget };
  static const RushStageCutter repetitive = { "repetitive", repeat };
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 1, 1);

  rush_scheduler_set_seams (f->scheduler, &(RushSchedulerSeams){ .cutter = &forgetful });
  TestJob *job = fixture_submit (f, rdd);
  fixture_assert_failed (job, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                         "the stage cutter \"forgetful\" has not made the stage of shuffle 0 a "
                         "parent of the stage that ends with ");
  rush_scheduler_set_seams (f->scheduler, &(RushSchedulerSeams){ .cutter = &repetitive });
  job = fixture_submit (f, rdd);
  fixture_assert_failed (job, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                         "\"repetitive\" adds a second stage for shuffle 0");
  fixture_free (f);
}

static void
test_cutter_is_a_seam (void)
{
  static const RushStageCutter counting = { "counting", count_and_cut };
  static const RushStageCutter refusing = { "refusing", refuse };
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 1, 1);

  n_cuts = 0;
  rush_scheduler_set_seams (f->scheduler, &(RushSchedulerSeams){ .cutter = &counting });
  fixture_submit (f, rdd);
  assert_stages (f, "0[] 1[0]");
  g_assert_cmpuint (n_cuts, ==, 1);
  cancel_all (f);

  /* What a cutter added before it failed is taken back. */
  rush_scheduler_set_seams (f->scheduler, &(RushSchedulerSeams){ .cutter = &refusing });
  TestJob *job = fixture_submit (f, rdd);
  fixture_assert_failed (job, RUSH_CORE_ERROR_UNSUPPORTED, "not today");
  fixture_free (f);
}

#define ADD(name) g_test_add_func ("/scheduler/stage_cutter/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (parents_have_lower_numbers);
  ADD (one_stage_a_shuffle);
  ADD (shuffles_behind_narrow_steps);
  ADD (numbers_go_on_over_jobs);
  ADD (stages_of_running_jobs_are_shared);
  ADD (ten_thousand_narrow_steps);
  ADD (ten_thousand_shuffles);
  ADD (cutter_is_a_seam);
  ADD (cutters_that_are_wrong);
  return g_test_run ();
}
