/* allocator.h - memory that grows with data is asked for, and may be refused.
 *
 * g_malloc () ends the process when memory is short.  Buffers, hash tables, sort runs and shuffle
 * blocks therefore come from a RushAllocator: a malloc () with an account in front of it.  The
 * account may belong to the whole process (rush_allocator_system ()), to a task's share of the
 * execution pool or to the storage pool (core/memory), or to a test that refuses the n-th request.
 * A refusal is an ordinary GError (RUSH_CORE_ERROR_OUT_OF_MEMORY) that spills or fails one task.
 *
 * Interface:  rush_alloc () / rush_realloc () / rush_free () carry the size, as the account needs
 *             it; blocks are 16-byte aligned and not cleared.
 * Ownership:  whoever holds memory from an allocator holds a ref on the allocator (a batch in the
 *             shuffle outlives the task that built it).
 * Threads:    an allocator may be used from any thread; subclasses guard their accounts.
 */
#pragma once

#include "core/base/error.h"
#include "core/base/refcount.h"
#include "core/base/public.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushAllocator RushAllocator;

typedef struct
{
  const char *name; /* "system", "task", "storage": named in refusals */
  /* Take @bytes from the account or set @error and leave it unchanged. */
  gboolean (*reserve) (RushAllocator *self, gsize bytes, GError **error);
  void (*release) (RushAllocator *self, gsize bytes);
  void (*finalize) (RushAllocator *self);
} RushAllocatorClass;

struct _RushAllocator
{
  const RushAllocatorClass *klass;
  RushRefCount refs;
};

RushAllocator *rush_allocator_ref (RushAllocator *self);
void rush_allocator_unref (RushAllocator *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushAllocator, rush_allocator_unref)

/* Take from, and give back to, the account without allocating: for foreign memory (Arrow imports,
 * mapped files) and for structures that are charged in steps. */
gboolean rush_allocator_reserve (RushAllocator *self, gsize bytes, GError **error);
void rush_allocator_release (RushAllocator *self, gsize bytes);

gpointer rush_alloc (RushAllocator *self, gsize size, GError **error);
/* On failure the old block is unchanged and still the caller's. */
gpointer rush_realloc (RushAllocator *self, gpointer block, gsize old_size, gsize new_size,
                       GError **error);
void rush_free (RushAllocator *self, gpointer block, gsize size); /* NULL is fine */

/* The process-wide account: never refuses before malloc () does; counts what is out. */
RushAllocator *rush_allocator_system (void); /* (transfer none), immortal */
gsize rush_allocator_system_in_use (void);   /* bytes */
/* Tells malloc () to keep what batches give back: buffers of up to 32 MiB come from its arenas, not
 * from the kernel page by page (a batch of decimals costs four times as much otherwise).  Once,
 * when an application starts; any thread. */
void rush_allocator_tune_process (void);

/* For tests: an account with @limit_bytes, that also refuses the @refuse_nth request (from 1;
 * 0 never).  rush_allocator_limited_in_use () must be 0 at the end of a test that leaks nothing. */
RushAllocator *rush_allocator_limited_new (gsize limit_bytes, guint refuse_nth);
gsize rush_allocator_limited_in_use (RushAllocator *self);

RUSH_END_PUBLIC
