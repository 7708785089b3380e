/* cast_rules.c - the matrix of casts.
 *
 * Types fall into groups, and a set of groups says where each may be cast to; a table a mode:
 *
 *                   to:  boolean  integers  float, double  decimal  string  binary  date  …
 *   from: boolean           x        x           x            x       x
 *         date              o        o           o            o       x             x
 *         …                                                   (x: always; o: with ANSI off alone)
 *
 * Arrays, maps and structs go element by element, where a nullable element never goes into a type
 * whose elements are not.  A user-defined type goes to string alone.
 */
#include "sql/types/decimal.h"
#include "sql/types/type_rules.h"

enum
{
  BOOL = 1 << 0,
  INTEGRAL = 1 << 1,
  FLOATING = 1 << 2,
  DECIMAL = 1 << 3,
  STRING = 1 << 4,
  BINARY = 1 << 5,
  DATE = 1 << 6,
  TIMESTAMP = 1 << 7,
  NTZ = 1 << 8,
  YEAR_MONTH = 1 << 9,
  DAY_TIME = 1 << 10,
  CALENDAR = 1 << 11,
  COMPLEX = 1 << 12,
  EXACT = INTEGRAL | DECIMAL,
  NUMERIC = EXACT | FLOATING,
  DATES = DATE | TIMESTAMP | NTZ,
  INTERVALS = YEAR_MONTH | DAY_TIME,
};

static guint
group_of (const RushType *type)
{
  switch (type->kind)
    {
    case RUSH_TYPE_BOOL:
      return BOOL;
    case RUSH_TYPE_INT8:
    case RUSH_TYPE_INT16:
    case RUSH_TYPE_INT32:
    case RUSH_TYPE_INT64:
      return INTEGRAL;
    case RUSH_TYPE_FLOAT32:
    case RUSH_TYPE_FLOAT64:
      return FLOATING;
    case RUSH_TYPE_DECIMAL:
      return DECIMAL;
    case RUSH_TYPE_STRING:
      return STRING;
    case RUSH_TYPE_BINARY:
      return BINARY;
    case RUSH_TYPE_DATE:
      return DATE;
    case RUSH_TYPE_TIMESTAMP:
      return TIMESTAMP;
    case RUSH_TYPE_TIMESTAMP_NTZ:
      return NTZ;
    case RUSH_TYPE_YEAR_MONTH_INTERVAL:
      return YEAR_MONTH;
    case RUSH_TYPE_DAY_TIME_INTERVAL:
      return DAY_TIME;
    case RUSH_TYPE_CALENDAR_INTERVAL:
      return CALENDAR;
    case RUSH_TYPE_ARRAY:
    case RUSH_TYPE_MAP:
    case RUSH_TYPE_STRUCT:
      return COMPLEX;
    case RUSH_TYPE_NULL:
    default:
      return 0;
    }
}

/* The groups that a group may be cast to. */
static guint
targets_of (guint group, gboolean ansi)
{
  switch (group)
    {
    case BOOL:
      return BOOL | NUMERIC | STRING | (ansi ? 0 : TIMESTAMP);
    case INTEGRAL:
      return BOOL | NUMERIC | STRING | TIMESTAMP | INTERVALS | (ansi ? 0 : BINARY);
    case FLOATING:
      return BOOL | NUMERIC | STRING | TIMESTAMP;
    case DECIMAL:
      return BOOL | NUMERIC | STRING | TIMESTAMP | INTERVALS;
    case STRING:
      return BOOL | NUMERIC | STRING | BINARY | DATES | INTERVALS | CALENDAR;
    case BINARY:
      return STRING | BINARY;
    case DATE:
      return STRING | DATES | (ansi ? 0 : BOOL | NUMERIC);
    case TIMESTAMP:
      return NUMERIC | STRING | DATES | (ansi ? 0 : BOOL);
    case NTZ:
      return STRING | DATES;
    case YEAR_MONTH:
      return EXACT | STRING | YEAR_MONTH;
    case DAY_TIME:
      return EXACT | STRING | DAY_TIME;
    case CALENDAR:
      return STRING | CALENDAR;
    case COMPLEX:
      return STRING;
    default:
      return 0;
    }
}

/* ---- nulls that casts make ---- */

static gboolean
is_safe_decimal (const RushType *from, const RushType *to)
{
  switch (group_of (from))
    {
    case BOOL:
      return rush_decimal_is_wider (to, rush_type_decimal (1, 0));
    case INTEGRAL:
    case DECIMAL:
      return rush_decimal_is_wider (to, rush_decimal_for_type (from));
    default:
      return FALSE; /* overflow */
    }
}

gboolean
rush_type_cast_makes_nulls (const RushType *from, const RushType *to)
{
  guint source = group_of (from), target = group_of (to);

  if (from->kind == RUSH_TYPE_NULL || from == to || target == STRING)
    return FALSE;
  if (source == STRING)
    return target != BINARY;
  if (source == TIMESTAMP && target == INTEGRAL)
    return to != &RUSH_INT64;
  if (source == FLOATING && target == TIMESTAMP)
    return TRUE;
  if (target == DATE)
    return source != TIMESTAMP && source != NTZ;
  if (source == DATE)
    return target != TIMESTAMP && target != NTZ;
  if (target == CALENDAR)
    return TRUE;
  if (target == DECIMAL)
    return !is_safe_decimal (from, to);
  return source & (FLOATING | DECIMAL) && target == INTEGRAL;
}

/* ---- going through elements ---- */

typedef gboolean (*CastFunc) (const RushType *from, const RushType *to, gboolean ansi);

/* @strict: nulls that the cast makes count, too. */
static gboolean
each_field (const RushType *from, const RushType *to, gboolean ansi, gboolean strict, CastFunc can)
{
  if (from->kind != to->kind || from->n_fields != to->n_fields)
    return FALSE;
  for (guint i = 0; i < from->n_fields; i++)
    {
      const RushTypeField *source = &from->fields[i], *target = &to->fields[i];
      gboolean nullable =
          source->nullable || (strict && rush_type_cast_makes_nulls (source->type, target->type));
      if (!can (source->type, target->type, ansi) || (nullable && !target->nullable))
        return FALSE;
    }
  return TRUE;
}

gboolean
rush_type_can_cast (const RushType *from, const RushType *to, gboolean ansi)
{
  if (from == to || from->kind == RUSH_TYPE_NULL)
    return TRUE;
  if (from->user != NULL || to->user != NULL)
    return rush_type_same_shape (from, to) || to == &RUSH_STRING;
  if (group_of (from) == COMPLEX && group_of (to) == COMPLEX)
    return each_field (from, to, ansi, !ansi, rush_type_can_cast);
  return (targets_of (group_of (from), ansi) & group_of (to)) != 0;
}

/* ---- casts that cannot fail ---- */

static gboolean
can_up_cast_number (const RushType *from, const RushType *to)
{
  if (to->kind == RUSH_TYPE_DECIMAL)
    return group_of (from) != FLOATING && rush_decimal_is_wider (to, rush_decimal_for_type (from));
  if (from->kind == RUSH_TYPE_DECIMAL) /* as many digits could be more than the integer holds */
    return rush_type_is_integral (to) && from->scale == 0 &&
           from->precision < rush_decimal_for_type (to)->precision;
  return from->kind < to->kind;
}

static gboolean
can_up_cast (const RushType *from, const RushType *to, gboolean ansi)
{
  guint source = group_of (from), target = group_of (to);

  if (from == to || from->kind == RUSH_TYPE_NULL)
    return TRUE;
  if (from->user != NULL || to->user != NULL)
    return rush_type_same_shape (from, to);
  if (source & NUMERIC && target & NUMERIC)
    return can_up_cast_number (from, to);
  if (target == STRING)
    return source != COMPLEX;
  if (source == DATE)
    return target == TIMESTAMP || target == NTZ;
  if (source & (TIMESTAMP | NTZ) && target & (TIMESTAMP | NTZ))
    return TRUE;
  if (source == TIMESTAMP || target == TIMESTAMP)
    return from == &RUSH_INT64 || to == &RUSH_INT64;
  if (source & INTERVALS)
    return source == target;
  return source == COMPLEX && each_field (from, to, ansi, FALSE, can_up_cast);
}

gboolean
rush_type_can_up_cast (const RushType *from, const RushType *to)
{
  return can_up_cast (from, to, FALSE);
}

static gboolean
can_store_assign (const RushType *from, const RushType *to, gboolean ansi)
{
  guint source = group_of (from), target = group_of (to);

  if (from == to || from->kind == RUSH_TYPE_NULL)
    return TRUE;
  if (from->user != NULL || to->user != NULL)
    return rush_type_same_shape (from, to);
  if (target == STRING)
    return source != COMPLEX;
  if (source == COMPLEX)
    return each_field (from, to, ansi, FALSE, can_store_assign);
  return (source & NUMERIC && target & NUMERIC) || (source & DATES && target & DATES);
}

gboolean
rush_type_can_store_assign (const RushType *from, const RushType *to)
{
  return can_store_assign (from, to, TRUE);
}
