/* coalesce.c - CoalescedRDD: a partition is a group of the parent's, one after the other.
 *
 *     parent      0   1   2   3   4   5   6
 *                 └─┬─┘   └─┬─┘   └───┼───┘
 *     coalesced     0       1         2            one task computes a whole group
 *
 * Which partitions are a group's is found when they are first counted (partition_coalescer.c), and
 * both the RDD and its dependency, which tells the scheduler, look at the same groups.
 *
 * Mirrors: org.apache.spark.rdd.CoalescedRDD.
 */
#include "rdd/transform/coalesce.h"

#include "rdd/call_site.h"
#include "rdd/transform/chain_iterator.h"
#include "rdd/transform/partition_coalescer.h"

/* What the RDD and its dependency share; the dependency owns it. */
typedef struct
{
  guint wanted;
  GPtrArray *groups; /* RushPartitionGroup; set once, with the partition count */
} Coalescing;

typedef struct
{
  RushRdd base;
  Coalescing *coalescing;
} CoalescedRdd;

static const RushPartitionGroup *
group_of (const Coalescing *self, guint split)
{
  g_return_val_if_fail (self->groups != NULL && split < self->groups->len, NULL);
  return g_ptr_array_index (self->groups, split);
}

static gboolean
coalesced_partitions (RushRdd *base, guint *out_n, GError **error)
{
  Coalescing *self = ((CoalescedRdd *)base)->coalescing;
  GPtrArray *groups = rush_coalesce_partitions (base->dependencies[0]->rdd, self->wanted, error);

  if (groups == NULL)
    return FALSE;
  self->groups = groups;
  *out_n = groups->len;
  return TRUE;
}

static RushIterator *
coalesced_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  const RushPartitionGroup *group;
  GArray *pieces;
  guint n;

  /* They have been counted before: this orders our look at the groups behind that. */
  if (!rush_rdd_n_partitions (base, &n, error))
    return NULL;
  group = group_of (((CoalescedRdd *)base)->coalescing, split);
  pieces = g_array_new (FALSE, FALSE, sizeof (RushPiece));
  for (guint i = 0; i < group->parents->len; i++)
    {
      RushPiece piece = { base->dependencies[0]->rdd, g_array_index (group->parents, guint, i) };

      g_array_append_val (pieces, piece);
    }
  return rush_chain_iterator_new (pieces, ctx);
}

static char **
coalesced_locations (RushRdd *base, guint split)
{
  guint n;

  if (!rush_rdd_n_partitions (base, &n, NULL))
    return NULL;
  const char *place = group_of (((CoalescedRdd *)base)->coalescing, split)->place;
  return place != NULL ? g_strsplit (place, "\n", 1) : NULL;
}

static const RushRddClass coalesced_class = {
  .name = "CoalescedRDD",
  .partitions = coalesced_partitions,
  .compute = coalesced_compute,
  .preferred_locations = coalesced_locations,
};

/* ---- the dependency ---- */

static void
coalesced_parents (const RushDependency *self, guint split, GArray *out_parents)
{
  const RushPartitionGroup *group = group_of (self->custom_data, split);

  g_array_append_vals (out_parents, group->parents->data, group->parents->len);
}

static void
coalescing_free (gpointer data)
{
  Coalescing *self = data;

  g_clear_pointer (&self->groups, g_ptr_array_unref);
  g_free (self);
}

RushRdd *
rush_rdd_coalesce (RushRdd *parent, guint n)
{
  RUSH_OPERATOR ("coalesce");
  Coalescing *coalescing;
  RushDependency *dependency;
  CoalescedRdd *self;

  g_return_val_if_fail (n > 0, NULL);
  coalescing = g_new0 (Coalescing, 1);
  coalescing->wanted = n;
  dependency = rush_dependency_custom (parent, coalesced_parents, coalescing, coalescing_free);
  self = rush_rdd_alloc (sizeof *self, &coalesced_class, parent->lineage, parent->schema,
                         &dependency, 1);
  self->coalescing = coalescing;
  return &self->base;
}
