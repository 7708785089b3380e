/* pending_tasks_private.h - which tasks of a set wait, found by the place that asks.
 *
 *   by executor   "7" → [ 4, 0 ]            a task stands under every place that it likes,
 *   by host       "n3" → [ 9, 4, 0 ]        under `no preference` if it likes none,
 *   by rack       "r1" → [ 9, 4, 0 ]        and always in `all`
 *   no preference [ 8, 5, 2 ]
 *   all           [ 9, 8, 5, 4, 2, 0 ]      taken from the end: low numbers first
 *
 * Mirrors: org.apache.spark.scheduler.PendingTasksByLocality.
 */
#pragma once

#include "core/event/event.h"
#include "core/scheduler/executor_registry_private.h"

/* The tasks that like one place. */
typedef struct
{
  GArray *tasks;      /* guint, a stack (owned) */
  gboolean is_listed; /* stands in its level's `alive` */
} RushPendingPlace;

/* The places of one level. */
typedef struct
{
  GHashTable *by_name; /* name (owned) → RushPendingPlace (owned) */
  GPtrArray *alive; /* RushPendingPlace that can be had now; empty ones leave when they are met */
} RushPendingPlaces;

typedef struct
{
  guint n_tasks;
  guint n_pending;
  guint8 *is_pending; /* by task: the truth */
  RushPendingPlaces executors;
  RushPendingPlaces hosts;
  RushPendingPlaces racks;
  GArray *no_preference;
  GArray *all;
} RushPendingTasks;

RushPendingTasks *rush_pending_tasks_new (guint n_tasks);
void rush_pending_tasks_free (RushPendingTasks *self);

/* @locations: names of hosts, or of executors that are there; NULL: no preference. */
void rush_pending_tasks_add (RushPendingTasks *self, guint index, char *const *locations,
                             RushExecutorRegistry *registry);
/* The task must not start any more; O(1). */
void rush_pending_tasks_remove (RushPendingTasks *self, guint index);
/* Whether task @index may run on @executor. */
typedef gboolean (*RushTaskAccepts) (gconstpointer data, guint index, const RushExecutor *executor);
/* Takes the best task for @executor that is no farther than @max, and that @accepts takes, if it is
 * not NULL; −1: there is none. */
gint rush_pending_tasks_take (RushPendingTasks *self, const RushExecutor *executor,
                              RushLocality max, RushTaskAccepts accepts, gconstpointer data,
                              RushLocality *out_locality);

/* The task that would be next if places did not matter; −1: none waits. */
gint rush_pending_tasks_peek (RushPendingTasks *self);

/* Executors have come or gone. */
void rush_pending_tasks_update_alive (RushPendingTasks *self, RushExecutorRegistry *registry);
/* Whether a task waits that likes some place of this level that can be had. */
gboolean rush_pending_tasks_any_at (RushPendingTasks *self, RushLocality level);
/* Whether some place of this level that a task likes, or liked, can be had. */
gboolean rush_pending_tasks_level_is_valid (RushPendingTasks *self, RushLocality level,
                                            RushExecutorRegistry *registry);
