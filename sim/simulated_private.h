/* simulated_private.h - what the simulated backend is made of, and its two halves.
 *
 *   simulated_backend.c   who is there, and the contract of a backend
 *   simulated_tasks.c     what runs: the steps of a task in virtual time
 *
 * Threads: the simulation's.
 */
#pragma once

#include "sim/executor_pauses.h"
#include "sim/simulated_backend.h"

typedef struct
{
  char *id;
  RushSimHost *host;
  gint64 number; /* in the order of their coming: names its streams of chance */
  guint cores;
  double slowness; /* 1 */
  guint n_idle_workers;
  RushExecutorPauses pauses;
  GQueue running; /* RushSimTask */
} RushSimSlots;

typedef struct
{
  RushBackend base;
  RushSimulatedSetup setup;
  RushScheduler *scheduler;    /* (unowned) */
  RushClusterManager *manager; /* (unowned) or NULL */
  GHashTable *executors;       /* id → RushSimSlots (owned) */
  GHashTable *tasks;           /* &task_id → RushSimTask */
  GHashTable *timers;          /* &timer_id → RushSimTimer (owned) */
  gint64 next_number;
  gint64 driver_free_us; /* until then it is busy with launches */
} RushSimulatedBackend;

/* Takes over @task. */
void rush_simulated_tasks_launch (RushSimulatedBackend *self, RushSimSlots *executor,
                                  RushTask *task);
void rush_simulated_tasks_kill (RushSimulatedBackend *self, gint64 task_id, const char *reason);
/* They end without a word: the scheduler is told of the executor. */
void rush_simulated_tasks_drop_all (RushSimulatedBackend *self, RushSimSlots *executor);
