/* test_tree_aggregate.c - one pass over instances: blocks, trees of states, summaries.
 *
 *   normal    sums over dense and sparse rows, with and without weights; deep trees
 *   empty     a partition without rows, no rows at all
 *   nulls     a null vector, a NaN label: errors with Spark's words
 *   skew      all rows in one of many partitions
 *   error     a function that fails ends the job
 */
#include "mllib/aggregate/instance_summary.h"

#include "points.h"
#include "core/data/builder.h"
#include "rdd/source/parallelize.h"

#include <math.h>
#include <string.h>

/* ---- instances: label i, weight 1 or 2, features [i, 10 i] ---- */

typedef struct
{
  guint n;
  guint n_partitions;
  gboolean sparse;   /* the first feature is not stored: 0 */
  gboolean one_side; /* all rows in the last partition */
  gint null_row;     /* −1: none */
  gint nan_row;
} Shape;

static RushBatch *
instances_batch (RushSchema *schema, const Shape *shape, guint partition)
{
  RushAllocator *system = rush_allocator_system ();
  g_autoptr (RushVectorBuilder) vectors = rush_vector_builder_new (system);
  g_autoptr (RushColumnBuilder) labels = rush_column_builder_new (&RUSH_FLOAT64, system);
  g_autoptr (RushColumnBuilder) weights = rush_column_builder_new (&RUSH_FLOAT64, system);
  guint rows = 0;

  for (guint i = 0; i < shape->n; i++)
    {
      const gint32 place = 1;
      const double values[2] = { i, 10.0 * i };

      if ((shape->one_side ? shape->n_partitions - 1 : i % shape->n_partitions) != partition)
        continue;
      rows++;
      rush_column_builder_append_double (labels, (gint)i == shape->nan_row ? NAN : i, NULL);
      rush_column_builder_append_double (weights, i % 2 + 1, NULL);
      if ((gint)i == shape->null_row)
        rush_vector_builder_append_null (vectors);
      else if (shape->sparse)
        rush_vector_builder_append_sparse (vectors, 9, 1, &place, values + 1);
      else
        memcpy (rush_vector_builder_append_dense (vectors, 2), values, sizeof values);
    }
  RushColumn *columns[] = { rush_column_builder_finish (labels),
                            rush_column_builder_finish (weights),
                            rush_vector_builder_finish (vectors, NULL) };
  return rush_batch_new (schema, rows, columns);
}

static RushRdd *
instances_rdd (RushContext *context, const Shape *shape)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("label", &RUSH_FLOAT64, "weight", &RUSH_FLOAT64,
                                                  "features", rush_vector_type (), NULL);
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);

  for (guint p = 0; p < shape->n_partitions; p++)
    {
      GPtrArray *batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);

      g_ptr_array_add (batches, instances_batch (schema, shape, p));
      g_ptr_array_add (all, batches);
    }
  return rush_rdd_parallelize (rush_context_lineage (context), schema,
                               (GPtrArray *const *)all->pdata, shape->n_partitions);
}

/* ---- a pass: [rows, Σ weight × label, Σ of the second feature, times released] ---- */

static guint released;

static void
release (gpointer data)
{
  released++;
}

static gboolean
add_block (double *state, const RushInstanceBlock *block, RushTaskContext *ctx, gpointer data,
           GError **error)
{
  g_autofree double *ones = g_new (double, block->n_rows);
  double sums[9] = { 0 };

  if (data != NULL && block->labels[0] == 0)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT, "cannot add");
      return FALSE;
    }
  for (guint i = 0; i < block->n_rows; i++)
    {
      ones[i] = 1;
      state[1] += rush_instance_weight (block, i) * block->labels[i];
    }
  state[0] += block->n_rows;
  rush_instance_block_add_rows (block, ones, sums);
  state[2] += sums[1];
  return TRUE;
}

static double *
run_pass (RushContext *context, const Shape *shape, guint depth, gboolean fails, GError **error)
{
  g_autoptr (RushRdd) rdd = instances_rdd (context, shape);
  RushInstances instances = { .context = context,
                              .rdd = rdd,
                              .columns = { 0, 1, 2, RUSH_CHECK_LABELS } };
  RushTreeAggregate what = { .where = "Test.scala",
                             .n = 3,
                             .depth = depth,
                             .on_executor = TRUE,
                             .data = fails ? &released : NULL,
                             .free_data = release,
                             .add = add_block };

  return rush_tree_aggregate (&instances, &what, NULL, error);
}

static void
assert_sums (guint master, const Shape *shape, guint depth)
{
  RushContext *context = app_new (master);
  g_autoptr (GError) error = NULL;
  g_autofree double *state = run_pass (context, shape, depth, FALSE, &error);
  double rows = 0, labels = 0, second = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < shape->n; i++)
    {
      rows++;
      labels += (i % 2 + 1) * (double)i;
      second += 10.0 * i;
    }
  g_assert_cmpfloat (state[0], ==, rows);
  g_assert_cmpfloat (state[1], ==, labels);
  g_assert_cmpfloat (state[2], ==, second);
  g_assert_cmpuint (app_n_jobs (context), ==, 1);
  app_free (context);
}

static void
test_sums (void)
{
  for (guint master = 0; master < APP_N_MASTERS; master++)
    {
      assert_sums (master, &(Shape){ 50, 3, FALSE, FALSE, -1, -1 }, 2);
      assert_sums (master, &(Shape){ 50, 3, TRUE, FALSE, -1, -1 }, 2);
    }
}

/* 20 partitions, scale 5: 20 → 4 → 1; with depth 3, scale 3: 20 → 6 → 2 → 1. */
static void
test_deep_trees (void)
{
  assert_sums (1, &(Shape){ 90, 20, FALSE, FALSE, -1, -1 }, 2);
  assert_sums (1, &(Shape){ 90, 20, FALSE, FALSE, -1, -1 }, 3);
  assert_sums (1, &(Shape){ 90, 20, FALSE, TRUE, -1, -1 }, 3);
}

static void
test_no_rows (void)
{
  assert_sums (1, &(Shape){ 0, 4, FALSE, FALSE, -1, -1 }, 2);
  assert_sums (1, &(Shape){ 1, 1, FALSE, FALSE, -1, -1 }, 2);
}

static void
assert_refused (const Shape *shape, gboolean fails, const char *words)
{
  RushContext *context = app_new (1);
  g_autoptr (GError) error = NULL;

  released = 0;
  g_assert_null (run_pass (context, shape, 2, fails, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, words));
  app_free (context);
  g_assert_cmpuint (released, ==, 1);
}

static void
test_refused (void)
{
  assert_refused (&(Shape){ 9, 2, FALSE, FALSE, 4, -1 }, FALSE, "Vectors MUST NOT be Null");
  assert_refused (&(Shape){ 9, 2, FALSE, FALSE, -1, 4 }, FALSE, "Labels MUST NOT be Null or NaN");
  assert_refused (&(Shape){ 9, 2, FALSE, FALSE, -1, -1 }, TRUE, "cannot add");
}

/* ---- summaries ---- */

static void
test_summary (void)
{
  RushContext *context = app_new (1);
  Shape shape = { 6, 4, TRUE, FALSE, -1, -1 };
  g_autoptr (RushRdd) rdd = instances_rdd (context, &shape);
  RushInstances instances = { .context = context,
                              .rdd = rdd,
                              .columns = { 0, 1, 2, RUSH_CHECK_CLASSES } };
  RushInstanceSummary summary;
  g_autoptr (GError) error = NULL;

  g_assert_true (rush_instance_summary_init (&summary, &instances, 2, &error));
  g_assert_no_error (error);
  /* labels 0 … 5 with weights 1 2 1 2 1 2: Σ w = 9, Σ w² = 15, mean 24 / 9 */
  g_assert_cmpuint (summary.n_features, ==, 9);
  g_assert_cmpfloat (summary.weight_sum, ==, 9);
  g_assert_cmpfloat_with_epsilon (summary.label_mean, 24 / 9.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (summary.mean[1], 240 / 9.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (summary.std[1], 10 * summary.label_std, 1e-9);
  g_assert_cmpfloat_with_epsilon (summary.label_std * summary.label_std,
                                  (90 - 24 * 24 / 9.0) / (9 - 15 / 9.0), 1e-12);
  g_assert_cmpfloat (summary.std[0], ==, 0);
  g_assert_cmpuint (summary.n_classes, ==, 6);
  g_assert_cmpfloat (summary.histogram[3], ==, 2);
  rush_instance_summary_clear (&summary);
  app_free (context);
}

/* What never changes has no deviation at all, whatever its mean is rounded to: a fit would divide
 * by it. */
static void
test_constant (void)
{
  double features[3 * 50], weights[50];
  const double labels[50] = { 0 };
  Points points = { 50, 3, 3, features, labels, weights, RUSH_CHECK_NOTHING };

  for (guint i = 0; i < 50; i++)
    {
      features[3 * i] = 7.1;
      features[3 * i + 1] = 1e15 + 0.1;
      features[3 * i + 2] = 0;
      weights[i] = 0.1 + i % 3;
    }
  for (guint sparse = 0; sparse < 2; sparse++)
    {
      points.sparse = sparse;
      PointsApp app = points_begin (&points);
      RushInstanceSummary summary;

      g_assert_true (rush_instance_summary_init (&summary, &app.instances, 2, NULL));
      points_assert_near (3, summary.mean, features, 0);
      points_assert_near (3, summary.std, (double[]){ 0, 0, 0 }, 0);
      rush_instance_summary_clear (&summary);
      points_end (&app);
    }
}

/* ---- blocks ---- */

static gint largest_part;

static gboolean
note_rows (double *state, const RushInstanceBlock *block, RushTaskContext *ctx, gpointer data,
           GError **error)
{
  const gint32 *indices;
  const double *values;

  largest_part = MAX (largest_part, (gint)block->n_rows);
  for (guint i = 0; i < block->n_rows; i++)
    {
      rush_instance_row (block, i, &indices, &values);
      state[0] += block->labels[i] * rush_instance_weight (block, i) * values[0];
    }
  return TRUE;
}

/* 3 features, a label and a weight are 40 bytes a row; one that is stored, with its place, 28. */
static void
test_small_blocks (void)
{
  double features[3 * 20], labels[20], weights[20], wanted = 0;
  Points points = { 20, 3, 1, features, labels, weights, RUSH_CHECK_NOTHING };
  const guint bytes[] = { 0, 1, 119, 120, 100000 };
  const gint rows[] = { 20, 1, 2, 3, 20 };

  for (guint i = 0; i < 20; i++)
    {
      labels[i] = i;
      weights[i] = 1 + i % 2;
      features[3 * i] = 1 + i % 5;
      features[3 * i + 1] = features[3 * i + 2] = 0;
      wanted += labels[i] * weights[i] * features[3 * i];
    }
  for (guint b = 0; b < G_N_ELEMENTS (bytes); b++)
    for (guint sparse = 0; sparse < 2; sparse++)
      {
        RushTreeAggregate what = { .where = "Test.scala", .n = 1, .depth = 2, .add = note_rows };
        PointsApp app;

        points.sparse = sparse;
        app = points_begin (&points);
        app.instances.max_block_bytes = bytes[b];
        largest_part = 0;
        double *state = rush_tree_aggregate (&app.instances, &what, NULL, NULL);
        g_assert_cmpfloat_with_epsilon (state[0], wanted, 1e-12);
        if (!sparse)
          g_assert_cmpint (largest_part, ==, rows[b]);
        else /* 28 bytes a row */
          g_assert_cmpint (largest_part, ==, bytes[b] == 120 || bytes[b] == 119 ? 4 : rows[b]);
        g_free (state);
        points_end (&app);
      }
}

/* More classes than the first pass has room for. */
static void
test_many_classes (void)
{
  RushContext *context = app_new (1);
  Shape shape = { 1500, 2, TRUE, FALSE, -1, -1 };
  g_autoptr (RushRdd) rdd = instances_rdd (context, &shape);
  RushInstances instances = { .context = context,
                              .rdd = rdd,
                              .columns = { 0, -1, 2, RUSH_CHECK_CLASSES } };
  RushInstanceSummary summary;
  g_autoptr (GError) error = NULL;

  g_assert_true (rush_instance_summary_init (&summary, &instances, 2, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (summary.n_classes, ==, 1500);
  g_assert_cmpfloat (summary.histogram[1499], ==, 1);
  rush_instance_summary_clear (&summary);
  app_free (context);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tree-aggregate/sums", test_sums);
  g_test_add_func ("/tree-aggregate/deep-trees", test_deep_trees);
  g_test_add_func ("/tree-aggregate/no-rows", test_no_rows);
  g_test_add_func ("/tree-aggregate/refused", test_refused);
  g_test_add_func ("/tree-aggregate/summary", test_summary);
  g_test_add_func ("/tree-aggregate/constant", test_constant);
  g_test_add_func ("/tree-aggregate/small-blocks", test_small_blocks);
  g_test_add_func ("/tree-aggregate/many-classes", test_many_classes);
  return g_test_run ();
}
