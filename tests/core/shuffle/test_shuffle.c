/* test_shuffle.c - rows through a shuffle: the same ones, in the same order and counted the same,
 * on every route there is.
 *
 *   reduce partitions  1, 2, 7, 200
 *   hand-over          by reference, or over the wire
 *   what happened      nothing, the writer spilled, the outputs were evicted to disk
 *
 * What is expected comes from the rows themselves and the partitioner, not from a run. */
#include "tests/core/shuffle/shuffle_fixture.h"

#include "core/data/builder.h"

#include "core/data/encoding.h"

#define N_MAPS 3
#define ROWS_PER_MAP 20000
#define LARGE_POOL (64 * 1024 * 1024)
#define SMALL_POOL (512 * 1024)

typedef enum
{
  IN_MEMORY,
  SPILLED,
  EVICTED,
} Story;

typedef struct
{
  guint n_partitions;
  gboolean by_reference;
  Story story;
} Route;

/* ---- what is expected ---- */

/* Rows [0, n) by partition, as text, in the order in which maps write them. */
static GPtrArray *
expected_rows (const RushPartitioner *partitioner, guint64 n)
{
  GPtrArray *partitions = g_ptr_array_new ();
  guint32 numbers[1000];

  for (guint p = 0; p < partitioner->n_partitions; p++)
    g_ptr_array_add (partitions, g_string_new (NULL));
  for (guint64 first = 0; first < n; first += G_N_ELEMENTS (numbers))
    {
      g_autoptr (RushBatch) batch = test_batch (
          first, (guint)MIN (n - first, G_N_ELEMENTS (numbers)), rush_allocator_system ());
      g_assert_true (partitioner->klass->partition_batch (partitioner, batch, numbers, NULL));
      for (guint i = 0; i < batch->length; i++)
        append_row (g_ptr_array_index (partitions, numbers[i]), batch, i);
    }
  return partitions;
}

static void
free_expected (GPtrArray *partitions)
{
  for (guint p = 0; p < partitions->len; p++)
    g_string_free (g_ptr_array_index (partitions, p), TRUE);
  g_ptr_array_unref (partitions);
}

/* Rows of @partition among [first, first + n), encoded plain in full batches. */
static gint64
expected_bytes (const RushPartitioner *partitioner, guint partition, guint64 first, guint n)
{
  g_autofree guint32 *numbers = g_new (guint32, RUSH_BATCH_MAX_ROWS);
  g_autoptr (RushBatchBuilder) builder =
      rush_batch_builder_new (test_schema (), rush_allocator_system ());
  gint64 bytes = 0;

  for (guint done = 0; done < n; done += RUSH_BATCH_MAX_ROWS)
    {
      g_autoptr (RushBatch) batch =
          test_batch (first + done, MIN (n - done, RUSH_BATCH_MAX_ROWS), rush_allocator_system ());
      g_assert_true (partitioner->klass->partition_batch (partitioner, batch, numbers, NULL));
      for (guint i = 0; i < batch->length; i++)
        {
          if (numbers[i] != partition)
            continue;
          for (guint c = 0; c < batch->schema->n_fields; c++)
            rush_batch_builder_append_from (builder, c, batch->columns[c], i, NULL);
          rush_batch_builder_end_row (builder);
          if (!rush_batch_builder_is_full (builder))
            continue;
          g_autoptr (RushBatch) full = rush_batch_builder_finish (builder, NULL);
          bytes += (gint64)rush_batch_encoded_bytes (full);
        }
    }
  g_autoptr (RushBatch) rest = rush_batch_builder_finish (builder, NULL);
  return bytes + (rest != NULL ? (gint64)rush_batch_encoded_bytes (rest) : 0);
}

/* ---- one route ---- */

static void
evict_everything (Cluster *cluster)
{
  RushMemoryManager *memory = cluster->executors[0].memory;
  RushBlockStoreStats stats;
  RushMemoryStats before;

  rush_memory_manager_stats (memory, &before);
  gint64 granted = rush_memory_manager_acquire_execution (memory, 1 << 20, before.pool, NULL);
  g_assert_cmpint (granted, ==, before.pool);
  rush_memory_manager_release_execution (memory, 1 << 20, granted);
  rush_block_store_stats (cluster->executors[0].store, &stats);
  g_assert_cmpuint (stats.n_outputs, ==, N_MAPS);
  g_assert_cmpuint (stats.n_on_disk, ==, N_MAPS);
  g_assert_cmpint (stats.memory_bytes, ==, 0);
}

static void
check_statuses (Cluster *cluster, const RushDependency *dependency)
{
  const RushPartitioner *partitioner = dependency->partitioner;

  for (guint m = 0; m < N_MAPS; m++)
    {
      g_autoptr (RushMapStatus) status =
          rush_map_output_tracker_get (cluster->tracker, dependency->shuffle_id, m);
      gint64 records = 0, pairs = 0;

      g_assert_cmpstr (status->executor_id, ==, "0");
      for (guint p = 0; p < partitioner->n_partitions; p++)
        {
          records += status->sizes[p].records;
          pairs += status->sizes[p].pairs;
        }
      g_assert_cmpint (records, ==, ROWS_PER_MAP);
      g_assert_cmpint (pairs, ==, ROWS_PER_MAP);
      /* Every partition would take its time; the ends and the middle will do. */
      guint some[] = { 0, partitioner->n_partitions / 2, partitioner->n_partitions - 1 };
      for (guint i = 0; i < G_N_ELEMENTS (some); i++)
        g_assert_cmpint (status->sizes[some[i]].bytes, ==,
                         expected_bytes (partitioner, some[i], m * ROWS_PER_MAP, ROWS_PER_MAP));
    }
}

static void
run_maps (Cluster *cluster, const RushDependency *dependency, Story story)
{
  for (guint m = 0; m < N_MAPS; m++)
    {
      RushTaskMetrics metrics;

      run_map (cluster, dependency, 0, m, m * ROWS_PER_MAP, ROWS_PER_MAP, 1500, &metrics);
      g_assert_cmpint (metrics.shuffle_write_records, ==, ROWS_PER_MAP);
      g_assert_cmpint (metrics.shuffle_write_pairs, ==, ROWS_PER_MAP);
      g_assert_cmpint (metrics.shuffle_write_bytes, >, ROWS_PER_MAP * 16);
      if (story == SPILLED)
        {
          g_assert_cmpint (metrics.memory_bytes_spilled, >, 0);
          g_assert_cmpint (metrics.disk_bytes_spilled, >, 0);
        }
      else
        g_assert_cmpint (metrics.disk_bytes_spilled, ==, 0);
    }
  if (story == EVICTED)
    evict_everything (cluster);
  /* One data and one index file a map task, and no spill is left. */
  guint n_files = story == IN_MEMORY ? 0 : N_MAPS;
  g_assert_cmpuint (count_files (cluster, ".data"), ==, n_files);
  g_assert_cmpuint (count_files (cluster, ".index"), ==, n_files);
  g_assert_cmpuint (count_files (cluster, ""), ==, 2 * n_files + 1); /* and the lock */
}

static void
test_route (gconstpointer data)
{
  const Route *route = data;
  Cluster cluster;

  cluster_init (&cluster, 1, route->story == SPILLED ? SMALL_POOL : LARGE_POOL,
                route->by_reference);
  RushDependency *dependency = new_shuffle (&cluster, test_schema (), route->n_partitions, 0);
  rush_map_output_tracker_register_shuffle (cluster.tracker, dependency->shuffle_id, N_MAPS);
  run_maps (&cluster, dependency, route->story);
  check_statuses (&cluster, dependency);

  GPtrArray *expected = expected_rows (dependency->partitioner, N_MAPS * ROWS_PER_MAP);
  RushTaskMetrics total = { 0 };
  for (guint p = 0; p < route->n_partitions; p++)
    {
      const GString *rows = g_ptr_array_index (expected, p);
      RushTaskMetrics metrics;
      g_autofree char *read = run_reduce (&cluster, dependency, 0, p, p + 1, &metrics);
      g_assert_cmpstr (read, ==, rows->str);
      g_assert_cmpint (metrics.shuffle_remote_blocks, ==, 0);
      total.shuffle_read_records += metrics.shuffle_read_records;
      total.shuffle_read_pairs += metrics.shuffle_read_pairs;
    }
  g_assert_cmpint (total.shuffle_read_records, ==, N_MAPS * ROWS_PER_MAP);
  g_assert_cmpint (total.shuffle_read_pairs, ==, N_MAPS * ROWS_PER_MAP);
  free_expected (expected);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

static void
add_routes (void)
{
  static const guint n_partitions[] = { 1, 2, 7, 200 };
  static const char *const stories[] = { "in_memory", "spilled", "evicted" };

  for (guint n = 0; n < G_N_ELEMENTS (n_partitions); n++)
    for (guint by_reference = 0; by_reference < 2; by_reference++)
      for (guint story = IN_MEMORY; story <= EVICTED; story++)
        {
          g_autofree char *path =
              g_strdup_printf ("/shuffle/route/%u/%s/%s", n_partitions[n],
                               by_reference ? "by_reference" : "wire", stories[story]);
          Route route = { n_partitions[n], (gboolean)by_reference, story };
          g_test_add_data_func_full (path, g_memdup2 (&route, sizeof route), test_route, g_free);
        }
}

/* ---- ranges and empty slices ---- */

static void
test_ranges_of_partitions (void)
{
  Cluster cluster;

  cluster_init (&cluster, 1, LARGE_POOL, TRUE);
  RushDependency *dependency = new_shuffle (&cluster, test_schema (), 7, 0);
  rush_map_output_tracker_register_shuffle (cluster.tracker, dependency->shuffle_id, 1);
  run_map (&cluster, dependency, 0, 0, 0, 5000, 700, NULL);

  /* With one map a range is its partitions one after another. */
  g_autoptr (GString) parts = g_string_new (NULL);
  for (guint p = 2; p < 6; p++)
    {
      g_autofree char *part = run_reduce (&cluster, dependency, 0, p, p + 1, NULL);
      g_string_append (parts, part);
    }
  g_autofree char *range = run_reduce (&cluster, dependency, 0, 2, 6, NULL);
  g_autofree char *nothing = run_reduce (&cluster, dependency, 0, 3, 3, NULL);
  g_assert_cmpstr (range, ==, parts->str);
  g_assert_cmpstr (nothing, ==, "");
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

static void
test_empty_maps_and_empty_slices (void)
{
  Cluster cluster;
  RushTaskMetrics metrics;

  cluster_init (&cluster, 1, LARGE_POOL, TRUE);
  RushDependency *dependency = new_shuffle (&cluster, test_schema (), 7, 1);
  rush_map_output_tracker_register_shuffle (cluster.tracker, dependency->shuffle_id, 3);
  run_map (&cluster, dependency, 0, 0, 0, 0, 1, &metrics);
  g_assert_cmpint (metrics.shuffle_write_bytes, ==, 0);
  run_map (&cluster, dependency, 0, 1, 3, 1, 1, &metrics); /* value 3: partition 3 */
  run_map (&cluster, dependency, 0, 2, 0, 0, 1, NULL);

  g_autofree char *row = run_reduce (&cluster, dependency, 0, 3, 4, &metrics);
  g_assert_cmpstr (row, ==, "k3|3|0.75\n");
  g_assert_cmpint (metrics.shuffle_local_blocks, ==, 1); /* the two empty ones are not asked for */
  g_assert_cmpint (metrics.shuffle_local_bytes, >, 0);
  g_autofree char *nothing = run_reduce (&cluster, dependency, 0, 4, 5, &metrics);
  g_assert_cmpstr (nothing, ==, "");
  g_assert_cmpint (metrics.shuffle_local_blocks, ==, 0);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

/* ---- another executor ---- */

static void
test_remote_slices_are_counted_apart (void)
{
  Cluster cluster;
  RushTaskMetrics metrics;

  cluster_init (&cluster, 2, LARGE_POOL, TRUE);
  RushDependency *dependency = new_shuffle (&cluster, test_schema (), 2, 0);
  rush_map_output_tracker_register_shuffle (cluster.tracker, dependency->shuffle_id, 2);
  run_map (&cluster, dependency, 0, 0, 0, 1000, 1000, NULL);
  run_map (&cluster, dependency, 1, 1, 1000, 1000, 1000, NULL);

  GPtrArray *expected = expected_rows (dependency->partitioner, 2000);
  g_autoptr (RushMapStatus) local =
      rush_map_output_tracker_get (cluster.tracker, dependency->shuffle_id, 0);
  g_autoptr (RushMapStatus) remote =
      rush_map_output_tracker_get (cluster.tracker, dependency->shuffle_id, 1);
  g_autofree char *rows = run_reduce (&cluster, dependency, 0, 1, 2, &metrics);
  g_assert_cmpstr (rows, ==, ((GString *)g_ptr_array_index (expected, 1))->str);
  g_assert_cmpint (metrics.shuffle_local_blocks, ==, 1);
  g_assert_cmpint (metrics.shuffle_local_bytes, ==, local->sizes[1].bytes);
  g_assert_cmpint (metrics.shuffle_remote_blocks, ==, 1);
  g_assert_cmpint (metrics.shuffle_remote_bytes, ==, remote->sizes[1].bytes);
  free_expected (expected);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

/* ---- pairs ---- */

static void
test_a_column_may_say_how_many_pairs_a_row_is (void)
{
  Cluster cluster;
  RushTaskMetrics metrics;

  cluster_init (&cluster, 1, LARGE_POOL, FALSE);
  RushDependency *dependency = new_shuffle (&cluster, test_schema (), 3, 0);
  dependency->pairs_column = 1;
  rush_map_output_tracker_register_shuffle (cluster.tracker, dependency->shuffle_id, 1);
  run_map (&cluster, dependency, 0, 0, 0, 100, 7, &metrics);
  g_assert_cmpint (metrics.shuffle_write_records, ==, 100);
  g_assert_cmpint (metrics.shuffle_write_pairs, ==, 99 * 100 / 2);
  g_autofree char *rows = run_reduce (&cluster, dependency, 0, 0, 3, &metrics);
  g_assert_cmpint (metrics.shuffle_read_records, ==, 100);
  g_assert_cmpint (metrics.shuffle_read_pairs, ==, 99 * 100 / 2);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

/* ---- compression ---- */

/* How many bytes a shuffle under pressure spills, and how large its output file is. */
static void
written_bytes (const char *key, const char *value, gint64 *out_spilled, gint64 *out_stored)
{
  Cluster cluster;
  RushTaskMetrics metrics;
  RushBlockStoreStats stats;

  cluster_init_with (&cluster, 1, SMALL_POOL, TRUE, key, value);
  RushDependency *dependency = new_shuffle (&cluster, test_schema (), 2, 0);
  rush_map_output_tracker_register_shuffle (cluster.tracker, dependency->shuffle_id, 1);
  run_map (&cluster, dependency, 0, 0, 0, ROWS_PER_MAP, 1500, &metrics);
  rush_block_store_stats (cluster.executors[0].store, &stats);
  *out_spilled = metrics.disk_bytes_spilled;
  *out_stored = stats.disk_bytes;

  GPtrArray *expected = expected_rows (dependency->partitioner, ROWS_PER_MAP);
  g_autofree char *rows = run_reduce (&cluster, dependency, 0, 1, 2, NULL);
  g_assert_cmpstr (rows, ==, ((GString *)g_ptr_array_index (expected, 1))->str);
  free_expected (expected);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

static void
test_compression_can_be_turned_off (void)
{
  gint64 spilled, stored, spilled_raw, stored_mixed, spilled_again, stored_raw;

  written_bytes ("spark.shuffle.compress", "true", &spilled, &stored);
  written_bytes ("spark.shuffle.spill.compress", "false", &spilled_raw, &stored_mixed);
  written_bytes ("spark.shuffle.compress", "false", &spilled_again, &stored_raw);
  g_assert_cmpint (spilled, >, 0);
  g_assert_cmpint (spilled_raw, >, spilled);
  g_assert_cmpint (spilled_again, ==, spilled);
  /* A merge copies spilled frames as they are, so both settings show in the output. */
  g_assert_cmpint (stored_mixed, >, stored);
  g_assert_cmpint (stored_raw, >, stored);
}

/* ---- failed fetches ---- */

typedef struct
{
  Cluster cluster;
  RushDependency *dependency;
  RushTaskContext *ctx;
} Fetch;

static void
fetch_init (Fetch *self, guint n_maps)
{
  cluster_init (&self->cluster, 2, LARGE_POOL, TRUE);
  self->dependency = new_shuffle (&self->cluster, test_schema (), 2, 0);
  rush_map_output_tracker_register_shuffle (self->cluster.tracker, self->dependency->shuffle_id,
                                            n_maps);
  for (guint m = 0; m < n_maps; m++)
    run_map (&self->cluster, self->dependency, 1, m, m * 1000, 1000, 400, NULL);
  self->ctx = task_new (&self->cluster, 0);
}

static void
fetch_clear (Fetch *self)
{
  task_free (self->ctx);
  rush_dependency_unref (self->dependency);
  cluster_clear (&self->cluster);
}

static void
test_missing_output (void)
{
  Fetch fetch;
  g_autoptr (GError) error = NULL;

  fetch_init (&fetch, 3);
  g_assert_true (rush_block_store_remove_output (fetch.cluster.executors[1].store,
                                                 fetch.dependency->shuffle_id, 1));
  g_assert_false (rush_block_store_remove_output (fetch.cluster.executors[1].store,
                                                  fetch.dependency->shuffle_id, 1));
  expect_fetch_failure (&fetch.cluster, fetch.dependency, 1, fetch.ctx, &error);
  g_assert_cmpint (fetch.ctx->fetch_shuffle_id, ==, fetch.dependency->shuffle_id);
  g_assert_cmpint (fetch.ctx->fetch_map_index, ==, 1);
  g_assert_cmpuint (fetch.ctx->fetch_reduce_partition, ==, 1);
  g_assert_cmpstr (fetch.ctx->fetch_executor_id, ==, "1");
  g_assert_nonnull (strstr (error->message, "map 1 of shuffle 0"));
  fetch_clear (&fetch);
}

static void
test_output_that_is_not_registered (void)
{
  Fetch fetch;
  g_autoptr (GError) error = NULL;

  fetch_init (&fetch, 3);
  rush_map_output_tracker_unregister_output (fetch.cluster.tracker, fetch.dependency->shuffle_id, 2,
                                             "1");
  expect_fetch_failure (&fetch.cluster, fetch.dependency, 1, fetch.ctx, &error);
  g_assert_cmpint (fetch.ctx->fetch_map_index, ==, -1);
  g_assert_null (fetch.ctx->fetch_executor_id);
  g_assert_cmpstr (error->message, ==, "Missing an output location for shuffle 0 partition 1");
  fetch_clear (&fetch);
}

static void
test_executor_that_is_gone (void)
{
  Fetch fetch;
  g_autoptr (GError) error = NULL;

  fetch_init (&fetch, 1);
  g_autoptr (RushMapStatus) status = rush_map_status_new ("17", "elsewhere", 9, 2);
  status->sizes[0].records = status->sizes[1].records = 1;
  rush_map_output_tracker_register_output (fetch.cluster.tracker, fetch.dependency->shuffle_id, 0,
                                           rush_map_status_ref (status));
  expect_fetch_failure (&fetch.cluster, fetch.dependency, 0, fetch.ctx, &error);
  g_assert_cmpint (fetch.ctx->fetch_map_index, ==, 0);
  g_assert_cmpstr (fetch.ctx->fetch_executor_id, ==, "17");
  fetch_clear (&fetch);
}

/* An attempt that the tracker does not name is not served in its place. */
static void
test_two_attempts_of_one_map (void)
{
  Fetch fetch;
  g_autoptr (GError) error = NULL;

  fetch_init (&fetch, 1);
  RushBlockStore *store = fetch.cluster.executors[1].store;
  g_autofree char *first = run_reduce (&fetch.cluster, fetch.dependency, 0, 0, 1, NULL);
  g_autoptr (RushMapStatus) first_status =
      rush_map_output_tracker_get (fetch.cluster.tracker, fetch.dependency->shuffle_id, 0);

  /* The second attempt writes other rows; each is read by its own name. */
  run_map (&fetch.cluster, fetch.dependency, 1, 0, 5000, 1000, 400, NULL);
  g_autofree char *second = run_reduce (&fetch.cluster, fetch.dependency, 0, 0, 1, NULL);
  g_assert_cmpstr (first, !=, second);
  rush_map_output_tracker_register_output (fetch.cluster.tracker, fetch.dependency->shuffle_id, 0,
                                           rush_map_status_ref (first_status));
  g_autofree char *again = run_reduce (&fetch.cluster, fetch.dependency, 0, 0, 1, NULL);
  g_assert_cmpstr (first, ==, again);

  g_assert_null (rush_block_store_read (store, fetch.dependency->shuffle_id, 0,
                                        first_status->map_task_id + 100, 0, 1, TRUE,
                                        rush_allocator_system (), &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND);
  fetch_clear (&fetch);
}

static void
test_cancelled_reader_stops (void)
{
  Fetch fetch;
  g_autoptr (GError) error = NULL;

  fetch_init (&fetch, 2);
  RushIterator *reader =
      rush_shuffle_reader_new (fetch.dependency, 0, 2, &fetch.cluster.fetch, fetch.ctx, &error);
  RushBatch *batch = rush_iterator_next (reader, &error);
  g_assert_nonnull (batch);
  rush_batch_unref (batch);
  rush_task_context_cancel (fetch.ctx, "stage cancelled");
  g_assert_null (rush_iterator_next (reader, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED);
  g_assert_false (fetch.ctx->fetch_failed);
  rush_iterator_close (reader);
  fetch_clear (&fetch);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_routes ();
  g_test_add_func ("/shuffle/ranges", test_ranges_of_partitions);
  g_test_add_func ("/shuffle/empty", test_empty_maps_and_empty_slices);
  g_test_add_func ("/shuffle/remote", test_remote_slices_are_counted_apart);
  g_test_add_func ("/shuffle/pairs", test_a_column_may_say_how_many_pairs_a_row_is);
  g_test_add_func ("/shuffle/compression", test_compression_can_be_turned_off);
  g_test_add_func ("/shuffle/missing_output", test_missing_output);
  g_test_add_func ("/shuffle/not_registered", test_output_that_is_not_registered);
  g_test_add_func ("/shuffle/executor_gone", test_executor_that_is_gone);
  g_test_add_func ("/shuffle/two_attempts", test_two_attempts_of_one_map);
  g_test_add_func ("/shuffle/cancelled", test_cancelled_reader_stops);
  return g_test_run ();
}
