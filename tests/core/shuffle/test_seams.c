/* test_seams.c - another eviction policy and another shuffle writer, installed where an executor is
 * made, take part in a whole shuffle; a writer that cannot be made is an error. */
#include "tests/core/shuffle/shuffle_fixture.h"

#include <string.h>

#define POOL (8 * 1024 * 1024)
#define N_ROWS 3000
#define N_PARTITIONS 3

static RushDependency *
registered_shuffle (Cluster *cluster, guint n_maps)
{
  RushDependency *dependency = new_shuffle (cluster, test_schema (), N_PARTITIONS, 0);

  rush_map_output_tracker_register_shuffle (cluster->tracker, dependency->shuffle_id, n_maps);
  return dependency;
}

/* ---- eviction: the newest first ---- */

static gint
compare_newest (const RushBlock *a, const RushBlock *b)
{
  return a->last_use > b->last_use ? -1 : 1;
}

static const RushEvictionPolicy newest_first = { .name = "MRU", .compare = compare_newest };

static void
test_another_eviction_policy (void)
{
  Cluster cluster;
  RushMemoryStats stats;

  cluster_init_seams (&cluster, POOL, &newest_first, &rush_shuffle_writer_sort);
  RushDependency *dependency = registered_shuffle (&cluster, 3);
  for (guint m = 0; m < 3; m++)
    run_map (&cluster, dependency, 0, m, m * N_ROWS, N_ROWS, 1000, NULL);
  g_autofree char *before = run_reduce (&cluster, dependency, 0, 0, N_PARTITIONS, NULL);

  /* All maps have been read in their order: the last one was used last. */
  rush_memory_manager_stats (cluster.executors[0].memory, &stats);
  gint64 wanted = stats.pool - stats.storage_used + 1;
  gint64 granted =
      rush_memory_manager_acquire_execution (cluster.executors[0].memory, 99, wanted, NULL);
  rush_memory_manager_release_execution (cluster.executors[0].memory, 99, granted);
  g_autofree char *file = only_file (&cluster, ".data");
  g_autoptr (RushMapStatus) last =
      rush_map_output_tracker_get (cluster.tracker, dependency->shuffle_id, 2);
  g_autofree char *expected = g_strdup_printf ("shuffle_%d_%" G_GINT64_FORMAT "_0.data",
                                               dependency->shuffle_id, last->map_task_id);
  g_assert_true (g_str_has_suffix (file, expected));

  g_autofree char *after = run_reduce (&cluster, dependency, 0, 0, N_PARTITIONS, NULL);
  g_assert_cmpstr (after, ==, before);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

/* ---- a writer that counts what it hands on ---- */

typedef struct
{
  RushShuffleWriter base;
  RushShuffleWriter *inner;
} CountingWriter;

static struct
{
  guint n_made, n_batches, n_committed, n_freed;
} counts;

static RushShuffleWriter *
counting_make (const RushDependency *dependency, guint map_index, RushBlockStore *store,
               RushTaskContext *ctx)
{
  CountingWriter *self = g_new0 (CountingWriter, 1);

  self->inner = rush_shuffle_writer_sort.make (dependency, map_index, store, ctx);
  counts.n_made++;
  return &self->base;
}

static gboolean
counting_write (RushShuffleWriter *base, RushBatch *batch, GError **error)
{
  counts.n_batches++;
  return rush_shuffle_writer_sort.write (((CountingWriter *)base)->inner, batch, error);
}

static RushMapStatus *
counting_commit (RushShuffleWriter *base, GError **error)
{
  counts.n_committed++;
  return rush_shuffle_writer_sort.commit (((CountingWriter *)base)->inner, error);
}

static void
counting_free (RushShuffleWriter *base)
{
  counts.n_freed++;
  rush_shuffle_writer_sort.free (((CountingWriter *)base)->inner);
  g_free (base);
}

static const RushShuffleWriterClass counting_writer = {
  "counting", counting_make, counting_write, counting_commit, counting_free,
};

static char *
shuffle_with (const RushShuffleWriterClass *writer, RushTaskMetrics *out_metrics)
{
  Cluster cluster;

  cluster_init_seams (&cluster, POOL, &rush_eviction_policy_lru, writer);
  RushDependency *dependency = registered_shuffle (&cluster, 1);
  run_map (&cluster, dependency, 0, 0, 0, N_ROWS, 1000, out_metrics);
  char *rows = run_reduce (&cluster, dependency, 0, 0, N_PARTITIONS, NULL);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
  return rows;
}

static void
test_another_writer (void)
{
  RushTaskMetrics metrics, ours;
  g_autofree char *expected = shuffle_with (&rush_shuffle_writer_sort, &ours);

  g_assert_cmpuint (counts.n_made, ==, 0);
  g_autofree char *rows = shuffle_with (&counting_writer, &metrics);
  g_assert_cmpstr (rows, ==, expected);
  g_assert_cmpint (metrics.shuffle_write_records, ==, ours.shuffle_write_records);
  g_assert_cmpint (metrics.shuffle_write_bytes, ==, ours.shuffle_write_bytes);
  g_assert_cmpuint (counts.n_made, ==, 1);
  g_assert_cmpuint (counts.n_batches, ==, 3);
  g_assert_cmpuint (counts.n_committed, ==, 1);
  g_assert_cmpuint (counts.n_freed, ==, 1);
}

/* ---- a writer that is none ---- */

static RushShuffleWriter *
make_nothing (const RushDependency *dependency, guint map_index, RushBlockStore *store,
              RushTaskContext *ctx)
{
  return NULL;
}

static void
test_no_writer (void)
{
  static const RushShuffleWriterClass none = {
    "none", make_nothing, counting_write, counting_commit, counting_free,
  };
  Cluster cluster;
  g_autoptr (GError) error = NULL;

  cluster_init_seams (&cluster, POOL, &rush_eviction_policy_lru, &none);
  RushDependency *dependency = registered_shuffle (&cluster, 1);
  RushTaskContext *ctx = task_new (&cluster, 0);
  RushBlockStore *store = cluster.executors[0].store;
  g_assert_null (rush_shuffle_writer_new (dependency, 0, store, ctx, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "\"none\" has made no writer for map task 0"));
  task_free (ctx);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/seams/eviction_policy", test_another_eviction_policy);
  g_test_add_func ("/seams/shuffle_writer", test_another_writer);
  g_test_add_func ("/seams/no_shuffle_writer", test_no_writer);
  return g_test_run ();
}
