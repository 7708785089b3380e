/* basic.h - operators that look at one batch at a time: filter, project. */
#pragma once

#include "sql/physical/exec.h"

/* All take over their children and lists. */
RushExec *rush_filter_exec_new (RushExpr *condition, RushExec *child);
RushExec *rush_project_exec_new (RushExprList *named, RushExec *child);
RushExec *rush_columnar_to_row_exec_new (RushExec *child);
/* @plan with ColumnarToRow above sources of columns. (transfer full) */
RushExec *rush_insert_transitions (RushExec *plan);
gboolean rush_exec_is_filter (const RushExec *self);
RushExpr *rush_filter_exec_condition (const RushExec *self); /* (transfer none) */
gboolean rush_exec_is_project (const RushExec *self);
/* The list of a Project; (transfer none). */
RushExprList *rush_project_exec_list (const RushExec *self);

/* The attributes of a list of named expressions: what an operator that computes it puts out. */
RushExprList *rush_named_to_attributes (const RushExprList *named);
/* Each bound to the columns of @input. */
RushExprList *rush_bind_list (const RushExprList *list, const RushExprList *input);
/* Evaluates @bound over the rows of @batch that count, as a batch of @schema with the same
 * selection. */
RushBatch *rush_project_batch (const RushExprList *bound, RushSchema *schema,
                               const RushBatch *batch, RushEvalContext *eval, GError **error);
