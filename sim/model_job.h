/* model_job.h - a job without data: stages that are a number of tasks and distributions.
 *
 *     scans (1,000,000 tasks of about 2 s, 8 MiB each to shuffle) ══▶ sums (10,000 tasks)
 *
 *   RushModelStage stages[] = { { .name = "scans", .n_tasks = 1000000, .seconds = two_seconds,
 *                                 .write_bytes = eight_mib },
 *                               { .name = "sums", .n_tasks = 10000, .seconds = one_second,
 *                                 .parents = { 0 }, .n_parents = 1 } };
 *   RushModelJob *job = rush_model_job_new (lineage, topology, stages, 2, seed);
 *   … submit rush_model_job_rdd (job) to a scheduler on a simulated backend with
 *     rush_model_job_model (job)
 *
 * How long a task takes depends on its stage and partition alone: another attempt at it has the
 * same work to do, and better or worse luck with its machine.
 *
 * What a reduce task fetches is its share of what all maps have written, and comes from each host
 * in proportion to what lies there: a host is one number, however many outputs it has, which is why
 * a million maps and ten thousand reduces are not ten thousand million transfers.
 *
 * Several stages may be results, each of a job of its own: what they have in common they share.
 *
 * Ownership:  the job owns its RDDs; lineage and topology outlive it, it outlives scheduler and
 *             backend.
 * Threads:    the simulation's.
 */
#pragma once

#include "sim/distribution.h"
#include "sim/task_model.h"

#define RUSH_MODEL_MAX_PARENTS 128

/* One task as it was recorded. */
typedef struct
{
  double cpu_s;
  double fetched_bytes; /* of shuffles */
  double output_bytes;  /* to one; the time that writing took is in cpu_s */
} RushModelTask;

typedef struct
{
  const char *name; /* of its RDD: copied */
  guint n_tasks;
  RushDistribution *seconds;      /* on one core; (unowned), as the next five */
  RushDistribution *input_bytes;  /* a task reads of its disk; NULL: nothing */
  RushDistribution *write_bytes;  /* a task writes for those that read the stage; NULL: nothing */
  RushDistribution *execution_bytes; /* of the executor's pool, for tables and sorts; NULL: none */
  RushDistribution *memory_bytes; /* outside of the executor's heap, of a task; NULL: none */
  RushDistribution *python_bytes; /* of its Python worker; NULL: none */
  gboolean runs_python;
  guint parents[RUSH_MODEL_MAX_PARENTS]; /* stages before this one */
  guint n_parents;
  double skew;        /* of what its tasks read: the i-th gets a share like i^−skew; 0: all alike */
  gboolean is_result; /* of a job; the last stage always is */
  gboolean is_barrier;           /* its tasks run all at once */
  gboolean is_indeterminate;     /* run again, a task may write something else */
  const RushModelTask *recorded; /* by task (unowned): in place of all distributions; or NULL */
  double warm_up_s;              /* of a recorded stage's first task on each core of a host */
} RushModelStage;

typedef struct _RushModelJob RushModelJob;

/* A stage that is no result must be read by a later one, and by all that read it with the same
 * number of tasks.  INVALID_ARGUMENT names the stage. */
RushModelJob *rush_model_job_new (RushLineage *lineage, RushTopology *topology,
                                  const RushModelStage *stages, guint n_stages, guint64 seed,
                                  GError **error);
void rush_model_job_free (RushModelJob *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushModelJob, rush_model_job_free)
RushRdd *rush_model_job_rdd (RushModelJob *self); /* of the last stage (transfer none) */
RushRdd *rush_model_job_stage_rdd (RushModelJob *self, guint stage); /* (transfer none) */
RushTaskModel *rush_model_job_model (RushModelJob *self);            /* (transfer none) */
/* What a result task of such a job does with its partition: it is never called. */
gboolean rush_model_job_func (RushIterator *rows, RushTaskContext *ctx, gpointer data,
                              RushTaskResult *out, GError **error);
