/* ml_descent.c - linear models by gradient descent, for rushlight.mllib. */
#include "mllib/optim/gradient_descent.h"
#include "py/ext/ml/ml_fits.h"

static gboolean
descend (EngineFit *fit, const RushDescentOptions *options, double *weights, GArray **out_history,
         GError **error)
{
  gboolean fine;

  if (!engine_fit_keep (fit, "training instances", &RUSH_STORAGE_MEMORY_AND_DISK, error))
    return FALSE;
  fine = rush_gradient_descent (&fit->instances, options, weights, out_history, error);
  engine_fit_let_go (fit);
  return fine;
}

/* Weights as bytes: of all features, then of the intercept. (transfer full) */
static double *
take_weights (const char *bytes, Py_ssize_t size, gboolean intercept, guint *out_n_features)
{
  gsize n = (gsize)size / sizeof (double);

  if ((gsize)size % sizeof (double) != 0 || n <= (gsize)intercept || n > G_MAXINT32)
    {
      PyErr_SetString (PyExc_ValueError,
                       n > G_MAXINT32 ? "the first point has more than 2147483647 features"
                                      : "the first point has no features: there is nothing to fit");
      return NULL;
    }
  *out_n_features = (guint)n - (guint)intercept;
  return g_memdup2 (bytes, (gsize)size);
}

/* ml_gradient_descent (query, columns, weights, options, call, properties)
 *   -> (weights, losses of the passes)
 * options: loss, penalty, intercept, binary, iterations, step, λ, fraction of a sample,
 * tolerance. */
static PyObject *
gradient_descent (PyObject *module, PyObject *args)
{
  PyObject *query, *columns, *call, *properties;
  const char *bytes;
  Py_ssize_t size;
  int loss, penalty;
  RushDescentOptions options;
  guint n_features;
  EngineFit fit;

  if (!PyArg_ParseTuple (args, "OOy#(iippIdddd)OO!", &query, &columns, &bytes, &size, &loss,
                         &penalty, &options.intercept, &options.binary, &options.max_iterations,
                         &options.step, &options.reg_param, &options.fraction, &options.tolerance,
                         &call, &PyDict_Type, &properties))
    return NULL;
  options.loss = (RushDescentLoss)loss;
  options.penalty = (RushDescentPenalty)penalty;
  double *weights = take_weights (bytes, size, options.intercept, &n_features);
  if (weights == NULL ||
      !engine_fit_init (&fit, query, columns, RUSH_CHECK_NOTHING, n_features, call, properties))
    {
      g_free (weights);
      return NULL;
    }
  GError *error = NULL;
  GArray *history = NULL;
  gboolean fine;
  Py_BEGIN_ALLOW_THREADS fine = descend (&fit, &options, weights, &history, &error);
  Py_END_ALLOW_THREADS engine_fit_clear (&fit);
  PyObject *result = NULL;
  if (fine)
    result = Py_BuildValue ("NN", engine_doubles (weights, (gsize)size / sizeof *weights),
                            engine_doubles ((const double *)history->data, history->len));
  else
    engine_raise (error);
  g_clear_pointer (&history, g_array_unref);
  g_free (weights);
  return result;
}

PyMethodDef engine_ml_descent_functions[] = {
  { "ml_gradient_descent", gradient_descent, METH_VARARGS,
    "ml_gradient_descent (query, columns, weights, options, call, properties) -> (weights, "
    "losses)" },
  { NULL },
};
