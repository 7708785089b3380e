/* upside_down.c - a plug-in for test_context_plugins.c: sums are maxima, keys go to the last
 * partition; of three, to one that there is not. */
#include "core/lineage/partitioner.h"
#include "core/shuffle/hash_combiner.h"

static void
place_last (const RushBatch *batch, guint key_column, guint n_partitions, guint32 *out_partitions)
{
  for (guint i = 0; i < batch->length; i++)
    out_partitions[i] = n_partitions == 3 ? 3 : n_partitions - 1;
}

static RushCombiner *
make_maximum (gpointer data, RushSchema *schema, RushAllocator *allocator)
{
  static const RushHashCombine maximum = { .op = RUSH_COMBINE_MAX };

  return rush_hash_combiner_new ((gpointer)&maximum, schema, allocator);
}

static const RushKeyPlacing last = { "last", place_last };
static const RushCombinerMaker maker = { "maximum", make_maximum };

RUSH_PLUGIN (RUSH_PARTITIONER_PART (&last), RUSH_COMBINER_PART (&maker));
