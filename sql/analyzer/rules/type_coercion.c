/* type_coercion.c - TypeCoercion: casts where operands of different types meet.
 *
 *   (v#1L + 1)      →  (v#1L + cast(1 as bigint))
 *   (d#2 * 3)       →  (d#2 * cast(3 as decimal(1,0)))        an integer literal: its own digits
 *   (2 / 3)         →  (cast(2 as double) / cast(3 as double))
 *   s#4 = 1         →  (cast(s#4 as bigint) = cast(1 as bigint))
 *   CASE … v#1L … 0 →  CASE … v#1L … cast(0 as bigint)
 *
 * Looks at expressions whose operands have types and which have none: there the operands do not
 * fit. What still has none afterwards is an error of check_types.c.
 *
 * Mirrors: AnsiTypeCoercion, TypeCoercion and their rules Division, IntegralDivision, InConversion,
 * CaseWhenCoercion, IfCoercion, FunctionArgumentConversion,
 DecimalPrecisionTypeCoercion. */
#include "sql/analyzer/analysis_private.h"
#include "sql/types/decimal.h"

/* ── two operands ── */

typedef struct
{
  const RushAnalysis *analysis;
  RushExpr *left, *right; /* (owned) */
} Pair;

static void
cast_left (Pair *pair, const RushType *type)
{
  pair->left = rush_analysis_cast (pair->analysis, pair->left, type);
}

static void
cast_right (Pair *pair, const RushType *type)
{
  pair->right = rush_analysis_cast (pair->analysis, pair->right, type);
}

static void
cast_both (Pair *pair, const RushType *type)
{
  cast_left (pair, type);
  cast_right (pair, type);
}

static gboolean
is_decimal (const RushExpr *expr)
{
  return expr->type->kind == RUSH_TYPE_DECIMAL;
}

/* The decimal an integer becomes beside a decimal: a literal has as many digits as it is written
 * with. */
static const RushType *
decimal_for (const RushExpr *integer)
{
  if (integer->kind == RUSH_EXPR_LITERAL && !rush_expr_is_literal_null (integer))
    return rush_decimal_of_value (rush_column_get_int (integer->as.literal.value, 0), 0);
  return rush_decimal_for_type (integer->type);
}

static void
meet_decimal (Pair *pair)
{
  if (is_decimal (pair->left) && rush_type_is_integral (pair->right->type))
    cast_right (pair, decimal_for (pair->right));
  else if (is_decimal (pair->right) && rush_type_is_integral (pair->left->type))
    cast_left (pair, decimal_for (pair->left));
  else if (is_decimal (pair->left) != is_decimal (pair->right) &&
           rush_type_is_numeric (pair->left->type) && rush_type_is_numeric (pair->right->type))
    cast_both (pair, &RUSH_FLOAT64);
}

static gboolean
is_number_or_null (const RushType *type)
{
  return rush_type_is_numeric (type) || type == &RUSH_NULL;
}

/* ── arithmetic ── */

static const RushType *
string_number (const RushAnalysis *self, const RushExpr *other)
{
  return self->options->ansi && rush_type_is_integral (other->type) ? &RUSH_INT64 : &RUSH_FLOAT64;
}

static void
numbers_of_strings (Pair *pair)
{
  const RushAnalysis *self = pair->analysis;
  gboolean left = pair->left->type == &RUSH_STRING, right = pair->right->type == &RUSH_STRING;

  if (left && right && !self->options->ansi)
    cast_both (pair, &RUSH_FLOAT64);
  else if (left && rush_type_is_numeric (pair->right->type))
    cast_left (pair, string_number (self, pair->right));
  else if (right && rush_type_is_numeric (pair->left->type))
    cast_right (pair, string_number (self, pair->left));
}

static void
meet_arithmetic (Pair *pair, RushExprKind kind)
{
  numbers_of_strings (pair);
  if (!is_number_or_null (pair->left->type) || !is_number_or_null (pair->right->type))
    return;
  if (pair->left->type == &RUSH_NULL && pair->right->type == &RUSH_NULL)
    cast_both (pair, &RUSH_FLOAT64);
  if (pair->left->type == &RUSH_NULL)
    cast_left (pair, pair->right->type);
  if (pair->right->type == &RUSH_NULL)
    cast_right (pair, pair->left->type);
  meet_decimal (pair);
  if (is_decimal (pair->left) && is_decimal (pair->right))
    return;
  if (kind == RUSH_EXPR_DIVIDE)
    cast_both (pair, &RUSH_FLOAT64);
  else if (kind == RUSH_EXPR_INTEGRAL_DIVIDE)
    cast_both (pair, &RUSH_INT64);
  else
    {
      const RushType *type =
          rush_analysis_tightest_type (pair->analysis, pair->left->type, pair->right->type);

      if (type != NULL)
        cast_both (pair, type);
    }
}

/* ── comparisons ── */

/* Legacy: a string beside a number or a date is read as one. */
static const RushType *
compared_type (const RushAnalysis *self, const RushType *a, const RushType *b)
{
  if (!self->options->ansi && (a == &RUSH_STRING) != (b == &RUSH_STRING))
    {
      const RushType *other = a == &RUSH_STRING ? b : a;

      if (other->n_fields == 0 && other != &RUSH_NULL && other != &RUSH_BINARY)
        return other;
    }
  return rush_analysis_wider_type (self, a, b);
}

static void
meet_comparison (Pair *pair)
{
  const RushType *type;

  meet_decimal (pair);
  type = compared_type (pair->analysis, pair->left->type, pair->right->type);
  if (type != NULL)
    cast_both (pair, type);
}

/* ── lists ── */

static GPtrArray *
pick (const RushExpr *node, guint first, guint step)
{
  GPtrArray *values = g_ptr_array_new ();

  for (guint i = first; i < node->n_children; i += step)
    g_ptr_array_add (values, node->children[i]);
  return values;
}

/* Casts children first, first + step …; @force: also those that are of that type already, as
 * Spark does for IN. */
static RushExpr *
cast_children (const RushAnalysis *self, RushExpr *node, const RushType *type, guint first,
               guint step, gboolean force)
{
  g_autofree RushExpr **children = g_new (RushExpr *, node->n_children);

  for (guint i = 0; i < node->n_children; i++)
    children[i] = rush_expr_ref (node->children[i]);
  for (guint i = first; i < node->n_children; i += step)
    children[i] = force && children[i]->type == type
                      ? rush_expr_cast (children[i], type, self->mode, NULL, FALSE)
                      : rush_analysis_cast (self, children[i], type);
  return rush_expr_with_children (node, children);
}

static RushExpr *
meet_list (const RushAnalysis *self, RushExpr *node, guint first, guint step, gboolean force)
{
  g_autoptr (GPtrArray) values = pick (node, first, step);
  const RushType *type = rush_analysis_wider_of (self, values);

  return type != NULL ? cast_children (self, node, type, first, step, force) : rush_expr_ref (node);
}

static RushExpr *
meet_case (const RushAnalysis *self, RushExpr *node)
{
  g_autoptr (GPtrArray) values = pick (node, 1, 2);
  g_autoptr (RushExpr) branches = NULL;
  guint n = node->n_children;
  const RushType *type;

  if (n % 2 == 1)
    g_ptr_array_add (values, node->children[n - 1]);
  type = rush_analysis_wider_of (self, values);
  if (type == NULL)
    return rush_expr_ref (node);
  branches = cast_children (self, node, type, 1, 2, FALSE);
  return n % 2 == 1 ? cast_children (self, branches, type, n - 1, 1, FALSE)
                    : g_steal_pointer (&branches);
}

static RushExpr *
nulls_to (const RushAnalysis *self, RushExpr *node, const RushType *type)
{
  g_autofree RushExpr **children = g_new (RushExpr *, node->n_children);

  for (guint i = 0; i < node->n_children; i++)
    {
      children[i] = rush_expr_ref (node->children[i]);
      if (children[i]->type == &RUSH_NULL ||
          (type == &RUSH_BOOL && children[i]->type == &RUSH_STRING && self->options->ansi &&
           children[i]->kind == RUSH_EXPR_LITERAL))
        children[i] = rush_analysis_cast (self, children[i], type);
    }
  return rush_expr_with_children (node, children);
}

static RushExpr *
meet_like (const RushAnalysis *self, RushExpr *node)
{
  g_autofree RushExpr **children = g_new (RushExpr *, node->n_children);

  for (guint i = 0; i < node->n_children; i++)
    children[i] = node->children[i]->type->n_fields == 0
                      ? rush_analysis_cast (self, rush_expr_ref (node->children[i]), &RUSH_STRING)
                      : rush_expr_ref (node->children[i]);
  return rush_expr_with_children (node, children);
}

/* Both sides of IN (SELECT …): casts on the left, a projection with casts on the right. */
static RushExpr *
meet_subquery (const RushAnalysis *self, RushExpr *node)
{
  RushPlan *plan = node->as.subquery.plan;
  guint n = node->as.subquery.n_values;
  g_autofree RushExpr **children = NULL;
  g_autoptr (GPtrArray) columns = NULL;
  g_autoptr (RushExpr) left = NULL;

  if (!plan->resolved || plan->output->n != n)
    return rush_expr_ref (node);
  children = g_new (RushExpr *, node->n_children);
  columns = rush_expr_array_new ();
  for (guint i = 0; i < node->n_children; i++)
    children[i] = rush_expr_ref (node->children[i]);
  for (guint i = 0; i < n; i++)
    {
      RushExpr *column = plan->output->items[i];
      const RushType *type = compared_type (self, children[i]->type, column->type);

      if (type == NULL)
        type = column->type;
      else
        children[i] = rush_analysis_cast (self, children[i], type);
      g_ptr_array_add (
          columns, column->type == type
                       ? rush_expr_ref (column)
                       : rush_expr_alias (rush_analysis_cast (self, rush_expr_ref (column), type),
                                          column->as.attribute.name, 0));
    }
  left = rush_expr_with_children (node, children);
  return rush_expr_with_plan (
      left, rush_plan_project (rush_expr_list_from_array (g_steal_pointer (&columns)),
                               rush_plan_ref (plan)));
}

/* ── the rule ── */

static RushExpr *
with_pair (const RushAnalysis *self, RushExpr *node, gboolean comparison)
{
  Pair pair = { self, rush_expr_ref (node->children[0]), rush_expr_ref (node->children[1]) };

  if (comparison)
    meet_comparison (&pair);
  else
    meet_arithmetic (&pair, node->kind);
  return rush_expr_with_children (node, (RushExpr *[]){ pair.left, pair.right });
}

static gboolean
has_typed_children (const RushExpr *node)
{
  for (guint i = 0; i < node->n_children; i++)
    if (!rush_expr_is_resolved (node->children[i]) || node->children[i]->type == NULL)
      return FALSE;
  return node->n_children > 0;
}

static RushExpr *
coerce (RushExpr *node, gpointer data, GError **error)
{
  const RushAnalysis *self = data;

  if (node->type != NULL || !has_typed_children (node))
    return rush_expr_ref (node);
  switch ((int)node->kind)
    {
    case RUSH_EXPR_ADD:
    case RUSH_EXPR_SUBTRACT:
    case RUSH_EXPR_MULTIPLY:
    case RUSH_EXPR_DIVIDE:
    case RUSH_EXPR_INTEGRAL_DIVIDE:
    case RUSH_EXPR_REMAINDER:
      return with_pair (self, node, FALSE);
    case RUSH_EXPR_EQUAL:
    case RUSH_EXPR_EQUAL_NULL_SAFE:
    case RUSH_EXPR_LESS:
    case RUSH_EXPR_LESS_EQUAL:
    case RUSH_EXPR_GREATER:
    case RUSH_EXPR_GREATER_EQUAL:
      return with_pair (self, node, TRUE);
    case RUSH_EXPR_NEGATE:
      if (node->children[0]->type == &RUSH_STRING || node->children[0]->type == &RUSH_NULL)
        return cast_children (self, node, &RUSH_FLOAT64, 0, 1, FALSE);
      break;
    case RUSH_EXPR_IN:
      return meet_list (self, node, 0, 1, TRUE);
    case RUSH_EXPR_COALESCE:
      return meet_list (self, node, 0, 1, FALSE);
    case RUSH_EXPR_IF:
      if (node->children[0]->type == &RUSH_NULL)
        {
          g_autoptr (RushExpr) known = cast_children (self, node, &RUSH_BOOL, 0, 3, FALSE);
          return meet_list (self, known, 1, 1, FALSE);
        }
      return meet_list (self, node, 1, 1, FALSE);
    case RUSH_EXPR_CASE_WHEN:
      return meet_case (self, node);
    case RUSH_EXPR_AND:
    case RUSH_EXPR_OR:
    case RUSH_EXPR_NOT:
      return nulls_to (self, node, &RUSH_BOOL);
    case RUSH_EXPR_LIKE:
      return meet_like (self, node);
    case RUSH_EXPR_IN_SUBQUERY:
      return meet_subquery (self, node);
    default:
      break;
    }
  return rush_expr_ref (node);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_all_expressions (plan, coerce, data, error);
}

const RushRule rush_rule_type_coercion = { "TypeCoercion", apply };
