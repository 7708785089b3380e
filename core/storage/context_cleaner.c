/* context_cleaner.c - a queue between the end of a lineage and the removal of what it has left.
 *
 *     last unref (any thread, perhaps under a Python lock)        cleaner's thread
 *       lineage ── dropped ──▶ [ queue of kinds and numbers ] ──▶ remove (): locks, files
 *
 * The thread that drops a dependency must not wait for files to be unlinked, nor take the locks
 * that removal takes: it may hold them.  So it only posts.
 */
#include "core/storage/context_cleaner.h"

#include "core/base/queue.h"
#include "core/base/thread.h"

struct _RushContextCleaner
{
  RushLineage *lineage; /* (owned) */
  RushDropped remove;
  gpointer data;
  RushQueue *queue; /* of Item (owned) */
  pthread_t thread;

  pthread_mutex_t lock;
  pthread_cond_t handled;
  /* Guarded by lock. */
  guint64 n_posted;
  guint64 n_handled;
};

typedef struct
{
  RushDroppedKind kind;
  gint id;
} Item;

/* ---- the dropping thread ---- */

static void
post_dropped (RushDroppedKind kind, gint id, gpointer data)
{
  rush_context_cleaner_post (data, kind, id);
}

void
rush_context_cleaner_post (RushContextCleaner *self, RushDroppedKind kind, gint id)
{
  Item *item = g_new (Item, 1);

  *item = (Item){ kind, id };
  pthread_mutex_lock (&self->lock);
  self->n_posted++;
  pthread_mutex_unlock (&self->lock);
  gboolean accepted = rush_queue_push (self->queue, item);
  g_assert (accepted); /* the queue closes after the lineage has let go of us */
}

/* ---- the cleaner's thread ---- */

static void *
clean (void *data)
{
  RushContextCleaner *self = data;
  Item *item;

  while ((item = rush_queue_pop (self->queue)) != NULL)
    {
      self->remove (item->kind, item->id, self->data);
      g_free (item);
      pthread_mutex_lock (&self->lock);
      self->n_handled++;
      pthread_cond_broadcast (&self->handled);
      pthread_mutex_unlock (&self->lock);
    }
  return NULL;
}

/* ---- its owner ---- */

void
rush_context_cleaner_flush (RushContextCleaner *self)
{
  pthread_mutex_lock (&self->lock);
  guint64 posted = self->n_posted;
  while (self->n_handled < posted)
    pthread_cond_wait (&self->handled, &self->lock);
  pthread_mutex_unlock (&self->lock);
}

/* Without its thread. */
static void
free_parts (RushContextCleaner *self)
{
  rush_queue_free (self->queue, NULL);
  rush_lineage_unref (self->lineage);
  pthread_cond_destroy (&self->handled);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

void
rush_context_cleaner_free (RushContextCleaner *self)
{
  if (self == NULL)
    return;
  rush_lineage_set_dropped (self->lineage, NULL, NULL);
  rush_queue_close (self->queue);
  rush_thread_join (self->thread);
  free_parts (self);
}

RushContextCleaner *
rush_context_cleaner_new (RushLineage *lineage, RushDropped remove, gpointer data, GError **error)
{
  RushContextCleaner *self = g_new0 (RushContextCleaner, 1);

  self->lineage = rush_lineage_ref (lineage);
  self->remove = remove;
  self->data = data;
  self->queue = rush_queue_new (0);
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->handled, NULL);
  if (!rush_thread_start (&self->thread, "rush-cleaner", clean, self, error))
    {
      free_parts (self);
      return NULL;
    }
  rush_lineage_set_dropped (lineage, post_dropped, self);
  return self;
}
