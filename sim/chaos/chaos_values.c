/* chaos_values.c - see the header. */
#include "sim/chaos/chaos_values.h"

#define PRIME G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)
#define NOTHING_READ 1

/* What one attempt at a map task has written. */
typedef struct
{
  char *executor_id;
  gint shuffle_id;
  guint map_index;
  guint64 value;
  gboolean lost;
} Output;

struct _RushChaosValues
{
  RushTaskModel model;
  RushTaskModel *inner;
  RushMapOutputTracker *tracker;
  GHashTable *outputs; /* &task_id → Output (owned) */
  GHashTable *read;    /* &task_id → guint64: tasks that have fetched and not ended (owned) */
};

static guint64
fold (guint64 hash, guint64 word)
{
  hash = (hash ^ word) * PRIME;
  return hash ^ (hash >> 32);
}

static guint64
value_of (const RushRdd *rdd, guint partition, guint64 read)
{
  return fold (fold (fold (1, (guint64)rdd->id), partition), read);
}

/* ---- without faults ---- */

/* The lineage of a random program is short: its depth is the number of its stages. */
static gboolean
expected_read (RushRdd *rdd, guint64 *out)
{
  *out = NOTHING_READ;
  for (guint i = 0; i < rdd->n_dependencies; i++)
    {
      const RushDependency *dependency = rdd->dependencies[i];
      guint64 read;
      guint n_maps;

      if (!rush_rdd_n_partitions (dependency->rdd, &n_maps, NULL) ||
          dependency->rdd->determinism == RUSH_INDETERMINATE ||
          !expected_read (dependency->rdd, &read))
        return FALSE;
      for (guint map = 0; map < n_maps; map++)
        *out = fold (*out, value_of (dependency->rdd, map, read));
    }
  return TRUE;
}

gboolean
rush_chaos_values_expected (RushRdd *rdd, guint n, guint64 *out)
{
  guint64 read;

  if (rdd->determinism == RUSH_INDETERMINATE || !expected_read (rdd, &read))
    return FALSE;
  for (guint i = 0; i < n; i++)
    out[i] = value_of (rdd, i, read);
  return TRUE;
}

/* ---- fetching ---- */

static RushChaosValues *
values_of (RushTaskModel *model)
{
  return (RushChaosValues *)((char *)model - G_STRUCT_OFFSET (RushChaosValues, model));
}

static RushTaskOutcome *
fetch_failed (const RushTask *task, gint shuffle_id, gint map_index, const char *executor_id)
{
  RushTaskOutcome *outcome = rush_task_outcome_new (
      RUSH_OUTCOME_FETCH_FAILED,
      executor_id != NULL ? "the output is gone" : "Missing an output location for the shuffle");

  outcome->shuffle_id = shuffle_id;
  outcome->map_index = map_index;
  outcome->reduce_partition = task->partition;
  outcome->executor_id = g_strdup (executor_id);
  return outcome;
}

/* Of one shuffle, all maps in their order; the first that is missing ends it. */
static gboolean
fetch (RushChaosValues *self, const RushTask *task, gint shuffle_id, guint64 *inout,
       RushTaskOutcome **out_missing)
{
  g_autoptr (GPtrArray) statuses = rush_map_output_tracker_statuses (self->tracker, shuffle_id);

  if (statuses == NULL)
    {
      *out_missing = fetch_failed (task, shuffle_id, -1, NULL);
      return FALSE;
    }
  for (guint i = 0; i < statuses->len; i++)
    {
      const RushMapStatus *status = g_ptr_array_index (statuses, i);
      const Output *output = g_hash_table_lookup (self->outputs, &status->map_task_id);

      if (output == NULL || output->lost)
        {
          *out_missing = fetch_failed (task, shuffle_id, (gint)i, status->executor_id);
          return FALSE;
        }
      *inout = fold (*inout, output->value);
    }
  return TRUE;
}

static RushDemandState
values_demand (RushTaskModel *model, const RushTask *task, const char *executor_id,
               const RushSimHost *host, RushTaskDemand *out, RushTaskOutcome **out_missing)
{
  RushChaosValues *self = values_of (model);
  const RushRdd *rdd = task->work->rdd;
  RushTaskOutcome *missing = NULL;
  guint64 read = NOTHING_READ;

  for (guint i = 0; i < rdd->n_dependencies; i++)
    if (!fetch (self, task, rdd->dependencies[i]->shuffle_id, &read, out_missing))
      return RUSH_DEMAND_MISSING;
  /* The model within has its own opinion of what is there, by map index alone. */
  self->inner->klass->demand (self->inner, task, executor_id, host, out, &missing);
  rush_task_outcome_free (missing);
  g_hash_table_replace (self->read, g_memdup2 (&task->task_id, sizeof task->task_id),
                        g_memdup2 (&read, sizeof read));
  return RUSH_DEMAND_KNOWN;
}

/* ---- writing ---- */

static void
output_free (gpointer data)
{
  g_free (((Output *)data)->executor_id);
  g_free (data);
}

static void
write_output (RushChaosValues *self, const RushTask *task, const char *executor_id, guint64 value)
{
  Output *output = g_new0 (Output, 1);

  output->executor_id = g_strdup (executor_id);
  output->shuffle_id = task->work->dependency->shuffle_id;
  output->map_index = task->partition;
  output->value = value;
  g_hash_table_replace (self->outputs, g_memdup2 (&task->task_id, sizeof task->task_id), output);
}

static RushTaskOutcome *
values_succeed (RushTaskModel *model, const RushTask *task, const char *executor_id,
                const RushSimHost *host, const RushTaskDemand *demand)
{
  RushChaosValues *self = values_of (model);
  const RushRdd *rdd = task->work->rdd;
  RushTaskOutcome *outcome =
      self->inner->klass->succeed (self->inner, task, executor_id, host, demand);
  guint64 read = *(guint64 *)g_hash_table_lookup (self->read, &task->task_id);
  guint64 value = value_of (rdd, task->partition, read);

  g_hash_table_remove (self->read, &task->task_id);
  if (rdd->determinism == RUSH_INDETERMINATE)
    value = fold (value, (guint64)task->task_id);
  if (task->work->kind == RUSH_TASK_SHUFFLE_MAP)
    {
      write_output (self, task, executor_id, value);
      return outcome;
    }
  outcome->result.value = g_memdup2 (&(RushChaosValue){ value, read }, sizeof (RushChaosValue));
  outcome->result.free_value = g_free;
  return outcome;
}

/* ---- losing ---- */

static void
lose (RushChaosValues *self, gint shuffle_id, gint map_index, const char *executor_id)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->outputs);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Output *output = value;

      if ((shuffle_id < 0 || output->shuffle_id == shuffle_id) &&
          (map_index < 0 || output->map_index == (guint)map_index) &&
          (executor_id == NULL || g_str_equal (output->executor_id, executor_id)))
        output->lost = TRUE;
    }
}

static void
values_executor_lost (RushTaskModel *model, const char *executor_id)
{
  RushChaosValues *self = values_of (model);

  self->inner->klass->executor_lost (self->inner, executor_id);
  lose (self, -1, -1, executor_id);
}

static void
values_drop_output (RushTaskModel *model, gint shuffle_id, gint map_index, const char *executor_id,
                    gboolean corrupt)
{
  RushChaosValues *self = values_of (model);

  self->inner->klass->drop_output (self->inner, shuffle_id, map_index, executor_id, corrupt);
  lose (self, shuffle_id, map_index, executor_id);
}

/* ---- life ---- */

static const RushTaskModelClass values_class = {
  .name = "values",
  .demand = values_demand,
  .succeed = values_succeed,
  .executor_lost = values_executor_lost,
  .drop_output = values_drop_output,
};

RushTaskModel *
rush_chaos_values_model (RushChaosValues *self)
{
  return &self->model;
}

void
rush_chaos_values_free (RushChaosValues *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->outputs);
  g_hash_table_unref (self->read);
  g_free (self);
}

RushChaosValues *
rush_chaos_values_new (RushTaskModel *inner, RushMapOutputTracker *tracker)
{
  RushChaosValues *self = g_new0 (RushChaosValues, 1);

  self->model.klass = &values_class;
  self->inner = inner;
  self->tracker = tracker;
  self->outputs = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, output_free);
  self->read = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  return self;
}
