/* check_analysis.c - what is left unresolved, or does not make sense, as Spark's errors.
 *
 * Looks at a plan from the leaves up, so that the first thing that went wrong is the one that is
 * reported; what follows from it is not.
 *
 * Mirrors: CheckAnalysis.
 */
#include "sql/analyzer/analysis_private.h"
#include "sql/evaluate/evaluate.h"

typedef struct
{
  const RushAnalysis *analysis;
  const RushPlan *node;
  GError **error;
} Check;

static gboolean check_plan (const RushPlan *plan, const RushAnalysis *self, GError **error);

/* ── expressions ── */

static char *
search_path (const RushAnalysis *self)
{
  RushCatalogView *catalog = self->options->catalog;
  g_auto (GStrv) namespace =
      catalog != NULL && catalog->current_namespace != NULL
          ? catalog->current_namespace (catalog)
          : g_strdupv ((char *[]){ (char *)"spark_catalog", (char *)"default", NULL });
  g_autofree char *current =
      rush_sql_id ((const char *const *)namespace, g_strv_length (namespace));

  return g_strdup_printf ("[`system`.`builtin`, `system`.`session`, %s]", current);
}

static void
set_unknown_function (const Check *check, const RushExpr *call)
{
  if (call->as.call.parts[1] == NULL &&
      (g_ascii_strcasecmp (call->as.call.parts[0], "grouping") == 0 ||
       g_ascii_strcasecmp (call->as.call.parts[0], "grouping_id") == 0))
    {
      rush_sql_error_set (check->error, RUSH_SQL_CLASS_UNSUPPORTED_GROUPING_EXPRESSION,
                          &call->context, NULL);
      return;
    }
  g_autofree char *name =
      rush_sql_id ((const char *const *)call->as.call.parts, g_strv_length (call->as.call.parts));
  g_autofree char *path = search_path (check->analysis);

  rush_sql_error_set (check->error, RUSH_SQL_CLASS_UNRESOLVED_ROUTINE, &call->context,
                      "routineName", name, "searchPath", path, NULL);
}

/* What does the same where a cast would leave the unit open; or NULL. */
static const char *
functions_instead (const RushExpr *cast)
{
  const RushType *from = cast->children[0]->type, *to = cast->type;

  if (rush_type_is_numeric (from) && to == &RUSH_DATE)
    return "`DATE_FROM_UNIX_DATE`";
  if (from == &RUSH_DATE && rush_type_is_numeric (to))
    return "`UNIX_DATE`";
  return NULL;
}

/* Is it one that spark.sql.ansi.enabled=false allows? */
static gboolean
is_legacy_cast (const RushAnalysis *self, const RushExpr *cast)
{
  RushAnalyzerOptions options = *self->options;
  RushAnalysis legacy = *self;

  options.ansi = FALSE;
  legacy.options = &options;
  legacy.mode = RUSH_EVAL_LEGACY;
  return cast->mode != RUSH_EVAL_TRY && self->options->ansi &&
         rush_analysis_can_cast (&legacy, cast->children[0]->type, cast->type);
}

static gboolean
check_cast (const Check *check, const RushExpr *cast)
{
  g_autofree char *text = NULL, *from = NULL, *to = NULL;
  const RushAnalysis *self = check->analysis;

  if (cast->children[0]->type == NULL ||
      rush_analysis_can_cast (self, cast->children[0]->type, cast->type))
    return TRUE;
  text = rush_quote_expr (cast);
  from = rush_quote_type (cast->children[0]->type);
  to = rush_quote_type (cast->type);
  if (functions_instead (cast) != NULL)
    rush_sql_error_set (check->error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_CAST_WITH_FUNC_SUGGESTION,
                        &cast->context, "sqlExpr", text, "srcType", from, "targetType", to,
                        "functionNames", functions_instead (cast), NULL);
  else if (is_legacy_cast (self, cast))
    rush_sql_error_set (check->error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_CAST_WITH_CONF_SUGGESTION,
                        &cast->context, "sqlExpr", text, "srcType", from, "targetType", to,
                        "config", "\"spark.sql.ansi.enabled\"", "configVal", "'false'", NULL);
  else
    rush_sql_error_set (check->error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_CAST_WITHOUT_SUGGESTION,
                        &cast->context, "sqlExpr", text, "srcType", from, "targetType", to, NULL);
  return FALSE;
}

static void
set_must_aggregate (const Check *check, const RushExpr *node)
{
  RushSqlErrorClass class = RUSH_SQL_CLASS_COUNT;

  /* By its name: the constant's is longer than a line. */
  rush_sql_error_class_find ("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY."
                             "MUST_AGGREGATE_CORRELATED_SCALAR_SUBQUERY",
                             &class);
  rush_sql_error_set (check->error, class, &node->context, NULL);
}

/* A correlated scalar subquery must give one row by construction. */
static gboolean
check_subquery (const Check *check, const RushExpr *node)
{
  const RushPlan *plan = node->as.subquery.plan;
  RushAnalysis inner = *check->analysis;

  inner.outer = check->node;
  inner.parent = check->analysis;
  if (!check_plan (plan, &inner, check->error))
    return FALSE;
  if (node->type == NULL || (node->kind == RUSH_EXPR_IN_SUBQUERY && plan->output != NULL &&
                             plan->output->n != node->as.subquery.n_values))
    return rush_check_types (node, check->error);
  if (node->kind == RUSH_EXPR_SCALAR_SUBQUERY && node->n_children > 0)
    {
      gint64 rows = rush_plan_max_rows (plan);
      const RushPlan *top = plan;

      while (top->kind == RUSH_PLAN_PROJECT || top->kind == RUSH_PLAN_FILTER ||
             top->kind == RUSH_PLAN_SUBQUERY_ALIAS)
        top = top->children[0];
      if ((rows < 0 || rows > 1) && top->kind != RUSH_PLAN_AGGREGATE)
        {
          set_must_aggregate (check, node);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
children_typed (const RushExpr *node)
{
  for (guint i = 0; i < node->n_children; i++)
    if (node->children[i]->type == NULL)
      return FALSE;
  return TRUE;
}

static void
set_star (const Check *check, const RushExpr *star)
{
  g_autofree char *node =
      g_strdup_printf ("expression `%s`", rush_plan_kind_name (check->node->kind));

  rush_sql_error_set (check->error, RUSH_SQL_CLASS_INVALID_USAGE_OF_STAR_OR_REGEX, &star->context,
                      "elem", "'*'", "prettyName", node, NULL);
}

/* What may stand before OVER: aggregates, and functions of windows. */
static gboolean
check_windowed (const Check *check, const RushExpr *function)
{
  gboolean of_rows = function->kind == RUSH_EXPR_AGGREGATE ||
                     function->kind == RUSH_EXPR_PYTHON_UDF ||
                     (function->kind == RUSH_EXPR_FUNCTION &&
                      function->as.function.function->kind == RUSH_FUNCTION_WINDOW);

  if (of_rows || function->type == NULL)
    return TRUE;
  g_autofree char *text = rush_quote_expr (function);
  rush_sql_error_set (check->error, RUSH_SQL_CLASS_UNSUPPORTED_EXPR_FOR_WINDOW, &function->context,
                      "sqlExpr", text, NULL);
  return FALSE;
}

/* SELECT a, FROM t: that is a column "from" of no relation, called t. */
static gboolean
is_trailing_comma (const Check *check, const RushExpr *name)
{
  return check->node->kind == RUSH_PLAN_PROJECT && check->node->lists[0]->n > 1 &&
         check->node->children[0]->kind == RUSH_PLAN_ONE_ROW && name->as.names.parts[1] == NULL &&
         g_ascii_strcasecmp (name->as.names.parts[0], "from") == 0;
}

static void
set_unknown_window (const Check *check, const RushExpr *node)
{
  rush_sql_error_set (check->error, RUSH_SQL_CLASS_MISSING_WINDOW_SPECIFICATION, NULL, "windowName",
                      node->as.names.parts[0], "docroot", "https://spark.apache.org/docs/latest",
                      NULL);
}

static gboolean
check_node (const Check *check, const RushExpr *node)
{
  g_autoptr (GPtrArray) columns = NULL;

  switch ((int)node->kind)
    {
    case RUSH_EXPR_UNRESOLVED_ATTRIBUTE:
      if (is_trailing_comma (check, node))
        {
          rush_sql_error_set (check->error, RUSH_SQL_CLASS_TRAILING_COMMA_IN_SELECT, &node->context,
                              NULL);
          return FALSE;
        }
      columns = rush_analysis_input (check->node);
      rush_analysis_set_unresolved (check->error, node->as.names.parts, columns, &node->context);
      return FALSE;
    case RUSH_EXPR_UNRESOLVED_STAR:
    case RUSH_EXPR_UNRESOLVED_REGEX:
      set_star (check, node);
      return FALSE;
    case RUSH_EXPR_UNRESOLVED_FUNCTION:
      set_unknown_function (check, node);
      return FALSE;
    case RUSH_EXPR_PARAMETER:
      rush_sql_error_set (check->error, RUSH_SQL_CLASS_UNBOUND_SQL_PARAMETER, &node->context,
                          "name", node->as.names.parts[0] != NULL ? node->as.names.parts[0] : "_",
                          NULL);
      return FALSE;
    case RUSH_EXPR_CAST:
      return check_cast (check, node);
    case RUSH_EXPR_SCALAR_SUBQUERY:
    case RUSH_EXPR_EXISTS:
    case RUSH_EXPR_IN_SUBQUERY:
      return check_subquery (check, node);
    case RUSH_EXPR_UNRESOLVED_WINDOW:
      set_unknown_window (check, node);
      return FALSE;
    case RUSH_EXPR_WINDOW:
      return check_windowed (check, node->children[0]) && rush_check_window (node, check->error);
    case RUSH_EXPR_SORT_ORDER:
      return rush_check_types (node, check->error);
    case RUSH_EXPR_FUNCTION:
      return TRUE;
    default:
      return node->type != NULL || !children_typed (node) || rush_check_types (node, check->error);
    }
}

/* Children first; recurses as deep as the expression is. */
static gboolean
check_expression (const Check *check, const RushExpr *expr, gboolean in_window)
{
  for (guint i = 0; i < expr->n_children; i++)
    if (!check_expression (check, expr->children[i], expr->kind == RUSH_EXPR_WINDOW && i == 0))
      return FALSE;
  if (expr->kind == RUSH_EXPR_FUNCTION && !in_window &&
      expr->as.function.function->kind == RUSH_FUNCTION_WINDOW)
    {
      g_autofree char *text = rush_quote_expr (expr);

      rush_sql_error_set (check->error, RUSH_SQL_CLASS_WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE,
                          &expr->context, "funcName", text, NULL);
      return FALSE;
    }
  return check_node (check, expr);
}

/* ── plans ── */

static void
set_table_not_found (const Check *check)
{
  const RushPlan *node = check->node;
  g_autofree char *name = rush_sql_id ((const char *const *)node->as.relation.names,
                                       g_strv_length (node->as.relation.names));
  g_autofree char *path = search_path (check->analysis);

  rush_sql_error_set (check->error, RUSH_SQL_CLASS_TABLE_OR_VIEW_NOT_FOUND, &node->context,
                      "relationName", name, "searchPath", path, NULL);
}

static gboolean
check_filter (const Check *check)
{
  const RushExpr *condition = check->node->lists[0]->items[0];
  g_autofree char *text = rush_quote_expr (condition);

  if (condition->type != &RUSH_BOOL)
    {
      g_autofree char *type = rush_quote_type (condition->type);

      rush_sql_error_set (check->error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_FILTER_NOT_BOOLEAN,
                          &check->node->context, "sqlExpr", text, "filter", text, "type", type,
                          NULL);
      return FALSE;
    }
  return TRUE;
}

static gboolean
add_misplaced (const RushExpr *node, gpointer into)
{
  if (node->kind == RUSH_EXPR_AGGREGATE || node->kind == RUSH_EXPR_WINDOW ||
      (node->kind == RUSH_EXPR_FUNCTION &&
       node->as.function.function->kind == RUSH_FUNCTION_GENERATOR))
    {
      g_autofree char *text = rush_expr_to_sql (node);
      GString *list = into;

      g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", text);
      return TRUE;
    }
  return FALSE;
}

static gboolean
check_misplaced (const Check *check)
{
  const RushPlan *node = check->node;
  RushExprFlags wrong = RUSH_EXPR_HAS_AGGREGATE | RUSH_EXPR_HAS_WINDOW | RUSH_EXPR_HAS_GENERATOR;
  g_autoptr (GString) list = NULL;

  if (!(node->flags & wrong) || (node->kind != RUSH_PLAN_FILTER && node->kind != RUSH_PLAN_JOIN &&
                                 node->kind != RUSH_PLAN_SORT))
    return TRUE;
  list = g_string_new (NULL);
  rush_plan_visit_expressions (node, add_misplaced, list);
  if (node->kind == RUSH_PLAN_FILTER)
    {
      g_autofree char *condition = rush_quote_expr (node->lists[0]->items[0]);

      rush_sql_error_set (check->error, RUSH_SQL_CLASS_INVALID_WHERE_CONDITION, &node->context,
                          "condition", condition, "expressionList", list->str, NULL);
    }
  else
    rush_sql_error_set (check->error, RUSH_SQL_CLASS_UNSUPPORTED_EXPR_FOR_OPERATOR, &node->context,
                        "operator", rush_plan_kind_name (node->kind), "invalidExprSqls", list->str,
                        NULL);
  return FALSE;
}

/* GROUP BY must not aggregate, nor use windows. */
static gboolean
check_grouping (const Check *check)
{
  for (guint i = 0; i < check->node->lists[0]->n; i++)
    {
      const RushExpr *item = check->node->lists[0]->items[i];
      g_autofree char *text = rush_quote_expr (item);

      if (item->flags & RUSH_EXPR_HAS_WINDOW)
        rush_sql_error_set (check->error, RUSH_SQL_CLASS_UNSUPPORTED_EXPR_FOR_OPERATOR,
                            &check->node->context, "operator", "Aggregate", "invalidExprSqls", text,
                            NULL);
      else if (item->flags & RUSH_EXPR_HAS_AGGREGATE)
        rush_sql_error_set (check->error, RUSH_SQL_CLASS_GROUP_BY_AGGREGATE, &item->context,
                            "sqlExpr", text, NULL);
      else
        continue;
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_join (const Check *check)
{
  const RushExprList *list = check->node->lists[0];
  g_autofree char *text = NULL, *type = NULL;

  if (list->n == 0 || list->items[0]->type == &RUSH_BOOL || list->items[0]->type == NULL)
    return TRUE;
  text = rush_quote_expr (list->items[0]);
  type = rush_quote_type (list->items[0]->type);
  rush_sql_error_set (check->error, RUSH_SQL_CLASS_JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE,
                      &list->items[0]->context, "joinCondition", text, "conditionType", type, NULL);
  return FALSE;
}

static const char *
ordinal (guint i)
{
  static const char *const names[] = { "first", "second",  "third",  "fourth", "fifth",
                                       "sixth", "seventh", "eighth", "ninth",  "tenth" };

  return names[MIN (i, G_N_ELEMENTS (names) - 1)];
}

static gboolean
check_set_operation (const Check *check)
{
  const RushPlan *node = check->node;
  const RushExprList *first = node->children[0]->output;
  const char *name = node->kind == RUSH_PLAN_UNION ? "UNION"
                     : node->kind == RUSH_PLAN_INTERSECT
                         ? (node->as.setop.all ? "INTERSECT ALL" : "INTERSECT")
                     : node->as.setop.all ? "EXCEPT ALL"
                                          : "EXCEPT";

  for (guint i = 1; i < node->n_children; i++)
    {
      const RushExprList *other = node->children[i]->output;

      if (other->n != first->n)
        {
          g_autofree char *n = g_strdup_printf ("%u", first->n),
                          *m = g_strdup_printf ("%u", other->n);

          rush_sql_error_set (check->error, RUSH_SQL_CLASS_NUM_COLUMNS_MISMATCH, &node->context,
                              "operator", name, "firstNumColumns", n, "invalidOrdinalNum",
                              ordinal (i), "invalidNumColumns", m, NULL);
          return FALSE;
        }
      for (guint j = 0; j < first->n; j++)
        if (!rush_type_same_shape (first->items[j]->type, other->items[j]->type))
          {
            g_autofree char *a = rush_quote_type (other->items[j]->type);
            g_autofree char *b = rush_quote_type (first->items[j]->type);

            rush_sql_error_set (check->error, RUSH_SQL_CLASS_INCOMPATIBLE_COLUMN_TYPE,
                                &node->context, "operator", name, "columnOrdinalNumber",
                                ordinal (j), "tableOrdinalNumber", ordinal (i), "dataType1", a,
                                "dataType2", b, "hint", "", NULL);
            return FALSE;
          }
    }
  return TRUE;
}

/* How many: not null, not below 0. */
static gboolean
check_number (const Check *check, RushExpr *limit, const char *name, const char *text)
{
  g_autoptr (RushEvalContext) ctx =
      rush_eval_context_new (NULL, rush_allocator_system (), check->analysis->options->time_zone);
  g_autoptr (RushExpr) value = rush_evaluate_constant (limit, ctx, check->error);
  gint64 number;

  if (value == NULL)
    return FALSE;
  if (rush_expr_is_literal_null (value))
    {
      rush_sql_error_set (check->error, RUSH_SQL_CLASS_INVALID_LIMIT_LIKE_EXPRESSION_IS_NULL,
                          &limit->context, "name", name, "expr", text, NULL);
      return FALSE;
    }
  number = rush_column_get_int (value->as.literal.value, 0);
  if (number < 0)
    {
      g_autofree char *shown = g_strdup_printf ("%" G_GINT64_FORMAT, number);

      rush_sql_error_set (check->error, RUSH_SQL_CLASS_INVALID_LIMIT_LIKE_EXPRESSION_IS_NEGATIVE,
                          &limit->context, "name", name, "expr", text, "v", shown, NULL);
    }
  return number >= 0;
}

static gboolean
check_limit (const Check *check)
{
  RushExpr *limit = check->node->lists[0]->items[0];
  g_autofree char *text = rush_quote_expr (limit);
  const char *name = check->node->kind == RUSH_PLAN_OFFSET ? "offset" : "limit";

  if (!(limit->flags & RUSH_EXPR_FOLDABLE))
    rush_sql_error_set (check->error, RUSH_SQL_CLASS_INVALID_LIMIT_LIKE_EXPRESSION_IS_UNFOLDABLE,
                        &limit->context, "name", name, "expr", text, NULL);
  else if (limit->type != &RUSH_INT32)
    {
      g_autofree char *type = rush_quote_type (limit->type);

      rush_sql_error_set (check->error, RUSH_SQL_CLASS_INVALID_LIMIT_LIKE_EXPRESSION_DATA_TYPE,
                          &limit->context, "name", name, "expr", text, "dataType", type, NULL);
    }
  else
    return check_number (check, limit, name, text);
  return FALSE;
}

static gboolean
check_kind (const Check *check)
{
  switch ((int)check->node->kind)
    {
    case RUSH_PLAN_UNRESOLVED_RELATION:
      set_table_not_found (check);
      return FALSE;
    case RUSH_PLAN_FILTER:
      return check_filter (check) && check_misplaced (check);
    case RUSH_PLAN_JOIN:
      return check_join (check) && check_misplaced (check);
    case RUSH_PLAN_SORT:
      return check_misplaced (check);
    case RUSH_PLAN_AGGREGATE:
      return check_grouping (check) && rush_check_aggregate (check->node, check->error);
    case RUSH_PLAN_UNION:
    case RUSH_PLAN_INTERSECT:
    case RUSH_PLAN_EXCEPT:
      return check_set_operation (check);
    case RUSH_PLAN_GLOBAL_LIMIT:
    case RUSH_PLAN_OFFSET:
    case RUSH_PLAN_TAIL:
      return check_limit (check);
    default:
      return TRUE;
    }
}

static gboolean
check_plan (const RushPlan *plan, const RushAnalysis *self, GError **error)
{
  Check check = { self, plan, error };

  for (guint i = 0; i < plan->n_children; i++)
    if (!check_plan (plan->children[i], self, error))
      return FALSE;
  for (guint i = 0; i < plan->n_lists; i++)
    for (guint j = 0; j < plan->lists[i]->n; j++)
      if (!check_expression (&check, plan->lists[i]->items[j], FALSE))
        return FALSE;
  if (!check_kind (&check))
    return FALSE;
  if (!plan->resolved)
    {
      g_autofree char *text = rush_plan_node_string (plan);
      g_autofree char *message = g_strconcat ("Found the unresolved operator: ", text, NULL);

      rush_sql_error_set (error, RUSH_SQL_CLASS_INTERNAL_ERROR, &plan->context, "message", message,
                          NULL);
    }
  return plan->resolved;
}

gboolean
rush_check_analysis (RushPlan *plan, const RushAnalysis *self, GError **error)
{
  GError *problem = NULL;

  if (check_plan (plan, self, &problem))
    return TRUE;
  if (problem->domain == RUSH_SQL_ERROR && problem->code == RUSH_SQL_ERROR_ANALYSIS)
    {
      g_autofree char *tree = rush_plan_to_tree_string (plan);

      rush_sql_error_add_plan (problem, tree);
    }
  g_propagate_error (error, problem);
  return FALSE;
}
