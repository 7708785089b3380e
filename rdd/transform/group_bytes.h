/* group_bytes.h - the encoded rows of one group while it grows, charged to the task.
 *
 * Interface:  append () rows as they come, look at bytes, begin () the next group.
 * Errors:     OUT_OF_MEMORY: the task may not have more, or the group is larger than a value can
 *             be; what was appended before is unchanged.
 * Threads:    one, the task's runner.
 */
#pragma once

#include "core/data/batch.h"

typedef struct
{
  GByteArray *bytes; /* (owned) */
  gsize charged_bytes;
  RushAllocator *allocator; /* (unowned) the task's */
  const char *too_large;    /* the message: what is larger than 2 GiB, and what to do instead */
} RushGroupBytes;

void rush_group_bytes_init (RushGroupBytes *self, RushAllocator *allocator, const char *too_large);
void rush_group_bytes_clear (RushGroupBytes *self);
gboolean rush_group_bytes_append (RushGroupBytes *self, const RushBatch *rows, GError **error);
/* Empties it for another group; a small block of memory is kept, and stays charged. */
void rush_group_bytes_begin (RushGroupBytes *self);
