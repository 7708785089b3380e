/* disk_entry.c - a block as a file of frames.
 *
 * A damaged block is no misfortune: it can be computed again.  But only before its first row has
 * been given out, as nobody can take rows back.  So the checksums of all frames are looked at
 * before the file is read; it stands in the page cache then, and decoding takes longer than that.
 */
#include "core/storage/disk_entry.h"

struct _RushDiskEntry
{
  RushRefCount refs;
  char *path;
  RushSchema *schema;  /* (owned) */
  RushSpillFile *file; /* (owned) removes the file */
};

gboolean
rush_disk_entry_add (RushDiskEntry *self, RushBatch *batch, GError **error)
{
  return rush_spill_file_append (self->file, batch, error);
}

gboolean
rush_disk_entry_add_memory (RushDiskEntry *self, RushMemoryEntry *entry, GError **error)
{
  return rush_memory_entry_write (entry, self->file, error);
}

gboolean
rush_disk_entry_seal (RushDiskEntry *self, GError **error)
{
  return rush_spill_file_close (self->file, error);
}

RushSchema *
rush_disk_entry_schema (RushDiskEntry *self)
{
  return self->schema;
}

gint64
rush_disk_entry_bytes (const RushDiskEntry *self)
{
  return (gint64)rush_spill_file_size (self->file);
}

const char *
rush_disk_entry_path (const RushDiskEntry *self)
{
  return self->path;
}

/* ---- reading ---- */

typedef struct
{
  RushIterator base;
  RushDiskEntry *entry; /* (owned) a ref: the file stays */
  RushIterator *frames; /* (owned) */
} EntryIterator;

static RushBatch *
entry_next (RushIterator *base, GError **error)
{
  return rush_iterator_next (((EntryIterator *)base)->frames, error);
}

static void
entry_close (RushIterator *base)
{
  EntryIterator *self = (EntryIterator *)base;

  rush_iterator_close (self->frames);
  rush_disk_entry_unref (self->entry);
  g_free (self);
}

static const RushIteratorClass entry_class = { entry_next, entry_close };

RushIterator *
rush_disk_entry_read (RushDiskEntry *self, RushAllocator *allocator, GError **error)
{
  guint64 size = rush_spill_file_size (self->file);
  g_autoptr (RushSpillFile) file = rush_spill_file_open (self->path, error);
  EntryIterator *iterator;

  if (file == NULL || !rush_spill_file_check (file, size, allocator, error))
    return NULL;
  iterator = g_new0 (EntryIterator, 1);
  iterator->base.klass = &entry_class;
  iterator->entry = rush_disk_entry_ref (self);
  iterator->frames = rush_spill_file_read (file, 0, size, self->schema, allocator);
  return &iterator->base;
}

/* ---- the entry ---- */

RushDiskEntry *
rush_disk_entry_ref (RushDiskEntry *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_disk_entry_unref (RushDiskEntry *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  rush_spill_file_unref (self->file);
  rush_schema_unref (self->schema);
  g_free (self->path);
  g_free (self);
}

RushDiskEntry *
rush_disk_entry_new (RushLocalDir *dir, const char *name, RushSchema *schema, RushCodec codec,
                     GError **error)
{
  g_autofree char *path = rush_local_dir_file (dir, name, error);
  RushSpillFile *file = path != NULL ? rush_spill_file_create (path, codec, error) : NULL;
  RushDiskEntry *self;

  if (file == NULL)
    return NULL;
  self = g_new0 (RushDiskEntry, 1);
  rush_ref_count_init (&self->refs);
  self->path = g_steal_pointer (&path);
  self->schema = rush_schema_ref (schema);
  self->file = file;
  return self;
}
