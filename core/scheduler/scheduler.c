/* scheduler.c - a message comes in; who is concerned; slots are filled.
 *
 *     message ──▶ what changes                          ──▶ offer ──▶ more executors, or less?
 *       JOB_SUBMITTED         DAG scheduler: stages, task sets
 *       JOB/STAGE_CANCELLED … DAG scheduler
 *       TASK_ENDED            task scheduler, which tells what it meant
 *                             ──▶ DAG scheduler
 *       EXECUTOR_REGISTERED   DAG scheduler, task scheduler
 *       EXECUTOR_DISCONNECTED, EXECUTOR_DECOMMISSIONING, OUTPUT_MOVED, HEARTBEAT
 *                             task scheduler
 *       EXECUTOR_LOST         task scheduler, which tells what has ended with it
 *                             ──▶ DAG scheduler, task by task, then the outputs
 *       SHUFFLE_DROPPED       map output tracker
 *       CACHE_DROPPED         the allocation manager, as after each message
 *       OBSERVED              nobody: somebody looks on
 *       TIMER                 whoever has set it
 *
 * In Spark the two schedulers send messages to each other, from different threads.  Here each
 * message is worked through at once and in one direction: tasks, then stages, then jobs, then
 * offers.  The task scheduler never calls the DAG scheduler, and no task starts before all is
 * settled; so nothing is ever seen half done.
 *
 * Listeners and the backend are called from in here and must not call back: they post messages,
 * which are handled later.
 */
#include "core/scheduler/scheduler_private.h"

/* ---- one function a message ---- */

static void
handle_task_ended (RushScheduler *self, RushMessage *message)
{
  RushTaskEnding ending;

  if (!rush_task_scheduler_task_ended (&self->tasks, message->task_id,
                                       g_steal_pointer (&message->outcome), &ending))
    return;
  rush_dag_task_ended (&self->dag, &ending);
  rush_task_ending_clear (&ending);
}

static void
handle_executor_registered (RushScheduler *self, const RushMessage *message)
{
  if (rush_task_scheduler_executor_registered (&self->tasks, message->text, message->host,
                                               message->rack, message->cores))
    rush_dag_executor_registered (&self->dag, message->text);
  else
    g_warning ("executor %s has registered twice; it is taken for the same one", message->text);
}

static void
lose_executor (RushScheduler *self, const char *id, const char *reason,
               gboolean caused_by_application, gboolean outputs_lost)
{
  g_autofree char *why =
      rush_task_scheduler_loss_reason (&self->tasks, id, reason, &caused_by_application);
  g_autoptr (GArray) endings = rush_task_scheduler_executor_lost (
      &self->tasks, id, why, caused_by_application, outputs_lost);

  if (endings == NULL)
    return; /* it is gone already */
  for (guint i = 0; i < endings->len; i++)
    rush_dag_task_ended (&self->dag, &g_array_index (endings, RushTaskEnding, i));
  rush_dag_executor_lost (&self->dag, id, outputs_lost);
}

/* They have fallen silent.  Their tasks may be to blame, and nobody can read from them. */
static void
lose_silent_executors (RushScheduler *self, GPtrArray *silent)
{
  RushBackend *backend = self->tasks.backend;

  for (guint i = 0; i < silent->len; i++)
    {
      const RushExecutor *executor = g_ptr_array_index (silent, i);
      g_autofree char *reason = rush_heartbeat_reason (&self->tasks, executor);

      lose_executor (self, executor->id, reason, TRUE, TRUE);
      if (backend->klass->kill_executor != NULL)
        backend->klass->kill_executor (backend, executor->id);
    }
  rush_heartbeat_set_timer (&self->tasks);
}

static void
handle_shuffle_dropped (RushScheduler *self, gint shuffle_id)
{
  /* A stage refers to its shuffle, so the cleaner does not drop it; but a program may.  Then the
   * tasks that find no files report fetch failures, which take the outputs away one by one. */
  if (rush_dag_find_map_stage (&self->dag, shuffle_id) == NULL)
    rush_map_output_tracker_unregister_shuffle (self->dag.tracker, shuffle_id);
  rush_task_scheduler_shuffle_dropped (&self->tasks, shuffle_id);
}

/* It was copied as its executor is being decommissioned.  One that is not registered (the task was
 * outrun, or the shuffle is gone) is of no use, and neither is one on an executor that has been
 * lost since. */
static void
handle_output_moved (RushScheduler *self, const RushMessage *message)
{
  RushExecutor *executor = rush_executor_registry_find (self->tasks.shared.registry, message->text);
  const RushStage *stage;

  if (executor == NULL ||
      !rush_map_output_tracker_move_output (self->dag.tracker, message->id, message->map_index,
                                            message->task_id, executor->id, executor->host))
    return;
  stage = rush_dag_find_map_stage (&self->dag, message->id);
  if (stage != NULL)
    rush_task_scheduler_output_moved (&self->tasks, stage->id, message->map_index,
                                      message->task_id);
  if (self->tasks.executors_may_come)
    rush_task_scheduler_note_shuffle (executor, message->id);
}

/* A timer that was cancelled as it fired is nobody's. */
static void
handle_timer (RushScheduler *self, guint64 timer_id)
{
  g_autoptr (GPtrArray) silent = rush_heartbeat_timer (&self->tasks, timer_id);

  if (silent != NULL)
    lose_silent_executors (self, silent);
  else if (!rush_allocation_timer (&self->allocation, timer_id) &&
           !rush_dag_timer (&self->dag, timer_id))
    rush_task_scheduler_timer (&self->tasks, timer_id);
}

static void
dispatch (RushScheduler *self, RushMessage *message)
{
  switch (message->kind)
    {
    case RUSH_MESSAGE_JOB_SUBMITTED:
      rush_dag_submit_job (&self->dag, g_steal_pointer (&message->job));
      return;
    case RUSH_MESSAGE_JOB_CANCELLED:
      rush_dag_cancel_job (&self->dag, message->id, message->reason);
      return;
    case RUSH_MESSAGE_JOB_GROUP_CANCELLED:
      rush_dag_cancel_group (&self->dag, message->text, message->reason);
      return;
    case RUSH_MESSAGE_JOB_TAG_CANCELLED:
      rush_dag_cancel_tag (&self->dag, message->text, message->reason);
      return;
    case RUSH_MESSAGE_ALL_JOBS_CANCELLED:
      rush_dag_cancel_all (&self->dag, message->reason);
      return;
    case RUSH_MESSAGE_STAGE_CANCELLED:
      rush_dag_cancel_stage (&self->dag, message->id, message->reason);
      return;
    case RUSH_MESSAGE_TASK_ENDED:
      handle_task_ended (self, message);
      return;
    case RUSH_MESSAGE_EXECUTOR_REGISTERED:
      handle_executor_registered (self, message);
      return;
    case RUSH_MESSAGE_EXECUTOR_DISCONNECTED:
      rush_task_scheduler_executor_disconnected (&self->tasks, message->text);
      return;
    case RUSH_MESSAGE_EXECUTOR_DECOMMISSIONING:
      rush_task_scheduler_executor_decommissioning (&self->tasks, message->text, message->reason);
      return;
    case RUSH_MESSAGE_HEARTBEAT:
      rush_heartbeat_received (&self->tasks, message->text);
      return;
    case RUSH_MESSAGE_OUTPUT_MOVED:
      handle_output_moved (self, message);
      return;
    case RUSH_MESSAGE_EXECUTOR_LOST:
      lose_executor (self, message->text, message->reason, message->caused_by_application,
                     message->outputs_lost);
      return;
    case RUSH_MESSAGE_SHUFFLE_DROPPED:
      handle_shuffle_dropped (self, message->id);
      return;
    case RUSH_MESSAGE_CACHE_DROPPED: /* the allocation manager looks after each message */
      return;
    case RUSH_MESSAGE_OBSERVED:
      self->observer = message->observer;
      return;
    case RUSH_MESSAGE_TIMER:
      handle_timer (self, message->timer_id);
      return;
    }
  g_return_if_reached ();
}

/* FALSE: there was none. */
static gboolean
abort_hopeless_sets (RushScheduler *self)
{
  g_autoptr (GArray) sets = self->tasks.hopeless;

  if (sets->len == 0)
    {
      g_steal_pointer (&sets);
      return FALSE;
    }
  self->tasks.hopeless = g_array_new (FALSE, FALSE, sizeof (RushHopelessSet));
  for (guint i = 0; i < sets->len; i++)
    {
      RushHopelessSet *set = &g_array_index (sets, RushHopelessSet, i);
      RushStage *stage = rush_dag_find_stage (&self->dag, set->stage_id);

      if (stage != NULL)
        rush_dag_abort_stage (&self->dag, stage, set->error);
      g_error_free (set->error);
    }
  return TRUE;
}

void
rush_scheduler_handle (RushScheduler *self, RushMessage *message)
{
  g_return_if_fail (!self->handling);

  self->handling = TRUE;
  if (self->lineage != NULL)
    rush_lineage_begin_reading (self->lineage);
  if (self->observer != NULL)
    self->observer->message_comes (self->observer, message);
  dispatch (self, message);
  do
    rush_task_scheduler_offer (&self->tasks);
  while (abort_hopeless_sets (self));
  rush_allocation_update (&self->allocation);
  if (self->observer != NULL)
    self->observer->message_handled (self->observer, self);
  if (self->lineage != NULL)
    rush_lineage_end_reading (self->lineage);
  self->handling = FALSE;
  rush_message_free (message);
}

/* ---- the rest of the interface ---- */

gboolean
rush_scheduler_check_conf (const RushConf *conf, const RushBackend *backend, GError **error)
{
  return rush_heartbeat_check (conf, error) && rush_exclusion_check (conf, error) &&
         (backend->klass->request_executors == NULL || rush_allocation_check (conf, error));
}

gint
rush_scheduler_next_job_id (RushScheduler *self)
{
  return atomic_fetch_add (&self->next_job_id, 1);
}

RushDag *
rush_scheduler_dag (RushScheduler *self)
{
  return &self->dag;
}

void
rush_scheduler_set_lineage (RushScheduler *self, RushLineage *lineage)
{
  self->lineage = lineage;
}

void
rush_scheduler_set_cache_locations (RushScheduler *self, RushCacheLocations *cache)
{
  self->dag.cache = cache;
}

void
rush_scheduler_set_accumulator_sink (RushScheduler *self, RushAccumulatorSink *sink)
{
  self->dag.accumulators = sink;
}

void
rush_scheduler_set_commit_coordinator (RushScheduler *self, RushCommitCoordinator *commits)
{
  self->dag.commits = commits;
}

void
rush_scheduler_set_observer (RushScheduler *self, RushSchedulerObserver *observer)
{
  self->observer = observer;
}

void
rush_scheduler_set_seams (RushScheduler *self, const RushSchedulerSeams *seams)
{
  RushSchedulerSeams *mine = &self->dag.seams;

  g_return_if_fail (g_tree_nnodes (self->dag.jobs) == 0);
  if (seams->cutter != NULL)
    mine->cutter = seams->cutter;
  if (seams->policy != NULL)
    mine->policy = seams->policy;
  if (seams->locality != NULL)
    mine->locality = seams->locality;
  if (seams->fetch_failure != NULL)
    mine->fetch_failure = seams->fetch_failure;
  self->tasks.policy = mine->policy;
  self->tasks.shared.locality = mine->locality;
}

void
rush_scheduler_use_plugins (RushScheduler *self, const RushPlugins *plugins)
{
  const char *policy = self->tasks.pools.fair ? "scheduling-policy:FAIR" : "scheduling-policy:FIFO";

  rush_scheduler_set_seams (
      self, &(RushSchedulerSeams){ .cutter = rush_plugins_find (plugins, "stage-cutter"),
                                   .policy = rush_plugins_find (plugins, policy),
                                   .locality = rush_plugins_find (plugins, "locality-wait"),
                                   .fetch_failure =
                                       rush_plugins_find (plugins, "fetch-failure-handler") });
}

gboolean
rush_scheduler_use_fair_pools (RushScheduler *self, const char *file, GError **error)
{
  g_return_val_if_fail (g_tree_nnodes (self->dag.jobs) == 0, FALSE);

  if (file != NULL && !rush_pools_read (&self->tasks.pools, file, error))
    return FALSE;
  self->tasks.pools.fair = TRUE;
  rush_scheduler_set_seams (self, &(RushSchedulerSeams){ .policy = &rush_scheduling_policy_fair });
  return TRUE;
}

gboolean
rush_scheduler_is_idle (const RushScheduler *self)
{
  const RushDag *dag = &self->dag;
  const RushTaskScheduler *tasks = &self->tasks;

  return g_tree_nnodes (dag->jobs) == 0 && g_tree_nnodes (dag->stages) == 0 &&
         g_hash_table_size (dag->map_stages) == 0 && dag->n_failed == 0 &&
         dag->deferred->len == 0 && dag->resubmit_timer == 0 && tasks->n_sets == 0 &&
         tasks->waiting->len == 0 && g_hash_table_size (tasks->attempts) == 0 &&
         tasks->locality_timer == 0 && tasks->speculation_timer == 0 && tasks->exclusion_timer == 0;
}

void
rush_scheduler_free (RushScheduler *self)
{
  if (self == NULL)
    return;
  g_return_if_fail (!self->handling);
  rush_allocation_clear (&self->allocation);
  rush_dag_clear (&self->dag);
  rush_task_scheduler_clear (&self->tasks);
  g_free (self);
}

RushScheduler *
rush_scheduler_new (const RushConf *conf, RushBackend *backend, RushEventBus *bus,
                    RushMapOutputTracker *tracker, guint max_task_failures)
{
  g_return_val_if_fail (max_task_failures > 0, NULL);

  RushScheduler *self = g_new0 (RushScheduler, 1);
  atomic_init (&self->next_job_id, 0);
  rush_task_scheduler_init (&self->tasks, conf, backend, bus, tracker, &self->next_timer_id,
                            max_task_failures);
  self->dag.scheduler = self;
  self->dag.backend = backend;
  self->dag.clock = backend->klass->clock (backend);
  self->dag.bus = bus;
  self->dag.tracker = tracker;
  self->dag.tasks = &self->tasks;
  self->dag.next_timer_id = &self->next_timer_id;
  rush_dag_init (&self->dag, conf);
  rush_allocation_init (&self->allocation, &self->dag, conf);
  return self;
}
