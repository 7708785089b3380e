/* runtime_filters.h - rows that cannot find a partner in a join are dropped where they are read.
 *
 *     Join k = fk
 *     ├── Exchange  ◀── ① few rows: it runs first, and its keys are kept
 *     │   └── Filter
 *     │       └── FileScan small [k]
 *     └── Exchange      ② waits for the keys
 *         └── FileScan large [fk]  ◀── ③ a row whose fk is none of them goes no further
 *
 * This is no operator: plans look as Spark's do.  The scan counts what it drops as "rows removed
 * early".  (Spark's own InjectRuntimeFilter begins at scans of 10 GB.)
 *
 * Ownership:  made for an adaptive plan, kept by its query.
 * Threads:    the driver's, under the query's lock; what tasks use are key filters.
 * Mirrors:    InjectRuntimeFilter, DynamicPruning; "sideways information passing".
 */
#pragma once

#include "sql/physical/exec.h"

typedef struct _RushRuntimeFilters RushRuntimeFilters;

/* Those that pay off in @plan, which has not begun; NULL: none do.  Their keys are charged to
 * @allocator, and filters that it refuses memory let all rows pass.  runtime_filter_plan.c */
RushRuntimeFilters *rush_runtime_filters_plan (const RushExec *plan,
                                               const RushEvalSettings *settings,
                                               RushAllocator *allocator);
void rush_runtime_filters_free (RushRuntimeFilters *self);

/* Whether a scan of the stage of @exchange reads a filter whose keys are not known yet.
 * For all of these, @self may be NULL. */
gboolean rush_runtime_filters_are_awaited (const RushRuntimeFilters *self,
                                           const RushExec *exchange);
/* The stage of @exchange has run: what it has gathered is all there is. */
void rush_runtime_filters_note_finished (RushRuntimeFilters *self, const RushExec *exchange);
/* Nobody waits any longer. */
void rush_runtime_filters_give_up (RushRuntimeFilters *self);

/* @rows, taken over, of @exchange's child, with their keys gathered on the way if these are wanted;
 * or the rows of @scan that pass its filters.  Else @rows itself. */
RushRdd *rush_runtime_filters_gather (RushRuntimeFilters *self, const RushExec *exchange,
                                      RushRdd *rows);
RushRdd *rush_runtime_filters_apply (RushRuntimeFilters *self, RushExec *scan, RushRdd *rows);
