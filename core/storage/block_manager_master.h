/* block_manager_master.h - the driver's map of who keeps which block of which persisted RDD.
 *
 *   rdd 3 ─▶ partition 0 ─▶ executor "1": 632 bytes in memory
 *            partition 1 ─▶ executor "0": 512 in memory · executor "1": 512 on disk
 *
 * Block managers tell it of each change.  It is asked where tasks should run (cached partitions),
 * where a block can be read or has to be lost, and how much of an RDD is kept, for people.
 *
 * Threads:  any; one mutex.  It calls nobody.
 * Mirrors:  org.apache.spark.storage.{BlockManagerMaster,BlockManagerMasterEndpoint}.
 */
#pragma once

#include "core/event/storage_level.h"
#include "core/lineage/lineage.h"

typedef struct _RushBlockManagerMaster RushBlockManagerMaster;

/* A block as one executor has it now. */
typedef struct
{
  gboolean is_there; /* an empty partition has no bytes, and yet need not be computed again */
  const char *executor_id;
  gint rdd_id;
  guint split;
  RushStorageLevel level;
  gint64 memory_bytes;
  gint64 disk_bytes;
} RushBlockUpdate;

RushBlockManagerMaster *rush_block_manager_master_new (void);
void rush_block_manager_master_free (RushBlockManagerMaster *self);

void rush_block_manager_master_update (RushBlockManagerMaster *self, const RushBlockUpdate *update);
void rush_block_manager_master_remove_executor (RushBlockManagerMaster *self,
                                                const char *executor_id);
void rush_block_manager_master_remove_rdd (RushBlockManagerMaster *self, gint rdd_id);

/* The executors that have the partition, NULL-terminated (transfer full); NULL: none. */
char **rush_block_manager_master_locations (RushBlockManagerMaster *self, gint rdd_id, guint split);
/* Spark's driver keeps what it knows of locations while a job runs, and looks again when the next
 * is submitted: before that, blocks which the last job made are not known.  The first says that one
 * is submitted, the second tells what is known. */
void rush_block_manager_master_begin_job (RushBlockManagerMaster *self);
char **rush_block_manager_master_known_locations (RushBlockManagerMaster *self, gint rdd_id,
                                                  guint split);
RushStorageStatus rush_block_manager_master_status (RushBlockManagerMaster *self, gint rdd_id);

/* Blocks of which there are fewer copies than their level says: by RDD and partition, GArray of
 * RushThinBlock (transfer full). */
typedef struct
{
  gint rdd_id;
  guint split;
  const char *executor_id; /* one that has it; interned */
  guint n_missing;
} RushThinBlock;
GArray *rush_block_manager_master_thin_blocks (RushBlockManagerMaster *self);

/* All that is kept of one RDD, for people. */
typedef struct
{
  gint rdd_id;
  RushStorageLevel level; /* of its blocks */
  RushStorageStatus status;
} RushKeptRdd;
/* By number.  GArray of RushKeptRdd (transfer full). */
GArray *rush_block_manager_master_list (RushBlockManagerMaster *self);
