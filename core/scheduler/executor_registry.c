/* executor_registry.c - see the header for what is kept.
 *
 * The array of executors with room is what makes an offer cheap: a full cluster costs nothing, and
 * a slot that comes free is added in O(1).  Removal swaps the last one into the gap, so the order
 * of the array depends on the past alone, never on addresses or hashes: runs can be repeated.
 */
#include "core/scheduler/executor_registry_private.h"

/* ---- counting hosts and racks ---- */

static guint
count_of (GHashTable *counts, const char *name)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (counts, name));
}

static void
count_up (GHashTable *counts, const char *name)
{
  if (name != NULL)
    g_hash_table_insert (counts, g_strdup (name), GUINT_TO_POINTER (count_of (counts, name) + 1));
}

static void
count_down (GHashTable *counts, const char *name)
{
  if (name == NULL)
    return;
  guint n = count_of (counts, name);
  g_assert (n > 0);
  if (n == 1)
    g_hash_table_remove (counts, name);
  else
    g_hash_table_insert (counts, g_strdup (name), GUINT_TO_POINTER (n - 1));
}

gboolean
rush_executor_registry_has_host (RushExecutorRegistry *self, const char *host)
{
  return g_hash_table_contains (self->hosts, host);
}

gboolean
rush_executor_registry_has_rack (RushExecutorRegistry *self, const char *rack)
{
  return g_hash_table_contains (self->racks, rack);
}

const char *
rush_executor_registry_host_of (RushExecutorRegistry *self, const char *id)
{
  const RushExecutor *executor = g_hash_table_lookup (self->known, id);

  return executor != NULL ? executor->host : NULL;
}

const char *
rush_executor_registry_rack_of (RushExecutorRegistry *self, const char *host)
{
  return g_hash_table_lookup (self->rack_of_host, host);
}

/* ---- slots ---- */

gboolean
rush_executor_has_room (const RushExecutor *self)
{
  return self->free_index >= 0;
}

gboolean
rush_executor_stays (const RushExecutor *self)
{
  return self->alive && !self->disconnected && !self->draining && !self->asked_to_go;
}

gboolean
rush_executor_takes_tasks (const RushExecutor *self)
{
  return rush_executor_stays (self) && !self->excluded;
}

/* Puts the executor where its state says: into the array of those with room, or out of it. */
static void
update_room (RushExecutorRegistry *self, RushExecutor *executor)
{
  gboolean has_room =
      rush_executor_takes_tasks (executor) && executor->free_cores >= self->cores_per_task;

  if (has_room == rush_executor_has_room (executor))
    return;
  if (has_room)
    {
      executor->free_index = (gint)self->free->len;
      g_ptr_array_add (self->free, executor);
      return;
    }
  RushExecutor *last = g_ptr_array_index (self->free, self->free->len - 1);
  last->free_index = executor->free_index;
  self->free->pdata[executor->free_index] = last;
  g_ptr_array_set_size (self->free, (gint)self->free->len - 1);
  executor->free_index = -1;
}

void
rush_executor_registry_take_slot (RushExecutorRegistry *self, RushExecutor *executor)
{
  g_assert (executor->alive);
  g_assert (executor->free_cores >= self->cores_per_task);

  executor->free_cores -= self->cores_per_task;
  update_room (self, executor);
}

void
rush_executor_registry_give_slot (RushExecutorRegistry *self, RushExecutor *executor)
{
  executor->free_cores += self->cores_per_task;
  g_assert (executor->free_cores <= executor->cores);
  update_room (self, executor);
}

void
rush_executor_registry_set_excluded (RushExecutorRegistry *self, RushExecutor *executor,
                                     gboolean excluded)
{
  executor->excluded = excluded;
  update_room (self, executor);
}

guint
rush_executor_registry_n_slots (RushExecutorRegistry *self)
{
  GHashTableIter iter;
  gpointer executor;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->alive);
  while (g_hash_table_iter_next (&iter, NULL, &executor))
    if (rush_executor_stays (executor))
      n += ((RushExecutor *)executor)->cores / self->cores_per_task;
  return n;
}

guint
rush_executor_registry_n_free_slots (const RushExecutorRegistry *self)
{
  guint n = 0;

  for (guint i = 0; i < self->free->len; i++)
    n += ((RushExecutor *)g_ptr_array_index (self->free, i))->free_cores / self->cores_per_task;
  return n;
}

guint
rush_executor_registry_most_slots (const RushExecutorRegistry *self)
{
  return self->most_cores / self->cores_per_task;
}

/* ---- coming and going ---- */

RushExecutor *
rush_executor_registry_find (RushExecutorRegistry *self, const char *id)
{
  return g_hash_table_lookup (self->alive, id);
}

RushExecutor *
rush_executor_registry_add (RushExecutorRegistry *self, const char *id, const char *host,
                            const char *rack, guint cores)
{
  if (rush_executor_registry_find (self, id) != NULL)
    return NULL;

  RushExecutor *executor = g_new0 (RushExecutor, 1);
  executor->id = g_strdup (id);
  executor->host = g_strdup (host);
  executor->rack = g_strdup (rack);
  executor->cores = cores;
  executor->free_cores = cores;
  executor->alive = TRUE;
  executor->free_index = -1;
  g_queue_init (&executor->running);
  g_ptr_array_add (self->all, executor);
  self->most_cores = MAX (self->most_cores, cores);
  self->n_staying++;
  g_hash_table_insert (self->alive, executor->id, executor);
  g_hash_table_replace (self->known, executor->id, executor);
  count_up (self->hosts, host);
  count_up (self->racks, rack);
  if (rack != NULL)
    g_hash_table_insert (self->rack_of_host, g_strdup (host), g_strdup (rack));
  update_room (self, executor);
  return executor;
}

static void
set_mark (RushExecutorRegistry *self, RushExecutor *executor, gboolean *mark, gboolean value)
{
  gboolean stayed = rush_executor_stays (executor);

  *mark = value;
  update_room (self, executor);
  if (!stayed)
    return;
  self->n_staying--;
  count_down (self->hosts, executor->host);
  count_down (self->racks, executor->rack);
}

void
rush_executor_registry_leave (RushExecutorRegistry *self, RushExecutor *executor, gboolean *mark)
{
  g_assert (mark == &executor->disconnected || mark == &executor->draining ||
            mark == &executor->asked_to_go);

  set_mark (self, executor, mark, TRUE);
}

void
rush_executor_registry_remove (RushExecutorRegistry *self, RushExecutor *executor)
{
  g_assert (executor->alive);

  set_mark (self, executor, &executor->alive, FALSE);
  g_hash_table_remove (self->alive, executor->id);
}

static void
executor_free (gpointer data)
{
  RushExecutor *self = data;

  g_free (self->id);
  g_free (self->host);
  g_free (self->rack);
  g_free (self->draining_reason);
  if (self->shuffles != NULL)
    g_hash_table_unref (self->shuffles);
  g_free (self);
}

void
rush_executor_registry_free (RushExecutorRegistry *self)
{
  g_ptr_array_unref (self->free);
  g_hash_table_unref (self->alive);
  g_hash_table_unref (self->known);
  g_hash_table_unref (self->hosts);
  g_hash_table_unref (self->racks);
  g_hash_table_unref (self->rack_of_host);
  g_ptr_array_unref (self->all);
  g_free (self);
}

RushExecutorRegistry *
rush_executor_registry_new (guint cores_per_task)
{
  RushExecutorRegistry *self = g_new0 (RushExecutorRegistry, 1);

  self->cores_per_task = cores_per_task;
  self->all = g_ptr_array_new_with_free_func (executor_free);
  self->alive = g_hash_table_new (g_str_hash, g_str_equal);
  self->known = g_hash_table_new (g_str_hash, g_str_equal);
  self->hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->racks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->rack_of_host = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->free = g_ptr_array_new ();
  return self;
}
