/* local_kmeans.c - k-means++ and then Lloyd's iteration, for points that fit into one loop.
 *
 * k-means++ (Arthur and Vassilvitskii, "k-means++: The Advantages of Careful Seeding", SODA 2007):
 * each next centre is one of the points, drawn with a probability that grows with its squared
 * distance to the centres so far; far-away groups are found, outliers rarely.
 *
 *     cumulated  0 ──────┬───┬─────────────┬──┬────── sum       r falls into the interval of the
 *     weight × cost      p₀  p₁     r↑     p₂ p₃                point that is drawn
 *
 * Distances are Euclidean whatever the fit's are, and every number is drawn in Spark's order, so
 * that the same centres come out.
 */
#include "mllib/clustering/local_kmeans.h"

#include "mllib/clustering/centers.h"
#include "rdd/random.h"

#include <string.h>

/* The point into whose interval of @shares a random number falls. */
static guint
draw_point (const double *shares, guint n, RushJavaRandom *random)
{
  double sum = 0, cumulated = 0, r;
  guint i;

  for (i = 0; i < n; i++)
    sum += shares[i];
  r = rush_java_random_next_double (random) * sum;
  for (i = 0; i < n && cumulated < r; i++)
    cumulated += shares[i];
  return i > 0 ? i - 1 : 0; /* no share is left: all points are centres */
}

static RushPointSet *
choose_centers (const RushPointSet *points, const double *weights, guint k, RushJavaRandom *random)
{
  RushPointSet *centers = rush_point_set_new (points->n_features);
  g_autofree double *costs = g_new (double, points->n);
  g_autofree double *shares = g_memdup2 (weights, points->n * sizeof *weights);

  for (guint c = 0; c < k; c++)
    {
      const double *center = rush_point (points, draw_point (shares, points->n, random));

      rush_point_set_append (centers, center);
      for (guint i = 0; i < points->n; i++)
        {
          double distance =
              rush_squared_distance (points->n_features, rush_point (points, i), center);

          costs[i] = c == 0 ? distance : MIN (distance, costs[i]);
          shares[i] = weights[i] * costs[i];
        }
    }
  return centers;
}

/* Each point to its closest centre; FALSE: all stay where they were. */
static gboolean
assign (const RushPointSet *points, const RushPointSet *centers, guint32 *inout_closest)
{
  g_autoptr (RushCenters) prepared =
      rush_centers_new (RUSH_DISTANCE_EUCLIDEAN, RUSH_SEARCH_ROW, centers->n, centers->n_features,
                        rush_point (centers, 0));
  RushInstanceBlock block = { .n_rows = points->n,
                              .n_features = points->n_features,
                              .dense = rush_point (points, 0) };
  g_autofree guint32 *closest = g_new (guint32, points->n);
  gboolean moved;

  rush_centers_closest (prepared, &block, closest, NULL, NULL);
  moved = memcmp (closest, inout_closest, points->n * sizeof *closest) != 0;
  memcpy (inout_closest, closest, points->n * sizeof *closest);
  return moved;
}

/* Each centre to the mean of its points; one that has none to a point at random. */
static void
move_centers (const RushPointSet *points, const double *weights, const guint32 *closest,
              RushPointSet *centers, RushJavaRandom *random)
{
  guint d = points->n_features;
  g_autofree double *sums = g_new0 (double, (gsize)centers->n *d);
  g_autofree double *counts = g_new0 (double, centers->n);

  for (guint i = 0; i < points->n; i++)
    {
      counts[closest[i]] += weights[i];
      for (guint j = 0; j < d; j++)
        sums[(gsize)closest[i] * d + j] += weights[i] * rush_point (points, i)[j];
    }
  for (guint c = 0; c < centers->n; c++)
    if (counts[c] == 0)
      memcpy (rush_point (centers, c),
              rush_point (points, rush_java_random_next (random, points->n)), d * sizeof (double));
    else
      for (guint j = 0; j < d; j++)
        rush_point (centers, c)[j] = sums[(gsize)c * d + j] * (1 / counts[c]);
}

RushPointSet *
rush_local_kmeans (const RushPointSet *points, const double *weights, guint k, guint max_iterations,
                   gint64 seed)
{
  RushJavaRandom random;
  RushPointSet *centers;
  g_autofree guint32 *closest = g_new (guint32, points->n);
  gboolean moved = TRUE;

  rush_java_random_init (&random, seed);
  centers = choose_centers (points, weights, k, &random);
  memset (closest, 0xff, points->n * sizeof *closest); /* nobody's */
  for (guint i = 0; i < max_iterations && moved; i++)
    {
      moved = assign (points, centers, closest);
      move_centers (points, weights, closest, centers, &random);
    }
  return centers;
}
