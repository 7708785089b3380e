/* kubernetes.c - the driver asks an API for pods, a few a round, and watches what becomes of them.
 *
 *     rounds       each second:  ask for what is missing, batch.size at most (kubernetes_rounds.c)
 *     events       each second:  pods that have failed, or have been deleted, are executors lost
 *
 * A pod asks for heap + overhead + off-heap + Python memory, and may use no more: the kernel kills
 * at once what goes beyond (exit code 137, OOMKilled).  Overhead is 10 % of the heap, and 40 % for
 * Python, as a Python program has most of its memory outside of the heap:
 *
 *     1,024 MiB × 0.4 = 409 MiB                pod 1,433 MiB
 *
 * (Spark itself knows only in cluster mode that a program is Python, and takes 10 % in client mode;
 * what its documentation says, 40 %, holds in both modes here.)
 *
 * In cluster mode the driver is a pod too, and comes first; the executors' pods belong to it, and
 * are collected with it.  No pod is restarted: a lost driver is the end.
 *
 * Failures: pods that fail, for whatever reason, count; beyond spark.executor.maxNumFailures the
 * driver exits with code 11.
 *
 * Mirrors: ExecutorPodsAllocator, ExecutorPodsLifecycleManager, BasicExecutorFeatureStep.
 */
#include "sim/managers/kubernetes_private.h"

/* ---- what is heard of pods ---- */

static const char *
describe_exit_code (gint code)
{
  switch (code)
    {
    case 0:
      return "(success)";
    case 1:
      return "(generic, look at logs to clarify)";
    case 42:
      return "(Douglas Adams fan)";
    case 10:
    case 50:
      return "(Uncaught exception)";
    case 52:
      return "(JVM OOM)";
    case 53:
      return "(DiskStore failed to create temp dir)";
    case 126:
      return "(not executable - possibly perm or arch)";
    case 137:
      return "(SIGKILL, possible container OOM)";
    case 139:
      return "(SIGSEGV: that's unexpected)";
    case 255:
      return "(exit-1, your guess is as good as mine)";
    default:
      return "(unexpected)";
    }
}

static void
count_failure (RushKubernetes *self)
{
  RushManagerBase *base = &self->base;
  gint64 most;

  if (!rush_executor_failures_add (&self->failures, rush_manager_now_us (base), self->most_wanted,
                                   &most))
    return;
  g_autofree char *reason =
      g_strdup_printf ("Max number of executor failures (%" G_GINT64_FORMAT ") reached", most);
  rush_manager_driver_lost (base, reason, FALSE);
}

static void
hear_of_end (RushManagerBase *base, gint64 number)
{
  RushKubernetes *self = (RushKubernetes *)base;
  RushGrant *grant = rush_manager_find (base, number);

  if (grant == NULL)
    return;
  gint exit_code = grant->exit_code;
  g_autofree char *reason = g_strdup_printf (
      "The executor with id %s exited with exit code %d%s.\n\nThe API gave the following container "
      "statuses:\n\n\t container name: spark-kubernetes-executor\n\t container state: terminated\n"
      "\t exit code: %d\n\t termination reason: %s",
      grant->seen.id, exit_code, describe_exit_code (exit_code), exit_code, grant->end_reason);

  rush_manager_say (base, "Driver", grant, grant->seen.host,
                    "hears that pod %s has ended, and deletes it", grant->seen.container);
  rush_manager_gone (base, grant, reason, exit_code, TRUE);
  if (exit_code != 0)
    count_failure (self);
  if (base->ended)
    return;
  rush_kubernetes_bind (self);
  rush_kubernetes_expect_round (self);
}

void
rush_kubernetes_pod_ended (RushKubernetes *self, RushGrant *grant, gint exit_code,
                           const char *termination)
{
  RushManagerBase *base = &self->base;

  rush_manager_end (grant, exit_code, termination);
  rush_manager_say (base, "kubelet", grant, grant->seen.host,
                    "sees the container of pod %s end with exit code %d: %s", grant->seen.container,
                    exit_code, termination);
  rush_manager_after (base, rush_manager_until_us (base, self->start_us, self->event_interval_us),
                      hear_of_end, grant->number);
}

/* ---- the driver ---- */

static void
begin_rounds (RushManagerBase *base, gint64 unused)
{
  RushKubernetes *self = (RushKubernetes *)base;

  if (base->manager.setup.cluster_mode &&
      (base->driver.host == NULL || !rush_manager_host_is_up (base, base->driver.host->index)))
    return;
  self->allocating = TRUE;
  self->start_us = rush_manager_now_us (base);
  rush_manager_say (base, "Driver", NULL, base->driver.host, "runs as %s", base->app_id);
  rush_manager_driver_runs (base);
  rush_kubernetes_round_after (self, 0);
}

void
rush_kubernetes_driver_bound (RushKubernetes *self, RushSimHost *host, gint64 image_us)
{
  RushManagerBase *base = &self->base;

  rush_manager_after (base,
                      image_us + rush_manager_draw_us (base, base->common->driver_start,
                                                       "driver start", base->driver.attempt),
                      begin_rounds, 0);
}

/* ---- the class ---- */

static void
name_application (RushKubernetes *self)
{
  RushSimRandom random = rush_sim_random (self->base.manager.setup.seed, "application id", 0, 0, 0);
  guint64 high = rush_sim_random_bits (&random), low = rush_sim_random_bits (&random);

  self->base.app_id =
      g_strdup_printf ("spark-%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x", high, low);
  self->pod_prefix = g_strdup_printf ("app-%016" G_GINT64_MODIFIER "x", high);
}

static void
start (RushClusterManager *manager)
{
  RushKubernetes *self = (RushKubernetes *)manager;
  RushManagerBase *base = &self->base;

  if (!manager->setup.cluster_mode)
    {
      rush_manager_driver_outside (base, begin_rounds);
      return;
    }
  g_autofree char *bytes = rush_format_mib (self->driver_bytes);
  g_autofree char *cores = rush_format_counted (self->driver_cores, "core");
  rush_manager_say (base, "Client", NULL, NULL, "asks for pod %s-driver of %s and %s",
                    self->pod_prefix, bytes, cores);
  self->driver_unbound = TRUE;
  rush_kubernetes_bind (self);
}

static void
request (RushClusterManager *manager, guint n)
{
  RushKubernetes *self = (RushKubernetes *)manager;
  RushManagerBase *base = &self->base;

  base->target = n;
  self->most_wanted = MAX (self->most_wanted, n);
  if (rush_kubernetes_n_pending (self) == 0)
    rush_kubernetes_round_after (
        self, rush_manager_message_us (base)); /* nothing is outstanding: at once */
  else
    rush_kubernetes_expect_round (self);
  if (rush_kubernetes_n_pods (self) > n &&
      rush_kubernetes_n_pending (self) > 0) /* too young to be deleted, maybe */
    rush_kubernetes_look_for_excess (self);
}

static void
release (RushClusterManager *manager, const char *executor_id)
{
  RushKubernetes *self = (RushKubernetes *)manager;
  RushGrant *grant = rush_manager_find_running (&self->base, executor_id);

  if (grant == NULL)
    return;
  rush_manager_say (&self->base, "Driver", grant, grant->seen.host,
                    "tells executor %s to stop, and deletes pod %s", grant->seen.id,
                    grant->seen.container);
  rush_manager_gone (&self->base, grant, "Executor killed by driver.", 0, FALSE);
  rush_kubernetes_bind (self);
  rush_kubernetes_expect_round (self);
}

static void
executor_died (RushClusterManager *manager, const char *executor_id, gint exit_code,
               const char *reason)
{
  RushKubernetes *self = (RushKubernetes *)manager;
  RushGrant *grant = rush_manager_find_running (&self->base, executor_id);

  if (grant == NULL)
    return;
  rush_manager_say (&self->base, "kubelet", grant, grant->seen.host, "loses executor %s: %s",
                    grant->seen.id, reason);
  rush_kubernetes_pod_ended (self, grant, exit_code, exit_code == 0 ? "Completed" : "Error");
}

static void
memory_used (RushClusterManager *manager, const char *executor_id, gint64 used_bytes)
{
  RushKubernetes *self = (RushKubernetes *)manager;
  RushGrant *grant = rush_manager_find_running (&self->base, executor_id);
  gint64 number;

  if (grant == NULL)
    return;
  grant->used_bytes = used_bytes;
  if (used_bytes <= grant->seen.container_bytes)
    return;
  g_autofree char *used = rush_format_mib (used_bytes);
  g_autofree char *limit = rush_format_mib (grant->seen.container_bytes);
  rush_manager_say (&self->base, "kubelet", grant, grant->seen.host,
                    "reports that the kernel killed executor %s: it used %s of %s", grant->seen.id,
                    used, limit);
  number = grant->number;
  rush_kubernetes_pod_ended (self, grant, 137, "OOMKilled");
  rush_manager_killed (&self->base, number);
}

static void
forget_unbound (RushKubernetes *self)
{
  while (!g_queue_is_empty (&self->unbound))
    g_free (g_queue_pop_head (&self->unbound));
}

static void
host_died (RushClusterManager *manager, RushSimHost *host)
{
  RushKubernetes *self = (RushKubernetes *)manager;

  if (rush_manager_driver_is_on (&self->base, host))
    {
      g_autofree char *reason =
          g_strdup_printf ("the driver's pod ran on %s, which is lost; pods are not restarted, and "
                           "the executors' go with it",
                           host->name);

      forget_unbound (self);
      rush_manager_driver_lost (&self->base, reason, FALSE);
    }
  rush_kubernetes_host_died (self, host);
}

static void
host_back (RushClusterManager *manager, RushSimHost *host)
{
  rush_kubernetes_host_back ((RushKubernetes *)manager, host);
}

static void
stop (RushClusterManager *manager)
{
  rush_manager_finished ((RushManagerBase *)manager, "Driver", "deletes the pods of its executors");
}

static void
free_manager (RushClusterManager *manager)
{
  RushKubernetes *self = (RushKubernetes *)manager;

  forget_unbound (self);
  rush_executor_failures_clear (&self->failures);
  rush_json_fields_clear (&rush_kubernetes_settings, &self->settings);
  g_free (self->image_at_us);
  g_free (self->pod_prefix);
  rush_manager_base_clear (&self->base);
  g_free (self);
}

static const RushClusterManagerClass kubernetes_class = {
  .name = "kubernetes",
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

#define OF(field) G_STRUCT_OFFSET (RushKubernetesSettings, field)

static const char *const kinds[] = { "kubernetes", NULL };

static const RushJsonField settings[] = {
  RUSH_COMMON_SETTINGS (RushKubernetesSettings, kinds),
  RUSH_JSON_FIELD ("image_pull", RUSH_FIELD_TIMES, OF (image_pull),
                   "how long a host pulls the image, the first time", "\"15s\""),
  RUSH_JSON_FIELD ("node_grace", RUSH_FIELD_TIME, OF (node_grace_s),
                   "after which silence a node is NotReady", "\"40s\"", .least = 0.001),
  RUSH_JSON_FIELD ("eviction", RUSH_FIELD_TIME, OF (eviction_s),
                   "how long after that its pods are deleted", "\"300s\"", .least = 0.001),
  RUSH_JSON_FIELD ("quota_memory", RUSH_FIELD_SIZE, OF (quota_bytes),
                   "memory of all pods of the namespace; no limit unless given", .least = 1),
  RUSH_JSON_FIELD ("quota_cores", RUSH_FIELD_COUNT, OF (quota_cores),
                   "cores of all pods of the namespace; no limit unless given", .least = 1),
};

const RushJsonFieldTable rush_kubernetes_settings =
    RUSH_JSON_FIELD_TABLE (settings, RushKubernetesSettings);

static void
read_conf (RushKubernetes *self, const RushManagerSetup *setup)
{
  const RushConf *conf = setup->conf;
  double factor = rush_default_overhead_factor (conf, TRUE, setup->runs_python);

  self->cores = MAX (setup->shape.cores, 1);
  self->bytes = setup->shape.heap_bytes + setup->shape.overhead_bytes +
                setup->shape.off_heap_bytes + setup->shape.pyspark_bytes;
  self->driver_cores = (guint)rush_conf_get_int (conf, "spark.driver.cores");
  self->driver_bytes =
      rush_whole_mib (conf, "spark.driver.memory") + rush_driver_overhead (conf, factor);
  self->batch_size = (guint)rush_conf_get_int (conf, "spark.kubernetes.allocation.batch.size");
  self->max_pending = (guint)rush_conf_get_int (conf, "spark.kubernetes.allocation.maxPendingPods");
  self->batch_delay_us = rush_conf_get_time_us (conf, "spark.kubernetes.allocation.batch.delay");
  self->event_interval_us =
      rush_conf_get_time_us (conf, "spark.kubernetes.executor.eventProcessingInterval");
  self->idle_timeout_us =
      rush_conf_get_time_us (conf, "spark.dynamicAllocation.executorIdleTimeout");
}

static gboolean
configure (RushKubernetes *self, GError **error)
{
  const RushManagerSetup *setup = &self->base.manager.setup;

  read_conf (self, setup);
  return rush_manager_read_settings (&self->base, &rush_kubernetes_settings, &self->settings,
                                     error) &&
         rush_manager_check_ever_fits (&self->base, "an executor's pod", self->cores, self->bytes,
                                       error) &&
         (!setup->cluster_mode ||
          rush_manager_check_ever_fits (&self->base, "the driver's pod", self->driver_cores,
                                        self->driver_bytes, error));
}

RushClusterManager *
rush_kubernetes_manager_new (const RushManagerSetup *setup, GError **error)
{
  RushKubernetes *self = g_new0 (RushKubernetes, 1);

  rush_manager_base_init (&self->base, &kubernetes_class, setup, 1);
  rush_executor_failures_init (&self->failures, setup->conf);
  g_queue_init (&self->unbound);
  self->round_at_us = G_MAXINT64;
  self->next_pod = 1;
  self->image_at_us = g_new (gint64, self->base.n_hosts);
  for (guint i = 0; i < self->base.n_hosts; i++)
    self->image_at_us[i] = G_MAXINT64;
  name_application (self);
  if (!configure (self, error))
    {
      free_manager (&self->base.manager);
      return NULL;
    }
  return &self->base.manager;
}
