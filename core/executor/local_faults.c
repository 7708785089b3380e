/* local_faults.c - faults come true: executors die or get slow, outputs and blocks vanish.
 *
 *     driver loop: launch (executor, task) ──▶ what is due? ──▶ done here, before the task starts
 *                                                     └──▶ fail_task: the task is told to fail
 *     any thread:  rush_local_backend_inject ()  now, or when its `when` comes
 *
 * Nothing is pretended: what a fault takes away is gone, and whoever wants it finds out as he would
 * otherwise, by a failed fetch, a missing block, or the message that an executor is lost.  So what
 * follows is the scheduler's real recovery.
 */
#include "core/executor/local_backend_private.h"

static RushLocalExecutor *
find_alive (RushLocalBackend *self, const char *id)
{
  RushLocalExecutor *executor = rush_executor_set_find (self->executors, id);

  return executor != NULL && rush_local_executor_is_alive (executor) ? executor : NULL;
}

/* ---- executors ---- */

static gboolean
slow_down (RushLocalBackend *self, const RushFault *fault)
{
  RushLocalExecutor *executor = find_alive (self, fault->executor);

  if (executor != NULL)
    atomic_store (&executor->slowness_percent, (gint)MIN (fault->factor * 100, G_MAXINT));
  return executor != NULL;
}

/* ---- a fault comes true ---- */

static gboolean
no_executor (RushLocalBackend *self, const RushFault *fault, GError **error)
{
  g_auto (GStrv) ids = rush_executor_set_ids (self->executors);
  g_autofree char *alive = g_strjoinv (", ", ids);

  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND,
               "%s: there is no executor %s that could be lost or slowed down; alive: %s%s",
               fault->name, fault->executor, alive,
               self->master.is_cluster
                   ? ""
                   : " (in local mode it is the program itself; use local-cluster[N,C,M])");
  return FALSE;
}

static gboolean
nothing_there (const RushFault *fault, const char *what, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND, "%s: there is no such %s",
               fault->name, what);
  return FALSE;
}

/* @starts_on: where a task is about to start, or NULL. */
static gboolean
apply (RushLocalBackend *self, const RushFault *fault, const char *starts_on, GError **error)
{
  switch (fault->kind)
    {
    case RUSH_FAULT_KILL_EXECUTOR:
      return rush_local_backend_kill_executor (&self->base, fault->executor, fault->replace) ||
             no_executor (self, fault, error);
    case RUSH_FAULT_DECOMMISSION_EXECUTOR:
      return rush_local_executors_decommission (self, fault->executor,
                                                "asked for by an injected fault", fault->replace,
                                                g_strcmp0 (fault->executor, starts_on) == 0) ||
             no_executor (self, fault, error);
    case RUSH_FAULT_SLOW_EXECUTOR:
      return slow_down (self, fault) || no_executor (self, fault, error);
    case RUSH_FAULT_DROP_SHUFFLE:
      return rush_executor_set_hurt_outputs (self->executors, (gint)fault->shuffle,
                                             (gint)fault->map, fault->executor, FALSE) > 0 ||
             nothing_there (fault, "map output", error);
    case RUSH_FAULT_CORRUPT_SHUFFLE:
      return rush_executor_set_hurt_outputs (self->executors, (gint)fault->shuffle,
                                             (gint)fault->map, fault->executor, TRUE) > 0 ||
             nothing_there (fault, "map output", error);
    case RUSH_FAULT_DROP_CACHED:
      return rush_executor_set_drop_cached (self->executors, (gint)fault->rdd,
                                            (gint)fault->partition, fault->executor) > 0 ||
             nothing_there (fault, "cached block", error);
    case RUSH_FAULT_FAIL_TASK:
      return TRUE; /* that is the task's business */
    }
  g_return_val_if_reached (FALSE);
}

char *
rush_local_faults_task_starts (RushLocalBackend *self, const RushTask *task,
                               const char *executor_id)
{
  g_autoptr (GPtrArray) due = g_ptr_array_new ();
  char *failure = NULL;

  rush_fault_script_task_starts (self->faults, task, executor_id, due);
  for (guint i = 0; i < due->len; i++)
    {
      const RushFault *fault = g_ptr_array_index (due, i);
      g_autoptr (GError) error = NULL;

      if (!apply (self, fault, executor_id, &error))
        rush_conf_warn (self->conf, error->message);
      if (fault->kind == RUSH_FAULT_FAIL_TASK && failure == NULL)
        failure = fault->message != NULL
                      ? g_strdup (fault->message)
                      : g_strdup_printf ("The task was made to fail by %s", fault->name);
    }
  return failure;
}

gboolean
rush_local_backend_inject (RushBackend *base, const char *text, GError **error)
{
  RushLocalBackend *self = (RushLocalBackend *)base;
  g_autoptr (RushFault) fault = rush_fault_parse (text, "fault", error);

  if (fault == NULL)
    return FALSE;
  if (!fault->has_when)
    return apply (self, fault, NULL, error);
  rush_fault_script_add (self->faults, g_steal_pointer (&fault));
  return TRUE;
}
