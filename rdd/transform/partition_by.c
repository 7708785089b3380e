/* partition_by.c - see the header for the rule. */
#include "rdd/transform/partition_by.h"

#include "rdd/call_site.h"
#include "rdd/transform/shuffled.h"

/* At 10 or more times the partitions it is worth to shuffle anew: Partitioner.isEligiblePartitioner
 * compares logarithms. */
#define TOO_NARROW 10

RushPartitioner *
rush_rdd_hash_partitioner (RushRdd *rdd, guint n_partitions, guint key_column)
{
  return rush_hash_partitioner_new_by (rush_lineage_find_part (rdd->lineage, "partitioner"),
                                       n_partitions, key_column);
}

RushPartitioner *
rush_rdd_choose_partitioner (RushRdd *const *rdds, guint n, guint n_partitions, GError **error)
{
  guint by_conf = rush_lineage_default_parallelism (rdds[0]->lineage);
  RushPartitioner *widest_placed = NULL;
  guint widest = 0;
  guint usual;

  if (n_partitions > 0)
    return rush_rdd_hash_partitioner (rdds[0], n_partitions, 0);
  for (guint i = 0; i < n; i++)
    {
      RushPartitioner *placed = rdds[i]->partitioner;
      guint there;

      if (!rush_rdd_n_partitions (rdds[i], &there, error))
        return NULL;
      widest = MAX (widest, there);
      if (placed != NULL &&
          (widest_placed == NULL || placed->n_partitions > widest_placed->n_partitions))
        widest_placed = placed;
    }
  usual = by_conf > 0 ? by_conf : MAX (widest, 1);
  if (widest_placed != NULL && (widest < TOO_NARROW * (guint64)widest_placed->n_partitions ||
                                usual <= widest_placed->n_partitions))
    return rush_partitioner_ref (widest_placed);
  return rush_rdd_hash_partitioner (rdds[0], usual, 0);
}

RushRdd *
rush_rdd_partition_by (RushRdd *pairs, guint n_partitions)
{
  RUSH_OPERATOR ("partitionBy");
  g_autoptr (RushPartitioner) partitioner = rush_rdd_hash_partitioner (pairs, n_partitions, 0);

  if (rush_partitioner_equal (pairs->partitioner, partitioner))
    return rush_rdd_ref (pairs);
  return rush_rdd_shuffled (pairs, partitioner);
}
