/* shuffle.h - the writer and the reader: the two ends of a shuffle dependency.
 *
 * writer:  rows → (map-side combine) → partition number of each row → spill under pressure
 *          → at commit one counting sort into reduce order → the block store
 * reader:  statuses from the tracker, in map order → slices from the block stores → (merge)
 *
 * Threads:  a writer or reader belongs to its task's runner.
 * Mirrors:  org.apache.spark.shuffle.sort.SortShuffleWriter, BlockStoreShuffleReader.
 */
#pragma once

#include "core/lineage/rdd.h"
#include "core/plugin/plugin.h"
#include "core/shuffle/block_store.h"
#include "core/shuffle/map_output_tracker.h"

RUSH_BEGIN_PUBLIC

/* ---- the writer ---- */

typedef struct _RushShuffleWriter RushShuffleWriter;

/* The seam: another file's writer has a table like this one. */
struct _RushShuffleWriterClass
{
  const char *name;
  /* Its struct begins with a RushShuffleWriter, which is filled in by the caller. */
  RushShuffleWriter *(*make) (const RushDependency *dependency, guint map_index,
                              RushBlockStore *store, RushTaskContext *ctx);
  gboolean (*write) (RushShuffleWriter *self, RushBatch *batch, GError **error);
  RushMapStatus *(*commit) (RushShuffleWriter *self, GError **error);
  void (*free) (RushShuffleWriter *self);
};

struct _RushShuffleWriter
{
  const RushShuffleWriterClass *klass;
  RushTaskContext *ctx;
};

extern const RushShuffleWriterClass rush_shuffle_writer_sort;
#define RUSH_SHUFFLE_WRITER_PART(writer)                                                           \
  RUSH_PLUGIN_PART ("shuffle-writer", SHUFFLE_WRITER, RushShuffleWriterClass, writer)

/* One of the kind that @store was made with.  INVALID_ARGUMENT: its make () has made none. */
RushShuffleWriter *rush_shuffle_writer_new (const RushDependency *dependency, guint map_index,
                                            RushBlockStore *store, RushTaskContext *ctx,
                                            GError **error);
/* (transfer full: @batch, also on failure) */
gboolean rush_shuffle_writer_write (RushShuffleWriter *self, RushBatch *batch, GError **error);
/* Moves the output into the store and counts it in ctx->metrics.  (transfer full) */
RushMapStatus *rush_shuffle_writer_commit (RushShuffleWriter *self, GError **error);
void
rush_shuffle_writer_free (RushShuffleWriter *self); /* without commit: nothing is left behind */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushShuffleWriter, rush_shuffle_writer_free)

/* ---- the reader ---- */

/* Finds the store of an executor; NULL: it is gone. */
typedef RushBlockStore *(*RushStoreLookup) (gpointer data, const char *executor_id);
/* The task of this thread fetches @bytes that lie on @executor_id. */
typedef void (*RushShuffleFetched) (gpointer data, const char *executor_id, gint64 bytes);

typedef struct
{
  RushMapOutputTracker *tracker;
  RushStoreLookup lookup;
  gpointer lookup_data;
  gboolean by_reference;      /* within the same executor */
  RushShuffleFetched fetched; /* or NULL */
  gpointer fetched_data;
} RushShuffleFetch;

/* Reduce partitions [start, end) of the whole shuffle.  If the dependency has a combiner, rows of
 * equal keys come out combined (in memory, or through spilled hash partitions under pressure).
 * A missing or corrupt output ends in rush_task_context_set_fetch_failed (). */
RushIterator *rush_shuffle_reader_new (const RushDependency *dependency, guint start, guint end,
                                       const RushShuffleFetch *fetch, RushTaskContext *ctx,
                                       GError **error);
/* The same of map outputs [map_start, map_end) alone: a part of a skewed partition, or what one map
 * task wrote (adaptive SQL). */
RushIterator *rush_shuffle_reader_new_of_maps (const RushDependency *dependency, guint start,
                                               guint end, guint map_start, guint map_end,
                                               const RushShuffleFetch *fetch, RushTaskContext *ctx,
                                               GError **error);

RUSH_END_PUBLIC
