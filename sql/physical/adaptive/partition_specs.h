/* partition_specs.h - in which pieces shuffles are read, from the sizes of what was written.
 *
 * Mirrors: org.apache.spark.sql.execution.adaptive.ShufflePartitionsUtil.
 */
#pragma once

#include "sql/physical/operators/shuffled_row_rdd.h"

/* All lists are GArrays of RushShuffleSpec. */

static inline gboolean
rush_shuffle_spec_is_part (const RushShuffleSpec *spec)
{
  return spec->map_end != G_MAXUINT;
}

/* Neighbours among the partitions [start, end) together, up to @target bytes; those without any are
 * in none of the pieces.  Appends to @into. */
void rush_append_coalesced (GArray *into, const gint64 *bytes, guint start, guint end,
                            gint64 target);
/* The same of partitions that were split before (@split): parts stay as they are, and what lies
 * between them is put together.  (transfer full) */
GArray *rush_coalesce_around_parts (const GArray *split, const gint64 *bytes, gint64 target);
/* Partition @p by ranges of maps of about @target bytes each; @maps: RushMapStatus.  A range below
 * @small of the target goes with its neighbour.  NULL: it stays whole.  (transfer full) */
GArray *rush_split_partition (const GPtrArray *maps, guint p, gint64 target, double small);
/* … of @n sizes, at least 1. */
gint64 rush_median_bytes (const gint64 *bytes, guint n);
