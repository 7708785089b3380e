/* test_clock.c - the manual clock moves only when told; the system's never runs backwards. */
#include "core/base/clock.h"

#include <pthread.h>

#define START_MS G_GINT64_CONSTANT (1700000000000)

static void
test_manual_stands_still (void)
{
  RushClock *clock = rush_clock_manual_new (START_MS);

  for (int i = 0; i < 3; i++)
    {
      g_assert_cmpint (rush_clock_now_us (clock), ==, 0);
      g_assert_cmpint (rush_clock_wall_ms (clock), ==, START_MS);
    }
  rush_clock_manual_free (clock);
}

static void
test_manual_moves_both_times (void)
{
  RushClock *clock = rush_clock_manual_new (START_MS);

  rush_clock_manual_advance_us (clock, 1500);
  g_assert_cmpint (rush_clock_now_us (clock), ==, 1500);
  g_assert_cmpint (rush_clock_wall_ms (clock), ==, START_MS + 1);
  rush_clock_manual_advance_us (clock, 500);
  g_assert_cmpint (rush_clock_now_us (clock), ==, 2000);
  g_assert_cmpint (rush_clock_wall_ms (clock), ==, START_MS + 2);
  rush_clock_manual_free (clock);
}

static void *
advance_often (void *clock)
{
  for (int i = 0; i < 10000; i++)
    rush_clock_manual_advance_us (clock, 1);
  return NULL;
}

static void
test_manual_from_threads (void)
{
  RushClock *clock = rush_clock_manual_new (0);
  pthread_t thread;
  gint64 last = 0;

  pthread_create (&thread, NULL, advance_often, clock);
  for (int i = 0; i < 10000; i++)
    {
      gint64 now = rush_clock_now_us (clock);
      g_assert_cmpint (now, >=, last);
      last = now;
    }
  pthread_join (thread, NULL);
  g_assert_cmpint (rush_clock_now_us (clock), ==, 10000);
  rush_clock_manual_free (clock);
}

static void
test_system_runs_forward (void)
{
  RushClock *clock = rush_clock_system ();
  gint64 last = rush_clock_now_us (clock);

  for (int i = 0; i < 1000; i++)
    {
      gint64 now = rush_clock_now_us (clock);
      g_assert_cmpint (now, >=, last);
      last = now;
    }
  g_assert_true (clock == rush_clock_system ());
}

static void
test_system_wall_is_unix_time (void)
{
  gint64 before_ms = g_get_real_time () / 1000;
  gint64 wall_ms = rush_clock_wall_ms (rush_clock_system ());

  g_assert_cmpint (wall_ms, >=, before_ms);
  g_assert_cmpint (wall_ms, <=, g_get_real_time () / 1000);
}

static void
test_backwards_is_refused (void)
{
  RushClock *clock = rush_clock_manual_new (START_MS);

  g_test_expect_message ("rushlight", G_LOG_LEVEL_CRITICAL, "*delta_us >= 0*");
  rush_clock_manual_advance_us (clock, -1);
  g_test_assert_expected_messages ();
  g_assert_cmpint (rush_clock_now_us (clock), ==, 0);
  rush_clock_manual_free (clock);
  rush_clock_manual_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clock/manual/still", test_manual_stands_still);
  g_test_add_func ("/clock/manual/moves", test_manual_moves_both_times);
  g_test_add_func ("/clock/manual/threads", test_manual_from_threads);
  g_test_add_func ("/clock/system/forward", test_system_runs_forward);
  g_test_add_func ("/clock/system/wall", test_system_wall_is_unix_time);
  g_test_add_func ("/clock/misuse", test_backwards_is_refused);
  return g_test_run ();
}
