/* task_outcome.h - how a task ended, as data: the scheduler branches on it.
 *
 * Mirrors: org.apache.spark.TaskEndReason and its subclasses.
 */
#pragma once

#include "core/event/accumulable.h"
#include "core/event/task_metrics.h"
#include "core/base/error.h"

RUSH_BEGIN_PUBLIC

typedef enum
{
  RUSH_OUTCOME_SUCCESS,
  RUSH_OUTCOME_EXCEPTION,     /* counts towards spark.task.maxFailures */
  RUSH_OUTCOME_FETCH_FAILED,  /* a map output is gone: the parent stage runs again */
  RUSH_OUTCOME_KILLED,        /* asked to stop: never counts */
  RUSH_OUTCOME_EXECUTOR_LOST, /* counts only if the application caused it */
  RUSH_OUTCOME_COMMIT_DENIED, /* another attempt commits: never counts */
  RUSH_OUTCOME_RESUBMITTED,   /* a finished map task whose output was lost: it runs again */
} RushOutcomeKind;

/* What a result task hands to its job's listener. */
typedef struct
{
  gpointer value;
  GDestroyNotify free_value;
  gsize bytes; /* counted against spark.driver.maxResultSize */
} RushTaskResult;

typedef struct
{
  RushOutcomeKind kind;
  char *message;       /* not SUCCESS: one line or a traceback */
  char *error_class;   /* EXCEPTION: "ZeroDivisionError", "java.io…"-like name for the log */
  GQuark error_domain; /* EXCEPTION: the GError behind it, so that the job's error keeps its code */
  gint error_code;

  /* SUCCESS */
  RushTaskResult result; /* result task */
  gpointer map_status;   /* shuffle map task: RushMapStatus * (core/shuffle), or NULL */
  GDestroyNotify free_map_status;
  GPtrArray *accumulator_updates; /* (owned) GBytes *, as the task's context had them; or NULL */

  /* FETCH_FAILED */
  gint shuffle_id;
  gint map_index; /* −1: not registered at all, the whole shuffle is missing something */
  guint reduce_partition;
  char *executor_id; /* where the output should have been, or NULL */

  /* EXECUTOR_LOST */
  gboolean caused_by_application;

  RushTaskMetrics metrics;
  GArray *counted; /* (owned) RushAccumulable, as the task's context had them; or NULL */
} RushTaskOutcome;

RushTaskOutcome *rush_task_outcome_new (RushOutcomeKind kind, const char *message);
void rush_task_outcome_free (RushTaskOutcome *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushTaskOutcome, rush_task_outcome_free)
const char *rush_outcome_kind_name (RushOutcomeKind kind); /* Spark's: "Success", "FetchFailed" … */

RUSH_END_PUBLIC
