/* ml_regression.c - fits of linear models: linear and logistic regression.
 *
 * What fits have in common comes as one tuple, of which take_fit_options () makes a RushFitOptions;
 * models go back as tuples of lists.
 */
#include "mllib/classification/logistic_regression.h"
#include "mllib/optim/weighted_least_squares.h"
#include "mllib/regression/least_squares.h"
#include "py/ext/ml/ml_fits.h"

/* A converter of PyArg_ParseTuple ()'s: (intercept, λ, α, standardization, iterations, tolerance,
 * depth). */
static int
take_fit_options (PyObject *tuple, void *out)
{
  RushFitOptions *options = out;

  if (!PyTuple_Check (tuple))
    {
      PyErr_SetString (PyExc_TypeError, "the options of a fit are a tuple");
      return 0;
    }
  return PyArg_ParseTuple (tuple, "pddpIdI", &options->fit_intercept, &options->reg_param,
                           &options->elastic_net_param, &options->standardization,
                           &options->max_iterations, &options->tolerance, &options->depth);
}

typedef gboolean (*FitLine) (RushLinearFit *out, const RushInstances *instances,
                             const RushFitOptions *options, GError **error);

/* A line, found by @fit_line. */
static PyObject *
linear_regression (PyObject *args, FitLine fit_line)
{
  PyObject *query, *columns, *call, *properties;
  unsigned int n_features;
  RushFitOptions options;
  EngineFit fit;
  if (!PyArg_ParseTuple (args, "OOIO&OO!", &query, &columns, &n_features, take_fit_options,
                         &options, &call, &PyDict_Type, &properties) ||
      !engine_fit_init (&fit, query, columns,
                        RUSH_CHECK_LABELS | RUSH_CHECK_WEIGHTS | RUSH_CHECK_FEATURES, n_features,
                        call, properties))
    return NULL;
  GError *error = NULL;
  RushLinearFit line;
  gboolean fine;
  Py_BEGIN_ALLOW_THREADS fine = fit_line (&line, &fit.instances, &options, &error);
  Py_END_ALLOW_THREADS engine_fit_clear (&fit);
  if (!fine)
    return engine_raise (error);
  PyObject *result =
      Py_BuildValue ("NdNN", engine_doubles (line.coefficients, line.n_features), line.intercept,
                     engine_doubles (line.inverse_diagonal, line.n_inverse),
                     engine_doubles (line.history, line.n_history));
  rush_linear_fit_clear (&line);
  return result;
}

static PyObject *
weighted_least_squares (PyObject *module, PyObject *args)
{
  return linear_regression (args, rush_weighted_least_squares);
}

static PyObject *
least_squares (PyObject *module, PyObject *args)
{
  return linear_regression (args, rush_least_squares_fit);
}

/* ---- classes ---- */

/* Runs without the GIL; @start: bytes, for as many features as they say. */
static gboolean
fit_classes (RushLogisticModel *out, EngineFit *fit, RushLogisticOptions *options,
             const char *start, gsize start_bytes, GError **error)
{
  gsize n = start_bytes / sizeof (double);

  options->start = (const double *)start;
  if (start != NULL && n <= (gsize)options->fit.fit_intercept)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                           "there are no coefficients to begin with");
      return FALSE;
    }
  if (start != NULL)
    fit->instances.n_features = (guint)(n - (gsize)options->fit.fit_intercept);
  return rush_logistic_regression_fit (out, &fit->instances, options, error);
}

/* ml_logistic_regression (query, columns, (family, classes, thresholds, start), options, call,
 *                         properties)
 *   -> (features, classes, multinomial, constant, coefficients, intercepts, objective history)
 * start: of a binomial model as bytes, coefficients and then the intercept if there is one; or
 * None. */
static PyObject *
logistic_regression (PyObject *module, PyObject *args)
{
  PyObject *query, *columns, *call, *properties;
  int family;
  const char *start;
  Py_ssize_t start_bytes;
  RushLogisticOptions options = { 0 };
  EngineFit fit;
  if (!PyArg_ParseTuple (args, "OO(iIIz#)O&OO!", &query, &columns, &family, &options.n_classes,
                         &options.n_thresholds, &start, &start_bytes, take_fit_options,
                         &options.fit, &call, &PyDict_Type, &properties) ||
      !engine_fit_init (&fit, query, columns,
                        RUSH_CHECK_CLASSES | RUSH_CHECK_WEIGHTS | RUSH_CHECK_FEATURES, 0, call,
                        properties))
    return NULL;
  GError *error = NULL;
  RushLogisticModel model;
  gboolean fine;
  options.family = (RushLogisticFamily)family;
  Py_BEGIN_ALLOW_THREADS fine =
      fit_classes (&model, &fit, &options, start, (gsize)start_bytes, &error);
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

#define LINE                                                                                       \
  " (query, columns, features, options, call, properties) -> (coefficients, intercept, diagonal "  \
  "of the inverse, objective history)"

PyMethodDef engine_ml_regression_functions[] = {
  { "ml_weighted_least_squares", weighted_least_squares, METH_VARARGS,
    "ml_weighted_least_squares" LINE },
  { "ml_least_squares", least_squares, METH_VARARGS, "ml_least_squares" LINE },
  { "ml_logistic_regression", logistic_regression, METH_VARARGS,
    "ml_logistic_regression (query, columns, classes, options, call, properties) -> tuple" },
  { NULL }
};
