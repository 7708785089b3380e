/* thread.h - every engine thread is started here.
 *
 * A signal must reach the program's own threads, where Python handles it: engine threads block all
 * of them.  They also carry a name, for debuggers and for people who look at top -H.
 *
 * A system that has no more threads (RLIMIT_NPROC, a container's pids limit) is nothing that a
 * program could not survive: start () says so, and callers hand it on.
 */
#pragma once

#include <glib.h>
#include <pthread.h>

/* @name: at most 15 bytes, "rush-runner-3".  FALSE with IO: the system has no more threads, or no
 * address space for a stack; the message names the limit and how to mend it. */
gboolean rush_thread_start (pthread_t *out_thread, const char *name, void *(*body) (void *),
                            void *data, GError **error);
void rush_thread_join (pthread_t thread);
