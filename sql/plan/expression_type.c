/* expression_type.c - what a node is, found from its children: type, nullability, flags.
 *
 *   MULTIPLY decimal(15,2), decimal(16,2)  →  decimal(32,4)
 *   EQUAL int, int                         →  boolean
 *   EQUAL int, string                      →  none: the analyzer has to put a cast in first
 *
 * A node has a type only if its operands fit as they are, which is what "resolved" means for the
 * analyzer: type coercion looks for nodes whose children have types and which have none themselves.
 *
 * Dates, timestamps and intervals are added by ADD and SUBTRACT, too; the other operand of a date
 * may be an interval of days (a date), of months (a date), or a calendar interval (a date); a
 * finer interval needs a timestamp:
 *
 *   date ± interval year to month → date          timestamp ± any interval → timestamp
 *   date ± interval day           → date          date − date              → interval day
 *   date ± calendar interval      → date          timestamp − timestamp    → interval day to second
 *   interval ± interval (of one family), interval * number, interval / number → interval
 *
 * date ± int are the functions date_add () and date_sub ().
 *
 * Mirrors: the dataType, nullable, foldable, deterministic and checkInputDataTypes of each class in
 * org.apache.spark.sql.catalyst.expressions; BinaryArithmetic,
 * BinaryArithmeticWithDatetimeResolver.
 */
#include "sql/plan/expression_private.h"
#include "sql/plan/logical.h"
#include "sql/types/decimal.h"

static const RushExprFlags inherited = RUSH_EXPR_HAS_AGGREGATE | RUSH_EXPR_HAS_WINDOW |
                                       RUSH_EXPR_HAS_SUBQUERY | RUSH_EXPR_HAS_PYTHON |
                                       RUSH_EXPR_HAS_OUTER | RUSH_EXPR_HAS_GENERATOR;

/* ── types ── */

static gboolean
is_kind (const RushType *type, RushTypeKind kind)
{
  return type != NULL && type->kind == kind;
}

static gboolean
is_interval (const RushType *type)
{
  return type->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL || type->kind == RUSH_TYPE_DAY_TIME_INTERVAL ||
         type->kind == RUSH_TYPE_CALENDAR_INTERVAL;
}

static gboolean
is_timestamp (const RushType *type)
{
  return type->kind == RUSH_TYPE_TIMESTAMP || type->kind == RUSH_TYPE_TIMESTAMP_NTZ;
}

/* Two intervals of one family: from the coarser start to the finer end. */
static const RushType *
common_interval (const RushType *a, const RushType *b)
{
  if (a->kind != b->kind)
    return NULL;
  if (a->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL)
    return rush_type_year_month_interval (MIN (a->start, b->start), MAX (a->end, b->end));
  if (a->kind == RUSH_TYPE_DAY_TIME_INTERVAL)
    return rush_type_day_time_interval (MIN (a->start, b->start), MAX (a->end, b->end));
  return a;
}

static const RushType *
full_interval (const RushType *type)
{
  if (type->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL)
    return rush_type_year_month_interval (RUSH_INTERVAL_YEAR, RUSH_INTERVAL_MONTH);
  if (type->kind == RUSH_TYPE_DAY_TIME_INTERVAL)
    return rush_type_day_time_interval (RUSH_INTERVAL_DAY, RUSH_INTERVAL_SECOND);
  return type;
}

static const RushType *
datetime_type (RushExprKind kind, const RushType *a, const RushType *b)
{
  if (a->kind == RUSH_TYPE_DATE && is_interval (b))
    return b->kind != RUSH_TYPE_DAY_TIME_INTERVAL || b->end == RUSH_INTERVAL_DAY ? a : NULL;
  if (is_timestamp (a) && is_interval (b))
    return a;
  if (is_interval (a) && is_interval (b))
    return common_interval (a, b);
  if (kind != RUSH_EXPR_SUBTRACT || a != b)
    return NULL;
  if (a->kind == RUSH_TYPE_DATE)
    return rush_type_day_time_interval (RUSH_INTERVAL_DAY, RUSH_INTERVAL_DAY);
  return is_timestamp (a) ? rush_type_day_time_interval (RUSH_INTERVAL_DAY, RUSH_INTERVAL_SECOND)
                          : NULL;
}

static RushDecimalOp
decimal_op (RushExprKind kind)
{
  switch ((int)kind)
    {
    case RUSH_EXPR_SUBTRACT:
      return RUSH_DECIMAL_SUBTRACT;
    case RUSH_EXPR_MULTIPLY:
      return RUSH_DECIMAL_MULTIPLY;
    case RUSH_EXPR_DIVIDE:
      return RUSH_DECIMAL_DIVIDE;
    case RUSH_EXPR_INTEGRAL_DIVIDE:
      return RUSH_DECIMAL_INTEGRAL_DIVIDE;
    case RUSH_EXPR_REMAINDER:
      return RUSH_DECIMAL_REMAINDER;
    default:
      return RUSH_DECIMAL_ADD;
    }
}

static const RushType *
arithmetic_type (const RushExpr *self)
{
  const RushType *a = self->children[0]->type, *b = self->children[1]->type;
  gboolean multiplies = self->kind == RUSH_EXPR_MULTIPLY || self->kind == RUSH_EXPR_DIVIDE;

  if (multiplies && is_interval (a) && rush_type_is_numeric (b))
    return full_interval (a);
  if (self->kind == RUSH_EXPR_MULTIPLY && is_interval (b) && rush_type_is_numeric (a))
    return full_interval (b);
  if (self->kind == RUSH_EXPR_INTEGRAL_DIVIDE && a->kind == b->kind && is_interval (a) &&
      a->kind != RUSH_TYPE_CALENDAR_INTERVAL)
    return &RUSH_INT64;
  if (!rush_type_is_numeric (a) || !rush_type_is_numeric (b))
    return self->kind == RUSH_EXPR_ADD || self->kind == RUSH_EXPR_SUBTRACT
               ? datetime_type (self->kind, a, b)
               : NULL;
  if (a->kind == RUSH_TYPE_DECIMAL && b->kind == RUSH_TYPE_DECIMAL)
    return self->kind == RUSH_EXPR_INTEGRAL_DIVIDE
               ? &RUSH_INT64
               : rush_decimal_result_type (decimal_op (self->kind), a, b, TRUE);
  if (a != b)
    return NULL;
  if (self->kind == RUSH_EXPR_DIVIDE)
    return a == &RUSH_FLOAT64 ? a : NULL;
  if (self->kind == RUSH_EXPR_INTEGRAL_DIVIDE)
    return a == &RUSH_INT64 ? a : NULL;
  return a;
}

/* The type of values that stand for each other: names from the first, nulls inside if either
 * has. */
static const RushType *
merge_types (const RushType *a, const RushType *b)
{
  if (a == b || a == NULL || b == NULL || a->user != NULL)
    return a;
  if (a->kind == RUSH_TYPE_ARRAY)
    return rush_type_array (merge_types (a->fields[0].type, b->fields[0].type),
                            a->fields[0].nullable || b->fields[0].nullable);
  if (a->kind == RUSH_TYPE_MAP)
    return rush_type_map (merge_types (a->fields[0].type, b->fields[0].type),
                          merge_types (a->fields[1].type, b->fields[1].type),
                          a->fields[1].nullable || b->fields[1].nullable);
  if (a->kind == RUSH_TYPE_STRUCT)
    {
      g_autofree RushTypeField *fields = g_memdup2 (a->fields, a->n_fields * sizeof *fields);

      for (guint i = 0; i < a->n_fields; i++)
        {
          fields[i].type = merge_types (a->fields[i].type, b->fields[i].type);
          fields[i].nullable = a->fields[i].nullable || b->fields[i].nullable;
        }
      return rush_type_struct (a->n_fields, fields);
    }
  return a;
}

const RushType *
rush_type_merge (const RushType *a, const RushType *b)
{
  return rush_type_same_shape (a, b) ? merge_types (a, b) : NULL;
}

/* Children first, first + step …: all of one type. */
static const RushType *
common_type (const RushExpr *self, guint first, guint step)
{
  const RushType *type = self->children[first]->type;

  for (guint i = first + step; i < self->n_children && type != NULL; i += step)
    type = rush_type_merge (type, self->children[i]->type);
  return type;
}

static const RushType *
case_type (const RushExpr *self)
{
  const RushType *type = self->children[1]->type;
  guint n = self->n_children;

  for (guint i = 0; i + 1 < n; i += 2)
    {
      if (self->children[i]->type != &RUSH_BOOL)
        return NULL;
      type = type != NULL ? rush_type_merge (type, self->children[i + 1]->type) : NULL;
    }
  if (n % 2 == 1 && type != NULL)
    type = rush_type_merge (type, self->children[n - 1]->type);
  return type;
}

static gboolean
all_are (const RushExpr *self, const RushType *type)
{
  for (guint i = 0; i < self->n_children; i++)
    if (self->children[i]->type != type)
      return FALSE;
  return TRUE;
}

gboolean
rush_type_is_orderable (const RushType *type)
{
  if (type->kind == RUSH_TYPE_MAP || type->kind == RUSH_TYPE_CALENDAR_INTERVAL)
    return FALSE;
  for (guint i = 0; i < type->n_fields; i++)
    if (!rush_type_is_orderable (type->fields[i].type))
      return FALSE;
  return TRUE;
}

static gboolean
is_comparable (const RushExpr *self)
{
  gboolean equality = self->kind == RUSH_EXPR_EQUAL || self->kind == RUSH_EXPR_EQUAL_NULL_SAFE ||
                      self->kind == RUSH_EXPR_IN;

  if (common_type (self, 0, 1) == NULL)
    return FALSE;
  return rush_type_is_orderable (self->children[0]->type) ||
         (equality && self->children[0]->type->kind == RUSH_TYPE_CALENDAR_INTERVAL);
}

static gboolean
values_match (const RushExpr *self)
{
  const RushPlan *plan = self->as.subquery.plan;

  if (!plan->resolved || plan->output->n < self->as.subquery.n_values)
    return FALSE;
  for (guint i = 0; i < self->as.subquery.n_values; i++)
    if (!rush_type_same_shape (self->children[i]->type, plan->output->items[i]->type))
      return FALSE;
  return TRUE;
}

static const RushType *
item_type (const RushType *container, const RushType *key)
{
  if (container->kind == RUSH_TYPE_ARRAY)
    return rush_type_is_integral (key) ? rush_type_element (container) : NULL;
  if (container->kind == RUSH_TYPE_MAP && rush_type_same_shape (container->fields[0].type, key))
    return container->fields[1].type;
  return NULL;
}

/* All children have types. */
static const RushType *
derive_type (const RushExpr *self)
{
  const RushType *first = self->n_children > 0 ? self->children[0]->type : NULL;

  switch (self->kind)
    {
    case RUSH_EXPR_ADD:
    case RUSH_EXPR_SUBTRACT:
    case RUSH_EXPR_MULTIPLY:
    case RUSH_EXPR_DIVIDE:
    case RUSH_EXPR_INTEGRAL_DIVIDE:
    case RUSH_EXPR_REMAINDER:
      return arithmetic_type (self);
    case RUSH_EXPR_NEGATE:
      return rush_type_is_numeric (first) || is_interval (first) ? first : NULL;
    case RUSH_EXPR_EQUAL:
    case RUSH_EXPR_EQUAL_NULL_SAFE:
    case RUSH_EXPR_LESS:
    case RUSH_EXPR_LESS_EQUAL:
    case RUSH_EXPR_GREATER:
    case RUSH_EXPR_GREATER_EQUAL:
    case RUSH_EXPR_IN:
      return is_comparable (self) ? &RUSH_BOOL : NULL;
    case RUSH_EXPR_LIKE:
      return all_are (self, &RUSH_STRING) ? &RUSH_BOOL : NULL;
    case RUSH_EXPR_AND:
    case RUSH_EXPR_OR:
    case RUSH_EXPR_NOT:
      return all_are (self, &RUSH_BOOL) ? &RUSH_BOOL : NULL;
    case RUSH_EXPR_IS_NULL:
    case RUSH_EXPR_IS_NOT_NULL:
      return &RUSH_BOOL;
    case RUSH_EXPR_IF:
      return first == &RUSH_BOOL ? common_type (self, 1, 1) : NULL;
    case RUSH_EXPR_CASE_WHEN:
      return case_type (self);
    case RUSH_EXPR_COALESCE:
      return common_type (self, 0, 1);
    case RUSH_EXPR_GET_FIELD:
      return is_kind (first, RUSH_TYPE_STRUCT) ? first->fields[self->as.bound.ordinal].type : NULL;
    case RUSH_EXPR_GET_ARRAY_FIELD:
      {
        const RushTypeField *field = &rush_type_element (first)->fields[self->as.bound.ordinal];

        return rush_type_array (field->type, field->nullable || first->fields[0].nullable);
      }
    case RUSH_EXPR_GET_ITEM:
      return item_type (first, self->children[1]->type);
    case RUSH_EXPR_OUTER:
    case RUSH_EXPR_ALIAS:
    case RUSH_EXPR_LAMBDA:
    case RUSH_EXPR_WINDOW:
    case RUSH_EXPR_SORT_ORDER:
      return first;
    case RUSH_EXPR_SCALAR_SUBQUERY:
      /* Once its correlated predicates are pulled up, it also gives what they compare. */
      return self->as.subquery.plan->resolved && (self->as.subquery.plan->output->n == 1 ||
                                                  (self->as.subquery.conditions != NULL &&
                                                   self->as.subquery.plan->output->n > 1))
                 ? self->as.subquery.plan->output->items[0]->type
                 : NULL;
    case RUSH_EXPR_EXISTS:
      return self->as.subquery.plan->resolved ? &RUSH_BOOL : NULL;
    case RUSH_EXPR_IN_SUBQUERY:
      return values_match (self) ? &RUSH_BOOL : NULL;
    case RUSH_EXPR_LITERAL:
    case RUSH_EXPR_ATTRIBUTE:
    case RUSH_EXPR_BOUND:
    case RUSH_EXPR_LAMBDA_VARIABLE:
    case RUSH_EXPR_CAST:
    case RUSH_EXPR_FUNCTION:
    case RUSH_EXPR_AGGREGATE:
    case RUSH_EXPR_PYTHON_UDF:
      return self->type;
    case RUSH_EXPR_UNRESOLVED_ATTRIBUTE:
    case RUSH_EXPR_UNRESOLVED_STAR:
    case RUSH_EXPR_UNRESOLVED_REGEX:
    case RUSH_EXPR_UNRESOLVED_FUNCTION:
    case RUSH_EXPR_UNRESOLVED_ALIAS:
    case RUSH_EXPR_UNRESOLVED_EXTRACT:
    case RUSH_EXPR_UNRESOLVED_WINDOW:
    case RUSH_EXPR_PARAMETER:
    case RUSH_EXPR_MULTI_ALIAS:
    case RUSH_EXPR_NAMED_ARGUMENT:
    case RUSH_EXPR_GROUPING_SETS:
    case RUSH_EXPR_N_KINDS:
      break;
    }
  return NULL;
}

/* ── nullability ── */

static gboolean
any_nullable (const RushExpr *self)
{
  for (guint i = 0; i < self->n_children; i++)
    if (self->children[i]->nullable)
      return TRUE;
  return FALSE;
}

static gboolean
arithmetic_nullable (const RushExpr *self)
{
  if (any_nullable (self) || self->mode == RUSH_EVAL_TRY)
    return TRUE;
  if (self->kind == RUSH_EXPR_DIVIDE || self->kind == RUSH_EXPR_REMAINDER ||
      self->kind == RUSH_EXPR_INTEGRAL_DIVIDE)
    return TRUE;
  return self->mode == RUSH_EVAL_LEGACY && is_kind (self->type, RUSH_TYPE_DECIMAL);
}

/* May such a cast give null in some mode?  Spark says so of all modes. */
static gboolean
cast_may_null (const RushType *from, const RushType *to)
{
  if (from == to || from == NULL || to == NULL)
    return FALSE;
  if (from->kind == RUSH_TYPE_NULL)
    return TRUE;
  if (from->kind == RUSH_TYPE_STRING)
    return to->kind != RUSH_TYPE_BINARY;
  if (to->kind == RUSH_TYPE_STRING)
    return FALSE;
  if (to->kind == RUSH_TYPE_DECIMAL)
    return !rush_type_is_numeric (from) ||
           !rush_decimal_is_wider (to, rush_decimal_for_type (from));
  if (from->kind == RUSH_TYPE_DECIMAL)
    return rush_type_is_integral (to);
  if (from->kind == RUSH_TYPE_TIMESTAMP && rush_type_is_integral (to))
    return to->kind != RUSH_TYPE_INT64;
  if ((from->kind == RUSH_TYPE_FLOAT32 || from->kind == RUSH_TYPE_FLOAT64) &&
      to->kind == RUSH_TYPE_TIMESTAMP)
    return TRUE;
  if (to->kind == RUSH_TYPE_DATE && from->kind != RUSH_TYPE_TIMESTAMP &&
      from->kind != RUSH_TYPE_TIMESTAMP_NTZ)
    return TRUE;
  return to->kind == RUSH_TYPE_CALENDAR_INTERVAL;
}

static gboolean
case_nullable (const RushExpr *self)
{
  for (guint i = 1; i < self->n_children; i += 2)
    if (self->children[i]->nullable)
      return TRUE;
  return self->n_children % 2 == 0 || self->children[self->n_children - 1]->nullable;
}

static gboolean
derive_nullable (const RushExpr *self)
{
  switch ((int)self->kind)
    {
    case RUSH_EXPR_ADD:
    case RUSH_EXPR_SUBTRACT:
    case RUSH_EXPR_MULTIPLY:
    case RUSH_EXPR_DIVIDE:
    case RUSH_EXPR_INTEGRAL_DIVIDE:
    case RUSH_EXPR_REMAINDER:
      return arithmetic_nullable (self);
    case RUSH_EXPR_EQUAL_NULL_SAFE:
    case RUSH_EXPR_IS_NULL:
    case RUSH_EXPR_IS_NOT_NULL:
    case RUSH_EXPR_EXISTS:
      return FALSE;
    case RUSH_EXPR_IF:
      return self->children[1]->nullable || self->children[2]->nullable;
    case RUSH_EXPR_CASE_WHEN:
      return case_nullable (self);
    case RUSH_EXPR_COALESCE:
      for (guint i = 0; i < self->n_children; i++)
        if (!self->children[i]->nullable)
          return FALSE;
      return TRUE;
    case RUSH_EXPR_LITERAL:
      return self->as.literal.value->null_count > 0;
    case RUSH_EXPR_CAST:
      return self->children[0]->nullable || self->mode == RUSH_EVAL_TRY ||
             cast_may_null (self->children[0]->type, self->type);
    case RUSH_EXPR_GET_FIELD:
      return self->children[0]->nullable ||
             (is_kind (self->children[0]->type, RUSH_TYPE_STRUCT) &&
              self->children[0]->type->fields[self->as.bound.ordinal].nullable);
    case RUSH_EXPR_GET_ITEM:
      return self->mode != RUSH_EVAL_ANSI || any_nullable (self) ||
             !is_kind (self->children[0]->type, RUSH_TYPE_ARRAY) ||
             self->children[0]->type->fields[0].nullable;
    case RUSH_EXPR_OUTER:
    case RUSH_EXPR_ALIAS:
    case RUSH_EXPR_LAMBDA:
    case RUSH_EXPR_WINDOW:
    case RUSH_EXPR_SORT_ORDER:
      return self->children[0]->nullable;
    case RUSH_EXPR_SCALAR_SUBQUERY:
      return TRUE;
    case RUSH_EXPR_IN_SUBQUERY:
      return any_nullable (self) ||
             (self->as.subquery.plan->resolved && self->as.subquery.plan->output->n > 0 &&
              self->as.subquery.plan->output->items[0]->nullable);
    case RUSH_EXPR_ATTRIBUTE:
    case RUSH_EXPR_BOUND:
    case RUSH_EXPR_LAMBDA_VARIABLE:
    case RUSH_EXPR_FUNCTION:
    case RUSH_EXPR_AGGREGATE:
    case RUSH_EXPR_PYTHON_UDF:
      return self->nullable;
    default:
      return any_nullable (self);
    }
}

/* ── flags ── */

#define SQL_GROUPED_AGG_PANDAS_UDF 202

gboolean
rush_expr_aggregates_in_python (const RushExpr *self)
{
  return self->kind == RUSH_EXPR_PYTHON_UDF &&
         self->as.python.function->eval_type == SQL_GROUPED_AGG_PANDAS_UDF;
}

static RushExprFlags
own_flags (const RushExpr *self)
{
  switch ((int)self->kind)
    {
    case RUSH_EXPR_AGGREGATE:
      return RUSH_EXPR_HAS_AGGREGATE;
    case RUSH_EXPR_WINDOW:
    case RUSH_EXPR_UNRESOLVED_WINDOW:
      return RUSH_EXPR_HAS_WINDOW;
    case RUSH_EXPR_SCALAR_SUBQUERY:
    case RUSH_EXPR_EXISTS:
    case RUSH_EXPR_IN_SUBQUERY:
      return RUSH_EXPR_HAS_SUBQUERY;
    case RUSH_EXPR_PYTHON_UDF:
      return RUSH_EXPR_HAS_PYTHON |
             (rush_expr_aggregates_in_python (self) ? RUSH_EXPR_HAS_AGGREGATE : 0);
    case RUSH_EXPR_OUTER:
      return RUSH_EXPR_HAS_OUTER;
    case RUSH_EXPR_FUNCTION:
      return rush_function_head (self->as.function.function)->kind == RUSH_FUNCTION_GENERATOR
                 ? RUSH_EXPR_HAS_GENERATOR
                 : 0;
    default:
      return 0;
    }
}

static gboolean
is_deterministic (const RushExpr *self)
{
  if (self->kind == RUSH_EXPR_FUNCTION)
    return !rush_function_head (self->as.function.function)->nondeterministic;
  if (self->kind == RUSH_EXPR_AGGREGATE)
    return !rush_function_head (self->as.aggregate.function)->nondeterministic;
  if (self->kind == RUSH_EXPR_PYTHON_UDF)
    return self->as.python.function->deterministic;
  return TRUE;
}

/* Can it be computed without a row, given that the children can? */
static gboolean
is_foldable (const RushExpr *self)
{
  switch ((int)self->kind)
    {
    case RUSH_EXPR_ATTRIBUTE:
    case RUSH_EXPR_BOUND:
    case RUSH_EXPR_OUTER:
    case RUSH_EXPR_LAMBDA_VARIABLE:
    case RUSH_EXPR_LAMBDA:
    case RUSH_EXPR_ALIAS: /* the name would be lost */
    case RUSH_EXPR_AGGREGATE:
    case RUSH_EXPR_WINDOW:
    case RUSH_EXPR_PYTHON_UDF:
    case RUSH_EXPR_SORT_ORDER:
    case RUSH_EXPR_SCALAR_SUBQUERY:
    case RUSH_EXPR_EXISTS:
    case RUSH_EXPR_IN_SUBQUERY:
      return FALSE;
    case RUSH_EXPR_FUNCTION:
      return rush_function_head (self->as.function.function)->kind == RUSH_FUNCTION_SCALAR;
    default:
      return TRUE;
    }
}

void
rush_expr_derive (RushExpr *self)
{
  RushExprFlags flags = own_flags (self);
  RushExprFlags common = RUSH_EXPR_RESOLVED | RUSH_EXPR_DETERMINISTIC | RUSH_EXPR_FOLDABLE;
  gboolean typed = TRUE;

  for (guint i = 0; i < self->n_children; i++)
    {
      flags |= self->children[i]->flags & inherited;
      common &= self->children[i]->flags;
      typed = typed && self->children[i]->type != NULL;
    }
  if (!typed && self->kind != RUSH_EXPR_CAST && self->kind != RUSH_EXPR_FUNCTION &&
      self->kind != RUSH_EXPR_AGGREGATE && self->kind != RUSH_EXPR_PYTHON_UDF)
    self->type = NULL;
  else
    self->type = derive_type (self);
  self->nullable = derive_nullable (self);
  if (self->type == NULL || (self->kind == RUSH_EXPR_ALIAS && (flags & RUSH_EXPR_HAS_GENERATOR)))
    common &= ~RUSH_EXPR_RESOLVED;
  if (!is_deterministic (self))
    common &= ~RUSH_EXPR_DETERMINISTIC;
  if (!(common & RUSH_EXPR_RESOLVED) || !(common & RUSH_EXPR_DETERMINISTIC) || !is_foldable (self))
    common &= ~RUSH_EXPR_FOLDABLE;
  self->flags = flags | common;
}
