/* resolve_table_functions.c - ResolveTableValuedFunctions: functions in FROM.
 *
 *   'UnresolvedTableValuedFunction [range], [10]   →   Range (0, 10, step=1)
 *   … [explode], [array (1, 2)]                    →   Project [col#1]
 *                                                      +- Generate explode(…), false, [col#1]
 *                                                         +- OneRowRelation
 *
 * Mirrors: ResolveFunctions for UnresolvedTableValuedFunction,
 TableFunctionRegistry. */
#include <string.h>

#include "sql/analyzer/analysis_private.h"

static gboolean
bigint_of (const RushExpr *expr, gint64 *out)
{
  if (expr->kind == RUSH_EXPR_NEGATE && bigint_of (expr->children[0], out))
    {
      *out = -*out;
      return TRUE;
    }
  if (expr->kind != RUSH_EXPR_LITERAL || expr->type == NULL ||
      !rush_type_is_integral (expr->type) || rush_expr_is_literal_null (expr))
    return FALSE;
  *out = rush_column_get_int (expr->as.literal.value, 0);
  return TRUE;
}

/* range (end), range (start, end [, step [, partitions]]) */
static RushPlan *
make_range (const RushPlan *node, GError **error)
{
  const RushExprList *arguments = node->lists[0];
  gint64 values[4] = { 0, 0, 1, 0 };
  gboolean fits = arguments->n >= 1 && arguments->n <= 4;

  for (guint i = 0; i < arguments->n && fits; i++)
    fits = bigint_of (arguments->items[i], &values[arguments->n == 1 ? 1 : i]);
  if (!fits || values[2] == 0)
    {
      g_autoptr (GString) given = g_string_new (NULL);

      for (guint i = 0; i < arguments->n; i++)
        {
          g_autofree char *text = rush_expr_to_pretty_sql (arguments->items[i]);

          g_string_append_printf (given, "%s%s", i > 0 ? ", " : "", text);
        }
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "range (%s): it takes end, or start, end, step and partitions, as whole "
                   "numbers; the step must not be 0",
                   given->str);
      return NULL;
    }
  return rush_plan_range (values[0], values[1], values[2], (guint)MAX (values[3], 0));
}

static RushPlan *
make_generate (const RushPlan *node)
{
  const RushExprList *arguments = node->lists[0];
  g_autofree RushExpr **args = g_new (RushExpr *, arguments->n + 1);
  RushExpr *item;

  for (guint i = 0; i < arguments->n; i++)
    args[i] = rush_expr_ref (arguments->items[i]);
  item =
      rush_expr_unary (RUSH_EXPR_UNRESOLVED_ALIAS,
                       rush_expr_unresolved_function ((const char *const *)node->as.relation.names,
                                                      arguments->n, args, FALSE, NULL));
  return rush_plan_project (rush_expr_list_new (1, &item), rush_plan_one_row ());
}

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  const RushFunction *function;
  const char *name;

  if (node->kind != RUSH_PLAN_UNRESOLVED_TABLE_FUNCTION)
    return rush_plan_ref (node);
  name = node->as.relation.names[g_strv_length (node->as.relation.names) - 1];
  if (g_ascii_strcasecmp (name, "range") == 0)
    return make_range (node, error);
  function = rush_function_find (name);
  if (function != NULL && function->kind == RUSH_FUNCTION_GENERATOR)
    return make_generate (node);
  {
    g_autofree char *quoted = rush_sql_id_of (name);

    rush_sql_error_set (error, RUSH_SQL_CLASS_UNRESOLVABLE_TABLE_VALUED_FUNCTION, &node->context,
                        "name", quoted, NULL);
  }
  return NULL;
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_table_functions = { "ResolveTableValuedFunctions", apply };
