/* input_files.h - from what a program says to the files that are read.
 *
 * Mirrors: org.apache.hadoop.mapred.FileInputFormat.listStatus.
 */
#pragma once

#include "core/base/error.h"

typedef struct
{
  char *path;
  gint64 length; /* bytes */
} RushInputFile;

/* The files (RushInputFile) of @paths: files, folders and patterns with commas between them; in the
 * order in which they are named, those of a pattern as rush_path_compare () orders them, those of a
 * folder as the system lists them, one that is named twice twice.  Names that begin with _ or . are
 * passed over. NOT_FOUND: something named is not there, and all that is missing is named;
 * INVALID_ARGUMENT: a path or pattern that is none, a folder in a folder; UNSUPPORTED: another file
 * system. */
GPtrArray *rush_input_files_list (const char *paths, GError **error);
/* As it, but a folder in a folder is passed over. */
GPtrArray *rush_input_files_list_flat (const char *paths, GError **error);
/* How many bytes they have together. */
gint64 rush_input_files_bytes (const GPtrArray *files);
