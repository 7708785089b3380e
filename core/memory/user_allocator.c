/* user_allocator.c - user memory for what belongs to no task: the table of a broadcast join that
 * storage memory has no room for.
 *
 * Spark's driver builds such tables in its heap beside the pool, uncounted.  Here they are counted,
 * and leave a quarter of user memory to the tasks' batches.
 */
#include "core/memory/memory_manager.h"

#include "core/base/size_string.h"

typedef struct
{
  RushAllocator base;
  RushMemoryManager *manager; /* (owned) */
} UserAllocator;

static gboolean
refuse (const UserAllocator *self, gsize bytes, GError **error)
{
  RushMemoryStats stats;
  rush_memory_manager_stats (self->manager, &stats);
  g_autofree char *asked = rush_format_bytes ((gint64)bytes);
  g_autofree char *user = rush_format_bytes (stats.user);
  g_autofree char *tables = rush_format_bytes (stats.user_tables);
  g_autofree char *batches = rush_format_bytes (stats.user_used - stats.user_tables);

  g_set_error (
      error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
      "user memory: %s asked, but of the %s outside the unified pool tables hold %s, which "
      "may be three quarters at most, and batches on their way %s",
      asked, user, tables, batches);
  return FALSE;
}

static gboolean
user_reserve (RushAllocator *base, gsize bytes, GError **error)
{
  UserAllocator *self = (UserAllocator *)base;

  return rush_memory_manager_acquire_table (self->manager, (gint64)bytes) ||
         refuse (self, bytes, error);
}

static void
user_release (RushAllocator *base, gsize bytes)
{
  rush_memory_manager_release_table (((UserAllocator *)base)->manager, (gint64)bytes);
}

static void
user_finalize (RushAllocator *base)
{
  UserAllocator *self = (UserAllocator *)base;

  rush_memory_manager_unref (self->manager);
  g_free (self);
}

static const RushAllocatorClass user_class = { "user", user_reserve, user_release, user_finalize };

RushAllocator *
rush_user_allocator_new (RushMemoryManager *manager)
{
  UserAllocator *self = g_new0 (UserAllocator, 1);

  self->base.klass = &user_class;
  rush_ref_count_init (&self->base.refs);
  self->manager = rush_memory_manager_ref (manager);
  return &self->base;
}
