/* test_summarizer.c - the aggregate function of all statistics, its partial states, and
 * covariances.
 *
 *   normal    metrics of dense and of sparse rows, with weights, merged from parts
 *   empty     a group without rows, rows of weight 0 alone
 *   nulls     a null weight is no row, a null vector an error; NaN is neither largest nor smallest
 *   misuse    vectors of two sizes, negative weights
 *   memory    states of more features than there is memory for
 */
#include "mllib/stat/summarizer.h"

#include "core/data/column_builder.h"
#include "mllib/linalg/vector_column.h"
#include "mllib/stat/covariance.h"
#include "points.h"
#include "sql/evaluate/evaluate.h"

#include <math.h>
#include <string.h>

#define METRICS "mean,sum,variance,count,numNonZeros,max,min,normL1,normL2,std"

enum
{
  MEAN,
  SUM,
  VARIANCE,
  COUNT,
  NON_ZEROS,
  MAXIMUM,
  MINIMUM,
  L1,
  L2,
  STD,
};

/* One group's state, and what surrounds it. */
typedef struct
{
  RushEvalContext *ctx;
  RushExpr *call;
  const RushAggregateClass *klass;
  RushAggregateStates states;
} Group;

static Group
group_begin (RushAllocator *allocator)
{
  const RushFunction *function = rush_function_find ("aggregate_metrics");
  g_autoptr (RushColumnBuilder) names =
      rush_column_builder_new (&RUSH_STRING, rush_allocator_system ());
  RushExpr *args[] = { rush_expr_bound (0, rush_vector_type (), TRUE, "v"),
                       rush_expr_bound (1, &RUSH_FLOAT64, TRUE, "w"), NULL };
  gboolean nullable = TRUE;
  Group self = { .ctx = rush_eval_context_new (NULL, allocator, "UTC"),
                 .klass = function->aggregate };

  rush_column_builder_append_bytes (names, METRICS, strlen (METRICS), NULL);
  args[2] = rush_expr_literal (rush_column_builder_finish (names));
  const RushType *type = function->result_type (function, 3, args, &nullable, NULL);
  self.call = rush_expr_aggregate (function, type, nullable, RUSH_EVAL_ANSI, FALSE, NULL, 3, args);
  self.states.state_bytes = self.klass->state_bytes (self.call);
  self.states.states = g_malloc0 (self.states.state_bytes);
  self.states.allocator = allocator;
  return self;
}

static void
group_end (Group *self)
{
  self->klass->clear (self->call, &self->states, 0, 1);
  g_free (self->states.states);
  rush_expr_unref (self->call);
  rush_eval_context_free (self->ctx);
}

static RushColumn *
vectors_of (guint n, guint d, const double *values, gboolean sparse)
{
  g_autoptr (RushVectorBuilder) builder = rush_vector_builder_new (rush_allocator_system ());

  for (guint i = 0; i < n; i++, values += d)
    {
      gint32 indices[8];
      double stored[8];
      guint n_stored = 0;

      if (!sparse)
        {
          memcpy (rush_vector_builder_append_dense (builder, d), values, d * sizeof *values);
          continue;
        }
      for (guint k = 0; k < d; k++)
        if (values[k] != 0)
          {
            indices[n_stored] = (gint32)k;
            stored[n_stored++] = values[k];
          }
      rush_vector_builder_append_sparse (builder, d, n_stored, indices, stored);
    }
  return rush_vector_builder_finish (builder, NULL);
}

/* NAN stands for a null weight; NULL: all are 1. */
static RushColumn *
weights_of (guint n, const double *values)
{
  g_autoptr (RushColumnBuilder) builder =
      rush_column_builder_new (&RUSH_FLOAT64, rush_allocator_system ());

  for (guint i = 0; i < n; i++)
    if (values != NULL && isnan (values[i]))
      rush_column_builder_append_null (builder, NULL);
    else
      rush_column_builder_append_double (builder, values != NULL ? values[i] : 1, NULL);
  return rush_column_builder_finish (builder);
}

static gboolean
update (Group *self, RushColumn *vectors, const double *weights, GError **error)
{
  g_autoptr (RushColumn) owned = vectors;
  g_autoptr (RushColumn) all_weights = weights_of (vectors->length, weights);
  g_autofree guint32 *groups = g_new0 (guint32, vectors->length + 1);
  RushRows rows = { NULL, vectors->length, vectors->length };

  return self->klass->update (self->call, &self->states, groups,
                              (RushColumn *[]){ vectors, all_weights, NULL }, &rows, self->ctx,
                              error);
}

/* @from's state as a partial one into @self's. */
static void
merge (Group *self, Group *from)
{
  g_autoptr (RushColumn) buffer = NULL;
  const guint32 group = 0;
  RushRows rows = { NULL, 1, 1 };

  g_assert_true (
      from->klass->write_buffers (from->call, &from->states, 0, 1, &buffer, from->ctx, NULL));
  g_assert_true (
      self->klass->merge (self->call, &self->states, &group, &buffer, &rows, self->ctx, NULL));
}

static void
assert_metric (const RushColumn *result, guint metric, guint d, const double *wanted)
{
  g_auto (RushVectorReader) reader = { NULL };
  RushVectorView view;

  g_assert_true (rush_vector_reader_init (&reader, rush_column_child (result, metric),
                                          rush_allocator_system (), NULL));
  g_assert_true (rush_vector_reader_get (&reader, 0, &view));
  g_assert_cmpuint (view.n_values, ==, d);
  points_assert_near (d, view.values, wanted, 1e-12);
}

/* Rows [1, 0, −2], [3, 0, 0], [5, 0, 4]. */
static const double ROWS[] = { 1, 0, -2, 3, 0, 0, 5, 0, 4 };

static void
assert_metrics (Group *group)
{
  g_autoptr (RushColumn) result =
      group->klass->result (group->call, &group->states, 0, 1, group->ctx, NULL);

  g_assert_nonnull (result);
  assert_metric (result, MEAN, 3, (double[]){ 3, 0, 2 / 3.0 });
  assert_metric (result, SUM, 3, (double[]){ 9, 0, 2 });
  assert_metric (result, VARIANCE, 3, (double[]){ 4, 0, 28 / 3.0 });
  assert_metric (result, STD, 3, (double[]){ 2, 0, sqrt (28 / 3.0) });
  assert_metric (result, NON_ZEROS, 3, (double[]){ 3, 0, 2 });
  assert_metric (result, MAXIMUM, 3, (double[]){ 5, 0, 4 });
  assert_metric (result, MINIMUM, 3, (double[]){ 1, 0, -2 });
  assert_metric (result, L1, 3, (double[]){ 9, 0, 6 });
  assert_metric (result, L2, 3, (double[]){ sqrt (35), 0, sqrt (20) });
  g_assert_cmpint (rush_column_get_int (rush_column_child (result, COUNT), 0), ==, 3);
}

static void
test_metrics (void)
{
  for (guint sparse = 0; sparse < 2; sparse++)
    {
      Group whole = group_begin (rush_allocator_system ());
      Group first = group_begin (rush_allocator_system ());
      Group rest = group_begin (rush_allocator_system ());
      Group none = group_begin (rush_allocator_system ());
      Group empty = group_begin (rush_allocator_system ());

      g_assert_true (update (&whole, vectors_of (3, 3, ROWS, sparse), NULL, NULL));
      assert_metrics (&whole);
      g_assert_true (update (&first, vectors_of (1, 3, ROWS, sparse), NULL, NULL));
      g_assert_true (update (&rest, vectors_of (2, 3, ROWS + 3, sparse), NULL, NULL));
      merge (&none, &first);
      merge (&none, &rest);
      merge (&none, &empty);
      assert_metrics (&none);
      g_assert_true (update (&first, vectors_of (2, 3, ROWS + 3, sparse), NULL, NULL));
      assert_metrics (&first);
      group_end (&whole);
      group_end (&first);
      group_end (&rest);
      group_end (&none);
      group_end (&empty);
    }
}

/* A weight counts as many rows for means; 0 and null are no rows; the count is of rows. */
static void
test_weights (void)
{
  const double values[] = { 1, 4, 100, 200 }, weights[] = { 2, 1, 0, NAN };
  Group group = group_begin (rush_allocator_system ());

  g_assert_true (update (&group, vectors_of (4, 1, values, FALSE), weights, NULL));
  g_autoptr (RushColumn) result =
      group.klass->result (group.call, &group.states, 0, 1, group.ctx, NULL);
  assert_metric (result, MEAN, 1, (double[]){ 2 });
  assert_metric (result, MAXIMUM, 1, (double[]){ 4 });
  /* Σ w (x − 2)² = 6, Σ w − Σ w² / Σ w = 3 − 5 / 3 */
  assert_metric (result, VARIANCE, 1, (double[]){ 6 / (4 / 3.0) });
  g_assert_cmpint (rush_column_get_int (rush_column_child (result, COUNT), 0), ==, 2);
  group_end (&group);
}

static void
test_nan (void)
{
  const double values[] = { 1, NAN, 3 };
  Group group = group_begin (rush_allocator_system ());

  g_assert_true (update (&group, vectors_of (3, 1, values, FALSE), NULL, NULL));
  g_autoptr (RushColumn) result =
      group.klass->result (group.call, &group.states, 0, 1, group.ctx, NULL);
  assert_metric (result, MAXIMUM, 1, (double[]){ 3 });
  assert_metric (result, MINIMUM, 1, (double[]){ 1 });
  group_end (&group);
}

static void
test_refused (void)
{
  const double zero[] = { 0, 0, 0 }, negative[] = { 1, -1, 1 };
  Group group = group_begin (rush_allocator_system ());
  g_autoptr (RushVectorBuilder) builder = rush_vector_builder_new (rush_allocator_system ());
  g_autoptr (GError) error = NULL;

  g_assert_null (group.klass->result (group.call, &group.states, 0, 1, group.ctx, &error));
  points_assert_refused (&error, "Nothing has been added to this summarizer.");
  g_assert_true (update (&group, vectors_of (3, 3, ROWS, FALSE), zero, NULL));
  g_assert_null (group.klass->result (group.call, &group.states, 0, 1, group.ctx, &error));
  points_assert_refused (&error, "Nothing has been added to this summarizer.");
  g_assert_false (update (&group, vectors_of (3, 3, ROWS, FALSE), negative, &error));
  points_assert_refused (&error, "sample weight, -1 has to be >= 0.0");
  g_assert_false (update (&group, vectors_of (4, 2, ROWS, FALSE), NULL, &error));
  points_assert_refused (&error, "Expecting 3 but got 2.");
  rush_vector_builder_append_null (builder);
  g_assert_false (update (&group, rush_vector_builder_finish (builder, NULL), NULL, &error));
  points_assert_refused (&error, "null in place of its vector");
  group_end (&group);
}

/* 8 numbers a feature, of 64 bytes: a thousand features do not fit into 32,000. */
static void
test_little_memory (void)
{
  RushAllocator *little = rush_allocator_limited_new (32000, 0);
  Group group = group_begin (little);
  g_autofree double *values = g_new0 (double, 1000);
  g_autoptr (GError) error = NULL;

  g_assert_true (update (&group, vectors_of (1, 300, values, FALSE), NULL, &error));
  g_assert_no_error (error);
  group_end (&group);
  group = group_begin (little);
  g_assert_false (update (&group, vectors_of (1, 1000, values, FALSE), NULL, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
  group_end (&group);
  g_assert_cmpuint (rush_allocator_limited_in_use (little), ==, 0);
  rush_allocator_unref (little);
}

/* ---- covariances: a pass ---- */

static void
test_covariances (void)
{
  enum
  {
    N = 30
  };
  double x[N * 2];
  Points points = { N, 2, 3, x, NULL, NULL, RUSH_CHECK_NOTHING };
  guint64 state = 4;

  for (guint i = 0; i < N; i++)
    {
      x[2 * i] = 1e9 + points_random (&state); /* large means cost no digits */
      x[2 * i + 1] = -3 * (x[2 * i] - 1e9) + 7;
    }
  for (guint variant = 0; variant < 2; variant++)
    {
      RushCovariance covariance;
      g_autoptr (GError) error = NULL;
      double r[4];

      points.one_side = points.sparse = variant;
      PointsApp app = points_begin (&points);
      rush_covariance_init (&covariance, &app.instances, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat (covariance.count, ==, N);
      rush_covariance_correlations (&covariance, r);
      g_assert_cmpfloat_with_epsilon (r[1], -1, 1e-6);
      rush_covariance_clear (&covariance);
      points_end (&app);
    }
  points.n = 0;
  PointsApp app = points_begin (&points);
  RushCovariance none;
  app.instances.n_features = 0;
  g_assert_true (rush_covariance_init (&none, &app.instances, NULL));
  g_assert_cmpfloat (none.count, ==, 0);
  rush_covariance_clear (&none);
  points_end (&app);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  rush_functions_add (rush_functions_summarizer);
  g_test_add_func ("/summarizer/metrics", test_metrics);
  g_test_add_func ("/summarizer/weights", test_weights);
  g_test_add_func ("/summarizer/nan", test_nan);
  g_test_add_func ("/summarizer/refused", test_refused);
  g_test_add_func ("/summarizer/little-memory", test_little_memory);
  g_test_add_func ("/covariance/pass", test_covariances);
  return g_test_run ();
}
