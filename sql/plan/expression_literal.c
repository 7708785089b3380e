/* expression_literal.c - constants in plans: one row of a column each.
 *
 * A literal keeps its value as a column of one row: kernels then need no second way to read a
 * value, and rush_column_new_constant () spreads it over a batch without copying.  Literals belong
 * to plans, not to tasks, so they are charged to the system's allocator.
 *
 * Mirrors:
 org.apache.spark.sql.catalyst.expressions.Literal. */
#include <string.h>

#include "sql/plan/expression_private.h"

RushExpr *
rush_expr_literal (RushColumn *value)
{
  RushExpr *self;

  g_return_val_if_fail (value != NULL && value->length == 1, NULL);
  self = rush_expr_alloc (RUSH_EXPR_LITERAL, 0);
  self->type = value->type;
  self->as.literal.value = value;
  rush_expr_derive (self);
  return self;
}

/* Constants of one row; the system's allocator refuses nothing that small. */
static RushExpr *
from_column (RushColumn *column)
{
  if (column == NULL)
    g_error ("there is no memory for a literal");
  return rush_expr_literal (column);
}

RushExpr *
rush_expr_literal_null (const RushType *type)
{
  return from_column (rush_column_new_constant_null (type, 1, rush_allocator_system (), NULL));
}

RushExpr *
rush_expr_literal_int (const RushType *type, gint64 value)
{
  return from_column (
      rush_column_new_constant_int (type, value, 1, rush_allocator_system (), NULL));
}

RushExpr *
rush_expr_literal_bool (gboolean value)
{
  return rush_expr_literal_int (&RUSH_BOOL, value != FALSE);
}

static RushExpr *
literal_floating (const RushType *type, double value)
{
  return from_column (
      rush_column_new_constant_double (type, value, 1, rush_allocator_system (), NULL));
}

RushExpr *
rush_expr_literal_double (double value)
{
  return literal_floating (&RUSH_FLOAT64, value);
}

RushExpr *
rush_expr_literal_float (float value)
{
  return literal_floating (&RUSH_FLOAT32, value);
}

static RushExpr *
literal_bytes (const RushType *type, const char *bytes, gsize length)
{
  return from_column (
      rush_column_new_constant_bytes (type, bytes, length, 1, rush_allocator_system (), NULL));
}

RushExpr *
rush_expr_literal_string (const char *bytes, gssize length)
{
  return literal_bytes (&RUSH_STRING, bytes, length < 0 ? strlen (bytes) : (gsize)length);
}

RushExpr *
rush_expr_literal_binary (const guint8 *bytes, gsize length)
{
  return literal_bytes (&RUSH_BINARY, (const char *)bytes, length);
}

RushExpr *
rush_expr_literal_decimal (const RushType *type, rush_int128 unscaled)
{
  return from_column (
      rush_column_new_constant_int128 (type, unscaled, 1, rush_allocator_system (), NULL));
}

RushExpr *
rush_expr_literal_interval (RushCalendarInterval value)
{
  return from_column (rush_column_new_constant_interval (value, 1, rush_allocator_system (), NULL));
}
