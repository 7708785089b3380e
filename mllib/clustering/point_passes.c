/* point_passes.c - each pass is an RDD beside, or of, the points, and an action on it.
 *
 *   costs    map of points (and the costs so far)  ─ sum ─▶ Σ
 *   draw     points and costs, zipped; a random number a point, as Spark draws it (XORShiftRandom
 *            a partition, seeded by the step's seed and the partition)  ─ collect ─▶ points
 *   count    a number a centre and partition  ─ countByValue, reduceByKey ─▶ numbers
 */
#include "mllib/clustering/point_passes.h"

#include "core/data/builder.h"
#include "core/lineage/persistence.h"
#include "mllib/clustering/partition_steps.h"
#include "rdd/action/collect.h"
#include "rdd/persist.h"
#include "rdd/random.h"
#include "rdd/transform/combine_by_key.h"
#include "rdd/transform/map_partitions.h"
#include "rdd/transform/zip.h"

#include <string.h>

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

static Pass *
pass_new (const RushPointPasses *start, const RushPointSet *centers)
{
  Pass *self = g_new0 (Pass, 1);

  rush_ref_count_init (&self->refs);
  self->columns = start->instances->columns;
  self->columns.label = self->columns.weight = -1;
  self->n_features = centers->n_features;
  self->centers = rush_centers_new (start->distance, RUSH_SEARCH_BLOCK, centers->n,
                                    centers->n_features, rush_point (centers, 0));
  return self;
}

static void
pass_unref (gpointer data)
{
  Pass *self = data;

  if (!rush_ref_count_dec (&self->refs))
    return;
  g_clear_pointer (&self->centers, rush_centers_free);
  g_free (self);
}

/* ---- names ---- */

char *
rush_point_passes_name (const RushPointPasses *self, const char *step)
{
  return g_strdup_printf ("%s at %s", step, self->file);
}

void
rush_point_passes_begin (const RushPointPasses *self, const char *step)
{
  g_autofree char *name = rush_point_passes_name (self, step);

  rush_lineage_push_call (step, name, self->job.long_form != NULL ? self->job.long_form : "");
}

static RushRdd *
map_points (const RushPointPasses *self, const char *step, RushRdd *points, RushSchema *schema,
            RushPartitionFunc func, Pass *pass)
{
  RushRdd *mapped;

  rush_point_passes_begin (self, step);
  rush_ref_count_inc (&pass->refs);
  mapped = rush_rdd_map_partitions (points, schema, func, pass, pass_unref, FALSE);
  rush_lineage_pop_call ();
  return mapped;
}

/* Points and their costs, side by side. */
static RushRdd *
with_costs (const RushPointPasses *self, RushRdd *costs)
{
  RushRdd *zipped;

  rush_point_passes_begin (self, "zip");
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
sum_costs (const RushPointPasses *self, RushRdd *costs, double *out_sum, GError **error)
{
  g_autofree char *name = rush_point_passes_name (self, "sum");
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

/* The costs after @centers have come, if they were @before, or NULL. (transfer full) */
static RushRdd *
costs_after (const RushPointPasses *self, const RushPointSet *centers, RushRdd *before)
{
  Pass *pass = pass_new (self, centers);
  g_autoptr (RushSchema) schema = rush_schema_of ("cost", &RUSH_FLOAT64, NULL);
  g_autoptr (RushRdd) points =
      before != NULL ? with_costs (self, before) : rush_rdd_ref (self->instances->rdd);
  RushRdd *costs;

  pass->cost_column = before != NULL ? (gint)points->schema->n_fields - 1 : -1;
  costs = map_points (self, "map", points, schema, cost_partition, pass);
  pass_unref (pass);
  return costs;
}

RushRdd *
rush_point_costs (const RushPointPasses *self, const RushPointSet *centers, RushRdd *before,
                  double *out_sum, GError **error)
{
  g_autoptr (RushRdd) costs = costs_after (self, centers, before);

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

gboolean
rush_points_cost (const RushPointPasses *self, const RushPointSet *centers, double *out_sum,
                  GError **error)
{
  g_autoptr (RushRdd) costs = costs_after (self, centers, NULL);

  return sum_costs (self, costs, out_sum, error);
}

/* ---- points that are drawn by their cost ---- */

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

gboolean
rush_point_passes_append (const RushPointPasses *self, const RushBatch *batch, const guint *rows,
                          guint n, RushPointSet **inout_points, GError **error)
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

RushPointSet *
rush_points_drawn (const RushPointPasses *self, guint n_features, RushRdd *costs, double share,
                   gint32 seed, GError **error)
{
  g_autofree char *name = rush_point_passes_name (self, "collect");
  RushJobOptions job = self->job;
  Pass *pass = g_new0 (Pass, 1);
  g_autoptr (RushRdd) points = with_costs (self, costs);
  g_autoptr (RushRdd) drawn = NULL;
  g_autoptr (GPtrArray) batches = NULL;
  g_autoptr (RushPointSet) found = rush_point_set_new (n_features);

  rush_ref_count_init (&pass->refs);
  pass->cost_column = (gint)points->schema->n_fields - 1;
  pass->share = share;
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
      if (!rush_point_passes_append (self, batch, rows, batch->length, &found, error))
        return NULL;
    }
  return batches != NULL ? g_steal_pointer (&found) : NULL;
}

/* ---- how many points each centre is closest to ---- */

typedef struct
{
  Pass *pass;               /* (owned) */
  RushAllocator *allocator; /* (owned) */
  gint64 *counts;           /* [n] (owned) */
  guint n;
  guint next; /* the candidate whose count is to be handed out */
} CountState;

static void
count_state_free (gpointer data)
{
  CountState *self = data;

  pass_unref (self->pass);
  rush_free (self->allocator, self->counts, self->n * sizeof *self->counts);
  rush_allocator_unref (self->allocator);
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
  guint n = rush_centers_count (((Pass *)data)->centers);
  gint64 *counts = rush_alloc (ctx->allocator, n * sizeof *counts, error);
  CountState *state;

  if (counts == NULL)
    {
      rush_iterator_close (rows);
      return NULL;
    }
  memset (counts, 0, n * sizeof *counts);
  state = g_new (CountState, 1);
  *state = (CountState){ data, rush_allocator_ref (ctx->allocator), counts, n, 0 };
  rush_ref_count_inc (&state->pass->refs);
  return rush_partition_steps_new (rows, ctx, &count_steps, state);
}

static GPtrArray *
collect_counts (const RushPointPasses *self, const RushPointSet *candidates, GError **error)
{
  g_autofree char *name = rush_point_passes_name (self, "countByValue");
  RushJobOptions job = self->job;
  Pass *pass = pass_new (self, candidates);
  g_autoptr (RushSchema) schema =
      rush_schema_of ("candidate", &RUSH_INT32, "count", &RUSH_INT64, NULL);
  g_autoptr (RushRdd) counts =
      map_points (self, "countByValue", self->instances->rdd, schema, count_partition, pass);
  g_autoptr (RushRdd) summed = NULL;

  pass_unref (pass);
  rush_point_passes_begin (self, "countByValue");
  summed = rush_rdd_reduce_by_key (counts, RUSH_SUM, 0, error);
  rush_lineage_pop_call ();
  job.short_form = name;
  return summed != NULL ? rush_rdd_collect_with (self->instances->context, summed, &job, error)
                        : NULL;
}

double *
rush_points_counted (const RushPointPasses *self, const RushPointSet *centers, GError **error)
{
  g_autoptr (GPtrArray) batches = collect_counts (self, centers, error);
  double *weights;

  if (batches == NULL)
    return NULL;
  weights = g_new0 (double, centers->n);
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
