/* engine_plugins.c - what takes the place of parts of the engine, for people.
 *
 *   _engine.seams ()           -> list of (name, version, header, what it does)
 *   _engine.plugins (list)     -> list of (seam, part) of shared objects that are named with commas
 *   context.plugins ()         -> the same, of a context
 */
#include "py/ext/engine_private.h"

static void
append_part (const char *seam, const char *part, gpointer list)
{
  PyObject *item = Py_BuildValue ("(ss)", seam, part);

  if (item != NULL)
    PyList_Append (list, item);
  Py_XDECREF (item);
}

PyObject *
engine_plugins_to_list (const RushPlugins *plugins)
{
  PyObject *list = PyList_New (0);

  if (list != NULL)
    rush_plugins_foreach (plugins, append_part, list);
  if (PyErr_Occurred ())
    Py_CLEAR (list);
  return list;
}

static PyObject *
context_plugins (EngineContext *self, PyObject *unused)
{
  if (!engine_context_ready (self))
    return NULL;
  return engine_plugins_to_list (rush_context_plugins (self->context));
}

static PyObject *
plugins_of (PyObject *module, PyObject *args)
{
  GError *error = NULL;
  const char *text;

  if (!PyArg_ParseTuple (args, "s", &text))
    return NULL;
  g_autoptr (RushPlugins) plugins = rush_plugins_load (text, &error);
  return plugins != NULL ? engine_plugins_to_list (plugins) : engine_raise (error);
}

static PyObject *
seams (PyObject *module, PyObject *unused)
{
  gsize n;
  const RushSeam *all = rush_seams (&n);
  PyObject *list = PyList_New ((Py_ssize_t)n);

  for (gsize i = 0; list != NULL && i < n; i++)
    {
      PyObject *item =
          Py_BuildValue ("(sIss)", all[i].name, all[i].version, all[i].header, all[i].what);
      if (item == NULL)
        Py_CLEAR (list);
      else
        PyList_SET_ITEM (list, (Py_ssize_t)i, item);
    }
  return list;
}

PyMethodDef engine_plugins_methods[] = {
  { "plugins", (PyCFunction)context_plugins, METH_NOARGS,
    "Which seams plug-ins have taken: (seam, part)." },
  { NULL },
};

PyMethodDef engine_plugins_functions[] = {
  { "seams", seams, METH_NOARGS, "All seams: (name, version, header, what)." },
  { "plugins", plugins_of, METH_VARARGS,
    "plugins (list) -> which seams these take: (seam, part)." },
  { NULL },
};
