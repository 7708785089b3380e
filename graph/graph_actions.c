/* graph_actions.c - jobs that bring back one number a partition.
 *
 * advance () is what a round ends with: the new attributes are persisted and computed, and only
 * then are those of the round before let go.  What is lost of the newest is computed again along
 * the lineage, from the shuffles of the rounds before, which go when the graph does.
 */
#include "graph/graph_actions.h"

#include "core/lineage/persistence.h"
#include "graph/vertex_partition.h"
#include "rdd/call_site.h"
#include "rdd/persist.h"

#include <math.h>

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

void
rush_graph_forget_attributes (RushGraph *self)
{
  RushStorageLevel level;

  if (self->attributes == NULL)
    return;
  level = rush_rdd_storage_level (self->attributes);
  if (rush_storage_level_is_valid (&level))
    rush_rdd_unpersist (self->context, self->attributes, FALSE);
}

gboolean
rush_graph_advance (RushGraph *self, RushGraph *before, guint column, const RushJobOptions *job,
                    double *out_sum, GError **error)
{
  RUSH_OPERATOR ("count");
  GError *failure = NULL;

  if (!rush_rdd_persist (self->attributes, &RUSH_STORAGE_MEMORY_AND_DISK, error))
    return FALSE;
  *out_sum = add_up (self, self->attributes, sum_array, column, job, &failure);
  if (before != NULL)
    rush_graph_forget_attributes (before);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, failure);
  return FALSE;
}
