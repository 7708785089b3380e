/* sql_expr.c - Expr: a handle on an expression, and the functions that rushlight.sql.Column and
 * rushlight.sql.functions are made of.
 *
 * What comes out is unresolved: names are looked up, and types checked, by the analyzer.
 */
#include "py/ext/sql/sql_private.h"

#include <string.h>

PyObject *
engine_expr_wrap (RushExpr *expr, GError *error)
{
  if (expr == NULL)
    return engine_raise (error);
  EngineExpr *self = PyObject_New (EngineExpr, &EngineExpr_Type);
  if (self == NULL)
    {
      rush_expr_unref (expr);
      return NULL;
    }
  self->expr = expr;
  return (PyObject *)self;
}

static void
expr_dealloc (EngineExpr *self)
{
  rush_expr_unref (self->expr);
  PyObject_Free (self);
}

/* Takes @made over.  Where the user's program asked for it: "cast", "/a/app.py:12"; errors of
 * its values say so. */
static PyObject *
wrap_at (RushExpr *made, const char *fragment, const char *call_site)
{
  if (fragment == NULL || call_site == NULL)
    return engine_expr_wrap (made, NULL);
  RushSqlContext context = { .fragment = g_intern_string (fragment),
                             .call_site = g_intern_string (call_site) };
  RushExpr *placed = rush_expr_with_context (made, &context);
  rush_expr_unref (made);
  return engine_expr_wrap (placed, NULL);
}

/* ── the functions that make them ── */

/* attribute (parts, plan_id=-1, fragment=None, call_site=None) */
static PyObject *
expr_attribute (PyObject *module, PyObject *args)
{
  g_auto (GStrv) parts = NULL;
  long long plan_id = -1;
  const char *fragment = NULL, *call_site = NULL;
  if (!PyArg_ParseTuple (args, "O&|Lzz", engine_strv_converter, &parts, &plan_id, &fragment,
                         &call_site))
    return NULL;
  return wrap_at (rush_expr_unresolved_attribute ((const char *const *)parts, plan_id), fragment,
                  call_site);
}

static PyObject *
expr_star (PyObject *module, PyObject *args)
{
  g_auto (GStrv) target = NULL;
  if (!PyArg_ParseTuple (args, "O&", engine_strv_converter, &target))
    return NULL;
  return engine_expr_wrap (rush_expr_unresolved_star ((const char *const *)target), NULL);
}

static PyObject *
expr_literal (PyObject *module, PyObject *args)
{
  PyObject *value;
  const RushType *type = NULL;
  if (!PyArg_ParseTuple (args, "O|O&", &value, engine_type_converter, &type))
    return NULL;
  RushExpr *literal = engine_literal (value, type);
  return literal ? engine_expr_wrap (literal, NULL) : NULL;
}

/* The pattern of colRegex (). */
static PyObject *
expr_regex (PyObject *module, PyObject *args)
{
  g_auto (GStrv) parts = NULL;
  if (!PyArg_ParseTuple (args, "O&", engine_strv_converter, &parts))
    return NULL;
  return engine_expr_wrap (
      rush_expr_named (RUSH_EXPR_UNRESOLVED_REGEX, (const char *const *)parts, 0, NULL), NULL);
}

/* call (name, arguments, distinct=False, filter=None, fragment=None, call_site=None) */
static PyObject *
expr_call (PyObject *module, PyObject *args)
{
  g_auto (GStrv) name = NULL;
  g_autoptr (RushExprList) arguments = NULL;
  int distinct = FALSE;
  RushExpr *filter = NULL;
  const char *fragment = NULL, *call_site = NULL;
  if (!PyArg_ParseTuple (args, "O&O&|pO&zz", engine_strv_converter, &name,
                         engine_expr_list_converter, &arguments, &distinct,
                         engine_optional_expr_converter, &filter, &fragment, &call_site))
    return NULL;
  for (guint i = 0; i < arguments->n; i++)
    rush_expr_ref (arguments->items[i]);
  return wrap_at (rush_expr_unresolved_function ((const char *const *)name, arguments->n,
                                                 arguments->items, distinct,
                                                 filter ? rush_expr_ref (filter) : NULL),
                  fragment, call_site);
}

/* The positions of @n children from *@inout_first on. */
static GArray *
positions (guint *inout_first, guint n)
{
  GArray *set = g_array_sized_new (FALSE, FALSE, sizeof (guint), n);
  for (guint i = 0; i < n; i++, ++*inout_first)
    g_array_append_val (set, *inout_first);
  return set;
}

/* grouping_sets (kind, widths, expressions): "rollup", "cube" or "sets"; @expressions are those of
 * all sets, one behind the other, of which @widths has the numbers */
static PyObject *
expr_grouping_sets (PyObject *module, PyObject *args)
{
  const char *kind;
  PyObject *widths;
  g_autoptr (RushExprList) children = NULL;
  if (!PyArg_ParseTuple (args, "sO!O&", &kind, &PyList_Type, &widths, engine_expr_list_converter,
                         &children))
    return NULL;
  g_autoptr (GPtrArray) sets = g_ptr_array_new ();
  guint next = 0;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE (widths); i++)
    g_ptr_array_add (sets,
                     positions (&next, (guint)PyLong_AsUnsignedLong (PyList_GET_ITEM (widths, i))));
  g_assert (next == children->n);
  for (guint i = 0; i < children->n; i++)
    rush_expr_ref (children->items[i]);
  RushGroupingKind k = g_str_equal (kind, "rollup") ? RUSH_GROUPING_ROLLUP
                       : g_str_equal (kind, "cube") ? RUSH_GROUPING_CUBE
                                                    : RUSH_GROUPING_SETS;
  return engine_expr_wrap (rush_expr_grouping_sets (k, sets->len, (GArray *const *)sets->pdata,
                                                    children->n, children->items),
                           NULL);
}

/* Kinds without payload that Python may ask for by name. */
static gboolean
operator_kind (const char *name, RushExprKind *out)
{
  static const struct
  {
    const char *name;
    RushExprKind kind;
  } KINDS[] = {
    { "add", RUSH_EXPR_ADD },
    { "subtract", RUSH_EXPR_SUBTRACT },
    { "multiply", RUSH_EXPR_MULTIPLY },
    { "divide", RUSH_EXPR_DIVIDE },
    { "remainder", RUSH_EXPR_REMAINDER },
    { "negate", RUSH_EXPR_NEGATE },
    { "equal", RUSH_EXPR_EQUAL },
    { "equal_null_safe", RUSH_EXPR_EQUAL_NULL_SAFE },
    { "less", RUSH_EXPR_LESS },
    { "less_equal", RUSH_EXPR_LESS_EQUAL },
    { "greater", RUSH_EXPR_GREATER },
    { "greater_equal", RUSH_EXPR_GREATER_EQUAL },
    { "in", RUSH_EXPR_IN },
    { "and", RUSH_EXPR_AND },
    { "or", RUSH_EXPR_OR },
    { "not", RUSH_EXPR_NOT },
    { "is_null", RUSH_EXPR_IS_NULL },
    { "is_not_null", RUSH_EXPR_IS_NOT_NULL },
    { "case", RUSH_EXPR_CASE_WHEN },
    { "extract", RUSH_EXPR_UNRESOLVED_EXTRACT },
  };
  for (guint i = 0; i < G_N_ELEMENTS (KINDS); i++)
    if (g_str_equal (KINDS[i].name, name))
      {
        *out = KINDS[i].kind;
        return TRUE;
      }
  return FALSE;
}

/* operator (name, children, ansi=True, fragment=None, call_site=None) */
static PyObject *
expr_operator (PyObject *module, PyObject *args)
{
  const char *name, *fragment = NULL, *call_site = NULL;
  g_autoptr (RushExprList) children = NULL;
  int ansi = TRUE;
  RushExprKind kind;
  if (!PyArg_ParseTuple (args, "sO&|pzz", &name, engine_expr_list_converter, &children, &ansi,
                         &fragment, &call_site))
    return NULL;
  if (!operator_kind (name, &kind))
    return PyErr_Format (PyExc_ValueError, "no operator is called %s", name);
  for (guint i = 0; i < children->n; i++)
    rush_expr_ref (children->items[i]);
  RushExpr *made =
      !ansi && children->n == 2 && kind <= RUSH_EXPR_REMAINDER && kind >= RUSH_EXPR_ADD
          ? rush_expr_arithmetic (kind, RUSH_EVAL_LEGACY, children->items[0], children->items[1])
          : rush_expr_new (kind, children->n, children->items);
  return wrap_at (made, fragment, call_site);
}

/* cast (child, type, mode, fragment=None, call_site=None): mode "ansi", "legacy" or "try" */
static PyObject *
expr_cast (PyObject *module, PyObject *args)
{
  RushExpr *child;
  const RushType *type;
  const char *mode, *fragment = NULL, *call_site = NULL;
  if (!PyArg_ParseTuple (args, "O&O&s|zz", engine_expr_converter, &child, engine_type_converter,
                         &type, &mode, &fragment, &call_site))
    return NULL;
  RushEvalMode m = g_str_equal (mode, "try")    ? RUSH_EVAL_TRY
                   : g_str_equal (mode, "ansi") ? RUSH_EVAL_ANSI
                                                : RUSH_EVAL_LEGACY;
  return wrap_at (rush_expr_cast (rush_expr_ref (child), type, m, NULL, TRUE), fragment, call_site);
}

/* alias (child, names): several names for the columns of a generator */
static PyObject *
expr_alias (PyObject *module, PyObject *args)
{
  RushExpr *child;
  g_auto (GStrv) names = NULL;
  const char *metadata = NULL;
  if (!PyArg_ParseTuple (args, "O&O&|z", engine_expr_converter, &child, engine_strv_converter,
                         &names, &metadata))
    return NULL;
  rush_expr_ref (child);
  if (g_strv_length (names) != 1)
    return engine_expr_wrap (
        rush_expr_named (RUSH_EXPR_MULTI_ALIAS, (const char *const *)names, 1, &child), NULL);
  RushExpr *alias = rush_expr_alias (child, names[0], 0);
  if (metadata == NULL && child->kind == RUSH_EXPR_ALIAS)
    metadata = child->as.attribute.metadata; /* a new name alone */
  if (metadata != NULL)
    alias->as.attribute.metadata = g_strdup (metadata); /* nobody else has seen it yet */
  return engine_expr_wrap (alias, NULL);
}

static PyObject *
expr_like (PyObject *module, PyObject *args)
{
  RushExpr *text, *pattern;
  int escape = '\\';
  if (!PyArg_ParseTuple (args, "O&O&|C", engine_expr_converter, &text, engine_expr_converter,
                         &pattern, &escape))
    return NULL;
  return engine_expr_wrap (
      rush_expr_like (rush_expr_ref (text), rush_expr_ref (pattern), (gunichar)escape), NULL);
}

static PyObject *
expr_sort (PyObject *module, PyObject *args)
{
  RushExpr *child;
  int descending, nulls_last;
  if (!PyArg_ParseTuple (args, "O&pp", engine_expr_converter, &child, &descending, &nulls_last))
    return NULL;
  return engine_expr_wrap (rush_expr_sort_order (rush_expr_ref (child), descending, nulls_last),
                           NULL);
}

static gboolean
frame_bound (PyObject *object, gboolean lower, RushFrameBound *out, RushExpr **out_offset)
{
  *out_offset = NULL;
  if (PyObject_TypeCheck (object, &EngineExpr_Type))
    {
      *out = lower ? RUSH_BOUND_PRECEDING : RUSH_BOUND_FOLLOWING;
      *out_offset = rush_expr_ref (((EngineExpr *)object)->expr);
      return TRUE;
    }
  const char *word = PyUnicode_AsUTF8 (object);
  if (word == NULL)
    return FALSE;
  if (g_str_equal (word, "current"))
    *out = RUSH_BOUND_CURRENT_ROW;
  else
    *out = lower ? RUSH_BOUND_UNBOUNDED_PRECEDING : RUSH_BOUND_UNBOUNDED_FOLLOWING;
  return TRUE;
}

/* Python counts offsets from the current row: −1 is one row before, whichever bound it is. */
static gboolean
read_bound (PyObject *object, gboolean lower, RushFrameBound *out, RushExpr **out_offset)
{
  if (!PyLong_Check (object))
    return frame_bound (object, lower, out, out_offset);
  long long rows = PyLong_AsLongLong (object);
  if (rows == -1 && PyErr_Occurred ())
    return FALSE;
  *out = rows < 0 ? RUSH_BOUND_PRECEDING : rows > 0 ? RUSH_BOUND_FOLLOWING : RUSH_BOUND_CURRENT_ROW;
  gboolean fits = rows >= -G_MAXINT32 && rows <= G_MAXINT32;
  *out_offset =
      rows == 0 ? NULL
                : rush_expr_literal_int (fits ? &RUSH_INT32 : &RUSH_INT64, rows < 0 ? -rows : rows);
  return TRUE;
}

/* window (function, partition, orders, frame): frame None or (rows, lower, upper), bounds as
 * "unbounded", "current" or a number of rows */
static PyObject *
expr_window (PyObject *module, PyObject *args)
{
  RushExpr *function;
  g_autoptr (RushExprList) partition = NULL, orders = NULL;
  PyObject *frame_object;
  if (!PyArg_ParseTuple (args, "O&O&O&O", engine_expr_converter, &function,
                         engine_expr_list_converter, &partition, engine_expr_list_converter,
                         &orders, &frame_object))
    return NULL;
  RushWindowFrame frame = { .given = FALSE };
  if (frame_object != Py_None)
    {
      PyObject *lower, *upper;
      int rows;
      if (!PyArg_ParseTuple (frame_object, "pOO", &rows, &lower, &upper))
        return NULL;
      frame.given = TRUE;
      frame.rows = rows;
      if (!read_bound (lower, TRUE, &frame.lower, &frame.lower_offset) ||
          !read_bound (upper, FALSE, &frame.upper, &frame.upper_offset))
        {
          g_clear_pointer (&frame.lower_offset, rush_expr_unref);
          return NULL;
        }
    }
  PyObject *made = engine_expr_wrap (
      rush_expr_window (rush_expr_ref (function), partition, orders, &frame), NULL);
  g_clear_pointer (&frame.lower_offset, rush_expr_unref);
  g_clear_pointer (&frame.upper_offset, rush_expr_unref);
  return made;
}

static PyObject *
expr_lambda_variable (PyObject *module, PyObject *args)
{
  const char *name;
  if (!PyArg_ParseTuple (args, "s", &name))
    return NULL;
  return engine_expr_wrap (rush_expr_lambda_variable (name, NULL, TRUE, rush_expr_id_new ()), NULL);
}

/* lambda (body, variables) */
static PyObject *
expr_lambda (PyObject *module, PyObject *args)
{
  g_autoptr (RushExprList) body_and_variables = NULL;
  if (!PyArg_ParseTuple (args, "O&", engine_expr_list_converter, &body_and_variables))
    return NULL;
  for (guint i = 0; i < body_and_variables->n; i++)
    rush_expr_ref (body_and_variables->items[i]);
  return engine_expr_wrap (
      rush_expr_new (RUSH_EXPR_LAMBDA, body_and_variables->n, body_and_variables->items), NULL);
}

/* subquery (kind, plan, values): kind "scalar", "exists" or "in" */
static PyObject *
expr_subquery (PyObject *module, PyObject *args)
{
  const char *kind;
  RushPlan *plan;
  g_autoptr (RushExprList) values = NULL;
  if (!PyArg_ParseTuple (args, "sO&O&", &kind, engine_plan_converter, &plan,
                         engine_expr_list_converter, &values))
    return NULL;
  for (guint i = 0; i < values->n; i++)
    rush_expr_ref (values->items[i]);
  RushExprKind k = g_str_equal (kind, "scalar")   ? RUSH_EXPR_SCALAR_SUBQUERY
                   : g_str_equal (kind, "exists") ? RUSH_EXPR_EXISTS
                                                  : RUSH_EXPR_IN_SUBQUERY;
  return engine_expr_wrap (rush_expr_subquery (k, rush_plan_ref (plan), values->n, values->items),
                           NULL);
}

/* parse_expression (text, ansi) */
static PyObject *
expr_parse (PyObject *module, PyObject *args)
{
  const char *text;
  int ansi;
  if (!PyArg_ParseTuple (args, "sp", &text, &ansi))
    return NULL;
  RushParserOptions options = { .ansi = ansi };
  GError *error = NULL;
  RushExpr *expr = rush_parse_expression (text, &options, &error);
  return engine_expr_wrap (expr, error);
}

PyMethodDef engine_expr_functions[] = {
  { "expr_attribute", expr_attribute, METH_VARARGS,
    "expr_attribute (parts, plan_id=-1, fragment=None, call_site=None) -> Expr" },
  { "expr_star", expr_star, METH_VARARGS, "expr_star (target or None) -> Expr" },
  { "expr_literal", expr_literal, METH_VARARGS, "expr_literal (value, type=None) -> Expr" },
  { "expr_regex", expr_regex, METH_VARARGS, "expr_regex ([pattern, table …]) -> Expr" },
  { "expr_call", expr_call, METH_VARARGS,
    "expr_call (name, arguments, distinct=False, filter=None, fragment=None, call_site=None) "
    "-> Expr" },
  { "expr_grouping_sets", expr_grouping_sets, METH_VARARGS,
    "expr_grouping_sets (kind, widths, expressions) -> Expr" },
  { "expr_operator", expr_operator, METH_VARARGS,
    "expr_operator (name, children, ansi=True, fragment=None, call_site=None) -> Expr" },
  { "expr_cast", expr_cast, METH_VARARGS,
    "expr_cast (child, type, mode, fragment=None, call_site=None) -> Expr" },
  { "expr_alias", expr_alias, METH_VARARGS, "expr_alias (child, names, metadata=None) -> Expr" },
  { "expr_like", expr_like, METH_VARARGS, "expr_like (text, pattern, escape='\\\\') -> Expr" },
  { "expr_sort", expr_sort, METH_VARARGS, "expr_sort (child, descending, nulls_last) -> Expr" },
  { "expr_window", expr_window, METH_VARARGS,
    "expr_window (function, partition, orders, frame) -> Expr" },
  { "expr_lambda_variable", expr_lambda_variable, METH_VARARGS,
    "expr_lambda_variable (name) -> Expr" },
  { "expr_lambda", expr_lambda, METH_VARARGS, "expr_lambda ([body, variable, …]) -> Expr" },
  { "expr_subquery", expr_subquery, METH_VARARGS, "expr_subquery (kind, plan, values) -> Expr" },
  { "expr_parse", expr_parse, METH_VARARGS, "expr_parse (text, ansi) -> Expr" },
  { NULL }
};

/* ── the handle ── */

static PyObject *
expr_pretty (EngineExpr *self, PyObject *unused)
{
  return engine_text (rush_expr_to_pretty_sql (self->expr));
}

static PyObject *
expr_repr (EngineExpr *self)
{
  return engine_text (rush_expr_to_string (self->expr));
}

static PyObject *
expr_get_kind (EngineExpr *self, void *closure)
{
  return PyUnicode_FromString (rush_expr_kind_name (self->expr->kind));
}

static PyMethodDef expr_methods[] = {
  { "pretty", (PyCFunction)expr_pretty, METH_NOARGS, "As columns are named." }, { NULL }
};

static PyGetSetDef expr_getset[] = {
  { "kind", (getter)expr_get_kind, NULL, "The expression's class in Catalyst.", NULL }, { NULL }
};

PyTypeObject EngineExpr_Type = {
  PyVarObject_HEAD_INIT (NULL, 0).tp_name = "rushlight._engine.Expr",
  .tp_basicsize = sizeof (EngineExpr),
  .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
  .tp_doc = "A handle on an expression of the engine.",
  .tp_dealloc = (destructor)expr_dealloc,
  .tp_repr = (reprfunc)expr_repr,
  .tp_methods = expr_methods,
  .tp_getset = expr_getset,
};
