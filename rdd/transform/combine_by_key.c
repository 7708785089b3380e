/* combine_by_key.c - a shuffle whose ends combine, or no shuffle at all.
 *
 *     pairs ──┬─ placed as wanted ──▶ MapPartitionsRDD: an external combiner over each partition
 *             └─ else ──▶ shuffle dependency with a combiner ──▶ ShuffledRDD, whose reader combines
 */
#include "rdd/transform/combine_by_key.h"

#include "rdd/call_site.h"
#include "rdd/transform/combine_iterator.h"
#include "rdd/transform/map_partitions.h"
#include "rdd/transform/partition_by.h"
#include "rdd/transform/shuffled.h"

/* ---- where the rows are together already ---- */

typedef struct
{
  RushCombine combine;
  RushSchema *schema; /* (owned) */
} CombineInPlace;

static void
combine_in_place_free (gpointer data)
{
  CombineInPlace *self = data;

  if (self->combine.free_data != NULL)
    self->combine.free_data (self->combine.data);
  rush_schema_unref (self->schema);
  g_free (self);
}

static RushIterator *
combine_partition (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data,
                   GError **error)
{
  const CombineInPlace *self = data;

  return rush_combine_iterator_new (rows, self->combine.combiner_new, self->combine.data,
                                    self->schema, ctx);
}

static RushRdd *
combine_in_place (RushRdd *pairs, const RushCombine *combine, RushSchema *schema)
{
  CombineInPlace *data = g_new (CombineInPlace, 1);

  *data = (CombineInPlace){ *combine, rush_schema_ref (schema) };
  return rush_rdd_map_partitions (pairs, schema, combine_partition, data, combine_in_place_free,
                                  TRUE);
}

/* ---- across a shuffle ---- */

static RushRdd *
combine_by_shuffle (RushRdd *pairs, const RushCombine *combine, RushSchema *schema,
                    RushPartitioner *partitioner)
{
  RushDependency *dependency = rush_dependency_shuffle (pairs, partitioner, schema);

  dependency->combiner_new = combine->combiner_new;
  dependency->combiner_data = combine->data;
  dependency->combiner_free = combine->free_data;
  dependency->map_side_combine = combine->map_side_combine;
  return rush_rdd_shuffled_new (dependency);
}

RushRdd *
rush_rdd_combine_by_key (RushRdd *pairs, const RushCombine *combine, guint n_partitions,
                         GError **error)
{
  RUSH_OPERATOR ("combineByKey");
  RushSchema *schema = combine->schema != NULL ? combine->schema : pairs->schema;
  g_autoptr (RushPartitioner) partitioner =
      rush_rdd_choose_partitioner (&pairs, 1, n_partitions, error);

  if (partitioner == NULL)
    {
      if (combine->free_data != NULL)
        combine->free_data (combine->data);
      return NULL;
    }
  if (rush_partitioner_equal (pairs->partitioner, partitioner))
    return combine_in_place (pairs, combine, schema);
  return combine_by_shuffle (pairs, combine, schema, partitioner);
}

RushRdd *
rush_rdd_reduce_by_key (RushRdd *pairs, RushHashCombine how, guint n_partitions, GError **error)
{
  RUSH_OPERATOR ("reduceByKey");
  const RushCombinerMaker *other = rush_lineage_find_part (pairs->lineage, "combiner");
  RushCombine combine = {
    .combiner_new = other != NULL ? other->make : rush_hash_combiner_new,
    .data = g_memdup2 (&how, sizeof how),
    .free_data = g_free,
    .map_side_combine = TRUE,
  };

  return rush_rdd_combine_by_key (pairs, &combine, n_partitions, error);
}
