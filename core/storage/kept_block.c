/* kept_block.c - a kept block as others see it: the driver, which is told of it, and the evictor,
 * which has it go.
 *
 *     memory and no disk, level without it ──evict──▶ GONE
 *     memory                               ──evict──▶ written to disk, KEPT there
 *     memory and disk                      ──evict──▶ KEPT on disk
 *
 * Eviction runs in the thread of whoever needs memory, in the middle of his request.  The file is
 * written without the lock; if somebody has begun to read the block meanwhile, it stays in memory
 * as well.
 *
 * A thread that unrolls a block says whose it is (store_for ()); blocks of that RDD then say that
 * they are in use.  Without that, an RDD that is larger than the memory would push itself out,
 * partition by partition, and the next pass would find nothing of it.
 *
 * Mirrors: BlockManager.{dropFromMemory,reportBlockStatus}, MemoryStore.evictBlocksToFreeSpace.
 */
#include "core/storage/block_manager_private.h"

#include "core/event/event.h"

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

void
rush_kept_block_tell (RushKeptBlock *block)
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
        rush_block_manager_forget (self);
      rush_kept_block_tell (self);
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

RushKeptBlock *
rush_kept_block_new (RushBlockManager *manager, RushRddBlockId key, const RushStorageLevel *level)
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
