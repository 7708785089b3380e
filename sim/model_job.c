/* model_job.c - see the header.
 *
 *     stage i      ModelRDD of n tasks ◀── one shuffle ── every stage that reads it
 *
 * A stage has one shuffle, which all its readers share: so it runs once, as the map stage of one
 * shuffle does in Spark.
 */
#include "sim/model_job.h"

#include "core/shuffle/map_status.h"
#include "sim/output_book.h"
#include "sim/repeatable_math.h"

/* Beyond that nobody asks for the sizes of single slices: placement does not (nor Spark's). */
#define MAX_MAPS_WITH_SIZES 1000

typedef struct
{
  RushModelStage told;           /* its name is owned */
  RushRdd *rdd;                  /* (owned) */
  RushDependency *shuffle;       /* (owned) what its readers depend on; NULL: the last stage */
  RushOutputBook *book;          /* (owned) of that shuffle */
  double sum_of_weights;         /* of its tasks */
  double median_s, median_bytes; /* of tasks as they were recorded */
  guint *n_begun;                /* of its tasks, by host; NULL: nobody warms up */
} Stage;

struct _RushModelJob
{
  RushTaskModel model;
  RushTopology *topology;
  guint64 seed;
  Stage *stages;
  guint n_stages;
  GHashTable *stage_of_rdd;  /* RushRdd → Stage */
  GHashTable *executors;     /* id → number, from 1 */
  GPtrArray *executor_names; /* by number − 1 (owned) */
};

static RushModelJob *
job_of (RushTaskModel *model)
{
  return (RushModelJob *)((char *)model - G_STRUCT_OFFSET (RushModelJob, model));
}

/* ---- the RDD of a stage ---- */

typedef struct
{
  RushRdd base;
  guint n_partitions;
} ModelRdd;

static gboolean
model_partitions (RushRdd *rdd, guint *out_n, GError **error)
{
  *out_n = ((ModelRdd *)rdd)->n_partitions;
  return TRUE;
}

static RushIterator *
model_compute (RushRdd *rdd, guint split, RushTaskContext *ctx, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
               "ModelRDD[%d] is a number of tasks and has no rows: it runs on the simulated "
               "backend in model mode alone",
               rdd->id);
  return NULL;
}

static const RushRddClass model_rdd_class = {
  .name = "ModelRDD",
  .partitions = model_partitions,
  .compute = model_compute,
};

gboolean
rush_model_job_func (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
                     GError **error)
{
  g_return_val_if_reached (FALSE);
}

/* ---- demands ---- */

static double
draw (const RushModelJob *self, const Stage *stage, const char *what, RushDistribution *from,
      guint partition)
{
  if (from == NULL)
    return 0;
  RushSimRandom random = rush_sim_random (self->seed, what, stage - self->stages, partition, 0);
  return MAX (0, rush_distribution_draw (from, &random));
}

static double
weight (const Stage *stage, guint partition)
{
  return stage->told.skew > 0 ? rush_repeatable_pow (partition + 1, -stage->told.skew) : 1;
}

/* @share of what lies on each host; the hosts of a rack are neighbours. */
static void
add_fetches (const RushModelJob *self, const Stage *parent, double share, const RushSimHost *host,
             RushTaskDemand *out)
{
  gint64 here = rush_output_book_bytes_on (parent->book, host->index);
  gint64 rack = 0;

  for (guint i = 0; i < rush_topology_n_hosts (self->topology); i++)
    if (rush_topology_host (self->topology, i)->rack_index == host->rack_index)
      rack += rush_output_book_bytes_on (parent->book, i);
  out->host_bytes += share * (double)here;
  out->rack_bytes += share * (double)(rack - here);
  out->far_bytes += share * (double)(rush_output_book_total_bytes (parent->book) - rack);
}

static RushTaskOutcome *
fetch_failed (const RushModelJob *self, const Stage *parent, guint partition, guint map_index,
              guint executor)
{
  RushTaskOutcome *outcome =
      rush_task_outcome_new (RUSH_OUTCOME_FETCH_FAILED, "the executor that held it is gone");

  outcome->shuffle_id = parent->shuffle->shuffle_id;
  outcome->map_index = (gint)map_index;
  outcome->reduce_partition = partition;
  outcome->executor_id = g_strdup (g_ptr_array_index (self->executor_names, executor - 1));
  return outcome;
}

/* What its parents have written together. */
static double
bytes_of_parents (const RushModelJob *self, const Stage *stage)
{
  double bytes = 0;

  for (guint i = 0; i < stage->told.n_parents; i++)
    bytes += (double)rush_output_book_total_bytes (self->stages[stage->told.parents[i]].book);
  return bytes;
}

/* How much of what each parent has written goes to that task. */
static double
share_of (const RushModelJob *self, const Stage *stage, guint partition)
{
  const RushModelTask *recorded = stage->told.recorded;
  double bytes;

  if (recorded == NULL)
    return weight (stage, partition) / stage->sum_of_weights;
  bytes = bytes_of_parents (self, stage);
  return bytes > 0 ? recorded[partition].fetched_bytes / bytes : 0;
}

/* How long a recorded task takes, and how long a copy of it: if it took long for its data, as long
 * again; if not, it was its machine, and a copy takes what the stage's tasks take in the middle. */
static double
recorded_seconds (const Stage *stage, guint partition, guint attempt)
{
  const RushModelTask *task = &stage->told.recorded[partition];
  double more = stage->median_bytes > 0 ? task->fetched_bytes / stage->median_bytes : 1;

  return attempt == 0 ? task->cpu_s : MIN (task->cpu_s, stage->median_s * MAX (1, more));
}

/* What a stage does once on each core (classes are loaded, code is compiled, a Python worker
 * starts) falls to the tasks that come first on the host, as many as it has cores. */
static double
warm_up_seconds (Stage *stage, const RushSimHost *host)
{
  if (stage->n_begun == NULL || stage->n_begun[host->index] >= host->cores)
    return 0;
  stage->n_begun[host->index]++;
  return stage->told.warm_up_s;
}

static void
demand_of (const RushModelJob *self, const Stage *stage, guint partition, guint attempt,
           RushTaskDemand *out)
{
  const RushModelStage *told = &stage->told;

  *out = (RushTaskDemand){ .runs_python = told->runs_python };
  if (told->recorded != NULL)
    {
      out->cpu_s = recorded_seconds (stage, partition, attempt);
      out->output_bytes = told->recorded[partition].output_bytes;
      return;
    }
  out->cpu_s = draw (self, stage, "seconds", told->seconds, partition);
  out->input_bytes = draw (self, stage, "input", told->input_bytes, partition);
  out->write_bytes = draw (self, stage, "write", told->write_bytes, partition);
  out->output_bytes = out->write_bytes;
  out->execution_bytes =
      (gint64)draw (self, stage, "execution memory", told->execution_bytes, partition);
  out->memory_bytes = (gint64)draw (self, stage, "memory", told->memory_bytes, partition);
  out->python_bytes = (gint64)draw (self, stage, "python memory", told->python_bytes, partition);
}

static RushDemandState
model_demand (RushTaskModel *model, const RushTask *task, const char *executor_id,
              const RushSimHost *host, RushTaskDemand *out, RushTaskOutcome **out_missing)
{
  RushModelJob *self = job_of (model);
  Stage *stage = g_hash_table_lookup (self->stage_of_rdd, task->work->rdd);
  double share = share_of (self, stage, task->partition);

  demand_of (self, stage, task->partition, task->attempt_number, out);
  out->warm_up_s = warm_up_seconds (stage, host);
  for (guint i = 0; i < stage->told.n_parents; i++)
    {
      Stage *parent = &self->stages[stage->told.parents[i]];
      guint map_index, executor;

      /* Fetches go in an order of the task's own, so that tasks meet different losses first. */
      RushSimRandom order = rush_sim_random (self->seed, "fetch order", stage - self->stages,
                                             task->partition, task->attempt_number);
      guint first = (guint)rush_sim_random_below (&order, parent->told.n_tasks);

      if (rush_output_book_find_lost (parent->book, first, &map_index, &executor))
        {
          *out_missing = fetch_failed (self, parent, task->partition, map_index, executor);
          return RUSH_DEMAND_MISSING;
        }
      add_fetches (self, parent, share, host, out);
      out->n_blocks += parent->told.n_tasks;
    }
  return RUSH_DEMAND_KNOWN;
}

/* ---- outcomes ---- */

static guint
number_of (RushModelJob *self, const char *executor_id)
{
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (self->executors, executor_id));

  if (number != 0)
    return number;
  g_ptr_array_add (self->executor_names, g_strdup (executor_id));
  number = self->executor_names->len;
  g_hash_table_insert (self->executors, g_ptr_array_index (self->executor_names, number - 1),
                       GUINT_TO_POINTER (number));
  return number;
}

static void
unref_status (gpointer status)
{
  rush_map_status_unref (status);
}

/* The readers of a shuffle have the same weights, as they have the same number of tasks; who has
 * sizes has them by the first of them. */
static RushMapStatus *
status_of (RushModelJob *self, const Stage *stage, const RushTask *task, const char *executor_id,
           const RushSimHost *host, double bytes)
{
  guint n_reduces = stage->shuffle->partitioner->n_partitions;
  gboolean has_sizes =
      n_reduces <= MAX_MAPS_WITH_SIZES && stage->told.n_tasks <= MAX_MAPS_WITH_SIZES;
  RushMapStatus *status =
      rush_map_status_new (executor_id, host->name, task->task_id, has_sizes ? n_reduces : 0);

  for (guint i = 0; i < status->n_partitions; i++)
    status->sizes[i].bytes = (gint64)(bytes / n_reduces);
  return status;
}

static RushTaskOutcome *
model_succeed (RushTaskModel *model, const RushTask *task, const char *executor_id,
               const RushSimHost *host, const RushTaskDemand *demand)
{
  RushModelJob *self = job_of (model);
  Stage *stage = g_hash_table_lookup (self->stage_of_rdd, task->work->rdd);
  RushTaskOutcome *outcome = rush_task_outcome_new (RUSH_OUTCOME_SUCCESS, NULL);

  if (task->work->kind != RUSH_TASK_SHUFFLE_MAP)
    return outcome;
  outcome->map_status = status_of (self, stage, task, executor_id, host, demand->output_bytes);
  outcome->free_map_status = unref_status;
  rush_output_book_put (stage->book, task->partition, number_of (self, executor_id), host->index,
                        (gint64)demand->output_bytes);
  return outcome;
}

static void
model_executor_lost (RushTaskModel *model, const char *executor_id)
{
  RushModelJob *self = job_of (model);
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (self->executors, executor_id));

  for (guint i = 0; number != 0 && i < self->n_stages; i++)
    if (self->stages[i].book != NULL)
      rush_output_book_lose_executor (self->stages[i].book, number);
}

/* The stage that writes the shuffle. */
static const Stage *
writer_of (const RushModelJob *self, gint shuffle_id)
{
  for (guint i = 0; i < self->n_stages; i++)
    if (self->stages[i].book != NULL && self->stages[i].shuffle->shuffle_id == shuffle_id)
      return &self->stages[i];
  g_return_val_if_reached (NULL);
}

static gint64
model_output_bytes (RushTaskModel *model, gint shuffle_id, guint map_index)
{
  return rush_output_book_bytes_of (writer_of (job_of (model), shuffle_id)->book, map_index);
}

static void
model_move_output (RushTaskModel *model, gint shuffle_id, guint map_index, const char *executor_id,
                   const RushSimHost *host)
{
  RushModelJob *self = job_of (model);

  rush_output_book_move (writer_of (self, shuffle_id)->book, map_index,
                         number_of (self, executor_id), host->index);
}

static void
model_drop_output (RushTaskModel *model, gint shuffle_id, gint map_index, const char *executor_id,
                   gboolean corrupt)
{
  RushModelJob *self = job_of (model);
  guint wanted = executor_id != NULL
                     ? GPOINTER_TO_UINT (g_hash_table_lookup (self->executors, executor_id))
                     : 0;

  for (guint i = 0; i < self->n_stages; i++)
    {
      const Stage *stage = &self->stages[i];

      if (stage->book == NULL || stage->shuffle->shuffle_id != shuffle_id)
        continue;
      for (guint map = 0; map < stage->told.n_tasks; map++)
        {
          guint owner;

          if (rush_output_book_owner (stage->book, map, &owner) &&
              (map_index < 0 || map == (guint)map_index) &&
              (executor_id == NULL || owner == wanted))
            rush_output_book_lose (stage->book, map);
        }
    }
}

static const RushTaskModelClass model_class = {
  .name = "model",
  .demand = model_demand,
  .succeed = model_succeed,
  .output_bytes = model_output_bytes,
  .move_output = model_move_output,
  .executor_lost = model_executor_lost,
  .drop_output = model_drop_output,
};

/* ---- construction ---- */

/* How many tasks read @stage; 0: none does. */
static guint
n_readers (const RushModelStage *stages, guint n_stages, guint stage, GError **error)
{
  guint n = 0;

  if (stage + 1 == n_stages)
    return 0;
  for (guint i = stage + 1; i < n_stages; i++)
    for (guint p = 0; p < stages[i].n_parents; p++)
      {
        if (stages[i].parents[p] != stage)
          continue;
        /* What was recorded may have been coalesced for one of them; how much each task read is
         * known then. */
        if (n != 0 && n != stages[i].n_tasks && stages[i].recorded == NULL)
          {
            g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                         "Stage '%s' is read by stages of %u and of %u tasks; a shuffle has one "
                         "number of partitions",
                         stages[stage].name, n, stages[i].n_tasks);
            return 0;
          }
        n = MAX (n, stages[i].n_tasks);
      }
  if (n == 0 && !stages[stage].is_result)
    g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                 "Stage '%s' is not a result, and no stage reads it", stages[stage].name);
  return n;
}

static gboolean
check_stage (const RushModelStage *stages, guint stage, GError **error)
{
  const RushModelStage *told = &stages[stage];

  if (told->n_tasks == 0)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "Stage '%s' has no tasks", told->name);
      return FALSE;
    }
  for (guint p = 0; p < told->n_parents; p++)
    if (told->parents[p] >= stage)
      {
        g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                     "Stage '%s' reads stage %u, which does not stand before it", told->name,
                     told->parents[p]);
        return FALSE;
      }
  return TRUE;
}

static RushRdd *
make_rdd (RushModelJob *self, RushLineage *lineage, const RushModelStage *told)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("value", &RUSH_INT64, NULL);
  RushDependency *dependencies[RUSH_MODEL_MAX_PARENTS];
  ModelRdd *rdd;

  for (guint p = 0; p < told->n_parents; p++)
    dependencies[p] = rush_dependency_ref (self->stages[told->parents[p]].shuffle);
  rush_lineage_push_call ("model", told->name, ""); /* what its stage is called */
  rdd = rush_rdd_alloc (sizeof *rdd, &model_rdd_class, lineage, schema, dependencies,
                        told->n_parents);
  rush_lineage_pop_call ();
  rdd->n_partitions = told->n_tasks;
  rdd->base.barrier = told->is_barrier;
  if (told->is_indeterminate)
    rdd->base.determinism = RUSH_INDETERMINATE;
  rush_rdd_set_name (&rdd->base, told->name);
  return &rdd->base;
}

static void
note_medians (Stage *stage)
{
  guint n = stage->told.n_tasks;
  g_autofree double *values = g_new (double, n);

  for (guint i = 0; i < n; i++)
    values[i] = stage->told.recorded[i].cpu_s;
  stage->median_s = rush_order_statistic (values, n, n / 2);
  for (guint i = 0; i < n; i++)
    values[i] = stage->told.recorded[i].fetched_bytes;
  stage->median_bytes = rush_order_statistic (values, n, n / 2);
}

static void
add_stage (RushModelJob *self, RushLineage *lineage, const RushModelStage *told, guint n_readers)
{
  Stage *stage = &self->stages[self->n_stages++];

  stage->told = *told;
  stage->told.name = g_strdup (told->name);
  stage->rdd = make_rdd (self, lineage, told);
  g_hash_table_insert (self->stage_of_rdd, stage->rdd, stage);
  for (guint i = 0; i < told->n_tasks; i++)
    stage->sum_of_weights += weight (stage, i);
  if (told->recorded != NULL)
    note_medians (stage);
  if (told->warm_up_s > 0)
    stage->n_begun = g_new0 (guint, rush_topology_n_hosts (self->topology));
  if (n_readers == 0)
    return;
  g_autoptr (RushPartitioner) partitioner = rush_hash_partitioner_new (n_readers, 0);
  stage->shuffle = rush_dependency_shuffle (stage->rdd, partitioner, stage->rdd->schema);
  stage->book = rush_output_book_new (told->n_tasks, rush_topology_n_hosts (self->topology));
}

RushModelJob *
rush_model_job_new (RushLineage *lineage, RushTopology *topology, const RushModelStage *stages,
                    guint n_stages, guint64 seed, GError **error)
{
  g_autoptr (RushModelJob) self = g_new0 (RushModelJob, 1);

  g_return_val_if_fail (n_stages > 0, NULL);
  self->model.klass = &model_class;
  self->topology = topology;
  self->seed = seed;
  self->stages = g_new0 (Stage, n_stages);
  self->stage_of_rdd = g_hash_table_new (NULL, NULL);
  self->executors = g_hash_table_new (g_str_hash, g_str_equal);
  self->executor_names = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < n_stages; i++)
    {
      g_autoptr (GError) cause = NULL;
      guint readers = n_readers (stages, n_stages, i, &cause);

      if (cause != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return NULL;
        }
      if (!check_stage (stages, i, error))
        return NULL;
      add_stage (self, lineage, &stages[i], readers);
    }
  return g_steal_pointer (&self);
}

void
rush_model_job_free (RushModelJob *self)
{
  if (self == NULL)
    return;
  for (guint i = self->n_stages; i-- > 0;)
    {
      Stage *stage = &self->stages[i];

      rush_dependency_unref (stage->shuffle);
      rush_rdd_unref (stage->rdd);
      rush_output_book_free (stage->book);
      g_free (stage->n_begun);
      g_free ((char *)stage->told.name);
    }
  g_free (self->stages);
  g_hash_table_unref (self->stage_of_rdd);
  g_hash_table_unref (self->executors);
  g_ptr_array_unref (self->executor_names);
  g_free (self);
}

RushRdd *
rush_model_job_rdd (RushModelJob *self)
{
  return self->stages[self->n_stages - 1].rdd;
}

RushRdd *
rush_model_job_stage_rdd (RushModelJob *self, guint stage)
{
  g_return_val_if_fail (stage < self->n_stages, NULL);
  return self->stages[stage].rdd;
}

RushTaskModel *
rush_model_job_model (RushModelJob *self)
{
  return &self->model;
}
