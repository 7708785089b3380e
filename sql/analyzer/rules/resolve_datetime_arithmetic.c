/* resolve_datetime_arithmetic.c - BinaryArithmeticWithDatetimeResolver: + and − with dates and
 * times.
 *
 *   dt#1 + 1                            →  date_add(dt#1, 1)
 *   dt#1 − 1                            →  date_sub(dt#1, 1)
 *   INTERVAL '1' DAY + dt#1             →  dt#1 + INTERVAL '1' DAY
 *   dt#1 + INTERVAL '1' HOUR            →  cast(dt#1 as timestamp) + INTERVAL '1' HOUR
 *   ts#2 − dt#1                         →  ts#2 − cast(dt#1 as timestamp)
 *   dt#1 − '2020-01-01'                 →  dt#1 − cast(2020-01-01 as date)
 *   2 * INTERVAL '1' DAY                →  INTERVAL '1' DAY * 2
 *
 * What then has a type is computed by ADD, SUBTRACT, MULTIPLY and DIVIDE themselves
 * (sql/plan/expression_type.c has the table).
 *
 * Mirrors: BinaryArithmeticWithDatetimeResolver.
 */
#include "sql/analyzer/analysis_private.h"

static gboolean
is_interval (const RushType *type)
{
  return type->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL || type->kind == RUSH_TYPE_DAY_TIME_INTERVAL ||
         type->kind == RUSH_TYPE_CALENDAR_INTERVAL;
}

static gboolean
is_time (const RushType *type)
{
  return type == &RUSH_DATE || type == &RUSH_TIMESTAMP || type == &RUSH_TIMESTAMP_NTZ;
}

static RushExpr *
with (RushExpr *node, RushExpr *left, RushExpr *right)
{
  return rush_expr_with_children (node, (RushExpr *[]){ left, right });
}

static RushExpr *
as_type (const RushAnalysis *self, RushExpr *expr, const RushType *type)
{
  return rush_analysis_cast (self, rush_expr_ref (expr), type);
}

/* date ± days; NULL with @error, or unset: these are not days. */
static RushExpr *
add_days (const RushAnalysis *self, RushExpr *node, RushExpr *date, RushExpr *days, GError **error)
{
  RushExpr *args[2];

  if (!rush_type_is_integral (days->type) || days->type == &RUSH_INT64)
    return rush_expr_ref (node);
  args[0] = rush_expr_ref (date);
  args[1] = rush_expr_ref (days);
  return rush_analysis_call (self, node->kind == RUSH_EXPR_ADD ? "date_add" : "date_sub", 2, args,
                             error);
}

/* date + 'x': not a number of days, and not one that a string becomes by itself. */
static void
set_no_days (GError **error, const RushExpr *node)
{
  const char *name = node->kind == RUSH_EXPR_ADD ? "date_add" : "date_sub";
  g_autofree char *date = rush_expr_to_pretty_sql (node->children[0]);
  g_autofree char *days = rush_expr_to_pretty_sql (node->children[1]);
  g_autofree char *call = g_strdup_printf ("\"%s(%s, %s)\"", name, date, days);
  g_autofree char *input = rush_quote_expr (node->children[1]);
  g_autofree char *type = rush_quote_type (node->children[1]->type);

  rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_UNEXPECTED_INPUT_TYPE, &node->context,
                      "sqlExpr", call, "paramIndex", "second", "requiredType",
                      "(\"INT\" or \"SMALLINT\" or \"TINYINT\")", "inputSql", input, "inputType",
                      type, NULL);
}

/* month + day: only a time has both. */
static void
set_no_time (GError **error, const RushExpr *node)
{
  g_autofree char *left = rush_expr_to_pretty_sql (node->children[0]);
  g_autofree char *right = rush_expr_to_pretty_sql (node->children[1]);
  g_autofree char *sum =
      g_strdup_printf ("\"%s %s %s\"", left, node->kind == RUSH_EXPR_ADD ? "+" : "-", right);
  g_autofree char *input = rush_quote_expr (node->children[0]);
  g_autofree char *type = rush_quote_type (node->children[0]->type);

  rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_UNEXPECTED_INPUT_TYPE, &node->context,
                      "sqlExpr", sum, "paramIndex", "first", "requiredType",
                      "(\"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)\" or \"(TIMESTAMP_LTZ(P) OR "
                      "TIMESTAMP_NTZ(P) WITH P IN [7, 9])\")",
                      "inputSql", input, "inputType", type, NULL);
}

static RushExpr *
date_and (const RushAnalysis *self, RushExpr *node, GError **error)
{
  RushExpr *left = node->children[0], *right = node->children[1];

  if (right->type->kind == RUSH_TYPE_DAY_TIME_INTERVAL)
    return with (node, as_type (self, left, &RUSH_TIMESTAMP), rush_expr_ref (right));
  if (node->kind == RUSH_EXPR_ADD && right->type == &RUSH_STRING && self->options->ansi)
    {
      set_no_days (error, node);
      return NULL;
    }
  if (node->kind == RUSH_EXPR_SUBTRACT && right->type == &RUSH_STRING)
    return with (node, rush_expr_ref (left), as_type (self, right, &RUSH_DATE));
  return add_days (self, node, left, right, error);
}

static RushExpr *
resolve_sum (const RushAnalysis *self, RushExpr *node, GError **error)
{
  RushExpr *left = node->children[0], *right = node->children[1];
  gboolean add = node->kind == RUSH_EXPR_ADD;

  if (add && (is_interval (left->type) || rush_type_is_integral (left->type)) &&
      is_time (right->type))
    return with (node, rush_expr_ref (right), rush_expr_ref (left));
  if (!add && is_time (left->type) && is_time (right->type))
    {
      const RushType *type = rush_analysis_tightest_type (self, left->type, right->type);

      return with (node, as_type (self, left, type), as_type (self, right, type));
    }
  if (!add && left->type == &RUSH_STRING && is_time (right->type))
    return with (node, as_type (self, left, right->type), rush_expr_ref (right));
  if (left->type == &RUSH_DATE)
    return date_and (self, node, error);
  if (!add && is_time (left->type) && right->type == &RUSH_STRING)
    return with (node, rush_expr_ref (left), as_type (self, right, left->type));
  if (left->type == &RUSH_STRING && is_interval (right->type))
    return with (node, as_type (self, left, &RUSH_TIMESTAMP), rush_expr_ref (right));
  if (is_interval (left->type) && is_interval (right->type) &&
      left->type->kind != right->type->kind && self->options->ansi)
    {
      set_no_time (error, node);
      return NULL;
    }
  if (is_interval (left->type) && right->type == &RUSH_NULL)
    return with (node, rush_expr_ref (left), as_type (self, right, left->type));
  return rush_expr_ref (node);
}

static RushExpr *
resolve_product (const RushAnalysis *self, RushExpr *node)
{
  RushExpr *left = node->children[0], *right = node->children[1];

  if (is_interval (left->type) && (right->type == &RUSH_STRING || right->type == &RUSH_NULL))
    return with (node, rush_expr_ref (left), as_type (self, right, &RUSH_FLOAT64));
  return rush_expr_ref (node);
}

static RushExpr *
resolve (RushExpr *node, gpointer data, GError **error)
{
  const RushAnalysis *self = data;

  if (node->type != NULL || node->n_children != 2 ||
      !(node->children[0]->flags & node->children[1]->flags & RUSH_EXPR_RESOLVED))
    return rush_expr_ref (node);
  if (node->kind == RUSH_EXPR_ADD || node->kind == RUSH_EXPR_SUBTRACT)
    return resolve_sum (self, node, error);
  if (node->kind == RUSH_EXPR_MULTIPLY || node->kind == RUSH_EXPR_DIVIDE)
    return resolve_product (self, node);
  return rush_expr_ref (node);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_all_expressions (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_datetime_arithmetic = { "ResolveBinaryArithmetic", apply };
