/* test_thread.c - an engine thread has its name, leaves signals to the program's own threads, and
 * does not change its creator's mask. */
#include "core/base/thread.h"

#include "core/base/error.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void *
read_mask (void *data)
{
  pthread_sigmask (SIG_SETMASK, NULL, data);
  return NULL;
}

/* The name is given from outside, maybe after the body has begun, so the creator reads it. */
static void *
wait_for_lock (void *lock)
{
  pthread_mutex_lock (lock);
  pthread_mutex_unlock (lock);
  return NULL;
}

static void
test_name (void)
{
  pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  char name[16];

  pthread_mutex_lock (&lock);
  pthread_t thread;
  g_assert_true (rush_thread_start (&thread, "rush-fifteen-15", wait_for_lock, &lock, NULL));
  pthread_getname_np (thread, name, sizeof name);
  pthread_mutex_unlock (&lock);
  rush_thread_join (thread);
  g_assert_cmpstr (name, ==, "rush-fifteen-15");
}

static void
test_signals_go_elsewhere (void)
{
  static const int blocked[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGALRM, SIGUSR1, SIGPIPE };
  static const int own[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
  sigset_t before, after, inside;
  pthread_t thread;

  pthread_sigmask (SIG_SETMASK, NULL, &before);
  g_assert_true (rush_thread_start (&thread, "rush-test", read_mask, &inside, NULL));
  rush_thread_join (thread);
  pthread_sigmask (SIG_SETMASK, NULL, &after);

  for (gsize i = 0; i < G_N_ELEMENTS (blocked); i++)
    {
      g_assert_cmpint (sigismember (&inside, blocked[i]), ==, 1);
      g_assert_cmpint (sigismember (&after, blocked[i]), ==, sigismember (&before, blocked[i]));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
    g_assert_cmpint (sigismember (&inside, own[i]), ==, 0);
}

static void
test_long_name_aborts (void)
{
  if (g_test_subprocess ())
    {
      sigset_t inside;
      pthread_t thread;

      rush_thread_start (&thread, "rush-sixteen--16", read_mask, &inside, NULL);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
}

/* In a process that may have no more threads: root may always have more, so it is somebody else. */
static void
test_no_more_threads (void)
{
  if (g_test_subprocess ())
    {
      struct rlimit one = { 1, 1 };
      g_autoptr (GError) error = NULL;
      pthread_t thread;

      g_assert_true (geteuid () != 0 || setuid (65534) == 0);
      g_assert_cmpint (setrlimit (RLIMIT_NPROC, &one), ==, 0);
      g_assert_false (rush_thread_start (&thread, "rush-first", read_mask, NULL, NULL) &&
                      rush_thread_start (&thread, "rush-second", read_mask, NULL, NULL));
      g_assert_false (rush_thread_start (&thread, "rush-third", read_mask, NULL, &error));
      g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO);
      g_assert_nonnull (strstr (error->message, "Cannot start the thread rush-third: "));
      g_assert_nonnull (strstr (error->message, "may have 1 processes and threads (ulimit -u)"));
      g_clear_error (&error);
      _exit (0); /* a leak checker could not start what it needs, either */
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/thread/name", test_name);
  g_test_add_func ("/thread/signals", test_signals_go_elsewhere);
  g_test_add_func ("/thread/no-more-threads", test_no_more_threads);
  g_test_add_func ("/thread/misuse", test_long_name_aborts);
  return g_test_run ();
}
