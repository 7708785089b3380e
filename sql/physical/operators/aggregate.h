/* aggregate.h - groups and their aggregates, in the three forms that Spark has.
 *
 * A plan aggregates in steps (planner/aggregation.c): partial before an exchange, final behind it.
 */
#pragma once

#include "sql/physical/exec.h"

typedef enum
{
  RUSH_AGGREGATE_HASH,
  RUSH_AGGREGATE_OBJECT_HASH, /* states that grow: collect_list */
  RUSH_AGGREGATE_SORT,        /* buffers that Spark cannot update in place; the input is sorted */
} RushAggregateForm;

typedef struct
{
  RushAggregateForm form;
  RushExprList *required; /* what the input must be clustered by; empty: one partition; NULL: as it
                               is (partial) */
  RushExprList *grouping; /* named */
  RushExprList *calls;    /* AGGREGATEs with their modes */
  RushExprList *attributes; /* of what the calls give: results, or buffers of partial ones */
  RushExprList *results; /* named, over grouping and attributes; of partial steps: keys, buffers */
} RushAggregateStep;

/* Takes over the lists and @child.  UNSUPPORTED: groups of a type that cannot be grouped by. */
RushExec *rush_aggregate_exec_new (const RushAggregateStep *step, RushExec *child, GError **error);
gboolean rush_exec_is_aggregate (const RushExec *self);
const RushAggregateStep *rush_aggregate_exec_step (const RushExec *self);
