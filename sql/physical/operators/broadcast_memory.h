/* broadcast_memory.h - whose memory the table of a broadcast is.
 *
 * It stands in storage memory, which may have kept blocks evicted for it.  Spark's driver builds it
 * in its heap beside the pool, so a table that storage has no room for is user memory, as a whole.
 */
#pragma once

#include "sql/physical/query.h"

/* For what all tasks of @query read: storage memory alone. (transfer full) */
RushAllocator *rush_broadcast_allocator_new (RushQuery *query);
/* For a table of about @bytes: storage memory until that refuses; then its account moves to user
 * memory.  It begins there if storage could not hold so much, lest blocks be evicted for nothing.
 * (transfer full) */
RushAllocator *rush_broadcast_table_allocator_new (RushQuery *query, gint64 bytes);
