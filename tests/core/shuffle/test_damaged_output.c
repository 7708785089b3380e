/* test_damaged_output.c - whatever happens to the files of a map output, a reader gets the right
 * rows or a failed fetch that names shuffle, map and executor; never wrong rows. */
#include "tests/core/shuffle/shuffle_fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define N_PARTITIONS 3
#define N_ROWS 400
#define MAP_INDEX 1

typedef struct
{
  Cluster cluster;
  RushDependency *dependency;
  char *expected[N_PARTITIONS];
  char *data_path, *index_path;
} Fixture;

/* Map 0 is empty, map 1 has all rows, in files. */
static void
fixture_init (Fixture *self)
{
  RushMemoryStats stats;

  cluster_init (&self->cluster, 1, 4 * 1024 * 1024, TRUE);
  self->dependency = new_shuffle (&self->cluster, test_schema (), N_PARTITIONS, 0);
  rush_map_output_tracker_register_shuffle (self->cluster.tracker, self->dependency->shuffle_id, 2);
  run_map (&self->cluster, self->dependency, 0, 0, 0, 0, 1, NULL);
  run_map (&self->cluster, self->dependency, 0, MAP_INDEX, 0, N_ROWS, 150, NULL);
  for (guint p = 0; p < N_PARTITIONS; p++)
    self->expected[p] = run_reduce (&self->cluster, self->dependency, 0, p, p + 1, NULL);
  rush_block_store_remove_output (self->cluster.executors[0].store, self->dependency->shuffle_id,
                                  0); /* nobody asks for it */

  RushMemoryManager *memory = self->cluster.executors[0].memory;
  rush_memory_manager_stats (memory, &stats);
  gint64 granted = rush_memory_manager_acquire_execution (memory, 99, stats.pool, NULL);
  rush_memory_manager_release_execution (memory, 99, granted);
  self->data_path = only_file (&self->cluster, ".data");
  self->index_path = only_file (&self->cluster, ".index");
}

static void
fixture_clear (Fixture *self)
{
  rush_dependency_unref (self->dependency);
  cluster_clear (&self->cluster);
  for (guint p = 0; p < N_PARTITIONS; p++)
    g_free (self->expected[p]);
  g_free (self->data_path);
  g_free (self->index_path);
}

/* The rows of @partition, or NULL if the fetch failed as it should. */
static char *
read_partition (Fixture *self, guint partition)
{
  RushTaskContext *ctx = task_new (&self->cluster, 0);
  g_autoptr (GString) rows = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  RushIterator *reader = rush_shuffle_reader_new (self->dependency, partition, partition + 1,
                                                  &self->cluster.fetch, ctx, &error);
  RushBatch *batch;

  g_assert_no_error (error);
  while ((batch = rush_iterator_next (reader, &error)) != NULL)
    {
      for (guint i = 0; i < batch->length; i++)
        append_row (rows, batch, i);
      rush_batch_unref (batch);
    }
  rush_iterator_close (reader);
  if (error != NULL)
    {
      g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_FETCH_FAILED);
      g_assert_true (ctx->fetch_failed);
      g_assert_cmpint (ctx->fetch_shuffle_id, ==, self->dependency->shuffle_id);
      g_assert_cmpint (ctx->fetch_map_index, ==, MAP_INDEX);
      g_assert_cmpuint (ctx->fetch_reduce_partition, ==, partition);
      g_assert_cmpstr (ctx->fetch_executor_id, ==, "0");
      g_assert_nonnull (strstr (error->message, "map 1 of shuffle 0"));
    }
  task_free (ctx);
  return error == NULL ? g_string_free (g_steal_pointer (&rows), FALSE) : NULL;
}

/* Reads everything; returns how many partitions failed.  The others must be right. */
static guint
count_failures (Fixture *self)
{
  guint n_failed = 0;

  for (guint p = 0; p < N_PARTITIONS; p++)
    {
      g_autofree char *rows = read_partition (self, p);
      if (rows == NULL)
        n_failed++;
      else
        g_assert_cmpstr (rows, ==, self->expected[p]);
    }
  return n_failed;
}

static void
test_whole_files (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  g_assert_cmpuint (count_failures (&fixture), ==, 0);
  fixture_clear (&fixture);
}

/* Each byte of the file in turn is wrong, then right again. */
static void
damage_each_byte (Fixture *fixture, const char *path)
{
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_cmpuint (size, >, 16);
  FILE *file = g_fopen (path, "r+b");
  for (gsize at = 0; at < size; at++)
    {
      char wrong = (char)(bytes[at] ^ (1 << (at % 8)));

      g_assert_cmpint (fseek (file, (long)at, SEEK_SET), ==, 0);
      g_assert_cmpuint (fwrite (&wrong, 1, 1, file), ==, 1);
      g_assert_cmpint (fflush (file), ==, 0);
      g_assert_cmpuint (count_failures (fixture), >=, 1);
      g_assert_cmpint (fseek (file, (long)at, SEEK_SET), ==, 0);
      g_assert_cmpuint (fwrite (&bytes[at], 1, 1, file), ==, 1);
    }
  g_assert_cmpint (fclose (file), ==, 0);
  g_assert_cmpuint (count_failures (fixture), ==, 0);
}

static void
test_any_byte_of_the_data (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  damage_each_byte (&fixture, fixture.data_path);
  fixture_clear (&fixture);
}

static void
test_any_byte_of_the_index (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  damage_each_byte (&fixture, fixture.index_path);
  fixture_clear (&fixture);
}

static void
test_cut_short (void)
{
  Fixture fixture;
  GStatBuf status;

  fixture_init (&fixture);
  g_assert_cmpint (g_stat (fixture.data_path, &status), ==, 0);
  g_assert_cmpint (truncate (fixture.data_path, status.st_size - 1), ==, 0);
  g_assert_cmpuint (count_failures (&fixture), ==, 1); /* the last partition */
  g_assert_cmpint (truncate (fixture.data_path, 0), ==, 0);
  g_assert_cmpuint (count_failures (&fixture), ==, N_PARTITIONS);
  fixture_clear (&fixture);
}

static void
test_files_that_are_gone (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  g_assert_cmpint (g_unlink (fixture.data_path), ==, 0);
  g_assert_cmpuint (count_failures (&fixture), ==, N_PARTITIONS);
  g_assert_cmpint (g_unlink (fixture.index_path), ==, 0);
  g_assert_cmpuint (count_failures (&fixture), ==, N_PARTITIONS);
  fixture_clear (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/damaged_output/whole", test_whole_files);
  g_test_add_func ("/damaged_output/data", test_any_byte_of_the_data);
  g_test_add_func ("/damaged_output/index", test_any_byte_of_the_index);
  g_test_add_func ("/damaged_output/cut_short", test_cut_short);
  g_test_add_func ("/damaged_output/gone", test_files_that_are_gone);
  return g_test_run ();
}
