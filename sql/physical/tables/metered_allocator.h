/* metered_allocator.h - an allocator in front of another one, that knows what is out.
 *
 * A table that keeps its memory in many places (rows, states, what states point to) says with one
 * of these how much it holds, which is what a memory consumer must know.
 *
 * Threads: those of the allocator behind it; the meter is atomic.
 */
#pragma once

#include "core/base/allocator.h"

RushAllocator *rush_metered_allocator_new (RushAllocator *behind);
gsize rush_metered_allocator_in_use (RushAllocator *self);
