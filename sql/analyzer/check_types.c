/* check_types.c - operands that do not fit and that no cast could make fit.
 *
 *   k AND v           DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES
 *   true + true       DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE
 *   CASE … 1 … st     DATATYPE_MISMATCH.DATA_DIFF_TYPES
 *   CAST(st AS INT)   DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION
 *
 * Mirrors: Expression.checkInputDataTypes, CheckAnalysis.
 */
#include "sql/analyzer/analysis_private.h"

static const RushSqlErrorClass two_columns =
    RUSH_SQL_CLASS_INVALID_SUBQUERY_EXPRESSION_SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN;

/* Maps have no order, and equality is asked of an order, too. */
static gboolean
has_order (const RushType *type)
{
  if (type->kind == RUSH_TYPE_MAP || type->kind == RUSH_TYPE_CALENDAR_INTERVAL)
    return FALSE;
  for (guint i = 0; i < type->n_fields; i++)
    if (!has_order (type->fields[i].type))
      return FALSE;
  return TRUE;
}

static void
set_no_order (GError **error, const RushExpr *node, const char *name)
{
  g_autofree char *text = rush_quote_expr (node), *function = rush_sql_id_of (name);
  g_autofree char *type = rush_quote_type (node->children[0]->type);

  rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_INVALID_ORDERING_TYPE, &node->context,
                      "sqlExpr", text, "functionName", function, "dataType", type, NULL);
}

static const char *
comparison_symbol (RushExprKind kind)
{
  switch ((int)kind)
    {
    case RUSH_EXPR_EQUAL:
      return "=";
    case RUSH_EXPR_EQUAL_NULL_SAFE:
      return "<=>";
    case RUSH_EXPR_LESS:
      return "<";
    case RUSH_EXPR_LESS_EQUAL:
      return "<=";
    case RUSH_EXPR_GREATER:
      return ">";
    case RUSH_EXPR_GREATER_EQUAL:
      return ">=";
    default:
      return NULL;
    }
}

static void
set_binary (GError **error, const RushExpr *node)
{
  const char *symbol = comparison_symbol (node->kind);

  if (symbol != NULL && !has_order (node->children[0]->type) &&
      rush_type_same_shape (node->children[0]->type, node->children[1]->type))
    {
      set_no_order (error, node, symbol);
      return;
    }
  g_autofree char *text = rush_quote_expr (node);
  g_autofree char *left = rush_quote_type (node->children[0]->type);
  g_autofree char *right = rush_quote_type (node->children[1]->type);
  const char *wanted = node->kind == RUSH_EXPR_AND || node->kind == RUSH_EXPR_OR ? "\"BOOLEAN\""
                       : node->kind >= RUSH_EXPR_EQUAL && node->kind <= RUSH_EXPR_GREATER_EQUAL
                           ? "\"ORDERED\""
                           : "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO "
                             "MONTH\" or \"INTERVAL\")";

  if (rush_type_same_shape (node->children[0]->type, node->children[1]->type))
    rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_BINARY_OP_WRONG_TYPE,
                        &node->context, "sqlExpr", text, "inputType", wanted, "actualDataType",
                        left, NULL);
  else
    rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_BINARY_OP_DIFF_TYPES,
                        &node->context, "sqlExpr", text, "left", left, "right", right, NULL);
}

static void
set_different (GError **error, const RushExpr *node, const char *function)
{
  g_autofree char *text = rush_quote_expr (node), *name = rush_sql_id_of (function);
  g_autoptr (GString) types = g_string_new ("[");

  for (guint i = 0; i < node->n_children; i++)
    {
      g_autofree char *type = NULL;

      if (node->kind == RUSH_EXPR_CASE_WHEN && i % 2 == 0 && i + 1 < node->n_children)
        continue;
      if (node->kind == RUSH_EXPR_IF && i == 0)
        continue;
      type = rush_quote_type (node->children[i]->type);
      g_string_append_printf (types, "%s%s", types->len > 1 ? ", " : "", type);
    }
  g_string_append_c (types, ']');
  rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_DATA_DIFF_TYPES, &node->context,
                      "sqlExpr", text, "functionName", name, "dataType", types->str, NULL);
}

static void
set_unexpected (GError **error, const RushExpr *node, guint i, const char *required)
{
  static const char *const ordinals[] = { "first", "second", "third" };
  g_autofree char *text = rush_quote_expr (node), *input = rush_quote_expr (node->children[i]);
  g_autofree char *type = rush_quote_type (node->children[i]->type);

  rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_UNEXPECTED_INPUT_TYPE, &node->context,
                      "sqlExpr", text, "paramIndex", ordinals[MIN (i, 2)], "requiredType", required,
                      "inputSql", input, "inputType", type, NULL);
}

static void
set_subquery (GError **error, const RushExpr *node)
{
  const RushPlan *plan = node->as.subquery.plan;
  g_autofree char *n = g_strdup_printf ("%u", plan->output->n);
  g_autofree char *values = g_strdup_printf ("%u", node->as.subquery.n_values);
  g_autofree char *text = rush_quote_expr (node);

  if (node->kind == RUSH_EXPR_SCALAR_SUBQUERY)
    rush_sql_error_set (error, two_columns, &node->context, "number", n, NULL);
  else if (plan->output->n != node->as.subquery.n_values)
    {
      g_autoptr (GString) left = g_string_new (NULL), right = g_string_new (NULL);

      for (guint i = 0; i < node->as.subquery.n_values; i++)
        {
          g_autofree char *value = rush_quote_expr (node->children[i]);

          g_string_append_printf (left, "%s%s", i > 0 ? ", " : "", value);
        }
      for (guint i = 0; i < plan->output->n; i++)
        {
          g_autofree char *value = rush_quote_expr (plan->output->items[i]);

          g_string_append_printf (right, "%s%s", i > 0 ? ", " : "", value);
        }
      rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_IN_SUBQUERY_LENGTH_MISMATCH,
                          &node->context, "sqlExpr", text, "leftLength", values, "rightLength", n,
                          "leftColumns", left->str, "rightColumns", right->str, NULL);
    }
  else
    {
      g_autofree char *left = rush_quote_type (node->children[0]->type);
      g_autofree char *right = rush_quote_type (plan->output->items[0]->type);

      rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_IN_SUBQUERY_DATA_TYPE_MISMATCH,
                          &node->context, "sqlExpr", text, "mismatchedColumns", text, "leftType",
                          left, "rightType", right, NULL);
    }
}

/* The first condition that is none; −1: all are. */
static gint
find_no_condition (const RushExpr *node)
{
  guint n = node->kind == RUSH_EXPR_IF ? 1 : node->n_children - node->n_children % 2;

  for (guint i = 0; i < n; i += 2)
    if (node->children[i]->type != &RUSH_BOOL)
      return (gint)i;
  return -1;
}

static void
set_choice (GError **error, const RushExpr *node, const char *name)
{
  gint i = find_no_condition (node);

  if (i >= 0)
    set_unexpected (error, node, (guint)i, "\"BOOLEAN\"");
  else
    set_different (error, node, name);
}

gboolean
rush_check_types (const RushExpr *node, GError **error)
{
  switch ((int)node->kind)
    {
    case RUSH_EXPR_AND:
    case RUSH_EXPR_OR:
    case RUSH_EXPR_ADD:
    case RUSH_EXPR_SUBTRACT:
    case RUSH_EXPR_MULTIPLY:
    case RUSH_EXPR_DIVIDE:
    case RUSH_EXPR_INTEGRAL_DIVIDE:
    case RUSH_EXPR_REMAINDER:
    case RUSH_EXPR_EQUAL:
    case RUSH_EXPR_EQUAL_NULL_SAFE:
    case RUSH_EXPR_LESS:
    case RUSH_EXPR_LESS_EQUAL:
    case RUSH_EXPR_GREATER:
    case RUSH_EXPR_GREATER_EQUAL:
      set_binary (error, node);
      return FALSE;
    case RUSH_EXPR_IN:
      set_different (error, node, "in");
      return FALSE;
    case RUSH_EXPR_COALESCE:
      set_different (error, node, "coalesce");
      return FALSE;
    case RUSH_EXPR_IF:
      set_choice (error, node, "if");
      return FALSE;
    case RUSH_EXPR_CASE_WHEN:
      set_choice (error, node, "casewhen");
      return FALSE;
    case RUSH_EXPR_NOT:
      set_unexpected (error, node, 0, "\"BOOLEAN\"");
      return FALSE;
    case RUSH_EXPR_NEGATE:
      set_unexpected (error, node, 0,
                      "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or "
                      "\"INTERVAL\")");
      return FALSE;
    case RUSH_EXPR_LIKE:
      set_unexpected (error, node, node->children[0]->type == &RUSH_STRING, "\"STRING\"");
      return FALSE;
    case RUSH_EXPR_GET_ITEM:
      set_unexpected (error, node, 1, "\"INTEGRAL\"");
      return FALSE;
    case RUSH_EXPR_SORT_ORDER:
      if (node->children[0]->type == NULL || has_order (node->children[0]->type))
        return TRUE;
      set_no_order (error, node, "sortorder");
      return FALSE;
    case RUSH_EXPR_SCALAR_SUBQUERY:
    case RUSH_EXPR_IN_SUBQUERY:
      set_subquery (error, node);
      return FALSE;
    default:
      return TRUE;
    }
}
