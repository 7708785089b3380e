/* runner_pool.h - the threads that tasks run on, under all executors alike.
 *
 * Interface:  submit () hands an item over; some runner calls run () with it.  The
 *             first thread starts with the pool, others when they are first needed, as far as the
 *             system has any; all stay.  stop () lets what was submitted run, and
 *             joins.
 *             A runner that has finished an item is free, and calls after () before it looks for
 *             the next one: an item that is submitted from there needs no runner to be woken.
 * Ownership:  an item is run ()'s from the call on.
 * Threads:    any.
 * Mirrors:    the thread pool of org.apache.spark.executor.Executor ("Executor task launch
 * worker").
 */
#pragma once

#include <glib.h>

typedef struct _RushRunnerPool RushRunnerPool;
typedef struct
{
  void (*run) (gpointer item, gpointer data);
  void (*after) (gpointer data); /* or NULL */
} RushRunnerWork;

/* @work is immortal.  NULL with @error: there is no thread for the first runner. */
RushRunnerPool *rush_runner_pool_new (guint max_runners, const RushRunnerWork *work, gpointer data,
                                      GError **error);
gboolean rush_runner_pool_submit (RushRunnerPool *self, gpointer item); /* FALSE: stopped, yours */
/* The same for an item that may wait for others that are submitted like this: they all run at once,
 * if need be on more than max_runners threads. */
gboolean rush_runner_pool_submit_waiting (RushRunnerPool *self, gpointer item);
void rush_runner_pool_stop (RushRunnerPool *self);
void rush_runner_pool_free (RushRunnerPool *self); /* stops first */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushRunnerPool, rush_runner_pool_free)

/* How many runners make sense for @slots on this machine.  Slots may be more than cores on purpose
 * (tasks that wait for a worker, a disk or a sleep), so that a few times the cores is the limit. */
guint rush_runner_pool_advise (guint slots);
