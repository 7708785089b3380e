/* leaving_local.c - executors of this process are decommissioned: they end their tasks, hand over
 * what they hold, and go.
 *
 *     decommission ──▶ the scheduler gives it no more tasks
 *          │           its outputs and blocks are copied to others, if the configuration says so
 *          └─ its last task has ended ──▶ what that has written is copied, too ──▶ it goes
 *
 * What is said of moved outputs reaches the driver loop before the loss does, as both go the same
 * way.
 *
 * Mirrors: CoarseGrainedExecutorBackend.decommissionSelf.
 */
#include "core/executor/block_mover.h"
#include "core/executor/local_backend_private.h"

/* ---- what it holds ---- */

static void
post_moved (gpointer data, const RushMapOutputId *id, const char *executor_id)
{
  RushLocalBackend *self = data;
  RushMessage *message = rush_message_new (RUSH_MESSAGE_OUTPUT_MOVED);

  message->id = id->shuffle_id;
  message->map_index = id->map_index;
  message->task_id = id->map_task_id;
  message->text = g_strdup (executor_id);
  rush_driver_loop_post (self->loop, message);
}

static void
go_if_idle (gpointer data, RushLocalExecutor *executor)
{
  g_autofree char *reason =
      g_strconcat ("Executor decommission: ", executor->decommission_reason, NULL);

  if (rush_local_executors_may_go (executor))
    rush_local_executors_end (data, executor->env.executor_id, reason, executor->replace);
}

static void
empty (RushLocalBackend *self, RushLocalExecutor *executor, gboolean then_go)
{
  const RushMoveListener listener = { post_moved, then_go ? go_if_idle : NULL, self };

  rush_block_mover_empty (rush_executor_set_mover (self->executors), executor, &listener);
}

/* ---- it goes ---- */

gboolean
rush_local_executors_may_go (RushLocalExecutor *executor)
{
  return atomic_load (&executor->decommissioning) && atomic_load (&executor->n_running) == 0;
}

void
rush_local_executors_go (RushLocalBackend *self, RushLocalExecutor *executor)
{
  if (rush_block_mover_empties (rush_executor_set_mover (self->executors)))
    empty (self, executor, TRUE);
  else
    go_if_idle (self, executor);
}

/* ---- it is told ---- */

/* Lock held. */
static void
mark (RushLocalBackend *self, RushLocalExecutor *executor, const char *reason, gboolean replace)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_EXECUTOR_DECOMMISSIONING);

  executor->replace = replace;
  if (executor->decommission_reason == NULL)
    executor->decommission_reason = g_strdup (reason);
  atomic_store (&executor->decommissioning, TRUE);
  message->text = g_strdup (executor->env.executor_id);
  message->reason = g_strdup (reason);
  rush_driver_loop_post (self->loop, message);
}

gboolean
rush_local_executors_decommission (RushLocalBackend *self, const char *executor_id,
                                   const char *reason, gboolean replace, gboolean starting)
{
  RushLocalExecutor *executor;
  gboolean is_there, may_go = FALSE;

  pthread_mutex_lock (&self->lock);
  executor = rush_local_executors_find_mortal (self, executor_id);
  is_there = executor != NULL && rush_local_executor_is_alive (executor);
  if (is_there)
    {
      mark (self, executor, reason, replace);
      may_go = !starting && rush_local_executors_may_go (executor);
    }
  pthread_mutex_unlock (&self->lock);
  if (may_go)
    rush_local_executors_go (self, executor);
  else if (is_there && rush_block_mover_empties (rush_executor_set_mover (self->executors)))
    empty (self, executor, FALSE);
  return is_there;
}
