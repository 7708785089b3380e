/* size_seams.h - two decisions of adaptive execution that another file can take, from nothing but
 * the sizes of what map tasks have written.
 *
 *   coalesce rule   which small partitions are read by one task      coalesce_rule.c
 *   skew rule       which partition is too large, and its parts      skew_rule.c
 *
 *                     reduce partition   0    1    2    3
 *          map task 0                    3    2   90    1
 *          map task 1                    4    1   80    2
 *                         all maps       7    3  170    3
 *
 *   coalesced, target 10                [0, 2)    [2, 3)  [3, 4)      ranges of partitions
 *   split, partition 2, target 100                [0, 1)  [1, 2)      ranges of map tasks
 *
 * Each rule is a small table of functions; the named file holds the one that Spark's behaviour asks
 * for, written with nothing but the functions below, so that it can be copied and changed.
 *
 *   static const RushCoalesceRule pairs = { "two by two", two_by_two };
 *   RUSH_PLUGIN (RUSH_COALESCE_PART (&pairs));
 *
 * Who asks for what a rule says checks it: a range that is empty, or not behind the one before, or
 * a partition with data that is in none, fails the query and no row is lost.
 *
 * All sizes are bytes.   Threads: that of the query's action.
 * Mirrors: org.apache.spark.sql.execution.adaptive.ShufflePartitionsUtil, OptimizeSkewedJoin.
 */
#pragma once

#include "core/plugin/plugin.h"

RUSH_BEGIN_PUBLIC

/* Ranges, as a rule finds them. */
typedef struct _RushRanges RushRanges;

/* Appends [start, end). */
void rush_ranges_add (RushRanges *self, guint start, guint end);

/* ---- the coalesce rule: aqe-coalesce ---- */

typedef struct
{
  const char *name;
  /* Partitions 0 … @n − 1, of so many @bytes in all maps together, as ranges that one task each
   * reads.  Every partition with data is in one of them; an empty one need not be.  @target: of a
   * range, about. */
  void (*coalesce) (const gint64 *bytes, guint n, gint64 target, RushRanges *out_ranges);
} RushCoalesceRule;

#define RUSH_COALESCE_PART(rule)                                                                   \
  RUSH_PLUGIN_PART ("aqe-coalesce", AQE_COALESCE, RushCoalesceRule, rule)

extern const RushCoalesceRule rush_coalesce_rule_by_size;

/* ---- the skew rule: aqe-skew ---- */

typedef struct
{
  const char *name;
  /* A partition of more bytes is skewed.  @factor: spark.sql.adaptive.skewJoin.
   * skewedPartitionFactor; @least: ….skewedPartitionThresholdInBytes. */
  gint64 (*threshold) (const gint64 *bytes, guint n, double factor, gint64 least);
  /* What the parts of a skewed partition should have, about.  @advisory: spark.sql.adaptive.
   * advisoryPartitionSizeInBytes. */
  gint64 (*target) (const gint64 *bytes, guint n, gint64 threshold, gint64 advisory);
  /* One partition, of which map task m wrote @map_bytes[m], as ranges of map tasks, from 0 to
   * @n_maps without a gap; one range, or none: it stays whole.  A range below @small times the
   * target is too small to stand alone. */
  void (*split) (const gint64 *map_bytes, guint n_maps, gint64 target, double small,
                 RushRanges *out_ranges);
} RushSkewRule;

#define RUSH_SKEW_PART(rule) RUSH_PLUGIN_PART ("aqe-skew", AQE_SKEW, RushSkewRule, rule)

/* The middle one of @n sizes in their order, or between the two middle ones; at least 1. */
gint64 rush_median_bytes (const gint64 *bytes, guint n);

extern const RushSkewRule rush_skew_rule_by_median;

RUSH_END_PUBLIC
