/* allocation_manager.c - asks for executors while tasks wait, and lets idle ones go.
 *
 *     needed    ⌈(tasks that wait + tasks that run) × ratio ÷ slots of an executor⌉
 *
 *     tasks have waited for 1 s      +1          target 1
 *     … and for another 1 s          +2                 3
 *     … and for another 1 s          +4                 7      never more than needed, or than max
 *     nobody waits any more          the next backlog begins with +1 again
 *     less is needed than asked for  target = needed, at least min: what has not come yet need not
 *     an executor is idle for 60 s   it goes, if neither target nor min needs it
 *
 * Why so slowly at first?  Most backlogs are over before the first executor would have come.  And
 * why double?  Those that are not are mostly large (it is how TCP finds its speed, too).
 *
 * The target is what the cluster manager has been asked for in all; who is there may be fewer, as
 * they come when they come, or more, as they only go when they are idle.  Until the first stage is
 * submitted nothing changes, so that the initial executors are still there for it.
 *
 * Spark looks ten times a second; here each message is an occasion, and a timer stands for the
 * first moment at which something will have been long enough.
 *
 * Invariants:  min ≤ target ≤ max, once the first stage is there; an executor that has been asked
 *              to go takes no tasks.
 * Mirrors:     org.apache.spark.ExecutorAllocationManager.
 */
#include "core/scheduler/allocation_private.h"

#include <math.h>

#define KEY(name) "spark.dynamicAllocation." name

/* ---- how many are needed ---- */

typedef struct
{
  guint n_pending;       /* tasks that wait, copies aside */
  guint n_copies;        /* copies that wait */
  guint n_unschedulable; /* sets that are excluded from all executors there are */
} Backlog;

static Backlog
count_backlog (const RushAllocationManager *self)
{
  const GPtrArray *waiting = self->tasks->waiting;
  Backlog backlog = { 0 };

  for (guint i = 0; i < waiting->len; i++)
    {
      const RushTaskSet *set = g_ptr_array_index (waiting, i);

      backlog.n_pending += set->pending->n_pending;
      backlog.n_copies += set->copies != NULL ? set->copies->n_pending : 0;
      backlog.n_unschedulable += set->give_up_us != G_MAXINT64;
    }
  return backlog;
}

static guint
slots_of_an_executor (const RushAllocationManager *self)
{
  RushBackend *backend = self->tasks->backend;
  const RushExecutorRegistry *registry = self->tasks->shared.registry;
  guint cores = backend->klass->executor_cores != NULL
                    ? backend->klass->executor_cores (backend)
                    : (guint)rush_conf_get_int (self->conf, "spark.executor.cores");

  return MAX (cores / registry->cores_per_task, 1);
}

static guint
executors_for (const RushAllocationManager *self, guint n_tasks)
{
  return (guint)ceil (n_tasks * self->ratio / slots_of_an_executor (self));
}

static guint
count_needed (const RushAllocationManager *self, const Backlog *backlog)
{
  guint n_running = g_hash_table_size (self->tasks->attempts);
  guint needed = executors_for (self, backlog->n_pending + backlog->n_copies + n_running);

  /* A copy needs another host than its original. */
  if (slots_of_an_executor (self) > 1 && needed == 1 && backlog->n_copies > 0)
    needed++;
  if (backlog->n_unschedulable == 0)
    return needed;
  return MAX (needed, g_hash_table_size (self->tasks->shared.registry->alive) +
                          executors_for (self, backlog->n_unschedulable));
}

/* ---- asking ---- */

static gboolean
request (RushAllocationManager *self, guint target)
{
  RushBackend *backend = self->tasks->backend;

  if (!backend->klass->request_executors (backend, target))
    return FALSE;
  self->target = target;
  return TRUE;
}

static void
note_backlog (RushAllocationManager *self, const Backlog *backlog, gint64 now_us)
{
  if (backlog->n_pending + backlog->n_copies + backlog->n_unschedulable == 0)
    {
      self->add_us = G_MAXINT64;
      self->n_to_add = 1;
    }
  else if (self->add_us == G_MAXINT64)
    self->add_us = now_us + self->backlog_us;
}

static void
add_executors (RushAllocationManager *self, guint needed)
{
  guint n_there = g_hash_table_size (self->tasks->shared.registry->alive);
  guint old = self->target, target;

  if (old >= self->max)
    {
      self->n_to_add = 1;
      return;
    }
  target = MIN (MAX (old, n_there) + self->n_to_add, needed);
  target = CLAMP (target, self->min, self->max);
  if (target == old)
    self->n_to_add = 1;
  else if (request (self, target))
    self->n_to_add = target - old == self->n_to_add ? self->n_to_add * 2 : 1;
}

static void
adjust_target (RushAllocationManager *self, guint needed, gint64 now_us)
{
  if (self->initializing)
    return;
  if (needed < self->target)
    {
      guint target = MAX (needed, self->min);

      self->n_to_add = 1;
      if (target < self->target)
        request (self, target);
    }
  else if (now_us >= self->add_us)
    {
      add_executors (self, needed);
      self->add_us = now_us + self->sustained_us;
    }
}

/* ---- letting go ---- */

static void
let_go (RushAllocationManager *self, const GPtrArray *idle)
{
  RushBackend *backend = self->tasks->backend;
  guint n_left = rush_executor_monitor_n_staying (self);

  for (guint i = 0; i < idle->len; i++)
    {
      RushExecutor *executor = g_ptr_array_index (idle, i);

      if (n_left <= self->min || n_left <= self->target)
        return;
      n_left--;
      rush_task_scheduler_executor_asked_to_go (self->tasks, executor);
      if (self->decommissions)
        backend->klass->decommission_executor (backend, executor->id, "spark scale down");
      else
        backend->klass->kill_executor (backend, executor->id);
    }
}

/* ---- when ---- */

static void
set_timer (RushAllocationManager *self, gint64 when_us, gint64 now_us)
{
  RushBackend *backend = self->tasks->backend;

  if (self->timer != 0 && when_us == self->timer_us)
    return;
  if (self->timer != 0)
    backend->klass->cancel_timer (backend, self->timer);
  self->timer = 0;
  if (when_us == G_MAXINT64)
    return;
  self->timer = ++*self->tasks->next_timer_id;
  self->timer_us = when_us;
  backend->klass->start_timer (backend, self->timer, MAX (when_us - now_us, 0));
}

void
rush_allocation_update (RushAllocationManager *self)
{
  if (!self->enabled)
    return;
  gint64 now_us = rush_clock_now_us (self->tasks->clock);
  gint64 next_us;
  g_autoptr (GPtrArray) idle = rush_executor_monitor_timed_out (self, now_us, &next_us);
  Backlog backlog = count_backlog (self);

  if (self->tasks->n_sets > 0 || idle->len > 0)
    self->initializing = FALSE;
  note_backlog (self, &backlog, now_us);
  adjust_target (self, count_needed (self, &backlog), now_us);
  let_go (self, idle);
  set_timer (self, MIN (next_us, self->add_us), now_us);
}

gboolean
rush_allocation_timer (RushAllocationManager *self, guint64 timer_id)
{
  if (self->timer == 0 || timer_id != self->timer)
    return FALSE;
  self->timer = 0; /* update () follows, as after each message */
  return TRUE;
}

/* ---- life ---- */

void
rush_allocation_clear (RushAllocationManager *self)
{
  if (self->timer != 0)
    self->tasks->backend->klass->cancel_timer (self->tasks->backend, self->timer);
}

static guint
count_of (const RushConf *conf, const char *key)
{
  return (guint)rush_conf_get_int (conf, key);
}

static gint64
shuffle_timeout_us (const RushConf *conf)
{
  return rush_conf_contains (conf, KEY ("shuffleTracking.timeout"))
             ? rush_conf_get_time_us (conf, KEY ("shuffleTracking.timeout"))
             : G_MAXINT64;
}

void
rush_allocation_init (RushAllocationManager *self, RushDag *dag, const RushConf *conf)
{
  const RushBackendClass *backend = dag->backend->klass;

  *self = (RushAllocationManager){
    .tasks = dag->tasks,
    .dag = dag,
    .conf = conf,
    .enabled = backend->request_executors != NULL && rush_conf_get_bool (conf, KEY ("enabled")),
    .min = count_of (conf, KEY ("minExecutors")),
    .max = count_of (conf, KEY ("maxExecutors")),
    .ratio = rush_conf_get_double (conf, KEY ("executorAllocationRatio")),
    .backlog_us = rush_conf_get_time_us (conf, KEY ("schedulerBacklogTimeout")),
    .sustained_us = rush_conf_get_time_us (conf, KEY ("sustainedSchedulerBacklogTimeout")),
    .idle_us = rush_conf_get_time_us (conf, KEY ("executorIdleTimeout")),
    .cached_idle_us = rush_conf_get_time_us (conf, KEY ("cachedExecutorIdleTimeout")),
    .shuffle_idle_us = shuffle_timeout_us (conf),
    .tracks_shuffles = rush_conf_get_bool (conf, KEY ("shuffleTracking.enabled")),
    .decommissions = backend->decommission_executor != NULL &&
                     rush_conf_get_bool (conf, "spark.decommission.enabled"),
    .n_to_add = 1,
    .add_us = G_MAXINT64,
    .initializing = TRUE,
  };
  dag->tasks->executors_may_come = self->enabled;
  dag->dynamic_allocation = self->enabled;
  if (self->enabled)
    request (self, MAX (count_of (conf, KEY ("initialExecutors")), self->min));
}

/* ---- settings ---- */

static gboolean
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT, sentence);
  return FALSE;
}

static gboolean
check_numbers (const RushConf *conf, GError **error)
{
  guint min = count_of (conf, KEY ("minExecutors")), max = count_of (conf, KEY ("maxExecutors"));
  double ratio = rush_conf_get_double (conf, KEY ("executorAllocationRatio"));

  if (max == 0)
    return refuse (error, KEY ("maxExecutors") " cannot be 0!");
  if (min > max)
    {
      g_set_error (
          error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
          KEY ("minExecutors") " (%u) must be less than or equal to " KEY ("maxExecutors") " (%u)!",
          min, max);
      return FALSE;
    }
  if (ratio <= 0 || ratio > 1)
    return refuse (error, KEY ("executorAllocationRatio") " must be > 0 and <= 1.0");
  return TRUE;
}

static gboolean
hands_outputs_over (const RushConf *conf)
{
  return rush_conf_get_bool (conf, "spark.decommission.enabled") &&
         rush_conf_get_bool (conf, "spark.storage.decommission.shuffleBlocks.enabled");
}

gboolean
rush_allocation_check (const RushConf *conf, GError **error)
{
  if (!rush_conf_get_bool (conf, KEY ("enabled")))
    return TRUE;
  if (!check_numbers (conf, error))
    return FALSE;
  if (rush_conf_get_time_us (conf, KEY ("schedulerBacklogTimeout")) <= 0)
    return refuse (error, KEY ("schedulerBacklogTimeout") " must be > 0!");
  if (rush_conf_get_time_us (conf, KEY ("sustainedSchedulerBacklogTimeout")) <= 0)
    return refuse (error, KEY ("sustainedSchedulerBacklogTimeout") " must be > 0!");
  if (!rush_conf_get_bool (conf, KEY ("shuffleTracking.enabled")) && !hands_outputs_over (conf))
    return refuse (
        error,
        "Dynamic allocation of executors requires one of the following conditions: 1) enabling "
        "external shuffle service through spark.shuffle.service.enabled. 2) enabling shuffle "
        "tracking through spark.dynamicAllocation.shuffleTracking.enabled. 3) enabling shuffle "
        "blocks decommission through spark.decommission.enabled and "
        "spark.storage.decommission.shuffleBlocks.enabled. 4) (Experimental) configuring "
        "spark.shuffle.sort.io.plugin.class to use a custom ShuffleDataIO who's "
        "ShuffleDriverComponents supports reliable storage. Here only the second and the third "
        "are there.");
  return TRUE;
}
