/* column_builder.h - building a column value by value, nested ones too.
 *
 *   RushColumnBuilder *b = rush_column_builder_new (array_of_int, allocator);
 *   RushColumnBuilder *elements = rush_column_builder_child (b, 0);
 *   rush_column_builder_append_int (elements, 1, &error) &&
 *   rush_column_builder_append_int (elements, 2, &error) &&
 *   rush_column_builder_end_list (b, &error);                    // [1, 2]
 *
 *   array    elements go to child 0; what came since the last end_list () is the list
 *   map      as many keys to child 0 as values to child 1
 *   struct   one value to each child, then end_struct (); append_null () sees to the children
 *
 * Refused: a null where the type does not allow one, an integer out of range, a string over 2 GiB,
 *          memory.  A refused append leaves the row incomplete: truncate (), or free.
 * Threads: one.
 */
#pragma once

#include "core/data/column.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushColumnBuilder RushColumnBuilder;

RushColumnBuilder *rush_column_builder_new (const RushType *type, RushAllocator *allocator);
void rush_column_builder_free (RushColumnBuilder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushColumnBuilder, rush_column_builder_free)

gboolean rush_column_builder_append_null (RushColumnBuilder *self, GError **error);
gboolean rush_column_builder_append_bool (RushColumnBuilder *self, gboolean value, GError **error);
/* Every storage of integers: dates, timestamps, ANSI intervals, unscaled decimals; range is
 * checked. */
gboolean rush_column_builder_append_int (RushColumnBuilder *self, gint64 value, GError **error);
gboolean rush_column_builder_append_int128 (RushColumnBuilder *self, rush_int128 value,
                                            GError **error); /* any decimal, unscaled */
gboolean rush_column_builder_append_double (RushColumnBuilder *self, double value, GError **error);
/* @n values that are none of them null, as they lie in a column of the type: numbers of its width.
 * Nothing is appended on failure. */
gboolean rush_column_builder_append_values (RushColumnBuilder *self, gconstpointer values, guint n,
                                            GError **error);
gboolean rush_column_builder_append_interval (RushColumnBuilder *self, RushCalendarInterval value,
                                              GError **error);
gboolean rush_column_builder_append_bytes (RushColumnBuilder *self, const char *bytes, gsize length,
                                           GError **error); /* string or binary */
/* As append_bytes, but the bytes stay in @buffer (referenced, not copied): lines of a file block.
 * Strings of up to 12 bytes are still inlined. */
gboolean rush_column_builder_append_bytes_shared (RushColumnBuilder *self, RushBuffer *buffer,
                                                  gsize offset, gsize length, GError **error);
/* The value of another column's row, null or not, of the same type. */
gboolean rush_column_builder_append_from (RushColumnBuilder *self, const RushColumn *source,
                                          guint row, GError **error);

/* (transfer none) For values inside a value. */
RushColumnBuilder *rush_column_builder_child (RushColumnBuilder *self, guint child);
gboolean rush_column_builder_end_list (RushColumnBuilder *self, GError **error);
gboolean rush_column_builder_end_struct (RushColumnBuilder *self, GError **error);

guint rush_column_builder_length (const RushColumnBuilder *self);
/* Takes all values from the @length-th on back, and what was appended to children since. */
void rush_column_builder_truncate (RushColumnBuilder *self, guint length);
/* The builder is empty again. */
RushColumn *rush_column_builder_finish (RushColumnBuilder *self);

RUSH_END_PUBLIC
