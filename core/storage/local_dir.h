/* local_dir.h - the one temporary folder of a context: spills, map outputs.
 *
 * Made by mkdtemp (mode 0700) under spark.local.dir as "rushlight-XXXXXX"; removed with all that is
 * in it when the context stops.  A folder whose process died without stopping is removed by the
 * next context that starts under the same spark.local.dir: a living context holds the lock file in
 * it.
 *
 * Threads: any.
 * Mirrors: org.apache.spark.storage.DiskBlockManager.
 */
#pragma once

#include "core/base/error.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushLocalDir RushLocalDir;

/* @parent is made if it does not exist. */
RushLocalDir *rush_local_dir_new (const char *parent, GError **error);
void rush_local_dir_free (RushLocalDir *self); /* removes the folder */
const char *rush_local_dir_path (RushLocalDir *self);
/* "<dir>/<two hex digits>/<name>": folders are made on demand. (transfer full) */
char *rush_local_dir_file (RushLocalDir *self, const char *name, GError **error);

RUSH_END_PUBLIC
