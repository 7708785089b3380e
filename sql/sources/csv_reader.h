/* csv_reader.h - a piece of a CSV file as batches.
 *
 * Mirrors: org.apache.spark.sql.catalyst.csv.UnivocityParser.
 */
#pragma once

#include "sql/sources/source.h"
#include "sql/records/csv_options.h"

RushIterator *rush_csv_read (const RushFileFormat *format, const RushPartitionedFile *file,
                             const RushReadRequest *request, RushTaskContext *ctx, GError **error);
