/* Shuffles of pairs: reduceByKey, groupByKey, distinct, cogroup, join; their jobs, stages and
 * drawings are Scala Spark's; what does not fit into memory is spilled and still right. */
#include "app.h"

#include "rdd/action/collect.h"
#include "rdd/action/count.h"
#include "rdd/group.h"
#include "rdd/source/text_file.h"
#include "rdd/transform/cogroup.h"
#include "rdd/transform/combine_by_key.h"
#include "rdd/transform/distinct.h"
#include "rdd/transform/group_by_key.h"
#include "rdd/transform/map.h"
#include "rdd/transform/map_values.h"
#include "rdd/transform/partition_by.h"
#include "rdd/transform/union.h"

#include <glib/gstdio.h>
#include <string.h>

/* ---- reduceByKey ---- */

static gboolean
multiply (gpointer data, RushValue *inout_merged, RushValue value, GError **error)
{
  if (value.i64 == 0)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT, "no zeros here");
      return FALSE;
    }
  inout_merged->i64 *= value.i64;
  return TRUE;
}

static void
test_reduce_by_key (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  RushHashCombine product = { .op = RUSH_COMBINE_MERGE, .merge = multiply };
  g_autoptr (RushRdd) pairs = app_pairs (sc, "a=1 b=2 -=3 a=4 c=5 -=6 a=7", 3);
  g_autoptr (RushRdd) sums = rush_rdd_reduce_by_key (pairs, RUSH_SUM, 2, NULL);
  g_autoptr (RushRdd) counts = rush_rdd_reduce_by_key (pairs, RUSH_COUNT, 2, NULL);
  g_autoptr (RushRdd) products = rush_rdd_reduce_by_key (pairs, product, 2, NULL);
  g_autoptr (RushRdd) usual = rush_rdd_reduce_by_key (pairs, RUSH_MAX, 0, NULL);
  g_autoptr (RushRdd) in_place = rush_rdd_reduce_by_key (sums, RUSH_SUM, 2, NULL);
  guint n;

  app_assert_sorted (sc, sums, "-,9 a,12 b,2 c,5");
  app_assert_sorted (sc, counts, "-,2 a,3 b,1 c,1");
  app_assert_sorted (sc, products, "-,18 a,28 b,2 c,5");
  app_assert_sorted (sc, usual, "-,6 a,7 b,2 c,5");
  app_assert_sorted (sc, in_place, "-,9 a,12 b,2 c,5");
  g_assert_true (rush_rdd_n_partitions (usual, &n, NULL));
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpstr (sums->klass->name, ==, "ShuffledRDD");
  g_assert_cmpstr (in_place->klass->name, ==, "MapPartitionsRDD");
  app_free (sc);
}

static void
test_reduce_nothing (void)
{
  RushContext *sc = app_new (1);
  RushHashCombine product = { .op = RUSH_COMBINE_MERGE, .merge = multiply };
  g_autoptr (RushRdd) nothing = app_pairs (sc, "", 3);
  g_autoptr (RushRdd) zeros = app_pairs (sc, "a=0 a=0", 1);
  g_autoptr (RushRdd) sums = rush_rdd_reduce_by_key (nothing, RUSH_SUM, 2, NULL);
  g_autoptr (RushRdd) products = rush_rdd_reduce_by_key (zeros, product, 2, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (rush_rdd_count (sc, sums, NULL), ==, 0);
  g_assert_null (rush_rdd_collect (sc, products, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "no zeros here"));
  app_free (sc);
}

/* ---- groups ---- */

static void
test_group_by_key (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushRdd) pairs = app_pairs (sc, "a=1 b=2 -=3 a=4 c=5 -=6 a=7", 3);
  g_autoptr (RushRdd) grouped = rush_rdd_group_by_key (pairs, 2, NULL);
  g_autoptr (RushRdd) placed = rush_rdd_partition_by (pairs, 2);
  g_autoptr (RushRdd) in_place = rush_rdd_group_by_key (placed, 2, NULL);
  g_autoptr (RushRdd) nothing = app_pairs (sc, "", 2);
  g_autoptr (RushRdd) empty = rush_rdd_group_by_key (nothing, 2, NULL);

  app_assert_sorted (sc, grouped, "-,[3;6] a,[1;4;7] b,[2] c,[5]");
  app_assert_sorted (sc, in_place, "-,[3;6] a,[1;4;7] b,[2] c,[5]");
  g_assert_cmpint (rush_rdd_count (sc, grouped, NULL), ==, 4);
  g_assert_cmpint (rush_rdd_count (sc, empty, NULL), ==, 0);
  g_assert_cmpstr (grouped->klass->name, ==, "ShuffledRDD");
  g_assert_cmpstr (in_place->klass->name, ==, "MapPartitionsRDD");
  app_free (sc);
}

static void
by_last_digit (const RushRow *row, RushEmitter *out, gpointer data)
{
  rush_emit_int (out, rush_row_int (row, 0) % 10);
}

static void
count_values (const RushRow *row, RushEmitter *out, gpointer data)
{
  rush_emit_int (out, (gint64)rush_group_length (row, 1));
}

/* Groups that span many batches, and one key that has nearly all rows. */
static void
test_large_groups (void)
{
  RushContext *sc = app_new (1);
  g_autoptr (RushSchema) schema = rush_schema_of ("digit", &RUSH_INT64, "n", &RUSH_INT64, NULL);
  g_autoptr (RushRdd) numbers = app_range (sc, 200000, 4);
  g_autoptr (RushRdd) pairs =
      rush_rdd_key_by (numbers, "digit", &RUSH_INT64, by_last_digit, NULL, NULL);
  g_autoptr (RushRdd) grouped = rush_rdd_group_by_key (pairs, 3, NULL);
  g_autoptr (RushRdd) lengths = rush_rdd_map_values (grouped, schema, count_values, NULL, NULL);

  app_assert_sorted (sc, lengths,
                     "0,20000 1,20000 2,20000 3,20000 4,20000 5,20000 6,20000 7,20000 8,20000 "
                     "9,20000");
  app_free (sc);
}

/* ---- distinct ---- */

static void
test_distinct (gconstpointer master)
{
  static const char *const lines[] = {
    "b", "a", "b", "", "a", "a long line, over 12 bytes", "", "a long line, over 12 bytes", NULL
  };
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushRdd) all = app_lines (sc, lines, 3);
  g_autoptr (RushRdd) once = rush_rdd_distinct (all, 0, NULL);
  guint n;

  g_assert_cmpint (rush_rdd_count (sc, once, NULL), ==, 4);
  g_assert_true (rush_rdd_n_partitions (once, &n, NULL));
  g_assert_cmpuint (n, ==, 3);
  app_free (sc);
}

/* ---- cogroup and join ---- */

static void
test_cogroup (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushRdd) left = app_pairs (sc, "a=1 b=2 -=3 a=4", 2);
  g_autoptr (RushRdd) right = app_pairs (sc, "a=10 c=20 -=30 -=31", 3);
  g_autoptr (RushRdd) both = rush_rdd_cogroup (left, right, 2, NULL);
  g_autoptr (RushRdd) nothing = app_pairs (sc, "", 1);
  g_autoptr (RushRdd) with_nothing = rush_rdd_cogroup (left, nothing, 2, NULL);

  app_assert_sorted (sc, both, "-,[3],[30;31] a,[1;4],[10] b,[2],[] c,[],[20]");
  app_assert_sorted (sc, with_nothing, "-,[3],[] a,[1;4],[] b,[2],[]");
  app_free (sc);
}

static void
test_join (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushRdd) left = app_pairs (sc, "a=1 b=2 -=3 a=4", 2);
  g_autoptr (RushRdd) right = app_pairs (sc, "a=10 c=20 -=30 a=11", 3);
  g_autoptr (RushRdd) joined = rush_rdd_join (left, right, 2, NULL);
  g_autoptr (RushRdd) left_placed = rush_rdd_partition_by (left, 4);
  g_autoptr (RushRdd) right_placed = rush_rdd_partition_by (right, 4);
  g_autoptr (RushRdd) narrow = rush_rdd_join (left_placed, right_placed, 4, NULL);
  g_autoptr (RushRdd) half = rush_rdd_join (left_placed, right, 0, NULL);
  g_autoptr (RushRdd) with_itself = rush_rdd_join (left, left, 2, NULL);
  const char *expected = "-,3,30 a,1,10 a,1,11 a,4,10 a,4,11";

  app_assert_sorted (sc, joined, expected);
  app_assert_sorted (sc, narrow, expected);
  app_assert_sorted (sc, half, expected);
  app_assert_sorted (sc, with_itself, "-,3,3 a,1,1 a,1,4 a,4,1 a,4,4 b,2,2");
  /* Spark takes the partitioner that is there when it is asked for no number. */
  g_assert_cmpuint (half->partitioner->n_partitions, ==, 4);
  app_free (sc);
}

static guint
n_stages_of_last_job (RushContext *sc)
{
  g_autoptr (GArray) ids = rush_job_stats_job_ids (rush_context_job_stats (sc));
  g_autoptr (RushJobSummary) job =
      rush_job_stats_job (rush_context_job_stats (sc), g_array_index (ids, gint, ids->len - 1));

  return job->n_stages;
}

static void
test_join_stages (void)
{
  RushContext *sc = app_new (1);
  g_autoptr (RushRdd) left = app_pairs (sc, "a=1 b=2", 2);
  g_autoptr (RushRdd) right = app_pairs (sc, "a=10 c=20", 3);
  g_autoptr (RushRdd) joined = rush_rdd_join (left, right, 2, NULL);
  g_autoptr (RushRdd) left_placed = rush_rdd_partition_by (left, 4);
  g_autoptr (RushRdd) right_placed = rush_rdd_partition_by (right, 4);
  g_autoptr (RushRdd) narrow = rush_rdd_join (left_placed, right_placed, 4, NULL);

  /* Two map stages and the result: Scala's join, where PySpark has one map stage over a union. */
  app_assert_sorted (sc, joined, "a,1,10");
  g_assert_cmpuint (n_stages_of_last_job (sc), ==, 3);
  app_assert_sorted (sc, narrow, "a,1,10");
  g_assert_cmpuint (n_stages_of_last_job (sc), ==, 3);
  app_assert_sorted (sc, narrow, "a,1,10");
  g_assert_cmpuint (app_n_jobs (sc), ==, 3);
  app_free (sc);
}

/* ---- which partitioner ---- */

static void
assert_chosen (RushRdd *a, RushRdd *b, guint asked, guint n)
{
  RushRdd *rdds[] = { a, b };
  g_autoptr (RushPartitioner) chosen =
      rush_rdd_choose_partitioner (rdds, b != NULL ? 2 : 1, asked, NULL);

  g_assert_cmpuint (chosen->n_partitions, ==, n);
}

static void
test_choice (void)
{
  RushContext *sc = app_new (1);
  RushContext *by_conf = app_new_with ("local", "spark.default.parallelism", "6", NULL);
  g_autoptr (RushRdd) three = app_pairs (sc, "a=1", 3);
  g_autoptr (RushRdd) thirty = app_pairs (sc, "a=1", 30);
  g_autoptr (RushRdd) forty = app_pairs (sc, "a=1", 40);
  g_autoptr (RushRdd) placed_four = rush_rdd_partition_by (three, 4);
  g_autoptr (RushRdd) conf_three = app_pairs (by_conf, "a=1", 3);
  g_autoptr (RushRdd) conf_placed_two = rush_rdd_partition_by (conf_three, 2);
  g_autoptr (RushRdd) conf_hundred = app_pairs (by_conf, "a=1", 100);

  assert_chosen (three, NULL, 0, 3);
  assert_chosen (three, NULL, 9, 9);
  assert_chosen (three, thirty, 0, 30);
  assert_chosen (three, placed_four, 0, 4);
  assert_chosen (placed_four, thirty, 0, 4);
  assert_chosen (placed_four, forty, 0, 40); /* ten times as wide: shuffled anew */
  assert_chosen (conf_three, NULL, 0, 6);
  assert_chosen (conf_placed_two, NULL, 0, 2);
  assert_chosen (conf_placed_two, conf_hundred, 0, 6);
  app_free (by_conf);
  app_free (sc);
}

/* ---- drawings ---- */

static void
one_pair (const RushRow *row, RushEmitter *out, gpointer data)
{
  rush_emit_string (out, "x", 1);
  rush_emit_int (out, 1);
}

static void
same_line (const RushRow *row, RushEmitter *out, gpointer data)
{
  rush_emit_row (out, row);
}

static void
same_value (const RushRow *row, RushEmitter *out, gpointer data)
{
  rush_emit_value (out, row, 1);
}

static void
assert_drawn (RushRdd *rdd, const char *name, const char *path)
{
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "data", "debug_strings.txt", NULL);
  g_autofree char *heading = g_strdup_printf ("== %s\n", name);
  g_autofree char *drawn = rush_rdd_to_debug_string (rdd, NULL);
  g_autofree char *text = NULL;
  g_autofree char *expected = NULL;
  g_auto (GStrv) parts = NULL;
  const char *start, *end;

  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  parts = g_strsplit (text, "/tmp/lines.txt", -1);
  expected = g_strjoinv (path, parts);
  start = strstr (expected, heading) + strlen (heading);
  end = strstr (start, "\n== ");
  g_autofree char *wanted =
      end != NULL ? g_strndup (start, end - start) : g_strndup (start, strlen (start) - 1);

  g_assert_cmpstr (drawn, ==, wanted);
}

/* The same program as in tests/data/make_debug_strings.scala, line by line. */
static void
test_drawings (void)
{
  RushContext *sc = app_new (1);
  g_autofree char *folder = g_dir_make_tmp ("rush-pairs-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "lines.txt", NULL);
  g_autoptr (RushSchema) pair_schema =
      rush_schema_of ("key", &RUSH_STRING, "value", &RUSH_INT64, NULL);

  g_assert_true (g_file_set_contents (path, "a b\nc d\n", -1, NULL));
  {
    g_autoptr (RushRdd) lines = rush_rdd_text_file (rush_context_lineage (sc), path, 2);
    g_autoptr (RushRdd) words = rush_rdd_flat_map (lines, lines->schema, same_line, NULL, NULL);
    g_autoptr (RushRdd) ones = rush_rdd_map (words, pair_schema, one_pair, NULL, NULL);
    g_autoptr (RushRdd) counts = rush_rdd_reduce_by_key (ones, RUSH_SUM, 0, NULL);
    g_autoptr (RushRdd) a = app_range (sc, 10, 3);
    g_autoptr (RushRdd) b = app_range (sc, 10, 12);
    RushRdd *a_and_b[] = { a, b };
    g_autoptr (RushRdd) both = rush_rdd_union (a_and_b, 2, NULL);
    g_autoptr (RushRdd) pairs_a = rush_rdd_map (a, pair_schema, one_pair, NULL, NULL);
    g_autoptr (RushRdd) pairs_b = rush_rdd_map (b, pair_schema, one_pair, NULL, NULL);
    g_autoptr (RushRdd) left = rush_rdd_partition_by (pairs_a, 4);
    g_autoptr (RushRdd) right = rush_rdd_partition_by (pairs_b, 4);
    g_autoptr (RushRdd) narrow = rush_rdd_join (left, right, 0, NULL);
    g_autoptr (RushRdd) half = rush_rdd_join (left, pairs_b, 4, NULL);
    g_autoptr (RushRdd) wide = rush_rdd_join (pairs_a, pairs_b, 12, NULL);
    g_autoptr (RushRdd) named = rush_rdd_map_values (left, pair_schema, same_value, NULL, NULL);
    g_autoptr (RushRdd) reduced = rush_rdd_reduce_by_key (pairs_a, RUSH_SUM, 120, NULL);
    RushRdd *named_and_reduced[] = { named, reduced };
    g_autoptr (RushRdd) all = rush_rdd_union (named_and_reduced, 2, NULL);
    g_autoptr (RushRdd) swapped = rush_rdd_map (all, pair_schema, same_line, NULL, NULL);
    g_autoptr (RushRdd) grouped = rush_rdd_group_by_key (swapped, 5, NULL);

    rush_rdd_set_name (named, "ids");
    assert_drawn (counts, "word count", path);
    assert_drawn (both, "union", path);
    assert_drawn (narrow, "co-partitioned join", path);
    assert_drawn (half, "half co-partitioned join", path);
    assert_drawn (wide, "join", path);
    assert_drawn (grouped, "two shuffles", path);
  }
  app_free (sc);
  g_remove (path);
  g_rmdir (folder);
}

/* ---- lost executors ---- */

/* Executors die while the job runs, one after the other; its result is that of a run without. */
static gboolean
kill_executor (RushContext *sc, const char *id)
{
  RushCluster *cluster = rush_context_cluster (sc);

  return cluster->klass->kill_executor (cluster, id, TRUE);
}

static void
test_recovery (void)
{
  RushContext *sc = app_new_with ("local-cluster[3,1,512]", NULL);
  g_autoptr (RushSchema) schema = rush_schema_of ("digit", &RUSH_INT64, "n", &RUSH_INT64, NULL);
  g_autoptr (RushRdd) numbers = app_range (sc, 300000, 12);
  g_autoptr (RushRdd) pairs =
      rush_rdd_key_by (numbers, "digit", &RUSH_INT64, by_last_digit, NULL, NULL);
  g_autoptr (RushRdd) counts = rush_rdd_reduce_by_key (pairs, RUSH_COUNT, 4, NULL);
  g_autoptr (RushJobWaiter) waiter = rush_context_submit_job (
      sc, counts, NULL, 0, rush_collect_batches, NULL, NULL, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (kill_executor (sc, "0"));
  g_assert_true (kill_executor (sc, "2"));
  g_assert_true (rush_job_waiter_wait (waiter, &error));
  g_assert_no_error (error);
  app_assert_sorted (sc, counts,
                     "0,30000 1,30000 2,30000 3,30000 4,30000 5,30000 6,30000 7,30000 8,30000 "
                     "9,30000");
  /* What was lost after the job is recomputed by the next one. */
  g_assert_true (kill_executor (sc, "1"));
  g_assert_cmpint (rush_rdd_count (sc, counts, &error), ==, 10);
  app_free (sc);
}

/* ---- too little memory ---- */

/* 30,000 keys of 40 bytes. */
static void
scatter (const RushRow *row, RushEmitter *out, gpointer data)
{
  g_autofree char *key = g_strdup_printf ("a key that does not fit into a view %05d",
                                          (int)(rush_row_int (row, 0) * 7919 % 30000));

  rush_emit_string (out, key, -1);
  rush_emit_int (out, 1);
}

static gint64
spilled_bytes (RushContext *sc)
{
  g_autoptr (GArray) ids = rush_job_stats_job_ids (rush_context_job_stats (sc));
  g_autoptr (RushJobSummary) job =
      rush_job_stats_job (rush_context_job_stats (sc), g_array_index (ids, gint, ids->len - 1));
  gint64 bytes = 0;

  for (guint i = 0; i < job->n_stages; i++)
    bytes += job->stages[i].metrics.disk_bytes_spilled;
  return bytes;
}

static void
test_spill (gconstpointer master)
{
  g_auto (GStrv) words = g_strsplit (app_masters[GPOINTER_TO_UINT (master)], " ", 2);
  RushContext *sc = app_new_with (
      words[0], "spark.testing.memory", "16000000", "spark.testing.reservedMemory", "0",
      "spark.rushlight.shuffle.byReference", words[1] != NULL ? "false" : "true", NULL);
  g_autoptr (RushSchema) schema = rush_schema_of ("key", &RUSH_STRING, "value", &RUSH_INT64, NULL);
  g_autoptr (RushRdd) numbers = app_range (sc, 450000, 6);
  g_autoptr (RushRdd) pairs = rush_rdd_map (numbers, schema, scatter, NULL, NULL);
  g_autoptr (RushRdd) counts = rush_rdd_reduce_by_key (pairs, RUSH_SUM, 3, NULL);
  g_autoptr (RushRdd) grouped = rush_rdd_group_by_key (pairs, 3, NULL);
  g_autoptr (RushRdd) lengths = rush_rdd_map_values (grouped, schema, count_values, NULL, NULL);
  RushRdd *both[] = { counts, lengths };

  for (guint r = 0; r < 2; r++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) batches = rush_rdd_collect (sc, both[r], &error);
      guint n = 0;

      g_assert_no_error (error);
      for (guint b = 0; b < batches->len; b++)
        {
          const RushBatch *batch = batches->pdata[b];

          for (guint i = 0; i < batch->length; i++, n++)
            {
              RushRow row = rush_batch_nth (batch, i);

              g_assert_cmpint (rush_row_int (&row, 1), ==, 15);
            }
        }
      g_assert_cmpuint (n, ==, 30000);
    }
  g_assert_cmpint (spilled_bytes (sc), >, 0);
  app_free (sc);
}

static void
to_one_key (const RushRow *row, RushEmitter *out, gpointer data)
{
  rush_emit_int (out, 7);
  rush_emit_value (out, row, 0);
}

/* Dividing by hash does not help one key: it fails as soon as that is known, with advice. */
static void
test_a_key_larger_than_memory (void)
{
  RushContext *sc = app_new_with ("local[1]", "spark.testing.memory", "8000000",
                                  "spark.testing.reservedMemory", "0", NULL);
  g_autoptr (RushSchema) schema = rush_schema_of ("key", &RUSH_INT64, "value", &RUSH_INT64, NULL);
  g_autoptr (RushRdd) numbers = app_range (sc, 600000, 6);
  g_autoptr (RushRdd) pairs = rush_rdd_map (numbers, schema, to_one_key, NULL, NULL);
  g_autoptr (RushRdd) grouped = rush_rdd_group_by_key (pairs, 1, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (rush_rdd_count (sc, grouped, &error), ==, -1);
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "values of one key do not fit into memory"));
  g_assert_nonnull (strstr (error->message, "groupByKey"));
  g_assert_nonnull (strstr (error->message, "reduceByKey"));
  app_free (sc);
}

/* A join under pressure: both sides spill. */
static void
test_spill_join (void)
{
  RushContext *sc = app_new_with ("local[2]", "spark.testing.memory", "20000000",
                                  "spark.testing.reservedMemory", "0", NULL);
  g_autoptr (RushSchema) schema = rush_schema_of ("key", &RUSH_STRING, "value", &RUSH_INT64, NULL);
  g_autoptr (RushRdd) left_numbers = app_range (sc, 90000, 4);
  g_autoptr (RushRdd) right_numbers = app_range (sc, 60000, 3);
  g_autoptr (RushRdd) left = rush_rdd_map (left_numbers, schema, scatter, NULL, NULL);
  g_autoptr (RushRdd) right = rush_rdd_map (right_numbers, schema, scatter, NULL, NULL);
  g_autoptr (RushRdd) joined = rush_rdd_join (left, right, 2, NULL);
  g_autoptr (GError) error = NULL;

  /* 30,000 keys, three times on the left, twice on the right. */
  gint64 n = rush_rdd_count (sc, joined, &error);

  g_assert_no_error (error);
  g_assert_cmpint (n, ==, 30000 * 3 * 2);
  g_assert_cmpint (spilled_bytes (sc), >, 0);
  app_free (sc);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    GTestDataFunc func;
  } on_all_masters[] = {
    { "reduce-by-key", test_reduce_by_key },
    { "group-by-key", test_group_by_key },
    { "distinct", test_distinct },
    { "cogroup", test_cogroup },
    { "join", test_join },
    { "spill", test_spill },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint t = 0; t < G_N_ELEMENTS (on_all_masters); t++)
    for (guint m = 0; m < APP_N_MASTERS; m++)
      {
        g_autofree char *path =
            g_strdup_printf ("/rdd/pairs/%s/%s", on_all_masters[t].name, app_masters[m]);

        g_test_add_data_func (path, GUINT_TO_POINTER (m), on_all_masters[t].func);
      }
  g_test_add_func ("/rdd/pairs/reduce-nothing", test_reduce_nothing);
  g_test_add_func ("/rdd/pairs/large-groups", test_large_groups);
  g_test_add_func ("/rdd/pairs/key-larger-than-memory", test_a_key_larger_than_memory);
  g_test_add_func ("/rdd/pairs/join-stages", test_join_stages);
  g_test_add_func ("/rdd/pairs/choice", test_choice);
  g_test_add_func ("/rdd/pairs/drawings", test_drawings);
  g_test_add_func ("/rdd/pairs/recovery", test_recovery);
  g_test_add_func ("/rdd/pairs/spill-join", test_spill_join);
  return g_test_run ();
}
