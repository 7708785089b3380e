/* common_type.c - which type two values can meet in, and which casts are made without being asked
 * for.
 *
 *   tightest   tinyint < smallint < int < bigint < float < double;
 *              date < timestamp_ntz < timestamp;
 *              void goes into everything; int with float is double, as float would lose digits
 *   wider      also decimals with integers and with each other; strings with anything:
 *                ANSI    string with integers → bigint, with fractions → double, else → the other
 *                legacy  string with anything → string
 *
 * Mirrors: AnsiTypeCoercion, TypeCoercion,
 DecimalPrecisionTypeCoercion. */
#include "sql/analyzer/analysis_private.h"
#include "sql/types/decimal.h"

/* ── numbers and times ── */

static gint
numeric_rank (const RushType *type)
{
  switch ((int)type->kind)
    {
    case RUSH_TYPE_INT8:
      return 1;
    case RUSH_TYPE_INT16:
      return 2;
    case RUSH_TYPE_INT32:
      return 3;
    case RUSH_TYPE_INT64:
      return 4;
    case RUSH_TYPE_FLOAT32:
      return 5;
    case RUSH_TYPE_FLOAT64:
      return 6;
    default:
      return 0;
    }
}

static gint
time_rank (const RushType *type)
{
  switch ((int)type->kind)
    {
    case RUSH_TYPE_DATE:
      return 1;
    case RUSH_TYPE_TIMESTAMP_NTZ:
      return 2;
    case RUSH_TYPE_TIMESTAMP:
      return 3;
    default:
      return 0;
    }
}

static const RushType *
wider_number (const RushAnalysis *self, const RushType *a, const RushType *b)
{
  const RushType *wider = numeric_rank (a) > numeric_rank (b) ? a : b;

  if (self->options->ansi && wider == &RUSH_FLOAT32 && a != b)
    return &RUSH_FLOAT64;
  return wider;
}

static const RushType *
wider_interval (const RushType *a, const RushType *b)
{
  if (a->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL)
    return rush_type_year_month_interval (MIN (a->start, b->start), MAX (a->end, b->end));
  return rush_type_day_time_interval (MIN (a->start, b->start), MAX (a->end, b->end));
}

typedef const RushType *(*FindType) (const RushAnalysis *, const RushType *, const RushType *);

/* Arrays, maps and structs meet field by field. */
static const RushType *
meet_nested (const RushAnalysis *self, const RushType *a, const RushType *b, FindType find)
{
  g_autofree RushTypeField *fields = NULL;

  if (a->user != NULL || b->user != NULL)
    return rush_type_same_shape (a, b) ? a : NULL;
  if (a->kind != b->kind || a->n_fields != b->n_fields || a->n_fields == 0)
    return NULL;
  fields = g_memdup2 (a->fields, a->n_fields * sizeof *fields);
  for (guint i = 0; i < a->n_fields; i++)
    {
      fields[i].type = find (self, a->fields[i].type, b->fields[i].type);
      fields[i].nullable = a->fields[i].nullable || b->fields[i].nullable;
      if (fields[i].type == NULL ||
          (a->kind == RUSH_TYPE_STRUCT &&
           !rush_analysis_same_name (self, a->fields[i].name, b->fields[i].name)))
        return NULL;
    }
  if (a->kind == RUSH_TYPE_ARRAY)
    return rush_type_array (fields[0].type, fields[0].nullable);
  if (a->kind == RUSH_TYPE_MAP)
    return rush_type_map (fields[0].type, fields[1].type, fields[1].nullable);
  return rush_type_struct (a->n_fields, fields);
}

const RushType *
rush_analysis_tightest_type (const RushAnalysis *self, const RushType *a, const RushType *b)
{
  if (a == b || b == &RUSH_NULL)
    return a;
  if (a == &RUSH_NULL)
    return b;
  if (numeric_rank (a) > 0 && numeric_rank (b) > 0)
    return wider_number (self, a, b);
  if (time_rank (a) > 0 && time_rank (b) > 0)
    return time_rank (a) > time_rank (b) ? a : b;
  if (a->kind == b->kind &&
      (a->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL || a->kind == RUSH_TYPE_DAY_TIME_INTERVAL))
    return wider_interval (a, b);
  return meet_nested (self, a, b, rush_analysis_tightest_type);
}

/* A decimal with another number; NULL: neither is a decimal. */
static const RushType *
wider_decimal (const RushType *a, const RushType *b)
{
  if (a->kind != RUSH_TYPE_DECIMAL && b->kind != RUSH_TYPE_DECIMAL)
    return NULL;
  if (!rush_type_is_numeric (a) || !rush_type_is_numeric (b))
    return NULL;
  if (numeric_rank (a) >= 5 || numeric_rank (b) >= 5)
    return &RUSH_FLOAT64;
  return rush_decimal_wider (rush_decimal_for_type (a), rush_decimal_for_type (b));
}

static const RushType *
wider_with_string (const RushAnalysis *self, const RushType *other)
{
  if (other->n_fields > 0)
    return NULL;
  if (!self->options->ansi)
    return other == &RUSH_BINARY || other == &RUSH_BOOL ? NULL : &RUSH_STRING;
  if (rush_type_is_integral (other))
    return &RUSH_INT64;
  if (rush_type_is_fractional (other))
    return &RUSH_FLOAT64;
  return other->kind == RUSH_TYPE_CALENDAR_INTERVAL ? NULL : other;
}

const RushType *
rush_analysis_wider_type (const RushAnalysis *self, const RushType *a, const RushType *b)
{
  const RushType *type = rush_analysis_tightest_type (self, a, b);

  if (type == NULL)
    type = wider_decimal (a, b);
  if (type == NULL && a == &RUSH_STRING)
    type = wider_with_string (self, b);
  if (type == NULL && b == &RUSH_STRING)
    type = wider_with_string (self, a);
  return type != NULL ? type : meet_nested (self, a, b, rush_analysis_wider_type);
}

const RushType *
rush_analysis_wider_of (const RushAnalysis *self, const GPtrArray *expressions)
{
  const RushType *type = &RUSH_NULL;

  for (guint i = 0; i < expressions->len && type != NULL; i++)
    type = rush_analysis_wider_type (self, type, ((RushExpr *)expressions->pdata[i])->type);
  return type;
}

/* ── casts ── */

static gboolean
needs_zone (const RushType *from, const RushType *to)
{
  gboolean to_time = to->kind == RUSH_TYPE_TIMESTAMP, from_time = from->kind == RUSH_TYPE_TIMESTAMP;

  if (from->n_fields > 0)
    for (guint i = 0; i < from->n_fields && i < MAX (to->n_fields, 1); i++)
      if (needs_zone (from->fields[i].type, to->n_fields > 0 ? to->fields[i].type : to))
        return TRUE;
  return (to_time && (from == &RUSH_STRING || time_rank (from) > 0)) ||
         (from_time && (to == &RUSH_STRING || time_rank (to) > 0));
}

RushExpr *
rush_analysis_cast (const RushAnalysis *self, RushExpr *expr, const RushType *type)
{
  RushExpr *cast;

  if (expr->type == type)
    return expr;
  cast = rush_expr_cast (
      expr, type, self->mode,
      expr->type != NULL && needs_zone (expr->type, type) ? self->options->time_zone : NULL, FALSE);
  return cast;
}

static gboolean
is_number (const RushType *type)
{
  return rush_type_is_numeric (type);
}

/* What cast () of the user takes. */
static gboolean
can_cast_leaf (const RushAnalysis *self, const RushType *from, const RushType *to)
{
  gboolean ansi = self->options->ansi;
  gboolean from_interval =
      from->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL || from->kind == RUSH_TYPE_DAY_TIME_INTERVAL;
  gboolean to_interval =
      to->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL || to->kind == RUSH_TYPE_DAY_TIME_INTERVAL;

  if (from == to || from == &RUSH_NULL || to == &RUSH_STRING)
    return TRUE;
  if (from == &RUSH_STRING)
    return to != &RUSH_NULL;
  if (is_number (from) && is_number (to))
    return TRUE;
  if (from == &RUSH_BOOL)
    return is_number (to) || (!ansi && to == &RUSH_TIMESTAMP);
  if (to == &RUSH_BOOL)
    return is_number (from) || (!ansi && from == &RUSH_TIMESTAMP);
  if (time_rank (from) > 0 && time_rank (to) > 0)
    return TRUE;
  if (from == &RUSH_TIMESTAMP || to == &RUSH_TIMESTAMP)
    return is_number (from) || is_number (to);
  if (from == &RUSH_BINARY || to == &RUSH_BINARY)
    return !ansi && rush_type_is_integral (from);
  if (from_interval && to_interval)
    return from->kind == to->kind;
  return (from_interval && is_number (to)) || (to_interval && rush_type_is_integral (from));
}

gboolean
rush_analysis_can_cast (const RushAnalysis *self, const RushType *from, const RushType *to)
{
  if (from->user != NULL || to->user != NULL)
    return rush_type_same_shape (from, to) || from == &RUSH_NULL || to == &RUSH_STRING;
  if (from->n_fields == 0 || to->n_fields == 0)
    return can_cast_leaf (self, from, to);
  if (from->kind != to->kind || from->n_fields != to->n_fields)
    return FALSE;
  for (guint i = 0; i < from->n_fields; i++)
    if (!rush_analysis_can_cast (self, from->fields[i].type, to->fields[i].type))
      return FALSE;
  return TRUE;
}

/* ── arguments ── */

/* Does an argument of this type need no cast? */
static gboolean
accepts (RushArgType wanted, const RushType *type)
{
  switch (wanted)
    {
    case RUSH_ARG_AS_BEFORE:
    case RUSH_ARG_ANY:
    case RUSH_ARG_SAME:
      return TRUE;
    case RUSH_ARG_BOOL:
      return type == &RUSH_BOOL;
    case RUSH_ARG_INT:
      return type == &RUSH_INT32;
    case RUSH_ARG_LONG:
      return type == &RUSH_INT64;
    case RUSH_ARG_DOUBLE:
      return type == &RUSH_FLOAT64;
    case RUSH_ARG_NUMERIC:
      return is_number (type);
    case RUSH_ARG_INTEGRAL:
      return rush_type_is_integral (type);
    case RUSH_ARG_NUMERIC_OR_INTERVAL:
      return is_number (type) || type->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL ||
             type->kind == RUSH_TYPE_DAY_TIME_INTERVAL || type->kind == RUSH_TYPE_CALENDAR_INTERVAL;
    case RUSH_ARG_STRING:
      return type == &RUSH_STRING;
    case RUSH_ARG_BINARY:
      return type == &RUSH_BINARY;
    case RUSH_ARG_STRING_OR_BINARY:
      return type == &RUSH_STRING || type == &RUSH_BINARY;
    case RUSH_ARG_DATE:
      return type == &RUSH_DATE;
    case RUSH_ARG_TIMESTAMP:
      return type == &RUSH_TIMESTAMP || type == &RUSH_TIMESTAMP_NTZ;
    case RUSH_ARG_DATE_OR_TIMESTAMP:
      return time_rank (type) > 0;
    case RUSH_ARG_ARRAY:
    case RUSH_ARG_ARRAYS:
    case RUSH_ARG_ARRAY_OF_STRINGS:
      return type->kind == RUSH_TYPE_ARRAY;
    case RUSH_ARG_MAP:
      return type->kind == RUSH_TYPE_MAP;
    case RUSH_ARG_ARRAY_OR_MAP:
      return type->kind == RUSH_TYPE_ARRAY || type->kind == RUSH_TYPE_MAP;
    case RUSH_ARG_STRUCT:
      return type->kind == RUSH_TYPE_STRUCT;
    case RUSH_ARG_ORDERED:
      return rush_type_is_orderable (type);
    case RUSH_ARG_LAMBDA:
    case RUSH_ARG_CONCAT:
    case RUSH_ARG_KEY_OR_VALUE:
    case RUSH_ARG_ELEMENT:
    case RUSH_ARG_INDEX_OR_KEY:
    case RUSH_ARG_SCHEMA:
      return TRUE;
    }
  return FALSE;
}

/* The type a value that does not fit is cast to, if it may be. */
static const RushType *
target_of (RushArgType wanted)
{
  switch ((int)wanted)
    {
    case RUSH_ARG_BOOL:
      return &RUSH_BOOL;
    case RUSH_ARG_INT:
    case RUSH_ARG_INTEGRAL:
      return &RUSH_INT32;
    case RUSH_ARG_LONG:
      return &RUSH_INT64;
    case RUSH_ARG_DOUBLE:
    case RUSH_ARG_NUMERIC:
    case RUSH_ARG_NUMERIC_OR_INTERVAL:
      return &RUSH_FLOAT64;
    case RUSH_ARG_STRING:
    case RUSH_ARG_STRING_OR_BINARY:
      return &RUSH_STRING;
    case RUSH_ARG_BINARY:
      return &RUSH_BINARY;
    case RUSH_ARG_DATE:
      return &RUSH_DATE;
    case RUSH_ARG_TIMESTAMP:
    case RUSH_ARG_DATE_OR_TIMESTAMP:
      return &RUSH_TIMESTAMP;
    default:
      return NULL;
    }
}

static gboolean
casts_silently (const RushAnalysis *self, const RushType *from, const RushType *to)
{
  if (from == &RUSH_NULL || from == &RUSH_STRING)
    return TRUE;
  if (to == &RUSH_STRING)
    return from->n_fields == 0 && from != &RUSH_BINARY;
  if (is_number (from) && is_number (to))
    return !self->options->ansi || to == &RUSH_FLOAT64 ||
           (numeric_rank (from) > 0 && numeric_rank (from) <= numeric_rank (to));
  return time_rank (from) > 0 && time_rank (to) > 0;
}

RushExpr *
rush_analysis_implicit_cast (const RushAnalysis *self, RushExpr *expr, RushArgType wanted)
{
  const RushType *to = target_of (wanted);

  if (accepts (wanted, expr->type))
    return rush_expr_ref (expr);
  if (expr->type == &RUSH_NULL && to == NULL)
    return rush_expr_ref (expr);
  if (to == NULL || !casts_silently (self, expr->type, to))
    return NULL;
  return rush_analysis_cast (self, rush_expr_ref (expr), to);
}
