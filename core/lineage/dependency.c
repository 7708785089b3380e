/* dependency.c - narrow and wide: which parent partitions a child partition is made of.
 *
 *     one-to-one      range (union)      custom (coalesce)     shuffle
 *     p0 ── c0        a0 ── c0           p0 ─┬─ c0             p0 ─┬─ c0
 *     p1 ── c1        a1 ── c1           p1 ─┘                 p1 ─┼─ c1
 *     p2 ── c2        b0 ── c2           p2 ──── c1            p2 ─┘  (every pair)
 *
 * Narrow kinds are computed inside the child's task and lose only the lost partition; a shuffle
 * needs all parents first, hence a stage boundary (NSDI 2012, section 4).
 */
#include "core/lineage/dependency.h"

#include "core/lineage/rdd.h"

static RushDependency *
dependency_new (RushDependencyKind kind, RushRdd *parent)
{
  RushDependency *self = g_new0 (RushDependency, 1);

  rush_ref_count_init (&self->refs);
  self->kind = kind;
  self->rdd = rush_rdd_ref (parent);
  self->shuffle_id = -1;
  self->pairs_column = -1;
  return self;
}

RushDependency *
rush_dependency_ref (RushDependency *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_dependency_unref (RushDependency *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  if (self->kind == RUSH_DEPENDENCY_SHUFFLE)
    rush_lineage_dropped (self->rdd->lineage, RUSH_DROPPED_SHUFFLE, self->shuffle_id);
  if (self->custom_free != NULL)
    self->custom_free (self->custom_data);
  if (self->combiner_free != NULL)
    self->combiner_free (self->combiner_data);
  rush_partitioner_unref (self->partitioner);
  g_clear_pointer (&self->schema, rush_schema_unref);
  rush_rdd_unref (self->rdd); /* does not recurse: see rdd.c */
  g_free (self);
}

void
rush_dependency_parents (const RushDependency *self, guint split, GArray *out_parents)
{
  guint parent = split;

  switch (self->kind)
    {
    case RUSH_DEPENDENCY_ONE_TO_ONE:
      g_array_append_val (out_parents, parent);
      return;
    case RUSH_DEPENDENCY_RANGE:
      if (split >= self->out_start && split - self->out_start < self->length)
        {
          parent = split - self->out_start + self->in_start;
          g_array_append_val (out_parents, parent);
        }
      return;
    case RUSH_DEPENDENCY_CUSTOM:
      self->custom_parents (self, split, out_parents);
      return;
    case RUSH_DEPENDENCY_SHUFFLE:
      break;
    }
  g_return_if_reached (); /* a shuffle has no few parents: the caller did not look at the kind */
}

RushDependency *
rush_dependency_one_to_one (RushRdd *parent)
{
  return dependency_new (RUSH_DEPENDENCY_ONE_TO_ONE, parent);
}

RushDependency *
rush_dependency_range (RushRdd *parent, guint in_start, guint out_start, guint length)
{
  RushDependency *self = dependency_new (RUSH_DEPENDENCY_RANGE, parent);

  self->in_start = in_start;
  self->out_start = out_start;
  self->length = length;
  return self;
}

RushDependency *
rush_dependency_custom (RushRdd *parent, RushCustomParents custom_parents, gpointer data,
                        GDestroyNotify free_data)
{
  RushDependency *self = dependency_new (RUSH_DEPENDENCY_CUSTOM, parent);

  self->custom_parents = custom_parents;
  self->custom_data = data;
  self->custom_free = free_data;
  return self;
}

RushDependency *
rush_dependency_shuffle (RushRdd *parent, RushPartitioner *partitioner, RushSchema *schema)
{
  RushDependency *self = dependency_new (RUSH_DEPENDENCY_SHUFFLE, parent);

  self->shuffle_id = rush_lineage_next_shuffle_id (parent->lineage);
  self->partitioner = rush_partitioner_ref (partitioner);
  self->schema = rush_schema_ref (schema);
  return self;
}
