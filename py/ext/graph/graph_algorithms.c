/* graph_algorithms.c - Graph's methods that run an algorithm: jobs now, another Graph as answer. */
#include "py/ext/graph/graph_private.h"

#include "graph/lib/connected_components.h"
#include "graph/lib/label_propagation.h"
#include "graph/lib/page_rank.h"
#include "graph/lib/shortest_paths.h"
#include "graph/lib/strongly_connected_components.h"
#include "graph/lib/triangle_count.h"

/* For PyArg_ParseTuple "O&": GArray of gint64 **, owned, of a list of int. */
static int
ids_converter (PyObject *object, void *out_array)
{
  GArray **out = out_array;
  if (object == NULL) /* the call failed behind this argument */
    {
      g_clear_pointer (out, g_array_unref);
      return 1;
    }
  if (!PyList_Check (object))
    {
      PyErr_SetString (PyExc_TypeError, "ids come in a list");
      return 0;
    }
  *out = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE (object); i++)
    {
      gint64 id = PyLong_AsLongLong (PyList_GET_ITEM (object, i));
      if (id == -1 && PyErr_Occurred ())
        {
          g_clear_pointer (out, g_array_unref);
          return 0;
        }
      g_array_append_val (*out, id);
    }
  return Py_CLEANUP_SUPPORTED;
}

/* What all of them do: @run is an expression that makes the answer from self->graph,
 * &execution.job and &error. */
#define RUN_ALGORITHM(self, call, properties, run)                                                 \
  G_STMT_START                                                                                     \
  {                                                                                                \
    EngineExecution execution;                                                                     \
    GError *error = NULL;                                                                          \
    RushGraph *answer;                                                                             \
    if (!engine_execution_init (&execution, call, properties))                                     \
      return NULL;                                                                                 \
    engine_call_push (&execution.call);                                                            \
    Py_BEGIN_ALLOW_THREADS answer = (run);                                                         \
    Py_END_ALLOW_THREADS engine_call_pop ();                                                       \
    engine_execution_clear (&execution);                                                           \
    if (answer != NULL)                                                                            \
      return engine_graph_wrap (answer, NULL);                                                     \
    return engine_raise (error);                                                                   \
  }                                                                                                \
  G_STMT_END

/* page_rank (n_iterations, tolerance, reset, sources, call, properties) */
static PyObject *
graph_page_rank (EngineGraph *self, PyObject *args)
{
  RushPageRank what = { 0 };
  g_autoptr (GArray) sources = NULL;
  PyObject *call, *properties;
  if (!PyArg_ParseTuple (args, "O&ddO&OO!", engine_count_converter, &what.n_iterations,
                         &what.tolerance, &what.reset_probability, ids_converter, &sources, &call,
                         &PyDict_Type, &properties))
    return NULL;
  if (what.reset_probability == 0)
    what.reset_probability = RUSH_PAGE_RANK_NEVER_RESET;
  what.sources = (const gint64 *)(gpointer)sources->data;
  what.n_sources = sources->len;
  RUN_ALGORITHM (self, call, properties,
                 rush_page_rank (self->graph, &what, &execution.job, &error));
}

/* Those that take a number of rounds: (n, call, properties). */
typedef RushGraph *(*Rounds) (RushGraph *graph, guint n, const RushJobOptions *job, GError **error);

static PyObject *
run_rounds (EngineGraph *self, PyObject *args, Rounds algorithm)
{
  guint n;
  PyObject *call, *properties;
  if (!PyArg_ParseTuple (args, "O&OO!", engine_count_converter, &n, &call, &PyDict_Type,
                         &properties))
    return NULL;
  RUN_ALGORITHM (self, call, properties, algorithm (self->graph, n, &execution.job, &error));
}

static PyObject *
graph_connected_components (EngineGraph *self, PyObject *args)
{
  return run_rounds (self, args, rush_connected_components);
}

static PyObject *
graph_connected_components_by_stars (EngineGraph *self, PyObject *args)
{
  return run_rounds (self, args, rush_connected_components_by_stars);
}

static PyObject *
graph_strongly_connected_components (EngineGraph *self, PyObject *args)
{
  return run_rounds (self, args, rush_strongly_connected_components);
}

static PyObject *
graph_label_propagation (EngineGraph *self, PyObject *args)
{
  return run_rounds (self, args, rush_label_propagation);
}

/* triangle_count (call, properties) */
static PyObject *
graph_triangle_count (EngineGraph *self, PyObject *args)
{
  PyObject *call, *properties;
  if (!PyArg_ParseTuple (args, "OO!", &call, &PyDict_Type, &properties))
    return NULL;
  RUN_ALGORITHM (self, call, properties, rush_triangle_count (self->graph, &execution.job, &error));
}

/* shortest_paths (landmarks, call, properties) */
static PyObject *
graph_shortest_paths (EngineGraph *self, PyObject *args)
{
  g_autoptr (GArray) landmarks = NULL;
  PyObject *call, *properties;
  if (!PyArg_ParseTuple (args, "O&OO!", ids_converter, &landmarks, &call, &PyDict_Type,
                         &properties))
    return NULL;
  RUN_ALGORITHM (self, call, properties,
                 rush_shortest_paths (self->graph, (const gint64 *)(gpointer)landmarks->data,
                                      landmarks->len, &execution.job, &error));
}

/* breadth_first_search (sources, max_depth, call, properties) */
static PyObject *
graph_breadth_first_search (EngineGraph *self, PyObject *args)
{
  g_autoptr (GArray) sources = NULL;
  guint max_depth;
  PyObject *call, *properties;
  if (!PyArg_ParseTuple (args, "O&O&OO!", ids_converter, &sources, engine_count_converter,
                         &max_depth, &call, &PyDict_Type, &properties))
    return NULL;
  RUN_ALGORITHM (self, call, properties,
                 rush_breadth_first_search (self->graph, (const gint64 *)(gpointer)sources->data,
                                            sources->len, max_depth, &execution.job, &error));
}

PyMethodDef engine_graph_algorithms[] = {
  { "page_rank", (PyCFunction)graph_page_rank, METH_VARARGS,
    "page_rank (n_iterations, tolerance, reset, sources, call, properties) -> Graph" },
  { "connected_components", (PyCFunction)graph_connected_components, METH_VARARGS,
    "connected_components (max_iterations, call, properties) -> Graph" },
  { "connected_components_by_stars", (PyCFunction)graph_connected_components_by_stars, METH_VARARGS,
    "connected_components_by_stars (rounds_together, call, properties) -> Graph" },
  { "strongly_connected_components", (PyCFunction)graph_strongly_connected_components, METH_VARARGS,
    "strongly_connected_components (n_iterations, call, properties) -> Graph" },
  { "label_propagation", (PyCFunction)graph_label_propagation, METH_VARARGS,
    "label_propagation (n_steps, call, properties) -> Graph" },
  { "triangle_count", (PyCFunction)graph_triangle_count, METH_VARARGS,
    "triangle_count (call, properties) -> Graph" },
  { "shortest_paths", (PyCFunction)graph_shortest_paths, METH_VARARGS,
    "shortest_paths (landmarks, call, properties) -> Graph" },
  { "breadth_first_search", (PyCFunction)graph_breadth_first_search, METH_VARARGS,
    "breadth_first_search (sources, max_depth, call, properties) -> Graph" },
  { NULL }
};
