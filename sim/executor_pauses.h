/* executor_pauses.h - when an executor stands still: a collector of garbage, a neighbour, the disk.
 *
 *      ───run───┤pause├──────run──────┤pause├──run──     the same for all of its tasks
 *
 * The pauses of an executor are a sequence of their own, drawn from its name, whatever its tasks
 * do: two tasks that run at the same time lose the same time.
 *
 * Threads: the simulation's.
 */
#pragma once

#include "sim/sim_costs.h"

typedef struct
{
  RushSimRandom random;
  const RushDistribution *every, *lasts; /* seconds; NULL: there are none */
  GArray *windows; /* of [start_us, end_us), in their order; as far as asked */
} RushExecutorPauses;

void rush_executor_pauses_init (RushExecutorPauses *self, const RushSimCosts *costs, guint64 seed,
                                gint64 executor, gint64 start_us);
void rush_executor_pauses_clear (RushExecutorPauses *self);
/* When work of @work_us that begins at @now_us is done. */
gint64 rush_executor_pauses_end_of (RushExecutorPauses *self, gint64 now_us, gint64 work_us);
