/* executor_registry_private.h - the executors that are there, their slots, hosts and racks.
 *
 *   executor "7"   cores 4, free 1, runs t12 t15 t90     host "n3"   rack "r1"
 *
 * An executor that is lost and comes back under its old id is another one: the record of the first
 * stays, dead, because finished tasks point to it.
 *
 * Invariants:  free_cores = cores − n_running × cores a task.  An executor stands in `free` if and
 *              only if it is alive, may be given tasks, and has cores for one more.
 * Mirrors:     the maps executorIdToHost, hostToExecutors, hostsByRack and
 * executorIdToRunningTaskIds of org.apache.spark.scheduler.TaskSchedulerImpl.
 */
#pragma once

#include <glib.h>

typedef struct
{
  char *id;
  char *host;
  char *rack; /* or NULL */
  guint cores;
  guint free_cores;
  gboolean alive;
  gboolean excluded; /* by the application: health_tracker.c */
  /* On its way out: leaving_executors.c */
  gboolean disconnected;
  gboolean draining;    /* is being decommissioned */
  gboolean asked_to_go; /* idle for too long */
  gint64 draining_since_ms;
  char *draining_reason; /* (owned) */
  guint64 kill_timer;    /* after which it is ended; 0: none */
  gint64 last_seen_us;   /* heartbeat_receiver.c */
  /* executor_monitor.c */
  gboolean is_idle;
  gint64 idle_since_us;
  GList in_idle;
  GHashTable *shuffles; /* ids of those that it has outputs of, or NULL */
  gint free_index;      /* in the registry's free, or −1 */
  GQueue running;       /* RushAttempt * */
} RushExecutor;

typedef struct
{
  guint cores_per_task;
  guint most_cores;         /* of any executor that has come */
  guint n_staying;          /* executors that are alive and not on their way out */
  GPtrArray *all;           /* RushExecutor * (owned), dead ones too */
  GHashTable *alive;        /* id → RushExecutor */
  GHashTable *known;        /* id → the newest RushExecutor of that id, dead or alive */
  GHashTable *hosts;        /* host → number of executors that stay there, as a pointer */
  GHashTable *racks;        /* rack → the same */
  GHashTable *rack_of_host; /* host → rack (owned); kept when the host is gone */
  GPtrArray *free;          /* RushExecutor * with room for a task, in no order that matters */
} RushExecutorRegistry;

RushExecutorRegistry *rush_executor_registry_new (guint cores_per_task);
void rush_executor_registry_free (RushExecutorRegistry *self);

/* NULL: an executor of that id is there already. */
RushExecutor *rush_executor_registry_add (RushExecutorRegistry *self, const char *id,
                                          const char *host, const char *rack, guint cores);
void rush_executor_registry_remove (RushExecutorRegistry *self, RushExecutor *executor);
RushExecutor *rush_executor_registry_find (RushExecutorRegistry *self, const char *id);

void rush_executor_registry_take_slot (RushExecutorRegistry *self, RushExecutor *executor);
void rush_executor_registry_give_slot (RushExecutorRegistry *self, RushExecutor *executor);
gboolean rush_executor_has_room (const RushExecutor *self);
/* Alive, and not on its way out. */
gboolean rush_executor_stays (const RushExecutor *self);
/* Alive, not on its way out, and not excluded. */
gboolean rush_executor_takes_tasks (const RushExecutor *self);
/* Sets @mark, one of those of @executor; its host is no place to wait for any more. */
void rush_executor_registry_leave (RushExecutorRegistry *self, RushExecutor *executor,
                                   gboolean *mark);
void rush_executor_registry_set_excluded (RushExecutorRegistry *self, RushExecutor *executor,
                                          gboolean excluded);
/* How many tasks can run at the same time, and how many of them have a place now. */
guint rush_executor_registry_n_slots (RushExecutorRegistry *self);
guint rush_executor_registry_n_free_slots (const RushExecutorRegistry *self);
/* Of the largest executor that has come. */
guint rush_executor_registry_most_slots (const RushExecutorRegistry *self);

gboolean rush_executor_registry_has_host (RushExecutorRegistry *self, const char *host);
gboolean rush_executor_registry_has_rack (RushExecutorRegistry *self, const char *rack);
/* Where an executor of that id is, or has been; NULL: there has never been one. */
const char *rush_executor_registry_host_of (RushExecutorRegistry *self, const char *id);
const char *rush_executor_registry_rack_of (RushExecutorRegistry *self, const char *host);
