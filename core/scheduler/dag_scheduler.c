/* dag_scheduler.c - the upper of the two schedulers: what it holds, and where each part of it is.
 *
 * An action asks for the partitions of an RDD.  Between that wish and tasks on executors lie three
 * questions, and this scheduler answers the first two; the third is the task scheduler's.
 *
 *     what must be computed?        the lineage, cut into stages; those whose outputs
 *                                   are there are skipped                          stage_cutter.c
 *     when can it be?               a stage runs when its parents' outputs are
 *                                   there: parents first                            dag_submit.c
 *     where, and how often?         task sets, executors, attempts             task_scheduler.c
 *
 *     job ──needs──▶ stage ──submitted as──▶ task set ──▶ task ──▶ attempt
 *                      ▲                                              │
 *                      │             dag_completion.c ◀── has ended ──┘
 *                      └── run again ◀── fetch_failure.c, dag_recovery.c
 *
 * The state that decides is not here: whether a stage's outputs are there is asked of the map
 * output tracker, each time.  So a loss needs no notification: outputs that are forgotten are
 * missing at the next look, whoever forgot them.  What is here says who needs which stage, and
 * which stages wait, run, or have failed.
 *
 * Invariants:  a stage lives as long as an active job needs it, and its parents with it.  A job is
 *              never stuck: its last stage runs, or waits for something that runs, or will be
 *              submitted when a timer fires.  (rush_scheduler_check_invariants () looks.)
 *
 * Mirrors: org.apache.spark.scheduler.DAGScheduler.
 */
#include "core/scheduler/dag_scheduler_private.h"

/* ---- look-ups ---- */

RushStage *
rush_dag_find_stage (RushDag *self, gint stage_id)
{
  return g_tree_lookup (self->stages, GINT_TO_POINTER (stage_id));
}

RushStage *
rush_dag_find_map_stage (RushDag *self, gint shuffle_id)
{
  return g_hash_table_lookup (self->map_stages, GINT_TO_POINTER (shuffle_id));
}

gboolean
rush_dag_stage_is_available (RushDag *self, const RushStage *stage)
{
  return stage->kind == RUSH_TASK_SHUFFLE_MAP &&
         rush_map_output_tracker_n_available (self->tracker, stage->dependency->shuffle_id) ==
             stage->n_outputs;
}

GArray *
rush_dag_missing_outputs (RushDag *self, const RushStage *stage)
{
  GArray *missing = g_array_new (FALSE, FALSE, sizeof (guint));

  if (stage->kind == RUSH_TASK_SHUFFLE_MAP)
    {
      rush_map_output_tracker_missing (self->tracker, stage->dependency->shuffle_id, missing);
      return missing;
    }
  for (guint i = 0; i < stage->n_outputs; i++)
    if (!stage->job->finished[i])
      g_array_append_val (missing, i);
  return missing;
}

/* ---- life ---- */

void
rush_dag_clear (RushDag *self)
{
  rush_dag_stop_jobs (self);
  g_ptr_array_unref (self->deferred);
  g_tree_unref (self->jobs);
  g_hash_table_unref (self->map_stages);
  g_tree_unref (self->stages);
  g_hash_table_unref (self->epochs);
}

static gint
compare_ids (gconstpointer a, gconstpointer b, gpointer data)
{
  gint x = GPOINTER_TO_INT (a), y = GPOINTER_TO_INT (b);

  return (x > y) - (x < y);
}

static void
free_job (gpointer job)
{
  rush_active_job_free (job);
}

static void
free_stage (gpointer stage)
{
  rush_stage_free (stage);
}

void
rush_dag_init (RushDag *self, const RushConf *conf)
{
  self->seams = (RushSchedulerSeams){ .cutter = &rush_stage_cutter_at_shuffles,
                                      .policy = &rush_scheduling_policy_fifo,
                                      .locality = &rush_locality_wait_delay,
                                      .fetch_failure = &rush_fetch_failure_handler_rerun };
  self->max_stage_attempts = (guint)rush_conf_get_int (conf, "spark.stage.maxConsecutiveAttempts");
  self->ignore_decommission =
      rush_conf_get_bool (conf, "spark.stage.ignoreDecommissionFetchFailure");
  self->conf = conf;
  self->max_slot_checks = (guint)rush_conf_get_int (
      conf, "spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures");
  self->slot_check_us =
      rush_conf_get_time_us (conf, "spark.scheduler.barrier.maxConcurrentTasksCheck.interval");
  self->deferred = g_ptr_array_new ();
  rush_result_limit_read (conf, &self->result_limit);
  self->jobs = g_tree_new_full (compare_ids, NULL, NULL, free_job);
  self->stages = g_tree_new_full (compare_ids, NULL, NULL, free_stage);
  self->map_stages = g_hash_table_new (NULL, NULL);
  self->epochs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}
