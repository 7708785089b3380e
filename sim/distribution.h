/* distribution.h - how long, how much, how often: a number, or a distribution of numbers.
 *
 *   "2s"                                              always
 *   { "uniform": ["1s", "3s"] }
 *   { "exponential": "2s" }                           its mean
 *   { "lognormal": { "median": "2s", "sigma": 0.5 } } durations of tasks, mostly
 *   { "pareto": { "least": "2s", "alpha": 1.5 } }     stragglers: few, and long
 *   { "values": ["1s", "1s", "9s"] }                  each alike, as recorded
 *
 * The unit of what is drawn is the unit that the reader asked for: seconds, bytes, or plain; what
 * is drawn is never negative.
 *
 * Ownership: refcounted, immutable.   Threads: any.
 */
#pragma once

#include "core/base/json.h"
#include "sim/sim_random.h"

typedef enum
{
  RUSH_UNIT_PLAIN,       /* 1.5 */
  RUSH_UNIT_SECONDS,     /* 2, "2s", "350ms", "10us", "1.5m", "1h" */
  RUSH_UNIT_BYTES,       /* 4096, "64k", "128m", "4g": powers of 1,024, as Spark's settings */
  RUSH_UNIT_BYTES_PER_S, /* as bytes, or "10gbit": powers of 1,000, as wires are sold */
} RushUnit;

/* One number, at least 0; @where names it in errors, which begin with "line 3: ":
 * "network.nic". */
gboolean rush_unit_parse (const RushJson *value, RushUnit unit, const char *where, double *out,
                          GError **error);

/* What may stand there: "a time, such as 2 (seconds), …". */
const char *rush_unit_example (RushUnit unit);
/* A regular expression of the strings that may. (transfer full) */
char *rush_unit_pattern (RushUnit unit);

typedef struct _RushDistribution RushDistribution;

RushDistribution *rush_distribution_parse (const RushJson *value, RushUnit unit, const char *where,
                                           GError **error);
RushDistribution *rush_distribution_constant (double value);
RushDistribution *rush_distribution_ref (RushDistribution *self);
void rush_distribution_unref (RushDistribution *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushDistribution, rush_distribution_unref)
double rush_distribution_draw (const RushDistribution *self, RushSimRandom *random);
/* The @k-th of @n numbers by size, from 0; sorts them. */
double rush_order_statistic (double *values, guint n, guint k);
double rush_distribution_median (const RushDistribution *self);
