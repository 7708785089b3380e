/* ml_module.c - the machine learning part joins rushlight._engine.
 *
 * To add an area: its internal functions to FAMILIES, its table of methods to METHODS.
 */
#include "py/ext/ml/ml_private.h"

#include "mllib/classification/logistic_functions.h"
#include "mllib/clustering/clustering_functions.h"
#include "mllib/feature/features.h"
#include "mllib/linalg/vector_functions.h"
#include "mllib/stat/summarizer.h"
#include "sql/functions/function.h"

int
engine_ml_add_to_module (PyObject *module)
{
  const RushFunction *const FAMILIES[] = { rush_functions_vector, rush_functions_summarizer,
                                           rush_functions_linear, rush_functions_logistic,
                                           rush_functions_kmeans, rush_functions_silhouette,
                                           rush_functions_density };
  PyMethodDef *const METHODS[] = { engine_ml_regression_functions, engine_ml_evaluation_functions,
                                   engine_ml_clustering_functions, engine_ml_descent_functions,
                                   engine_ml_stat_functions };

  rush_vector_text_register ();
  rush_features_register ();
  for (guint i = 0; i < G_N_ELEMENTS (FAMILIES); i++)
    rush_functions_add (FAMILIES[i]);
  for (guint i = 0; i < G_N_ELEMENTS (METHODS); i++)
    if (PyModule_AddFunctions (module, METHODS[i]) < 0)
      return -1;
  return 0;
}
