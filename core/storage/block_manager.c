/* block_manager.c - the table of one executor's kept blocks.
 *
 *     { rdd_3_0: COMPUTING by task 7          others who want it wait for `changed`
 *       rdd_3_1: KEPT  memory ▓▓▓▓            a block of the evictor, by its bytes in memory
 *       rdd_3_2: KEPT          disk ▓▓ }
 *
 * Spark has a reader-writer lock for each block.  Here a claim is the write lock, and readers need
 * none: they take a ref on the entry that they read, so it stays whatever becomes of the block.
 * What has such a ref is not evicted, since that would free nothing.
 *
 * Eviction runs in the thread of whoever needs memory, and takes the lock (kept_block.c): no
 * storage is asked for under it.
 */
#include "core/storage/block_manager_private.h"

#define LOOK_US (50 * 1000)
#define MARGIN_PER_POOL 8
#define MAX_MARGIN_BYTES (16 * 1024 * 1024)

/* ---- the table, lock held ---- */

static guint
key_hash (gconstpointer key)
{
  const RushRddBlockId *id = key;

  return (guint)id->rdd_id * 31 + id->split;
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  const RushRddBlockId *x = a, *y = b;

  return x->rdd_id == y->rdd_id && x->split == y->split;
}

/* The table's ref goes. */
static void
drop_block (gpointer data)
{
  RushKeptBlock *block = data;

  block->state = RUSH_BLOCK_GONE;
  rush_evictor_remove (block->manager->evictor, &block->base);
  rush_block_unref (&block->base);
}

void
rush_block_manager_forget (RushKeptBlock *block)
{
  RushBlockManager *self = block->manager;

  if (g_hash_table_lookup (self->blocks, &block->key) == block)
    g_hash_table_remove (self->blocks, &block->key);
  pthread_cond_broadcast (&self->changed);
}

/* ---- claims ---- */

static void
wait_a_moment (RushBlockManager *self)
{
  struct timespec until;

  clock_gettime (CLOCK_REALTIME, &until);
  until.tv_nsec += LOOK_US * 1000;
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  pthread_cond_timedwait (&self->changed, &self->lock, &until);
}

/* Lock held. */
static RushKeptBlock *
add_claimed (RushBlockManager *self, RushRddBlockId key, const RushStorageLevel *level)
{
  RushKeptBlock *block = rush_kept_block_new (self, key, level);

  g_hash_table_insert (self->blocks, &block->key, block);
  return block;
}

RushClaim
rush_block_manager_claim (RushBlockManager *self, RushRddBlockId key, const RushStorageLevel *level,
                          RushTaskContext *ctx, RushKeptBlock **out_block, GError **error)
{
  RushClaim claim = RUSH_CLAIM_MINE;
  RushKeptBlock *block;

  pthread_mutex_lock (&self->lock);
  while ((block = g_hash_table_lookup (self->blocks, &key)) != NULL &&
         block->state == RUSH_BLOCK_COMPUTING && claim != RUSH_CLAIM_CANCELLED)
    if (rush_task_context_check (ctx, error))
      wait_a_moment (self);
    else
      claim = RUSH_CLAIM_CANCELLED;
  if (claim != RUSH_CLAIM_CANCELLED)
    {
      if (block != NULL)
        claim = RUSH_CLAIM_KEPT;
      else
        block = add_claimed (self, key, level);
      *out_block = block;
      rush_block_ref (&block->base);
    }
  pthread_mutex_unlock (&self->lock);
  return claim;
}

RushKeptBlock *
rush_block_manager_try_claim (RushBlockManager *self, RushRddBlockId key,
                              const RushStorageLevel *level)
{
  RushKeptBlock *block = NULL;

  pthread_mutex_lock (&self->lock);
  if (!self->closed && !g_hash_table_contains (self->blocks, &key))
    {
      block = add_claimed (self, key, level);
      rush_block_ref (&block->base);
    }
  pthread_mutex_unlock (&self->lock);
  return block;
}

gboolean
rush_block_manager_is_kept (RushBlockManager *self, RushKeptBlock *block)
{
  gboolean is_kept;

  pthread_mutex_lock (&self->lock);
  is_kept = block->state == RUSH_BLOCK_KEPT;
  pthread_mutex_unlock (&self->lock);
  return is_kept;
}

gboolean
rush_block_manager_keep (RushBlockManager *self, RushKeptBlock *block, RushRdd *rdd,
                         RushMemoryEntry *memory, RushDiskEntry *disk)
{
  RushStorageLevel level = rdd != NULL ? rush_rdd_storage_level (rdd) : block->level;
  gboolean keep;

  pthread_mutex_lock (&self->lock);
  keep =
      !self->closed && block->state == RUSH_BLOCK_COMPUTING && rush_storage_level_is_valid (&level);
  if (keep)
    {
      block->state = RUSH_BLOCK_KEPT;
      block->memory = g_steal_pointer (&memory);
      block->disk = g_steal_pointer (&disk);
      block->base.bytes = block->memory != NULL ? rush_memory_entry_bytes (block->memory) : 0;
      if (block->base.bytes > 0)
        rush_evictor_add (self->evictor, &block->base);
      rush_kept_block_tell (block);
    }
  else
    rush_block_manager_forget (block);
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
  rush_memory_entry_unref (memory);
  rush_disk_entry_unref (disk);
  return keep;
}

void
rush_block_manager_give_up (RushBlockManager *self, RushKeptBlock *block)
{
  gboolean was_kept;

  pthread_mutex_lock (&self->lock);
  was_kept = block->state == RUSH_BLOCK_KEPT;
  rush_block_manager_forget (block);
  block->state = RUSH_BLOCK_GONE;
  if (was_kept)
    rush_kept_block_tell (block);
  pthread_mutex_unlock (&self->lock);
}

/* ---- looking ---- */

gboolean
rush_block_manager_entries (RushBlockManager *self, RushKeptBlock *block,
                            RushMemoryEntry **out_memory, RushDiskEntry **out_disk)
{
  gboolean is_there;

  *out_memory = NULL;
  *out_disk = NULL;
  pthread_mutex_lock (&self->lock);
  is_there = block->state == RUSH_BLOCK_KEPT;
  if (is_there && block->memory != NULL)
    *out_memory = rush_memory_entry_ref (block->memory);
  else if (is_there)
    *out_disk = rush_disk_entry_ref (block->disk);
  pthread_mutex_unlock (&self->lock);
  if (*out_memory != NULL)
    rush_evictor_touch (self->evictor, &block->base);
  return is_there;
}

RushKeptBlock *
rush_block_manager_find (RushBlockManager *self, RushRddBlockId key)
{
  RushKeptBlock *block;

  pthread_mutex_lock (&self->lock);
  block = g_hash_table_lookup (self->blocks, &key);
  if (block != NULL && block->state == RUSH_BLOCK_KEPT)
    rush_block_ref (&block->base);
  else
    block = NULL;
  pthread_mutex_unlock (&self->lock);
  return block;
}

RushDiskEntry *
rush_block_manager_new_file (RushBlockManager *self, const RushKeptBlock *block, RushSchema *schema,
                             GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s_%s_%u", block->base.id, self->executor_id,
                                           atomic_fetch_add (&self->n_files, 1));

  return rush_disk_entry_new (self->all.dir, name, schema, self->codec, error);
}

static gint
compare_keys (gconstpointer a, gconstpointer b)
{
  const RushRddBlockId *x = a, *y = b;

  if (x->rdd_id != y->rdd_id)
    return x->rdd_id < y->rdd_id ? -1 : 1;
  return (x->split > y->split) - (x->split < y->split);
}

GArray *
rush_block_manager_list (RushBlockManager *self)
{
  GArray *keys = g_array_new (FALSE, FALSE, sizeof (RushRddBlockId));
  GHashTableIter iter;
  gpointer block;

  pthread_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->blocks);
  while (g_hash_table_iter_next (&iter, NULL, &block))
    if (((RushKeptBlock *)block)->state == RUSH_BLOCK_KEPT)
      g_array_append_val (keys, ((RushKeptBlock *)block)->key);
  pthread_mutex_unlock (&self->lock);
  g_array_sort (keys, compare_keys);
  return keys;
}

void
rush_block_manager_stats (RushBlockManager *self, RushBlockManagerStats *out)
{
  GHashTableIter iter;
  gpointer value;

  *out = (RushBlockManagerStats){ 0 };
  pthread_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->blocks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const RushKeptBlock *block = value;

      out->n_blocks += block->state == RUSH_BLOCK_KEPT;
      out->n_on_disk += block->disk != NULL;
      out->memory_bytes += block->memory != NULL ? rush_memory_entry_bytes (block->memory) : 0;
      out->disk_bytes += block->disk != NULL ? rush_disk_entry_bytes (block->disk) : 0;
    }
  pthread_mutex_unlock (&self->lock);
}

/* ---- removal ---- */

/* Removes the blocks of @rdd_id, or all with −1; what they hold is freed outside of the lock. */
static void
remove_blocks (RushBlockManager *self, gint rdd_id)
{
  g_autoptr (GPtrArray) removed = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_block_unref);
  GHashTableIter iter;
  gpointer value;

  pthread_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->blocks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      RushKeptBlock *block = value;

      if (rdd_id >= 0 && block->key.rdd_id != rdd_id)
        continue;
      g_ptr_array_add (removed, rush_block_ref (&block->base));
      g_hash_table_iter_remove (&iter); /* drop_block () */
      rush_kept_block_tell (block);
    }
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

void
rush_block_manager_remove_rdd (RushBlockManager *self, gint rdd_id)
{
  remove_blocks (self, rdd_id);
}

gboolean
rush_block_manager_remove_block (RushBlockManager *self, gint rdd_id, guint split)
{
  RushKeptBlock *block = rush_block_manager_find (self, (RushRddBlockId){ rdd_id, split });

  if (block == NULL)
    return FALSE;
  rush_block_manager_give_up (self, block);
  rush_block_unref (&block->base);
  return TRUE;
}

void
rush_block_manager_remove_all (RushBlockManager *self)
{
  remove_blocks (self, -1);
}

void
rush_block_manager_close (RushBlockManager *self)
{
  pthread_mutex_lock (&self->lock);
  self->closed = TRUE;
  pthread_mutex_unlock (&self->lock);
  remove_blocks (self, -1);
  rush_block_manager_master_remove_executor (self->all.master, self->executor_id);
}

/* ---- the manager ---- */

RushRddCache *
rush_block_manager_cache (RushBlockManager *self)
{
  return &self->cache;
}

void
rush_block_manager_free (RushBlockManager *self)
{
  if (self == NULL)
    return;
  rush_block_manager_close (self);
  g_hash_table_unref (self->blocks);
  rush_allocator_unref (self->storage);
  rush_memory_manager_unref (self->memory);
  pthread_cond_destroy (&self->changed);
  pthread_mutex_destroy (&self->lock);
  g_free (self->executor_id);
  g_free (self->host);
  g_free (self);
}

/* Enough for some tasks to read a block each. */
static gsize
margin_of (RushMemoryManager *memory)
{
  RushMemoryStats stats;

  rush_memory_manager_stats (memory, &stats);
  return (gsize)MIN (stats.pool / MARGIN_PER_POOL, MAX_MARGIN_BYTES);
}

RushBlockManager *
rush_block_manager_new (const RushBlockManagers *all, const char *executor_id, const char *host,
                        RushMemoryManager *memory, RushEvictor *evictor)
{
  RushBlockManager *self = g_new0 (RushBlockManager, 1);

  self->cache.get_or_compute = rush_block_manager_get_or_compute;
  self->all = *all;
  self->executor_id = g_strdup (executor_id);
  self->host = g_strdup (host);
  self->memory = rush_memory_manager_ref (memory);
  self->storage = rush_storage_allocator_new (memory);
  self->evictor = evictor;
  self->codec =
      rush_conf_get_bool (all->conf, "spark.rdd.compress") ? RUSH_CODEC_ZSTD : RUSH_CODEC_NONE;
  self->margin = margin_of (memory);
  self->logs_updates =
      all->bus != NULL && rush_conf_get_bool (all->conf, "spark.eventLog.logBlockUpdates.enabled");
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->changed, NULL);
  self->blocks = g_hash_table_new_full (key_hash, key_equal, NULL, drop_block);
  return self;
}
