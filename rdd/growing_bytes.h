/* growing_bytes.h - bytes that grow with data, for which an allocator is charged: what a record or
 * a block of a file is put together in.
 *
 * Ownership:  init () refs the allocator, clear () gives all back; zeros, with no allocator, may be
 *             cleared, too.
 * Threads:    one.
 */
#pragma once

#include "core/base/allocator.h"

typedef struct
{
  guint8 *bytes;
  gsize n;        /* that are in use */
  gsize capacity; /* that are charged */
  RushAllocator *allocator;
} RushGrowingBytes;

void rush_growing_bytes_init (RushGrowingBytes *self, RushAllocator *allocator);
void rush_growing_bytes_clear (RushGrowingBytes *self);
/* These fail with OUT_OF_MEMORY, and then leave everything as it was. */
gboolean rush_growing_bytes_reserve (RushGrowingBytes *self, gsize capacity, GError **error);
gboolean rush_growing_bytes_append (RushGrowingBytes *self, const guint8 *bytes, gsize n,
                                    GError **error);
