/* engine_rdd.c - Rdd: a handle on a lineage node. */
#include "py/ext/engine_private.h"

#include <unistd.h>

PyObject *
engine_rdd_wrap (RushContext *context, RushRdd *rdd)
{
  EngineRdd *self = PyObject_New (EngineRdd, &EngineRdd_Type);
  if (self == NULL)
    {
      rush_rdd_unref (rdd);
      return NULL;
    }
  self->rdd = rdd;
  self->context = rush_context_ref (context);
  self->process = getpid ();
  return (PyObject *)self;
}

PyObject *
engine_made (EngineContext *self, const char *method, const char *arguments, Py_ssize_t bytes,
             RushRdd *made)
{
  gint id = made->id;
  PyObject *handle = engine_rdd_wrap (self->context, made);
  if (handle != NULL && !engine_trace (method, id, arguments, bytes))
    Py_CLEAR (handle);
  return handle;
}

static void
rdd_dealloc (EngineRdd *self)
{
  if (self->process == getpid ())
    {
      /* Taking a long lineage apart posts messages and frees memory: nothing that waits. */
      rush_rdd_unref (self->rdd);
      rush_context_unref (self->context);
    }
  PyObject_Free (self);
}

static PyObject *
rdd_repr (EngineRdd *self)
{
  g_autofree char *text = rush_rdd_to_string (self->rdd);
  return PyUnicode_DecodeUTF8 (text, (Py_ssize_t)strlen (text), "replace");
}

static PyObject *
rdd_n_partitions (EngineRdd *self, PyObject *unused)
{
  guint n = 0;
  GError *error = NULL;
  gboolean ok;
  Py_BEGIN_ALLOW_THREADS ok = rush_rdd_n_partitions (self->rdd, &n, &error);
  Py_END_ALLOW_THREADS if (!ok) return engine_raise (error);
  if (!engine_trace ("Rdd.n_partitions", self->rdd->id, "", 0))
    return NULL;
  return PyLong_FromUnsignedLong (n);
}

static PyObject *
rdd_check (EngineRdd *self, PyObject *unused)
{
  GError *error = NULL;
  gboolean ok;
  Py_BEGIN_ALLOW_THREADS ok = rush_rdd_check_stage (self->rdd, &error);
  Py_END_ALLOW_THREADS if (!ok)
  {
    g_prefix_error_literal (&error, "Task not serializable: ");
    return engine_raise (error);
  }
  Py_RETURN_NONE;
}

static PyObject *
rdd_debug_string (EngineRdd *self, PyObject *unused)
{
  GError *error = NULL;
  char *text;
  Py_BEGIN_ALLOW_THREADS text = rush_rdd_to_debug_string (self->rdd, &error);
  Py_END_ALLOW_THREADS if (text == NULL) return engine_raise (error);
  PyObject *result = PyUnicode_DecodeUTF8 (text, (Py_ssize_t)strlen (text), "replace");
  g_free (text);
  return result;
}

static PyObject *
rdd_set_name (EngineRdd *self, PyObject *name)
{
  const char *text = name == Py_None ? NULL : PyUnicode_AsUTF8 (name);
  if (text == NULL && name != Py_None)
    return NULL;
  rush_rdd_set_name (self->rdd, text);
  Py_RETURN_NONE;
}

static PyObject *
rdd_get_id (EngineRdd *self, void *closure)
{
  return PyLong_FromLong (self->rdd->id);
}

static PyObject *
rdd_get_name (EngineRdd *self, void *closure)
{
  g_autofree char *name = rush_rdd_dup_name (self->rdd);
  if (name == NULL)
    Py_RETURN_NONE;
  return PyUnicode_FromString (name);
}

static PyMethodDef rdd_methods[] = {
  { "n_partitions", (PyCFunction)rdd_n_partitions, METH_NOARGS,
    "How many partitions; the first call may look at files." },
  { "check", (PyCFunction)rdd_check, METH_NOARGS,
    "An error if no task can compute it any more, as a broadcast of its stage was destroyed." },
  { "debug_string", (PyCFunction)rdd_debug_string, METH_NOARGS, "The lineage as Spark prints it." },
  { "set_name", (PyCFunction)rdd_set_name, METH_O, "Names the RDD for pictures and the log." },
  { "dag", (PyCFunction)engine_rdd_dag, METH_O,
    "The picture of the lineage, as bytes: 'svg', 'png', 'pdf' or 'dot'." },
  { NULL }
};

static PyGetSetDef rdd_getset[] = {
  { "id", (getter)rdd_get_id, NULL, "The RDD's number in its context.", NULL },
  { "name", (getter)rdd_get_name, NULL, "The user's name for it, or None.", NULL },
  { NULL }
};

PyTypeObject EngineRdd_Type = {
  PyVarObject_HEAD_INIT (NULL, 0).tp_name = "rushlight._engine.Rdd",
  .tp_basicsize = sizeof (EngineRdd),
  .tp_flags = Py_TPFLAGS_DEFAULT,
  .tp_doc = "A handle on a lineage node of the engine.",
  .tp_dealloc = (destructor)rdd_dealloc,
  .tp_repr = (reprfunc)rdd_repr,
  .tp_methods = rdd_methods,
  .tp_getset = rdd_getset,
};
