/* rdd.c - the base of all RDDs: construction, death, the partition count.
 *
 * A lineage is a graph that points up, from child to parent, through dependencies:
 *
 *     result ──dep──▶ map ──dep──▶ … 10,000 steps … ──dep──▶ source
 *
 * An iterative program makes it that long, so nothing here walks it by recursion:
 *
 *   - The last unref of an RDD unrefs its dependencies, whose last unref unrefs their parents.  The
 *     first unref on a thread's stack keeps a list; those below it only put RDDs on that list.
 *   - A partition count that comes from the parents is found with a stack of RDDs that wait for
 *     theirs.  Only narrow parents are asked: the size of a shuffled RDD is its partitioner's, and
 *     looking beyond would touch files earlier than Spark does.
 *   - A job asks for all counts, behind shuffles too, before it starts: a stack of RDDs to visit,
 *     and a set of those that have been seen, as a lineage may join itself.
 *
 * Locks:  the count is computed under the RDD's own lock, so that a source looks at the world once.
 *         A class may take the locks of parents from in there; as the graph has no cycle, neither
 *         has the order of locks.
 */
#include "core/lineage/rdd.h"

#include "core/event/event.h"
#include "core/lineage/persistence.h"

/* ---- construction ---- */

/* How sure the rows of a child are that read @dep (RDD.getOutputDeterministicLevel). */
static RushDeterminism
determinism_through (const RushDependency *dep)
{
  RushDeterminism parent = rush_rdd_determinism (dep->rdd);

  /* Of equal partitioners: no shuffle will happen, the rows are where they should be. */
  if (dep->kind != RUSH_DEPENDENCY_SHUFFLE ||
      rush_partitioner_equal (dep->rdd->partitioner, dep->partitioner))
    return parent;
  return parent == RUSH_INDETERMINATE ? RUSH_INDETERMINATE : RUSH_UNORDERED;
}

gpointer
rush_rdd_alloc (gsize size, const RushRddClass *klass, RushLineage *lineage, RushSchema *schema,
                RushDependency **dependencies, guint n)
{
  RushRdd *self;

  g_assert (size >= sizeof *self);
  self = g_malloc0 (size);
  self->klass = klass;
  rush_ref_count_init (&self->refs);
  self->lineage = rush_lineage_ref (lineage);
  self->id = rush_lineage_next_rdd_id (lineage);
  self->schema = rush_schema_ref (schema);
  self->n_dependencies = n;
  self->dependencies = g_new0 (RushDependency *, n);
  self->determinism = RUSH_DETERMINATE;
  for (guint i = 0; i < n; i++)
    {
      RushDependency *dep = dependencies[i];

      g_assert (dep != NULL && dep->rdd->lineage == lineage);
      self->dependencies[i] = dep;
      self->determinism = MAX (self->determinism, determinism_through (dep));
      if (dep->kind != RUSH_DEPENDENCY_SHUFFLE && dep->rdd->barrier)
        self->barrier = TRUE;
    }
  self->call_site.short_form = g_strdup (rush_lineage_current_short_form ());
  self->call_site.long_form = g_strdup (rush_lineage_current_long_form ());
  self->operator_name = g_strdup (rush_lineage_current_operator ());
  self->storage_level = RUSH_STORAGE_NONE;
  atomic_init (&self->is_checkpointed, FALSE);
  pthread_mutex_init (&self->lock, NULL);
  return self;
}

/* ---- life and death ---- */

static void
rdd_destroy (RushRdd *self)
{
  gboolean is_checkpointed = atomic_load (&self->is_checkpointed);

  if (rush_storage_level_is_valid (&self->storage_level))
    rush_lineage_dropped (self->lineage, RUSH_DROPPED_CACHE, self->id);
  if (is_checkpointed && self->checkpoint_kind == RUSH_CHECKPOINT_RELIABLE)
    rush_lineage_dropped (self->lineage, RUSH_DROPPED_CHECKPOINT, self->id);
  if (self->klass->finalize != NULL)
    self->klass->finalize (self);
  for (guint i = 0; i < self->n_dependencies && !is_checkpointed; i++)
    rush_dependency_unref (self->dependencies[i]);
  if (!is_checkpointed)
    g_free (self->dependencies);
  rush_dependency_unref (self->checkpoint[0]);
  rush_partitioner_unref (self->partitioner);
  rush_schema_unref (self->schema);
  rush_lineage_unref (self->lineage);
  g_free (self->call_site.short_form);
  g_free (self->call_site.long_form);
  g_free (self->operator_name);
  g_free (self->name);
  rush_rdd_info_unref (self->told);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RushRdd *
rush_rdd_ref (RushRdd *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_rdd_unref (RushRdd *self)
{
  static _Thread_local GPtrArray *dying;

  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  if (dying != NULL)
    {
      g_ptr_array_add (dying, self);
      return;
    }
  dying = g_ptr_array_new ();
  g_ptr_array_add (dying, self);
  while (dying->len > 0)
    rdd_destroy (g_ptr_array_steal_index_fast (dying, dying->len - 1));
  g_ptr_array_free (dying, TRUE);
  dying = NULL;
}

/* ---- the partition count ---- */

static gboolean
partitions_known (RushRdd *self)
{
  gboolean known;

  pthread_mutex_lock (&self->lock);
  known = self->partitions_known;
  pthread_mutex_unlock (&self->lock);
  return known;
}

/* Computes the count of @self, whose narrow parents have theirs.  A checkpoint has as many as what
 * it stands for; what that was made of may have gone. */
static gboolean
count_partitions (RushRdd *self, GError **error)
{
  gboolean ok = TRUE;
  guint n = 0;

  pthread_mutex_lock (&self->lock);
  if (!self->partitions_known)
    {
      if (self->klass->partitions != NULL && !rush_rdd_is_checkpointed (self))
        ok = self->klass->partitions (self, &n, error);
      else
        {
          guint n_dependencies;
          RushDependency *const *dependencies = rush_rdd_dependencies (self, &n_dependencies);

          g_assert (n_dependencies > 0);
          g_assert (dependencies[0]->kind != RUSH_DEPENDENCY_SHUFFLE);
          ok = rush_rdd_n_partitions (dependencies[0]->rdd, &n, error);
        }
      if (ok)
        {
          self->n_partitions = n;
          self->partitions_known = TRUE;
        }
    }
  pthread_mutex_unlock (&self->lock);
  return ok;
}

/* Pushes the narrow parents of @self that have no count yet; FALSE: there was none. */
static gboolean
push_uncounted_parents (RushRdd *self, GPtrArray *stack)
{
  guint before = stack->len, n;
  RushDependency *const *dependencies = rush_rdd_dependencies (self, &n);

  for (guint i = 0; i < n; i++)
    {
      RushDependency *dep = dependencies[i];

      if (dep->kind != RUSH_DEPENDENCY_SHUFFLE && !partitions_known (dep->rdd))
        g_ptr_array_add (stack, dep->rdd);
    }
  return stack->len > before;
}

static gboolean
count_with_parents (RushRdd *self, GError **error)
{
  g_autoptr (GPtrArray) waiting = g_ptr_array_new ();

  g_ptr_array_add (waiting, self);
  while (waiting->len > 0)
    {
      RushRdd *rdd = g_ptr_array_index (waiting, waiting->len - 1);

      if (push_uncounted_parents (rdd, waiting))
        continue;
      if (!count_partitions (rdd, error))
        return FALSE;
      g_ptr_array_set_size (waiting, (gint)waiting->len - 1);
    }
  return TRUE;
}

gboolean
rush_rdd_n_partitions (RushRdd *self, guint *out_n, GError **error)
{
  if (!partitions_known (self))
    {
      rush_lineage_begin_reading (self->lineage);
      gboolean counted = count_with_parents (self, error);
      rush_lineage_end_reading (self->lineage);
      if (!counted)
        return FALSE;
    }
  pthread_mutex_lock (&self->lock);
  *out_n = self->n_partitions;
  pthread_mutex_unlock (&self->lock);
  return TRUE;
}

/* ---- walks over a lineage ---- */

typedef gboolean (*Visit) (RushRdd *rdd, GError **error);

/* Calls @visit once for each RDD that @self is made of, itself included, children first; stops at
 * the first that fails.  With a list instead of recursion: lineages are deep. */
static gboolean
visit_each (RushRdd *self, gboolean through_shuffles, Visit visit, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) to_visit = g_ptr_array_new ();
  gboolean ok = TRUE;

  rush_lineage_begin_reading (self->lineage);
  g_ptr_array_add (to_visit, self);
  while (ok && to_visit->len > 0)
    {
      RushRdd *rdd = g_ptr_array_steal_index_fast (to_visit, to_visit->len - 1);
      guint n;

      if (!g_hash_table_add (seen, rdd))
        continue;
      ok = visit (rdd, error);
      RushDependency *const *dependencies = rush_rdd_dependencies (rdd, &n);
      for (guint i = n; i-- > 0;) /* the first is visited first */
        if (through_shuffles || dependencies[i]->kind != RUSH_DEPENDENCY_SHUFFLE)
          g_ptr_array_add (to_visit, dependencies[i]->rdd);
    }
  rush_lineage_end_reading (self->lineage);
  return ok;
}

static gboolean
count_one (RushRdd *rdd, GError **error)
{
  guint n;

  return rush_rdd_n_partitions (rdd, &n, error);
}

gboolean
rush_rdd_count_lineage (RushRdd *self, guint *out_n, GError **error)
{
  return visit_each (self, TRUE, count_one, error) && rush_rdd_n_partitions (self, out_n, error);
}

static gboolean
check_one (RushRdd *rdd, GError **error)
{
  return rdd->klass->check == NULL || rdd->klass->check (rdd, error);
}

gboolean
rush_rdd_check_stage (RushRdd *self, GError **error)
{
  return visit_each (self, FALSE, check_one, error);
}

/* ---- the rest of the contract ---- */

void
rush_rdd_set_name (RushRdd *self, const char *name)
{
  pthread_mutex_lock (&self->lock);
  g_free (self->name);
  self->name = g_strdup (name);
  pthread_mutex_unlock (&self->lock);
}

char *
rush_rdd_dup_name (RushRdd *self)
{
  char *name;

  pthread_mutex_lock (&self->lock);
  name = g_strdup (self->name);
  pthread_mutex_unlock (&self->lock);
  return name;
}

gboolean
rush_rdd_is_named (RushRdd *self, const char *name)
{
  gboolean is;

  pthread_mutex_lock (&self->lock);
  is = g_strcmp0 (self->name != NULL ? self->name : self->klass->name, name) == 0;
  pthread_mutex_unlock (&self->lock);
  return is;
}

char *
rush_rdd_to_string (RushRdd *self)
{
  g_autofree char *name = rush_rdd_dup_name (self);

  return g_strdup_printf ("%s%s%s[%d] at %s", name != NULL ? name : "", name != NULL ? " " : "",
                          self->klass->name, self->id, self->call_site.short_form);
}
