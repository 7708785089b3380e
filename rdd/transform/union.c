/* union.c - several RDDs as one.
 *
 *     UnionRDD                          PartitionerAwareUnionRDD
 *     a0 ── u0    b0 ── u2              a0 ─┬─ u0     a1 ─┬─ u1
 *     a1 ── u1    b1 ── u3              b0 ─┘         b1 ─┘
 *
 * The second is taken when all parents are placed by equal partitioners: it keeps the placement, so
 * that a shuffle by the same partitioner after it is none.  Parents without partitions are left
 * out first, as Spark leaves them out.
 */
#include "rdd/transform/union.h"

#include "rdd/call_site.h"
#include "rdd/transform/chain_iterator.h"

/* ---- one after the other ---- */

static gboolean
union_partitions (RushRdd *self, guint *out_n, GError **error)
{
  guint total = 0;

  for (guint i = 0; i < self->n_dependencies; i++)
    total += self->dependencies[i]->length;
  *out_n = total;
  return TRUE;
}

/* The parent that partition @split comes from: the last that begins at or before it.  Parents
 * follow one another without gaps, and none is empty; a union of a year's files has many. */
static const RushDependency *
parent_of (const RushRdd *self, guint split)
{
  guint low = 0, high = self->n_dependencies;

  while (high - low > 1)
    {
      guint middle = low + (high - low) / 2;

      if (self->dependencies[middle]->out_start <= split)
        low = middle;
      else
        high = middle;
    }
  return self->dependencies[low];
}

static RushIterator *
union_compute (RushRdd *self, guint split, RushTaskContext *ctx, GError **error)
{
  const RushDependency *parent = parent_of (self, split);

  g_assert (split - parent->out_start < parent->length);
  return rush_rdd_iterator (parent->rdd, split - parent->out_start, ctx, error);
}

/* Without an opinion on places of its own: whoever asks goes on to the parent, level by level.  To
 * ask that from here would make a union of a union of a union … cost its depth at each level. */
static const RushRddClass union_class = {
  .name = "UnionRDD",
  .partitions = union_partitions,
  .compute = union_compute,
};

/* ---- one beside the other ---- */

static RushIterator *
aware_compute (RushRdd *rdd, guint split, RushTaskContext *ctx, GError **error)
{
  GArray *pieces = g_array_new (FALSE, FALSE, sizeof (RushPiece));

  for (guint i = 0; i < rdd->n_dependencies; i++)
    {
      RushPiece piece = { rdd->dependencies[i]->rdd, split };

      g_array_append_val (pieces, piece);
    }
  return rush_chain_iterator_new (pieces, ctx);
}

static const RushRddClass aware_class = {
  .name = "PartitionerAwareUnionRDD",
  .compute = aware_compute,
};

/* ---- which of the two ---- */

static gboolean
all_placed_alike (RushRdd *const *parents, guint n)
{
  for (guint i = 0; i < n; i++)
    if (!rush_partitioner_equal (parents[0]->partitioner, parents[i]->partitioner))
      return FALSE;
  return n > 0;
}

static RushRdd *
beside_each_other (RushRdd *const *parents, guint n)
{
  g_autofree RushDependency **dependencies = g_new (RushDependency *, n);
  RushRdd *self;

  for (guint i = 0; i < n; i++)
    dependencies[i] = rush_dependency_one_to_one (parents[i]);
  self = rush_rdd_alloc (sizeof *self, &aware_class, parents[0]->lineage, parents[0]->schema,
                         dependencies, n);
  self->partitioner = rush_partitioner_ref (parents[0]->partitioner);
  return self;
}

static RushRdd *
behind_each_other (RushLineage *lineage, RushSchema *schema, RushRdd *const *parents,
                   const guint *counts, guint n)
{
  g_autofree RushDependency **dependencies = g_new (RushDependency *, n);
  guint start = 0;

  for (guint i = 0; i < n; start += counts[i], i++)
    dependencies[i] = rush_dependency_range (parents[i], 0, start, counts[i]);
  return rush_rdd_alloc (sizeof (RushRdd), &union_class, lineage, schema, dependencies, n);
}

RushRdd *
rush_rdd_union (RushRdd *const *parents, guint n, GError **error)
{
  RUSH_OPERATOR ("union");
  g_autofree RushRdd **kept = g_new (RushRdd *, n);
  g_autofree guint *counts = g_new (guint, n);
  guint n_kept = 0;

  g_return_val_if_fail (n > 0, NULL);
  for (guint i = 0; i < n; i++)
    {
      guint count;

      g_return_val_if_fail (rush_schema_equal (parents[0]->schema, parents[i]->schema), NULL);
      if (!rush_rdd_n_partitions (parents[i], &count, error))
        return NULL;
      if (count == 0)
        continue;
      kept[n_kept] = parents[i];
      counts[n_kept++] = count;
    }
  if (all_placed_alike (kept, n_kept))
    return beside_each_other (kept, n_kept);
  return behind_each_other (parents[0]->lineage, parents[0]->schema, kept, counts, n_kept);
}
