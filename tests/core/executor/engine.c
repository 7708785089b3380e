#include "engine.h"

#include "core/data/builder.h"

#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* ---- what happened ---- */

typedef struct
{
  RushListener base;
  GString *out;
} Recorder;

static void
record (RushListener *listener, RushEvent *event)
{
  GString *out = ((Recorder *)listener)->out;

  switch ((int)event->kind) /* some kinds only */
    {
    case RUSH_EVENT_EXECUTOR_ADDED:
      g_string_append_printf (out, "executor %s added on %s, %u cores\n",
                              event->executor_added.executor_id, event->executor_added.host,
                              event->executor_added.cores);
      break;
    case RUSH_EVENT_BLOCK_MANAGER_ADDED:
      g_string_append_printf (out, "block manager %s added, %" G_GINT64_FORMAT " bytes\n",
                              event->block_manager_added.executor_id,
                              event->block_manager_added.memory_bytes);
      break;
    case RUSH_EVENT_EXECUTOR_REMOVED:
      g_string_append_printf (out, "executor %s removed\n", event->executor_removed.executor_id);
      break;
    case RUSH_EVENT_BLOCK_MANAGER_REMOVED:
      g_string_append_printf (out, "block manager %s removed\n",
                              event->block_manager_removed.executor_id);
      break;
    case RUSH_EVENT_TASK_END:
      g_string_append_printf (out, "task of stage %d.%d partition %u attempt %u: %s\n",
                              event->task_end.stage_id, event->task_end.stage_attempt,
                              event->task_end.task.partition, event->task_end.task.attempt,
                              event->task_end.reason);
      break;
    default:
      break;
    }
}

static void
recorder_free (RushListener *listener)
{
  g_free (listener);
}

static const RushListenerClass recorder_class = { "recorder", record, NULL, recorder_free };

/* ---- the engine ---- */

static RushConf *
conf_of (va_list pairs)
{
  RushConf *conf = rush_conf_new ();
  const char *key;

  while ((key = va_arg (pairs, const char *)) != NULL)
    {
      g_autoptr (GError) error = NULL;

      rush_conf_set (conf, key, va_arg (pairs, const char *), &error);
      g_assert_no_error (error);
    }
  return conf;
}

Engine *
engine_new (const char *master, ...)
{
  Engine *self = g_new0 (Engine, 1);
  g_autoptr (GError) error = NULL;
  RushExecutorServices services;
  guint max_failures;
  Recorder *recorder;
  va_list pairs;

  va_start (pairs, master);
  self->conf = conf_of (pairs);
  va_end (pairs);
  g_assert_true (rush_master_parse (master, &self->master, &error));
  self->lineage = rush_lineage_new ();
  self->events = g_string_new (NULL);
  self->bus = rush_event_bus_new (1000);
  recorder = g_new0 (Recorder, 1);
  recorder->base.klass = &recorder_class;
  recorder->out = self->events;
  g_assert_true (rush_event_bus_add_queued (self->bus, &recorder->base, NULL));
  self->top = g_dir_make_tmp ("rush-engine-XXXXXX", NULL);
  self->dir = rush_local_dir_new (self->top, &error);
  g_assert_no_error (error);
  self->tracker = rush_map_output_tracker_new ();
  self->commits = rush_commit_coordinator_new ();
  self->loop = rush_driver_loop_new (rush_clock_system ());
  services =
      (RushExecutorServices){ self->conf, self->tracker, self->commits, self->bus, self->dir, FALSE };
  self->backend = rush_local_backend_new (&self->master, &services, self->loop, &error);
  g_assert_no_error (error);
  max_failures = self->master.max_task_failures;
  if (max_failures == 0)
    max_failures = (guint)rush_conf_get_int (self->conf, "spark.task.maxFailures");
  self->scheduler =
      rush_scheduler_new (self->conf, self->backend, self->bus, self->tracker, max_failures);
  rush_scheduler_set_commit_coordinator (self->scheduler, self->commits);
  g_assert_true (rush_driver_loop_start (self->loop, self->scheduler, NULL));
  rush_local_backend_start (self->backend);
  return self;
}

void
engine_stop (Engine *self)
{
  GDir *left;

  if (self->scheduler == NULL)
    return;
  rush_local_backend_stop (self->backend);
  rush_driver_loop_stop (self->loop);
  g_clear_pointer (&self->scheduler, rush_scheduler_free);
  self->backend->klass->free (self->backend);
  rush_driver_loop_free (self->loop);
  rush_map_output_tracker_free (self->tracker);
  g_assert_cmpuint (rush_commit_coordinator_n_stages (self->commits), ==, 0);
  rush_commit_coordinator_free (self->commits);
  rush_event_bus_free (self->bus);
  rush_local_dir_free (self->dir);
  left = g_dir_open (self->top, 0, NULL);
  g_assert_null (g_dir_read_name (left));
  g_dir_close (left);
  g_assert_cmpint (g_rmdir (self->top), ==, 0);
}

void
engine_free (Engine *self)
{
  engine_stop (self);
  rush_lineage_unref (self->lineage);
  rush_conf_unref (self->conf);
  g_string_free (self->events, TRUE);
  g_free (self->top);
  g_free (self);
}

/* ---- jobs ---- */

static gboolean
collect (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
         GError **error)
{
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  while ((batch = rush_iterator_next (rows, &failure)) != NULL)
    g_ptr_array_add (batches, batch);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  out->value = g_steal_pointer (&batches);
  out->free_value = (GDestroyNotify)g_ptr_array_unref;
  out->bytes = 8;
  return TRUE;
}

RushJobWaiter *
engine_submit (Engine *self, RushRdd *rdd, gint *out_job_id)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_JOB_SUBMITTED);
  RushJobRequest *request = g_new0 (RushJobRequest, 1);
  RushJobWaiter *waiter;
  guint n;

  for (RushRdd *at = rdd; at != NULL; at = at->n_dependencies > 0 ? at->dependencies[0]->rdd : NULL)
    g_assert_true (rush_rdd_n_partitions (at, &n, NULL));
  g_assert_true (rush_rdd_n_partitions (rdd, &n, NULL));
  waiter = rush_job_waiter_new (n);
  request->job_id = rush_scheduler_next_job_id (self->scheduler);
  request->rdd = rush_rdd_ref (rdd);
  request->n_partitions = n;
  request->func = collect;
  request->call_site.short_form = g_strdup ("collect at test");
  request->call_site.long_form = g_strdup ("");
  request->cause = g_strdup ("action");
  request->properties = g_hash_table_new (g_str_hash, g_str_equal);
  request->listener = rush_job_waiter_listener (waiter);
  message->job = request;
  if (out_job_id != NULL)
    *out_job_id = request->job_id;
  rush_driver_loop_post (self->loop, message);
  return waiter;
}

gint64
engine_sum_of (RushJobWaiter *waiter, guint n_partitions, GError **error)
{
  gint64 sum = 0;

  if (!rush_job_waiter_wait (waiter, error))
    return -1;
  for (guint p = 0; p < n_partitions; p++)
    {
      GPtrArray *batches = rush_job_waiter_result (waiter, p)->value;

      for (guint b = 0; b < batches->len; b++)
        {
          RushBatch *batch = batches->pdata[b];

          for (guint i = 0; i < batch->length; i++)
            sum += rush_column_get_int (batch->columns[0], rush_batch_row (batch, i));
        }
    }
  return sum;
}

gint64
engine_sum (Engine *self, RushRdd *rdd, GError **error)
{
  g_autoptr (RushJobWaiter) waiter = engine_submit (self, rdd, NULL);
  guint n;

  g_assert_true (rush_rdd_n_partitions (rdd, &n, NULL));
  return engine_sum_of (waiter, n, error);
}

/* ---- RDDs ---- */

typedef struct
{
  RushRdd base;
  guint n_partitions;
  PartitionFunc func;
  gpointer data;
} FuncRdd;

static gboolean
func_partitions (RushRdd *base, guint *out_n, GError **error)
{
  *out_n = ((FuncRdd *)base)->n_partitions;
  return TRUE;
}

static RushIterator *
func_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  FuncRdd *self = (FuncRdd *)base;

  return self->func (split, ctx, self->data, error);
}

static const RushRddClass func_class = { .name = "FuncRDD",
                                         .partitions = func_partitions,
                                         .compute = func_compute };

RushRdd *
func_rdd_new (Engine *engine, guint n_partitions, PartitionFunc func, gpointer data)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("n", &RUSH_INT64, NULL);
  FuncRdd *self = rush_rdd_alloc (sizeof *self, &func_class, engine->lineage, schema, NULL, 0);

  self->n_partitions = n_partitions;
  self->func = func;
  self->data = data;
  return &self->base;
}

static RushIterator *
shuffled_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  FuncRdd *self = (FuncRdd *)base;

  if (self->func != NULL)
    {
      RushIterator *unused = self->func (split, ctx, self->data, error);

      if (unused == NULL)
        return NULL;
      rush_iterator_close (unused);
    }
  return rush_shuffle_reader_new (base->dependencies[0], split, split + 1, &ctx->env->fetch, ctx,
                                  error);
}

static const RushRddClass shuffled_class = { .name = "ShuffledRDD",
                                             .partitions = func_partitions,
                                             .compute = shuffled_compute };

RushRdd *
shuffled_rdd_new (RushRdd *parent, guint n_partitions, PartitionFunc hook, gpointer data)
{
  g_autoptr (RushPartitioner) partitioner = rush_hash_partitioner_new (n_partitions, 0);
  RushDependency *dep = rush_dependency_shuffle (parent, partitioner, parent->schema);
  FuncRdd *self =
      rush_rdd_alloc (sizeof *self, &shuffled_class, parent->lineage, parent->schema, &dep, 1);

  self->n_partitions = n_partitions;
  self->func = hook;
  self->data = data;
  self->base.partitioner = rush_partitioner_ref (partitioner);
  return &self->base;
}

RushIterator *
numbers (gint64 first, guint n, RushTaskContext *ctx)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("n", &RUSH_INT64, NULL);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, ctx->allocator);
  g_autoptr (RushBatch) batch = NULL;

  g_assert_cmpuint (n, <=, RUSH_BATCH_MAX_ROWS);
  for (guint i = 0; i < n; i++)
    {
      g_assert_true (rush_batch_builder_append_int (builder, 0, first + i, NULL));
      rush_batch_builder_end_row (builder);
    }
  batch = rush_batch_builder_finish (builder, NULL);
  return rush_iterator_of_batches (&batch, batch != NULL ? 1 : 0);
}

RushIterator *
thousand_numbers (guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  return numbers ((gint64)split * 1000, 1000, ctx);
}

/* ---- gates ---- */

void
gate_init (Gate *self)
{
  self->opened = eventfd (0, EFD_CLOEXEC);
  self->arrived = eventfd (0, EFD_CLOEXEC | EFD_SEMAPHORE);
  g_assert_cmpint (self->opened, >=, 0);
  g_assert_cmpint (self->arrived, >=, 0);
}

void
gate_clear (Gate *self)
{
  close (self->opened);
  close (self->arrived);
}

void
gate_await_arrival (Gate *self)
{
  eventfd_t one;

  g_assert_cmpint (eventfd_read (self->arrived, &one), ==, 0);
}

void
gate_open (Gate *self)
{
  g_assert_cmpint (eventfd_write (self->opened, 1), ==, 0);
}

gboolean
gate_pass (Gate *self, RushTaskContext *ctx, GError **error)
{
  struct pollfd fds[2] = { { self->opened, POLLIN, 0 },
                           { rush_task_context_cancel_fd (ctx), POLLIN, 0 } };

  g_assert_cmpint (eventfd_write (self->arrived, 1), ==, 0);
  while (poll (fds, 2, -1) < 0)
    ;
  return rush_task_context_check (ctx, error);
}
