/* simulated_private.h - what the simulated backend is made of, and its two halves.
 *
 *   simulated_backend.c   who is there, and the contract of a backend
 *   simulated_tasks.c     what runs: the steps of a task in virtual time
 *   driver_messages.c     what executors tell the driver, and what becomes of it on the way
 *
 * Threads: the simulation's.
 */
#pragma once

#include "sim/container_memory.h"
#include "sim/executor_pauses.h"
#include "sim/simulated_backend.h"

struct _RushSimSlots
{
  char *id;
  RushSimHost *host;
  gint64 number; /* in the order of their coming: names its streams of chance */
  guint cores;
  double slowness; /* 1 */
  guint n_idle_workers;
  RushExecutorPauses pauses;
  GQueue running; /* RushSimTask */

  gboolean dead;            /* and the driver does not know yet */
  gboolean leaving;         /* it has been decommissioned */
  gboolean cut;             /* what it says is held until it can be heard again */
  GQueue held;              /* RushMessage */
  RushSimMessages messages; /* what becomes of them on their way */
  gint64 n_messages;        /* so far: names their luck */
  guint64 heartbeat;        /* action; 0: none */
  /* Once it drains. */
  RushSimAction drained;
  gpointer drained_data;
  gint64 drained_argument;

  RushContainerUse container;
};

struct _RushSimulatedBackend
{
  RushBackend base;
  RushBackendClass klass; /* this one's: whether it sends heartbeats is its own affair */
  RushSimulatedSetup setup;
  RushScheduler *scheduler;    /* (unowned) */
  RushClusterManager *manager; /* (unowned) or NULL */
  GHashTable *executors;       /* id → RushSimSlots (owned) */
  GHashTable *by_number;       /* the same, by number */
  GHashTable *tasks;           /* &task_id → RushSimTask */
  GHashTable *timers;          /* &timer_id → RushSimTimer (owned) */
  GHashTable *packets;         /* RushSimPacket: messages on their way */
  GHashTable *migrations;      /* RushOutputMigration: executors that hand their outputs over */
  RushSimMessages messages;    /* for executors to come */
  GQueue to_release;           /* those that the scheduler has let go of just now */
  guint64 release;             /* action in which the manager is told; 0: none */
  guint64 progress;            /* starts and ends of tasks, executors that come and go */
  gint64 next_number;
  gint64 driver_free_us;                     /* until then it is busy with launches */
  gint64 most_task_bytes, most_worker_bytes; /* outside of the heap, so far */
};

/* Takes over @task. */
void rush_simulated_tasks_launch (RushSimulatedBackend *self, RushSimSlots *executor,
                                  RushTask *task);
void rush_simulated_tasks_kill (RushSimulatedBackend *self, gint64 task_id, const char *reason);
/* ---- driver_messages.c ---- */

/* @message (transfer full) leaves @executor.  It may end the executor's life before this
 * returns. */
void rush_sim_tell (RushSimulatedBackend *self, RushSimSlots *executor, RushMessage *message);
/* What was held leaves now. */
void rush_sim_tell_held (RushSimulatedBackend *self, RushSimSlots *executor);
void rush_sim_start_heartbeats (RushSimulatedBackend *self, RushSimSlots *executor);
void rush_sim_forget_messages (RushSimulatedBackend *self, RushSimSlots *executor);
void rush_sim_forget_packets (RushSimulatedBackend *self);

/* ---- output_migration.c ---- */

typedef struct _RushOutputMigration RushOutputMigration;
/* @over is called when what @executor has has been handed over, unless it dies before. */
RushOutputMigration *rush_output_migration_new (RushSimulatedBackend *backend,
                                                const RushSimSlots *executor, RushSimAction over,
                                                gpointer data, gint64 argument);
void rush_output_migration_begin (gpointer migration, gint64 argument); /* a RushSimAction */
void rush_output_migrations_forget (RushSimulatedBackend *self);

/* They end without a word: the scheduler is told of the executor. */
void rush_simulated_tasks_drop_all (RushSimulatedBackend *self, RushSimSlots *executor);
