/* fixture.c - see the header. */
#include "fixture.h"

#include <stdio.h>

/* ---- executors, timers ---- */

void
fixture_handle (Fixture *self, RushMessage *message)
{
  rush_scheduler_handle (self->scheduler, message);
  rush_scheduler_check_invariants (self->scheduler);
}

void
fixture_add_executor_in_rack (Fixture *self, const char *id, const char *host, const char *rack,
                              guint cores)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_EXECUTOR_REGISTERED);

  message->text = g_strdup (id);
  message->host = g_strdup (host);
  message->rack = g_strdup (rack);
  message->cores = cores;
  fixture_handle (self, message);
}

void
fixture_add_executor (Fixture *self, const char *id, const char *host, guint cores)
{
  fixture_add_executor_in_rack (self, id, host, NULL, cores);
}

/* The tasks of a dead executor say nothing any more. */
static void
drop_tasks_of (Fixture *self, const char *id)
{
  for (guint i = scripted_backend_n_running (self->backend); i-- > 0;)
    if (g_str_equal (scripted_backend_running (self->backend, i)->executor_id, id))
      scripted_task_free (scripted_backend_take (self->backend, i));
}

void
fixture_lose_executor_because (Fixture *self, const char *id, gboolean caused_by_application,
                               gboolean outputs_lost)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_EXECUTOR_LOST);

  drop_tasks_of (self, id);
  message->text = g_strdup (id);
  message->reason = g_strdup ("it was lost");
  message->caused_by_application = caused_by_application;
  message->outputs_lost = outputs_lost;
  fixture_handle (self, message);
}

void
fixture_lose_executor (Fixture *self, const char *id)
{
  fixture_lose_executor_because (self, id, FALSE, TRUE);
}

void
fixture_tell_of_executor (Fixture *self, RushMessageKind kind, const char *id, const char *reason)
{
  RushMessage *message = rush_message_new (kind);

  message->text = g_strdup (id);
  message->reason = g_strdup (reason);
  fixture_handle (self, message);
}

void
fixture_fire_timer (Fixture *self)
{
  RushMessage *message = scripted_backend_next_timer (self->backend);

  g_assert_nonnull (message);
  fixture_handle (self, message);
}

/* ---- tasks ---- */

/* @executor NULL: on any. */
static gint
index_on (Fixture *self, const char *executor, gint stage, gint attempt, guint partition)
{
  for (guint i = 0; i < scripted_backend_n_running (self->backend); i++)
    {
      const ScriptedTask *running = scripted_backend_running (self->backend, i);
      const RushTask *task = running->task;

      if (task->work->stage_id == stage && task->work->stage_attempt == attempt &&
          task->partition == partition &&
          (executor == NULL || g_str_equal (running->executor_id, executor)))
        return (gint)i;
    }
  return -1;
}

static gint
index_of (Fixture *self, gint stage, gint attempt, guint partition)
{
  return index_on (self, NULL, stage, attempt, partition);
}

ScriptedTask *
fixture_find_on (Fixture *self, const char *executor, gint stage, gint attempt, guint partition)
{
  gint i = index_on (self, executor, stage, attempt, partition);

  return i >= 0 ? scripted_backend_running (self->backend, (guint)i) : NULL;
}

ScriptedTask *
fixture_find (Fixture *self, gint stage, gint attempt, guint partition)
{
  gint i = index_of (self, stage, attempt, partition);

  return i >= 0 ? scripted_backend_running (self->backend, (guint)i) : NULL;
}

RushMessage *
fixture_task_ended (gint64 task_id, RushTaskOutcome *outcome)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_TASK_ENDED);

  message->task_id = task_id;
  message->outcome = outcome;
  return message;
}

static void
unref_status (gpointer status)
{
  rush_map_status_unref (status);
}

RushTaskOutcome *
fixture_success (Fixture *self, const ScriptedTask *task)
{
  RushTaskOutcome *outcome = rush_task_outcome_new (RUSH_OUTCOME_SUCCESS, NULL);
  const RushStageWork *work = task->task->work;

  if (work->kind == RUSH_TASK_RESULT)
    return outcome;
  guint n_reduces = work->dependency->partitioner->n_partitions;
  g_autofree char *host = g_strconcat ("host", task->executor_id, NULL);
  RushMapStatus *status =
      rush_map_status_new (task->executor_id, host, task->task->task_id, n_reduces);
  for (guint i = 0; i < n_reduces; i++)
    status->sizes[i] = (RushSliceSize){ 100, 10, 10 };
  outcome->map_status = status;
  outcome->free_map_status = unref_status;
  return outcome;
}

void
fixture_end (Fixture *self, gint stage, gint attempt, guint partition, RushTaskOutcome *outcome)
{
  gint i = index_of (self, stage, attempt, partition);

  if (i < 0)
    g_error ("task %d.%d:%u does not run", stage, attempt, partition);
  g_autoptr (ScriptedTask) task = scripted_backend_take (self->backend, (guint)i);
  fixture_handle (self, fixture_task_ended (task->task->task_id, outcome));
}

void
fixture_succeed (Fixture *self, gint stage, gint attempt, guint partition)
{
  ScriptedTask *task = fixture_find (self, stage, attempt, partition);

  if (task == NULL)
    g_error ("task %d.%d:%u does not run", stage, attempt, partition);
  fixture_end (self, stage, attempt, partition, fixture_success (self, task));
}

void
fixture_end_on (Fixture *self, const char *executor, gint stage, gint attempt, guint partition,
                RushTaskOutcome *outcome)
{
  gint i = index_on (self, executor, stage, attempt, partition);

  if (i < 0)
    g_error ("task %d.%d:%u does not run on %s", stage, attempt, partition, executor);
  g_autoptr (ScriptedTask) task = scripted_backend_take (self->backend, (guint)i);
  if (outcome == NULL)
    outcome = fixture_success (self, task);
  fixture_handle (self, fixture_task_ended (task->task->task_id, outcome));
}

static ScriptedTask *
first_of (Fixture *self, gint stage, gint attempt)
{
  for (guint i = 0; i < scripted_backend_n_running (self->backend); i++)
    {
      ScriptedTask *task = scripted_backend_running (self->backend, i);

      if (task->task->work->stage_id == stage && task->task->work->stage_attempt == attempt)
        return task;
    }
  return NULL;
}

void
fixture_succeed_all (Fixture *self, gint stage, gint attempt)
{
  ScriptedTask *task;

  g_assert_nonnull (first_of (self, stage, attempt));
  while ((task = first_of (self, stage, attempt)) != NULL)
    fixture_succeed (self, stage, attempt, task->task->partition);
}

void
fixture_fail (Fixture *self, gint stage, gint attempt, guint partition, const char *message)
{
  RushTaskOutcome *outcome = rush_task_outcome_new (RUSH_OUTCOME_EXCEPTION, message);

  outcome->error_class = g_strdup ("ZeroDivisionError");
  outcome->error_domain = RUSH_CORE_ERROR;
  outcome->error_code = RUSH_CORE_ERROR_PYTHON;
  fixture_end (self, stage, attempt, partition, outcome);
}

void
fixture_killed (Fixture *self, gint stage, gint attempt, guint partition)
{
  ScriptedTask *task = fixture_find (self, stage, attempt, partition);

  g_assert_nonnull (task);
  fixture_end (self, stage, attempt, partition,
               rush_task_outcome_new (RUSH_OUTCOME_KILLED, task->kill_reason));
}

void
fixture_fetch_failed (Fixture *self, gint stage, gint attempt, guint partition, gint shuffle_id,
                      gint map_index, const char *executor)
{
  RushTaskOutcome *outcome = rush_task_outcome_new (RUSH_OUTCOME_FETCH_FAILED, "ignored");

  outcome->shuffle_id = shuffle_id;
  outcome->map_index = map_index;
  outcome->reduce_partition = partition;
  outcome->executor_id = g_strdup (executor);
  fixture_end (self, stage, attempt, partition, outcome);
}

/* One status of fixture_complete (). */
static void
end_as (Fixture *self, gint stage, gint attempt, guint partition, const char *status)
{
  gint shuffle_id, map_index, n = 0;

  if (g_str_equal (status, "-"))
    return;
  if (g_str_equal (status, "ok"))
    fixture_succeed (self, stage, attempt, partition);
  else if (g_str_equal (status, "fail"))
    fixture_fail (self, stage, attempt, partition, "boom");
  else if (g_str_equal (status, "killed"))
    fixture_killed (self, stage, attempt, partition);
  else if (sscanf (status, "lost:%d:%d%n", &shuffle_id, &map_index, &n) == 2)
    fixture_fetch_failed (self, stage, attempt, partition, shuffle_id, map_index,
                          status[n] == '@' ? status + n + 1 : NULL);
  else
    g_error ("%s is no status", status);
}

void
fixture_complete (Fixture *self, gint stage, gint attempt, const char *statuses)
{
  g_auto (GStrv) each = g_strsplit (statuses, " ", -1);

  for (guint i = 0; each[i] != NULL; i++)
    end_as (self, stage, attempt, i, each[i]);
}

void
fixture_run_stages (Fixture *self, const char *attempts)
{
  g_auto (GStrv) each = g_strsplit (attempts, " ", -1);

  for (guint i = 0; each[i] != NULL; i++)
    {
      gint stage, attempt;

      g_assert_cmpint (sscanf (each[i], "%d.%d", &stage, &attempt), ==, 2);
      fixture_succeed_all (self, stage, attempt);
    }
}

/* ---- the cache ---- */

static char **
cached_locations (RushCacheLocations *cache, const RushRdd *rdd, guint partition)
{
  Fixture *self = (Fixture *)((char *)cache - G_STRUCT_OFFSET (Fixture, cache));
  g_autofree char *key = g_strdup_printf ("%d:%u", rdd->id, partition);
  const char *places = g_hash_table_lookup (self->cached, key);

  return places != NULL ? g_strsplit (places, " ", -1) : NULL;
}

void
fixture_set_cached (Fixture *self, RushRdd *rdd, guint partition, const char *places)
{
  g_hash_table_insert (self->cached, g_strdup_printf ("%d:%u", rdd->id, partition),
                       g_strdup (places));
  rush_scheduler_set_cache_locations (self->scheduler, &self->cache);
}

static gboolean
keeps_any (RushCacheLocations *cache, const char *executor_id)
{
  const Fixture *self = (Fixture *)((char *)cache - G_STRUCT_OFFSET (Fixture, cache));

  return g_strcmp0 (self->keeper, executor_id) == 0;
}

void
fixture_set_keeper (Fixture *self, const char *executor_id)
{
  self->keeper = executor_id;
  rush_scheduler_set_cache_locations (self->scheduler, &self->cache);
}

/* ---- life ---- */

typedef struct
{
  RushListener base;
  GPtrArray *events;
} Recorder;

static void
on_event (RushListener *listener, RushEvent *event)
{
  g_ptr_array_add (((Recorder *)listener)->events, rush_event_ref (event));
}

static void
recorder_free (RushListener *listener)
{
  g_free (listener);
}

void
fixture_free_busy (Fixture *self)
{
  rush_scheduler_free (self->scheduler);
  for (guint i = 0; i < self->jobs->len; i++)
    g_assert_true (((TestJob *)g_ptr_array_index (self->jobs, i))->done);
  rush_event_bus_free (self->bus);
  rush_map_output_tracker_free (self->tracker);
  self->backend->klass->free (self->backend);
  g_ptr_array_unref (self->jobs);
  g_ptr_array_unref (self->events);
  g_hash_table_unref (self->cached);
  rush_lineage_unref (self->lineage);
  rush_conf_unref (self->conf);
  g_free (self);
}

void
fixture_free (Fixture *self)
{
  g_assert_cmpuint (scripted_backend_n_running (self->backend), ==, 0);
  g_assert_cmpuint (scripted_backend_n_timers (self->backend), ==, 0);
  g_assert_true (rush_scheduler_is_idle (self->scheduler));
  fixture_free_busy (self);
}

Fixture *
fixture_new (guint max_task_failures, ...)
{
  static const RushListenerClass recorder_class = { "recorder", on_event, NULL, recorder_free };
  Fixture *self = g_new0 (Fixture, 1);
  Recorder *recorder = g_new0 (Recorder, 1);
  g_autoptr (GError) error = NULL;
  const char *key;
  va_list args;

  self->conf = rush_conf_new ();
  va_start (args, max_task_failures);
  while ((key = va_arg (args, const char *)) != NULL)
    {
      rush_conf_set (self->conf, key, va_arg (args, const char *), &error);
      g_assert_no_error (error);
    }
  va_end (args);
  self->backend = scripted_backend_new ();
  if (rush_conf_get_bool (self->conf, "spark.dynamicAllocation.enabled"))
    scripted_backend_allow_requests (self->backend);
  if (rush_conf_get_bool (self->conf, "spark.decommission.enabled"))
    scripted_backend_allow_decommissions (self->backend);
  self->bus = rush_event_bus_new (1000);
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_event_unref);
  recorder->base.klass = &recorder_class;
  recorder->events = self->events;
  rush_event_bus_add_inline (self->bus, &recorder->base);
  self->tracker = rush_map_output_tracker_new ();
  self->scheduler =
      rush_scheduler_new (self->conf, self->backend, self->bus, self->tracker, max_task_failures);
  self->lineage = rush_lineage_new ();
  self->jobs = g_ptr_array_new_with_free_func (test_job_free);
  self->cached = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->cache.locations = cached_locations;
  self->cache.keeps_any = keeps_any;
  return self;
}

void
fixture_add_executors (Fixture *self, guint n_executors, guint cores)
{
  for (guint i = 1; i <= n_executors; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);
      g_autofree char *host = g_strdup_printf ("host%u", i);

      fixture_add_executor (self, id, host, cores);
    }
}

Fixture *
fixture_cluster (guint n_executors, guint cores)
{
  Fixture *self = fixture_new (4, NULL);

  fixture_add_executors (self, n_executors, cores);
  return self;
}

Fixture *
fixture_roomy (void)
{
  return fixture_cluster (1, 1000);
}
