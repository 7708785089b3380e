/* csv_infer.h - the names and types of a CSV file's columns.
 *
 * Mirrors: org.apache.spark.sql.execution.datasources.csv.CSVDataSource,
 *          org.apache.spark.sql.catalyst.csv.CSVInferSchema.
 */
#pragma once

#include "sql/sources/source.h"
#include "sql/records/csv_record.h"

RushSchema *rush_csv_infer_schema (const RushFileFormat *format, RushContext *context,
                                   const GPtrArray *files, const RushOptions *options,
                                   const RushEvalSettings *settings, GError **error);

/* The type of a column of which @so_far is known when @text stands in it, too. */
const RushType *rush_csv_infer_field (const RushType *so_far, const RushCsvField *field,
                                      const RushCsvOptions *options, gboolean ntz);
