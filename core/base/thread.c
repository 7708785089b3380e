#include "core/base/thread.h"

#include "core/base/error.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

/* Deep lineages recurse, and what the system gives by itself depends on ulimit -s.  It is address
 * space; memory is taken as it is used. */
#define STACK_BYTES (16 * 1024 * 1024)

/* The limit that most often stands behind a refusal, as a number or "unlimited". */
static char *
limit_text (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NPROC, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return g_strdup ("unlimited");
  return g_strdup_printf ("%" G_GUINT64_FORMAT, (guint64)limit.rlim_cur);
}

static void
set_error (GError **error, const char *name, int errnum)
{
  g_autofree char *limit = limit_text ();

  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO,
               "Cannot start the thread %s: %s. The user may have %s processes and threads "
               "(ulimit -u); a container or the memory that it may use can set a lower limit. End "
               "programs that are not needed, raise the limit, or use a smaller master.",
               name, g_strerror (errnum), limit);
}

gboolean
rush_thread_start (pthread_t *out_thread, const char *name, void *(*body) (void *), void *data,
                   GError **error)
{
  g_assert (strlen (name) <= 15);

  /* GLib makes the locks behind its errors on first use, in a way that ThreadSanitizer cannot see.
   * Used once before a thread starts, they are older than the thread. */
  g_error_free (g_error_new_literal (RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED, ""));

  /* A thread inherits the mask of its creator; the faults of its own code stay deliverable. */
  sigset_t all, before;
  sigfillset (&all);
  sigdelset (&all, SIGSEGV);
  sigdelset (&all, SIGBUS);
  sigdelset (&all, SIGFPE);
  sigdelset (&all, SIGILL);
  sigdelset (&all, SIGABRT);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  pthread_attr_t attributes;
  pthread_attr_init (&attributes);
  pthread_attr_setstacksize (&attributes, STACK_BYTES);
  pthread_t thread;
  int status = pthread_create (&thread, &attributes, body, data);
  pthread_attr_destroy (&attributes);
  pthread_sigmask (SIG_SETMASK, &before, NULL);

  if (status != 0)
    {
      set_error (error, name, status);
      return FALSE;
    }
  pthread_setname_np (thread, name);
  *out_thread = thread;
  return TRUE;
}

void
rush_thread_join (pthread_t thread)
{
  int status = pthread_join (thread, NULL);
  g_assert (status == 0);
}
