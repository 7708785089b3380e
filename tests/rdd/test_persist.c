/* test_persist.c - persisted and checkpointed RDDs of a program in C, on every master. */
#include "app.h"

#include "rdd/action/count.h"
#include "rdd/checkpoint.h"
#include "rdd/persist.h"
#include "rdd/transform/combine_by_key.h"
#include "rdd/transform/map_values.h"

#include <glib/gstdio.h>

static void
count_calls (const RushRow *row, RushEmitter *out, gpointer data)
{
  g_atomic_int_inc ((gint *)data);
  rush_emit_int (out, rush_row_int (row, 1));
}

/* Five pairs in three partitions; @n_calls counts those that are computed. */
static RushRdd *
counted_pairs (RushContext *sc, gint *n_calls)
{
  g_autoptr (RushRdd) pairs = app_pairs (sc, "a=1 b=2 a=3 c=4 b=5", 3);

  return rush_rdd_map_values (pairs, pairs->schema, count_calls, n_calls, NULL);
}

static const RushStorageLevel *const levels[] = {
  &RUSH_STORAGE_MEMORY_ONLY,       &RUSH_STORAGE_MEMORY_ONLY_SER,   &RUSH_STORAGE_MEMORY_AND_DISK,
  &RUSH_STORAGE_MEMORY_AND_DISK_2, &RUSH_STORAGE_MEMORY_ONLY_SER_2, &RUSH_STORAGE_DISK_ONLY,
};

static void
test_computed_once (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));

  for (guint l = 0; l < G_N_ELEMENTS (levels); l++)
    {
      gint n_calls = 0;
      g_autoptr (RushRdd) pairs = counted_pairs (sc, &n_calls);
      g_autoptr (RushRdd) sums = rush_rdd_reduce_by_key (pairs, RUSH_SUM, 2, NULL);

      g_assert_true (rush_rdd_persist (pairs, levels[l], NULL));
      for (guint round = 0; round < 2; round++)
        app_assert_sorted (sc, pairs, "a,1 a,3 b,2 b,5 c,4");
      app_assert_sorted (sc, sums, "a,4 b,7 c,4");
      g_assert_cmpint (g_atomic_int_get (&n_calls), ==, 5);

      g_autoptr (GArray) kept = rush_context_kept_rdds (sc);
      g_assert_cmpuint (kept->len, ==, 1);
      g_assert_cmpint (g_array_index (kept, RushKeptRdd, 0).rdd_id, ==, pairs->id);
      g_assert_cmpuint (g_array_index (kept, RushKeptRdd, 0).status.n_cached_partitions, ==, 3);

      rush_rdd_unpersist (sc, pairs, TRUE);
      g_autoptr (GArray) after = rush_context_kept_rdds (sc);
      g_assert_cmpuint (after->len, ==, 0);
      app_assert_sorted (sc, pairs, "a,1 a,3 b,2 b,5 c,4");
      g_assert_cmpint (g_atomic_int_get (&n_calls), ==, 10);
    }
  app_free (sc);
}

/* What is above a persisted RDD is not asked for: its stage is skipped. */
static void
test_a_kept_shuffle_needs_no_map_stage (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  gint n_calls = 0;
  g_autoptr (RushRdd) pairs = counted_pairs (sc, &n_calls);
  g_autoptr (RushRdd) sums = rush_rdd_reduce_by_key (pairs, RUSH_SUM, 2, NULL);

  g_assert_true (rush_rdd_persist (sums, &RUSH_STORAGE_MEMORY_ONLY, NULL));
  app_assert_sorted (sc, sums, "a,4 b,7 c,4");
  app_assert_sorted (sc, sums, "a,4 b,7 c,4");
  g_autoptr (RushJobSummary) job = rush_job_stats_job (rush_context_job_stats (sc), 1);
  g_assert_cmpuint (job->n_stages, ==, 2);
  g_assert_cmpint (job->stages[0].status, ==, RUSH_STAGE_SKIPPED);
  g_assert_cmpint (job->stages[1].metrics.kept_blocks_read, ==, 2);
  g_assert_cmpint (job->stages[1].metrics.kept_blocks_computed, ==, 0);
  app_free (sc);
}

/* ---- checkpoints ---- */

static char *
make_folder (RushContext *sc)
{
  char *folder = g_dir_make_tmp ("test_persist-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;

  rush_context_set_checkpoint_dir (sc, folder, &error);
  g_assert_no_error (error);
  return folder;
}

/* Of @folder, with what is in it. */
static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      remove_folder (path);
      g_unlink (path);
    }
  g_rmdir (folder);
}

static void
test_checkpoint (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autofree char *folder = make_folder (sc);
  gint n_calls = 0;
  g_autoptr (RushRdd) pairs = counted_pairs (sc, &n_calls);
  g_autoptr (RushRdd) sums = rush_rdd_reduce_by_key (pairs, RUSH_SUM, 2, NULL);
  g_autoptr (GError) error = NULL;

  rush_rdd_checkpoint (sc, sums, &error);
  g_assert_no_error (error);
  g_assert_null (rush_rdd_dup_checkpoint_path (sums));
  g_assert_cmpint (rush_rdd_count (sc, sums, NULL), ==, 3);
  g_assert_cmpuint (app_n_jobs (sc), ==, 2); /* and the one that writes */
  g_assert_true (rush_rdd_is_checkpointed (sums));
  g_autofree char *path = rush_rdd_dup_checkpoint_path (sums);
  g_autofree char *part = g_build_filename (path, "part-00001", NULL);
  g_assert_true (g_file_test (part, G_FILE_TEST_EXISTS));

  app_assert_sorted (sc, sums, "a,4 b,7 c,4");
  g_autoptr (RushJobSummary) job = rush_job_stats_job (rush_context_job_stats (sc), 2);
  g_assert_cmpuint (job->n_stages, ==, 1);
  app_free (sc);
  remove_folder (folder);
}

static void
test_local_checkpoint (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  gint n_calls = 0;
  g_autoptr (RushRdd) pairs = counted_pairs (sc, &n_calls);

  rush_rdd_mark_checkpoint (pairs, RUSH_CHECKPOINT_LOCAL);
  app_assert_sorted (sc, pairs, "a,1 a,3 b,2 b,5 c,4");
  g_assert_true (rush_rdd_is_checkpointed (pairs));
  app_assert_sorted (sc, pairs, "a,1 a,3 b,2 b,5 c,4");
  g_assert_cmpint (g_atomic_int_get (&n_calls), ==, 5);
  app_free (sc);
}

/* A loop that is checkpointed every few steps, persisted between them: what it leaves behind goes. */
static void
test_a_loop (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autofree char *folder = make_folder (sc);
  gint n_calls = 0;
  RushRdd *pairs = counted_pairs (sc, &n_calls);

  for (guint i = 0; i < 20; i++)
    {
      RushRdd *next = rush_rdd_map_values (pairs, pairs->schema, count_calls, &n_calls, NULL);

      rush_rdd_unref (pairs);
      pairs = next;
      g_assert_true (rush_rdd_persist (pairs, &RUSH_STORAGE_MEMORY_ONLY, NULL));
      if (i % 5 == 4)
        g_assert_true (rush_rdd_checkpoint (sc, pairs, NULL));
      g_assert_cmpint (rush_rdd_count (sc, pairs, NULL), ==, 5);
    }
  g_assert_cmpint (g_atomic_int_get (&n_calls), ==, 21 * 5);
  g_autofree char *text = rush_rdd_to_debug_string (pairs, NULL);
  g_assert_nonnull (g_strstr_len (text, -1, "ReliableCheckpointRDD"));
  g_assert_null (g_strstr_len (text, -1, "ParallelCollectionRDD"));
  /* The job that has just ended lets go of its RDD soon after. */
  for (guint n = 2; n > 1;)
    {
      rush_context_flush_cleaner (sc);
      g_autoptr (GArray) kept = rush_context_kept_rdds (sc);
      n = kept->len;
    }
  app_assert_sorted (sc, pairs, "a,1 a,3 b,2 b,5 c,4");
  rush_rdd_unref (pairs);
  app_free (sc);
  remove_folder (folder);
}

static void
test_no_checkpoint_dir (void)
{
  RushContext *sc = app_new (0);
  g_autoptr (RushRdd) numbers = app_range (sc, 10, 2);
  g_autoptr (GError) error = NULL;

  g_assert_null (rush_context_dup_checkpoint_dir (sc));
  g_assert_false (rush_rdd_checkpoint (sc, numbers, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  app_free (sc);
}

/* Several threads at once: one loops and cuts its lineage off, the others count it. */
static void *
count_again_and_again (void *data)
{
  gpointer *pair = data;

  for (guint i = 0; i < 20; i++)
    g_assert_cmpint (rush_rdd_count (pair[0], pair[1], NULL), ==, 5);
  return NULL;
}

static void
test_jobs_while_a_lineage_is_cut_off (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autofree char *folder = make_folder (sc);
  gint n_calls = 0;
  g_autoptr (RushRdd) pairs = counted_pairs (sc, &n_calls);
  g_autoptr (RushRdd) sums =
      rush_rdd_map_values (pairs, pairs->schema, count_calls, &n_calls, NULL);
  g_autoptr (RushRdd) above = rush_rdd_map_values (sums, sums->schema, count_calls, &n_calls, NULL);
  gpointer pair[2] = { sc, above };
  pthread_t threads[2];

  g_assert_true (rush_rdd_checkpoint (sc, sums, NULL));
  for (guint t = 0; t < G_N_ELEMENTS (threads); t++)
    pthread_create (&threads[t], NULL, count_again_and_again, pair);
  for (guint t = 0; t < G_N_ELEMENTS (threads); t++)
    pthread_join (threads[t], NULL);
  g_assert_true (rush_rdd_is_checkpointed (sums));
  app_free (sc);
  remove_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint m = 0; m < APP_N_MASTERS; m++)
    {
      static const struct
      {
        const char *name;
        GTestDataFunc func;
      } tests[] = {
        { "computed-once", test_computed_once },
        { "kept-shuffle", test_a_kept_shuffle_needs_no_map_stage },
        { "checkpoint", test_checkpoint },
        { "local-checkpoint", test_local_checkpoint },
        { "loop", test_a_loop },
        { "cut-off", test_jobs_while_a_lineage_is_cut_off },
      };

      for (guint t = 0; t < G_N_ELEMENTS (tests); t++)
        {
          g_autofree char *path =
              g_strdup_printf ("/rdd/persist/%s/%s", tests[t].name, app_masters[m]);

          g_test_add_data_func (path, GUINT_TO_POINTER (m), tests[t].func);
        }
    }
  g_test_add_func ("/rdd/persist/no-checkpoint-dir", test_no_checkpoint_dir);
  return g_test_run ();
}
