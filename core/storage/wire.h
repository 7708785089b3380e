/* wire.h - batches as checked, compressed frames, as they stand in files and go between executors.
 *
 * Threads: none of its own; plain functions.
 */
#pragma once

#include "core/data/encoding.h"
#include "core/lineage/iterator.h"

/* Appends @batch to @out as one frame, or as several if it is wide; @scratch is overwritten. */
gboolean rush_wire_encode (const RushBatch *batch, RushCodec codec, GByteArray *scratch,
                           GByteArray *out, GError **error);

/* The batches of one decoded frame, one after another; NULL without error: the frame is done and
 * has been let go. */
typedef struct
{
  RushBuffer *raw; /* (owned) the decoded frame, or NULL */
  gsize at;
} RushWireFrame;
RushBatch *rush_wire_frame_next (RushWireFrame *self, RushSchema *schema, RushAllocator *allocator,
                                 GError **error);
void rush_wire_frame_clear (RushWireFrame *self);

/* What @batches gives, after a journey over the wire. (transfer full: @batches) */
RushIterator *rush_wire_iterator_new (RushIterator *batches, RushCodec codec,
                                      RushAllocator *allocator);
