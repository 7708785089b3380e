/* kmeans_start.c - where k-means begins: its result depends on that more than on anything else.
 *
 * k-means‖ (Bahmani et al., "Scalable K-Means++", VLDB 2012).  k-means++ draws k centres one by
 * one, each a pass over the data.  Here each pass draws many, every point by itself:
 *
 *     C = { one point at random }
 *     repeat start_steps times
 *       cost (x) = distance of x to C, for all points                 sum at KMeans.scala
 *       x goes into C with probability 2k · cost (x) / Σ cost         collect at KMeans.scala
 *     weigh each candidate by the points that are closest to it       countByValue at KMeans.scala
 *     k-means++ among the weighted candidates, on the driver          local_kmeans.c
 *
 *     points   x₀  x₁  x₂ …                 costs are an RDD beside the points, which is kept:
 *     costs    4.1 0   2.5 …                a pass compares with the new candidates alone
 *
 * Every random number is drawn as Spark draws it (XORShiftRandom a partition, seeded by seed, step
 * and partition), so that the same points become candidates.  Weights are not looked at here, as in
 * Spark.
 */
#include "mllib/clustering/kmeans_private.h"

#include "core/data/builder.h"
#include "core/lineage/persistence.h"
#include "mllib/clustering/local_kmeans.h"
#include "mllib/clustering/partition_steps.h"
#include "rdd/action/collect.h"
#include "rdd/action/take_sample.h"
#include "rdd/persist.h"
#include "rdd/random.h"
#include "rdd/transform/combine_by_key.h"
#include "rdd/transform/map_partitions.h"
#include "rdd/transform/zip.h"

#include <math.h>

#define LOCAL_ITERATIONS 30 /* as in Spark, whose seed for them is 0 */
#define OVERSAMPLING 2.0    /* candidates of a step: twice k, on average */

/* What the functions of one pass share. */
typedef struct
{
  RushRefCount refs;
  RushInstanceColumns columns;
  guint n_features;
  RushCenters *centers; /* (owned) or NULL */
  gint cost_column;     /* of the costs so far; −1: there are none */
  double share;         /* of a cost in the probability to become a candidate */
  gint32 seed;          /* of the step */
} Pass;

typedef struct
{
  const RushInstances *instances;
  const RushKMeansParams *params;
  RushJobOptions job; /* but for the name */
} Start;

static Pass *
pass_new (const Start *start, const RushPointSet *centers)
{
  Pass *self = g_new0 (Pass, 1);

  rush_ref_count_init (&self->refs);
  self->columns = start->instances->columns;
  self->columns.label = self->columns.weight = -1;
  self->n_features = centers->n_features;
  self->centers = rush_centers_new (start->params->distance, RUSH_SEARCH_BLOCK, centers->n,
                                    centers->n_features, rush_point (centers, 0));
  return self;
}

static void
pass_unref (gpointer data)
{
  Pass *self = data;

  if (!rush_ref_count_dec (&self->refs))
    return;
  rush_centers_free (self->centers);
  g_free (self);
}

/* ---- names ---- */

static char *
step_name (const char *step)
{
  return g_strdup_printf ("%s at %s", step, RUSH_KMEANS_FILE);
}

/* Until rush_lineage_pop_call (): RDDs are made by @step of Spark's. */
static void
begin_step (const Start *self, const char *step)
{
  g_autofree char *name = step_name (step);

  rush_lineage_push_call (step, name, self->job.long_form != NULL ? self->job.long_form : "");
}

static RushRdd *
map_points (const Start *self, const char *step, RushRdd *points, RushSchema *schema,
            RushPartitionFunc func, Pass *pass)
{
  RushRdd *mapped;

  begin_step (self, step);
  rush_ref_count_inc (&pass->refs);
  mapped = rush_rdd_map_partitions (points, schema, func, pass, pass_unref, FALSE);
  rush_lineage_pop_call ();
  return mapped;
}

/* Points and their costs, side by side. */
static RushRdd *
with_costs (const Start *self, RushRdd *costs)
{
  RushRdd *zipped;

  begin_step (self, "zip");
  zipped = rush_rdd_zip (self->instances->rdd, costs);
  rush_lineage_pop_call ();
  return zipped;
}

/* ---- costs: one number a point ---- */

/* Calls @out's closest centres and distances; the arrays have room for a batch. */
static gboolean
measure_batch (const Pass *pass, const RushBatch *batch, RushAllocator *allocator,
               guint32 *out_closest, double *out_distances, GError **error)
{
  RushInstanceBlock block;
  gboolean fine;

  if (!rush_instance_block_init (&block, batch, &pass->columns, pass->n_features, allocator, error))
    return FALSE;
  fine = rush_centers_closest (pass->centers, &block, out_closest, out_distances, error);
  rush_instance_block_clear (&block);
  return fine;
}

static RushBatch *
batch_of_costs (RushBuffer *costs, guint n)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("cost", &RUSH_FLOAT64, NULL);
  RushColumn *column = rush_column_new_plain (&RUSH_FLOAT64, n, NULL, 0, costs, NULL, 0);

  return rush_batch_new (schema, n, &column);
}

static gboolean
cost_step (gpointer state, RushBatch *batch, RushTaskContext *ctx, RushBatch **out_batch,
           GError **error)
{
  const Pass *pass = state;
  guint32 closest[RUSH_BATCH_MAX_ROWS];
  RushBuffer *costs = rush_buffer_new (ctx->allocator, batch->length * sizeof (double), error);
  double *values;

  if (costs == NULL)
    return FALSE;
  values = (double *)costs->bytes;
  if (!measure_batch (pass, batch, ctx->allocator, closest, values, error))
    {
      rush_buffer_unref (costs);
      return FALSE;
    }
  if (pass->cost_column >= 0)
    for (guint i = 0; i < batch->length; i++)
      values[i] = MIN (values[i], rush_column_get_double (batch->columns[pass->cost_column],
                                                          rush_batch_row (batch, i)));
  *out_batch = batch_of_costs (costs, batch->length);
  return TRUE;
}

static const RushPartitionSteps cost_steps = { .step = cost_step, .free_state = pass_unref };

static RushIterator *
cost_partition (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data,
                GError **error)
{
  rush_ref_count_inc (&((Pass *)data)->refs);
  return rush_partition_steps_new (rows, ctx, &cost_steps, data);
}

/* A result function: the sum of the partition's numbers. */
static gboolean
sum_partition (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
               GError **error)
{
  g_autofree double *sum = g_new0 (double, 1);
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  while (rush_task_context_check (ctx, &failure) &&
         (batch = rush_iterator_next (rows, &failure)) != NULL)
    {
      for (guint i = 0; i < batch->length; i++)
        *sum += rush_column_get_double (batch->columns[0], rush_batch_row (batch, i));
      rush_batch_unref (batch);
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  *out = (RushTaskResult){ g_steal_pointer (&sum), g_free, sizeof (double) };
  return TRUE;
}

static gboolean
sum_costs (const Start *self, RushRdd *costs, double *out_sum, GError **error)
{
  g_autofree char *name = step_name ("sum");
  RushJobOptions job = self->job;
  g_autoptr (RushJobWaiter) waiter = NULL;
  guint n;

  job.short_form = name;
  waiter = rush_context_run_job (self->instances->context, costs, NULL, 0, sum_partition, NULL,
                                 NULL, &job, error);
  if (waiter == NULL || !rush_rdd_n_partitions (costs, &n, error))
    return FALSE;
  *out_sum = 0;
  for (guint p = 0; p < n; p++)
    *out_sum += *(double *)rush_job_waiter_result (waiter, p)->value;
  return TRUE;
}

/* The costs after @centers have come; kept.  Those before, or NULL, are let go. (transfer full) */
static RushRdd *
next_costs (const Start *self, const RushPointSet *centers, RushRdd *before, double *out_sum,
            GError **error)
{
  Pass *pass = pass_new (self, centers);
  g_autoptr (RushSchema) schema = rush_schema_of ("cost", &RUSH_FLOAT64, NULL);
  g_autoptr (RushRdd) points =
      before != NULL ? with_costs (self, before) : rush_rdd_ref (self->instances->rdd);
  g_autoptr (RushRdd) costs = NULL;

  pass->cost_column = before != NULL ? (gint)points->schema->n_fields - 1 : -1;
  costs = map_points (self, "map", points, schema, cost_partition, pass);
  pass_unref (pass);
  if (!rush_rdd_persist (costs, &RUSH_STORAGE_MEMORY_AND_DISK, error))
    return NULL;
  if (!sum_costs (self, costs, out_sum, error))
    {
      rush_rdd_unpersist (self->instances->context, costs, FALSE);
      return NULL;
    }
  if (before != NULL)
    rush_rdd_unpersist (self->instances->context, before, FALSE);
  return g_steal_pointer (&costs);
}

/* ---- candidates: points that are drawn by their cost ---- */

typedef struct
{
  Pass *pass; /* (owned) */
  RushXorShift random;
} DrawState;

static void
draw_state_free (gpointer data)
{
  pass_unref (((DrawState *)data)->pass);
  g_free (data);
}

static gboolean
draw_step (gpointer state, RushBatch *batch, RushTaskContext *ctx, RushBatch **out_batch,
           GError **error)
{
  DrawState *self = state;
  const RushColumn *costs = batch->columns[self->pass->cost_column];
  RushBuffer *drawn = rush_buffer_new (ctx->allocator, batch->length * sizeof (guint16), error);
  guint n = 0;

  if (drawn == NULL)
    return FALSE;
  for (guint i = 0; i < batch->length; i++)
    {
      guint row = rush_batch_row (batch, i);

      /* Without any cost the share is no number, and nobody is drawn. */
      if (rush_xor_shift_next_double (&self->random) <
          rush_column_get_double (costs, row) * self->pass->share)
        ((guint16 *)drawn->bytes)[n++] = (guint16)row;
    }
  if (n == 0)
    rush_buffer_unref (drawn);
  else
    *out_batch = rush_batch_select (batch, drawn, n);
  return TRUE;
}

static const RushPartitionSteps draw_steps = { .step = draw_step, .free_state = draw_state_free };

static RushIterator *
draw_partition (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data,
                GError **error)
{
  DrawState *state = g_new (DrawState, 1);

  state->pass = data;
  rush_ref_count_inc (&state->pass->refs);
  rush_xor_shift_init (&state->random, state->pass->seed ^ (gint32)split);
  return rush_partition_steps_new (rows, ctx, &draw_steps, state);
}

/* Writes the features of rows of @batch out, at the end of *inout_points, which is made with the
 * first one. */
static gboolean
append_rows (const Start *self, const RushBatch *batch, const guint *rows, guint n,
             RushPointSet **inout_points, GError **error)
{
  RushInstanceColumns columns = self->instances->columns;
  RushInstanceBlock block;

  columns.label = columns.weight = -1;
  if (n == 0)
    return TRUE;
  if (!rush_instance_block_init (&block, batch, &columns,
                                 *inout_points != NULL ? (*inout_points)->n_features
                                                       : self->instances->n_features,
                                 rush_allocator_system (), error))
    return FALSE;
  if (*inout_points == NULL)
    *inout_points = rush_point_set_new (block.n_features);
  for (guint i = 0; i < n; i++)
    rush_point_set_append_row (*inout_points, &block, rows[i]);
  rush_instance_block_clear (&block);
  return TRUE;
}

/* The points that are drawn by @costs. (transfer full) */
static RushPointSet *
draw_candidates (const Start *self, const RushPointSet *centers, RushRdd *costs, double sum,
                 gint32 seed, GError **error)
{
  g_autofree char *name = step_name ("collect");
  RushJobOptions job = self->job;
  Pass *pass = pass_new (self, centers);
  g_autoptr (RushRdd) points = with_costs (self, costs);
  g_autoptr (RushRdd) drawn = NULL;
  g_autoptr (GPtrArray) batches = NULL;
  g_autoptr (RushPointSet) candidates = rush_point_set_new (centers->n_features);

  pass->cost_column = (gint)points->schema->n_fields - 1;
  pass->share = OVERSAMPLING * self->params->k / sum;
  pass->seed = seed;
  drawn = map_points (self, "mapPartitionsWithIndex", points, points->schema, draw_partition, pass);
  pass_unref (pass);
  job.short_form = name;
  batches = rush_rdd_collect_with (self->instances->context, drawn, &job, error);
  for (guint b = 0; batches != NULL && b < batches->len; b++)
    {
      const RushBatch *batch = batches->pdata[b];
      guint rows[RUSH_BATCH_MAX_ROWS];

      for (guint i = 0; i < batch->length; i++)
        rows[i] = i;
      if (!append_rows (self, batch, rows, batch->length, &candidates, error))
        return NULL;
    }
  return batches != NULL ? g_steal_pointer (&candidates) : NULL;
}

/* ---- weights: how many points each candidate is closest to ---- */

typedef struct
{
  Pass *pass;     /* (owned) */
  gint64 *counts; /* [n] (owned) */
  guint n;
  guint next; /* the candidate whose count is to be handed out */
} CountState;

static void
count_state_free (gpointer data)
{
  CountState *self = data;

  pass_unref (self->pass);
  g_free (self->counts);
  g_free (self);
}

static gboolean
count_step (gpointer state, RushBatch *batch, RushTaskContext *ctx, RushBatch **out_batch,
            GError **error)
{
  CountState *self = state;
  guint32 closest[RUSH_BATCH_MAX_ROWS];

  if (!measure_batch (self->pass, batch, ctx->allocator, closest, NULL, error))
    return FALSE;
  for (guint i = 0; i < batch->length; i++)
    self->counts[closest[i]]++;
  return TRUE;
}

static RushBatch *
hand_out_counts (gpointer state, RushTaskContext *ctx, GError **error)
{
  CountState *self = state;
  g_autoptr (RushSchema) schema =
      rush_schema_of ("candidate", &RUSH_INT32, "count", &RUSH_INT64, NULL);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, ctx->allocator);

  for (; self->next < self->n && !rush_batch_builder_is_full (builder); self->next++)
    if (self->counts[self->next] > 0)
      {
        if (!rush_batch_builder_append_int (builder, 0, self->next, error) ||
            !rush_batch_builder_append_int (builder, 1, self->counts[self->next], error))
          return NULL;
        rush_batch_builder_end_row (builder);
      }
  return rush_batch_builder_finish (builder, error);
}

static const RushPartitionSteps count_steps = { count_step, hand_out_counts, count_state_free };

static RushIterator *
count_partition (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data,
                 GError **error)
{
  CountState *state = g_new0 (CountState, 1);

  state->pass = data;
  rush_ref_count_inc (&state->pass->refs);
  state->n = rush_centers_count (state->pass->centers);
  state->counts = g_new0 (gint64, state->n);
  return rush_partition_steps_new (rows, ctx, &count_steps, state);
}

static GPtrArray *
collect_counts (const Start *self, const RushPointSet *candidates, GError **error)
{
  g_autofree char *name = step_name ("countByValue");
  RushJobOptions job = self->job;
  Pass *pass = pass_new (self, candidates);
  g_autoptr (RushSchema) schema =
      rush_schema_of ("candidate", &RUSH_INT32, "count", &RUSH_INT64, NULL);
  g_autoptr (RushRdd) counts =
      map_points (self, "countByValue", self->instances->rdd, schema, count_partition, pass);
  g_autoptr (RushRdd) summed = NULL;

  pass_unref (pass);
  begin_step (self, "countByValue");
  summed = rush_rdd_reduce_by_key (counts, RUSH_SUM, 0, error);
  rush_lineage_pop_call ();
  job.short_form = name;
  return summed != NULL ? rush_rdd_collect_with (self->instances->context, summed, &job, error)
                        : NULL;
}

static double *
weigh_candidates (const Start *self, const RushPointSet *candidates, GError **error)
{
  g_autoptr (GPtrArray) batches = collect_counts (self, candidates, error);
  double *weights;

  if (batches == NULL)
    return NULL;
  weights = g_new0 (double, candidates->n);
  for (guint b = 0; b < batches->len; b++)
    {
      const RushBatch *batch = batches->pdata[b];

      for (guint i = 0; i < batch->length; i++)
        {
          guint row = rush_batch_row (batch, i);

          weights[rush_column_get_int (batch->columns[0], row)] =
              (double)rush_column_get_int (batch->columns[1], row);
        }
    }
  return weights;
}

/* ---- points at random ---- */

/* @n of them, fewer if there are fewer; none at all is an error. */
static RushPointSet *
take_points (const Start *self, guint n, gint64 seed, GError **error)
{
  g_autofree char *name = step_name ("takeSample");
  RushJobOptions job = self->job;
  g_autoptr (RushSample) sample = NULL;
  g_autoptr (RushPointSet) points = NULL;

  job.short_form = name;
  begin_step (self, "takeSample");
  sample =
      rush_rdd_take_sample (self->instances->context, self->instances->rdd, n, seed, &job, error);
  rush_lineage_pop_call ();
  for (guint i = 0; sample != NULL && i < sample->rows->len; i++)
    {
      RushRowId id = g_array_index (sample->rows, RushRowId, i);

      if (!append_rows (self, sample->batches->pdata[id.batch], &id.row, 1, &points, error))
        return NULL;
    }
  if (sample != NULL && points == NULL)
    {
      g_autofree char *rdd = rush_rdd_to_string (self->instances->rdd);

      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "requirement failed: No samples available from %s", rdd);
    }
  return g_steal_pointer (&points);
}

static RushPointSet *
start_at_random (const Start *self, gint32 seed, GError **error)
{
  RushPointSet *points = take_points (self, self->params->k, seed, error);

  if (points != NULL)
    rush_point_set_make_distinct (points);
  return points;
}

/* ---- k-means‖ ---- */

/* Adds the candidates of all steps to @candidates, which holds the first one. */
static gboolean
take_steps (const Start *self, gint32 seed, RushPointSet *candidates, GError **error)
{
  g_autoptr (RushRdd) costs = NULL;
  g_autoptr (RushPointSet) fresh = rush_point_set_new (candidates->n_features);
  gboolean fine = TRUE;

  rush_point_set_append (fresh, rush_point (candidates, 0));
  for (guint step = 0; step < self->params->start_steps && fresh != NULL; step++)
    {
      double sum = 0;

      /* Nobody has come: the costs stay; there is a pass all the same, as in Spark. */
      RushRdd *next = next_costs (self, fresh->n > 0 ? fresh : candidates, costs, &sum, error);
      if (next == NULL)
        {
          fine = FALSE;
          break;
        }
      rush_rdd_unref (costs);
      costs = next;
      g_autoptr (RushPointSet) before = g_steal_pointer (&fresh);
      fresh = draw_candidates (self, candidates, costs, sum, seed ^ (gint32)(step << 16), error);
      for (guint i = 0; fresh != NULL && i < fresh->n; i++)
        rush_point_set_append (candidates, rush_point (fresh, i));
    }
  if (costs != NULL)
    rush_rdd_unpersist (self->instances->context, costs, FALSE);
  return fine && fresh != NULL;
}

static RushPointSet *
start_parallel (const Start *self, gint32 seed, GError **error)
{
  g_autoptr (RushPointSet) candidates = take_points (self, 1, seed, error);
  g_autofree double *weights = NULL;

  if (candidates == NULL || !take_steps (self, seed, candidates, error))
    return NULL;
  rush_point_set_make_distinct (candidates);
  if (candidates->n <= self->params->k)
    return g_steal_pointer (&candidates);
  weights = weigh_candidates (self, candidates, error);
  if (weights == NULL)
    return NULL;
  return rush_local_kmeans (candidates, weights, self->params->k, LOCAL_ITERATIONS, 0);
}

RushPointSet *
rush_kmeans_start (const RushInstances *instances, const RushKMeansParams *params, GError **error)
{
  Start start = { instances, params,
                  instances->job != NULL ? *instances->job : (RushJobOptions){ 0 } };
  RushXorShift random;
  gint32 seed;

  rush_xor_shift_init (&random, params->seed);
  seed = rush_xor_shift_next_int (&random);
  return params->start_at_random ? start_at_random (&start, seed, error)
                                 : start_parallel (&start, seed, error);
}
