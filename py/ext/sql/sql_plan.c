/* sql_plan.c - Plan: a handle on a logical plan, and the functions that rushlight.sql.DataFrame is
 * made of.
 *
 * Each makes one node over plans that are there; SqlSession.analyze () resolves it.
 */
#include "py/ext/sql/sql_private.h"
#include "rdd/source/parallelize.h"
#include "sql/sources/source.h"

#include <string.h>

PyObject *
engine_plan_wrap (RushPlan *plan, GError *error)
{
  if (plan == NULL)
    return engine_raise (error);
  EnginePlan *self = PyObject_New (EnginePlan, &EnginePlan_Type);
  if (self == NULL)
    {
      rush_plan_unref (plan);
      return NULL;
    }
  self->plan = plan;
  return (PyObject *)self;
}

static void
plan_dealloc (EnginePlan *self)
{
  rush_plan_unref (self->plan);
  PyObject_Free (self);
}

/* ── leaves ── */

static PyObject *
plan_table (PyObject *module, PyObject *args)
{
  g_auto (GStrv) names = NULL;
  if (!PyArg_ParseTuple (args, "O&", engine_strv_converter, &names))
    return NULL;
  return engine_plan_wrap (rush_plan_unresolved_relation ((const char *const *)names, NULL), NULL);
}

static PyObject *
plan_range (PyObject *module, PyObject *args)
{
  long long start, end, step;
  unsigned int n_slices;
  if (!PyArg_ParseTuple (args, "LLLI", &start, &end, &step, &n_slices))
    return NULL;
  return engine_plan_wrap (rush_plan_range (start, end, step, n_slices), NULL);
}

RushExprList *
engine_attributes_of_schema (const RushSchema *schema)
{
  g_autofree RushExpr **attributes = g_new (RushExpr *, MAX (schema->n_fields, 1));
  for (guint i = 0; i < schema->n_fields; i++)
    attributes[i] = rush_expr_attribute (schema->fields[i].name, schema->fields[i].type,
                                         schema->fields[i].nullable, rush_expr_id_new (), NULL);
  return rush_expr_list_new (schema->n_fields, attributes);
}

#define MAX_RUN 1024 /* rows that PySpark pickles at once */

/* Where partition @p of @n rows begins.  PySpark pickles rows in runs and deals the runs out, so
 * that 90 rows in four partitions are 22, 22, 22 and 24. */
static Py_ssize_t
run_start (gsize n, guint n_partitions, guint p)
{
  gsize run = CLAMP (n / n_partitions, 1, MAX_RUN);

  return (Py_ssize_t)MIN (n, run * rush_slice_start ((n + run - 1) / run, n_partitions, p));
}

/* plan_rows (context, call, rows, type, n_partitions): rows of the program, cut into partitions as
 * parallelize () cuts lists; an RDD, as in PySpark. */
static PyObject *
plan_rows (PyObject *module, PyObject *args)
{
  EngineContext *context;
  EngineCall call;
  PyObject *rows;
  const RushType *type;
  unsigned int n_partitions;
  if (!PyArg_ParseTuple (args, "O!O&O!O&I", &EngineContext_Type, &context, engine_call_converter,
                         &call, &PyList_Type, &rows, engine_type_converter, &type, &n_partitions) ||
      !engine_context_ready (context))
    return NULL;
  g_autoptr (RushSchema) schema = rush_schema_from_type (type);
  g_autoptr (GPtrArray) partitions =
      g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  gsize n = (gsize)PyList_GET_SIZE (rows);
  for (guint p = 0; p < n_partitions; p++)
    {
      GPtrArray *batches =
          engine_batches_from_rows (rows, run_start (n, n_partitions, p),
                                    run_start (n, n_partitions, p + 1), schema);
      if (batches == NULL)
        return NULL;
      g_ptr_array_add (partitions, batches);
    }
  engine_call_push (&call);
  RushRdd *rdd = rush_rdd_parallelize (rush_context_lineage (context->context), schema,
                                       (GPtrArray *const *)partitions->pdata, n_partitions);
  engine_call_pop ();
  return engine_plan_wrap (rush_plan_rdd (rdd, engine_attributes_of_schema (schema)), NULL);
}

/* plan_local (rows, type): a LocalRelation */
static PyObject *
plan_local (PyObject *module, PyObject *args)
{
  PyObject *rows;
  const RushType *type;
  if (!PyArg_ParseTuple (args, "O!O&", &PyList_Type, &rows, engine_type_converter, &type))
    return NULL;
  g_autoptr (RushSchema) schema = rush_schema_from_type (type);
  GPtrArray *batches = engine_batches_from_rows (rows, 0, PyList_GET_SIZE (rows), schema);
  if (batches == NULL)
    return NULL;
  return engine_plan_wrap (rush_plan_local (engine_attributes_of_schema (schema), batches), NULL);
}

/* plan_rdd (rdd, type): an RDD whose batches have these columns */
static PyObject *
plan_rdd (PyObject *module, PyObject *args)
{
  EngineRdd *rdd;
  const RushType *type;
  if (!PyArg_ParseTuple (args, "O!O&", &EngineRdd_Type, &rdd, engine_type_converter, &type))
    return NULL;
  g_autoptr (RushSchema) schema = rush_schema_from_type (type);
  return engine_plan_wrap (
      rush_plan_rdd (rush_rdd_ref (rdd->rdd), engine_attributes_of_schema (schema)), NULL);
}

/* ── one child ── */

/* What has no name of its own gets one when it is resolved, as in a SELECT list. */
static RushExprList *
with_names_to_come (RushExprList *list)
{
  g_autofree RushExpr **items = g_new (RushExpr *, list->n);
  guint n = list->n;

  for (guint i = 0; i < n; i++)
    {
      RushExpr *item = rush_expr_ref (list->items[i]);

      switch ((int)item->kind)
        {
        case RUSH_EXPR_ATTRIBUTE:
        case RUSH_EXPR_ALIAS:
        case RUSH_EXPR_MULTI_ALIAS:
        case RUSH_EXPR_UNRESOLVED_ATTRIBUTE:
        case RUSH_EXPR_UNRESOLVED_STAR:
        case RUSH_EXPR_UNRESOLVED_REGEX:
        case RUSH_EXPR_UNRESOLVED_ALIAS:
          break;
        default:
          item = rush_expr_unary (RUSH_EXPR_UNRESOLVED_ALIAS, item);
        }
      items[i] = item;
    }
  rush_expr_list_unref (list);
  return rush_expr_list_new (n, items);
}

/* plan_unary (kind, expressions, child) */
static PyObject *
plan_unary (PyObject *module, PyObject *args)
{
  static const struct
  {
    const char *name;
    RushPlanKind kind;
  } KINDS[] = { { "project", RUSH_PLAN_PROJECT },   { "filter", RUSH_PLAN_FILTER },
                { "offset", RUSH_PLAN_OFFSET },     { "tail", RUSH_PLAN_TAIL },
                { "distinct", RUSH_PLAN_DISTINCT }, { "deduplicate", RUSH_PLAN_DEDUPLICATE } };
  const char *kind;
  g_autoptr (RushExprList) expressions = NULL;
  RushPlan *child;
  if (!PyArg_ParseTuple (args, "sO&O&", &kind, engine_expr_list_converter, &expressions,
                         engine_plan_converter, &child))
    return NULL;
  if (g_str_equal (kind, "project"))
    expressions = with_names_to_come (g_steal_pointer (&expressions));
  for (guint i = 0; i < G_N_ELEMENTS (KINDS); i++)
    if (g_str_equal (KINDS[i].name, kind))
      return engine_plan_wrap (
          rush_plan_unary (KINDS[i].kind, g_steal_pointer (&expressions), rush_plan_ref (child)),
          NULL);
  return PyErr_Format (PyExc_ValueError, "no plan is called %s", kind);
}

static PyObject *
plan_limit (PyObject *module, PyObject *args)
{
  RushExpr *limit;
  RushPlan *child;
  if (!PyArg_ParseTuple (args, "O&O&", engine_expr_converter, &limit, engine_plan_converter,
                         &child))
    return NULL;
  return engine_plan_wrap (rush_plan_limit (rush_expr_ref (limit), rush_plan_ref (child)), NULL);
}

/* plan_aggregate (grouping, results, child) */
static PyObject *
plan_aggregate (PyObject *module, PyObject *args)
{
  g_autoptr (RushExprList) grouping = NULL, results = NULL;
  RushPlan *child;
  if (!PyArg_ParseTuple (args, "O&O&O&", engine_expr_list_converter, &grouping,
                         engine_expr_list_converter, &results, engine_plan_converter, &child))
    return NULL;
  results = with_names_to_come (g_steal_pointer (&results));
  return engine_plan_wrap (rush_plan_aggregate (g_steal_pointer (&grouping),
                                                g_steal_pointer (&results), rush_plan_ref (child)),
                           NULL);
}

/* plan_pivot (grouping, column, values, aggregates, child) */
static PyObject *
plan_pivot (PyObject *module, PyObject *args)
{
  g_autoptr (RushExprList) grouping = NULL, values = NULL, aggregates = NULL;
  RushExpr *column;
  RushPlan *child;
  if (!PyArg_ParseTuple (args, "O&O&O&O&O&", engine_expr_list_converter, &grouping,
                         engine_expr_converter, &column, engine_expr_list_converter, &values,
                         engine_expr_list_converter, &aggregates, engine_plan_converter, &child))
    return NULL;
  return engine_plan_wrap (rush_plan_pivot (g_steal_pointer (&grouping), rush_expr_ref (column),
                                            g_steal_pointer (&values),
                                            g_steal_pointer (&aggregates), rush_plan_ref (child)),
                           NULL);
}

/* A column that says nothing of its order is in ascending order, nulls first. */
static RushExprList *
as_orders (const RushExprList *columns)
{
  g_autofree RushExpr **orders = g_new (RushExpr *, columns->n + 1);

  for (guint i = 0; i < columns->n; i++)
    {
      RushExpr *column = rush_expr_ref (columns->items[i]);

      orders[i] = column;
      if (column->kind != RUSH_EXPR_SORT_ORDER)
        orders[i] = rush_expr_sort_order (column, FALSE, FALSE);
    }
  return rush_expr_list_new (columns->n, orders);
}

/* plan_sort (columns, global, child) */
static PyObject *
plan_sort (PyObject *module, PyObject *args)
{
  g_autoptr (RushExprList) columns = NULL;
  int global;
  RushPlan *child;
  if (!PyArg_ParseTuple (args, "O&pO&", engine_expr_list_converter, &columns, &global,
                         engine_plan_converter, &child))
    return NULL;
  return engine_plan_wrap (rush_plan_sort (as_orders (columns), global, rush_plan_ref (child)),
                           NULL);
}

/* plan_sample (lower, upper, with_replacement, seed, child) */
static PyObject *
plan_sample (PyObject *module, PyObject *args)
{
  double lower, upper;
  int with_replacement;
  long long seed;
  RushPlan *child;
  if (!PyArg_ParseTuple (args, "ddpLO&", &lower, &upper, &with_replacement, &seed,
                         engine_plan_converter, &child))
    return NULL;
  return engine_plan_wrap (
      rush_plan_sample (lower, upper, with_replacement, seed, TRUE, rush_plan_ref (child)), NULL);
}

/* plan_repartition (n, shuffle, expressions or None, child) */
static PyObject *
plan_repartition (PyObject *module, PyObject *args)
{
  unsigned int n;
  int shuffle;
  PyObject *expressions;
  RushPlan *child;
  if (!PyArg_ParseTuple (args, "IpOO&", &n, &shuffle, &expressions, engine_plan_converter, &child))
    return NULL;
  if (expressions == Py_None)
    return engine_plan_wrap (rush_plan_repartition (n, shuffle, rush_plan_ref (child)), NULL);
  RushExprList *by = NULL;
  if (!engine_expr_list_converter (expressions, &by))
    return NULL;
  return engine_plan_wrap (rush_plan_repartition_by (n, by, rush_plan_ref (child)), NULL);
}

static PyObject *
plan_alias (PyObject *module, PyObject *args)
{
  g_auto (GStrv) names = NULL;
  RushPlan *child;
  if (!PyArg_ParseTuple (args, "O&O&", engine_strv_converter, &names, engine_plan_converter,
                         &child))
    return NULL;
  return engine_plan_wrap (
      rush_plan_subquery_alias ((const char *const *)names, rush_plan_ref (child)), NULL);
}

/* plan_hint (name, parameters, child) */
static PyObject *
plan_hint (PyObject *module, PyObject *args)
{
  const char *name;
  g_autoptr (RushExprList) parameters = NULL;
  RushPlan *child;
  if (!PyArg_ParseTuple (args, "sO&O&", &name, engine_expr_list_converter, &parameters,
                         engine_plan_converter, &child))
    return NULL;
  return engine_plan_wrap (
      rush_plan_unresolved_hint (name, g_steal_pointer (&parameters), rush_plan_ref (child)), NULL);
}

static PyObject *
plan_with_id (PyObject *module, PyObject *args)
{
  RushPlan *child;
  long long id;
  if (!PyArg_ParseTuple (args, "O&L", engine_plan_converter, &child, &id))
    return NULL;
  return engine_plan_wrap (rush_plan_with_id (child, id), NULL);
}

/* ── two and more ── */

static gboolean
join_type (const char *name, RushJoinType *out)
{
  static const struct
  {
    const char *name;
    RushJoinType type;
  } TYPES[] = { { "inner", RUSH_JOIN_INNER },          { "cross", RUSH_JOIN_CROSS },
                { "leftouter", RUSH_JOIN_LEFT_OUTER }, { "rightouter", RUSH_JOIN_RIGHT_OUTER },
                { "fullouter", RUSH_JOIN_FULL_OUTER }, { "leftsemi", RUSH_JOIN_LEFT_SEMI },
                { "leftanti", RUSH_JOIN_LEFT_ANTI } };
  for (guint i = 0; i < G_N_ELEMENTS (TYPES); i++)
    if (g_str_equal (TYPES[i].name, name))
      {
        *out = TYPES[i].type;
        return TRUE;
      }
  PyErr_Format (PyExc_ValueError, "no join type is called %s", name);
  return FALSE;
}

/* plan_join (type, condition or None, left, right) */
static PyObject *
plan_join (PyObject *module, PyObject *args)
{
  const char *name;
  RushExpr *condition;
  RushPlan *left, *right;
  RushJoinType type;
  if (!PyArg_ParseTuple (args, "sO&O&O&", &name, engine_optional_expr_converter, &condition,
                         engine_plan_converter, &left, engine_plan_converter, &right) ||
      !join_type (name, &type))
    return NULL;
  return engine_plan_wrap (rush_plan_join (type, condition ? rush_expr_ref (condition) : NULL,
                                           rush_plan_ref (left), rush_plan_ref (right)),
                           NULL);
}

/* plan_join_using (type, columns, left, right) */
static PyObject *
plan_join_using (PyObject *module, PyObject *args)
{
  const char *name;
  g_auto (GStrv) columns = NULL;
  RushPlan *left, *right;
  RushJoinType type;
  if (!PyArg_ParseTuple (args, "sO&O&O&", &name, engine_strv_converter, &columns,
                         engine_plan_converter, &left, engine_plan_converter, &right) ||
      !join_type (name, &type))
    return NULL;
  return engine_plan_wrap (rush_plan_join_using (type, (const char *const *)columns,
                                                 rush_plan_ref (left), rush_plan_ref (right)),
                           NULL);
}

/* plan_union (plans, by_name, allow_missing) */
static PyObject *
plan_union (PyObject *module, PyObject *args)
{
  g_autoptr (GPtrArray) plans = NULL;
  int by_name, allow_missing;
  if (!PyArg_ParseTuple (args, "O&pp", engine_plan_list_converter, &plans, &by_name,
                         &allow_missing))
    return NULL;
  for (guint i = 0; i < plans->len; i++)
    rush_plan_ref (plans->pdata[i]);
  return engine_plan_wrap (
      rush_plan_union (by_name, allow_missing, plans->len, (RushPlan *const *)plans->pdata), NULL);
}

/* plan_setop (kind, all, left, right): kind "intersect" or "except" */
static PyObject *
plan_setop (PyObject *module, PyObject *args)
{
  const char *kind;
  int all;
  RushPlan *left, *right;
  if (!PyArg_ParseTuple (args, "spO&O&", &kind, &all, engine_plan_converter, &left,
                         engine_plan_converter, &right))
    return NULL;
  return engine_plan_wrap (
      rush_plan_setop (g_str_equal (kind, "except") ? RUSH_PLAN_EXCEPT : RUSH_PLAN_INTERSECT, all,
                       rush_plan_ref (left), rush_plan_ref (right)),
      NULL);
}

/* plan_unpivot (ids, values, variable name, value name, child): one value a row */
static PyObject *
plan_unpivot (PyObject *module, PyObject *args)
{
  g_autoptr (RushExprList) ids = NULL, values = NULL;
  const char *variable, *value;
  RushPlan *child;
  if (!PyArg_ParseTuple (args, "O&O&ssO&", engine_expr_list_converter, &ids,
                         engine_expr_list_converter, &values, &variable, &value,
                         engine_plan_converter, &child))
    return NULL;
  const char *const value_names[] = { value, NULL };
  return engine_plan_wrap (rush_plan_unpivot (g_steal_pointer (&ids), g_steal_pointer (&values), 1,
                                              TRUE, variable, value_names, NULL,
                                              rush_plan_ref (child)),
                           NULL);
}

/* plan_table_function (names, arguments): range (…), explode (…) */
static PyObject *
plan_table_function (PyObject *module, PyObject *args)
{
  g_auto (GStrv) names = NULL;
  g_autoptr (RushExprList) arguments = NULL;
  if (!PyArg_ParseTuple (args, "O&O&", engine_strv_converter, &names, engine_expr_list_converter,
                         &arguments))
    return NULL;
  return engine_plan_wrap (rush_plan_unresolved_table_function ((const char *const *)names,
                                                                g_steal_pointer (&arguments)),
                           NULL);
}

/* plan_lateral_join (type, condition or None, left, right) */
static PyObject *
plan_lateral_join (PyObject *module, PyObject *args)
{
  const char *name;
  RushExpr *condition;
  RushPlan *left, *right;
  RushJoinType type;
  if (!PyArg_ParseTuple (args, "sO&O&O&", &name, engine_optional_expr_converter, &condition,
                         engine_plan_converter, &left, engine_plan_converter, &right) ||
      !join_type (name, &type))
    return NULL;
  return engine_plan_wrap (rush_plan_lateral_join (type,
                                                   condition ? rush_expr_ref (condition) : NULL,
                                                   rush_plan_ref (left), rush_plan_ref (right)),
                           NULL);
}

PyMethodDef engine_plan_functions[] = {
  { "plan_table", plan_table, METH_VARARGS, "plan_table (names) -> Plan" },
  { "plan_range", plan_range, METH_VARARGS, "plan_range (start, end, step, n_slices) -> Plan" },
  { "plan_rows", plan_rows, METH_VARARGS,
    "plan_rows (context, call, rows, type, n_partitions) -> Plan" },
  { "plan_local", plan_local, METH_VARARGS, "plan_local (rows, type) -> Plan" },
  { "plan_rdd", plan_rdd, METH_VARARGS, "plan_rdd (rdd, type) -> Plan" },
  { "plan_unary", plan_unary, METH_VARARGS, "plan_unary (kind, expressions, child) -> Plan" },
  { "plan_limit", plan_limit, METH_VARARGS, "plan_limit (limit, child) -> Plan" },
  { "plan_aggregate", plan_aggregate, METH_VARARGS,
    "plan_aggregate (grouping, results, child) -> Plan" },
  { "plan_pivot", plan_pivot, METH_VARARGS,
    "plan_pivot (grouping, column, values, aggregates, child) -> Plan" },
  { "plan_sort", plan_sort, METH_VARARGS, "plan_sort (columns, global, child) -> Plan" },
  { "plan_sample", plan_sample, METH_VARARGS,
    "plan_sample (lower, upper, with_replacement, seed, child) -> Plan" },
  { "plan_repartition", plan_repartition, METH_VARARGS,
    "plan_repartition (n, shuffle, expressions or None, child) -> Plan" },
  { "plan_alias", plan_alias, METH_VARARGS, "plan_alias (names, child) -> Plan" },
  { "plan_hint", plan_hint, METH_VARARGS, "plan_hint (name, parameters, child) -> Plan" },
  { "plan_with_id", plan_with_id, METH_VARARGS, "plan_with_id (plan, id) -> Plan" },
  { "plan_join", plan_join, METH_VARARGS, "plan_join (type, condition, left, right) -> Plan" },
  { "plan_join_using", plan_join_using, METH_VARARGS,
    "plan_join_using (type, columns, left, right) -> Plan" },
  { "plan_union", plan_union, METH_VARARGS, "plan_union (plans, by_name, allow_missing) -> Plan" },
  { "plan_setop", plan_setop, METH_VARARGS, "plan_setop (kind, all, left, right) -> Plan" },
  { "plan_unpivot", plan_unpivot, METH_VARARGS,
    "plan_unpivot (ids, values, variable name, value name, child) -> Plan" },
  { "plan_table_function", plan_table_function, METH_VARARGS,
    "plan_table_function (names, arguments) -> Plan" },
  { "plan_lateral_join", plan_lateral_join, METH_VARARGS,
    "plan_lateral_join (type, condition, left, right) -> Plan" },
  { NULL }
};

/* ── the handle ── */

static PyObject *
plan_tree_string (EnginePlan *self, PyObject *unused)
{
  return engine_text (rush_plan_to_tree_string (self->plan));
}

static PyObject *
plan_same_result (EnginePlan *self, PyObject *args)
{
  RushPlan *other;
  if (!PyArg_ParseTuple (args, "O&", engine_plan_converter, &other))
    return NULL;
  return PyBool_FromLong (rush_plan_same_result (self->plan, other));
}

/* The columns, as (name, type as JSON, nullable, metadata or None). */
static PyObject *
plan_columns (EnginePlan *self, PyObject *unused)
{
  RushExprList *output = self->plan->output;
  if (output == NULL)
    return PyErr_Format (PyExc_RuntimeError, "the plan has not been analyzed");
  PyObject *list = PyList_New (output->n);
  for (guint i = 0; list != NULL && i < output->n; i++)
    {
      const RushExpr *attribute = output->items[i];
      PyObject *type = engine_type_to_python (attribute->type);
      PyObject *column = type == NULL ? NULL
                                      : Py_BuildValue ("(sNOz)", attribute->as.attribute.name, type,
                                                       attribute->nullable ? Py_True : Py_False,
                                                       attribute->as.attribute.metadata);
      if (column == NULL)
        Py_CLEAR (list);
      else
        PyList_SET_ITEM (list, i, column);
    }
  return list;
}

/* The columns as expressions: what names say, where two columns have the same one. */
static PyObject *
plan_attributes (EnginePlan *self, PyObject *unused)
{
  RushExprList *output = self->plan->output;
  if (output == NULL)
    return PyErr_Format (PyExc_RuntimeError, "the plan has not been analyzed");
  PyObject *list = PyList_New (output->n);
  for (guint i = 0; list != NULL && i < output->n; i++)
    {
      PyObject *attribute = engine_expr_wrap (rush_expr_ref (output->items[i]), NULL);
      if (attribute == NULL)
        Py_CLEAR (list);
      else
        PyList_SET_ITEM (list, i, attribute);
    }
  return list;
}

static gboolean
collect_files (const RushPlan *node, gpointer data)
{
  const GPtrArray *files =
      node->kind == RUSH_PLAN_RELATION ? rush_file_source_files (node->as.source.source) : NULL;
  for (guint i = 0; files != NULL && i < files->len; i++)
    g_ptr_array_add (data, ((RushPartitionedFile *)files->pdata[i])->path);
  return FALSE;
}

/* The paths of the files that it reads, each once for each time it is read. */
static PyObject *
plan_files (EnginePlan *self, PyObject *unused)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();
  rush_plan_visit (self->plan, collect_files, paths);
  PyObject *list = PyList_New (paths->len);
  for (guint i = 0; list != NULL && i < paths->len; i++)
    {
      PyObject *path = PyUnicode_DecodeFSDefault (paths->pdata[i]);
      if (path == NULL)
        Py_CLEAR (list);
      else
        PyList_SET_ITEM (list, i, path);
    }
  return list;
}

static PyMethodDef plan_methods[] = {
  { "tree_string", (PyCFunction)plan_tree_string, METH_NOARGS, "The plan as Spark prints it." },
  { "same_result", (PyCFunction)plan_same_result, METH_VARARGS,
    "Whether another plan gives the same rows." },
  { "files", (PyCFunction)plan_files, METH_NOARGS, "The paths of the files that it reads." },
  { "columns", (PyCFunction)plan_columns, METH_NOARGS,
    "[(name, type as JSON, nullable, metadata or None), …]" },
  { "attributes", (PyCFunction)plan_attributes, METH_NOARGS, "attributes () -> list of Expr" },
  { NULL }
};

PyTypeObject EnginePlan_Type = {
  PyVarObject_HEAD_INIT (NULL, 0).tp_name = "rushlight._engine.Plan",
  .tp_basicsize = sizeof (EnginePlan),
  .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
  .tp_doc = "A handle on a logical plan of the engine.",
  .tp_dealloc = (destructor)plan_dealloc,
  .tp_repr = (reprfunc)plan_tree_string,
  .tp_methods = plan_methods,
};
