/* estimation.h - how many rows a plan gives, by what ANALYZE TABLE knows of its tables' columns.
 *
 *   Join (k = k)            100 × 1000 ÷ max (ndv, ndv) rows
 *   ├── Filter (v > 5)      rows × the part of [min, max] above 5
 *   │   └── Relation t      rows, and of each column: distinct values, nulls, least, greatest
 *   └── Relation u
 *
 * Used where spark.sql.cbo.enabled says so; else plans have sizes alone (rush_plan_statistics ()).
 *
 * Ownership:  an estimator remembers what it found for the plans it was asked about, which must
 *             live as long.   Threads: one.
 * Mirrors:    BasicStatsPlanVisitor, EstimationUtils; Selinger et al. 1979 for the formulas.
 */
#pragma once

#include "sql/plan/logical.h"

/* Of one column; −1: unknown. */
typedef struct
{
  RushExprId id;      /* in a plan; 0 in a source, which has names */
  char *name;         /* (owned) in a source, else NULL */
  double n_distinct;
  double n_nulls;
  gboolean has_range;
  double min, max;    /* numbers, days, microseconds, 0 and 1 */
  double mean_bytes, max_bytes;
} RushColumnEstimate;

typedef struct
{
  double size_bytes;
  double row_count; /* −1: unknown, and then there are no columns */
  guint n_columns;
  RushColumnEstimate *columns; /* (owned) */
} RushEstimate;

typedef struct _RushEstimator RushEstimator;
RushEstimator *rush_estimator_new (void);
void rush_estimator_free (RushEstimator *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushEstimator, rush_estimator_free)
const RushEstimate *rush_estimator_of (RushEstimator *self, RushPlan *plan); /* (transfer none) */
/* With columns' statistics if @cbo, else as rush_plan_statistics (). */
RushStatistics rush_plan_statistics_by (RushPlan *plan, gboolean cbo);

/* A literal that is a number, a date, a timestamp or a boolean, on the scale of min and max. */
gboolean rush_literal_to_double (const RushExpr *literal, double *out);
char *rush_size_to_text (double bytes); /* "10.0 MiB" (transfer full) */
/* explain ("cost"): sizes and rows behind each node; @estimator: NULL: sizes alone. */
char *rush_plan_to_cost_string (RushPlan *plan, RushEstimator *estimator);
