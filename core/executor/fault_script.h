/* fault_script.h - what is to go wrong, and when: faults as JSON.
 *
 *   { "faults": [
 *     { "do": "kill_executor", "executor": "1", "when": { "task": 17 } },
 *     { "do": "drop_shuffle",  "shuffle": 0, "map": 3, "when": { "stage": 1 } },
 *     { "do": "fail_task", "times": 2, "when": { "stage": 0, "partition": 5 } } ] }
 *
 *   do               what it takes beside `when` and `times` (those in brackets may be left out)
 *   kill_executor    executor [replace: false]       as if its machine had died
 *   decommission_executor  executor [replace: false] it gets no more tasks, and goes when those
 *                                                    that it has are done
 *   slow_executor    executor, factor                its tasks take so many times as long
 *   fail_task        [message]                       the task that starts ends with an exception
 *   drop_shuffle     shuffle [map] [executor]        map outputs are gone
 *   corrupt_shuffle  shuffle [map] [executor]        map outputs are damaged: checksums do not hold
 *   drop_cached      rdd [partition] [executor]      blocks of a persisted RDD are gone
 *
 *   when             the start of a task that has all of: task (its number in the application, or a
 *                    later one), stage, stage_attempt, partition, attempt, executor; nothing: any
 *   times            for how many such tasks, 1 unless given
 *
 * A script counts what happens and never looks at a clock, so that a run can be repeated.
 *
 * Ownership:  faults belong to their script and live as long.
 * Threads:    any; one lock.
 */
#pragma once

#include "core/scheduler/task.h"

typedef enum
{
  RUSH_FAULT_KILL_EXECUTOR,
  RUSH_FAULT_DECOMMISSION_EXECUTOR,
  RUSH_FAULT_SLOW_EXECUTOR,
  RUSH_FAULT_FAIL_TASK,
  RUSH_FAULT_DROP_SHUFFLE,
  RUSH_FAULT_CORRUPT_SHUFFLE,
  RUSH_FAULT_DROP_CACHED,
} RushFaultKind;

/* The start of a task that has all that is said; −1 and NULL: any. */
typedef struct
{
  gint64 task; /* its number in the application, or a later one */
  gint64 stage, stage_attempt;
  gint64 partition, attempt;
  char *executor;
} RushFaultWhen;

gboolean rush_fault_when_fits (const RushFaultWhen *self, const RushTask *task,
                               const char *executor_id);

/* Numbers are −1 and strings NULL where the fault does not say. */
typedef struct
{
  RushFaultKind kind;
  char *name; /* "fault 2 (kill_executor)" */
  char *executor;
  gboolean replace;
  double factor;
  char *message;
  gint64 shuffle, map;
  gint64 rdd, partition;

  gboolean has_when;
  RushFaultWhen when;
  gint64 times; /* that are left */
} RushFault;

/* One fault; @name: what errors and warnings call it.  INVALID_ARGUMENT says what is wrong and what
 * may stand there. */
RushFault *rush_fault_parse (const char *text, const char *name, GError **error);
void rush_fault_free (RushFault *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushFault, rush_fault_free)

typedef struct _RushFaultScript RushFaultScript;

RushFaultScript *rush_fault_script_new (void); /* empty */
void rush_fault_script_free (RushFaultScript *self);
/* Adds the faults of a file.  FALSE: none of them has been added. */
gboolean rush_fault_script_read (RushFaultScript *self, const char *path, GError **error);
void rush_fault_script_add (RushFaultScript *self, RushFault *fault); /* (transfer full) */
/* Appends the faults (RushFault *) that are due as @task starts on @executor_id, in their order. */
void rush_fault_script_task_starts (RushFaultScript *self, const RushTask *task,
                                    const char *executor_id, GPtrArray *out_due);
