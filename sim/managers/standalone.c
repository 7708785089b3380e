/* standalone.c - Spark's own manager: a master that deals out cores, and a worker on each host.
 *
 * The master deals in cores.  An application says how many it wants in all (spark.cores.max, else
 * all), how many an executor has, and the heap of each; the master goes around the workers, those
 * with the most free cores first, and gives out one executor a visit (spread out), or as many as
 * fit before it goes on to the next (not spread out):
 *
 *     4 workers, cores.max 8, executors of 2       spread out  2 2 2 2      not  4 4 · ·
 *
 * An executor's memory is its heap: there is no overhead, and the worker does not limit what the
 * process really takes.  If a host runs out of memory, it is the kernel that kills.
 *
 *     worker:   alive ──no heartbeat for spark.worker.timeout──▶ dead: its executors are LOST
 *     executor: launched ──▶ RUNNING ──process ends──▶ EXITED: the master deals again, at once
 *
 * Ten failures in a row (spark.deploy.maxExecutorRetries), with no executor that has started in
 * between and none that runs, and the master removes the application.
 *
 * Left out: the master's own failure, and other applications.  Ties between workers go to the lower
 * index, where Spark compares names.
 * Mirrors: org.apache.spark.deploy.master.Master (schedule, scheduleExecutorsOnWorkers).
 */
#include "core/base/size_string.h"
#include "sim/managers/standalone_private.h"

/* ---- executors ---- */

static void
executor_runs (RushManagerBase *base, gint64 number)
{
  if (rush_manager_find (base, number) != NULL)
    ((RushStandalone *)base)->n_failures = 0;
}

static void
launch (RushStandalone *self, guint host, guint cores)
{
  RushManagerBase *base = &self->base;
  RushSimHost *at = rush_topology_host (base->manager.setup.topology, host);
  char *container = g_strdup_printf ("%s/%" G_GINT64_FORMAT, base->app_id, base->next_number);
  RushGrant *grant = rush_manager_grant (base, at, cores, self->heap_bytes, container);
  g_autofree char *amount = rush_format_counted (cores, "core");
  g_autofree char *heap = rush_format_bytes (self->heap_bytes);

  rush_manager_say (base, "Master", grant, at, "launches executor %s on worker-%s with %s and %s",
                    container, at->name, amount, heap);
  rush_manager_launch (base, grant, rush_manager_message_us (base), executor_runs);
}

static void
refuse (RushStandalone *self, guint left)
{
  RushManagerBase *base = &self->base;
  guint each = MAX (self->cores_each, 1);
  g_autofree char *cores = rush_format_counted (each, "free core");
  g_autofree char *heap = rush_format_bytes (self->heap_bytes);
  g_autofree char *why = NULL;

  if (left < each)
    why =
        g_strdup_printf ("spark.cores.max is %u, and %u of them are given: %u more would be needed",
                         self->cores_max, base->cores_granted, each - left);
  else if (base->grants->len == 0)
    why = g_strdup_printf ("App %s requires more resource than any of Workers could have: none has "
                           "%s and %s",
                           base->app_id, cores, heap);
  else
    why = g_strdup_printf ("no worker has %s and %s", cores, heap);
  rush_manager_refuse (base, self->heap_bytes, rush_manager_n_missing (base), why);
}

static guint
cores_left (const RushStandalone *self)
{
  guint granted = self->base.cores_granted;

  return self->cores_max > granted ? self->cores_max - granted : 0;
}

static GArray *
usable_workers (RushStandalone *self)
{
  GArray *workers = g_array_new (FALSE, TRUE, sizeof (RushCoreDeal));

  for (guint i = 0; i < self->base.n_hosts; i++)
    if (rush_manager_fits (&self->base, i, MAX (self->cores_each, 1), self->heap_bytes))
      {
        RushCoreDeal worker = { .host = i,
                                .free_cores = rush_manager_free_cores (&self->base, i),
                                .free_bytes = rush_manager_free_bytes (&self->base, i) };
        g_array_append_val (workers, worker);
      }
  return workers;
}

static void
start_executors (RushStandalone *self)
{
  RushManagerBase *base = &self->base;
  RushCoreRule rule = { .cores_each = self->cores_each,
                        .bytes_each = self->heap_bytes,
                        .spread_out = self->spread_out,
                        .policy = self->policy,
                        .cores_left = cores_left (self),
                        .executors_left = rush_manager_n_missing (base) };

  if (rule.executors_left == 0)
    return;
  g_autoptr (GArray) workers = usable_workers (self);
  rush_deal_cores (&rule, (RushCoreDeal *)workers->data, workers->len);
  for (guint i = 0; i < workers->len; i++)
    {
      const RushCoreDeal *worker = &g_array_index (workers, RushCoreDeal, i);

      for (guint k = 0; k < worker->executors; k++)
        launch (self, worker->host, self->cores_each > 0 ? self->cores_each : worker->cores);
    }
  if (rush_manager_n_missing (base) > 0)
    refuse (self, cores_left (self));
}

/* ---- both ---- */

/* Drivers come first. */
void
rush_standalone_schedule (RushStandalone *self)
{
  if (self->base.ended)
    return;
  if (self->driver_waits)
    rush_standalone_launch_driver (self);
  if (self->registered)
    start_executors (self);
}

/* ---- ends ---- */

static gboolean
any_ready (const RushManagerBase *base)
{
  for (guint i = 0; i < base->grants->len; i++)
    if (((RushGrant *)base->grants->pdata[i])->ready)
      return TRUE;
  return FALSE;
}

static void
executor_exited (RushManagerBase *base, gint64 number)
{
  RushStandalone *self = (RushStandalone *)base;
  RushGrant *grant = rush_manager_find (base, number);

  if (grant == NULL)
    return;
  gint exit_code = grant->exit_code;
  g_autofree char *reason = g_strdup_printf ("Command exited with code %d", exit_code);

  rush_manager_say (base, "Master", grant, grant->seen.host, "removes executor %s: EXITED, %s",
                    grant->seen.container, reason);
  rush_manager_gone (base, grant, reason, exit_code, TRUE);
  if (exit_code != 0 && ++self->n_failures >= self->most_failures && self->most_failures >= 0 &&
      !any_ready (base))
    {
      rush_manager_say (base, "Master", NULL, NULL,
                        "removes application %s: its executors failed %u times in a row",
                        base->app_id, self->n_failures);
      rush_manager_driver_lost (base, "Master removed our application: FAILED", FALSE);
    }
  else
    rush_standalone_schedule (self);
}

static void
executor_died (RushClusterManager *manager, const char *executor_id, gint exit_code,
               const char *reason)
{
  RushManagerBase *base = (RushManagerBase *)manager;
  RushGrant *grant = rush_manager_find_running (base, executor_id);

  if (grant == NULL)
    return;
  rush_manager_end (grant, exit_code, reason);
  rush_manager_say (base, "Worker", grant, grant->seen.host,
                    "tells the master that executor %s has ended with exit code %d: %s",
                    grant->seen.container, exit_code, reason);
  rush_manager_after (base, rush_manager_message_us (base), executor_exited, grant->number);
}

/* A worker limits nobody.  A host does, in the end. */
static void
memory_used (RushClusterManager *manager, const char *executor_id, gint64 used_bytes)
{
  RushManagerBase *base = (RushManagerBase *)manager;
  RushGrant *grant = rush_manager_find_running (base, executor_id);
  gint64 all = 0, number;

  if (grant == NULL)
    return;
  grant->used_bytes = used_bytes;
  for (guint i = 0; i < base->grants->len; i++)
    {
      const RushGrant *other = base->grants->pdata[i];

      if (other->seen.host == grant->seen.host && !other->ending)
        all += MAX (other->used_bytes, other->seen.container_bytes);
    }
  if (all <= grant->seen.host->memory_bytes)
    return;
  g_autofree char *used = rush_format_bytes (used_bytes);
  g_autofree char *there = rush_format_bytes (grant->seen.host->memory_bytes);
  g_autofree char *why =
      g_strdup_printf ("the kernel of %s killed it: it used %s, and all of its host's %s were used",
                       grant->seen.host->name, used, there);
  number = grant->number;
  executor_died (manager, executor_id, 137, why);
  rush_manager_killed (base, number);
}

static void
release (RushClusterManager *manager, const char *executor_id)
{
  RushManagerBase *base = (RushManagerBase *)manager;
  RushGrant *grant = rush_manager_find_running (base, executor_id);

  if (grant == NULL)
    return;
  rush_manager_say (base, "Master", grant, grant->seen.host,
                    "kills executor %s, as its application asks", grant->seen.container);
  rush_manager_gone (base, grant, "Executor killed by driver.", 143, FALSE);
  rush_standalone_schedule ((RushStandalone *)base);
}

/* ---- hosts ---- */

static void
remove_worker (RushStandalone *self, RushSimHost *host, const char *why)
{
  RushManagerBase *base = &self->base;
  g_autoptr (GArray) numbers = rush_manager_numbers_on (base, host);

  rush_manager_say (base, "Master", NULL, host, "removes worker-%s: %s", host->name, why);
  for (guint i = 0; i < numbers->len; i++)
    {
      RushGrant *grant = rush_manager_find (base, g_array_index (numbers, gint64, i));

      if (grant != NULL)
        rush_manager_gone (base, grant, "worker lost", RUSH_EXIT_UNKNOWN, FALSE);
    }
}

static void
worker_timed_out (RushManagerBase *base, gint64 death)
{
  RushStandalone *self = (RushStandalone *)base;
  RushSimHost *host = rush_manager_write_off (base, death);

  if (host == NULL)
    return;
  g_autofree char *why =
      g_strdup_printf ("Not receiving heartbeat for %" G_GINT64_FORMAT " seconds",
                       self->timeout_us / G_USEC_PER_SEC);
  remove_worker (self, host, why);
  rush_standalone_relaunch_driver (self, host);
  rush_standalone_schedule (self);
}

/* A worker sends four heartbeats a timeout; once a timeout the master looks who has been silent for
 * longer than one. */
static gint64
until_timed_out_us (const RushStandalone *self)
{
  gint64 now = rush_manager_now_us (&self->base);
  gint64 beat = MAX (self->timeout_us / 4, 1);
  gint64 silent_since = now - now % beat;

  return ((silent_since + self->timeout_us) / self->timeout_us + 1) * self->timeout_us - now;
}

static void
host_died (RushClusterManager *manager, RushSimHost *host)
{
  RushStandalone *self = (RushStandalone *)manager;
  gint64 death = rush_manager_host_died (&self->base, host);

  if (rush_manager_driver_is_on (&self->base, host))
    rush_standalone_driver_lost (self, host);
  rush_manager_after (&self->base, until_timed_out_us (self), worker_timed_out, death);
}

static void
host_back (RushClusterManager *manager, RushSimHost *host)
{
  RushStandalone *self = (RushStandalone *)manager;

  if (!self->base.books[host->index].written_off)
    remove_worker (self, host, "Worker replaced by a new worker with same address");
  rush_manager_host_came_back (&self->base, host);
  rush_manager_say (&self->base, "Master", NULL, host, "registers worker-%s", host->name);
  rush_standalone_relaunch_driver (self, host);
  rush_standalone_schedule (self);
}

/* ---- the class ---- */

static void
start (RushClusterManager *manager)
{
  RushStandalone *self = (RushStandalone *)manager;

  if (manager->setup.cluster_mode)
    {
      self->driver_waits = TRUE;
      rush_standalone_schedule (self);
      return;
    }
  rush_manager_driver_outside (&self->base, rush_standalone_register);
}

static void
request (RushClusterManager *manager, guint n)
{
  RushStandalone *self = (RushStandalone *)manager;

  self->base.target = n;
  rush_standalone_schedule (self);
}

static void
stop (RushClusterManager *manager)
{
  RushManagerBase *base = (RushManagerBase *)manager;

  rush_manager_finished (base, "Master", "removes application %s: FINISHED",
                         base->app_id != NULL ? base->app_id : "that never registered");
}

static void
free_manager (RushClusterManager *manager)
{
  rush_json_fields_clear (&rush_standalone_settings, &((RushStandalone *)manager)->settings);
  rush_manager_base_clear ((RushManagerBase *)manager);
  g_free (manager);
}

static const RushClusterManagerClass standalone_class = {
  .name = "standalone",
  .start = start,
  .request = request,
  .release = release,
  .executor_died = executor_died,
  .memory_used = memory_used,
  .host_died = host_died,
  .host_back = host_back,
  .stop = stop,
  .free = free_manager,
};

static const char *const kinds[] = { "standalone", NULL };

static const RushJsonField settings[] = { RUSH_COMMON_SETTINGS (RushStandaloneSettings, kinds) };

const RushJsonFieldTable rush_standalone_settings =
    RUSH_JSON_FIELD_TABLE (settings, RushStandaloneSettings);

static void
read_conf (RushStandalone *self, const RushConf *conf)
{
  g_autofree char *policy = rush_conf_get_string (conf, "spark.deploy.workerSelectionPolicy");
  static const char *const policies[] = { "CORES_FREE_ASC", "CORES_FREE_DESC", "MEMORY_FREE_ASC",
                                          "MEMORY_FREE_DESC", "WORKER_ID" };

  for (guint i = 0; i < G_N_ELEMENTS (policies); i++)
    if (g_ascii_strcasecmp (policy, policies[i]) == 0)
      self->policy = (RushWorkerPolicy)i;
  self->cores_max = (guint)rush_conf_get_int (conf, rush_conf_contains (conf, "spark.cores.max")
                                                        ? "spark.cores.max"
                                                        : "spark.deploy.defaultCores");
  self->driver_cores = (guint)rush_conf_get_int (conf, "spark.driver.cores");
  self->driver_bytes = rush_whole_mib (conf, "spark.driver.memory");
  self->supervise = rush_conf_get_bool (conf, "spark.driver.supervise");
  self->spread_out = rush_conf_get_bool (conf, "spark.deploy.spreadOutApps");
  self->spread_drivers = rush_conf_get_bool (conf, "spark.deploy.spreadOutDrivers");
  self->most_failures = rush_conf_get_int (conf, "spark.deploy.maxExecutorRetries");
  self->timeout_us = rush_conf_get_int (conf, "spark.worker.timeout") * G_USEC_PER_SEC;
}

static gboolean
check (const RushStandalone *self, GError **error)
{
  const RushManagerBase *base = &self->base;
  guint each = MAX (self->cores_each, 1);

  if (each > self->cores_max)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "spark.executor.cores is %u, and spark.cores.max allows %u in all: no executor "
                   "could start",
                   each, self->cores_max);
      return FALSE;
    }
  if (!rush_manager_check_ever_fits (base, "an executor (its heap)", each, self->heap_bytes, error))
    return FALSE;
  return !base->manager.setup.cluster_mode ||
         rush_manager_check_ever_fits (base, "the driver", self->driver_cores, self->driver_bytes,
                                       error);
}

RushClusterManager *
rush_standalone_manager_new (const RushManagerSetup *setup, GError **error)
{
  RushStandalone *self = g_new0 (RushStandalone, 1);

  rush_manager_base_init (&self->base, &standalone_class, setup, 0);
  self->cores_each = setup->shape.cores;
  self->heap_bytes = setup->shape.heap_bytes;
  read_conf (self, setup->conf);
  if (!rush_manager_read_settings (&self->base, &rush_standalone_settings, &self->settings,
                                   error) ||
      !check (self, error))
    {
      free_manager (&self->base.manager);
      return NULL;
    }
  return &self->base.manager;
}
