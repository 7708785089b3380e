/* entry_columns.h - entries [first, first + n) of a key table as columns.
 *
 * Ownership: the columns share nothing with the table.
 * Threads:   one.
 */
#pragma once

#include "core/shuffle/key_table.h"

/* The keys, in a column of @type. (transfer full) */
RushColumn *rush_key_table_key_column (RushKeyTable *table, const RushType *type, guint first,
                                       guint n, RushAllocator *allocator, GError **error);
/* The values, in a column of int64 or float64; has_value[e] is FALSE: that of entry e is null.
 * @has_value NULL: none is. (transfer full) */
RushColumn *rush_key_table_value_column (RushKeyTable *table, const RushType *type,
                                         const guint8 *has_value, guint first, guint n,
                                         RushAllocator *allocator, GError **error);
