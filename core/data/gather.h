/* gather.h - choosing and joining rows of columns: what joins, sorts and filters do all day.
 *
 *   take      rows of one column.  Copies values; the bytes of strings and the elements of arrays
 *             are shared with the source: quick, and right for what is soon gone.
 *   gather    rows of many columns.  Copies everything, so the answer keeps no source alive: right
 *             for what stays.
 *   concat    all rows of many columns, one behind the other.  Copies everything.
 *   flatten   all rows of one column, PLAIN whatever the layout was.
 *
 * The answer of each is charged to @allocator and may have any length.  Slots of nulls hold
 * something that may be read.  Columns of void stay CONSTANT in all of them.
 *
 * Errors:   OUT_OF_MEMORY; INVALID_ARGUMENT: more than 2³¹ elements in the arrays of a column.
 * Threads:  any.
 */
#pragma once

#include "core/data/batch.h"

RUSH_BEGIN_PUBLIC

/* In rows to take: a null, as outer joins need it. */
#define RUSH_NO_ROW G_MAXUINT32

/* A dictionary is kept; so is a constant, if no row is RUSH_NO_ROW. */
RushColumn *rush_column_take (RushColumn *self, const guint32 *rows, guint n,
                              RushAllocator *allocator, GError **error);
/* By a selection. */
RushColumn *rush_column_take_selected (RushColumn *self, const guint16 *rows, guint n,
                                       RushAllocator *allocator, GError **error);
/* RushRowId.batch is an index into @sources[n_sources], which have one type.  A dictionary is kept
 * if all sources have the same. */
RushColumn *rush_column_gather (RushColumn *const *sources, guint n_sources, const RushRowId *rows,
                                guint n, RushAllocator *allocator, GError **error);
/* @n_columns ≥ 1 columns of one type. */
RushColumn *rush_column_concat (RushColumn *const *columns, guint n_columns,
                                RushAllocator *allocator, GError **error);
/* @self itself (a ref) if it is PLAIN already; its children keep their layouts. */
RushColumn *rush_column_flatten (RushColumn *self, RushAllocator *allocator, GError **error);

/* A field of a struct column as a column of the same rows: null where the struct is. */
RushColumn *rush_column_struct_field (RushColumn *self, guint field, RushAllocator *allocator,
                                      GError **error);

/* The rows that count, without a selection: @self itself (a ref) if it has none. */
RushBatch *rush_batch_compact (RushBatch *self, RushAllocator *allocator, GError **error);
/* Physical rows @rows[n] as a new batch; n ≤ RUSH_BATCH_MAX_ROWS. */
RushBatch *rush_batch_take (RushBatch *self, const guint32 *rows, guint n, RushAllocator *allocator,
                            GError **error);

RUSH_END_PUBLIC
