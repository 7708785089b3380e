/* binary_curve.c - running sums over falling scores, and trapezoids under them. */
#include "mllib/evaluation/binary_curve.h"

#include <math.h>

typedef struct
{
  GArray *points;
  guint64 per_bin; /* scores that share a point */
  guint64 in_bin;
  double score_sum;
  double true_positives, false_positives; /* so far */
} Walk;

static void
end_bin (Walk *self)
{
  RushCurvePoint point = { self->score_sum / self->in_bin, self->true_positives,
                           self->false_positives };

  if (self->in_bin > 0)
    g_array_append_val (self->points, point);
  self->in_bin = 0;
  self->score_sum = 0;
}

static void
walk_batch (Walk *self, const RushBatch *batch)
{
  for (guint i = 0; i < batch->length; i++)
    {
      guint row = rush_batch_row (batch, i);

      self->score_sum += rush_column_get_double (batch->columns[0], row);
      self->true_positives += rush_column_get_double (batch->columns[1], row);
      self->false_positives += rush_column_get_double (batch->columns[2], row);
      if (++self->in_bin == self->per_bin)
        end_bin (self);
    }
}

void
rush_binary_curve_init (RushBinaryCurve *self, GPtrArray *batches, guint n_bins)
{
  Walk walk = { .points = g_array_new (FALSE, FALSE, sizeof (RushCurvePoint)), .per_bin = 1 };
  guint64 n_scores = 0;

  for (guint i = 0; i < batches->len; i++)
    n_scores += ((RushBatch *)batches->pdata[i])->length;
  if (n_bins > 0 && n_scores / n_bins >= 2)
    walk.per_bin = n_scores / n_bins;
  for (guint i = 0; i < batches->len; i++)
    walk_batch (&walk, batches->pdata[i]);
  end_bin (&walk);
  *self = (RushBinaryCurve){ walk.true_positives, walk.false_positives, walk.points };
}

void
rush_binary_curve_clear (RushBinaryCurve *self)
{
  g_clear_pointer (&self->points, g_array_unref);
}

/* ---- areas ---- */

static double
share (double part, double whole)
{
  return whole == 0 ? 0 : part / whole;
}

typedef struct
{
  double x, y;
} Place;

static Place
roc_place (const RushBinaryCurve *self, const RushCurvePoint *point)
{
  return (Place){ share (point->false_positives, self->negatives),
                  share (point->true_positives, self->positives) };
}

/* Nothing was called positive: nothing was wrong with that. */
static Place
pr_place (const RushBinaryCurve *self, const RushCurvePoint *point)
{
  double called = point->true_positives + point->false_positives;

  return (Place){ share (point->true_positives, self->positives),
                  called == 0 ? 1 : point->true_positives / called };
}

static double
area (const RushBinaryCurve *self, Place (*place) (const RushBinaryCurve *, const RushCurvePoint *),
      Place first, const Place *last)
{
  double sum = 0;
  Place before = first;

  for (guint i = 0; i < self->points->len + (last != NULL ? 1 : 0); i++)
    {
      Place next = i < self->points->len
                       ? place (self, &g_array_index (self->points, RushCurvePoint, i))
                       : *last;

      sum += (next.x - before.x) * (next.y + before.y) / 2;
      before = next;
    }
  return sum;
}

double
rush_binary_curve_area_under_roc (const RushBinaryCurve *self)
{
  return area (self, roc_place, (Place){ 0, 0 }, &(Place){ 1, 1 });
}

double
rush_binary_curve_area_under_pr (const RushBinaryCurve *self)
{
  if (self->points->len == 0)
    return NAN;
  return area (self, pr_place,
               (Place){ 0, pr_place (self, &g_array_index (self->points, RushCurvePoint, 0)).y },
               NULL);
}
