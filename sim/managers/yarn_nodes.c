/* yarn_nodes.c - the ResourceManager: it gives out a container when a node with room says hello.
 *
 * A node sends a heartbeat a second, each at a moment of its own.  It brings the news of containers
 * that are over, and takes away what has been given out there: one container a heartbeat, for
 * requests that name no host (maximum-offswitch-assignments), which is why executors spread.
 *
 *     host-0   ·───────beat───────·───────beat───────·     1 container each
 *     host-1   ·────beat──────────·────beat──────────·
 *                                 └▶ the ApplicationMaster hears of them at its next poll
 *
 * Only heartbeats that bring or take something are in the heap: a node's is put there when a
 * request comes that would fit, and again as long as there is one.  Thousands of idle nodes cost
 * nothing.
 *
 *     queue:  a container is given out if used + container ≤ what one user may have of the queue
 *     memory: every 3 s a node looks what its containers really use, and kills who uses more
 *     node:   silent for 10 minutes, and its containers are over (-100, "lost node")
 *
 * Left out: localities, reservations, preemption by other queues, the virtual memory check.
 * Mirrors: Hadoop's CapacityScheduler, FairScheduler, NMLivelinessMonitor, ContainersMonitorImpl.
 */
#include "sim/managers/yarn_private.h"

static void node_beat (RushManagerBase *base, gint64 host);

/* ---- who could give what ---- */

static gboolean
queue_has (const RushYarn *self, gint64 bytes)
{
  return self->used_bytes + bytes <= self->queue_limit_bytes;
}

static gboolean
node_has (const RushYarn *self, guint host, const RushYarnAsk *ask)
{
  gboolean counted = self->settings.calculator == RUSH_YARN_BY_DOMINANT;

  return rush_manager_fits (&self->base, host, counted ? ask->cores : 0, ask->bytes);
}

static gboolean
could_give (const RushYarn *self, guint host)
{
  if (self->am_waits)
    return queue_has (self, self->am.bytes) && node_has (self, host, &self->am);
  return self->asked > 0 && queue_has (self, self->executor.bytes) &&
         node_has (self, host, &self->executor);
}

/* Whose fault it is: the queue's, if a node would have had the room. */
static gboolean
any_node_has (const RushYarn *self, const RushYarnAsk *ask)
{
  for (guint i = 0; i < self->base.n_hosts; i++)
    if (node_has (self, i, ask))
      return TRUE;
  return FALSE;
}

static void
refuse (RushYarn *self)
{
  RushManagerBase *base = &self->base;
  const RushYarnAsk *ask = self->am_waits ? &self->am : &self->executor;
  const char *what = self->am_waits ? "the ApplicationMaster waits: " : "";
  g_autofree char *bytes = rush_format_mib (ask->bytes);
  g_autofree char *limit = rush_format_mib (self->queue_limit_bytes);
  g_autofree char *used = rush_format_mib (self->used_bytes);
  g_autofree char *cluster = rush_format_mib (rush_yarn_cluster_bytes (self));
  g_autofree char *why = NULL;

  if (any_node_has (self, ask))
    why = g_strdup_printf ("%squeue %s lets one user have %s of the cluster's %s, and %s are used",
                           what, self->queue_name, limit, cluster, used);
  else if (self->settings.calculator == RUSH_YARN_BY_DOMINANT)
    why = g_strdup_printf ("%sno node has %s and %u vcores free", what, bytes, ask->cores);
  else
    why = g_strdup_printf ("%sno node has %s free", what, bytes);
  rush_manager_refuse (base, ask->bytes, self->am_waits ? 1 : self->asked, why);
}

/* ---- heartbeats ---- */

static void
expect_beat (RushYarn *self, guint host)
{
  RushManagerBase *base = &self->base;
  RushSimRandom random = rush_sim_random (base->manager.setup.seed, "node heartbeat", host, 0, 0);
  gint64 period = rush_manager_us (self->settings.node_heartbeat_s);

  if (self->beating[host])
    return;
  self->beating[host] = TRUE;
  self->n_beating++;
  rush_manager_after (base,
                      rush_manager_until_us (
                          base, (gint64)rush_sim_random_below (&random, (guint64)period), period),
                      node_beat, host);
}

void
rush_yarn_nodes_look (RushYarn *self)
{
  for (guint i = 0; i < self->base.n_hosts; i++)
    if (could_give (self, i))
      expect_beat (self, i);
  if (self->n_beating == 0 && (self->am_waits || self->asked > 0))
    refuse (self);
}

void
rush_yarn_nodes_report (RushYarn *self, const RushSimHost *host)
{
  expect_beat (self, host->index);
}

void
rush_yarn_nodes_free (RushYarn *self, gint64 bytes)
{
  g_assert (self->used_bytes >= bytes);
  self->used_bytes -= bytes;
}

/* What has ended on @host is news to the ResourceManager, and soon to the ApplicationMaster. */
static void
hear_of_ends (RushYarn *self, const RushSimHost *host)
{
  g_autoptr (GArray) numbers = rush_manager_numbers_on (&self->base, host);

  for (guint i = 0; i < numbers->len; i++)
    {
      gint64 number = g_array_index (numbers, gint64, i);
      RushGrant *grant = rush_manager_find (&self->base, number);

      if (!grant->ending || grant->stage == RUSH_YARN_COMPLETED)
        continue;
      grant->stage = RUSH_YARN_COMPLETED;
      g_array_append_val (self->completed, number);
      rush_yarn_am_expect (self);
    }
}

static void
give_container (RushYarn *self, RushSimHost *host)
{
  RushManagerBase *base = &self->base;
  const char *after_kind = base->app_id + strlen ("application_");
  char *container = g_strdup_printf ("container_%s_%02u_%06" G_GINT64_FORMAT, after_kind,
                                     base->driver.attempt, base->next_number + 1);
  RushGrant *grant =
      rush_manager_grant (base, host, self->executor.cores, self->executor.bytes, container);
  g_autofree char *bytes = rush_format_mib (self->executor.bytes);
  g_autofree char *cores = rush_format_counted (self->executor.cores, "vcore");

  self->asked--;
  self->used_bytes += self->executor.bytes;
  rush_manager_say (base, "ResourceManager", grant, host, "allocates %s of %s and %s on %s",
                    container, bytes, cores, host->name);
  rush_yarn_am_expect (self);
}

static void
give_am (RushYarn *self, RushSimHost *host)
{
  self->am_waits = FALSE;
  self->used_bytes += self->am.bytes;
  rush_manager_place_driver (&self->base, host, self->am.cores, self->am.bytes);
  rush_yarn_am_given (self, host);
}

static void
node_beat (RushManagerBase *base, gint64 index)
{
  RushYarn *self = (RushYarn *)base;
  guint host = (guint)index;
  RushSimHost *at = rush_topology_host (base->manager.setup.topology, host);

  self->beating[host] = FALSE;
  self->n_beating--;
  if (rush_manager_host_is_up (base, host))
    {
      hear_of_ends (self, at);
      for (gint64 i = 0; i < self->settings.containers_per_heartbeat && could_give (self, host);
           i++)
        if (self->am_waits)
          give_am (self, at);
        else
          give_container (self, at);
      if (could_give (self, host))
        expect_beat (self, host);
    }
  if (self->n_beating == 0 && (self->am_waits || self->asked > 0))
    refuse (self);
}

/* ---- memory ---- */

/* "1.6 GB", as Hadoop writes it: powers of 1,024, one decimal. */
static char *
hadoop_size (gint64 bytes)
{
  static const char *const units[] = { "B", "KB", "MB", "GB", "TB" };
  double size = (double)bytes;
  guint unit = 0;

  while (size >= 1024 && unit + 1 < G_N_ELEMENTS (units))
    {
      size /= 1024;
      unit++;
    }
  return g_strdup_printf ("%.1f %s", size, units[unit]);
}

static void
check_memory (RushManagerBase *base, gint64 number)
{
  RushYarn *self = (RushYarn *)base;
  RushGrant *grant = rush_manager_find (base, number);

  if (grant == NULL || grant->ending || grant->used_bytes <= grant->seen.container_bytes ||
      !rush_manager_host_is_up (base, grant->seen.host->index))
    return;
  g_autofree char *used = hadoop_size (grant->used_bytes);
  g_autofree char *limit = hadoop_size (grant->seen.container_bytes);
  g_autofree char *diagnostics = g_strdup_printf ("%s of %s physical memory used", used, limit);

  rush_manager_end (grant, RUSH_YARN_BEYOND_MEMORY, diagnostics);
  rush_manager_say (base, "NodeManager", grant, grant->seen.host,
                    "kills %s, which is running beyond physical memory limits: %s",
                    grant->seen.container, diagnostics);
  rush_yarn_nodes_report (self, grant->seen.host);
  rush_manager_killed (base, number);
}

void
rush_yarn_nodes_memory_used (RushYarn *self, RushGrant *grant, gint64 used_bytes)
{
  gboolean was_beyond = grant->used_bytes > grant->seen.container_bytes;

  grant->used_bytes = used_bytes;
  if (used_bytes <= grant->seen.container_bytes || was_beyond)
    return;
  rush_manager_after (
      &self->base,
      rush_manager_until_us (&self->base, 0, rush_manager_us (self->settings.memory_check_s)),
      check_memory, grant->number);
}

/* ---- nodes that are lost ---- */

static void
lose_node (RushYarn *self, RushSimHost *host, const char *why)
{
  RushManagerBase *base = &self->base;
  g_autoptr (GArray) numbers = rush_manager_numbers_on (base, host);

  rush_manager_say (base, "ResourceManager", NULL, host, "takes %s for lost: %s", host->name, why);
  for (guint i = 0; i < numbers->len; i++)
    {
      RushGrant *grant = rush_manager_find (base, g_array_index (numbers, gint64, i));

      if (!grant->ending)
        rush_manager_end (grant, RUSH_YARN_LOST_NODE, "Container released on a *lost* node");
    }
  hear_of_ends (self, host);
  if (self->am_lost_host == host)
    rush_yarn_am_expire (self);
}

static void
node_expired (RushManagerBase *base, gint64 death)
{
  RushYarn *self = (RushYarn *)base;
  RushSimHost *host = rush_manager_write_off (base, death);

  if (host == NULL)
    return;
  g_autofree char *why = g_strdup_printf ("no heartbeat for %" G_GINT64_FORMAT " s",
                                          (gint64)self->settings.node_expiry_s);
  lose_node (self, host, why);
}

void
rush_yarn_nodes_host_died (RushYarn *self, RushSimHost *host)
{
  gint64 death = rush_manager_host_died (&self->base, host);

  rush_manager_after (&self->base, rush_manager_us (self->settings.node_expiry_s), node_expired,
                      death);
}

void
rush_yarn_nodes_host_back (RushYarn *self, RushSimHost *host)
{
  if (!self->base.books[host->index].written_off)
    lose_node (self, host, "it has started again");
  rush_manager_host_came_back (&self->base, host);
  rush_manager_say (&self->base, "ResourceManager", NULL, host, "registers node %s", host->name);
  rush_yarn_nodes_look (self);
}
