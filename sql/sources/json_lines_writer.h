/* json_lines_writer.h - rows as JSON lines: what RushFileFormat wants of a writer.
 *
 * Mirrors: org.apache.spark.sql.execution.datasources.json.JsonOutputWriter.
 */
#pragma once

#include "sql/sources/source.h"

gpointer rush_json_open_writer (const RushFileFormat *format, const char *path,
                                const RushWriterRequest *request, RushTaskContext *ctx,
                                GError **error);
gboolean rush_json_write (gpointer writer, RushBatch *batch, GError **error);
gboolean rush_json_close_writer (gpointer writer, gboolean keep, GError **error);
