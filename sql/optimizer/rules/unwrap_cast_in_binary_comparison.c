/* unwrap_cast_in_binary_comparison.c - a column is compared as it is, and the constant is cast.
 *
 *   (cast(k#1 as bigint) > 5)             →  (k#1 > 5)
 *   (cast(k#1 as bigint) > 3000000000)    →  isnull(k#1) AND null      k is an int: never true
 *   (cast(k#1 as decimal(11,1)) < 1.5)    →  (k#1 <= 1)                the constant is rounded
 *   (cast(ts#2 as date) = 2020-01-01)     →  ts#2 >= 2020-01-01 00:00 AND ts#2 < 2020-01-02 00:00
 *
 * A source can skip rows by a condition on a column, and cannot by one on a cast.  The cast must
 * keep all values of the column apart and in order (an up-cast of numbers).  A null column must
 * stay null in the result: "null where the column is, else false" is isnull(k) AND null.
 *
 *   the constant is     above all values    the largest     the smallest    below all values
 *   =, <=>              false               =               =               false
 *   <                   true                <> largest      false           false
 *   <=                  true                true            = smallest      false
 */
#include "sql/optimizer/optimizer_private.h"

#include "sql/types/type_rules.h"

/* ---- constants ---- */

static RushExpr *
cast_constant (RushExpr *constant, const RushType *type, RushEvalMode mode, RushOptimization *self)
{
  g_autoptr (RushExpr) cast =
      rush_expr_cast (rush_expr_ref (constant), type, mode, self->options->time_zone, FALSE);

  return rush_evaluate_constant (cast, self->evaluation, NULL);
}

/* -1, 0, 1; two literals of one type. */
static gint
compare (RushExpr *a, RushExpr *b, RushOptimization *self)
{
  static const RushExprKind kinds[] = { RUSH_EXPR_LESS, RUSH_EXPR_GREATER };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (RushExpr) test = rush_expr_binary (kinds[i], rush_expr_ref (a), rush_expr_ref (b));
      g_autoptr (RushExpr) holds = rush_evaluate_constant (test, self->evaluation, NULL);
      if (holds != NULL && rush_expr_is_true (holds))
        return i == 0 ? -1 : 1;
    }
  return 0;
}

/* The smallest and the largest integer of a type; NULL: it has no such range. */
static RushExpr *
bound_of (const RushType *type, gboolean largest)
{
  guint bits = 8 * type->value_bytes;

  if (!rush_type_is_integral (type))
    return NULL;
  gint64 most = bits >= 64 ? G_MAXINT64 : ((gint64)1 << (bits - 1)) - 1;
  return rush_expr_literal_int (type, largest ? most : -most - 1);
}

/* ---- results ---- */

static RushExpr *
false_if_not_null (RushExpr *column)
{
  return rush_expr_binary (RUSH_EXPR_AND, rush_expr_unary (RUSH_EXPR_IS_NULL, column),
                           rush_expr_literal_null (&RUSH_BOOL));
}

static RushExpr *
true_if_not_null (RushExpr *column)
{
  return rush_expr_binary (RUSH_EXPR_OR, rush_expr_unary (RUSH_EXPR_IS_NOT_NULL, column),
                           rush_expr_literal_null (&RUSH_BOOL));
}

static RushExpr *
never (RushExprKind kind, RushExpr *column)
{
  return kind == RUSH_EXPR_EQUAL_NULL_SAFE ? rush_expr_literal_bool (FALSE)
                                           : false_if_not_null (rush_expr_ref (column));
}

static RushExpr *
compared (RushExprKind kind, RushExpr *column, RushExpr *constant)
{
  return rush_expr_binary (kind, rush_expr_ref (column), rush_expr_ref (constant));
}

/* The constant is above, or below, all that the column can be. */
static RushExpr *
beyond (RushExprKind kind, RushExpr *column, gboolean above)
{
  gboolean less = kind == RUSH_EXPR_LESS || kind == RUSH_EXPR_LESS_EQUAL;
  gboolean greater = kind == RUSH_EXPR_GREATER || kind == RUSH_EXPR_GREATER_EQUAL;

  return above ? (less ? true_if_not_null (rush_expr_ref (column)) : never (kind, column))
               : (greater ? true_if_not_null (rush_expr_ref (column)) : never (kind, column));
}

/* The constant is the largest, or the smallest, value of the column's type. */
static RushExpr *
at_the_end (RushExprKind kind, RushExpr *column, RushExpr *end, gboolean largest)
{
  RushExprKind outside = largest ? RUSH_EXPR_GREATER : RUSH_EXPR_LESS;
  RushExprKind all = largest ? RUSH_EXPR_LESS_EQUAL : RUSH_EXPR_GREATER_EQUAL;
  RushExprKind others = largest ? RUSH_EXPR_LESS : RUSH_EXPR_GREATER;

  if (kind == outside)
    return never (kind, column);
  if (kind == all)
    return true_if_not_null (rush_expr_ref (column));
  if (kind == others)
    return rush_expr_unary (RUSH_EXPR_NOT, compared (RUSH_EXPR_EQUAL, column, end));
  return compared (kind == RUSH_EXPR_EQUAL_NULL_SAFE ? kind : RUSH_EXPR_EQUAL, column, end);
}

/* The constant lies between two values of the column's type; @rounded is the next one below it, or
 * above it if @up. */
static RushExpr *
between_values (RushExprKind kind, RushExpr *column, RushExpr *rounded, gboolean up)
{
  switch ((int)kind)
    {
    case RUSH_EXPR_LESS:
    case RUSH_EXPR_LESS_EQUAL:
      return compared (up ? RUSH_EXPR_LESS : RUSH_EXPR_LESS_EQUAL, column, rounded);
    case RUSH_EXPR_GREATER:
    case RUSH_EXPR_GREATER_EQUAL:
      return compared (up ? RUSH_EXPR_GREATER_EQUAL : RUSH_EXPR_GREATER, column, rounded);
    default:
      return never (kind, column);
    }
}

/* ---- numbers ---- */

/* NULL: no. (transfer full) */
static RushExpr *
unwrap_number (RushExprKind kind, RushExpr *cast, RushExpr *constant, RushOptimization *self)
{
  RushExpr *column = cast->children[0];

  for (guint largest = 0; largest < 2; largest++)
    {
      g_autoptr (RushExpr) end = bound_of (column->type, largest);
      g_autoptr (RushExpr) wide =
          end != NULL ? cast_constant (end, cast->type, RUSH_EVAL_LEGACY, self) : NULL;
      if (wide == NULL)
        continue;
      gint order = compare (constant, wide, self);
      if (order == 0)
        return at_the_end (kind, column, end, largest);
      if (order == (largest ? 1 : -1))
        return beyond (kind, column, largest);
    }
  g_autoptr (RushExpr) narrow = cast_constant (constant, column->type, RUSH_EVAL_TRY, self);
  if (narrow == NULL || rush_expr_is_literal_null (narrow))
    return NULL;
  g_autoptr (RushExpr) back = cast_constant (narrow, cast->type, RUSH_EVAL_LEGACY, self);
  if (back == NULL || rush_expr_is_literal_null (back))
    return NULL;
  gint order = compare (constant, back, self);
  return order == 0 ? compared (kind, column, narrow)
                    : between_values (kind, column, narrow, order < 0);
}

static gboolean
is_wrapped_number (const RushExpr *expr, const RushExpr *constant)
{
  if (expr->kind != RUSH_EXPR_CAST || constant->kind != RUSH_EXPR_LITERAL ||
      rush_expr_is_literal_null (constant))
    return FALSE;
  const RushType *from = expr->children[0]->type;
  return rush_type_is_numeric (from) && rush_type_is_numeric (expr->type) &&
         constant->type == expr->type && !(expr->children[0]->flags & RUSH_EXPR_FOLDABLE) &&
         rush_type_can_up_cast (from, expr->type);
}

/* ---- days ---- */

static RushExpr *
unwrap_day (RushExprKind kind, RushExpr *cast, RushExpr *day, RushOptimization *self)
{
  RushExpr *column = cast->children[0];
  g_autoptr (RushExpr) tomorrow =
      rush_expr_literal_int (&RUSH_DATE, rush_column_get_int (day->as.literal.value, 0) + 1);
  g_autoptr (RushExpr) start = cast_constant (day, column->type, cast->mode, self);
  g_autoptr (RushExpr) end = cast_constant (tomorrow, column->type, cast->mode, self);

  if (start == NULL || end == NULL)
    return NULL;
  switch ((int)kind)
    {
    case RUSH_EXPR_EQUAL:
      return rush_expr_binary (RUSH_EXPR_AND, compared (RUSH_EXPR_GREATER_EQUAL, column, start),
                               compared (RUSH_EXPR_LESS, column, end));
    case RUSH_EXPR_LESS:
      return compared (RUSH_EXPR_LESS, column, start);
    case RUSH_EXPR_LESS_EQUAL:
      return compared (RUSH_EXPR_LESS, column, end);
    case RUSH_EXPR_GREATER:
      return compared (RUSH_EXPR_GREATER_EQUAL, column, end);
    case RUSH_EXPR_GREATER_EQUAL:
      return compared (RUSH_EXPR_GREATER_EQUAL, column, start);
    default:
      return NULL;
    }
}

static gboolean
is_wrapped_day (const RushExpr *expr, const RushExpr *constant)
{
  if (expr->kind != RUSH_EXPR_CAST || constant->kind != RUSH_EXPR_LITERAL ||
      rush_expr_is_literal_null (constant))
    return FALSE;
  const RushType *from = expr->children[0]->type;
  return expr->type->kind == RUSH_TYPE_DATE && constant->type->kind == RUSH_TYPE_DATE &&
         (from->kind == RUSH_TYPE_TIMESTAMP || from->kind == RUSH_TYPE_TIMESTAMP_NTZ) &&
         !(expr->children[0]->flags & RUSH_EXPR_FOLDABLE);
}

/* ---- lists ---- */

/* What can never be equal goes; NULL: the list stays. */
static RushExpr *
unwrap_list (RushExpr *node, RushOptimization *self)
{
  RushExpr *cast = node->children[0], *column;
  g_autoptr (GPtrArray) items = rush_expr_ptr_array ();

  if (cast->kind != RUSH_EXPR_CAST)
    return NULL;
  column = cast->children[0];
  g_ptr_array_add (items, rush_expr_ref (column));
  for (guint i = 1; i < node->n_children; i++)
    {
      RushExpr *value = node->children[i];
      if (rush_expr_is_literal_null (value))
        {
          g_ptr_array_add (items, rush_expr_literal_null (column->type));
          continue;
        }
      g_autoptr (RushExpr) equal = is_wrapped_number (cast, value)
                                       ? unwrap_number (RUSH_EXPR_EQUAL, cast, value, self)
                                       : NULL;
      if (equal == NULL)
        return NULL;
      if (equal->kind == RUSH_EXPR_EQUAL)
        g_ptr_array_add (items, rush_expr_ref (equal->children[1]));
    }
  if (items->len == 1)
    return false_if_not_null (rush_expr_ref (column));
  RushExpr *made = rush_expr_new (RUSH_EXPR_IN, items->len, (RushExpr *const *)items->pdata);
  g_ptr_array_set_free_func (items, NULL);
  return made;
}

/* ---- the rule ---- */

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

static RushExpr *
rewrite (RushExpr *node, gpointer data, GError **error)
{
  RushExpr *made = NULL;

  if (node->kind == RUSH_EXPR_IN)
    made = unwrap_list (node, data);
  else if (node->kind >= RUSH_EXPR_EQUAL && node->kind <= RUSH_EXPR_GREATER_EQUAL)
    for (guint side = 0; side < 2 && made == NULL; side++)
      {
        RushExprKind kind = side == 0 ? node->kind : mirrored (node->kind);
        RushExpr *cast = node->children[side], *constant = node->children[1 - side];
        if (is_wrapped_number (cast, constant))
          made = unwrap_number (kind, cast, constant, data);
        else if (is_wrapped_day (cast, constant))
          made = unwrap_day (kind, cast, constant, data);
      }
  return made != NULL ? made : rush_expr_ref (node);
}

RUSH_EXPR_RULE_UP (unwrap_cast_in_binary_comparison, "UnwrapCastInBinaryComparison");
