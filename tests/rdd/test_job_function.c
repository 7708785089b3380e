/* The function of a job and its data: nobody uses them once the job has been run, however it ended;
 * and a task that will not stop does not hold up its job for ever. */
#include "app.h"

#include "rdd/job_function.h"

#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* ---- jobs ---- */

/* On the stack of who runs the job; not atomic: ThreadSanitizer sees a use after the end. */
typedef struct
{
  int arrived; /* eventfd: the slow task is in its function */
  gint64 n_uses;
} Data;

static void
wait_for (int fd)
{
  struct pollfd readable = { fd, POLLIN, 0 };

  while (poll (&readable, 1, -1) < 0)
    ;
}

/* Partition 1 uses the data until it is cancelled, and for a while after that; partition 0 fails
 * meanwhile. */
static gboolean
use_for_long (RushIterator *rows, RushTaskContext *ctx, gpointer func_data, RushTaskResult *out,
              GError **error)
{
  Data *data = func_data;

  if (ctx->partition == 0)
    {
      wait_for (data->arrived);
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO, "disk on fire");
      return FALSE;
    }
  g_assert_cmpint (eventfd_write (data->arrived, 1), ==, 0);
  wait_for (rush_task_context_cancel_fd (ctx));
  for (guint i = 0; i < 1000; i++)
    {
      data->n_uses++;
      g_thread_yield ();
    }
  return rush_task_context_check (ctx, error);
}

static void
test_failed_job (gconstpointer master)
{
  RushContext *sc = app_new_with (master, "spark.task.maxFailures", "1", NULL);
  g_autoptr (RushRdd) rdd = app_range (sc, 2, 2);

  for (guint round = 0; round < 20; round++)
    {
      Data data = { .arrived = eventfd (0, EFD_CLOEXEC) };
      g_autoptr (GError) error = NULL;

      g_assert_null (
          rush_context_run_job (sc, rdd, NULL, 0, use_for_long, &data, NULL, NULL, &error));
      g_assert_nonnull (strstr (error->message, "disk on fire"));
      g_assert_cmpint (data.n_uses, ==, 1000);
      close (data.arrived);
      memset (&data, 0, sizeof data);
    }
  app_free (sc);
}

/* ---- freed once, whatever becomes of the job ---- */

static void
count_free (gpointer n_freed)
{
  ++*(guint *)n_freed;
}

static gboolean
succeed (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
         GError **error)
{
  return TRUE;
}

static void
test_freed (void)
{
  RushContext *sc = app_new (1);
  g_autoptr (RushRdd) rdd = app_range (sc, 8, 4);
  g_autoptr (RushJobWaiter) waiter = NULL;
  const guint missing = 9;
  guint n_freed = 0;

  waiter = rush_context_run_job (sc, rdd, NULL, 0, succeed, &n_freed, count_free, NULL, NULL);
  g_assert_nonnull (waiter);
  g_assert_cmpuint (n_freed, ==, 1);
  g_assert_null (
      rush_context_run_job (sc, rdd, &missing, 1, succeed, &n_freed, count_free, NULL, NULL));
  g_assert_cmpuint (n_freed, ==, 2);
  rush_context_stop (sc);
  g_assert_null (
      rush_context_run_job (sc, rdd, NULL, 0, succeed, &n_freed, count_free, NULL, NULL));
  g_assert_cmpuint (n_freed, ==, 3);
  app_free (sc);
}

/* ---- a task that does not stop ---- */

static void
test_gives_up_waiting (void)
{
  guint n_freed = 0;
  RushJobFunction *function = rush_job_function_new (succeed, &n_freed, count_free, NULL);

  g_assert_false (rush_job_function_wait (function, 1000));
  g_assert_false (rush_job_function_wait (function, 0));
  g_assert_cmpuint (n_freed, ==, 0);
  rush_job_function_unref (function); /* the caller has gone on; the task still has its own */
  g_assert_true (rush_job_function_call (NULL, NULL, function, NULL, NULL));
  rush_job_function_release (function);
  g_assert_cmpuint (n_freed, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/rdd/job-function/failed-job/local", "local[2]", test_failed_job);
  g_test_add_data_func ("/rdd/job-function/failed-job/cluster", "local-cluster[2,1,512]",
                        test_failed_job);
  g_test_add_func ("/rdd/job-function/freed", test_freed);
  g_test_add_func ("/rdd/job-function/gives-up-waiting", test_gives_up_waiting);
  return g_test_run ();
}
