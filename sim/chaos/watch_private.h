/* watch_private.h - the books of an invariant watch.
 *
 *   invariant_watch.c   the listener and the observer; jobs and stages
 *   watch_tasks.c       tasks: starts, ends, slots, ceilings
 *   watch_executors.c   who is there, leaving, excluded; where outputs lie; memory
 */
#pragma once

#include "sim/chaos/invariant_watch.h"

#include <pthread.h>

typedef struct
{
  char *id, *host;
  guint cores, n_running;
  guint generation; /* it is lost and comes back: another one */
  gboolean there;
  gboolean lost;          /* the scheduler has been told */
  gboolean not_announced; /* it was there before the watch: its event may be yet to come */
  const char *leaving;    /* "is being decommissioned"; NULL: it stays */
  gboolean excluded;
  gboolean decommissioned; /* its loss was to be expected */
} RushWatchedExecutor;

typedef struct
{
  gint stage_id, stage_attempt;
  guint index, partition;
  RushWatchedExecutor *executor;
  guint generation; /* of the executor */
  gboolean ended, succeeded;
} RushWatchedTask;

/* A task of one attempt at a stage. */
typedef struct
{
  gboolean done;
  guint n_attempts, n_failures;
} RushWatchedSlot;

typedef struct
{
  gint id;
  gint shuffle_id; /* −1: results */
  guint n_outputs;
  GArray *parents;         /* gint */
  gboolean reads_cache;    /* and may do without its parents */
  gint live_attempt;       /* −1: none */
  gint last_attempt;       /* −1: none yet */
  GArray *slots;           /* RushWatchedSlot of the live attempt, by index */
  GHashTable *succeeded;   /* partitions, of all attempts */
  guint n_failed_attempts; /* in a row */
  gint last_failed_attempt;
} RushWatchedStage;

struct _RushInvariantWatch
{
  RushListener listener;
  RushSchedulerObserver observer;
  RushInvariantRules rules;
  pthread_mutex_t lock; /* of all that follows */
  GPtrArray *violations;
  gboolean observed; /* messages are seen, too: these say when the scheduler knows of a loss */
  guint64 n_events;
  const char *event_name; /* of the one that is looked at; NULL: a message is */
  gint64 now_ms;
  GHashTable *executors;      /* id → RushWatchedExecutor (owned) */
  GHashTable *excluded_hosts; /* names (owned) */
  GHashTable *excluded_for;   /* "stage.attempt executor or host" (owned) */
  GHashTable *tasks;          /* &task_id → RushWatchedTask (owned) */
  GHashTable *stages;         /* id → RushWatchedStage (owned) */
  GHashTable *jobs;           /* id → GArray of gint: their stages (owned); those that run */
  gboolean look_at_outputs;   /* after this message */
};

/* Lock held, as in all that follows. */
void rush_watch_note (RushInvariantWatch *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

#define RUSH_WATCH_CHECK(self, condition, ...)                                                     \
  G_STMT_START                                                                                     \
  {                                                                                                \
    if (!(condition))                                                                              \
      rush_watch_note (self, __VA_ARGS__);                                                         \
  }                                                                                                \
  G_STMT_END

void rush_watch_time (RushInvariantWatch *self, gint64 time_ms);

/* ---- watch_tasks.c ---- */
void rush_watch_task_start (RushInvariantWatch *self, const RushTaskStart *start);
void rush_watch_task_end (RushInvariantWatch *self, const RushTaskEnd *end);

/* ---- watch_executors.c ---- */
void rush_watch_executors_init (RushInvariantWatch *self);
void rush_watch_executors_clear (RushInvariantWatch *self);
RushWatchedExecutor *rush_watch_executor (RushInvariantWatch *self, const char *id);
/* FALSE: not one of its events. */
gboolean rush_watch_executor_event (RushInvariantWatch *self, const RushEvent *event);
void rush_watch_executor_message (RushInvariantWatch *self, const RushMessage *message);
/* Why nothing may start there now; NULL: it may. */
const char *rush_watch_why_not (RushInvariantWatch *self, const RushWatchedExecutor *executor,
                                gint stage_id, gint stage_attempt);
void rush_watch_outputs (RushInvariantWatch *self, gint shuffle_id);
void rush_watch_memory (RushInvariantWatch *self, const RushWatchedExecutor *executor);
