/* graph_handle.c - Graph: a handle on a property graph; its rows as plans, its numbers. */
#include "py/ext/graph/graph_private.h"

#include "graph/degrees.h"
#include "graph/routing_picture.h"

#include <unistd.h>

PyObject *
engine_graph_wrap (RushGraph *graph, GError *error)
{
  if (graph == NULL)
    return engine_raise (error);
  EngineGraph *self = PyObject_New (EngineGraph, &EngineGraph_Type);
  if (self == NULL)
    {
      rush_graph_unref (graph);
      return NULL;
    }
  self->graph = graph;
  self->process = getpid ();
  return (PyObject *)self;
}

static void
graph_dealloc (EngineGraph *self)
{
  if (self->process == getpid ())
    {
      Py_BEGIN_ALLOW_THREADS rush_graph_unref (self->graph);
      Py_END_ALLOW_THREADS
    }
  PyObject_Free (self);
}

/* ── rows ── */

/* Takes over @rows: the plan that reads them. */
static PyObject *
plan_of (RushRdd *rows)
{
  RushExprList *columns = engine_attributes_of_schema (rows->schema);
  return engine_plan_wrap (rush_plan_rdd (rows, columns), NULL);
}

static PyObject *
rows_of (EngineGraph *self, PyObject *call_tuple, RushRdd *(*rows_func) (RushGraph *))
{
  EngineCall call;
  if (!engine_call_converter (call_tuple, &call))
    return NULL;
  engine_call_push (&call);
  RushRdd *rows = rows_func (self->graph);
  engine_call_pop ();
  return plan_of (rows);
}

static PyObject *
graph_vertices (EngineGraph *self, PyObject *call)
{
  return rows_of (self, call, rush_graph_vertices);
}

static PyObject *
graph_edges (EngineGraph *self, PyObject *call)
{
  return rows_of (self, call, rush_graph_edges);
}

static PyObject *
graph_triplets (EngineGraph *self, PyObject *call)
{
  return rows_of (self, call, rush_graph_triplets);
}

/* degrees (direction, call) */
static PyObject *
graph_degrees (EngineGraph *self, PyObject *args)
{
  static const char *const names[] = { "out", "in", "both" };
  const char *name;
  EngineCall call;
  if (!PyArg_ParseTuple (args, "sO&", &name, engine_call_converter, &call))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i], name))
      {
        engine_call_push (&call);
        RushRdd *rows = rush_graph_degrees (self->graph, (RushEdgeDirection)i);
        engine_call_pop ();
        return plan_of (rows);
      }
  return PyErr_Format (PyExc_ValueError, "no direction is called %s", name);
}

/* ── numbers ── */

static PyObject *
count (EngineGraph *self, PyObject *args,
       gint64 (*count_func) (RushGraph *, const RushJobOptions *, GError **))
{
  PyObject *call, *properties;
  EngineExecution execution;
  if (!PyArg_ParseTuple (args, "OO!", &call, &PyDict_Type, &properties) ||
      !engine_execution_init (&execution, call, properties))
    return NULL;
  GError *error = NULL;
  gint64 n;
  Py_BEGIN_ALLOW_THREADS n = count_func (self->graph, &execution.job, &error);
  Py_END_ALLOW_THREADS engine_execution_clear (&execution);
  return n < 0 ? engine_raise (error) : PyLong_FromLongLong (n);
}

static PyObject *
graph_n_vertices (EngineGraph *self, PyObject *args)
{
  return count (self, args, rush_graph_n_vertices);
}

static PyObject *
graph_n_edges (EngineGraph *self, PyObject *args)
{
  return count (self, args, rush_graph_n_edges);
}

/* routes (format, call, properties) */
static PyObject *
graph_routes (EngineGraph *self, PyObject *args)
{
  PyObject *format, *call, *properties;
  EngineExecution execution;
  if (!PyArg_ParseTuple (args, "OOO!", &format, &call, &PyDict_Type, &properties) ||
      !engine_execution_init (&execution, call, properties))
    return NULL;
  GError *error = NULL;
  char *dot;
  Py_BEGIN_ALLOW_THREADS dot = rush_graph_routes_to_dot (self->graph, &execution.job, &error);
  Py_END_ALLOW_THREADS engine_execution_clear (&execution);
  return dot != NULL ? engine_picture_of_dot (dot, format) : engine_raise (error);
}

PyMethodDef engine_graph_methods[] = {
  { "vertices", (PyCFunction)graph_vertices, METH_O, "vertices (call) -> Plan" },
  { "edges", (PyCFunction)graph_edges, METH_O, "edges (call) -> Plan" },
  { "triplets", (PyCFunction)graph_triplets, METH_O, "triplets (call) -> Plan" },
  { "degrees", (PyCFunction)graph_degrees, METH_VARARGS,
    "degrees ('in' | 'out' | 'both', call) -> Plan" },
  { "n_vertices", (PyCFunction)graph_n_vertices, METH_VARARGS,
    "n_vertices (call, properties) -> int" },
  { "n_edges", (PyCFunction)graph_n_edges, METH_VARARGS, "n_edges (call, properties) -> int" },
  { "routes", (PyCFunction)graph_routes, METH_VARARGS,
    "routes (format, call, properties) -> bytes: the routing table drawn" },
  { NULL }
};

PyTypeObject EngineGraph_Type = {
  PyVarObject_HEAD_INIT (NULL, 0).tp_name = "rushlight._engine.Graph",
  .tp_basicsize = sizeof (EngineGraph),
  .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
  .tp_doc = "A handle on a property graph of the engine.",
  .tp_dealloc = (destructor)graph_dealloc,
};
