/* map_output_tracker.c - shuffle → map index → status, and an epoch that grows with every loss.
 *
 *     shuffle 0   n_available 2   [ status 0 │ NULL │ status 2 ]      map 1 has to run (again)
 *     shuffle 1   n_available 1   [ status 0 ]
 *
 * Statuses are immutable and refcounted, so what a runner was handed stays true as a description
 * of what was written; whether it is still there, only fetching tells.
 *
 * A shuffle may be unregistered while its last map tasks still run: what they report is dropped.
 */
#include "core/shuffle/map_output_tracker.h"

#include <pthread.h>
#include <string.h>

typedef struct
{
  guint n_maps;
  guint n_available;
  RushMapStatus *statuses[]; /* [n_maps] (owned) or NULL */
} Shuffle;

struct _RushMapOutputTracker
{
  pthread_mutex_t lock;
  /* Guarded by lock. */
  GHashTable *shuffles; /* shuffle id → Shuffle */
  gint64 epoch;
};

/* ---- one shuffle, lock held ---- */

static Shuffle *
find (RushMapOutputTracker *self, gint shuffle_id)
{
  return g_hash_table_lookup (self->shuffles, GINT_TO_POINTER (shuffle_id));
}

static void
forget_output (Shuffle *shuffle, guint map_index)
{
  if (shuffle->statuses[map_index] == NULL)
    return;
  g_clear_pointer (&shuffle->statuses[map_index], rush_map_status_unref);
  shuffle->n_available--;
}

static void
shuffle_free (gpointer data)
{
  Shuffle *shuffle = data;

  for (guint i = 0; i < shuffle->n_maps; i++)
    rush_map_status_unref (shuffle->statuses[i]);
  g_free (shuffle);
}

/* ---- shuffles ---- */

void
rush_map_output_tracker_register_shuffle (RushMapOutputTracker *self, gint shuffle_id, guint n_maps)
{
  pthread_mutex_lock (&self->lock);
  if (find (self, shuffle_id) != NULL)
    g_critical ("shuffle %d is registered twice", shuffle_id);
  else
    {
      Shuffle *shuffle = g_malloc0 (sizeof *shuffle + n_maps * sizeof shuffle->statuses[0]);
      shuffle->n_maps = n_maps;
      g_hash_table_insert (self->shuffles, GINT_TO_POINTER (shuffle_id), shuffle);
    }
  pthread_mutex_unlock (&self->lock);
}

gboolean
rush_map_output_tracker_contains_shuffle (RushMapOutputTracker *self, gint shuffle_id)
{
  pthread_mutex_lock (&self->lock);
  gboolean contains = find (self, shuffle_id) != NULL;
  pthread_mutex_unlock (&self->lock);
  return contains;
}

void
rush_map_output_tracker_unregister_shuffle (RushMapOutputTracker *self, gint shuffle_id)
{
  pthread_mutex_lock (&self->lock);
  g_hash_table_remove (self->shuffles, GINT_TO_POINTER (shuffle_id));
  pthread_mutex_unlock (&self->lock);
}

/* ---- outputs ---- */

void
rush_map_output_tracker_register_output (RushMapOutputTracker *self, gint shuffle_id,
                                         guint map_index, RushMapStatus *status)
{
  pthread_mutex_lock (&self->lock);
  Shuffle *shuffle = find (self, shuffle_id);
  if (shuffle != NULL)
    {
      g_assert (map_index < shuffle->n_maps);
      forget_output (shuffle, map_index);
      shuffle->statuses[map_index] = g_steal_pointer (&status);
      shuffle->n_available++;
    }
  pthread_mutex_unlock (&self->lock);
  rush_map_status_unref (status);
}

/* (transfer full) */
static RushMapStatus *
status_elsewhere (const RushMapStatus *status, const char *executor_id, const char *host)
{
  RushMapStatus *moved =
      rush_map_status_new (executor_id, host, status->map_task_id, status->n_partitions);

  memcpy (moved->sizes, status->sizes, status->n_partitions * sizeof status->sizes[0]);
  return moved;
}

/* Nothing is lost, so the epoch stays. */
gboolean
rush_map_output_tracker_move_output (RushMapOutputTracker *self, gint shuffle_id, guint map_index,
                                     gint64 map_task_id, const char *executor_id, const char *host)
{
  gboolean is_there;

  pthread_mutex_lock (&self->lock);
  Shuffle *shuffle = find (self, shuffle_id);
  RushMapStatus *status = shuffle != NULL ? shuffle->statuses[map_index] : NULL;
  is_there = status != NULL && status->map_task_id == map_task_id;
  if (is_there)
    {
      shuffle->statuses[map_index] = status_elsewhere (status, executor_id, host);
      rush_map_status_unref (status);
    }
  pthread_mutex_unlock (&self->lock);
  return is_there;
}

void
rush_map_output_tracker_unregister_output (RushMapOutputTracker *self, gint shuffle_id,
                                           guint map_index, const char *executor_id)
{
  pthread_mutex_lock (&self->lock);
  Shuffle *shuffle = find (self, shuffle_id);
  if (shuffle != NULL)
    {
      g_assert (map_index < shuffle->n_maps);
      const RushMapStatus *status = shuffle->statuses[map_index];
      if (status != NULL && g_str_equal (status->executor_id, executor_id))
        forget_output (shuffle, map_index);
      self->epoch++;
    }
  pthread_mutex_unlock (&self->lock);
}

void
rush_map_output_tracker_unregister_all (RushMapOutputTracker *self, gint shuffle_id)
{
  pthread_mutex_lock (&self->lock);
  Shuffle *shuffle = find (self, shuffle_id);
  if (shuffle != NULL)
    {
      for (guint i = 0; i < shuffle->n_maps; i++)
        forget_output (shuffle, i);
      self->epoch++;
    }
  pthread_mutex_unlock (&self->lock);
}

/* NULL matches anything. */
static void
remove_matching (RushMapOutputTracker *self, const char *executor_id, const char *host)
{
  GHashTableIter iter;
  gpointer value;

  pthread_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->shuffles);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Shuffle *shuffle = value;
      for (guint i = 0; i < shuffle->n_maps; i++)
        {
          const RushMapStatus *status = shuffle->statuses[i];
          if (status != NULL &&
              (executor_id == NULL || g_str_equal (status->executor_id, executor_id)) &&
              (host == NULL || g_str_equal (status->host, host)))
            forget_output (shuffle, i);
        }
    }
  self->epoch++;
  pthread_mutex_unlock (&self->lock);
}

void
rush_map_output_tracker_remove_executor (RushMapOutputTracker *self, const char *executor_id)
{
  remove_matching (self, executor_id, NULL);
}

void
rush_map_output_tracker_remove_host (RushMapOutputTracker *self, const char *host)
{
  remove_matching (self, NULL, host);
}

/* ---- questions ---- */

guint
rush_map_output_tracker_n_available (RushMapOutputTracker *self, gint shuffle_id)
{
  pthread_mutex_lock (&self->lock);
  const Shuffle *shuffle = find (self, shuffle_id);
  guint n = shuffle != NULL ? shuffle->n_available : 0;
  pthread_mutex_unlock (&self->lock);
  return n;
}

guint
rush_map_output_tracker_n_maps (RushMapOutputTracker *self, gint shuffle_id)
{
  pthread_mutex_lock (&self->lock);
  const Shuffle *shuffle = find (self, shuffle_id);
  guint n = shuffle != NULL ? shuffle->n_maps : 0;
  pthread_mutex_unlock (&self->lock);
  return n;
}

static gint
compare_outputs (gconstpointer a, gconstpointer b)
{
  const RushPlacedOutput *x = a, *y = b;

  if (x->shuffle_id != y->shuffle_id)
    return x->shuffle_id < y->shuffle_id ? -1 : 1;
  return (x->map_index > y->map_index) - (x->map_index < y->map_index);
}

GArray *
rush_map_output_tracker_outputs_on (RushMapOutputTracker *self, const char *executor_id)
{
  GArray *outputs = g_array_new (FALSE, FALSE, sizeof (RushPlacedOutput));
  GHashTableIter iter;
  gpointer key, value;

  pthread_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->shuffles);
  while (g_hash_table_iter_next (&iter, &key, &value))
    for (guint i = 0; i < ((Shuffle *)value)->n_maps; i++)
      {
        const RushMapStatus *status = ((Shuffle *)value)->statuses[i];

        if (status == NULL || !g_str_equal (status->executor_id, executor_id))
          continue;
        RushPlacedOutput output = { GPOINTER_TO_INT (key), i, status->map_task_id };
        g_array_append_val (outputs, output);
      }
  pthread_mutex_unlock (&self->lock);
  g_array_sort (outputs, compare_outputs);
  return outputs;
}

void
rush_map_output_tracker_missing (RushMapOutputTracker *self, gint shuffle_id, GArray *out)
{
  pthread_mutex_lock (&self->lock);
  const Shuffle *shuffle = find (self, shuffle_id);
  for (guint i = 0; shuffle != NULL && i < shuffle->n_maps; i++)
    if (shuffle->statuses[i] == NULL)
      g_array_append_val (out, i);
  pthread_mutex_unlock (&self->lock);
}

RushMapStatus *
rush_map_output_tracker_get (RushMapOutputTracker *self, gint shuffle_id, guint map_index)
{
  RushMapStatus *status = NULL;

  pthread_mutex_lock (&self->lock);
  const Shuffle *shuffle = find (self, shuffle_id);
  if (shuffle != NULL && map_index < shuffle->n_maps && shuffle->statuses[map_index] != NULL)
    status = rush_map_status_ref (shuffle->statuses[map_index]);
  pthread_mutex_unlock (&self->lock);
  return status;
}

GPtrArray *
rush_map_output_tracker_statuses (RushMapOutputTracker *self, gint shuffle_id)
{
  GPtrArray *statuses = NULL;

  pthread_mutex_lock (&self->lock);
  const Shuffle *shuffle = find (self, shuffle_id);
  if (shuffle != NULL && shuffle->n_available == shuffle->n_maps)
    {
      statuses = g_ptr_array_new_full (shuffle->n_maps, (GDestroyNotify)rush_map_status_unref);
      for (guint i = 0; i < shuffle->n_maps; i++)
        g_ptr_array_add (statuses, rush_map_status_ref (shuffle->statuses[i]));
    }
  pthread_mutex_unlock (&self->lock);
  return statuses;
}

gint64
rush_map_output_tracker_epoch (RushMapOutputTracker *self)
{
  pthread_mutex_lock (&self->lock);
  gint64 epoch = self->epoch;
  pthread_mutex_unlock (&self->lock);
  return epoch;
}

/* ---- preferred places of a reduce task ---- */

typedef struct
{
  const RushMapStatus *status; /* one of the executor's: for its names */
  gint64 bytes;
} Holding;

/* Lock held.  Who holds how much of @reduce, in the order of the first map. */
static GArray *
holdings (const Shuffle *shuffle, guint reduce, gint64 *out_total)
{
  GArray *held = g_array_new (FALSE, FALSE, sizeof (Holding));
  g_autoptr (GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal); /* id → place + 1 */

  *out_total = 0;
  for (guint i = 0; i < shuffle->n_maps; i++)
    {
      const RushMapStatus *status = shuffle->statuses[i];
      if (status == NULL)
        continue;
      g_assert (reduce < status->n_partitions);
      guint place = GPOINTER_TO_UINT (g_hash_table_lookup (places, status->executor_id));
      if (place == 0)
        {
          Holding none = { status, 0 };
          g_array_append_val (held, none);
          place = held->len;
          g_hash_table_insert (places, (gpointer)status->executor_id, GUINT_TO_POINTER (place));
        }
      g_array_index (held, Holding, place - 1).bytes += status->sizes[reduce].bytes;
      *out_total += status->sizes[reduce].bytes;
    }
  return held;
}

char **
rush_map_output_tracker_preferred (RushMapOutputTracker *self, gint shuffle_id, guint reduce,
                                   double fraction, char ***out_hosts)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new (), hosts = g_strv_builder_new ();
  gboolean any = FALSE;

  pthread_mutex_lock (&self->lock);
  const Shuffle *shuffle = find (self, shuffle_id);
  if (shuffle != NULL)
    {
      gint64 total;
      g_autoptr (GArray) held = holdings (shuffle, reduce, &total);
      for (guint i = 0; i < held->len; i++)
        {
          const Holding *holding = &g_array_index (held, Holding, i);
          if (total == 0 || (double)holding->bytes < fraction * (double)total)
            continue;
          g_strv_builder_add (ids, holding->status->executor_id);
          g_strv_builder_add (hosts, holding->status->host);
          any = TRUE;
        }
    }
  pthread_mutex_unlock (&self->lock);
  *out_hosts = any ? g_strv_builder_end (hosts) : NULL;
  return any ? g_strv_builder_end (ids) : NULL;
}

/* ---- the tracker ---- */

void
rush_map_output_tracker_free (RushMapOutputTracker *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->shuffles);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RushMapOutputTracker *
rush_map_output_tracker_new (void)
{
  RushMapOutputTracker *self = g_new0 (RushMapOutputTracker, 1);

  pthread_mutex_init (&self->lock, NULL);
  self->shuffles = g_hash_table_new_full (NULL, NULL, NULL, shuffle_free);
  return self;
}
