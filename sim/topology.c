/* topology.c - machines in racks, and the two kinds of wires that a transfer may wait for.
 *
 * A transfer has one bottleneck.  Which one is asked when it starts: each link on its way would
 * give it bandwidth ÷ (flows + 1), and the one that would give least is the one it is put on:
 *
 *     from this host      the disk
 *     from this rack      the receiver's NIC
 *     from another rack   the receiver's NIC, or an uplink between its rack and the core
 *
 * Left out on purpose: the sender's NIC and uplink, which would need flows on several links at
 * once.  In a shuffle all hosts send and receive alike, so the receivers' wires are as busy as the
 * senders'; a single host that everybody reads from is where this is wrong.
 */
#include "sim/topology.h"

struct _RushTopology
{
  RushTopologyShape shape;
  RushSimHost *hosts;
  RushLink **uplinks;  /* by rack: what comes in */
  gint *behind;        /* by rack: the next one on the way to the core; −1: none */
  GHashTable *by_name; /* name → RushSimHost *, both (unowned): looked up, never walked */
};

guint
rush_topology_n_hosts (const RushTopology *self)
{
  return self->shape.n_hosts;
}

guint
rush_topology_n_racks (const RushTopology *self)
{
  return self->shape.n_racks;
}

RushSimHost *
rush_topology_host (RushTopology *self, guint index)
{
  g_return_val_if_fail (index < self->shape.n_hosts, NULL);

  return &self->hosts[index];
}

RushSimHost *
rush_topology_find (RushTopology *self, const char *name)
{
  return g_hash_table_lookup (self->by_name, name);
}

RushDistance
rush_topology_distance (const RushSimHost *a, const RushSimHost *b)
{
  if (a == b)
    return RUSH_DISTANCE_HOST;
  return a->rack_index == b->rack_index ? RUSH_DISTANCE_RACK : RUSH_DISTANCE_ANY;
}

double
rush_topology_latency_s (const RushTopology *self, RushDistance distance)
{
  switch (distance)
    {
    case RUSH_DISTANCE_HOST:
      return 0;
    case RUSH_DISTANCE_RACK:
      return self->shape.rack_latency_s;
    case RUSH_DISTANCE_ANY:
      return self->shape.core_latency_s;
    }
  g_return_val_if_reached (0);
}

static RushLink *
narrowest_from_core (RushTopology *self, const RushSimHost *to)
{
  RushLink *narrowest = to->nic;

  for (gint rack = (gint)to->rack_index; rack >= 0; rack = self->behind[rack])
    if (rush_link_next_share (self->uplinks[rack]) < rush_link_next_share (narrowest))
      narrowest = self->uplinks[rack];
  return narrowest;
}

RushLink *
rush_topology_link (RushTopology *self, const RushSimHost *to, RushDistance distance)
{
  switch (distance)
    {
    case RUSH_DISTANCE_HOST:
      return to->disk;
    case RUSH_DISTANCE_RACK:
      return to->nic;
    case RUSH_DISTANCE_ANY:
      return narrowest_from_core (self, to);
    }
  g_return_val_if_reached (NULL);
}

RushLink *
rush_topology_uplink (RushTopology *self, guint rack_index)
{
  g_return_val_if_fail (rack_index < self->shape.n_racks, NULL);

  return self->uplinks[rack_index];
}

gboolean
rush_topology_is_behind (const RushTopology *self, guint rack, guint other)
{
  for (gint at = (gint)rack; at >= 0; at = self->behind[at])
    if (at == (gint)other)
      return TRUE;
  return FALSE;
}

/* ---- life ---- */

void
rush_topology_free (RushTopology *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->shape.n_hosts; i++)
    {
      g_free (self->hosts[i].name);
      g_free (self->hosts[i].rack);
      rush_link_free (self->hosts[i].nic);
      rush_link_free (self->hosts[i].disk);
    }
  for (guint i = 0; i < self->shape.n_racks; i++)
    rush_link_free (self->uplinks[i]);
  g_hash_table_unref (self->by_name);
  g_free (self->behind);
  g_free (self->hosts);
  g_free (self->uplinks);
  g_free (self);
}

static void
set_up_host (RushTopology *self, RushEventHeap *heap, guint index, guint rack, const char *name)
{
  const RushTopologyShape *shape = &self->shape;
  RushSimHost *host = &self->hosts[index];

  *host = (RushSimHost){ .index = index,
                         .name = g_strdup_printf ("host-%u", index),
                         .rack = name != NULL ? g_strdup (name) : g_strdup_printf ("rack-%u", rack),
                         .rack_index = rack,
                         .cores = shape->cores,
                         .memory_bytes = shape->memory_bytes,
                         .cpu_speed = shape->cpu_speed,
                         .nic = rush_link_new (heap, shape->nic_bytes_per_s),
                         .disk = rush_link_new (heap, shape->disk_bytes_per_s),
                         .alive = TRUE,
                         .reachable = TRUE };
  g_hash_table_insert (self->by_name, host->name, host);
}

/* Racks that are all alike differ by one host at most. */
static void
set_up_alike (RushTopology *self, RushEventHeap *heap)
{
  const RushTopologyShape *shape = &self->shape;

  for (guint i = 0; i < shape->n_hosts; i++)
    set_up_host (self, heap, i, (guint)((guint64)i * shape->n_racks / shape->n_hosts), NULL);
  for (guint i = 0; i < shape->n_racks; i++)
    {
      self->uplinks[i] = rush_link_new (heap, shape->uplink_bytes_per_s);
      self->behind[i] = -1;
    }
}

static void
set_up_racks (RushTopology *self, RushEventHeap *heap)
{
  guint next = 0;

  for (guint i = 0; i < self->shape.n_racks; i++)
    {
      const RushRackShape *rack = &self->shape.racks[i];

      for (guint j = 0; j < rack->n_hosts; j++)
        set_up_host (self, heap, next++, i, rack->name);
      self->uplinks[i] = rush_link_new (heap, rack->uplink_bytes_per_s);
      self->behind[i] = rack->behind;
    }
  g_assert (next == self->shape.n_hosts);
}

RushTopology *
rush_topology_new (RushEventHeap *heap, const RushTopologyShape *shape)
{
  g_return_val_if_fail (shape->n_racks > 0 && shape->n_racks <= shape->n_hosts, NULL);

  RushTopology *self = g_new0 (RushTopology, 1);

  self->shape = *shape;
  self->hosts = g_new0 (RushSimHost, shape->n_hosts);
  self->uplinks = g_new0 (RushLink *, shape->n_racks);
  self->behind = g_new0 (gint, shape->n_racks);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  if (shape->racks != NULL)
    set_up_racks (self, heap);
  else
    set_up_alike (self, heap);
  self->shape.racks = NULL; /* the caller's */
  return self;
}
