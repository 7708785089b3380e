/* ml_evaluation.c - how good predictions are. */
#include "mllib/evaluation/binary_curve.h"
#include "mllib/evaluation/regression_metrics.h"
#include "py/ext/ml/ml_fits.h"

/* ml_regression_metrics (query, columns, call, properties) -> dict of sums; the features are the
 * predictions */
static PyObject *
regression_metrics (PyObject *module, PyObject *args)
{
  PyObject *query, *columns, *call, *properties;
  EngineFit fit;
  if (!PyArg_ParseTuple (args, "OOOO!", &query, &columns, &call, &PyDict_Type, &properties) ||
      !engine_fit_init (&fit, query, columns, RUSH_CHECK_WEIGHTS, 1, call, properties))
    return NULL;
  GError *error = NULL;
  RushRegressionMetrics metrics;
  gboolean fine;
  Py_BEGIN_ALLOW_THREADS fine = rush_regression_metrics (&metrics, &fit.instances, &error);
  Py_END_ALLOW_THREADS engine_fit_clear (&fit);
  if (!fine)
    return engine_raise (error);
  return Py_BuildValue ("{sdsdsdsdsdsdsdsdsd}", "count", metrics.count, "weight_sum",
                        metrics.weight_sum, "absolute_errors", metrics.absolute_errors,
                        "squared_errors", metrics.squared_errors, "squared_labels",
                        metrics.squared_labels, "label_variance", metrics.label_variance,
                        "explained", metrics.explained, "error_mean", metrics.error_mean,
                        "error_variance", metrics.error_variance);
}

static PyObject *
points_of (const RushBinaryCurve *curve)
{
  PyObject *list = PyList_New (curve->points->len);

  for (guint i = 0; list != NULL && i < curve->points->len; i++)
    {
      const RushCurvePoint *point = &g_array_index (curve->points, RushCurvePoint, i);
      PyObject *item =
          Py_BuildValue ("ddd", point->threshold, point->true_positives, point->false_positives);

      if (item == NULL)
        Py_CLEAR (list);
      else
        PyList_SET_ITEM (list, i, item);
    }
  return list;
}

/* ml_binary_curve (query, bins, points, call, properties)
 *   -> (area under ROC, area under PR, positives, negatives, points or None) */
static PyObject *
binary_curve (PyObject *module, PyObject *args)
{
  EngineQuery *query;
  unsigned int n_bins;
  int with_points;
  PyObject *call, *properties;
  EngineExecution execution;
  if (!PyArg_ParseTuple (args, "O!IpOO!", &EngineQuery_Type, &query, &n_bins, &with_points, &call,
                         &PyDict_Type, &properties) ||
      !engine_execution_init (&execution, call, properties))
    return NULL;
  GError *error = NULL;
  GPtrArray *batches;
  Py_BEGIN_ALLOW_THREADS batches = rush_query_collect (query->query, &execution.options, &error);
  Py_END_ALLOW_THREADS engine_execution_clear (&execution);
  if (batches == NULL)
    return engine_raise (error);
  RushBinaryCurve curve;
  rush_binary_curve_init (&curve, batches, n_bins);
  g_ptr_array_unref (batches);
  PyObject *result = Py_BuildValue (
      "ddddN", rush_binary_curve_area_under_roc (&curve), rush_binary_curve_area_under_pr (&curve),
      curve.positives, curve.negatives, with_points ? points_of (&curve) : Py_NewRef (Py_None));
  rush_binary_curve_clear (&curve);
  return result;
}

PyMethodDef engine_ml_evaluation_functions[] = {
  { "ml_regression_metrics", regression_metrics, METH_VARARGS,
    "ml_regression_metrics (query, columns, call, properties) -> dict" },
  { "ml_binary_curve", binary_curve, METH_VARARGS,
    "ml_binary_curve (query, bins, points, call, properties) -> tuple" },
  { NULL }
};
