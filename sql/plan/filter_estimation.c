/* filter_estimation.c - which part of the rows passes a filter.
 *
 *   v = 5            1 ÷ distinct values; none if 5 is outside of [min, max]
 *   v < 5            the part of [min, max] below 5, as if values were spread evenly
 *   v IN (…)         those of the list that are in [min, max] ÷ distinct values
 *   v IS NULL        nulls ÷ rows
 *   a AND b          the product: b is asked about what a leaves
 *   a OR b           a + b − a × b
 *   NOT a            1 − a
 *   anything else    all
 *
 * A conjunct also narrows what is known of its column: range, distinct values, nulls.
 *
 * Mirrors:  FilterEstimation.
 */
#include "sql/plan/estimation_private.h"

#include <math.h>

typedef struct
{
  double rows;           /* of the child */
  RushEstimate *columns; /* narrowed as conjuncts are seen */
} Filter;

#define UNKNOWN (-1.0)

static double fraction_of (Filter *self, const RushExpr *condition, gboolean update);

static double
or_all (double fraction)
{
  return fraction < 0 ? 1 : fraction;
}

/* ---- one column and one value ---- */

static double
fraction_equal (Filter *self, RushColumnEstimate *column, const RushExpr *value, gboolean update)
{
  double number;
  gboolean is_number = rush_literal_to_double (value, &number);

  if (column->n_distinct < 0)
    return UNKNOWN;
  if (is_number && column->has_range && (number < column->min || number > column->max))
    return 0;
  double fraction = column->n_distinct > 0 ? 1 / column->n_distinct : 0;
  if (update)
    {
      if (is_number && column->has_range)
        column->min = column->max = number;
      column->n_distinct = 1;
      column->n_nulls = 0;
    }
  return fraction;
}

static void
narrow (RushColumnEstimate *column, gboolean less, double value, double fraction)
{
  *(less ? &column->max : &column->min) = value;
  column->n_distinct = MAX (ceil (column->n_distinct * fraction), 1);
  column->n_nulls = 0;
}

static double
fraction_compared (RushColumnEstimate *column, RushExprKind kind, double value, gboolean update)
{
  gboolean less = kind == RUSH_EXPR_LESS || kind == RUSH_EXPR_LESS_EQUAL;
  gboolean or_equal = kind == RUSH_EXPR_LESS_EQUAL || kind == RUSH_EXPR_GREATER_EQUAL;
  double near = less ? column->min : column->max, far = less ? column->max : column->min;
  /* Distances from the end where no row passes, in the direction of more rows. */
  double passed = less ? value - near : near - value, whole = less ? far - near : near - far;
  double fraction;

  if (!column->has_range || column->n_distinct < 0)
    return UNKNOWN;
  if (or_equal ? passed < 0 : passed <= 0)
    return 0;
  if (or_equal ? passed >= whole : passed > whole)
    return 1;
  if (!or_equal && passed == whole)
    fraction = 1 - 1 / column->n_distinct;
  else if (or_equal && passed == 0)
    fraction = 1 / column->n_distinct;
  else
    fraction = passed / whole;
  if (update)
    narrow (column, less, value, fraction);
  return fraction;
}

static double
fraction_in (RushColumnEstimate *column, const RushExpr *in, gboolean update)
{
  double least = INFINITY, greatest = -INFINITY, inside = 0, value;

  if (column->n_distinct <= 0)
    return column->n_distinct == 0 ? 0 : UNKNOWN;
  for (guint i = 1; i < in->n_children; i++)
    {
      gboolean is_number = rush_literal_to_double (in->children[i], &value);
      if (rush_expr_is_literal_null (in->children[i]) ||
          (is_number && column->has_range && (value < column->min || value > column->max)))
        continue;
      inside++;
      least = is_number ? MIN (least, value) : least;
      greatest = is_number ? MAX (greatest, value) : greatest;
    }
  double fraction = MIN (inside / column->n_distinct, 1);
  if (inside == 0)
    return 0;
  if (update)
    {
      column->n_distinct = MIN (inside, column->n_distinct);
      column->n_nulls = 0;
      if (column->has_range && least <= greatest)
        {
          column->min = least;
          column->max = greatest;
        }
    }
  return fraction;
}

static double
fraction_null (Filter *self, RushColumnEstimate *column, gboolean wanted, gboolean update)
{
  double fraction;

  if (column->n_nulls < 0)
    return UNKNOWN;
  fraction = self->rows == 0 ? 0 : column->n_nulls / self->rows;
  if (update && wanted)
    {
      column->n_distinct = 0;
      column->has_range = FALSE;
    }
  else if (update)
    column->n_nulls = 0;
  return wanted ? fraction : 1 - fraction;
}

/* ---- two columns ---- */

static double
fraction_of_columns (const RushColumnEstimate *a, const RushColumnEstimate *b, RushExprKind kind)
{
  gboolean less = kind == RUSH_EXPR_LESS || kind == RUSH_EXPR_LESS_EQUAL;
  const RushColumnEstimate *low = less ? a : b, *high = less ? b : a;

  if (!a->has_range || !b->has_range)
    return UNKNOWN;
  if (kind == RUSH_EXPR_EQUAL || kind == RUSH_EXPR_EQUAL_NULL_SAFE)
    return a->max < b->min || b->max < a->min                                       ? 0
           : a->min == b->min && a->max == b->max && a->n_distinct == b->n_distinct ? 1
                                                                                    : 1.0 / 3;
  if (low->max < high->min)
    return 1;
  return low->min > high->max ? 0 : 1.0 / 3;
}

/* ---- conditions ---- */

static RushExprKind
mirrored (RushExprKind kind)
{
  switch ((int)kind)
    {
    case RUSH_EXPR_LESS:
      return RUSH_EXPR_GREATER;
    case RUSH_EXPR_LESS_EQUAL:
      return RUSH_EXPR_GREATER_EQUAL;
    case RUSH_EXPR_GREATER:
      return RUSH_EXPR_LESS;
    case RUSH_EXPR_GREATER_EQUAL:
      return RUSH_EXPR_LESS_EQUAL;
    default:
      return kind;
    }
}

static RushColumnEstimate *
column_of (Filter *self, const RushExpr *expr)
{
  return expr->kind == RUSH_EXPR_ATTRIBUTE
             ? rush_estimate_column (self->columns, rush_expr_named_id (expr))
             : NULL;
}

static double
fraction_of_comparison (Filter *self, const RushExpr *node, gboolean update)
{
  RushColumnEstimate *left = column_of (self, node->children[0]);
  RushColumnEstimate *right = column_of (self, node->children[1]);
  const RushExpr *constant = node->children[left != NULL ? 1 : 0];
  RushExprKind kind = left != NULL ? node->kind : mirrored (node->kind);
  double value;

  if (left != NULL && right != NULL)
    return fraction_of_columns (left, right, node->kind);
  if ((left == NULL && right == NULL) || constant->kind != RUSH_EXPR_LITERAL ||
      rush_expr_is_literal_null (constant))
    return UNKNOWN;
  RushColumnEstimate *column = left != NULL ? left : right;
  if (kind == RUSH_EXPR_EQUAL || kind == RUSH_EXPR_EQUAL_NULL_SAFE)
    return fraction_equal (self, column, constant, update);
  return rush_literal_to_double (constant, &value) ? fraction_compared (column, kind, value, update)
                                                   : UNKNOWN;
}

static double
fraction_of_single (Filter *self, const RushExpr *node, gboolean update)
{
  RushColumnEstimate *column = node->n_children > 0 ? column_of (self, node->children[0]) : NULL;

  switch ((int)node->kind)
    {
    case RUSH_EXPR_LITERAL:
      return rush_expr_is_true (node) ? 1 : 0;
    case RUSH_EXPR_IS_NULL:
    case RUSH_EXPR_IS_NOT_NULL:
      return column != NULL ? fraction_null (self, column, node->kind == RUSH_EXPR_IS_NULL, update)
                            : UNKNOWN;
    case RUSH_EXPR_IN:
      for (guint i = 1; i < node->n_children; i++)
        if (node->children[i]->kind != RUSH_EXPR_LITERAL)
          return UNKNOWN;
      return column != NULL ? fraction_in (column, node, update) : UNKNOWN;
    case RUSH_EXPR_EQUAL:
    case RUSH_EXPR_EQUAL_NULL_SAFE:
    case RUSH_EXPR_LESS:
    case RUSH_EXPR_LESS_EQUAL:
    case RUSH_EXPR_GREATER:
    case RUSH_EXPR_GREATER_EQUAL:
      return fraction_of_comparison (self, node, update);
    default:
      return UNKNOWN;
    }
}

/* NOT of what is no AND or OR. */
static double
fraction_not (Filter *self, const RushExpr *inner)
{
  double a, b;

  if (inner->kind == RUSH_EXPR_NOT)
    return fraction_of (self, inner->children[0], FALSE);
  if (inner->kind == RUSH_EXPR_AND || inner->kind == RUSH_EXPR_OR)
    {
      a = or_all (fraction_not (self, inner->children[0]));
      b = or_all (fraction_not (self, inner->children[1]));
      return inner->kind == RUSH_EXPR_AND ? a + b - a * b : a * b;
    }
  a = fraction_of_single (self, inner, FALSE);
  return a < 0 ? UNKNOWN : 1 - a;
}

static double
fraction_of (Filter *self, const RushExpr *condition, gboolean update)
{
  double a, b;

  switch ((int)condition->kind)
    {
    case RUSH_EXPR_AND:
      a = or_all (fraction_of (self, condition->children[0], update));
      b = or_all (fraction_of (self, condition->children[1], update));
      return a * b;
    case RUSH_EXPR_OR:
      a = or_all (fraction_of (self, condition->children[0], FALSE));
      b = or_all (fraction_of (self, condition->children[1], FALSE));
      return a + b - a * b;
    case RUSH_EXPR_NOT:
      return fraction_not (self, condition->children[0]);
    default:
      return fraction_of_single (self, condition, update);
    }
}

gboolean
rush_estimate_filter (const RushPlan *filter, const RushEstimate *child, RushEstimate *out)
{
  Filter self = { child->row_count, out };

  if (child->row_count < 0)
    return FALSE;
  rush_estimate_copy_columns (out, child);
  double fraction = or_all (fraction_of (&self, filter->lists[0]->items[0], TRUE));
  out->row_count = ceil (child->row_count * fraction);
  if (out->row_count == 0)
    out->n_columns = 0;
  for (guint i = 0; i < out->n_columns; i++)
    {
      RushColumnEstimate *column = &out->columns[i];
      const RushColumnEstimate *before = rush_estimate_column (child, column->id);
      column->n_distinct =
          rush_scaled (child->row_count, out->row_count, before->n_distinct, column->n_distinct);
      column->n_nulls =
          rush_scaled (child->row_count, out->row_count, before->n_nulls, column->n_nulls);
    }
  out->size_bytes = rush_estimated_size (filter->output, out->row_count, out);
  return TRUE;
}
