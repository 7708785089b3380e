/* partition_file.h - a spill file whose frames are in the order of their reduce partitions.
 *
 *   frames    │ p0 │ p0 │ p2 │ p3 │ p3 │        index file: for partition 0…n one entry of
 *   offsets   0         ▲p1,p2    ▲p3  ▲end         u64 offset · u32 partition · u32 CRC-32C
 *
 * Interface:  append rows, or what other partition files have, partition by partition, ascending;
 *             finish (), which closes the file; then copy from it, or open it by its path.
 * Threads:    one.
 * Mirrors:    the data and index files of org.apache.spark.shuffle.IndexShuffleBlockResolver.
 */
#pragma once

#include "core/storage/spill_file.h"

RUSH_BEGIN_PUBLIC

typedef struct
{
  RushSpillFile *file; /* (owned) a ref */
  guint n_partitions;
  guint n_begun;    /* partitions that have their offset */
  guint64 *offsets; /* [n_partitions + 1] */
} RushPartitionFile;

RushPartitionFile *rush_partition_file_new (const char *path, RushCodec codec, guint n_partitions,
                                            GError **error);
void rush_partition_file_free (RushPartitionFile *self); /* the file too, unless it is kept */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushPartitionFile, rush_partition_file_free)

/* What follows belongs to @partition; those before it that were not begun are empty. */
void rush_partition_file_begin (RushPartitionFile *self, guint partition);
/* @rows are rows [first, first + rows->length) of an order in which partition p is rows
 * [index[p], index[p + 1]).  Called with @before_partition, which may be NULL, before the first
 * row of each partition is written (or skipped). */
typedef gboolean (*RushBeforePartition) (RushPartitionFile *self, guint partition, gpointer data,
                                         GError **error);
gboolean rush_partition_file_append (RushPartitionFile *self, RushBatch *rows, guint64 first,
                                     const guint64 *index, RushBeforePartition before_partition,
                                     gpointer data, GError **error);
/* The frames of @partition of another file of the same shuffle. */
gboolean rush_partition_file_append_copy (RushPartitionFile *self, const RushPartitionFile *from,
                                          guint partition, GError **error);
gboolean rush_partition_file_finish (RushPartitionFile *self, GError **error);

/* The index file. */
gboolean rush_partition_file_write_index (const RushPartitionFile *self, const char *path,
                                          GError **error);
/* The bytes of partitions [start, end).  CORRUPT: an entry fails its checksum. */
gboolean rush_partition_index_lookup (const char *path, guint start, guint end, guint64 *out_start,
                                      guint64 *out_end, GError **error);

RUSH_END_PUBLIC
