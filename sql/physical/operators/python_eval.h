/* python_eval.h - functions of Python beside the rows that they are called with. */
#pragma once

#include "sql/physical/exec.h"

/* @plan: a PYTHON_EVAL; takes over @child. */
RushExec *rush_python_eval_exec_new (RushQuery *query, RushPlan *plan, RushExec *child);
