/* block_transfer.c - blocks of other executors: read when ours has none, and copied when one is not
 * enough.
 *
 *     task on "0" ── claims rdd_3_1 ──▶ the master: "1" has it ──▶ its rows over the wire
 *                                                                  (read, not kept here)
 *
 *     rdd_3_1 is kept on "0", replication 2 ──▶ its rows over the wire ──▶ put on "1"
 *
 * A task runs elsewhere than its block if the executor there has been busy for too long
 * (spark.locality.wait).  Copies are what is left when an executor is lost; beside the tasks others
 * are made from them then, as of all that an executor has that is about to go
 * (core/executor/block_mover.c).
 *
 * All executors are of one process, and so the wire is encode, compress, check, decode
 * (core/storage/wire.h), as it is for a shuffle; what is kept there is a copy in the other one's
 * memory.
 *
 * A peer that cannot take a copy does without: the block has fewer of them, as in Spark.
 *
 * Mirrors: BlockManager.{getRemoteBlock,replicate}, RandomBlockReplicationPolicy (which is dice;
 *          here the peers take turns by partition).
 */
#include "core/storage/block_manager_private.h"

#include "core/storage/wire.h"

/* ---- reading ---- */

static RushIterator *
read_from (RushBlockManager *peer, RushRddBlockId key, RushTaskContext *ctx, RushKeptFind *out_find,
           GError **error)
{
  RushKeptBlock *block = rush_block_manager_find (peer, key);
  g_autoptr (RushBlock) owned = block != NULL ? &block->base : NULL;
  RushIterator *rows = NULL;

  if (block != NULL)
    rows = rush_block_manager_read (peer, block, ctx->allocator, out_find, error);
  out_find->place = RUSH_KEPT_ELSEWHERE;
  return rows != NULL ? rush_wire_iterator_new (rows, peer->codec, ctx->allocator) : NULL;
}

RushIterator *
rush_block_manager_fetch (RushBlockManager *self, RushRddBlockId key, RushTaskContext *ctx,
                          RushKeptFind *out_find, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_auto (GStrv) places =
      rush_block_manager_master_locations (self->all.master, key.rdd_id, key.split);
  RushIterator *rows = NULL;

  for (guint i = 0; places != NULL && places[i] != NULL && rows == NULL && failure == NULL; i++)
    {
      RushBlockManager *peer = self->all.lookup (self->all.data, places[i]);

      if (peer != NULL && peer != self)
        rows = read_from (peer, key, ctx, out_find, &failure);
    }
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return rows;
}

/* ---- copying ---- */

/* (transfer full), NULL: it is gone. */
static RushSchema *
schema_of (RushBlockManager *self, RushKeptBlock *block)
{
  g_autoptr (RushMemoryEntry) memory = NULL;
  g_autoptr (RushDiskEntry) disk = NULL;

  if (!rush_block_manager_entries (self, block, &memory, &disk))
    return NULL;
  return rush_schema_ref (memory != NULL ? rush_memory_entry_schema (memory)
                                         : rush_disk_entry_schema (disk));
}

/* What @self has of it, after its journey. (transfer full) */
static RushIterator *
sent_rows (RushBlockManager *self, RushKeptBlock *block, RushTaskContext *ctx, GError **error)
{
  RushKeptFind find;
  RushIterator *rows = rush_block_manager_read (self, block, ctx->allocator, &find, error);

  return rows != NULL ? rush_wire_iterator_new (rows, self->codec, ctx->allocator) : NULL;
}

/* FALSE without @error: @peer has the block already, or had no room for it. */
static gboolean
copy_to (RushBlockManager *peer, RushBlockManager *self, RushKeptBlock *block, RushRdd *rdd,
         RushTaskContext *ctx, GError **error)
{
  g_autoptr (RushSchema) schema = schema_of (self, block);
  RushKeptBlock *copy =
      schema != NULL ? rush_block_manager_try_claim (peer, block->key, &block->level) : NULL;
  g_autoptr (RushBlock) owned = copy != NULL ? &copy->base : NULL;
  RushIterator *rows;

  if (copy == NULL)
    return FALSE;
  rows = sent_rows (self, block, ctx, error);
  if (rows == NULL)
    {
      rush_block_manager_give_up (peer, copy);
      return FALSE;
    }
  rows = rush_block_manager_put (peer, copy, schema, rdd, rows, ctx, error);
  if (rows == NULL)
    return FALSE;
  rush_iterator_close (rows);
  return rush_block_manager_is_kept (peer, copy);
}

/* How many copies were made, of @n that are wanted. */
static guint
copy_to_peers (RushBlockManager *self, RushKeptBlock *block, RushRdd *rdd, guint n,
               RushTaskContext *ctx)
{
  g_auto (GStrv) ids = self->all.executor_ids (self->all.data);
  guint n_ids = g_strv_length (ids), n_made = 0;

  for (guint i = 0; i < n_ids && n_made < n; i++)
    {
      RushBlockManager *peer =
          self->all.lookup (self->all.data, ids[(block->key.split + 1 + i) % n_ids]);
      g_autoptr (GError) error = NULL;

      if (peer == NULL || peer == self)
        continue;
      if (copy_to (peer, self, block, rdd, ctx, &error))
        n_made++;
      else if (error != NULL)
        g_warning ("block %s has no copy on executor %s: %s", block->base.id, peer->executor_id,
                   error->message);
    }
  return n_made;
}

void
rush_block_manager_replicate (RushBlockManager *self, RushKeptBlock *block, RushRdd *rdd,
                              RushTaskContext *ctx)
{
  copy_to_peers (self, block, rdd, block->level.replication - 1, ctx);
}

guint
rush_block_manager_copy (RushBlockManager *self, const RushRddBlockId *key, guint n)
{
  RushKeptBlock *block = rush_block_manager_find (self, *key);
  g_autoptr (RushBlock) owned = block != NULL ? &block->base : NULL;
  g_autoptr (RushTaskContext) ctx = rush_task_context_new (); /* of nobody's task */

  return block != NULL ? copy_to_peers (self, block, NULL, n, ctx) : 0;
}
