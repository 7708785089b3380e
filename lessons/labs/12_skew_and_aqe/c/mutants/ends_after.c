/* a range ends after the target is passed, not before */
/* caught by: coalesces */
/* sizes.c - two rules of adaptive execution, from what map tasks have written.
 *
 *                     reduce partition   0    1    2    3
 *          map task 0                    3    2   90    1
 *          map task 1                    4    1   80    2
 *                         all maps       7    3  170    3
 *
 *   coalesced, target 10                [0, 2)    [2, 3)  [3, 4)      ranges of partitions
 *   split, partition 2, target 100                [0, 1)  [1, 2)      ranges of map tasks
 *
 * rush_ranges_add (out_ranges, start, end) adds a range that begins at start and ends before end.
 * What you write stands between BEGIN and END; the rest is given.
 */
#include "sql/physical/adaptive/size_seams.h"

/* ══ 1. which small partitions one task reads ══ */

/* Neighbours together, as long as they are not more than the target; in order.  A range whose
 * partitions are all empty is left out. */
static void
coalesce (const gint64 *bytes, guint n, gint64 target, RushRanges *out_ranges)
{
  /* BEGIN SOLUTION */
  gint64 held = 0;
  guint start = 0;

  for (guint p = 0; p < n; p++)
    {
      if (p > start && held > target)
        {
          if (held > 0)
            rush_ranges_add (out_ranges, start, p);
          start = p;
          held = 0;
        }
      held += bytes[p];
    }
  if (held > 0)
    rush_ranges_add (out_ranges, start, n);
  /* END SOLUTION */
}

static const RushCoalesceRule coalescing = { "my coalescing", coalesce };

/* ══ 2. which partition is skewed, and its parts ══ */

/* A partition with more bytes is skewed: @factor times the one in the middle, but @least at
 * least. */
static gint64
threshold (const gint64 *bytes, guint n, double factor, gint64 least)
{
  /* BEGIN SOLUTION */
  return MAX (least, (gint64)((double)rush_median_bytes (bytes, n) * factor));
  /* END SOLUTION */
}

/* How large a part should be: as the partitions that are not skewed are on average, but @advisory
 * at least. */
static gint64
target_size (const gint64 *bytes, guint n, gint64 skewed_above, gint64 advisory)
{
  /* BEGIN SOLUTION */
  gint64 total = 0;
  guint others = 0;

  for (guint p = 0; p < n; p++)
    if (bytes[p] <= skewed_above)
      {
        total += bytes[p];
        others++;
      }
  return others > 0 ? MAX (advisory, total / others) : advisory;
  /* END SOLUTION */
}

/* The map tasks of one partition as ranges of about @target bytes.  Map tasks are taken one after
 * the other; when the next one would make a range larger than the target, the range ends.  A range
 * that has ended goes with the one before it
 *   - if both together are less than 1.2 times the target, or
 *   - if either of them is less than @small times the target. */
static void
split (const gint64 *map_bytes, guint n_maps, gint64 target, double small, RushRanges *out_ranges)
{
  /* BEGIN SOLUTION */
  g_autofree guint *starts = g_new0 (guint, n_maps + 1);
  gint64 last = -1, current = 0;
  guint n = 1;

  for (guint m = 0; m <= n_maps; m++)
    {
      if (m < n_maps && (m == 0 || current + map_bytes[m] <= target))
        {
          current += map_bytes[m];
          continue;
        }
      if (last >= 0 && ((double)(current + last) < (double)target * 1.2 ||
                        (double)MIN (current, last) < (double)target * small))
        {
          n--;
          last += current;
        }
      else
        last = current;
      if (m < n_maps)
        {
          starts[n++] = m;
          current = map_bytes[m];
        }
    }
  for (guint r = 0; r < n; r++)
    rush_ranges_add (out_ranges, starts[r], r + 1 < n ? starts[r + 1] : n_maps);
  /* END SOLUTION */
}

static const RushSkewRule splitting = { "my splitting", threshold, target_size, split };

RUSH_PLUGIN (RUSH_COALESCE_PART (&coalescing), RUSH_SKEW_PART (&splitting));
