/* sql_format_arrow.h - file formats that pyarrow reads and writes: what they share.
 *
 * Interface:  a format is a RushArrowFormat: a RushFileFormat whose functions are those here, and
 *             the name of the class in rushlight.sql._arrow_files that knows the rest.
 * GIL:        taken by tasks to open a file, to close one that was written, and to hand a batch
 *             to a writer; batches are read through Arrow's C stream, without it.
 */
#pragma once

#include "py/ext/sql/sql_private.h"

typedef struct
{
  RushFileFormat base;
  const char *class_name; /* "Parquet" */
  gboolean tells_types;   /* files say in Spark's JSON which columns are of user-defined types */
} RushArrowFormat;

/* What a file of such a format tells: the schema's types as JSON; NULL: none is user-defined, and
 * no column @has_metadata. */
char *engine_types_to_tell (const RushSchema *schema, gboolean has_metadata);
/* RushFileFormat.column_metadata of such a format */
GPtrArray *engine_told_metadata (const RushFileFormat *format, const RushPartitionedFile *file,
                                 const RushSchema *schema);
/* @schema (consumed), as the file's own types have it, with what was told. */
RushSchema *engine_schema_with_told_types (RushSchema *schema, const char *told);

/* Registers parquet and orc. */
void engine_register_arrow_formats (void);
