/* The graph of RDDs: construction, narrow parents, partition counts, scopes, and an end that does
 * not recurse however long the lineage is. */
#include "fake_rdd.h"

#include <pthread.h>
#include <string.h>

#define DEEP 100000

static void
test_deep_unref (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  guint before = fake_n_finalized;
  RushRdd *last = fake_rdd_new (lineage, &fake_parallel_class, "parallelize", 1, NULL);

  for (guint i = 0; i < DEEP; i++)
    {
      RushRdd *next =
          i % 100 == 0 ? fake_shuffled (last, "reduceByKey", 1) : fake_map (last, "map");

      rush_rdd_unref (last);
      last = next;
    }
  rush_rdd_unref (last);
  g_assert_cmpuint (fake_n_finalized - before, ==, DEEP + 1);
}

static void
test_deep_count (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  RushRdd *last = fake_rdd_new (lineage, &fake_parallel_class, "parallelize", 3, NULL);
  g_autoptr (GError) error = NULL;
  guint n = 0;

  for (guint i = 0; i < DEEP; i++)
    {
      RushRdd *next = fake_map (last, "map");

      rush_rdd_unref (last);
      last = next;
    }
  g_assert_true (rush_rdd_n_partitions (last, &n, &error));
  g_assert_cmpuint (n, ==, 3);
  rush_rdd_unref (last);
}

/* @n maps over a source; an iterator over its first partition, if it is one. */
static gboolean
can_compute_maps (guint n, GError **error)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  RushRdd *last = fake_rdd_new (lineage, &fake_parallel_class, "parallelize", 1, NULL);

  for (guint i = 0; i < n; i++)
    {
      RushRdd *next = fake_map (last, "map");

      rush_rdd_unref (last);
      last = next;
    }
  g_autoptr (RushIterator) rows = rush_rdd_iterator (last, 0, ctx, error);
  rush_rdd_unref (last);
  g_assert_cmpuint (ctx->depth, ==, 0);
  return rows != NULL;
}

/* The steps of a task call each other: more of them than a stack holds are an error, not a crash.
 */
static void
test_deep_compute (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (can_compute_maps (10000, &error));
  g_assert_no_error (error);
  g_assert_false (can_compute_maps (DEEP, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "narrow steps"));
}

/* The last ref may be one on a parent, a dependency or a child: who is still held stays. */
static void
test_partial_unref (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  guint before = fake_n_finalized;
  RushRdd *source = fake_rdd_new (lineage, &fake_parallel_class, "parallelize", 1, NULL);
  RushRdd *mapped = fake_map (source, "map");
  RushDependency *dep = rush_dependency_ref (mapped->dependencies[0]);

  rush_rdd_unref (source);
  rush_rdd_unref (mapped);
  g_assert_cmpuint (fake_n_finalized - before, ==, 1);
  g_assert_true (dep->rdd->klass == &fake_parallel_class);
  rush_dependency_unref (dep);
  g_assert_cmpuint (fake_n_finalized - before, ==, 2);
}

static void
test_count_once (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushRdd) source = fake_rdd_new (lineage, &fake_parallel_class, "parallelize", 4, NULL);
  g_autoptr (RushRdd) mapped = fake_map (source, "map");
  g_autoptr (RushRdd) shuffled = fake_shuffled (mapped, "reduceByKey", 7);
  guint before = fake_n_counts;
  guint n = 0;

  /* Behind a shuffle nobody is asked. */
  g_assert_true (rush_rdd_n_partitions (shuffled, &n, NULL));
  g_assert_cmpuint (n, ==, 7);
  g_assert_cmpuint (fake_n_counts - before, ==, 1);
  g_assert_true (rush_rdd_n_partitions (mapped, &n, NULL));
  g_assert_true (rush_rdd_n_partitions (mapped, &n, NULL));
  g_assert_true (rush_rdd_n_partitions (source, &n, NULL));
  g_assert_cmpuint (n, ==, 4);
  g_assert_cmpuint (fake_n_counts - before, ==, 2);
}

/* Two sources behind shuffles, one of them read twice: all are asked, each once. */
static void
test_count_lineage (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushRdd) one = fake_rdd_new (lineage, &fake_parallel_class, "parallelize", 4, NULL);
  g_autoptr (RushRdd) two = fake_rdd_new (lineage, &fake_hadoop_class, "textFile", 3, NULL);
  g_autoptr (RushRdd) sums = fake_shuffled (one, "reduceByKey", 7);
  g_autoptr (RushRdd) groups = fake_shuffled (one, "groupByKey", 7);
  g_autoptr (RushRdd) lines = fake_shuffled (two, "partitionBy", 7);
  g_autoptr (RushRdd) all =
      fake_rdd_new (lineage, &fake_cogroup_class, "cogroup", 7, rush_dependency_one_to_one (sums),
                    rush_dependency_one_to_one (groups), rush_dependency_one_to_one (lines), NULL);
  guint before = fake_n_counts;
  guint n = 0;

  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (rush_rdd_count_lineage (all, &n, NULL));
      g_assert_cmpuint (n, ==, 7);
      g_assert_cmpuint (fake_n_counts - before, ==, 6);
    }
}

static void
test_deep_count_lineage (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  RushRdd *last = fake_rdd_new (lineage, &fake_parallel_class, "parallelize", 3, NULL);
  guint before = fake_n_counts;
  guint n = 0;

  for (guint i = 0; i < DEEP; i++)
    {
      RushRdd *next = i % 2 == 0 ? fake_shuffled (last, "reduceByKey", 2) : fake_map (last, "map");

      rush_rdd_unref (last);
      last = next;
    }
  g_assert_true (rush_rdd_count_lineage (last, &n, NULL));
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (fake_n_counts - before, ==, DEEP / 2 + 1); /* a map counts as its parent */
  rush_rdd_unref (last);
}

static gboolean
fail_twice (RushRdd *self, guint *out_n, GError **error)
{
  static guint calls;

  if (++calls <= 2)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND, "call %u", calls);
      return FALSE;
    }
  *out_n = 2;
  return TRUE;
}

static void
test_count_error (void)
{
  static const RushRddClass broken_class = { .name = "HadoopRDD", .partitions = fail_twice };
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushRdd) source = fake_rdd_new (lineage, &broken_class, "textFile", 0, NULL);
  g_autoptr (RushRdd) mapped = fake_map (source, "map");
  guint n = 99;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (rush_rdd_n_partitions (mapped, &n, &error));
      g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND);
      g_assert_cmpuint (n, ==, 99);
    }
  /* A failure is not remembered: the file may have come. */
  g_assert_true (rush_rdd_n_partitions (mapped, &n, NULL));
  g_assert_cmpuint (n, ==, 2);
}

static void
even_parents (const RushDependency *self, guint split, GArray *out)
{
  guint first = 2 * split, second = 2 * split + 1;

  g_array_append_val (out, first);
  g_array_append_val (out, second);
}

static void
assert_parents (const RushDependency *dep, guint split, guint n, guint first)
{
  g_autoptr (GArray) parents = g_array_new (FALSE, FALSE, sizeof (guint));

  rush_dependency_parents (dep, split, parents);
  g_assert_cmpuint (parents->len, ==, n);
  if (n > 0)
    g_assert_cmpuint (g_array_index (parents, guint, 0), ==, first);
}

static void
count_free (gpointer data)
{
  ++*(guint *)data;
}

static gboolean
no_file (RushRdd *self, guint *out_n, GError **error)
{
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND, "the folder is gone");
  return FALSE;
}

/* Only who counts the lineage finds out what is wrong behind a shuffle. */
static void
test_count_lineage_error (void)
{
  static const RushRddClass missing_class = { .name = "HadoopRDD", .partitions = no_file };
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushRdd) source = fake_rdd_new (lineage, &missing_class, "textFile", 0, NULL);
  g_autoptr (RushRdd) shuffled = fake_shuffled (source, "reduceByKey", 7);
  g_autoptr (GError) error = NULL;
  guint n = 99;

  g_assert_false (rush_rdd_count_lineage (shuffled, &n, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND);
  g_assert_cmpuint (n, ==, 99);
  g_assert_true (rush_rdd_n_partitions (shuffled, &n, NULL));
  g_assert_cmpuint (n, ==, 7);
}

static void
test_parents (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushRdd) source = fake_rdd_new (lineage, &fake_parallel_class, "parallelize", 4, NULL);
  g_autoptr (RushDependency) same = rush_dependency_one_to_one (source);
  g_autoptr (RushDependency) range = rush_dependency_range (source, 0, 10, 4);
  guint freed = 0;
  RushDependency *custom = rush_dependency_custom (source, even_parents, &freed, count_free);

  assert_parents (same, 3, 1, 3);
  assert_parents (range, 9, 0, 0);
  assert_parents (range, 10, 1, 0);
  assert_parents (range, 13, 1, 3);
  assert_parents (range, 14, 0, 0);
  assert_parents (custom, 1, 2, 2);
  rush_dependency_unref (custom);
  g_assert_cmpuint (freed, ==, 1);
}

/* RDD.getOutputDeterministicLevel, and isBarrier. */
static void
test_inherited (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushRdd) source = fake_rdd_new (lineage, &fake_parallel_class, "parallelize", 4, NULL);
  g_autoptr (RushRdd) mapped = fake_map (source, "map");
  g_autoptr (RushRdd) shuffled = fake_shuffled (mapped, "reduceByKey", 7);
  g_autoptr (RushRdd) again = fake_shuffled (shuffled, "reduceByKey", 7);
  g_autoptr (RushRdd) sampled = fake_map (source, "sample");

  g_assert_cmpint (mapped->determinism, ==, RUSH_DETERMINATE);
  g_assert_cmpint (shuffled->determinism, ==, RUSH_UNORDERED);
  g_assert_cmpint (again->determinism, ==, RUSH_UNORDERED);
  sampled->determinism = RUSH_INDETERMINATE;
  sampled->barrier = TRUE;
  {
    g_autoptr (RushRdd) below = fake_map (sampled, "map");
    g_autoptr (RushRdd) reduced = fake_shuffled (sampled, "reduceByKey", 2);
    g_autoptr (RushRdd) mixed = fake_rdd_new (lineage, &fake_union_class, "union", 8,
                                              rush_dependency_range (mapped, 0, 0, 4),
                                              rush_dependency_range (sampled, 0, 4, 4), NULL);

    g_assert_cmpint (below->determinism, ==, RUSH_INDETERMINATE);
    g_assert_cmpint (reduced->determinism, ==, RUSH_INDETERMINATE);
    g_assert_cmpint (mixed->determinism, ==, RUSH_INDETERMINATE);
    g_assert_true (below->barrier);
    g_assert_false (reduced->barrier);
    g_assert_true (mixed->barrier);
  }
}

static void
test_names (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushRdd) source =
      fake_rdd_new (lineage, &fake_parallel_class, "parallelize at app.py:3", 4, NULL);
  g_autofree char *plain = rush_rdd_to_string (source);
  g_autofree char *named = NULL;
  g_autofree char *none = rush_rdd_dup_name (source);

  g_assert_cmpstr (plain, ==, "ParallelCollectionRDD[0] at parallelize at app.py:3");
  g_assert_null (none);
  rush_rdd_set_name (source, "numbers");
  named = rush_rdd_to_string (source);
  g_assert_cmpstr (named, ==, "numbers ParallelCollectionRDD[0] at parallelize at app.py:3");
}

static void
test_scopes (void)
{
  g_assert_cmpstr (rush_lineage_current_operator (), ==, "");
  rush_lineage_push_call ("reduceByKey", "reduceByKey at app.py:9", "main app.py:9");
  rush_lineage_push_call ("mapPartitions", "mapPartitions at rdd.py:1", "");
  g_assert_cmpstr (rush_lineage_current_operator (), ==, "reduceByKey");
  g_assert_cmpstr (rush_lineage_current_short_form (), ==, "reduceByKey at app.py:9");
  g_assert_cmpstr (rush_lineage_current_long_form (), ==, "main app.py:9");
  {
    g_autoptr (RushLineage) lineage = rush_lineage_new ();
    g_autoptr (RushRdd) rdd = fake_rdd_new (lineage, &fake_parallel_class, "inner", 1, NULL);

    g_assert_cmpstr (rdd->operator_name, ==, "reduceByKey");
    g_assert_cmpstr (rdd->call_site.short_form, ==, "reduceByKey at app.py:9");
    g_assert_cmpstr (rdd->call_site.long_form, ==, "main app.py:9");
  }
  rush_lineage_pop_call ();
  g_assert_cmpstr (rush_lineage_current_operator (), ==, "reduceByKey");
  rush_lineage_pop_call ();
  g_assert_cmpstr (rush_lineage_current_short_form (), ==, "");
  g_assert_cmpstr (rush_lineage_current_long_form (), ==, "");
}

static void *
scope_of_another_thread (void *data)
{
  g_assert_cmpstr (rush_lineage_current_operator (), ==, "");
  rush_lineage_push_call ("other", "other", "");
  g_assert_cmpstr (rush_lineage_current_operator (), ==, "other");
  rush_lineage_pop_call ();
  return NULL;
}

static void
test_scopes_per_thread (void)
{
  pthread_t thread;

  rush_lineage_push_call ("mine", "mine", "");
  g_assert_cmpint (pthread_create (&thread, NULL, scope_of_another_thread, NULL), ==, 0);
  g_assert_cmpint (pthread_join (thread, NULL), ==, 0);
  g_assert_cmpstr (rush_lineage_current_operator (), ==, "mine");
  rush_lineage_pop_call ();
}

static void
note_dropped (RushDroppedKind kind, gint shuffle_id, gpointer data)
{
  g_assert_cmpint (kind, ==, RUSH_DROPPED_SHUFFLE);
  g_array_append_val ((GArray *)data, shuffle_id);
}

/* The last ref on a dependency says that its map outputs are of no use any more. */
static void
test_shuffle_dropped (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (GArray) dropped = g_array_new (FALSE, FALSE, sizeof (gint));
  RushRdd *source = fake_rdd_new (lineage, &fake_parallel_class, "parallelize", 4, NULL);
  RushRdd *first = fake_shuffled (source, "reduceByKey", 7);
  RushRdd *second = fake_shuffled (first, "reduceByKey", 3);
  RushDependency *held = rush_dependency_ref (second->dependencies[0]);

  rush_lineage_set_dropped (lineage, note_dropped, dropped);
  g_assert_cmpint (first->dependencies[0]->shuffle_id, ==, 0);
  g_assert_cmpint (held->shuffle_id, ==, 1);
  rush_rdd_unref (source);
  rush_rdd_unref (first);
  rush_rdd_unref (second);
  g_assert_cmpuint (dropped->len, ==, 0);
  rush_dependency_unref (held);
  g_assert_cmpuint (dropped->len, ==, 2);
  g_assert_cmpint (g_array_index (dropped, gint, 0), ==, 1);
  g_assert_cmpint (g_array_index (dropped, gint, 1), ==, 0);

  rush_lineage_set_dropped (lineage, NULL, NULL);
  source = fake_rdd_new (lineage, &fake_parallel_class, "parallelize", 4, NULL);
  first = fake_shuffled (source, "reduceByKey", 7);
  rush_rdd_unref (source);
  rush_rdd_unref (first);
  g_assert_cmpuint (dropped->len, ==, 2);
}

/* ---- check ---- */

static guint n_checks;

static gboolean
refuse (RushRdd *self, GError **error)
{
  n_checks++;
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_JOB_ABORTED, "taken away");
  return FALSE;
}

static gboolean
agree (RushRdd *self, GError **error)
{
  n_checks++;
  return TRUE;
}

/* What is behind a shuffle is another stage's, and nobody is asked twice. */
static void
test_check_stage (void)
{
  RushRddClass refusing = fake_parallel_class, agreeing = fake_parallel_class;
  refusing.check = refuse;
  agreeing.check = agree;
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushRdd) bad = fake_rdd_new (lineage, &refusing, "parallelize", 1, NULL);
  g_autoptr (RushRdd) good = fake_rdd_new (lineage, &agreeing, "parallelize", 1, NULL);
  g_autoptr (RushRdd) mapped = fake_map (bad, "map");
  g_autoptr (RushRdd) shuffled = fake_shuffled (mapped, "reduceByKey", 1);
  g_autoptr (RushRdd) joined =
      fake_rdd_new (lineage, &fake_union_class, "union", 3, rush_dependency_one_to_one (good),
                    rush_dependency_one_to_one (shuffled), rush_dependency_one_to_one (good), NULL);
  g_autoptr (GError) error = NULL;

  n_checks = 0;
  g_assert_true (rush_rdd_check_stage (joined, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n_checks, ==, 1);
  g_assert_false (rush_rdd_check_stage (mapped, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_JOB_ABORTED);
  g_assert_cmpuint (n_checks, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lineage/rdd/deep/unref", test_deep_unref);
  g_test_add_func ("/lineage/rdd/deep/count", test_deep_count);
  g_test_add_func ("/lineage/rdd/deep/compute", test_deep_compute);
  g_test_add_func ("/lineage/rdd/partial-unref", test_partial_unref);
  g_test_add_func ("/lineage/rdd/count/once", test_count_once);
  g_test_add_func ("/lineage/rdd/count/error", test_count_error);
  g_test_add_func ("/lineage/rdd/count-lineage/once", test_count_lineage);
  g_test_add_func ("/lineage/rdd/count-lineage/deep", test_deep_count_lineage);
  g_test_add_func ("/lineage/rdd/count-lineage/error", test_count_lineage_error);
  g_test_add_func ("/lineage/rdd/check-stage", test_check_stage);
  g_test_add_func ("/lineage/rdd/parents", test_parents);
  g_test_add_func ("/lineage/rdd/inherited", test_inherited);
  g_test_add_func ("/lineage/rdd/names", test_names);
  g_test_add_func ("/lineage/rdd/scopes", test_scopes);
  g_test_add_func ("/lineage/rdd/scopes/per-thread", test_scopes_per_thread);
  g_test_add_func ("/lineage/rdd/shuffle-dropped", test_shuffle_dropped);
  return g_test_run ();
}
