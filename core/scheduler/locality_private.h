/* locality_private.h - delay scheduling: how far from its data a task set is ready to go, now.
 *
 * Mirrors: myLocalityLevels, localityWaits, currentLocalityIndex and lastLocalityWaitResetTime of
 *          org.apache.spark.scheduler.TaskSetManager; Zaharia et al., EuroSys 2010.
 */
#pragma once

#include "core/scheduler/pending_tasks_private.h"

#define RUSH_N_LOCALITIES (RUSH_LOCALITY_ANY + 1)

/* By level, microseconds; 0 for the levels that are never waited at. */
typedef struct
{
  gint64 us[RUSH_N_LOCALITIES];
} RushLocalityWaits;

typedef struct
{
  const RushLocalityWaits *waits; /* (unowned) */
  guint n_levels;                 /* at least 1: the last is ANY */
  RushLocality levels[RUSH_N_LOCALITIES];
  guint current; /* index into levels */
  gint64 reset_us;
  gboolean clean; /* no offer was rejected since the timer was reset */
} RushLocalityClock;

void rush_locality_init (RushLocalityClock *self, const RushLocalityWaits *waits,
                         RushPendingTasks *pending, RushExecutorRegistry *registry, gint64 now_us);
/* Executors have come or gone: which levels can be had has changed. */
void rush_locality_recompute (RushLocalityClock *self, RushPendingTasks *pending,
                              RushExecutorRegistry *registry);
/* How far an offer may go at @now_us; moves on when waiting is over, or pointless. */
RushLocality rush_locality_allowed (RushLocalityClock *self, RushPendingTasks *pending,
                                    gint64 now_us);
/* A round of offers is over.  @min_launched: the nearest level at which it launched a task, or −1:
 * none; @rejected: a slot was left empty though tasks wait; @all_free: the round went over all
 * executors with room. */
void rush_locality_round_over (RushLocalityClock *self, gint min_launched, gboolean rejected,
                               gboolean all_free, gint64 now_us);
/* When the next level opens by itself, or G_MAXINT64. */
gint64 rush_locality_next_us (const RushLocalityClock *self);
