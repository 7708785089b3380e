/* pending_tasks.c - stacks with lazy removal.
 *
 * When executor 7 has a free slot, the question is: which task likes it best?  Looking through all
 * tasks would make a stage of n tasks cost n²; so each task stands in a stack under each place that
 * it likes, and the stacks of this executor, its host and its rack are asked in turn.
 *
 * A task that is taken from one stack is not searched for in the others: its flag is cleared, and
 * the dead entry is dropped when a later search meets it.  Each entry is pushed once and dropped
 * once, so the work for a task is O(number of places that it likes), amortized.
 *
 *     is_pending  0:1 4:0 9:1
 *     "n3" → [ 9, 4, 0 ]         pushed from high to low, so the end holds the lowest: take ("n3")
 *                                is 0; the next drops 4, which is dead, and takes 9
 *
 * Some tasks must not run everywhere (a copy not where the original is, a failed one not where it
 * has failed): they are passed over, and stay.
 *
 * A task that failed is pushed again and thus comes first: a task that always fails is found out
 * early.
 *
 * Whether anybody is worth waiting for at some level is asked at each offer.  The answer may not
 * take a look at every host that a file has blocks on, and hosts without executors are not worth
 * waiting for: so the places that can be had are listed apart, and those that turn out to be
 * empty leave the list until a task is pushed there again.
 *
 * Invariants:  a pending task has an entry in `all`; n_pending counts the flags.  A stack may hold
 *              a task twice; taking it clears the flag, so it cannot be taken twice.  A place that
 *              can be had and has pending tasks is listed.
 */
#include "core/scheduler/pending_tasks_private.h"

/* ---- one stack ---- */

static void
stack_push (GArray *stack, guint index)
{
  g_array_append_val (stack, index);
}

/* The topmost entry that is still pending stays on top; FALSE: there is none. */
static gboolean
stack_trim (const RushPendingTasks *self, GArray *stack)
{
  while (stack->len > 0 && !self->is_pending[g_array_index (stack, guint, stack->len - 1)])
    g_array_set_size (stack, stack->len - 1);
  return stack->len > 0;
}

/* The highest entry that is pending and may run on @executor leaves; −1: there is none. */
static gint
stack_take (RushPendingTasks *self, GArray *stack, const RushExecutor *executor,
            RushTaskAccepts accepts, gconstpointer data)
{
  if (stack == NULL || !stack_trim (self, stack))
    return -1;
  for (guint i = stack->len; i-- > 0;)
    {
      guint index = g_array_index (stack, guint, i);

      if (!self->is_pending[index] || (accepts != NULL && !accepts (data, index, executor)))
        continue;
      g_array_remove_index (stack, i);
      rush_pending_tasks_remove (self, index);
      return (gint)index;
    }
  return -1;
}

/* ---- the places of a level ---- */

typedef gboolean (*IsAlive) (RushExecutorRegistry *registry, const char *name);

static gboolean
executor_is_alive (RushExecutorRegistry *registry, const char *id)
{
  const RushExecutor *executor = rush_executor_registry_find (registry, id);

  return executor != NULL && rush_executor_stays (executor);
}

static RushPendingPlaces *
places_of (RushPendingTasks *self, RushLocality level, IsAlive *out_is_alive)
{
  switch (level)
    {
    case RUSH_LOCALITY_PROCESS_LOCAL:
      *out_is_alive = executor_is_alive;
      return &self->executors;
    case RUSH_LOCALITY_NODE_LOCAL:
      *out_is_alive = rush_executor_registry_has_host;
      return &self->hosts;
    case RUSH_LOCALITY_RACK_LOCAL:
      *out_is_alive = rush_executor_registry_has_rack;
      return &self->racks;
    case RUSH_LOCALITY_NO_PREF:
    case RUSH_LOCALITY_ANY:
      break;
    }
  g_return_val_if_reached (NULL);
}

static GArray *
tasks_at (RushPendingPlaces *places, const char *name)
{
  RushPendingPlace *place = g_hash_table_lookup (places->by_name, name);

  return place != NULL ? place->tasks : NULL;
}

static void
list_place (RushPendingPlaces *places, RushPendingPlace *place)
{
  if (place->is_listed)
    return;
  place->is_listed = TRUE;
  g_ptr_array_add (places->alive, place);
}

static void
push_under (RushPendingTasks *self, RushLocality level, const char *name, guint index,
            RushExecutorRegistry *registry)
{
  IsAlive is_alive;
  RushPendingPlaces *places = places_of (self, level, &is_alive);
  RushPendingPlace *place = g_hash_table_lookup (places->by_name, name);

  if (place == NULL)
    {
      place = g_new0 (RushPendingPlace, 1);
      place->tasks = g_array_new (FALSE, FALSE, sizeof (guint));
      g_hash_table_insert (places->by_name, g_strdup (name), place);
    }
  stack_push (place->tasks, index);
  if (is_alive (registry, name))
    list_place (places, place);
}

/* ---- putting in ---- */

static void
push_under_location (RushPendingTasks *self, guint index, const char *location,
                     RushExecutorRegistry *registry)
{
  RushExecutor *executor = rush_executor_registry_find (registry, location);
  const char *host = executor != NULL ? executor->host : location;
  const char *rack = rush_executor_registry_rack_of (registry, host);

  if (executor != NULL)
    push_under (self, RUSH_LOCALITY_PROCESS_LOCAL, executor->id, index, registry);
  push_under (self, RUSH_LOCALITY_NODE_LOCAL, host, index, registry);
  if (rack != NULL)
    push_under (self, RUSH_LOCALITY_RACK_LOCAL, rack, index, registry);
}

void
rush_pending_tasks_add (RushPendingTasks *self, guint index, char *const *locations,
                        RushExecutorRegistry *registry)
{
  g_assert (index < self->n_tasks);
  g_assert (!self->is_pending[index]);

  self->is_pending[index] = TRUE;
  self->n_pending++;
  stack_push (self->all, index);
  if (locations == NULL || locations[0] == NULL)
    {
      stack_push (self->no_preference, index);
      return;
    }
  for (guint i = 0; locations[i] != NULL; i++)
    push_under_location (self, index, locations[i], registry);
}

/* ---- taking out ---- */

void
rush_pending_tasks_remove (RushPendingTasks *self, guint index)
{
  g_assert (self->is_pending[index]);

  self->is_pending[index] = FALSE;
  self->n_pending--;
}

/* The stack that @executor may take from at @level, or NULL. */
static GArray *
stack_for (RushPendingTasks *self, const RushExecutor *executor, RushLocality level)
{
  switch (level)
    {
    case RUSH_LOCALITY_PROCESS_LOCAL:
      return tasks_at (&self->executors, executor->id);
    case RUSH_LOCALITY_NODE_LOCAL:
      return tasks_at (&self->hosts, executor->host);
    case RUSH_LOCALITY_NO_PREF:
      return self->no_preference;
    case RUSH_LOCALITY_RACK_LOCAL:
      return executor->rack != NULL ? tasks_at (&self->racks, executor->rack) : NULL;
    case RUSH_LOCALITY_ANY:
      return self->all;
    }
  g_return_val_if_reached (NULL);
}

gint
rush_pending_tasks_take (RushPendingTasks *self, const RushExecutor *executor, RushLocality max,
                         RushTaskAccepts accepts, gconstpointer data, RushLocality *out_locality)
{
  for (RushLocality level = RUSH_LOCALITY_PROCESS_LOCAL; level <= max; level++)
    {
      gint index = stack_take (self, stack_for (self, executor, level), executor, accepts, data);

      if (index < 0)
        continue;
      /* Whoever likes no place is at home everywhere: that is how Spark's log has it. */
      *out_locality = level == RUSH_LOCALITY_NO_PREF ? RUSH_LOCALITY_PROCESS_LOCAL : level;
      return index;
    }
  return -1;
}

gint
rush_pending_tasks_peek (RushPendingTasks *self)
{
  if (!stack_trim (self, self->all))
    return -1;
  return (gint)g_array_index (self->all, guint, self->all->len - 1);
}

/* ---- levels ---- */

static void
update_level (RushPendingTasks *self, RushLocality level, RushExecutorRegistry *registry)
{
  IsAlive is_alive;
  RushPendingPlaces *places = places_of (self, level, &is_alive);
  GHashTableIter iter;
  gpointer name, place;

  g_ptr_array_set_size (places->alive, 0);
  g_hash_table_iter_init (&iter, places->by_name);
  while (g_hash_table_iter_next (&iter, &name, &place))
    {
      ((RushPendingPlace *)place)->is_listed = FALSE;
      if (is_alive (registry, name))
        list_place (places, place);
    }
}

void
rush_pending_tasks_update_alive (RushPendingTasks *self, RushExecutorRegistry *registry)
{
  update_level (self, RUSH_LOCALITY_PROCESS_LOCAL, registry);
  update_level (self, RUSH_LOCALITY_NODE_LOCAL, registry);
  update_level (self, RUSH_LOCALITY_RACK_LOCAL, registry);
}

gboolean
rush_pending_tasks_any_at (RushPendingTasks *self, RushLocality level)
{
  IsAlive is_alive;

  if (level == RUSH_LOCALITY_ANY)
    return self->n_pending > 0;
  if (level == RUSH_LOCALITY_NO_PREF)
    return stack_trim (self, self->no_preference);
  GPtrArray *alive = places_of (self, level, &is_alive)->alive;
  while (alive->len > 0)
    {
      RushPendingPlace *place = g_ptr_array_index (alive, alive->len - 1);

      if (stack_trim (self, place->tasks))
        return TRUE;
      place->is_listed = FALSE;
      g_ptr_array_set_size (alive, (gint)alive->len - 1);
    }
  return FALSE;
}

gboolean
rush_pending_tasks_level_is_valid (RushPendingTasks *self, RushLocality level,
                                   RushExecutorRegistry *registry)
{
  IsAlive is_alive;
  GHashTableIter iter;
  gpointer name;

  if (level == RUSH_LOCALITY_ANY)
    return TRUE;
  if (level == RUSH_LOCALITY_NO_PREF)
    return self->no_preference->len > 0;
  g_hash_table_iter_init (&iter, places_of (self, level, &is_alive)->by_name);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (is_alive (registry, name))
      return TRUE;
  return FALSE;
}

/* ---- life ---- */

static void
place_free (gpointer data)
{
  RushPendingPlace *self = data;

  g_array_unref (self->tasks);
  g_free (self);
}

static void
places_init (RushPendingPlaces *self)
{
  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, place_free);
  self->alive = g_ptr_array_new ();
}

static void
places_clear (RushPendingPlaces *self)
{
  g_ptr_array_unref (self->alive);
  g_hash_table_unref (self->by_name);
}

void
rush_pending_tasks_free (RushPendingTasks *self)
{
  places_clear (&self->executors);
  places_clear (&self->hosts);
  places_clear (&self->racks);
  g_array_unref (self->no_preference);
  g_array_unref (self->all);
  g_free (self->is_pending);
  g_free (self);
}

RushPendingTasks *
rush_pending_tasks_new (guint n_tasks)
{
  RushPendingTasks *self = g_new0 (RushPendingTasks, 1);

  self->n_tasks = n_tasks;
  self->is_pending = g_new0 (guint8, n_tasks);
  places_init (&self->executors);
  places_init (&self->hosts);
  places_init (&self->racks);
  self->no_preference = g_array_new (FALSE, FALSE, sizeof (guint));
  self->all = g_array_new (FALSE, FALSE, sizeof (guint));
  return self;
}
