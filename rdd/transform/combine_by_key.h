/* combine_by_key.h - one row a key, made by a combiner: before the shuffle, after it, or both.
 *
 * combineByKey is what reduceByKey, groupByKey and distinct are made of.  Where the rows of a key
 * are together already (the parent's partitioner is the one that is wanted) there is no shuffle: a
 * MapPartitionsRDD combines each partition.
 *
 * @n_partitions 0: as rush_rdd_choose_partitioner () says, which may fail.
 *
 * Mirrors: PairRDDFunctions.{combineByKeyWithClassTag,reduceByKey}.
 */
#pragma once

#include "core/lineage/rdd.h"
#include "core/shuffle/hash_combiner.h"

typedef struct
{
  RushCombinerNew combiner_new; /* a seam: see RushCombinerClass */
  gpointer data;                /* for combiner_new */
  GDestroyNotify free_data;     /* with the dependency; may be NULL */
  gboolean map_side_combine;
  RushSchema *schema; /* of what the combiner hands out; NULL: as the pairs (unowned) */
} RushCombine;

/* Takes over combine->data, also on failure. */
RushRdd *rush_rdd_combine_by_key (RushRdd *pairs, const RushCombine *combine, guint n_partitions,
                                  GError **error);

/* Pairs (key, int64 or float64), one a key: the values folded by @how, on both sides.
 *   rush_rdd_reduce_by_key (pairs, RUSH_SUM, 0, &error) */
RushRdd *rush_rdd_reduce_by_key (RushRdd *pairs, RushHashCombine how, guint n_partitions,
                                 GError **error);
#define RUSH_SUM ((RushHashCombine){ .op = RUSH_COMBINE_SUM })
#define RUSH_MIN ((RushHashCombine){ .op = RUSH_COMBINE_MIN })
#define RUSH_MAX ((RushHashCombine){ .op = RUSH_COMBINE_MAX })
#define RUSH_COUNT ((RushHashCombine){ .op = RUSH_COMBINE_COUNT })
