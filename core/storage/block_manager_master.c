/* block_manager_master.c - rdd → partition → copies.
 *
 * Sums are made when somebody asks: updates come with every block of every task, questions from
 * people.  A partition of which no copy is left has no entry, and neither has an RDD without
 * partitions, so that "is it there" is a look-up.
 */
#include "core/storage/block_manager_master.h"

#include <pthread.h>

typedef struct
{
  const char *executor_id; /* interned */
  RushStorageLevel level;
  gint64 memory_bytes;
  gint64 disk_bytes;
  guint64 made_in; /* how many jobs had been submitted */
} Copy;

struct _RushBlockManagerMaster
{
  pthread_mutex_t lock;
  /* Guarded by lock. */
  GTree *rdds;    /* rdd id → GHashTable of partition → GArray of Copy */
  guint64 n_jobs; /* submitted so far */
};

static gint
compare_ids (gconstpointer a, gconstpointer b, gpointer unused)
{
  gint x = GPOINTER_TO_INT (a), y = GPOINTER_TO_INT (b);

  return (x > y) - (x < y);
}

/* ---- changes, lock held ---- */

static GArray *
find_copies (RushBlockManagerMaster *self, gint rdd_id, guint split)
{
  GHashTable *partitions = g_tree_lookup (self->rdds, GINT_TO_POINTER (rdd_id));

  return partitions != NULL ? g_hash_table_lookup (partitions, GUINT_TO_POINTER (split)) : NULL;
}

static GArray *
find_or_add_copies (RushBlockManagerMaster *self, gint rdd_id, guint split)
{
  GHashTable *partitions = g_tree_lookup (self->rdds, GINT_TO_POINTER (rdd_id));
  GArray *copies;

  if (partitions == NULL)
    {
      partitions = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)g_array_unref);
      g_tree_insert (self->rdds, GINT_TO_POINTER (rdd_id), partitions);
    }
  copies = g_hash_table_lookup (partitions, GUINT_TO_POINTER (split));
  if (copies == NULL)
    {
      copies = g_array_new (FALSE, FALSE, sizeof (Copy));
      g_hash_table_insert (partitions, GUINT_TO_POINTER (split), copies);
    }
  return copies;
}

static void
remove_copy (GArray *copies, const char *executor_id)
{
  for (guint i = 0; i < copies->len; i++)
    if (g_array_index (copies, Copy, i).executor_id == executor_id)
      {
        g_array_remove_index (copies, i);
        return;
      }
}

/* Forgets the partition, and the RDD, if there is nothing left of it. */
static void
prune (RushBlockManagerMaster *self, gint rdd_id, guint split)
{
  GHashTable *partitions = g_tree_lookup (self->rdds, GINT_TO_POINTER (rdd_id));
  GArray *copies = g_hash_table_lookup (partitions, GUINT_TO_POINTER (split));

  if (copies->len == 0)
    g_hash_table_remove (partitions, GUINT_TO_POINTER (split));
  if (g_hash_table_size (partitions) == 0)
    g_tree_remove (self->rdds, GINT_TO_POINTER (rdd_id));
}

/* When the copy was first there, or @now. */
static guint64
made_in (const GArray *copies, const char *executor_id, guint64 now)
{
  for (guint i = 0; i < copies->len; i++)
    if (g_array_index (copies, Copy, i).executor_id == executor_id)
      return g_array_index (copies, Copy, i).made_in;
  return now;
}

void
rush_block_manager_master_update (RushBlockManagerMaster *self, const RushBlockUpdate *update)
{
  Copy copy = { g_intern_string (update->executor_id), update->level, update->memory_bytes,
                update->disk_bytes, 0 };
  GArray *copies;

  pthread_mutex_lock (&self->lock);
  copies = find_or_add_copies (self, update->rdd_id, update->split);
  copy.made_in = made_in (copies, copy.executor_id, self->n_jobs);
  remove_copy (copies, copy.executor_id);
  if (update->is_there)
    g_array_append_val (copies, copy);
  prune (self, update->rdd_id, update->split);
  pthread_mutex_unlock (&self->lock);
}

typedef struct
{
  const char *executor_id; /* interned */
  GArray *empty;           /* of gint: RDDs of which nothing is left */
} Removal;

static gboolean
remove_from_rdd (gpointer rdd_id, gpointer partitions, gpointer data)
{
  Removal *removal = data;
  GHashTableIter iter;
  gpointer copies;

  g_hash_table_iter_init (&iter, partitions);
  while (g_hash_table_iter_next (&iter, NULL, &copies))
    {
      remove_copy (copies, removal->executor_id);
      if (((GArray *)copies)->len == 0)
        g_hash_table_iter_remove (&iter);
    }
  if (g_hash_table_size (partitions) == 0)
    {
      gint id = GPOINTER_TO_INT (rdd_id);
      g_array_append_val (removal->empty, id);
    }
  return FALSE;
}

void
rush_block_manager_master_remove_executor (RushBlockManagerMaster *self, const char *executor_id)
{
  g_autoptr (GArray) empty = g_array_new (FALSE, FALSE, sizeof (gint));
  Removal removal = { g_intern_string (executor_id), empty };

  pthread_mutex_lock (&self->lock);
  g_tree_foreach (self->rdds, remove_from_rdd, &removal);
  for (guint i = 0; i < empty->len; i++)
    g_tree_remove (self->rdds, GINT_TO_POINTER (g_array_index (empty, gint, i)));
  pthread_mutex_unlock (&self->lock);
}

void
rush_block_manager_master_remove_rdd (RushBlockManagerMaster *self, gint rdd_id)
{
  pthread_mutex_lock (&self->lock);
  g_tree_remove (self->rdds, GINT_TO_POINTER (rdd_id));
  pthread_mutex_unlock (&self->lock);
}

void
rush_block_manager_master_begin_job (RushBlockManagerMaster *self)
{
  pthread_mutex_lock (&self->lock);
  self->n_jobs++;
  pthread_mutex_unlock (&self->lock);
}

/* ---- questions ---- */

/* Lock held.  The executors with copies that were made before @n_jobs had been submitted. */
static char **
locations_before (RushBlockManagerMaster *self, gint rdd_id, guint split, guint64 n_jobs)
{
  const GArray *copies = find_copies (self, rdd_id, split);
  GStrvBuilder *ids;
  gboolean any = FALSE;

  if (copies == NULL)
    return NULL;
  ids = g_strv_builder_new ();
  for (guint i = 0; i < copies->len; i++)
    {
      const Copy *copy = &g_array_index (copies, Copy, i);

      if (copy->made_in >= n_jobs)
        continue;
      g_strv_builder_add (ids, copy->executor_id);
      any = TRUE;
    }
  char **found = any ? g_strv_builder_end (ids) : NULL;
  g_strv_builder_unref (ids);
  return found;
}

char **
rush_block_manager_master_locations (RushBlockManagerMaster *self, gint rdd_id, guint split)
{
  char **ids;

  pthread_mutex_lock (&self->lock);
  ids = locations_before (self, rdd_id, split, G_MAXUINT64);
  pthread_mutex_unlock (&self->lock);
  return ids;
}

char **
rush_block_manager_master_known_locations (RushBlockManagerMaster *self, gint rdd_id, guint split)
{
  char **ids;

  pthread_mutex_lock (&self->lock);
  ids = locations_before (self, rdd_id, split, self->n_jobs);
  pthread_mutex_unlock (&self->lock);
  return ids;
}

static gint
compare_thin (gconstpointer a, gconstpointer b)
{
  const RushThinBlock *x = a, *y = b;

  if (x->rdd_id != y->rdd_id)
    return x->rdd_id < y->rdd_id ? -1 : 1;
  return (x->split > y->split) - (x->split < y->split);
}

static gboolean
add_thin_blocks (gpointer rdd_id, gpointer partitions, gpointer thin)
{
  GHashTableIter iter;
  gpointer split, value;

  g_hash_table_iter_init (&iter, partitions);
  while (g_hash_table_iter_next (&iter, &split, &value))
    {
      const GArray *copies = value;
      const Copy *first = &g_array_index (copies, Copy, 0);
      RushThinBlock block = { GPOINTER_TO_INT (rdd_id), GPOINTER_TO_UINT (split),
                              first->executor_id, first->level.replication - copies->len };

      if (first->level.replication > copies->len)
        g_array_append_val ((GArray *)thin, block);
    }
  return FALSE;
}

GArray *
rush_block_manager_master_thin_blocks (RushBlockManagerMaster *self)
{
  GArray *thin = g_array_new (FALSE, FALSE, sizeof (RushThinBlock));

  pthread_mutex_lock (&self->lock);
  g_tree_foreach (self->rdds, add_thin_blocks, thin);
  pthread_mutex_unlock (&self->lock);
  g_array_sort (thin, compare_thin);
  return thin;
}

/* Lock held. */
static RushStorageStatus
sum_up (GHashTable *partitions, RushStorageLevel *out_level)
{
  RushStorageStatus status = { .n_cached_partitions = g_hash_table_size (partitions) };
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, partitions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const GArray *copies = value;

      for (guint i = 0; i < copies->len; i++)
        {
          const Copy *copy = &g_array_index (copies, Copy, i);

          status.memory_bytes += copy->memory_bytes;
          status.disk_bytes += copy->disk_bytes;
          *out_level = copy->level;
        }
    }
  return status;
}

RushStorageStatus
rush_block_manager_master_status (RushBlockManagerMaster *self, gint rdd_id)
{
  RushStorageStatus status = { 0 };
  RushStorageLevel level;
  GHashTable *partitions;

  pthread_mutex_lock (&self->lock);
  partitions = g_tree_lookup (self->rdds, GINT_TO_POINTER (rdd_id));
  if (partitions != NULL)
    status = sum_up (partitions, &level);
  pthread_mutex_unlock (&self->lock);
  return status;
}

static gboolean
list_rdd (gpointer rdd_id, gpointer partitions, gpointer list)
{
  RushKeptRdd kept = { .rdd_id = GPOINTER_TO_INT (rdd_id) };

  kept.status = sum_up (partitions, &kept.level);
  g_array_append_val ((GArray *)list, kept);
  return FALSE;
}

GArray *
rush_block_manager_master_list (RushBlockManagerMaster *self)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (RushKeptRdd));

  pthread_mutex_lock (&self->lock);
  g_tree_foreach (self->rdds, list_rdd, list);
  pthread_mutex_unlock (&self->lock);
  return list;
}

/* ---- the master ---- */

void
rush_block_manager_master_free (RushBlockManagerMaster *self)
{
  if (self == NULL)
    return;
  g_tree_unref (self->rdds);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RushBlockManagerMaster *
rush_block_manager_master_new (void)
{
  RushBlockManagerMaster *self = g_new0 (RushBlockManagerMaster, 1);

  pthread_mutex_init (&self->lock, NULL);
  self->rdds = g_tree_new_full (compare_ids, NULL, NULL, (GDestroyNotify)g_hash_table_unref);
  return self;
}
