/* ml_stat.c - statistics of columns of vectors. */
#include "mllib/stat/covariance.h"
#include "py/ext/ml/ml_fits.h"

/* ml_correlations (query, columns, call, properties) -> (rows, n, the n × n coefficients) */
static PyObject *
correlations (PyObject *module, PyObject *args)
{
  PyObject *query, *columns, *call, *properties;
  EngineFit fit;
  if (!PyArg_ParseTuple (args, "OOOO!", &query, &columns, &call, &PyDict_Type, &properties) ||
      !engine_fit_init (&fit, query, columns, RUSH_CHECK_NOTHING, 0, call, properties))
    return NULL;
  GError *error = NULL;
  RushCovariance covariance;
  gboolean fine;
  Py_BEGIN_ALLOW_THREADS fine = rush_covariance_init (&covariance, &fit.instances, &error);
  Py_END_ALLOW_THREADS engine_fit_clear (&fit);
  if (!fine)
    return engine_raise (error);
  gsize n = (gsize)covariance.n_features * covariance.n_features;
  double *values = g_new0 (double, MAX (n, 1));
  rush_covariance_correlations (&covariance, values);
  PyObject *result =
      Py_BuildValue ("dIN", covariance.count, covariance.n_features, engine_doubles (values, n));
  g_free (values);
  rush_covariance_clear (&covariance);
  return result;
}

PyMethodDef engine_ml_stat_functions[] = {
  { "ml_correlations", correlations, METH_VARARGS,
    "ml_correlations (query, columns, call, properties) -> (rows, n, list of n × n floats)" },
  { NULL }
};
