/* graph_module.c - the graph part joins rushlight._engine. */
#include "py/ext/graph/graph_private.h"

#include "graph/edge_list.h"

static int
rdd_converter (PyObject *object, void *out_rdd)
{
  RushRdd **out = out_rdd;
  if (object == Py_None)
    *out = NULL;
  else if (PyObject_TypeCheck (object, &EngineRdd_Type))
    *out = ((EngineRdd *)object)->rdd;
  else
    {
      PyErr_SetString (PyExc_TypeError, "vertices and edges are Rdds of batches");
      return 0;
    }
  return 1;
}

/* graph (context, vertices or None, edges, strategy or None, n_edge_partitions,
 *        n_vertex_partitions, call) */
static PyObject *
make_graph (PyObject *module, PyObject *args)
{
  EngineContext *context;
  RushRdd *vertices, *edges;
  const char *strategy;
  RushGraphLayout layout = { FALSE };
  EngineCall call;
  GError *error = NULL;
  if (!PyArg_ParseTuple (args, "O!O&O&zO&O&O&", &EngineContext_Type, &context, rdd_converter,
                         &vertices, rdd_converter, &edges, &strategy, engine_count_converter,
                         &layout.n_edge_partitions, engine_count_converter,
                         &layout.n_vertex_partitions, engine_call_converter, &call) ||
      !engine_context_ready (context))
    return NULL;
  if (edges == NULL)
    return PyErr_Format (PyExc_TypeError, "a graph has edges");
  layout.cut = strategy != NULL;
  if (layout.cut && !rush_partition_strategy_parse (strategy, &layout.strategy, &error))
    return engine_raise (error);
  RushGraph *graph;
  engine_call_push (&call);
  Py_BEGIN_ALLOW_THREADS graph =
      rush_graph_new (context->context, vertices, edges, &layout, &error);
  Py_END_ALLOW_THREADS engine_call_pop ();
  return engine_graph_wrap (graph, error);
}

/* edge_list (context, path, min_partitions, call) */
static PyObject *
edge_list (PyObject *module, PyObject *args)
{
  EngineContext *context;
  const char *path;
  guint min_partitions;
  EngineCall call;
  if (!PyArg_ParseTuple (args, "O!sO&O&", &EngineContext_Type, &context, &path,
                         engine_count_converter, &min_partitions, engine_call_converter, &call) ||
      !engine_context_ready (context))
    return NULL;
  engine_call_push (&call);
  RushRdd *edges =
      rush_edge_list_file (rush_context_lineage (context->context), path, min_partitions);
  engine_call_pop ();
  return engine_rdd_wrap (context->context, edges);
}

static PyMethodDef functions[] = {
  { "graph", make_graph, METH_VARARGS,
    "graph (context, vertices or None, edges, strategy or None, n_edge_partitions, "
    "n_vertex_partitions, call) -> Graph" },
  { "edge_list", edge_list, METH_VARARGS,
    "edge_list (context, path, min_partitions, call) -> Rdd (src: bigint, dst: bigint)" },
  { NULL }
};

/* Graph's methods stand in two tables; a type takes one. */
static PyMethodDef *
join_tables (void)
{
  PyMethodDef *const tables[] = { engine_graph_methods, engine_graph_algorithms };
  GArray *all = g_array_new (TRUE, TRUE, sizeof (PyMethodDef));
  for (guint t = 0; t < G_N_ELEMENTS (tables); t++)
    for (const PyMethodDef *m = tables[t]; m->ml_name != NULL; m++)
      g_array_append_vals (all, m, 1);
  return (PyMethodDef *)(gpointer)g_array_free (all, FALSE); /* lives as long as the type */
}

int
engine_graph_add_to_module (PyObject *module)
{
  EngineGraph_Type.tp_methods = join_tables ();
  if (PyModule_AddType (module, &EngineGraph_Type) < 0)
    return -1;
  return PyModule_AddFunctions (module, functions);
}
