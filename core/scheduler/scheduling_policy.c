/* scheduling_policy.c - whose tasks go first: FIFO, and FAIR between pools.
 *
 * FIFO: the oldest job first, within a job the oldest stage.  A stage that two jobs share runs
 * under the first of them.
 *
 * FAIR: each slot that comes free goes to whoever is furthest behind.  Between two pools:
 *
 *     one has fewer running tasks than its minShare   ─▶ that one: it is in need
 *     both have                                       ─▶ the smaller of running ∕ minShare
 *     none has                                        ─▶ the smaller of running ∕ weight
 *     still the same                                  ─▶ by name
 *
 * so a pool of weight 3 runs three tasks for each one of a pool of weight 1, as long as both have
 * something to run.  Within a pool its task sets go by FIFO, or, in a pool of mode FAIR, by the
 * same rule, each with weight 1 and minShare 0.  The numbers change with each launch and each end:
 * the order is worked out anew at each offer.
 *
 * Mirrors: org.apache.spark.scheduler.{FIFOSchedulingAlgorithm,FairSchedulingAlgorithm}.
 */
#include "core/scheduler/seams.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- FIFO ---- */

static gint
compare_numbers (gint a, gint b)
{
  return (a > b) - (a < b);
}

static gint
compare_fifo (const RushSchedulable *a, const RushSchedulable *b)
{
  gint order = compare_numbers (a->job_id, b->job_id);

  if (order == 0)
    order = compare_numbers (a->stage_id, b->stage_id);
  return order != 0 ? order : compare_numbers (a->stage_attempt, b->stage_attempt);
}

const RushSchedulingPolicy rush_scheduling_policy_fifo = { "FIFO", compare_fifo, FALSE };

/* ---- FAIR ---- */

/* What the rule looks at, of a pool or of a task set in one. */
typedef struct
{
  guint n_running;
  gint min_share;
  gint weight;
  const char *name;
} Share;

/* A weight of 0 makes infinity, or of nothing something that is no number: that one comes last. */
static gint
compare_ratios (double a, double b)
{
  if (isnan (a) || isnan (b))
    return isnan (a) - isnan (b);
  return (a > b) - (a < b);
}

static gint
compare_shares (const Share *a, const Share *b)
{
  gboolean a_needy = (gint64)a->n_running < a->min_share;
  gboolean b_needy = (gint64)b->n_running < b->min_share;
  gint order;

  if (a_needy != b_needy)
    return a_needy ? -1 : 1;
  if (a_needy)
    order =
        compare_ratios ((double)a->n_running / a->min_share, (double)b->n_running / b->min_share);
  else
    order = compare_ratios ((double)a->n_running / a->weight, (double)b->n_running / b->weight);
  return order != 0 ? order : strcmp (a->name, b->name);
}

static gint
compare_pools (const RushPool *a, const RushPool *b)
{
  Share of_a = { a->n_running, a->min_share, a->weight, a->name };
  Share of_b = { b->n_running, b->min_share, b->weight, b->name };

  return compare_shares (&of_a, &of_b);
}

/* "TaskSet_3.0": Spark compares names, so that stage 10 comes before stage 2. */
#define NAME_SIZE 40

static gint
compare_sets (const RushSchedulable *a, const RushSchedulable *b)
{
  char name_a[NAME_SIZE], name_b[NAME_SIZE];
  Share of_a = { a->n_running, 0, 1, name_a };
  Share of_b = { b->n_running, 0, 1, name_b };

  snprintf (name_a, sizeof name_a, "TaskSet_%d.%d", a->stage_id, a->stage_attempt);
  snprintf (name_b, sizeof name_b, "TaskSet_%d.%d", b->stage_id, b->stage_attempt);
  return compare_shares (&of_a, &of_b);
}

static gint
compare_fair (const RushSchedulable *a, const RushSchedulable *b)
{
  if (a->pool != b->pool)
    return compare_pools (a->pool, b->pool);
  return a->pool->is_fair ? compare_sets (a, b) : compare_fifo (a, b);
}

const RushSchedulingPolicy rush_scheduling_policy_fair = { "FAIR", compare_fair, TRUE };
