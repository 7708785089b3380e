/* test_driver_loop.c - real threads: a backend whose tasks are ended by another thread, jobs from
 * several threads at once, timers, and the end of the loop.
 */
#include "core/base/queue.h"
#include "core/base/thread.h"
#include "core/scheduler/driver_loop.h"
#include "core/scheduler/job_waiter.h"
#include "my_rdd.h"

/* ---- a backend with one runner ---- */

typedef struct
{
  RushBackend base;
  RushDriverLoop *loop;
  RushQueue *tasks; /* of RushTask, to the runner */
  gboolean hold;    /* tasks do not end by themselves */
  atomic_int n_launched;
  atomic_int n_killed;
} ThreadBackend;

static void
launch (RushBackend *backend, const char *executor_id, RushTask *task)
{
  ThreadBackend *self = (ThreadBackend *)backend;

  atomic_fetch_add (&self->n_launched, 1);
  if (self->hold || !rush_queue_push (self->tasks, task))
    rush_task_free (task);
}

static void
kill_task (RushBackend *backend, const char *executor_id, gint64 task_id, const char *reason)
{
  atomic_fetch_add (&((ThreadBackend *)backend)->n_killed, 1);
}

static void
start_timer (RushBackend *backend, guint64 timer_id, gint64 delay_us)
{
  rush_driver_loop_start_timer (((ThreadBackend *)backend)->loop, timer_id, delay_us);
}

static void
cancel_timer (RushBackend *backend, guint64 timer_id)
{
  rush_driver_loop_cancel_timer (((ThreadBackend *)backend)->loop, timer_id);
}

static RushClock *
get_clock (RushBackend *backend)
{
  return rush_clock_system ();
}

static const RushBackendClass backend_class = {
  .name = "thread",
  .launch = launch,
  .kill_task = kill_task,
  .start_timer = start_timer,
  .cancel_timer = cancel_timer,
  .clock = get_clock,
};

/* ---- the runner ---- */

static void
unref_status (gpointer status)
{
  rush_map_status_unref (status);
}

static RushTaskOutcome *
run_task (const RushTask *task)
{
  RushTaskOutcome *outcome = rush_task_outcome_new (RUSH_OUTCOME_SUCCESS, NULL);
  const RushStageWork *work = task->work;

  if (work->kind == RUSH_TASK_SHUFFLE_MAP)
    {
      outcome->map_status = rush_map_status_new ("driver", "localhost", task->task_id,
                                                 work->dependency->partitioner->n_partitions);
      outcome->free_map_status = unref_status;
      return outcome;
    }
  outcome->result.value = g_strdup_printf ("partition %u", task->partition);
  outcome->result.free_value = g_free;
  outcome->result.bytes = 1;
  return outcome;
}

/* The first attempt of every result stage cannot fetch: the job goes through a real timer. */
static RushTaskOutcome *
run_task_with_a_fetch_failure (const RushTask *task)
{
  const RushStageWork *work = task->work;

  if (work->kind != RUSH_TASK_RESULT || work->stage_attempt > 0 || work->rdd->n_dependencies == 0)
    return run_task (task);
  RushTaskOutcome *outcome = rush_task_outcome_new (RUSH_OUTCOME_FETCH_FAILED, "gone");
  outcome->shuffle_id = my_shuffle_id (work->rdd, 0);
  outcome->map_index = 0;
  outcome->executor_id = g_strdup ("driver");
  return outcome;
}

/* One task of the second stage fails when it is tried first. */
static RushTaskOutcome *
run_task_with_a_failure (const RushTask *task)
{
  if (task->work->kind == RUSH_TASK_RESULT && task->partition == 1 && task->attempt_number == 0)
    return rush_task_outcome_new (RUSH_OUTCOME_EXCEPTION, "boom");
  return run_task (task);
}

typedef struct
{
  ThreadBackend backend;
  RushConf *conf;
  RushEventBus *bus;
  RushMapOutputTracker *tracker;
  RushLineage *lineage;
  RushScheduler *scheduler;
  RushDriverLoop *loop;
  pthread_t runner;
  RushTaskOutcome *(*run) (const RushTask *task);
  gboolean lends_a_hand; /* the runner */
} App;

static void *
runner_body (void *data)
{
  App *app = data;
  RushTask *task;

  while ((task = rush_queue_pop (app->backend.tasks)) != NULL)
    {
      RushMessage *message = rush_message_new (RUSH_MESSAGE_TASK_ENDED);

      message->task_id = task->task_id;
      message->outcome = app->run (task);
      rush_task_free (task);
      if (!app->lends_a_hand)
        {
          rush_driver_loop_post (app->loop, message);
          continue;
        }
      rush_driver_loop_post_quietly (app->loop, message);
      rush_driver_loop_lend_a_hand (app->loop);
    }
  return NULL;
}

static App *
app_new (guint cores)
{
  App *app = g_new0 (App, 1);
  RushMessage *message = rush_message_new (RUSH_MESSAGE_EXECUTOR_REGISTERED);

  app->run = run_task;
  app->conf = rush_conf_new ();
  app->bus = rush_event_bus_new (10);
  app->tracker = rush_map_output_tracker_new ();
  app->lineage = rush_lineage_new ();
  app->loop = rush_driver_loop_new (rush_clock_system ());
  app->backend.base.klass = &backend_class;
  app->backend.loop = app->loop;
  app->backend.tasks = rush_queue_new (0);
  app->scheduler = rush_scheduler_new (app->conf, &app->backend.base, app->bus, app->tracker, 4);
  message->text = g_strdup ("driver");
  message->host = g_strdup ("localhost");
  message->cores = cores;
  rush_driver_loop_post (app->loop, message); /* before the start: it waits in the queue */
  return app;
}

static void
app_start (App *app)
{
  g_assert_true (rush_driver_loop_start (app->loop, app->scheduler, NULL));
  g_assert_true (rush_thread_start (&app->runner, "test-runner", runner_body, app, NULL));
}

static void
app_stop (App *app)
{
  rush_driver_loop_stop (app->loop);
  rush_scheduler_free (app->scheduler);
  rush_queue_close (app->backend.tasks);
  rush_thread_join (app->runner);
}

static void
free_task (gpointer task)
{
  rush_task_free (task);
}

static void
app_free (App *app)
{
  rush_driver_loop_free (app->loop);
  rush_queue_free (app->backend.tasks, free_task);
  rush_event_bus_free (app->bus);
  rush_map_output_tracker_free (app->tracker);
  rush_lineage_unref (app->lineage);
  rush_conf_unref (app->conf);
  g_free (app);
}

static RushJobWaiter *
submit (App *app, RushRdd *rdd, guint n)
{
  RushJobWaiter *waiter = rush_job_waiter_new (n);
  RushJobRequest *request = g_new0 (RushJobRequest, 1);
  RushMessage *message = rush_message_new (RUSH_MESSAGE_JOB_SUBMITTED);

  request->job_id = rush_scheduler_next_job_id (app->scheduler);
  request->rdd = rush_rdd_ref (rdd);
  request->n_partitions = n;
  request->call_site.short_form = g_strdup ("collect at test.py:1");
  request->call_site.long_form = g_strdup ("");
  request->listener = rush_job_waiter_listener (waiter);
  message->job = request;
  rush_driver_loop_post (app->loop, message);
  return waiter;
}

static void
assert_results (RushJobWaiter *waiter, guint n)
{
  g_autoptr (GError) error = NULL;

  rush_job_waiter_wait (waiter, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *expected = g_strdup_printf ("partition %u", i);
      g_assert_cmpstr (rush_job_waiter_result (waiter, i)->value, ==, expected);
    }
}

/* ---- tests ---- */

static void
test_job_through_the_loop (void)
{
  App *app = app_new (4);
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (app->lineage, 5, 20);

  app_start (app);
  g_autoptr (RushJobWaiter) waiter = submit (app, rdd, 20);
  assert_results (waiter, 20);
  app_stop (app);
  app_free (app);
}

/* That task alone runs again. */
static void
test_failure_in_a_two_stage_job (void)
{
  App *app = app_new (4);
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (app->lineage, 3, 3);

  app->run = run_task_with_a_failure;
  app_start (app);
  g_autoptr (RushJobWaiter) waiter = submit (app, rdd, 3);
  assert_results (waiter, 3);
  app_stop (app);
  g_assert_cmpint (atomic_load (&app->backend.n_launched), ==, 3 + 3 + 1);
  app_free (app);
}

static void
test_timer_brings_the_job_home (void)
{
  App *app = app_new (4);
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (app->lineage, 2, 2);
  gint64 start_us = g_get_monotonic_time ();

  app->run = run_task_with_a_fetch_failure;
  app_start (app);
  g_autoptr (RushJobWaiter) waiter = submit (app, rdd, 2);
  assert_results (waiter, 2);
  g_assert_cmpint (g_get_monotonic_time () - start_us, >=, 200 * 1000);
  app_stop (app);
  app_free (app);
}

/* What nobody was woken for is done all the same, timers too. */
static void
test_runner_that_lends_a_hand (void)
{
  App *app = app_new (4);
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (app->lineage, 50, 40);

  app->run = run_task_with_a_fetch_failure;
  app->lends_a_hand = TRUE;
  app_start (app);
  g_autoptr (RushJobWaiter) waiter = submit (app, rdd, 40);
  assert_results (waiter, 40);
  app_stop (app);
  app_free (app);
}

/* Before the start, and after the end, there is nothing to lend a hand with. */
static void
test_hand_that_is_not_needed (void)
{
  App *app = app_new (1);

  rush_driver_loop_lend_a_hand (app->loop);
  app_start (app);
  app_stop (app);
  rush_driver_loop_post_quietly (app->loop, rush_message_new (RUSH_MESSAGE_ALL_JOBS_CANCELLED));
  rush_driver_loop_lend_a_hand (app->loop);
  app_free (app);
}

#define N_THREADS 4
#define N_JOBS 30

static void *
submit_jobs (void *data)
{
  App *app = data;
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (app->lineage, 3, 4);

  for (guint i = 0; i < N_JOBS; i++)
    {
      g_autoptr (RushJobWaiter) waiter = submit (app, rdd, 4);
      assert_results (waiter, 4);
    }
  return NULL;
}

static void
test_jobs_from_many_threads (gconstpointer lends_a_hand)
{
  App *app = app_new (3);
  pthread_t threads[N_THREADS];

  app->lends_a_hand = lends_a_hand != NULL;
  app_start (app);
  for (guint i = 0; i < N_THREADS; i++)
    g_assert_true (rush_thread_start (&threads[i], "test-submit", submit_jobs, app, NULL));
  for (guint i = 0; i < N_THREADS; i++)
    rush_thread_join (threads[i]);
  app_stop (app);
  app_free (app);
}

static void
test_stop_handles_what_is_queued (void)
{
  App *app = app_new (4);
  g_autoptr (RushRdd) rdd = my_rdd_new (app->lineage, 3, NULL);
  g_autoptr (GError) error = NULL;

  app->backend.hold = TRUE; /* tasks never end */
  g_autoptr (RushJobWaiter) waiter = submit (app, rdd, 3);
  app_start (app);
  rush_driver_loop_stop (app->loop);
  g_assert_cmpint (atomic_load (&app->backend.n_launched), ==, 3);
  g_assert_false (rush_job_waiter_is_done (waiter));
  app_stop (app); /* the scheduler goes, and fails what still runs */
  g_assert_cmpint (atomic_load (&app->backend.n_killed), ==, 3);
  g_assert_false (rush_job_waiter_wait (waiter, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_STOPPED);
  app_free (app);
}

static void
test_jobs_after_the_stop_are_refused (void)
{
  App *app = app_new (4);
  g_autoptr (RushRdd) rdd = my_rdd_new (app->lineage, 3, NULL);
  g_autoptr (GError) error = NULL;

  app_start (app);
  rush_driver_loop_stop (app->loop);
  g_autoptr (RushJobWaiter) waiter = submit (app, rdd, 3);
  g_assert_false (rush_job_waiter_wait (waiter, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_STOPPED);
  rush_driver_loop_post (app->loop, rush_message_new (RUSH_MESSAGE_ALL_JOBS_CANCELLED));
  app_stop (app);
  app_free (app);
}

static void
test_loop_that_was_never_started (void)
{
  App *app = app_new (4);
  g_autoptr (RushRdd) rdd = my_rdd_new (app->lineage, 3, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushJobWaiter) waiter = submit (app, rdd, 3);

  rush_scheduler_free (app->scheduler);
  app_free (app);
  g_assert_false (rush_job_waiter_wait (waiter, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_STOPPED);
}

static void
test_timers_of_nobody_are_harmless (void)
{
  App *app = app_new (1);

  /* Before the start we may stand in for the loop's thread.  Nobody owns these timers: each fires
   * and is ignored, as one that was cancelled too late. */
  for (guint64 id = 1000; id < 1100; id++)
    rush_driver_loop_start_timer (app->loop, id, (gint64)((id * 7919) % 100));
  rush_driver_loop_cancel_timer (app->loop, 1050);
  rush_driver_loop_cancel_timer (app->loop, 7); /* not there */
  g_autoptr (RushRdd) rdd = my_rdd_new (app->lineage, 3, NULL);
  app_start (app);
  g_autoptr (RushJobWaiter) waiter = submit (app, rdd, 3);
  assert_results (waiter, 3);
  app_stop (app);
  app_free (app);
}

#define ADD(name) g_test_add_func ("/scheduler/driver_loop/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (job_through_the_loop);
  ADD (failure_in_a_two_stage_job);
  ADD (timer_brings_the_job_home);
  ADD (runner_that_lends_a_hand);
  ADD (hand_that_is_not_needed);
  g_test_add_data_func ("/scheduler/driver_loop/jobs_from_many_threads", NULL,
                        test_jobs_from_many_threads);
  g_test_add_data_func ("/scheduler/driver_loop/jobs_from_many_threads/with_a_hand",
                        GINT_TO_POINTER (TRUE), test_jobs_from_many_threads);
  ADD (stop_handles_what_is_queued);
  ADD (jobs_after_the_stop_are_refused);
  ADD (loop_that_was_never_started);
  ADD (timers_of_nobody_are_harmless);
  return g_test_run ();
}
