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
 * Every random number is drawn as Spark draws it, so that the same points become candidates
 * (point_passes.c).
 */
#include "mllib/clustering/kmeans_private.h"

#include "mllib/clustering/local_kmeans.h"
#include "mllib/clustering/point_passes.h"
#include "rdd/action/take_sample.h"
#include "rdd/persist.h"
#include "rdd/random.h"

#define LOCAL_ITERATIONS 30 /* as in Spark, whose seed for them is 0 */
#define OVERSAMPLING 2.0    /* candidates of a step: twice k, on average */

typedef struct
{
  RushPointPasses passes;
  const RushKMeansParams *params;
} Start;

/* ---- points at random ---- */

/* @n of them, fewer if there are fewer; none at all is an error. */
static RushPointSet *
take_points (const RushPointPasses *self, guint n, gint64 seed, GError **error)
{
  g_autofree char *name = rush_point_passes_name (self, "takeSample");
  RushJobOptions job = self->job;
  g_autoptr (RushSample) sample = NULL;
  g_autoptr (RushPointSet) points = NULL;

  job.short_form = name;
  rush_point_passes_begin (self, "takeSample");
  sample =
      rush_rdd_take_sample (self->instances->context, self->instances->rdd, n, seed, &job, error);
  rush_lineage_pop_call ();
  for (guint i = 0; sample != NULL && i < sample->rows->len; i++)
    {
      RushRowId id = g_array_index (sample->rows, RushRowId, i);

      if (!rush_point_passes_append (self, sample->batches->pdata[id.batch], &id.row, 1, &points,
                                     error))
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
  RushPointSet *points = take_points (&self->passes, self->params->k, seed, error);

  if (points != NULL)
    rush_point_set_make_distinct (points);
  return points;
}

/* ---- k-means‖ ---- */

/* Adds the candidates of all steps to @candidates, which holds the first one. */
static gboolean
take_steps (const Start *self, gint32 seed, RushPointSet *candidates, GError **error)
{
  const RushPointPasses *passes = &self->passes;
  g_autoptr (RushRdd) costs = NULL;
  g_autoptr (RushPointSet) fresh = rush_point_set_new (candidates->n_features);
  gboolean fine = TRUE;

  rush_point_set_append (fresh, rush_point (candidates, 0));
  for (guint step = 0; step < self->params->start_steps && fresh != NULL; step++)
    {
      double sum = 0;

      /* Nobody has come: the costs stay; there is a pass all the same, as in Spark. */
      RushRdd *next =
          rush_point_costs (passes, fresh->n > 0 ? fresh : candidates, costs, &sum, error);
      if (next == NULL)
        {
          fine = FALSE;
          break;
        }
      rush_rdd_unref (costs);
      costs = next;
      g_autoptr (RushPointSet) before = g_steal_pointer (&fresh);
      fresh = rush_points_drawn (passes, candidates->n_features, costs,
                                 OVERSAMPLING * self->params->k / sum, seed ^ (gint32)(step << 16),
                                 error);
      for (guint i = 0; fresh != NULL && i < fresh->n; i++)
        rush_point_set_append (candidates, rush_point (fresh, i));
    }
  if (costs != NULL)
    rush_rdd_unpersist (passes->instances->context, costs, FALSE);
  return fine && fresh != NULL;
}

static RushPointSet *
start_parallel (const Start *self, gint32 seed, GError **error)
{
  g_autoptr (RushPointSet) candidates = take_points (&self->passes, 1, seed, error);
  g_autofree double *weights = NULL;

  if (candidates == NULL || !take_steps (self, seed, candidates, error))
    return NULL;
  rush_point_set_make_distinct (candidates);
  if (candidates->n <= self->params->k)
    return g_steal_pointer (&candidates);
  weights = rush_points_counted (&self->passes, candidates, error);
  if (weights == NULL)
    return NULL;
  return rush_local_kmeans (candidates, weights, self->params->k, LOCAL_ITERATIONS, 0);
}

RushPointSet *
rush_kmeans_start (const RushInstances *instances, const RushKMeansParams *params, GError **error)
{
  Start start = { { instances, params->distance, RUSH_KMEANS_FILE,
                    instances->job != NULL ? *instances->job : (RushJobOptions){ 0 } },
                  params };
  RushXorShift random;
  gint32 seed;

  rush_xor_shift_init (&random, params->seed);
  seed = rush_xor_shift_next_int (&random);
  return params->start_at_random ? start_at_random (&start, seed, error)
                                 : start_parallel (&start, seed, error);
}
