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

/* All are checked, and must make up the cluster together; one is ours. NULL: an error. */
static const RushYarnQueue *
find_queue (const RushYarn *self, GError **error)
{
  const RushJson *json = rush_json_get (self->base.manager.setup.settings, "queues");
  g_autoptr (GString) names = g_string_new (NULL);
  const RushYarnQueue *found = NULL;
  double sum = 0;

  for (guint i = 0; i < self->settings.queues->len; i++)
    {
      const RushYarnQueue *queue = self->settings.queues->pdata[i];

      if (queue->maximum_capacity < queue->capacity)
        {
          rush_json_fields_fail (
              rush_json_item (json, i), error,
              "the maximum_capacity of queue %s, %g %%, is below its capacity of "
              "%g %%",
              queue->name, queue->maximum_capacity, queue->capacity);
          return NULL;
        }
      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", queue->name);
      sum += queue->capacity;
      if (strcmp (queue->name, self->queue_name) == 0)
        found = queue;
    }
  if (sum < 99.999 || sum > 100.001)
    rush_json_fields_fail (json, error,
                           "the capacities of the queues %s are %g %% together, and must be 100",
                           names->str, sum);
  else if (found == NULL)
    rush_json_fields_fail (json, error,
                           "the application was submitted to unknown queue: %s; there are %s",
                           self->queue_name, names->str);
  return sum < 99.999 || sum > 100.001 ? NULL : found;
}

static gboolean
configure_queue (RushYarn *self, GError **error)
{
  static const RushYarnQueue alone = { (char *)"default", 100, 100, 1 };
  const RushYarnQueue *queue = &alone;

  self->queue_name = rush_conf_get_string (self->base.manager.setup.conf, "spark.yarn.queue");
  if (self->settings.queues != NULL)
    queue = find_queue (self, error);
  else if (strcmp (self->queue_name, alone.name) != 0)
    {
      g_set_error (
          error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
          "the application was submitted to unknown queue: %s; there is only default, unless "
          "the scenario's manager has queues",
          self->queue_name);
      return FALSE;
    }
  if (queue == NULL)
    return FALSE;

  double percent = MIN (queue->maximum_capacity, queue->capacity * queue->user_limit_factor);
  self->queue_limit_bytes = (gint64)((double)rush_yarn_cluster_bytes (self) * percent / 100);
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
  gint64 hosts = rush_manager_most_cores (&self->base);
  gboolean counted = self->settings.calculator == RUSH_YARN_BY_DOMINANT;
  gint64 most = counted ? MIN (self->settings.maximum_cores, hosts) : self->settings.maximum_cores;

  if (cores <= most)
    return TRUE;
  g_set_error (
      error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
      "Invalid resource request: %s asks for %u vcores, and the maximum allowed allocation "
      "is %" G_GINT64_FORMAT
      "; check 'yarn.scheduler.maximum-allocation-vcores' (maximum_vcores)%s",
      what, cores, most, counted ? " and the cores of hosts" : "");
  return FALSE;
}

static gboolean
check_queue (const RushYarn *self, GError **error)
{
  if (self->am.bytes + self->executor.bytes <= self->queue_limit_bytes)
    return TRUE;
  g_autofree char *limit = rush_format_mib (self->queue_limit_bytes);
  g_autofree char *am = rush_format_mib (self->am.bytes);
  g_autofree char *executor = rush_format_mib (self->executor.bytes);
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "queue %s lets one user have %s: too little for an ApplicationMaster of %s and one "
               "executor of %s; raise its capacity or its user_limit_factor",
               self->queue_name, limit, am, executor);
  return FALSE;
}

static gboolean
check_increment (const RushYarn *self, GError **error)
{
  if (self->settings.scheduler == RUSH_YARN_FAIR || self->settings.increment_bytes < 0)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "manager.increment_allocation belongs to the fair scheduler; the capacity scheduler "
               "rounds up to multiples of minimum_allocation");
  return FALSE;
}

/* ---- settings ---- */

#define OF(type, field) G_STRUCT_OFFSET (type, field)

static const RushJsonField queue_fields[] = {
  RUSH_JSON_FIELD ("name", RUSH_FIELD_TEXT, OF (RushYarnQueue, name), "what spark.yarn.queue names",
                   .needed = TRUE),
  RUSH_JSON_FIELD ("capacity", RUSH_FIELD_NUMBER, OF (RushYarnQueue, capacity),
                   "percent of the cluster that it is sure of; of all queues 100 together", "100",
                   .least = 0.1, .most = 100),
  RUSH_JSON_FIELD ("maximum_capacity", RUSH_FIELD_NUMBER, OF (RushYarnQueue, maximum_capacity),
                   "percent that it may grow to", "100", .least = 0.1, .most = 100),
  RUSH_JSON_FIELD ("user_limit_factor", RUSH_FIELD_NUMBER, OF (RushYarnQueue, user_limit_factor),
                   "how many times its capacity one user may have", "1", .least = 0.01),
};
static const RushJsonFieldTable queue_table = RUSH_JSON_FIELD_TABLE (queue_fields, RushYarnQueue);

static const char *const schedulers[] = { "capacity", "fair", NULL };
static const char *const calculators[] = { "memory", "dominant", NULL };

static const char *const kinds[] = { "yarn", NULL };

/* Defaults as in yarn-default.xml and capacity-scheduler.xml. */
static const RushJsonField settings[] = {
  RUSH_COMMON_SETTINGS (RushYarnSettings, kinds),
  RUSH_JSON_FIELD ("scheduler", RUSH_FIELD_WORD, OF (RushYarnSettings, scheduler),
                   "how containers are rounded: up to multiples of the minimum, or of an increment",
                   "\"capacity\"", .words = schedulers),
  RUSH_JSON_FIELD ("resource_calculator", RUSH_FIELD_WORD, OF (RushYarnSettings, calculator),
                   "whether only memory is counted, or cores too", "\"memory\"",
                   .words = calculators),
  RUSH_JSON_FIELD ("minimum_allocation", RUSH_FIELD_SIZE, OF (RushYarnSettings, minimum_bytes),
                   "yarn.scheduler.minimum-allocation-mb", "\"1g\"", .least = 1048576),
  RUSH_JSON_FIELD ("increment_allocation", RUSH_FIELD_SIZE, OF (RushYarnSettings, increment_bytes),
                   "yarn.resource-types.memory-mb.increment-allocation, of the fair scheduler; 1g "
                   "unless given",
                   .least = 1048576),
  RUSH_JSON_FIELD ("maximum_allocation", RUSH_FIELD_SIZE, OF (RushYarnSettings, maximum_bytes),
                   "yarn.scheduler.maximum-allocation-mb", "\"8g\"", .least = 1048576),
  RUSH_JSON_FIELD ("maximum_vcores", RUSH_FIELD_COUNT, OF (RushYarnSettings, maximum_cores),
                   "yarn.scheduler.maximum-allocation-vcores", "4", .least = 1),
  RUSH_JSON_FIELD (
      "containers_per_heartbeat", RUSH_FIELD_COUNT, OF (RushYarnSettings, containers_per_heartbeat),
      "yarn.scheduler.capacity.per-node-heartbeat.maximum-offswitch-assignments", "1", .least = 1),
  RUSH_JSON_FIELD ("am_max_attempts", RUSH_FIELD_COUNT, OF (RushYarnSettings, am_max_attempts),
                   "yarn.resourcemanager.am.max-attempts", "2", .least = 1),
  RUSH_JSON_FIELD ("node_heartbeat", RUSH_FIELD_TIME, OF (RushYarnSettings, node_heartbeat_s),
                   "yarn.resourcemanager.nodemanagers.heartbeat-interval-ms", "\"1s\"",
                   .least = 0.001),
  RUSH_JSON_FIELD ("node_expiry", RUSH_FIELD_TIME, OF (RushYarnSettings, node_expiry_s),
                   "yarn.nm.liveness-monitor.expiry-interval-ms", "\"600s\"", .least = 0.001),
  RUSH_JSON_FIELD ("memory_check", RUSH_FIELD_TIME, OF (RushYarnSettings, memory_check_s),
                   "yarn.nodemanager.container-monitor.interval-ms", "\"3s\"", .least = 0.001),
  RUSH_JSON_FIELD ("queues", RUSH_FIELD_LIST, OF (RushYarnSettings, queues),
                   "those of the capacity scheduler; one called default unless given",
                   .inside = &queue_table),
};

const RushJsonFieldTable rush_yarn_settings = RUSH_JSON_FIELD_TABLE (settings, RushYarnSettings);

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

  if (!rush_manager_read_settings (&self->base, &rush_yarn_settings, &self->settings, error) ||
      !check_increment (self, error))
    return FALSE;
  self->max_attempts = (guint)self->settings.am_max_attempts;
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
