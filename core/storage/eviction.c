/* eviction.c - the blocks of an executor in an array without order, and the next one to go.
 *
 *     blocks   [ shuffle_0_4_0 │ rdd_3_1 │ shuffle_0_5_0 │ … ]    block->place: where it stands
 *
 *     evict (wanted):   look for the first one by the policy ─▶ block->evict ()
 *                            ▲                                     │ > 0  it is gone
 *                            └─── not enough yet ──────────────────┤   0  in use: not in this round
 *                                                                  └ −1  never again
 *
 * Removal puts the last block into the place that gets free, so that blocks come and go at no cost.
 * The search looks at all of them: that is nothing beside the file that is written next, and allows
 * a policy to order them in any way, also by what changes.
 *
 * A policy with books of its own is told of all that happens, and asked for the next one instead.
 *
 * A block that is removed while it is being evicted is kept alive by the ref of the round; what it
 * frees counts all the same.  Rounds do not overlap: the memory manager sees to that.
 */
#include "core/storage/eviction.h"

#include <pthread.h>

#define NO_PLACE G_MAXUINT

struct _RushEvictor
{
  RushMemoryManager *memory; /* (owned) */
  const RushEvictionPolicy *policy;

  pthread_mutex_t lock;
  /* Guarded by lock. */
  gpointer books;    /* (owned) the policy's, if it has a make (); NULL is as good as others */
  GPtrArray *blocks; /* of RushBlock (unowned) */
  gint64 now;        /* grows with each use */
};

/* ---- blocks ---- */

void
rush_block_init (RushBlock *self, const RushBlockClass *klass, char *id, gint64 bytes)
{
  self->klass = klass;
  rush_ref_count_init (&self->refs);
  self->id = id;
  self->bytes = bytes;
  self->last_use = 0;
  self->place = NO_PLACE;
}

RushBlock *
rush_block_ref (RushBlock *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_block_unref (RushBlock *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_assert (self->place == NO_PLACE);
  g_free (self->id);
  self->klass->free (self);
}

/* ---- they come and go ---- */

static gboolean
keeps_books (const RushEvictor *self)
{
  return self->policy->make != NULL;
}

void
rush_evictor_add (RushEvictor *self, RushBlock *block)
{
  pthread_mutex_lock (&self->lock);
  g_assert (block->place == NO_PLACE);
  block->place = self->blocks->len;
  block->last_use = ++self->now;
  g_ptr_array_add (self->blocks, block);
  if (keeps_books (self))
    self->policy->added (self->books, block);
  pthread_mutex_unlock (&self->lock);
}

void
rush_evictor_remove (RushEvictor *self, RushBlock *block)
{
  pthread_mutex_lock (&self->lock);
  if (block->place != NO_PLACE)
    {
      RushBlock *last = g_ptr_array_index (self->blocks, self->blocks->len - 1);

      g_assert (g_ptr_array_index (self->blocks, block->place) == block);
      g_ptr_array_index (self->blocks, block->place) = last;
      last->place = block->place;
      g_ptr_array_set_size (self->blocks, (gint)self->blocks->len - 1);
      block->place = NO_PLACE;
      if (keeps_books (self))
        self->policy->removed (self->books, block);
    }
  pthread_mutex_unlock (&self->lock);
}

void
rush_evictor_touch (RushEvictor *self, RushBlock *block)
{
  pthread_mutex_lock (&self->lock);
  block->last_use = ++self->now;
  if (keeps_books (self) && block->place != NO_PLACE)
    self->policy->used (self->books, block);
  pthread_mutex_unlock (&self->lock);
}

/* ---- eviction ---- */

/* The first by the policy's comparison. */
static RushBlock *
first_by_comparison (RushEvictor *self, GHashTable *in_use)
{
  RushBlock *first = NULL;

  for (guint i = 0; i < self->blocks->len; i++)
    {
      RushBlock *block = g_ptr_array_index (self->blocks, i);
      if (!g_hash_table_contains (in_use, block) &&
          (first == NULL || self->policy->compare (block, first) < 0))
        first = block;
    }
  return first;
}

/* The next one in the policy's books, which may be wrong: a block that has gone is none. */
static RushBlock *
next_in_books (RushEvictor *self, RushBlock *after)
{
  RushBlock *block = self->policy->next (self->books, after);

  if (block == NULL || g_ptr_array_find (self->blocks, block, NULL))
    return block;
  g_warning ("the eviction policy \"%s\" names a block that has gone", self->policy->name);
  return NULL;
}

/* The first by the policy's books.  It is asked once for each block at most: books that go round in
 * circles find none. */
static RushBlock *
first_by_books (RushEvictor *self, GHashTable *in_use)
{
  RushBlock *block = next_in_books (self, NULL);

  for (guint i = 0; i < self->blocks->len && block != NULL; i++)
    {
      if (!g_hash_table_contains (in_use, block))
        return block;
      block = next_in_books (self, block);
    }
  return NULL;
}

/* The first to go of those that are not among @in_use. (transfer full) */
static RushBlock *
next_victim (RushEvictor *self, GHashTable *in_use)
{
  RushBlock *first;

  pthread_mutex_lock (&self->lock);
  first = keeps_books (self) ? first_by_books (self, in_use) : first_by_comparison (self, in_use);
  if (first != NULL)
    rush_block_ref (first);
  pthread_mutex_unlock (&self->lock);
  return first;
}

static gint64
evict (gpointer data, gint64 wanted)
{
  RushEvictor *self = data;
  g_autoptr (GHashTable) in_use =
      g_hash_table_new_full (NULL, NULL, (GDestroyNotify)rush_block_unref, NULL);
  gint64 freed = 0;

  while (freed < wanted)
    {
      g_autoptr (RushBlock) block = next_victim (self, in_use);
      g_autoptr (GError) error = NULL;

      if (block == NULL)
        break;
      gint64 bytes = block->klass->evict (block, &error);
      if (bytes < 0)
        g_warning ("block %s stays in memory, as it cannot be moved to disk: %s", block->id,
                   error->message);
      if (bytes == 0)
        g_hash_table_add (in_use, rush_block_ref (block));
      else
        rush_evictor_remove (self, block);
      freed += MAX (bytes, 0);
    }
  return freed;
}

/* ---- the evictor ---- */

void
rush_evictor_free (RushEvictor *self)
{
  if (self == NULL)
    return;
  rush_memory_manager_set_evictor (self->memory, NULL, NULL);
  g_assert (self->blocks->len == 0);
  g_ptr_array_unref (self->blocks);
  if (keeps_books (self))
    self->policy->free (self->books);
  rush_memory_manager_unref (self->memory);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RushEvictor *
rush_evictor_new (RushMemoryManager *memory, const RushEvictionPolicy *policy)
{
  RushEvictor *self = g_new0 (RushEvictor, 1);

  self->memory = rush_memory_manager_ref (memory);
  self->policy = policy;
  pthread_mutex_init (&self->lock, NULL);
  self->blocks = g_ptr_array_new ();
  if (keeps_books (self))
    self->books = policy->make ();
  rush_memory_manager_set_evictor (memory, evict, self);
  return self;
}
