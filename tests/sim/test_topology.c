/* test_topology.c - where hosts stand, how far they are from each other, and which link a transfer
 * takes: the one that would give it least when it starts. */
#include "sim/topology.h"

typedef struct
{
  RushEventHeap *heap;
  RushTopology *topology;
} Site;

/* Five hosts in two racks; the uplink is as wide as two NICs. */
static void
site_set_up (Site *site, gconstpointer unused)
{
  RushTopologyShape shape = { .n_hosts = 5,
                              .n_racks = 2,
                              .cores = 8,
                              .memory_bytes = 1000,
                              .cpu_speed = 1.5,
                              .nic_bytes_per_s = 100,
                              .uplink_bytes_per_s = 200,
                              .disk_bytes_per_s = 50,
                              .rack_latency_s = 0.001,
                              .core_latency_s = 0.003 };

  site->heap = rush_event_heap_new (0);
  site->topology = rush_topology_new (site->heap, &shape);
}

static void
site_tear_down (Site *site, gconstpointer unused)
{
  rush_topology_free (site->topology);
  rush_event_heap_free (site->heap);
}

static void
test_hosts_and_racks (Site *site, gconstpointer unused)
{
  static const guint racks[] = { 0, 0, 0, 1, 1 };

  g_assert_cmpuint (rush_topology_n_hosts (site->topology), ==, 5);
  g_assert_cmpuint (rush_topology_n_racks (site->topology), ==, 2);
  for (guint i = 0; i < 5; i++)
    {
      RushSimHost *host = rush_topology_host (site->topology, i);

      g_assert_cmpuint (host->index, ==, i);
      g_assert_cmpuint (host->rack_index, ==, racks[i]);
      g_assert_cmpuint (host->cores, ==, 8);
      g_assert_cmpint (host->memory_bytes, ==, 1000);
      g_assert_cmpfloat (host->cpu_speed, ==, 1.5);
      g_assert_true (host->alive && host->reachable);
      g_assert_true (rush_topology_find (site->topology, host->name) == host);
    }
  g_assert_cmpstr (rush_topology_host (site->topology, 3)->name, ==, "host-3");
  g_assert_cmpstr (rush_topology_host (site->topology, 3)->rack, ==, "rack-1");
  g_assert_null (rush_topology_find (site->topology, "host-5"));
}

static void
test_distances (Site *site, gconstpointer unused)
{
  RushSimHost *a = rush_topology_host (site->topology, 0);
  RushSimHost *b = rush_topology_host (site->topology, 2);
  RushSimHost *c = rush_topology_host (site->topology, 4);

  g_assert_cmpint (rush_topology_distance (a, a), ==, RUSH_DISTANCE_HOST);
  g_assert_cmpint (rush_topology_distance (a, b), ==, RUSH_DISTANCE_RACK);
  g_assert_cmpint (rush_topology_distance (c, a), ==, RUSH_DISTANCE_ANY);
  g_assert_cmpfloat (rush_topology_latency_s (site->topology, RUSH_DISTANCE_HOST), ==, 0);
  g_assert_cmpfloat (rush_topology_latency_s (site->topology, RUSH_DISTANCE_RACK), ==, 0.001);
  g_assert_cmpfloat (rush_topology_latency_s (site->topology, RUSH_DISTANCE_ANY), ==, 0.003);
}

static void
nothing (gpointer data, gint64 argument)
{
}

static void
test_links (Site *site, gconstpointer unused)
{
  RushTopology *topology = site->topology;
  RushSimHost *to = rush_topology_host (topology, 3);
  RushLink *uplink = rush_topology_uplink (topology, 1);

  g_assert_true (rush_topology_link (topology, to, RUSH_DISTANCE_HOST) == to->disk);
  g_assert_true (rush_topology_link (topology, to, RUSH_DISTANCE_RACK) == to->nic);
  g_assert_true (uplink != rush_topology_uplink (topology, 0));

  /* Idle, the NIC is the narrower one: 100 against 200; so it is beside one other: 100, 200 ÷ 2. */
  g_assert_true (rush_topology_link (topology, to, RUSH_DISTANCE_ANY) == to->nic);
  rush_link_send (uplink, 1000, nothing, NULL, 0);
  g_assert_true (rush_topology_link (topology, to, RUSH_DISTANCE_ANY) == to->nic);
  /* 200 ÷ 3 */
  rush_link_send (uplink, 1000, nothing, NULL, 0);
  g_assert_true (rush_topology_link (topology, to, RUSH_DISTANCE_ANY) == uplink);
  /* Another host of the same rack waits for the same uplink, one of the other rack does not. */
  g_assert_true (
      rush_topology_link (topology, rush_topology_host (topology, 4), RUSH_DISTANCE_ANY) == uplink);
  RushSimHost *other = rush_topology_host (topology, 0);
  g_assert_true (rush_topology_link (topology, other, RUSH_DISTANCE_ANY) == other->nic);
  /* 100 ÷ 2 */
  rush_link_send (to->nic, 1000, nothing, NULL, 0);
  g_assert_true (rush_topology_link (topology, to, RUSH_DISTANCE_ANY) == to->nic);
}

/* Each rack has a host, and the racks differ by one host at most. */
static void
test_racks_are_even (void)
{
  g_autoptr (RushEventHeap) heap = rush_event_heap_new (0);

  for (guint n_hosts = 1; n_hosts <= 12; n_hosts++)
    for (guint n_racks = 1; n_racks <= n_hosts; n_racks++)
      {
        RushTopologyShape shape = { .n_hosts = n_hosts, .n_racks = n_racks };
        g_autoptr (RushTopology) topology = rush_topology_new (heap, &shape);
        guint counts[12] = { 0 };

        for (guint i = 0; i < n_hosts; i++)
          counts[rush_topology_host (topology, i)->rack_index]++;
        for (guint i = 0; i < n_racks; i++)
          g_assert_true (counts[i] == n_hosts / n_racks || counts[i] == n_hosts / n_racks + 1);
      }
}

/* b stands behind a, and a's uplink is the narrower one. */
static void
test_a_rack_behind_a_rack (void)
{
  g_autoptr (RushEventHeap) heap = rush_event_heap_new (0);
  const RushRackShape racks[] = { { "b", 1, 1, 90 }, { "a", 2, -1, 50 }, { "c", 1, -1, 80 } };
  RushTopologyShape shape = { .n_hosts = 4, .n_racks = 3, .racks = racks, .nic_bytes_per_s = 100 };
  g_autoptr (RushTopology) topology = rush_topology_new (heap, &shape);
  RushSimHost *in_b = rush_topology_host (topology, 0), *in_c = rush_topology_host (topology, 3);

  g_assert_cmpstr (in_b->rack, ==, "b");
  g_assert_cmpstr (rush_topology_host (topology, 2)->rack, ==, "a");
  g_assert_true (rush_topology_link (topology, in_b, RUSH_DISTANCE_ANY) ==
                 rush_topology_uplink (topology, 1));
  g_assert_true (rush_topology_link (topology, in_c, RUSH_DISTANCE_ANY) ==
                 rush_topology_uplink (topology, 2));
  g_assert_true (rush_topology_is_behind (topology, 0, 1));
  g_assert_true (rush_topology_is_behind (topology, 0, 0));
  g_assert_false (rush_topology_is_behind (topology, 1, 0));
  g_assert_false (rush_topology_is_behind (topology, 2, 1));
}

#define ADD(name)                                                                                  \
  g_test_add ("/sim/topology/" #name, Site, NULL, site_set_up, test_##name, site_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (hosts_and_racks);
  ADD (distances);
  ADD (links);
  g_test_add_func ("/sim/topology/racks_are_even", test_racks_are_even);
  g_test_add_func ("/sim/topology/a_rack_behind_a_rack", test_a_rack_behind_a_rack);
  return g_test_run ();
}
