/* test_job_waiter.c - one thread waits, another one fills. */
#include "core/base/thread.h"
#include "core/scheduler/job_waiter.h"

#include <poll.h>
#include <sys/resource.h>

static guint n_freed;

static void
count_and_free (gpointer value)
{
  n_freed++;
  g_free (value);
}

static void
give (RushJobWaiter *waiter, guint i, gint value)
{
  RushJobListener *listener = rush_job_waiter_listener (waiter);
  RushTaskResult result = { g_memdup2 (&value, sizeof value), count_and_free, sizeof value };
  g_autoptr (GError) error = NULL;

  g_assert_true (listener->klass->task_succeeded (listener, i, &result, &error));
  g_assert_no_error (error);
  g_assert_null (result.value); /* taken */
  g_assert_null (result.free_value);
}

static void
end (RushJobWaiter *waiter, const GError *error)
{
  RushJobListener *listener = rush_job_waiter_listener (waiter);

  listener->klass->job_ended (listener, error);
}

static gboolean
is_readable (int fd)
{
  struct pollfd pollfd = { .fd = fd, .events = POLLIN };

  return poll (&pollfd, 1, 0) == 1;
}

static void
test_results_in_the_order_of_the_request (void)
{
  RushJobWaiter *waiter = rush_job_waiter_new (3);
  g_autoptr (GError) error = NULL;

  n_freed = 0;
  give (waiter, 2, 22);
  give (waiter, 0, 20);
  g_assert_false (rush_job_waiter_is_done (waiter));
  give (waiter, 1, 21);
  end (waiter, NULL);
  g_assert_true (rush_job_waiter_is_done (waiter));
  g_assert_true (rush_job_waiter_wait (waiter, &error));
  for (gint i = 0; i < 3; i++)
    g_assert_cmpint (*(gint *)rush_job_waiter_result (waiter, (guint)i)->value, ==, 20 + i);
  g_assert_cmpuint (n_freed, ==, 0);
  rush_job_waiter_free (waiter);
  g_assert_cmpuint (n_freed, ==, 3);
}

static void
test_what_is_there_before_the_end (void)
{
  RushJobWaiter *waiter = rush_job_waiter_new (2);

  n_freed = 0;
  give (waiter, 1, 21);
  g_assert_null (rush_job_waiter_peek (waiter, 0));
  g_assert_cmpint (*(gint *)rush_job_waiter_peek (waiter, 1), ==, 21);
  g_assert_false (rush_job_waiter_is_done (waiter));
  give (waiter, 0, 20);
  end (waiter, NULL);
  g_assert_cmpint (*(gint *)rush_job_waiter_peek (waiter, 0), ==, 20);
  rush_job_waiter_free (waiter);
  g_assert_cmpuint (n_freed, ==, 2);
}

static void
test_no_results (void)
{
  g_autoptr (RushJobWaiter) waiter = rush_job_waiter_new (0);

  end (waiter, NULL);
  g_assert_true (rush_job_waiter_wait (waiter, NULL));
}

static void
test_failure_frees_what_had_come (void)
{
  RushJobWaiter *waiter = rush_job_waiter_new (2);
  g_autoptr (GError) cause = g_error_new_literal (RUSH_CORE_ERROR, RUSH_CORE_ERROR_PYTHON, "boom");
  g_autoptr (GError) error = NULL;

  n_freed = 0;
  give (waiter, 1, 1);
  end (waiter, cause);
  g_assert_false (rush_job_waiter_wait (waiter, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_PYTHON);
  g_assert_cmpstr (error->message, ==, "boom");
  g_assert_false (rush_job_waiter_wait (waiter, NULL)); /* again, and without asking why */
  rush_job_waiter_free (waiter);
  g_assert_cmpuint (n_freed, ==, 1);
}

static void
test_fd_before_and_after_the_end (void)
{
  g_autoptr (RushJobWaiter) waiter = rush_job_waiter_new (0);
  int fd = rush_job_waiter_fd (waiter);

  g_assert_false (is_readable (fd));
  end (waiter, NULL);
  g_assert_true (is_readable (fd));
  g_assert_true (is_readable (fd)); /* and stays so */
  g_assert_cmpint (rush_job_waiter_fd (waiter), ==, fd);
}

static void
test_fd_that_is_asked_for_late (void)
{
  g_autoptr (RushJobWaiter) waiter = rush_job_waiter_new (0);

  end (waiter, NULL);
  g_assert_true (is_readable (rush_job_waiter_fd (waiter)));
}

static void
test_no_descriptors_left (void)
{
  g_autoptr (RushJobWaiter) waiter = rush_job_waiter_new (0);
  struct rlimit before, none;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  none = (struct rlimit){ 0, before.rlim_max };
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  int fd = rush_job_waiter_fd (waiter);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);

  g_assert_cmpint (fd, ==, -1);
  end (waiter, NULL);
  g_assert_true (rush_job_waiter_wait (waiter, NULL));
  g_assert_true (is_readable (rush_job_waiter_fd (waiter))); /* there are some again */
}

static void
test_free_of_nothing (void)
{
  rush_job_waiter_free (NULL);
}

/* ---- two threads ---- */

#define N_RESULTS 100

static void *
fill (void *data)
{
  for (guint i = 0; i < N_RESULTS; i++)
    give (data, i, (gint)i);
  end (data, NULL);
  return NULL;
}

/* The waiter is freed while job_ended () may not have returned yet. */
static void
test_waits_for_another_thread (void)
{
  for (guint round = 0; round < 200; round++)
    {
      RushJobWaiter *waiter = rush_job_waiter_new (N_RESULTS);
      pthread_t filler;
      g_assert_true (rush_thread_start (&filler, "test-fill", fill, waiter, NULL));

      g_assert_true (rush_job_waiter_wait (waiter, NULL));
      for (guint i = 0; i < N_RESULTS; i++)
        g_assert_cmpint (*(gint *)rush_job_waiter_result (waiter, i)->value, ==, (gint)i);
      rush_job_waiter_free (waiter);
      rush_thread_join (filler);
    }
}

static void
test_polls_for_another_thread (void)
{
  for (guint round = 0; round < 200; round++)
    {
      RushJobWaiter *waiter = rush_job_waiter_new (N_RESULTS);
      struct pollfd pollfd = { .fd = rush_job_waiter_fd (waiter), .events = POLLIN };
      pthread_t filler;
      g_assert_true (rush_thread_start (&filler, "test-fill", fill, waiter, NULL));

      g_assert_cmpint (poll (&pollfd, 1, 60 * 1000), ==, 1);
      g_assert_true (rush_job_waiter_wait (waiter, NULL));
      rush_job_waiter_free (waiter);
      rush_thread_join (filler);
    }
}

#define ADD(name) g_test_add_func ("/scheduler/job_waiter/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (results_in_the_order_of_the_request);
  ADD (what_is_there_before_the_end);
  ADD (no_results);
  ADD (failure_frees_what_had_come);
  ADD (fd_before_and_after_the_end);
  ADD (fd_that_is_asked_for_late);
  ADD (no_descriptors_left);
  ADD (free_of_nothing);
  ADD (waits_for_another_thread);
  ADD (polls_for_another_thread);
  return g_test_run ();
}
