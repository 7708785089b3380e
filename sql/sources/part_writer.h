/* part_writer.h - the rows of one task into its files.
 *
 * Threads: the runner of the task.
 * Mirrors: org.apache.spark.sql.execution.datasources.FileFormatDataWriter.
 */
#pragma once

#include "sql/sources/folder_committer.h"
#include "sql/sources/source.h"

/* What all tasks of a job share. */
typedef struct
{
  const RushFileFormat *format;
  RushSchema *rows;           /* of the batches */
  RushSchema *data;           /* of the files: without partition columns */
  guint *data_columns;        /* where rows has them */
  guint n_partition_columns;
  guint *partition_columns;
  guint n_bucket_columns;
  guint *bucket_columns;
  guint n_buckets;
  gint64 max_records;         /* of a file; 0: any number */
  char *uuid, *extension;     /* of all names of files */
  RushWriterRequest request;  /* of the data schema */
} RushPartLayout;

/* All rows into files below @folder; *@out_rows: how many.  Takes nothing over. */
gboolean rush_part_layout_write (const RushPartLayout *layout, RushIterator *rows,
                                 const char *folder, RushTaskContext *ctx, gint64 *out_rows,
                                 GError **error);
