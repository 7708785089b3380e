/* manager_base.c - what every manager does alike: wait, tell, place a driver and lose it.
 *
 * Whatever a manager puts into the heap goes through rush_manager_after (): the entries know their
 * manager, so that they can be cancelled when it goes, and they name executors by number and hosts
 * by index and turn, never by address, as both may be gone when the time comes.
 *
 * Invariants:  nothing happens, and nothing is told, once the application has ended.
 */
#include "sim/managers/manager_base.h"
#include "core/base/size_string.h"

struct _RushManagerLater
{
  RushManagerBase *manager;
  RushManagerAction action;
  gint64 argument;
  guint64 handle;
  GList link;
};

/* ---- time ---- */

static void
run_later (gpointer data, gint64 unused)
{
  RushManagerLater *later = data;
  RushManagerBase *self = later->manager;
  RushManagerAction action = later->action;
  gint64 argument = later->argument;

  g_queue_unlink (&self->later, &later->link);
  g_free (later);
  if (!self->ended)
    action (self, argument);
}

void
rush_manager_after (RushManagerBase *self, gint64 delay_us, RushManagerAction action,
                    gint64 argument)
{
  if (self->ended)
    return;

  RushManagerLater *later = g_new0 (RushManagerLater, 1);
  later->manager = self;
  later->action = action;
  later->argument = argument;
  later->link.data = later;
  later->handle = rush_event_heap_put (self->manager.setup.heap, delay_us, run_later, later, 0);
  g_queue_push_tail_link (&self->later, &later->link);
}

static void
forget_later (RushManagerBase *self)
{
  while (self->later.head != NULL)
    {
      RushManagerLater *later = self->later.head->data;

      rush_event_heap_cancel (self->manager.setup.heap, later->handle);
      g_queue_unlink (&self->later, &later->link);
      g_free (later);
    }
}

gint64
rush_manager_now_us (const RushManagerBase *self)
{
  return rush_event_heap_now_us (self->manager.setup.heap);
}

gint64
rush_manager_message_us (const RushManagerBase *self)
{
  double there_and_back_s =
      rush_topology_latency_s (self->manager.setup.topology, RUSH_DISTANCE_ANY);

  return (gint64)(there_and_back_s / 2 * G_USEC_PER_SEC) + 1;
}

gint64
rush_manager_until_us (const RushManagerBase *self, gint64 phase_us, gint64 period_us)
{
  gint64 since = rush_manager_now_us (self) - phase_us;

  return since < 0 ? -since : period_us - since % period_us;
}

gint64
rush_manager_draw_us (const RushManagerBase *self, const RushDistribution *distribution,
                      const char *purpose, gint64 number)
{
  RushSimRandom random = rush_sim_random (self->manager.setup.seed, purpose, number, 0, 0);
  double seconds = rush_distribution_draw (distribution, &random);

  return seconds > 0 ? (gint64)(seconds * G_USEC_PER_SEC) : 0;
}

/* ---- the story ---- */

char *
rush_format_mib (gint64 bytes)
{
  gint64 mib = bytes / RUSH_MIB;

  return mib < 1000
             ? g_strdup_printf ("%" G_GINT64_FORMAT " MiB", mib)
             : g_strdup_printf ("%" G_GINT64_FORMAT ",%03d MiB", mib / 1000, (int)(mib % 1000));
}

static void
tell_step (RushManagerBase *self, const char *actor, const RushGrant *grant,
           const RushSimHost *host, const char *format, va_list arguments)
{
  const RushManagerSetup *setup = &self->manager.setup;

  if (setup->listener->step == NULL || self->ended)
    return;
  g_autofree char *step = g_strdup_vprintf (format, arguments);
  setup->listener->step (setup->listener_data, actor, step, grant != NULL ? grant->seen.id : NULL,
                         host != NULL ? host->name : NULL);
}

void
rush_manager_say (RushManagerBase *self, const char *actor, const RushGrant *grant,
                  const RushSimHost *host, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  tell_step (self, actor, grant, host, format, arguments);
  va_end (arguments);
}

void
rush_manager_finished (RushManagerBase *self, const char *actor, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  tell_step (self, actor, NULL, NULL, format, arguments);
  va_end (arguments);
  self->ended = TRUE;
}

void
rush_manager_refuse (RushManagerBase *self, gint64 container_bytes, guint n_missing,
                     const char *why)
{
  const RushManagerSetup *setup = &self->manager.setup;

  if (self->target == G_MAXUINT) /* all there is: it is short only of a first one */
    n_missing = self->grants->len == 0;
  if (setup->listener->short_of_room == NULL || self->ended || n_missing == 0 ||
      (self->refused_version == self->version && self->refused_missing == n_missing))
    return;
  self->refused_version = self->version;
  self->refused_missing = n_missing;

  g_autofree RushHostRoom *rooms = g_new0 (RushHostRoom, self->n_hosts);
  guint n_rooms = 0;
  for (guint i = 0; i < self->n_hosts; i++)
    if (rush_manager_host_is_up (self, i))
      rooms[n_rooms++] = (RushHostRoom){
        .host = rush_topology_host (setup->topology, i)->name,
        .free_cores = rush_manager_free_cores (self, i),
        .free_bytes = rush_manager_free_bytes (self, i),
      };
  setup->listener->short_of_room (setup->listener_data, &setup->shape, container_bytes, n_missing,
                                  rooms, n_rooms, why);
}

/* ---- the driver ---- */

void
rush_manager_driver_outside (RushManagerBase *self, RushManagerAction registers)
{
  rush_manager_say (self, "Client", NULL, NULL,
                    "runs the driver on its own machine, outside of the cluster");
  self->driver.attempt = 1;
  rush_manager_after (self, rush_manager_message_us (self), registers, 1);
}

gint64
rush_whole_mib (const RushConf *conf, const char *key)
{
  return rush_conf_get_bytes (conf, key) / RUSH_MIB * RUSH_MIB;
}

gint64
rush_driver_overhead (const RushConf *conf, double default_factor)
{
  gboolean own = rush_conf_contains (conf, "spark.driver.memoryOverheadFactor");
  double factor =
      own ? rush_conf_get_double (conf, "spark.driver.memoryOverheadFactor") : default_factor;
  gint64 heap_mib = rush_conf_get_bytes (conf, "spark.driver.memory") / RUSH_MIB;

  if (rush_conf_contains (conf, "spark.driver.memoryOverhead"))
    return rush_whole_mib (conf, "spark.driver.memoryOverhead");
  return MAX ((gint64)(factor * (double)heap_mib) * RUSH_MIB,
              rush_whole_mib (conf, "spark.driver.minMemoryOverhead"));
}

void
rush_manager_place_driver (RushManagerBase *self, RushSimHost *host, guint cores, gint64 bytes)
{
  g_assert (self->driver.host == NULL);
  self->driver.host = host;
  self->driver.cores = cores;
  self->driver.bytes = bytes;
  self->driver.attempt++;
  rush_manager_take_room (self, host, cores, bytes);
}

gboolean
rush_manager_driver_is_on (const RushManagerBase *self, const RushSimHost *host)
{
  return self->driver.host == host;
}

void
rush_manager_leave_driver (RushManagerBase *self)
{
  if (self->driver.host == NULL)
    return;
  rush_manager_give_room (self, self->driver.host, self->driver.cores, self->driver.bytes);
  self->driver.host = NULL;
  self->driver.running = FALSE;
}

void
rush_manager_driver_lost (RushManagerBase *self, const char *reason, gboolean starts_again)
{
  const RushManagerSetup *setup = &self->manager.setup;

  if (self->ended)
    return;
  rush_manager_say (self, "Driver", NULL, NULL, "is gone: %s", reason);
  rush_manager_drop_grants (self);
  rush_manager_leave_driver (self);
  self->target = 0;
  self->ended = !starts_again;
  if (setup->listener->driver_gone != NULL)
    setup->listener->driver_gone (setup->listener_data, reason, starts_again);
}

void
rush_manager_driver_runs (RushManagerBase *self)
{
  const RushManagerSetup *setup = &self->manager.setup;

  self->driver.running = TRUE;
  if (self->driver.attempt == 1 && setup->cluster_mode && setup->listener->driver_runs != NULL)
    setup->listener->driver_runs (setup->listener_data);
  if (self->driver.attempt > 1 && setup->listener->driver_back != NULL)
    setup->listener->driver_back (setup->listener_data, self->driver.attempt);
}

/* ---- settings ---- */

static const struct
{
  const char *kind;
  const RushJsonFieldTable *table;
} tables[] = {
  { "standalone", &rush_standalone_settings },
  { "yarn", &rush_yarn_settings },
  { "kubernetes", &rush_kubernetes_settings },
  { "mesos", &rush_mesos_settings },
};

const RushJsonFieldTable *
rush_manager_settings (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    if (g_str_equal (tables[i].kind, kind))
      return tables[i].table;
  return NULL;
}

gboolean
rush_manager_read_settings (RushManagerBase *self, const RushJsonFieldTable *table, gpointer out,
                            GError **error)
{
  const RushJson *json = self->manager.setup.settings;

  self->common = out;
  if (json != NULL)
    return rush_json_fields_read (table, json, "manager", out, error);
  rush_json_fields_set_defaults (table, out);
  return TRUE;
}

gint64
rush_manager_us (double seconds)
{
  return MAX ((gint64)(seconds * G_USEC_PER_SEC + 0.5), 1);
}

/* ---- life ---- */

void
rush_manager_base_init (RushManagerBase *self, const RushClusterManagerClass *klass,
                        const RushManagerSetup *setup, gint64 first_number)
{
  self->manager.klass = klass;
  self->manager.setup = *setup;
  self->n_hosts = rush_topology_n_hosts (setup->topology);
  self->books = g_new0 (RushHostBooks, self->n_hosts);
  self->version = 1;
  self->grants = g_ptr_array_new_with_free_func (rush_grant_free);
  self->next_number = first_number;
  g_queue_init (&self->later);
}

void
rush_manager_base_clear (RushManagerBase *self)
{
  forget_later (self);
  g_free (self->app_id);
  g_free (self->books);
  g_ptr_array_unref (self->grants);
}
