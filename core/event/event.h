/* event.h - all that happens, as immutable values.
 *
 * core/event/events.def lists every event once: its name in Spark's log, and the struct behind it.
 * An event is built only if somebody listens (rush_event_bus_has_listeners () is one branch),
 * is never changed afterwards, and is shared by all listeners.
 *
 * Ownership:  an event owns the strings and arrays of its payload (g_malloc), but for those that
 * are called immortal; infos (RushStageInfo …) are refcounted and shared between events. Threads:
 * immutable, hence any. Mirrors:    org.apache.spark.scheduler.SparkListenerEvent and
 * util.JsonProtocol.
 */
#pragma once

#include "core/base/json.h"
#include "core/base/refcount.h"
#include "core/event/accumulable.h"
#include "core/event/plan_info.h"
#include "core/event/storage_level.h"
#include "core/event/task_metrics.h"

RUSH_BEGIN_PUBLIC

typedef enum
{
#define RUSH_EVENT(KIND, spark_name, Payload, member) RUSH_EVENT_##KIND,
#include "core/event/events.def"
#undef RUSH_EVENT
  RUSH_N_EVENTS
} RushEventKind;

/* ── infos: what several events say about one thing ── */

/* Refcounted, as every stage that computes an RDD tells of it: a loop of N rounds has N stages a
 * job and N RDDs a stage, so what is told of an RDD must not be copied for each of them. */
typedef struct _RushRddInfo RushRddInfo;
struct _RushRddInfo
{
  RushRefCount refs;
  gint rdd_id;
  char *name;             /* "PythonRDD", or the user's */
  const char *class_name; /* "PythonRDD" even if the user named it; immortal; NULL: not known */
  char *scope;            /* operator name, or NULL */
  char *call_site;        /* short form */
  guint n_parents;
  gint *parent_ids; /* (owned) */
  /* (owned) Of each parent: the shuffle through which it is read, −1 if narrow; NULL: all narrow.
   */
  gint *parent_shuffle_ids;
  guint n_partitions;
  RushStorageLevel storage_level; /* at the time of the event */
  gboolean barrier;
  const char *determinism; /* "DETERMINATE", "UNORDERED", "INDETERMINATE"; immortal */
  /* What the picture opens a box into: the user's operators, "map\tapp.py:12"; may be empty. */
  char **steps; /* (owned) NULL-terminated, or NULL */
};

RushRddInfo *rush_rdd_info_new (void); /* zeroed, kept nowhere */
RushRddInfo *rush_rdd_info_ref (RushRddInfo *self);
void rush_rdd_info_unref (RushRddInfo *self);

typedef struct
{
  RushRefCount refs;
  gint stage_id;
  gint attempt;
  char *name;    /* call site, short form */
  char *details; /* call site, long form */
  guint n_tasks;
  guint n_rdds;
  RushRddInfo **rdds; /* (owned) last RDD of the stage first, as Spark orders them */
  guint n_parents;
  gint *parent_ids;
  gint shuffle_id;          /* written by this stage, or −1 for a result stage */
  gint64 submission_ms;     /* 0: not yet */
  gint64 completion_ms;     /* 0: not yet */
  char *failure_reason;     /* NULL: none */
  RushTaskMetrics *metrics; /* sums over its successful tasks, at completion; else NULL */
  GArray *accumulables;     /* (owned) what SQL has counted in its tasks, at completion; or NULL */
} RushStageInfo;

/* Zeroed, shuffle_id −1; the caller fills in the RDDs. */
RushStageInfo *rush_stage_info_new (guint n_rdds, guint n_parents);
RushStageInfo *rush_stage_info_dup (const RushStageInfo *self); /* shares the RDDs' infos */
RushStageInfo *rush_stage_info_ref (RushStageInfo *self);
void rush_stage_info_unref (RushStageInfo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushStageInfo, rush_stage_info_unref)

typedef enum
{
  RUSH_LOCALITY_PROCESS_LOCAL,
  RUSH_LOCALITY_NODE_LOCAL,
  RUSH_LOCALITY_NO_PREF,
  RUSH_LOCALITY_RACK_LOCAL,
  RUSH_LOCALITY_ANY,
} RushLocality;
const char *rush_locality_name (RushLocality locality); /* "PROCESS_LOCAL" … */

typedef struct
{
  gint64 task_id;
  guint index;   /* in its task set */
  guint attempt; /* of that index, from 0 */
  guint partition;
  gint64 launch_ms;
  gint64 finish_ms; /* 0: running */
  char executor_id[24];
  char host[64];
  RushLocality locality;
  gboolean speculative;
  gboolean failed;
  gboolean killed;
} RushTaskInfo;

/* ── payloads, one a kind ── */
/* clang-format off */

typedef struct { char *version; } RushLogStart;
typedef struct { gint64 memory_mib; guint cores; } RushResourceProfileAdded;
typedef struct { char *app_name, *app_id, *user, *master; gint64 time_ms; } RushApplicationStart;
typedef struct { gint64 time_ms; } RushApplicationEnd;
/* Pairs of char *, NULL-terminated: key, value, key, value … already redacted. */
typedef struct { char **runtime, **spark_properties, **system_properties; } RushEnvironmentUpdate;
/* @rack: of the host, as Spark's attributes of an executor have it; NULL: nobody knows. */
typedef struct
{
  gint64 time_ms;
  char *executor_id, *host;
  guint cores;
  char *rack;
} RushExecutorAdded;
typedef struct { gint64 time_ms; char *executor_id, *reason; } RushExecutorRemoved;
typedef struct
{
  gint64 time_ms;
  char *executor_id, *host;
  guint port;
  gint64 memory_bytes;
} RushBlockManagerAdded;
typedef struct { gint64 time_ms; char *executor_id, *host; guint port; } RushBlockManagerRemoved;
typedef struct
{
  gint job_id;
  gint64 time_ms;
  guint n_stages;
  RushStageInfo **stages;  /* by id; all that the job may need, skipped ones among them */
  char **properties;       /* pairs: callSite.short, spark.jobGroup.id … */
} RushJobStart;
typedef struct
{
  gint job_id;
  gint64 time_ms;
  gboolean succeeded;
  char *error; /* if not */
} RushJobEnd;
typedef struct { RushStageInfo *stage; char **properties; } RushStageSubmitted;
typedef struct { RushStageInfo *stage; } RushStageCompleted;
typedef struct { gint stage_id; gint stage_attempt; RushTaskInfo task; } RushTaskStart;
typedef struct
{
  gint stage_id;
  gint stage_attempt;
  gboolean is_result; /* "ResultTask" or "ShuffleMapTask" */
  RushTaskInfo task;
  RushTaskMetrics metrics;
  GArray *accumulables; /* (owned) what SQL has counted, or NULL */
  const char *reason;  /* "Success", "ExceptionFailure", "FetchFailed", "TaskKilled", … immortal */
  char *error_class;   /* ExceptionFailure */
  char *message;       /* not Success */
  gint fetch_shuffle_id, fetch_map_index, fetch_reduce_id; /* FetchFailed */
  char *fetch_executor_id;
  gboolean caused_by_application; /* ExecutorLostFailure */
} RushTaskEnd;
typedef struct
{
  char *executor_id, *host;
  guint port;
  char *block_id;         /* "rdd_3_1" */
  RushStorageLevel level; /* where it is now; NONE: nowhere */
  gint64 memory_bytes, disk_bytes;
} RushBlockUpdated;
typedef struct
{
  gint stage_id, stage_attempt;
  guint index, partition;
} RushSpeculativeTaskSubmitted;
typedef struct { gint64 time_ms; char *executor_id; guint n_failures; } RushExecutorExcluded;
typedef struct { gint64 time_ms; char *executor_id; } RushExecutorUnexcluded;
/* @n_failures: executors of that host that are excluded. */
typedef struct { gint64 time_ms; char *host; guint n_failures; } RushNodeExcluded;
typedef struct { gint64 time_ms; char *host; } RushNodeUnexcluded;
/* What a simulated cluster does, in words: "ResourceManager" "allocates container_3 of 1,408 MiB".
 * Spark's tools pass over events that they do not know. */
typedef struct
{
  gint64 time_ms;
  char *actor, *step;
  char *executor_id, *host; /* or NULL */
} RushClusterStep;
/* What all processes of a simulated executor use from now on, of what its container has. */
typedef struct
{
  gint64 time_ms;
  char *executor_id;
  gint64 used_bytes, container_bytes; /* container_bytes 0: nobody limits it */
} RushContainerMemory;
typedef struct
{
  gint64 time_ms;
  char *executor_id;
  guint n_failures; /* tasks of the stage that have failed there */
  gint stage_id, stage_attempt;
} RushExecutorExcludedForStage;
typedef struct
{
  gint64 time_ms;
  char *host;
  guint n_failures; /* executors of that host that are excluded for the stage */
  gint stage_id, stage_attempt;
} RushNodeExcludedForStage;
typedef struct { gint rdd_id; } RushUnpersistRdd;
typedef struct
{
  gint64 execution_id, root_execution_id;
  char *description, *details;   /* call site: short form, long form */
  char *place;                   /* as RushJobSummary's; not in the log */
  char *plan_description;        /* explain ("formatted") */
  RushPlanInfo *plan;            /* (owned) */
  gint64 time_ms;
  char **modified_configs;       /* pairs: what the session has set */
  char **job_tags;               /* NULL-terminated, or NULL */
  char *job_group;               /* or NULL */
  char *query_id;                /* a UUID */
} RushSqlExecutionStart;
typedef struct
{
  gint64 execution_id;
  char *plan_description;
  RushPlanInfo *plan;
} RushSqlAdaptiveUpdate;
/* What metrics of the plan have come to on the driver, outside of tasks: a sum each. */
typedef struct { gint64 accumulator_id, value; } RushAccumUpdate;
typedef struct
{
  gint64 execution_id;
  guint n;
  RushAccumUpdate *updates;
} RushDriverAccumUpdates;
typedef struct
{
  gint64 execution_id;
  gint64 time_ms;
  char *error;  /* NULL: none */
  char *query_id;
} RushSqlExecutionEnd;
/* clang-format on */

typedef struct
{
  RushRefCount refs;
  RushEventKind kind;
  union
  {
#define RUSH_EVENT(KIND, spark_name, Payload, member) Payload member;
#include "core/event/events.def"
#undef RUSH_EVENT
  };
} RushEvent;

/* Zeroed payload; the caller fills it before it shares the event. */
RushEvent *rush_event_new (RushEventKind kind);
RushEvent *rush_event_ref (RushEvent *self);
void rush_event_unref (RushEvent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushEvent, rush_event_unref)
const char *rush_event_kind_spark_name (RushEventKind kind); /* "SparkListenerJobStart" */

/* One line of Spark's event log, without the newline. */
void rush_event_write_json (const RushEvent *self, RushJsonWriter *writer);

RUSH_END_PUBLIC
