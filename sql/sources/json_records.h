/* json_records.h - a piece of a JSON file as batches, and the schema of files.
 *
 * Mirrors: org.apache.spark.sql.execution.datasources.json.JsonDataSource.
 */
#pragma once

#include "sql/sources/source.h"
#include "sql/records/json_options.h"

RushIterator *rush_json_read (const RushFileFormat *format, const RushPartitionedFile *file,
                              const RushReadRequest *request, RushTaskContext *ctx, GError **error);
RushSchema *rush_json_infer_schema (const RushFileFormat *format, RushContext *context,
                                    const GPtrArray *files, const RushOptions *options,
                                    const RushEvalSettings *settings, GError **error);
