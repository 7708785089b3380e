/* window.h - functions over the rows around a row. */
#pragma once

#include "sql/physical/exec.h"

/* @windows: ALIASed WINDOW expressions that share @partition and @orders; all taken over. */
RushExec *rush_window_exec_new (RushExprList *windows, RushExprList *partition,
                                RushExprList *orders, RushExec *child);
