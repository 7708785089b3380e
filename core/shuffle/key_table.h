/* key_table.h - a hash table from keys to entries with room for one 8-byte value each.
 *
 * Interface:  reserve () for the worst case, then find_or_add () cannot fail.  Entries are numbered
 *             from 0 in the order in which their keys first came.
 * Ownership:  keys are copied in; memory comes from the allocator.
 * Threads:    one.
 */
#pragma once

#include "core/shuffle/key_block.h"

RUSH_BEGIN_PUBLIC

typedef union
{
  gint64 i64;
  double f64;
} RushValue;

typedef struct
{
  RushKey key; /* long ones point into the table's own blocks */
  guint64 hash;
  RushValue value; /* the owner's; 0 when the entry is new */
} RushKeyEntry;

typedef struct _RushKeyTable RushKeyTable;

RushKeyTable *rush_key_table_new (RushAllocator *allocator);
void rush_key_table_free (RushKeyTable *self);

/* Room for @n new keys with @long_bytes in those over 12 bytes.  FALSE: nothing has changed. */
gboolean rush_key_table_reserve (RushKeyTable *self, guint n, gsize long_bytes, GError **error);
/* The entry of each key of the block; what was not reserved must not be new. */
void rush_key_table_find_or_add (RushKeyTable *self, const RushKeyBlock *block,
                                 guint32 *out_entries);

guint rush_key_table_n_entries (const RushKeyTable *self);
RushKeyEntry *rush_key_table_entries (RushKeyTable *self);   /* moves when room is reserved */
gint64 rush_key_table_null_entry (const RushKeyTable *self); /* −1: no null key has come */
RushBuffer *const *rush_key_table_data (const RushKeyTable *self);
gsize rush_key_table_memory_bytes (const RushKeyTable *self);
void rush_key_table_clear (RushKeyTable *self); /* gives all memory back */

RUSH_END_PUBLIC
