/* kubernetes_rounds.c - how many pods to ask for now.
 *
 *     missing   wanted − pods that are there, pending ones among them
 *     asked     min (missing, batch.size, maxPendingPods − pending, what the quota leaves)
 *
 *     second   0    1    2    3             (batch.size 5; Spark 4.3 asks for 20 at once)
 *     asked    5    5    5    3     of 18
 *
 * Too many pods, as the application wants fewer than a while ago: pending ones are deleted if they
 * are older than spark.dynamicAllocation.executorIdleTimeout; those that run are the application's
 * affair.
 *
 * A round is in the heap only if something may be asked for: after the last one that did not ask
 * for all, when a pod has become ready or is gone, when more are wanted.
 *
 * Mirrors: ExecutorPodsAllocator.onNewSnapshots.
 */
#include "sim/managers/kubernetes_private.h"

/* ---- what is there ---- */

guint
rush_kubernetes_n_pods (const RushKubernetes *self)
{
  guint n = self->unbound.length;

  for (guint i = 0; i < self->base.grants->len; i++)
    n += !((RushGrant *)self->base.grants->pdata[i])->ending;
  return n;
}

guint
rush_kubernetes_n_pending (const RushKubernetes *self)
{
  guint n = self->unbound.length;

  for (guint i = 0; i < self->base.grants->len; i++)
    {
      const RushGrant *grant = self->base.grants->pdata[i];

      n += !grant->ending && !grant->ready;
    }
  return n;
}

/* How many more pods the quota of the namespace allows. */
static guint
quota_left (const RushKubernetes *self)
{
  const RushManagerBase *base = &self->base;
  guint n = rush_kubernetes_n_pods (self);
  gint64 bytes = self->settings.quota_bytes - base->driver.bytes - n * self->bytes;
  gint64 cores = self->settings.quota_cores - base->driver.cores - (gint64)n * self->cores;
  gint64 by_bytes = self->settings.quota_bytes < 0 ? G_MAXUINT : MAX (bytes, 0) / self->bytes;
  gint64 by_cores = self->settings.quota_cores < 0 ? G_MAXUINT : MAX (cores, 0) / self->cores;

  return (guint)MIN (MIN (by_bytes, by_cores), (gint64)G_MAXUINT);
}

/* ---- rounds ---- */

static void
refuse_for_quota (RushKubernetes *self, guint n_missing)
{
  RushManagerBase *base = &self->base;
  guint n = rush_kubernetes_n_pods (self);
  g_autoptr (GString) why = g_string_new (NULL);

  g_string_printf (why, "pods \"%s-exec-%" G_GINT64_FORMAT "\" is forbidden: exceeded quota",
                   self->pod_prefix, self->next_pod);
  if (self->settings.quota_bytes >= 0)
    g_string_append_printf (
        why,
        ", requested: memory=%" G_GINT64_FORMAT "Mi, used: memory=%" G_GINT64_FORMAT
        "Mi, limited: memory=%" G_GINT64_FORMAT "Mi",
        self->bytes / RUSH_MIB, (base->driver.bytes + n * self->bytes) / RUSH_MIB,
        self->settings.quota_bytes / RUSH_MIB);
  if (self->settings.quota_cores >= 0)
    g_string_append_printf (
        why, ", requested: cpu=%u, used: cpu=%u, limited: cpu=%" G_GINT64_FORMAT, self->cores,
        base->driver.cores + n * self->cores, self->settings.quota_cores);
  rush_manager_refuse (base, self->bytes, n_missing, why->str);
}

static void
create_pods (RushKubernetes *self, guint n)
{
  RushManagerBase *base = &self->base;
  g_autofree char *bytes = rush_format_mib (self->bytes);
  g_autofree char *cores = rush_format_counted (self->cores, "core");
  g_autofree char *pods = rush_format_counted (n, "pod");

  rush_manager_say (base, "Driver", NULL, NULL, "asks for %s of %s and %s: %u of %u are there",
                    pods, bytes, cores, rush_kubernetes_n_pods (self), base->target);
  for (guint i = 0; i < n; i++)
    {
      RushUnboundPod *pod = g_new (RushUnboundPod, 1);

      *pod = (RushUnboundPod){ self->next_pod++, rush_manager_now_us (base) };
      g_queue_push_tail (&self->unbound, pod);
    }
}

/* Pods that are pending and not wanted any more, if they are older than the idle timeout. */
static void
delete_excess (RushKubernetes *self)
{
  RushManagerBase *base = &self->base;
  gint64 excess = (gint64)rush_kubernetes_n_pods (self) - base->target;
  gint64 before_us = rush_manager_now_us (base) - self->idle_timeout_us;
  guint n_deleted = 0;

  while (excess > 0 && !g_queue_is_empty (&self->unbound) &&
         ((RushUnboundPod *)g_queue_peek_head (&self->unbound))->since_us < before_us)
    {
      g_free (g_queue_pop_head (&self->unbound));
      n_deleted++;
      excess--;
    }
  for (guint i = base->grants->len; i-- > 0 && excess > 0;)
    {
      RushGrant *grant = base->grants->pdata[i];

      if (grant->ready || grant->ending || grant->since_us >= before_us)
        continue;
      rush_manager_gone (base, grant, "not wanted any more", RUSH_EXIT_UNKNOWN, FALSE);
      n_deleted++;
      excess--;
    }
  if (n_deleted > 0)
    rush_manager_say (base, "Driver", NULL, NULL, "Deleting %u excess pod requests", n_deleted);
}

static void
round_of_requests (RushManagerBase *base, gint64 unused)
{
  RushKubernetes *self = (RushKubernetes *)base;

  if (rush_manager_now_us (base) >= self->round_at_us)
    self->round_at_us = G_MAXINT64;
  if (!self->allocating)
    return;
  delete_excess (self);

  guint there = rush_kubernetes_n_pods (self), pending = rush_kubernetes_n_pending (self);
  guint missing = base->target > there ? base->target - there : 0;
  guint slots = self->max_pending > pending ? self->max_pending - pending : 0;
  guint allowed = quota_left (self);
  guint n = MIN (MIN (missing, self->batch_size), MIN (slots, allowed));

  if (n > 0)
    create_pods (self, n);
  if (n < missing && allowed == n)
    refuse_for_quota (self, missing - n);
  rush_kubernetes_bind (self);
  if (n > 0 && n < missing)
    rush_kubernetes_expect_round (self);
}

void
rush_kubernetes_round_after (RushKubernetes *self, gint64 delay_us)
{
  gint64 at = rush_manager_now_us (&self->base) + delay_us;

  if (!self->allocating || at >= self->round_at_us)
    return;
  self->round_at_us = at;
  rush_manager_after (&self->base, delay_us, round_of_requests, 0);
}

void
rush_kubernetes_expect_round (RushKubernetes *self)
{
  rush_kubernetes_round_after (
      self, rush_manager_until_us (&self->base, self->start_us, self->batch_delay_us));
}

void
rush_kubernetes_look_for_excess (RushKubernetes *self)
{
  rush_manager_after (&self->base, self->idle_timeout_us + 1, round_of_requests, 0);
}
