/* hash_combiner.h - the combiner of the typed family: (key, value) rows, one value a key.
 *
 *   static const RushHashCombine sum = { .op = RUSH_COMBINE_SUM };
 *   dependency->combiner_new = rush_hash_combiner_new;
 *   dependency->combiner_data = (gpointer) &sum;
 *   dependency->map_side_combine = TRUE;
 *
 * Keys are of any type; null is a key like others.  Values are int64 or float64; rows whose value
 * is null are skipped (but counted by COUNT), and a key that has none but such gets a null.
 *
 *   SUM      int64 wraps around, as Java's Long
 *   MIN MAX  a NaN is larger than every number, as in Spark's ordering of doubles
 *   COUNT    rows; the value of raw rows is not looked at, that of combined rows is added
 *   FIRST    the one that came first: well defined only where the order of rows is
 *   MERGE    a function of the user's, which must be associative and commutative
 *
 * Threads:  one a combiner.
 * Mirrors:  org.apache.spark.Aggregator, util.collection.AppendOnlyMap.
 */
#pragma once

#include "core/lineage/dependency.h"
#include "core/plugin/plugin.h"
#include "core/shuffle/key_table.h"

RUSH_BEGIN_PUBLIC

typedef enum
{
  RUSH_COMBINE_SUM,
  RUSH_COMBINE_MIN,
  RUSH_COMBINE_MAX,
  RUSH_COMBINE_COUNT, /* the value column of the schema is int64 */
  RUSH_COMBINE_FIRST,
  RUSH_COMBINE_MERGE,
} RushCombineOp;

/* Folds @value into @inout_merged; FALSE with @error set fails the task. */
typedef gboolean (*RushMergeValues) (gpointer data, RushValue *inout_merged, RushValue value,
                                     GError **error);

typedef struct
{
  RushCombineOp op;
  RushMergeValues merge; /* MERGE */
  gpointer merge_data;
} RushHashCombine;

/* A RushCombinerNew; @data: const RushHashCombine *, which must outlive the combiner.  @schema:
 * (key, value) as it hands them out. */
RushCombiner *rush_hash_combiner_new (gpointer data, RushSchema *schema, RushAllocator *allocator);

/* The seam: another file's combiner takes its place in reduceByKey of the typed family. */
typedef struct
{
  const char *name;
  RushCombinerNew make; /* as rush_hash_combiner_new () */
} RushCombinerMaker;
#define RUSH_COMBINER_PART(maker) RUSH_PLUGIN_PART ("combiner", COMBINER, RushCombinerMaker, maker)

RUSH_END_PUBLIC
