/* kubernetes_pods.c - what the cluster does with pods: find a node, pull the image, lose the node.
 *
 * The scheduler takes the node that would have the largest share left, of cores and of memory on
 * average (LeastAllocated); chance decides between those that are alike.  So pods spread.  If no
 * node has both, the pod stays pending, and with it all that come after it, as they are as large:
 *
 *     0/4 nodes are available: 1 Insufficient cpu, 4 Insufficient memory.
 *
 * The first pod on a node waits for the image; others that come meanwhile wait for the same pull.
 *
 *     node:  alive ──silent for 40 s (node_grace)──▶ NotReady ──300 s (eviction)──▶ pods deleted
 *
 * Left out: the scores for topology spread and for nodes that have the image; other namespaces.
 * Mirrors: kube-scheduler's NodeResourcesFit, the node life-cycle controller, the kubelet.
 */
#include "sim/managers/kubernetes_private.h"

/* ---- which node ---- */

static gint64
score_of (const RushKubernetes *self, guint host, guint cores, gint64 bytes)
{
  const RushSimHost *at = rush_topology_host (self->base.manager.setup.topology, host);
  gint64 cores_left = rush_manager_free_cores (&self->base, host) - cores;
  gint64 bytes_left = rush_manager_free_bytes (&self->base, host) - bytes;

  return (cores_left * 100 / MAX (at->cores, 1) +
          (gint64)((double)bytes_left * 100 / (double)MAX (at->memory_bytes, 1))) /
         2;
}

/* NULL: none has room. @number: names the draw between equals. */
static RushSimHost *
choose_node (const RushKubernetes *self, guint cores, gint64 bytes, gint64 number)
{
  const RushManagerSetup *setup = &self->base.manager.setup;
  RushSimRandom random = rush_sim_random (setup->seed, "node among equals", number, 0, 0);
  gint64 best = -1;
  guint n_equal = 0, chosen = 0;

  for (guint i = 0; i < self->base.n_hosts; i++)
    {
      if (!rush_manager_fits (&self->base, i, cores, bytes))
        continue;
      gint64 score = score_of (self, i, cores, bytes);
      if (score > best)
        {
          best = score;
          n_equal = 0;
        }
      if (score == best && rush_sim_random_below (&random, ++n_equal) == 0)
        chosen = i;
    }
  return n_equal > 0 ? rush_topology_host (setup->topology, chosen) : NULL;
}

static void
refuse (RushKubernetes *self, guint cores, gint64 bytes, guint n_missing)
{
  RushManagerBase *base = &self->base;
  guint n_cpu = 0, n_memory = 0, n_gone = 0;
  g_autoptr (GString) why = g_string_new (NULL);

  for (guint i = 0; i < base->n_hosts; i++)
    if (!rush_manager_host_is_up (base, i))
      n_gone++;
    else
      {
        n_cpu += rush_manager_free_cores (base, i) < cores;
        n_memory += rush_manager_free_bytes (base, i) < bytes;
      }
  g_string_printf (why, "0/%u nodes are available:", base->n_hosts);
  if (n_cpu > 0)
    g_string_append_printf (why, " %u Insufficient cpu,", n_cpu);
  if (n_memory > 0)
    g_string_append_printf (why, " %u Insufficient memory,", n_memory);
  if (n_gone > 0)
    g_string_append_printf (
        why, " %u node(s) had untolerated taint(s) node.kubernetes.io/unreachable,", n_gone);
  g_string_overwrite (why, why->len - 1, ".");
  rush_manager_refuse (base, bytes, n_missing, why->str);
}

/* ---- binding ---- */

/* How long a pod on @host waits for its image from now on. */
static gint64
pull_image (RushKubernetes *self, RushSimHost *host)
{
  RushManagerBase *base = &self->base;
  gint64 now = rush_manager_now_us (base);
  gint64 *at = &self->image_at_us[host->index];

  if (*at == G_MAXINT64)
    {
      *at = now + rush_manager_draw_us (base, self->settings.image_pull, "image pull", host->index);
      if (*at > now)
        rush_manager_say (base, "kubelet", NULL, host, "pulls the image on %s: %.1f s", host->name,
                          (double)(*at - now) / G_USEC_PER_SEC);
    }
  return MAX (*at - now, 0);
}

static void
pod_is_ready (RushManagerBase *base, gint64 number)
{
  if (rush_manager_find (base, number) != NULL)
    rush_kubernetes_expect_round ((RushKubernetes *)base);
}

static gboolean
bind_driver (RushKubernetes *self)
{
  RushManagerBase *base = &self->base;
  RushSimHost *host =
      choose_node (self, self->driver_cores, self->driver_bytes, -(gint64)base->driver.attempt - 1);

  if (host == NULL)
    {
      refuse (self, self->driver_cores, self->driver_bytes, 1);
      return FALSE;
    }
  self->driver_unbound = FALSE;
  rush_manager_place_driver (base, host, self->driver_cores, self->driver_bytes);
  rush_manager_say (base, "kube-scheduler", NULL, host, "binds pod %s-driver to %s",
                    self->pod_prefix, host->name);
  rush_kubernetes_driver_bound (self, host, pull_image (self, host));
  return TRUE;
}

static gboolean
bind_pod (RushKubernetes *self, const RushUnboundPod *pod)
{
  RushManagerBase *base = &self->base;
  RushSimHost *host = choose_node (self, self->cores, self->bytes, pod->number);

  if (host == NULL)
    return FALSE;
  char *name = g_strdup_printf ("%s-exec-%" G_GINT64_FORMAT, self->pod_prefix, pod->number);
  base->next_number = pod->number; /* in their order: all are alike, so the oldest comes first */
  RushGrant *grant = rush_manager_grant (base, host, self->cores, self->bytes, name);

  grant->since_us = pod->since_us;
  rush_manager_say (base, "kube-scheduler", grant, host, "binds pod %s to %s", name, host->name);
  rush_manager_launch (base, grant, pull_image (self, host) + rush_manager_message_us (base),
                       pod_is_ready);
  return TRUE;
}

void
rush_kubernetes_bind (RushKubernetes *self)
{
  if (self->driver_unbound && !bind_driver (self))
    return;
  while (!g_queue_is_empty (&self->unbound))
    {
      if (!bind_pod (self, g_queue_peek_head (&self->unbound)))
        {
          refuse (self, self->cores, self->bytes, self->unbound.length);
          return;
        }
      g_free (g_queue_pop_head (&self->unbound));
    }
}

/* ---- nodes that are lost ---- */

static void
delete_pods (RushManagerBase *base, gint64 death)
{
  RushKubernetes *self = (RushKubernetes *)base;
  RushSimHost *host = rush_manager_write_off (base, death);

  if (host == NULL)
    return;
  g_autoptr (GArray) numbers = rush_manager_numbers_on (base, host);
  rush_manager_say (base, "node-controller", NULL, host, "deletes the pods of %s", host->name);
  for (guint i = 0; i < numbers->len; i++)
    {
      RushGrant *grant = rush_manager_find (base, g_array_index (numbers, gint64, i));

      if (grant == NULL)
        continue;
      g_autofree char *reason = g_strdup_printf (
          "The executor with id %s was deleted by a user or the framework.", grant->seen.id);
      rush_manager_gone (base, grant, reason, RUSH_EXIT_UNKNOWN, FALSE);
    }
  rush_kubernetes_expect_round (self);
}

static void
node_is_not_ready (RushManagerBase *base, gint64 death)
{
  RushKubernetes *self = (RushKubernetes *)base;
  RushSimHost *host = rush_manager_still_dead (base, death);

  if (host == NULL)
    return;
  rush_manager_say (base, "node-controller", NULL, host, "marks %s NotReady", host->name);
  rush_manager_after (base, rush_manager_us (self->settings.eviction_s), delete_pods, death);
}

void
rush_kubernetes_host_died (RushKubernetes *self, RushSimHost *host)
{
  gint64 death = rush_manager_host_died (&self->base, host);

  rush_manager_after (&self->base, rush_manager_us (self->settings.node_grace_s), node_is_not_ready,
                      death);
}

/* Its kubelet finds the containers ended, and does not start them again (restartPolicy: Never). */
void
rush_kubernetes_host_back (RushKubernetes *self, RushSimHost *host)
{
  RushManagerBase *base = &self->base;
  g_autoptr (GArray) numbers = rush_manager_numbers_on (base, host);

  rush_manager_host_came_back (base, host);
  rush_manager_say (base, "kubelet", NULL, host, "of %s is back", host->name);
  for (guint i = 0; i < numbers->len; i++)
    {
      RushGrant *grant = rush_manager_find (base, g_array_index (numbers, gint64, i));

      if (grant != NULL && !grant->ending)
        rush_kubernetes_pod_ended (self, grant, 255, "Unknown");
    }
  rush_kubernetes_bind (self);
}
