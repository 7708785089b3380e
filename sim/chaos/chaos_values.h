/* chaos_values.h - tasks without data that have a result all the same: a number that depends on all
 * that they have read.
 *
 *     value of a task = hash (its RDD, its partition, the values of all map outputs it fetched)
 *
 * It stands before another task model, which says how long tasks take.  What is fetched is what the
 * map output tracker names, as executors ask it: an output that is not registered, or whose file is
 * gone, is a failed fetch.  So a task that reads what it should not, or misses something, has
 * another value than the same task without faults; and a task of an indeterminate stage has another
 * one each time, which must not be mixed with older ones.
 *
 * Ownership:  what is handed in outlives it.
 * Threads:    the simulation's.
 */
#pragma once

#include "core/shuffle/map_output_tracker.h"
#include "sim/task_model.h"

typedef struct
{
  guint64 value;
  guint64 read; /* hash of what it has fetched: the same for all tasks of a stage */
} RushChaosValue;

typedef struct _RushChaosValues RushChaosValues;

RushChaosValues *rush_chaos_values_new (RushTaskModel *inner, RushMapOutputTracker *tracker);
void rush_chaos_values_free (RushChaosValues *self);
RushTaskModel *rush_chaos_values_model (RushChaosValues *self); /* (transfer none) */
/* What the @n tasks of @rdd come to without faults (@out: one a partition); FALSE: that is chance,
 * as something that they stand on is indeterminate. */
gboolean rush_chaos_values_expected (RushRdd *rdd, guint n, guint64 *out);
