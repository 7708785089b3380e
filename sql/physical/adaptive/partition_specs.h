/* partition_specs.h - in which pieces shuffles are read, from the sizes of what was written.
 *
 * What is small and what is large is said by two rules, which plug-ins may take (size_seams.h).
 *
 * Mirrors: org.apache.spark.sql.execution.adaptive.ShufflePartitionsUtil.
 */
#pragma once

#include "sql/physical/adaptive/size_seams.h"
#include "sql/physical/operators/shuffled_row_rdd.h"

/* All lists are GArrays of RushShuffleSpec. */

static inline gboolean
rush_shuffle_spec_is_part (const RushShuffleSpec *spec)
{
  return spec->map_end != G_MAXUINT;
}

/* The plug-ins' rule, or ours. */
const RushCoalesceRule *rush_coalesce_rule_of (const RushPlugins *plugins);
const RushSkewRule *rush_skew_rule_of (const RushPlugins *plugins);

/* Neighbours among the partitions [start, end) together, up to @target bytes; those without any may
 * be in none of the pieces.  Appends to @into; FALSE with @error: the rule has left out data. */
gboolean rush_append_coalesced (GArray *into, const RushCoalesceRule *rule, const gint64 *bytes,
                                guint start, guint end, gint64 target, GError **error);
/* The same of partitions that were split before (@split): parts stay as they are, and what lies
 * between them is put together.  (transfer full) */
GArray *rush_coalesce_around_parts (const GArray *split, const RushCoalesceRule *rule,
                                    const gint64 *bytes, gint64 target, GError **error);
/* Partition @p by ranges of maps of about @target bytes each; @maps: RushMapStatus.  A range below
 * @small of the target goes with its neighbour.  *out NULL: it stays whole.  (transfer full) */
gboolean rush_split_partition (const RushSkewRule *rule, const GPtrArray *maps, guint p,
                               gint64 target, double small, GArray **out, GError **error);
