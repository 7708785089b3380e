/* yarn.c - the ApplicationMaster: it asks for containers, hears what has become of them, launches.
 *
 *     client ──submit──▶ ResourceManager ──container 1──▶ ApplicationMaster
 *                              ▲                              │ poll: "5 more; what is new?"
 *                              └──────────────────────────────┘ 200 ms, 400 ms … 3 s
 *     in client mode the driver runs on the client's machine; in cluster mode in container 1
 *
 *     its way:  waiting ──given──▶ starting ──▶ running ──its node is lost──▶ expired
 *                  ▲                                        10 minutes later    │
 *                  └────────────────── an attempt is left ──────────────────────┘
 *
 * What is lost with it: in cluster mode the driver, so all that the application has done.  In
 * client mode nothing at first, as executors talk to the driver; but no container is asked for any
 * more, and when the ResourceManager starts another attempt it takes all containers of the old one
 * away.
 *
 * Failures: containers that end by themselves with a code count; beyond
 * spark.executor.maxNumFailures the application is over.  Kills for memory, lost nodes and
 * preemption do not count.
 *
 * Mirrors: org.apache.spark.deploy.yarn.ApplicationMaster, YarnAllocator.
 */
#include "sim/managers/yarn_private.h"

static void am_poll (RushManagerBase *base, gint64 unused);

/* ---- when it asks ---- */

/* Since poll_base_us: 200 ms, 400 ms … and then every 3 s. */
static gint64
until_poll_us (const RushYarn *self)
{
  gint64 now = rush_manager_now_us (&self->base);
  gint64 at = self->poll_base_us;
  gint64 interval = self->poll_initial_us;

  while (at <= now && interval < self->poll_heartbeat_us)
    {
      at += interval;
      interval = MIN (2 * interval, self->poll_heartbeat_us);
    }
  if (at <= now)
    at += ((now - at) / interval + 1) * interval;
  return at - now;
}

static void
poll_after (RushYarn *self, gint64 delay_us)
{
  gint64 at = rush_manager_now_us (&self->base) + delay_us;

  if (!self->am_running || at >= self->poll_at_us)
    return;
  self->poll_at_us = at;
  rush_manager_after (&self->base, delay_us, am_poll, 0);
}

void
rush_yarn_am_expect (RushYarn *self)
{
  poll_after (self, until_poll_us (self));
}

/* Something has changed: it asks at once, and soon again. */
static void
wake (RushYarn *self)
{
  self->poll_base_us = rush_manager_now_us (&self->base);
  poll_after (self, rush_manager_message_us (&self->base));
}

/* ---- what has become of containers ---- */

static void
count_failure (RushYarn *self)
{
  RushManagerBase *base = &self->base;
  gint64 most;

  if (!rush_executor_failures_add (&self->failures, rush_manager_now_us (base), self->most_wanted,
                                   &most))
    return;
  g_autofree char *reason =
      g_strdup_printf ("Max number of executor failures (%" G_GINT64_FORMAT ") reached", most);
  rush_manager_say (base, "ApplicationMaster", NULL, NULL, "gives up: %s", reason);
  rush_manager_driver_lost (base, reason, FALSE);
}

static void
hear_of_end (RushYarn *self, RushGrant *grant)
{
  RushManagerBase *base = &self->base;
  gboolean by_application;
  g_autofree char *reason = rush_yarn_exit_reason (grant, &by_application);
  gint exit_code = grant->exit_code == RUSH_YARN_BEYOND_MEMORY ? 143 /* SIGTERM */
                   : grant->exit_code == RUSH_YARN_LOST_NODE   ? RUSH_EXIT_UNKNOWN
                                                               : grant->exit_code;
  gboolean counts = by_application && grant->exit_code != RUSH_YARN_BEYOND_MEMORY;

  rush_manager_say (base, "ApplicationMaster", grant, grant->seen.host, "hears that %s is over: %s",
                    grant->seen.container, reason);
  rush_yarn_nodes_free (self, grant->seen.container_bytes);
  rush_manager_gone (base, grant, reason, exit_code, by_application);
  if (counts)
    count_failure (self);
}

static void
hear_of_ends (RushYarn *self)
{
  g_autoptr (GArray) completed = self->completed;

  self->completed = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < completed->len && !self->base.ended; i++)
    {
      RushGrant *grant = rush_manager_find (&self->base, g_array_index (completed, gint64, i));

      if (grant != NULL)
        hear_of_end (self, grant);
    }
}

/* ---- launching and asking ---- */

static void
release_grant (RushYarn *self, RushGrant *grant)
{
  g_autofree char *reason = g_strdup_printf (
      "Container %s exited from explicit termination request.", grant->seen.container);

  rush_manager_say (&self->base, "ApplicationMaster", grant, grant->seen.host, "releases %s",
                    grant->seen.container);
  rush_yarn_nodes_free (self, grant->seen.container_bytes);
  rush_manager_gone (&self->base, grant, reason, 143, FALSE);
}

static void
launch (RushYarn *self, RushGrant *grant)
{
  g_autofree char *heap = rush_format_mib (grant->seen.heap_bytes);
  g_autofree char *cores = rush_format_counted (grant->seen.cores, "core");

  grant->stage = RUSH_YARN_LAUNCHED;
  rush_manager_say (&self->base, "ApplicationMaster", grant, grant->seen.host,
                    "launches executor %s in %s on %s: %s, heap of %s", grant->seen.id,
                    grant->seen.container, grant->seen.host->name, cores, heap);
  rush_manager_launch (&self->base, grant, rush_manager_message_us (&self->base), NULL);
}

/* Containers that came when fewer are wanted go back at once. */
static void
launch_all (RushYarn *self)
{
  g_autoptr (GArray) numbers = rush_manager_numbers_on (&self->base, NULL);
  guint n_running = 0;

  for (guint i = 0; i < numbers->len; i++)
    {
      RushGrant *grant = rush_manager_find (&self->base, g_array_index (numbers, gint64, i));

      if (grant->ending)
        continue;
      if (grant->stage == RUSH_YARN_LAUNCHED)
        n_running++;
      else if (n_running < self->base.target)
        {
          launch (self, grant);
          n_running++;
        }
      else
        release_grant (self, grant);
    }
}

static gint64
n_alive (const RushYarn *self)
{
  gint64 n = 0;

  for (guint i = 0; i < self->base.grants->len; i++)
    n += !((RushGrant *)self->base.grants->pdata[i])->ending;
  return n;
}

static void
ask (RushYarn *self)
{
  RushManagerBase *base = &self->base;
  gint64 missing = (gint64)base->target - n_alive (self) - self->asked;
  g_autofree char *bytes = rush_format_mib (self->executor_asked_bytes);
  g_autofree char *cores = rush_format_counted (self->executor.cores, "vcore");

  if (missing > 0)
    {
      g_autofree char *n = rush_format_counted ((guint)missing, "container");

      rush_manager_say (base, "ApplicationMaster", NULL, NULL, "asks for %s of %s and %s", n, bytes,
                        cores);
      self->asked += (guint)missing;
    }
  else if (missing < 0 && self->asked > 0)
    {
      guint cancelled = (guint)MIN ((gint64)self->asked, -missing);
      g_autofree char *n = rush_format_counted (cancelled, "container");

      rush_manager_say (base, "ApplicationMaster", NULL, NULL, "takes back its request for %s", n);
      self->asked -= cancelled;
    }
}

static void
am_poll (RushManagerBase *base, gint64 unused)
{
  RushYarn *self = (RushYarn *)base;

  if (rush_manager_now_us (base) >= self->poll_at_us)
    self->poll_at_us = G_MAXINT64;
  if (!self->am_running)
    return;
  hear_of_ends (self);
  if (base->ended)
    return;
  launch_all (self);
  ask (self);
  rush_yarn_nodes_look (self);
}

/* ---- the ApplicationMaster itself ---- */

static void
am_registers (RushManagerBase *base, gint64 attempt)
{
  RushYarn *self = (RushYarn *)base;

  if (base->driver.host == NULL || base->driver.attempt != (guint)attempt ||
      !rush_manager_host_is_up (base, base->driver.host->index))
    return;
  self->am_running = TRUE;
  rush_manager_say (base, "ApplicationMaster", NULL, base->driver.host,
                    "registers with the ResourceManager; the driver runs %s",
                    base->manager.setup.cluster_mode ? "in its container"
                                                     : "on the client's machine");
  if (base->manager.setup.cluster_mode)
    rush_manager_driver_runs (base);
  wake (self);
}

void
rush_yarn_am_given (RushYarn *self, RushSimHost *host)
{
  RushManagerBase *base = &self->base;
  g_autofree char *bytes = rush_format_mib (self->am.bytes);
  g_autofree char *cores = rush_format_counted (self->am.cores, "vcore");

  rush_manager_say (
      base, "ResourceManager", NULL, host,
      "starts attempt %u of the ApplicationMaster in container_%s_%02u_000001 of %s and "
      "%s on %s",
      base->driver.attempt, base->app_id + strlen ("application_"), base->driver.attempt, bytes,
      cores, host->name);
  rush_manager_after (base,
                      rush_manager_message_us (base) +
                          rush_manager_draw_us (base, base->common->driver_start, "driver start",
                                                base->driver.attempt),
                      am_registers, base->driver.attempt);
}

static void
am_stops (RushYarn *self)
{
  self->am_running = FALSE;
  self->poll_at_us = G_MAXINT64;
  self->asked = 0;
  g_array_set_size (self->completed, 0);
}

/* Its host has died: the driver dies with it in cluster mode. */
static void
am_lost (RushYarn *self, const RushSimHost *host)
{
  RushManagerBase *base = &self->base;
  gboolean again = base->driver.attempt < self->max_attempts;

  am_stops (self);
  self->am_lost_host = host;
  if (!base->manager.setup.cluster_mode)
    return;
  g_autofree char *reason = g_strdup_printf (
      "the driver ran in the ApplicationMaster on %s, which is lost; attempt %u of "
      "%u%s",
      host->name, base->driver.attempt, self->max_attempts,
      again ? ", it starts again from nothing" : "");
  self->used_bytes = 0;
  rush_manager_driver_lost (base, reason, again);
}

/* All containers of the old attempt go, and the next attempt starts; or the application is over. */
void
rush_yarn_am_expire (RushYarn *self)
{
  RushManagerBase *base = &self->base;
  g_autoptr (GArray) numbers = rush_manager_numbers_on (base, NULL);

  am_stops (self);
  for (guint i = 0; i < numbers->len; i++)
    {
      RushGrant *grant = rush_manager_find (base, g_array_index (numbers, gint64, i));

      if (grant != NULL)
        rush_manager_gone (base, grant, "Stale executor after cluster manager re-registered.",
                           RUSH_EXIT_UNKNOWN, FALSE);
    }
  rush_manager_leave_driver (base);
  self->am_lost_host = NULL;
  self->used_bytes = 0;
  if (base->driver.attempt >= self->max_attempts)
    {
      rush_manager_driver_lost (base,
                                "YARN application has exited unexpectedly with state FAILED! Check "
                                "the YARN application logs for more details.",
                                FALSE);
      return;
    }
  self->am_waits = TRUE;
  rush_yarn_nodes_look (self);
}

/* ---- the class ---- */

static void
submit (RushManagerBase *base, gint64 unused)
{
  ((RushYarn *)base)->am_waits = TRUE;
  rush_yarn_nodes_look ((RushYarn *)base);
}

static void
start (RushClusterManager *manager)
{
  RushYarn *self = (RushYarn *)manager;
  RushManagerBase *base = &self->base;
  g_autofree char *bytes = rush_format_mib (self->am_asked_bytes);

  base->app_id = g_strdup_printf ("application_%" G_GINT64_FORMAT "_0001",
                                  rush_clock_wall_ms (rush_event_heap_clock (manager->setup.heap)));
  rush_manager_say (base, "Client", NULL, NULL,
                    "submits %s to queue %s, with an ApplicationMaster of %s", base->app_id,
                    self->queue_name, bytes);
  if (!manager->setup.cluster_mode)
    rush_manager_say (base, "Client", NULL, NULL,
                      "runs the driver on its own machine, outside of the cluster");
  rush_manager_after (base, rush_manager_message_us (base), submit, 0);
}

static void
request (RushClusterManager *manager, guint n)
{
  RushYarn *self = (RushYarn *)manager;

  self->base.target = n;
  self->most_wanted = MAX (self->most_wanted, n);
  wake (self);
}

static void
release (RushClusterManager *manager, const char *executor_id)
{
  RushYarn *self = (RushYarn *)manager;
  RushGrant *grant = rush_manager_find_running (&self->base, executor_id);

  if (grant == NULL)
    return;
  release_grant (self, grant);
  rush_yarn_nodes_look (self);
  wake (self);
}

static void
executor_died (RushClusterManager *manager, const char *executor_id, gint exit_code,
               const char *reason)
{
  RushYarn *self = (RushYarn *)manager;
  RushGrant *grant = rush_manager_find_running (&self->base, executor_id);

  if (grant == NULL)
    return;
  rush_manager_end (grant, exit_code, reason);
  rush_manager_say (&self->base, "NodeManager", grant, grant->seen.host,
                    "sees %s end with exit code %d: %s", grant->seen.container, exit_code, reason);
  rush_yarn_nodes_report (self, grant->seen.host);
  self->poll_base_us = rush_manager_now_us (&self->base); /* the driver wants to know why */
}

static void
memory_used (RushClusterManager *manager, const char *executor_id, gint64 used_bytes)
{
  RushYarn *self = (RushYarn *)manager;
  RushGrant *grant = rush_manager_find_running (&self->base, executor_id);

  if (grant != NULL)
    rush_yarn_nodes_memory_used (self, grant, used_bytes);
}

static void
host_died (RushClusterManager *manager, RushSimHost *host)
{
  RushYarn *self = (RushYarn *)manager;

  if (rush_manager_driver_is_on (&self->base, host))
    am_lost (self, host);
  rush_yarn_nodes_host_died (self, host);
}

static void
host_back (RushClusterManager *manager, RushSimHost *host)
{
  rush_yarn_nodes_host_back ((RushYarn *)manager, host);
}

static void
stop (RushClusterManager *manager)
{
  RushManagerBase *base = (RushManagerBase *)manager;

  rush_manager_finished (base, "ResourceManager", "takes back all containers of %s: FINISHED",
                         base->app_id);
}

static void
free_manager (RushClusterManager *manager)
{
  RushYarn *self = (RushYarn *)manager;

  rush_executor_failures_clear (&self->failures);
  g_array_unref (self->completed);
  g_free (self->queue_name);
  rush_json_fields_clear (&rush_yarn_settings, &self->settings);
  g_free (self->beating);
  rush_manager_base_clear (&self->base);
  g_free (self);
}

static const RushClusterManagerClass yarn_class = {
  .name = "yarn",
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

RushClusterManager *
rush_yarn_manager_new (const RushManagerSetup *setup, GError **error)
{
  RushYarn *self = g_new0 (RushYarn, 1);

  rush_manager_base_init (&self->base, &yarn_class, setup, 1);
  rush_executor_failures_init (&self->failures, setup->conf);
  self->beating = g_new0 (gboolean, self->base.n_hosts);
  self->completed = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->poll_at_us = G_MAXINT64;
  if (!rush_yarn_configure (self, error))
    {
      free_manager (&self->base.manager);
      return NULL;
    }
  return &self->base.manager;
}
