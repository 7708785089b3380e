/* resolve_lambda_variables.c - ResolveLambdaVariables: the variables of functions in functions.
 *
 *   'transform(xs#1, x -> ('x + 'k))
 *      1. bind     'x is the lambda's variable, also where a column has that name; inner lambdas
 *                  come first, so that theirs hide those around them
 *      2. type     once xs#1 has a type, x has that of its elements; then the body can be resolved,
 *                  and with it the call (resolve_functions.c)
 *
 * What a call gives its lambda stands in a table: the elements of a list, keys and values of a map,
 * what is folded so far.  A value where a lambda should be is one that looks at nothing: 5 is
 * x -> 5.
 *
 * Mirrors: ResolveLambdaVariables, HigherOrderFunction.bind, ResolveHigherOrderFunctions.
 */
#include "sql/analyzer/analysis_private.h"

/* ── which variables a lambda may have ── */

typedef enum
{
  GIVES_NOTHING,
  GIVES_ELEMENT,         /* of the first argument */
  GIVES_ELEMENT_OR_NULL, /* zip_with (): the lists may differ in length */
  GIVES_SECOND_OR_NULL,  /* elements of the second argument */
  GIVES_INDEX,
  GIVES_KEY,
  GIVES_VALUE,
  GIVES_FOLDED, /* what the second argument starts with */
} Gives;

typedef struct
{
  const char *function;
  guint argument; /* the lambda's place */
  guint min;      /* variables; up to all that are listed */
  Gives gives[2];
} Form;

static const Form forms[] = {
  { "transform", 1, 1, { GIVES_ELEMENT, GIVES_INDEX } },
  { "filter", 1, 1, { GIVES_ELEMENT, GIVES_INDEX } },
  { "exists", 1, 1, { GIVES_ELEMENT } },
  { "any", 1, 1, { GIVES_ELEMENT } },
  { "forall", 1, 1, { GIVES_ELEMENT } },
  { "array_sort", 1, 2, { GIVES_ELEMENT, GIVES_ELEMENT } },
  { "zip_with", 2, 2, { GIVES_ELEMENT_OR_NULL, GIVES_SECOND_OR_NULL } },
  { "map_filter", 1, 2, { GIVES_KEY, GIVES_VALUE } },
  { "transform_keys", 1, 2, { GIVES_KEY, GIVES_VALUE } },
  { "transform_values", 1, 2, { GIVES_KEY, GIVES_VALUE } },
  { "aggregate", 2, 2, { GIVES_FOLDED, GIVES_ELEMENT } },
  { "aggregate", 3, 1, { GIVES_FOLDED } },
  { "reduce", 2, 2, { GIVES_FOLDED, GIVES_ELEMENT } },
  { "reduce", 3, 1, { GIVES_FOLDED } },
};

/* NULL: the call takes no lambda there. */
static const Form *
form_of (const RushExpr *call, guint argument)
{
  const char *name = call->as.call.parts[g_strv_length (call->as.call.parts) - 1];

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    if (forms[i].argument == argument && g_ascii_strcasecmp (forms[i].function, name) == 0)
      return &forms[i];
  return NULL;
}

static guint
most_variables (const Form *form)
{
  return form->gives[1] == GIVES_NOTHING ? 1 : 2;
}

/* What is given; a list that is none gives nulls, and the call is refused for it afterwards. */
static const RushType *
type_given (Gives gives, const RushExpr *call, gboolean *out_nullable)
{
  gboolean second = gives == GIVES_SECOND_OR_NULL;
  const RushExpr *from = call->children[second || gives == GIVES_FOLDED ? 1 : 0];
  const RushType *type = from->type;
  guint field = gives == GIVES_VALUE ? 1 : 0;

  *out_nullable = TRUE;
  if (gives == GIVES_FOLDED)
    return type;
  if (gives == GIVES_INDEX)
    {
      *out_nullable = FALSE;
      return &RUSH_INT32;
    }
  if (type->kind != (gives == GIVES_KEY || gives == GIVES_VALUE ? RUSH_TYPE_MAP : RUSH_TYPE_ARRAY))
    return &RUSH_NULL;
  *out_nullable = gives == GIVES_ELEMENT_OR_NULL || second || type->fields[field].nullable;
  return type->fields[field].type;
}

/* ── 1. binding ── */

typedef struct
{
  const RushAnalysis *analysis;
  RushExpr *const *variables;
  guint n;
} Binding;

static RushExpr *
bind_name (RushExpr *node, gpointer data, GError **error)
{
  const Binding *binding = data;

  if (node->kind != RUSH_EXPR_UNRESOLVED_ATTRIBUTE)
    return rush_expr_ref (node);
  for (guint v = 0; v < binding->n; v++)
    {
      RushExpr *bound = binding->variables[v];

      if (!rush_analysis_same_name (binding->analysis, bound->as.attribute.name,
                                    node->as.names.parts[0]))
        continue;
      rush_expr_ref (bound);
      for (char **part = node->as.names.parts + 1; *part != NULL; part++)
        bound = rush_expr_binary (RUSH_EXPR_UNRESOLVED_EXTRACT, bound,
                                  rush_expr_literal_string (*part, -1));
      return bound;
    }
  return rush_expr_ref (node);
}

static gboolean
check_names (const RushAnalysis *self, const RushExpr *lambda, GError **error)
{
  for (guint a = 1; a < lambda->n_children; a++)
    for (guint b = a + 1; b < lambda->n_children; b++)
      if (rush_analysis_same_name (self, lambda->children[a]->as.attribute.name,
                                   lambda->children[b]->as.attribute.name))
        {
          GString *names = g_string_new (NULL);

          for (guint i = 1; i < lambda->n_children; i++)
            {
              g_autofree char *name = rush_sql_id_of (lambda->children[i]->as.attribute.name);
              g_string_append_printf (names, "%s%s", i > 1 ? ", " : "", name);
            }
          rush_sql_error_set (error,
                              RUSH_SQL_CLASS_INVALID_LAMBDA_FUNCTION_CALL_DUPLICATE_ARG_NAMES,
                              &lambda->context, "args", names->str, "caseSensitiveConfig",
                              "\"spark.sql.caseSensitive\"", NULL);
          g_string_free (names, TRUE);
          return FALSE;
        }
  return TRUE;
}

static RushExpr *
bind_lambda (const RushAnalysis *self, RushExpr *lambda, GError **error)
{
  Binding binding = { self, lambda->children + 1, lambda->n_children - 1 };

  if (!check_names (self, lambda, error))
    return NULL;
  return rush_expr_transform_up (lambda, bind_name, &binding, error);
}

/* ── 2. types ── */

static RushExpr *
type_variable (RushExpr *node, gpointer data, GError **error)
{
  const Binding *binding = data;

  for (guint v = 0; node->kind == RUSH_EXPR_LAMBDA_VARIABLE && v < binding->n; v++)
    if (binding->variables[v]->as.attribute.id == node->as.attribute.id)
      return rush_expr_ref (binding->variables[v]);
  return rush_expr_ref (node);
}

static RushExpr *
type_lambda (const RushAnalysis *self, const RushExpr *call, RushExpr *lambda, const Form *form,
             GError **error)
{
  guint n = lambda->n_children - 1, most = most_variables (form);
  RushExpr *variables[2], *typed;
  Binding binding = { self, variables, n };

  if (n < form->min || n > most)
    {
      /* Spark has them the other way round. */
      g_autofree char *expected = g_strdup_printf ("%u", n);
      g_autofree char *actual = g_strdup_printf ("%u", form->min);

      rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_LAMBDA_FUNCTION_CALL_NUM_ARGS_MISMATCH,
                          &lambda->context, "expectedNumArgs", expected, "actualNumArgs", actual,
                          NULL);
      return NULL;
    }
  if (lambda->children[1]->type != NULL)
    return rush_expr_ref (lambda);
  for (guint v = 0; v < n; v++)
    {
      gboolean nullable;
      const RushType *type = type_given (form->gives[v], call, &nullable);

      variables[v] = rush_expr_with_type (lambda->children[1 + v], type, nullable);
    }
  typed = rush_expr_transform_up (lambda, type_variable, &binding, error);
  for (guint v = 0; v < n; v++)
    rush_expr_unref (variables[v]);
  return typed;
}

/* A value is a lambda that looks at nothing. */
static RushExpr *
lambda_of_value (RushExpr *value, const Form *form)
{
  RushExpr *children[3] = { rush_expr_ref (value) };

  for (guint v = 0; v < form->min; v++)
    {
      g_autofree char *name = g_strdup_printf ("col%u", v);

      children[1 + v] = rush_expr_lambda_variable (name, NULL, TRUE, rush_expr_id_new ());
    }
  return rush_expr_new (RUSH_EXPR_LAMBDA, 1 + form->min, children);
}

static RushExpr *
type_argument (const RushAnalysis *self, const RushExpr *call, guint i, GError **error)
{
  RushExpr *argument = call->children[i];
  const Form *form = form_of (call, i);

  if (argument->kind != RUSH_EXPR_LAMBDA)
    {
      g_autoptr (RushExpr) lambda = form != NULL ? lambda_of_value (argument, form) : NULL;

      return lambda != NULL ? type_lambda (self, call, lambda, form, error)
                            : rush_expr_ref (argument);
    }
  if (form != NULL)
    return type_lambda (self, call, argument, form, error);
  rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_LAMBDA_FUNCTION_CALL_NON_HIGHER_ORDER_FUNCTION,
                      &call->context, "class",
                      call->as.call.parts[g_strv_length (call->as.call.parts) - 1], NULL);
  return NULL;
}

/* All that is no lambda has a type. */
static gboolean
may_type (const RushExpr *call, gboolean *out_any)
{
  *out_any = FALSE;
  for (guint i = 0; i < call->n_children; i++)
    {
      gboolean lambda = call->children[i]->kind == RUSH_EXPR_LAMBDA;

      *out_any |= lambda || form_of (call, i) != NULL;
      if (!lambda && !rush_expr_is_resolved (call->children[i]))
        return FALSE;
    }
  return TRUE;
}

static RushExpr *
type_call (const RushAnalysis *self, RushExpr *call, GError **error)
{
  g_autofree RushExpr **children = NULL;
  gboolean any;

  if (!may_type (call, &any) || !any)
    return rush_expr_ref (call);
  children = g_new0 (RushExpr *, call->n_children);
  for (guint i = 0; i < call->n_children; i++)
    {
      children[i] = type_argument (self, call, i, error);
      if (children[i] == NULL)
        {
          while (i-- > 0)
            rush_expr_unref (children[i]);
          return NULL;
        }
    }
  return rush_expr_with_children (call, children);
}

/* aggregate (xs, start, merge) ends with what is folded: a -> a. */
static RushExpr *
with_identity (RushExpr *call)
{
  const Form *form = call->as.call.has_filter ? NULL : form_of (call, 3);
  RushExpr *variable, *children[4];
  g_autoptr (RushExpr) made = NULL;

  if (call->n_children != 3 || form == NULL || call->children[2]->kind != RUSH_EXPR_LAMBDA)
    return rush_expr_ref (call);
  variable = rush_expr_lambda_variable ("id", NULL, TRUE, rush_expr_id_new ());
  for (guint i = 0; i < 3; i++)
    children[i] = rush_expr_ref (call->children[i]);
  children[3] = rush_expr_binary (RUSH_EXPR_LAMBDA, rush_expr_ref (variable), variable);
  made = rush_expr_unresolved_function ((const char *const *)call->as.call.parts, 4, children,
                                        FALSE, NULL);
  return rush_expr_with_context (made, &call->context);
}

static RushExpr *
resolve (RushExpr *node, gpointer data, GError **error)
{
  if (node->kind == RUSH_EXPR_LAMBDA)
    return bind_lambda (data, node, error);
  if (node->kind == RUSH_EXPR_UNRESOLVED_FUNCTION)
    {
      g_autoptr (RushExpr) whole = with_identity (node);

      return type_call (data, whole, error);
    }
  return rush_expr_ref (node);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_all_expressions (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_lambda_variables = { "ResolveLambdaVariables", apply };
