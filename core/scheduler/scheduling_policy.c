/* scheduling_policy.c - first in, first out: the oldest job first, within a job the oldest stage.
 *
 * A stage that two jobs share runs under the first of them.  Spark's FAIR mode would be another
 * such table: pools, then minShare, weight and n_running, with looks_at_running set.
 *
 * Mirrors: org.apache.spark.scheduler.FIFOSchedulingAlgorithm.
 */
#include "core/scheduler/seams.h"

static gint
compare_numbers (gint a, gint b)
{
  return (a > b) - (a < b);
}

static gint
compare_fifo (const RushSchedulable *a, const RushSchedulable *b)
{
  gint order = compare_numbers (a->job_id, b->job_id);

  if (order == 0)
    order = compare_numbers (a->stage_id, b->stage_id);
  return order != 0 ? order : compare_numbers (a->stage_attempt, b->stage_attempt);
}

const RushSchedulingPolicy rush_scheduling_policy_fifo = { "FIFO", compare_fifo, FALSE };
