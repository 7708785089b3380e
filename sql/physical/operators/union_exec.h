/* union_exec.h - all rows of several children. */
#pragma once

#include "sql/physical/exec.h"

/* Takes over @output and the children; their columns have the types of @output. */
RushExec *rush_union_exec_new (RushExprList *output, guint n_children, RushExec *const *children);
gboolean rush_exec_is_union (const RushExec *self);
