/* test_shuffle_writer.c - what the writer leaves behind when it is not committed, when the disk is
 * full and when memory is refused; and how it treats crumbs, selections and a single partition. */
#include "tests/core/shuffle/shuffle_fixture.h"

#include "core/data/builder.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define LARGE_POOL (64 * 1024 * 1024)
#define SMALL_POOL (512 * 1024)
#define N_ROWS 20000
#define BATCH_ROWS 1000

/* Writes all test rows; FALSE at the first failure. */
static gboolean
write_rows (RushShuffleWriter *writer, RushAllocator *allocator, GError **error)
{
  for (guint done = 0; done < N_ROWS; done += BATCH_ROWS)
    if (!rush_shuffle_writer_write (writer, test_batch (done, BATCH_ROWS, allocator), error))
      return FALSE;
  return TRUE;
}

static RushMemoryStats
memory_of (Cluster *cluster)
{
  RushMemoryStats stats;

  rush_memory_manager_stats (cluster->executors[0].memory, &stats);
  return stats;
}

/* ---- nothing is left behind ---- */

static void
test_without_commit_nothing_is_left (void)
{
  Cluster cluster;
  g_autoptr (GError) error = NULL;

  cluster_init (&cluster, 1, SMALL_POOL, TRUE);
  RushDependency *dependency = new_shuffle (&cluster, test_schema (), 7, 0);
  RushTaskContext *ctx = task_new (&cluster, 0);
  RushShuffleWriter *writer =
      rush_shuffle_writer_new (dependency, 0, cluster.executors[0].store, ctx, &error);

  g_assert_true (write_rows (writer, ctx->allocator, &error));
  g_assert_no_error (error);
  g_assert_cmpint (ctx->metrics.disk_bytes_spilled, >, 0);
  g_assert_cmpuint (count_files (&cluster, ""), >, 1);
  rush_shuffle_writer_free (writer);
  g_assert_cmpuint (count_files (&cluster, ""), ==, 1); /* the lock */
  task_free (ctx);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

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

/* One map task while no file may grow beyond @limit_bytes.  NULL with @error: it failed, and left
 * no file.  Without a limit *@out_file_bytes tells how large the data file became. */
static gboolean
write_with_limit (rlim_t limit_bytes, gint64 *out_file_bytes, GError **error)
{
  Cluster cluster;
  RushBlockStoreStats stats;

  cluster_init (&cluster, 1, SMALL_POOL / 4, TRUE);
  RushDependency *dependency = new_shuffle (&cluster, test_schema (), 7, 0);
  RushTaskContext *ctx = task_new (&cluster, 0);
  RushShuffleWriter *writer =
      rush_shuffle_writer_new (dependency, 0, cluster.executors[0].store, ctx, error);
  g_autoptr (RushMapStatus) status = NULL;

  /* The rows are not the task's memory: what is refused is refused to the writer. */
  rlim_t before = limit_file_size (limit_bytes);
  if (write_rows (writer, rush_allocator_system (), error))
    status = rush_shuffle_writer_commit (writer, error);
  limit_file_size (before);
  rush_shuffle_writer_free (writer);
  if (status == NULL)
    g_assert_cmpuint (count_files (&cluster, ""), ==, 1); /* the lock */
  else
    g_assert_cmpint (ctx->metrics.disk_bytes_spilled, >, 0);
  rush_block_store_stats (cluster.executors[0].store, &stats);
  *out_file_bytes = stats.disk_bytes - 8 * 16; /* less the index */
  task_free (ctx);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
  return status != NULL;
}

/* The disk is full at the first spill, or when the last byte of the merge is written. */
static void
test_a_full_disk_fails_the_task_and_leaves_no_file (void)
{
  g_autoptr (GError) spill_error = NULL, merge_error = NULL, error = NULL;
  gint64 file_bytes, ignored;

  g_assert_true (write_with_limit (RLIM_INFINITY, &file_bytes, &error));
  g_assert_no_error (error);
  g_assert_false (write_with_limit (1000, &ignored, &spill_error));
  g_assert_error (spill_error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO);
  g_assert_nonnull (strstr (spill_error->message, "temp_shuffle"));
  g_assert_false (write_with_limit ((rlim_t)file_bytes - 1, &ignored, &merge_error));
  g_assert_error (merge_error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO);
  g_assert_nonnull (strstr (merge_error->message, ".data"));
}

/* Every request for memory in turn is refused once: the writer spills, or the task fails with
 * nothing left, and what it wrote is whole. */
static void
test_refused_memory (void)
{
  Cluster cluster;
  gboolean any_failed = FALSE, any_spilled = FALSE;
  guint refuse_nth = 0;
  gboolean refused;

  cluster_init (&cluster, 1, LARGE_POOL, TRUE);
  RushDependency *dependency = new_shuffle (&cluster, test_schema (), 7, 0);
  rush_map_output_tracker_register_shuffle (cluster.tracker, dependency->shuffle_id, 1);
  run_map (&cluster, dependency, 0, 0, 0, N_ROWS, BATCH_ROWS, NULL);
  g_autofree char *expected = run_reduce (&cluster, dependency, 0, 0, 7, NULL);
  do
    {
      RushTaskContext *ctx = task_new (&cluster, 0);
      g_autoptr (RushAllocator) limited = rush_allocator_limited_new (G_MAXSIZE, ++refuse_nth);
      g_autoptr (GError) error = NULL;

      ctx->allocator = limited;
      RushShuffleWriter *writer =
          rush_shuffle_writer_new (dependency, 0, cluster.executors[0].store, ctx, &error);
      RushMapStatus *status = NULL;
      if (write_rows (writer, rush_allocator_system (), &error))
        status = rush_shuffle_writer_commit (writer, &error);
      rush_shuffle_writer_free (writer);
      g_assert_cmpuint (rush_allocator_limited_in_use (limited), ==, 0);
      refused = status == NULL || ctx->metrics.memory_bytes_spilled > 0;
      any_failed |= status == NULL;
      any_spilled |= ctx->metrics.memory_bytes_spilled > 0;
      if (status != NULL)
        {
          rush_map_output_tracker_register_output (cluster.tracker, dependency->shuffle_id, 0,
                                                   status);
          g_autofree char *rows = run_reduce (&cluster, dependency, 0, 0, 7, NULL);
          g_assert_cmpstr (rows, ==, expected);
        }
      else
        g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
      task_free (ctx);
    }
  while (refused);
  g_assert_true (any_failed);  /* the very first request: there is nothing to spill yet */
  g_assert_true (any_spilled); /* all others */
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

/* Storage is taken by others: the output goes straight to its files, without a spill. */
static void
test_storage_that_refuses (void)
{
  Cluster cluster;
  RushTaskMetrics metrics;

  cluster_init (&cluster, 1, 4 * 1024 * 1024, TRUE);
  RushDependency *dependency = new_shuffle (&cluster, test_schema (), 7, 0);
  rush_map_output_tracker_register_shuffle (cluster.tracker, dependency->shuffle_id, 1);
  g_assert_true (rush_memory_manager_acquire_storage (cluster.executors[0].memory, 2400 * 1024));
  run_map (&cluster, dependency, 0, 0, 0, N_ROWS, BATCH_ROWS, &metrics);
  g_assert_cmpint (metrics.disk_bytes_spilled, ==, 0);
  g_assert_cmpuint (count_files (&cluster, ".data"), ==, 1);
  rush_memory_manager_release_storage (cluster.executors[0].memory, 2400 * 1024);

  g_autofree char *rows = run_reduce (&cluster, dependency, 0, 0, 7, &metrics);
  g_assert_cmpint (metrics.shuffle_read_records, ==, N_ROWS);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

/* ---- shapes of batches ---- */

/* Writes with @next_batch until it gives NULL, and commits. */
static RushMapStatus *
write_all (Cluster *cluster, RushDependency *dependency,
           RushBatch *(*next_batch) (guint i, RushAllocator *allocator), gint64 *out_peak_bytes)
{
  RushTaskContext *ctx = task_new (cluster, 0);
  g_autoptr (GError) error = NULL;
  RushShuffleWriter *writer =
      rush_shuffle_writer_new (dependency, 0, cluster->executors[0].store, ctx, &error);
  RushBatch *batch;

  for (guint i = 0; (batch = next_batch (i, ctx->allocator)) != NULL; i++)
    {
      rush_shuffle_writer_write (writer, batch, &error);
      g_assert_no_error (error);
    }
  RushMapStatus *status = rush_shuffle_writer_commit (writer, &error);
  g_assert_no_error (error);
  rush_shuffle_writer_free (writer);
  *out_peak_bytes = rush_task_memory_peak_bytes (ctx->memory);
  task_free (ctx);
  return status;
}

/* The same; returns the rows as they are read back. */
static char *
through_shuffle (Cluster *cluster, RushDependency *dependency,
                 RushBatch *(*next_batch) (guint i, RushAllocator *allocator),
                 gint64 *out_peak_bytes)
{
  RushMapStatus *status = write_all (cluster, dependency, next_batch, out_peak_bytes);

  rush_map_output_tracker_register_output (cluster->tracker, dependency->shuffle_id, 0, status);
  return run_reduce (cluster, dependency, 0, 0, dependency->partitioner->n_partitions, NULL);
}

static RushBatch *
one_row (guint i, RushAllocator *allocator)
{
  return i < 10000 ? test_batch (i, 1, allocator) : NULL;
}

/* One row in eight of a batch, as a filter leaves it. */
static RushBatch *
one_in_eight (guint i, RushAllocator *allocator)
{
  if (i == 100)
    return NULL;
  g_autoptr (RushBatch) whole = test_batch (i * 8000, 8000, allocator);
  RushBuffer *rows = rush_buffer_new (allocator, 1000 * sizeof (guint16), NULL);
  for (guint r = 0; r < 1000; r++)
    ((guint16 *)rows->bytes)[r] = (guint16)(8 * r);
  return rush_batch_select (whole, rows, 1000);
}

static char *
rows_of (guint first, guint step, guint n)
{
  g_autoptr (GString) rows = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RushBatch) row = test_batch (first + i * step, 1, rush_allocator_system ());
      append_row (rows, row, 0);
    }
  return g_string_free (g_steal_pointer (&rows), FALSE);
}

/* Memory for few rows and descriptors for few files: many spills, of which none stays open. */
static void
test_many_spills_keep_no_file_open (void)
{
  const guint n_rows = 6 * N_ROWS;
  Cluster cluster;
  RushTaskMetrics metrics;
  struct rlimit before, limit;

  cluster_init (&cluster, 1, SMALL_POOL, TRUE);
  RushDependency *dependency = new_shuffle (&cluster, test_schema (), 7, 0);
  rush_map_output_tracker_register_shuffle (cluster.tracker, dependency->shuffle_id, 1);

  int next_fd = dup (STDIN_FILENO);
  close (next_fd);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  limit = before;
  limit.rlim_cur = (rlim_t)next_fd + 4;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  run_map (&cluster, dependency, 0, 0, 0, n_rows, 200, &metrics);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);

  g_assert_cmpint (metrics.memory_bytes_spilled, >, 8 * SMALL_POOL); /* 8 spills at least */
  g_autofree char *rows = run_reduce (&cluster, dependency, 0, 0, 7, &metrics);
  g_assert_cmpint (metrics.shuffle_read_records, ==, n_rows);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

static void
test_crumbs_are_packed (void)
{
  Cluster cluster;
  gint64 peak_bytes;

  cluster_init (&cluster, 1, LARGE_POOL, TRUE);
  RushDependency *dependency = new_shuffle (&cluster, test_schema (), 1, 0);
  rush_map_output_tracker_register_shuffle (cluster.tracker, dependency->shuffle_id, 1);
  g_autofree char *rows = through_shuffle (&cluster, dependency, one_row, &peak_bytes);
  g_autofree char *expected = rows_of (0, 1, 10000);
  g_assert_cmpstr (rows, ==, expected);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

/* What a filter left out is not kept for long: of 800,000 rows 100,000 count. */
static void
test_selections_are_packed (void)
{
  Cluster cluster;
  gint64 peak_bytes;

  cluster_init (&cluster, 1, LARGE_POOL, FALSE);
  RushDependency *dependency = new_shuffle (&cluster, test_schema (), 1, 0);
  rush_map_output_tracker_register_shuffle (cluster.tracker, dependency->shuffle_id, 1);
  g_autofree char *rows = through_shuffle (&cluster, dependency, one_in_eight, &peak_bytes);
  g_autofree char *expected = rows_of (0, 8, 100000);
  g_assert_cmpstr (rows, ==, expected);
  g_assert_cmpint (peak_bytes, <, 800000 * 32 / 2);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

/* With one partition there is nothing to sort: the very buffers that were written are read. */
static void
test_a_single_partition_copies_nothing (void)
{
  Cluster cluster;
  g_autoptr (GError) error = NULL;

  cluster_init (&cluster, 1, LARGE_POOL, TRUE);
  RushDependency *dependency = new_shuffle (&cluster, test_schema (), 1, 0);
  rush_map_output_tracker_register_shuffle (cluster.tracker, dependency->shuffle_id, 1);
  RushTaskContext *ctx = task_new (&cluster, 0);
  RushShuffleWriter *writer =
      rush_shuffle_writer_new (dependency, 0, cluster.executors[0].store, ctx, &error);
  g_autoptr (RushBatch) batch = test_batch (0, 4000, ctx->allocator);
  g_assert_true (rush_shuffle_writer_write (writer, rush_batch_ref (batch), &error));
  RushMapStatus *status = rush_shuffle_writer_commit (writer, &error);
  g_assert_no_error (error);
  rush_shuffle_writer_free (writer);
  rush_map_output_tracker_register_output (cluster.tracker, dependency->shuffle_id, 0, status);
  task_free (ctx);
  /* The task has given its memory back; storage is charged for what stays. */
  g_assert_cmpint (memory_of (&cluster).execution_used, ==, 0);
  g_assert_cmpint (memory_of (&cluster).storage_used, >=, (gint64)rush_batch_memory_bytes (batch));

  ctx = task_new (&cluster, 0);
  RushIterator *reader = rush_shuffle_reader_new (dependency, 0, 1, &cluster.fetch, ctx, &error);
  g_autoptr (RushBatch) read = rush_iterator_next (reader, &error);
  g_assert_no_error (error);
  g_assert_true (read->columns[0]->values == batch->columns[0]->values);
  rush_iterator_close (reader);
  task_free (ctx);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

/* 1,500 rows that hold the memory of 4,000: worth copying, but no crumbs. */
static RushBatch *
part_of_a_batch (guint i, RushAllocator *allocator)
{
  if (i == 20)
    return NULL;
  g_autoptr (RushBatch) whole = test_batch (i * 1500, 4000, rush_allocator_system ());
  return rush_batch_slice (whole, 0, 1500);
}

/* Storage refuses at the first window, or at a later one: the files hold all rows all the same. */
static void
test_a_single_partition_that_storage_refuses_half_way (void)
{
  const gint64 pool_bytes = 8 * 1024 * 1024, step_bytes = 256 * 1024;
  guint n_in_files = 0, n_runs = 0;
  g_autofree char *expected = rows_of (0, 1, 30000);

  for (gint64 left_bytes = 0; left_bytes < pool_bytes / 2; left_bytes += step_bytes, n_runs++)
    {
      Cluster cluster;
      RushBlockStoreStats stats;
      gint64 peak_bytes, held_bytes = pool_bytes - left_bytes;

      cluster_init (&cluster, 1, pool_bytes, TRUE);
      RushDependency *dependency = new_shuffle (&cluster, test_schema (), 1, 0);
      rush_map_output_tracker_register_shuffle (cluster.tracker, dependency->shuffle_id, 1);
      g_assert_true (rush_memory_manager_acquire_storage (cluster.executors[0].memory, held_bytes));
      RushMapStatus *status = write_all (&cluster, dependency, part_of_a_batch, &peak_bytes);
      rush_memory_manager_release_storage (cluster.executors[0].memory, held_bytes);
      rush_map_output_tracker_register_output (cluster.tracker, dependency->shuffle_id, 0, status);
      rush_block_store_stats (cluster.executors[0].store, &stats);
      n_in_files += stats.n_on_disk;
      g_autofree char *rows = run_reduce (&cluster, dependency, 0, 0, 1, NULL);
      g_assert_cmpstr (rows, ==, expected);
      rush_dependency_unref (dependency);
      cluster_clear (&cluster);
    }
  g_assert_cmpuint (n_in_files, >, 2); /* by then a few windows had been stored */
  g_assert_cmpuint (n_in_files, <, n_runs);
}

/* One giant among dwarfs: the window over it is cut, and it comes through. */
static RushBatch *
rows_of_all_sizes (guint i, RushAllocator *allocator)
{
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (test_schema (), allocator);

  if (i == 3)
    return NULL;
  for (guint row = 0; row < 300; row++)
    {
      gsize length = row == 150 ? 3000000 : row % 10 == 0 ? 50000 : 3;
      g_autofree char *key = g_malloc (length);
      memset (key, 'a' + (int)(row % 26), length);
      g_assert_true (rush_batch_builder_append_bytes (builder, 0, key, length, NULL));
      g_assert_true (rush_batch_builder_append_int (builder, 1, i * 300 + row, NULL));
      g_assert_true (rush_batch_builder_append_null (builder, 2, NULL));
      rush_batch_builder_end_row (builder);
    }
  return rush_batch_builder_finish (builder, NULL);
}

static void
test_wide_rows (void)
{
  gsize lengths[4];

  for (guint route = 0; route < 4; route++)
    {
      Cluster cluster;
      gint64 peak_bytes;

      cluster_init (&cluster, 1, route < 2 ? 2 * LARGE_POOL : LARGE_POOL / 4, route % 2 == 0);
      RushDependency *dependency = new_shuffle (&cluster, test_schema (), 5, 0);
      rush_map_output_tracker_register_shuffle (cluster.tracker, dependency->shuffle_id, 1);
      g_autofree char *rows =
          through_shuffle (&cluster, dependency, rows_of_all_sizes, &peak_bytes);
      lengths[route] = strlen (rows);
      g_assert_cmpuint (lengths[route], ==, lengths[0]);
      g_assert_cmpuint (lengths[route], >, 3 * 3000000);
      rush_dependency_unref (dependency);
      cluster_clear (&cluster);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shuffle_writer/without_commit", test_without_commit_nothing_is_left);
  g_test_add_func ("/shuffle_writer/full_disk", test_a_full_disk_fails_the_task_and_leaves_no_file);
  g_test_add_func ("/shuffle_writer/refused_memory", test_refused_memory);
  g_test_add_func ("/shuffle_writer/storage_refuses", test_storage_that_refuses);
  g_test_add_func ("/shuffle_writer/many_spills", test_many_spills_keep_no_file_open);
  g_test_add_func ("/shuffle_writer/crumbs", test_crumbs_are_packed);
  g_test_add_func ("/shuffle_writer/selections", test_selections_are_packed);
  g_test_add_func ("/shuffle_writer/single_partition", test_a_single_partition_copies_nothing);
  g_test_add_func ("/shuffle_writer/single_partition_refused",
                   test_a_single_partition_that_storage_refuses_half_way);
  g_test_add_func ("/shuffle_writer/wide_rows", test_wide_rows);
  return g_test_run ();
}
