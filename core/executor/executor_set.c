/* executor_set.c - see the header.
 *
 * Invariant:  an executor is never removed from the list, nor from the table of ids, so that what
 *             is found needs no lock to be used; whether it is alive is asked of itself.
 */
#include "core/executor/executor_set.h"

#include "core/executor/block_mover.h"

struct _RushExecutorSet
{
  RushExecutorServices services;
  RushBarrierCoordinator *barriers; /* (owned) where tasks of a barrier stage meet */
  RushBlockManagerMaster *kept;     /* (owned) */
  RushBlockMover *mover;            /* (owned) */

  pthread_mutex_t lock;
  /* Guarded by lock. */
  GPtrArray *executors; /* RushLocalExecutor * (owned); only ever grows */
  GHashTable *by_id;    /* the same: each fetch looks one up */
};

/* ---- to find ---- */

RushLocalExecutor *
rush_executor_set_find (RushExecutorSet *self, const char *id)
{
  RushLocalExecutor *executor;

  pthread_mutex_lock (&self->lock);
  executor = g_hash_table_lookup (self->by_id, id);
  pthread_mutex_unlock (&self->lock);
  return executor;
}

RushEnv *
rush_executor_set_env (RushExecutorSet *self, const char *id)
{
  RushLocalExecutor *executor = rush_executor_set_find (self, id);

  return executor != NULL ? &executor->env : NULL;
}

GPtrArray *
rush_executor_set_all (RushExecutorSet *self)
{
  GPtrArray *executors;

  pthread_mutex_lock (&self->lock);
  executors = g_ptr_array_copy (self->executors, NULL, NULL);
  pthread_mutex_unlock (&self->lock);
  g_ptr_array_set_free_func (executors, NULL);
  return executors;
}

guint
rush_executor_set_n_alive (RushExecutorSet *self)
{
  g_autoptr (GPtrArray) executors = rush_executor_set_all (self);
  guint n = 0;

  for (guint i = 0; i < executors->len; i++)
    n += rush_local_executor_is_alive (g_ptr_array_index (executors, i));
  return n;
}

/* Of those that are of the kind. (transfer full) */
static char **
ids_of (RushExecutorSet *self, gboolean (*is_of_kind) (RushLocalExecutor *executor))
{
  g_autoptr (GPtrArray) executors = rush_executor_set_all (self);
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();

  for (guint i = 0; i < executors->len; i++)
    {
      RushLocalExecutor *executor = g_ptr_array_index (executors, i);

      if (is_of_kind (executor))
        g_strv_builder_add (ids, executor->env.executor_id);
    }
  return g_strv_builder_end (ids);
}

char **
rush_executor_set_ids (RushExecutorSet *self)
{
  return ids_of (self, rush_local_executor_is_alive);
}

/* Block and memory managers have locks of their own. */
static RushExecutorStatus
status_of (RushLocalExecutor *executor)
{
  RushBlockManagerStats kept;
  RushMemoryStats memory;

  rush_block_manager_stats (executor->env.block_manager, &kept);
  rush_memory_manager_stats (executor->env.memory, &memory);
  return (RushExecutorStatus){
    .executor_id = executor->env.executor_id,
    .host = executor->env.host,
    .n_running_tasks = (guint)atomic_load (&executor->n_running),
    .storage_used = kept.memory_bytes,
    .storage_pool = memory.pool,
  };
}

GArray *
rush_executor_set_statuses (RushExecutorSet *self)
{
  g_autoptr (GPtrArray) executors = rush_executor_set_all (self);
  GArray *statuses = g_array_new (FALSE, FALSE, sizeof (RushExecutorStatus));

  for (guint i = 0; i < executors->len; i++)
    {
      RushLocalExecutor *executor = g_ptr_array_index (executors, i);

      if (rush_local_executor_is_alive (executor))
        {
          RushExecutorStatus status = status_of (executor);
          g_array_append_val (statuses, status);
        }
    }
  return statuses;
}

/* ---- what they hold ---- */

void
rush_executor_set_remove_shuffle (RushExecutorSet *self, gint shuffle_id)
{
  g_autoptr (GPtrArray) executors = rush_executor_set_all (self);

  rush_block_mover_hold (self->mover);
  for (guint i = 0; i < executors->len; i++)
    rush_block_store_remove_shuffle (
        ((RushLocalExecutor *)g_ptr_array_index (executors, i))->env.blocks, shuffle_id);
  rush_block_mover_go_on (self->mover);
}

void
rush_executor_set_remove_rdd (RushExecutorSet *self, gint rdd_id)
{
  g_autoptr (GPtrArray) executors = rush_executor_set_all (self);

  rush_block_mover_hold (self->mover);
  for (guint i = 0; i < executors->len; i++)
    rush_block_manager_remove_rdd (
        ((RushLocalExecutor *)g_ptr_array_index (executors, i))->env.block_manager, rdd_id);
  rush_block_mover_go_on (self->mover);
}

RushBlockManagerMaster *
rush_executor_set_kept (RushExecutorSet *self)
{
  return self->kept;
}

RushBlockMover *
rush_executor_set_mover (RushExecutorSet *self)
{
  return self->mover;
}

/* ---- what faults take away ---- */

/* @id, or NULL: all; alive ones: RushLocalExecutor *.  (transfer container) */
static GPtrArray *
alive_of (RushExecutorSet *self, const char *id)
{
  g_autoptr (GPtrArray) all = rush_executor_set_all (self);
  GPtrArray *some = g_ptr_array_new ();

  for (guint i = 0; i < all->len; i++)
    {
      RushLocalExecutor *executor = g_ptr_array_index (all, i);

      if (rush_local_executor_is_alive (executor) &&
          (id == NULL || g_str_equal (id, executor->env.executor_id)))
        g_ptr_array_add (some, executor);
    }
  return some;
}

guint
rush_executor_set_hurt_outputs (RushExecutorSet *self, gint shuffle_id, gint map_index,
                                const char *executor_id, gboolean corrupt)
{
  g_autoptr (GPtrArray) executors = alive_of (self, executor_id);
  guint first = map_index >= 0 ? (guint)map_index : 0, n = 0;
  guint end = map_index >= 0 ? first + 1
                             : rush_map_output_tracker_n_maps (self->services.tracker, shuffle_id);

  for (guint i = 0; i < executors->len; i++)
    {
      RushBlockStore *store = ((RushLocalExecutor *)g_ptr_array_index (executors, i))->env.blocks;

      for (guint map = first; map < end; map++)
        n += corrupt ? rush_block_store_damage_output (store, shuffle_id, map)
                     : rush_block_store_remove_output (store, shuffle_id, map);
    }
  return n;
}

static guint
drop_all_cached (RushBlockManager *blocks, gint rdd_id)
{
  RushBlockManagerStats before, after;

  rush_block_manager_stats (blocks, &before);
  rush_block_manager_remove_rdd (blocks, rdd_id);
  rush_block_manager_stats (blocks, &after);
  return before.n_blocks > after.n_blocks ? before.n_blocks - after.n_blocks : 0;
}

guint
rush_executor_set_drop_cached (RushExecutorSet *self, gint rdd_id, gint partition,
                               const char *executor_id)
{
  g_autoptr (GPtrArray) executors = alive_of (self, executor_id);
  guint n = 0;

  for (guint i = 0; i < executors->len; i++)
    {
      RushBlockManager *blocks =
          ((RushLocalExecutor *)g_ptr_array_index (executors, i))->env.block_manager;

      n += partition >= 0
               ? (guint)rush_block_manager_remove_block (blocks, rdd_id, (guint)partition)
               : drop_all_cached (blocks, rdd_id);
    }
  return n;
}

/* ---- what they find of each other ---- */

static RushLocalExecutor *
find_alive (RushExecutorSet *self, const char *id)
{
  RushLocalExecutor *executor = rush_executor_set_find (self, id);

  return executor != NULL && rush_local_executor_is_alive (executor) ? executor : NULL;
}

/* For readers of shuffles. */
static RushBlockStore *
lookup_store (gpointer self, const char *executor_id)
{
  RushLocalExecutor *executor = rush_executor_set_find (self, executor_id);
  gboolean is_served = executor != NULL && (rush_local_executor_is_alive (executor) ||
                                            atomic_load (&executor->outputs_outlive));

  return is_served ? executor->env.blocks : NULL;
}

/* For tasks that read kept blocks of others, or copy theirs to them. */
static RushBlockManager *
lookup_block_manager (gpointer self, const char *executor_id)
{
  RushLocalExecutor *executor = find_alive (self, executor_id);

  return executor != NULL ? executor->env.block_manager : NULL;
}

/* Those that copies may go to. (transfer full) */
static char **
ids_for_copies (gpointer self)
{
  return ids_of (self, rush_local_executor_takes_blocks);
}

/* ---- they come and go ---- */

RushLocalExecutor *
rush_executor_set_add (RushExecutorSet *self, const char *id, const char *host, guint cores,
                       gint64 heap_bytes, GError **error)
{
  const RushExecutorServices *services = &self->services;
  RushShuffleFetch fetch = {
    .tracker = services->tracker,
    .lookup = lookup_store,
    .lookup_data = self,
    .by_reference = rush_conf_get_bool (services->conf, "spark.rushlight.shuffle.byReference"),
    .fetched = services->fetched,
    .fetched_data = services->fetched_data,
  };
  RushBlockManagers managers = {
    .conf = services->conf,
    .master = self->kept,
    .bus = services->bus,
    .dir = services->dir,
    .lookup = lookup_block_manager,
    .executor_ids = ids_for_copies,
    .data = self,
  };
  RushLocalExecutor *executor = rush_local_executor_new (
      id, host, cores, heap_bytes, services->conf, &fetch, &managers, services->plugins, error);

  if (executor == NULL)
    return NULL;
  executor->env.commits = services->commits;
  executor->env.barriers = self->barriers;
  pthread_mutex_lock (&self->lock);
  g_assert (!g_hash_table_contains (self->by_id, id));
  g_ptr_array_add (self->executors, executor);
  g_hash_table_insert (self->by_id, (gpointer)executor->env.executor_id, executor);
  pthread_mutex_unlock (&self->lock);
  return executor;
}

void
rush_executor_set_forget (RushExecutorSet *self, RushLocalExecutor *executor)
{
  pthread_mutex_lock (&self->lock);
  g_hash_table_remove (self->by_id, executor->env.executor_id);
  g_ptr_array_remove (self->executors, executor);
  pthread_mutex_unlock (&self->lock);
}

gboolean
rush_executor_set_end (RushExecutorSet *self, RushLocalExecutor *executor)
{
  return atomic_exchange_explicit (&executor->alive, FALSE, memory_order_acq_rel);
}

void
rush_executor_set_outlive (RushExecutorSet *self, RushLocalExecutor *executor)
{
  atomic_store (&executor->outputs_outlive, TRUE);
}

void
rush_executor_set_drop (RushExecutorSet *self, RushLocalExecutor *executor)
{
  rush_block_store_remove_all (executor->env.blocks);
  rush_block_manager_close (executor->env.block_manager);
  rush_block_mover_replenish (self->mover);
}

/* ---- life ---- */

void
rush_executor_set_free (RushExecutorSet *self)
{
  if (self == NULL)
    return;
  rush_block_mover_free (self->mover);
  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->executors);
  rush_barrier_coordinator_free (self->barriers);
  rush_block_manager_master_free (self->kept);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RushExecutorSet *
rush_executor_set_new (const RushExecutorServices *services)
{
  RushExecutorSet *self = g_new0 (RushExecutorSet, 1);

  self->services = *services;
  self->barriers = rush_barrier_coordinator_new (
      rush_conf_get_time_us (services->conf, "spark.barrier.sync.timeout"));
  self->kept = rush_block_manager_master_new ();
  self->mover = rush_block_mover_new (self, services->conf, services->is_virtual);
  self->executors = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_local_executor_free);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  pthread_mutex_init (&self->lock, NULL);
  return self;
}
