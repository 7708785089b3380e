/* take_sample.h - exactly so many rows, drawn without replacement, in an order that is drawn, too.
 *
 * Mirrors: RDD.takeSample (withReplacement = false).
 */
#pragma once

#include "rdd/context.h"

typedef struct
{
  GPtrArray *batches; /* RushBatch (owned) */
  GArray *rows;       /* RushRowId, in the order of the sample: which rows of which (owned) */
} RushSample;

/* min (@n, number of rows) of them; runs two jobs or more, one if there are no rows.  A seed gives
 * the rows that it gives in Spark, if the partitions are alike.  @job: what surrounds each of the
 * jobs, or NULL. */
RushSample *rush_rdd_take_sample (RushContext *context, RushRdd *rdd, guint n, gint64 seed,
                                  const RushJobOptions *job, GError **error);
void rush_sample_free (RushSample *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushSample, rush_sample_free)
