/* estimation_private.h - the parts of estimation.c. */
#pragma once

#include "sql/plan/estimation.h"

/* EstimationUtils.getSizePerRow with what is known of columns' lengths; also for no columns. */
double rush_estimated_size (const RushExprList *output, double rows, const RushEstimate *of);
double rush_default_size (const RushType *type); /* plan_statistics.c */
RushColumnEstimate *rush_estimate_column (const RushEstimate *self, RushExprId id); /* or NULL */
void rush_estimate_add (RushEstimate *self, const RushColumnEstimate *column);
void rush_estimate_copy_columns (RushEstimate *self, const RushEstimate *from);
/* A number that goes down with the rows, unless it has changed already. */
double rush_scaled (double rows_before, double rows_after, double before, double now);

/* Both: FALSE: nothing can be said. */
gboolean rush_estimate_filter (const RushPlan *filter, const RushEstimate *child,
                               RushEstimate *out);
gboolean rush_estimate_join (const RushPlan *join, const RushEstimate *left,
                             const RushEstimate *right, RushEstimate *out);
