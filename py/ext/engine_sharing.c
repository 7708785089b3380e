/* engine_sharing.c - what the driver shares with workers: broadcasts and files.
 *
 * The values and files themselves are written by Python (rushlight/broadcast.py, _sharing.py); the
 * engine tells workers where they are, and removes a broadcast's file when nobody can use it.
 */
#include "py/ext/engine_private.h"

#include <unistd.h>

/* ── Broadcast ── */

static int
broadcast_init (EngineBroadcast *self, PyObject *args, PyObject *unused)
{
  long long id;
  PyObject *path;
  if (!PyArg_ParseTuple (args, "LO&:Broadcast", &id, PyUnicode_FSConverter, &path))
    return -1;
  rush_python_broadcast_unref (self->broadcast);
  self->broadcast = rush_python_broadcast_new (id, PyBytes_AS_STRING (path));
  self->process = getpid ();
  Py_DECREF (path);
  return 0;
}

static void
broadcast_dealloc (EngineBroadcast *self)
{
  if (self->process == getpid ()) /* a fork of the driver must not remove its files */
    rush_python_broadcast_unref (self->broadcast);
  Py_TYPE (self)->tp_free ((PyObject *)self);
}

/* FALSE with an exception set. */
static gboolean
check_valid (EngineBroadcast *self)
{
  GError *error = NULL;
  if (rush_python_broadcast_check (self->broadcast, &error))
    return TRUE;
  engine_raise (error);
  return FALSE;
}

static PyObject *
broadcast_unpersist (EngineBroadcast *self, PyObject *unused)
{
  if (!check_valid (self))
    return NULL;
  rush_python_broadcast_unpersist (self->broadcast);
  Py_RETURN_NONE;
}

static PyObject *
broadcast_destroy (EngineBroadcast *self, PyObject *args)
{
  EngineCall call;
  if (!PyArg_ParseTuple (args, "O&", engine_call_converter, &call) || !check_valid (self))
    return NULL;
  rush_python_broadcast_destroy (self->broadcast, call.short_form);
  Py_RETURN_NONE;
}

static PyMethodDef broadcast_methods[] = {
  { "unpersist", (PyCFunction)broadcast_unpersist, METH_NOARGS,
    "Workers that hold the value read it again; an error if it was destroyed." },
  { "destroy", (PyCFunction)broadcast_destroy, METH_VARARGS,
    "destroy (call): removes the file, and no job can use it any more; an error if it was "
    "destroyed." },
  { NULL }
};

PyTypeObject EngineBroadcast_Type = {
  PyVarObject_HEAD_INIT (NULL, 0).tp_name = "rushlight._engine.Broadcast",
  .tp_basicsize = sizeof (EngineBroadcast),
  .tp_flags = Py_TPFLAGS_DEFAULT,
  .tp_doc = "Broadcast (id, path): a file that is removed when no handle and no RDD uses it.",
  .tp_new = PyType_GenericNew,
  .tp_init = (initproc)broadcast_init,
  .tp_dealloc = (destructor)broadcast_dealloc,
  .tp_methods = broadcast_methods,
};

RushPythonBroadcast **
engine_broadcasts_from_list (PyObject *list)
{
  Py_ssize_t n = PyList_GET_SIZE (list);
  RushPythonBroadcast **broadcasts = g_new (RushPythonBroadcast *, (gsize)n + 1);
  for (Py_ssize_t i = 0; i < n; i++)
    {
      PyObject *item = PyList_GET_ITEM (list, i);
      if (!Py_IS_TYPE (item, &EngineBroadcast_Type))
        {
          PyErr_SetString (PyExc_TypeError, "python_rdd takes a list of Broadcast");
          g_free (broadcasts);
          return NULL;
        }
      broadcasts[i] = ((EngineBroadcast *)item)->broadcast;
    }
  return broadcasts;
}

/* ── files ── */

static PyObject *
context_local_dir (EngineContext *self, PyObject *unused)
{
  if (!engine_context_ready (self))
    return NULL;
  g_autofree char *path = rush_context_dup_local_dir (self->context);
  if (path == NULL)
    return engine_raise (
        g_error_new (RUSH_CORE_ERROR, RUSH_CORE_ERROR_STOPPED, "the SparkContext was stopped"));
  return PyUnicode_DecodeFSDefault (path);
}

static PyObject *
context_set_files (EngineContext *self, PyObject *args)
{
  long long version;
  PyObject *root, *list;
  if (!PyArg_ParseTuple (args, "LO&O!", &version, PyUnicode_FSConverter, &root, &PyList_Type,
                         &list))
    return NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gboolean ok = engine_context_ready (self);
  for (Py_ssize_t i = 0; ok && i < PyList_GET_SIZE (list); i++)
    {
      const char *name = PyUnicode_AsUTF8 (PyList_GET_ITEM (list, i));
      ok = name != NULL;
      if (ok)
        g_strv_builder_add (builder, name);
    }
  if (ok)
    {
      g_auto (GStrv) names = g_strv_builder_end (builder);
      rush_python_workers_set_files (self->workers, version, PyBytes_AS_STRING (root),
                                     (const char *const *)names);
    }
  Py_DECREF (root);
  if (!ok)
    return NULL;
  Py_RETURN_NONE;
}

PyMethodDef engine_sharing_methods[] = {
  { "local_dir", (PyCFunction)context_local_dir, METH_NOARGS,
    "The folder of temporary files, which is removed when the context stops." },
  { "set_files", (PyCFunction)context_set_files, METH_VARARGS,
    "set_files (version, root, [archive …]): what workers find files and modules in." },
  { NULL }
};
