/* json_generator.h - rows as JSON lines: what RushFileFormat wants of a writer.
 *
 * Mirrors: org.apache.spark.sql.catalyst.json.JacksonGenerator.
 */
#pragma once

#include "sql/sources/json_options.h"

gpointer rush_json_open_writer (const RushFileFormat *format, const char *path,
                                const RushWriterRequest *request, RushTaskContext *ctx,
                                GError **error);
gboolean rush_json_write (gpointer writer, RushBatch *batch, GError **error);
gboolean rush_json_close_writer (gpointer writer, gboolean keep, GError **error);
