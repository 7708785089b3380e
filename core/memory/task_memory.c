/* task_memory.c - steps from the pool, spills in between, and a refusal that explains itself.
 *
 *      batches, tables      used ──────────────┐
 *                                              ▼
 *      account           [█████████████████████░░░░░]     granted: whole steps of 64 KiB
 *                                                  │
 *      memory manager    ──────────────────────────┴──   execution pool
 *
 * A request that fits the grant costs one lock of the task's own.  Else the grant must grow:
 *
 *      no tables? take what is free in the pool, borrow the rest of user memory ──▶ done
 *            │ there are, or its share is used up
 *            ▼
 *      ask the pool (may evict, and wait for 1/2N) ──enough──▶ done
 *            │ not enough
 *            ▼
 *      ask the largest consumer to spill ──freed──▶ ask the pool again
 *            │ 0: the next largest … none left, nor a busy one that spills when refused
 *            ▼
 *      borrow of user memory ──────granted─────────▶ done
 *            │ its share is used up
 *            ▼
 *      wait for other tasks to give back ──────────▶ done
 *            │ nobody can
 *            ▼
 *      refuse, with the arithmetic (task_refusal.c)
 *
 * And the other way round: before any request, small as it may be, a task that holds more than its
 * 1/N while another one waits makes its consumers spill, and gives the excess back.
 *
 * The lock is never held while the pool is asked or a consumer spills: both come back here.
 *
 * A spill itself needs memory (the batch that is being written).  It gets it beyond the grant,
 * used > granted, for as long as it runs; the next request makes up for what is left of that.
 *
 * What no consumer holds, and so nobody can spill, are batches on their way: decoded rows, the
 * output of a join.  They are few and small, but a pool may be smaller; that is what user memory is
 * borrowed for, as Spark's rows in flight lie there.  It goes back first.  A task that holds
 * nothing but these borrows before it has anything evicted: who only reads a cached RDD must not
 * make that RDD smaller.
 *
 * Memory that comes back stays granted up to two steps, so that a loop of allocate and free does
 * not knock at the pool each time; the rest goes back at once, as other tasks may wait for it.
 */
#include "core/memory/task_refusal_private.h"

#include <pthread.h>

#define STEP_BYTES (64 * 1024)
/* An empty table takes some memory, too: to spill it would only begin it anew. */
#define WORTH_SPILLING_BYTES (4 * STEP_BYTES)

typedef struct
{
  RushAllocator base;

  pthread_mutex_t lock;
  /* Guarded by lock. */
  RushTaskMemory *owner; /* NULL when the task has ended: counts no more */
  gint64 used;
  gint64 granted;  /* by the pool */
  gint64 borrowed; /* of user memory, beyond that */
  gint64 peak;
} TaskAllocator;

struct _RushTaskMemory
{
  RushMemoryManager *manager; /* (owned) */
  gint64 task_id;
  const atomic_bool *cancelled;
  TaskAllocator *account; /* (owned) a ref */
  GPtrArray *consumers;   /* of RushMemoryConsumer (unowned) */
  guint n_spills_running; /* one inside another, in the runner's thread */
  guint n_stage_tasks;    /* 0: not known */
};

/* ---- shares ---- */

static gint64
share_of (const RushMemoryStats *stats)
{
  return (stats->pool - MIN (stats->storage_used, stats->storage_region)) /
         MAX (1, stats->n_active_tasks);
}

/* ---- spilling ---- */

gint64
rush_task_memory_spill (RushTaskMemory *self, RushMemoryConsumer *consumer, GError **error)
{
  g_assert (!consumer->busy);
  consumer->busy = TRUE;
  if (self != NULL)
    self->n_spills_running++;
  gint64 freed = consumer->spill (consumer, error);
  if (self != NULL)
    self->n_spills_running--;
  consumer->busy = FALSE;
  g_assert (freed >= 0 || error == NULL || *error != NULL);
  return freed;
}

static gint
compare_larger_first (gconstpointer a, gconstpointer b)
{
  RushMemoryConsumer *x = *(RushMemoryConsumer *const *)a, *y = *(RushMemoryConsumer *const *)b;
  gint64 difference = y->used_bytes (y) - x->used_bytes (x);

  return (difference > 0) - (difference < 0);
}

/* Returns what the first consumer freed that could free anything, 0 if none, −1 on failure. */
static gint64
spill_largest (RushTaskMemory *self, GError **error)
{
  g_autoptr (GPtrArray) by_size = g_ptr_array_copy (self->consumers, NULL, NULL);
  gint64 freed = 0;

  g_ptr_array_sort (by_size, compare_larger_first);
  for (guint i = 0; i < by_size->len && freed == 0; i++)
    {
      RushMemoryConsumer *consumer = g_ptr_array_index (by_size, i);
      if (!consumer->busy)
        freed = rush_task_memory_spill (self, consumer, error);
    }
  return freed;
}

/* Whether a consumer will spill @bytes or more as soon as this request is refused, which is better
 * than to wait for other tasks. */
static gboolean
refusal_makes_room (const RushTaskMemory *self, gint64 bytes)
{
  for (guint i = 0; i < self->consumers->len; i++)
    {
      RushMemoryConsumer *consumer = g_ptr_array_index (self->consumers, i);
      if (consumer->busy && consumer->used_bytes (consumer) >= bytes)
        return TRUE;
    }
  return FALSE;
}

/* ---- the account ---- */

/* Lock held. */
static void
take (TaskAllocator *self, gsize bytes)
{
  self->used += (gint64)bytes;
  self->peak = MAX (self->peak, self->used);
}

/* Why a request could not simply be taken. */
typedef struct
{
  RushTaskMemory *owner;
  gint64 owed;    /* to be given back first, or 0 */
  gint64 lacking; /* in the grant */
} Shortage;

/* Takes @bytes if the grant covers them and nobody waits for what we have too much, or if nobody
 * counts; while a spill runs all is granted, and no other spill begun for others. */
static gboolean
try_take (TaskAllocator *self, gsize bytes, gboolean can_yield, Shortage *out)
{
  pthread_mutex_lock (&self->lock);
  RushTaskMemory *owner = self->owner;
  gboolean counts = owner != NULL && owner->n_spills_running == 0;
  *out = (Shortage){ .owner = owner,
                     .lacking = self->used + (gint64)bytes - self->granted - self->borrowed };
  if (counts && can_yield)
    out->owed = rush_memory_manager_owed_execution (owner->manager, owner->task_id);
  gboolean taken = !counts || (out->owed == 0 && out->lacking <= 0);
  if (taken)
    take (self, bytes);
  pthread_mutex_unlock (&self->lock);
  return taken;
}

static void
add_grant (TaskAllocator *self, gint64 bytes)
{
  pthread_mutex_lock (&self->lock);
  self->granted += bytes;
  pthread_mutex_unlock (&self->lock);
}

/* Borrows what is lacking beyond the grant, if there is so much left. */
static gboolean
borrow (TaskAllocator *self, RushTaskMemory *owner, gint64 lacking)
{
  if (!rush_memory_manager_acquire_user (owner->manager, owner->task_id, lacking))
    return FALSE;
  pthread_mutex_lock (&self->lock);
  self->borrowed += lacking;
  pthread_mutex_unlock (&self->lock);
  return TRUE;
}

/* Lock held.  Returns what is borrowed beyond use. */
static void
trim_borrowed (TaskAllocator *self)
{
  gint64 excess = MIN (self->borrowed, self->granted + self->borrowed - self->used);

  if (self->owner == NULL || excess <= 0)
    return;
  self->borrowed -= excess;
  rush_memory_manager_release_user (self->owner->manager, self->owner->task_id, excess);
}

/* Lock held.  Gives back what is granted beyond use and @keep bytes. */
static void
trim_grant (TaskAllocator *self, gint64 keep)
{
  trim_borrowed (self);
  gint64 excess = self->granted - self->used - keep;

  if (self->owner == NULL || excess <= 0)
    return;
  self->granted -= excess;
  rush_memory_manager_release_execution (self->owner->manager, self->owner->task_id, excess);
}

/* Gives back all that is not in use, and returns what is. */
static gint64
trim_to_use (TaskAllocator *self)
{
  pthread_mutex_lock (&self->lock);
  trim_grant (self, 0);
  gint64 used = self->used;
  pthread_mutex_unlock (&self->lock);
  return used;
}

/* Spills until the task holds no more than its share, or nothing more can be spilled. */
static gboolean
give_back_excess (TaskAllocator *self, RushTaskMemory *owner, GError **error)
{
  gint64 freed;

  do
    {
      trim_to_use (self);
      if (rush_memory_manager_owed_execution (owner->manager, owner->task_id) == 0)
        return TRUE;
      freed = spill_largest (owner, error);
    }
  while (freed > 0);
  return freed == 0;
}

/* A grant that did not help goes back before the refusal: others may be able to use it. */
static gboolean
refuse_and_trim (TaskAllocator *self, RushTaskMemory *owner, gsize bytes, gint64 got,
                 GError **error)
{
  if (owner->cancelled != NULL && atomic_load (owner->cancelled))
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED,
                   "Task killed while it asked for memory");
      return FALSE;
    }
  rush_task_refuse (&(RushTaskShortage){ .manager = owner->manager,
                                         .task_id = owner->task_id,
                                         .asked = (gint64)bytes,
                                         .got = got,
                                         .holds = trim_to_use (self),
                                         .consumers = owner->consumers,
                                         .n_stage_tasks = owner->n_stage_tasks },
                    error);
  return FALSE;
}

/* Whether a table or a sort holds anything: what is asked for may be more of it. */
static gboolean
has_tables (const RushTaskMemory *self)
{
  for (guint i = 0; i < self->consumers->len; i++)
    {
      RushMemoryConsumer *consumer = g_ptr_array_index (self->consumers, i);
      if (!consumer->is_storage && consumer->used_bytes (consumer) > 0)
        return TRUE;
    }
  return FALSE;
}

static gint64
whole_steps (gint64 bytes)
{
  return (bytes + STEP_BYTES - 1) / STEP_BYTES * STEP_BYTES;
}

/* Room for batches on their way that nobody has to make way for.  Returns what is still lacking. */
static gint64
take_free_memory (TaskAllocator *self, RushTaskMemory *owner, gint64 lacking)
{
  gint64 got = rush_memory_manager_acquire_free_execution (owner->manager, owner->task_id,
                                                           whole_steps (lacking));

  add_grant (self, got);
  lacking = MAX (0, lacking - got);
  return lacking == 0 || borrow (self, owner, lacking) ? 0 : lacking;
}

/* Makes the grant larger by @lacking, or by something at least that a spill may follow. */
static gboolean
grow_grant (TaskAllocator *self, RushTaskMemory *owner, gsize bytes, gint64 lacking, GError **error)
{
  if (!has_tables (owner))
    lacking = take_free_memory (self, owner, lacking);
  if (lacking == 0)
    return TRUE;
  gint64 got = rush_memory_manager_acquire_execution (owner->manager, owner->task_id,
                                                      whole_steps (lacking), owner->cancelled);

  add_grant (self, got);
  if (got >= lacking)
    return TRUE;
  if (owner->cancelled != NULL && atomic_load (owner->cancelled))
    return refuse_and_trim (self, owner, bytes, got, error);
  gint64 freed = spill_largest (owner, error);
  if (freed != 0)
    return freed > 0;
  if (refusal_makes_room (owner, WORTH_SPILLING_BYTES))
    return refuse_and_trim (self, owner, bytes, got, error);
  if (borrow (self, owner, lacking - got))
    return TRUE;
  if (refusal_makes_room (owner, 1) ||
      !rush_memory_manager_await_execution (owner->manager, owner->task_id, lacking - got,
                                            owner->cancelled))
    return refuse_and_trim (self, owner, bytes, got, error);
  add_grant (self, lacking - got);
  return TRUE;
}

static gboolean
task_reserve (RushAllocator *base, gsize bytes, GError **error)
{
  TaskAllocator *self = (TaskAllocator *)base;
  gboolean can_yield = TRUE;
  Shortage shortage;

  while (!try_take (self, bytes, can_yield, &shortage))
    {
      gboolean goes_on = shortage.owed > 0
                             ? give_back_excess (self, shortage.owner, error)
                             : grow_grant (self, shortage.owner, bytes, shortage.lacking, error);
      if (!goes_on)
        return FALSE;
      can_yield &= shortage.owed == 0; /* what could be spilled has been */
    }
  return TRUE;
}

static void
task_release (RushAllocator *base, gsize bytes)
{
  TaskAllocator *self = (TaskAllocator *)base;

  pthread_mutex_lock (&self->lock);
  g_assert ((gint64)bytes <= self->used);
  self->used -= (gint64)bytes;
  trim_borrowed (self);
  if (self->granted - self->used > 2 * STEP_BYTES)
    trim_grant (self, STEP_BYTES);
  pthread_mutex_unlock (&self->lock);
}

static void
task_finalize (RushAllocator *base)
{
  TaskAllocator *self = (TaskAllocator *)base;

  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

static const RushAllocatorClass task_class = { "task", task_reserve, task_release, task_finalize };

static TaskAllocator *
task_allocator_new (RushTaskMemory *owner)
{
  TaskAllocator *self = g_new0 (TaskAllocator, 1);

  self->base.klass = &task_class;
  rush_ref_count_init (&self->base.refs);
  pthread_mutex_init (&self->lock, NULL);
  self->owner = owner;
  return self;
}

/* ---- the task's memory ---- */

void
rush_task_memory_add_consumer (RushTaskMemory *self, RushMemoryConsumer *consumer)
{
  g_ptr_array_add (self->consumers, consumer);
}

void
rush_task_memory_remove_consumer (RushTaskMemory *self, RushMemoryConsumer *consumer)
{
  gboolean found = g_ptr_array_remove (self->consumers, consumer);
  g_return_if_fail (found);
}

void
rush_task_memory_set_stage (RushTaskMemory *self, guint n_tasks)
{
  self->n_stage_tasks = n_tasks;
}

RushAllocator *
rush_task_memory_allocator (RushTaskMemory *self)
{
  return &self->account->base;
}

gint64
rush_task_memory_share_bytes (RushTaskMemory *self)
{
  RushMemoryStats stats;

  rush_memory_manager_stats (self->manager, &stats);
  return share_of (&stats);
}

gint64
rush_task_memory_peak_bytes (RushTaskMemory *self)
{
  pthread_mutex_lock (&self->account->lock);
  gint64 peak = self->account->peak;
  pthread_mutex_unlock (&self->account->lock);
  return peak;
}

void
rush_task_memory_free (RushTaskMemory *self)
{
  if (self == NULL)
    return;
  g_assert (self->consumers->len == 0 && self->n_spills_running == 0);
  pthread_mutex_lock (&self->account->lock);
  rush_memory_manager_release_execution (self->manager, self->task_id, self->account->granted);
  rush_memory_manager_release_user (self->manager, self->task_id, self->account->borrowed);
  self->account->granted = self->account->borrowed = 0;
  self->account->owner = NULL;
  pthread_mutex_unlock (&self->account->lock);
  rush_allocator_unref (&self->account->base);
  g_ptr_array_unref (self->consumers);
  rush_memory_manager_unref (self->manager);
  g_free (self);
}

RushTaskMemory *
rush_task_memory_new (RushMemoryManager *manager, gint64 task_id, const atomic_bool *cancelled)
{
  RushTaskMemory *self = g_new0 (RushTaskMemory, 1);

  self->manager = rush_memory_manager_ref (manager);
  self->task_id = task_id;
  self->cancelled = cancelled;
  self->consumers = g_ptr_array_new ();
  self->account = task_allocator_new (self);
  return self;
}
