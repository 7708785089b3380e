/* barrier_stage.c - stages whose tasks run all at once: whether they can, and what a failure means.
 *
 *     rdd.barrier ().mapPartitions (train)
 *
 *     a job comes ──▶ can its barrier stages run? ── the chain of RDDs forbids it ──▶ refused
 *                        │ yes        └── too few slots in the whole cluster ──▶ asked again later,
 *                        ▼                                                        and then refused
 *                     all tasks start in one offer, or none does                 barrier_offers.c
 *                        │
 *                     one of them fails ──▶ all of them are stopped, what they made is void
 *                        │                     map stage: all run again (so often, and no more)
 *                        ▼                     result stage: the job fails, as results may be out
 *                     all succeed
 *
 * Why the whole stage?  The tasks talk to each other (BarrierTaskContext.barrier, allGather): one
 * that is run again alone would wait for partners that have left long ago.
 *
 * What can a chain of RDDs do wrong?  Each RDD of the stage must have as many partitions as the
 * stage has tasks (or a task would run several partitions of a barrier RDD one after the other, or
 * take () would not run all), and must not come from two barrier RDDs.
 *
 * A job that waits for slots is not known to anybody yet: no stages, no events; but it can be
 * cancelled.
 *
 * Mirrors: DAGScheduler.checkBarrierStageWithNumSlots, checkBarrierStageWithRDDChainPattern, and of
 *          handleJobSubmitted and handleTaskCompletion what is about barriers (SPARK-24374).
 */
#include "core/scheduler/dag_scheduler_private.h"

/* ---- can it run? ---- */

static guint
n_barrier_parents (const RushRdd *rdd)
{
  guint n_dependencies, n = 0;
  RushDependency *const *dependencies = rush_rdd_dependencies (rdd, &n_dependencies);

  for (guint i = 0; i < n_dependencies; i++)
    n += dependencies[i]->rdd->barrier;
  return n;
}

static gboolean
check_chain (RushRdd *last, guint n_tasks, GError **error)
{
  g_autoptr (GPtrArray) rdds = rush_stage_rdds (last);

  for (guint i = 0; i < rdds->len; i++)
    {
      RushRdd *rdd = g_ptr_array_index (rdds, i);
      guint n;

      if (!rush_rdd_n_partitions (rdd, &n, error))
        return FALSE;
      if (n == n_tasks && n_barrier_parents (rdd) <= 1)
        continue;
      g_set_error_literal (
          error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
          "[SPARK-24820][SPARK-24821]: Barrier execution mode does not allow the following pattern "
          "of RDD chain within a barrier stage:\n"
          "1. Ancestor RDDs that have different number of partitions from the resulting RDD (e.g. "
          "union()/coalesce()/first()/take()/PartitionPruningRDD). A workaround for first()/take() "
          "can be barrierRdd.collect().head (scala) or barrierRdd.collect()[0] (python).\n"
          "2. An RDD that depends on multiple barrier RDDs (e.g. barrierRdd1.zip(barrierRdd2)).");
      return FALSE;
    }
  return TRUE;
}

gboolean
rush_dag_check_barrier (RushDag *self, RushActiveJob *job, RushRdd *last, guint n_tasks,
                        GError **error)
{
  guint n_slots, n_partitions;

  if (!last->barrier)
    return TRUE;
  if (self->dynamic_allocation)
    {
      g_set_error_literal (
          error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
          "[SPARK-24942]: Barrier execution mode does not support dynamic resource allocation for "
          "now. You can disable dynamic resource allocation by setting Spark conf "
          "\"spark.dynamicAllocation.enabled\" to \"false\".");
      return FALSE;
    }
  if (!rush_rdd_n_partitions (last, &n_partitions, error))
    return FALSE;
  n_slots = rush_executor_registry_n_slots (self->tasks->shared.registry);
  if (n_partitions <= n_slots)
    return check_chain (last, n_tasks, error);
  job->slots_needed = n_partitions;
  job->slots_there = n_slots;
  g_set_error_literal (
      error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
      "[SPARK-24819]: Barrier execution mode does not allow run a barrier stage that requires more "
      "slots than the total number of slots in the cluster currently. Please init a new cluster "
      "with more resources(e.g. CPU, GPU) or repartition the input RDD(s) to reduce the number of "
      "slots required to run this barrier stage.");
  return FALSE;
}

/* ---- jobs that wait for slots ---- */

gboolean
rush_dag_defer_job (RushDag *self, RushActiveJob *job)
{
  g_autofree char *warning = NULL;

  if (job->slots_needed == 0)
    return FALSE;
  job->n_slot_checks++;
  warning = g_strdup_printf (
      "Barrier stage in job %d requires %u slots, but only %u are available. "
      "Will retry up to %u more times",
      job->id, job->slots_needed, job->slots_there, self->max_slot_checks + 1 - job->n_slot_checks);
  rush_conf_warn (self->conf, warning);
  if (job->n_slot_checks > self->max_slot_checks)
    return FALSE;
  job->slots_needed = 0;
  job->slots_timer = ++*self->next_timer_id;
  self->backend->klass->start_timer (self->backend, job->slots_timer, self->slot_check_us);
  g_ptr_array_add (self->deferred, job);
  return TRUE;
}

RushActiveJob *
rush_dag_find_deferred (RushDag *self, gint job_id)
{
  for (guint i = 0; i < self->deferred->len; i++)
    {
      RushActiveJob *job = g_ptr_array_index (self->deferred, i);

      if (job->id == job_id)
        return job;
    }
  return NULL;
}

void
rush_dag_refuse_deferred (RushDag *self, RushActiveJob *job, const GError *error)
{
  g_ptr_array_remove (self->deferred, job);
  self->backend->klass->cancel_timer (self->backend, job->slots_timer);
  job->request->listener->klass->job_ended (job->request->listener, error);
  rush_active_job_free (job);
}

gboolean
rush_dag_deferred_timer (RushDag *self, guint64 timer_id)
{
  for (guint i = 0; i < self->deferred->len; i++)
    {
      RushActiveJob *job = g_ptr_array_index (self->deferred, i);

      if (job->slots_timer != timer_id)
        continue;
      g_ptr_array_remove_index (self->deferred, i);
      rush_dag_start_job (self, job);
      return TRUE;
    }
  return FALSE;
}

/* ---- a task has failed ---- */

/* Nothing that the attempt has made, or still makes, counts. */
static void
void_attempt (RushDag *self, RushStage *stage, const char *kill_reason)
{
  stage->first_valid_attempt = stage->attempt + 1;
  rush_task_scheduler_suspend_stage (self->tasks, stage->id, kill_reason);
}

static void
abort_with (RushDag *self, RushStage *stage, const RushTaskOutcome *outcome, const char *message)
{
  gboolean has_cause = outcome->error_domain != 0;
  g_autoptr (GError) error = g_error_new_literal (
      has_cause ? outcome->error_domain : RUSH_CORE_ERROR,
      has_cause ? outcome->error_code : (gint)RUSH_CORE_ERROR_JOB_ABORTED, message);

  rush_dag_abort_stage (self, stage, error);
}

/* The attempt has failed and is void; now the stage runs again, or its jobs fail. */
static void
retry (RushDag *self, RushStage *stage, const RushTaskEnding *ending, const char *reason)
{
  g_autofree char *text = NULL;

  if (stage->n_failed_attempts >= self->max_stage_attempts)
    {
      g_autofree char *name = rush_stage_describe (stage);

      text = g_strdup_printf ("%s has failed the maximum allowable number of times: %u. "
                              "Most recent failure reason: %s",
                              name, self->max_stage_attempts, reason);
    }
  else if (stage->kind == RUSH_TASK_RESULT)
    text = g_strdup_printf ("Could not recover from a failed barrier ResultStage. "
                            "Most recent failure reason: %s",
                            reason);
  if (text != NULL)
    abort_with (self, stage, ending->outcome, text);
  else
    rush_dag_set_failed (self, stage, TRUE);
}

void
rush_dag_barrier_task_failed (RushDag *self, RushStage *stage, const RushTaskEnding *ending)
{
  const char *kind = stage->kind == RUSH_TASK_RESULT ? "ResultTask" : "ShuffleMapTask";
  g_autofree char *name = NULL, *text = NULL, *reason = NULL, *kill_reason = NULL;

  if (!stage->running || !rush_stage_attempt_is_current (stage, ending->work->stage_attempt))
    return; /* it was stopped because another one has failed */
  name = rush_stage_describe (stage);
  text = rush_task_ending_failure_text (ending);
  reason = g_strdup_printf ("Stage failed because barrier task %s(%d, %u) finished unsuccessfully."
                            "\n%s",
                            kind, stage->id, ending->attempt.partition, text);
  kill_reason = g_strdup_printf ("Task %s(%d, %u) from barrier stage %s failed.", kind, stage->id,
                                 ending->attempt.partition, name);
  void_attempt (self, stage, kill_reason);
  rush_dag_stage_failed (self, stage, reason);
  rush_stage_count_failed_attempt (stage, stage->attempt);
  retry (self, stage, ending, reason);
}

/* The handler of fetch failures has seen to it that the stage runs again; but not so. */
void
rush_dag_barrier_fetch_failed (RushDag *self, RushStage *stage, const RushTaskEnding *ending)
{
  const char *message = ending->outcome->message != NULL ? ending->outcome->message : "";

  if (!stage->failed || stage->first_valid_attempt > stage->attempt)
    return; /* old news */
  void_attempt (self, stage, "a task of its barrier stage could not read its input");
  if (stage->kind == RUSH_TASK_RESULT)
    retry (self, stage, ending, message);
}

/* ---- it runs again ---- */

void
rush_dag_barrier_begin_anew (RushDag *self, RushStage *stage)
{
  gint shuffle_id = stage->dependency->shuffle_id;

  if (rush_map_output_tracker_n_available (self->tracker, shuffle_id) > 0)
    rush_map_output_tracker_unregister_all (self->tracker, shuffle_id);
  stage->first_valid_attempt = stage->attempt + 1;
}
