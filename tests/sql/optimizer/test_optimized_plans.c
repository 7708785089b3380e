/* test_optimized_plans.c - optimized plans, held against those of a real Spark.
 *
 * tests/data/sql/optimizer/plans.txt has small queries, at least one a rule, and all of TPC-H,
 * with the plan that Spark makes of them.  differences.txt names those whose plans differ, and
 * why; they must still be whole.  Whatever the query: the plan is whole after every rule and every
 * batch comes to rest (rush_plan_set_verifying ()), also when it is optimized again; it gives the
 * columns that the analyzed one gives, and no subquery predicate is left in it, with the optimizer
 * on and off.
 */
#include "tests/sql/optimizer/plans.h"

#include <string.h>

typedef struct
{
  char *name, *plan;
} Recorded;

static void
recorded_clear (gpointer data)
{
  Recorded *self = data;

  g_free (self->name);
  g_free (self->plan);
}

static GArray *
read_plans (void)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "data", "sql", "optimizer", "plans.txt", NULL);
  g_autofree char *text = NULL;
  GArray *all = g_array_new (FALSE, FALSE, sizeof (Recorded));

  g_array_set_clear_func (all, recorded_clear);

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_auto (GStrv) records = g_strsplit (text, "-- sql\n", -1);
  for (guint i = 1; records[i] != NULL; i++)
    {
      char *tree = strstr (records[i], "\n-- tree\n");
      g_assert_nonnull (tree);
      Recorded one = { g_strndup (records[i], (gsize)(tree - records[i])),
                       plans_normalised (tree + strlen ("\n-- tree\n")) };
      g_array_append_val (all, one);
    }
  return all;
}

static gboolean
is_known_difference (const char *name)
{
  static char *text = NULL;
  g_autofree char *line = g_strdup_printf ("\n%s\n", name);

  if (text == NULL)
    {
      g_autofree char *path =
          g_test_build_filename (G_TEST_DIST, "data", "sql", "optimizer", "differences.txt", NULL);
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
    }
  return strstr (text, line) != NULL;
}

static void
test_against_spark (void)
{
  g_autoptr (GArray) all = read_plans ();
  guint n_wrong = 0, n_differences = 0;

  for (guint i = 0; i < all->len; i++)
    {
      Recorded *one = &g_array_index (all, Recorded, i);
      g_autofree char *sql = plans_statement (one->name);
      g_autoptr (RushPlan) analyzed = plans_analyze (sql);
      g_autoptr (RushPlan) optimized = plans_optimize (analyzed, TRUE);
      g_autofree char *text = plans_text (optimized);
      gboolean same = strcmp (text, one->plan) == 0;
      gboolean known = is_known_difference (one->name);
      n_differences += known;
      if (same != known)
        continue;
      n_wrong++;
      g_test_message ("%s%s\n-- spark\n%s\n-- rushlight\n%s", one->name,
                      known ? " (is the same now)" : "", one->plan, text);
    }
  g_test_message ("%u plans, %u differ on purpose", all->len, n_differences);
  g_assert_cmpuint (n_wrong, ==, 0);
}

/* ---- what holds for every query ---- */

static gboolean
find_subquery_predicate (const RushExpr *node, gpointer data)
{
  if (node->kind == RUSH_EXPR_EXISTS || node->kind == RUSH_EXPR_IN_SUBQUERY ||
      node->kind == RUSH_EXPR_OUTER ||
      (node->kind == RUSH_EXPR_SCALAR_SUBQUERY && node->n_children > 0))
    *(gboolean *)data = TRUE;
  return FALSE;
}

static gboolean
look_at_node (const RushPlan *node, gpointer data)
{
  rush_plan_visit_expressions (node, find_subquery_predicate, data);
  return FALSE;
}

static void
assert_runnable (const RushPlan *plan)
{
  gboolean found = FALSE;

  rush_plan_visit (plan, look_at_node, &found);
  g_assert_false (found);
}

static void
test_properties (void)
{
  g_autoptr (GArray) all = read_plans ();

  for (guint i = 0; i < all->len; i++)
    {
      Recorded *one = &g_array_index (all, Recorded, i);
      g_autofree char *sql = plans_statement (one->name);
      g_autoptr (RushPlan) analyzed = plans_analyze (sql);
      for (guint enabled = 0; enabled < 2; enabled++)
        {
          g_autoptr (RushPlan) optimized = plans_optimize (analyzed, enabled);
          g_autoptr (RushPlan) again = plans_optimize (optimized, enabled);
          assert_runnable (optimized);
          g_assert_cmpuint (optimized->output->n, ==, analyzed->output->n);
          for (guint j = 0; j < analyzed->output->n; j++)
            {
              g_assert_cmpstr (rush_expr_name (optimized->output->items[j]), ==,
                               rush_expr_name (analyzed->output->items[j]));
              g_assert_true (rush_type_same_shape (optimized->output->items[j]->type,
                                                   analyzed->output->items[j]->type));
            }
          assert_runnable (again);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  rush_plan_set_verifying (TRUE);
  g_test_add_func ("/optimizer/against-spark", test_against_spark);
  g_test_add_func ("/optimizer/properties", test_properties);
  return g_test_run ();
}
