/* engine_storage.c - Context's methods for what is computed once and kept: persisted RDDs and
 * checkpoints.
 *
 * A storage level is a tuple here: (disk, memory, off heap, deserialized, replication).
 */
#include "py/ext/engine_private.h"

#include "rdd/checkpoint.h"
#include "rdd/persist.h"
#include "rdd/source/local_path.h"

static PyObject *
level_as_tuple (const RushStorageLevel *level)
{
  return Py_BuildValue ("(NNNNI)", PyBool_FromLong (level->use_disk),
                        PyBool_FromLong (level->use_memory), PyBool_FromLong (level->use_off_heap),
                        PyBool_FromLong (level->deserialized), level->replication);
}

static gboolean
check_replication (int replication)
{
  if (replication >= 0 && replication <= RUSH_STORAGE_MAX_REPLICATION)
    return TRUE;
  engine_raise (g_error_new (RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                             "assertion failed: Replication restricted to be less than %d for "
                             "calculating hash codes, but it is %d",
                             RUSH_STORAGE_MAX_REPLICATION + 1, replication));
  return FALSE;
}

static PyObject *
context_persist (EngineContext *self, PyObject *args)
{
  RushStorageLevel level;
  EngineRdd *rdd;
  int replication;
  GError *error = NULL;
  if (!PyArg_ParseTuple (args, "O!(ppppi)", &EngineRdd_Type, &rdd, &level.use_disk,
                         &level.use_memory, &level.use_off_heap, &level.deserialized,
                         &replication) ||
      !engine_context_ready (self) || !check_replication (replication))
    return NULL;
  level.replication = (guint)replication;
  if (!rush_rdd_persist (rdd->rdd, &level, &error))
    return engine_raise (error);
  if (!engine_trace ("Context.persist", rdd->rdd->id, "", 0))
    return NULL;
  Py_RETURN_NONE;
}

static PyObject *
context_unpersist (EngineContext *self, PyObject *args)
{
  EngineRdd *rdd;
  int blocking;
  if (!PyArg_ParseTuple (args, "O!p", &EngineRdd_Type, &rdd, &blocking) ||
      !engine_context_ready (self))
    return NULL;
  Py_BEGIN_ALLOW_THREADS rush_rdd_unpersist (self->context, rdd->rdd, blocking);
  Py_END_ALLOW_THREADS if (!engine_trace ("Context.unpersist", rdd->rdd->id, "", 0)) return NULL;
  Py_RETURN_NONE;
}

static PyObject *
context_storage_level (EngineContext *self, PyObject *args)
{
  EngineRdd *rdd;
  if (!PyArg_ParseTuple (args, "O!", &EngineRdd_Type, &rdd))
    return NULL;
  RushStorageLevel level = rush_rdd_storage_level (rdd->rdd);
  return level_as_tuple (&level);
}

/* Of each RDD: (id, level, cached partitions, bytes in memory, bytes on disk). */
static PyObject *
context_kept_rdds (EngineContext *self, PyObject *unused)
{
  if (!engine_context_ready (self))
    return NULL;
  g_autoptr (GArray) kept = rush_context_kept_rdds (self->context);
  PyObject *list = PyList_New (kept->len);
  for (guint i = 0; list != NULL && i < kept->len; i++)
    {
      const RushKeptRdd *rdd = &g_array_index (kept, RushKeptRdd, i);
      PyObject *item = Py_BuildValue (
          "(iNILL)", rdd->rdd_id, level_as_tuple (&rdd->level), rdd->status.n_cached_partitions,
          (long long)rdd->status.memory_bytes, (long long)rdd->status.disk_bytes);
      if (item == NULL)
        Py_CLEAR (list);
      else
        PyList_SET_ITEM (list, i, item);
    }
  return list;
}

static PyObject *
context_flush_cleaner (EngineContext *self, PyObject *unused)
{
  if (!engine_context_ready (self))
    return NULL;
  Py_BEGIN_ALLOW_THREADS rush_context_flush_cleaner (self->context);
  Py_END_ALLOW_THREADS Py_RETURN_NONE;
}

static PyObject *
context_set_checkpoint_dir (EngineContext *self, PyObject *args)
{
  const char *path;
  gboolean made;
  GError *error = NULL;
  if (!PyArg_ParseTuple (args, "z", &path) || !engine_context_ready (self))
    return NULL;
  Py_BEGIN_ALLOW_THREADS made = rush_context_set_checkpoint_dir (self->context, path, &error);
  Py_END_ALLOW_THREADS if (!made) return engine_raise (error);
  Py_RETURN_NONE;
}

/* As Hadoop names it; None: @path is NULL. */
static PyObject *
uri_of (const char *path)
{
  g_autofree char *uri = path != NULL ? rush_local_path_to_uri (path) : NULL;
  return Py_BuildValue ("z", uri);
}

static PyObject *
context_checkpoint_dir (EngineContext *self, PyObject *unused)
{
  if (!engine_context_ready (self))
    return NULL;
  g_autofree char *path = rush_context_dup_checkpoint_dir (self->context);
  return uri_of (path);
}

static PyObject *
context_checkpoint (EngineContext *self, PyObject *args)
{
  EngineRdd *rdd;
  int local;
  GError *error = NULL;
  if (!PyArg_ParseTuple (args, "O!p", &EngineRdd_Type, &rdd, &local) ||
      !engine_context_ready (self))
    return NULL;
  if (local)
    rush_rdd_mark_checkpoint (rdd->rdd, RUSH_CHECKPOINT_LOCAL);
  else if (!rush_rdd_checkpoint (self->context, rdd->rdd, &error))
    return engine_raise (error);
  if (!engine_trace ("Context.checkpoint", rdd->rdd->id, "", 0))
    return NULL;
  Py_RETURN_NONE;
}

static PyObject *
context_checkpoint_state (EngineContext *self, PyObject *args)
{
  EngineRdd *rdd;
  if (!PyArg_ParseTuple (args, "O!", &EngineRdd_Type, &rdd))
    return NULL;
  g_autofree char *path = rush_rdd_dup_checkpoint_path (rdd->rdd);
  gboolean is_local = rush_rdd_checkpoint_kind (rdd->rdd) == RUSH_CHECKPOINT_LOCAL;
  return Py_BuildValue ("(NNN)", PyBool_FromLong (is_local),
                        PyBool_FromLong (rush_rdd_is_checkpointed (rdd->rdd)), uri_of (path));
}

PyMethodDef engine_storage_methods[] = {
  { "persist", (PyCFunction)context_persist, METH_VARARGS,
    "persist (rdd, (disk, memory, off_heap, deserialized, replication))" },
  { "unpersist", (PyCFunction)context_unpersist, METH_VARARGS, "unpersist (rdd, blocking)" },
  { "storage_level", (PyCFunction)context_storage_level, METH_VARARGS,
    "storage_level (rdd) -> (disk, memory, off_heap, deserialized, replication)" },
  { "set_checkpoint_dir", (PyCFunction)context_set_checkpoint_dir, METH_VARARGS,
    "set_checkpoint_dir (path or None); a folder of its own is made there." },
  { "checkpoint_dir", (PyCFunction)context_checkpoint_dir, METH_NOARGS, "That folder, or None." },
  { "checkpoint", (PyCFunction)context_checkpoint, METH_VARARGS,
    "checkpoint (rdd, local): to be made after the next job." },
  { "checkpoint_state", (PyCFunction)context_checkpoint_state, METH_VARARGS,
    "checkpoint_state (rdd) -> (marked as local, made, folder or None)" },
  { "flush_cleaner", (PyCFunction)context_flush_cleaner, METH_NOARGS,
    "Returns when what nothing refers to any more is gone." },
  { "kept_rdds", (PyCFunction)context_kept_rdds, METH_NOARGS,
    "What is kept: (id, level, cached partitions, bytes in memory, bytes on disk) of each RDD." },
  { NULL }
};
