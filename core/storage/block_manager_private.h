/* block_manager_private.h - a kept block, and what the files of the block manager share.
 *
 *   block_manager.c    the table: who computes a block, who waits, what is there; removal
 *   kept_block.c       one block: what the driver is told of it, how it is evicted
 *   block_put.c        a block that is computed, unrolled, kept and handed on
 *   block_transfer.c   blocks of other executors: read, and copied to them
 *
 * States of a block, under the manager's lock:
 *
 *     (absent) ── a task claims it ──▶ COMPUTING ── kept ──▶ KEPT ── evicted, removed ──▶ GONE
 *                                          └── failed, or no room ──────────────────────▶ GONE
 *
 * GONE blocks are not in the table; whoever still has a ref on one looks again.
 */
#pragma once

#include "core/storage/block_manager.h"
#include "core/storage/disk_entry.h"

#include <pthread.h>

typedef enum
{
  RUSH_BLOCK_COMPUTING,
  RUSH_BLOCK_KEPT,
  RUSH_BLOCK_GONE,
} RushBlockState;

/* Refs: the table's, and those of whoever works with it now. */
typedef struct
{
  RushBlock base;
  RushRddBlockId key;
  RushBlockManager *manager;
  RushStorageLevel level;

  /* Guarded by the manager's lock. */
  RushBlockState state;
  RushMemoryEntry *memory; /* (owned) or NULL */
  RushDiskEntry *disk;     /* (owned) or NULL */
} RushKeptBlock;

struct _RushBlockManager
{
  RushRddCache cache;
  RushBlockManagers all;
  char *executor_id;
  char *host;
  RushMemoryManager *memory; /* (owned) */
  RushAllocator *storage;    /* (owned) */
  RushEvictor *evictor;
  RushCodec codec; /* of serialized blocks and of those on disk */
  gsize margin;    /* of storage, that blocks leave free */
  gboolean logs_updates;
  atomic_uint n_files; /* that were made */

  pthread_mutex_t lock;
  pthread_cond_t changed; /* a block is not COMPUTING any more */
  /* Guarded by lock. */
  GHashTable *blocks; /* &key → RushKeptBlock (owned) */
  gboolean closed;
};

/* ---- block_manager.c ---- */

typedef enum
{
  RUSH_CLAIM_KEPT,      /* it is there */
  RUSH_CLAIM_MINE,      /* the caller computes it, and then keeps or gives it up */
  RUSH_CLAIM_CANCELLED, /* with @error: the task was, while it waited */
} RushClaim;

/* Waits while another task computes it.  (transfer full: @out_block) */
RushClaim rush_block_manager_claim (RushBlockManager *self, RushRddBlockId key,
                                    const RushStorageLevel *level, RushTaskContext *ctx,
                                    RushKeptBlock **out_block, GError **error);
/* NULL: it is there, or being computed. (transfer full) */
RushKeptBlock *rush_block_manager_try_claim (RushBlockManager *self, RushRddBlockId key,
                                             const RushStorageLevel *level);
gboolean rush_block_manager_is_kept (RushBlockManager *self, RushKeptBlock *block);
/* The claimed block has become these (transfer full, one may be NULL).  FALSE: it must not be kept,
 * as the RDD is not persisted any more, or the executor is lost; the entries are still to be read.
 * @rdd NULL: the caller knows that it is persisted, and stays so for as long as this takes. */
gboolean rush_block_manager_keep (RushBlockManager *self, RushKeptBlock *block, RushRdd *rdd,
                                  RushMemoryEntry *memory, RushDiskEntry *disk);
/* The block, claimed or kept, is of no use; who waits looks again. */
void rush_block_manager_give_up (RushBlockManager *self, RushKeptBlock *block);
/* Refs on what a kept block has in memory, else on disk; FALSE: it is gone. */
gboolean rush_block_manager_entries (RushBlockManager *self, RushKeptBlock *block,
                                     RushMemoryEntry **out_memory, RushDiskEntry **out_disk);
/* A file for @block: no two have one name. */
RushDiskEntry *rush_block_manager_new_file (RushBlockManager *self, const RushKeptBlock *block,
                                            RushSchema *schema, GError **error);
/* The kept block, or NULL. (transfer full) */
RushKeptBlock *rush_block_manager_find (RushBlockManager *self, RushRddBlockId key);
/* Lock held: it leaves the table; who waits looks again. */
void rush_block_manager_forget (RushKeptBlock *block);

/* ---- kept_block.c ---- */

RushKeptBlock *rush_kept_block_new (RushBlockManager *manager, RushRddBlockId key,
                                    const RushStorageLevel *level);
/* Lock held, so that updates come in order: the driver learns what it has become. */
void rush_kept_block_tell (RushKeptBlock *block);
/* Storage that this thread asks for until NULL is set is for the RDD of @block: no other block of
 * it goes for that. */
void rush_block_manager_store_for (const RushKeptBlock *block);

/* ---- block_put.c ---- */

/* What has been found of a kept block. */
typedef struct
{
  gint64 bytes; /* as they are kept */
  enum
  {
    RUSH_KEPT_IN_MEMORY,
    RUSH_KEPT_ON_DISK,
    RUSH_KEPT_ELSEWHERE, /* it has come from another executor */
  } place;
} RushKeptFind;

RushIterator *rush_block_manager_get_or_compute (RushRddCache *cache, RushRdd *rdd, guint split,
                                                 const RushStorageLevel *level,
                                                 RushTaskContext *ctx, GError **error);
/* The rows of a kept block, by reference where it has them so, and what was found.  NULL without
 * @error: it is gone, or was damaged and has been dropped. */
RushIterator *rush_block_manager_read (RushBlockManager *self, RushKeptBlock *block,
                                       RushAllocator *allocator, RushKeptFind *out_find,
                                       GError **error);
/* Keeps @rows (transfer full) as the level of the claimed @block wants it, and gives them back:
 * those that are kept, or those that found no room.  NULL: they failed on the way.  @rdd NULL: as
 * for keep (). */
RushIterator *rush_block_manager_put (RushBlockManager *self, RushKeptBlock *block,
                                      RushSchema *schema, RushRdd *rdd, RushIterator *rows,
                                      RushTaskContext *ctx, GError **error);

/* ---- block_transfer.c ---- */

/* The rows of a block of another executor, and what was found there.  NULL without @error: nobody
 * has it. */
RushIterator *rush_block_manager_fetch (RushBlockManager *self, RushRddBlockId key,
                                        RushTaskContext *ctx, RushKeptFind *out_find,
                                        GError **error);
/* Copies the kept block to as many other executors as its level wants. */
void rush_block_manager_replicate (RushBlockManager *self, RushKeptBlock *block, RushRdd *rdd,
                                   RushTaskContext *ctx);
