/* ml_fits.c - from a query of Python to the instances of a fit. */
#include "py/ext/ml/ml_fits.h"

#include "rdd/persist.h"

#include <math.h>

static RushRdd *
rows_of (EngineQuery *query, EngineExecution *execution)
{
  GError *error = NULL;
  RushRdd *rdd;

  execution->options.told = TRUE;
  engine_call_push (&execution->call);
  Py_BEGIN_ALLOW_THREADS rdd = rush_query_to_rdd (query->query, &execution->options, &error);
  Py_END_ALLOW_THREADS engine_call_pop ();
  if (rdd == NULL)
    engine_raise (error);
  return rdd;
}

gboolean
engine_fit_init (EngineFit *self, PyObject *query, PyObject *columns, RushInstanceChecks checks,
                 guint n_features, PyObject *call, PyObject *properties)
{
  RushInstanceColumns places = { .checks = checks };
  double block_mb = 0; /* 0: as large as batches are */

  if (!PyObject_TypeCheck (query, &EngineQuery_Type))
    {
      PyErr_SetString (PyExc_TypeError, "a Query is needed");
      return FALSE;
    }
  if (!PyArg_ParseTuple (columns, "iii|d", &places.label, &places.weight, &places.features,
                         &block_mb) ||
      !engine_execution_init (&self->execution, call, properties))
    return FALSE;
  self->rdd = rows_of ((EngineQuery *)query, &self->execution);
  if (self->rdd == NULL)
    {
      engine_execution_clear (&self->execution);
      return FALSE;
    }
  self->instances =
      (RushInstances){ .context = ((EngineQuery *)query)->context,
                       .rdd = self->rdd,
                       .columns = places,
                       .n_features = n_features,
                       .max_block_bytes = (gsize)ceil (MIN (block_mb, 1e6) * 1024 * 1024),
                       .job = &self->execution.job };
  return TRUE;
}

void
engine_fit_clear (EngineFit *self)
{
  Py_BEGIN_ALLOW_THREADS rush_rdd_unref (self->rdd);
  Py_END_ALLOW_THREADS engine_execution_clear (&self->execution);
}

gboolean
engine_fit_keep (EngineFit *self, const char *name, const RushStorageLevel *level, GError **error)
{
  rush_rdd_set_name (self->rdd, name);
  return rush_rdd_persist (self->rdd, level, error);
}

void
engine_fit_let_go (EngineFit *self)
{
  rush_rdd_unpersist (self->instances.context, self->rdd, FALSE);
}

PyObject *
engine_doubles (const double *values, gsize n)
{
  PyObject *list = PyList_New ((Py_ssize_t)n);

  for (gsize i = 0; list != NULL && i < n; i++)
    {
      PyObject *value = PyFloat_FromDouble (values[i]);

      if (value == NULL)
        Py_CLEAR (list);
      else
        PyList_SET_ITEM (list, (Py_ssize_t)i, value);
    }
  return list;
}
