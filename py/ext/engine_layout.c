/* engine_layout.c - Context's methods that put the partitions of RDDs together in other ways.  None of
 * them starts a job.
 */
#include "py/ext/engine_private.h"

#include "rdd/transform/union.h"

static PyObject *
context_union (EngineContext *self, PyObject *args)
{
  PyObject *list;
  EngineCall call;
  if (!PyArg_ParseTuple (args, "O!O&", &PyList_Type, &list, engine_call_converter, &call) ||
      !engine_context_ready (self))
    return NULL;
  guint n = (guint)PyList_GET_SIZE (list);
  g_autofree RushRdd **parents = g_new (RushRdd *, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    {
      PyObject *item = PyList_GET_ITEM (list, i);
      if (!Py_IS_TYPE (item, &EngineRdd_Type))
        {
          PyErr_SetString (PyExc_TypeError, "union takes a list of Rdd");
          return NULL;
        }
      parents[i] = ((EngineRdd *)item)->rdd;
    }
  if (n == 0)
    {
      PyErr_SetString (PyExc_ValueError, "union needs at least one RDD");
      return NULL;
    }
  GError *error = NULL;
  RushRdd *made;
  engine_call_push (&call);
  Py_BEGIN_ALLOW_THREADS /* it counts partitions, which may look at files */
      made = rush_rdd_union (parents, n, &error);
  Py_END_ALLOW_THREADS engine_call_pop ();
  if (made == NULL)
    return engine_raise (error);
  return engine_made (self, "Context.union", "", 0, made);
}

PyMethodDef engine_layout_methods[] = {
  { "union", (PyCFunction)context_union, METH_VARARGS, "union ([rdd …], call)" }, { NULL }
};
