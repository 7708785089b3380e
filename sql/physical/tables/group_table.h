/* group_table.h - from keys to dense group numbers, a batch at a time.
 *
 * Interface:  find_or_add () gives each row the number of its group, 0, 1, 2 … in the order in
 *             which groups were first seen; find () does not add (a join's probe).  key_column ()
 *             gives the keys back, as columns.
 * Memory:     from the allocator; a refused find_or_add () leaves all groups as they were, maybe
 *             with some more of them, which nobody has numbers of.
 * Threads:    one that adds; once nobody adds any more, any number may find ().
 * Mirrors:    org.apache.spark.unsafe.map.BytesToBytesMap, with dense numbers as in the "vectorized
 *             hash table" of MonetDB/X100.
 */
#pragma once

#include "sql/physical/tables/combining_seam.h"
#include "sql/physical/tables/key_rows.h"

#define RUSH_NO_GROUP G_MAXUINT32

typedef struct _RushGroupTable RushGroupTable;

RushGroupTable *rush_group_table_new (RushKeyLayout *layout, RushAllocator *allocator);
/* The same with another file's way from keys to groups (NULL: ours), for find_or_add () alone. */
RushGroupTable *rush_group_table_new_with (const RushCombineTable *finder, RushKeyLayout *layout,
                                           RushAllocator *allocator);
void rush_group_table_free (RushGroupTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushGroupTable, rush_group_table_free)

/* @out_groups[i]: of the i-th row that counts; RUSH_NO_GROUP where a key is null and the layout has
 * no place for nulls. */
gboolean rush_group_table_find_or_add (RushGroupTable *self, RushColumn *const *keys,
                                       const RushRows *rows, guint32 *out_groups, GError **error);
/* FALSE: keys that are structs or arrays found no memory; others cannot fail. */
gboolean rush_group_table_find (const RushGroupTable *self, RushColumn *const *keys,
                                const RushRows *rows, guint32 *out_groups, GError **error);
guint rush_group_table_n_groups (const RushGroupTable *self);
/* Key @k of groups [first, first + n). */
RushColumn *rush_group_table_key_column (const RushGroupTable *self, guint k, guint first, guint n,
                                         RushAllocator *allocator, GError **error);
guint64 rush_group_table_hash (const RushGroupTable *self, guint group);
gsize rush_group_table_memory_bytes (const RushGroupTable *self);
void rush_group_table_clear (RushGroupTable *self); /* gives its memory back */
