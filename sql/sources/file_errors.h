/* file_errors.h - what went wrong, with the name of the file.
 *
 * Mirrors: org.apache.spark.sql.errors.QueryExecutionErrors.fileNotExistError,
 *          cannotReadFilesError.
 */
#pragma once

#include "sql/types/sql_error.h"

/* Takes over @failure.  Missing files, corrupt bytes and what a format says become
 * FAILED_READ_FILE.… of @path with the cause behind it; memory, cancellation and errors that name
 * the file already stay what they are. */
void rush_file_error_propagate (GError **error, GError *failure, const char *path);
