/* metered_allocator.c - see metered_allocator.h. */
#include "sql/physical/tables/metered_allocator.h"

typedef struct
{
  RushAllocator base;
  RushAllocator *behind; /* (owned) */
  atomic_size_t in_use;
} MeteredAllocator;

static gboolean
metered_reserve (RushAllocator *base, gsize bytes, GError **error)
{
  MeteredAllocator *self = (MeteredAllocator *)base;

  if (!rush_allocator_reserve (self->behind, bytes, error))
    return FALSE;
  atomic_fetch_add_explicit (&self->in_use, bytes, memory_order_relaxed);
  return TRUE;
}

static void
metered_release (RushAllocator *base, gsize bytes)
{
  MeteredAllocator *self = (MeteredAllocator *)base;

  atomic_fetch_sub_explicit (&self->in_use, bytes, memory_order_relaxed);
  rush_allocator_release (self->behind, bytes);
}

static void
metered_finalize (RushAllocator *base)
{
  rush_allocator_unref (((MeteredAllocator *)base)->behind);
  g_free (base);
}

static const RushAllocatorClass metered_class = { "metered", metered_reserve, metered_release,
                                                  metered_finalize };

gsize
rush_metered_allocator_in_use (RushAllocator *self)
{
  g_assert (self->klass == &metered_class);
  return atomic_load_explicit (&((MeteredAllocator *)self)->in_use, memory_order_relaxed);
}

RushAllocator *
rush_metered_allocator_new (RushAllocator *behind)
{
  MeteredAllocator *self = g_new0 (MeteredAllocator, 1);

  self->base.klass = &metered_class;
  rush_ref_count_init (&self->base.refs);
  self->behind = rush_allocator_ref (behind);
  return &self->base;
}
