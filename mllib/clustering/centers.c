/* centers.c - which centre is closest?
 *
 * The question is asked rows × centres × iterations times, so this file is what k-means costs.
 *
 * Blocks (Spark's solver "block").  All rows with all centres, in tiles of 8 rows and 4 centres
 * that stay in registers; no table of distances is ever written:
 *
 *               feature 0 1 2 … d                    8 rows, turned: a lane is a row
 *     tile      [x₀ x₁ x₂ x₃ x₄ x₅ x₆ x₇]  × d
 *     packed    [c₀ c₁ c₂ c₃]              × d       each number of a centre goes to all lanes:
 *                                                    8 accumulators of 4 doubles
 *     score     Σ (x − c)², cosine: −x·c             lane by lane against the best so far
 *
 * |x|² − 2 x·c + |c|² would need a third of the operations, as a product of matrices.  But far from
 * the origin its terms are huge and nearly cancel, and points that are as near to one centre as to
 * another, of which tidy data are full, would go where rounding says.  Differences, feature by
 * feature, are what Spark's rows are compared by: both go to the same centre.
 *
 * Rows (solver "row", and sparse blocks).  Two centres that are D apart: if x is nearer than D/2 to
 * one of them, it cannot be nearer to the other (the triangle inequality: Elkan, "Using the
 * Triangle Inequality to Accelerate k-Means", ICML 2003).  `bounds` holds (D/2)² of all pairs, and
 * on its diagonal the smallest of a row: nearer than that, and the search is over.  For cosine D/2
 * is half the angle.
 */
#include "mllib/clustering/centers.h"

#include "core/base/error.h"
#include "sql/kernels/columns.h"

#include <float.h>
#include <math.h>

#define TILE 8           /* rows */
#define GROUP 4          /* centres */
#define MAX_BOUNDED 1000 /* centres: with more, their pairs cost more than they save, as in Spark */

typedef double Lanes __attribute__ ((vector_size (32)));
typedef gint64 LaneBits __attribute__ ((vector_size (32)));
#define LANES 4
#define TILE_LANES (TILE / LANES)

struct _RushCenters
{
  RushDistance distance;
  RushCenterSearch search;
  guint n, n_features;
  double *values;        /* [n × n_features] */
  double *squared_norms; /* [n] */

  /* BLOCK */
  guint n_groups;
  double *packed; /* [n_groups][n_features][GROUP] */
  double *bias;   /* [n_groups × GROUP] 0; ∞ where there is no centre */

  /* ROW */
  double *bounds; /* [n × n], or NULL */
};

/* One row of a block. */
typedef struct
{
  guint n;
  const gint32 *indices; /* NULL: dense */
  const double *values;
  double squared_norm;
} Row;

/* ---- numbers ---- */

/* One after the other, as Spark adds them up. */
double
rush_squared_distance (guint n, const double *x, const double *y)
{
  double sum = 0;

  for (guint i = 0; i < n; i++)
    sum += (x[i] - y[i]) * (x[i] - y[i]);
  return sum;
}

double
rush_squared_norm (guint n, const double *x)
{
  double sum = 0;

  for (guint i = 0; i < n; i++)
    sum += x[i] * x[i];
  return sum;
}

void
rush_scale_to_length_one (guint n, double *x)
{
  double norm = sqrt (rush_squared_norm (n, x));

  for (guint i = 0; i < n && norm > 0; i++)
    x[i] /= norm;
}

void
rush_set_zero_vector_error (GError **error)
{
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                       "Cosine distance is not defined for zero-length vectors.");
}

/* ---- blocks: all rows with all centres ---- */

/* Rows [first, first + TILE) of @rows, turned; behind the last row comes that again. */
static inline __attribute__ ((always_inline)) void
fill_tile (const double *rows, guint n_features, guint first, guint n_rows, double *tile)
{
  for (guint r = 0; r < TILE; r++)
    {
      const double *row = rows + (gsize)MIN (first + r, n_rows - 1) * n_features;

      for (guint j = 0; j < n_features; j++)
        tile[(gsize)j * TILE + r] = row[j];
    }
}

/* Takes the centres of one group into the best so far.  A comparison of lanes gives all ones or all
 * zeros, with which one of two values is picked. */
static inline __attribute__ ((always_inline)) void
compare_group (const RushCenters *self, guint group, gboolean by_angle, const double *tile,
               Lanes *best, LaneBits *closest)
{
  const double *packed = self->packed + (gsize)group * self->n_features * GROUP;
  Lanes scores[GROUP][TILE_LANES];

  for (guint c = 0; c < GROUP; c++)
    for (guint h = 0; h < TILE_LANES; h++)
      scores[c][h] = (Lanes){ 0 } + self->bias[group * GROUP + c];
  for (guint j = 0; j < self->n_features; j++)
    {
      const Lanes *x = (const Lanes *)(tile + (gsize)j * TILE);

      for (guint c = 0; c < GROUP; c++)
        for (guint h = 0; h < TILE_LANES; h++)
          {
            Lanes difference = x[h] - packed[j * GROUP + c];

            scores[c][h] += by_angle ? -packed[j * GROUP + c] * x[h] : difference * difference;
          }
    }
  for (guint c = 0; c < GROUP; c++)
    for (guint h = 0; h < TILE_LANES; h++)
      {
        LaneBits nearer = scores[c][h] < best[h];
        LaneBits index = (LaneBits){ 0 } + (gint64)(group * GROUP + c);

        best[h] = (Lanes)((nearer & (LaneBits)scores[c][h]) | (~nearer & (LaneBits)best[h]));
        closest[h] = (nearer & index) | (~nearer & closest[h]);
      }
}

static inline __attribute__ ((always_inline)) void
compare_tiles (const RushCenters *self, gboolean by_angle, const double *rows, guint n_rows,
               double *tile, guint32 *out_closest, double *out_scores)
{
  for (guint first = 0; first < n_rows; first += TILE)
    {
      Lanes best[TILE_LANES];
      LaneBits closest[TILE_LANES] = { 0 };

      fill_tile (rows, self->n_features, first, n_rows, tile);
      for (guint h = 0; h < TILE_LANES; h++)
        best[h] = (Lanes){ 0 } + (double)INFINITY;
      for (guint g = 0; g < self->n_groups; g++)
        compare_group (self, g, by_angle, tile, best, closest);
      for (guint r = 0; r < MIN (TILE, n_rows - first); r++)
        {
          out_closest[first + r] = (guint32)closest[r / LANES][r % LANES];
          if (out_scores != NULL)
            out_scores[first + r] = best[r / LANES][r % LANES];
        }
    }
}

/* Two loops of it, as what is computed must not be asked for inside. */
RUSH_SIMD static void
closest_in_block (const RushCenters *self, const double *rows, guint n_rows, double *tile,
                  guint32 *out_closest, double *out_scores)
{
  if (self->distance == RUSH_DISTANCE_COSINE)
    compare_tiles (self, TRUE, rows, n_rows, tile, out_closest, out_scores);
  else
    compare_tiles (self, FALSE, rows, n_rows, tile, out_closest, out_scores);
}

/* ---- rows ---- */

static double
dot_row (const Row *row, const double *center)
{
  double sum = 0;

  if (row->indices == NULL)
    for (guint i = 0; i < row->n; i++)
      sum += row->values[i] * center[i];
  else
    for (guint i = 0; i < row->n; i++)
      sum += row->values[i] * center[row->indices[i]];
  return sum;
}

static double
sparse_difference (const Row *row, guint n_features, const double *center)
{
  double sum = 0;

  for (guint i = 0, k = 0; i < n_features; i++)
    {
      gboolean stored = k < row->n && row->indices[k] == (gint32)i;
      double x = (stored ? row->values[k++] : 0) - center[i];

      sum += x * x;
    }
  return sum;
}

/* Without going through all features, unless so much cancels that six digits are not sure. */
static double
sparse_distance (const Row *row, guint n_features, const double *center, double squared_norm)
{
  double product = dot_row (row, center);
  double norms = row->squared_norm + squared_norm;
  double distance = MAX (norms - 2 * product, 0);

  if (DBL_EPSILON * (norms + 2 * fabs (product)) > 1e-6 * (distance + DBL_EPSILON))
    return sparse_difference (row, n_features, center);
  return distance;
}

static double
row_distance (const RushCenters *self, const Row *row, guint c)
{
  const double *center = self->values + (gsize)c * self->n_features;

  if (self->distance == RUSH_DISTANCE_COSINE)
    return 1 - dot_row (row, center) / sqrt (row->squared_norm);
  if (row->indices == NULL)
    return rush_squared_distance (row->n, row->values, center);
  return sparse_distance (row, self->n_features, center, self->squared_norms[c]);
}

static guint
closest_to_row (const RushCenters *self, const Row *row, double *out_distance)
{
  double best = row_distance (self, row, 0);
  guint closest = 0;
  guint n = self->n;

  if (self->bounds == NULL || best >= self->bounds[0])
    for (guint c = 1; c < n; c++)
      {
        if (self->bounds != NULL && self->bounds[(gsize)c * n + closest] >= best)
          continue;
        double distance = row_distance (self, row, c);
        if (distance < best)
          {
            best = distance;
            closest = c;
          }
        if (self->bounds != NULL && distance < self->bounds[(gsize)c * n + c])
          break;
      }
  *out_distance = best;
  return closest;
}

static Row
row_of_block (const RushInstanceBlock *block, guint i)
{
  Row row;

  row.n = rush_instance_row (block, i, &row.indices, &row.values);
  row.squared_norm = rush_squared_norm (row.n, row.values);
  return row;
}

static gboolean
closest_by_rows (const RushCenters *self, const RushInstanceBlock *block, guint32 *out_closest,
                 double *out_distances, GError **error)
{
  for (guint i = 0; i < block->n_rows; i++)
    {
      Row row = row_of_block (block, i);
      double distance;

      if (self->distance == RUSH_DISTANCE_COSINE && row.squared_norm == 0)
        {
          rush_set_zero_vector_error (error);
          return FALSE;
        }
      out_closest[i] = closest_to_row (self, &row, &distance);
      if (out_distances != NULL)
        out_distances[i] = distance;
    }
  return TRUE;
}

/* The closest by angle is that with the largest product, whatever the row's length is. */
static gboolean
cosines_in_block (const RushCenters *self, const RushInstanceBlock *block, const guint32 *closest,
                  double *out, GError **error)
{
  for (guint i = 0; i < block->n_rows; i++)
    {
      Row row = row_of_block (block, i);

      if (row.squared_norm == 0)
        {
          rush_set_zero_vector_error (error);
          return FALSE;
        }
      if (out != NULL)
        out[i] = row_distance (self, &row, closest[i]);
    }
  return TRUE;
}

gboolean
rush_centers_closest (const RushCenters *self, const RushInstanceBlock *block, guint32 *out_closest,
                      double *out_distances, GError **error)
{
  if (block->n_features != self->n_features)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "requirement failed: Vector dimensions do not match: the point has %u features, "
                   "the centres have %u",
                   block->n_features, self->n_features);
      return FALSE;
    }
  if (self->search == RUSH_SEARCH_ROW || block->dense == NULL)
    return closest_by_rows (self, block, out_closest, out_distances, error);

  double *tile =
      g_aligned_alloc (MAX (self->n_features, 1), sizeof (double) * TILE, sizeof (Lanes));
  closest_in_block (self, block->dense, block->n_rows, tile, out_closest, out_distances);
  g_aligned_free (tile);
  return self->distance == RUSH_DISTANCE_EUCLIDEAN ||
         cosines_in_block (self, block, out_closest, out_distances, error);
}

/* ---- making ready ---- */

static void
pack (RushCenters *self)
{
  guint d = self->n_features;

  self->n_groups = (self->n + GROUP - 1) / GROUP;
  self->packed = g_new0 (double, MAX ((gsize)self->n_groups * d * GROUP, 1));
  self->bias = g_new0 (double, self->n_groups *GROUP);
  for (guint c = self->n; c < self->n_groups * GROUP; c++)
    self->bias[c] = (double)INFINITY;
  for (guint c = 0; c < self->n; c++)
    for (guint j = 0; j < d; j++)
      self->packed[((gsize)(c / GROUP) * d + j) * GROUP + c % GROUP] =
          self->values[(gsize)c * d + j];
}

/* From the distance of two centres: how near is near enough to one of them? */
static double
half_way (RushDistance measure, double distance)
{
  /* 1 − cos (α/2) of distance = 1 − cos α */
  return measure == RUSH_DISTANCE_COSINE ? 1 - sqrt (MAX (1 - distance / 2, 0)) : distance / 4;
}

static void
find_bounds (RushCenters *self)
{
  guint n = self->n;

  if (n == 1 || n >= MAX_BOUNDED)
    return;
  self->bounds = g_new (double, (gsize)n *n);
  for (guint i = 0; i < n; i++)
    self->bounds[(gsize)i * n + i] = (double)INFINITY;
  for (guint i = 0; i < n; i++)
    {
      Row row = { self->n_features, NULL, self->values + (gsize)i * self->n_features,
                  self->squared_norms[i] };

      for (guint j = i + 1; j < n; j++)
        {
          double bound = half_way (self->distance, row_distance (self, &row, j));

          self->bounds[(gsize)i * n + j] = self->bounds[(gsize)j * n + i] = bound;
          self->bounds[(gsize)i * n + i] = MIN (self->bounds[(gsize)i * n + i], bound);
          self->bounds[(gsize)j * n + j] = MIN (self->bounds[(gsize)j * n + j], bound);
        }
    }
}

RushCenters *
rush_centers_new (RushDistance distance, RushCenterSearch search, guint n, guint n_features,
                  const double *values)
{
  RushCenters *self = g_new0 (RushCenters, 1);

  g_return_val_if_fail (n >= 1, NULL);
  self->distance = distance;
  self->search = search;
  self->n = n;
  self->n_features = n_features;
  self->values = g_memdup2 (values, sizeof (double) * n * n_features);
  if (distance == RUSH_DISTANCE_COSINE)
    for (guint c = 0; c < n; c++)
      rush_scale_to_length_one (n_features, self->values + (gsize)c * n_features);
  self->squared_norms = g_new (double, n);
  for (guint c = 0; c < n; c++)
    self->squared_norms[c] = rush_squared_norm (n_features, self->values + (gsize)c * n_features);
  if (search == RUSH_SEARCH_ROW)
    find_bounds (self);
  else
    pack (self);
  return self;
}

void
rush_centers_free (RushCenters *self)
{
  g_free (self->values);
  g_free (self->squared_norms);
  g_free (self->packed);
  g_free (self->bias);
  g_free (self->bounds);
  g_free (self);
}

guint
rush_centers_count (const RushCenters *self)
{
  return self->n;
}
