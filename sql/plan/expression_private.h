/* expression_private.h - what the files of sql/plan share to make and copy expressions. */
#pragma once

#include "sql/plan/expression.h"

/* A node with room for @n children, all fields zero, one reference. */
RushExpr *rush_expr_alloc (RushExprKind kind, guint n);
/* A copy without children (room for as many): kind, mode, context, type and payload. */
RushExpr *rush_expr_copy_shallow (const RushExpr *self);
/* The copy with the children of @self. */
RushExpr *rush_expr_copy (const RushExpr *self);
/* Finds type, nullability and flags from kind, payload and children; where the constructor gives
 * the type (calls, casts, attributes), it must be there already. */
void rush_expr_derive (RushExpr *self);

/* "`a b`" where a part is not a plain identifier; parts joined by dots. */
void rush_append_quoted_if_needed (const char *part, GString *out);

static inline const RushFunctionHead *
rush_function_head (const RushFunction *function)
{
  return (const RushFunctionHead *)function;
}
