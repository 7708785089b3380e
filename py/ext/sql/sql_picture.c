/* sql_picture.c - the picture of a DataFrame: the plan that an action on it runs; once it has run,
 * with what its operators counted.
 *
 * Actions that make a plan of their own (show, count) are executions: engine_executions.c.
 */
#include "core/viz/plan_graph.h"
#include "py/ext/sql/sql_private.h"
#include "sql/physical/execution.h"

/* Without the GIL. */
static char *
draw_query (RushQuery *query, RushContext *context, GError **error)
{
  g_autoptr (RushPlanInfo) info = rush_query_plan_info (query, error);
  g_autoptr (RushPlanGraph) graph = NULL;
  if (info == NULL)
    return NULL;
  EngineMetrics metrics = { rush_context_sql_stats (context), -1 };
  graph = rush_plan_graph_new (info, engine_metric_look_up, &metrics);
  return rush_plan_graph_to_dot (graph);
}

PyObject *
engine_query_dag (EngineQuery *self, PyObject *format)
{
  GError *error = NULL;
  char *dot;
  Py_BEGIN_ALLOW_THREADS dot = draw_query (self->query, self->context, &error);
  Py_END_ALLOW_THREADS if (dot == NULL) return engine_raise (error);
  return engine_picture_of_dot (dot, format);
}
