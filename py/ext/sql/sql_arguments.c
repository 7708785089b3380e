/* sql_arguments.c - what Python hands over: names, expressions, plans, types, options. */
#include "py/ext/sql/sql_private.h"
#include "sql/types/type_json.h"

int
engine_expr_converter (PyObject *object, void *out_expr)
{
  if (!PyObject_TypeCheck (object, &EngineExpr_Type))
    {
      PyErr_Format (PyExc_TypeError, "an expression is needed, not %s", Py_TYPE (object)->tp_name);
      return 0;
    }
  *(RushExpr **)out_expr = ((EngineExpr *)object)->expr;
  return 1;
}

int
engine_optional_expr_converter (PyObject *object, void *out_expr)
{
  *(RushExpr **)out_expr = NULL;
  return object == Py_None ? 1 : engine_expr_converter (object, out_expr);
}

int
engine_plan_converter (PyObject *object, void *out_plan)
{
  if (!PyObject_TypeCheck (object, &EnginePlan_Type))
    {
      PyErr_Format (PyExc_TypeError, "a plan is needed, not %s", Py_TYPE (object)->tp_name);
      return 0;
    }
  *(RushPlan **)out_plan = ((EnginePlan *)object)->plan;
  return 1;
}

int
engine_optional_plan_converter (PyObject *object, void *out_plan)
{
  *(RushPlan **)out_plan = NULL;
  return object == Py_None ? 1 : engine_plan_converter (object, out_plan);
}

/* Calls @add for each item of a list or tuple. */
static gboolean
for_each (PyObject *object, const char *what, gboolean (*add) (PyObject *item, GPtrArray *into),
          GPtrArray *into)
{
  PyObject *sequence = PySequence_Fast (object, what);
  if (sequence == NULL)
    return FALSE;
  gboolean ok = TRUE;
  for (Py_ssize_t i = 0; ok && i < PySequence_Fast_GET_SIZE (sequence); i++)
    ok = add (PySequence_Fast_GET_ITEM (sequence, i), into);
  Py_DECREF (sequence);
  return ok;
}

static gboolean
add_expr (PyObject *item, GPtrArray *into)
{
  RushExpr *expr;
  if (!engine_expr_converter (item, &expr))
    return FALSE;
  g_ptr_array_add (into, rush_expr_ref (expr));
  return TRUE;
}

int
engine_expr_list_converter (PyObject *object, void *out_list)
{
  RushExprList **out = out_list;
  if (object == NULL) /* the call failed behind this argument */
    {
      g_clear_pointer (out, rush_expr_list_unref);
      return 1;
    }
  g_autoptr (GPtrArray) exprs = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);
  if (!for_each (object, "a list of expressions is needed", add_expr, exprs))
    return 0;
  for (guint i = 0; i < exprs->len; i++)
    rush_expr_ref (exprs->pdata[i]);
  *out = rush_expr_list_new (exprs->len, (RushExpr *const *)exprs->pdata);
  return Py_CLEANUP_SUPPORTED;
}

static gboolean
add_plan (PyObject *item, GPtrArray *into)
{
  RushPlan *plan;
  if (!engine_plan_converter (item, &plan))
    return FALSE;
  g_ptr_array_add (into, rush_plan_ref (plan));
  return TRUE;
}

int
engine_plan_list_converter (PyObject *object, void *out_array)
{
  GPtrArray **out = out_array;
  if (object == NULL)
    {
      g_clear_pointer (out, g_ptr_array_unref);
      return 1;
    }
  g_autoptr (GPtrArray) plans = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_plan_unref);
  if (!for_each (object, "a list of plans is needed", add_plan, plans))
    return 0;
  *out = g_steal_pointer (&plans);
  return Py_CLEANUP_SUPPORTED;
}

static gboolean
add_text (PyObject *item, GPtrArray *into)
{
  const char *text = PyUnicode_AsUTF8 (item);
  if (text == NULL)
    return FALSE;
  g_ptr_array_add (into, g_strdup (text));
  return TRUE;
}

int
engine_strv_converter (PyObject *object, void *out_strv)
{
  char ***out = out_strv;
  if (object == NULL)
    {
      g_clear_pointer (out, g_strfreev);
      return 1;
    }
  *out = NULL;
  if (object == Py_None)
    return Py_CLEANUP_SUPPORTED;
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  if (!for_each (object, "a list of str is needed", add_text, texts))
    return 0;
  g_ptr_array_add (texts, NULL);
  *out = (char **)g_ptr_array_steal (texts, NULL);
  return Py_CLEANUP_SUPPORTED;
}

/* JSON text as DataType.json () writes it begins with { or "; all else is DDL. */
int
engine_type_converter (PyObject *object, void *out_type)
{
  const RushType **out = out_type;
  *out = NULL;
  if (object == Py_None)
    return 1;
  const char *text = PyUnicode_AsUTF8 (object);
  if (text == NULL)
    return 0;
  GError *error = NULL;
  *out = *text == '{' || *text == '"' ? rush_type_from_json (text, -1, &error)
                                      : rush_parse_type (text, &error);
  if (*out == NULL)
    engine_raise (error);
  return *out != NULL;
}

int
engine_options_converter (PyObject *object, void *out_options)
{
  RushOptions **out = out_options;
  if (object == NULL)
    {
      g_clear_pointer (out, rush_options_unref);
      return 1;
    }
  *out = NULL;
  if (object == Py_None)
    return Py_CLEANUP_SUPPORTED;
  g_autoptr (RushOptions) options = rush_options_new ();
  PyObject *key, *value;
  Py_ssize_t position = 0;
  while (PyDict_Next (object, &position, &key, &value))
    {
      const char *k = PyUnicode_AsUTF8 (key);
      const char *v = k ? PyUnicode_AsUTF8 (value) : NULL;
      if (v == NULL)
        return 0;
      rush_options_set (options, k, v);
    }
  *out = g_steal_pointer (&options);
  return Py_CLEANUP_SUPPORTED;
}
