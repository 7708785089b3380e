/* source.h - where tables come from and go to: the data source contract.
 *
 *   FileFormat   how bytes of a file become batches (csv, json, text in C; parquet, orc from py/ext,
 *                which registers them) and back
 *   Source       a concrete table: files of one format, their schema, partition columns, statistics
 *   ScanPlan     what one query reads of it: columns, filters, splits (a task a split group)
 *
 * A format is a table of functions; file_source.c does what all share: listing, globs, partition
 * folders, packing splits by spark.sql.files.maxPartitionBytes and openCostInBytes, pruning.
 *
 * Ownership:  sources are refcounted and immutable.   Threads: any.
 * Mirrors:    org.apache.spark.sql.execution.datasources.{FileFormat,HadoopFsRelation,
 *             PartitioningAwareFileIndex,FilePartition}.
 */
#pragma once

#include "core/lineage/iterator.h"
#include "core/lineage/task_context.h"
#include "rdd/context.h"
#include "sql/plan/relation.h"

/* Options as the user gave them, keys without regard to case. */
typedef struct _RushOptions RushOptions;
RushOptions *rush_options_new (void);
RushOptions *rush_options_ref (RushOptions *self);
void rush_options_unref (RushOptions *self);
void rush_options_set (RushOptions *self, const char *key, const char *value);
const char *rush_options_get (const RushOptions *self, const char *key); /* or NULL */
gboolean rush_options_get_bool (const RushOptions *self, const char *key, gboolean fallback,
                                gboolean *out, GError **error);
gboolean rush_options_get_int (const RushOptions *self, const char *key, gint64 fallback,
                               gint64 *out, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushOptions, rush_options_unref)

/* One piece of a file that a task reads. */
typedef struct
{
  char *path;
  gint64 start, length;
  gint64 file_size;
  gint64 modified_us;
  char **partition_values; /* text of each partition column; NULL entry: null; or NULL */
} RushFileSplit;

typedef struct _RushFileFormat RushFileFormat;

/* What to read of a split; columns by name, in the order of `schema`. */
typedef struct
{
  RushSchema *schema;           /* what comes out: data columns alone */
  RushSchema *data_schema;      /* of the whole file, as far as the user or inference knows */
  RushExprList *filters;        /* over columns of `schema` (ATTRIBUTEs): a format may skip rows by
                                   them and need not; or NULL */
  const RushOptions *options;
  const char *time_zone;        /* interned */
  gboolean ansi;
} RushReadRequest;

struct _RushFileFormat
{
  const char *name;       /* "csv" */
  const char *extension;  /* of files it writes: ".csv", ".snappy.parquet" */
  gboolean (*is_splittable) (const RushFileFormat *self, const char *path,
                             const RushOptions *options);
  /* Reads what it must of @paths (runs jobs through the context as Spark does).  (transfer full) */
  RushSchema *(*infer_schema) (const RushFileFormat *self, RushContext *context,
                               const char *const *paths, guint n_paths, const RushOptions *options,
                               GError **error);
  /* Batches of one split, on the task's thread. */
  RushIterator *(*read) (const RushFileFormat *self, const RushFileSplit *split,
                         const RushReadRequest *request, RushTaskContext *ctx, GError **error);
  /* Whether a filter can be given to read () (it then stands in the plan as PushedFilters). */
  gboolean (*can_push) (const RushFileFormat *self, const RushExpr *filter);
  /* Rows in all files, from footers; −1: unknown.  Optional. */
  gint64 (*count_rows) (const RushFileFormat *self, const char *const *paths, guint n_paths);
  /* Writing: one file. */
  gpointer (*open_writer) (const RushFileFormat *self, const char *path, RushSchema *schema,
                           const RushOptions *options, const char *time_zone, RushTaskContext *ctx,
                           GError **error);
  gboolean (*write) (gpointer writer, RushBatch *batch, GError **error);
  gboolean (*close_writer) (gpointer writer, gboolean keep, gint64 *out_bytes, GError **error);
  gboolean (*supports_type) (const RushFileFormat *self, const RushType *type);
};

/* @format is immortal. */
void rush_file_format_register (const RushFileFormat *format);
const RushFileFormat *rush_file_format_find (const char *name); /* NULL: none of that name */

/* RushSource and its class: sql/plan/relation.h. */

/* spark.read.format (@format).schema (…).load (@paths): lists, infers, may run jobs. */
RushSource *rush_file_source_new (RushContext *context, const RushFileFormat *format,
                                  const char *const *paths, guint n_paths,
                                  RushSchema *user_schema /* or NULL */, RushOptions *options,
                                  const RushEvalSettings *settings, GError **error);

typedef enum
{
  RUSH_SAVE_ERROR_IF_EXISTS,
  RUSH_SAVE_APPEND,
  RUSH_SAVE_OVERWRITE,
  RUSH_SAVE_IGNORE,
} RushSaveMode;

/* Writes all partitions of @rows in one job with a commit that shows all files at once or none:
 * part-00000-<uuid>-c000.csv …, _SUCCESS. */
typedef struct
{
  const RushFileFormat *format;
  const char *path;
  RushSaveMode mode;
  char **partition_by;   /* or NULL */
  char **bucket_by;      /* or NULL */
  guint n_buckets;
  char **sort_by;        /* or NULL */
  RushOptions *options;
} RushWriteRequest;
gboolean rush_write_files (RushContext *context, RushRdd *rows, RushSchema *schema,
                           const RushWriteRequest *request, const RushEvalSettings *settings,
                           const RushJobOptions *job, gint64 *out_rows, GError **error);
