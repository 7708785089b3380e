/* sorted_runs.h - sorted rows on disk, run after run, and one order of them all.
 *
 * Interface:  append () the rows of a run in order, end () it; and again.  After merge (), which
 *             comes once, next () until NULL.
 * Errors:     IO and CORRUPT from the file, OUT_OF_MEMORY while merging.
 * Threads:    one, the task's runner.
 * Mirrors:    UnsafeSorterSpillWriter, UnsafeSorterSpillMerger.
 */
#pragma once

#include "core/lineage/task_context.h"
#include "sql/physical/tables/sort_order.h"

typedef struct _RushSortedRuns RushSortedRuns;

RushSortedRuns *rush_sorted_runs_new (RushSchema *schema, RushExprList *orders,
                                      RushTaskContext *ctx, RushEvalContext *eval, GError **error);
void rush_sorted_runs_free (RushSortedRuns *self); /* NULL is fine */
gboolean rush_sorted_runs_append (RushSortedRuns *self, RushBatch *batch, GError **error);
gboolean rush_sorted_runs_end (RushSortedRuns *self, GError **error);
gboolean rush_sorted_runs_merge (RushSortedRuns *self, GError **error);
RushBatch *rush_sorted_runs_next (RushSortedRuns *self, GError **error);
guint64 rush_sorted_runs_disk_bytes (const RushSortedRuns *self);
/* Held by batches that are being merged: nobody can spill them. */
gint64 rush_sorted_runs_memory_bytes (const RushSortedRuns *self);
