/* the pools share nothing: the oldest job first */
/* caught by: fair_shares */
/* scheduler.c - whose tasks go first, and how far from their data they may go.
 *
 *     task sets that wait ── policy ──▶ one behind the other
 *                                        each is offered the free slots:
 *                              wait ──▶  "no farther than that from your data, for now"
 *
 * What a policy sees of a task set, a RushSchedulable (core/scheduler/seams.h):
 *     job_id, stage_id, stage_attempt
 *     pool->name, weight, min_share, n_running     of all task sets in its pool
 *
 * What a wait sees and moves on, a RushLocalityState:
 *     levels[n_levels]   those that can be had at all, nearest first; the last is ANY
 *     current            index of the level that the task set has come to
 *     since_us           since when it has waited there
 *     wait_us[level]     how long to wait at a level, by the level itself, not by its index
 *     rush_locality_is_wanted (state, index)       whether a task waits for a place of that level
 */
#include "core/scheduler/seams.h"

#include <string.h>

/* BEGIN SOLUTION */
static gint
compare_numbers (double a, double b)
{
  return (a > b) - (a < b);
}

/* ---- FIFO: the oldest job first, in a job the oldest stage ---- */

static gint
compare_fifo (const RushSchedulable *a, const RushSchedulable *b)
{
  gint order = compare_numbers (a->job_id, b->job_id);

  if (order == 0)
    order = compare_numbers (a->stage_id, b->stage_id);
  return order != 0 ? order : compare_numbers (a->stage_attempt, b->stage_attempt);
}

/* ---- FAIR: the pool that is furthest behind first ---- */

static gboolean
is_needy (const RushPool *pool)
{
  return (gint64)pool->n_running < pool->min_share;
}

G_GNUC_UNUSED static gint
compare_pools (const RushPool *a, const RushPool *b)
{
  gint order;

  if (is_needy (a) != is_needy (b))
    return is_needy (a) ? -1 : 1;
  if (is_needy (a))
    order = compare_numbers ((double)a->n_running / a->min_share,
                             (double)b->n_running / b->min_share);
  else
    order = compare_numbers ((double)a->n_running / a->weight, (double)b->n_running / b->weight);
  return order != 0 ? order : strcmp (a->name, b->name);
}

static gint
compare_fair (const RushSchedulable *a, const RushSchedulable *b)
{
  return compare_fifo (a, b);
}

/* ---- delay scheduling ---- */

static void
go_on (RushLocalityState *state, gint64 now_us)
{
  while (state->current + 1 < state->n_levels)
    {
      gint64 wait_us = state->wait_us[state->levels[state->current]];

      if (!rush_locality_is_wanted (state, state->current))
        state->since_us = now_us; /* nobody waits for it: waiting is pointless */
      else if (now_us - state->since_us >= wait_us)
        state->since_us += wait_us; /* the rest counts for the next level */
      else
        return;
      state->current++;
    }
}
/* END SOLUTION */

static const RushSchedulingPolicy fifo = { "my FIFO", compare_fifo, FALSE };
static const RushSchedulingPolicy fair = { "my FAIR", compare_fair, TRUE };
static const RushLocalityWait wait = { "my delay scheduling", go_on, NULL };

RUSH_PLUGIN (RUSH_FIFO_POLICY_PART (&fifo), RUSH_FAIR_POLICY_PART (&fair),
             RUSH_LOCALITY_WAIT_PART (&wait));
