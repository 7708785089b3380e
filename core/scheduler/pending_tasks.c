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
 *     is_pending  0:1 4:0 9:1              take ("n3"):  9 is pending → it is the one
 *     "n3" → [ 9, 4, 0 ]  (pushed from high to low, so the end holds the lowest: 0, then 4 is
 *                          dead and dropped, then 9)
 *
 * A task that failed is pushed again and thus comes first: a task that always fails is found out
 * early.
 *
 * Invariants:  a pending task has an entry in `all`; n_pending counts the flags.  A stack may hold
 *              a task twice; taking it clears the flag, so it cannot be taken twice.
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

static gint
stack_take (RushPendingTasks *self, GArray *stack)
{
  if (stack == NULL || !stack_trim (self, stack))
    return -1;
  guint index = g_array_index (stack, guint, stack->len - 1);
  g_array_set_size (stack, stack->len - 1);
  rush_pending_tasks_remove (self, index);
  return (gint)index;
}

static void
push_under (GHashTable *stacks, const char *name, guint index)
{
  GArray *stack = g_hash_table_lookup (stacks, name);

  if (stack == NULL)
    {
      stack = g_array_new (FALSE, FALSE, sizeof (guint));
      g_hash_table_insert (stacks, g_strdup (name), stack);
    }
  stack_push (stack, index);
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
    push_under (self->by_executor, executor->id, index);
  push_under (self->by_host, host, index);
  if (rack != NULL)
    push_under (self->by_rack, rack, index);
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

/* The stacks that @executor may take from at @level, or NULL. */
static GArray *
stack_for (RushPendingTasks *self, const RushExecutor *executor, RushLocality level)
{
  switch (level)
    {
    case RUSH_LOCALITY_PROCESS_LOCAL:
      return g_hash_table_lookup (self->by_executor, executor->id);
    case RUSH_LOCALITY_NODE_LOCAL:
      return g_hash_table_lookup (self->by_host, executor->host);
    case RUSH_LOCALITY_NO_PREF:
      return self->no_preference;
    case RUSH_LOCALITY_RACK_LOCAL:
      return executor->rack != NULL ? g_hash_table_lookup (self->by_rack, executor->rack) : NULL;
    case RUSH_LOCALITY_ANY:
      return self->all;
    }
  g_return_val_if_reached (NULL);
}

gint
rush_pending_tasks_take (RushPendingTasks *self, const RushExecutor *executor, RushLocality max,
                         RushLocality *out_locality)
{
  for (RushLocality level = RUSH_LOCALITY_PROCESS_LOCAL; level <= max; level++)
    {
      gint index = stack_take (self, stack_for (self, executor, level));

      if (index < 0)
        continue;
      /* Whoever likes no place is at home everywhere: that is how Spark's log has it. */
      *out_locality = level == RUSH_LOCALITY_NO_PREF ? RUSH_LOCALITY_PROCESS_LOCAL : level;
      return index;
    }
  return -1;
}

/* ---- levels ---- */

static GHashTable *
stacks_of (RushPendingTasks *self, RushLocality level)
{
  switch (level)
    {
    case RUSH_LOCALITY_PROCESS_LOCAL:
      return self->by_executor;
    case RUSH_LOCALITY_NODE_LOCAL:
      return self->by_host;
    case RUSH_LOCALITY_RACK_LOCAL:
      return self->by_rack;
    case RUSH_LOCALITY_NO_PREF:
    case RUSH_LOCALITY_ANY:
      break;
    }
  g_return_val_if_reached (NULL);
}

/* Stacks that turn out to be empty are dropped, so that they are looked at once. */
static gboolean
any_stack_has (RushPendingTasks *self, GHashTable *stacks)
{
  GHashTableIter iter;
  gpointer stack;

  g_hash_table_iter_init (&iter, stacks);
  while (g_hash_table_iter_next (&iter, NULL, &stack))
    {
      if (stack_trim (self, stack))
        return TRUE;
      g_hash_table_iter_remove (&iter);
    }
  return FALSE;
}

gboolean
rush_pending_tasks_any_at (RushPendingTasks *self, RushLocality level)
{
  if (level == RUSH_LOCALITY_ANY)
    return self->n_pending > 0;
  if (level == RUSH_LOCALITY_NO_PREF)
    return stack_trim (self, self->no_preference);
  return any_stack_has (self, stacks_of (self, level));
}

static gboolean
place_is_alive (RushLocality level, const char *name, RushExecutorRegistry *registry)
{
  if (level == RUSH_LOCALITY_PROCESS_LOCAL)
    return rush_executor_registry_find (registry, name) != NULL;
  if (level == RUSH_LOCALITY_NODE_LOCAL)
    return rush_executor_registry_has_host (registry, name);
  return rush_executor_registry_has_rack (registry, name);
}

gboolean
rush_pending_tasks_level_is_valid (RushPendingTasks *self, RushLocality level,
                                   RushExecutorRegistry *registry)
{
  GHashTableIter iter;
  gpointer name;

  if (level == RUSH_LOCALITY_ANY)
    return TRUE;
  if (level == RUSH_LOCALITY_NO_PREF)
    return self->no_preference->len > 0;
  g_hash_table_iter_init (&iter, stacks_of (self, level));
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (place_is_alive (level, name, registry))
      return TRUE;
  return FALSE;
}

/* ---- life ---- */

static GHashTable *
stacks_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
}

void
rush_pending_tasks_free (RushPendingTasks *self)
{
  g_hash_table_unref (self->by_executor);
  g_hash_table_unref (self->by_host);
  g_hash_table_unref (self->by_rack);
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
  self->by_executor = stacks_new ();
  self->by_host = stacks_new ();
  self->by_rack = stacks_new ();
  self->no_preference = g_array_new (FALSE, FALSE, sizeof (guint));
  self->all = g_array_new (FALSE, FALSE, sizeof (guint));
  return self;
}
