/* local_path.h - the names that Hadoop gives to local files, as input and as output.
 *
 *   data/a.txt, /data/./a.txt, file:/data/a.txt, file:///data/a.txt  →  /data/a.txt
 *
 * Mirrors: org.apache.hadoop.fs.Path, FileSystem.makeQualified, for the local file system.
 */
#pragma once

#include "core/base/error.h"

/* An absolute path without ".", ".." and doubled slashes; a relative one stands below the current
 * folder.  Nothing is looked up: what is there may be a pattern.  INVALID_ARGUMENT: no path at all;
 * UNSUPPORTED: a path on another file system. (transfer full) */
char *rush_local_path_resolve (const char *text, GError **error);

/* "file:/data/a.txt": how messages name a path. (transfer full) */
char *rush_local_path_to_uri (const char *path);
