/* Rows put into other partitions: coalesce, repartition, zip, cartesian; and the random numbers
 * behind two of them, which are the JVM's. */
#include "app.h"

#include "rdd/random.h"
#include "rdd/transform/cartesian.h"
#include "rdd/transform/coalesce.h"
#include "rdd/transform/filter.h"
#include "rdd/transform/map_partitions.h"
#include "rdd/transform/partition_coalescer.h"
#include "rdd/transform/shuffled.h"
#include "rdd/transform/zip.h"

#include <string.h>

/* ---- random numbers ---- */

static void
test_random (void)
{
  const guint drawn_by_java[] = { 30, 63, 48, 84, 70 }; /* new Random (42).nextInt (100) */
  RushJavaRandom java;
  RushXorShift a, b;

  rush_java_random_init (&java, 42);
  for (guint i = 0; i < G_N_ELEMENTS (drawn_by_java); i++)
    g_assert_cmpuint (rush_java_random_next (&java, 100), ==, drawn_by_java[i]);
  for (guint i = 0; i < 1000; i++)
    g_assert_cmpuint (rush_java_random_next (&java, 1), ==, 0);
  rush_xor_shift_init (&a, 7);
  rush_xor_shift_init (&b, 7);
  for (guint i = 0; i < 1000; i++)
    {
      guint drawn = rush_xor_shift_next (&a, 1000);

      g_assert_cmpuint (drawn, <, 1000);
      g_assert_cmpuint (rush_xor_shift_next (&b, 1000), ==, drawn);
    }
}

/* ---- coalesce ---- */

static void
assert_layout (RushContext *context, RushRdd *rdd, const char *expected)
{
  g_autofree char *layout = app_layout (context, rdd);

  g_assert_cmpstr (layout, ==, expected);
}

static void
test_coalesce (void)
{
  static const struct
  {
    guint parts, wanted;
    const char *expected; /* as Spark has it */
  } cases[] = {
    { 6, 4, "0|1 2|3|4 5" }, { 7, 3, "0 1|2 3|4 5 6" }, { 5, 5, "0|1|2|3|4" }, { 3, 8, "0|1|2" },
    { 1, 1, "0" },           { 4, 1, "0 1 2 3" },
  };

  for (guint m = 0; m < APP_N_MASTERS; m++)
    {
      RushContext *context = app_new (m);

      for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
        {
          g_autoptr (RushRdd) numbers = app_range (context, cases[i].parts, cases[i].parts);
          g_autoptr (RushRdd) fewer = rush_rdd_coalesce (numbers, cases[i].wanted);

          assert_layout (context, fewer, cases[i].expected);
          g_assert_cmpstr (fewer->klass->name, ==, "CoalescedRDD");
        }
      app_free (context);
    }
}

static void
test_coalesce_nothing (void)
{
  RushContext *context = app_new (0);
  g_autoptr (RushRdd) nothing = app_range (context, 0, 0);
  g_autoptr (RushRdd) fewer = rush_rdd_coalesce (nothing, 3);
  guint n;

  g_assert_true (rush_rdd_n_partitions (fewer, &n, NULL));
  g_assert_cmpuint (n, ==, 0);
  app_free (context);
}

/* ---- coalesce with places ---- */

static char **
place_of_split (RushRdd *self, guint split)
{
  static const char *const places[] = { "a", "b", "a", "c", "b", "a", NULL, "c", "a", NULL };

  return places[split] != NULL ? g_strsplit (places[split], ",", -1) : NULL;
}

static gboolean
ten (RushRdd *self, guint *out_n, GError **error)
{
  *out_n = 10;
  return TRUE;
}

static RushIterator *
nothing_at_all (RushRdd *self, guint split, RushTaskContext *ctx, GError **error)
{
  return rush_iterator_empty ();
}

static const RushRddClass placed_class = { .name = "PlacedRDD",
                                           .partitions = ten,
                                           .compute = nothing_at_all,
                                           .preferred_locations = place_of_split };

/* Groups have places, none is empty, and each partition is in one of them; the rule's chance is
 * seeded, so that it is the same each time. */
static void
test_coalesce_near (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushSchema) schema = rush_schema_of ("n", &RUSH_INT64, NULL);
  g_autoptr (RushRdd) placed =
      rush_rdd_alloc (sizeof (RushRdd), &placed_class, lineage, schema, NULL, 0);
  guint seen = 0;

  for (guint n = 1; n <= 12; n++)
    {
      g_autoptr (GPtrArray) groups = rush_coalesce_partitions (placed, n, NULL);
      g_autoptr (GPtrArray) again = rush_coalesce_partitions (placed, n, NULL);
      guint bits = 0, total = 0;

      g_assert_cmpuint (groups->len, ==, MIN (n, 10));
      for (guint i = 0; i < groups->len; i++)
        {
          const RushPartitionGroup *group = g_ptr_array_index (groups, i);
          const RushPartitionGroup *same = g_ptr_array_index (again, i);

          g_assert_nonnull (group->place);
          g_assert_cmpuint (group->parents->len, >, 0);
          g_assert_cmpmem (group->parents->data, group->parents->len * sizeof (guint),
                           same->parents->data, same->parents->len * sizeof (guint));
          total += group->parents->len;
          for (guint j = 0; j < group->parents->len; j++)
            bits |= 1u << g_array_index (group->parents, guint, j);
        }
      g_assert_cmpuint (total, ==, 10);
      g_assert_cmphex (bits, ==, 0x3ff);
      seen++;
    }
  g_assert_cmpuint (seen, ==, 12);
}

/* The scheduler asks through the dependency which partitions a group needs, and where it is. */
static void
test_coalesce_tells (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushSchema) schema = rush_schema_of ("n", &RUSH_INT64, NULL);
  g_autoptr (RushRdd) placed =
      rush_rdd_alloc (sizeof (RushRdd), &placed_class, lineage, schema, NULL, 0);
  g_autoptr (RushRdd) fewer = rush_rdd_coalesce (placed, 3);
  g_autoptr (GArray) parents = g_array_new (FALSE, FALSE, sizeof (guint));
  guint n;

  g_assert_true (rush_rdd_n_partitions (fewer, &n, NULL));
  g_assert_cmpuint (n, ==, 3);
  for (guint split = 0; split < n; split++)
    {
      g_auto (GStrv) places = rush_rdd_preferred_locations (fewer, split);

      g_assert_cmpuint (g_strv_length (places), ==, 1);
      rush_dependency_parents (fewer->dependencies[0], split, parents);
    }
  g_assert_cmpuint (parents->len, ==, 10);
}

/* ---- repartition ---- */

static void
test_repartition (void)
{
  for (guint m = 0; m < APP_N_MASTERS; m++)
    {
      RushContext *context = app_new (m);
      g_autoptr (RushRdd) numbers = app_range (context, 12, 2);
      g_autoptr (RushRdd) dealt = rush_rdd_repartition (numbers, 5, -1);
      g_autoptr (RushRdd) nothing = app_range (context, 0, 0);
      g_autoptr (RushRdd) still_nothing = rush_rdd_repartition (nothing, 3, -1);

      /* Both partitions begin behind 3, which XORShiftRandom (0) and (1) draw below 5. */
      assert_layout (context, dealt, "1 7|2 8|3 9|4 10|0 5 6 11");
      assert_layout (context, still_nothing, "||");
      g_assert_cmpstr (dealt->klass->name, ==, "MapPartitionsRDD");
      app_free (context);
    }
}

static gboolean
is_even (const RushRow *row, gpointer data)
{
  return rush_row_int (row, 0) % 2 == 0;
}

/* A filter leaves a selection behind: rows that it dropped take no position. */
static void
test_repartition_of_a_selection (void)
{
  RushContext *context = app_new (0);
  g_autoptr (RushRdd) numbers = app_range (context, 12, 1);
  g_autoptr (RushRdd) even = rush_rdd_filter (numbers, is_even, NULL, NULL);
  g_autoptr (RushRdd) dealt = rush_rdd_repartition (even, 5, -1);

  assert_layout (context, dealt, "2|4|6|8|0 10");
  app_free (context);
}

static void
test_repartition_determinism (void)
{
  RushContext *context = app_new (0);
  g_autoptr (RushRdd) numbers = app_range (context, 12, 2);
  g_autoptr (RushRdd) once = rush_rdd_repartition (numbers, 3, -1);
  g_autoptr (RushRdd) twice = rush_rdd_repartition (once, 3, -1);

  g_assert_cmpint (once->determinism, ==, RUSH_UNORDERED);
  g_assert_cmpint (twice->determinism, ==, RUSH_INDETERMINATE);
  app_free (context);
}

/* ---- zip ---- */

static void
test_zip (void)
{
  for (guint m = 0; m < APP_N_MASTERS; m++)
    {
      RushContext *context = app_new (m);
      g_autoptr (RushRdd) numbers = app_range (context, 4, 2);
      g_autoptr (RushRdd) pairs = app_pairs (context, "a=1 b=2 c=3 d=4", 2);
      g_autoptr (RushRdd) zipped = rush_rdd_zip (numbers, pairs);

      assert_layout (context, zipped, "0,a,1 1,b,2|2,c,3 3,d,4");
      app_free (context);
    }
}

/* Batches of the two sides end at different rows, and one side has a selection. */
static void
test_zip_out_of_step (void)
{
  RushContext *context = app_new (0);
  g_autoptr (RushRdd) many = app_range (context, 40000, 1);
  g_autoptr (RushRdd) even = rush_rdd_filter (many, is_even, NULL, NULL);
  g_autoptr (RushRdd) half = app_range (context, 20000, 1);
  g_autoptr (RushRdd) zipped = rush_rdd_zip (even, half);
  g_autofree char *layout = app_layout (context, zipped);

  g_assert_true (g_str_has_prefix (layout, "0,0 2,1 4,2 6,3 "));
  g_assert_true (g_str_has_suffix (layout, " 39996,19998 39998,19999"));
  app_free (context);
}

static void
assert_fails (RushContext *context, RushRdd *rdd, const char *pattern)
{
  g_autoptr (GError) error = NULL;
  RushJobWaiter *waiter =
      rush_context_run_job (context, rdd, NULL, 0, rush_collect_batches, NULL, NULL, NULL, &error);

  g_assert_null (waiter);
  g_assert_true (g_pattern_match_simple (pattern, error->message));
}

static void
test_zip_unequal (void)
{
  RushContext *context = app_new (0);
  g_autoptr (RushRdd) four = app_range (context, 4, 2);
  g_autoptr (RushRdd) five = app_range (context, 5, 2);
  g_autoptr (RushRdd) in_three = app_range (context, 4, 3);
  g_autoptr (RushRdd) rows = rush_rdd_zip (four, five);
  g_autoptr (RushRdd) partitions = rush_rdd_zip (four, in_three);

  assert_fails (context, rows, "*same number of elements in each partition*");
  assert_fails (context, partitions, "Can't zip RDDs with unequal numbers of partitions: 2 and 3");
  app_free (context);
}

/* ---- cartesian ---- */

static void
test_cartesian (void)
{
  for (guint m = 0; m < APP_N_MASTERS; m++)
    {
      RushContext *context = app_new (m);
      g_autoptr (RushRdd) numbers = app_range (context, 3, 2);
      g_autoptr (RushRdd) pairs = app_pairs (context, "a=1 -=2 c=3", 2);
      g_autoptr (RushRdd) all = rush_rdd_cartesian (numbers, pairs, NULL);

      assert_layout (context, all,
                     "0,a,1|0,-,2 0,c,3|1,a,1 2,a,1|1,-,2 1,c,3 2,-,2 2,c,3");
      app_free (context);
    }
}

static void
test_cartesian_nothing (void)
{
  RushContext *context = app_new (0);
  g_autoptr (RushRdd) numbers = app_range (context, 3, 2);
  g_autoptr (RushRdd) nothing = app_range (context, 0, 2);
  g_autoptr (RushRdd) none = app_range (context, 0, 0);
  g_autoptr (RushRdd) a = rush_rdd_cartesian (numbers, nothing, NULL);
  g_autoptr (RushRdd) b = rush_rdd_cartesian (nothing, numbers, NULL);
  g_autoptr (RushRdd) c = rush_rdd_cartesian (numbers, none, NULL);
  guint n;

  assert_layout (context, a, "|||");
  assert_layout (context, b, "|||");
  g_assert_true (rush_rdd_n_partitions (c, &n, NULL));
  g_assert_cmpuint (n, ==, 0);
  app_free (context);
}

/* The scheduler places and recomputes by them. */
static void
test_cartesian_parents (void)
{
  RushContext *context = app_new (0);
  g_autoptr (RushRdd) two = app_range (context, 4, 2);
  g_autoptr (RushRdd) three = app_range (context, 4, 3);
  g_autoptr (RushRdd) all = rush_rdd_cartesian (two, three, NULL);
  g_autoptr (GArray) parents = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint split = 0; split < 6; split++)
    {
      g_array_set_size (parents, 0);
      rush_dependency_parents (all->dependencies[0], split, parents);
      rush_dependency_parents (all->dependencies[1], split, parents);
      g_assert_cmpuint (parents->len, ==, 2);
      g_assert_cmpuint (g_array_index (parents, guint, 0), ==, split / 3);
      g_assert_cmpuint (g_array_index (parents, guint, 1), ==, split % 3);
    }
  app_free (context);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rdd/layout/random", test_random);
  g_test_add_func ("/rdd/layout/coalesce", test_coalesce);
  g_test_add_func ("/rdd/layout/coalesce-nothing", test_coalesce_nothing);
  g_test_add_func ("/rdd/layout/coalesce-near", test_coalesce_near);
  g_test_add_func ("/rdd/layout/coalesce-tells", test_coalesce_tells);
  g_test_add_func ("/rdd/layout/repartition", test_repartition);
  g_test_add_func ("/rdd/layout/repartition-selection", test_repartition_of_a_selection);
  g_test_add_func ("/rdd/layout/repartition-determinism", test_repartition_determinism);
  g_test_add_func ("/rdd/layout/zip", test_zip);
  g_test_add_func ("/rdd/layout/zip-out-of-step", test_zip_out_of_step);
  g_test_add_func ("/rdd/layout/zip-unequal", test_zip_unequal);
  g_test_add_func ("/rdd/layout/cartesian", test_cartesian);
  g_test_add_func ("/rdd/layout/cartesian-nothing", test_cartesian_nothing);
  g_test_add_func ("/rdd/layout/cartesian-parents", test_cartesian_parents);
  return g_test_run ();
}
