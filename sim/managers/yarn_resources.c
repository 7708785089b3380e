/* yarn_resources.c - what YARN makes of what Spark asks for.
 *
 *     executor   heap + overhead + off-heap + Python                       1,024 + 384 = 1,408 MiB
 *     rounded    capacity: up to a multiple of the minimum allocation                    2,048 MiB
 *                fair:     at least the minimum, up to a multiple of the increment, 512: 1,536 MiB
 *     refused    more than the maximum allocation, or than the largest node, before it is rounded
 *
 *     ApplicationMaster, client mode    spark.yarn.am.memory + max (10 %, 384 MiB)     512 + 384
 *                        cluster mode   it is the driver: spark.driver.memory + its overhead
 *
 * A queue has a capacity in percent, and may grow to its maximum capacity while others leave room;
 * but one user gets no more than user_limit_factor times the capacity.  That factor is 1 unless
 * somebody has changed it: an application alone on a cluster with a queue of 50 % gets the half.
 *
 * Mirrors: org.apache.spark.deploy.yarn.Client (verifyClusterResources), ResourceProfile;
 *          Hadoop's SchedulerUtils.normalizeRequests and CapacityScheduler's queue capacities.
 */
#include "sim/managers/yarn_private.h"

#include <string.h>

static gint64
round_up (gint64 bytes, gint64 step)
{
  return (bytes + step - 1) / step * step;
}

RushYarnAsk
rush_yarn_round (const RushYarnSettings *settings, guint cores, gint64 bytes)
{
  gint64 least = MAX (bytes, settings->minimum_bytes);
  gint64 step = settings->scheduler == RUSH_YARN_CAPACITY ? settings->minimum_bytes
                : settings->increment_bytes > 0           ? settings->increment_bytes
                                                          : 1024 * RUSH_MIB;

  return (RushYarnAsk){ .cores = MAX (cores, 1), .bytes = round_up (least, step) };
}

gint64
rush_yarn_asked_bytes (const RushExecutorShape *shape)
{
  return shape->heap_bytes + shape->overhead_bytes + shape->off_heap_bytes + shape->pyspark_bytes;
}

RushYarnAsk
rush_yarn_am_ask (const RushConf *conf, gboolean cluster_mode)
{
  if (cluster_mode)
    return (RushYarnAsk){ .cores = (guint)rush_conf_get_int (conf, "spark.driver.cores"),
                          .bytes = rush_whole_mib (conf, "spark.driver.memory") +
                                   rush_driver_overhead (conf, 0.1) };

  gint64 heap = rush_whole_mib (conf, "spark.yarn.am.memory");
  gint64 overhead = rush_conf_contains (conf, "spark.yarn.am.memoryOverhead")
                        ? rush_whole_mib (conf, "spark.yarn.am.memoryOverhead")
                        : MAX (heap / RUSH_MIB / 10, 384) * RUSH_MIB;
  return (RushYarnAsk){ .cores = (guint)rush_conf_get_int (conf, "spark.yarn.am.cores"),
                        .bytes = heap + overhead };
}

gint64
rush_yarn_cluster_bytes (const RushYarn *self)
{
  gint64 bytes = 0;

  for (guint i = 0; i < self->base.n_hosts; i++)
    bytes += rush_topology_host (self->base.manager.setup.topology, i)->memory_bytes;
  return bytes;
}

/* ---- queues ---- */

static gboolean
read_percent (const RushJson *queue, const char *name, const char *key, double fallback,
              double *out, GError **error)
{
  g_autofree char *where = g_strdup_printf ("manager.queues.%s.%s", name, key);
  const RushJson *value = rush_json_get (queue, key);

  *out = fallback;
  if (value != NULL && !rush_unit_parse (value, RUSH_UNIT_PLAIN, where, out, error))
    return FALSE;
  if (*out > 0 && (*out <= 100 || strcmp (key, "user_limit_factor") == 0))
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT, "%s must be more than 0%s",
               where, strcmp (key, "user_limit_factor") == 0 ? "" : ", and at most 100 percent");
  return FALSE;
}

static gboolean
check_keys_of_queue (const RushJson *queue, const char *name, GError **error)
{
  static const char *const keys[] = { "capacity", "maximum_capacity", "user_limit_factor", NULL };

  for (guint i = 0; i < rush_json_length (queue); i++)
    if (!g_strv_contains (keys, rush_json_name (queue, i)))
      {
        g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                     "manager.queues.%s.%s is no setting of a queue; it has capacity, "
                     "maximum_capacity, user_limit_factor",
                     name, rush_json_name (queue, i));
        return FALSE;
      }
  return TRUE;
}

static gboolean
read_queue (const RushJson *json, const char *name, RushYarnQueue *out, GError **error)
{
  if (rush_json_kind (json) != RUSH_JSON_OBJECT)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "manager.queues.%s must be an object such as { \"capacity\": 50 }", name);
      return FALSE;
    }
  if (!check_keys_of_queue (json, name, error) ||
      !read_percent (json, name, "capacity", 100, &out->capacity, error) ||
      !read_percent (json, name, "maximum_capacity", 100, &out->maximum_capacity, error) ||
      !read_percent (json, name, "user_limit_factor", 1, &out->user_limit_factor, error))
    return FALSE;
  if (out->maximum_capacity >= out->capacity)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "manager.queues.%s: its maximum_capacity of %g %% is below its capacity of %g %%",
               name, out->maximum_capacity, out->capacity);
  return FALSE;
}

/* All are checked, and must make up the cluster together; one is ours. */
static gboolean
find_queue (RushYarn *self, const RushJson *queues, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);
  double sum = 0;
  gboolean found = FALSE;

  for (guint i = 0; i < rush_json_length (queues); i++)
    {
      RushYarnQueue queue = { NULL };
      const char *name = rush_json_name (queues, i);

      if (!read_queue (rush_json_item (queues, i), name, &queue, error))
        return FALSE;
      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", name);
      sum += queue.capacity;
      if (strcmp (name, self->queue.name) != 0)
        continue;
      queue.name = self->queue.name;
      self->queue = queue;
      found = TRUE;
    }
  if (sum < 99.999 || sum > 100.001)
    g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                 "manager.queues: the capacities of %s are %g %% together, and must be 100",
                 names->str, sum);
  else if (!found)
    g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                 "the application was submitted to unknown queue: %s; there are %s",
                 self->queue.name, names->str);
  return found && sum >= 99.999 && sum <= 100.001;
}

static gboolean
configure_queue (RushYarn *self, GError **error)
{
  const RushManagerSetup *setup = &self->base.manager.setup;
  const RushJson *queues =
      setup->settings != NULL ? rush_json_get (setup->settings, "queues") : NULL;
  g_autoptr (RushJson) alone = rush_json_parse ("{\"default\": {}}", -1, NULL);

  self->queue.name = rush_conf_get_string (setup->conf, "spark.yarn.queue");
  if (queues != NULL && rush_json_kind (queues) != RUSH_JSON_OBJECT)
    {
      g_set_error (
          error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
          "manager.queues must be an object such as { \"default\": { \"capacity\": 100 } }");
      return FALSE;
    }
  if (!find_queue (self, queues != NULL ? queues : alone, error))
    return FALSE;

  double percent =
      MIN (self->queue.maximum_capacity, self->queue.capacity * self->queue.user_limit_factor);
  self->queue.limit_bytes = (gint64)((double)rush_yarn_cluster_bytes (self) * percent / 100);
  return TRUE;
}

/* ---- refusals ---- */

/* What the ResourceManager says is the most that there can be. */
static gint64
maximum_bytes (const RushYarn *self)
{
  return MIN (self->settings.maximum_bytes, rush_manager_most_bytes (&self->base));
}

#define ABOVE_THRESHOLD                                                                            \
  "is above the max threshold (%" G_GINT64_FORMAT " MB) of this cluster! Please check the values " \
  "of 'yarn.scheduler.maximum-allocation-mb' (maximum_allocation) and/or "                         \
  "'yarn.nodemanager.resource.memory-mb' (a host's memory)"

static gboolean
check_executor (const RushYarn *self, GError **error)
{
  const RushExecutorShape *shape = &self->base.manager.setup.shape;
  gint64 most = maximum_bytes (self);

  if (self->executor_asked_bytes <= most && self->executor.bytes <= most)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "Required executor memory (%" G_GINT64_FORMAT
               " MB), offHeap memory (%" G_GINT64_FORMAT ") MB, overhead (%" G_GINT64_FORMAT
               " MB), and PySpark memory (%" G_GINT64_FORMAT " MB), rounded up to %" G_GINT64_FORMAT
               " MB, " ABOVE_THRESHOLD,
               shape->heap_bytes / RUSH_MIB, shape->off_heap_bytes / RUSH_MIB,
               shape->overhead_bytes / RUSH_MIB, shape->pyspark_bytes / RUSH_MIB,
               self->executor.bytes / RUSH_MIB, most / RUSH_MIB);
  return FALSE;
}

static gboolean
check_am (const RushYarn *self, GError **error)
{
  gint64 most = maximum_bytes (self);

  if (self->am.bytes <= most)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "Required AM memory (%" G_GINT64_FORMAT " MB), rounded up to %" G_GINT64_FORMAT
               " MB, " ABOVE_THRESHOLD,
               self->am_asked_bytes / RUSH_MIB, self->am.bytes / RUSH_MIB, most / RUSH_MIB);
  return FALSE;
}

static gboolean
check_cores (const RushYarn *self, const char *what, guint cores, GError **error)
{
  guint hosts = rush_manager_most_cores (&self->base);
  gboolean counted = self->settings.calculator == RUSH_YARN_BY_DOMINANT;
  guint most = counted ? MIN (self->settings.maximum_cores, hosts) : self->settings.maximum_cores;

  if (cores <= most)
    return TRUE;
  g_set_error (
      error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
      "Invalid resource request: %s asks for %u vcores, and the maximum allowed allocation "
      "is %u; check 'yarn.scheduler.maximum-allocation-vcores' (maximum_vcores)%s",
      what, cores, most, counted ? " and the cores of hosts" : "");
  return FALSE;
}

static gboolean
check_queue (const RushYarn *self, GError **error)
{
  if (self->am.bytes + self->executor.bytes <= self->queue.limit_bytes)
    return TRUE;
  g_autofree char *limit = rush_format_mib (self->queue.limit_bytes);
  g_autofree char *am = rush_format_mib (self->am.bytes);
  g_autofree char *executor = rush_format_mib (self->executor.bytes);
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "queue %s lets one user have %s: too little for an ApplicationMaster of %s and one "
               "executor of %s; raise its capacity or its user_limit_factor",
               self->queue.name, limit, am, executor);
  return FALSE;
}

static gboolean
check_increment (const RushYarn *self, GError **error)
{
  if (self->settings.scheduler == RUSH_YARN_FAIR || self->settings.increment_bytes == 0)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "manager.increment_allocation belongs to the fair scheduler; the capacity scheduler "
               "rounds up to multiples of minimum_allocation");
  return FALSE;
}

/* ---- settings ---- */

static const RushManagerSetting settings[] = {
  RUSH_COMMON_SETTINGS (RushYarn),
  { "scheduler", RUSH_SETTING_WORD, G_STRUCT_OFFSET (RushYarn, settings.scheduler), 0,
    "capacity|fair" },
  { "resource_calculator", RUSH_SETTING_WORD, G_STRUCT_OFFSET (RushYarn, settings.calculator), 0,
    "memory|dominant" },
  { "minimum_allocation", RUSH_SETTING_BYTES, G_STRUCT_OFFSET (RushYarn, settings.minimum_bytes),
    RUSH_MIB, NULL },
  { "increment_allocation", RUSH_SETTING_BYTES,
    G_STRUCT_OFFSET (RushYarn, settings.increment_bytes), RUSH_MIB, NULL },
  { "maximum_allocation", RUSH_SETTING_BYTES, G_STRUCT_OFFSET (RushYarn, settings.maximum_bytes),
    RUSH_MIB, NULL },
  { "maximum_vcores", RUSH_SETTING_COUNT, G_STRUCT_OFFSET (RushYarn, settings.maximum_cores), 1,
    NULL },
  { "containers_per_heartbeat", RUSH_SETTING_COUNT,
    G_STRUCT_OFFSET (RushYarn, settings.containers_per_heartbeat), 1, NULL },
  { "am_max_attempts", RUSH_SETTING_COUNT, G_STRUCT_OFFSET (RushYarn, settings.am_max_attempts), 1,
    NULL },
  { "node_heartbeat", RUSH_SETTING_TIME, G_STRUCT_OFFSET (RushYarn, settings.node_heartbeat_us), 1,
    NULL },
  { "node_expiry", RUSH_SETTING_TIME, G_STRUCT_OFFSET (RushYarn, settings.node_expiry_us), 1,
    NULL },
  { "memory_check", RUSH_SETTING_TIME, G_STRUCT_OFFSET (RushYarn, settings.memory_check_us), 1,
    NULL },
  { "queues", RUSH_SETTING_OTHER, 0, 0, NULL },
};

/* As in yarn-default.xml and capacity-scheduler.xml. */
static const RushYarnSettings defaults = {
  .scheduler = RUSH_YARN_CAPACITY,
  .calculator = RUSH_YARN_BY_MEMORY,
  .minimum_bytes = 1024 * RUSH_MIB,
  .maximum_bytes = 8192 * RUSH_MIB,
  .maximum_cores = 4,
  .containers_per_heartbeat = 1,
  .am_max_attempts = 2,
  .node_heartbeat_us = G_USEC_PER_SEC,
  .node_expiry_us = 600 * (gint64)G_USEC_PER_SEC,
  .memory_check_us = 3 * (gint64)G_USEC_PER_SEC,
};

static void
round_asks (RushYarn *self)
{
  const RushManagerSetup *setup = &self->base.manager.setup;
  RushYarnAsk am = rush_yarn_am_ask (setup->conf, setup->cluster_mode);

  self->executor_asked_bytes = rush_yarn_asked_bytes (&setup->shape);
  self->executor =
      rush_yarn_round (&self->settings, setup->shape.cores, self->executor_asked_bytes);
  self->am_asked_bytes = am.bytes;
  self->am = rush_yarn_round (&self->settings, am.cores, am.bytes);
}

gboolean
rush_yarn_configure (RushYarn *self, GError **error)
{
  const RushConf *conf = self->base.manager.setup.conf;

  self->settings = defaults;
  if (!rush_manager_settings_read (self->base.manager.setup.settings, "YARN", settings,
                                   G_N_ELEMENTS (settings), self, error) ||
      !check_increment (self, error))
    return FALSE;
  self->max_attempts = self->settings.am_max_attempts;
  if (rush_conf_contains (conf, "spark.yarn.maxAppAttempts"))
    self->max_attempts =
        MIN (self->max_attempts, (guint)rush_conf_get_int (conf, "spark.yarn.maxAppAttempts"));
  self->poll_heartbeat_us =
      rush_conf_get_time_us (conf, "spark.yarn.scheduler.heartbeat.interval-ms");
  self->poll_initial_us =
      MIN (rush_conf_get_time_us (conf, "spark.yarn.scheduler.initial-allocation.interval"),
           self->poll_heartbeat_us);
  round_asks (self);
  return configure_queue (self, error) && check_executor (self, error) && check_am (self, error) &&
         check_cores (self, "an executor", self->executor.cores, error) &&
         check_cores (self, "the ApplicationMaster", self->am.cores, error) &&
         check_queue (self, error);
}
