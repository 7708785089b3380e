/* What a lineage looks like: the drawings of real Spark (tests/data/debug_strings.txt) must come
 * out of the same graphs. */
#include "fake_rdd.h"

#include <string.h>

/* The drawing named @name, without a newline at its end. */
static char *
expected_drawing (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "debug_strings.txt", NULL);
  g_autofree char *heading = g_strdup_printf ("== %s\n", name);
  g_autofree char *text = NULL;
  const char *start, *end;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  start = strstr (text, heading);
  g_assert_nonnull (start);
  start += strlen (heading);
  end = strstr (start, "\n== ");
  return end != NULL ? g_strndup (start, end - start) : g_strndup (start, strlen (start) - 1);
}

/* The program that made the drawings names RDDs in one context; a test that needs fewer of them
 * skips the numbers that the others took. */
static RushLineage *
lineage_at (gint next_rdd_id)
{
  RushLineage *lineage = rush_lineage_new ();

  while (next_rdd_id-- > 0)
    rush_lineage_next_rdd_id (lineage);
  return lineage;
}

static void
assert_drawn (RushRdd *rdd, const char *name)
{
  g_autofree char *expected = expected_drawing (name);
  g_autoptr (GError) error = NULL;
  g_autofree char *drawn = rush_rdd_to_debug_string (rdd, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (drawn, ==, expected);
}

static RushRdd *
cogroup (RushRdd *a, gboolean shuffle_a, RushRdd *b, gboolean shuffle_b, guint n)
{
  g_autoptr (RushPartitioner) partitioner = rush_hash_partitioner_new (n, 0);

  return fake_rdd_new (a->lineage, &fake_cogroup_class, "join", n,
                       shuffle_a ? rush_dependency_shuffle (a, partitioner, a->schema)
                                 : rush_dependency_one_to_one (a),
                       shuffle_b ? rush_dependency_shuffle (b, partitioner, b->schema)
                                 : rush_dependency_one_to_one (b),
                       NULL);
}

/* cogroup, flatten, map: the three RDDs of a join. */
static RushRdd *
join (RushRdd *a, gboolean shuffle_a, RushRdd *b, gboolean shuffle_b, guint n)
{
  g_autoptr (RushRdd) grouped = cogroup (a, shuffle_a, b, shuffle_b, n);
  g_autoptr (RushRdd) flat = fake_map (grouped, "join");

  return fake_map (flat, "join");
}

static void
test_word_count (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushRdd) file = fake_rdd_new (lineage, &fake_hadoop_class, "textFile", 2, NULL);
  g_autoptr (RushRdd) lines = fake_map (file, "textFile");
  g_autoptr (RushRdd) words = fake_map (lines, "flatMap");
  g_autoptr (RushRdd) pairs = fake_map (words, "map");
  g_autoptr (RushRdd) counts = fake_shuffled (pairs, "reduceByKey", 2);

  rush_rdd_set_name (file, "/tmp/lines.txt");
  rush_rdd_set_name (lines, "/tmp/lines.txt");
  assert_drawn (counts, "word count");
}

static void
test_union (void)
{
  g_autoptr (RushLineage) lineage = lineage_at (5);
  g_autoptr (RushRdd) a = fake_rdd_new (lineage, &fake_parallel_class, "parallelize", 3, NULL);
  g_autoptr (RushRdd) b = fake_rdd_new (lineage, &fake_parallel_class, "parallelize", 12, NULL);
  g_autoptr (RushRdd) both =
      fake_rdd_new (lineage, &fake_union_class, "union", 15, rush_dependency_range (a, 0, 0, 3),
                    rush_dependency_range (b, 0, 3, 12), NULL);

  assert_drawn (both, "union");
}

typedef struct
{
  RushLineage *lineage;
  RushRdd *a, *b, *pairs_a, *pairs_b, *left, *right;
} Sides;

static void
sides_init (Sides *self)
{
  self->lineage = lineage_at (5);
  self->a = fake_rdd_new (self->lineage, &fake_parallel_class, "parallelize", 3, NULL);
  self->b = fake_rdd_new (self->lineage, &fake_parallel_class, "parallelize", 12, NULL);
  rush_lineage_next_rdd_id (self->lineage); /* the union */
  self->pairs_a = fake_map (self->a, "map");
  self->pairs_b = fake_map (self->b, "map");
  self->left = fake_shuffled (self->pairs_a, "partitionBy", 4);
  self->right = fake_shuffled (self->pairs_b, "partitionBy", 4);
}

static void
sides_clear (Sides *self)
{
  rush_rdd_unref (self->a);
  rush_rdd_unref (self->b);
  rush_rdd_unref (self->pairs_a);
  rush_rdd_unref (self->pairs_b);
  rush_rdd_unref (self->left);
  rush_rdd_unref (self->right);
  rush_lineage_unref (self->lineage);
}

static void
test_joins (void)
{
  Sides s;

  sides_init (&s);
  {
    g_autoptr (RushRdd) both = join (s.left, FALSE, s.right, FALSE, 4);
    g_autoptr (RushRdd) half = join (s.left, FALSE, s.pairs_b, TRUE, 4);
    g_autoptr (RushRdd) none = join (s.pairs_a, TRUE, s.pairs_b, TRUE, 12);

    assert_drawn (both, "co-partitioned join");
    assert_drawn (half, "half co-partitioned join");
    assert_drawn (none, "join");
  }
  sides_clear (&s);
}

static void
test_two_shuffles (void)
{
  Sides s;

  sides_init (&s);
  for (guint taken = 12; taken <= 20; taken++)
    rush_lineage_next_rdd_id (s.lineage); /* the joins */
  {
    g_autoptr (RushRdd) named = fake_map (s.left, "mapValues");
    g_autoptr (RushRdd) reduced = fake_shuffled (s.pairs_a, "reduceByKey", 120);
    g_autoptr (RushRdd) both = fake_rdd_new (s.lineage, &fake_union_class, "union", 124,
                                             rush_dependency_range (named, 0, 0, 4),
                                             rush_dependency_range (reduced, 0, 4, 120), NULL);
    g_autoptr (RushRdd) swapped = fake_map (both, "map");
    g_autoptr (RushRdd) grouped = fake_shuffled (swapped, "groupByKey", 5);

    rush_rdd_set_name (named, "ids");
    assert_drawn (grouped, "two shuffles");
  }
  sides_clear (&s);
}

static gboolean
no_partitions (RushRdd *self, guint *out_n, GError **error)
{
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND, "no such file");
  return FALSE;
}

static void
test_error (void)
{
  static const RushRddClass broken_class = { .name = "HadoopRDD", .partitions = no_partitions };
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushRdd) file = fake_rdd_new (lineage, &broken_class, "textFile", 0, NULL);
  g_autoptr (RushRdd) counts = fake_shuffled (file, "reduceByKey", 2);
  RushRdd *both[] = { file, counts };

  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (rush_rdd_to_debug_string (both[i], &error));
      g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lineage/debug-string/word-count", test_word_count);
  g_test_add_func ("/lineage/debug-string/union", test_union);
  g_test_add_func ("/lineage/debug-string/joins", test_joins);
  g_test_add_func ("/lineage/debug-string/two-shuffles", test_two_shuffles);
  g_test_add_func ("/lineage/debug-string/error", test_error);
  return g_test_run ();
}
