/* partition_specs.c - rules say ranges; here they become pieces of shuffles, if they can be.
 *
 *   rule ── [0, 2) [2, 3) ──▶ checked ──▶ RushShuffleSpec
 */
#include "sql/physical/adaptive/partition_specs.h"

#include "core/shuffle/map_status.h"

typedef struct
{
  guint start, end;
} Range;

struct _RushRanges
{
  GArray *ranges; /* of Range */
};

void
rush_ranges_add (RushRanges *self, guint start, guint end)
{
  Range range = { start, end };

  g_array_append_val (self->ranges, range);
}

const RushCoalesceRule *
rush_coalesce_rule_of (const RushPlugins *plugins)
{
  const RushCoalesceRule *theirs = rush_plugins_find (plugins, "aqe-coalesce");

  return theirs != NULL ? theirs : &rush_coalesce_rule_by_size;
}

const RushSkewRule *
rush_skew_rule_of (const RushPlugins *plugins)
{
  const RushSkewRule *theirs = rush_plugins_find (plugins, "aqe-skew");

  return theirs != NULL ? theirs : &rush_skew_rule_by_median;
}

/* Ranges of [0, n), in order, that leave out nothing but what has no bytes. */
static gboolean
check_ranges (const RushRanges *self, const char *seam, const char *rule, const gint64 *bytes,
              guint n, GError **error)
{
  guint done = 0;

  for (guint r = 0; r <= self->ranges->len; r++)
    {
      Range range =
          r < self->ranges->len ? g_array_index (self->ranges, Range, r) : (Range){ n, n };

      if (range.start < done || range.end > n ||
          (r < self->ranges->len && range.start >= range.end))
        {
          g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                       "The %s rule \"%s\" gives the range [%u, %u), which is empty, ends behind "
                       "%u or begins before %u, where the last one ended.",
                       seam, rule, range.start, range.end, n, done);
          return FALSE;
        }
      for (; done < range.start; done++)
        if (bytes[done] > 0)
          {
            g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                         "The %s rule \"%s\" leaves out number %u, which has %" G_GINT64_FORMAT
                         " bytes: its rows would be lost.",
                         seam, rule, done, bytes[done]);
            return FALSE;
          }
      done = range.end;
    }
  return TRUE;
}

/* ---- coalescing ---- */

gboolean
rush_append_coalesced (GArray *into, const RushCoalesceRule *rule, const gint64 *bytes, guint start,
                       guint end, gint64 target, GError **error)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (Range));
  RushRanges ranges = { list };

  if (start >= end)
    return TRUE;
  rule->coalesce (bytes + start, end - start, target, &ranges);
  if (!check_ranges (&ranges, "aqe-coalesce", rule->name, bytes + start, end - start, error))
    return FALSE;
  for (guint r = 0; r < list->len; r++)
    {
      Range range = g_array_index (list, Range, r);
      RushShuffleSpec spec = { start + range.start, start + range.end, 0, G_MAXUINT };

      g_array_append_val (into, spec);
    }
  return TRUE;
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
rush_coalesce_around_parts (const GArray *split, const RushCoalesceRule *rule, const gint64 *bytes,
                            gint64 target, GError **error)
{
  g_autoptr (GArray) specs = g_array_new (FALSE, FALSE, sizeof (RushShuffleSpec));
  guint begin = 0; /* of the partitions that are not in a piece yet */

  for (guint i = 0, end; i < split->len; i = end)
    {
      guint p = g_array_index (split, RushShuffleSpec, i).start;

      end = run_end (split, i);
      if (end == i + 1)
        continue;
      if (!rush_append_coalesced (specs, rule, bytes, begin, p, target, error))
        return NULL;
      g_array_append_vals (specs, &g_array_index (split, RushShuffleSpec, i), end - i);
      begin = p + 1;
    }
  if (split->len > 0 &&
      !rush_append_coalesced (specs, rule, bytes, begin,
                              g_array_index (split, RushShuffleSpec, split->len - 1).end, target,
                              error))
    return NULL;
  return g_steal_pointer (&specs);
}

/* ---- splitting ---- */

gboolean
rush_split_partition (const RushSkewRule *rule, const GPtrArray *maps, guint p, gint64 target,
                      double small, GArray **out, GError **error)
{
  g_autofree gint64 *bytes = g_new0 (gint64, maps->len + 1);
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (Range));
  RushRanges ranges = { list };

  *out = NULL;
  for (guint m = 0; m < maps->len; m++)
    bytes[m] = ((const RushMapStatus *)maps->pdata[m])->sizes[p].bytes;
  rule->split (bytes, maps->len, target, small, &ranges);
  if (list->len < 2)
    return TRUE;
  if (!check_ranges (&ranges, "aqe-skew", rule->name, bytes, maps->len, error))
    return FALSE;
  *out = g_array_new (FALSE, FALSE, sizeof (RushShuffleSpec));
  for (guint r = 0; r < list->len; r++)
    {
      Range range = g_array_index (list, Range, r);
      RushShuffleSpec spec = { p, p + 1, range.start, range.end };

      g_array_append_val (*out, spec);
    }
  return TRUE;
}
