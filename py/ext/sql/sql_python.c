/* sql_python.c - functions of Python as the engine has them: bytes that workers alone open.
 *
 *   udf (f) ("a")                     expr_python_udf ()   a call in an expression
 *   df.mapInPandas (f, "b int")       plan_map_python ()   a node whose rows a function makes
 *   spark.udf.register ("f", f)       SqlSession.register_function ()
 *
 * With a function go the broadcasts that it uses: workers must be told where they are.
 */
#include "py/ext/sql/sql_private.h"

static GPtrArray *
broadcasts_of_list (PyObject *list)
{
  g_autofree RushPythonBroadcast **broadcasts = engine_broadcasts_from_list (list);
  if (broadcasts == NULL)
    return NULL;
  GPtrArray *array = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_python_broadcast_unref);
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE (list); i++)
    g_ptr_array_add (array, rush_python_broadcast_ref (broadcasts[i]));
  return array;
}

int
engine_python_function_converter (PyObject *object, void *out_function)
{
  RushPythonFunction **out = out_function;
  if (object == NULL) /* the call failed behind this argument */
    {
      g_clear_pointer (out, rush_python_function_unref);
      return 1;
    }
  const char *name, *command;
  Py_ssize_t length;
  int eval_type, deterministic;
  const RushType *return_type;
  PyObject *list;
  g_auto (GStrv) argument_names = NULL;
  if (!PyArg_ParseTuple (object, "siy#O&pO!O&", &name, &eval_type, &command, &length,
                         engine_type_converter, &return_type, &deterministic, &PyList_Type, &list,
                         engine_strv_converter, &argument_names))
    return 0;
  GPtrArray *broadcasts = broadcasts_of_list (list);
  if (broadcasts == NULL)
    return 0;
  RushPythonFunction *function = g_new0 (RushPythonFunction, 1);
  rush_ref_count_init (&function->refs);
  function->name = g_strdup (name);
  function->eval_type = eval_type;
  function->command = g_bytes_new (command, (gsize)length);
  function->broadcasts = broadcasts;
  function->argument_names = g_steal_pointer (&argument_names);
  function->return_type = return_type;
  function->deterministic = deterministic;
  *out = function;
  return Py_CLEANUP_SUPPORTED;
}

/* Takes over @function. */
static RushExpr *
call_of (RushPythonFunction *function, const RushExprList *arguments)
{
  for (guint i = 0; i < arguments->n; i++)
    rush_expr_ref (arguments->items[i]);
  return rush_expr_python_udf (function, arguments->n, arguments->items);
}

/* expr_python_udf (function, arguments) */
static PyObject *
expr_python_udf (PyObject *module, PyObject *args)
{
  g_autoptr (RushExprList) arguments = NULL;
  RushPythonFunction *function = NULL;
  if (!PyArg_ParseTuple (args, "O&O&", engine_python_function_converter, &function,
                         engine_expr_list_converter, &arguments))
    return NULL;
  return engine_expr_wrap (call_of (function, arguments), NULL);
}

/* @n columns of an analyzed plan, from the @start-th. */
static RushExprList *
columns_of (const RushPlan *plan, guint start, guint n)
{
  for (guint i = 0; i < n; i++)
    rush_expr_ref (plan->output->items[start + i]);
  return rush_expr_list_new (n, plan->output->items + start);
}

/* plan_map_python (function, n_keys, type, child): the columns of @child, which has been analyzed,
 * begin with the keys */
static PyObject *
plan_map_python (PyObject *module, PyObject *args)
{
  RushPythonFunction *function = NULL;
  unsigned int n_keys;
  const RushType *type;
  RushPlan *child;
  if (!PyArg_ParseTuple (args, "O&IO&O&", engine_python_function_converter, &function, &n_keys,
                         engine_type_converter, &type, engine_plan_converter, &child))
    return NULL;
  if (child->output == NULL || child->output->n < n_keys)
    {
      rush_python_function_unref (function);
      return PyErr_Format (PyExc_ValueError, "the plan has no %u columns", n_keys);
    }
  g_autoptr (RushExprList) arguments = columns_of (child, n_keys, child->output->n - n_keys);
  g_autoptr (RushSchema) schema = rush_schema_from_type (type);
  gint eval_type = function->eval_type;
  RushExpr *call = call_of (function, arguments);
  return engine_plan_wrap (rush_plan_map_in_python (eval_type, columns_of (child, 0, n_keys),
                                                    rush_expr_list_new (1, &call),
                                                    engine_attributes_of_schema (schema),
                                                    rush_plan_ref (child)),
                           NULL);
}

PyMethodDef engine_python_functions[] = {
  { "expr_python_udf", expr_python_udf, METH_VARARGS,
    "expr_python_udf (function, arguments) -> Expr; function: (name, eval type, command, type, "
    "deterministic, broadcasts, names of the last arguments or None)" },
  { "plan_map_python", plan_map_python, METH_VARARGS,
    "plan_map_python (function, n_keys, type, child) -> Plan" },
  { NULL }
};
