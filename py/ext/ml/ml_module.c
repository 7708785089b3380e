/* ml_module.c - the machine learning part joins rushlight._engine.
 *
 * To add an area: its internal functions to FAMILIES, its table of methods to METHODS.
 */
#include "py/ext/ml/ml_private.h"

#include "mllib/linalg/vector_functions.h"
#include "sql/functions/function.h"

int
engine_ml_add_to_module (PyObject *module)
{
  const RushFunction *const FAMILIES[] = { rush_functions_vector };
  PyMethodDef *const METHODS[] = { NULL };

  rush_vector_text_register ();
  for (guint i = 0; i < G_N_ELEMENTS (FAMILIES); i++)
    rush_functions_add (FAMILIES[i]);
  for (guint i = 0; i < G_N_ELEMENTS (METHODS); i++)
    if (METHODS[i] != NULL && PyModule_AddFunctions (module, METHODS[i]) < 0)
      return -1;
  return 0;
}
