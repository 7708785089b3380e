/* group_by_key.c - rows of a key are brought together by a cluster combiner, without a map-side
 * combine (it would save nothing), and folded into a group as they come out.
 *
 *     pairs ──▶ shuffle, clustered ──▶ group iterator ──▶ (key, group)
 *
 * Both steps are one ShuffledRDD, as in Spark, where the aggregator does the second.
 */
#include "rdd/transform/group_by_key.h"

#include "core/executor/env.h"
#include "rdd/call_site.h"
#include "rdd/transform/cluster_combiner.h"
#include "rdd/transform/combine_iterator.h"
#include "rdd/transform/group_iterator.h"
#include "rdd/transform/map_partitions.h"
#include "rdd/transform/partition_by.h"

static RushGrouping *
grouping_of_values (RushSchema *pairs)
{
  RushGroupColumns values = { 1, pairs->n_fields - 1 };
  const char *name = "values";

  return rush_grouping_new (pairs, -1, 1, &values, &name);
}

/* ---- across a shuffle ---- */

typedef struct
{
  RushRdd base;
  RushGrouping *grouping; /* (owned) */
} GroupedRdd;

static gboolean
grouped_partitions (RushRdd *self, guint *out_n, GError **error)
{
  *out_n = self->dependencies[0]->partitioner->n_partitions;
  return TRUE;
}

static RushIterator *
grouped_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  RushIterator *rows = rush_shuffle_reader_new (base->dependencies[0], split, split + 1,
                                                &ctx->env->fetch, ctx, error);

  return rows != NULL ? rush_group_iterator_new (rows, ((GroupedRdd *)base)->grouping, ctx) : NULL;
}

static void
grouped_finalize (RushRdd *base)
{
  rush_grouping_free (((GroupedRdd *)base)->grouping);
}

static const RushRddClass grouped_class = {
  .name = "ShuffledRDD",
  .partitions = grouped_partitions,
  .compute = grouped_compute,
  .finalize = grouped_finalize,
};

static RushRdd *
group_by_shuffle (RushRdd *pairs, RushPartitioner *partitioner)
{
  RushDependency *dependency = rush_dependency_shuffle (pairs, partitioner, pairs->schema);
  RushGrouping *grouping = grouping_of_values (pairs->schema);
  GroupedRdd *self = rush_rdd_alloc (sizeof *self, &grouped_class, pairs->lineage, grouping->schema,
                                     &dependency, 1);

  dependency->combiner_new = rush_cluster_combiner_new;
  self->grouping = grouping;
  self->base.partitioner = rush_partitioner_ref (partitioner);
  return &self->base;
}

/* ---- where the rows are together already ---- */

typedef struct
{
  RushGrouping *grouping;
  RushSchema *rows_schema;
} GroupInPlace;

static RushIterator *
group_partition (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data,
                 GError **error)
{
  const GroupInPlace *self = data;
  RushIterator *clustered =
      rush_combine_iterator_new (rows, rush_cluster_combiner_new, NULL, self->rows_schema, ctx);

  return rush_group_iterator_new (clustered, self->grouping, ctx);
}

static void
group_in_place_free (gpointer data)
{
  GroupInPlace *self = data;

  rush_grouping_free (self->grouping);
  rush_schema_unref (self->rows_schema);
  g_free (self);
}

static RushRdd *
group_in_place (RushRdd *pairs)
{
  GroupInPlace *data = g_new (GroupInPlace, 1);

  *data = (GroupInPlace){ grouping_of_values (pairs->schema), rush_schema_ref (pairs->schema) };
  return rush_rdd_map_partitions (pairs, data->grouping->schema, group_partition, data,
                                  group_in_place_free, TRUE);
}

RushRdd *
rush_rdd_group_by_key (RushRdd *pairs, guint n_partitions, GError **error)
{
  RUSH_OPERATOR ("groupByKey");
  g_autoptr (RushPartitioner) partitioner = NULL;

  g_return_val_if_fail (pairs->schema->n_fields >= 2, NULL);
  partitioner = rush_rdd_choose_partitioner (&pairs, 1, n_partitions, error);
  if (partitioner == NULL)
    return NULL;
  if (rush_partitioner_equal (pairs->partitioner, partitioner))
    return group_in_place (pairs);
  return group_by_shuffle (pairs, partitioner);
}
