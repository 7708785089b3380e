/* context_jobs.c - jobs: a request goes to the driver loop, a waiter comes back.
 *
 *     caller                                             driver loop
 *     ──────                                             ───────────
 *     count the partitions of the whole lineage
 *     request + waiter ── JOB_SUBMITTED ───────────────▶ stages, tasks …
 *     wait (or poll its descriptor)   ◀── results ────── listener of the waiter
 *
 * Why partitions are counted here and not there: core/scheduler/job_request.c.
 */
#include "rdd/context_private.h"

#include "rdd/checkpoint.h"

#include "rdd/job_function.h"
#include "rdd/result.h"
#include "rdd/thread_jobs.h"

#include <poll.h>

/* ---- submission ---- */

static const char *
first_of (const char *a, const char *b)
{
  return a != NULL ? a : b;
}

static _Thread_local const RushJobOptions *of_thread;

void
rush_set_thread_job_options (const RushJobOptions *options)
{
  of_thread = options;
}

const RushJobOptions *
rush_thread_job_options (void)
{
  return of_thread;
}

static RushJobRequest *
job_request_new (const RushJobOptions *options)
{
  static const RushJobOptions no_options;
  RushJobRequest *request = g_new0 (RushJobRequest, 1);

  if (options == NULL)
    options = of_thread != NULL ? of_thread : &no_options;
  request->call_site.short_form =
      g_strdup (first_of (options->short_form, rush_lineage_current_short_form ()));
  request->call_site.long_form =
      g_strdup (first_of (options->long_form, rush_lineage_current_long_form ()));
  request->cause = g_strdup (first_of (options->cause, "action"));
  request->properties = options->properties != NULL ? g_hash_table_ref (options->properties)
                                                    : g_hash_table_new (g_str_hash, g_str_equal);
  request->allow_empty_rdd_event = TRUE;
  return request;
}

static void
set_stopped (GError **error)
{
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_STOPPED,
                       "Cannot call methods on a stopped SparkContext: make a new one to run "
                       "more jobs");
}

/* Takes over @request; NULL: stopped. */
static RushJobWaiter *
submit (RushContext *self, RushJobRequest *request, guint n_results, gint *out_job_id,
        GError **error)
{
  RushJobWaiter *waiter = NULL;

  rush_context_settle (self);
  pthread_rwlock_rdlock (&self->lock);
  if (!self->stopped)
    {
      RushMessage *message = rush_message_new (RUSH_MESSAGE_JOB_SUBMITTED);

      waiter = rush_job_waiter_new_in (n_results, self->cluster->room);
      request->listener = rush_job_waiter_listener (waiter);
      request->job_id = rush_scheduler_next_job_id (self->scheduler);
      rush_block_manager_master_begin_job (rush_executor_set_kept (self->cluster->executors));
      if (out_job_id != NULL)
        *out_job_id = request->job_id;
      message->job = g_steal_pointer (&request);
      rush_driver_loop_post (self->loop, message);
    }
  pthread_rwlock_unlock (&self->lock);
  if (waiter == NULL)
    {
      rush_job_request_free (request);
      set_stopped (error);
    }
  return waiter;
}

RushJobWaiter *
rush_context_submit_job (RushContext *self, RushRdd *rdd, const guint *partitions,
                         guint n_partitions, RushResultFunc func, gpointer func_data,
                         GDestroyNotify free_func_data, const RushJobOptions *options,
                         gint *out_job_id, GError **error)
{
  RushJobRequest *request = job_request_new (options);

  request->rdd = rush_rdd_ref (rdd);
  request->func = func;
  request->func_data = func_data;
  request->free_func_data = free_func_data;
  if (rush_context_is_stopped (self))
    {
      rush_job_request_free (request);
      set_stopped (error);
      return NULL;
    }
  if (!rush_job_request_set_partitions (request, partitions, n_partitions, error))
    {
      rush_job_request_free (request);
      return NULL;
    }
  return submit (self, request, request->n_partitions, out_job_id, error);
}

RushJobWaiter *
rush_context_submit_map_stage (RushContext *self, RushDependency *dependency,
                               const RushJobOptions *options, gint *out_job_id, GError **error)
{
  RushJobRequest *request;

  g_return_val_if_fail (dependency->kind == RUSH_DEPENDENCY_SHUFFLE, NULL);
  request = job_request_new (options);
  request->rdd = rush_rdd_ref (dependency->rdd);
  request->dependency = rush_dependency_ref (dependency);
  if (!rush_job_request_set_partitions (request, NULL, 0, error))
    {
      rush_job_request_free (request);
      return NULL;
    }
  return submit (self, request, 0, out_job_id, error);
}

/* ---- waiting ---- */

#define LOOK_MS 200

/* Whether this thread has not looked for a signal for a while: jobs may follow each other so fast
 * that no wait for one of them lasts so long. */
static gboolean
is_time_to_look (void)
{
  static _Thread_local gint64 last_us;
  gint64 now_us = g_get_monotonic_time ();

  if (now_us - last_us < LOOK_MS * 1000)
    return FALSE;
  last_us = now_us;
  return TRUE;
}

/* Until the job has ended; a signal that @options cares for cancels it on the way.  It mostly
 * interrupts poll (); one that came just before, or met another thread, is found by looking. */
static gboolean
wait_interruptibly (RushContext *self, RushJobWaiter *waiter, gint job_id,
                    const RushJobOptions *options)
{
  gboolean cancelled = FALSE;

  rush_job_waiter_enter (waiter);
  while (!rush_job_waiter_is_done (waiter))
    {
      struct pollfd ended = { rush_job_waiter_fd (waiter), POLLIN, 0 }; /* −1 is passed over */

      gboolean looks = poll (&ended, 1, LOOK_MS) <= 0 || is_time_to_look ();
      if (looks && !cancelled && options->interrupted (options->interrupted_data))
        {
          cancelled = TRUE;
          rush_context_cancel_job (self, job_id, "interrupted");
        }
    }
  rush_job_waiter_leave (waiter);
  return !cancelled;
}

RushJobWaiter *
rush_context_run_job (RushContext *self, RushRdd *rdd, const guint *partitions, guint n_partitions,
                      RushResultFunc func, gpointer func_data, GDestroyNotify free_func_data,
                      const RushJobOptions *options, GError **error)
{
  g_autoptr (RushJobFunction) function =
      rush_job_function_new (func, func_data, free_func_data, self->cluster->room);
  gboolean interrupted, succeeded;
  gint job_id = -1;
  g_autoptr (RushJobWaiter) waiter =
      rush_context_submit_job (self, rdd, partitions, n_partitions, rush_job_function_call,
                               function, rush_job_function_release, options, &job_id, error);

  if (waiter == NULL)
    return NULL;
  if (options == NULL)
    options = of_thread;
  interrupted = options != NULL && options->interrupted != NULL &&
                !wait_interruptibly (self, waiter, job_id, options);
  succeeded = rush_job_waiter_wait (waiter, error);
  rush_job_function_wait (function, RUSH_LAST_TASKS_US);
  if (!succeeded)
    return NULL;
  if (interrupted)
    {
      /* It has ended well in the meantime: who interrupts does not want its results. */
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED,
                   "Job %d cancelled interrupted", job_id);
      return NULL;
    }
  if (!rush_context_make_checkpoints (self, rdd, options, error))
    return NULL;
  return g_steal_pointer (&waiter);
}

/* ---- cancelling ---- */

/* Takes over @message. */
static void
post_unless_stopped (RushContext *self, RushMessage *message)
{
  pthread_rwlock_rdlock (&self->lock);
  if (!self->stopped)
    rush_driver_loop_post (self->loop, g_steal_pointer (&message));
  pthread_rwlock_unlock (&self->lock);
  rush_message_free (message);
}

void
rush_context_cancel_job (RushContext *self, gint job_id, const char *reason)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_JOB_CANCELLED);

  message->id = job_id;
  message->reason = g_strdup (reason);
  post_unless_stopped (self, message);
}

void
rush_context_cancel_group (RushContext *self, const char *group, const char *reason)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_JOB_GROUP_CANCELLED);

  message->text = g_strdup (group);
  message->reason = g_strdup (reason);
  post_unless_stopped (self, message);
}

void
rush_context_cancel_tag (RushContext *self, const char *tag, const char *reason)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_JOB_TAG_CANCELLED);

  message->text = g_strdup (tag);
  message->reason = g_strdup (reason);
  post_unless_stopped (self, message);
}

void
rush_context_cancel_all (RushContext *self, const char *reason)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_ALL_JOBS_CANCELLED);

  message->reason = g_strdup (reason);
  post_unless_stopped (self, message);
}

void
rush_context_observe (RushContext *self, RushSchedulerObserver *observer)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_OBSERVED);

  message->observer = observer;
  post_unless_stopped (self, message);
}

/* ---- what jobs leave behind ---- */

GPtrArray *
rush_context_take_accumulator_updates (RushContext *self)
{
  return rush_accumulator_queue_take (self->accumulators);
}

/* ---- a result function ---- */

gboolean
rush_collect_batches (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
                      GError **error)
{
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  while (rush_task_context_check (ctx, &failure) &&
         (batch = rush_iterator_next (rows, &failure)) != NULL)
    {
      batch = rush_result_trim (batch, ctx->allocator, &failure);
      if (batch == NULL)
        break;
      g_ptr_array_add (batches, batch);
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  rush_result_set_batches (out, g_steal_pointer (&batches));
  return TRUE;
}
