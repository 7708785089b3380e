/* compare.h - comparing values, column by column and row by row, as Spark orders them.
 *
 * Nulls aside, all types have a total order: NaN equals itself and is above all, −0.0 equals 0.0,
 * strings and binary go by their bytes (unsigned), arrays element by element (a null element is
 * the smallest), structs field by field.
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.BinaryComparison, InterpretedOrdering.
 */
#pragma once

#include "sql/kernels/columns.h"

typedef enum
{
  RUSH_COMPARE_EQUAL,
  RUSH_COMPARE_NOT_EQUAL,
  RUSH_COMPARE_LESS,
  RUSH_COMPARE_LESS_EQUAL,
  RUSH_COMPARE_GREATER,
  RUSH_COMPARE_GREATER_EQUAL,
} RushCompareOp;

/* −1, 0, 1 as Spark orders: nulls equal each other and are below all, NaN is above all, −0.0 equals
 * 0.0. */
gint rush_compare_rows (const RushColumn *a, guint row_a, const RushColumn *b, guint row_b);
/* For doubles by themselves: 0 also for two NaNs and for zeros of both signs. */
gint rush_compare_doubles (double a, double b);

/* b < a is a > b */
RushCompareOp rush_compare_op_flip (RushCompareOp op);

/* A bool column: a op b, null where one of them is.  The types are one shape; not for nested
 * dictionaries' sake slower than it must be: expand neither. */
RushColumn *rush_compare_columns (RushCompareOp op, RushColumn *a, RushColumn *b,
                                  const RushRows *rows, RushAllocator *allocator, GError **error);
/* The rows among @rows where it is TRUE, written to @out (room for rows->n); returns how many;
 * −1: @error. */
gint rush_compare_select (RushCompareOp op, RushColumn *a, RushColumn *b, const RushRows *rows,
                          guint16 *out, RushAllocator *allocator, GError **error);
