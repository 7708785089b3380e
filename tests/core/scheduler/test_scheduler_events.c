/* test_scheduler_events.c - what listeners are told: the contents of events, not just their order.
 */
#include "core/lineage/persistence.h"
#include "fixture.h"

static const RushEvent *
nth_event (Fixture *f, RushEventKind kind, guint n)
{
  for (guint i = 0; i < f->events->len; i++)
    {
      const RushEvent *event = g_ptr_array_index (f->events, i);

      if (event->kind == kind && n-- == 0)
        return event;
    }
  g_error ("there is no such event");
}

static const char *
property (char **pairs, const char *key)
{
  for (guint i = 0; pairs[i] != NULL; i += 2)
    if (g_str_equal (pairs[i], key))
      return pairs[i + 1];
  return NULL;
}

static void
test_job_start (void)
{
  Fixture *f = fixture_new (4, NULL);
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 3, 2);
  TestJob *job;
  RushJobRequest *request = fixture_request (f, rdd, &job);

  request->properties = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (request->properties, g_strdup ("spark.jobGroup.id"), g_strdup ("g"));
  g_hash_table_insert (request->properties, g_strdup ("my.password"), g_strdup ("1234"));
  scripted_backend_advance_us (f->backend, 7000);
  fixture_submit_request (f, request, job);
  const RushJobStart *start = &nth_event (f, RUSH_EVENT_JOB_START, 0)->job_start;
  g_assert_cmpint (start->job_id, ==, 0);
  g_assert_cmpint (start->time_ms, ==, 1007);
  g_assert_cmpstr (property (start->properties, "spark.jobGroup.id"), ==, "g");
  g_assert_cmpstr (property (start->properties, "callSite.short"), ==, "collect at test.py:1");
  g_assert_cmpstr (property (start->properties, "spark.rushlight.job.cause"), ==, "action");
  g_assert_cmpstr (property (start->properties, "my.password"), ==, "*********(redacted)");
  g_assert_cmpstr (start->properties[0], ==, "my.password"); /* by key */

  g_assert_cmpuint (start->n_stages, ==, 2);
  const RushStageInfo *map = start->stages[0], *result = start->stages[1];
  g_assert_cmpuint (map->n_tasks, ==, 3);
  g_assert_cmpint (map->shuffle_id, ==, 0);
  g_assert_cmpint (map->submission_ms, ==, 0);
  g_assert_cmpuint (result->n_tasks, ==, 2);
  g_assert_cmpint (result->shuffle_id, ==, -1);
  g_assert_cmpstr (result->name, ==, "collect at test.py:1");
  g_assert_cmpuint (result->n_parents, ==, 1);
  g_assert_cmpint (result->parent_ids[0], ==, 0);
  fixture_add_executor (f, "1", "host1", 5);
  fixture_run_stages (f, "0.0 1.0");
  fixture_free (f);
}

/* The place in the program is told where the job's name does not. */
static const char *
place_told (const char *short_form)
{
  Fixture *f = fixture_cluster (1, 1);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, NULL);
  TestJob *job;
  RushJobRequest *request = fixture_request (f, rdd, &job);

  g_free (request->call_site.short_form);
  request->call_site.short_form = g_strdup (short_form);
  request->properties = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (request->properties, g_strdup ("spark.rushlight.job.place"),
                       g_strdup ("fit at app.py:9"));
  fixture_submit_request (f, request, job);
  const RushJobStart *start = &nth_event (f, RUSH_EVENT_JOB_START, 0)->job_start;
  const char *place = g_intern_string (property (start->properties, "spark.rushlight.job.place"));
  fixture_run_stages (f, "0.0");
  fixture_free (f);
  return place;
}

static void
test_places (void)
{
  g_assert_cmpstr (place_told ("sum at KMeans.scala"), ==, "fit at app.py:9");
  g_assert_cmpstr (place_told ("fit at app.py:9"), ==, NULL);
}

static gboolean
describe_step (RushRdd *rdd, guint i, const char **out_name, const char **out_call_site)
{
  static const char *const names[] = { "map", "filter" };

  if (i >= G_N_ELEMENTS (names))
    return FALSE;
  *out_name = names[i];
  *out_call_site = "test.py:5";
  return TRUE;
}

static void
test_rdd_infos (void)
{
  Fixture *f = fixture_new (4, NULL);
  g_autoptr (RushRdd) source = my_rdd_new (f->lineage, 3, NULL);
  rush_lineage_push_call ("reduceByKey", "reduceByKey at test.py:7", "the stack");
  g_autoptr (RushRdd) shuffled = my_rdd_new (f->lineage, 2, my_shuffle (source, 2), NULL);
  g_autoptr (RushRdd) last =
      my_rdd_new (f->lineage, 2, rush_dependency_one_to_one (shuffled), NULL);
  rush_lineage_pop_call ();
  RushRddClass with_steps = *last->klass;

  with_steps.name = "PythonRDD";
  with_steps.describe_step = describe_step;
  last->klass = &with_steps;
  rush_rdd_set_name (shuffled, "counts");
  TestJob *job = fixture_submit (f, last);

  const RushStageInfo *stage = nth_event (f, RUSH_EVENT_JOB_START, 0)->job_start.stages[1];
  g_assert_cmpuint (stage->n_rdds, ==, 2);
  const RushRddInfo *first = stage->rdds[0], *second = stage->rdds[1];
  g_assert_cmpint (first->rdd_id, ==, last->id); /* the last RDD comes first */
  g_assert_cmpstr (first->name, ==, "PythonRDD");
  g_assert_cmpstr (first->scope, ==, "reduceByKey");
  g_assert_cmpstr (first->call_site, ==, "reduceByKey at test.py:7");
  g_assert_cmpuint (first->n_partitions, ==, 2);
  g_assert_cmpstr (first->steps[0], ==, "map\ttest.py:5");
  g_assert_cmpstr (first->steps[1], ==, "filter\ttest.py:5");
  g_assert_null (first->steps[2]);
  g_assert_cmpint (first->parent_ids[0], ==, shuffled->id);
  g_assert_cmpint (first->parent_shuffle_ids[0], ==, -1);
  g_assert_cmpstr (second->name, ==, "counts"); /* the user's name */
  g_assert_cmpstr (second->class_name, ==, source->klass->name);
  g_assert_null (second->steps);
  g_assert_cmpint (second->parent_ids[0], ==, source->id);
  g_assert_cmpint (second->parent_shuffle_ids[0], ==, 0);
  g_assert_cmpstr (second->determinism, ==, "UNORDERED");
  fixture_add_executor (f, "1", "host1", 5);
  fixture_run_stages (f, "0.0 1.0");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static const RushStageInfo *
stage_of_job (Fixture *f, guint job)
{
  return nth_event (f, RUSH_EVENT_JOB_START, job)->job_start.stages[0];
}

/* Jobs share what is told of an RDD, until the user or a checkpoint changes it. */
static void
test_rdd_infos_are_shared (void)
{
  Fixture *f = fixture_cluster (1, 1);
  g_autoptr (RushRdd) source = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) last = my_rdd_new (f->lineage, 1, rush_dependency_one_to_one (source), NULL);

  for (guint job = 0; job < 4; job++)
    {
      if (job == 2)
        rush_rdd_set_name (source, "edges");
      if (job == 3)
        g_assert_true (rush_rdd_persist (last, &RUSH_STORAGE_MEMORY_ONLY, NULL));
      fixture_submit (f, last);
      g_autofree char *stage = g_strdup_printf ("%u.0", job);
      fixture_run_stages (f, stage);
    }
  RushRddInfo *const *first = stage_of_job (f, 0)->rdds;
  RushRddInfo *const *second = stage_of_job (f, 1)->rdds;
  RushRddInfo *const *named = stage_of_job (f, 2)->rdds;
  RushRddInfo *const *persisted = stage_of_job (f, 3)->rdds;
  g_assert_true (second[0] == first[0] && second[1] == first[1]);
  g_assert_true (named[0] == first[0] && named[1] != first[1]);
  g_assert_cmpstr (first[1]->name, ==, source->klass->name);
  g_assert_cmpstr (named[1]->name, ==, "edges");
  g_assert_true (persisted[0] != first[0] && persisted[1] == named[1]);
  g_assert_false (first[0]->storage_level.use_memory);
  g_assert_true (persisted[0]->storage_level.use_memory);
  fixture_free (f);
}

static void
test_stage_times_and_metrics (void)
{
  Fixture *f = fixture_cluster (1, 2);

  fixture_submit_narrow (f, 2);
  for (guint i = 0; i < 2; i++)
    {
      RushTaskOutcome *outcome = rush_task_outcome_new (RUSH_OUTCOME_SUCCESS, NULL);

      outcome->metrics.run_us = 10 + i;
      outcome->metrics.python_bytes_out = 5;
      scripted_backend_advance_us (f->backend, 2000);
      fixture_end (f, 0, 0, i, outcome);
    }
  const RushStageInfo *submitted =
      nth_event (f, RUSH_EVENT_STAGE_SUBMITTED, 0)->stage_submitted.stage;
  const RushStageInfo *completed =
      nth_event (f, RUSH_EVENT_STAGE_COMPLETED, 0)->stage_completed.stage;
  g_assert_cmpint (submitted->submission_ms, ==, 1000);
  g_assert_cmpint (submitted->completion_ms, ==, 0); /* what was posted has not changed */
  g_assert_null (submitted->metrics);
  g_assert_cmpint (completed->submission_ms, ==, 1000);
  g_assert_cmpint (completed->completion_ms, ==, 1004);
  g_assert_null (completed->failure_reason);
  g_assert_cmpint (completed->metrics->run_us, ==, 21);
  g_assert_cmpint (completed->metrics->python_bytes_out, ==, 10);
  fixture_free (f);
}

/* What a task of an older attempt counted is not the present attempt's. */
static void
test_metrics_are_of_one_attempt (void)
{
  Fixture *f = fixture_cluster (1, 9);

  fixture_submit_shuffle (f, 1, 2);
  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:-1");
  fixture_fire_timer (f);
  for (gint attempt = 0; attempt < 2; attempt++)
    {
      RushTaskOutcome *outcome = rush_task_outcome_new (RUSH_OUTCOME_SUCCESS, NULL);

      outcome->metrics.run_us = 10 + attempt;
      fixture_end (f, 1, attempt, attempt == 0 ? 1 : 0, outcome);
    }
  fixture_killed (f, 1, 1, 1);
  guint n = 0;
  for (guint i = 0; i < f->events->len; i++)
    n += ((RushEvent *)g_ptr_array_index (f->events, i))->kind == RUSH_EVENT_STAGE_COMPLETED;
  const RushStageInfo *last =
      nth_event (f, RUSH_EVENT_STAGE_COMPLETED, n - 1)->stage_completed.stage;
  g_assert_cmpint (last->attempt, ==, 1);
  g_assert_cmpint (last->metrics->run_us, ==, 11);
  fixture_free (f);
}

static void
test_task_infos (void)
{
  Fixture *f = fixture_cluster (1, 2);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 9, NULL);
  const guint partitions[] = { 8 };

  fixture_submit_partitions (f, rdd, partitions, 1);
  scripted_backend_advance_us (f->backend, 3000);
  fixture_fail (f, 0, 0, 8, "boom");
  fixture_succeed (f, 0, 0, 8);
  const RushTaskInfo *start = &nth_event (f, RUSH_EVENT_TASK_START, 0)->task_start.task;
  g_assert_cmpint (start->task_id, ==, 0);
  g_assert_cmpuint (start->index, ==, 0);
  g_assert_cmpuint (start->partition, ==, 8);
  g_assert_cmpint (start->launch_ms, ==, 1000);
  g_assert_cmpint (start->finish_ms, ==, 0);
  g_assert_cmpstr (start->executor_id, ==, "1");
  g_assert_cmpstr (start->host, ==, "host1");
  g_assert_false (start->failed);

  const RushTaskEnd *end = &nth_event (f, RUSH_EVENT_TASK_END, 0)->task_end;
  g_assert_true (end->is_result);
  g_assert_cmpstr (end->reason, ==, "ExceptionFailure");
  g_assert_cmpstr (end->error_class, ==, "ZeroDivisionError");
  g_assert_cmpstr (end->message, ==, "boom");
  g_assert_true (end->task.failed);
  g_assert_false (end->task.killed);
  g_assert_cmpint (end->task.finish_ms, ==, 1003);
  g_assert_cmpuint (nth_event (f, RUSH_EVENT_TASK_START, 1)->task_start.task.attempt, ==, 1);
  g_assert_false (nth_event (f, RUSH_EVENT_TASK_END, 1)->task_end.task.failed);
  fixture_free (f);
}

static void
test_fetch_failed_task_end (void)
{
  Fixture *f = fixture_cluster (1, 2);

  fixture_submit_shuffle (f, 2, 1);
  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:1@1");
  const RushTaskEnd *end = &nth_event (f, RUSH_EVENT_TASK_END, 2)->task_end;
  g_assert_cmpstr (end->reason, ==, "FetchFailed");
  g_assert_cmpint (end->fetch_shuffle_id, ==, 0);
  g_assert_cmpint (end->fetch_map_index, ==, 1);
  g_assert_cmpint (end->fetch_reduce_id, ==, 0);
  g_assert_cmpstr (end->fetch_executor_id, ==, "1");
  const RushStageInfo *stage = nth_event (f, RUSH_EVENT_STAGE_COMPLETED, 1)->stage_completed.stage;
  g_assert_cmpstr (stage->failure_reason, ==, "ignored");
  fixture_fire_timer (f);
  fixture_run_stages (f, "0.1 1.1");
  fixture_free (f);
}

/* Every start has its end, also of tasks whose job is long over. */
static void
test_every_task_start_has_an_end (void)
{
  Fixture *f = fixture_new (1, NULL);
  guint n_starts = 0, n_ends = 0;

  fixture_add_executor (f, "1", "host1", 2);
  fixture_add_executor (f, "2", "host2", 2);
  fixture_submit_narrow (f, 5);
  fixture_fail (f, 0, 0, 0, "boom");
  fixture_lose_executor (f, "1");
  fixture_lose_executor (f, "2");
  for (guint i = 0; i < f->events->len; i++)
    {
      const RushEvent *event = g_ptr_array_index (f->events, i);

      n_starts += event->kind == RUSH_EVENT_TASK_START;
      n_ends += event->kind == RUSH_EVENT_TASK_END;
    }
  g_assert_cmpuint (n_starts, ==, 4);
  g_assert_cmpuint (n_ends, ==, 4);
  fixture_free (f);
}

#define ADD(name) g_test_add_func ("/scheduler/events/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (job_start);
  ADD (places);
  ADD (rdd_infos);
  ADD (rdd_infos_are_shared);
  ADD (stage_times_and_metrics);
  ADD (metrics_are_of_one_attempt);
  ADD (task_infos);
  ADD (fetch_failed_task_end);
  ADD (every_task_start_has_an_end);
  return g_test_run ();
}
