/* python_broadcast.c - a file that lives as long as somebody can still ask for its value.
 *
 *     Broadcast (Python) ──┐
 *     PythonRDD ───────────┼──▶ RushPythonBroadcast ──▶ <local dir>/broadcast_7
 *     PythonRDD ───────────┘      refs, version
 */
#include "py/runner/python_broadcast.h"

#include "core/base/refcount.h"

#include <stdatomic.h>
#include <unistd.h>

struct _RushPythonBroadcast
{
  RushRefCount refs;
  gint64 id;
  char *path;
  atomic_int version;
  _Atomic (char *) destroyed_at; /* (owned) NULL: it lives */
};

gint64
rush_python_broadcast_id (const RushPythonBroadcast *self)
{
  return self->id;
}

const char *
rush_python_broadcast_path (const RushPythonBroadcast *self)
{
  return self->path;
}

gint
rush_python_broadcast_version (RushPythonBroadcast *self)
{
  return atomic_load (&self->version);
}

void
rush_python_broadcast_unpersist (RushPythonBroadcast *self)
{
  atomic_fetch_add (&self->version, 1);
}

/* A worker that has the file open reads it to its end all the same. */
void
rush_python_broadcast_destroy (RushPythonBroadcast *self, const char *site)
{
  char *lives = NULL, *mine = g_strdup (site);

  if (atomic_compare_exchange_strong (&self->destroyed_at, &lives, mine))
    unlink (self->path);
  else
    g_free (mine);
}

gboolean
rush_python_broadcast_check (RushPythonBroadcast *self, GError **error)
{
  const char *site = atomic_load (&self->destroyed_at);

  if (site == NULL)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_JOB_ABORTED, /* Spark's SparkException */
               "[INTERNAL_ERROR_BROADCAST] Attempted to use Broadcast(%" G_GINT64_FORMAT
               ") after it was destroyed (%s)  SQLSTATE: XX000",
               self->id, site);
  return FALSE;
}

RushPythonBroadcast *
rush_python_broadcast_ref (RushPythonBroadcast *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_python_broadcast_unref (RushPythonBroadcast *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  if (atomic_load (&self->destroyed_at) == NULL)
    unlink (self->path);
  g_free (atomic_load (&self->destroyed_at));
  g_free (self->path);
  g_free (self);
}

RushPythonBroadcast *
rush_python_broadcast_new (gint64 id, const char *path)
{
  RushPythonBroadcast *self = g_new0 (RushPythonBroadcast, 1);

  rush_ref_count_init (&self->refs);
  self->id = id;
  self->path = g_strdup (path);
  atomic_init (&self->version, 0);
  atomic_init (&self->destroyed_at, NULL);
  return self;
}
