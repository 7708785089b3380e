/* task_context.h - what a running task knows and may use; handed to compute ().
 *
 * Threads:    made by whoever launches the task; from then on its fields are the runner's, but for
 *             the cancellation, which may come from any thread.
 * Rules:      look at rush_task_context_check () at every batch and every poll: it is how a job is
 *             cancelled.  Cleanups run in reverse order when the task ends, in success and failure.
 * Mirrors:    org.apache.spark.TaskContext, TaskContextImpl.
 */
#pragma once

#include "core/base/allocator.h"
#include "core/base/clock.h"
#include "core/event/accumulable.h"
#include "core/event/task_metrics.h"

#include <stdatomic.h>

RUSH_BEGIN_PUBLIC

typedef struct _RushTaskContext RushTaskContext;
struct _RushEnv;        /* core/executor/env.h: the services of the executor that runs the task */
struct _RushTaskMemory; /* core/memory/task_memory.h */
struct _RushRddCache;   /* core/lineage/persistence.h */
struct _RushBarrierMember; /* core/executor/barrier_coordinator.h */

struct _RushTaskContext
{
  gint stage_id;
  gint stage_attempt;
  guint partition;
  gint64 task_id;       /* unique in the application: Spark's taskAttemptId */
  guint attempt_number; /* of this partition in this stage attempt, from 0 */
  const char *executor_id;
  const char *host;
  GHashTable *properties; /* local properties of the job: char* → char* (unowned), never NULL */
  RushClock *clock;
  RushAllocator *allocator;       /* batches that the task builds: its share of execution memory */
  struct _RushTaskMemory *memory; /* to register consumers that can spill; NULL in bare tests */
  struct _RushEnv *env;           /* NULL in bare tests */
  struct _RushRddCache *cache;    /* the executor's; NULL: nothing is kept (bare tests) */
  struct _RushBarrierMember *barrier; /* where it meets the others of its stage; NULL: nowhere */
  RushTaskMetrics metrics;
  /* For others, while it runs: the records of its input and of shuffles that it has read, as of its
   * last check (). */
  _Atomic gint64 records_read;

  atomic_bool cancelled;
  /* Set before `cancelled`, by whoever cancels first; immortal, or alive as long as the task. */
  const char *_Atomic cancel_reason;
  atomic_int cancel_fd; /* private */

  /* A reader that could not get a map output says which (and returns FETCH_FAILED as its error):
   * the scheduler needs to know more than a message. */
  gboolean fetch_failed;
  gint fetch_shuffle_id;
  gint fetch_map_index;
  guint fetch_reduce_partition;
  char *fetch_executor_id; /* where the output should have been, or NULL: it was not registered */

  /* What user code has added to accumulators: GBytes each, opaque to the engine (a worker's pickled
   * updates).  NULL until there is one; they travel with the task's outcome. */
  GPtrArray *accumulator_updates;

  /* What operators of SQL have counted: RushAccumulable, or NULL.  They, too, travel with the
   * outcome, of a failure as well. */
  GArray *counted;
  /* How many rows the reader at the end of the task will still take; 0: all there are.  A source
   * that makes rows out of nothing makes no more than these at a time. */
  gint64 rows_wanted;
  /* Whether rush_rdd_iterator () adds up the rows that come out of operators, and their sum: where
   * what a task costs is worked out from counts. */
  gboolean counts_rows;
  gint64 rows_moved;
  gint64 python_objects; /* into Python workers, through their ops, and out of them */
  /* Of metrics.input_bytes, what came of kept partitions: from this executor's memory, and from
   * other executors.  No disk of this machine has read it. */
  gint64 kept_memory_bytes, kept_remote_bytes;

  GArray *cleanups; /* private */
  guint depth;      /* private to rush_rdd_iterator (): computes that are under way */
};

/* Zeroed but for the defaults: system clock, system allocator, empty properties. */
RushTaskContext *rush_task_context_new (void);
/* Last in, first out; each once.  The runner calls it while the task's memory is still there. */
void rush_task_context_run_cleanups (RushTaskContext *self);
/* Runs the cleanups that have not run. */
void rush_task_context_free (RushTaskContext *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushTaskContext, rush_task_context_free)

/* The task that this thread runs, between enter and leave; NULL: none.  Spark's TaskContext.get. */
RushTaskContext *rush_task_context_current (void);
void rush_task_context_enter (RushTaskContext *self);
void rush_task_context_leave (void);

/* FALSE with RUSH_CORE_ERROR_CANCELLED when the task should stop.  Tells others how far it is. */
gboolean rush_task_context_check (RushTaskContext *self, GError **error);
void rush_task_context_cancel (RushTaskContext *self, const char *reason); /* any thread */
/* An eventfd that is readable once the task is cancelled, for who waits in poll (); the runner's
 * first call makes it.  −1: the process has no more descriptors, poll with a short timeout. */
int rush_task_context_cancel_fd (RushTaskContext *self);
void rush_task_context_add_cleanup (RushTaskContext *self, GDestroyNotify func, gpointer data);
/* Takes over @updates. */
void rush_task_context_add_accumulator_updates (RushTaskContext *self, GBytes *updates);
/* Notes what could not be fetched and sets @error to RUSH_CORE_ERROR_FETCH_FAILED. */
void rush_task_context_set_fetch_failed (RushTaskContext *self, gint shuffle_id, gint map_index,
                                         guint reduce_partition, const char *executor_id,
                                         const char *message, GError **error);

RUSH_END_PUBLIC
