/* scheduler_private.h - the two schedulers in one, and what both need. */
#pragma once

#include "core/scheduler/allocation_private.h"

struct _RushScheduler
{
  /* Any thread. */
  atomic_int next_job_id;

  /* The scheduler's thread. */
  RushDag dag;
  RushTaskScheduler tasks;
  RushAllocationManager allocation;
  guint64 next_timer_id;           /* the last that was given; 0 is none */
  RushLineage *lineage;            /* of the RDDs of all jobs, or NULL */
  RushSchedulerObserver *observer; /* or NULL */
  gboolean handling;               /* a message is being handled: nobody may call back into us */
};
