/* fault_schedule.h - the faults of a scenario come true, at their time or with their task.
 *
 *     at 12 s ──heap──▶ kill_host 3:  machine dead ─▶ its executors silent ─▶ manager finds out
 *     when a task starts ──▶ due? ──▶ the same, or the task is to fail
 *     lasts ──heap──▶ mended
 *
 * Ownership:  what it works on outlives it.
 * Threads:    the simulation's.
 */
#pragma once

#include "sim/scenario.h"
#include "sim/simulated_backend.h"

typedef struct _RushFaultSchedule RushFaultSchedule;

typedef struct
{
  const RushScenario *scenario;
  RushEventHeap *heap;
  RushTopology *topology;
  RushTaskModel *model;
  /* A fault in words: "host-3 dies". */
  void (*tell) (gpointer data, const char *what, const char *executor_id, const char *host);
  gpointer tell_data;
} RushFaultScheduleSetup;

/* UNSUPPORTED names a fault that has nothing to happen to in this mode. */
RushFaultSchedule *rush_fault_schedule_new (const RushFaultScheduleSetup *setup, GError **error);
void rush_fault_schedule_free (RushFaultSchedule *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushFaultSchedule, rush_fault_schedule_free)
/* Those with a time go into the heap, from now on. */
void rush_fault_schedule_start (RushFaultSchedule *self, RushBackend *backend,
                                RushClusterManager *manager);
/* The driver has been started again: what happens from now on happens to these executors. */
void rush_fault_schedule_go_on (RushFaultSchedule *self, RushBackend *backend);
/* One more, once started; (transfer full).  What this mode cannot do is told instead. */
void rush_fault_schedule_add (RushFaultSchedule *self, RushSimFault *fault);
/* A RushSimTaskStarts; @data is the schedule. */
char *rush_fault_schedule_task_starts (gpointer data, const RushTask *task,
                                       const char *executor_id);
