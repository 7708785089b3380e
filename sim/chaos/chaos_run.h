/* chaos_run.h - one seed: a random program without data under a random fault script, and whether
 * all that must hold has held.
 *
 *     seed ──▶ program ─┐
 *          ──▶ script ──┴▶ scheduler on a simulated cluster ──▶ invariant watch ──▶ violations
 *                                                           ──▶ results: those without faults?
 *
 * A run ends well if each job has its results, or fails with a reason that has a type; what waits
 * for ever, or needs more than so many actions of the heap, is a violation.
 *
 * Ownership:  clear () what was filled.
 * Threads:    one a run.
 */
#pragma once

#include "core/base/error.h"
#include "core/scheduler/seams.h"

typedef struct
{
  guint64 seed;
  guint n_executors; /* that faults are drawn for */
  guint min_faults, max_faults;
  guint on_executors;              /* that there are; 0: as many */
  const gboolean *keep;            /* by fault: which of them come true; NULL: all */
  const RushSchedulerSeams *seams; /* to be tried in place of the scheduler's own; or NULL */
} RushChaosSpec;

typedef struct
{
  GPtrArray *violations; /* char * */
  guint n_faults;        /* that the script has, kept or not */
  guint n_jobs, n_failed_jobs;
  char *reason; /* of the first job that failed, or NULL */
  guint64 n_events, digest;
  double seconds; /* of virtual time */
} RushChaosVerdict;

void rush_chaos_verdict_clear (RushChaosVerdict *self);
/* INVALID_ARGUMENT: numbers that make no sense. */
gboolean rush_chaos_run (const RushChaosSpec *spec, RushChaosVerdict *out, GError **error);
/* The scenario of that spec, for people. (transfer full) */
char *rush_chaos_scenario (const RushChaosSpec *spec, GError **error);
