/* combine_iterator.h - the rows of a partition, combined by key; spills when memory is short.
 *
 * Mirrors: Aggregator.combineValuesByKey.
 */
#pragma once

#include "core/lineage/rdd.h"

/* Takes over @rows.  Nothing is read before the first next (). */
RushIterator *rush_combine_iterator_new (RushIterator *rows, RushCombinerNew combiner_new,
                                         gpointer combiner_data, RushSchema *schema,
                                         RushTaskContext *ctx);
