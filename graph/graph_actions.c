/* graph_actions.c - jobs that bring back one number a partition.
 *
 * advance () is what a round ends with: the new attributes are persisted and computed, and only
 * then are those of the round before let go.  What is lost of the newest is computed again along
 * the lineage, from the shuffles of the rounds before.
 *
 *     structure ◀── round 1 ◀── … ◀── round 25 ◀── 26 ◀── … ◀── 50        a lineage of rounds …
 *                                     local checkpoint         local checkpoint
 *                                     └ kept till the next ────┘          … is cut every so many
 *
 * A round's job looks at all rounds that it stands on, so that N of them cost N², and each keeps
 * its shuffles.  Hence every 25 rounds the kept attributes become the end of their lineage: a local
 * checkpoint, which takes no job of its own, as they are computed by the round's.  They are kept
 * twice, where there are two executors: what is lost then cannot be computed again.  Rounds before
 * it go, with their shuffles; it goes when the next one is there.
 *
 * Mirrors: PeriodicCheckpointer of org.apache.spark.util, which writes files, if it is asked to.
 */
#include "graph/graph_actions.h"

#include "core/lineage/persistence.h"
#include "graph/vertex_partition.h"
#include "rdd/call_site.h"
#include "rdd/persist.h"

#include <math.h>

#define INTERVAL "spark.graphx.pregel.checkpointInterval"
#define ROUNDS_TOGETHER 25

/* ---- one partition ---- */

static gboolean
answer (double value, RushTaskResult *out)
{
  out->value = g_memdup2 (&value, sizeof value);
  out->free_value = g_free;
  out->bytes = sizeof value;
  return TRUE;
}

static gboolean
sum_array (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
           GError **error)
{
  g_autoptr (RushBatch) batch = NULL;
  g_autoptr (RushColumn) values = NULL;
  double sum = 0;

  batch = rush_iterator_next (rows, error);
  if (batch == NULL)
    return FALSE;
  values = rush_arrays_elements (batch, GPOINTER_TO_UINT (data), 0);
  gconstpointer numbers = rush_column_numbers (values);
  if (values->type == &RUSH_FLOAT64)
    for (guint i = 0; i < values->length; i++)
      sum += ((const double *)numbers)[i];
  else
    for (guint i = 0; i < values->length; i++)
      sum += (double)((const gint64 *)numbers)[i];
  return answer (sum, out);
}

static gboolean
array_length (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
              GError **error)
{
  g_autoptr (RushBatch) batch = rush_iterator_next (rows, error);

  if (batch == NULL)
    return FALSE;
  return answer (rush_arrays_length (batch, GPOINTER_TO_UINT (data), 0), out);
}

/* ---- all of them ---- */

static double
add_up (RushGraph *self, RushRdd *rdd, RushResultFunc func, guint column, const RushJobOptions *job,
        GError **error)
{
  guint n;
  double sum = 0;
  g_autoptr (RushJobWaiter) waiter = rush_context_run_job (
      self->context, rdd, NULL, 0, func, GUINT_TO_POINTER (column), NULL, job, error);

  if (waiter == NULL || !rush_rdd_n_partitions (rdd, &n, error))
    return NAN;
  for (guint p = 0; p < n; p++)
    sum += *(double *)rush_job_waiter_result (waiter, p)->value;
  return sum;
}

double
rush_graph_sum (RushGraph *self, RushRdd *rdd, guint column, const RushJobOptions *job,
                GError **error)
{
  RUSH_OPERATOR ("sum");

  return add_up (self, rdd, sum_array, column, job, error);
}

static gint64
count (RushGraph *self, RushRdd *rdd, guint column, const RushJobOptions *job, GError **error)
{
  RUSH_OPERATOR ("count");
  GError *failure = NULL;
  double n = add_up (self, rdd, array_length, column, job, &failure);

  if (failure == NULL)
    return (gint64)n;
  g_propagate_error (error, failure);
  return -1;
}

gint64
rush_graph_n_vertices (RushGraph *self, const RushJobOptions *job, GError **error)
{
  return count (self, self->vertices, RUSH_VERTICES_IDS, job, error);
}

gint64
rush_graph_n_edges (RushGraph *self, const RushJobOptions *job, GError **error)
{
  return count (self, self->edges, RUSH_EDGES_TARGETS, job, error);
}

/* ---- rounds ---- */

guint
rush_graph_rounds_together (RushContext *context)
{
  gint64 asked = rush_conf_get_int (rush_context_conf (context), INTERVAL);

  return asked > 0 ? (guint)MIN (asked, G_MAXINT32) : ROUNDS_TOGETHER;
}

gboolean
rush_graph_keep_round (RushRdd *round, guint *n_rounds, guint together, GError **error)
{
  gboolean is_last = ++*n_rounds == together;

  if (!rush_rdd_persist (
          round, is_last ? &RUSH_STORAGE_MEMORY_AND_DISK_2 : &RUSH_STORAGE_MEMORY_AND_DISK, error))
    return FALSE;
  if (!is_last)
    return TRUE;
  rush_rdd_mark_checkpoint (round, RUSH_CHECKPOINT_LOCAL);
  *n_rounds = 0;
  return TRUE;
}

void
rush_graph_forget_round (RushContext *context, RushRdd *round)
{
  RushStorageLevel level = rush_rdd_storage_level (round);

  if (rush_storage_level_is_valid (&level) &&
      rush_rdd_checkpoint_kind (round) != RUSH_CHECKPOINT_LOCAL)
    rush_rdd_unpersist (context, round, FALSE);
}

void
rush_graph_forget_attributes (RushGraph *self)
{
  if (self->attributes != NULL)
    rush_graph_forget_round (self->context, self->attributes);
}

gboolean
rush_graph_advance (RushGraph *self, RushGraph *before, guint column, const RushJobOptions *job,
                    double *out_sum, GError **error)
{
  RUSH_OPERATOR ("count");
  GError *failure = NULL;

  if (!rush_graph_keep_round (self->attributes, &self->n_rounds,
                              rush_graph_rounds_together (self->context), error))
    return FALSE;
  *out_sum = add_up (self, self->attributes, sum_array, column, job, &failure);
  if (before != NULL)
    rush_graph_forget_attributes (before);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, failure);
  return FALSE;
}
