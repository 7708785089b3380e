/* map_output.c - two forms of one thing, and the way from the first to the second.
 *
 *       in memory                                       in files
 *     rows ─▶ [ batch │ batch │ batch ]   evict ()    .data   frames, none across partitions
 *              └p0┘└──p1───┘└p2┘└p3──┘   ────────▶    .index  where each partition begins
 *
 * The form changes once, from left to right, under the output's lock; bytes move without it.  A
 * reader takes a ref on the form it found: rows that were evicted meanwhile are freed when the
 * reader is done, and files are open descriptors to it, which outlive their names.
 */
#include "core/shuffle/map_output.h"

#include "core/storage/wire.h"

#include <pthread.h>
#include <unistd.h>

struct _RushMapOutput
{
  RushRefCount refs;
  RushMapOutputId id;
  guint n_partitions;
  RushSchema *schema; /* (owned) */

  pthread_mutex_t writing; /* held by who writes the files */
  pthread_mutex_t lock;
  /* Guarded by lock. */
  RushMapRows *rows; /* NULL: in files */
  char *data_path;   /* NULL: in memory */
  char *index_path;
  gint64 disk_bytes;
  gboolean damaged;
};

/* ---- files ---- */

static char *
output_path (RushMapOutputId id, const char *suffix, RushLocalDir *dir, GError **error)
{
  g_autofree char *name = g_strdup_printf ("shuffle_%d_%" G_GINT64_FORMAT "_0.%s", id.shuffle_id,
                                           id.map_task_id, suffix);
  return rush_local_dir_file (dir, name, error);
}

char *
rush_map_output_data_path (RushMapOutputId id, RushLocalDir *dir, GError **error)
{
  return output_path (id, "data", dir, error);
}

/* Makes @file whole with an index beside it; on failure neither is left once @file is freed. */
static gboolean
complete_files (RushMapOutputId id, RushPartitionFile *file, RushLocalDir *dir,
                char **out_index_path, GError **error)
{
  g_autofree char *index_path = output_path (id, "index", dir, error);

  if (index_path == NULL || !rush_partition_file_finish (file, error) ||
      !rush_partition_file_write_index (file, index_path, error))
    return FALSE;
  rush_spill_file_keep (file->file);
  *out_index_path = g_steal_pointer (&index_path);
  return TRUE;
}

static gint64
disk_bytes (const RushPartitionFile *file)
{
  return (gint64)rush_spill_file_size (file->file) + ((gint64)file->n_partitions + 1) * 16;
}

static RushIterator *
read_files (const RushMapOutput *self, const char *data_path, const char *index_path, guint start,
            guint end, RushAllocator *allocator, GError **error)
{
  guint64 from, to;

  if (!rush_partition_index_lookup (index_path, start, end, &from, &to, error))
    return NULL;
  g_autoptr (RushSpillFile) file = rush_spill_file_open (data_path, error);
  if (file == NULL)
    return NULL;
  return rush_spill_file_read (file, from, to, self->schema, allocator);
}

/* ---- eviction ---- */

gboolean
rush_map_output_is_evictable (RushMapOutput *self)
{
  pthread_mutex_lock (&self->lock);
  gboolean evictable = self->rows != NULL && !rush_map_rows_is_shared (self->rows);
  pthread_mutex_unlock (&self->lock);
  return evictable;
}

/* By one thread at a time. */
static gint64
write_files (RushMapOutput *self, RushCodec codec, RushLocalDir *dir, GError **error)
{
  g_autofree char *data_path = rush_map_output_data_path (self->id, dir, error);
  g_autofree char *index_path = NULL;

  pthread_mutex_lock (&self->lock);
  g_autoptr (RushMapRows) rows = self->rows != NULL ? rush_map_rows_ref (self->rows) : NULL;
  pthread_mutex_unlock (&self->lock);
  if (data_path == NULL)
    return -1;
  if (rows == NULL)
    return 0;
  g_autoptr (RushPartitionFile) file = rush_map_rows_write (rows, data_path, codec, error);
  if (file == NULL || !complete_files (self->id, file, dir, &index_path, error))
    return -1;

  pthread_mutex_lock (&self->lock);
  g_clear_pointer (&self->rows, rush_map_rows_unref);
  self->data_path = g_steal_pointer (&data_path);
  self->index_path = g_steal_pointer (&index_path);
  self->disk_bytes = disk_bytes (file);
  pthread_mutex_unlock (&self->lock);
  return rush_map_rows_bytes (rows);
}

gint64
rush_map_output_evict (RushMapOutput *self, RushCodec codec, RushLocalDir *dir, GError **error)
{
  gint64 bytes;

  pthread_mutex_lock (&self->writing);
  bytes = write_files (self, codec, dir, error);
  pthread_mutex_unlock (&self->writing);
  return bytes;
}

/* ---- outputs ---- */

void
rush_map_output_damage (RushMapOutput *self)
{
  pthread_mutex_lock (&self->lock);
  self->damaged = TRUE;
  pthread_mutex_unlock (&self->lock);
}

RushIterator *
rush_map_output_read (RushMapOutput *self, guint start, guint end, gboolean by_reference,
                      RushCodec codec, RushAllocator *allocator, GError **error)
{
  g_return_val_if_fail (start <= end && end <= self->n_partitions, NULL);

  pthread_mutex_lock (&self->lock);
  RushMapRows *rows = self->rows != NULL ? rush_map_rows_ref (self->rows) : NULL;
  g_autofree char *data_path = g_strdup (self->data_path);
  g_autofree char *index_path = g_strdup (self->index_path);
  gboolean damaged = self->damaged;
  pthread_mutex_unlock (&self->lock);

  if (damaged)
    {
      g_clear_pointer (&rows, rush_map_rows_unref);
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
                   "the output of map %u of shuffle %d is damaged: its checksum does not hold",
                   self->id.map_index, self->id.shuffle_id);
      return NULL;
    }
  if (rows == NULL)
    return read_files (self, data_path, index_path, start, end, allocator, error);
  RushIterator *slices = rush_map_rows_read (rows, start, end);
  return by_reference ? slices : rush_wire_iterator_new (slices, codec, allocator);
}

const RushMapOutputId *
rush_map_output_id (const RushMapOutput *self)
{
  return &self->id;
}

void
rush_map_output_bytes (RushMapOutput *self, gint64 *out_memory, gint64 *out_disk)
{
  pthread_mutex_lock (&self->lock);
  *out_memory = self->rows != NULL ? rush_map_rows_bytes (self->rows) : 0;
  *out_disk = self->disk_bytes;
  pthread_mutex_unlock (&self->lock);
}

RushMapOutput *
rush_map_output_ref (RushMapOutput *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_map_output_unref (RushMapOutput *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  rush_map_rows_unref (self->rows);
  if (self->data_path != NULL)
    {
      unlink (self->data_path);
      unlink (self->index_path);
    }
  g_free (self->data_path);
  g_free (self->index_path);
  rush_schema_unref (self->schema);
  pthread_mutex_destroy (&self->writing);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

static RushMapOutput *
output_new (RushMapOutputId id, RushSchema *schema, guint n_partitions)
{
  RushMapOutput *self = g_new0 (RushMapOutput, 1);

  rush_ref_count_init (&self->refs);
  self->id = id;
  self->schema = rush_schema_ref (schema);
  self->n_partitions = n_partitions;
  pthread_mutex_init (&self->writing, NULL);
  pthread_mutex_init (&self->lock, NULL);
  return self;
}

RushMapOutput *
rush_map_output_new_in_memory (RushMapOutputId id, RushMapRows *rows)
{
  RushMapOutput *self =
      output_new (id, rush_map_rows_schema (rows), rush_map_rows_n_partitions (rows));

  g_assert (rush_map_rows_is_complete (rows));
  self->rows = rows;
  return self;
}

RushMapOutput *
rush_map_output_new_in_files (RushMapOutputId id, RushSchema *schema, RushPartitionFile *file,
                              RushLocalDir *dir, GError **error)
{
  g_autoptr (RushPartitionFile) owned = file;
  g_autofree char *data_path = rush_map_output_data_path (id, dir, error);
  char *index_path;

  if (data_path == NULL || !complete_files (id, file, dir, &index_path, error))
    return NULL;
  RushMapOutput *self = output_new (id, schema, file->n_partitions);
  self->data_path = g_steal_pointer (&data_path);
  self->index_path = index_path;
  self->disk_bytes = disk_bytes (file);
  return self;
}
