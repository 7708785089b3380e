/* A program in C loads a plug-in, and its transformations use what is in there. */
#include "app.h"

#include "rdd/action/collect.h"
#include "rdd/transform/combine_by_key.h"
#include "rdd/transform/partition_by.h"

#include <string.h>

static const char *path;

static void
test_transformations_take_parts (void)
{
  RushContext *sc = app_new_with ("local[2]", "spark.rushlight.plugins", path, NULL);
  g_autoptr (RushRdd) pairs = app_pairs (sc, "a=1 b=2 a=3 c=4", 2);
  g_autoptr (RushRdd) placed = rush_rdd_partition_by (pairs, 2);
  g_autoptr (RushRdd) sums = rush_rdd_reduce_by_key (pairs, RUSH_SUM, 2, NULL);
  g_autofree char *layout = app_layout (sc, placed);

  g_assert_cmpstr (layout, ==, "|a,1 b,2 a,3 c,4");
  app_assert_sorted (sc, sums, "a,3 b,2 c,4");
  g_assert_nonnull (rush_plugins_find (rush_context_plugins (sc), "combiner"));
  app_free (sc);
}

static void
test_other_contexts_do_not (void)
{
  RushContext *sc = app_new (0);
  g_autoptr (RushRdd) pairs = app_pairs (sc, "a=1 b=2 a=3", 2);
  g_autoptr (RushRdd) sums = rush_rdd_reduce_by_key (pairs, RUSH_SUM, 2, NULL);

  app_assert_sorted (sc, sums, "a,4 b,2");
  app_free (sc);
}

static void
test_rows_go_nowhere_but_to_partitions_that_are_there (void)
{
  RushContext *sc = app_new_with ("local[1]", "spark.rushlight.plugins", path, NULL);
  g_autoptr (RushRdd) pairs = app_pairs (sc, "a=1", 1);
  g_autoptr (RushRdd) placed = rush_rdd_partition_by (pairs, 3);

  g_autoptr (GError) error = NULL;

  g_assert_null (rush_rdd_collect (sc, placed, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message,
                            "The rule \"last\" puts a row into partition 3 of 3: it "
                            "must give each row a number from 0 to 2."));
  app_free (sc);
}

static void
test_a_context_without_its_plugin_is_none (void)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (rush_conf_set (conf, "spark.master", "local[1]", NULL));
  g_assert_true (rush_conf_set (conf, "spark.rushlight.plugins", "/nowhere/x.so", NULL));
  g_assert_null (rush_context_new (conf, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  path = argv[1];
  g_test_add_func ("/rdd/plugins/transformations", test_transformations_take_parts);
  g_test_add_func ("/rdd/plugins/other_contexts", test_other_contexts_do_not);
  g_test_add_func ("/rdd/plugins/wrong_partition",
                   test_rows_go_nowhere_but_to_partitions_that_are_there);
  g_test_add_func ("/rdd/plugins/missing", test_a_context_without_its_plugin_is_none);
  return g_test_run ();
}
