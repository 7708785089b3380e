/* test_model_run.c - several jobs of one model: each is told of its own end, what they share runs
 * once, and who waits for nothing is found out.
 */
#include "sim/model_run.h"

#define DAY_US (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

typedef struct
{
  RushJobListener listener;
  RushEventHeap *heap;
  guint n_tasks;
  gint64 ended_us; /* −1: it runs, or has not been submitted */
  gboolean failed;
} Job;

typedef struct
{
  RushConf *conf;
  RushEventBus *bus;
  RushEventHeap *heap;
  RushTopology *topology;
  RushLineage *lineage;
  RushDistribution *second;
  RushModelJob *stages;
  RushModelRun *run;
  RushSimCosts costs;
  Job jobs[2]; /* of stages 1 and 2, which both read stage 0 */
} World;

/* ---- jobs ---- */

static gboolean
task_succeeded (RushJobListener *listener, guint i, RushTaskResult *result, GError **error)
{
  ((Job *)listener)->n_tasks++;
  return TRUE;
}

static void
job_ended (RushJobListener *listener, const GError *error)
{
  Job *job = (Job *)listener;

  job->failed = error != NULL;
  job->ended_us = rush_event_heap_now_us (job->heap);
}

static const RushJobListenerClass job_class = { .task_succeeded = task_succeeded,
                                                .job_ended = job_ended };

static void
submit (gpointer data, gint64 i)
{
  World *self = data;

  rush_model_run_submit_to (self->run, (guint)i + 1, &self->jobs[i].listener);
}

static gboolean
both_are_over (gpointer data)
{
  const World *self = data;

  return self->jobs[0].ended_us >= 0 && self->jobs[1].ended_us >= 0;
}

/* ---- a cluster of 4 cores: 4 maps, and 4 tasks that read them in each of two jobs ---- */

static void
set_up (World *self, guint n_executors)
{
  static const RushTopologyShape shape = { .n_hosts = 2,
                                           .n_racks = 1,
                                           .cores = 2,
                                           .memory_bytes = (gint64)1 << 33,
                                           .cpu_speed = 1,
                                           .nic_bytes_per_s = 1e9,
                                           .uplink_bytes_per_s = 1e9,
                                           .disk_bytes_per_s = 1e9 };
  RushDistribution *second = rush_distribution_constant (1);
  RushModelStage stages[] = {
    { .name = "shared", .n_tasks = 4, .seconds = second },
    { .name = "first",
      .n_tasks = 4,
      .seconds = second,
      .parents = { 0 },
      .n_parents = 1,
      .is_result = TRUE },
    { .name = "second", .n_tasks = 4, .seconds = second, .parents = { 0 }, .n_parents = 1 },
  };

  *self = (World){ .conf = rush_conf_new (), .bus = rush_event_bus_new (1), .second = second };
  self->heap = rush_event_heap_new (0);
  self->topology = rush_topology_new (self->heap, &shape);
  self->lineage = rush_lineage_new ();
  self->stages =
      rush_model_job_new (self->lineage, self->topology, stages, G_N_ELEMENTS (stages), 1, NULL);
  self->run = rush_model_run_new (&(RushModelRunSetup){ .conf = self->conf,
                                                        .heap = self->heap,
                                                        .topology = self->topology,
                                                        .job = self->stages,
                                                        .costs = &self->costs,
                                                        .bus = self->bus,
                                                        .seed = 1 });
  for (guint i = 0; i < G_N_ELEMENTS (self->jobs); i++)
    self->jobs[i] = (Job){ { &job_class }, .heap = self->heap, .ended_us = -1 };
  for (guint i = 0; i < n_executors; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);
      RushSimExecutor executor = { .id = id,
                                   .host = rush_topology_host (self->topology, i),
                                   .cores = 2 };

      rush_simulated_backend_executor_ready (rush_model_run_backend (self->run), &executor);
    }
}

static void
clear (World *self)
{
  rush_model_run_free (self->run);
  rush_model_job_free (self->stages);
  rush_distribution_unref (self->second);
  rush_lineage_unref (self->lineage);
  rush_topology_free (self->topology);
  rush_event_heap_free (self->heap);
  rush_event_bus_free (self->bus);
  rush_conf_unref (self->conf);
}

/* ---- tests ---- */

/* 4 shared tasks, then 4 + 4: three waves of four cores, not four. */
static void
test_two_jobs_at_once (void)
{
  World world;
  g_autoptr (GError) error = NULL;

  set_up (&world, 2);
  submit (&world, 0);
  submit (&world, 1);
  g_assert_true (rush_model_run_until (world.run, both_are_over, &world, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (world.jobs); i++)
    {
      g_assert_false (world.jobs[i].failed);
      g_assert_cmpuint (world.jobs[i].n_tasks, ==, 4);
    }
  g_assert_cmpint (world.jobs[0].ended_us / G_USEC_PER_SEC, ==, 2);
  g_assert_cmpint (world.jobs[1].ended_us / G_USEC_PER_SEC, ==, 3);
  clear (&world);
}

/* A program that thinks for days waits for nothing. */
static void
test_days_between_jobs (void)
{
  World world;
  g_autoptr (GError) error = NULL;

  set_up (&world, 2);
  submit (&world, 0);
  rush_event_heap_put (world.heap, 3 * DAY_US, submit, &world, 1);
  g_assert_true (rush_model_run_until (world.run, both_are_over, &world, &error));
  g_assert_no_error (error);
  g_assert_cmpint ((world.jobs[1].ended_us - 3 * DAY_US) / G_USEC_PER_SEC, ==, 1);
  clear (&world);
}

/* Each of the four tasks looks for four pieces, two tasks at a time on a disk. */
static void
test_pieces_of_a_shuffle_are_looked_for (void)
{
  World world;
  g_autoptr (GError) error = NULL;

  set_up (&world, 2);
  world.costs.disk_seek_s = 0.25;
  submit (&world, 0);
  submit (&world, 1);
  g_assert_true (rush_model_run_until (world.run, both_are_over, &world, &error));
  g_assert_no_error (error);
  g_assert_cmpint (world.jobs[0].ended_us / G_USEC_PER_SEC, ==, 1 + 4 * 0.25 * 2 + 1);
  clear (&world);
}

static void
tick (gpointer data, gint64 argument)
{
  World *self = data;

  rush_event_heap_put (self->heap, DAY_US / 24, tick, self, 0);
}

/* Nobody runs the job, though the clock goes on. */
static void
test_a_job_that_waits_for_ever (void)
{
  World world;
  g_autoptr (GError) error = NULL;

  set_up (&world, 0);
  submit (&world, 0);
  tick (&world, 0);
  g_assert_false (rush_model_run_until (world.run, both_are_over, &world, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_STOPPED);
  g_assert_cmpstr (error->message, ==,
                   "The job waits for ever: since 0.000 s no task has started or ended and no "
                   "executor has come, with 0 executors and 0 running tasks");
  clear (&world);
}

/* The heap is empty. */
static void
test_nothing_is_submitted (void)
{
  World world;
  g_autoptr (GError) error = NULL;

  set_up (&world, 0);
  g_assert_false (rush_model_run_until (world.run, both_are_over, &world, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_STOPPED);
  clear (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model-run/two-jobs-at-once", test_two_jobs_at_once);
  g_test_add_func ("/model-run/days-between-jobs", test_days_between_jobs);
  g_test_add_func ("/model-run/pieces-of-a-shuffle-are-looked-for",
                   test_pieces_of_a_shuffle_are_looked_for);
  g_test_add_func ("/model-run/a-job-that-waits-for-ever", test_a_job_that_waits_for_ever);
  g_test_add_func ("/model-run/nothing-is-submitted", test_nothing_is_submitted);
  return g_test_run ();
}
