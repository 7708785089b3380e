/* shuffle_fixture.h - an executor or two without a scheduler: pools of chosen size, block stores,
 * a tracker, tasks, and the rows that go through them. */
#pragma once

#include "core/memory/task_memory.h"
#include "core/shuffle/shuffle.h"

typedef struct
{
  char *id;
  RushMemoryManager *memory;
  RushEvictor *evictor;
  RushBlockStore *store;
} Executor;

#define MAX_EXECUTORS 2

typedef struct
{
  char *parent; /* of the local dir: must be empty at the end */
  RushLocalDir *dir;
  RushConf *conf;
  Executor executors[MAX_EXECUTORS]; /* the first has all that tests look at, if they need one */
  guint n_executors;
  RushMapOutputTracker *tracker;
  RushLineage *lineage;
  gint64 next_task_id;
  RushShuffleFetch fetch;
} Cluster;

/* Each executor has a pool of @pool_bytes, all of which execution may claim. */
void cluster_init (Cluster *self, guint n_executors, gint64 pool_bytes, gboolean by_reference);
/* @key, @value: one setting more. */
void cluster_init_with (Cluster *self, guint n_executors, gint64 pool_bytes, gboolean by_reference,
                        const char *key, const char *value);
/* With other implementations of the seams. */
void cluster_init_seams (Cluster *self, gint64 pool_bytes, const RushEvictionPolicy *policy,
                         const RushShuffleWriterClass *writer);
/* Asserts that no memory is in use and no file is left. */
void cluster_clear (Cluster *self);

/* A task of its own on an executor. */
RushTaskContext *task_new (Cluster *self, guint executor);
void task_free (RushTaskContext *ctx); /* asserts that it gave all memory back */

/* The parent of a shuffle; it is never computed. (transfer full) */
RushDependency *new_shuffle (Cluster *self, RushSchema *schema, guint n_partitions,
                             guint key_column);

/* The rows that tests send through: (key: string, value: bigint, weight: double), with short, long
 * and null keys and null weights, the same for equal numbers. */
RushSchema *test_schema (void); /* (transfer none) */
RushBatch *test_batch (guint64 first, guint n_rows, RushAllocator *allocator);
void append_row (GString *out, const RushBatch *batch, guint i); /* "key|value|weight\n" */

/* Writes rows [first, first + n_rows) in batches of @batch_rows as map @map_index and registers the
 * output; the metrics of the task are added to @out_metrics unless it is NULL. */
void run_map (Cluster *self, const RushDependency *dependency, guint executor, guint map_index,
              guint64 first, guint n_rows, guint batch_rows, RushTaskMetrics *out_metrics);
/* All rows of partitions [start, end), as text.  Asserts that nothing fails. */
char *run_reduce (Cluster *self, const RushDependency *dependency, guint executor, guint start,
                  guint end, RushTaskMetrics *out_metrics);
/* As run_reduce (), but the failure is what is wanted; @ctx is the caller's. */
void expect_fetch_failure (Cluster *self, const RushDependency *dependency, guint partition,
                           RushTaskContext *ctx, GError **error);

/* How many files there are below the local dir whose names end in @suffix. */
guint count_files (Cluster *self, const char *suffix);
/* The only file whose name ends in @suffix. (transfer full) */
char *only_file (Cluster *self, const char *suffix);
