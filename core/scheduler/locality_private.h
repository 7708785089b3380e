/* locality_private.h - how far from its data a task set is ready to go, now: what a locality wait
 * (seams.h) works upon.
 *
 * Mirrors: myLocalityLevels, localityWaits, currentLocalityIndex and lastLocalityWaitResetTime of
 *          org.apache.spark.scheduler.TaskSetManager.
 */
#pragma once

#include "core/scheduler/pending_tasks_private.h"
#include "core/scheduler/seams.h"

/* By level, microseconds; 0 for the levels that are never waited at. */
typedef struct
{
  gint64 us[RUSH_N_LOCALITIES];
} RushLocalityWaits;

typedef struct
{
  RushLocalityState state; /* its levels and waits are ours; where it stands is the wait's */
  const RushLocalityWait *wait;
} RushLocalityClock;

void rush_locality_init (RushLocalityClock *self, const RushLocalityWait *wait,
                         const RushLocalityWaits *waits, RushPendingTasks *pending,
                         RushExecutorRegistry *registry, gint64 now_us);
/* Executors have come or gone: which levels can be had has changed. */
void rush_locality_recompute (RushLocalityClock *self, RushPendingTasks *pending,
                              RushExecutorRegistry *registry);
/* How far an offer may go at @now_us. */
RushLocality rush_locality_allowed (RushLocalityClock *self, gint64 now_us);
void rush_locality_round_over (RushLocalityClock *self, const RushOfferRound *round, gint64 now_us);
/* When the next level opens by itself, or G_MAXINT64. */
gint64 rush_locality_next_us (const RushLocalityClock *self);
