/* container_memory.h - what an executor's processes use, what its container has, and its end.
 *
 *     heap                      the JVM's: once it has grown it stays so, and counts whole
 *     + memory of each task     outside of the heap: buffers of the network, native libraries
 *     + python_memory of each   of its Python worker
 *     + by a fault              (memory_used: something leaks)
 *     = used          ▶ told to the manager whenever it changes; who limits containers kills beyond
 *
 *     heap + overhead + off-heap + Python's memory, rounded as the manager does = its container
 *
 * A Python worker that has a limit of its own (spark.executor.pyspark.memory ÷
 * spark.executor.cores) is never larger: a task that wants more fails with a MemoryError, and
 * nobody is killed.
 *
 * Threads: the simulation's.
 */
#pragma once

#include "core/scheduler/backend.h"
#include "sim/cluster_manager.h"
#include "sim/task_model.h"

typedef struct _RushSimulatedBackend RushSimulatedBackend;
typedef struct _RushSimSlots RushSimSlots;

/* Of one executor; zero but for heap, container and pool at its start. */
typedef struct
{
  gint64 heap_bytes;
  gint64 container_bytes;
  gint64 pool_bytes; /* of the heap, for execution */
  guint n_in_pool;   /* tasks that want some of it */
  gint64 tasks_bytes, workers_bytes;
  guint n_tasks, n_workers; /* that hold these */
  gint64 fault_bytes;
  guint64 telling; /* action of the heap; 0: the manager knows */
} RushContainerUse;

/* ---- for the simulated backend ---- */

/* A task takes what it needs; FALSE: nothing that would have to be given back. */
gboolean rush_container_take (RushSimulatedBackend *self, RushSimSlots *executor,
                              const RushTaskDemand *demand);
void rush_container_give (RushSimulatedBackend *self, RushSimSlots *executor,
                          const RushTaskDemand *demand);
/* After that: how much of what it wants of the pool it gets, 1/N at most; it spills the rest. */
gint64 rush_container_execution (const RushSimSlots *executor, const RushTaskDemand *demand);
/* NULL: its worker may have what it needs; or the MemoryError. (transfer full) */
RushTaskOutcome *rush_container_worker_refuses (gint64 limit_bytes, const RushTaskDemand *demand);
void rush_container_forget (RushSimulatedBackend *self, RushSimSlots *executor);
/* What a worker may have; 0: it has no limit. */
gint64 rush_python_worker_limit (const RushConf *conf);

/* ---- for whoever runs a simulation ---- */

/* From now on the executor uses so much more, for no task.  FALSE: no such executor. */
gboolean rush_simulated_backend_use_memory (RushBackend *self, const char *executor_id,
                                            gint64 bytes);

/* What a RushManagerListener's executor_killed () is to do: the story gets the sum in one line, the
 * executor's tasks end without a word, and the driver sees its connection close; why, the manager
 * will tell.  Returns the whole sum with the settings that would have sufficed, for whoever tells
 * of the job's end. (transfer full) */
char *rush_container_killed (RushBackend *self, const RushClusterManager *manager,
                             const RushSimExecutor *executor);
