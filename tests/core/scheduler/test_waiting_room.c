/* test_waiting_room.c - who waits is counted until he has left; the loop is idle in between. */
#include "core/scheduler/driver_loop.h"
#include "core/scheduler/waiting_room.h"

#include <stdatomic.h>

static void
count_change (gpointer n)
{
  ++*(guint *)n;
}

static void
test_patient_while_somebody_waits (void)
{
  guint n_changes = 0;
  RushWaitingRoom *room = rush_waiting_room_new (count_change, &n_changes);
  RushAwaited job = { .room = room };

  g_assert_false (rush_waiting_room_is_patient (room));
  rush_awaited_enter (&job);
  g_assert_true (rush_waiting_room_is_patient (room));
  g_assert_cmpuint (n_changes, ==, 1);
  rush_awaited_leave (&job);
  g_assert_false (rush_waiting_room_is_patient (room));
  rush_waiting_room_free (room);
}

static void
test_who_is_called_holds_time_until_he_has_left (void)
{
  guint n_changes = 0;
  RushWaitingRoom *room = rush_waiting_room_new (count_change, &n_changes);
  RushAwaited first = { .room = room }, second = { .room = room };

  rush_awaited_enter (&first);
  rush_awaited_enter (&second);
  rush_awaited_happen (&first);
  g_assert_false (rush_waiting_room_is_patient (room));
  rush_awaited_leave (&first);
  g_assert_true (rush_waiting_room_is_patient (room));
  /* Who comes after it has happened is as good as called. */
  rush_awaited_enter (&first);
  g_assert_false (rush_waiting_room_is_patient (room));
  rush_awaited_leave (&first);
  rush_awaited_leave (&second);
  g_assert_false (rush_waiting_room_is_patient (room));
  rush_waiting_room_free (room);
}

static void
test_without_a_room (void)
{
  RushAwaited job = { 0 };

  rush_awaited_enter (&job);
  rush_awaited_happen (&job);
  rush_awaited_leave (&job);
}

/* ---- the loop ---- */

typedef struct
{
  atomic_int n_calls;
  atomic_int n_left; /* steps that there are to do */
} Steps;

static gboolean
take_a_step (gpointer data)
{
  Steps *steps = data;

  atomic_fetch_add (&steps->n_calls, 1);
  if (atomic_load (&steps->n_left) == 0)
    return FALSE;
  atomic_fetch_sub (&steps->n_left, 1);
  return TRUE;
}

static void
wait_until_done (Steps *steps)
{
  gint64 guard_us = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

  while (atomic_load (&steps->n_left) > 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, guard_us);
      g_thread_yield ();
    }
}

static void
test_an_idle_loop_takes_steps_until_there_are_none (void)
{
  Steps steps = { 0 };
  RushDriverLoop *loop = rush_driver_loop_new (rush_clock_system ());

  atomic_store (&steps.n_left, 1000);
  rush_driver_loop_set_idle (loop, take_a_step, &steps);
  g_assert_true (rush_driver_loop_start (loop, NULL, NULL));
  wait_until_done (&steps);
  /* It sleeps now, or is about to; each time it is woken it looks again. */
  for (guint i = 0; i < 100; i++)
    {
      atomic_store (&steps.n_left, 1);
      rush_driver_loop_wake (loop);
      wait_until_done (&steps);
    }
  g_assert_cmpint (atomic_load (&steps.n_calls), >=, 1100);
  rush_driver_loop_free (loop);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scheduler/waiting_room/patient while somebody waits",
                   test_patient_while_somebody_waits);
  g_test_add_func ("/scheduler/waiting_room/who is called holds time until he has left",
                   test_who_is_called_holds_time_until_he_has_left);
  g_test_add_func ("/scheduler/waiting_room/without a room", test_without_a_room);
  g_test_add_func ("/scheduler/waiting_room/an idle loop takes steps until there are none",
                   test_an_idle_loop_takes_steps_until_there_are_none);
  return g_test_run ();
}
