/* watch_executors.c - who is there, who may be given tasks, what lies where, and how much it takes.
 *
 * An executor is known from its event; messages say earlier than any event that it is leaving.  Its
 * end is an event of whoever runs it, which in real time may come a moment before the scheduler is
 * told; until then nobody can blame the scheduler.
 */
#include "sim/chaos/watch_private.h"

/* ---- who is there ---- */

static void
executor_free (gpointer data)
{
  RushWatchedExecutor *self = data;

  g_free (self->id);
  g_free (self->host);
  g_free (self);
}

/* One that nobody has announced has no cores. */
RushWatchedExecutor *
rush_watch_executor (RushInvariantWatch *self, const char *id)
{
  RushWatchedExecutor *executor = g_hash_table_lookup (self->executors, id);

  if (executor != NULL)
    return executor;
  executor = g_new0 (RushWatchedExecutor, 1);
  executor->id = g_strdup (id);
  g_hash_table_insert (self->executors, executor->id, executor);
  return executor;
}

static void
executor_added (RushInvariantWatch *self, const RushExecutorAdded *added)
{
  RushWatchedExecutor *executor = rush_watch_executor (self, added->executor_id);

  if (executor->not_announced)
    {
      executor->not_announced = FALSE;
      return;
    }
  RUSH_WATCH_CHECK (self, !executor->there, "executor %s comes, and is there", executor->id);
  g_free (executor->host);
  executor->host = g_strdup (added->host);
  executor->cores = added->cores;
  executor->n_running = 0;
  executor->generation++;
  executor->there = TRUE;
  executor->leaving = NULL;
  executor->excluded = executor->decommissioned = executor->lost = FALSE;
}

static void
executor_removed (RushInvariantWatch *self, const RushExecutorRemoved *removed)
{
  RushWatchedExecutor *executor = rush_watch_executor (self, removed->executor_id);

  RUSH_WATCH_CHECK (self, executor->there, "executor %s goes, and is not there", executor->id);
  executor->there = executor->not_announced = FALSE;
}

void
rush_invariant_watch_know_executor (RushInvariantWatch *self, const char *id, const char *host,
                                    guint cores)
{
  RushWatchedExecutor *executor;

  pthread_mutex_lock (&self->lock);
  executor = rush_watch_executor (self, id);
  if (executor->generation == 0)
    {
      executor->host = g_strdup (host);
      executor->cores = cores;
      executor->generation = 1;
      executor->there = executor->not_announced = TRUE;
    }
  pthread_mutex_unlock (&self->lock);
}

/* ---- exclusion ---- */

static char *
key_of (gint stage_id, gint attempt, const char *name)
{
  return g_strdup_printf ("%d.%d %s", stage_id, attempt, name);
}

gboolean
rush_watch_executor_event (RushInvariantWatch *self, const RushEvent *event)
{
  if (event->kind == RUSH_EVENT_EXECUTOR_ADDED)
    executor_added (self, &event->executor_added);
  else if (event->kind == RUSH_EVENT_EXECUTOR_REMOVED)
    executor_removed (self, &event->executor_removed);
  else if (event->kind == RUSH_EVENT_EXECUTOR_EXCLUDED)
    rush_watch_executor (self, event->executor_excluded.executor_id)->excluded = TRUE;
  else if (event->kind == RUSH_EVENT_EXECUTOR_UNEXCLUDED)
    rush_watch_executor (self, event->executor_unexcluded.executor_id)->excluded = FALSE;
  else if (event->kind == RUSH_EVENT_NODE_EXCLUDED)
    g_hash_table_add (self->excluded_hosts, g_strdup (event->node_excluded.host));
  else if (event->kind == RUSH_EVENT_NODE_UNEXCLUDED)
    g_hash_table_remove (self->excluded_hosts, event->node_unexcluded.host);
  else if (event->kind == RUSH_EVENT_EXECUTOR_EXCLUDED_FOR_STAGE)
    g_hash_table_add (self->excluded_for, key_of (event->executor_excluded_for_stage.stage_id,
                                                  event->executor_excluded_for_stage.stage_attempt,
                                                  event->executor_excluded_for_stage.executor_id));
  else if (event->kind == RUSH_EVENT_NODE_EXCLUDED_FOR_STAGE)
    g_hash_table_add (self->excluded_for, key_of (event->node_excluded_for_stage.stage_id,
                                                  event->node_excluded_for_stage.stage_attempt,
                                                  event->node_excluded_for_stage.host));
  else
    return FALSE;
  return TRUE;
}

void
rush_watch_executor_message (RushInvariantWatch *self, const RushMessage *message)
{
  RushWatchedExecutor *executor;
  const char *leaving;

  if (message->kind == RUSH_MESSAGE_EXECUTOR_DECOMMISSIONING)
    leaving = "which is being decommissioned";
  else if (message->kind == RUSH_MESSAGE_EXECUTOR_DISCONNECTED)
    leaving = "whose connection is closed";
  else if (message->kind == RUSH_MESSAGE_EXECUTOR_LOST)
    leaving = "which is lost";
  else
    return;
  executor = rush_watch_executor (self, message->text);
  executor->leaving = leaving;
  executor->lost |= message->kind == RUSH_MESSAGE_EXECUTOR_LOST;
  executor->decommissioned |= message->kind == RUSH_MESSAGE_EXECUTOR_DECOMMISSIONING;
  self->look_at_outputs |= message->kind == RUSH_MESSAGE_EXECUTOR_LOST;
}

static gboolean
is_gone (const RushInvariantWatch *self, const RushWatchedExecutor *executor)
{
  return self->observed ? executor->lost || executor->generation == 0 : !executor->there;
}

static gboolean
is_excluded_for (RushInvariantWatch *self, gint stage_id, gint attempt, const char *name)
{
  g_autofree char *key = key_of (stage_id, attempt, name);

  return g_hash_table_contains (self->excluded_for, key);
}

const char *
rush_watch_why_not (RushInvariantWatch *self, const RushWatchedExecutor *executor, gint stage_id,
                    gint stage_attempt)
{
  if (executor->leaving != NULL)
    return executor->leaving;
  if (is_gone (self, executor))
    return "which is not there";
  if (executor->excluded)
    return "which is excluded";
  if (g_hash_table_contains (self->excluded_hosts, executor->host))
    return "whose host is excluded";
  if (g_hash_table_size (self->excluded_for) > 0 &&
      (is_excluded_for (self, stage_id, stage_attempt, executor->id) ||
       is_excluded_for (self, stage_id, stage_attempt, executor->host)))
    return "which is excluded for the stage";
  return NULL;
}

/* ---- outputs ---- */

static void
check_output (RushInvariantWatch *self, gint shuffle_id, guint map, const RushMapStatus *status)
{
  gint64 task_id = status->map_task_id;
  const RushWatchedTask *task = g_hash_table_lookup (self->tasks, &task_id);
  const RushWatchedExecutor *lies_on;

  if (task == NULL || !task->succeeded)
    {
      rush_watch_note (
          self, "output %u of shuffle %d is of task %" G_GINT64_FORMAT ", which has not succeeded",
          map, shuffle_id, task_id);
      return;
    }
  if (self->rules.outputs_outlive)
    return;
  /* Where it was written, or where it has been moved to. */
  lies_on = rush_watch_executor (self, status->executor_id);
  RUSH_WATCH_CHECK (self,
                    !is_gone (self, lies_on) && (lies_on != task->executor ||
                                                 task->generation == task->executor->generation),
                    "output %u of shuffle %d lies on executor %s, which has been lost since", map,
                    shuffle_id, status->executor_id);
}

void
rush_watch_outputs (RushInvariantWatch *self, gint shuffle_id)
{
  RushMapOutputTracker *tracker = self->rules.tracker;

  if (tracker == NULL || !rush_map_output_tracker_contains_shuffle (tracker, shuffle_id))
    return;
  for (guint i = 0; i < rush_map_output_tracker_n_maps (tracker, shuffle_id); i++)
    {
      RushMapStatus *status = rush_map_output_tracker_get (tracker, shuffle_id, i);

      if (status == NULL)
        continue;
      check_output (self, shuffle_id, i, status);
      rush_map_status_unref (status);
    }
}

/* ---- memory ---- */

void
rush_watch_memory (RushInvariantWatch *self, const RushWatchedExecutor *executor)
{
  RushMemoryStats stats;

  if (self->rules.memory == NULL ||
      !self->rules.memory (self->rules.memory_data, executor->id, &stats))
    return;
  RUSH_WATCH_CHECK (self, stats.execution_used + stats.storage_used <= stats.pool,
                    "executor %s: execution %" G_GINT64_FORMAT " and storage %" G_GINT64_FORMAT
                    " bytes are more than its pool of %" G_GINT64_FORMAT,
                    executor->id, stats.execution_used, stats.storage_used, stats.pool);
  RUSH_WATCH_CHECK (self, executor->n_running > 0 || stats.execution_used == 0,
                    "executor %s runs nothing, and its tasks hold %" G_GINT64_FORMAT " bytes",
                    executor->id, stats.execution_used);
}

/* ---- life ---- */

void
rush_watch_executors_init (RushInvariantWatch *self)
{
  self->executors = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, executor_free);
  self->excluded_hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->excluded_for = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
rush_watch_executors_clear (RushInvariantWatch *self)
{
  g_hash_table_unref (self->executors);
  g_hash_table_unref (self->excluded_hosts);
  g_hash_table_unref (self->excluded_for);
}
