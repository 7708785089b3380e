/* topology.h - the machines: racks, hosts, what each has, and the wires between them.
 *
 *      rack 0 ── uplink ──┬── core ──┬── uplink ── rack 1
 *        │ host-0  host-1 │          │               │ host-2  host-3
 *        │  └ NIC   └ NIC                            …
 *
 * Host i stands in rack i × racks / hosts, so that neighbours share a rack.  A transfer takes the
 * narrowest link on its way at the moment when it starts: the disk on the same host, the receiver's
 * NIC in its own rack, NIC or uplink of the rack from another one.
 *
 * A rack may stand behind another one, whose uplink its transfers then take as well; that is where
 * racks make a tree, which must not be a ring.
 *
 * Ownership:  a topology owns its hosts and links; the heap outlives it.
 * Threads:    the simulation's.
 */
#pragma once

#include "sim/link.h"

typedef enum
{
  RUSH_DISTANCE_HOST, /* the same machine */
  RUSH_DISTANCE_RACK,
  RUSH_DISTANCE_ANY,
} RushDistance;

typedef struct
{
  guint index;
  char *name; /* "host-3" */
  char *rack; /* "rack-0" */
  guint rack_index;
  guint cores;
  gint64 memory_bytes;
  double cpu_speed; /* 1: as the cost model was measured */
  RushLink *nic;    /* receiving */
  RushLink *disk;
  guint n_running;    /* tasks, of all executors on it: the backend counts */
  gboolean alive;     /* the owner of the run says so, as the next */
  gboolean reachable; /* FALSE: cut off from the driver */
} RushSimHost;

/* A rack unlike the others. */
typedef struct
{
  const char *name;
  guint n_hosts;
  gint behind; /* the rack that its uplink goes to, a lower or a higher one; −1: the core */
  double uplink_bytes_per_s;
} RushRackShape;

/* What all hosts have alike, before a scenario's exceptions. */
typedef struct
{
  guint n_hosts, n_racks;
  const RushRackShape *racks; /* n_racks of them, with n_hosts in all; NULL: all alike */
  guint cores;
  gint64 memory_bytes;
  double cpu_speed;
  double nic_bytes_per_s, uplink_bytes_per_s, disk_bytes_per_s;
  double rack_latency_s, core_latency_s; /* there and back, within a rack and between two */
} RushTopologyShape;

typedef struct _RushTopology RushTopology;

RushTopology *rush_topology_new (RushEventHeap *heap, const RushTopologyShape *shape);
void rush_topology_free (RushTopology *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushTopology, rush_topology_free)
guint rush_topology_n_hosts (const RushTopology *self);
guint rush_topology_n_racks (const RushTopology *self);
RushSimHost *rush_topology_host (RushTopology *self, guint index);      /* (transfer none) */
RushSimHost *rush_topology_find (RushTopology *self, const char *name); /* NULL: none */
RushDistance rush_topology_distance (const RushSimHost *a, const RushSimHost *b);
double rush_topology_latency_s (const RushTopology *self, RushDistance distance);
/* The link of a transfer to @to from @distance away. (transfer none) */
RushLink *rush_topology_link (RushTopology *self, const RushSimHost *to, RushDistance distance);
RushLink *rush_topology_uplink (RushTopology *self, guint rack_index);
/* Does the way from @rack to the core lead through @other?  Also if they are the same. */
gboolean rush_topology_is_behind (const RushTopology *self, guint rack, guint other);
