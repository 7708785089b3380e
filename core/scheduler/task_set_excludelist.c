/* task_set_excludelist.c - where tasks of one set have failed, and what follows for the set.
 *
 *     host a   executor 1   t0 ✗       t0 does not go back to executor 1 maxTaskAttemptsPerExecutor
 *              executor 2   t0 ✗ t1 ✗  t0 does not go to host a          maxTaskAttemptsPerNode
 *                           └── the whole stage leaves executor 2        maxFailedTasksPerExecutor
 *                               … and host a, with one more like it      maxFailedExecutorsPerNode
 *
 * A task that fails wherever it runs is broken itself; one that fails on one machine alone speaks
 * against the machine.  Only failures that count towards spark.task.maxFailures do so: a fetch
 * failure, a kill, a denied commit are not the executor's fault.
 *
 * If only the application is to be protected, failures are put down and nothing is excluded here.
 *
 * Mirrors: org.apache.spark.scheduler.{TaskSetExcludelist,ExecutorFailuresInTaskSet}.
 */
#include "core/scheduler/exclusion_private.h"

/* ---- putting down ---- */

static void
executor_failures_free (gpointer data)
{
  RushExecutorFailures *self = data;

  g_hash_table_unref (self->tasks);
  g_free (self);
}

static RushExecutorFailures *
failures_on (RushExcludelist *self, const RushExecutor *executor)
{
  RushExecutorFailures *failures = g_hash_table_lookup (self->by_executor, executor->id);

  if (failures != NULL)
    return failures;
  failures = g_new0 (RushExecutorFailures, 1);
  failures->executor_id = executor->id;
  failures->host = executor->host;
  failures->tasks = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_ptr_array_add (self->executors, failures);
  g_hash_table_insert (self->by_executor, executor->id, failures);
  return failures;
}

static void
count_failure (RushExecutorFailures *self, guint index, gint64 now_ms)
{
  RushTaskFailures *task = g_hash_table_lookup (self->tasks, GUINT_TO_POINTER (index));

  if (task == NULL)
    {
      task = g_new0 (RushTaskFailures, 1);
      g_hash_table_insert (self->tasks, GUINT_TO_POINTER (index), task);
    }
  task->n++;
  task->last_ms = now_ms;
}

static guint
n_failures_of (const RushExecutorFailures *self, guint index)
{
  const RushTaskFailures *task =
      self != NULL ? g_hash_table_lookup (self->tasks, GUINT_TO_POINTER (index)) : NULL;

  return task != NULL ? task->n : 0;
}

/* ---- excluding for the stage ---- */

static guint
n_excluded_on (const RushExcludelist *self, const char *host)
{
  guint n = 0;

  for (guint i = 0; i < self->executors->len; i++)
    {
      const RushExecutorFailures *failures = g_ptr_array_index (self->executors, i);

      n += failures->excluded && g_str_equal (failures->host, host);
    }
  return n;
}

static void
post_executor_excluded (RushEventBus *bus, const RushExecutorFailures *failures, gint stage_id,
                        gint stage_attempt, gint64 now_ms)
{
  if (!rush_event_bus_has_listeners (bus))
    return;
  RushEvent *event = rush_event_new (RUSH_EVENT_EXECUTOR_EXCLUDED_FOR_STAGE);
  event->executor_excluded_for_stage =
      (RushExecutorExcludedForStage){ now_ms, g_strdup (failures->executor_id),
                                      g_hash_table_size (failures->tasks), stage_id,
                                      stage_attempt };
  rush_event_bus_post (bus, event);
}

static void
post_node_excluded (RushEventBus *bus, const char *host, guint n, gint stage_id, gint stage_attempt,
                    gint64 now_ms)
{
  if (!rush_event_bus_has_listeners (bus))
    return;
  RushEvent *event = rush_event_new (RUSH_EVENT_NODE_EXCLUDED_FOR_STAGE);
  event->node_excluded_for_stage =
      (RushNodeExcludedForStage){ now_ms, g_strdup (host), n, stage_id, stage_attempt };
  rush_event_bus_post (bus, event);
}

void
rush_excludelist_add (RushExcludelist *self, const RushExecutor *executor, guint index,
                      const char *reason, gint stage_id, gint stage_attempt, gint64 now_ms,
                      RushEventBus *bus)
{
  RushExecutorFailures *failures = failures_on (self, executor);

  count_failure (failures, index, now_ms);
  g_free (self->latest_reason);
  self->latest_reason = g_strdup (reason);
  if (!self->settings->task_and_stage || failures->excluded ||
      g_hash_table_size (failures->tasks) < self->settings->max_stage_failures_per_executor)
    return;
  failures->excluded = TRUE;
  post_executor_excluded (bus, failures, stage_id, stage_attempt, now_ms);
  guint n = n_excluded_on (self, failures->host);
  if (n < self->settings->max_stage_executors_per_node ||
      !g_hash_table_add (self->nodes, g_strdup (failures->host)))
    return;
  post_node_excluded (bus, failures->host, n, stage_id, stage_attempt, now_ms);
}

/* ---- questions ---- */

gboolean
rush_excludelist_excludes (const RushExcludelist *self, const RushExecutor *executor)
{
  if (self == NULL || !self->settings->task_and_stage)
    return FALSE;
  const RushExecutorFailures *failures = g_hash_table_lookup (self->by_executor, executor->id);
  return (failures != NULL && failures->excluded) ||
         g_hash_table_contains (self->nodes, executor->host);
}

gboolean
rush_excludelist_excludes_task (const RushExcludelist *self, const RushExecutor *executor,
                                guint index)
{
  guint n_on_node = 0;

  if (self == NULL || !self->settings->task_and_stage)
    return FALSE;
  if (n_failures_of (g_hash_table_lookup (self->by_executor, executor->id), index) >=
      self->settings->max_task_attempts_per_executor)
    return TRUE;
  for (guint i = 0; i < self->executors->len; i++)
    {
      const RushExecutorFailures *failures = g_ptr_array_index (self->executors, i);

      if (g_str_equal (failures->host, executor->host))
        n_on_node += n_failures_of (failures, index);
    }
  return n_on_node >= self->settings->max_task_attempts_per_node;
}

/* ---- life ---- */

void
rush_excludelist_free (RushExcludelist *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_executor);
  g_hash_table_unref (self->nodes);
  g_ptr_array_unref (self->executors);
  g_free (self->latest_reason);
  g_free (self);
}

RushExcludelist *
rush_excludelist_new (const RushExclusion *settings)
{
  RushExcludelist *self = g_new0 (RushExcludelist, 1);

  self->settings = settings;
  self->executors = g_ptr_array_new_with_free_func (executor_failures_free);
  self->by_executor = g_hash_table_new (g_str_hash, g_str_equal);
  self->nodes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}
