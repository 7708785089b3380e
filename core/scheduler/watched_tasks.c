/* watched_tasks.c - which of the running tasks of a set are to be looked at, whether they are slow.
 *
 *     fresh   t7 t8 t9 t12 t13 …     in the order of their launch: if one has not run for too long,
 *             └─ looked at first     neither has any behind it
 *     again   t3 at 41.2 s           overdue, but not to be copied yet, or not any more
 *             t5 at 43.0 s
 *
 * A stage of a million tasks has thousands that run, and they are looked at ten times a second.
 * Here a look costs what it finds, and one step more; a launch or an end costs O(log n) at most.  A
 * task that gets a copy is in neither, and comes back, `again`, when one of the two has ended.
 *
 * Invariant:  an attempt stands in one of the two at most, and only while it runs.
 */
#include "core/scheduler/task_set_private.h"

static gint
compare_looks (gconstpointer a, gconstpointer b, gpointer unused)
{
  const RushAttempt *x = a, *y = b;

  if (x->look_ms != y->look_ms)
    return x->look_ms < y->look_ms ? -1 : 1;
  return (x->task_id > y->task_id) - (x->task_id < y->task_id);
}

void
rush_watched_tasks_add (RushWatchedTasks *self, RushAttempt *attempt)
{
  g_assert (!attempt->is_fresh && attempt->in_again == NULL);
  attempt->is_fresh = TRUE;
  attempt->in_fresh.data = attempt;
  g_queue_push_tail_link (&self->fresh, &attempt->in_fresh);
}

void
rush_watched_tasks_remove (RushWatchedTasks *self, RushAttempt *attempt)
{
  if (attempt->is_fresh)
    g_queue_unlink (&self->fresh, &attempt->in_fresh);
  if (attempt->in_again != NULL)
    g_sequence_remove (attempt->in_again);
  attempt->is_fresh = FALSE;
  attempt->in_again = NULL;
}

void
rush_watched_tasks_add_again (RushWatchedTasks *self, RushAttempt *attempt, gint64 look_ms)
{
  rush_watched_tasks_remove (self, attempt);
  attempt->look_ms = look_ms;
  attempt->in_again = g_sequence_insert_sorted (self->again, attempt, compare_looks, NULL);
}

RushAttempt *
rush_watched_tasks_take (RushWatchedTasks *self, gint64 now_ms, double threshold_ms)
{
  GSequenceIter *first = g_sequence_get_begin_iter (self->again);
  RushAttempt *found = self->fresh.head != NULL ? self->fresh.head->data : NULL;

  if (found == NULL || (double)(now_ms - found->launch_ms) <= threshold_ms)
    found = g_sequence_iter_is_end (first) ? NULL : g_sequence_get (first);
  if (found == NULL || (!found->is_fresh && found->look_ms > now_ms))
    return NULL;
  rush_watched_tasks_remove (self, found);
  return found;
}

void
rush_watched_tasks_clear (RushWatchedTasks *self)
{
  g_clear_pointer (&self->again, g_sequence_free);
}

void
rush_watched_tasks_init (RushWatchedTasks *self)
{
  g_queue_init (&self->fresh);
  self->again = g_sequence_new (NULL);
}
