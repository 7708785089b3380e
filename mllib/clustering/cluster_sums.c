/* cluster_sums.c - a pass over all points that leaves a record a cluster.
 *
 * Places in a task: a cluster is found by its id once a batch or once a row, so ids are looked for
 * one by one, the last one first: there are few clusters, and mostly their ids are their places.
 *
 * A record travels as bytes; see tree_aggregate.c.
 */
#include "mllib/clustering/cluster_sums.h"

#include "core/data/builder.h"
#include "mllib/clustering/partition_steps.h"
#include "rdd/transform/map_partitions.h"
#include "rdd/transform/partition_by.h"
#include "rdd/transform/shuffled.h"
#include "sql/kernels/columns.h"

#include <string.h>

typedef struct
{
  RushRefCount refs;
  RushClusterPass pass;
  RushInstanceColumns columns;
  guint n_features;
  gsize max_block_bytes;
} Pass;

typedef struct
{
  Pass *pass;            /* (owned) */
  RushClusterSums *sums; /* (owned) NULL: no row yet */
  guint next;            /* the cluster whose record is to be handed out */
} PartitionState;

enum
{
  COLUMN_CLUSTER,
  COLUMN_RECORD,
};

/* ---- sums ---- */

static gsize
record_bytes (const RushClusterSums *self)
{
  return (RUSH_CLUSTER_SUM + (gsize)self->n_features) * sizeof (double);
}

static gboolean
make_room (RushClusterSums *self, guint capacity, GError **error)
{
  gsize bytes = record_bytes (self);
  double *ids, *records;

  ids = rush_realloc (self->allocator, self->ids, self->capacity * sizeof *ids,
                      capacity * sizeof *ids, error);
  if (ids == NULL)
    return FALSE;
  self->ids = ids;
  records = rush_realloc (self->allocator, self->records, self->capacity * bytes, capacity * bytes,
                          error);
  if (records == NULL)
    {
      /* A smaller block is never refused. */
      self->ids = rush_realloc (self->allocator, ids, capacity * sizeof *ids,
                                self->capacity * sizeof *ids, NULL);
      return FALSE;
    }
  self->records = records;
  self->capacity = capacity;
  return TRUE;
}

static gboolean
append_cluster (RushClusterSums *self, double id, GError **error)
{
  if (self->n == self->capacity && !make_room (self, MAX (2 * self->capacity, 8), error))
    return FALSE;
  self->ids[self->n] = id;
  memset (rush_cluster_record (self, self->n), 0, record_bytes (self));
  self->n++;
  return TRUE;
}

/* With clusters 0 … @n − 1. */
static RushClusterSums *
cluster_sums_new (guint n, guint n_features, RushAllocator *allocator, GError **error)
{
  g_autoptr (RushClusterSums) self = g_new0 (RushClusterSums, 1);

  self->n_features = n_features;
  self->allocator = rush_allocator_ref (allocator);
  if (n > 0 && !make_room (self, n, error))
    return NULL;
  while (self->n < n)
    if (!append_cluster (self, self->n, error))
      return NULL;
  return g_steal_pointer (&self);
}

void
rush_cluster_sums_free (RushClusterSums *self)
{
  rush_free (self->allocator, self->ids, self->capacity * sizeof *self->ids);
  rush_free (self->allocator, self->records, self->capacity * record_bytes (self));
  rush_allocator_unref (self->allocator);
  g_free (self);
}

guint
rush_cluster_sums_find (RushClusterSums *self, double id, GError **error)
{
  if (id >= 0 && id < self->n && self->ids[(guint)id] == id)
    return (guint)id;
  for (guint i = 0; i < self->n; i++)
    if (self->ids[i] == id)
      return i;
  return append_cluster (self, id, error) ? self->n - 1 : G_MAXUINT;
}

RUSH_SIMD static void
add_dense (RushClusterSums *self, const RushInstanceBlock *block, const guint32 *clusters,
           const double *costs, const double *scales)
{
  guint d = self->n_features;

  for (guint i = 0; i < block->n_rows; i++)
    {
      const double *row = block->dense + (gsize)i * d;
      double *record = rush_cluster_record (self, clusters[i]);
      double weight = rush_instance_weight (block, i);
      double scale = scales != NULL ? weight * scales[i] : weight;

      record[RUSH_CLUSTER_WEIGHT] += weight;
      record[RUSH_CLUSTER_COST] += weight * costs[i];
      for (guint j = 0; j < d; j++)
        record[RUSH_CLUSTER_SUM + j] += scale * row[j];
    }
}

static void
add_sparse (RushClusterSums *self, const RushInstanceBlock *block, const guint32 *clusters,
            const double *costs, const double *scales)
{
  for (guint i = 0; i < block->n_rows; i++)
    {
      const gint32 *indices;
      const double *values;
      guint n = rush_instance_row (block, i, &indices, &values);
      double *record = rush_cluster_record (self, clusters[i]);
      double weight = rush_instance_weight (block, i);
      double scale = scales != NULL ? weight * scales[i] : weight;

      record[RUSH_CLUSTER_WEIGHT] += weight;
      record[RUSH_CLUSTER_COST] += weight * costs[i];
      for (guint j = 0; j < n; j++)
        record[RUSH_CLUSTER_SUM + indices[j]] += scale * values[j];
    }
}

void
rush_cluster_sums_add (RushClusterSums *self, const RushInstanceBlock *block,
                       const guint32 *clusters, const double *costs, const double *scales)
{
  g_assert (block->n_features == self->n_features);
  if (block->dense != NULL)
    add_dense (self, block, clusters, costs, scales);
  else
    add_sparse (self, block, clusters, costs, scales);
}

/* ---- the map side ---- */

static Pass *
pass_ref (Pass *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

static void
pass_unref (gpointer data)
{
  Pass *self = data;

  if (!rush_ref_count_dec (&self->refs))
    return;
  if (self->pass.free_data != NULL)
    self->pass.free_data (self->pass.data);
  g_free (self);
}

static void
partition_state_free (gpointer data)
{
  PartitionState *self = data;

  g_clear_pointer (&self->sums, rush_cluster_sums_free);
  pass_unref (self->pass);
  g_free (self);
}

static gboolean
add_block (PartitionState *self, const RushInstanceBlock *block, GError **error)
{
  const Pass *pass = self->pass;
  RushInstanceBlock part;

  for (guint first = 0; first < block->n_rows; first += part.n_rows)
    {
      rush_instance_block_part (block, first, pass->max_block_bytes, &part);
      if (!pass->pass.add (self->sums, &part, pass->pass.data, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_batch (gpointer state, RushBatch *batch, RushTaskContext *ctx, RushBatch **out_batch,
           GError **error)
{
  PartitionState *self = state;
  const Pass *pass = self->pass;
  RushInstanceBlock block;
  gboolean fine;

  if (!rush_instance_block_init (&block, batch, &pass->columns,
                                 self->sums != NULL ? self->sums->n_features : pass->n_features,
                                 ctx->allocator, error))
    return FALSE;
  if (self->sums == NULL)
    self->sums = cluster_sums_new (pass->pass.n_clusters, block.n_features, ctx->allocator, error);
  fine = self->sums != NULL && add_block (self, &block, error);
  rush_instance_block_clear (&block);
  return fine;
}

static RushSchema *
record_schema (const Pass *pass)
{
  return rush_schema_of ("cluster", pass->pass.id_type, "record", &RUSH_BINARY, NULL);
}

static gboolean
append_record (RushBatchBuilder *builder, const RushType *id_type, const RushClusterSums *sums,
               guint cluster, GError **error)
{
  double id = sums->ids[cluster];
  gboolean fine = id_type == &RUSH_FLOAT64
                      ? rush_batch_builder_append_double (builder, COLUMN_CLUSTER, id, error)
                      : rush_batch_builder_append_int (builder, COLUMN_CLUSTER, (gint64)id, error);

  if (!fine || !rush_batch_builder_append_bytes (builder, COLUMN_RECORD,
                                                 (const char *)rush_cluster_record (sums, cluster),
                                                 record_bytes (sums), error))
    return FALSE;
  rush_batch_builder_end_row (builder);
  return TRUE;
}

/* The next records, of clusters that have weight. */
static RushBatch *
hand_out (gpointer state, RushTaskContext *ctx, GError **error)
{
  PartitionState *self = state;
  const RushClusterSums *sums = self->sums;
  g_autoptr (RushSchema) schema = record_schema (self->pass);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, ctx->allocator);

  if (sums == NULL)
    return NULL;
  for (; self->next < sums->n && !rush_batch_builder_is_full (builder); self->next++)
    if (rush_cluster_record (sums, self->next)[RUSH_CLUSTER_WEIGHT] > 0 &&
        !append_record (builder, self->pass->pass.id_type, sums, self->next, error))
      return NULL;
  return rush_batch_builder_finish (builder, error);
}

static const RushPartitionSteps map_steps = { add_batch, hand_out, partition_state_free };

static RushIterator *
map_partition (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  PartitionState *state = g_new0 (PartitionState, 1);

  state->pass = pass_ref (data);
  return rush_partition_steps_new (rows, ctx, &map_steps, state);
}

/* ---- the reduce side ---- */

/* Whether records of so many features can be added to @self's. */
static gboolean
check_width (const RushClusterSums *self, guint n_features, GError **error)
{
  if (self->n_features == n_features)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "the vectors of the instances have different sizes: %u and %u", self->n_features,
               n_features);
  return FALSE;
}

static gboolean
merge_record (RushClusterSums *self, double id, const char *bytes, GError **error)
{
  guint cluster = rush_cluster_sums_find (self, id, error);
  double *record;

  if (cluster == G_MAXUINT)
    return FALSE;
  record = rush_cluster_record (self, cluster);
  for (gsize i = 0; i < RUSH_CLUSTER_SUM + (gsize)self->n_features; i++)
    {
      double x;

      memcpy (&x, bytes + i * sizeof x, sizeof x);
      record[i] += x;
    }
  return TRUE;
}

/* Adds the records of @batch up in *inout_sums, which is made when there is one. */
static gboolean
merge_batch (const Pass *pass, const RushBatch *batch, RushAllocator *allocator,
             RushClusterSums **inout_sums, GError **error)
{
  for (guint i = 0; i < batch->length; i++)
    {
      guint row = rush_batch_row (batch, i);
      const RushColumn *ids = batch->columns[COLUMN_CLUSTER];
      double id = pass->pass.id_type == &RUSH_FLOAT64 ? rush_column_get_double (ids, row)
                                                      : (double)rush_column_get_int (ids, row);
      gsize size;
      const char *bytes = rush_column_get_bytes (batch->columns[COLUMN_RECORD], row, &size);
      guint n_features = (guint)(size / sizeof (double)) - RUSH_CLUSTER_SUM;

      if (*inout_sums == NULL)
        *inout_sums = cluster_sums_new (0, n_features, allocator, error);
      if (*inout_sums == NULL || !check_width (*inout_sums, n_features, error) ||
          !merge_record (*inout_sums, id, bytes, error))
        return FALSE;
    }
  return TRUE;
}

/* A result function: the clusters of a partition; NULL: none. */
static gboolean
take_clusters (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
               GError **error)
{
  g_autoptr (RushClusterSums) sums = NULL;
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;
  gboolean fine = TRUE;

  while (fine && rush_task_context_check (ctx, &failure) &&
         (batch = rush_iterator_next (rows, &failure)) != NULL)
    {
      fine = merge_batch (data, batch, ctx->allocator, &sums, &failure);
      rush_batch_unref (batch);
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (sums != NULL)
    *out = (RushTaskResult){ sums, (GDestroyNotify)rush_cluster_sums_free,
                             sums->capacity * record_bytes (sums) };
  sums = NULL;
  return TRUE;
}

/* ---- the job ---- */

/* All clusters of all partitions; those that have their place stand there. */
static RushClusterSums *
gather_clusters (const Pass *pass, RushJobWaiter *waiter, guint n_partitions, GError **error)
{
  g_autoptr (RushClusterSums) all = NULL;
  guint n_features = pass->n_features;

  for (guint p = 0; p < n_partitions; p++)
    {
      const RushClusterSums *part = rush_job_waiter_result (waiter, p)->value;

      if (part == NULL)
        continue;
      n_features = part->n_features;
      if (all == NULL)
        all = cluster_sums_new (pass->pass.n_clusters, n_features, rush_allocator_system (), error);
      if (all == NULL || !check_width (all, n_features, error))
        return NULL;
      for (guint c = 0; c < part->n; c++)
        if (!merge_record (all, part->ids[c], (const char *)rush_cluster_record (part, c), error))
          return NULL;
    }
  if (all == NULL)
    return cluster_sums_new (pass->pass.n_clusters, n_features, rush_allocator_system (), error);
  return g_steal_pointer (&all);
}

/* What the pass makes, and its jobs, are named after the step of Spark's that they are. */
static char *
begin_step (const Pass *pass, const char *step, const RushJobOptions *job)
{
  char *name = g_strdup_printf ("%s at %s", step, pass->pass.where);

  rush_lineage_push_call (step, name, job->long_form != NULL ? job->long_form : "");
  return name;
}

static RushRdd *
map_points (RushRdd *points, Pass *pass, const RushJobOptions *job)
{
  g_autofree char *name = begin_step (pass, "mapPartitions", job);
  g_autoptr (RushSchema) schema = record_schema (pass);
  RushRdd *mapped =
      rush_rdd_map_partitions (points, schema, map_partition, pass_ref (pass), pass_unref, FALSE);

  rush_lineage_pop_call ();
  return mapped;
}

static RushRdd *
reduce_by_cluster (RushRdd *mapped, const Pass *pass, const RushJobOptions *job, GError **error)
{
  g_autofree char *name = begin_step (pass, "reduceByKey", job);
  g_autoptr (RushPartitioner) partitioner = rush_rdd_choose_partitioner (&mapped, 1, 0, error);
  RushRdd *reduced = partitioner != NULL ? rush_rdd_shuffled (mapped, partitioner) : NULL;

  rush_lineage_pop_call ();
  return reduced;
}

static RushClusterSums *
run_pass (const RushInstances *instances, Pass *pass, const RushJobOptions *job, GError **error)
{
  g_autoptr (RushRdd) mapped = map_points (instances->rdd, pass, job);
  g_autoptr (RushRdd) reduced = reduce_by_cluster (mapped, pass, job, error);
  g_autoptr (RushJobWaiter) waiter = NULL;
  guint n;

  if (reduced == NULL)
    return NULL;
  waiter = rush_context_run_job (instances->context, reduced, NULL, 0, take_clusters,
                                 pass_ref (pass), pass_unref, job, error);
  if (waiter == NULL || !rush_rdd_n_partitions (reduced, &n, error))
    return NULL;
  return gather_clusters (pass, waiter, n, error);
}

RushClusterSums *
rush_cluster_pass_run (const RushInstances *instances, const RushClusterPass *pass, GError **error)
{
  g_autofree char *job_name = g_strdup_printf ("collectAsMap at %s", pass->where);
  RushJobOptions job = instances->job != NULL ? *instances->job : (RushJobOptions){ 0 };
  Pass *shared = g_new (Pass, 1);
  RushClusterSums *sums;

  *shared = (Pass){ .pass = *pass,
                    .columns = instances->columns,
                    .n_features = instances->n_features,
                    .max_block_bytes = instances->max_block_bytes };
  rush_ref_count_init (&shared->refs);
  job.short_form = job_name;
  sums = run_pass (instances, shared, &job, error);
  pass_unref (shared);
  return sums;
}
