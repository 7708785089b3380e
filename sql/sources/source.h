/* source.h - where tables come from and go to: the data source contract.
 *
 *   FileFormat   how bytes of a file become batches (csv, json, text in C; parquet, orc from
 *                py/ext, which registers them) and back
 *   FileSource   files of one format, their schema, partition columns, statistics: a RushSource
 *                (sql/plan/relation.h)
 *   writers      rows to files that appear all at once
 *
 * A format is a table of functions; what all share stands around it: listing and partition folders
 * (file_index.h), packing into tasks (file_partition.h), pruning and pushing of filters
 * (scan_filters.h), the RDD that reads (file_scan_rdd.h).
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
#include "sql/records/record_options.h"

/* A file that was found, or one piece of it that a task reads.  Immutable; shared by all who refer
 * to the index that it stands in. */
typedef struct
{
  char *path; /* absolute */
  gint64 start, length;
  gint64 file_size;
  gint64 modified_us;
  guint partition; /* the folder it lies in: a row of rush_file_index_partitions () */
} RushPartitionedFile;

typedef struct _RushFileFormat RushFileFormat;

/* What to read of a file; columns by name. */
typedef struct
{
  RushSchema *schema;      /* what comes out, in this order: data columns alone; may be empty */
  RushSchema *data_schema; /* of the whole file, as far as the user or inference knows */
  RushExprList *filters;   /* over columns of `schema` (ATTRIBUTEs): a format may skip rows by them
                              and need not; or NULL */
  const RushOptions *options;
  const RushEvalSettings *settings; /* zone, ANSI, spark.sql.… */
} RushReadRequest;

/* An option that formats find: JSON of the columns' metadata, {"name":{…},…}, of those with any. */
#define RUSH_OPTION_COLUMN_METADATA "spark.sql.column.metadata"

/* What to write, and how. */
typedef struct
{
  RushSchema *schema;
  const RushOptions *options;
  const RushEvalSettings *settings;
} RushWriterRequest;

struct _RushFileFormat
{
  const char *name;  /* "csv": short name, as format () takes it */
  const char *title; /* "CSV": as plans and messages have it */
  gboolean batched;  /* columns come as they lie in the file: "Batched: true" in plans */
  gboolean (*is_splittable) (const RushFileFormat *self, const char *path,
                             const RushOptions *options);
  /* Reads what it must of @files (RushPartitionedFile, whole ones; at least one), in the jobs that
   * Spark runs.  (transfer full) */
  RushSchema *(*infer_schema) (const RushFileFormat *self, RushContext *context,
                               const GPtrArray *files, const RushOptions *options,
                               const RushEvalSettings *settings, GError **error);
  /* What @file tells of its columns' metadata: JSON, or NULL, for each of @schema; NULL: nothing.
   * Optional. (transfer full) */
  GPtrArray *(*column_metadata) (const RushFileFormat *self, const RushPartitionedFile *file,
                                 const RushSchema *schema);
  /* What must hold of options and schema, before there are tasks.  Optional. */
  gboolean (*check_read) (const RushFileFormat *self, RushSchema *data_schema,
                          const RushOptions *options, const RushEvalSettings *settings,
                          GError **error);
  /* Batches of one piece of a file, on the task's thread; what @request points to outlives it.
   * Counts metrics.input_records and input_bytes. */
  RushIterator *(*read) (const RushFileFormat *self, const RushPartitionedFile *file,
                         const RushReadRequest *request, RushTaskContext *ctx, GError **error);
  /* Rows in all @files, from footers; −1: unknown.  Optional. */
  gint64 (*count_rows) (const RushFileFormat *self, const GPtrArray *files);
  /* Whether columns of @type can be read, and written. */
  gboolean (*supports_type) (const RushFileFormat *self, const RushType *type, gboolean writing);

  /* ── writing; all NULL: it cannot ── */

  /* What must hold of options and schema, before there are tasks.  Optional. */
  gboolean (*check_write) (const RushFileFormat *self, const RushWriterRequest *request,
                           GError **error);
  /* What the names of files end in: ".csv.gz", ".snappy.parquet". (transfer full) */
  char *(*extension) (const RushFileFormat *self, const RushWriterRequest *request, GError **error);
  /* One file, which is new; what @request points to outlives it. */
  gpointer (*open_writer) (const RushFileFormat *self, const char *path,
                           const RushWriterRequest *request, RushTaskContext *ctx, GError **error);
  gboolean (*write) (gpointer writer, RushBatch *batch, GError **error);
  /* Completes the file if @keep, and frees the writer, also on failure. */
  gboolean (*close_writer) (gpointer writer, gboolean keep, GError **error);
};

/* @format is immortal.  csv, json and text are there from the start. */
void rush_file_format_register (const RushFileFormat *format);
const RushFileFormat *rush_file_format_find (const char *name); /* NULL: none of that name */

/* spark.read.format (@format).schema (…).load (@paths): lists, infers, may run jobs. */
RushSource *rush_file_source_new (RushContext *context, const RushFileFormat *format,
                                  const char *const *paths, guint n_paths,
                                  RushSchema *user_schema /* or NULL */, RushOptions *options,
                                  const RushEvalSettings *settings, GError **error);
/* Rows in all its files, from footers; −1: unknown.  Plans do not use it, as Spark's do not: it is
 * for who wants to know without a job. */
gint64 rush_file_source_count_rows (RushSource *self);
/* Whether it has files in @path (absolute), or @path lies in it; FALSE: another kind of source. */
gboolean rush_file_source_reads_path (const RushSource *self, const char *path);
/* Its files (RushPartitionedFile); NULL: another kind of source. (transfer none) */
const GPtrArray *rush_file_source_files (const RushSource *self);
/* The columns that folders say; NULL: another kind of source. (transfer none) */
RushSchema *rush_file_source_partition_schema (const RushSource *self);
/* What is known of it from elsewhere (ANALYZE TABLE); before anybody else has it. */
void rush_file_source_set_statistics (RushSource *self, RushStatistics statistics,
                                      GPtrArray *columns /* RushColumnEstimate; or NULL */);
/* The same table with the files that are there now; another kind of source as it is. */
RushSource *rush_file_source_list_again (RushSource *self, RushContext *context,
                                         const RushEvalSettings *settings, GError **error);

/* spark.read.json (an RDD of texts): @texts has one column of strings.  One job. (transfer full) */
RushSchema *rush_json_infer_texts (RushContext *context, RushRdd *texts, const RushOptions *options,
                                   const RushEvalSettings *settings, GError **error);
/* Its rows.  What the options say wrongly, tasks tell. */
RushRdd *rush_json_parse_texts (RushRdd *texts, RushSchema *schema, RushOptions *options,
                                const RushEvalSettings *settings);

/* Writes all partitions of @rows in one job with a commit that shows all files at once or none:
 * part-00000-<uuid>-c000.csv …, _SUCCESS. */
typedef struct
{
  const RushFileFormat *format;
  const char *path;
  RushSaveMode mode;
  char **partition_by; /* or NULL */
  char **bucket_by;    /* or NULL */
  guint n_buckets;
  char **sort_by; /* or NULL */
  RushOptions *options;
} RushWriteRequest;
gboolean rush_write_files (RushContext *context, RushRdd *rows, RushSchema *schema,
                           const RushWriteRequest *request, const RushEvalSettings *settings,
                           const RushJobOptions *job, gint64 *out_rows, GError **error);
