/* model_run.c - see the header. */
#include "sim/model_run.h"

#define LONG_WAIT_US (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

struct _RushModelRun
{
  RushModelRunSetup setup;
  RushMapOutputTracker *tracker;
  RushBackend *backend;
  RushScheduler *scheduler;
  RushJobWaiter *waiter; /* NULL: the job has not been submitted */
  guint n_tasks;         /* of the job's last stage */
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

void
rush_model_run_submit (RushModelRun *self)
{
  RushJobRequest *request = g_new0 (RushJobRequest, 1);
  RushMessage *message = rush_message_new (RUSH_MESSAGE_JOB_SUBMITTED);

  g_return_if_fail (self->waiter == NULL);
  self->waiter = rush_job_waiter_new (self->n_tasks);
  request->job_id = rush_scheduler_next_job_id (self->scheduler);
  request->rdd = rush_rdd_ref (rush_model_job_rdd (self->setup.job));
  request->func = rush_model_job_func;
  request->listener = rush_job_waiter_listener (self->waiter);
  request->call_site =
      (RushCallSite){ .short_form = rush_rdd_dup_name (request->rdd), .long_form = g_strdup ("") };
  request->cause = g_strdup ("action");
  if (!rush_job_request_set_partitions (request, NULL, 0, NULL))
    g_assert_not_reached (); /* a model knows its numbers of tasks */
  message->job = request;
  rush_scheduler_handle (self->scheduler, message);
}

/* Whether something has happened that brings the job on, in the last day. */
static gboolean
is_alive (RushModelRun *self)
{
  gint64 now_us = rush_event_heap_now_us (self->setup.heap);
  guint64 progress = rush_simulated_backend_progress (self->backend);

  if (progress != self->progress)
    {
      self->progress = progress;
      self->progress_us = now_us;
    }
  return now_us - self->progress_us < LONG_WAIT_US;
}

static void
waits_for_ever (RushModelRun *self, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_STOPPED,
               "The job waits for ever: since %.3f s no task has started or ended and no executor "
               "has come, with %u executors and %u running tasks",
               (double)self->progress_us / G_USEC_PER_SEC,
               rush_simulated_backend_n_executors (self->backend),
               rush_simulated_backend_n_running (self->backend));
}

gboolean
rush_model_run_finish_unless (RushModelRun *self, GError **failure, GError **error)
{
  if (self->waiter == NULL && (failure == NULL || *failure == NULL))
    rush_model_run_submit (self);
  while ((failure == NULL || *failure == NULL) && !rush_job_waiter_is_done (self->waiter) &&
         is_alive (self) && rush_event_heap_step (self->setup.heap))
    ;
  if (failure != NULL && *failure != NULL)
    {
      g_propagate_error (error, g_error_copy (*failure));
      return FALSE;
    }
  if (rush_job_waiter_is_done (self->waiter))
    return rush_job_waiter_wait (self->waiter, error);
  waits_for_ever (self, error);
  return FALSE;
}

gboolean
rush_model_run_finish (RushModelRun *self, GError **error)
{
  return rush_model_run_finish_unless (self, NULL, error);
}

void
rush_model_run_free (RushModelRun *self)
{
  if (self == NULL)
    return;
  rush_scheduler_free (self->scheduler); /* fails the job, if it still runs */
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
  RushSimulatedSetup backend = { .heap = setup->heap,
                                 .topology = setup->topology,
                                 .model = rush_model_job_model (setup->job),
                                 .costs = setup->costs,
                                 .bus = setup->bus,
                                 .seed = setup->seed,
                                 .storage_pool_bytes = setup->storage_pool_bytes,
                                 .outputs_outlive = setup->outputs_outlive,
                                 .heartbeat_us = setup->heartbeat_us,
                                 .task_starts = setup->task_starts,
                                 .task_starts_data = setup->task_starts_data };

  self->setup = *setup;
  self->tracker = rush_map_output_tracker_new ();
  self->backend = rush_simulated_backend_new (&backend);
  self->scheduler =
      rush_scheduler_new (setup->conf, self->backend, setup->bus, self->tracker,
                          (guint)rush_conf_get_int (setup->conf, "spark.task.maxFailures"));
  rush_simulated_backend_attach (self->backend, self->scheduler);
  if (!rush_rdd_n_partitions (rush_model_job_rdd (setup->job), &self->n_tasks, NULL))
    g_assert_not_reached ();
  return self;
}
