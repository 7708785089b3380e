/* sql_module.c - the SQL part joins rushlight._engine. */
#include "py/ext/sql/sql_format_arrow.h"

int
engine_sql_add_to_module (PyObject *module)
{
  PyTypeObject *const types[] = { &EngineExpr_Type, &EnginePlan_Type, &EngineSqlSession_Type,
                                  &EngineQuery_Type };
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (PyModule_AddType (module, types[i]) < 0)
      return -1;
  engine_register_arrow_formats ();
  if (PyModule_AddFunctions (module, engine_expr_functions) < 0 ||
      PyModule_AddFunctions (module, engine_plan_functions) < 0 ||
      PyModule_AddFunctions (module, engine_command_functions) < 0 ||
      PyModule_AddFunctions (module, engine_python_functions) < 0 ||
      PyModule_AddFunctions (module, engine_arrow_functions) < 0 ||
      PyModule_AddFunctions (module, engine_type_functions) < 0)
    return -1;
  return 0;
}
