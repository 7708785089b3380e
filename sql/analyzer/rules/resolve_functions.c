/* resolve_functions.c - ResolveFunctions: calls by name become functions.
 *
 *   'sum('v)            first its arguments
 *   'sum(v#1L)      →   sum(v#1L)           the registry's
 *   'plus_one(k#2)  →   plus_one(k#2)#9     one the user registered: PYTHON_UDF
 *   'bigint(s#3)    →   cast(s#3 as bigint) types can be called
 *   'coalesce(…)    →   COALESCE            kinds of expressions of their own
 *
 * Mirrors: ResolveFunctions, FunctionRegistry, ImplicitTypeCasts, ExpectsInputTypes.
 */
#include <string.h>

#include "sql/analyzer/analysis_private.h"

/* ── what is a kind of its own ── */

typedef struct
{
  const char *name;
  RushExprKind kind;
  gint min, max; /* arguments */
  RushEvalMode mode;
  gboolean try;
} KindCall;

static const KindCall kind_calls[] = {
  { "coalesce", RUSH_EXPR_COALESCE, 1, G_MAXINT, RUSH_EVAL_ANSI, FALSE },
  { "if", RUSH_EXPR_IF, 3, 3, RUSH_EVAL_ANSI, FALSE },
  { "when", RUSH_EXPR_CASE_WHEN, 2, G_MAXINT, RUSH_EVAL_ANSI, FALSE },
  { "isnull", RUSH_EXPR_IS_NULL, 1, 1, RUSH_EVAL_ANSI, FALSE },
  { "isnotnull", RUSH_EXPR_IS_NOT_NULL, 1, 1, RUSH_EVAL_ANSI, FALSE },
  { "negative", RUSH_EXPR_NEGATE, 1, 1, RUSH_EVAL_ANSI, FALSE },
  { "not", RUSH_EXPR_NOT, 1, 1, RUSH_EVAL_ANSI, FALSE },
  { "mod", RUSH_EXPR_REMAINDER, 2, 2, RUSH_EVAL_ANSI, FALSE },
  { "div", RUSH_EXPR_INTEGRAL_DIVIDE, 2, 2, RUSH_EVAL_ANSI, FALSE },
  { "try_add", RUSH_EXPR_ADD, 2, 2, RUSH_EVAL_TRY, TRUE },
  { "try_subtract", RUSH_EXPR_SUBTRACT, 2, 2, RUSH_EVAL_TRY, TRUE },
  { "try_multiply", RUSH_EXPR_MULTIPLY, 2, 2, RUSH_EVAL_TRY, TRUE },
  { "try_divide", RUSH_EXPR_DIVIDE, 2, 2, RUSH_EVAL_TRY, TRUE },
  { "try_mod", RUSH_EXPR_REMAINDER, 2, 2, RUSH_EVAL_TRY, TRUE },
};

typedef struct
{
  const char *name;
  const RushType *type;
} TypeCall;

static const TypeCall type_calls[] = {
  { "boolean", &RUSH_BOOL },   { "tinyint", &RUSH_INT8 },        { "smallint", &RUSH_INT16 },
  { "int", &RUSH_INT32 },      { "bigint", &RUSH_INT64 },        { "float", &RUSH_FLOAT32 },
  { "double", &RUSH_FLOAT64 }, { "string", &RUSH_STRING },       { "binary", &RUSH_BINARY },
  { "date", &RUSH_DATE },      { "timestamp", &RUSH_TIMESTAMP },
};

/* ── errors ── */

static void
set_wrong_number (GError **error, const char *name, guint min, guint max, guint n,
                  const RushSqlContext *context)
{
  g_autofree char *quoted = rush_sql_id_of (name), *actual = g_strdup_printf ("%u", n);
  g_autofree char *expected = min == max         ? g_strdup_printf ("%u", min)
                              : max == G_MAXUINT ? g_strdup_printf ("> %u", min - 1)
                              : max == min + 1   ? g_strdup_printf ("[%u, %u]", min, max)
                                                 : g_strdup_printf ("%u - %u", min, max);

  rush_sql_error_set (error, RUSH_SQL_CLASS_WRONG_NUM_ARGS_WITHOUT_SUGGESTION, context,
                      "functionName", quoted, "expectedNum", expected, "actualNum", actual,
                      "docroot", "https://spark.apache.org/docs/latest", NULL);
}

static const char *
required_text (RushArgType wanted)
{
  switch (wanted)
    {
    case RUSH_ARG_BOOL:
      return "\"BOOLEAN\"";
    case RUSH_ARG_INT:
      return "\"INT\"";
    case RUSH_ARG_LONG:
      return "\"BIGINT\"";
    case RUSH_ARG_DOUBLE:
      return "\"DOUBLE\"";
    case RUSH_ARG_NUMERIC:
      return "\"NUMERIC\"";
    case RUSH_ARG_INTEGRAL:
      return "\"INTEGRAL\"";
    case RUSH_ARG_NUMERIC_OR_INTERVAL:
      return "\"NUMERIC\" or \"ANSI INTERVAL\"";
    case RUSH_ARG_STRING:
      return "\"STRING\"";
    case RUSH_ARG_BINARY:
      return "\"BINARY\"";
    case RUSH_ARG_STRING_OR_BINARY:
      return "(\"STRING\" or \"BINARY\")";
    case RUSH_ARG_DATE:
      return "\"DATE\"";
    case RUSH_ARG_TIMESTAMP:
      return "\"TIMESTAMP\"";
    case RUSH_ARG_DATE_OR_TIMESTAMP:
      return "(\"DATE\" or \"TIMESTAMP\")";
    case RUSH_ARG_ARRAY:
      return "\"ARRAY\"";
    case RUSH_ARG_MAP:
      return "\"MAP\"";
    case RUSH_ARG_ARRAY_OR_MAP:
      return "(\"ARRAY\" or \"MAP\")";
    case RUSH_ARG_STRUCT:
      return "\"STRUCT\"";
    case RUSH_ARG_LAMBDA:
      return "\"LAMBDA\"";
    case RUSH_ARG_ANY:
    case RUSH_ARG_SAME:
    case RUSH_ARG_ORDERED:
    case RUSH_ARG_CONCAT:
      break;
    }
  return "\"ORDERABLE\"";
}

static char *
call_text (const char *name, guint n, RushExpr *const *args)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "\"%s(", name);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *arg = rush_expr_to_pretty_sql (args[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", arg);
    }
  return g_string_free (g_string_append (text, ")\""), FALSE);
}

static const char *
ordinal_text (guint i)
{
  static const char *const names[] = { "first", "second",  "third",  "fourth", "fifth",
                                       "sixth", "seventh", "eighth", "ninth",  "tenth" };

  return names[MIN (i, G_N_ELEMENTS (names) - 1)];
}

static void
set_unexpected_type (GError **error, const char *name, guint n, RushExpr *const *args, guint i,
                     RushArgType wanted, const RushSqlContext *context)
{
  g_autofree char *call = call_text (name, n, args), *input = rush_quote_expr (args[i]);
  g_autofree char *type = rush_quote_type (args[i]->type);

  if (wanted == RUSH_ARG_ORDERED)
    {
      g_autofree char *function = rush_sql_id_of (name);

      rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_INVALID_ORDERING_TYPE, context,
                          "sqlExpr", call, "functionName", function, "dataType", type, NULL);
      return;
    }
  rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_UNEXPECTED_INPUT_TYPE, context,
                      "sqlExpr", call, "paramIndex", ordinal_text (i), "requiredType",
                      required_text (wanted), "inputSql", input, "inputType", type, NULL);
}

/* ── arguments ── */

static RushArgType
wanted_type (const RushFunction *function, guint i)
{
  guint listed = function->max_args == G_MAXUINT ? RUSH_MAX_LISTED_ARGS
                                                 : MIN (function->max_args, RUSH_MAX_LISTED_ARGS);
  guint last = 0;

  for (guint j = 1; j < listed; j++)
    if (function->args[j] != RUSH_ARG_ANY)
      last = j;
  return function
      ->args[function->max_args == G_MAXUINT ? MIN (i, last) : MIN (i, RUSH_MAX_LISTED_ARGS - 1)];
}

static void
unref_all (RushExpr **items, guint n)
{
  for (guint i = 0; i < n; i++)
    rush_expr_unref (items[i]);
}

/* Arguments that must have one type get their common one; FALSE: there is none. */
static gboolean
unify_same (const RushAnalysis *self, const RushFunction *function, guint n, RushExpr **args)
{
  g_autoptr (GPtrArray) same = g_ptr_array_new ();
  const RushType *type;

  for (guint i = 0; i < n; i++)
    if (wanted_type (function, i) == RUSH_ARG_SAME)
      g_ptr_array_add (same, args[i]);
  if (same->len < 2)
    return TRUE;
  type = rush_analysis_wider_of (self, same);
  for (guint i = 0; i < n && type != NULL; i++)
    if (wanted_type (function, i) == RUSH_ARG_SAME)
      args[i] = rush_analysis_cast (self, args[i], type);
  return type != NULL;
}

/* concat (): bytes with bytes, arrays with arrays, all else as strings. */
static void
unify_concat (const RushAnalysis *self, const RushFunction *function, guint n, RushExpr **args)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  gboolean binary = TRUE, array = TRUE;
  const RushType *type = &RUSH_STRING;

  if (n == 0 || wanted_type (function, 0) != RUSH_ARG_CONCAT)
    return;
  for (guint i = 0; i < n; i++)
    {
      binary = binary && args[i]->type == &RUSH_BINARY;
      array = array && args[i]->type->kind == RUSH_TYPE_ARRAY;
      g_ptr_array_add (all, args[i]);
    }
  if (binary || array)
    type = rush_analysis_wider_of (self, all);
  for (guint i = 0; i < n && type != NULL; i++)
    args[i] = rush_analysis_cast (self, args[i], type);
}

static gboolean
fit_arguments (const RushAnalysis *self, const RushFunction *function, const char *name, guint n,
               RushExpr **args, const RushSqlContext *context, GError **error)
{
  for (guint i = 0; i < n; i++)
    {
      RushExpr *fit = rush_analysis_implicit_cast (self, args[i], wanted_type (function, i));

      if (fit == NULL)
        {
          set_unexpected_type (error, name, n, args, i, wanted_type (function, i), context);
          return FALSE;
        }
      rush_expr_unref (args[i]);
      args[i] = fit;
    }
  unify_concat (self, function, n, args);
  if (!unify_same (self, function, n, args))
    {
      g_autofree char *call = call_text (name, n, args), *quoted = rush_sql_id_of (name);
      g_autoptr (GString) types = g_string_new ("[");

      for (guint i = 0; i < n; i++)
        {
          g_autofree char *type = rush_quote_type (args[i]->type);

          g_string_append_printf (types, "%s%s", i > 0 ? ", " : "", type);
        }
      g_string_append_c (types, ']');
      rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_DATA_DIFF_TYPES, context,
                          "sqlExpr", call, "functionName", quoted, "dataType", types->str, NULL);
      return FALSE;
    }
  return TRUE;
}

/* ── calls of the registry ── */

static gboolean
is_nullable (const RushFunction *function, guint n, RushExpr *const *args)
{
  if (function->never_null || function->always_nullable)
    return function->always_nullable;
  for (guint i = 0; i < n; i++)
    if (args[i]->nullable)
      return TRUE;
  return FALSE;
}

typedef struct
{
  gboolean distinct;
  gboolean ignore_nulls;
  RushExpr *filter; /* (owned) or NULL */
} AggregateOptions;

static RushExpr *
finish_call (const RushAnalysis *self, const RushFunction *function, const char *name, guint n,
             RushExpr **args, const AggregateOptions *options, GError **error)
{
  gboolean nullable = is_nullable (function, n, args);
  const RushType *type = function->fixed_type;
  RushExpr *made;

  if (function->kind == RUSH_FUNCTION_REWRITE)
    {
      made = function->rewrite (function, n, args, self->mode, error);
      unref_all (args, n);
      return made;
    }
  if (type == NULL)
    type = function->result_type (function, n, args, &nullable, error);
  if (type == NULL)
    {
      unref_all (args, n);
      return NULL;
    }
  if (function->kind == RUSH_FUNCTION_AGGREGATE)
    {
      made = rush_expr_aggregate (function, type, nullable, self->mode, options->distinct,
                                  options->filter != NULL ? rush_expr_ref (options->filter) : NULL,
                                  n, args);
      if (options->ignore_nulls)
        {
          g_autoptr (RushExpr) plain = made;

          made = rush_expr_with_ignore_nulls (plain);
        }
      return made;
    }
  made = rush_expr_function (function, name, type, nullable, self->mode, n, args);
  if (function->needs_time_zone || function->nondeterministic)
    {
      g_autoptr (RushExpr) plain = made;

      made = rush_expr_with_environment (
          plain, function->needs_time_zone ? self->options->time_zone : NULL,
          function->nondeterministic ? g_random_int () : 0);
    }
  return made;
}

static RushExpr *
call_function (const RushAnalysis *self, const RushFunction *function, const char *name, guint n,
               RushExpr **args, const AggregateOptions *options, const RushSqlContext *context,
               GError **error)
{
  if (n < function->min_args || n > function->max_args)
    {
      set_wrong_number (error, name, function->min_args, function->max_args, n, context);
      unref_all (args, n);
      return NULL;
    }
  if (!fit_arguments (self, function, name, n, args, context, error))
    {
      unref_all (args, n);
      return NULL;
    }
  return finish_call (self, function, name, n, args, options, error);
}

RushExpr *
rush_analysis_call (const RushAnalysis *self, const char *name, guint n, RushExpr *const *args,
                    GError **error)
{
  const RushFunction *function = rush_function_find (name);
  g_autofree RushExpr **owned = g_memdup2 (args, n * sizeof (RushExpr *));
  AggregateOptions options = { FALSE, FALSE, NULL };

  if (function == NULL)
    {
      unref_all (owned, n);
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                   "the function %s is not there yet", name);
      return NULL;
    }
  return call_function (self, function, name, n, owned, &options, NULL, error);
}

/* ── an unresolved call ── */

static RushExpr **
ref_arguments (const RushExpr *call, guint n)
{
  RushExpr **args = g_new (RushExpr *, n + 1);

  for (guint i = 0; i < n; i++)
    args[i] = rush_expr_ref (call->children[i]);
  return args;
}

static RushExpr *
as_kind (const RushAnalysis *self, const RushExpr *call, const char *name, guint n,
         gboolean *out_done, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (kind_calls); i++)
    {
      const KindCall *kind = &kind_calls[i];
      g_autofree RushExpr **args = NULL;
      g_autoptr (RushExpr) made = NULL;

      if (strcmp (kind->name, name) != 0)
        continue;
      *out_done = TRUE;
      if ((gint)n < kind->min || (gint)n > kind->max)
        {
          set_wrong_number (error, name, kind->min,
                            kind->max == G_MAXINT ? G_MAXUINT : (guint)kind->max, n,
                            &call->context);
          return NULL;
        }
      args = ref_arguments (call, n);
      made = rush_expr_new (kind->kind, n, args);
      return rush_expr_with_mode (made, kind->try ? RUSH_EVAL_TRY : self->mode);
    }
  return NULL;
}

/* between (value, low, high): both bounds belong to it. */
static RushExpr *
as_between (const RushExpr *call, const char *name, guint n)
{
  if (strcmp (name, "between") != 0 || n != 3)
    return NULL;
  return rush_expr_binary (
      RUSH_EXPR_AND,
      rush_expr_binary (RUSH_EXPR_GREATER_EQUAL, rush_expr_ref (call->children[0]),
                        rush_expr_ref (call->children[1])),
      rush_expr_binary (RUSH_EXPR_LESS_EQUAL, rush_expr_ref (call->children[0]),
                        rush_expr_ref (call->children[2])));
}

static RushExpr *
as_cast (const RushAnalysis *self, const RushExpr *call, const char *name, guint n)
{
  if (n != 1)
    return NULL;
  if (strcmp (name, "decimal") == 0)
    return rush_expr_cast (rush_expr_ref (call->children[0]), rush_type_decimal (10, 0), self->mode,
                           NULL, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (type_calls); i++)
    if (strcmp (type_calls[i].name, name) == 0)
      return rush_expr_cast (rush_expr_ref (call->children[0]), type_calls[i].type, self->mode,
                             self->options->time_zone, TRUE);
  return NULL;
}

static RushExpr *
as_python (const RushAnalysis *self, const RushExpr *call, const char *name, guint n)
{
  RushCatalogView *catalog = self->options->catalog;
  RushPythonFunction *function = catalog != NULL ? catalog->lookup_function (catalog, name) : NULL;
  g_autofree RushExpr **args = NULL;

  if (function == NULL)
    return NULL;
  args = ref_arguments (call, n);
  return rush_expr_python_udf (function, n, args);
}

static RushExpr *
as_registered (const RushAnalysis *self, const RushExpr *call, const char *name, guint n,
               GError **error)
{
  const RushFunction *function = rush_function_find (name);
  AggregateOptions options = { call->as.call.distinct, call->as.call.ignore_nulls,
                               call->as.call.has_filter ? call->children[n] : NULL };
  g_autofree RushExpr **args = NULL;

  if (function == NULL)
    {
      if (rush_function_is_known_missing (name))
        g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                     "the function %s of Spark is not there yet", name);
      return NULL;
    }
  if (function->kind != RUSH_FUNCTION_AGGREGATE && (options.distinct || options.filter != NULL))
    {
      g_autofree char *quoted = rush_sql_id_of (name);

      rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_SQL_SYNTAX_FUNCTION_WITH_UNSUPPORTED_SYNTAX,
                          &call->context, "prettyName", quoted, "syntax",
                          options.distinct ? "DISTINCT" : "FILTER CLAUSE", NULL);
      return NULL;
    }
  args = ref_arguments (call, n);
  return call_function (self, function, name, n, args, &options, &call->context, error);
}

/* Arguments, filter and orders must have types first. */
static gboolean
is_ready (const RushExpr *call)
{
  for (guint i = 0; i < call->n_children; i++)
    if (!rush_expr_is_resolved (call->children[i]) && call->children[i]->kind != RUSH_EXPR_LAMBDA)
      return FALSE;
  return TRUE;
}

static RushExpr *
resolve (RushExpr *node, gpointer data, GError **error)
{
  const RushAnalysis *self = data;
  g_autofree char *name = NULL;
  GError *problem = NULL;
  g_autoptr (RushExpr) made = NULL;
  gboolean done = FALSE;
  guint n;

  if (node->kind != RUSH_EXPR_UNRESOLVED_FUNCTION || !is_ready (node))
    return rush_expr_ref (node);
  n = node->n_children - node->as.call.has_filter - node->as.call.n_orders;
  name = g_ascii_strdown (node->as.call.parts[g_strv_length (node->as.call.parts) - 1], -1);
  made = as_python (self, node, name, n);
  if (made == NULL)
    made = as_kind (self, node, name, n, &done, &problem);
  if (made == NULL && !done)
    made = as_between (node, name, n);
  if (made == NULL && !done && rush_function_find (name) == NULL)
    made = as_cast (self, node, name, n);
  if (made == NULL && !done)
    made = as_registered (self, node, name, n, &problem);
  if (problem != NULL)
    {
      if (problem->domain == RUSH_SQL_ERROR)
        rush_sql_error_add_context (problem, &node->context);
      g_propagate_error (error, problem);
      return NULL;
    }
  return made != NULL ? rush_expr_with_context (made, &node->context) : rush_expr_ref (node);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_all_expressions (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_functions = { "ResolveFunctions", apply };
