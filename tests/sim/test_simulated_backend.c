/* test_simulated_backend.c - tasks without data on executors that are numbers: how long they take,
 * what they wait for, what is lost and computed again, and that a run can be repeated. */
#include "sim/event_digest.h"
#include "sim/model_run.h"

#define MIB (1024.0 * 1024)

/* ---- a cluster ---- */

typedef struct
{
  RushConf *conf;
  RushEventBus *bus;
  RushListener *digest; /* the bus' */
  GPtrArray *owned;     /* RushDistribution */
  RushEventHeap *heap;
  RushTopology *topology;
  RushLineage *lineage;
  RushModelJob *job;
  RushSimCosts costs;
  RushSimTaskStarts task_starts;
  RushModelRun *run;
} World;

static void
unref_distribution (gpointer distribution)
{
  rush_distribution_unref (distribution);
}

/* Two racks of two hosts; disks of 100 MiB/s, wires of 50, uplinks of 25; no latency. */
static void
world_begin (World *self)
{
  RushTopologyShape shape = { .n_hosts = 4,
                              .n_racks = 2,
                              .cores = 8,
                              .memory_bytes = (gint64)64 << 30,
                              .cpu_speed = 1,
                              .nic_bytes_per_s = 50 * MIB,
                              .uplink_bytes_per_s = 25 * MIB,
                              .disk_bytes_per_s = 100 * MIB };

  *self = (World){ .conf = rush_conf_new (), .bus = rush_event_bus_new (1) };
  self->digest = rush_event_digest_new ();
  rush_event_bus_add_inline (self->bus, self->digest);
  self->owned = g_ptr_array_new_with_free_func (unref_distribution);
  self->heap = rush_event_heap_new (0);
  self->topology = rush_topology_new (self->heap, &shape);
  self->lineage = rush_lineage_new ();
}

static RushDistribution *
drawn (World *self, const char *text)
{
  g_autoptr (RushJson) json = rush_json_parse (text, -1, NULL);
  RushDistribution *distribution = rush_distribution_parse (json, RUSH_UNIT_SECONDS, "test", NULL);

  g_assert_nonnull (distribution);
  g_ptr_array_add (self->owned, distribution);
  return distribution;
}

static RushDistribution *
always (World *self, double value)
{
  RushDistribution *distribution = rush_distribution_constant (value);

  g_ptr_array_add (self->owned, distribution);
  return distribution;
}

static void
world_start (World *self, const RushModelStage *stages, guint n_stages)
{
  g_autoptr (GError) error = NULL;

  self->job = rush_model_job_new (self->lineage, self->topology, stages, n_stages, 7, &error);
  g_assert_no_error (error);
  self->run = rush_model_run_new (&(RushModelRunSetup){ .conf = self->conf,
                                                        .heap = self->heap,
                                                        .topology = self->topology,
                                                        .job = self->job,
                                                        .costs = &self->costs,
                                                        .bus = self->bus,
                                                        .seed = 7,
                                                        .task_starts = self->task_starts });
}

static void
add_executor (World *self, const char *id, guint host, guint cores)
{
  RushSimExecutor executor = { .id = (char *)id,
                               .host = rush_topology_host (self->topology, host),
                               .cores = cores };

  rush_simulated_backend_executor_ready (rush_model_run_backend (self->run), &executor);
}

static double
now_s (World *self)
{
  return (double)rush_event_heap_now_us (self->heap) / G_USEC_PER_SEC;
}

static void
assert_ends_at (World *self, double seconds)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (rush_model_run_finish (self->run, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat_with_epsilon (now_s (self), seconds, 1e-5);
  g_assert_cmpuint (rush_simulated_backend_n_running (rush_model_run_backend (self->run)), ==, 0);
}

static void
world_end (World *self)
{
  rush_model_run_free (self->run);
  rush_model_job_free (self->job);
  rush_lineage_unref (self->lineage);
  rush_topology_free (self->topology);
  rush_event_heap_free (self->heap);
  g_ptr_array_unref (self->owned);
  rush_event_bus_free (self->bus);
  rush_conf_unref (self->conf);
}

/* ---- time ---- */

/* Four tasks of a second, each half as long again for the other one on its host, whosever it is: two
 * cores of an executor, or one of each of two.  A host of its own is quiet. */
static void
test_neighbours_on_a_host_slow_each_other (void)
{
  static const struct
  {
    guint cores, second_host;
    double seconds;
  } cases[] = { { 1, 0, 3 }, { 1, 1, 2 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      World world;

      world_begin (&world);
      world.costs.neighbour_slowdown = 0.5;
      world_start (&world,
                   &(RushModelStage){ .name = "one", .n_tasks = 4, .seconds = always (&world, 1) },
                   1);
      add_executor (&world, "0", 0, cases[i].cores);
      add_executor (&world, "1", cases[i].second_host, cases[i].cores);
      assert_ends_at (&world, cases[i].seconds);
      for (guint host = 0; host < 2; host++)
        g_assert_cmpuint (rush_topology_host (world.topology, host)->n_running, ==, 0);
      world_end (&world);
    }
}

/* A second of warm-up, which falls to the first task on each of a host's cores (it has eight), and
 * which no neighbour makes longer: the ninth task finds all warm, and nobody beside it. */
static void
test_the_first_tasks_on_a_host_warm_up (void)
{
  RushModelTask tasks[9] = { 0 };
  World world;

  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    tasks[i].cpu_s = 1;
  world_begin (&world);
  world.costs.neighbour_slowdown = 0.125;
  world_start (&world,
               &(RushModelStage){ .name = "one", .n_tasks = 9, .recorded = tasks, .warm_up_s = 1 },
               1);
  add_executor (&world, "0", 0, 8);
  assert_ends_at (&world, 1 + (1 + 0.125 * 7) + 1);
  world_end (&world);
}

/* Five tasks of a second on two cores: three waves. */
static void
test_tasks_take_their_time_on_cores (void)
{
  World world;

  world_begin (&world);
  world_start (&world,
               &(RushModelStage){ .name = "one", .n_tasks = 5, .seconds = always (&world, 1) }, 1);
  add_executor (&world, "0", 0, 2);
  assert_ends_at (&world, 3);
  world_end (&world);
}

/* The driver's thread lets tasks go one after the other. */
static void
test_the_driver_takes_its_time_over_launches (void)
{
  World world;

  world_begin (&world);
  world.costs.driver_task_s = 0.25;
  world.costs.task_overhead_s = 0.5;
  world_start (&world,
               &(RushModelStage){ .name = "one", .n_tasks = 4, .seconds = always (&world, 1) }, 1);
  add_executor (&world, "0", 0, 4);
  assert_ends_at (&world, 4 * 0.25 + 0.5 + 1);
  world_end (&world);
}

static void
test_slow_machines_take_longer (void)
{
  World world;

  world_begin (&world);
  world_start (&world,
               &(RushModelStage){ .name = "one", .n_tasks = 2, .seconds = always (&world, 1) }, 1);
  rush_topology_host (world.topology, 1)->cpu_speed = 0.5;
  add_executor (&world, "0", 0, 1);
  add_executor (&world, "1", 1, 1);
  g_assert_true (rush_simulated_backend_slow_executor (rush_model_run_backend (world.run), "1", 3));
  g_assert_false (
      rush_simulated_backend_slow_executor (rush_model_run_backend (world.run), "2", 3));
  assert_ends_at (&world, 6);
  world_end (&world);
}

/* A Python worker starts once a core, and is there for later tasks. */
static void
test_python_workers_are_used_again (void)
{
  World world;

  world_begin (&world);
  world.costs.python_start_s = 10;
  world_start (
      &world,
      &(RushModelStage){
          .name = "one", .n_tasks = 6, .seconds = always (&world, 1), .runs_python = TRUE },
      1);
  add_executor (&world, "0", 0, 2);
  assert_ends_at (&world, 10 + 3);
  world_end (&world);
}

/* Every five seconds the executor stands still for one: both its tasks lose the same second. */
static void
test_pauses_are_of_the_executor (void)
{
  World world;

  world_begin (&world);
  world.costs.pause_every = always (&world, 5);
  world.costs.pause_lasts = always (&world, 1);
  world_start (&world,
               &(RushModelStage){ .name = "one", .n_tasks = 2, .seconds = always (&world, 8) }, 1);
  add_executor (&world, "0", 0, 2);
  assert_ends_at (&world, 9);
  world_end (&world);
}

static void
test_every_task_straggles_if_all_do (void)
{
  World world;

  world_begin (&world);
  world.costs.straggler_fraction = 1;
  world.costs.straggler_slowdown = always (&world, 4);
  world_start (&world,
               &(RushModelStage){ .name = "one", .n_tasks = 2, .seconds = always (&world, 1) }, 1);
  add_executor (&world, "0", 0, 2);
  assert_ends_at (&world, 4);
  world_end (&world);
}

/* ---- disks and wires ---- */

/* Four tasks of 100 MiB at once share a disk of 100 MiB/s. */
static void
test_tasks_share_a_disk (void)
{
  World world;

  world_begin (&world);
  world_start (
      &world,
      &(RushModelStage){ .name = "one", .n_tasks = 4, .input_bytes = always (&world, 100 * MIB) },
      1);
  add_executor (&world, "0", 0, 4);
  assert_ends_at (&world, 4);
  world_end (&world);
}

/* Two maps write 100 MiB each, on two hosts (a second); the reduce task reads half of that from its
 * own disk (a second), and the other half by the wire: 2 s in the rack, 4 s between racks. */
static double
shuffle_between (guint host_a, guint host_b)
{
  World world;
  g_autoptr (GError) error = NULL;

  world_begin (&world);
  RushModelStage stages[] = {
    { .name = "maps", .n_tasks = 2, .write_bytes = always (&world, 100 * MIB) },
    { .name = "reduce", .n_tasks = 1, .parents = { 0 }, .n_parents = 1 }
  };
  world_start (&world, stages, 2);
  add_executor (&world, "0", host_a, 1);
  add_executor (&world, "1", host_b, 1);
  g_assert_true (rush_model_run_finish (world.run, &error));
  double seconds = now_s (&world);
  world_end (&world);
  return seconds;
}

static void
test_fetching_takes_the_narrowest_way (void)
{
  g_assert_cmpfloat_with_epsilon (shuffle_between (0, 0), 2 + 2, 1e-5); /* one disk for all */
  g_assert_cmpfloat_with_epsilon (shuffle_between (0, 1), 1 + 2, 1e-5);
  g_assert_cmpfloat_with_epsilon (shuffle_between (0, 2), 1 + 4, 1e-5);
}

/* ---- losses ---- */

typedef struct
{
  World *world;
  const char *id;
} Loss;

static void
lose (gpointer data, gint64 argument)
{
  Loss *loss = data;

  rush_simulated_backend_executor_gone (rush_model_run_backend (loss->world->run), loss->id,
                                        "the machine burns", FALSE, TRUE);
}

/* At 1.5 s executor 1 goes, with its map output and a reduce task that has run for half a second:
 * the map runs again on the other one (a second), then both reduces, as far as they have not ended.
 * */
static void
test_what_is_lost_is_computed_again (void)
{
  World world;
  Loss loss = { &world, "1" };

  world_begin (&world);
  RushModelStage stages[] = { { .name = "maps", .n_tasks = 2, .seconds = always (&world, 1) },
                              { .name = "reduces",
                                .n_tasks = 2,
                                .seconds = always (&world, 1),
                                .parents = { 0 },
                                .n_parents = 1 } };
  world_start (&world, stages, 2);
  add_executor (&world, "0", 0, 1);
  add_executor (&world, "1", 1, 1);
  rush_event_heap_put (world.heap, 1500000, lose, &loss, 0);
  /* Reduce 0 ends at 2 s.  Reduce 1 is launched there next; it finds that map 1 is missing at once;
   * stages are submitted again 200 ms later. */
  assert_ends_at (&world, 2 + 0.2 + 1 + 1);
  world_end (&world);
}

static void
test_a_job_without_executors_waits_for_ever (void)
{
  World world;
  g_autoptr (GError) error = NULL;

  world_begin (&world);
  world_start (&world,
               &(RushModelStage){ .name = "one", .n_tasks = 2, .seconds = always (&world, 1) }, 1);
  g_assert_false (rush_model_run_finish (world.run, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_STOPPED);
  g_assert_nonnull (strstr (error->message, "0 executors"));
  world_end (&world);
}

static void
test_a_cancelled_job_leaves_nothing (void)
{
  World world;
  g_autoptr (GError) error = NULL;
  RushMessage *message = rush_message_new (RUSH_MESSAGE_ALL_JOBS_CANCELLED);

  world_begin (&world);
  world_start (
      &world, &(RushModelStage){ .name = "one", .n_tasks = 9, .input_bytes = always (&world, MIB) },
      1);
  add_executor (&world, "0", 0, 4);
  rush_model_run_submit (world.run);
  rush_event_heap_step (world.heap);
  rush_scheduler_handle (rush_model_run_scheduler (world.run), message);
  g_assert_false (rush_model_run_finish (world.run, &error));
  while (rush_event_heap_step (world.heap))
    ;
  g_assert_true (rush_scheduler_is_idle (rush_model_run_scheduler (world.run)));
  g_assert_cmpuint (rush_simulated_backend_n_running (rush_model_run_backend (world.run)), ==, 0);
  world_end (&world);
}

static char *
fail_each (gpointer data, const RushTask *task, const char *executor_id)
{
  return g_strdup ("injected");
}

/* They were to fail, and are stopped on their way. */
static void
test_tasks_that_are_to_fail_can_be_cancelled (void)
{
  World world;

  world_begin (&world);
  world.task_starts = fail_each;
  world_start (&world, &(RushModelStage){ .name = "one", .n_tasks = 4 }, 1);
  add_executor (&world, "0", 0, 4);
  rush_model_run_submit (world.run);
  rush_scheduler_handle (rush_model_run_scheduler (world.run),
                         rush_message_new (RUSH_MESSAGE_ALL_JOBS_CANCELLED));
  while (rush_event_heap_step (world.heap))
    ;
  g_assert_true (rush_scheduler_is_idle (rush_model_run_scheduler (world.run)));
  world_end (&world);
}

/* ---- the same again ---- */

static guint64
digest_of_a_rough_run (double straggler_fraction)
{
  World world;
  Loss loss = { &world, "2" };

  world_begin (&world);
  world.costs.straggler_fraction = straggler_fraction;
  world.costs.straggler_slowdown = drawn (&world, "{\"pareto\": {\"least\": 2, \"alpha\": 1.5}}");
  world.costs.pause_every = drawn (&world, "{\"exponential\": 3}");
  world.costs.pause_lasts = drawn (&world, "{\"exponential\": 0.1}");
  RushDistribution *about_a_second =
      drawn (&world, "{\"lognormal\": {\"median\": 1, \"sigma\": 0.5}}");
  RushModelStage stages[] = {
    { .name = "maps",
      .n_tasks = 60,
      .seconds = about_a_second,
      .write_bytes = always (&world, MIB) },
    { .name = "middle",
      .n_tasks = 40,
      .seconds = about_a_second,
      .write_bytes = always (&world, MIB),
      .parents = { 0 },
      .n_parents = 1,
      .skew = 0.8 },
    { .name = "end", .n_tasks = 10, .seconds = about_a_second, .parents = { 1 }, .n_parents = 1 }
  };
  world_start (&world, stages, 3);
  add_executor (&world, "0", 0, 2);
  add_executor (&world, "1", 1, 2);
  add_executor (&world, "2", 2, 2);
  add_executor (&world, "3", 3, 2);
  rush_event_heap_put (world.heap, 12 * G_USEC_PER_SEC, lose, &loss, 0);
  g_assert_true (rush_model_run_finish (world.run, NULL));
  guint64 digest = rush_event_digest_value (world.digest);
  g_assert_cmpuint (rush_event_digest_n_events (world.digest), >, 200);
  world_end (&world);
  return digest;
}

static void
test_one_seed_has_one_run (void)
{
  guint64 first = digest_of_a_rough_run (0.1);

  g_assert_cmpuint (first, ==, digest_of_a_rough_run (0.1));
  g_assert_cmpuint (first, !=, digest_of_a_rough_run (0.2));
}

/* ---- misuse ---- */

static void
test_stages_that_do_not_fit_are_refused (void)
{
  World world;
  g_autoptr (GError) error = NULL;
  RushModelStage unread[] = { { .name = "a", .n_tasks = 1 }, { .name = "b", .n_tasks = 1 } };
  RushModelStage empty[] = { { .name = "a", .n_tasks = 0 } };
  RushModelStage backwards[] = { { .name = "a", .n_tasks = 1, .parents = { 0 }, .n_parents = 1 } };
  RushModelStage two_sizes[] = {
    { .name = "a", .n_tasks = 1 },
    { .name = "b", .n_tasks = 2, .parents = { 0 }, .n_parents = 1 },
    { .name = "c", .n_tasks = 3, .parents = { 0, 1 }, .n_parents = 2 }
  };

  world_begin (&world);
  g_assert_null (rush_model_job_new (world.lineage, world.topology, unread, 2, 7, &error));
  g_assert_cmpstr (error->message, ==, "Stage 'a' is not a result, and no stage reads it");
  g_clear_error (&error);
  g_assert_null (rush_model_job_new (world.lineage, world.topology, empty, 1, 7, &error));
  g_assert_cmpstr (error->message, ==, "Stage 'a' has no tasks");
  g_clear_error (&error);
  g_assert_null (rush_model_job_new (world.lineage, world.topology, backwards, 1, 7, &error));
  g_assert_cmpstr (error->message, ==, "Stage 'a' reads stage 0, which does not stand before it");
  g_clear_error (&error);
  g_assert_null (rush_model_job_new (world.lineage, world.topology, two_sizes, 3, 7, &error));
  g_assert_cmpstr (error->message, ==,
                   "Stage 'a' is read by stages of 2 and of 3 tasks; a shuffle has one number of "
                   "partitions");
  world_start (&world, &(RushModelStage){ .name = "one", .n_tasks = 1 }, 1);
  world_end (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/simulated_backend/" #name, test_##name)
  ADD (tasks_take_their_time_on_cores);
  ADD (neighbours_on_a_host_slow_each_other);
  ADD (the_first_tasks_on_a_host_warm_up);
  ADD (the_driver_takes_its_time_over_launches);
  ADD (slow_machines_take_longer);
  ADD (python_workers_are_used_again);
  ADD (pauses_are_of_the_executor);
  ADD (every_task_straggles_if_all_do);
  ADD (tasks_share_a_disk);
  ADD (fetching_takes_the_narrowest_way);
  ADD (what_is_lost_is_computed_again);
  ADD (a_job_without_executors_waits_for_ever);
  ADD (a_cancelled_job_leaves_nothing);
  ADD (tasks_that_are_to_fail_can_be_cancelled);
  ADD (one_seed_has_one_run);
  ADD (stages_that_do_not_fit_are_refused);
  return g_test_run ();
}
