/* scheduler_million.c - what the scheduler itself costs: a million tasks on a thousand executors.
 *
 * Nothing is computed: the scripted backend of the scheduler's tests keeps what is launched, and
 * the program ends tasks in random order as fast as the scheduler takes it.  So the time is that of
 * stages, task sets, offers and the map output tracker alone.
 *
 *     one stage     1,000,000 tasks
 *     preferences   200,000 tasks that like one of 1,000 hosts each: delay scheduling at work
 *     failures      200,000 tasks, every tenth fails once
 *     shuffle       10,000 maps, 10,000 reduces
 *     speculation   40,000 tasks run for an hour, and are looked at ten times a second
 *
 * Work for the end of a task is O(1) amortized in tasks and executors; the last column of the
 * first two lines must not grow with either.
 */
#include "core/scheduler/scheduler.h"
#include "my_rdd.h"
#include "scripted_backend.h"

#include <stdio.h>

typedef struct
{
  RushJobListener listener;
  RushConf *conf;
  RushBackend *backend;
  RushEventBus *bus;
  RushMapOutputTracker *tracker;
  RushLineage *lineage;
  RushScheduler *scheduler;
  GRand *rand;
  RushMapStatus *
      *statuses; /* one an executor, shared by all its map tasks: sizes are not the point */
  guint n_executors;
  gboolean done;
} Bench;

/* ---- the job's end ---- */

static gboolean
task_succeeded (RushJobListener *listener, guint i, RushTaskResult *result, GError **error)
{
  return TRUE;
}

static void
job_ended (RushJobListener *listener, const GError *error)
{
  if (error != NULL)
    g_error ("%s", error->message);
  ((Bench *)listener)->done = TRUE;
}

/* ---- set up ---- */

static void
add_executors (Bench *self, guint cores)
{
  for (guint i = 0; i < self->n_executors; i++)
    {
      RushMessage *message = rush_message_new (RUSH_MESSAGE_EXECUTOR_REGISTERED);

      message->text = g_strdup_printf ("%u", i);
      message->host = g_strdup_printf ("host%u", i);
      message->cores = cores;
      rush_scheduler_handle (self->scheduler, message);
    }
}

/* @settings: key, value, …, NULL. */
static void
bench_init_with (Bench *self, guint n_executors, guint cores, const char *const *settings)
{
  static const RushJobListenerClass klass = { .task_succeeded = task_succeeded,
                                              .job_ended = job_ended };

  *self = (Bench){ .listener = { &klass }, .n_executors = n_executors };
  self->conf = rush_conf_new ();
  for (guint i = 0; settings[i] != NULL; i += 2)
    if (!rush_conf_set (self->conf, settings[i], settings[i + 1], NULL))
      g_assert_not_reached ();
  self->backend = scripted_backend_new ();
  self->bus = rush_event_bus_new (1);
  self->tracker = rush_map_output_tracker_new ();
  self->lineage = rush_lineage_new ();
  self->scheduler = rush_scheduler_new (self->conf, self->backend, self->bus, self->tracker, 4);
  self->rand = g_rand_new_with_seed (1);
  self->statuses = g_new0 (RushMapStatus *, n_executors);
  add_executors (self, cores);
}

static void
bench_init (Bench *self, guint n_executors, guint cores)
{
  bench_init_with (self, n_executors, cores, (const char *const[]){ NULL });
}

static void
bench_clear (Bench *self)
{
  g_assert (rush_scheduler_is_idle (self->scheduler));
  rush_scheduler_free (self->scheduler);
  for (guint i = 0; i < self->n_executors; i++)
    rush_map_status_unref (self->statuses[i]);
  g_free (self->statuses);
  rush_event_bus_free (self->bus);
  rush_map_output_tracker_free (self->tracker);
  self->backend->klass->free (self->backend);
  rush_lineage_unref (self->lineage);
  rush_conf_unref (self->conf);
  g_rand_free (self->rand);
}

/* ---- a run ---- */

static void
unref_status (gpointer status)
{
  rush_map_status_unref (status);
}

static RushTaskOutcome *
success (Bench *self, const ScriptedTask *task)
{
  RushTaskOutcome *outcome = rush_task_outcome_new (RUSH_OUTCOME_SUCCESS, NULL);
  const RushStageWork *work = task->task->work;

  if (work->kind == RUSH_TASK_RESULT)
    return outcome;
  guint executor = (guint)g_ascii_strtoull (task->executor_id, NULL, 10);
  RushMapStatus **status = &self->statuses[executor];
  if (*status == NULL)
    *status = rush_map_status_new (task->executor_id, "host", 0,
                                   work->dependency->partitioner->n_partitions);
  outcome->map_status = rush_map_status_ref (*status);
  outcome->free_map_status = unref_status;
  return outcome;
}

static void
end_random_task (Bench *self, guint n_running, guint fail_each)
{
  guint which = (guint)g_rand_int_range (self->rand, 0, (gint32)n_running);
  g_autoptr (ScriptedTask) task = scripted_backend_take_fast (self->backend, which);
  gboolean fails =
      fail_each > 0 && task->task->attempt_number == 0 && task->task->partition % fail_each == 0;
  RushMessage *message = rush_message_new (RUSH_MESSAGE_TASK_ENDED);

  message->task_id = task->task->task_id;
  message->outcome =
      fails ? rush_task_outcome_new (RUSH_OUTCOME_EXCEPTION, "boom") : success (self, task);
  rush_scheduler_handle (self->scheduler, message);
}

static void
submit (Bench *self, RushRdd *rdd)
{
  RushJobRequest *request = g_new0 (RushJobRequest, 1);
  RushMessage *message = rush_message_new (RUSH_MESSAGE_JOB_SUBMITTED);

  request->job_id = rush_scheduler_next_job_id (self->scheduler);
  request->rdd = rush_rdd_ref (rdd);
  request->n_partitions = ((MyRdd *)rdd)->n_partitions;
  request->call_site.short_form = g_strdup ("bench");
  request->call_site.long_form = g_strdup ("");
  request->listener = &self->listener;
  message->job = request;
  rush_scheduler_handle (self->scheduler, message);
}

static void
run (Bench *self, const char *name, RushRdd *rdd, guint fail_each)
{
  gint64 start_us = g_get_monotonic_time ();

  submit (self, rdd);
  while (!self->done)
    {
      guint n_running = scripted_backend_n_running (self->backend);

      if (n_running > 0)
        end_random_task (self, n_running, fail_each);
      else
        rush_scheduler_handle (self->scheduler, scripted_backend_next_timer (self->backend));
    }
  double seconds = (double)(g_get_monotonic_time () - start_us) / G_USEC_PER_SEC;
  guint n_tasks = scripted_backend_n_launched (self->backend);
  printf ("%-14s %8u tasks  %5u executors  %6.2f s  %9.0f tasks/s  %5.2f µs a task%s\n", name,
          n_tasks, self->n_executors, seconds, n_tasks / seconds, seconds / n_tasks * 1e6,
          seconds > 10 ? "   MISSED: goal is 10 s" : "");
}

static void
run_one_stage (guint n_tasks, guint n_executors)
{
  Bench bench;

  bench_init (&bench, n_executors, 4);
  RushRdd *rdd = my_rdd_new (bench.lineage, n_tasks, NULL);
  run (&bench, "one stage", rdd, 0);
  rush_rdd_unref (rdd);
  bench_clear (&bench);
}

static void
run_preferences (guint n_tasks)
{
  Bench bench;

  bench_init (&bench, 1000, 4);
  RushRdd *rdd = my_rdd_new (bench.lineage, n_tasks, NULL);
  g_autoptr (GString) places = g_string_new (NULL);
  for (guint i = 0; i < n_tasks; i++)
    g_string_append_printf (places, "%shost%u", i > 0 ? "|" : "", i * 7919 % 1000);
  my_rdd_set_locations (rdd, places->str);
  run (&bench, "preferences", rdd, 0);
  rush_rdd_unref (rdd);
  bench_clear (&bench);
}

static void
run_failures (guint n_tasks)
{
  Bench bench;

  bench_init (&bench, 1000, 4);
  RushRdd *rdd = my_rdd_new (bench.lineage, n_tasks, NULL);
  run (&bench, "failures", rdd, 10);
  rush_rdd_unref (rdd);
  bench_clear (&bench);
}

static void
run_shuffle (guint n_maps, guint n_reduces)
{
  Bench bench;

  bench_init (&bench, 100, 40); /* a status of 10,000 sizes an executor is memory enough */
  RushRdd *rdd = my_shuffled_rdd (bench.lineage, n_maps, n_reduces);
  run (&bench, "shuffle", rdd, 0);
  rush_rdd_unref (rdd);
  bench_clear (&bench);
}

/* A tenth of them took an hour, the others run, none for too long yet: each look finds nothing. */
static void
run_speculation (guint n_executors)
{
  Bench bench;
  guint n_slots = n_executors * 4, n_looks = 10 * 3600;

  bench_init_with (&bench, n_executors, 4,
                   (const char *const[]){ "spark.speculation", "true", "spark.speculation.quantile",
                                          "0.1", NULL });
  RushRdd *rdd = my_rdd_new (bench.lineage, n_slots, NULL);
  submit (&bench, rdd);
  scripted_backend_advance_us (bench.backend, G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC);
  for (guint n = n_slots; n > n_slots - n_slots / 10; n--)
    end_random_task (&bench, n, 0);
  gint64 start_us = g_get_monotonic_time ();
  for (guint i = 0; i < n_looks; i++)
    rush_scheduler_handle (bench.scheduler, scripted_backend_next_timer (bench.backend));
  double seconds = (double)(g_get_monotonic_time () - start_us) / G_USEC_PER_SEC;
  printf ("%-14s %8u tasks run  %5u executors  %6.2f s for %u looks  %5.2f µs a look\n",
          "speculation", n_slots - n_slots / 10, n_executors, seconds, n_looks,
          seconds / n_looks * 1e6);
  while (!bench.done)
    end_random_task (&bench, scripted_backend_n_running (bench.backend), 0);
  rush_rdd_unref (rdd);
  bench_clear (&bench);
}

int
main (void)
{
  run_one_stage (100 * 1000, 1000);
  run_one_stage (1000 * 1000, 100);
  run_one_stage (1000 * 1000, 1000);
  run_preferences (200 * 1000);
  run_failures (200 * 1000);
  run_shuffle (10 * 1000, 10 * 1000);
  run_speculation (1000);
  run_speculation (10 * 1000);
  return 0;
}
