/* slice_meter.h - how large each reduce partition's slice of one map output is.
 *
 * Rows are counted when they are written, not when they are stored, so that records, pairs and
 * bytes are the same whether the output stays in memory, spills or is evicted.
 *
 * Ownership:  writes into the sizes of a map status that its owner keeps alive.
 * Threads:    one.
 */
#pragma once

#include "core/data/batch.h"
#include "core/shuffle/map_status.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushSliceMeter RushSliceMeter;

/* @sizes: zeroed, [n_partitions]; @pairs_column: −1: a row is one pair. */
RushSliceMeter *rush_slice_meter_new (RushSchema *schema, guint n_partitions, gint pairs_column,
                                      RushSliceSize *sizes);
void rush_slice_meter_free (RushSliceMeter *self);
/* Row i of those that count goes to partitions[i]; NULL: all to 0. */
void rush_slice_meter_add (RushSliceMeter *self, const RushBatch *batch, const guint32 *partitions);
/* What the rows of @partition so far take encoded. */
gint64 rush_slice_meter_bytes (const RushSliceMeter *self, guint partition);
/* After the last row: makes the sizes complete. */
void rush_slice_meter_finish (RushSliceMeter *self);

/* The sum of column @pairs_column, or the rows of @batch. */
gint64 rush_count_pairs (const RushBatch *batch, gint pairs_column);

RUSH_END_PUBLIC
