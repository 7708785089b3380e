/* storage_level.c - the named levels, from their table, and the words for a level. */
#include "core/event/storage_level.h"

#define RUSH_STORAGE_LEVEL(NAME, disk, memory, off_heap, deserialized, replication)                \
  const RushStorageLevel RUSH_STORAGE_##NAME = { disk, memory, off_heap, deserialized,             \
                                                 replication };
#include "core/event/storage_levels.def"
#undef RUSH_STORAGE_LEVEL

gboolean
rush_storage_level_equal (const RushStorageLevel *a, const RushStorageLevel *b)
{
  return a->use_disk == b->use_disk && a->use_memory == b->use_memory &&
         a->use_off_heap == b->use_off_heap && a->deserialized == b->deserialized &&
         a->replication == b->replication;
}

gboolean
rush_storage_level_is_valid (const RushStorageLevel *self)
{
  return (self->use_memory || self->use_disk) && self->replication > 0;
}

char *
rush_storage_level_to_string (const RushStorageLevel *self)
{
  return g_strdup_printf ("StorageLevel(%s%s%s%s%u replicas)", self->use_disk ? "disk, " : "",
                          self->use_memory ? "memory, " : "", self->use_off_heap ? "offheap, " : "",
                          self->deserialized ? "deserialized, " : "", self->replication);
}

char *
rush_storage_level_describe (const RushStorageLevel *self)
{
  const char *memory = self->use_off_heap ? "Memory (off heap) " : "Memory ";

  return g_strdup_printf ("%s%s%s %ux Replicated", self->use_disk ? "Disk " : "",
                          self->use_memory ? memory : "",
                          self->deserialized ? "Deserialized" : "Serialized", self->replication);
}
