/* standalone_driver.c - where the driver runs, and what happens when that place is lost.
 *
 *     client mode    on the client's machine: it registers the application, and nothing befalls it
 *     cluster mode   waiting ──a worker has room──▶ starting ──▶ registers the application
 *                       ▲                                            │ its worker dies
 *                       └── the master knows, and it is supervised ──┘
 *
 * A driver that is started again registers another application: what the first one had is gone.
 *
 * Mirrors: Master.schedule (drivers), launchDriver, relaunchDriver.
 */
#include "sim/managers/standalone_private.h"

#include "core/base/size_string.h"

void
rush_standalone_register (RushManagerBase *base, gint64 attempt)
{
  RushStandalone *self = (RushStandalone *)base;
  const RushSimHost *host = base->driver.host;

  if (base->driver.attempt != (guint)attempt ||
      (base->manager.setup.cluster_mode &&
       (host == NULL || !rush_manager_host_is_up (base, host->index))))
    return; /* its host is gone meanwhile */
  g_free (base->app_id);
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (
      rush_clock_wall_ms (rush_event_heap_clock (base->manager.setup.heap)) / 1000);
  g_autofree char *day = g_date_time_format (date, "%Y%m%d%H%M%S");
  base->app_id = g_strdup_printf ("app-%s-%04u", day, self->number++);
  rush_manager_say (base, "Master", NULL, host, "registers application %s", base->app_id);
  self->registered = TRUE;
  rush_manager_driver_runs (base);
  rush_standalone_schedule (self);
}

static RushSimHost *
worker_for_driver (RushStandalone *self)
{
  RushManagerBase *base = &self->base;
  RushSimRandom random = rush_sim_random (base->manager.setup.seed, "worker of the driver",
                                          base->driver.attempt, 0, 0);
  guint first = self->spread_drivers ? (guint)rush_sim_random_below (&random, base->n_hosts) : 0;

  for (guint i = 0; i < base->n_hosts; i++)
    {
      guint host = (first + i) % base->n_hosts;

      if (rush_manager_fits (base, host, self->driver_cores, self->driver_bytes))
        return rush_topology_host (base->manager.setup.topology, host);
    }
  return NULL;
}

void
rush_standalone_launch_driver (RushStandalone *self)
{
  RushManagerBase *base = &self->base;
  RushSimHost *host = worker_for_driver (self);
  g_autofree char *cores = rush_format_counted (self->driver_cores, "core");
  g_autofree char *heap = rush_format_bytes (self->driver_bytes);

  if (host == NULL)
    {
      rush_manager_say (base, "Master", NULL, NULL,
                        "keeps the driver waiting: no worker has %s and %s", cores, heap);
      return;
    }
  self->driver_waits = FALSE;
  rush_manager_place_driver (base, host, self->driver_cores, self->driver_bytes);
  rush_manager_say (base, "Master", NULL, host, "launches the driver on worker-%s with %s and %s",
                    host->name, cores, heap);
  rush_manager_after (base,
                      rush_manager_message_us (base) +
                          rush_manager_draw_us (base, base->common->driver_start, "driver start",
                                                base->driver.attempt),
                      rush_standalone_register, base->driver.attempt);
}

/* When @host, where it was, is known to be lost. */
void
rush_standalone_relaunch_driver (RushStandalone *self, const RushSimHost *host)
{
  if (self->driver_lost_on != host)
    return;
  rush_manager_say (&self->base, "Master", NULL, NULL, "re-launches the driver: it is supervised");
  self->driver_lost_on = NULL;
  self->driver_waits = TRUE;
}

void
rush_standalone_driver_lost (RushStandalone *self, const RushSimHost *host)
{
  g_autofree char *reason =
      g_strdup_printf ("the driver ran on %s, which is lost; %s", host->name,
                       self->supervise ? "it is supervised, and starts again from nothing"
                                       : "it is not supervised (spark.driver.supervise)");

  self->registered = FALSE;
  self->driver_lost_on = host;
  rush_manager_driver_lost (&self->base, reason, self->supervise);
}
