/* external_combiner.h - a combiner that may hold more keys than memory has room for.
 *
 * Interface:  insert () rows until there are no more, then next () until NULL.
 * Ownership:  registers a memory consumer with the task for as long as it lives.
 * Threads:    one, the task's runner.
 * Mirrors:    org.apache.spark.util.collection.ExternalAppendOnlyMap.
 */
#pragma once

#include "core/lineage/dependency.h"
#include "core/lineage/task_context.h"
#include "core/storage/spill_file.h"
#include "core/storage/local_dir.h"

typedef struct
{
  RushCombinerNew combiner_new;
  gpointer combiner_data;
  RushSchema *schema;        /* of what the combiner drains (unowned, as all here) */
  RushSchema *finish_schema; /* of what it finishes; NULL: the same */
  RushTaskContext *ctx;
  RushLocalDir *dir;
  RushCodec codec;
} RushCombineSpec;

typedef struct _RushExternalCombiner RushExternalCombiner;

RushExternalCombiner *rush_external_combiner_new (const RushCombineSpec *spec);
void rush_external_combiner_free (RushExternalCombiner *self);
/* @combined: the rows come out of a combiner of the same kind. */
gboolean rush_external_combiner_insert (RushExternalCombiner *self, RushBatch *batch,
                                        gboolean combined, GError **error);
RushBatch *rush_external_combiner_next (RushExternalCombiner *self, GError **error);
