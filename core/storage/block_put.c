/* block_put.c - a partition of a persisted RDD: read, or computed, unrolled and kept.
 *
 *     rows being computed ──▶ unroll in memory ──whole──▶ KEPT in memory
 *       (the level has            │
 *        memory)                  └ storage is full: what is unrolled moves to a file
 *                                     ├ the level has the disk:  the rest, too; KEPT on disk
 *                                     └ it has not:  GONE; the task gets what is in the file, then
 *                                         the rest as it is computed
 *       (it has the disk alone) ──▶ a file ──▶ KEPT on disk
 *
 * What is unrolled is a memory consumer of its task, as it would be in the way of the very rows
 * that it waits for: if the task finds no memory, it moves to a file as well.
 *
 * A block is made whole before its first row is given on, even if the task wants one row alone
 * (first () on a persisted RDD computes all of its first partition): half a block is of no use to
 * the next one who asks.
 *
 * There is no pool beside the heap, so that a block for use_off_heap finds no room there.
 *
 * What is read of a kept block is the task's input, in bytes as kept and in rows; what has just
 * been computed is not.
 *
 * Mirrors: BlockManager.{getOrElseUpdateRDDBlock,doPutIterator}, MemoryStore.putIterator,
 *          RDD.getOrCompute.
 */
#include "core/storage/block_manager_private.h"

#include "core/memory/task_memory.h"

/* ---- input metrics ---- */

typedef struct
{
  RushIterator base;
  RushIterator *rows; /* (owned) */
  RushTaskContext *ctx;
  gboolean batch_is_record;
} InputIterator;

static RushBatch *
input_next (RushIterator *base, GError **error)
{
  InputIterator *self = (InputIterator *)base;
  RushBatch *batch = rush_iterator_next (self->rows, error);

  if (batch != NULL)
    self->ctx->metrics.input_records += self->batch_is_record ? 1 : batch->length;
  return batch;
}

static void
input_close (RushIterator *base)
{
  InputIterator *self = (InputIterator *)base;

  rush_iterator_close (self->rows);
  g_free (self);
}

static const RushIteratorClass input_class = { input_next, input_close };

/* (transfer full: @rows) */
static RushIterator *
count_as_input (RushIterator *rows, const RushRdd *rdd, const RushKeptFind *find,
                RushTaskContext *ctx)
{
  InputIterator *self = g_new0 (InputIterator, 1);

  self->base.klass = &input_class;
  self->rows = rows;
  self->ctx = ctx;
  self->batch_is_record = rdd->batch_is_record;
  ctx->metrics.input_bytes += find->bytes;
  if (find->place == RUSH_KEPT_IN_MEMORY)
    ctx->kept_memory_bytes += find->bytes;
  else if (find->place == RUSH_KEPT_ELSEWHERE)
    ctx->kept_remote_bytes += find->bytes;
  ctx->metrics.kept_blocks_read++;
  return &self->base;
}

/* ---- rows that found no room ---- */

typedef struct
{
  RushIterator base;
  RushIterator *moved; /* (owned) or NULL: read */
  RushBatch *refused;  /* (owned) or NULL: given on */
  RushIterator *rest;  /* (owned) */
} HandedIterator;

static RushBatch *
handed_next (RushIterator *base, GError **error)
{
  HandedIterator *self = (HandedIterator *)base;
  g_autoptr (GError) failure = NULL;
  RushBatch *batch = NULL;

  if (self->moved != NULL)
    {
      batch = rush_iterator_next (self->moved, &failure);
      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      if (batch == NULL)
        g_clear_pointer (&self->moved, rush_iterator_close); /* with its file */
    }
  if (batch == NULL)
    batch = g_steal_pointer (&self->refused);
  return batch != NULL ? batch : rush_iterator_next (self->rest, error);
}

static void
handed_close (RushIterator *base)
{
  HandedIterator *self = (HandedIterator *)base;

  rush_iterator_close (self->moved);
  if (self->refused != NULL)
    rush_batch_unref (self->refused);
  rush_iterator_close (self->rest);
  g_free (self);
}

static const RushIteratorClass handed_class = { handed_next, handed_close };

/* ---- a block on its way ---- */

typedef struct
{
  RushMemoryConsumer consumer; /* of the task, while it unrolls */
  RushBlockManager *manager;
  RushKeptBlock *block;
  RushSchema *schema;
  RushRdd *rdd; /* or NULL */
  RushTaskContext *ctx;
  RushIterator *rows;      /* (owned) what has not been pulled */
  RushMemoryEntry *memory; /* (owned) what has been unrolled, or NULL */
  RushDiskEntry *file;     /* (owned) where it has moved to, or NULL */
  RushBatch *refused;      /* (owned) what came then, or NULL */
} Put;

static void
put_clear (Put *self)
{
  g_clear_pointer (&self->rows, rush_iterator_close);
  g_clear_pointer (&self->memory, rush_memory_entry_unref);
  g_clear_pointer (&self->file, rush_disk_entry_unref);
  g_clear_pointer (&self->refused, rush_batch_unref);
}

static RushBatch *
pull (Put *self, GError **error)
{
  return rush_task_context_check (self->ctx, error) ? rush_iterator_next (self->rows, error) : NULL;
}

static gboolean
ensure_file (Put *self, GError **error)
{
  if (self->file == NULL)
    self->file = rush_block_manager_new_file (self->manager, self->block, self->schema, error);
  return self->file != NULL;
}

/* What is unrolled goes to a file. */
static gboolean
move_to_file (Put *self, GError **error)
{
  g_assert (self->file == NULL);
  if (!ensure_file (self, error) || !rush_disk_entry_add_memory (self->file, self->memory, error))
    return FALSE;
  g_clear_pointer (&self->memory, rush_memory_entry_unref);
  return TRUE;
}

/* ---- unrolling ---- */

static gint64
unrolled_bytes (RushMemoryConsumer *consumer)
{
  Put *self = (Put *)consumer;

  return self->memory != NULL ? rush_memory_entry_bytes (self->memory) : 0;
}

static gint64
spill_unrolled (RushMemoryConsumer *consumer, GError **error)
{
  gint64 bytes = unrolled_bytes (consumer);

  if (bytes == 0)
    return 0;
  return move_to_file ((Put *)consumer, error) ? bytes : -1;
}

/* FALSE: storage is full, or another @error. */
static gboolean
unroll_one (Put *self, RushBatch *batch, GError **error)
{
  gboolean added;

  rush_block_manager_store_for (self->block);
  added = rush_memory_entry_add (self->memory, batch, error);
  rush_block_manager_store_for (NULL);
  return added;
}

/* Until there are no more rows, or one has been refused, or what was unrolled had to move. */
static gboolean
pull_into_memory (Put *self, GError **error)
{
  g_autoptr (GError) failure = NULL;

  while (self->memory != NULL && self->refused == NULL && failure == NULL)
    {
      g_autoptr (GError) refusal = NULL;
      RushBatch *batch = pull (self, &failure);

      if (batch == NULL)
        break;
      if (self->memory != NULL && unroll_one (self, batch, &refusal))
        rush_batch_unref (batch);
      else
        self->refused = batch;
      if (refusal != NULL &&
          !g_error_matches (refusal, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY))
        failure = g_steal_pointer (&refusal);
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
unroll (Put *self, GError **error)
{
  RushBlockManager *manager = self->manager;
  struct _RushTaskMemory *task = self->ctx->memory;
  gboolean unrolled;

  self->memory = rush_memory_entry_new (self->schema, self->block->level.deserialized,
                                        manager->codec, manager->storage, manager->margin);
  if (task != NULL)
    rush_task_memory_add_consumer (task, &self->consumer);
  unrolled = pull_into_memory (self, error);
  if (task != NULL)
    rush_task_memory_remove_consumer (task, &self->consumer);
  return unrolled;
}

/* ---- where it ends ---- */

static RushIterator *
keep_in_memory (Put *self)
{
  RushIterator *rows;

  rush_memory_entry_seal (self->memory);
  rows = rush_memory_entry_read (self->memory, self->ctx->allocator);
  rush_block_manager_keep (self->manager, self->block, self->rdd, g_steal_pointer (&self->memory),
                           NULL);
  return rows;
}

static gboolean
pull_into_file (Put *self, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (!ensure_file (self, error))
    return FALSE;
  while (failure == NULL)
    {
      g_autoptr (RushBatch) batch = g_steal_pointer (&self->refused);

      if (batch == NULL)
        batch = pull (self, &failure);
      if (batch == NULL)
        break;
      rush_disk_entry_add (self->file, batch, &failure);
    }
  if (failure == NULL)
    return rush_disk_entry_seal (self->file, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static RushIterator *
keep_on_disk (Put *self, GError **error)
{
  RushIterator *rows;

  if (!pull_into_file (self, error))
    return NULL;
  rows = rush_disk_entry_read (self->file, self->ctx->allocator, error);
  if (rows != NULL)
    rush_block_manager_keep (self->manager, self->block, self->rdd, NULL,
                             g_steal_pointer (&self->file));
  return rows;
}

static RushIterator *
hand_through (Put *self, GError **error)
{
  HandedIterator *iterator;
  RushIterator *moved = NULL;

  if (self->file != NULL)
    {
      if (!rush_disk_entry_seal (self->file, error))
        return NULL;
      moved = rush_disk_entry_read (self->file, self->ctx->allocator, error);
      if (moved == NULL)
        return NULL;
    }
  rush_block_manager_give_up (self->manager, self->block);
  iterator = g_new0 (HandedIterator, 1);
  iterator->base.klass = &handed_class;
  iterator->moved = moved;
  iterator->refused = g_steal_pointer (&self->refused);
  iterator->rest = g_steal_pointer (&self->rows);
  return &iterator->base;
}

static RushIterator *
put_rows (Put *self, GError **error)
{
  const RushStorageLevel *level = &self->block->level;

  if (level->use_memory && !level->use_off_heap)
    {
      if (!unroll (self, error))
        return NULL;
      if (self->memory != NULL && self->refused == NULL)
        return keep_in_memory (self);
      if (self->memory != NULL && !move_to_file (self, error))
        return NULL;
    }
  return level->use_disk ? keep_on_disk (self, error) : hand_through (self, error);
}

RushIterator *
rush_block_manager_put (RushBlockManager *self, RushKeptBlock *block, RushSchema *schema,
                        RushRdd *rdd, RushIterator *rows, RushTaskContext *ctx, GError **error)
{
  Put put = {
    .consumer = { .name = "UnrolledBlock",
                  .used_bytes = unrolled_bytes,
                  .spill = spill_unrolled,
                  .is_storage = TRUE },
    .manager = self,
    .block = block,
    .schema = schema,
    .rdd = rdd,
    .ctx = ctx,
    .rows = rows,
  };
  RushIterator *kept = put_rows (&put, error);

  put_clear (&put);
  if (kept == NULL)
    rush_block_manager_give_up (self, block);
  return kept;
}

/* ---- getting ---- */

static gboolean
is_damage (const GError *error)
{
  return g_error_matches (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT) ||
         g_error_matches (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND) ||
         g_error_matches (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO);
}

RushIterator *
rush_block_manager_read (RushBlockManager *self, RushKeptBlock *block, RushAllocator *allocator,
                         RushKeptFind *out_find, GError **error)
{
  g_autoptr (RushMemoryEntry) memory = NULL;
  g_autoptr (RushDiskEntry) disk = NULL;
  g_autoptr (GError) failure = NULL;
  RushIterator *rows;

  if (!rush_block_manager_entries (self, block, &memory, &disk))
    return NULL;
  if (memory != NULL)
    {
      *out_find = (RushKeptFind){ rush_memory_entry_bytes (memory), RUSH_KEPT_IN_MEMORY };
      return rush_memory_entry_read (memory, allocator);
    }
  *out_find = (RushKeptFind){ rush_disk_entry_bytes (disk), RUSH_KEPT_ON_DISK };
  rows = rush_disk_entry_read (disk, allocator, &failure);
  if (rows != NULL)
    return rows;
  if (is_damage (failure))
    {
      g_warning ("block %s of executor %s is computed again, as it cannot be read: %s",
                 block->base.id, self->executor_id, failure->message);
      rush_block_manager_give_up (self, block);
    }
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

/* The block is claimed. */
static RushIterator *
compute (RushBlockManager *self, RushKeptBlock *block, RushRdd *rdd, RushTaskContext *ctx,
         GError **error)
{
  RushIterator *rows = rush_rdd_compute_or_read_checkpoint (rdd, block->key.split, ctx, error);

  if (rows == NULL)
    {
      rush_block_manager_give_up (self, block);
      return NULL;
    }
  ctx->metrics.kept_blocks_computed++;
  rows = rush_block_manager_put (self, block, rdd->schema, rdd, rows, ctx, error);
  if (rows != NULL && block->level.replication > 1 && rush_block_manager_is_kept (self, block))
    rush_block_manager_replicate (self, block, rdd, ctx);
  return rows;
}

/* The block is claimed, but may be read elsewhere. */
static RushIterator *
fetch_or_compute (RushBlockManager *self, RushKeptBlock *block, RushRdd *rdd, RushTaskContext *ctx,
                  GError **error)
{
  g_autoptr (GError) failure = NULL;
  RushKeptFind find = { 0 };
  RushIterator *rows = rush_block_manager_fetch (self, block->key, ctx, &find, &failure);

  if (rows == NULL && failure == NULL)
    return compute (self, block, rdd, ctx, error);
  rush_block_manager_give_up (self, block);
  if (rows != NULL)
    return count_as_input (rows, rdd, &find, ctx);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

RushIterator *
rush_block_manager_get_or_compute (RushRddCache *cache, RushRdd *rdd, guint split,
                                   const RushStorageLevel *level, RushTaskContext *ctx,
                                   GError **error)
{
  RushBlockManager *self = (RushBlockManager *)cache;
  const RushRddBlockId key = { rdd->id, split };

  for (;;)
    {
      g_autoptr (GError) failure = NULL;
      RushKeptBlock *claimed = NULL;
      RushClaim claim = rush_block_manager_claim (self, key, level, ctx, &claimed, error);
      g_autoptr (RushBlock) block = claimed != NULL ? &claimed->base : NULL; /* a ref */
      RushIterator *rows;
      RushKeptFind find = { 0 };

      if (claim == RUSH_CLAIM_CANCELLED)
        return NULL;
      if (claim == RUSH_CLAIM_MINE)
        return fetch_or_compute (self, claimed, rdd, ctx, error);
      rows = rush_block_manager_read (self, claimed, ctx->allocator, &find, &failure);
      if (rows != NULL)
        return count_as_input (rows, rdd, &find, ctx);
      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
    }
}
