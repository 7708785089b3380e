/* block_store.c - the table of one executor's map outputs.
 *
 *     shuffle 0 ─▶ { map task 4: output, map task 5: output, … }
 *     shuffle 1 ─▶ …           │
 *                              └──▶ a block of the executor's evictor, while it is in memory
 *
 * An output is known by the task that wrote it, not by its map index: two attempts at one map may
 * both finish, and only the driver knows which one it registered.
 *
 * Which output goes to disk is the evictor's business (core/storage/eviction.h).  It is told when
 * an output is read; one that is being read right now does not go, since that would free nothing.
 *
 * The lock guards the table; an output is written, read and freed outside of it.
 */
#include "core/shuffle/block_store.h"

#include <pthread.h>

typedef struct
{
  RushBlock base; /* its refs: the table's, and that of who reads or evicts it now */
  RushBlockStore *store;
  RushMapOutput *output; /* (owned) */
} StoredOutput;

struct _RushBlockStore
{
  char *executor_id;
  RushMemoryManager *memory; /* (owned) */
  RushAllocator *storage;    /* (owned) */
  RushEvictor *evictor;
  RushLocalDir *dir;
  const RushShuffleWriterClass *writer;
  RushCodec codec;
  RushCodec spill_codec;

  pthread_mutex_t lock;
  /* Guarded by lock. */
  GHashTable *shuffles; /* shuffle id → GHashTable of map task id → StoredOutput (owned) */
};

/* ---- an output as a block ---- */

static gint64
evict_output (RushBlock *block, GError **error)
{
  StoredOutput *self = (StoredOutput *)block;

  if (!rush_map_output_is_evictable (self->output))
    return 0;
  return rush_map_output_evict (self->output, self->store->codec, self->store->dir, error);
}

static void
free_output (RushBlock *block)
{
  StoredOutput *self = (StoredOutput *)block;

  rush_map_output_unref (self->output);
  g_free (self);
}

static const RushBlockClass output_class = { evict_output, free_output };

/* (transfer full: @output) */
static StoredOutput *
stored_output_new (RushBlockStore *store, RushMapOutput *output)
{
  StoredOutput *self = g_new0 (StoredOutput, 1);
  const RushMapOutputId *id = rush_map_output_id (output);
  gint64 memory_bytes, disk_bytes;

  rush_map_output_bytes (output, &memory_bytes, &disk_bytes);
  rush_block_init (
      &self->base, &output_class,
      g_strdup_printf ("shuffle_%d_%" G_GINT64_FORMAT "_0", id->shuffle_id, id->map_task_id),
      memory_bytes);
  self->store = store;
  self->output = output;
  return self;
}

/* The table's ref goes. */
static void
drop_output (gpointer data)
{
  StoredOutput *self = data;

  rush_evictor_remove (self->store->evictor, &self->base);
  rush_block_unref (&self->base);
}

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
      outputs = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, drop_output);
      g_hash_table_insert (self->shuffles, GINT_TO_POINTER (shuffle_id), outputs);
    }
  return outputs;
}

/* ---- outputs come and go ---- */

void
rush_block_store_put (RushBlockStore *self, RushMapOutput *output)
{
  const RushMapOutputId *id = rush_map_output_id (output);
  StoredOutput *stored = stored_output_new (self, output);

  pthread_mutex_lock (&self->lock);
  GHashTable *outputs = find_or_add_shuffle (self, id->shuffle_id);
  if (stored->base.bytes > 0)
    rush_evictor_add (self->evictor, &stored->base);
  gboolean is_new =
      g_hash_table_insert (outputs, g_memdup2 (&id->map_task_id, sizeof id->map_task_id), stored);
  g_assert (is_new); /* a task commits once */
  pthread_mutex_unlock (&self->lock);
}

void
rush_block_store_remove_shuffle (RushBlockStore *self, gint shuffle_id)
{
  gpointer outputs = NULL;

  pthread_mutex_lock (&self->lock);
  g_hash_table_steal_extended (self->shuffles, GINT_TO_POINTER (shuffle_id), NULL, &outputs);
  pthread_mutex_unlock (&self->lock);
  g_clear_pointer ((GHashTable **)&outputs, g_hash_table_unref);
}

void
rush_block_store_remove_all (RushBlockStore *self)
{
  g_autoptr (GHashTable) shuffles =
      g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)g_hash_table_unref);

  pthread_mutex_lock (&self->lock);
  GHashTable *before = self->shuffles;
  self->shuffles = shuffles;
  shuffles = before;
  pthread_mutex_unlock (&self->lock);
}

gboolean
rush_block_store_remove_output (RushBlockStore *self, gint shuffle_id, guint map_index)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (drop_output);
  GHashTableIter iter;
  gpointer key, stored;

  pthread_mutex_lock (&self->lock);
  GHashTable *outputs = find_shuffle (self, shuffle_id);
  if (outputs != NULL)
    {
      g_hash_table_iter_init (&iter, outputs);
      while (g_hash_table_iter_next (&iter, &key, &stored))
        if (rush_map_output_id (((StoredOutput *)stored)->output)->map_index == map_index)
          {
            g_ptr_array_add (gone, stored);
            g_hash_table_iter_steal (&iter);
            g_free (key);
          }
    }
  pthread_mutex_unlock (&self->lock);
  return gone->len > 0;
}

gboolean
rush_block_store_damage_output (RushBlockStore *self, gint shuffle_id, guint map_index)
{
  GHashTableIter iter;
  gpointer stored;
  gboolean found = FALSE;

  pthread_mutex_lock (&self->lock);
  GHashTable *outputs = find_shuffle (self, shuffle_id);
  if (outputs != NULL)
    {
      g_hash_table_iter_init (&iter, outputs);
      while (g_hash_table_iter_next (&iter, NULL, &stored))
        {
          RushMapOutput *output = ((StoredOutput *)stored)->output;

          if (rush_map_output_id (output)->map_index != map_index)
            continue;
          rush_map_output_damage (output);
          found = TRUE;
        }
    }
  pthread_mutex_unlock (&self->lock);
  return found;
}

/* ---- reading ---- */

/* (transfer full) */
static RushBlock *
find_output (RushBlockStore *self, gint shuffle_id, guint map_index, gint64 map_task_id)
{
  StoredOutput *stored = NULL;

  pthread_mutex_lock (&self->lock);
  GHashTable *outputs = find_shuffle (self, shuffle_id);
  if (outputs != NULL)
    stored = g_hash_table_lookup (outputs, &map_task_id);
  if (stored != NULL && rush_map_output_id (stored->output)->map_index == map_index)
    rush_block_ref (&stored->base);
  else
    stored = NULL;
  pthread_mutex_unlock (&self->lock);
  return stored != NULL ? &stored->base : NULL;
}

RushIterator *
rush_block_store_read (RushBlockStore *self, gint shuffle_id, guint map_index, gint64 map_task_id,
                       guint start, guint end, gboolean by_reference, RushAllocator *allocator,
                       GError **error)
{
  g_autoptr (RushBlock) block = find_output (self, shuffle_id, map_index, map_task_id);

  if (block != NULL)
    {
      rush_evictor_touch (self->evictor, block);
      return rush_map_output_read (((StoredOutput *)block)->output, start, end, by_reference,
                                   self->codec, allocator, error);
    }
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND,
               "executor %s has no output of map %u of shuffle %d by task %" G_GINT64_FORMAT,
               self->executor_id, map_index, shuffle_id, map_task_id);
  return NULL;
}

/* ---- to peers ---- */

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  const RushMapOutputId *x = a, *y = b;

  if (x->shuffle_id != y->shuffle_id)
    return x->shuffle_id < y->shuffle_id ? -1 : 1;
  return (x->map_task_id > y->map_task_id) - (x->map_task_id < y->map_task_id);
}

GArray *
rush_block_store_list (RushBlockStore *self)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (RushMapOutputId));
  GHashTableIter shuffles, outputs;
  gpointer shuffle, stored;

  pthread_mutex_lock (&self->lock);
  g_hash_table_iter_init (&shuffles, self->shuffles);
  while (g_hash_table_iter_next (&shuffles, NULL, &shuffle))
    {
      g_hash_table_iter_init (&outputs, shuffle);
      while (g_hash_table_iter_next (&outputs, NULL, &stored))
        g_array_append_vals (ids, rush_map_output_id (((StoredOutput *)stored)->output), 1);
    }
  pthread_mutex_unlock (&self->lock);
  g_array_sort (ids, compare_ids);
  return ids;
}

gboolean
rush_block_store_has (RushBlockStore *self, const RushMapOutputId *id)
{
  g_autoptr (RushBlock) block = find_output (self, id->shuffle_id, id->map_index, id->map_task_id);

  return block != NULL;
}

/* The frames in its files are what would go over the wire: encoded, compressed, with checksums. */
gboolean
rush_block_store_hand_over (RushBlockStore *self, const RushMapOutputId *id, RushBlockStore *peer,
                            GError **error)
{
  g_autoptr (RushBlock) block = find_output (self, id->shuffle_id, id->map_index, id->map_task_id);
  RushMapOutput *output;

  if (block == NULL)
    return FALSE;
  output = ((StoredOutput *)block)->output;
  if (rush_map_output_evict (output, self->codec, self->dir, error) < 0)
    return FALSE;
  rush_evictor_remove (self->evictor, block);
  rush_block_store_put (peer, rush_map_output_ref (output));
  return TRUE;
}

void
rush_block_store_stats (RushBlockStore *self, RushBlockStoreStats *out)
{
  GHashTableIter shuffles, outputs;
  gpointer shuffle, stored;
  RushBlockStoreStats stats = { 0 };

  pthread_mutex_lock (&self->lock);
  g_hash_table_iter_init (&shuffles, self->shuffles);
  while (g_hash_table_iter_next (&shuffles, NULL, &shuffle))
    {
      g_hash_table_iter_init (&outputs, shuffle);
      while (g_hash_table_iter_next (&outputs, NULL, &stored))
        {
          gint64 memory_bytes, disk_bytes;
          rush_map_output_bytes (((StoredOutput *)stored)->output, &memory_bytes, &disk_bytes);
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

const RushShuffleWriterClass *
rush_block_store_writer (RushBlockStore *self)
{
  return self->writer;
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
                      RushEvictor *evictor, RushLocalDir *dir, const RushShuffleWriterClass *writer)
{
  RushBlockStore *self = g_new0 (RushBlockStore, 1);

  self->executor_id = g_strdup (executor_id);
  self->memory = rush_memory_manager_ref (memory);
  self->storage = rush_storage_allocator_new (memory);
  self->evictor = evictor;
  self->dir = dir;
  self->writer = writer;
  self->codec = codec_of (conf, "spark.shuffle.compress");
  self->spill_codec = codec_of (conf, "spark.shuffle.spill.compress");
  pthread_mutex_init (&self->lock, NULL);
  self->shuffles = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)g_hash_table_unref);
  return self;
}
