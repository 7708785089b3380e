/* buffer_private.h - making buffers out of memory that this folder has already got. */
#pragma once

#include "core/data/column.h"

/* @bytes came from rush_alloc (@allocator) with @capacity and becomes the buffer's; it holds a ref
 * on the allocator. */
RushBuffer *rush_buffer_take (RushAllocator *allocator, guint8 *bytes, gsize size, gsize capacity);

RushBuffer *rush_buffer_new_empty (void);

/* Bytes [offset, offset + size) of another buffer, which stays alive as long as the slice.  Counts
 * @size bytes in rush_column_memory_bytes (), not those of the whole buffer: many slices of one
 * received frame together weigh what the frame weighs. */
RushBuffer *rush_buffer_slice (RushBuffer *self, gsize offset, gsize size);
