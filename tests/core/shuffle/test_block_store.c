/* test_block_store.c - outputs come, are evicted oldest first, are read while that happens, and go
 * with their files; a disk that is full loses nothing. */
#include "tests/core/shuffle/shuffle_fixture.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>

#define POOL (8 * 1024 * 1024)
#define N_ROWS 5000

static RushBlockStoreStats
stats_of (Cluster *cluster)
{
  RushBlockStoreStats stats;

  rush_block_store_stats (cluster->executors[0].store, &stats);
  return stats;
}

/* A shuffle whose @n_maps maps have all been run. */
static RushDependency *
written_shuffle (Cluster *cluster, guint n_maps, guint n_partitions)
{
  RushDependency *dependency = new_shuffle (cluster, test_schema (), n_partitions, 0);

  rush_map_output_tracker_register_shuffle (cluster->tracker, dependency->shuffle_id, n_maps);
  for (guint m = 0; m < n_maps; m++)
    run_map (cluster, dependency, 0, m, m * N_ROWS, N_ROWS, 1000, NULL);
  return dependency;
}

/* Takes so much execution memory that at least @bytes of storage have to go; gives it back. */
static void
press (Cluster *cluster, gint64 bytes)
{
  RushMemoryManager *memory = cluster->executors[0].memory;
  RushMemoryStats stats;

  rush_memory_manager_stats (memory, &stats);
  gint64 wanted = stats.pool - stats.storage_used + bytes;
  gint64 granted = rush_memory_manager_acquire_execution (memory, 1 << 20, wanted, NULL);
  rush_memory_manager_release_execution (memory, 1 << 20, granted);
}

/* ---- coming and going ---- */

static void
test_stats_and_removal (void)
{
  Cluster cluster;

  cluster_init (&cluster, 1, POOL, TRUE);
  RushDependency *first = written_shuffle (&cluster, 3, 7);
  RushDependency *second = written_shuffle (&cluster, 2, 7);
  RushBlockStoreStats stats = stats_of (&cluster);
  RushMemoryStats memory;

  rush_memory_manager_stats (cluster.executors[0].memory, &memory);
  g_assert_cmpuint (stats.n_outputs, ==, 5);
  g_assert_cmpuint (stats.n_on_disk, ==, 0);
  g_assert_cmpint (stats.memory_bytes, ==, memory.storage_used);
  g_assert_cmpint (stats.disk_bytes, ==, 0);

  press (&cluster, memory.storage_used); /* all to disk */
  stats = stats_of (&cluster);
  g_assert_cmpuint (stats.n_on_disk, ==, 5);
  g_assert_cmpint (stats.memory_bytes, ==, 0);
  g_assert_cmpint (stats.disk_bytes, >, 0);
  g_assert_cmpuint (count_files (&cluster, ".data"), ==, 5);

  rush_block_store_remove_shuffle (cluster.executors[0].store, first->shuffle_id);
  g_assert_cmpuint (stats_of (&cluster).n_outputs, ==, 2);
  g_assert_cmpuint (count_files (&cluster, ".data"), ==, 2);
  g_assert_cmpuint (count_files (&cluster, ".index"), ==, 2);
  rush_block_store_remove_shuffle (cluster.executors[0].store, 99); /* nothing there */

  rush_block_store_remove_all (cluster.executors[0].store);
  g_assert_cmpuint (stats_of (&cluster).n_outputs, ==, 0);
  g_assert_cmpuint (count_files (&cluster, ""), ==, 1); /* the lock */

  /* The store stays usable. */
  run_map (&cluster, second, 0, 0, 0, 10, 10, NULL);
  g_assert_cmpuint (stats_of (&cluster).n_outputs, ==, 1);
  rush_dependency_unref (first);
  rush_dependency_unref (second);
  cluster_clear (&cluster);
}

static void
test_the_oldest_goes_first (void)
{
  Cluster cluster;

  cluster_init (&cluster, 1, POOL, TRUE);
  RushDependency *dependency = written_shuffle (&cluster, 3, 7);
  g_autoptr (RushMapStatus) oldest =
      rush_map_output_tracker_get (cluster.tracker, dependency->shuffle_id, 0);

  press (&cluster, 1);
  g_assert_cmpuint (stats_of (&cluster).n_on_disk, ==, 1);
  g_autofree char *file = only_file (&cluster, ".data");
  g_autofree char *name = g_path_get_basename (file);
  g_autofree char *expected = g_strdup_printf ("shuffle_%d_%" G_GINT64_FORMAT "_0.data",
                                               dependency->shuffle_id, oldest->map_task_id);
  g_assert_cmpstr (name, ==, expected);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

/* A new output that finds the pool full of older ones moves these to disk. */
static void
test_new_outputs_push_old_ones_out (void)
{
  Cluster cluster;

  cluster_init (&cluster, 1, 1024 * 1024, TRUE);
  RushDependency *dependency = written_shuffle (&cluster, 8, 2);
  RushBlockStoreStats stats = stats_of (&cluster);

  g_assert_cmpuint (stats.n_outputs, ==, 8);
  g_assert_cmpuint (stats.n_on_disk, >, 0);
  g_assert_cmpuint (stats.n_on_disk, <, 8);
  g_autofree char *rows = run_reduce (&cluster, dependency, 0, 0, 2, NULL);
  guint n_rows = 0;
  for (const char *at = rows; *at != '\0'; at++)
    n_rows += *at == '\n';
  g_assert_cmpuint (n_rows, ==, 8 * N_ROWS);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

/* ---- to peers ---- */

/* What one executor had is read from the other when the first is gone, whatever form it was in. */
static void
test_handed_over (void)
{
  Cluster cluster;

  cluster_init (&cluster, 2, POOL, FALSE);
  RushBlockStore *from = cluster.executors[0].store, *to = cluster.executors[1].store;
  RushDependency *dependency = written_shuffle (&cluster, 3, 7);
  g_autofree char *before = run_reduce (&cluster, dependency, 0, 0, 7, NULL);
  press (&cluster, 1); /* one is in files already */
  g_autoptr (GArray) ids = rush_block_store_list (from);
  g_assert_cmpuint (ids->len, ==, 3);
  for (guint i = 0; i < ids->len; i++)
    {
      const RushMapOutputId *id = &g_array_index (ids, RushMapOutputId, i);
      g_autoptr (GError) error = NULL;

      g_assert_cmpuint (id->map_index, ==, i);
      g_assert_false (rush_block_store_has (to, id));
      g_assert_true (rush_block_store_hand_over (from, id, to, &error));
      g_assert_true (rush_block_store_has (to, id));
      g_assert_true (rush_map_output_tracker_move_output (
          cluster.tracker, id->shuffle_id, id->map_index, id->map_task_id, "1", "host"));
    }
  g_assert_cmpint (stats_of (&cluster).memory_bytes, ==, 0);
  rush_block_store_remove_all (from);
  g_assert_cmpuint (count_files (&cluster, ".data"), ==, 3);
  g_autofree char *after = run_reduce (&cluster, dependency, 0, 0, 7, NULL);
  g_assert_cmpstr (after, ==, before);
  g_assert_false (
      rush_block_store_hand_over (from, &g_array_index (ids, RushMapOutputId, 0), to, NULL));
  rush_block_store_remove_shuffle (to, dependency->shuffle_id);
  g_assert_cmpuint (count_files (&cluster, ".data"), ==, 0);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

/* ---- readers hold on ---- */

/* What is being read is neither evicted nor lost when it is removed, in memory or on disk. */
static void
test_removal_leaves_readers_alone (void)
{
  for (guint on_disk = 0; on_disk < 2; on_disk++)
    {
      Cluster cluster;
      g_autoptr (GError) error = NULL;
      guint n_rows = 0;

      cluster_init (&cluster, 1, POOL, TRUE);
      RushDependency *dependency = written_shuffle (&cluster, 1, 1);
      if (on_disk)
        press (&cluster, 1);
      g_autoptr (RushMapStatus) status =
          rush_map_output_tracker_get (cluster.tracker, dependency->shuffle_id, 0);
      RushIterator *reader =
          rush_block_store_read (cluster.executors[0].store, dependency->shuffle_id, 0,
                                 status->map_task_id, 0, 1, TRUE, rush_allocator_system (), &error);
      g_assert_no_error (error);
      if (!on_disk)
        {
          press (&cluster, 1);
          g_assert_cmpuint (stats_of (&cluster).n_on_disk, ==, 0);
        }
      rush_block_store_remove_shuffle (cluster.executors[0].store, dependency->shuffle_id);
      g_assert_cmpuint (count_files (&cluster, ".data"), ==, 0);
      for (RushBatch *batch; (batch = rush_iterator_next (reader, &error)) != NULL;)
        {
          n_rows += batch->length;
          rush_batch_unref (batch);
        }
      g_assert_no_error (error);
      g_assert_cmpuint (n_rows, ==, N_ROWS);
      rush_iterator_close (reader);
      rush_dependency_unref (dependency);
      cluster_clear (&cluster);
    }
}

/* ---- a full disk ---- */

/* Lets no file grow beyond @bytes; returns what it was. */
static rlim_t
limit_file_size (rlim_t bytes)
{
  struct rlimit limit;

  signal (SIGXFSZ, SIG_IGN); /* write () then fails with EFBIG */
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  rlim_t before = limit.rlim_cur;
  limit.rlim_cur = bytes;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  return before;
}

static void
test_eviction_to_a_full_disk_loses_nothing (void)
{
  Cluster cluster;

  cluster_init (&cluster, 1, POOL, TRUE);
  RushDependency *dependency = written_shuffle (&cluster, 2, 7);
  RushBlockStoreStats before = stats_of (&cluster);
  g_autofree char *rows_before = run_reduce (&cluster, dependency, 0, 0, 7, NULL);

  rlim_t limit = limit_file_size (1000);
  g_test_expect_message ("rushlight", G_LOG_LEVEL_WARNING, "block shuffle_* stays in memory*");
  g_test_expect_message ("rushlight", G_LOG_LEVEL_WARNING, "block shuffle_* stays in memory*");
  press (&cluster, before.memory_bytes);
  limit_file_size (limit);
  g_test_assert_expected_messages ();

  RushBlockStoreStats after = stats_of (&cluster);
  g_assert_cmpuint (after.n_on_disk, ==, 0);
  g_assert_cmpint (after.memory_bytes, ==, before.memory_bytes);
  g_assert_cmpuint (count_files (&cluster, ""), ==, 1); /* the lock */
  g_autofree char *rows_after = run_reduce (&cluster, dependency, 0, 0, 7, NULL);
  g_assert_cmpstr (rows_after, ==, rows_before);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

/* ---- threads ---- */

typedef struct
{
  Cluster *cluster;
  const RushDependency *dependency;
  const char *const *expected; /* rows of each partition */
  atomic_bool *stop;
} Reader;

static void *
read_again_and_again (void *data)
{
  Reader *self = data;
  guint n_partitions = self->dependency->partitioner->n_partitions;

  for (guint round = 0; round < 6; round++)
    for (guint p = 0; p < n_partitions; p++)
      {
        g_autofree char *rows = run_reduce (self->cluster, self->dependency, 0, p, p + 1, NULL);
        g_assert_cmpstr (rows, ==, self->expected[p]);
      }
  return NULL;
}

static void *
press_again_and_again (void *data)
{
  const Reader *self = data;

  while (!atomic_load (self->stop))
    press (self->cluster, 1000);
  return NULL;
}

/* Four readers of all partitions while outputs move to disk under them. */
static void
test_concurrent_readers (gconstpointer by_reference)
{
  Cluster cluster;
  char *expected[5];
  pthread_t threads[4], presser;
  atomic_bool stop = FALSE;

  cluster_init (&cluster, 1, 4 * POOL, GPOINTER_TO_INT (by_reference));
  RushDependency *dependency = written_shuffle (&cluster, 6, G_N_ELEMENTS (expected));
  for (guint p = 0; p < G_N_ELEMENTS (expected); p++)
    expected[p] = run_reduce (&cluster, dependency, 0, p, p + 1, NULL);

  /* Task ids are given without a lock: each thread has a range of its own. */
  Cluster clusters[G_N_ELEMENTS (threads)];
  Reader readers[G_N_ELEMENTS (threads)];
  for (guint t = 0; t < G_N_ELEMENTS (threads); t++)
    {
      clusters[t] = cluster;
      clusters[t].next_task_id = 1000 * (t + 1);
      readers[t] = (Reader){ &clusters[t], dependency, (const char *const *)expected, &stop };
      pthread_create (&threads[t], NULL, read_again_and_again, &readers[t]);
    }
  pthread_create (&presser, NULL, press_again_and_again, &readers[0]);
  for (guint t = 0; t < G_N_ELEMENTS (threads); t++)
    pthread_join (threads[t], NULL);
  atomic_store (&stop, TRUE);
  pthread_join (presser, NULL);

  for (guint p = 0; p < G_N_ELEMENTS (expected); p++)
    g_free (expected[p]);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

#define N_WRITERS 4

static void *
write_one_map (void *data)
{
  Reader *self = data;
  guint map_index = (guint)(self->cluster->next_task_id / 1000) - 1;

  for (guint round = 0; round < 5; round++)
    run_map (self->cluster, self->dependency, 0, map_index, map_index * N_ROWS, N_ROWS, 1000, NULL);
  return NULL;
}

/* Writers that spill and evict each other's outputs in a pool that is too small for them. */
static void
test_concurrent_writers (void)
{
  Cluster cluster;
  pthread_t threads[N_WRITERS];
  Cluster clusters[N_WRITERS];
  Reader writers[N_WRITERS];

  cluster_init (&cluster, 1, 2 * 1024 * 1024, TRUE);
  RushDependency *dependency = new_shuffle (&cluster, test_schema (), 3, 0);
  rush_map_output_tracker_register_shuffle (cluster.tracker, dependency->shuffle_id, N_WRITERS);
  for (guint t = 0; t < N_WRITERS; t++)
    {
      clusters[t] = cluster;
      clusters[t].next_task_id = 1000 * (t + 1);
      writers[t] = (Reader){ .cluster = &clusters[t], .dependency = dependency };
      pthread_create (&threads[t], NULL, write_one_map, &writers[t]);
    }
  for (guint t = 0; t < N_WRITERS; t++)
    pthread_join (threads[t], NULL);

  RushTaskMetrics metrics;
  cluster.next_task_id = 100;
  g_autofree char *rows = run_reduce (&cluster, dependency, 0, 0, 3, &metrics);
  g_assert_cmpint (metrics.shuffle_read_records, ==, N_WRITERS * N_ROWS);
  g_assert_cmpuint (stats_of (&cluster).n_outputs, ==, N_WRITERS * 5);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/block_store/stats_and_removal", test_stats_and_removal);
  g_test_add_func ("/block_store/oldest_first", test_the_oldest_goes_first);
  g_test_add_func ("/block_store/new_push_old", test_new_outputs_push_old_ones_out);
  g_test_add_func ("/block_store/handed_over", test_handed_over);
  g_test_add_func ("/block_store/readers_hold_on", test_removal_leaves_readers_alone);
  g_test_add_func ("/block_store/full_disk", test_eviction_to_a_full_disk_loses_nothing);
  g_test_add_data_func ("/block_store/concurrent_readers/by_reference", GINT_TO_POINTER (TRUE),
                        test_concurrent_readers);
  g_test_add_data_func ("/block_store/concurrent_readers/wire", GINT_TO_POINTER (FALSE),
                        test_concurrent_readers);
  g_test_add_func ("/block_store/concurrent_writers", test_concurrent_writers);
  return g_test_run ();
}
