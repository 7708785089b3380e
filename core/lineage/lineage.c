/* lineage.c - numbers for RDDs and shuffles, word of what was dropped, and the scope of a call.
 *
 * The scope answers "what did the user type?".  A user's reduceByKey creates several RDDs through
 * several functions of ours, each of which announces itself; only the first one counts:
 *
 *     push ("reduceByKey")          the user's call       depth 1, kept
 *       push ("mapPartitions")      made inside it        depth 2, counted only
 *       pop
 *     pop                                                 depth 0, forgotten
 *
 * so a depth and one set of strings a thread are all the state there is.
 *
 * The callbacks are called under the lock: setting them to NULL then also waits for a call that is
 * under way, after which its data may go.
 *
 * What is retired waits for a moment at which nobody reads: a small version of read-copy-update.
 * One count of all readers is enough, as reading is short (a message of the scheduler, a task) and
 * what waits is small (nodes of a lineage, no data).
 */
#include "core/lineage/lineage.h"

#include <pthread.h>

struct _RushLineage
{
  RushRefCount refs;
  atomic_int next_rdd_id;
  atomic_int next_shuffle_id;
  guint default_parallelism;
  RushPlugins *plugins; /* (owned) or NULL */

  pthread_mutex_t lock;
  /* Guarded by lock. */
  RushDropped dropped;
  gpointer dropped_data;
  RushStorageStatusOf storage_status;
  gpointer storage_status_data;
  RushPlacesOf places;
  gpointer places_data;
  guint n_readers;
  GArray *retired; /* of Retired; NULL: nothing */
};

typedef struct
{
  gpointer data;
  GDestroyNotify free_data;
} Retired;

struct _RushLineageCall
{
  guint depth;
  /* Of the outermost push; NULL while depth is 0. */
  char *operator_name;
  char *short_form;
  char *long_form;
};

static _Thread_local RushLineageCall scope;

/* ---- numbers ---- */

RushLineage *
rush_lineage_ref (RushLineage *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_lineage_unref (RushLineage *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  rush_plugins_unref (self->plugins);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

gint
rush_lineage_next_rdd_id (RushLineage *self)
{
  return atomic_fetch_add (&self->next_rdd_id, 1);
}

gint
rush_lineage_next_shuffle_id (RushLineage *self)
{
  return atomic_fetch_add (&self->next_shuffle_id, 1);
}

void
rush_lineage_set_default_parallelism (RushLineage *self, guint n)
{
  self->default_parallelism = n;
}

guint
rush_lineage_default_parallelism (RushLineage *self)
{
  return self->default_parallelism;
}

void
rush_lineage_set_plugins (RushLineage *self, RushPlugins *plugins)
{
  g_return_if_fail (self->plugins == NULL);
  self->plugins = plugins != NULL ? rush_plugins_ref (plugins) : NULL;
}

gconstpointer
rush_lineage_find_part (const RushLineage *self, const char *seam)
{
  return rush_plugins_find (self->plugins, seam);
}

/* ---- what was dropped, and what is kept ---- */

void
rush_lineage_set_dropped (RushLineage *self, RushDropped callback, gpointer data)
{
  pthread_mutex_lock (&self->lock);
  self->dropped = callback;
  self->dropped_data = data;
  pthread_mutex_unlock (&self->lock);
}

void
rush_lineage_dropped (RushLineage *self, RushDroppedKind kind, gint id)
{
  pthread_mutex_lock (&self->lock);
  if (self->dropped != NULL)
    self->dropped (kind, id, self->dropped_data);
  pthread_mutex_unlock (&self->lock);
}

void
rush_lineage_set_storage_status (RushLineage *self, RushStorageStatusOf callback, gpointer data)
{
  pthread_mutex_lock (&self->lock);
  self->storage_status = callback;
  self->storage_status_data = data;
  pthread_mutex_unlock (&self->lock);
}

RushStorageStatus
rush_lineage_storage_status (RushLineage *self, gint rdd_id)
{
  RushStorageStatus status = { 0 };

  pthread_mutex_lock (&self->lock);
  if (self->storage_status != NULL)
    self->storage_status (rdd_id, &status, self->storage_status_data);
  pthread_mutex_unlock (&self->lock);
  return status;
}

void
rush_lineage_set_places (RushLineage *self, RushPlacesOf callback, gpointer data)
{
  pthread_mutex_lock (&self->lock);
  self->places = callback;
  self->places_data = data;
  pthread_mutex_unlock (&self->lock);
}

char **
rush_lineage_places (RushLineage *self, struct _RushRdd *rdd, guint split)
{
  char **places = NULL;

  pthread_mutex_lock (&self->lock);
  if (self->places != NULL)
    places = self->places (rdd, split, self->places_data);
  pthread_mutex_unlock (&self->lock);
  return places;
}

/* ---- readers ---- */

void
rush_lineage_begin_reading (RushLineage *self)
{
  pthread_mutex_lock (&self->lock);
  self->n_readers++;
  pthread_mutex_unlock (&self->lock);
}

/* Lock held; what it returns is freed without it, as that may drop shuffles. */
static GArray *
take_retired_if_unread (RushLineage *self)
{
  return self->n_readers == 0 ? g_steal_pointer (&self->retired) : NULL;
}

static void
free_retired (GArray *retired)
{
  if (retired == NULL)
    return;
  for (guint i = 0; i < retired->len; i++)
    {
      const Retired *item = &g_array_index (retired, Retired, i);

      item->free_data (item->data);
    }
  g_array_unref (retired);
}

void
rush_lineage_end_reading (RushLineage *self)
{
  GArray *retired;

  pthread_mutex_lock (&self->lock);
  g_assert (self->n_readers > 0);
  self->n_readers--;
  retired = take_retired_if_unread (self);
  pthread_mutex_unlock (&self->lock);
  free_retired (retired);
}

void
rush_lineage_retire (RushLineage *self, gpointer data, GDestroyNotify free_data)
{
  Retired item = { data, free_data };
  GArray *retired;

  pthread_mutex_lock (&self->lock);
  if (self->retired == NULL)
    self->retired = g_array_new (FALSE, FALSE, sizeof (Retired));
  g_array_append_val (self->retired, item);
  retired = take_retired_if_unread (self);
  pthread_mutex_unlock (&self->lock);
  free_retired (retired);
}

/* ---- the scope of a call ---- */

void
rush_lineage_push_call (const char *operator_name, const char *short_form, const char *long_form)
{
  if (scope.depth++ > 0)
    return;
  scope.operator_name = g_strdup (operator_name);
  scope.short_form = g_strdup (short_form);
  scope.long_form = g_strdup (long_form);
}

void
rush_lineage_pop_call (void)
{
  g_return_if_fail (scope.depth > 0);
  if (--scope.depth > 0)
    return;
  g_clear_pointer (&scope.operator_name, g_free);
  g_clear_pointer (&scope.short_form, g_free);
  g_clear_pointer (&scope.long_form, g_free);
}

RushLineageCall *
rush_lineage_replace_call (const char *operator_name, const char *short_form, const char *long_form)
{
  RushLineageCall *before = g_memdup2 (&scope, sizeof scope);

  scope = (RushLineageCall){
    .depth = 1,
    .operator_name = g_strdup (operator_name),
    .short_form = g_strdup (short_form != NULL ? short_form : before->short_form),
    .long_form = g_strdup (long_form != NULL ? long_form : before->long_form),
  };
  return before;
}

void
rush_lineage_restore_call (RushLineageCall *before)
{
  g_assert (scope.depth == 1); /* what was pushed since has been popped */
  rush_lineage_pop_call ();
  scope = *before;
  g_free (before);
}

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

const char *
rush_lineage_current_operator (void)
{
  return or_empty (scope.operator_name);
}

const char *
rush_lineage_current_short_form (void)
{
  return or_empty (scope.short_form);
}

const char *
rush_lineage_current_long_form (void)
{
  return or_empty (scope.long_form);
}

RushLineage *
rush_lineage_new (void)
{
  RushLineage *self = g_new0 (RushLineage, 1);

  rush_ref_count_init (&self->refs);
  atomic_init (&self->next_rdd_id, 0);
  atomic_init (&self->next_shuffle_id, 0);
  pthread_mutex_init (&self->lock, NULL);
  return self;
}
