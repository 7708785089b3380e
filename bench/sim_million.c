/* sim_million.c - what a simulated cluster costs: 10,000 executors, 1 M tasks, a shuffle.
 *
 * One job in model mode: a stage of a million tasks of about two seconds on ten thousand executors
 * of four cores, which write 8 MiB each, and ten thousand tasks that read them.  A listener hashes
 * every event.  Prints the seconds that it took, those that it simulated, and the hash, which is
 * the same in every run.
 *
 *   sim_million [number of tasks of the first stage]
 */
#include "sim/event_digest.h"
#include "sim/model_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define N_HOSTS 1000
#define EXECUTORS_PER_HOST 10
#define SEED 7

static const RushTopologyShape shape = { .n_hosts = N_HOSTS,
                                         .n_racks = 25,
                                         .cores = 48,
                                         .memory_bytes = (gint64)256 << 30,
                                         .cpu_speed = 1,
                                         .nic_bytes_per_s = 1.25e9,
                                         .uplink_bytes_per_s = 2e10,
                                         .disk_bytes_per_s = 1e9,
                                         .rack_latency_s = 0.0002,
                                         .core_latency_s = 0.0005 };
static const RushSimCosts costs = { .driver_task_s = 20e-6, .task_overhead_s = 0.002 };

static RushDistribution *
parse (const char *text, RushUnit unit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushJson) json = rush_json_parse (text, -1, &error);
  RushDistribution *distribution =
      json != NULL ? rush_distribution_parse (json, unit, "bench", &error) : NULL;

  if (distribution == NULL)
    g_error ("%s", error->message);
  return distribution;
}

static void
add_executors (RushBackend *backend, RushTopology *topology)
{
  for (guint i = 0; i < N_HOSTS * EXECUTORS_PER_HOST; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);
      RushSimExecutor executor = { .id = id,
                                   .host = rush_topology_host (topology, i / EXECUTORS_PER_HOST),
                                   .cores = 4 };

      rush_simulated_backend_executor_ready (backend, &executor);
    }
}

static void
tell (gint64 began_us, RushEventHeap *heap, const RushListener *digest)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  printf ("%.2f s, %ld MiB at most; %.1f simulated s, %" G_GUINT64_FORMAT
          " events, digest %016" G_GINT64_MODIFIER "x\n",
          (double)(g_get_monotonic_time () - began_us) / G_USEC_PER_SEC, usage.ru_maxrss / 1024,
          (double)rush_event_heap_now_us (heap) / G_USEC_PER_SEC,
          rush_event_digest_n_events (digest), rush_event_digest_value (digest));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushDistribution) two_s =
      parse ("{\"lognormal\": {\"median\": \"2s\", \"sigma\": 0.3}}", RUSH_UNIT_SECONDS);
  g_autoptr (RushDistribution) one_s = parse ("\"1s\"", RUSH_UNIT_SECONDS);
  g_autoptr (RushDistribution) eight_mib = parse ("\"8m\"", RUSH_UNIT_BYTES);
  RushModelStage stages[] = {
    { .name = "scans",
      .n_tasks = argc > 1 ? (guint)strtoul (argv[1], NULL, 10) : 1000000,
      .seconds = two_s,
      .write_bytes = eight_mib },
    { .name = "sums", .n_tasks = 10000, .seconds = one_s, .parents = { 0 }, .n_parents = 1 },
  };
  g_autoptr (RushEventHeap) heap = rush_event_heap_new (0);
  g_autoptr (RushTopology) topology = rush_topology_new (heap, &shape);
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushModelJob) job =
      rush_model_job_new (lineage, topology, stages, G_N_ELEMENTS (stages), SEED, &error);
  RushConf *conf = rush_conf_new ();
  RushEventBus *bus = rush_event_bus_new (1);
  RushListener *digest = rush_event_digest_new ();
  RushModelRunSetup setup = { .conf = conf,
                              .heap = heap,
                              .topology = topology,
                              .job = job,
                              .costs = &costs,
                              .bus = bus,
                              .seed = SEED };
  gint64 began_us = g_get_monotonic_time ();

  rush_event_bus_add_inline (bus, digest);
  RushModelRun *run = rush_model_run_new (&setup);
  add_executors (rush_model_run_backend (run), topology);
  if (!rush_model_run_finish (run, &error))
    g_error ("%s", error->message);
  tell (began_us, heap, digest);

  rush_model_run_free (run);
  rush_event_bus_free (bus);
  rush_conf_unref (conf);
  return 0;
}
