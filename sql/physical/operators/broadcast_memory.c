/* broadcast_memory.c - an account that moves.
 *
 *     storage   ████████████··   refuses the next 4
 *     user      ····················   takes 12 + 4, and storage gets its 12 back
 *
 * An account is a number and memory is malloc ()'s, so that the table is built once, wherever it
 * ends up: nothing is copied.
 */
#include "sql/physical/operators/broadcast_memory.h"

#include "core/executor/local_backend.h"

#include <pthread.h>

typedef struct
{
  RushAllocator base;
  pthread_mutex_t lock;
  /* guarded by lock */
  RushAllocator *account; /* (owned) whose memory it is now */
  RushAllocator *next;    /* (owned) whose it will be when that refuses; NULL: it has moved */
  gsize in_use;
} MovingAllocator;

/* With the lock. */
static gboolean
move (MovingAllocator *self, gsize more, GError **error)
{
  if (!rush_allocator_reserve (self->next, self->in_use + more, error))
    return FALSE;
  rush_allocator_release (self->account, self->in_use);
  rush_allocator_unref (self->account);
  self->account = g_steal_pointer (&self->next);
  return TRUE;
}

static gboolean
moving_reserve (RushAllocator *base, gsize bytes, GError **error)
{
  MovingAllocator *self = (MovingAllocator *)base;
  gboolean reserved;

  pthread_mutex_lock (&self->lock);
  if (self->next == NULL)
    reserved = rush_allocator_reserve (self->account, bytes, error);
  else
    reserved = rush_allocator_reserve (self->account, bytes, NULL) || move (self, bytes, error);
  if (reserved)
    self->in_use += bytes;
  pthread_mutex_unlock (&self->lock);
  return reserved;
}

static void
moving_release (RushAllocator *base, gsize bytes)
{
  MovingAllocator *self = (MovingAllocator *)base;

  pthread_mutex_lock (&self->lock);
  self->in_use -= bytes;
  rush_allocator_release (self->account, bytes);
  pthread_mutex_unlock (&self->lock);
}

static void
moving_finalize (RushAllocator *base)
{
  MovingAllocator *self = (MovingAllocator *)base;

  rush_allocator_unref (self->account);
  if (self->next != NULL)
    rush_allocator_unref (self->next);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

static const RushAllocatorClass moving_class = { "broadcast", moving_reserve, moving_release,
                                                 moving_finalize };

/* Takes over both. */
static RushAllocator *
moving_new (RushAllocator *account, RushAllocator *next)
{
  MovingAllocator *self = g_new0 (MovingAllocator, 1);

  self->base.klass = &moving_class;
  rush_ref_count_init (&self->base.refs);
  pthread_mutex_init (&self->lock, NULL);
  self->account = account;
  self->next = next;
  return &self->base;
}

/* That of the first executor, whose memory is charged for what all of them read; NULL: none. */
static RushEnv *
first_env (RushQuery *query)
{
  RushExecutorSet *executors = rush_context_executors (rush_query_context (query));
  g_auto (GStrv) ids = rush_executor_set_ids (executors);

  return ids[0] != NULL ? rush_executor_set_env (executors, ids[0]) : NULL;
}

RushAllocator *
rush_broadcast_allocator_new (RushQuery *query)
{
  RushEnv *env = first_env (query);

  return env != NULL ? rush_storage_allocator_new (env->memory)
                     : rush_allocator_ref (rush_allocator_system ());
}

RushAllocator *
rush_broadcast_table_allocator_new (RushQuery *query, gint64 bytes)
{
  RushEnv *env = first_env (query);
  RushMemoryStats stats;

  if (env == NULL)
    return rush_allocator_ref (rush_allocator_system ());
  rush_memory_manager_stats (env->memory, &stats);
  if (bytes > stats.pool - stats.execution_used)
    return rush_user_allocator_new (env->memory);
  return moving_new (rush_storage_allocator_new (env->memory),
                     rush_user_allocator_new (env->memory));
}
