/* refcount.h - C11 atomic reference counts.
 *
 * GLib's g_rc_box is not used on engine paths: ThreadSanitizer cannot see through an
 * uninstrumented GLib and would report races that are not there (and hide the real ones).
 *
 * Interface:  embed a RushRefCount, rush_ref_count_init () it to 1; when _dec () returns TRUE the
 *             caller was the last owner and frees the object.
 * Threads:    any.  The decrement is acquire-release, so the freeing thread sees every write.
 */
#pragma once

#include "core/base/public.h"

#include <glib.h>
#include <stdatomic.h>

RUSH_BEGIN_PUBLIC

typedef struct
{
  atomic_int count;
} RushRefCount;

static inline void
rush_ref_count_init (RushRefCount *refs)
{
  atomic_init (&refs->count, 1);
}

static inline void
rush_ref_count_inc (RushRefCount *refs)
{
  int before = atomic_fetch_add_explicit (&refs->count, 1, memory_order_relaxed);
  g_assert (before > 0);
}

static inline gboolean
rush_ref_count_dec (RushRefCount *refs)
{
  int before = atomic_fetch_sub_explicit (&refs->count, 1, memory_order_acq_rel);
  g_assert (before > 0);
  return before == 1;
}

static inline int
rush_ref_count_get (RushRefCount *refs)
{
  return atomic_load_explicit (&refs->count, memory_order_acquire);
}

RUSH_END_PUBLIC
