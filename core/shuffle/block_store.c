/* block_store.c - the table of one executor's map outputs, and which of them goes to disk next.
 *
 *     shuffle 0 ─▶ { map task 4: output, map task 5: output, … }
 *     shuffle 1 ─▶ …
 *
 *     oldest ─▶ [ output │ output │ output ] ◀─ newest        the order of eviction
 *
 * An output is known by the task that wrote it, not by its map index: two attempts at one map may
 * both finish, and only the driver knows which one it registered.
 *
 * Eviction takes the oldest output that is in memory and that nobody reads.  The oldest is the
 * likeliest to have been read already; one that is being read would not free anything.
 *
 * The lock guards the table and the queue; an output is written, read and freed outside of it.
 * An output that cannot be written stays where it is and is not tried again.
 */
#include "core/shuffle/block_store.h"

#include "core/shuffle/map_output.h"

#include <pthread.h>

struct _RushBlockStore
{
  char *executor_id;
  RushMemoryManager *memory; /* (owned) */
  RushAllocator *storage;    /* (owned) */
  RushLocalDir *dir;
  RushCodec codec;
  RushCodec spill_codec;

  pthread_mutex_t lock;
  /* Guarded by lock. */
  GHashTable *shuffles; /* shuffle id → GHashTable of map task id → RushMapOutput (owned) */
  GQueue evictable;     /* of RushMapOutput (owned: a ref) in memory, oldest first */
};

/* ---- the table, lock held ---- */

static GHashTable *
find_shuffle (RushBlockStore *self, gint shuffle_id)
{
  return g_hash_table_lookup (self->shuffles, GINT_TO_POINTER (shuffle_id));
}

static GHashTable *
find_or_add_shuffle (RushBlockStore *self, gint shuffle_id)
{
  GHashTable *outputs = find_shuffle (self, shuffle_id);

  if (outputs == NULL)
    {
      outputs = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                       (GDestroyNotify)rush_map_output_unref);
      g_hash_table_insert (self->shuffles, GINT_TO_POINTER (shuffle_id), outputs);
    }
  return outputs;
}

/* Moves outputs from the queue to @out that @shuffle_id (−1: any) and @map_index (−1: any) name. */
static void
take_from_queue (RushBlockStore *self, gint shuffle_id, gint64 map_index, GPtrArray *out)
{
  for (GList *link = self->evictable.head, *next; link != NULL; link = next)
    {
      const RushMapOutputId *id = rush_map_output_id (link->data);

      next = link->next;
      if ((shuffle_id >= 0 && id->shuffle_id != shuffle_id) ||
          (map_index >= 0 && id->map_index != map_index))
        continue;
      g_ptr_array_add (out, link->data);
      g_queue_delete_link (&self->evictable, link);
    }
}

/* ---- eviction ---- */

/* The oldest output that can go, out of the queue for good. (transfer full) */
static RushMapOutput *
take_oldest (RushBlockStore *self)
{
  RushMapOutput *oldest = NULL;

  pthread_mutex_lock (&self->lock);
  for (GList *link = self->evictable.head; link != NULL && oldest == NULL; link = link->next)
    if (rush_map_output_is_evictable (link->data))
      {
        oldest = link->data;
        g_queue_delete_link (&self->evictable, link);
        break;
      }
  pthread_mutex_unlock (&self->lock);
  return oldest;
}

static gint64
evict_oldest (gpointer data, gint64 wanted)
{
  RushBlockStore *self = data;
  gint64 freed = 0;

  while (freed < wanted)
    {
      g_autoptr (RushMapOutput) oldest = take_oldest (self);
      g_autoptr (GError) error = NULL;

      if (oldest == NULL)
        break;
      gint64 bytes = rush_map_output_evict (oldest, self->codec, self->dir, &error);
      if (bytes < 0)
        g_warning ("a map output stays in memory, as it cannot be moved to disk: %s",
                   error->message);
      freed += MAX (bytes, 0);
    }
  return freed;
}

/* ---- outputs come and go ---- */

void
rush_block_store_put (RushBlockStore *self, RushMapOutput *output)
{
  const RushMapOutputId *id = rush_map_output_id (output);

  pthread_mutex_lock (&self->lock);
  GHashTable *outputs = find_or_add_shuffle (self, id->shuffle_id);
  if (rush_map_output_is_evictable (output))
    g_queue_push_tail (&self->evictable, rush_map_output_ref (output));
  gboolean is_new =
      g_hash_table_insert (outputs, g_memdup2 (&id->map_task_id, sizeof id->map_task_id), output);
  g_assert (is_new); /* a task commits once */
  pthread_mutex_unlock (&self->lock);
}

void
rush_block_store_remove_shuffle (RushBlockStore *self, gint shuffle_id)
{
  g_autoptr (GPtrArray) gone =
      g_ptr_array_new_with_free_func ((GDestroyNotify)rush_map_output_unref);
  gpointer outputs = NULL;

  pthread_mutex_lock (&self->lock);
  g_hash_table_steal_extended (self->shuffles, GINT_TO_POINTER (shuffle_id), NULL, &outputs);
  take_from_queue (self, shuffle_id, -1, gone);
  pthread_mutex_unlock (&self->lock);
  g_clear_pointer ((GHashTable **)&outputs, g_hash_table_unref);
}

void
rush_block_store_remove_all (RushBlockStore *self)
{
  g_autoptr (GPtrArray) gone =
      g_ptr_array_new_with_free_func ((GDestroyNotify)rush_map_output_unref);
  g_autoptr (GHashTable) shuffles =
      g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)g_hash_table_unref);

  pthread_mutex_lock (&self->lock);
  GHashTable *before = self->shuffles;
  self->shuffles = shuffles;
  shuffles = before;
  take_from_queue (self, -1, -1, gone);
  pthread_mutex_unlock (&self->lock);
}

gboolean
rush_block_store_remove_output (RushBlockStore *self, gint shuffle_id, guint map_index)
{
  g_autoptr (GPtrArray) gone =
      g_ptr_array_new_with_free_func ((GDestroyNotify)rush_map_output_unref);
  GHashTableIter iter;
  gpointer output;
  gboolean found = FALSE;

  pthread_mutex_lock (&self->lock);
  GHashTable *outputs = find_shuffle (self, shuffle_id);
  if (outputs != NULL)
    {
      g_hash_table_iter_init (&iter, outputs);
      while (g_hash_table_iter_next (&iter, NULL, &output))
        if (rush_map_output_id (output)->map_index == map_index)
          {
            g_ptr_array_add (gone, rush_map_output_ref (output));
            g_hash_table_iter_remove (&iter);
            found = TRUE;
          }
      take_from_queue (self, shuffle_id, map_index, gone);
    }
  pthread_mutex_unlock (&self->lock);
  return found;
}

/* ---- reading ---- */

/* (transfer full) */
static RushMapOutput *
find_output (RushBlockStore *self, gint shuffle_id, guint map_index, gint64 map_task_id)
{
  RushMapOutput *output = NULL;

  pthread_mutex_lock (&self->lock);
  GHashTable *outputs = find_shuffle (self, shuffle_id);
  if (outputs != NULL)
    output = g_hash_table_lookup (outputs, &map_task_id);
  if (output != NULL && rush_map_output_id (output)->map_index == map_index)
    rush_map_output_ref (output);
  else
    output = NULL;
  pthread_mutex_unlock (&self->lock);
  return output;
}

RushIterator *
rush_block_store_read (RushBlockStore *self, gint shuffle_id, guint map_index, gint64 map_task_id,
                       guint start, guint end, gboolean by_reference, RushAllocator *allocator,
                       GError **error)
{
  g_autoptr (RushMapOutput) output = find_output (self, shuffle_id, map_index, map_task_id);

  if (output != NULL)
    return rush_map_output_read (output, start, end, by_reference, self->codec, allocator, error);
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND,
               "executor %s has no output of map %u of shuffle %d by task %" G_GINT64_FORMAT,
               self->executor_id, map_index, shuffle_id, map_task_id);
  return NULL;
}

void
rush_block_store_stats (RushBlockStore *self, RushBlockStoreStats *out)
{
  GHashTableIter shuffles, outputs;
  gpointer shuffle, output;
  RushBlockStoreStats stats = { 0 };

  pthread_mutex_lock (&self->lock);
  g_hash_table_iter_init (&shuffles, self->shuffles);
  while (g_hash_table_iter_next (&shuffles, NULL, &shuffle))
    {
      g_hash_table_iter_init (&outputs, shuffle);
      while (g_hash_table_iter_next (&outputs, NULL, &output))
        {
          gint64 memory_bytes, disk_bytes;
          rush_map_output_bytes (output, &memory_bytes, &disk_bytes);
          stats.n_outputs++;
          stats.n_on_disk += disk_bytes > 0;
          stats.memory_bytes += memory_bytes;
          stats.disk_bytes += disk_bytes;
        }
    }
  pthread_mutex_unlock (&self->lock);
  *out = stats;
}

/* ---- the store ---- */

RushLocalDir *
rush_block_store_dir (RushBlockStore *self)
{
  return self->dir;
}

RushAllocator *
rush_block_store_allocator (RushBlockStore *self)
{
  return self->storage;
}

RushCodec
rush_block_store_codec (RushBlockStore *self)
{
  return self->codec;
}

RushCodec
rush_block_store_spill_codec (RushBlockStore *self)
{
  return self->spill_codec;
}

void
rush_block_store_free (RushBlockStore *self)
{
  if (self == NULL)
    return;
  rush_memory_manager_set_evictor (self->memory, NULL, NULL);
  rush_block_store_remove_all (self);
  g_hash_table_unref (self->shuffles);
  rush_allocator_unref (self->storage);
  rush_memory_manager_unref (self->memory);
  pthread_mutex_destroy (&self->lock);
  g_free (self->executor_id);
  g_free (self);
}

static RushCodec
codec_of (const RushConf *conf, const char *key)
{
  return rush_conf_get_bool (conf, key) ? RUSH_CODEC_ZSTD : RUSH_CODEC_NONE;
}

RushBlockStore *
rush_block_store_new (const RushConf *conf, const char *executor_id, RushMemoryManager *memory,
                      RushLocalDir *dir)
{
  RushBlockStore *self = g_new0 (RushBlockStore, 1);

  self->executor_id = g_strdup (executor_id);
  self->memory = rush_memory_manager_ref (memory);
  self->storage = rush_storage_allocator_new (memory);
  self->dir = dir;
  self->codec = codec_of (conf, "spark.shuffle.compress");
  self->spill_codec = codec_of (conf, "spark.shuffle.spill.compress");
  pthread_mutex_init (&self->lock, NULL);
  self->shuffles = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)g_hash_table_unref);
  g_queue_init (&self->evictable);
  rush_memory_manager_set_evictor (memory, evict_oldest, self);
  return self;
}
