/* block_put.c - a partition of a persisted RDD: read, or computed, unrolled and kept.
 *
 *     rows being computed ──▶ unroll in memory ──whole──▶ KEPT in memory
 *       (the level has            │
 *        memory)                  └ storage is full ─┬ the level has the disk:  what is unrolled and
 *                                                    │   the rest go to a file, KEPT on disk
 *                                                    └ it has not:  GONE; the task gets what is
 *                                                        unrolled, then the rest as it is computed
 *       (it has the disk alone) ──▶ a file ──▶ KEPT on disk
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

/* ---- input metrics ---- */

typedef struct
{
  RushIterator base;
  RushIterator *rows; /* (owned) */
  RushTaskContext *ctx;
} InputIterator;

static RushBatch *
input_next (RushIterator *base, GError **error)
{
  InputIterator *self = (InputIterator *)base;
  RushBatch *batch = rush_iterator_next (self->rows, error);

  if (batch != NULL)
    self->ctx->metrics.input_records += batch->length;
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
count_as_input (RushIterator *rows, gint64 bytes, RushTaskContext *ctx)
{
  InputIterator *self = g_new0 (InputIterator, 1);

  self->base.klass = &input_class;
  self->rows = rows;
  self->ctx = ctx;
  ctx->metrics.input_bytes += bytes;
  return &self->base;
}

/* ---- rows that found no room ---- */

typedef struct
{
  RushIterator base;
  RushIterator *unrolled; /* (owned) or NULL: read */
  RushBatch *refused;     /* (owned) or NULL: given on */
  RushIterator *rest;     /* (owned) */
} HandedIterator;

static RushBatch *
handed_next (RushIterator *base, GError **error)
{
  HandedIterator *self = (HandedIterator *)base;
  g_autoptr (GError) failure = NULL;
  RushBatch *batch = NULL;

  if (self->unrolled != NULL)
    {
      batch = rush_iterator_next (self->unrolled, &failure);
      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      if (batch == NULL)
        g_clear_pointer (&self->unrolled, rush_iterator_close); /* its storage is free again */
    }
  if (batch == NULL)
    batch = g_steal_pointer (&self->refused);
  return batch != NULL ? batch : rush_iterator_next (self->rest, error);
}

static void
handed_close (RushIterator *base)
{
  HandedIterator *self = (HandedIterator *)base;

  rush_iterator_close (self->unrolled);
  if (self->refused != NULL)
    rush_batch_unref (self->refused);
  rush_iterator_close (self->rest);
  g_free (self);
}

static const RushIteratorClass handed_class = { handed_next, handed_close };

/* ---- putting ---- */

/* A claimed block on its way; who ends it takes what is left of it. */
typedef struct
{
  RushBlockManager *manager;
  RushKeptBlock *block;
  RushRdd *rdd;
  RushTaskContext *ctx;
  RushIterator *rows;      /* (owned) what has not been pulled */
  RushMemoryEntry *memory; /* (owned) what has been unrolled, or NULL */
  RushBatch *refused;      /* (owned) what came then and found no room, or NULL */
} Put;

static void
put_clear (Put *self)
{
  g_clear_pointer (&self->rows, rush_iterator_close);
  g_clear_pointer (&self->memory, rush_memory_entry_unref);
  g_clear_pointer (&self->refused, rush_batch_unref);
}

static RushBatch *
next_row_batch (Put *self, GError **error)
{
  return rush_task_context_check (self->ctx, error) ? rush_iterator_next (self->rows, error) : NULL;
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

static gboolean
begin_unrolling (Put *self, GError **error)
{
  RushBlockManager *manager = self->manager;

  rush_block_manager_store_for (self->block);
  self->memory = rush_memory_entry_new (self->rdd->schema, self->block->level.deserialized,
                                        manager->codec, manager->storage, manager->ballast, error);
  rush_block_manager_store_for (NULL);
  return self->memory != NULL;
}

static gboolean
is_full (const GError *error)
{
  return g_error_matches (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
}

/* Pulls rows into memory until there are no more (TRUE, *@out_whole), or until storage is full. */
static gboolean
unroll (Put *self, gboolean *out_whole, GError **error)
{
  g_autoptr (GError) refusal = NULL;
  g_autoptr (GError) failure = NULL;

  *out_whole = FALSE;
  if (begin_unrolling (self, &refusal))
    {
      RushBatch *batch;

      while (refusal == NULL && (batch = next_row_batch (self, &failure)) != NULL)
        if (unroll_one (self, batch, &refusal))
          rush_batch_unref (batch);
        else
          self->refused = batch;
      *out_whole = refusal == NULL;
      rush_memory_entry_seal (self->memory);
    }
  if (refusal != NULL && !is_full (refusal))
    failure = g_steal_pointer (&refusal);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static RushIterator *
keep_in_memory (Put *self)
{
  RushIterator *rows = rush_memory_entry_read (self->memory, self->ctx->allocator);

  rush_block_manager_keep (self->manager, self->block, self->rdd, g_steal_pointer (&self->memory),
                           NULL);
  return rows;
}

static gboolean
write_all (Put *self, RushDiskEntry *disk, GError **error)
{
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  if (self->memory != NULL && !rush_disk_entry_add_memory (disk, self->memory, error))
    return FALSE;
  g_clear_pointer (&self->memory, rush_memory_entry_unref);
  if (self->refused != NULL && !rush_disk_entry_add (disk, self->refused, error))
    return FALSE;
  g_clear_pointer (&self->refused, rush_batch_unref);
  while ((batch = next_row_batch (self, &failure)) != NULL)
    {
      gboolean added = rush_disk_entry_add (disk, batch, &failure);

      rush_batch_unref (batch);
      if (!added)
        break;
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  return rush_disk_entry_seal (disk, error);
}

static RushIterator *
keep_on_disk (Put *self, GError **error)
{
  g_autoptr (RushDiskEntry) disk =
      rush_block_manager_new_file (self->manager, self->block, self->rdd->schema, error);
  RushIterator *rows;

  if (disk == NULL || !write_all (self, disk, error))
    return NULL;
  rows = rush_disk_entry_read (disk, self->ctx->allocator, error);
  if (rows != NULL)
    rush_block_manager_keep (self->manager, self->block, self->rdd, NULL, g_steal_pointer (&disk));
  return rows;
}

static RushIterator *
hand_through (Put *self)
{
  HandedIterator *iterator = g_new0 (HandedIterator, 1);

  rush_block_manager_give_up (self->manager, self->block);
  iterator->base.klass = &handed_class;
  if (self->memory != NULL)
    iterator->unrolled = rush_memory_entry_read (self->memory, self->ctx->allocator);
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
      gboolean whole;

      if (!unroll (self, &whole, error))
        return NULL;
      if (whole)
        return keep_in_memory (self);
    }
  return level->use_disk ? keep_on_disk (self, error) : hand_through (self);
}

RushIterator *
rush_block_manager_put (RushBlockManager *self, RushKeptBlock *block, RushRdd *rdd,
                        RushIterator *rows, RushTaskContext *ctx, GError **error)
{
  Put put = { .manager = self, .block = block, .rdd = rdd, .ctx = ctx, .rows = rows };
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
                         gint64 *out_bytes, GError **error)
{
  g_autoptr (RushMemoryEntry) memory = NULL;
  g_autoptr (RushDiskEntry) disk = NULL;
  g_autoptr (GError) failure = NULL;
  RushIterator *rows;

  if (!rush_block_manager_entries (self, block, &memory, &disk))
    return NULL;
  if (memory != NULL)
    {
      *out_bytes = rush_memory_entry_bytes (memory);
      return rush_memory_entry_read (memory, allocator);
    }
  *out_bytes = rush_disk_entry_bytes (disk);
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
  return rush_block_manager_put (self, block, rdd, rows, ctx, error);
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
      gint64 bytes = 0;

      if (claim == RUSH_CLAIM_CANCELLED)
        return NULL;
      if (claim == RUSH_CLAIM_MINE)
        return compute (self, claimed, rdd, ctx, error);
      rows = rush_block_manager_read (self, claimed, ctx->allocator, &bytes, &failure);
      if (rows != NULL)
        return count_as_input (rows, bytes, ctx);
      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
    }
}
