/* test_binary_curve.c - areas under curves of counted scores; bins; classes that are missing. */
#include "mllib/evaluation/binary_curve.h"

#include "core/data/builder.h"

#include <math.h>

/* (score, positives, negatives) from (score, label) rows, scores falling, one batch. */
static GPtrArray *
counts (guint n, const double (*rows)[3])
{
  g_autoptr (RushSchema) schema =
      rush_schema_of ("s", &RUSH_FLOAT64, "p", &RUSH_FLOAT64, "n", &RUSH_FLOAT64, NULL);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());
  GPtrArray *batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  RushBatch *batch;

  for (guint i = 0; i < n; i++)
    {
      for (guint c = 0; c < 3; c++)
        rush_batch_builder_append_double (builder, c, rows[i][c], NULL);
      rush_batch_builder_end_row (builder);
    }
  batch = rush_batch_builder_finish (builder, NULL);
  if (batch != NULL)
    g_ptr_array_add (batches, batch);
  return batches;
}

static void
test_areas (void)
{
  static const double rows[][3] = { { .9, 1, 0 }, { .7, 1, 1 }, { .4, 1, 0 }, { .1, 0, 1 } };
  g_autoptr (GPtrArray) batches = counts (4, rows);
  RushBinaryCurve curve;

  rush_binary_curve_init (&curve, batches, 0);
  g_assert_cmpfloat (curve.positives, ==, 3);
  g_assert_cmpfloat (curve.negatives, ==, 2);
  g_assert_cmpuint (curve.points->len, ==, 4);
  /* steps up, a slope where two share a score: 0.75 of six pairs are in order, one is a tie */
  g_assert_cmpfloat_with_epsilon (rush_binary_curve_area_under_roc (&curve), 4.5 / 6, 1e-12);
  g_assert_cmpfloat (rush_binary_curve_area_under_pr (&curve), >, 0.7);
  rush_binary_curve_clear (&curve);
}

static void
test_bins (void)
{
  double rows[100][3];
  RushBinaryCurve curve;

  for (guint i = 0; i < 100; i++)
    {
      rows[i][0] = 100 - i;
      rows[i][1] = i < 50;
      rows[i][2] = i >= 50;
    }
  g_autoptr (GPtrArray) batches = counts (100, rows);
  rush_binary_curve_init (&curve, batches, 10);
  g_assert_cmpuint (curve.points->len, ==, 10);
  g_assert_cmpfloat (rush_binary_curve_area_under_roc (&curve), ==, 1);
  rush_binary_curve_clear (&curve);
}

static void
test_one_class (void)
{
  static const double rows[][3] = { { .9, 1, 0 }, { .7, 1, 0 } };
  g_autoptr (GPtrArray) batches = counts (2, rows);
  g_autoptr (GPtrArray) none = counts (0, rows);
  RushBinaryCurve curve;

  rush_binary_curve_init (&curve, batches, 0);
  g_assert_cmpfloat (rush_binary_curve_area_under_roc (&curve), ==, 1);
  rush_binary_curve_clear (&curve);
  rush_binary_curve_init (&curve, none, 0);
  g_assert_true (isnan (rush_binary_curve_area_under_pr (&curve)));
  rush_binary_curve_clear (&curve);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/binary-curve/areas", test_areas);
  g_test_add_func ("/binary-curve/bins", test_bins);
  g_test_add_func ("/binary-curve/one-class", test_one_class);
  return g_test_run ();
}
