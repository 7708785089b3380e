/* local_relations.c - what stages have left to do over rows that the driver has, it does itself.
 *
 *   Project [k]                            LocalTableScan [k]
 *   └── Project [k, v, null AS id]   ─▶
 *       └── LocalTableScan [k, v]
 *
 * The optimizer has done so before the query ran; here it is asked again, since rows of the
 * program's text may stand alone now where a join or a union stood above them.  Collecting such
 * rows needs no job.
 *
 * Mirrors: org.apache.spark.sql.execution.adaptive.AQEOptimizer (its ConvertToLocalRelation).
 */
#include "sql/optimizer/optimizer.h"
#include "sql/physical/adaptive/adaptive_rules.h"
#include "sql/physical/operators/basic.h"
#include "sql/physical/operators/limit.h"
#include "sql/physical/operators/scans.h"

/* The rows that @scan has, as the optimizer sees them. */
static RushPlan *
local_relation (const RushExec *scan)
{
  return rush_plan_local (rush_expr_list_ref (scan->output),
                          g_ptr_array_ref (rush_local_table_scan_batches (scan)));
}

static RushPlan *
limited (const RushExec *self)
{
  RushExpr *limit = rush_expr_literal_int (&RUSH_INT64, rush_limit_exec_limit (self));

  return rush_plan_limit (limit, local_relation (self->children[0]));
}

/* @self over the LocalTableScan below it; NULL: it is nothing that the driver could do. */
static RushPlan *
logical_of (const RushExec *self)
{
  if (self->n_children != 1 || !rush_exec_is_local_table (self->children[0]))
    return NULL;
  if (rush_exec_is_project (self))
    return rush_plan_project (rush_expr_list_ref (rush_project_exec_list (self)),
                              local_relation (self->children[0]));
  if (rush_exec_is_filter (self))
    return rush_plan_filter (rush_expr_ref (rush_filter_exec_condition (self)),
                             local_relation (self->children[0]));
  if ((rush_exec_is_collect_limit (self) || rush_exec_is_part_limit (self)) &&
      rush_limit_exec_offset (self) == 0)
    return limited (self);
  return NULL;
}

RushExec *
rush_adaptive_evaluate_local (RushExec *self, const RushEvalSettings *settings, GError **error)
{
  g_autoptr (RushPlan) asked = logical_of (self);
  g_autoptr (RushPlan) rows = NULL;
  RushExec *scan;

  if (asked == NULL)
    return self;
  rows = rush_optimize_local (asked, settings->time_zone, error);
  if (rows != NULL && rows->kind != RUSH_PLAN_LOCAL_RELATION)
    return self;
  scan = rows != NULL
             ? rush_local_table_scan_exec_new (rush_expr_list_ref (rows->output),
                                               rows->as.local.batches, rows->as.local.n_rows)
             : NULL;
  rush_exec_unref (self);
  return scan;
}
