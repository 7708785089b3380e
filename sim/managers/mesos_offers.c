/* mesos_offers.c - who is offered what, who takes it, and who is left alone for a while.
 *
 *     each second   is any agent free of its last "declined", with something left?     an offer
 *     round robin   host-0, host-1, … host-0 again: an executor each, while one fits and is wanted
 *     the rest      declined, for 5 s or for 120 s
 *
 * Mesos goes on offering for ever.  Here a round of offers is in the heap only if somebody would
 * take one of them: when an agent that has room is offered again.  If there is none, that is a
 * refusal.
 *
 * Mirrors: MesosCoarseGrainedSchedulerBackend.resourceOffers, canLaunchTask.
 */
#include "sim/managers/mesos_private.h"

#define DECLINED_US (5 * (gint64)G_USEC_PER_SEC)

/* ---- what an offer is good for ---- */

static guint
cores_left (const RushMesos *self)
{
  guint granted = self->base.cores_granted;

  return self->cores_max > granted ? self->cores_max - granted : 0;
}

/* Of the next executor on @host; 0: none. */
static guint
cores_on (const RushMesos *self, guint host)
{
  guint offered = rush_manager_free_cores (&self->base, host);

  return self->cores_each > 0 ? self->cores_each : MIN (offered, cores_left (self));
}

static gboolean
would_take (const RushMesos *self, guint host)
{
  guint cores = cores_on (self, host);

  return self->registered && cores > 0 && cores <= cores_left (self) &&
         rush_manager_fits (&self->base, host, cores, self->bytes) &&
         self->agents[host].n_failures < RUSH_MESOS_AGENT_FAILURES &&
         rush_manager_n_missing (&self->base) > 0;
}

static gboolean
is_offered (const RushMesos *self, guint host)
{
  return rush_manager_host_is_up (&self->base, host) &&
         self->agents[host].declined_until_us <= rush_manager_now_us (&self->base) &&
         rush_manager_free_cores (&self->base, host) > 0;
}

/* ---- offers ---- */

static void
launch (RushMesos *self, guint host)
{
  RushManagerBase *base = &self->base;
  RushSimHost *at = rush_topology_host (base->manager.setup.topology, host);
  char *task = g_strdup_printf ("task %" G_GINT64_FORMAT, base->next_number);
  RushGrant *grant = rush_manager_grant (base, at, cores_on (self, host), self->bytes, task);
  g_autofree char *cores = rush_format_counted (grant->seen.cores, "cpu");
  g_autofree char *bytes = rush_format_mib (self->bytes);

  rush_manager_say (base, "Driver", grant, at,
                    "accepts the offer of %s: executor %s as Mesos %s, %s and %s", at->name,
                    grant->seen.id, task, cores, bytes);
  rush_manager_launch (base, grant, rush_manager_message_us (base), NULL);
}

/* Round robin over the offers, an executor each, as long as any is taken. */
static void
accept_offers (RushMesos *self, const gboolean *offered, gboolean *used)
{
  gboolean launched = TRUE;

  while (launched)
    {
      launched = FALSE;
      for (guint i = 0; i < self->base.n_hosts; i++)
        if (offered[i] && would_take (self, i))
          {
            launch (self, i);
            used[i] = launched = TRUE;
          }
    }
}

static void
decline (RushMesos *self, guint host)
{
  gboolean full = rush_manager_n_missing (&self->base) > 0 && cores_left (self) == 0;
  gint64 now = rush_manager_now_us (&self->base);

  self->agents[host].declined_until_us = now + (full ? self->declined_full_us : DECLINED_US);
}

static void
refuse (RushMesos *self)
{
  RushManagerBase *base = &self->base;
  guint each = MAX (self->cores_each, 1);
  g_autofree char *cores = rush_format_counted (each, "free cpu");
  g_autofree char *bytes = rush_format_mib (self->bytes);
  g_autofree char *driver = rush_format_mib (self->driver_bytes);
  g_autofree char *why = NULL;

  if (self->driver_waits)
    {
      why = g_strdup_printf ("the driver waits for an offer of %u cpus and %s", self->driver_cores,
                             driver);
      rush_manager_refuse (base, self->driver_bytes, 1, why);
      return;
    }
  if (cores_left (self) < each)
    why = g_strdup_printf ("reached spark.cores.max: %u cpus, rounded down to a multiple of %u, of "
                           "which %u are given",
                           self->cores_max, each, base->cores_granted);
  else
    why = g_strdup_printf (
        "offers were declined due to unmet task launch constraints: none has %s and "
        "%s, on an agent with fewer than %d failures",
        cores, bytes, RUSH_MESOS_AGENT_FAILURES);
  rush_manager_refuse (base, self->bytes, rush_manager_n_missing (base), why);
}

static gboolean
anything_is_wanted (const RushMesos *self)
{
  return self->driver_waits || (self->registered && rush_manager_n_missing (&self->base) > 0);
}

static void
answer_offers (RushMesos *self)
{
  RushManagerBase *base = &self->base;
  g_autofree gboolean *offered = g_new0 (gboolean, base->n_hosts);
  g_autofree gboolean *used = g_new0 (gboolean, base->n_hosts);
  guint n_offered = 0, n_declined = 0;

  for (guint i = 0; i < base->n_hosts; i++)
    n_offered += offered[i] = is_offered (self, i);
  for (guint i = 0; i < base->n_hosts && self->driver_waits; i++)
    if (offered[i])
      used[i] = rush_mesos_start_driver (self, i);
  accept_offers (self, offered, used);
  for (guint i = 0; i < base->n_hosts; i++)
    if (offered[i] && !used[i])
      {
        decline (self, i);
        n_declined++;
      }
  if (n_declined > 0)
    rush_manager_say (base, "Driver", NULL, NULL, "declines %u of %u offers", n_declined,
                      n_offered);
}

static void
make_offers (RushManagerBase *base, gint64 unused)
{
  RushMesos *self = (RushMesos *)base;

  if (rush_manager_now_us (base) >= self->offers_at_us)
    self->offers_at_us = G_MAXINT64;
  if (!anything_is_wanted (self))
    return;
  answer_offers (self);
  if (anything_is_wanted (self))
    rush_mesos_expect_offers (self);
}

/* When the first agent that would serve is offered again; G_MAXINT64: there is none. */
static gint64
next_offer_us (const RushMesos *self)
{
  gint64 next = G_MAXINT64;

  for (guint i = 0; i < self->base.n_hosts; i++)
    if (self->driver_waits
            ? rush_manager_fits (&self->base, i, self->driver_cores, self->driver_bytes)
            : would_take (self, i))
      next = MIN (next, self->agents[i].declined_until_us);
  return next;
}

/* Offers that nobody would take are made all the time, and are not in the heap. */
void
rush_mesos_expect_offers (RushMesos *self)
{
  RushManagerBase *base = &self->base;
  gint64 now = rush_manager_now_us (base);
  gint64 next = next_offer_us (self);

  if (!anything_is_wanted (self))
    return;
  if (next == G_MAXINT64)
    {
      refuse (self);
      return;
    }
  gint64 at = now + rush_manager_until_us (base, 0, self->offer_interval_us);
  if (next > at)
    at = (next + self->offer_interval_us - 1) / self->offer_interval_us * self->offer_interval_us;
  if (at >= self->offers_at_us)
    return;
  self->offers_at_us = at;
  rush_manager_after (base, at - now, make_offers, 0);
}

void
rush_mesos_revive_offers (RushMesos *self)
{
  for (guint i = 0; i < self->base.n_hosts; i++)
    self->agents[i].declined_until_us = 0;
  rush_mesos_expect_offers (self);
}
