/* context.c - an application: what is made, in which order, and how it ends.
 *
 *     made                        ended, in stop ()
 *     ────                        ─────────────────
 *     configuration, frozen       1  no job is accepted any more
 *     event bus, listeners        2  cleaner: what is queued is dropped; joined
 *     local dir                   3  cluster: tasks are killed, runners joined, outputs dropped
 *     tracker, commit coordinator 4  driver loop: handles their ends; joined
 *     driver loop (not started)   5  scheduler: jobs that still run fail, who waits is woken
 *     cluster with executors      6  event: application end; bus: delivers everything; joined
 *     scheduler                   7  local dir: the folder goes
 *     cleaner
 *     loop starts, executors      The rest goes with the last ref, so that getters answer until
 *     register, events            then: an application that has ended can still be looked at.
 *
 * The order of the first events is Spark's: log start, resource profile, executors, block managers,
 * environment, application.
 */
#include "rdd/context_private.h"

#include "core/event/event_log.h"
#include "rdd/checkpoint.h"

#include <string.h>
#include <sys/utsname.h>

#define CLEAN_CHECKPOINTS "spark.cleaner.referenceTracking.cleanCheckpoints"
#define SPARK_VERSION "4.3.0" /* whose log format and behaviour these are */

/* ---- the first events ---- */

static void
post_log_start (RushContext *self)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_LOG_START);

  event->log_start.version = g_strdup (SPARK_VERSION);
  rush_event_bus_post (self->bus, event);
}

static void
post_resource_profile (RushContext *self)
{
  const RushMaster *master = &self->cluster->master;
  RushEvent *event = rush_event_new (RUSH_EVENT_RESOURCE_PROFILE_ADDED);
  gint64 bytes = rush_conf_get_bytes (self->conf, "spark.executor.memory");

  event->resource_profile_added.memory_mib =
      master->executor_mib > 0 ? master->executor_mib : bytes / (1024 * 1024);
  event->resource_profile_added.cores = master->is_cluster ? master->cores : 1;
  rush_event_bus_post (self->bus, event);
}

static void
add_pair (GStrvBuilder *pairs, const char *key, const char *value)
{
  g_strv_builder_add (pairs, key);
  g_strv_builder_add (pairs, rush_conf_redact (key, value));
}

static void
add_conf_pair (const char *key, const char *value, gpointer pairs)
{
  add_pair (pairs, key, value);
}

static void
add_plugin_pair (const char *seam, const char *part, gpointer pairs)
{
  g_autofree char *key = g_strdup_printf ("Rushlight Plug-in %s", seam);

  add_pair (pairs, key, part);
}

static char **
system_properties (void)
{
  g_autoptr (GStrvBuilder) pairs = g_strv_builder_new ();
  g_autofree char *folder = g_get_current_dir ();
  struct utsname name;

  if (uname (&name) == 0)
    {
      add_pair (pairs, "os.arch", name.machine);
      add_pair (pairs, "os.name", name.sysname);
      add_pair (pairs, "os.version", name.release);
    }
  add_pair (pairs, "user.dir", folder);
  add_pair (pairs, "user.name", g_get_user_name ());
  return g_strv_builder_end (pairs);
}

static void
post_environment (RushContext *self)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_ENVIRONMENT_UPDATE);
  g_autoptr (GStrvBuilder) runtime = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) spark = g_strv_builder_new ();
  g_autofree char *start = g_strdup_printf ("%" G_GINT64_FORMAT, self->start_time_ms);

  add_pair (runtime, "Rushlight Version", RUSH_VERSION);
  rush_plugins_foreach (self->plugins, add_plugin_pair, runtime);
  rush_conf_foreach (self->conf, add_conf_pair, spark);
  add_pair (spark, "spark.app.startTime", start);
  event->environment_update.runtime = g_strv_builder_end (runtime);
  event->environment_update.spark_properties = g_strv_builder_end (spark);
  event->environment_update.system_properties = system_properties ();
  rush_event_bus_post (self->bus, event);
}

static void
post_application_start (RushContext *self)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_APPLICATION_START);

  event->application_start.app_name = rush_conf_get_string (self->conf, "spark.app.name");
  event->application_start.app_id = g_strdup (self->application_id);
  event->application_start.user = g_strdup (g_get_user_name ());
  event->application_start.master = rush_conf_get_string (self->conf, "spark.master");
  event->application_start.time_ms = self->start_time_ms;
  rush_event_bus_post (self->bus, event);
}

static void
post_application_end (RushContext *self)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_APPLICATION_END);

  event->application_end.time_ms = rush_clock_wall_ms (self->cluster->clock);
  rush_event_bus_post (self->bus, event);
}

/* ---- end ---- */

void
rush_context_stop (RushContext *self)
{
  RushScheduler *scheduler;
  gboolean was_stopped;

  pthread_mutex_lock (&self->stop_lock);
  pthread_rwlock_wrlock (&self->lock);
  was_stopped = self->stopped;
  self->stopped = TRUE;
  scheduler = g_steal_pointer (&self->scheduler);
  pthread_rwlock_unlock (&self->lock);
  if (!was_stopped)
    {
      rush_driver_loop_settle (self->loop); /* what it lets go of is the cleaner's */
      rush_context_hide_kept (self);
      g_clear_pointer (&self->cleaner, rush_context_cleaner_free);
      self->cluster->klass->stop (self->cluster);
      rush_driver_loop_stop (self->loop);
      rush_scheduler_free (scheduler);
      if (self->cluster->klass->ended != NULL)
        self->cluster->klass->ended (self->cluster);
      post_application_end (self);
      rush_event_bus_stop (self->bus);
      g_clear_pointer (&self->dir, rush_local_dir_free);
    }
  pthread_mutex_unlock (&self->stop_lock);
}

gboolean
rush_context_is_stopped (RushContext *self)
{
  gboolean stopped;

  pthread_rwlock_rdlock (&self->lock);
  stopped = self->stopped;
  pthread_rwlock_unlock (&self->lock);
  return stopped;
}

void
rush_context_flush_cleaner (RushContext *self)
{
  pthread_rwlock_rdlock (&self->lock);
  if (!self->stopped)
    rush_context_cleaner_flush (self->cleaner);
  pthread_rwlock_unlock (&self->lock);
}

void
rush_context_settle (RushContext *self)
{
  if (self->cluster->room == NULL)
    return;
  rush_driver_loop_settle (self->loop);
  rush_context_flush_cleaner (self);
}

/* A context may be half made: what is not there yet is NULL. */
static void
context_free (RushContext *self)
{
  if (self->scheduler != NULL)
    rush_context_stop (self);
  rush_cluster_free (self->cluster);
  if (self->loop != NULL)
    rush_driver_loop_free (self->loop);
  if (self->tracker != NULL)
    rush_map_output_tracker_free (self->tracker);
  rush_accumulator_queue_free (self->accumulators);
  rush_commit_coordinator_free (self->commits);
  if (self->bus != NULL)
    rush_event_bus_free (self->bus);
  if (self->dir != NULL)
    rush_local_dir_free (self->dir);
  g_clear_pointer (&self->stats, rush_job_stats_unref);
  g_clear_pointer (&self->sql_stats, rush_sql_stats_unref);
  g_clear_pointer (&self->lineage, rush_lineage_unref);
  g_clear_pointer (&self->plugins, rush_plugins_unref);
  g_clear_pointer (&self->conf, rush_conf_unref);
  g_free (self->application_id);
  g_free (self->event_log_path);
  g_free (self->checkpoint_dir);
  pthread_rwlock_destroy (&self->lock);
  pthread_mutex_destroy (&self->stop_lock);
  g_free (self);
}

RushContext *
rush_context_ref (RushContext *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_context_unref (RushContext *self)
{
  if (self != NULL && rush_ref_count_dec (&self->refs))
    context_free (self);
}

/* ---- what it is ---- */

const RushConf *
rush_context_conf (RushContext *self)
{
  return self->conf;
}

RushLineage *
rush_context_lineage (RushContext *self)
{
  return self->lineage;
}

RushPlugins *
rush_context_plugins (RushContext *self)
{
  return self->plugins;
}

RushEventBus *
rush_context_bus (RushContext *self)
{
  return self->bus;
}

RushJobStats *
rush_context_job_stats (RushContext *self)
{
  return self->stats;
}

RushSqlStats *
rush_context_sql_stats (RushContext *self)
{
  return self->sql_stats;
}

RushExecutorSet *
rush_context_executors (RushContext *self)
{
  return self->cluster->executors;
}

RushCluster *
rush_context_cluster (RushContext *self)
{
  return self->cluster;
}

RushClock *
rush_context_clock (RushContext *self)
{
  return self->cluster->clock;
}

RushMapOutputTracker *
rush_context_tracker (RushContext *self)
{
  return self->tracker;
}

const char *
rush_context_application_id (RushContext *self)
{
  return self->application_id;
}

char *
rush_context_dup_local_dir (RushContext *self)
{
  char *path;

  pthread_rwlock_rdlock (&self->lock);
  path = self->stopped ? NULL : g_strdup (rush_local_dir_path (self->dir));
  pthread_rwlock_unlock (&self->lock);
  return path;
}

const char *
rush_context_event_log_path (RushContext *self)
{
  return self->event_log_path;
}

gint64
rush_context_start_time_ms (RushContext *self)
{
  return self->start_time_ms;
}

guint
rush_context_default_parallelism (RushContext *self)
{
  guint cores = self->cluster->klass->n_cores (self->cluster);

  if (rush_conf_contains (self->conf, "spark.default.parallelism"))
    return (guint)rush_conf_get_int (self->conf, "spark.default.parallelism");
  return self->cluster->master.is_cluster ? MAX (cores, 2) : cores;
}

guint
rush_context_default_min_partitions (RushContext *self)
{
  return MIN (rush_context_default_parallelism (self), 2);
}

/* ---- beginning ---- */

static gboolean
load_plugins (RushContext *self, GError **error)
{
  g_autofree char *list = rush_conf_get_string (self->conf, "spark.rushlight.plugins");

  self->plugins = rush_plugins_load (list, error);
  if (self->plugins == NULL)
    return FALSE;
  rush_lineage_set_plugins (self->lineage, self->plugins);
  return TRUE;
}

static gboolean
take_conf (RushContext *self, const RushConf *conf, GError **error)
{
  g_autofree char *host = rush_conf_get_string (conf, "spark.driver.host");

  self->conf = rush_conf_copy (conf);
  if (!load_plugins (self, error))
    return FALSE;
  self->cluster = rush_cluster_open (self->conf, error);
  if (self->cluster == NULL)
    return FALSE;
  self->start_time_ms = rush_clock_wall_ms (self->cluster->clock);
  self->application_id = rush_conf_get_string (conf, "spark.app.id");
  if (self->application_id == NULL)
    self->application_id = g_strdup (self->cluster->application_id);
  if (!rush_conf_set (self->conf, "spark.app.id", self->application_id, error) ||
      !rush_conf_set (self->conf, "spark.executor.id", "driver", error) ||
      !rush_conf_set (self->conf, "spark.driver.host", host, error))
    return FALSE;
  if (!rush_conf_contains (self->conf, "spark.app.name") &&
      !rush_conf_set (self->conf, "spark.app.name", "Rushlight", error))
    return FALSE;
  rush_conf_freeze (self->conf);
  if (rush_conf_contains (self->conf, "spark.default.parallelism"))
    rush_lineage_set_default_parallelism (
        self->lineage, (guint)rush_conf_get_int (self->conf, "spark.default.parallelism"));
  return TRUE;
}

static gboolean
add_event_log (RushContext *self, GError **error)
{
  g_autofree char *dir = NULL;
  RushListener *log;

  if (!rush_conf_get_bool (self->conf, "spark.eventLog.enabled"))
    return TRUE;
  dir = rush_conf_get_string (self->conf, "spark.eventLog.dir");
  log = rush_event_log_new (dir, self->application_id,
                            rush_conf_get_bool (self->conf, "spark.eventLog.overwrite"), FALSE,
                            error);
  if (log == NULL)
    return FALSE;
  self->event_log_path = g_strdup (rush_event_log_path (log));
  return rush_event_bus_add_queued (self->bus, log, error);
}

static gboolean
make_bus (RushContext *self, GError **error)
{
  self->bus = rush_event_bus_new (
      (guint)rush_conf_get_int (self->conf, "spark.scheduler.listenerbus.eventqueue.capacity"));
  self->stats =
      rush_job_stats_new ((guint)rush_conf_get_int (self->conf, "spark.ui.retainedJobs"),
                          (guint)rush_conf_get_int (self->conf, "spark.ui.retainedStages"));
  rush_event_bus_add_inline (self->bus, rush_job_stats_listener (self->stats));
  self->sql_stats =
      rush_sql_stats_new ((guint)rush_conf_get_int (self->conf, "spark.sql.ui.retainedExecutions"));
  rush_event_bus_add_inline (self->bus, rush_sql_stats_listener (self->sql_stats));
  return add_event_log (self, error);
}

static void
remove_shuffle (RushContext *self, gint shuffle_id)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_SHUFFLE_DROPPED);

  message->id = shuffle_id;
  rush_driver_loop_post (self->loop, message);
  rush_executor_set_remove_shuffle (self->cluster->executors, shuffle_id);
}

/* For the cleaner, on its thread. */
static void
remove_dropped (RushDroppedKind kind, gint id, gpointer data)
{
  switch (kind)
    {
    case RUSH_DROPPED_SHUFFLE:
      remove_shuffle (data, id);
      break;
    case RUSH_DROPPED_CACHE:
      rush_context_remove_cached (data, id);
      break;
    case RUSH_DROPPED_CHECKPOINT:
      if (rush_conf_get_bool (((RushContext *)data)->conf, CLEAN_CHECKPOINTS))
        rush_context_remove_checkpoint (data, id);
      break;
    }
}

static gboolean
make_engine (RushContext *self, GError **error)
{
  g_autofree char *parent = rush_conf_get_string (self->conf, "spark.local.dir");
  RushCluster *cluster = self->cluster;
  RushExecutorServices services;
  guint max_task_failures = cluster->master.max_task_failures;

  self->dir = rush_local_dir_new (parent, error);
  if (self->dir == NULL)
    return FALSE;
  self->tracker = rush_map_output_tracker_new ();
  self->accumulators = rush_accumulator_queue_new ();
  self->commits = rush_commit_coordinator_new ();
  self->loop = rush_driver_loop_new (rush_clock_system ());
  services = (RushExecutorServices){ .conf = self->conf,
                                     .tracker = self->tracker,
                                     .commits = self->commits,
                                     .bus = self->bus,
                                     .dir = self->dir,
                                     .is_virtual = cluster->room != NULL,
                                     .plugins = self->plugins };
  if (!cluster->klass->build (cluster, &services, self->loop, error) ||
      !rush_scheduler_check_conf (self->conf, cluster->backend, error))
    return FALSE;
  if (max_task_failures == 0)
    max_task_failures = (guint)rush_conf_get_int (self->conf, "spark.task.maxFailures");
  self->scheduler = rush_scheduler_new (self->conf, cluster->backend, self->bus, self->tracker,
                                        max_task_failures);
  if (!rush_context_choose_scheduling_mode (self, error))
    return FALSE;
  rush_scheduler_use_plugins (self->scheduler, self->plugins);
  rush_scheduler_set_accumulator_sink (self->scheduler,
                                       rush_accumulator_queue_sink (self->accumulators));
  rush_scheduler_set_commit_coordinator (self->scheduler, self->commits);
  rush_scheduler_set_lineage (self->scheduler, self->lineage);
  rush_context_show_kept (self);
  self->cleaner = rush_context_cleaner_new (self->lineage, remove_dropped, self, error);
  return self->cleaner != NULL;
}

RushContext *
rush_context_new (const RushConf *conf, GError **error)
{
  g_autoptr (RushContext) self = g_new0 (RushContext, 1);

  rush_allocator_tune_process ();
  rush_ref_count_init (&self->refs);
  pthread_rwlock_init (&self->lock, NULL);
  pthread_mutex_init (&self->stop_lock, NULL);
  self->lineage = rush_lineage_new ();
  if (!take_conf (self, conf, error) || !make_bus (self, error) || !make_engine (self, error))
    return NULL;
  g_autofree char *checkpoints = rush_conf_get_string (self->conf, "spark.checkpoint.dir");
  if (checkpoints != NULL && !rush_context_set_checkpoint_dir (self, checkpoints, error))
    return NULL;
  post_log_start (self);
  post_resource_profile (self);
  if (!rush_driver_loop_start (self->loop, self->scheduler, error))
    return NULL;
  self->cluster->klass->start (self->cluster, self->scheduler);
  post_environment (self);
  post_application_start (self);
  return g_steal_pointer (&self);
}
