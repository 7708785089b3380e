/* lineage.c - numbers for RDDs and shuffles, word of dropped shuffles, and the scope of a call.
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
 * The callback for dropped shuffles is called under the lock: rush_lineage_set_shuffle_dropped
 * (self, NULL, NULL) then also waits for a call that is under way, after which its data may go.
 */
#include "core/lineage/lineage.h"

#include <pthread.h>

struct _RushLineage
{
  RushRefCount refs;
  atomic_int next_rdd_id;
  atomic_int next_shuffle_id;
  guint default_parallelism;

  pthread_mutex_t lock;
  /* Guarded by lock. */
  RushShuffleDropped shuffle_dropped;
  gpointer shuffle_dropped_data;
};

typedef struct
{
  guint depth;
  /* Of the outermost push; NULL while depth is 0. */
  char *operator_name;
  char *short_form;
  char *long_form;
} CallScope;

static _Thread_local CallScope scope;

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

/* ---- dropped shuffles ---- */

void
rush_lineage_set_shuffle_dropped (RushLineage *self, RushShuffleDropped callback, gpointer data)
{
  pthread_mutex_lock (&self->lock);
  self->shuffle_dropped = callback;
  self->shuffle_dropped_data = data;
  pthread_mutex_unlock (&self->lock);
}

void
rush_lineage_shuffle_dropped (RushLineage *self, gint shuffle_id)
{
  pthread_mutex_lock (&self->lock);
  if (self->shuffle_dropped != NULL)
    self->shuffle_dropped (shuffle_id, self->shuffle_dropped_data);
  pthread_mutex_unlock (&self->lock);
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
