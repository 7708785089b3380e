/* coalesce_rule.c - neighbours are read together as long as they are no more than the target.
 *
 *   target 6    sizes  3 2 │ 9 │ 1 1 4     a range ends before it would be larger
 *
 * A partition that is larger than the target is a range of its own; ranges without data are left
 * out.  Partitions are never put together across others: a range is read in one go, and an order by
 * ranges of keys stays one.
 *
 * Mirrors: ShufflePartitionsUtil.coalescePartitions.
 */
#include "sql/physical/adaptive/size_seams.h"

static void
coalesce_by_size (const gint64 *bytes, guint n, gint64 target, RushRanges *out_ranges)
{
  gint64 held = 0;
  guint start = 0;

  for (guint p = 0; p < n; p++)
    {
      if (p > start && held + bytes[p] > target)
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
}

const RushCoalesceRule rush_coalesce_rule_by_size = { "by size", coalesce_by_size };
