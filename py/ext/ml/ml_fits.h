/* ml_fits.h - what every fit is surrounded by: a query becomes instances, jobs can be interrupted.
 *
 *   EngineFit fit;
 *   if (!engine_fit_init (&fit, query, columns, checks, n_features, call, properties))
 *     return NULL;
 *   Py_BEGIN_ALLOW_THREADS  fine = rush_…_fit (&model, &fit.instances, …);  Py_END_ALLOW_THREADS
 *   engine_fit_clear (&fit);
 */
#pragma once

#include "mllib/aggregate/tree_aggregate.h"
#include "py/ext/ml/ml_private.h"

typedef struct
{
  EngineExecution execution;
  RushRdd *rdd; /* (owned) the query's batches */
  RushInstances instances;
} EngineFit;

/* @columns: (label, weight, features), places among the query's columns, −1: not there; and then,
 * if there is one, the most megabytes of a block (maxBlockSizeInMB).  FALSE with an exception set.
 * The struct stays where it is. */
gboolean engine_fit_init (EngineFit *self, PyObject *query, PyObject *columns,
                          RushInstanceChecks checks, guint n_features, PyObject *call,
                          PyObject *properties);
void engine_fit_clear (EngineFit *self);

/* The instances stay between passes, under @name, until engine_fit_let_go (); both without the
 * GIL.  After a failure there is nothing to let go. */
gboolean engine_fit_keep (EngineFit *self, const char *name, const RushStorageLevel *level,
                          GError **error);
void engine_fit_let_go (EngineFit *self);

/* A list of floats. */
PyObject *engine_doubles (const double *values, gsize n);
