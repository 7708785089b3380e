/* path_glob.h - the files and folders that a pattern stands for.
 *
 *   *  any characters    ?  one character    [a-c] [^a] [!a]  one of, none of
 *   {a,b}  either, also across slashes: {2023/0?,2024/01}      \  takes the next one as it is
 *
 * A star stands for hidden names too; whoever asks passes over them.
 *
 * Mirrors: org.apache.hadoop.fs.{Globber,GlobPattern,GlobExpander}.
 */
#pragma once

#include "core/base/error.h"

/* Appends (char *, g_free) what exists of @pattern, an absolute path, to @out, in the order of
 * rush_path_compare ().  *out_is_pattern: whether @pattern could stand for several.
 * INVALID_ARGUMENT: no pattern; IO: a folder cannot be read. */
gboolean rush_path_glob (const char *pattern, GPtrArray *out, gboolean *out_is_pattern,
                         GError **error);

/* The order of paths in Hadoop: that of their URIs, in which some characters are escaped: 'a^'
 * (a%5E) comes before 'aB'. */
int rush_path_compare (const char *a, const char *b);
