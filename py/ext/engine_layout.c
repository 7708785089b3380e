/* engine_layout.c - Context's methods that put the partitions of RDDs together in other ways.  None
 * of them starts a job.
 */
#include "py/ext/engine_private.h"

#include "rdd/transform/cartesian.h"
#include "rdd/transform/coalesce.h"
#include "rdd/transform/union.h"
#include "rdd/transform/zip.h"

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

/* How many objects a row of Python's holds; −1: one. */
static gint
objects_column (const RushRdd *rdd)
{
  return rush_schema_equal (rdd->schema, rush_python_schema_runs ()) ? 1 : -1;
}

static PyObject *
context_coalesce (EngineContext *self, PyObject *args)
{
  EngineRdd *parent;
  int n, shuffle;
  EngineCall call;
  if (!PyArg_ParseTuple (args, "O!ipO&", &EngineRdd_Type, &parent, &n, &shuffle,
                         engine_call_converter, &call) ||
      !engine_context_ready (self))
    return NULL;
  if (n < 1)
    {
      PyErr_SetString (PyExc_ValueError, "Number of partitions must be positive.");
      return NULL;
    }
  ENGINE_MAKE_RDD (self, &call, "Context.coalesce", shuffle ? "shuffle" : "", 0,
                   shuffle
                       ? rush_rdd_repartition (parent->rdd, (guint)n, objects_column (parent->rdd))
                       : rush_rdd_coalesce (parent->rdd, (guint)n));
}

static PyObject *
context_zip (EngineContext *self, PyObject *args)
{
  EngineRdd *left, *right;
  EngineCall call;
  if (!PyArg_ParseTuple (args, "O!O!O&", &EngineRdd_Type, &left, &EngineRdd_Type, &right,
                         engine_call_converter, &call) ||
      !engine_context_ready (self))
    return NULL;
  ENGINE_MAKE_RDD (self, &call, "Context.zip", "", 0, rush_rdd_zip (left->rdd, right->rdd));
}

static PyObject *
context_cartesian (EngineContext *self, PyObject *args)
{
  EngineRdd *left, *right;
  EngineCall call;
  if (!PyArg_ParseTuple (args, "O!O!O&", &EngineRdd_Type, &left, &EngineRdd_Type, &right,
                         engine_call_converter, &call) ||
      !engine_context_ready (self))
    return NULL;
  GError *error = NULL;
  RushRdd *made;
  engine_call_push (&call);
  Py_BEGIN_ALLOW_THREADS /* it counts partitions, which may look at files */
      made = rush_rdd_cartesian (left->rdd, right->rdd, &error);
  Py_END_ALLOW_THREADS engine_call_pop ();
  if (made == NULL)
    return engine_raise (error);
  return engine_made (self, "Context.cartesian", "", 0, made);
}

PyMethodDef engine_layout_methods[] = {
  { "union", (PyCFunction)context_union, METH_VARARGS, "union ([rdd …], call)" },
  { "coalesce", (PyCFunction)context_coalesce, METH_VARARGS,
    "coalesce (parent, n, shuffle, call)" },
  { "zip", (PyCFunction)context_zip, METH_VARARGS, "zip (left, right, call)" },
  { "cartesian", (PyCFunction)context_cartesian, METH_VARARGS, "cartesian (left, right, call)" },
  { NULL },
};
