/* resolve_functions.c - ResolveFunctions: calls by name become functions.
 *
 *   'sum('v)            first its arguments
 *   'sum(v#1L)      →   sum(v#1L)           the registry's
 *   'plus_one(k#2)  →   plus_one(k#2)#9     one the user registered: PYTHON_UDF
 *   'bigint(s#3)    →   cast(s#3 as bigint) types can be called
 *   'coalesce(…)    →   COALESCE            kinds of expressions of their own
 *
 * Mirrors: ResolveFunctions, FunctionRegistry, ImplicitTypeCasts,
 ExpectsInputTypes. */
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

/* ── calls of the registry ── */

static void
unref_all (RushExpr **items, guint n)
{
  for (guint i = 0; i < n; i++)
    rush_expr_unref (items[i]);
}

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
  RushEvalMode mode = function->has_forced_mode ? function->forced_mode : self->mode;
  RushExpr *made;

  if (function->kind == RUSH_FUNCTION_REWRITE)
    {
      made = function->rewrite (function, n, args, mode, error);
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
    made = rush_expr_aggregate (function, type, nullable, mode, options->distinct,
                                options->filter != NULL ? rush_expr_ref (options->filter) : NULL, n,
                                args);
  else
    made = rush_expr_function (function, name, type, nullable, mode, n, args);
  if (options->ignore_nulls)
    {
      g_autoptr (RushExpr) plain = made;

      made = rush_expr_with_ignore_nulls (plain);
    }
  if (function->kind == RUSH_FUNCTION_AGGREGATE)
    return made;
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
  if (!rush_analysis_fit_arguments (self, function, name, n, args, context, error))
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

static gboolean
is_namespace (const char *name)
{
  return g_ascii_strcasecmp (name, "current_catalog") == 0 ||
         g_ascii_strcasecmp (name, "current_database") == 0 ||
         g_ascii_strcasecmp (name, "current_schema") == 0;
}

/* current_catalog (), current_schema (): where tables are that are named without one. */
static RushExpr *
as_namespace (const RushAnalysis *self, const RushExpr *call, const char *name, guint n,
              GError **error)
{
  RushCatalogView *catalog = self->options->catalog;
  g_auto (GStrv) parts = NULL;

  if (!is_namespace (name) || catalog == NULL || catalog->current_namespace == NULL)
    return NULL;
  if (n > 0)
    {
      set_wrong_number (error, name, 0, 0, n, &call->context);
      return NULL;
    }
  parts = catalog->current_namespace (catalog);
  return rush_expr_literal_string (parts[strcmp (name, "current_catalog") == 0 ? 0 : 1], -1);
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

/* A value where a lambda should be becomes one first (resolve_lambda_variables.c). */
static gboolean
lacks_lambda (const RushFunction *function, const RushExpr *call, guint n)
{
  for (guint i = 0; i < n && i < function->max_args; i++)
    if (rush_function_arg (function, i) == RUSH_ARG_LAMBDA &&
        call->children[i]->kind != RUSH_EXPR_LAMBDA)
      return TRUE;
  return FALSE;
}

static RushExpr *
as_registered (const RushAnalysis *self, const RushExpr *call, const char *name, guint n,
               GError **error)
{
  const RushFunction *function = rush_function_find (name);
  AggregateOptions options = { call->as.call.distinct, call->as.call.ignore_nulls,
                               call->as.call.has_filter ? call->children[n] : NULL };
  g_autofree RushExpr **args = NULL;

  if (function == NULL && strcmp (name, "cast") == 0)
    {
      set_wrong_number (error, name, 0, 0, n, &call->context);
      return NULL;
    }
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
  if (lacks_lambda (function, call, n))
    return NULL;
  args = ref_arguments (call, n);
  return call_function (self, function, name, n, args, &options, &call->context, error);
}

/* Arguments, filter and orders must have types first. */
static gboolean
is_ready (const RushExpr *call)
{
  for (guint i = 0; i < call->n_children; i++)
    if (!rush_expr_is_resolved (call->children[i]))
      return FALSE;
  return TRUE;
}

/* grouping (k), grouping_id (): ResolveGroupingAnalytics knows what they mean. */
static gboolean
is_grouping (const RushExpr *call)
{
  return call->as.call.parts[1] == NULL &&
         (g_ascii_strcasecmp (call->as.call.parts[0], "grouping") == 0 ||
          g_ascii_strcasecmp (call->as.call.parts[0], "grouping_id") == 0);
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

  if (node->kind != RUSH_EXPR_UNRESOLVED_FUNCTION || is_grouping (node) || !is_ready (node))
    return rush_expr_ref (node);
  n = node->n_children - node->as.call.has_filter - node->as.call.n_orders;
  name = g_ascii_strdown (node->as.call.parts[g_strv_length (node->as.call.parts) - 1], -1);
  made = as_python (self, node, name, n);
  if (made == NULL)
    made = as_kind (self, node, name, n, &done, &problem);
  if (made == NULL && !done)
    made = as_between (node, name, n);
  if (made == NULL && !done)
    made = as_cast (self, node, name, n);
  if (made == NULL && !done)
    made = as_namespace (self, node, name, n, &problem);
  if (made == NULL && !done && problem == NULL)
    made = rush_analysis_update_fields (self, node, name, n, &problem);
  if (made == NULL && !done && problem == NULL)
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

/* ── names ── */

typedef struct
{
  gboolean rewritten; /* there is a call that becomes something else */
  gboolean unknown;   /* there is a name that is not resolved */
} Content;

static gboolean
look (const RushExpr *node, gpointer data)
{
  Content *content = data;
  const char *name;
  const RushFunction *function;

  if (node->kind == RUSH_EXPR_UNRESOLVED_ATTRIBUTE || node->kind == RUSH_EXPR_UNRESOLVED_STAR)
    content->unknown = TRUE;
  if (node->kind != RUSH_EXPR_UNRESOLVED_FUNCTION)
    return content->unknown;
  name = node->as.call.parts[g_strv_length (node->as.call.parts) - 1];
  function = rush_function_find (name);
  for (guint i = 0; i < G_N_ELEMENTS (kind_calls); i++)
    if (g_ascii_strcasecmp (kind_calls[i].name, name) == 0)
      return content->unknown;
  for (guint i = 0; i < G_N_ELEMENTS (type_calls); i++)
    if (g_ascii_strcasecmp (type_calls[i].name, name) == 0)
      return content->unknown;
  if (g_ascii_strcasecmp (name, "between") == 0 || is_namespace (name) ||
      (function != NULL && function->kind == RUSH_FUNCTION_REWRITE))
    content->rewritten = TRUE;
  return content->unknown;
}

/* SELECT nvl (a, b): the column is called by what the user wrote, not by what it becomes. */
static RushExpr *
keep_name (RushExpr *item)
{
  Content content = { FALSE, FALSE };
  g_autofree char *name = NULL;

  if (item->kind != RUSH_EXPR_UNRESOLVED_ALIAS)
    return rush_expr_ref (item);
  rush_expr_visit (item, look, &content);
  if (!content.rewritten || content.unknown)
    return rush_expr_ref (item);
  name = rush_expr_to_pretty_sql (item->children[0]);
  return rush_expr_alias (rush_expr_ref (item->children[0]), name, 0);
}

static RushPlan *
keep_names (RushPlan *node, gpointer data, GError **error)
{
  guint named = node->kind == RUSH_PLAN_AGGREGATE ? 1 : 0;
  RushExprList *lists[G_N_ELEMENTS (node->lists)];
  GPtrArray *items;

  if (node->resolved || (node->kind != RUSH_PLAN_PROJECT && node->kind != RUSH_PLAN_AGGREGATE))
    return rush_plan_ref (node);
  items = rush_expr_array_new ();
  for (guint i = 0; i < node->lists[named]->n; i++)
    g_ptr_array_add (items, keep_name (node->lists[named]->items[i]));
  for (guint i = 0; i < node->n_lists; i++)
    lists[i] = i == named ? rush_expr_list_from_array (items) : rush_expr_list_ref (node->lists[i]);
  return rush_plan_with_lists (node, lists);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  g_autoptr (RushPlan) named = rush_plan_transform_up (plan, keep_names, data, error);

  return rush_plan_transform_all_expressions (named, resolve, data, error);
}

const RushRule rush_rule_resolve_functions = { "ResolveFunctions", apply };
