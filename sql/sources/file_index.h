/* file_index.h - which files a table has, and what the names of their folders say.
 *
 *   sales/year=2024/region=north/part-0.parquet      columns year: 2024, region: "north"
 *        └──── partition columns ────┘
 *
 * Ownership:  refcounted, immutable.   Threads: any.
 * Mirrors:    org.apache.spark.sql.execution.datasources.{InMemoryFileIndex,
 *             PartitioningAwareFileIndex,PartitioningUtils}.
 */
#pragma once

#include "sql/sources/source.h"

typedef struct _RushFileIndex RushFileIndex;

/* Lists the files of @paths: files, folders with all folders below them, patterns; hidden ones (of
 * a name that begins with _ or .) are passed over.  @user_schema, or NULL: the types that partition
 * columns shall have.  PATH_NOT_FOUND; CONFLICTING_DIRECTORY_STRUCTURES;
 * CONFLICTING_PARTITION_COLUMN_NAMES; INVALID_PARTITION_VALUE. */
RushFileIndex *rush_file_index_new (const char *const *paths, guint n_paths,
                                    const RushSchema *user_schema, const RushOptions *options,
                                    const RushEvalSettings *settings, GError **error);
RushFileIndex *rush_file_index_ref (RushFileIndex *self);
void rush_file_index_unref (RushFileIndex *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushFileIndex, rush_file_index_unref)

/* (transfer none), all: */
const GPtrArray *rush_file_index_files (const RushFileIndex *self); /* RushPartitionedFile */
/* The folders that say something of their files, and what: a row each.  Without such folders there
 * are no columns, and one row. */
guint rush_file_index_n_partitions (const RushFileIndex *self);
RushSchema *rush_file_index_partition_schema (const RushFileIndex *self);
RushColumn *rush_file_index_partition_column (const RushFileIndex *self, guint column);
/* What was asked for, resolved (char *): "/data/sales". */
const GPtrArray *rush_file_index_roots (const RushFileIndex *self);
gint64 rush_file_index_bytes (const RushFileIndex *self);
gboolean rush_file_index_equal (const RushFileIndex *a, const RushFileIndex *b);
