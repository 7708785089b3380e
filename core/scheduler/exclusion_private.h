/* exclusion_private.h - executors and hosts on which tasks fail are left alone for a while.
 *
 *   excludelist     what has failed where in one task set         task_set_excludelist.c
 *   health tracker  … in the whole application                    health_tracker.c
 *   unschedulable   sets that may not run anywhere any more       unschedulable.c
 *
 * Mirrors: org.apache.spark.scheduler.{TaskSetExcludelist,HealthTracker}.
 */
#pragma once

#include "core/conf/conf.h"
#include "core/event/event_bus.h"
#include "core/scheduler/backend.h"
#include "core/scheduler/executor_registry_private.h"

/* What the configuration says. */
typedef struct
{
  gboolean application;    /* failures of sets that succeed count for the application */
  gboolean task_and_stage; /* … and failures keep tasks and stages from a place */
  guint max_task_attempts_per_executor;
  guint max_task_attempts_per_node;
  guint max_stage_failures_per_executor;
  guint max_stage_executors_per_node;
  guint max_application_failures_per_executor;
  guint max_application_executors_per_node;
  gint64 timeout_ms;
  gboolean kill;
  gboolean decommission; /* … in peace */
  gboolean fetch_failures;
  gint64 unschedulable_us; /* how long a set may be so before it is given up */
} RushExclusion;

void rush_exclusion_init (RushExclusion *self, const RushConf *conf);
/* FALSE: one bad host could bring down a job all the same. */
gboolean rush_exclusion_check (const RushConf *conf, GError **error);

/* ---- one task set ---- */

/* What has failed on one executor. */
typedef struct
{
  const char *executor_id; /* (unowned) */
  const char *host;        /* (unowned) */
  GHashTable *tasks;       /* index → RushTaskFailures (owned) */
  gboolean excluded;       /* for the whole set */
} RushExecutorFailures;

typedef struct
{
  guint n;
  gint64 last_ms;
} RushTaskFailures;

typedef struct
{
  const RushExclusion *settings; /* (unowned) */
  GPtrArray *executors;          /* RushExecutorFailures (owned), in the order of their first */
  GHashTable *by_executor;       /* id → the same */
  GHashTable *nodes;             /* hosts excluded for the whole set */
  char *latest_reason;           /* of the newest failure */
} RushExcludelist;

RushExcludelist *rush_excludelist_new (const RushExclusion *settings);
void rush_excludelist_free (RushExcludelist *self);
/* Task @index has failed on @executor, in a way that counts. */
void rush_excludelist_add (RushExcludelist *self, const RushExecutor *executor, guint index,
                           const char *reason, gint stage_id, gint stage_attempt, gint64 now_ms,
                           RushEventBus *bus);
/* NULL: nothing has failed. */
gboolean rush_excludelist_excludes (const RushExcludelist *self, const RushExecutor *executor);
gboolean rush_excludelist_excludes_task (const RushExcludelist *self, const RushExecutor *executor,
                                         guint index);

/* ---- the application ---- */

typedef struct
{
  const RushExclusion *settings; /* the rest is unowned, too, up to the clock */
  RushExecutorRegistry *registry;
  RushEventBus *bus;
  RushBackend *backend;
  RushClock *clock;
  GHashTable *failures;          /* executor id → GArray of gint64: when each is forgotten, ms */
  GTree *executors;              /* excluded ones: id (owned) → RushExcludedExecutor (owned) */
  GTree *nodes;                  /* excluded ones: host (owned) → when that ends, ms (owned) */
  GHashTable *executors_of_node; /* host → set of ids that are or were excluded there */
  gint64 next_expiry_ms;         /* G_MAXINT64: nobody is excluded */
} RushHealthTracker;

typedef struct
{
  char *host;
  gint64 expiry_ms;
} RushExcludedExecutor;

/* The caller has filled in the world. */
void rush_health_tracker_init (RushHealthTracker *self);
void rush_health_tracker_clear (RushHealthTracker *self);
/* Who has been excluded for long enough is welcome again; FALSE: nobody. */
gboolean rush_health_tracker_apply_timeout (RushHealthTracker *self);
/* All tasks of a set have succeeded; what failed on the way tells of its executors. */
void rush_health_tracker_set_succeeded (RushHealthTracker *self, const RushExcludelist *failures);
/* An output could not be read from that executor. */
void rush_health_tracker_fetch_failed (RushHealthTracker *self, const char *executor_id);
/* It may be one that was excluded before it was lost. */
void rush_health_tracker_executor_added (RushHealthTracker *self, RushExecutor *executor);
void rush_health_tracker_executor_removed (RushHealthTracker *self, const char *executor_id);
/* The backend is asked to end it, at once or in peace. */
void rush_health_tracker_end_executor (RushHealthTracker *self, const char *executor_id,
                                       const char *reason);
