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
 * Eviction runs in the thread of whoever needs memory, and calls back into this file: no storage is
 * asked for under the lock.  A thread that unrolls a block says whose it is (store_for ()); blocks
 * of that RDD then say that they are in use.  Without that, an RDD that is larger than the memory
 * would push itself out, partition by partition, and the next pass would find nothing of it.
 */
#include "core/storage/block_manager_private.h"

#include "core/event/event.h"

#define LOOK_US (50 * 1000)
#define MARGIN_PER_POOL 8
#define MAX_MARGIN_BYTES (16 * 1024 * 1024)

static _Thread_local gint storing_for = -1; /* an RDD */

void
rush_block_manager_store_for (const RushKeptBlock *block)
{
  storing_for = block != NULL ? block->key.rdd_id : -1;
}

/* ---- what the driver is told ---- */

/* The level of the event says where the block is now. */
static void
post_update (const RushKeptBlock *block, const RushBlockUpdate *update)
{
  RushBlockManager *self = block->manager;
  RushEvent *event = rush_event_new (RUSH_EVENT_BLOCK_UPDATED);

  event->block_updated.executor_id = g_strdup (self->executor_id);
  event->block_updated.host = g_strdup (self->host);
  event->block_updated.block_id = g_strdup (block->base.id);
  event->block_updated.level = (RushStorageLevel){
    .use_disk = block->disk != NULL,
    .use_memory = block->memory != NULL,
    .use_off_heap = update->level.use_off_heap,
    .deserialized = block->memory != NULL && update->level.deserialized,
    .replication = update->is_there ? update->level.replication : 1,
  };
  event->block_updated.memory_bytes = update->memory_bytes;
  event->block_updated.disk_bytes = update->disk_bytes;
  rush_event_bus_post (self->all.bus, event);
}

/* Lock held, so that updates come in order. */
static void
tell_master (RushKeptBlock *block)
{
  RushBlockManager *self = block->manager;
  RushBlockUpdate update = {
    .is_there = block->state == RUSH_BLOCK_KEPT,
    .executor_id = self->executor_id,
    .rdd_id = block->key.rdd_id,
    .split = block->key.split,
    .level = block->level,
  };

  if (block->memory != NULL)
    update.memory_bytes = rush_memory_entry_bytes (block->memory);
  if (block->disk != NULL)
    update.disk_bytes = rush_disk_entry_bytes (block->disk);
  if (self->closed)
    return;
  rush_block_manager_master_update (self->all.master, &update);
  if (self->logs_updates)
    post_update (block, &update);
}

/* ---- a block as the evictor sees it ---- */

/* What is in memory, if it may go now; else NULL. (transfer full) */
static RushMemoryEntry *
take_if_evictable (RushKeptBlock *self)
{
  RushMemoryEntry *memory = NULL;

  pthread_mutex_lock (&self->manager->lock);
  if (self->state == RUSH_BLOCK_KEPT && self->memory != NULL && self->key.rdd_id != storing_for &&
      rush_memory_entry_n_refs (self->memory) == 1)
    memory = rush_memory_entry_ref (self->memory);
  pthread_mutex_unlock (&self->manager->lock);
  return memory;
}

static RushDiskEntry *
write_to_disk (RushKeptBlock *self, RushMemoryEntry *memory, GError **error)
{
  RushSchema *schema = rush_memory_entry_schema (memory);
  g_autoptr (RushDiskEntry) disk = rush_block_manager_new_file (self->manager, self, schema, error);

  if (disk == NULL || !rush_disk_entry_add_memory (disk, memory, error) ||
      !rush_disk_entry_seal (disk, error))
    return NULL;
  return g_steal_pointer (&disk);
}

static void remove_from_table (RushKeptBlock *block);

/* The block loses its memory; @disk (transfer full), if not NULL, takes its place.  FALSE: somebody
 * has begun to read it. */
static gboolean
let_go (RushKeptBlock *self, RushDiskEntry *disk)
{
  RushBlockManager *manager = self->manager;
  RushMemoryEntry *memory = NULL;

  pthread_mutex_lock (&manager->lock);
  if (self->state == RUSH_BLOCK_KEPT && disk != NULL && self->disk == NULL)
    self->disk = g_steal_pointer (&disk);
  /* Two refs: the block's, and that of the caller. */
  if (self->state == RUSH_BLOCK_KEPT && rush_memory_entry_n_refs (self->memory) == 2)
    {
      memory = g_steal_pointer (&self->memory);
      if (self->disk == NULL)
        remove_from_table (self);
      tell_master (self);
    }
  pthread_mutex_unlock (&manager->lock);
  rush_disk_entry_unref (disk);
  rush_memory_entry_unref (memory);
  return memory != NULL;
}

static gint64
evict_block (RushBlock *base, GError **error)
{
  RushKeptBlock *self = (RushKeptBlock *)base;
  g_autoptr (RushMemoryEntry) memory = take_if_evictable (self);
  RushDiskEntry *disk = NULL;

  if (memory == NULL)
    return 0;
  if (self->level.use_disk && self->disk == NULL)
    {
      disk = write_to_disk (self, memory, error);
      if (disk == NULL)
        return -1;
    }
  return let_go (self, disk) ? base->bytes : 0;
}

static void
free_block (RushBlock *base)
{
  RushKeptBlock *self = (RushKeptBlock *)base;

  rush_memory_entry_unref (self->memory);
  rush_disk_entry_unref (self->disk);
  g_free (self);
}

static const RushBlockClass block_class = { evict_block, free_block };

static RushKeptBlock *
kept_block_new (RushBlockManager *manager, RushRddBlockId key, const RushStorageLevel *level)
{
  RushKeptBlock *self = g_new0 (RushKeptBlock, 1);

  rush_block_init (&self->base, &block_class, g_strdup_printf ("rdd_%d_%u", key.rdd_id, key.split),
                   0);
  self->key = key;
  self->manager = manager;
  self->level = *level;
  self->state = RUSH_BLOCK_COMPUTING;
  return self;
}

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

static void
remove_from_table (RushKeptBlock *block)
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
  RushKeptBlock *block = kept_block_new (self, key, level);

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
  RushStorageLevel level = rush_rdd_storage_level (rdd);
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
      tell_master (block);
    }
  else
    remove_from_table (block);
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
  remove_from_table (block);
  block->state = RUSH_BLOCK_GONE;
  if (was_kept)
    tell_master (block);
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
      tell_master (block);
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
