/* keepers.h - executors that keep blocks, and an RDD that counts how often it is computed; for tests
 * of the block manager. */
#pragma once

#include "core/memory/task_memory.h"
#include "core/storage/block_manager.h"

#define MAX_KEEPERS 3

typedef struct
{
  char id[2];
  RushMemoryManager *memory;
  RushEvictor *evictor;
  RushBlockManager *manager;
  gboolean is_alive;
} Keeper;

typedef struct
{
  RushConf *conf;
  char *parent;
  RushLocalDir *dir;
  RushLineage *lineage;
  RushBlockManagerMaster *master;
  guint n;
  Keeper keepers[MAX_KEEPERS];
} Keepers;

/* @n executors "0", "1" …, with @pool bytes each, all of which storage may take. */
void keepers_init (Keepers *self, guint n, gint64 pool);
void keepers_clear (Keepers *self);
/* A task on executor @keeper; its memory comes from there. */
RushTaskContext *keepers_task (Keepers *self, guint keeper, gint64 task_id);
void keepers_task_free (RushTaskContext *ctx);
/* Bytes that storage has there. */
gint64 keepers_storage (Keepers *self, guint keeper);
/* How many files blocks have. */
guint keepers_n_files (Keepers *self);

/* Partition p has @n_batches batches of 1,000 rows: (p · 1,000,000 + row, a text of 20 bytes). */
typedef struct
{
  RushRdd base;
  guint n_batches;
  atomic_uint n_computed;           /* partitions that were begun */
  gint fails_after;                 /* batches; −1: never */
  void (*on_batch) (gpointer data); /* called before each batch, or NULL */
  gpointer on_batch_data;
} CountingRdd;

CountingRdd *counting_rdd_new (Keepers *keepers, guint n_batches, const RushStorageLevel *level);
/* Reads a partition through the cache; −1 with @error, else the sum of its first column. */
gint64 read_partition (CountingRdd *rdd, guint split, RushTaskContext *ctx, GError **error);
gint64 expected_sum (const CountingRdd *rdd, guint split);
/* In a task of its own on @keeper, which must succeed. */
void assert_reads (Keepers *self, guint keeper, CountingRdd *rdd, guint split);
