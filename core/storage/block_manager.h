/* block_manager.h - one executor's blocks of persisted RDDs.
 *
 *   task ──▶ get_or_compute (rdd, split) ──▶ here? ──▶ rows by reference, or decoded
 *                                       ├──▶ another executor has it? ──▶ read over the wire
 *                                       └──▶ computed, kept as the storage level says, then read
 *
 *   - One task computes a block; others that want it wait, then read it.
 *   - A block that finds no room is not kept, or goes to disk if its level has the disk; its rows
 *     reach the task in any case.
 *   - What is read is not evicted; blocks of one RDD are not evicted for others of it.
 *   - A block with replication goes to other executors as well, as many as there are.
 *   - What has gone to disk is read from there; Spark brings it back to memory that is free again.
 *
 * Ownership:  the executor's; evictor, dir and master outlive it.
 * Threads:    any; one mutex for the table, none while rows move.
 * Mirrors:    org.apache.spark.storage.{BlockManager,BlockInfoManager}.
 */
#pragma once

#include "core/conf/conf.h"
#include "core/event/event_bus.h"
#include "core/lineage/persistence.h"
#include "core/storage/block_manager_master.h"
#include "core/storage/eviction.h"
#include "core/storage/local_dir.h"

typedef struct _RushBlockManager RushBlockManager;

/* What the block managers of all executors have in common. */
typedef struct
{
  const RushConf *conf;
  RushBlockManagerMaster *master;
  RushEventBus *bus; /* told of each block if spark.eventLog.logBlockUpdates.enabled; or NULL */
  RushLocalDir *dir;
  /* The block managers of those that are alive; they are freed with the backend only. */
  RushBlockManager *(*lookup) (gpointer data, const char *executor_id);
  char **(*executor_ids) (gpointer data); /* those that copies may go to (transfer full) */
  gpointer data;
} RushBlockManagers;

RushBlockManager *rush_block_manager_new (const RushBlockManagers *all, const char *executor_id,
                                          const char *host, RushMemoryManager *memory,
                                          RushEvictor *evictor);
/* Drops all, files too; no task may run any more. */
void rush_block_manager_free (RushBlockManager *self);

/* What a task's context gets as its cache. (transfer none) */
RushRddCache *rush_block_manager_cache (RushBlockManager *self);

/* For executors that go.  The RDDs stay persisted until these have returned.
 * rush_block_manager_copy () gives the block to @n more executors that have none of it, if there
 * are as many; how many have it now that had not. */
typedef struct
{
  gint rdd_id;
  guint split;
} RushRddBlockId;
GArray *rush_block_manager_list (RushBlockManager *self); /* kept ones, in order (transfer full) */
guint rush_block_manager_copy (RushBlockManager *self, const RushRddBlockId *key, guint n);

void rush_block_manager_remove_rdd (RushBlockManager *self, gint rdd_id);
void rush_block_manager_remove_all (RushBlockManager *self); /* of every RDD */
/* For fault scripts: the block is gone; FALSE: was not there. */
gboolean rush_block_manager_remove_block (RushBlockManager *self, gint rdd_id, guint split);
/* The executor is lost, or the application ends: drops all blocks, and keeps no new ones. */
void rush_block_manager_close (RushBlockManager *self);

typedef struct
{
  guint n_blocks;
  guint n_on_disk;
  gint64 memory_bytes;
  gint64 disk_bytes;
} RushBlockManagerStats;
void rush_block_manager_stats (RushBlockManager *self, RushBlockManagerStats *out);
