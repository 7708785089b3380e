/* task_set_private.h - the tasks of one attempt of one stage.
 *
 * Interface:  launch () starts one attempt; succeeded (), failed () say how it ended;
 *             executor_lost () takes back what was finished there.  A set that is a zombie starts
 *             nothing any more and lives until what runs has ended.
 * Ownership:  the task scheduler owns sets; a set owns its attempts.
 * Mirrors:    org.apache.spark.scheduler.TaskSetManager; TaskInfo is our RushAttempt.
 */
#pragma once

#include "core/scheduler/exclusion_private.h"
#include "core/scheduler/locality_private.h"
#include "core/scheduler/seams.h"
#include "core/scheduler/speculation_private.h"

typedef struct _RushTaskSet RushTaskSet;

/* One attempt at one task: what is known of it from its launch on. */
typedef struct
{
  gint64 task_id;
  RushTaskSet *set; /* (unowned) */
  guint index;      /* in the set */
  guint output;     /* of the stage: map index, or which of the requested partitions */
  guint partition;  /* of the RDD */
  guint attempt_number;
  RushExecutor *executor; /* (unowned), maybe dead */
  RushLocality locality;
  gboolean speculative; /* a copy: another attempt ran when it started */
  gboolean outrun;      /* another attempt has succeeded, and this one been asked to stop */
  gint64 epoch;
  gint64 launch_ms;
  gint64 finish_ms; /* 0: it runs */
  GList in_executor;
  /* watched_tasks.c: where it stands, if anywhere. */
  gboolean is_fresh;
  GList in_fresh;
  gint64 look_ms;
  GSequenceIter *in_again;
} RushAttempt;

/* What the DAG scheduler is told when a task has ended: a copy, as the set may be gone by then. */
typedef struct
{
  RushStageWork *work; /* (owned) */
  RushAttempt attempt;
  RushTaskOutcome *outcome; /* (owned) */
  GError *abort;            /* (owned) why the whole set gives up; NULL: it does not */
} RushTaskEnding;

void rush_task_ending_clear (RushTaskEnding *self);
/* What went wrong, as TaskFailedReason.toErrorString says it. (transfer full) */
char *rush_task_ending_failure_text (const RushTaskEnding *self);
/* "task 1.3 in stage 0.0 (TID 7)" (transfer full) */
char *rush_task_ending_task_name (const RushTaskEnding *self);

/* The attempts of a set that may turn out to be slow: watched_tasks.c. */
typedef struct
{
  GQueue fresh;     /* RushAttempt * in the order of their launch */
  GSequence *again; /* RushAttempt * by look_ms (owned); NULL: this set copies nothing */
} RushWatchedTasks;

void rush_watched_tasks_init (RushWatchedTasks *self);
void rush_watched_tasks_clear (RushWatchedTasks *self);
/* It has just been launched. */
void rush_watched_tasks_add (RushWatchedTasks *self, RushAttempt *attempt);
/* Looked at next at @look_ms at the earliest. */
void rush_watched_tasks_add_again (RushWatchedTasks *self, RushAttempt *attempt, gint64 look_ms);
/* It need not be there. */
void rush_watched_tasks_remove (RushWatchedTasks *self, RushAttempt *attempt);
/* Takes out one that has run for longer than @threshold_ms, or is to be looked at again; NULL:
 * there is none. */
RushAttempt *rush_watched_tasks_take (RushWatchedTasks *self, gint64 now_ms, double threshold_ms);

typedef struct
{
  RushAttempt *running; /* or NULL */
  RushAttempt *copy;    /* another one that runs beside it, or NULL */
  GSList *hosts;        /* where attempts have run, if the set may have copies: const char * */
  RushAttempt *winner;  /* (owned) shuffle map sets: whose output is kept where it ran; or NULL */
  gboolean done;
  guint n_attempts;
  guint n_failures; /* in a row, of those that count */
} RushTaskSlot;

struct _RushTaskSet
{
  RushSchedulable seen; /* first: what a scheduling policy sees */
  RushStageWork *work;  /* (owned) */
  guint n_done;
  guint *outputs;    /* by index, ascending (owned) */
  guint *partitions; /* by index (owned) */
  char ***locations; /* by index: names, or NULL; (owned); NULL: nobody likes any place */
  RushTaskSlot *slots;
  RushPendingTasks *pending;
  RushPendingTasks *copies;      /* tasks that run too long, and wait for a copy; NULL: none yet */
  guint n_copies;                /* tasks of which two attempts run */
  RushPercentileHeap *durations; /* of those that succeeded, ms; NULL: no task is ever copied */
  RushWatchedTasks watched;
  RushReadingRate rate; /* of those that succeeded */
  RushLocalityClock locality;
  RushExcludelist *excludelist; /* what has failed where; NULL: nothing that matters */
  guint64 launched_at;          /* the last offer at which a task was launched */
  gint64 give_up_us;            /* when a set that cannot run anywhere is given up; G_MAXINT64 */
  gboolean zombie;
  gboolean barrier; /* all tasks start at once, and one that fails ends the set */
};

/* What all sets of a scheduler have in common. */
typedef struct
{
  RushExecutorRegistry *registry;
  RushLocalityWaits waits;
  const RushLocalityWait *locality;
  RushEventBus *bus; /* (unowned) */
  RushSpeculation speculation;
  RushExclusion exclusion;
  guint max_failures;
} RushTaskSetShared;

/* The arrays are (transfer full). */
RushTaskSet *rush_task_set_new (RushStageWork *work, gint job_id, guint n_tasks, guint *outputs,
                                guint *partitions, char ***locations,
                                const RushTaskSetShared *shared, gint64 now_us);
void rush_task_set_free (RushTaskSet *self);

/* Takes the best waiting task for @executor that delay scheduling lets go, none farther than
 * @max; −1: none. */
gint rush_task_set_choose (RushTaskSet *self, const RushExecutor *executor, RushLocality max,
                           gint64 now_us, RushLocality *out_locality);
/* Task @index has been chosen, but is not launched after all. */
void rush_task_set_put_back (RushTaskSet *self, guint index, const RushTaskSetShared *shared);
/* Tasks that are launched from now on find it among their local properties. */
void rush_task_set_set_property (RushTaskSet *self, const char *key, const char *value);
/* Puts down that task @index starts; the attempt belongs to the set. */
RushAttempt *rush_task_set_launch (RushTaskSet *self, guint index, RushExecutor *executor,
                                   RushLocality locality, gint64 task_id, gint64 epoch,
                                   gint64 now_ms);
/* @attempt has ended; its slot on the executor has been given back.  @outcome is (transfer full).
 */
void rush_task_set_ended (RushTaskSet *self, RushAttempt *attempt, RushTaskOutcome *outcome,
                          const RushTaskSetShared *shared, gint64 now_ms, RushTaskEnding *out);
/* Another attempt of the stage has produced @output: no need to run it here. */
void rush_task_set_output_done (RushTaskSet *self, guint output);
/* What @task_id wrote of @output is not where it ran any more. */
void rush_task_set_output_moved (RushTaskSet *self, guint output, gint64 task_id);
/* The slot that is responsible for @output, or NULL. */
const RushTaskSlot *rush_task_set_slot_for (const RushTaskSet *self, guint output);
/* Whether the task runs once, is not done, and no copy of it waits. */
gboolean rush_task_set_may_copy (const RushTaskSet *self, guint index);
/* A copy of the task waits for a place, beside those that wait. */
void rush_task_set_want_copy (RushTaskSet *self, guint index, const RushTaskSetShared *shared);
/* Finished tasks whose outputs went with @executor wait again; an ending for each is appended. */
void rush_task_set_take_back (RushTaskSet *self, const RushExecutor *executor,
                              const RushTaskSetShared *shared, GArray *out_endings);
void rush_task_set_make_zombie (RushTaskSet *self);
gboolean rush_task_set_is_over (const RushTaskSet *self);
