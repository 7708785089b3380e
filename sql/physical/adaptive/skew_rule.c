/* skew_rule.c - a partition is skewed if it is large, and far larger than the one in the middle.
 *
 *   sizes   7 3 170 3     median 5, factor 5: above 25 (and above the least) is skewed
 *
 *   splitting one, by what each map task wrote of it, target 8
 *     maps   4 4 │ 5 3 │ 8 │ 1     … the last is small and goes with its neighbour:
 *            4 4 │ 5 3 │ 9
 *
 * The median, since the mean is drawn up by the very partitions that are looked for.
 *
 * Mirrors: OptimizeSkewedJoin.{getSkewThreshold,targetSize},
 *          ShufflePartitionsUtil.splitSizeListByTargetSize.
 */
#include "sql/physical/adaptive/size_seams.h"

#include <stdlib.h>

#define MERGED_FACTOR 1.2 /* two ranges that are no longer than this become one */

static int
compare_bytes (const void *a, const void *b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

  return (x > y) - (x < y);
}

gint64
rush_median_bytes (const gint64 *bytes, guint n)
{
  g_autofree gint64 *sorted = g_memdup2 (bytes, n * sizeof *bytes);

  if (n == 0)
    return 1;
  qsort (sorted, n, sizeof *sorted, compare_bytes);
  return MAX (n % 2 == 0 ? (sorted[n / 2] + sorted[n / 2 - 1]) / 2 : sorted[n / 2], 1);
}

static gint64
threshold_by_median (const gint64 *bytes, guint n, double factor, gint64 least)
{
  return MAX (least, (gint64)((double)rush_median_bytes (bytes, n) * factor));
}

/* About as long as the partitions that are not skewed. */
static gint64
target_of_others (const gint64 *bytes, guint n, gint64 threshold, gint64 advisory)
{
  gint64 total = 0;
  guint n_others = 0;

  for (guint p = 0; p < n; p++)
    if (bytes[p] <= threshold)
      {
        total += bytes[p];
        n_others++;
      }
  return n_others > 0 ? MAX (advisory, total / n_others) : advisory;
}

/* ---- splitting ---- */

typedef struct
{
  guint *starts; /* the first map of each range */
  guint n;
  double target, small;
  gint64 current, last; /* bytes; last −1: there is none before */
} Split;

/* A range is done: is it, or the one before, so small that they should be one? */
static void
end_range (Split *self)
{
  double current = (double)self->current, last = (double)self->last;

  if (self->last > -1 &&
      (current + last < self->target * MERGED_FACTOR || current < self->target * self->small ||
       last < self->target * self->small))
    {
      self->n--;
      self->last += self->current;
    }
  else
    self->last = self->current;
}

static void
split_by_target (const gint64 *map_bytes, guint n_maps, gint64 target, double small,
                 RushRanges *out_ranges)
{
  g_autofree guint *starts = g_new0 (guint, n_maps + 1);
  Split split = { starts, 1, (double)target, small, 0, -1 };

  for (guint m = 0; m < n_maps; m++)
    if (m > 0 && split.current + map_bytes[m] > target)
      {
        end_range (&split);
        starts[split.n++] = m;
        split.current = map_bytes[m];
      }
    else
      split.current += map_bytes[m];
  end_range (&split);
  for (guint r = 0; r < split.n; r++)
    rush_ranges_add (out_ranges, starts[r], r + 1 < split.n ? starts[r + 1] : n_maps);
}

const RushSkewRule rush_skew_rule_by_median = { "by median", threshold_by_median, target_of_others,
                                                split_by_target };
