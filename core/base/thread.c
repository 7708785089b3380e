#include "core/base/thread.h"

#include "core/base/error.h"

#include <signal.h>
#include <string.h>

/* Deep lineages recurse, and what the system gives by itself depends on ulimit -s.  It is address
 * space; memory is taken as it is used. */
#define STACK_BYTES (16 * 1024 * 1024)

pthread_t
rush_thread_start (const char *name, void *(*body) (void *), void *data)
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
    g_error ("cannot start thread %s: %s", name, g_strerror (status));
  pthread_setname_np (thread, name);
  return thread;
}

void
rush_thread_join (pthread_t thread)
{
  int status = pthread_join (thread, NULL);
  g_assert (status == 0);
}
