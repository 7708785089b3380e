/* codegen.h - the C of fused stages: what explain ("codegen") shows.
 *
 *   *(1) HashAggregate (keys=[k], functions=[partial_sum(v)])      bool stage_1 (rl_stage *stage)
 *   +- *(1) Filter (v > 2)                                         while (… rl_next_row (stage, 0)
 *      +- Exchange …                          input 0                  if (!(v > 2)) continue;
 *                                                                      group = rl_groups_find (…)
 *
 * The engine itself does not compile it: it runs batches of columns (sql/evaluate).  The text is
 * what Spark's whole-stage code generation would make of the same plan, in C, and it is true: tests
 * compile it, run it over the same rows, and compare (tests/sql/codegen).
 *
 * Ownership:  a stage holds refs on what it names.     Threads: any.
 * Mirrors:    org.apache.spark.sql.execution.{WholeStageCodegenExec,CodegenSupport,debug}.
 */
#pragma once

#include "sql/physical/query.h"

typedef struct
{
  gint id;               /* the 2 of "*(2)" */
  RushExec *root;        /* (owned) the topmost operator */
  char *text;            /* (owned) a C file: types, then bool stage_<id> (rl_stage *stage) */
  GPtrArray *inputs;     /* RushExec *: whose rows rl_next_row () gives; parts of root */
  GPtrArray *references; /* RushExpr * (owned): what rl_call () and its like refer to; children that
                            depend on the row are BOUND to the arguments' numbers */
} RushCodegenStage;
void rush_codegen_stage_free (RushCodegenStage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushCodegenStage, rush_codegen_stage_free)

/* The stage that @root is the topmost operator of (codegen_stage_id > 0). (transfer full) */
RushCodegenStage *rush_codegen_stage_new (RushExec *root);
/* The stages of @plan, by their number; plans of subqueries are queries of their own. */
GPtrArray *rush_codegen_stages (RushExec *plan);

/* What explain (mode) prints; the other modes are rush_query_explain ()'s. (transfer full) */
char *rush_codegen_explain (RushQuery *query, RushExplainMode mode, GError **error);
