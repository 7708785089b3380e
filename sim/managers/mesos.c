/* mesos.c - a manager that offers: what is free goes around, and the driver takes or declines.
 *
 *     each second   master:  host-0: 4 cpus, 7 GiB · host-1: 4 cpus, 7 GiB · …
 *                   driver:  takes one for host-0, one for host-1, a second for host-0 …
 *                            "declined" for the rest: not to be offered again for a while
 *
 *     declined because                        for
 *     it is too small, or nothing is wanted     5 s   (Mesos's own default)
 *     spark.cores.max is reached              120 s   spark.mesos.rejectOfferDuration
 *
 * An executor's task asks for heap + overhead (10 %, at least 384 MiB); off-heap and Python memory
 * are not counted.  Without spark.executor.cores it takes all cores of an offer, up to
 * spark.cores.max; with it, spark.cores.max is rounded down to a multiple.  An agent on which two
 * executors have failed gets no more of them.  Beyond its memory a task is killed by its control
 * group, at once.
 *
 *     agent:  alive ──5 pings of 15 s unanswered──▶ lost: its tasks are TASK_LOST
 *     an end of any kind makes the driver revive offers: all that was declined is offered again
 *
 * In cluster mode a dispatcher takes an offer for the driver, and with spark.driver.supervise
 * another one if it is lost, after 1 s, 2 s, 4 s … 60 s.
 *
 * Spark has deprecated Mesos in 3.2, and removed it in 4.0: the first step says so.
 * Left out: roles, constraints, other frameworks, fine-grained mode.
 * Mirrors: MesosCoarseGrainedSchedulerBackend, MesosClusterScheduler (Spark 3.5).
 */
#include "sim/managers/mesos_private.h"

#define LONGEST_RETRY_S 60

/* ---- the driver in the cluster ---- */

static void
register_framework (RushManagerBase *base, gint64 attempt)
{
  RushMesos *self = (RushMesos *)base;

  if (base->manager.setup.cluster_mode &&
      (base->driver.host == NULL || base->driver.attempt != (guint)attempt ||
       !rush_manager_host_is_up (base, base->driver.host->index)))
    return;
  self->registered = TRUE;
  rush_manager_say (base, "Mesos", NULL, base->driver.host, "registers framework %s", base->app_id);
  rush_manager_driver_runs (base);
  rush_mesos_expect_offers (self);
}

gboolean
rush_mesos_start_driver (RushMesos *self, guint host)
{
  RushManagerBase *base = &self->base;
  RushSimHost *at = rush_topology_host (base->manager.setup.topology, host);

  if (!rush_manager_fits (base, host, self->driver_cores, self->driver_bytes))
    return FALSE;
  self->driver_waits = FALSE;
  rush_manager_place_driver (base, at, self->driver_cores, self->driver_bytes);
  rush_manager_say (base, "Dispatcher", NULL, at, "launches the driver on %s", at->name);
  rush_manager_after (base,
                      rush_manager_message_us (base) +
                          rush_manager_draw_us (base, base->common->driver_start, "driver start",
                                                base->driver.attempt),
                      register_framework, base->driver.attempt);
  return TRUE;
}

static void
wait_for_driver (RushManagerBase *base, gint64 unused)
{
  ((RushMesos *)base)->driver_waits = TRUE;
  rush_mesos_expect_offers ((RushMesos *)base);
}

/* ---- ends ---- */

static void
task_is_over (RushMesos *self, RushGrant *grant, const char *state, gint exit_code,
              gboolean by_application)
{
  RushManagerBase *base = &self->base;
  RushMesosAgent *agent = &self->agents[grant->seen.host->index];
  g_autofree char *reason = g_strdup_printf ("Executor finished with state %s", state);

  rush_manager_say (base, "Mesos", grant, grant->seen.host, "says: %s is now TASK_%s",
                    grant->seen.container, state);
  if (g_str_equal (state, "FAILED") && ++agent->n_failures == RUSH_MESOS_AGENT_FAILURES)
    rush_manager_say (base, "Driver", grant, grant->seen.host,
                      "excludes agent %s due to too many failures; is Spark installed on it?",
                      grant->seen.host->name);
  rush_manager_gone (base, grant, reason, exit_code, by_application);
  rush_mesos_revive_offers (self);
}

static void
status_update (RushManagerBase *base, gint64 number)
{
  RushGrant *grant = rush_manager_find (base, number);

  if (grant != NULL)
    task_is_over ((RushMesos *)base, grant, grant->exit_code == 0 ? "FINISHED" : "FAILED",
                  grant->exit_code, TRUE);
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
  rush_manager_say (base, "Agent", grant, grant->seen.host, "sees %s end with exit code %d: %s",
                    grant->seen.container, exit_code, reason);
  rush_manager_after (base, rush_manager_message_us (base), status_update, grant->number);
}

static void
memory_used (RushClusterManager *manager, const char *executor_id, gint64 used_bytes)
{
  RushManagerBase *base = (RushManagerBase *)manager;
  RushGrant *grant = rush_manager_find_running (base, executor_id);
  gint64 number;

  if (grant == NULL)
    return;
  grant->used_bytes = used_bytes;
  if (used_bytes <= grant->seen.container_bytes)
    return;
  g_autofree char *why =
      g_strdup_printf ("Memory limit exceeded: Requested: %" G_GINT64_FORMAT
                       "MB Maximum Used: %" G_GINT64_FORMAT "MB",
                       grant->seen.container_bytes / RUSH_MIB, used_bytes / RUSH_MIB);
  number = grant->number;
  executor_died (manager, executor_id, 137, why);
  rush_manager_killed (base, number);
}

static void
release (RushClusterManager *manager, const char *executor_id)
{
  RushGrant *grant = rush_manager_find_running ((RushManagerBase *)manager, executor_id);

  if (grant != NULL)
    task_is_over ((RushMesos *)manager, grant, "KILLED", 143, FALSE);
}

/* ---- hosts ---- */

/* 1 s, 2 s, 4 s … after an attempt that was lost. */
static gint64
retry_delay_us (guint attempt)
{
  return MIN ((gint64)1 << MIN (attempt - 1, 10), LONGEST_RETRY_S) * G_USEC_PER_SEC;
}

static void
lose_agent (RushMesos *self, RushSimHost *host, const char *why)
{
  RushManagerBase *base = &self->base;
  g_autoptr (GArray) numbers = rush_manager_numbers_on (base, host);

  rush_manager_say (base, "Mesos", NULL, host, "loses agent %s: %s", host->name, why);
  for (guint i = 0; i < numbers->len; i++)
    {
      RushGrant *grant = rush_manager_find (base, g_array_index (numbers, gint64, i));

      if (grant != NULL)
        task_is_over (self, grant, "LOST", RUSH_EXIT_UNKNOWN, FALSE);
    }
  if (self->driver_lost_on != host)
    return;
  self->driver_lost_on = NULL;
  rush_manager_after (base, retry_delay_us (base->driver.attempt), wait_for_driver, 0);
}

static void
agent_timed_out (RushManagerBase *base, gint64 death)
{
  RushMesos *self = (RushMesos *)base;
  RushSimHost *host = rush_manager_write_off (base, death);

  if (host == NULL)
    return;
  g_autofree char *why = g_strdup_printf ("no answer for %" G_GINT64_FORMAT " s",
                                          self->agent_timeout_us / G_USEC_PER_SEC);
  lose_agent (self, host, why);
}

static void
host_died (RushClusterManager *manager, RushSimHost *host)
{
  RushMesos *self = (RushMesos *)manager;
  RushManagerBase *base = &self->base;
  gint64 death = rush_manager_host_died (base, host);

  if (rush_manager_driver_is_on (base, host))
    {
      g_autofree char *reason =
          g_strdup_printf ("the driver ran on %s, which is lost; %s", host->name,
                           self->supervise ? "it is supervised, and starts again from nothing"
                                           : "it is not supervised (spark.driver.supervise)");

      self->registered = FALSE;
      self->driver_lost_on = host;
      rush_manager_driver_lost (base, reason, self->supervise);
    }
  rush_manager_after (base, self->agent_timeout_us, agent_timed_out, death);
}

static void
host_back (RushClusterManager *manager, RushSimHost *host)
{
  RushMesos *self = (RushMesos *)manager;

  if (!self->base.books[host->index].written_off)
    lose_agent (self, host, "it has started again");
  rush_manager_host_came_back (&self->base, host);
  self->agents[host->index].declined_until_us = 0;
  rush_manager_say (&self->base, "Mesos", NULL, host, "registers agent %s", host->name);
  rush_mesos_expect_offers (self);
}

/* ---- the class ---- */

static void
start (RushClusterManager *manager)
{
  RushMesos *self = (RushMesos *)manager;
  RushManagerBase *base = &self->base;
  RushSimRandom random = rush_sim_random (manager->setup.seed, "framework id", 0, 0, 0);

  base->app_id =
      g_strdup_printf ("%016" G_GINT64_MODIFIER "x-0000", rush_sim_random_bits (&random));
  rush_manager_say (base, "Mesos", NULL, NULL,
                    "is a thing of the past: Spark has deprecated it in 3.2 and removed it in 4.0; "
                    "this is how it was in 3.5");
  if (manager->setup.cluster_mode)
    {
      rush_manager_say (base, "Client", NULL, NULL, "hands the driver to the dispatcher");
      wait_for_driver (base, 0);
      return;
    }
  rush_manager_driver_outside (base, register_framework);
}

static void
request (RushClusterManager *manager, guint n)
{
  ((RushManagerBase *)manager)->target = n;
  rush_mesos_expect_offers ((RushMesos *)manager);
}

static void
stop (RushClusterManager *manager)
{
  RushManagerBase *base = (RushManagerBase *)manager;

  rush_manager_finished (base, "Mesos", "takes back all that framework %s had", base->app_id);
}

static void
free_manager (RushClusterManager *manager)
{
  g_free (((RushMesos *)manager)->agents);
  rush_json_fields_clear (&rush_mesos_settings, &((RushMesos *)manager)->settings);
  rush_manager_base_clear ((RushManagerBase *)manager);
  g_free (manager);
}

static const RushClusterManagerClass mesos_class = {
  .name = "mesos",
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

#define OF(field) G_STRUCT_OFFSET (RushMesosSettings, field)

static const char *const kinds[] = { "mesos", NULL };

static const RushJsonField settings[] = {
  RUSH_COMMON_SETTINGS (RushMesosSettings, kinds),
  RUSH_JSON_FIELD ("offer_interval", RUSH_FIELD_TIME, OF (offer_interval_s),
                   "time between two rounds of offers", "\"1s\"", .least = 0.001),
  RUSH_JSON_FIELD ("agent_timeout", RUSH_FIELD_TIME, OF (agent_timeout_s),
                   "after which silence an agent is taken for lost", "\"75s\"", .least = 0.001),
};

const RushJsonFieldTable rush_mesos_settings = RUSH_JSON_FIELD_TABLE (settings, RushMesosSettings);

/* Heap and overhead of a task; Mesos has a key of its own, and knows no factor. */
static gint64
task_bytes (const RushConf *conf, const char *heap_key, const char *overhead_key)
{
  gint64 heap = rush_whole_mib (conf, heap_key);

  if (rush_conf_contains (conf, overhead_key))
    return heap + rush_whole_mib (conf, overhead_key);
  return heap + MAX (heap / RUSH_MIB / 10, 384) * RUSH_MIB;
}

static void
read_conf (RushMesos *self, const RushManagerSetup *setup)
{
  const RushConf *conf = setup->conf;
  guint most = rush_conf_contains (conf, "spark.cores.max")
                   ? (guint)rush_conf_get_int (conf, "spark.cores.max")
                   : G_MAXINT;

  self->cores_each = setup->shape.cores;
  self->cores_max = most - most % MAX (self->cores_each, 1);
  self->bytes = task_bytes (conf, "spark.executor.memory", "spark.mesos.executor.memoryOverhead");
  self->driver_cores = (guint)rush_conf_get_int (conf, "spark.driver.cores");
  self->driver_bytes =
      task_bytes (conf, "spark.driver.memory", "spark.mesos.driver.memoryOverhead");
  self->supervise = rush_conf_get_bool (conf, "spark.driver.supervise");
  self->declined_full_us = rush_conf_get_time_us (conf, "spark.mesos.rejectOfferDuration");
}

static gboolean
configure (RushMesos *self, GError **error)
{
  const RushManagerSetup *setup = &self->base.manager.setup;

  read_conf (self, setup);
  if (!rush_manager_read_settings (&self->base, &rush_mesos_settings, &self->settings, error))
    return FALSE;
  self->offer_interval_us = rush_manager_us (self->settings.offer_interval_s);
  self->agent_timeout_us = rush_manager_us (self->settings.agent_timeout_s);
  if (self->cores_max == 0)
    {
      g_set_error (
          error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
          "spark.executor.cores is %u, and spark.cores.max allows fewer in all: no executor "
          "could start",
          self->cores_each);
      return FALSE;
    }
  return rush_manager_check_ever_fits (&self->base, "an executor's task", MAX (self->cores_each, 1),
                                       self->bytes, error) &&
         (!setup->cluster_mode ||
          rush_manager_check_ever_fits (&self->base, "the driver's task", self->driver_cores,
                                        self->driver_bytes, error));
}

RushClusterManager *
rush_mesos_manager_new (const RushManagerSetup *setup, GError **error)
{
  RushMesos *self = g_new0 (RushMesos, 1);

  rush_manager_base_init (&self->base, &mesos_class, setup, 0);
  self->agents = g_new0 (RushMesosAgent, self->base.n_hosts);
  self->offers_at_us = G_MAXINT64;
  if (!configure (self, error))
    {
      free_manager (&self->base.manager);
      return NULL;
    }
  return &self->base.manager;
}
