/* ml_regression.c - fits of linear models: linear and logistic regression.
 *
 * Options come as tuples, in the order of the C structs; models go back as tuples of lists.
 */
#include "mllib/classification/logistic_regression.h"
#include "mllib/optim/weighted_least_squares.h"
#include "mllib/regression/least_squares.h"
#include "py/ext/ml/ml_fits.h"

/* ml_weighted_least_squares (query, columns, features, options, call, properties)
 *   -> (coefficients, intercept, diagonal of the inverse, objective history) */
static PyObject *
weighted_least_squares (PyObject *module, PyObject *args)
{
  PyObject *query, *columns, *call, *properties;
  unsigned int n_features;
  RushWlsOptions options;
  EngineFit fit;
  if (!PyArg_ParseTuple (args, "OOI(pddpIdI)OO!", &query, &columns, &n_features,
                         &options.fit_intercept, &options.reg_param, &options.elastic_net_param,
                         &options.standardize_features, &options.max_iterations, &options.tolerance,
                         &options.depth, &call, &PyDict_Type, &properties) ||
      !engine_fit_init (&fit, query, columns,
                        RUSH_CHECK_LABELS | RUSH_CHECK_WEIGHTS | RUSH_CHECK_FEATURES, n_features,
                        call, properties))
    return NULL;
  GError *error = NULL;
  RushWlsModel model;
  gboolean fine;
  Py_BEGIN_ALLOW_THREADS fine =
      rush_weighted_least_squares (&model, &fit.instances, &options, &error);
  Py_END_ALLOW_THREADS engine_fit_clear (&fit);
  if (!fine)
    return engine_raise (error);
  PyObject *result =
      Py_BuildValue ("NdNN", engine_doubles (model.coefficients, model.n_features), model.intercept,
                     engine_doubles (model.inverse_diagonal, model.n_inverse),
                     engine_doubles (model.history, model.n_history));
  rush_wls_model_clear (&model);
  return result;
}

/* ml_least_squares (query, columns, features, options, call, properties)
 *   -> (coefficients, intercept, objective history) */
static PyObject *
least_squares (PyObject *module, PyObject *args)
{
  PyObject *query, *columns, *call, *properties;
  unsigned int n_features;
  RushLeastSquaresOptions options;
  EngineFit fit;
  if (!PyArg_ParseTuple (args, "OOI(pddpIdI)OO!", &query, &columns, &n_features,
                         &options.fit_intercept, &options.reg_param, &options.elastic_net_param,
                         &options.standardization, &options.max_iterations, &options.tolerance,
                         &options.depth, &call, &PyDict_Type, &properties) ||
      !engine_fit_init (&fit, query, columns,
                        RUSH_CHECK_LABELS | RUSH_CHECK_WEIGHTS | RUSH_CHECK_FEATURES, n_features,
                        call, properties))
    return NULL;
  GError *error = NULL;
  RushLeastSquaresModel model;
  gboolean fine;
  Py_BEGIN_ALLOW_THREADS fine = rush_least_squares_fit (&model, &fit.instances, &options, &error);
  Py_END_ALLOW_THREADS engine_fit_clear (&fit);
  if (!fine)
    return engine_raise (error);
  PyObject *result =
      Py_BuildValue ("NdN", engine_doubles (model.coefficients, model.n_features), model.intercept,
                     engine_doubles (model.history, model.n_history));
  rush_least_squares_model_clear (&model);
  return result;
}

/* ml_logistic_regression (query, columns, options, call, properties)
 *   -> (features, classes, multinomial, constant, coefficients, intercepts, objective history) */
static PyObject *
logistic_regression (PyObject *module, PyObject *args)
{
  PyObject *query, *columns, *call, *properties;
  int family;
  RushLogisticOptions options;
  EngineFit fit;
  if (!PyArg_ParseTuple (args, "OO(iIIpddpIdI)OO!", &query, &columns, &family, &options.n_classes,
                         &options.n_thresholds, &options.fit_intercept, &options.reg_param,
                         &options.elastic_net_param, &options.standardization,
                         &options.max_iterations, &options.tolerance, &options.depth, &call,
                         &PyDict_Type, &properties) ||
      !engine_fit_init (&fit, query, columns,
                        RUSH_CHECK_CLASSES | RUSH_CHECK_WEIGHTS | RUSH_CHECK_FEATURES, 0, call,
                        properties))
    return NULL;
  GError *error = NULL;
  RushLogisticModel model;
  gboolean fine;
  options.family = (RushLogisticFamily)family;
  Py_BEGIN_ALLOW_THREADS fine =
      rush_logistic_regression_fit (&model, &fit.instances, &options, &error);
  Py_END_ALLOW_THREADS engine_fit_clear (&fit);
  if (!fine)
    return engine_raise (error);
  PyObject *result =
      Py_BuildValue ("IIOONNN", model.n_features, model.n_classes,
                     model.multinomial ? Py_True : Py_False, model.constant ? Py_True : Py_False,
                     engine_doubles (model.coefficients, (gsize)model.n_sets * model.n_features),
                     engine_doubles (model.intercepts, model.n_sets),
                     engine_doubles (model.history, model.n_history));
  rush_logistic_model_clear (&model);
  return result;
}

PyMethodDef engine_ml_regression_functions[] = {
  { "ml_weighted_least_squares", weighted_least_squares, METH_VARARGS,
    "ml_weighted_least_squares (query, columns, features, options, call, properties) -> tuple" },
  { "ml_least_squares", least_squares, METH_VARARGS,
    "ml_least_squares (query, columns, features, options, call, properties) -> tuple" },
  { "ml_logistic_regression", logistic_regression, METH_VARARGS,
    "ml_logistic_regression (query, columns, options, call, properties) -> tuple" },
  { NULL }
};
