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
 * looks at what the task has really done.  Real Spark overlaps fetching and computing; that these
 * are added up is where the simulation is pessimistic.
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
  double write_bytes;                       /* to the disk of the host */
  double output_bytes; /* that lie there for others to fetch: mostly the same */
  gboolean runs_python;
} RushTaskDemand;

typedef struct _RushTaskModel RushTaskModel;
typedef struct
{
  const char *name;
  /* What @task is going to need on @host, as it starts to fetch.  FALSE: a map output that it needs
   * is not there: *out_missing says which, as the outcome of the task. (transfer full) */
  gboolean (*demand) (RushTaskModel *self, const RushTask *task, const RushSimHost *host,
                      RushTaskDemand *out, RushTaskOutcome **out_missing);
  /* It has done all of that, at this place. (transfer full) */
  RushTaskOutcome *(*succeed) (RushTaskModel *self, const RushTask *task, const char *executor_id,
                               const RushSimHost *host, const RushTaskDemand *demand);
  /* What lay on an executor is gone. */
  void (*executor_lost) (RushTaskModel *self, const char *executor_id);
  /* One map output (@map_index −1: all) of a shuffle is gone, if it lies on @executor_id (NULL:
   * anywhere). */
  void (*drop_output) (RushTaskModel *self, gint shuffle_id, gint map_index,
                       const char *executor_id);
} RushTaskModelClass;

struct _RushTaskModel
{
  const RushTaskModelClass *klass;
};
