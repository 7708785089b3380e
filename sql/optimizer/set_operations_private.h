/* set_operations_private.h - what EXCEPT ALL and INTERSECT ALL share; see set_operations.c. */
#pragma once

#include "sql/optimizer/optimizer_private.h"

/* The rows of both sides, with @n columns in front (aliases; taken over) that mark the side. */
RushPlan *rush_union_of_marked (const RushPlan *setop, guint n, RushExpr *const *left,
                                RushExpr *const *right);
/* sum (@column) AS @alias and the like, a bigint; @column is taken over. */
RushExpr *rush_aggregate_of (const char *name, RushExpr *column, const char *alias);
/* @columns of each row of @child, @count times; takes over both. */
RushPlan *rush_replicated (const RushExprList *columns, RushExpr *count, RushPlan *child);
