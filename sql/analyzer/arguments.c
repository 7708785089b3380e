/* arguments.c - arguments of calls: casts to what a function wants, and errors where none will do.
 *
 *   upper (5)            upper (cast (5 as string))
 *   greatest (1, 2L)     greatest (cast (1 as bigint), 2)      RUSH_ARG_SAME: one type for all
 *   array_contains (array<int>, 2L)                            RUSH_ARG_ELEMENT: both become bigint
 *
 * Mirrors: ImplicitTypeCasts, ExpectsInputTypes,
 FunctionArgumentConversion. */
#include "sql/analyzer/analysis_private.h"
#include "sql/evaluate/evaluate.h"
#include "sql/parser/parser.h"
#include "sql/types/type_json.h"

/* ── errors ── */

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
    case RUSH_ARG_ARRAYS:
      return "\"ARRAY\"";
    case RUSH_ARG_ARRAY_OF_STRINGS:
      return "\"ARRAY<STRING>\"";
    case RUSH_ARG_INDEX_OR_KEY:
      return "\"INT\"";
    case RUSH_ARG_MAP:
      return "\"MAP\"";
    case RUSH_ARG_ARRAY_OR_MAP:
      return "(\"ARRAY\" or \"MAP\")";
    case RUSH_ARG_STRUCT:
      return "\"STRUCT\"";
    case RUSH_ARG_LAMBDA:
      return "\"LAMBDA\"";
    case RUSH_ARG_AS_BEFORE:
    case RUSH_ARG_ANY:
    case RUSH_ARG_SAME:
    case RUSH_ARG_ORDERED:
    case RUSH_ARG_CONCAT:
    case RUSH_ARG_KEY_OR_VALUE:
    case RUSH_ARG_ELEMENT:
    case RUSH_ARG_SCHEMA:
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

/* Arguments that must have one type get their common one; FALSE: there is none. */
/* The first argument's elements or keys. */
static const RushType *
element_of (const RushType *container)
{
  return container->kind == RUSH_TYPE_ARRAY || container->kind == RUSH_TYPE_MAP
             ? container->fields[0].type
             : NULL;
}

static RushExpr *
as_array_of (const RushAnalysis *self, RushExpr *array, const RushType *element)
{
  gboolean nulls = array->type->kind != RUSH_TYPE_ARRAY || array->type->fields[0].nullable;

  return rush_analysis_cast (self, array, rush_type_array (element, nulls));
}

/* Arguments that depend on the first one; FALSE: argument *out_wrong does not fit. */
static gboolean
unify_with_first (const RushAnalysis *self, const RushFunction *function, guint n, RushExpr **args,
                  guint *out_wrong)
{
  for (guint i = 0; i < n; i++)
    {
      RushArgType wanted = rush_function_arg (function, i);
      const RushType *element = element_of (args[0]->type), *common;

      *out_wrong = i;
      if (wanted == RUSH_ARG_ARRAY_OF_STRINGS && args[i]->type->kind == RUSH_TYPE_ARRAY)
        args[i] = as_array_of (self, args[i], &RUSH_STRING);
      else if (wanted == RUSH_ARG_INDEX_OR_KEY && args[0]->type->kind == RUSH_TYPE_ARRAY)
        {
          if (!rush_type_is_integral (args[i]->type) && args[i]->type != &RUSH_NULL)
            return FALSE;
          args[i] = rush_analysis_cast (self, args[i], &RUSH_INT32);
        }
      else if ((wanted == RUSH_ARG_ELEMENT || wanted == RUSH_ARG_INDEX_OR_KEY) && element != NULL)
        {
          common = rush_analysis_wider_type (self, element, args[i]->type);
          if (common == NULL)
            return FALSE;
          if (args[0]->type->kind == RUSH_TYPE_ARRAY)
            args[0] = as_array_of (self, args[0], common);
          else if (common != element)
            return FALSE;
          args[i] = rush_analysis_cast (self, args[i], common);
        }
    }
  return TRUE;
}

/* Of the arguments first, first + step, …: those of @kind. */
static gboolean
unify_same (const RushAnalysis *self, const RushFunction *function, RushArgType kind, guint first,
            guint step, guint n, RushExpr **args)
{
  g_autoptr (GPtrArray) same = g_ptr_array_new ();
  const RushType *type;

  for (guint i = first; i < n; i += step)
    if (rush_function_arg (function, i) == kind)
      g_ptr_array_add (same, args[i]);
  if (same->len < 2)
    return TRUE;
  type = rush_analysis_wider_of (self, same);
  for (guint i = first; i < n && type != NULL; i += step)
    if (rush_function_arg (function, i) == kind)
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

  if (n == 0 || rush_function_arg (function, 0) != RUSH_ARG_CONCAT)
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

/* Types of the arguments first, first + step, … */
static void
set_different_types (GError **error, RushSqlErrorClass error_class, const char *name, guint first,
                     guint step, guint n, RushExpr *const *args, const RushSqlContext *context)
{
  g_autofree char *call = call_text (name, n, args), *quoted = rush_sql_id_of (name);
  gboolean all = error_class == RUSH_SQL_CLASS_DATATYPE_MISMATCH_DATA_DIFF_TYPES;
  g_autoptr (GString) types = g_string_new (all ? "(" : "[");

  for (guint i = first; i < n; i += step)
    {
      g_autofree char *type = rush_quote_type (args[i]->type);

      g_string_append_printf (types, "%s%s", i == first ? "" : all ? " or " : ", ", type);
    }
  g_string_append_c (types, all ? ')' : ']');
  rush_sql_error_set (error, error_class, context, "sqlExpr", call, "functionName", quoted,
                      "dataType", types->str, NULL);
}

/* map (): all keys alike, all values alike. */
static gboolean
unify_entries (const RushAnalysis *self, const RushFunction *function, const char *name, guint n,
               RushExpr **args, const RushSqlContext *context, GError **error)
{
  static const RushSqlErrorClass classes[] = {
    RUSH_SQL_CLASS_DATATYPE_MISMATCH_CREATE_MAP_KEY_DIFF_TYPES,
    RUSH_SQL_CLASS_DATATYPE_MISMATCH_CREATE_MAP_VALUE_DIFF_TYPES
  };

  for (guint first = 0; first < 2; first++)
    if (!unify_same (self, function, RUSH_ARG_KEY_OR_VALUE, first, 2, n, args))
      {
        set_different_types (error, classes[first], name, first, 2, n, args, context);
        return FALSE;
      }
  return TRUE;
}

/* array_contains (array<int>, 'a'): a string does not become a number by itself; and nobody knows
 * whether null is among the elements. */
static gboolean
check_element (const RushAnalysis *self, const RushFunction *function, const char *name, guint n,
               RushExpr *const *args, const RushSqlContext *context, GError **error)
{
  if (n < 2 || rush_function_arg (function, 0) != RUSH_ARG_ARRAY ||
      rush_function_arg (function, 1) != RUSH_ARG_ELEMENT || !self->options->ansi)
    return TRUE;
  const RushType *array = args[0]->type, *value = args[1]->type;
  const RushType *element = array->kind == RUSH_TYPE_ARRAY ? rush_type_element (array) : NULL;
  g_autofree char *call = call_text (name, n, args), *quoted = rush_sql_id_of (name);
  if ((array == &RUSH_NULL || value == &RUSH_NULL) && g_str_equal (name, "array_contains"))
    {
      rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_NULL_TYPE, context, "sqlExpr",
                          call, "functionName", quoted, NULL);
      return FALSE;
    }
  if (element == NULL || element == &RUSH_NULL || value == &RUSH_NULL ||
      (element == &RUSH_STRING) == (value == &RUSH_STRING))
    return TRUE;
  g_autofree char *left = rush_quote_type (array), *right = rush_quote_type (value);
  rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_ARRAY_FUNCTION_DIFF_TYPES, context,
                      "sqlExpr", call, "functionName", quoted, "dataType", "\"ARRAY\"", "leftType",
                      left, "rightType", right, NULL);
  return FALSE;
}

/* The type that a constant text says, as DDL or as JSON: "a INT", "array<int>", {"type": …}. */
static const RushType *
read_schema (const char *text, GError **error)
{
  const RushType *type;

  if (text[strspn (text, " ")] == '{' || text[0] == '"')
    return rush_type_from_json (text, -1, error);
  type = rush_parse_type (text, NULL);
  if (type != NULL)
    return type;
  g_autoptr (RushSchema) schema = rush_parse_schema (text, error);
  return schema != NULL ? rush_schema_to_type (schema) : NULL;
}

/* from_json (…, 'a INT'): a null of the type takes the text's place. */
static gboolean
read_schema_argument (const RushAnalysis *self, RushExpr **arg, const RushSqlContext *context,
                      GError **error)
{
  g_autoptr (RushEvalContext) ctx = NULL;
  g_autoptr (RushExpr) text = NULL;
  const RushType *type;
  gsize length;

  if (rush_expr_is_literal_null (*arg) && (*arg)->type != &RUSH_STRING &&
      (*arg)->type != &RUSH_NULL)
    return TRUE; /* analyzed again */
  if (((*arg)->flags & RUSH_EXPR_FOLDABLE) && (*arg)->type == &RUSH_STRING)
    {
      ctx = rush_eval_context_new (NULL, rush_allocator_system (), self->options->time_zone);
      text = rush_evaluate_constant (*arg, ctx, error);
      if (text == NULL)
        return FALSE;
    }
  if (text == NULL || rush_expr_is_literal_null (text))
    {
      g_autofree char *shown = rush_quote_expr (*arg);

      rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_SCHEMA_NON_STRING_LITERAL, context,
                          "inputSchema", shown, NULL);
      return FALSE;
    }
  const char *bytes = rush_column_get_bytes (text->as.literal.value, 0, &length);
  g_autofree char *schema = g_strndup (bytes, length);
  type = read_schema (schema, error);
  if (type == NULL)
    return FALSE;
  rush_expr_unref (*arg);
  *arg = rush_expr_literal_null (type);
  return TRUE;
}

gboolean
rush_analysis_fit_arguments (const RushAnalysis *self, const RushFunction *function,
                             const char *name, guint n, RushExpr **args,
                             const RushSqlContext *context, GError **error)
{
  guint wrong;

  for (guint i = 0; i < n; i++)
    if (args[i]->flags & RUSH_EXPR_HAS_GENERATOR)
      {
        g_autofree char *text = call_text (name, n, args);

        rush_sql_error_set (error, RUSH_SQL_CLASS_UNSUPPORTED_GENERATOR_NESTED_IN_EXPRESSIONS, NULL,
                            "expression", text, NULL);
        return FALSE;
      }
  for (guint i = 0; i < n; i++)
    if (rush_function_arg (function, i) == RUSH_ARG_SCHEMA &&
        !read_schema_argument (self, &args[i], context, error))
      return FALSE;
  for (guint i = 0; i < n; i++)
    {
      RushExpr *fit = rush_analysis_implicit_cast (self, args[i], rush_function_arg (function, i));

      if (fit == NULL)
        {
          set_unexpected_type (error, name, n, args, i, rush_function_arg (function, i), context);
          return FALSE;
        }
      rush_expr_unref (args[i]);
      args[i] = fit;
    }
  if (!check_element (self, function, name, n, args, context, error))
    return FALSE;
  if (!unify_with_first (self, function, n, args, &wrong))
    {
      RushArgType wanted = rush_function_arg (function, wrong);

      set_unexpected_type (error, name, n, args, wrong, wanted, context);
      return FALSE;
    }
  unify_concat (self, function, n, args);
  if (unify_same (self, function, RUSH_ARG_SAME, 0, 1, n, args) &&
      unify_same (self, function, RUSH_ARG_ARRAYS, 0, 1, n, args))
    return unify_entries (self, function, name, n, args, context, error);
  set_different_types (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_DATA_DIFF_TYPES, name, 0, 1, n, args,
                       context);
  return FALSE;
}
