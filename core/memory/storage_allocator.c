/* storage_allocator.c - memory of the storage pool, for map outputs.
 *
 * Unlike a task's, it is asked for to the byte: a map output is a few large buffers that live
 * long, and what storage really holds is what eviction decides by.
 */
#include "core/memory/memory_manager.h"

#include "core/base/size_string.h"

typedef struct
{
  RushAllocator base;
  RushMemoryManager *manager; /* (owned) */
} StorageAllocator;

static gboolean
refuse (const StorageAllocator *self, gsize bytes, GError **error)
{
  RushMemoryStats stats;
  rush_memory_manager_stats (self->manager, &stats);
  g_autofree char *asked = rush_format_bytes ((gint64)bytes);
  g_autofree char *pool = rush_format_bytes (stats.pool);
  g_autofree char *execution = rush_format_bytes (stats.execution_used);
  g_autofree char *storage = rush_format_bytes (stats.storage_used);

  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
               "storage memory: %s asked, but of the unified pool of %s tasks hold %s and storage "
               "%s, of which no more can be moved to disk",
               asked, pool, execution, storage);
  return FALSE;
}

static gboolean
storage_reserve (RushAllocator *base, gsize bytes, GError **error)
{
  StorageAllocator *self = (StorageAllocator *)base;

  return rush_memory_manager_acquire_storage (self->manager, (gint64)bytes) ||
         refuse (self, bytes, error);
}

static void
storage_release (RushAllocator *base, gsize bytes)
{
  rush_memory_manager_release_storage (((StorageAllocator *)base)->manager, (gint64)bytes);
}

static void
storage_finalize (RushAllocator *base)
{
  StorageAllocator *self = (StorageAllocator *)base;

  rush_memory_manager_unref (self->manager);
  g_free (self);
}

static const RushAllocatorClass storage_class = { "storage", storage_reserve, storage_release,
                                                  storage_finalize };

RushAllocator *
rush_storage_allocator_new (RushMemoryManager *manager)
{
  StorageAllocator *self = g_new0 (StorageAllocator, 1);

  self->base.klass = &storage_class;
  rush_ref_count_init (&self->base.refs);
  self->manager = rush_memory_manager_ref (manager);
  return &self->base;
}
