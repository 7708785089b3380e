/* test_damaged_output.c - whatever happens to the files of a map output, a reader gets the right
 * rows or a failed fetch that names shuffle, map and executor; never wrong rows.  Damage that is
 * gone when the slice is fetched again is not noticed. */
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

  RushStoreLookup lookup; /* the cluster's */
  guint n_lookups;        /* one for each slice that is asked for */
  const char *damaged_path;
  long damaged_at;
  guint mended_at_lookup; /* 0: never */
} Fixture;

/* ---- damage ---- */

static void
flip_bit (const char *path, long at)
{
  FILE *file = g_fopen (path, "r+b");

  g_assert_cmpint (fseek (file, at, SEEK_SET), ==, 0);
  int byte = fgetc (file);
  g_assert_cmpint (byte, !=, EOF);
  g_assert_cmpint (fseek (file, at, SEEK_SET), ==, 0);
  g_assert_cmpint (fputc (byte ^ (1 << (at % 8)), file), !=, EOF);
  g_assert_cmpint (fclose (file), ==, 0);
}

static void
damage (Fixture *self, const char *path, long at, guint mended_at_lookup)
{
  flip_bit (path, at);
  self->damaged_path = path;
  self->damaged_at = at;
  self->n_lookups = 0;
  self->mended_at_lookup = mended_at_lookup;
}

static RushBlockStore *
lookup_and_mend (gpointer data, const char *executor_id)
{
  Fixture *self = data;

  if (++self->n_lookups == self->mended_at_lookup)
    flip_bit (self->damaged_path, self->damaged_at);
  return self->lookup (&self->cluster, executor_id);
}

/* ---- the output ---- */

/* Map 0 is empty, map 1 has all rows, in files. */
static void
fixture_init (Fixture *self, guint n_rows)
{
  RushMemoryStats stats;

  *self = (Fixture){ 0 };
  cluster_init (&self->cluster, 1, 4 * 1024 * 1024, TRUE);
  self->dependency = new_shuffle (&self->cluster, test_schema (), N_PARTITIONS, 0);
  rush_map_output_tracker_register_shuffle (self->cluster.tracker, self->dependency->shuffle_id, 2);
  run_map (&self->cluster, self->dependency, 0, 0, 0, 0, 1, NULL);
  run_map (&self->cluster, self->dependency, 0, MAP_INDEX, 0, n_rows, 150, NULL);
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
  self->lookup = self->cluster.fetch.lookup;
  self->cluster.fetch.lookup = lookup_and_mend;
  self->cluster.fetch.lookup_data = self;
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

  fixture_init (&fixture, N_ROWS);
  g_assert_cmpuint (count_failures (&fixture), ==, 0);
  fixture_clear (&fixture);
}

/* Each byte of the file in turn is wrong, then right again. */
static void
damage_each_byte (Fixture *fixture, const char *path)
{
  GStatBuf status;

  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_size, >, 16);
  for (long at = 0; at < status.st_size; at++)
    {
      flip_bit (path, at);
      g_assert_cmpuint (count_failures (fixture), >=, 1);
      flip_bit (path, at);
    }
  g_assert_cmpuint (count_failures (fixture), ==, 0);
}

static void
test_any_byte_of_the_data (void)
{
  Fixture fixture;

  fixture_init (&fixture, N_ROWS);
  damage_each_byte (&fixture, fixture.data_path);
  fixture_clear (&fixture);
}

static void
test_any_byte_of_the_index (void)
{
  Fixture fixture;

  fixture_init (&fixture, N_ROWS);
  damage_each_byte (&fixture, fixture.index_path);
  fixture_clear (&fixture);
}

static void
test_cut_short (void)
{
  Fixture fixture;
  GStatBuf status;

  fixture_init (&fixture, N_ROWS);
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

  fixture_init (&fixture, N_ROWS);
  g_assert_cmpint (g_unlink (fixture.data_path), ==, 0);
  g_assert_cmpuint (count_failures (&fixture), ==, N_PARTITIONS);
  g_assert_cmpint (g_unlink (fixture.index_path), ==, 0);
  g_assert_cmpuint (count_failures (&fixture), ==, N_PARTITIONS);
  fixture_clear (&fixture);
}

/* ---- once more ---- */

#define MANY_ROWS 40000 /* several frames a partition */

/* The last byte of the data is in the last frame of the last partition: rows have been handed on
 * when it shows.  They come once all the same. */
static void
test_damaged_once (void)
{
  Fixture fixture;
  GStatBuf status;

  fixture_init (&fixture, MANY_ROWS);
  g_assert_cmpint (g_stat (fixture.data_path, &status), ==, 0);
  damage (&fixture, fixture.data_path, status.st_size - 1, 2);
  g_autofree char *rows = read_partition (&fixture, N_PARTITIONS - 1);
  g_assert_cmpstr (rows, ==, fixture.expected[N_PARTITIONS - 1]);
  g_assert_cmpuint (fixture.n_lookups, ==, 2);

  /* The next slice has its second chance too. */
  damage (&fixture, fixture.data_path, 0, 2);
  g_autofree char *first = read_partition (&fixture, 0);
  g_assert_cmpstr (first, ==, fixture.expected[0]);
  fixture_clear (&fixture);
}

/* Here the damage shows before there is anything to read. */
static void
test_index_damaged_once (void)
{
  Fixture fixture;

  fixture_init (&fixture, N_ROWS);
  damage (&fixture, fixture.index_path, 0, 2);
  g_autofree char *rows = read_partition (&fixture, 0);
  g_assert_cmpstr (rows, ==, fixture.expected[0]);
  g_assert_cmpuint (fixture.n_lookups, ==, 2);
  fixture_clear (&fixture);
}

static void
test_damaged_twice (void)
{
  Fixture fixture;

  fixture_init (&fixture, N_ROWS);
  damage (&fixture, fixture.data_path, 0, 3); /* too late */
  g_assert_null (read_partition (&fixture, 0));
  g_assert_cmpuint (fixture.n_lookups, ==, 2);
  fixture_clear (&fixture);
}

/* What is gone will not be there when it is asked for again. */
static void
test_gone_is_not_asked_for_again (void)
{
  Fixture fixture;

  fixture_init (&fixture, N_ROWS);
  g_assert_cmpint (g_unlink (fixture.data_path), ==, 0);
  g_assert_null (read_partition (&fixture, 0));
  g_assert_cmpuint (fixture.n_lookups, ==, 1);
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
  g_test_add_func ("/damaged_output/once", test_damaged_once);
  g_test_add_func ("/damaged_output/index_once", test_index_damaged_once);
  g_test_add_func ("/damaged_output/twice", test_damaged_twice);
  g_test_add_func ("/damaged_output/gone_is_gone", test_gone_is_not_asked_for_again);
  return g_test_run ();
}
