/* nested_keys.h - structs and arrays as keys: each value as bytes that are equal if it is.
 *
 *   struct (7, "ab")      1 │ 7 0 0 0 0 0 0 0 │ 1 │ 2 0 0 0 │ a b
 *   array (null, 3)       2 0 0 0 │ 0 │ 1 │ 3 0 0 0 0 0 0 0
 *
 *   field, element   1 and its value, or 0: null          whole number   8 bytes; 16 if it is wide
 *   array            number of elements, 4 bytes          fraction       8 bytes, as a double; −0.0
 *   string           number of bytes, 4 bytes; these                     is 0.0, all NaNs are one
 *
 * So tables of groups and joins know them as strings of bytes, and a group's key is read back from
 * its bytes.  A type's own nullability leaves no trace: the two sides of a join may differ in it.
 */
#pragma once

#include "core/data/column_builder.h"
#include "sql/kernels/eval_context.h"

/* Whether values of @type are keys by way of bytes.  Maps cannot be keys: their order would
 * count. */
gboolean rush_nested_key_is (const RushType *type);
gboolean rush_nested_key_has_map (const RushType *type);

/* A column of binary, as long as @column, with the bytes of those of its rows that count. */
RushColumn *rush_nested_key_encode (const RushColumn *column, const RushRows *rows,
                                    RushAllocator *allocator, GError **error);
/* Appends the value of @type that @bytes are to @builder. */
gboolean rush_nested_key_decode (const RushType *type, const char *bytes,
                                 RushColumnBuilder *builder, GError **error);
