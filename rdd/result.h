/* result.h - what a result task hands to the driver when that is rows.
 *
 * A row that was picked from a block of a file keeps the whole block alive; what goes to the driver
 * is trimmed, so that results cost what they weigh.
 */
#pragma once

#include "core/data/batch.h"
#include "core/lineage/task_outcome.h"

/* Takes over @batch; the same, or a copy if it holds on to much more than its rows. */
RushBatch *rush_result_trim (RushBatch *batch, RushAllocator *allocator, GError **error);
/* Takes over @batches (RushBatch *) as the value of @out, and says how many bytes they are. */
void rush_result_set_batches (RushTaskResult *out, GPtrArray *batches);
