/* query_jobs.c - waiting for jobs that run side by side. */
#include "sql/physical/query_private.h"

#include <poll.h>

#define LOOK_MS 200
#define MOMENT_US 10000

static gboolean
any_is_done (RushJobWaiter *const *waiters, guint n)
{
  for (guint i = 0; i < n; i++)
    if (rush_job_waiter_is_done (waiters[i]))
      return TRUE;
  return FALSE;
}

static gboolean
all_are_done (RushJobWaiter *const *waiters, guint n)
{
  for (guint i = 0; i < n; i++)
    if (!rush_job_waiter_is_done (waiters[i]))
      return FALSE;
  return TRUE;
}

void
rush_query_wait_any (RushQuery *self, RushJobWaiter *const *waiters, const gint *job_ids, guint n)
{
  const RushJobOptions *options = rush_query_job_options (self);
  g_autofree struct pollfd *fds = g_new0 (struct pollfd, n);
  gboolean cancelled = FALSE;

  for (guint i = 0; i < n; i++)
    rush_job_waiter_enter (waiters[i]);
  while (cancelled ? !all_are_done (waiters, n) : !any_is_done (waiters, n))
    {
      for (guint i = 0; i < n; i++)
        fds[i] = (struct pollfd){
          rush_job_waiter_is_done (waiters[i]) ? -1 : rush_job_waiter_fd (waiters[i]), POLLIN, 0
        };
      poll (fds, n, LOOK_MS);
      if (cancelled || options == NULL || options->interrupted == NULL ||
          !options->interrupted (options->interrupted_data))
        continue;
      cancelled = TRUE;
      for (guint i = 0; i < n; i++)
        rush_context_cancel_job (rush_query_context (self), job_ids[i], "interrupted");
    }
  for (guint i = 0; i < n; i++)
    rush_job_waiter_leave (waiters[i]);
}

void
rush_query_wait_briefly (RushQuery *self, RushJobWaiter *const *waiters, guint n)
{
  if (rush_context_cluster (rush_query_context (self))->room != NULL)
    return; /* virtual time does not pass for a thread that only looks */
  g_autofree struct pollfd *fds = g_new0 (struct pollfd, n);
  gint64 end = g_get_monotonic_time () + MOMENT_US, left = MOMENT_US;

  while (left > 0 && !all_are_done (waiters, n))
    {
      for (guint i = 0; i < n; i++)
        fds[i] = (struct pollfd){
          rush_job_waiter_is_done (waiters[i]) ? -1 : rush_job_waiter_fd (waiters[i]), POLLIN, 0
        };
      poll (fds, n, (int)(left / 1000) + 1);
      left = end - g_get_monotonic_time ();
    }
}
