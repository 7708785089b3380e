/* python_eval.h - functions of Python beside the rows that they are called with. */
#pragma once

#include "sql/physical/exec.h"

/* Columns "_0", "_1" … of the types of @arguments (RushExpr). (transfer full) */
RushSchema *rush_python_argument_schema (const GPtrArray *arguments);
/* @plan: a PYTHON_EVAL; takes over @child. */
RushExec *rush_python_eval_exec_new (RushQuery *query, RushPlan *plan, RushExec *child);
