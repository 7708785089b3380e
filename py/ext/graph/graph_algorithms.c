/* graph_algorithms.c - Graph's methods that run an algorithm: jobs now, another Graph as answer. */
#include "py/ext/graph/graph_private.h"

#include "graph/lib/page_rank.h"

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
  if (!PyArg_ParseTuple (args, "IddO&OO!", &what.n_iterations, &what.tolerance,
                         &what.reset_probability, ids_converter, &sources, &call, &PyDict_Type,
                         &properties))
    return NULL;
  what.sources = (const gint64 *)(gpointer)sources->data;
  what.n_sources = sources->len;
  RUN_ALGORITHM (self, call, properties,
                 rush_page_rank (self->graph, &what, &execution.job, &error));
}

PyMethodDef engine_graph_algorithms[] = {
  { "page_rank", (PyCFunction)graph_page_rank, METH_VARARGS,
    "page_rank (n_iterations, tolerance, reset, sources, call, properties) -> Graph" },
  { NULL }
};
