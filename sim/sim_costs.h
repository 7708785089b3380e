/* sim_costs.h - what does not depend on a task's data: launches, workers, pauses, bad luck.
 *
 * Threads: plain data.
 */
#pragma once

#include "sim/distribution.h"

typedef struct
{
  double driver_task_s;      /* of the driver's one thread, for a launch and its end together */
  double task_overhead_s;    /* an executor's, to unpack a task and start it */
  double disk_seek_s;        /* a disk's, for each map output that a task fetches a piece of */
  double python_start_s;     /* a first worker on an executor's core; later tasks find it there */
  double neighbour_slowdown; /* a task computes so much longer, as a fraction, for each other that
                                runs on its host as it begins */
  double straggler_fraction; /* 0 … 1 of all attempts */
  RushDistribution *straggler_slowdown;        /* times as long; (unowned) or NULL */
  RushDistribution *pause_every, *pause_lasts; /* seconds, of an executor; (unowned) or NULL */
} RushSimCosts;
