/* test_accumulators.c - which tasks' additions to accumulators count: each partition of a result
 * once, each success of a map task, and nothing of a task that did not succeed. */
#include "fixture.h"

/* A sink that writes down who counted: "0.0:1 " is stage 0, attempt 0, partition 1. */
typedef struct
{
  RushAccumulatorSink sink;
  GString *counted;
  TestJob *job; /* must not have ended when something counts */
} Counter;

static void
counter_add (RushAccumulatorSink *sink, GPtrArray *updates)
{
  Counter *self = (Counter *)sink;

  g_assert_true (self->job == NULL || !self->job->done);
  for (guint i = 0; i < updates->len; i++)
    g_string_append_printf (self->counted, "%s ",
                            (const char *)g_bytes_get_data (updates->pdata[i], NULL));
  g_ptr_array_unref (updates);
}

static void
counter_init (Counter *self, Fixture *f)
{
  *self = (Counter){ .sink = { counter_add }, .counted = g_string_new (NULL) };
  rush_scheduler_set_accumulator_sink (f->scheduler, &self->sink);
}

static void
assert_counted (Counter *self, const char *expected)
{
  g_assert_cmpstr (g_strchomp (self->counted->str), ==, expected);
  g_string_free (self->counted, TRUE);
}

/* Every task adds something, however it ends. */
static void
end (Fixture *f, gint stage, gint attempt, guint partition, RushTaskOutcome *outcome)
{
  char *text = g_strdup_printf ("%d.%d:%u", stage, attempt, partition);

  outcome->accumulator_updates = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  g_ptr_array_add (outcome->accumulator_updates, g_bytes_new_take (text, strlen (text) + 1));
  fixture_end (f, stage, attempt, partition, outcome);
}

static void
succeed (Fixture *f, gint stage, gint attempt, guint partition)
{
  end (f, stage, attempt, partition,
       fixture_success (f, fixture_find (f, stage, attempt, partition)));
}

static void
fetch_fails (Fixture *f, gint stage, gint attempt, guint partition)
{
  RushTaskOutcome *outcome = rush_task_outcome_new (RUSH_OUTCOME_FETCH_FAILED, "ignored");

  outcome->shuffle_id = 0;
  outcome->map_index = 0;
  outcome->executor_id = g_strdup ("1");
  end (f, stage, attempt, partition, outcome);
}

static void
test_each_task_counts_before_its_job_ends (void)
{
  Fixture *f = fixture_roomy ();
  Counter counter;

  counter_init (&counter, f);
  counter.job = fixture_submit_shuffle (f, 2, 2);
  succeed (f, 0, 0, 1);
  succeed (f, 0, 0, 0);
  succeed (f, 1, 0, 0);
  succeed (f, 1, 0, 1);
  fixture_assert_succeeded (counter.job);
  fixture_free (f);
  assert_counted (&counter, "0.0:1 0.0:0 1.0:0 1.0:1");
}

static void
test_accumulators_not_updated_for_failed_and_killed_tasks (void)
{
  Fixture *f = fixture_roomy ();
  Counter counter;
  TestJob *job;

  counter_init (&counter, f);
  job = fixture_submit_narrow (f, 2);
  end (f, 0, 0, 0, rush_task_outcome_new (RUSH_OUTCOME_EXCEPTION, "boom"));
  end (f, 0, 0, 1, rush_task_outcome_new (RUSH_OUTCOME_KILLED, "asked to"));
  end (f, 0, 0, 1, rush_task_outcome_new (RUSH_OUTCOME_COMMIT_DENIED, "no"));
  succeed (f, 0, 0, 0);
  succeed (f, 0, 0, 1);
  fixture_assert_succeeded (job);
  fixture_free (f);
  assert_counted (&counter, "0.0:0 0.0:1");
}

static RushTaskOutcome *
counting_outcome (RushTaskOutcome *outcome, gint64 update)
{
  rush_accumulables_add (&outcome->counted, 7, "rows", update);
  return outcome;
}

/* The value that the last end of a task brought it to. */
static gint64
last_value (Fixture *f)
{
  const RushEvent *event = NULL;

  for (guint i = f->events->len; i-- > 0 && event == NULL;)
    if (((RushEvent *)g_ptr_array_index (f->events, i))->kind == RUSH_EVENT_TASK_END)
      event = g_ptr_array_index (f->events, i);
  g_assert_cmpuint (event->task_end.accumulables->len, ==, 1);
  return g_array_index (event->task_end.accumulables, RushAccumulable, 0).value;
}

/* What operators have counted is work done, however the task ended. */
static void
test_what_operators_counted_counts_on_failed_and_killed_tasks (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_narrow (f, 1);

  fixture_end (f, 0, 0, 0,
               counting_outcome (rush_task_outcome_new (RUSH_OUTCOME_EXCEPTION, "boom"), 10));
  g_assert_cmpint (last_value (f), ==, 10);
  fixture_end (f, 0, 0, 0,
               counting_outcome (rush_task_outcome_new (RUSH_OUTCOME_KILLED, "asked to"), 5));
  g_assert_cmpint (last_value (f), ==, 15);
  fixture_end (f, 0, 0, 0,
               counting_outcome (rush_task_outcome_new (RUSH_OUTCOME_SUCCESS, NULL), 100));
  fixture_assert_succeeded (job);
  g_assert_cmpint (last_value (f), ==, 115);
  fixture_free (f);
}

/* Partition 1 is computed twice, as its first attempt goes on after the stage has failed. */
static void
test_accumulator_not_calculated_for_resubmitted_result_stage (void)
{
  Fixture *f = fixture_roomy ();
  Counter counter;
  TestJob *job;

  counter_init (&counter, f);
  job = fixture_submit_shuffle (f, 1, 3);
  succeed (f, 0, 0, 0);
  fetch_fails (f, 1, 0, 0);
  fixture_fire_timer (f);
  succeed (f, 0, 1, 0); /* a map task that runs again counts again */
  fixture_assert_partitions (f, 1, 1, "0 1 2");
  succeed (f, 1, 0, 1);
  succeed (f, 1, 1, 1);
  succeed (f, 1, 1, 2);
  succeed (f, 1, 0, 2);
  succeed (f, 1, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
  assert_counted (&counter, "0.0:0 0.1:0 1.0:1 1.1:2 1.1:0");
}

/* Both attempts of the same map task end well: both have added. */
static void
test_late_success_of_a_map_task_counts_too (void)
{
  Fixture *f = fixture_roomy ();
  Counter counter;
  g_autoptr (RushRdd) one = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) two = my_rdd_new (f->lineage, 2, my_shuffle (one, 2), NULL);
  g_autoptr (RushRdd) three = my_rdd_new (f->lineage, 1, my_shuffle (two, 1), NULL);
  TestJob *job;

  counter_init (&counter, f);
  job = fixture_submit (f, three);
  succeed (f, 0, 0, 0);
  fetch_fails (f, 1, 0, 0);
  fixture_fire_timer (f);
  succeed (f, 0, 1, 0);
  succeed (f, 1, 1, 1);
  succeed (f, 1, 0, 1);
  succeed (f, 1, 1, 0);
  fixture_run_stages (f, "2.0");
  fixture_assert_succeeded (job);
  fixture_free (f);
  assert_counted (&counter, "0.0:0 0.1:0 1.1:1 1.0:1 1.1:0");
}

/* Nobody needs the stage any more: nobody waits for its sums. */
static void
test_tasks_of_a_cancelled_job_do_not_count (void)
{
  Fixture *f = fixture_roomy ();
  Counter counter;

  counter_init (&counter, f);
  TestJob *job = fixture_submit_narrow (f, 2);
  succeed (f, 0, 0, 0);
  fixture_cancel_job (f, job->id, NULL);
  succeed (f, 0, 0, 1);
  fixture_free (f);
  assert_counted (&counter, "0.0:0");
}

static void
test_without_a_sink_updates_are_dropped (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_narrow (f, 1);

  succeed (f, 0, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

#define ADD(name) g_test_add_func ("/scheduler/accumulators/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (each_task_counts_before_its_job_ends);
  ADD (accumulators_not_updated_for_failed_and_killed_tasks);
  ADD (what_operators_counted_counts_on_failed_and_killed_tasks);
  ADD (accumulator_not_calculated_for_resubmitted_result_stage);
  ADD (late_success_of_a_map_task_counts_too);
  ADD (tasks_of_a_cancelled_job_do_not_count);
  ADD (without_a_sink_updates_are_dropped);
  return g_test_run ();
}
