/* test_link.c - who shares a link, and when each is done: to the microsecond, worked out by hand.
 * */
#include "sim/link.h"
#include "sim/sim_random.h"

#include <math.h>

typedef struct
{
  RushEventHeap *heap;
  RushLink *link; /* 100 bytes a second */
  GString *story; /* "1@2.000000 " …: flow 1 was over after 2 s */
} Wire;

static void
over (gpointer data, gint64 flow)
{
  Wire *wire = data;

  g_string_append_printf (wire->story, "%" G_GINT64_FORMAT "@%.6f ", flow,
                          (double)rush_event_heap_now_us (wire->heap) / G_USEC_PER_SEC);
}

static void
wire_set_up (Wire *wire, gconstpointer unused)
{
  wire->heap = rush_event_heap_new (0);
  wire->link = rush_link_new (wire->heap, 100);
  wire->story = g_string_new (NULL);
}

static void
wire_tear_down (Wire *wire, gconstpointer unused)
{
  g_string_free (wire->story, TRUE);
  rush_link_free (wire->link);
  rush_event_heap_free (wire->heap);
}

static guint64
send (Wire *wire, double bytes, gint64 flow)
{
  return rush_link_send (wire->link, bytes, over, wire, flow);
}

static void
nothing (gpointer data, gint64 argument)
{
}

/* Runs until @second, and stands there. */
static void
until (Wire *wire, double second)
{
  gint64 us = (gint64)(second * G_USEC_PER_SEC);

  rush_event_heap_put (wire->heap, us - rush_event_heap_now_us (wire->heap), nothing, NULL, 0);
  while (rush_event_heap_next_us (wire->heap) <= us)
    rush_event_heap_step (wire->heap);
}

static void
to_the_end (Wire *wire)
{
  while (rush_event_heap_step (wire->heap))
    ;
}

static void
test_alone (Wire *wire, gconstpointer unused)
{
  g_assert_cmpuint (send (wire, 250, 1), !=, 0);
  g_assert_cmpuint (rush_link_n_flows (wire->link), ==, 1);
  to_the_end (wire);
  g_assert_cmpstr (wire->story->str, ==, "1@2.500000 ");
  g_assert_cmpuint (rush_link_n_flows (wire->link), ==, 0);
}

/* 0–1 s: 1 gets 100.  1–3 s: both get 100.  At 3 s flow 1 has its 200, flow 2 has 100 of 300. */
static void
test_one_joins (Wire *wire, gconstpointer unused)
{
  send (wire, 200, 1);
  until (wire, 1);
  send (wire, 300, 2);
  g_assert_cmpfloat (rush_link_next_share (wire->link), ==, 100.0 / 3);
  to_the_end (wire);
  g_assert_cmpstr (wire->story->str, ==, "1@3.000000 2@5.000000 ");
  g_assert_cmpfloat (rush_link_bytes_sent (wire->link), ==, 500);
}

/* Sizes 30, 60, 90 at 100 a second: 3 × 30 bytes in 0.9 s, 2 × 30 in 0.6 s, 30 in 0.3 s. */
static void
test_three_at_once (Wire *wire, gconstpointer unused)
{
  send (wire, 90, 3);
  send (wire, 30, 1);
  send (wire, 60, 2);
  to_the_end (wire);
  g_assert_cmpstr (wire->story->str, ==, "1@0.900000 2@1.500000 3@1.800000 ");
}

static void
test_equal_flows_end_in_their_order (Wire *wire, gconstpointer unused)
{
  for (gint64 i = 0; i < 4; i++)
    send (wire, 25, i);
  to_the_end (wire);
  g_assert_cmpstr (wire->story->str, ==, "0@1.000000 1@1.000000 2@1.000000 3@1.000000 ");
}

/* Three thirds of a microsecond each would be 3 µs if each end were rounded up before the next. */
static void
test_ends_between_microseconds (Wire *wire, gconstpointer unused)
{
  rush_link_set_bandwidth (wire->link, 3e6);
  for (gint64 i = 1; i <= 3; i++)
    send (wire, 0.5 * (double)i, i); /* 0.5, 0.5 + 0.333, 0.833 + 0.167 = 1 µs */
  to_the_end (wire);
  g_assert_cmpstr (wire->story->str, ==, "1@0.000001 2@0.000001 3@0.000001 ");
}

static void
test_no_bytes (Wire *wire, gconstpointer unused)
{
  send (wire, 100, 1);
  send (wire, 0, 2);
  g_assert_cmpstr (wire->story->str, ==, ""); /* it is told from the heap, as all others are */
  to_the_end (wire);
  g_assert_cmpstr (wire->story->str, ==, "2@0.000000 1@1.000000 ");
}

/* Until 1 s each has 50; flow 1 then has the link alone: 150 more in 1.5 s. */
static void
test_give_up (Wire *wire, gconstpointer unused)
{
  guint64 second;

  send (wire, 200, 1);
  second = send (wire, 200, 2);
  until (wire, 1);
  g_assert_true (rush_link_give_up (wire->link, second));
  g_assert_false (rush_link_give_up (wire->link, second));
  to_the_end (wire);
  g_assert_cmpstr (wire->story->str, ==, "1@2.500000 ");
  g_assert_cmpfloat_with_epsilon (rush_link_bytes_sent (wire->link), 250, 1e-9);
}

static void
test_give_up_what_is_over (Wire *wire, gconstpointer unused)
{
  guint64 flow = send (wire, 100, 1);

  to_the_end (wire);
  g_assert_false (rush_link_give_up (wire->link, flow));
  g_assert_false (rush_link_give_up (wire->link, 0));
  g_assert_cmpstr (wire->story->str, ==, "1@1.000000 ");
}

typedef struct
{
  Wire *wire;
  guint64 other;
} Rivals;

static void
give_up_other (gpointer data, gint64 flow)
{
  Rivals *rivals = data;

  over (rivals->wire, flow);
  g_assert_true (rush_link_give_up (rivals->wire->link, rivals->other));
}

/* Both end at once; the first one's end gives the second one up before it was told. */
static void
test_give_up_at_the_very_end (Wire *wire, gconstpointer unused)
{
  Rivals rivals = { .wire = wire };

  rush_link_send (wire->link, 50, give_up_other, &rivals, 1);
  rivals.other = send (wire, 50, 2);
  send (wire, 60, 3);
  to_the_end (wire);
  g_assert_cmpstr (wire->story->str, ==, "1@1.500000 3@1.600000 ");
}

static void
send_another (gpointer data, gint64 left)
{
  Wire *wire = data;

  over (wire, left);
  if (left > 0)
    rush_link_send (wire->link, 100, send_another, wire, left - 1);
}

static void
test_the_end_of_one_starts_another (Wire *wire, gconstpointer unused)
{
  rush_link_send (wire->link, 100, send_another, wire, 3);
  to_the_end (wire);
  g_assert_cmpstr (wire->story->str, ==, "3@1.000000 2@2.000000 1@3.000000 0@4.000000 ");
}

/* 100 bytes in the first second, none for two, the other 100 at half the speed. */
static void
test_bandwidth_changes (Wire *wire, gconstpointer unused)
{
  send (wire, 200, 1);
  until (wire, 1);
  rush_link_set_bandwidth (wire->link, 0);
  send (wire, 10, 2);
  until (wire, 3);
  g_assert_cmpstr (wire->story->str, ==, "");
  g_assert_cmpfloat (rush_link_bytes_sent (wire->link), ==, 100);
  rush_link_set_bandwidth (wire->link, 50);
  g_assert_cmpfloat (rush_link_bandwidth (wire->link), ==, 50);
  to_the_end (wire);
  g_assert_cmpstr (wire->story->str, ==, "2@3.400000 1@5.200000 ");
}

static void
test_cut_for_ever (Wire *wire, gconstpointer unused)
{
  rush_link_set_bandwidth (wire->link, 0);
  send (wire, 10, 1);
  to_the_end (wire);
  g_assert_cmpstr (wire->story->str, ==, "");
  g_assert_cmpuint (rush_link_n_flows (wire->link), ==, 1);
}

static void
test_freed_with_flows (Wire *wire, gconstpointer unused)
{
  send (wire, 10, 1);
  rush_link_free (g_steal_pointer (&wire->link));
  to_the_end (wire);
  g_assert_cmpstr (wire->story->str, ==, "");
  g_assert_cmpuint (rush_event_heap_size (wire->heap), ==, 0);
}

/* The slow way, which touches every flow at every end: what the fast one must come to. */
enum
{
  N_FLOWS = 300
};

static void
work_out_slowly (const double *starts, const double *bytes, double bandwidth, double *out_ends)
{
  double left[N_FLOWS], now = 0;
  guint n_over = 0;

  for (guint i = 0; i < N_FLOWS; i++)
    {
      left[i] = bytes[i];
      out_ends[i] = -1;
    }
  while (n_over < N_FLOWS)
    {
      guint active = 0, first = 0;
      double next_start = G_MAXDOUBLE, least = G_MAXDOUBLE;

      for (guint i = 0; i < N_FLOWS; i++)
        if (starts[i] > now)
          next_start = MIN (next_start, starts[i]);
        else if (out_ends[i] < 0)
          {
            active++;
            if (left[i] < least)
              {
                least = left[i];
                first = i;
              }
          }
      double end = active > 0 ? now + least * active / bandwidth : G_MAXDOUBLE;
      double step = (MIN (end, next_start) - now) * bandwidth / active;
      for (guint i = 0; i < N_FLOWS && active > 0; i++)
        if (starts[i] <= now && out_ends[i] < 0)
          left[i] -= step;
      now = MIN (end, next_start);
      if (end <= next_start)
        {
          out_ends[first] = now;
          n_over++;
        }
    }
}

typedef struct
{
  RushEventHeap *heap;
  RushLink *link;
  double bytes[N_FLOWS];
  double ends[N_FLOWS];
} Crowd;

static void
note_end (gpointer data, gint64 i)
{
  Crowd *crowd = data;

  crowd->ends[i] = (double)rush_event_heap_now_us (crowd->heap) / G_USEC_PER_SEC;
}

static void
start_one (gpointer data, gint64 i)
{
  Crowd *crowd = data;

  rush_link_send (crowd->link, crowd->bytes[i], note_end, crowd, i);
}

static void
test_a_crowd (void)
{
  RushEventHeap *heap = rush_event_heap_new (0);
  Crowd crowd = { .heap = heap, .link = rush_link_new (heap, 1000) };
  RushSimRandom random = rush_sim_random (1, "crowd", 0, 0, 0);
  double starts[N_FLOWS], ends[N_FLOWS];

  for (guint i = 0; i < N_FLOWS; i++)
    {
      gint64 start_us = (gint64)rush_sim_random_below (&random, 20 * G_USEC_PER_SEC);

      starts[i] = (double)start_us / G_USEC_PER_SEC;
      crowd.bytes[i] = rush_sim_random_uniform (&random) * 120;
      rush_event_heap_put (heap, start_us, start_one, &crowd, i);
    }
  while (rush_event_heap_step (heap))
    ;
  work_out_slowly (starts, crowd.bytes, 1000, ends);
  for (guint i = 0; i < N_FLOWS; i++)
    g_assert_true (crowd.ends[i] >= ends[i] - 1e-9 && crowd.ends[i] < ends[i] + 1.001e-6);
  rush_link_free (crowd.link);
  rush_event_heap_free (heap);
}

/* A hundred thousand at once: each comes and goes in steps of the logarithm. */
static void
test_many (Wire *wire, gconstpointer unused)
{
  guint n = 100000;

  for (guint i = 0; i < n; i++)
    rush_link_send (wire->link, 1 + (double)(i % 1000), nothing, NULL, 0);
  to_the_end (wire);
  g_assert_cmpfloat_with_epsilon (rush_link_bytes_sent (wire->link), 500.5 * n, 1);
  g_assert_cmpint (rush_event_heap_now_us (wire->heap), ==, 500500 * G_GINT64_CONSTANT (1000000));
}

#define ADD(name)                                                                                  \
  g_test_add ("/sim/link/" #name, Wire, NULL, wire_set_up, test_##name, wire_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (alone);
  ADD (one_joins);
  ADD (three_at_once);
  ADD (equal_flows_end_in_their_order);
  ADD (ends_between_microseconds);
  ADD (no_bytes);
  ADD (give_up);
  ADD (give_up_what_is_over);
  ADD (give_up_at_the_very_end);
  ADD (the_end_of_one_starts_another);
  ADD (bandwidth_changes);
  ADD (cut_for_ever);
  ADD (freed_with_flows);
  g_test_add_func ("/sim/link/a_crowd", test_a_crowd);
  ADD (many);
  return g_test_run ();
}
