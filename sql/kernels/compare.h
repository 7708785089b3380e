/* compare.h - comparing values, column by column and row by row, as Spark orders them.
 *
 * Nulls aside, all types have a total order: NaN equals itself and is above all, −0.0 equals 0.0,
 * strings and binary go by their bytes (unsigned), arrays element by element (a null element is
 * the smallest), structs field by field.
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.BinaryComparison, InterpretedOrdering.
 */
#pragma once

#include "sql/kernels/eval_context.h"

/* −1, 0, 1 as Spark orders: nulls equal each other and are below all, NaN is above all, −0.0 equals
 * 0.0. */
gint rush_compare_rows (const RushColumn *a, guint row_a, const RushColumn *b, guint row_b);
