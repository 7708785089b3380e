/* context_clean.c - dropping the shuffles of a lineage before it is unreachable.
 *
 * The cleaner drops what nothing refers to any more.  A program that still holds an RDD, but knows
 * that no job will read its shuffles again, can have their files gone now:
 *
 *     rdd ── ShuffleDependency 3 ── … ── ShuffleDependency 1     map outputs of 3 and 1 are dropped
 *
 * A later job finds no outputs and runs the map stages again; one that runs meets fetch failures,
 * which has the same end.  Mirrors: RDD.cleanShuffleDependencies.
 */
#include "rdd/context_private.h"

static void
drop_shuffle (RushContext *self, gint shuffle_id)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_SHUFFLE_DROPPED);

  message->id = shuffle_id;
  rush_driver_loop_post (self->loop, message);
  rush_executor_set_remove_shuffle (self->cluster->executors, shuffle_id);
}

/* Lock held: not stopped. */
static void
drop_all_below (RushContext *self, RushRdd *rdd)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) waiting = g_ptr_array_new ();

  g_ptr_array_add (waiting, rdd);
  while (waiting->len > 0)
    {
      RushRdd *next = g_ptr_array_steal_index_fast (waiting, waiting->len - 1);

      if (!g_hash_table_add (seen, next))
        continue;
      guint n;
      RushDependency *const *dependencies = rush_rdd_dependencies (next, &n);
      for (guint i = 0; i < n; i++)
        {
          RushDependency *dependency = dependencies[i];

          if (dependency->kind == RUSH_DEPENDENCY_SHUFFLE)
            drop_shuffle (self, dependency->shuffle_id);
          g_ptr_array_add (waiting, dependency->rdd);
        }
    }
}

void
rush_context_clean_shuffles (RushContext *self, RushRdd *rdd)
{
  pthread_rwlock_rdlock (&self->lock);
  rush_lineage_begin_reading (self->lineage);
  if (!self->stopped)
    drop_all_below (self, rdd);
  rush_lineage_end_reading (self->lineage);
  pthread_rwlock_unlock (&self->lock);
}
