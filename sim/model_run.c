/* model_run.c - see the header. */
#include "sim/model_run.h"
#include "sim/container_memory.h"
#include "sim/scenario_world.h"

struct _RushModelRun
{
  RushModelRunSetup setup;
  RushMapOutputTracker *tracker;
  RushBackend *backend;
  RushScheduler *scheduler;
  RushJobWaiter *waiter; /* of the one job; NULL: it has not been submitted */
  guint64 progress;      /* of the backend, as last seen */
  gint64 progress_us;    /* when it last grew */
};

RushBackend *
rush_model_run_backend (RushModelRun *self)
{
  return self->backend;
}

RushScheduler *
rush_model_run_scheduler (RushModelRun *self)
{
  return self->scheduler;
}

/* ---- submission ---- */

static void
submit (RushModelRun *self, RushRdd *rdd, RushJobListener *listener)
{
  RushJobRequest *request = g_new0 (RushJobRequest, 1);
  RushMessage *message = rush_message_new (RUSH_MESSAGE_JOB_SUBMITTED);

  request->job_id = rush_scheduler_next_job_id (self->scheduler);
  request->rdd = rush_rdd_ref (rdd);
  request->func = rush_model_job_func;
  request->listener = listener;
  request->call_site =
      (RushCallSite){ .short_form = rush_rdd_dup_name (rdd), .long_form = g_strdup ("") };
  request->cause = g_strdup ("action");
  if (!rush_job_request_set_partitions (request, NULL, 0, NULL))
    g_assert_not_reached (); /* a model knows its numbers of tasks */
  message->job = request;
  rush_scheduler_handle (self->scheduler, message);
}

void
rush_model_run_submit_to (RushModelRun *self, guint stage, RushJobListener *listener)
{
  submit (self, rush_model_job_stage_rdd (self->setup.job, stage), listener);
}

void
rush_model_run_submit (RushModelRun *self)
{
  RushRdd *rdd = rush_model_job_rdd (self->setup.job);
  guint n_tasks;

  g_return_if_fail (self->waiter == NULL);
  if (!rush_rdd_n_partitions (rdd, &n_tasks, NULL))
    g_assert_not_reached ();
  self->waiter = rush_job_waiter_new (n_tasks);
  submit (self, rdd, rush_job_waiter_listener (self->waiter));
}

/* ---- running ---- */

/* Whether something has happened in the last day that brings a job on; or nobody waits for that, as
 * no job runs. */
static gboolean
is_alive (RushModelRun *self)
{
  gint64 now_us = rush_event_heap_now_us (self->setup.heap);
  guint64 progress = rush_simulated_backend_progress (self->backend);

  if (progress == self->progress && now_us - self->progress_us < RUSH_LONG_WAIT_US)
    return TRUE;
  if (progress == self->progress && !rush_scheduler_is_idle (self->scheduler))
    return FALSE;
  self->progress = progress;
  self->progress_us = now_us;
  return TRUE;
}

gboolean
rush_model_run_until (RushModelRun *self, RushModelRunIsOver is_over, gpointer data, GError **error)
{
  while (!is_over (data))
    {
      if (is_alive (self) && rush_event_heap_step (self->setup.heap))
        continue;
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_STOPPED,
                   "The job waits for ever: since %.3f s no task has started or ended and no "
                   "executor has come, with %u executors and %u running tasks",
                   (double)self->progress_us / G_USEC_PER_SEC,
                   rush_simulated_backend_n_executors (self->backend),
                   rush_simulated_backend_n_running (self->backend));
      return FALSE;
    }
  return TRUE;
}

typedef struct
{
  RushJobWaiter *waiter;
  GError **failure;
} OneJob;

static gboolean
one_job_is_over (gpointer data)
{
  const OneJob *job = data;

  return *job->failure != NULL || rush_job_waiter_is_done (job->waiter);
}

gboolean
rush_model_run_finish_unless (RushModelRun *self, GError **failure, GError **error)
{
  if (self->waiter == NULL && *failure == NULL)
    rush_model_run_submit (self);
  if (!rush_model_run_until (self, one_job_is_over, &(OneJob){ self->waiter, failure }, error))
    return FALSE;
  if (*failure == NULL)
    return rush_job_waiter_wait (self->waiter, error);
  g_propagate_error (error, g_error_copy (*failure));
  return FALSE;
}

gboolean
rush_model_run_finish (RushModelRun *self, GError **error)
{
  GError *no_failure = NULL;

  return rush_model_run_finish_unless (self, &no_failure, error);
}

/* ---- life ---- */

void
rush_model_run_free (RushModelRun *self)
{
  if (self == NULL)
    return;
  rush_scheduler_free (self->scheduler); /* fails jobs that still run */
  if (self->waiter != NULL)
    rush_job_waiter_free (self->waiter);
  self->backend->klass->free (self->backend);
  rush_map_output_tracker_free (self->tracker);
  g_free (self);
}

RushModelRun *
rush_model_run_new (const RushModelRunSetup *setup)
{
  RushModelRun *self = g_new0 (RushModelRun, 1);
  gboolean migrates = rush_simulated_executors_hand_over (setup->conf);

  self->tracker = rush_map_output_tracker_new ();
  RushSimulatedSetup backend = { .heap = setup->heap,
                                 .topology = setup->topology,
                                 .model = rush_model_job_model (setup->job),
                                 .costs = setup->costs,
                                 .bus = setup->bus,
                                 .seed = setup->seed,
                                 .storage_pool_bytes = setup->storage_pool_bytes,
                                 .outputs_outlive = setup->outputs_outlive,
                                 .worker_limit_bytes = rush_python_worker_limit (setup->conf),
                                 .tracker = migrates ? self->tracker : NULL,
                                 .heartbeat_us = setup->heartbeat_us,
                                 .task_starts = setup->task_starts,
                                 .task_starts_data = setup->task_starts_data };

  self->setup = *setup;
  self->backend = rush_simulated_backend_new (&backend);
  self->scheduler =
      rush_scheduler_new (setup->conf, self->backend, setup->bus, self->tracker,
                          (guint)rush_conf_get_int (setup->conf, "spark.task.maxFailures"));
  rush_scheduler_use_plugins (self->scheduler, setup->plugins);
  rush_simulated_backend_attach (self->backend, self->scheduler);
  return self;
}
