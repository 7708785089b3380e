/* task_model.h - what a task needs of its machine, and what comes of it.
 *
 * A simulated task takes these steps, one after the other; those that need nothing are skipped:
 *
 *     launch     the driver's own time, the way to the executor, unpacking, a Python worker's start
 *     read       input, from the disk of the host
 *     fetch      map outputs: what lies on this host, in this rack, in others; the slowest counts
 *     compute    on one core: warm-up and CPU time ÷ speed × straggling, longer for each neighbour,
 *                and the executor's pauses
 *     write      map output, to the disk of the host
 *     answer     the way back
 *
 * How much of each is a task model's to say: one draws it from distributions (model_job.h), one
 * computes the task and looks at what it has counted (real_tasks.h).  Real Spark overlaps fetching
 * and computing; that these are added up is where the simulation is pessimistic.
 *
 * Threads: the simulation's.
 */
#pragma once

#include "core/scheduler/task.h"
#include "sim/topology.h"

typedef struct
{
  double cpu_s;     /* on a core of speed 1, with nobody beside it */
  double warm_up_s; /* before that, on such a core, whoever is beside it */
  double input_bytes;
  double host_bytes, rack_bytes, far_bytes; /* fetched: from this host, this rack, other racks */
  double n_blocks;                          /* fetched: pieces, one a map output */
  double write_bytes;                       /* to the disk of the host */
  double output_bytes; /* that lie there for others to fetch: mostly the same */
  gboolean runs_python;
  gint64 execution_bytes; /* of the executor's pool, for tables and sorts; else they spill */
  gint64 memory_bytes; /* outside of the executor's heap, while it computes */
  gint64 python_bytes; /* of its Python worker, then */
} RushTaskDemand;

typedef enum
{
  RUSH_DEMAND_KNOWN,
  RUSH_DEMAND_MISSING, /* a map output is not there: the task ends at once */
  RUSH_DEMAND_LATER,   /* rush_simulated_backend_task_known () will say; time stands still, unless
                          the task waits for others of its stage to be launched */
} RushDemandState;

typedef struct _RushTaskModel RushTaskModel;
typedef struct
{
  const char *name;
  /* What @task is going to need on @host, as it starts to fetch.  MISSING: *@out_missing says what,
   * as the outcome of the task. (transfer full) */
  RushDemandState (*demand) (RushTaskModel *self, const RushTask *task, const char *executor_id,
                             const RushSimHost *host, RushTaskDemand *out,
                             RushTaskOutcome **out_missing);
  /* What was to be known later is of no use any more; it may still come.  Optional. */
  void (*forget) (RushTaskModel *self, gint64 task_id, const char *reason);
  /* It is over in virtual time, whatever has become of it; or has never begun.  Optional. */
  void (*ended) (RushTaskModel *self, gint64 task_id, const char *executor_id);
  /* It has done all of that, at this place, and its outcome is not known. (transfer full) */
  RushTaskOutcome *(*succeed) (RushTaskModel *self, const RushTask *task, const char *executor_id,
                               const RushSimHost *host, const RushTaskDemand *demand);
  /* How large one map output is; and it can be fetched from that place from now on, if it is still
   * there.  Optional, both: outputs stay where they were written. */
  gint64 (*output_bytes) (RushTaskModel *self, gint shuffle_id, guint map_index);
  void (*move_output) (RushTaskModel *self, gint shuffle_id, guint map_index,
                       const char *executor_id, const RushSimHost *host);
  /* The rest of what it holds goes to others, in no time.  Optional: there is no rest. */
  void (*hand_over) (RushTaskModel *self, const char *executor_id);
  /* What lay on an executor is gone. */
  void (*executor_lost) (RushTaskModel *self, const char *executor_id);
  /* One map output (@map_index −1: all) of a shuffle is gone, or with @corrupt damaged, if it lies
   * on @executor_id (NULL: anywhere). */
  void (*drop_output) (RushTaskModel *self, gint shuffle_id, gint map_index,
                       const char *executor_id, gboolean corrupt);
  /* The same of what is kept of an RDD (@partition −1: all).  Optional: nothing is ever kept. */
  void (*drop_cached) (RushTaskModel *self, gint rdd_id, gint partition, const char *executor_id);
} RushTaskModelClass;

struct _RushTaskModel
{
  const RushTaskModelClass *klass;
};
