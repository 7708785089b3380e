/* rows.h - operators that choose, repeat or regroup rows. */
#pragma once

#include "sql/physical/exec.h"

/* All take over their children and lists. */

/* Rows with lower ≤ x < upper, x drawn for each; @replaced: each upper − lower times on average,
 * UNSUPPORTED from RUSH_POISSON_MAX_MEAN on. */
RushExec *rush_sample_exec_new (double lower, double upper, gboolean replaced, gint64 seed,
                                RushExec *child, GError **error);
/* What a Sample draws: rows whose number lies in [lower, upper). */
typedef struct
{
  double lower, upper;
  gint64 seed;
} RushSampleBounds;
RushSampleBounds rush_sample_exec_bounds (const RushExec *sample);
/* For each row @n_projections rows: @projections has the columns of all, one behind the other. */
RushExec *rush_expand_exec_new (guint n_projections, RushExprList *projections,
                                RushExprList *output, RushExec *child);
/* Fewer partitions, without a shuffle. */
RushExec *rush_coalesce_exec_new (guint n, RushExec *child);
