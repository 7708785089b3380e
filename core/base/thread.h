/* thread.h - every engine thread is started here.
 *
 * A signal must reach the program's own threads, where Python handles it: engine threads block all
 * of them.  They also carry a name, for debuggers and for people who look at top -H.
 */
#pragma once

#include <glib.h>
#include <pthread.h>

/* @name: at most 15 bytes, "rush-runner-3".  Ends the process if the system has no more threads. */
pthread_t rush_thread_start (const char *name, void *(*body) (void *), void *data);
void rush_thread_join (pthread_t thread);
