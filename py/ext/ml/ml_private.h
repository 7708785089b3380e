/* ml_private.h - the machine learning part of rushlight._engine: what rushlight.ml stands on.
 *
 *   ml_module.c      the tables of methods, and the functions that columns are computed by
 *   ml_<area>.c      fits: a query's batches go in, plain numbers come back
 *
 * A fit takes a Query whose columns are what mllib/aggregate reads, runs its jobs without the GIL,
 * and gives lists and bytes of doubles; models are Python's.
 */
#pragma once

#include "mllib/linalg/vector_column.h"
#include "py/ext/sql/sql_private.h"

/* ml_clustering.c, ml_evaluation.c, ml_regression.c */
extern PyMethodDef engine_ml_clustering_functions[];
extern PyMethodDef engine_ml_descent_functions[]; /* ml_descent.c */
extern PyMethodDef engine_ml_regression_functions[];
extern PyMethodDef engine_ml_evaluation_functions[];
extern PyMethodDef engine_ml_stat_functions[]; /* ml_stat.c */

/* Adds all of it; −1 with an exception set. */
int engine_ml_add_to_module (PyObject *module);
