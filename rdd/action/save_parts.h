/* save_parts.h - a job that writes one file a partition: what all actions that save have in common.
 *
 * Mirrors: org.apache.spark.internal.io.SparkHadoopWriter.
 */
#pragma once

#include "rdd/action/output_committer.h"
#include "rdd/codec.h"
#include "rdd/context.h"

/* Bytes on their way to an attempt's file: through a buffer, and packed if they shall be. */
typedef struct _RushPartWriter RushPartWriter;

/* Writes @rows batch by batch, until one fails. */
typedef gboolean (*RushWriteBatch) (RushPartWriter *self, const RushBatch *batch, gpointer data,
                                    GError **error);
gboolean rush_part_writer_drain (RushPartWriter *self, RushIterator *rows, RushWriteBatch write,
                                 gpointer data, GError **error);
gboolean rush_part_writer_append (RushPartWriter *self, const guint8 *bytes, gsize n,
                                  GError **error);
RushTaskContext *rush_part_writer_ctx (RushPartWriter *self);
/* How many bytes have been appended. */
gint64 rush_part_writer_position (const RushPartWriter *self);

typedef struct
{
  /* Writes all of @rows; runs in the task.  @data is shared by all tasks and must not change. */
  gboolean (*write) (RushPartWriter *writer, RushIterator *rows, gpointer data, GError **error);
  gpointer data; /* alive until the job has ended and its last task is gone: (owned) */
  GDestroyNotify free_data;
  RushPacking packing;
  const char *prefix; /* of file names; NULL: "part-" */
} RushPartFormat;

/* One partition's file; not yet the job's. */
gboolean rush_write_part (RushIterator *rows, RushTaskContext *ctx, RushOutputCommitter *committer,
                          const RushPartFormat *format, GError **error);

/* Saves into folder @path: through a temporary folder and a commit, as output_committer.h says.
 * Takes over @format's data. */
gboolean rush_rdd_save_parts (RushContext *context, RushRdd *rdd, const char *path,
                              const RushPartFormat *format, const RushJobOptions *options,
                              GError **error);
