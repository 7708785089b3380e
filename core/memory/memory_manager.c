/* memory_manager.c - the unified pool: who may have how much, who waits, who is pushed out.
 *
 *   0                          pool − region                         pool
 *   ├──────────────────────────────┼───────────────────────────────────┤
 *   │ execution ▶▶▶                                       ◀◀◀  storage │
 *   └──────────────────────────────┴───────────────────────────────────┘
 *                                  ◀── storage region (safe from execution) ──▶
 *
 * There is no wall between the two, only who yields: a task that needs memory pushes storage out,
 * but never below its region; storage that needs memory pushes out older storage, never a task,
 * since what a task holds cannot be taken from it half-way.
 *
 * Between tasks, fairness is counted, not reserved.  With N tasks that hold or want memory,
 *
 *   at most   1/N  of  pool − min (storage, region)     what execution could have
 *   at least  1/2N of  pool − storage                   what it has now; below that a task waits
 *
 * N is counted anew on each turn.  There are two reasons to wait for others to give back:
 *
 *   below 1/2N           whatever is granted is too little to work with; as in Spark
 *   nothing to spill     a task that has spilled all it can needs its bytes, and all of them.
 *                        Spark fails it even if another task, which came first, holds more than its
 *                        1/N; whether a job succeeds then depends on who was faster
 *
 * So that such waits are short, a task that holds more than 1/N while somebody waits is told so at
 * its next request (owed_execution ()) and spills: in its own thread, as nobody else may touch its
 * tables.
 *
 * All waiting below 1/2N is impossible: N tasks below it together hold less than half of what
 * execution has, so more than half is free, which is more than any of them waits for.  But tasks
 * with nothing to spill can wait for each other.  Hence who goes to sleep looks whether anybody is
 * left who can move: runs, evicts, was cancelled, or could take what it waits for.  If not, one of
 * those with nothing to spill gives up; its request is refused, which lets the others go on.
 *
 * Spark keeps two pools whose sizes it moves; here only the two sums are kept, and the sizes are
 * what follows from them.
 *
 * Beside the pool there is user memory, the heap's rest.  In Spark nobody counts it: rows on their
 * way from one operator to the next are objects there, and a heap that is too full ends the
 * executor.  Here batches on their way are counted like all else, and may go there when nothing in
 * the pool is free: up to 1/N of it a task, and never beyond its end.
 * Tables that the driver makes for all tasks may go there, too (user_allocator.c).
 *
 * Eviction writes files, so it runs without the lock; evict_lock lets one thread at a time do it,
 * and everybody looks at the sums again afterwards, as the world has moved on.
 */
#include "core/memory/memory_manager.h"

#include <pthread.h>

struct _RushMemoryManager
{
  RushRefCount refs;
  RushConf *conf; /* (owned) a ref */
  RushMemoryLayout layout;
  gint64 pool; /* these three as the layout has them */
  gint64 storage_region;
  gint64 user;

  pthread_mutex_t evict_lock; /* taken before lock, and held while evict () runs */
  RushStorageEvict evict;     /* guarded by evict_lock */
  gpointer evict_data;

  pthread_mutex_t lock;
  pthread_cond_t changed; /* memory came back, N changed, or somebody was cancelled */
  atomic_uint n_asleep;   /* changed under lock; read without it, as a hint */
  /* Guarded by lock. */
  gint64 execution_used;
  gint64 storage_used;
  gint64 user_used;
  gint64 user_tables; /* of it: what belongs to no task */
  GHashTable *tasks;  /* gint64 task id → TaskUse: tasks that hold memory or wait for it */
};

/* What a task asks for: one request at a time. */
typedef struct
{
  gint64 bytes;
  gboolean all;        /* less is of no use: there is nothing to spill for the rest */
  gboolean takes_free; /* what is free now, and no more: nobody is to go, or to be waited for */
  const atomic_bool *cancelled;
} Request;

typedef struct
{
  gint64 task_id;
  gint64 used;
  gint64 user_used;
  const Request *request; /* NULL: asks for nothing now */
  gboolean asleep;        /* until `changed` */
  gboolean joined;        /* counts even if it holds nothing */
} TaskUse;

/* ---- eviction, without the lock ---- */

static gint64
evict_storage (RushMemoryManager *self, gint64 wanted)
{
  pthread_mutex_lock (&self->evict_lock);
  gint64 freed = self->evict != NULL ? self->evict (self->evict_data, wanted) : 0;
  pthread_mutex_unlock (&self->evict_lock);
  return freed;
}

/* Lock held on entry and return, not in between. */
static gboolean
evict_unlocked (RushMemoryManager *self, gint64 wanted)
{
  pthread_mutex_unlock (&self->lock);
  gint64 freed = evict_storage (self, wanted);
  pthread_mutex_lock (&self->lock);
  return freed > 0;
}

void
rush_memory_manager_set_evictor (RushMemoryManager *self, RushStorageEvict evict, gpointer data)
{
  pthread_mutex_lock (&self->evict_lock);
  self->evict = evict;
  self->evict_data = data;
  pthread_mutex_unlock (&self->evict_lock);
}

/* ---- storage ---- */

static gint64
free_bytes (const RushMemoryManager *self)
{
  return self->pool - self->execution_used - self->storage_used;
}

gboolean
rush_memory_manager_acquire_storage (RushMemoryManager *self, gint64 bytes)
{
  gboolean can_evict = TRUE;

  g_return_val_if_fail (bytes >= 0, FALSE);
  pthread_mutex_lock (&self->lock);
  /* What would not fit an empty storage is not worth emptying it. */
  while (free_bytes (self) < bytes && can_evict && bytes <= self->pool - self->execution_used)
    can_evict = evict_unlocked (self, bytes - free_bytes (self));
  gboolean granted = free_bytes (self) >= bytes;
  if (granted)
    self->storage_used += bytes;
  pthread_mutex_unlock (&self->lock);
  return granted;
}

void
rush_memory_manager_release_storage (RushMemoryManager *self, gint64 bytes)
{
  pthread_mutex_lock (&self->lock);
  g_assert (bytes >= 0 && bytes <= self->storage_used);
  self->storage_used -= bytes;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

/* ---- execution: shares ---- */

/* Lock held.  A new task makes everybody's share smaller: those who wait count again. */
static TaskUse *
enter_task (RushMemoryManager *self, gint64 task_id)
{
  TaskUse *task = g_hash_table_lookup (self->tasks, &task_id);

  if (task == NULL)
    {
      task = g_new0 (TaskUse, 1);
      task->task_id = task_id;
      g_hash_table_insert (self->tasks, &task->task_id, task);
      pthread_cond_broadcast (&self->changed);
    }
  return task;
}

/* Lock held. */
static void
leave_task_if_idle (RushMemoryManager *self, TaskUse *task)
{
  if (task->joined || task->used > 0 || task->user_used > 0 || task->request != NULL)
    return;
  g_hash_table_remove (self->tasks, &task->task_id);
  pthread_cond_broadcast (&self->changed);
}

/* Lock held.  What execution could have, if it made storage go as far as it can. */
static gint64
attainable_bytes (const RushMemoryManager *self)
{
  return self->pool - MIN (self->storage_used, self->storage_region);
}

/* Lock held. */
static gint64
max_share (const RushMemoryManager *self)
{
  return attainable_bytes (self) / g_hash_table_size (self->tasks);
}

/* Lock held. */
static gint64
min_share (const RushMemoryManager *self)
{
  return (self->pool - self->storage_used) / (2 * g_hash_table_size (self->tasks));
}

/* It has joined, and neither has nor wants anything: there is nothing of it to wait for. */
static gboolean
is_only_there (const TaskUse *task)
{
  return task->joined && task->used == 0 && task->user_used == 0 && task->request == NULL;
}

/* Lock held.  Those that a task with nothing to spill shares with. */
static guint
n_at_work (const RushMemoryManager *self)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->tasks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    n += !is_only_there (value);
  return n;
}

/* Lock held.  What @task may get of its request, were all of it free. */
static gint64
wanted_within_share (const RushMemoryManager *self, const TaskUse *task)
{
  gint64 share = task->request->all ? attainable_bytes (self) / n_at_work (self) : max_share (self);

  return CLAMP (share - task->used, 0, task->request->bytes);
}

/* Lock held.  FALSE: @task has to wait for more than it could get now. */
static gboolean
can_grant (const RushMemoryManager *self, const TaskUse *task, gint64 *out_granted)
{
  *out_granted = MIN (wanted_within_share (self, task), free_bytes (self));
  return *out_granted == task->request->bytes ||
         (!task->request->all && task->used + *out_granted >= min_share (self));
}

static gboolean
is_cancelled (const Request *request)
{
  return request->cancelled != NULL && atomic_load (request->cancelled);
}

/* ---- waiting, lock held ---- */

/* Whether all tasks but @except (NULL: all of them) sleep, and will not wake by themselves. */
static gboolean
all_are_stuck (RushMemoryManager *self, const TaskUse *except, gboolean *out_any_could_give_up)
{
  GHashTableIter iter;
  gpointer value;
  gint64 granted;

  *out_any_could_give_up = FALSE;
  g_hash_table_iter_init (&iter, self->tasks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const TaskUse *task = value;
      if (task == except || is_only_there (task))
        continue;
      if (!task->asleep || is_cancelled (task->request) || can_grant (self, task, &granted))
        return FALSE;
      *out_any_could_give_up |= task->request->all;
    }
  return TRUE;
}

/* Even alone, or with nobody left to wait for, @task would not get all that it asks for. */
static gboolean
is_hopeless (RushMemoryManager *self, const TaskUse *task)
{
  gboolean any_could_give_up;

  return task->used + task->request->bytes > attainable_bytes (self) ||
         all_are_stuck (self, task, &any_could_give_up);
}

static void
sleep_until_changed (RushMemoryManager *self, TaskUse *task)
{
  gboolean any_could_give_up;

  task->asleep = TRUE;
  atomic_fetch_add (&self->n_asleep, 1);
  if (all_are_stuck (self, NULL, &any_could_give_up) && any_could_give_up)
    pthread_cond_broadcast (&self->changed);
  pthread_cond_wait (&self->changed, &self->lock);
  atomic_fetch_sub (&self->n_asleep, 1);
  task->asleep = FALSE;
}

/* Lets go of the lock while it evicts or waits. */
static gint64
acquire_share (RushMemoryManager *self, TaskUse *task)
{
  gboolean can_evict = !task->request->takes_free;
  gint64 granted;

  for (;;)
    {
      gint64 evictable = MAX (0, self->storage_used - self->storage_region);
      gint64 lacking = MIN (wanted_within_share (self, task) - free_bytes (self), evictable);

      if (lacking > 0 && can_evict)
        {
          can_evict = evict_unlocked (self, lacking);
          continue;
        }
      if (can_grant (self, task, &granted) || task->request->takes_free)
        return granted;
      if (is_cancelled (task->request) || (task->request->all && is_hopeless (self, task)))
        return 0;
      sleep_until_changed (self, task);
      can_evict = TRUE;
    }
}

/* ---- execution: requests ---- */

static gint64
acquire (RushMemoryManager *self, gint64 task_id, const Request *request)
{
  pthread_mutex_lock (&self->lock);
  TaskUse *task = enter_task (self, task_id);
  g_assert (task->request == NULL);
  task->request = request;
  gint64 granted = acquire_share (self, task);
  task->request = NULL;
  task->used += granted;
  self->execution_used += granted;
  g_assert (free_bytes (self) >= 0);
  leave_task_if_idle (self, task);
  pthread_mutex_unlock (&self->lock);
  return granted;
}

gint64
rush_memory_manager_acquire_execution (RushMemoryManager *self, gint64 task_id, gint64 bytes,
                                       const atomic_bool *cancelled)
{
  g_return_val_if_fail (bytes > 0, 0);

  return acquire (self, task_id, &(Request){ .bytes = bytes, .cancelled = cancelled });
}

gint64
rush_memory_manager_acquire_free_execution (RushMemoryManager *self, gint64 task_id, gint64 bytes)
{
  g_return_val_if_fail (bytes > 0, 0);

  return acquire (self, task_id, &(Request){ .bytes = bytes, .takes_free = TRUE });
}

gboolean
rush_memory_manager_await_execution (RushMemoryManager *self, gint64 task_id, gint64 bytes,
                                     const atomic_bool *cancelled)
{
  g_return_val_if_fail (bytes > 0, FALSE);

  return acquire (self, task_id,
                  &(Request){ .bytes = bytes, .all = TRUE, .cancelled = cancelled }) == bytes;
}

gint64
rush_memory_manager_owed_execution (RushMemoryManager *self, gint64 task_id)
{
  gint64 owed = 0;

  if (atomic_load (&self->n_asleep) == 0)
    return 0;
  pthread_mutex_lock (&self->lock);
  const TaskUse *task = g_hash_table_lookup (self->tasks, &task_id);
  if (task != NULL && atomic_load (&self->n_asleep) > 0)
    owed = MAX (0, task->used - max_share (self));
  pthread_mutex_unlock (&self->lock);
  return owed;
}

void
rush_memory_manager_release_execution (RushMemoryManager *self, gint64 task_id, gint64 bytes)
{
  if (bytes == 0)
    return;
  pthread_mutex_lock (&self->lock);
  TaskUse *task = g_hash_table_lookup (self->tasks, &task_id);
  g_assert (task != NULL && bytes > 0 && bytes <= task->used);
  task->used -= bytes;
  self->execution_used -= bytes;
  leave_task_if_idle (self, task);
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

/* ---- user memory ---- */

gboolean
rush_memory_manager_acquire_user (RushMemoryManager *self, gint64 task_id, gint64 bytes)
{
  g_return_val_if_fail (bytes > 0, FALSE);
  pthread_mutex_lock (&self->lock);
  TaskUse *task = enter_task (self, task_id);
  gint64 share = (self->user - self->user_tables) / g_hash_table_size (self->tasks);
  gboolean granted = bytes <= self->user - self->user_used && bytes <= share - task->user_used;
  if (granted)
    {
      task->user_used += bytes;
      self->user_used += bytes;
    }
  leave_task_if_idle (self, task);
  pthread_mutex_unlock (&self->lock);
  return granted;
}

void
rush_memory_manager_release_user (RushMemoryManager *self, gint64 task_id, gint64 bytes)
{
  if (bytes == 0)
    return;
  pthread_mutex_lock (&self->lock);
  TaskUse *task = g_hash_table_lookup (self->tasks, &task_id);
  g_assert (task != NULL && bytes > 0 && bytes <= task->user_used);
  task->user_used -= bytes;
  self->user_used -= bytes;
  leave_task_if_idle (self, task);
  pthread_mutex_unlock (&self->lock);
}

gboolean
rush_memory_manager_acquire_table (RushMemoryManager *self, gint64 bytes)
{
  pthread_mutex_lock (&self->lock);
  gboolean granted =
      bytes <= self->user - self->user_used && bytes <= self->user / 4 * 3 - self->user_tables;
  if (granted)
    {
      self->user_tables += bytes;
      self->user_used += bytes;
    }
  pthread_mutex_unlock (&self->lock);
  return granted;
}

void
rush_memory_manager_release_table (RushMemoryManager *self, gint64 bytes)
{
  pthread_mutex_lock (&self->lock);
  g_assert (bytes <= self->user_tables);
  self->user_tables -= bytes;
  self->user_used -= bytes;
  pthread_mutex_unlock (&self->lock);
}

void
rush_memory_manager_join (RushMemoryManager *self, gint64 task_id)
{
  pthread_mutex_lock (&self->lock);
  enter_task (self, task_id)->joined = TRUE;
  pthread_mutex_unlock (&self->lock);
}

void
rush_memory_manager_leave (RushMemoryManager *self, gint64 task_id)
{
  pthread_mutex_lock (&self->lock);
  TaskUse *task = g_hash_table_lookup (self->tasks, &task_id);
  if (task != NULL)
    {
      task->joined = FALSE;
      leave_task_if_idle (self, task);
    }
  pthread_mutex_unlock (&self->lock);
}

void
rush_memory_manager_wake (RushMemoryManager *self)
{
  /* Under the lock: who has looked at his flag but does not wait yet would miss the broadcast. */
  pthread_mutex_lock (&self->lock);
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

/* ---- the manager ---- */

const RushConf *
rush_memory_manager_conf (const RushMemoryManager *self)
{
  return self->conf;
}

const RushMemoryLayout *
rush_memory_manager_layout (const RushMemoryManager *self)
{
  return &self->layout;
}

void
rush_memory_manager_stats (RushMemoryManager *self, RushMemoryStats *out)
{
  pthread_mutex_lock (&self->lock);
  *out = (RushMemoryStats){
    .pool = self->pool,
    .execution_used = self->execution_used,
    .storage_used = self->storage_used,
    .storage_region = self->storage_region,
    .user = self->user,
    .user_used = self->user_used,
    .user_tables = self->user_tables,
    .n_active_tasks = g_hash_table_size (self->tasks),
  };
  pthread_mutex_unlock (&self->lock);
}

RushMemoryManager *
rush_memory_manager_ref (RushMemoryManager *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_memory_manager_unref (RushMemoryManager *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_assert (self->evict == NULL); /* its owner would be called after its end */
  g_hash_table_unref (self->tasks);
  rush_conf_unref (self->conf);
  pthread_cond_destroy (&self->changed);
  pthread_mutex_destroy (&self->lock);
  pthread_mutex_destroy (&self->evict_lock);
  g_free (self);
}

RushMemoryManager *
rush_memory_manager_new (const RushConf *conf, gint64 heap_bytes, GError **error)
{
  RushMemoryLayout layout;

  if (!rush_memory_layout_read (conf, heap_bytes, &layout, error))
    return NULL;

  RushMemoryManager *self = g_new0 (RushMemoryManager, 1);
  rush_ref_count_init (&self->refs);
  self->conf = rush_conf_ref ((RushConf *)conf);
  self->layout = layout;
  self->pool = layout.pool;
  self->user = layout.user;
  self->storage_region = layout.storage_region;
  pthread_mutex_init (&self->evict_lock, NULL);
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->changed, NULL);
  self->tasks = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  return self;
}
