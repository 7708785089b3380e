/* dot_rows.h - several jobs in one picture: rows that are no wider than a page.
 *
 * Threads: any.
 */
#pragma once

#include "core/viz/dag_boxes.h"

/* Begins the name of what stands in the frame of a job without stages; the job's index ends it. */
#define RUSH_DOT_NO_STAGES "nothing"

/* Appends edges that nobody sees.  Boxes are box0, box1 …, by index. */
void rush_dot_append_rows (GString *out, const RushDag *dag, const RushDagBoxes *boxes);
