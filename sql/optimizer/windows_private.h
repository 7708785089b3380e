/* windows_private.h - what rules on windows share; see windows.c. */
#pragma once

#include "sql/optimizer/optimizer_private.h"

/* Does @upper use no column that @lower makes, so that either may come first? */
gboolean rush_windows_are_apart (const RushPlan *upper, const RushPlan *lower);
gboolean rush_lists_are_same (const RushExprList *a, const RushExprList *b);
gboolean rush_window_reads_only (const RushPlan *window, const RushExprList *columns);
/* @list, and what @window adds. */
RushExprList *rush_with_window_columns (const RushExprList *list, const RushPlan *window);
/* The window below @window, directly or below a projection that it does not need; or NULL. */
RushPlan *rush_window_below (RushPlan *window, RushPlan **out_project);
/* row_number (), rank () or dense_rank () of an ALIASed WINDOW expression; else NULL. */
const RushExpr *rush_rank_function_of (const RushExpr *item);
