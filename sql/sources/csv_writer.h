/* csv_writer.h - rows as CSV: what RushFileFormat wants of a writer.
 *
 * Mirrors: org.apache.spark.sql.catalyst.csv.UnivocityGenerator.
 */
#pragma once

#include "sql/sources/source.h"
#include "sql/records/csv_options.h"

gpointer rush_csv_open_writer (const RushFileFormat *format, const char *path,
                               const RushWriterRequest *request, RushTaskContext *ctx,
                               GError **error);
gboolean rush_csv_write (gpointer writer, RushBatch *batch, GError **error);
gboolean rush_csv_close_writer (gpointer writer, gboolean keep, GError **error);
