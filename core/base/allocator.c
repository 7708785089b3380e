/* allocator.c - malloc () with an account in front of it.
 *
 * Every request goes to the account first and to malloc () second; when malloc () refuses, the
 * account gets its bytes back.  So at any time
 *
 *     bytes reserved by an account  >=  bytes that its blocks occupy
 *
 * and both are equal between calls (headers of malloc () are not counted).  A block carries no
 * header of its own: the caller, who knows the size anyway, hands it back.
 *
 *     rush_alloc (32)       reserve (32)  -> malloc (32)
 *     rush_realloc (32→80)  reserve (48)  -> realloc (80)
 *     rush_realloc (80→8)   realloc (8)   -> release (72)
 *     rush_free (8)         free ()       -> release (8)
 *
 * While realloc () moves a block, the old and the new copy exist side by side for a moment; only
 * the new size is charged, as the kernel's page moves make the overlap short.
 */
#include "core/base/allocator.h"

#include <malloc.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* The 16-byte promise in the header is malloc ()'s own. */
G_STATIC_ASSERT (_Alignof (max_align_t) >= 16);

typedef struct
{
  RushAllocator base;
  atomic_size_t in_use_bytes;
} SystemAllocator;

typedef struct
{
  RushAllocator base;
  gsize limit_bytes;
  guint refuse_nth;

  pthread_mutex_t lock;
  /* Guarded by lock. */
  gsize in_use_bytes;
  guint requests;
} LimitedAllocator;

/* ---- the account ---- */

RushAllocator *
rush_allocator_ref (RushAllocator *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_allocator_unref (RushAllocator *self)
{
  if (self != NULL && rush_ref_count_dec (&self->refs))
    self->klass->finalize (self);
}

gboolean
rush_allocator_reserve (RushAllocator *self, gsize bytes, GError **error)
{
  return bytes == 0 || self->klass->reserve (self, bytes, error);
}

void
rush_allocator_release (RushAllocator *self, gsize bytes)
{
  if (bytes > 0)
    self->klass->release (self, bytes);
}

/* ---- blocks ---- */

/* No object may be larger than PTRDIFF_MAX.  malloc () knows that too, but sizes that large come
 * from an underflow, and the account should not even see them. */
static gboolean
size_is_possible (RushAllocator *self, gsize size, GError **error)
{
  if (size <= PTRDIFF_MAX)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
               "%s memory: a block of %" G_GSIZE_FORMAT " bytes cannot exist", self->klass->name,
               size);
  return FALSE;
}

static void
set_malloc_error (RushAllocator *self, gsize size, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
               "%s memory: the operating system has no block of %" G_GSIZE_FORMAT " bytes",
               self->klass->name, size);
}

gpointer
rush_alloc (RushAllocator *self, gsize size, GError **error)
{
  return rush_realloc (self, NULL, 0, size, error);
}

gpointer
rush_realloc (RushAllocator *self, gpointer block, gsize old_size, gsize new_size, GError **error)
{
  g_return_val_if_fail (block != NULL || old_size == 0, NULL);

  gsize growth = new_size > old_size ? new_size - old_size : 0;
  if (!size_is_possible (self, new_size, error) || !rush_allocator_reserve (self, growth, error))
    return NULL;

  /* realloc (block, 0) would free it: a block of no bytes still has an address. */
  gpointer moved = realloc (block, MAX (new_size, 1));
  if (moved == NULL && (block == NULL || growth > 0))
    {
      rush_allocator_release (self, growth);
      set_malloc_error (self, new_size, error);
      return NULL;
    }

  if (new_size < old_size)
    rush_allocator_release (self, old_size - new_size);
  return moved != NULL ? moved : block; /* a shrink that cannot move stays where it is */
}

void
rush_free (RushAllocator *self, gpointer block, gsize size)
{
  if (block == NULL)
    return;
  free (block);
  rush_allocator_release (self, size);
}

/* ---- the process-wide account ---- */

static gboolean
system_reserve (RushAllocator *self, gsize bytes, GError **error)
{
  atomic_fetch_add_explicit (&((SystemAllocator *)self)->in_use_bytes, bytes, memory_order_relaxed);
  return TRUE;
}

static void
system_release (RushAllocator *self, gsize bytes)
{
  gsize before = atomic_fetch_sub_explicit (&((SystemAllocator *)self)->in_use_bytes, bytes,
                                            memory_order_relaxed);
  g_assert (before >= bytes);
}

static void
system_finalize (RushAllocator *self)
{
  g_assert_not_reached (); /* immortal: somebody dropped a ref that was not theirs */
}

static const RushAllocatorClass system_class = { "system", system_reserve, system_release,
                                                 system_finalize };

static SystemAllocator system_allocator = { .base = { &system_class, { 1 } } };

RushAllocator *
rush_allocator_system (void)
{
  return &system_allocator.base;
}

void
rush_allocator_tune_process (void)
{
  mallopt (M_MMAP_THRESHOLD, 32 * 1024 * 1024);
  mallopt (M_TRIM_THRESHOLD, 256 * 1024 * 1024);
}

gsize
rush_allocator_system_in_use (void)
{
  return atomic_load_explicit (&system_allocator.in_use_bytes, memory_order_relaxed);
}

/* ---- the account for tests ---- */

static gboolean
limited_reserve (RushAllocator *base, gsize bytes, GError **error)
{
  LimitedAllocator *self = (LimitedAllocator *)base;

  pthread_mutex_lock (&self->lock);
  guint request = ++self->requests;
  gsize in_use_bytes = self->in_use_bytes;
  gboolean injected = request == self->refuse_nth;
  gboolean granted = !injected && bytes <= self->limit_bytes - in_use_bytes;
  if (granted)
    self->in_use_bytes += bytes;
  pthread_mutex_unlock (&self->lock);

  if (injected)
    g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
                 "limited memory: request %u for %" G_GSIZE_FORMAT " bytes is refused by the test",
                 request, bytes);
  else if (!granted)
    g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
                 "limited memory: %" G_GSIZE_FORMAT " bytes asked, %" G_GSIZE_FORMAT
                 " of %" G_GSIZE_FORMAT " in use",
                 bytes, in_use_bytes, self->limit_bytes);
  return granted;
}

static void
limited_release (RushAllocator *base, gsize bytes)
{
  LimitedAllocator *self = (LimitedAllocator *)base;

  pthread_mutex_lock (&self->lock);
  g_assert (self->in_use_bytes >= bytes);
  self->in_use_bytes -= bytes;
  pthread_mutex_unlock (&self->lock);
}

static void
limited_finalize (RushAllocator *base)
{
  LimitedAllocator *self = (LimitedAllocator *)base;

  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

static const RushAllocatorClass limited_class = { "limited", limited_reserve, limited_release,
                                                  limited_finalize };

gsize
rush_allocator_limited_in_use (RushAllocator *base)
{
  g_return_val_if_fail (base->klass == &limited_class, 0);
  LimitedAllocator *self = (LimitedAllocator *)base;

  pthread_mutex_lock (&self->lock);
  gsize in_use_bytes = self->in_use_bytes;
  pthread_mutex_unlock (&self->lock);
  return in_use_bytes;
}

RushAllocator *
rush_allocator_limited_new (gsize limit_bytes, guint refuse_nth)
{
  LimitedAllocator *self = g_new0 (LimitedAllocator, 1);

  self->base.klass = &limited_class;
  rush_ref_count_init (&self->base.refs);
  self->limit_bytes = limit_bytes;
  self->refuse_nth = refuse_nth;
  pthread_mutex_init (&self->lock, NULL);
  return &self->base;
}
