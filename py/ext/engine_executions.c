/* engine_executions.c - SQL executions: which there were, and the pictures of their plans. */
#include "core/event/event_text.h"
#include "core/viz/plan_graph.h"
#include "py/ext/engine_private.h"

#define DOT " · "

gboolean
engine_metric_look_up (gint64 accumulator_id, gpointer source, gint64 *out)
{
  const EngineMetrics *metrics = source;
  return rush_sql_stats_metric (metrics->stats, metrics->execution_id, accumulator_id, out);
}

/* ── the picture of one ── */

/* "Query 3 · show at app.py:5 · 2 jobs · 0.31 s" */
static char *
title_of (const RushExecutionSummary *execution)
{
  g_autofree char *place =
      rush_format_call_site (execution->place != NULL ? execution->place : execution->description);
  g_autofree char *jobs = rush_format_counted (execution->job_ids->len, "job");
  g_autofree char *took = execution->end_ms > 0
                              ? rush_format_duration_ms (execution->end_ms - execution->start_ms)
                              : g_strdup ("running");
  return g_strdup_printf ("Query %" G_GINT64_FORMAT DOT "%s" DOT "%s" DOT "%s%s", execution->id,
                          place, jobs, took, execution->error != NULL ? DOT "failed" : "");
}

static PyObject *
context_dag_execution (EngineContext *self, PyObject *args)
{
  long long id;
  PyObject *format;
  if (!PyArg_ParseTuple (args, "LO", &id, &format))
    return NULL;
  RushSqlStats *stats = rush_context_sql_stats (self->context);
  g_autoptr (RushExecutionSummary) execution = rush_sql_stats_execution (stats, id);
  if (execution == NULL)
    return engine_raise (g_error_new (RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND,
                                      "there is no SQL execution %lld, or it is forgotten", id));
  EngineMetrics metrics = { stats, id };
  g_autoptr (RushPlanGraph) graph =
      rush_plan_graph_new (execution->plan, engine_metric_look_up, &metrics);
  graph->title = title_of (execution);
  return engine_picture_of_dot (rush_plan_graph_to_dot (graph), format);
}

/* ── all of them ── */

static PyObject *
job_ids_of (const RushExecutionSummary *execution)
{
  PyObject *list = PyList_New (execution->job_ids->len);
  for (guint i = 0; list != NULL && i < execution->job_ids->len; i++)
    {
      PyObject *id = PyLong_FromLong (g_array_index (execution->job_ids, gint, i));
      if (id == NULL)
        Py_CLEAR (list);
      else
        PyList_SET_ITEM (list, i, id);
    }
  return list;
}

static PyObject *
describe (const RushExecutionSummary *execution)
{
  return Py_BuildValue ("{sL ss sz sL sL sz sN}", "id", (long long)execution->id, "description",
                        execution->description, "place", execution->place, "start_ms",
                        (long long)execution->start_ms, "end_ms", (long long)execution->end_ms,
                        "error", execution->error, "job_ids", job_ids_of (execution));
}

static PyObject *
context_executions (EngineContext *self, PyObject *unused)
{
  RushSqlStats *stats = rush_context_sql_stats (self->context);
  g_autoptr (GArray) ids = rush_sql_stats_execution_ids (stats);
  PyObject *list = PyList_New (0);
  for (guint i = 0; list != NULL && i < ids->len; i++)
    {
      g_autoptr (RushExecutionSummary) execution =
          rush_sql_stats_execution (stats, g_array_index (ids, gint64, i));
      PyObject *entry = execution != NULL ? describe (execution) : NULL;
      if (execution == NULL) /* forgotten since */
        continue;
      if (entry == NULL || PyList_Append (list, entry) < 0)
        Py_CLEAR (list);
      Py_XDECREF (entry);
    }
  return list;
}

PyMethodDef engine_executions_methods[] = {
  { "executions", (PyCFunction)context_executions, METH_NOARGS,
    "executions () -> list of dicts: id, description, place, start_ms, end_ms, error, job_ids" },
  { "dag_execution", (PyCFunction)context_dag_execution, METH_VARARGS,
    "dag_execution (id, 'svg' | 'png' | 'pdf' | 'dot') -> bytes" },
  { NULL }
};
