/* model_run.h - jobs without data, from submission to end, on a cluster that is not there.
 *
 *   RushModelRun *run = rush_model_run_new (&setup);
 *   rush_simulated_backend_executor_ready (rush_model_run_backend (run), &executor);    for each
 *   gboolean ended_well = rush_model_run_finish (run, &error);
 *   rush_event_heap_now_us (heap)                         how long that took
 *
 * Puts scheduler, backend and map output tracker together.  Most runs have one job, of all stages:
 * submit () and finish () are for these.  Whoever has several submits each to a listener of its
 * own, submit_to (), and says when all is over, until ().
 *
 * The heap runs until then.  If nothing is left in it before that, or a day goes by in which a
 * job runs but no task starts or ends and no executor comes or goes, it waits for ever: an error.
 *
 * Ownership:  all that is in the setup outlives the run; the bus gets no more events after free ().
 * Threads:    the simulation's.
 */
#pragma once

#include "core/scheduler/job_waiter.h"
#include "sim/model_job.h"
#include "sim/simulated_backend.h"

typedef struct
{
  const RushConf *conf;
  RushEventHeap *heap;
  RushTopology *topology;
  RushModelJob *job; /* the stages of all jobs */
  const RushSimCosts *costs;
  RushEventBus *bus;
  guint64 seed;
  gint64 storage_pool_bytes;     /* of an executor, as its events have it */
  gboolean outputs_outlive;      /* executors */
  gint64 heartbeat_us;           /* 0: executors send none */
  RushSimTaskStarts task_starts; /* or NULL */
  gpointer task_starts_data;
  const RushPlugins *plugins; /* for the seams of the scheduler; NULL: none */
} RushModelRunSetup;

typedef struct _RushModelRun RushModelRun;

RushModelRun *rush_model_run_new (const RushModelRunSetup *setup);
void rush_model_run_free (RushModelRun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushModelRun, rush_model_run_free)
RushBackend *rush_model_run_backend (RushModelRun *self);     /* (transfer none) */
RushScheduler *rush_model_run_scheduler (RushModelRun *self); /* (transfer none) */

/* A job that ends with stage @stage of the model, and is called as that is. */
void rush_model_run_submit_to (RushModelRun *self, guint stage, RushJobListener *listener);
typedef gboolean (*RushModelRunIsOver) (gpointer data);
/* FALSE: it waits for ever. */
gboolean rush_model_run_until (RushModelRun *self, RushModelRunIsOver is_over, gpointer data,
                               GError **error);

/* Submits the job; the first call of finish () does it, if nobody has. */
void rush_model_run_submit (RushModelRun *self);
/* FALSE: the job has failed, or waits for ever. */
gboolean rush_model_run_finish (RushModelRun *self, GError **error);
/* The same, but ends as soon as *@failure is not NULL, with that. */
gboolean rush_model_run_finish_unless (RushModelRun *self, GError **failure, GError **error);
