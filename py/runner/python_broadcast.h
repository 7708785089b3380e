/* python_broadcast.h - one value that every worker reads, as a file.
 *
 * The driver has pickled it; a task whose command uses it is told the path, and its worker reads
 * the file when the value is first asked for.  All executors are of this machine, so that one file
 * serves them all, where Spark passes blocks from executor to executor.
 *
 * Ownership:  refcounted: the driver's variable has a ref, and so has every RDD whose functions use
 *             it.  The last one to go removes the file: nobody can ask for the value any more.
 * Threads:    any.
 * Mirrors:    org.apache.spark.broadcast.Broadcast, org.apache.spark.api.python.PythonBroadcast;
 *             the ref count does what ContextCleaner does for them.
 */
#pragma once

#include "core/base/error.h"

typedef struct _RushPythonBroadcast RushPythonBroadcast;

/* The file at @path is the broadcast's from now on. */
RushPythonBroadcast *rush_python_broadcast_new (gint64 id, const char *path);
RushPythonBroadcast *rush_python_broadcast_ref (RushPythonBroadcast *self);
void rush_python_broadcast_unref (RushPythonBroadcast *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushPythonBroadcast, rush_python_broadcast_unref)

gint64 rush_python_broadcast_id (const RushPythonBroadcast *self);
const char *rush_python_broadcast_path (const RushPythonBroadcast *self);
/* Grows with each unpersist (): a worker that holds the value of an older one reads it again. */
gint rush_python_broadcast_version (RushPythonBroadcast *self);

void rush_python_broadcast_unpersist (RushPythonBroadcast *self);
/* Removes the file.  Idempotent.  @site: by whom, "destroy at app.py:7", for check (). */
void rush_python_broadcast_destroy (RushPythonBroadcast *self, const char *site);
/* FALSE with JOB_ABORTED: it was destroyed. */
gboolean rush_python_broadcast_check (RushPythonBroadcast *self, GError **error);
