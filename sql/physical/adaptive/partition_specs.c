/* partition_specs.c - see partition_specs.h.
 *
 *   coalescing   sizes  3 2 │ 9 │ 1 1 4     target 6: a piece ends before it would be larger
 *   splitting    one partition, by what each map wrote of it
 *                maps   4 4 │ 5 3 │ 8 │ 1   … the last is small and joins its neighbour:
 *                       4 4 │ 5 3 │ 9
 */
#include "sql/physical/adaptive/partition_specs.h"

#include "core/shuffle/map_status.h"

#include <stdlib.h>

#define MERGED_FACTOR 1.2 /* two ranges that are no longer than this become one */

/* ---- coalescing ---- */

static void
append_whole (GArray *into, guint start, guint end)
{
  RushShuffleSpec spec = { start, end, 0, G_MAXUINT };

  g_array_append_val (into, spec);
}

void
rush_append_coalesced (GArray *into, const gint64 *bytes, guint start, guint end, gint64 target)
{
  gint64 held = 0;

  for (guint p = start; p < end; p++)
    {
      if (p > start && held + bytes[p] > target)
        {
          if (held > 0)
            append_whole (into, start, p);
          start = p;
          held = 0;
        }
      held += bytes[p];
    }
  if (held > 0)
    append_whole (into, start, end);
}

/* The end of the run of specs of one partition that begins at @i. */
static guint
run_end (const GArray *specs, guint i)
{
  guint p = g_array_index (specs, RushShuffleSpec, i).start, end = i + 1;

  while (end < specs->len && g_array_index (specs, RushShuffleSpec, end).start == p)
    end++;
  return end;
}

GArray *
rush_coalesce_around_parts (const GArray *split, const gint64 *bytes, gint64 target)
{
  GArray *specs = g_array_new (FALSE, FALSE, sizeof (RushShuffleSpec));
  guint begin = 0; /* of the partitions that are not in a piece yet */

  for (guint i = 0, end; i < split->len; i = end)
    {
      guint p = g_array_index (split, RushShuffleSpec, i).start;

      end = run_end (split, i);
      if (end == i + 1)
        continue;
      rush_append_coalesced (specs, bytes, begin, p, target);
      g_array_append_vals (specs, &g_array_index (split, RushShuffleSpec, i), end - i);
      begin = p + 1;
    }
  if (split->len > 0)
    rush_append_coalesced (specs, bytes, begin,
                           g_array_index (split, RushShuffleSpec, split->len - 1).end, target);
  return specs;
}

/* ---- splitting ---- */

typedef struct
{
  GArray *starts; /* guint: the first map of each range */
  gint64 target;
  double small;
  gint64 current, last; /* bytes; last −1: there is none before */
} Split;

/* A range is done: is it, or the one before, so small that they should be one? */
static void
end_range (Split *self)
{
  double target = (double)self->target, current = (double)self->current, last = (double)self->last;

  if (self->last > -1 && (current + last < target * MERGED_FACTOR ||
                          current < target * self->small || last < target * self->small))
    {
      g_array_set_size (self->starts, self->starts->len - 1);
      self->last += self->current;
    }
  else
    self->last = self->current;
}

static void
find_ranges (Split *self, const GPtrArray *maps, guint p)
{
  for (guint m = 0; m < maps->len; m++)
    {
      gint64 bytes = ((const RushMapStatus *)maps->pdata[m])->sizes[p].bytes;

      if (m > 0 && self->current + bytes > self->target)
        {
          end_range (self);
          g_array_append_val (self->starts, m);
          self->current = bytes;
        }
      else
        self->current += bytes;
    }
  end_range (self);
}

GArray *
rush_split_partition (const GPtrArray *maps, guint p, gint64 target, double small)
{
  g_autoptr (GArray) starts = g_array_new (FALSE, FALSE, sizeof (guint));
  Split split = { starts, target, small, 0, -1 };
  GArray *specs;
  guint first = 0;

  g_array_append_val (starts, first);
  find_ranges (&split, maps, p);
  if (starts->len < 2)
    return NULL;
  specs = g_array_new (FALSE, FALSE, sizeof (RushShuffleSpec));
  for (guint r = 0; r < starts->len; r++)
    {
      RushShuffleSpec spec = { p, p + 1, g_array_index (starts, guint, r),
                               r + 1 < starts->len ? g_array_index (starts, guint, r + 1)
                                                   : maps->len };
      g_array_append_val (specs, spec);
    }
  return specs;
}

/* ---- sizes ---- */

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
