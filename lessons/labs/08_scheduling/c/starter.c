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
/* ---- FIFO: the oldest job first, in a job the oldest stage ---- */

/* As it stands: the newest first. */
static gint
compare_fifo (const RushSchedulable *a, const RushSchedulable *b)
{
  return a->stage_id != b->stage_id ? b->stage_id - a->stage_id
                                    : b->stage_attempt - a->stage_attempt;
}

/* ---- FAIR: the pool that is furthest behind first ---- */

/* As it stands: by name. */
static gint
compare_fair (const RushSchedulable *a, const RushSchedulable *b)
{
  return a->pool != b->pool ? strcmp (a->pool->name, b->pool->name) : compare_fifo (a, b);
}

/* ---- delay scheduling ---- */

/* As it stands: nobody waits, any slot will do. */
static void
go_on (RushLocalityState *state, gint64 now_us)
{
  state->current = state->n_levels - 1;
}
/* END SOLUTION */

static const RushSchedulingPolicy fifo = { "my FIFO", compare_fifo, FALSE };
static const RushSchedulingPolicy fair = { "my FAIR", compare_fair, TRUE };
static const RushLocalityWait wait = { "my delay scheduling", go_on, NULL };

RUSH_PLUGIN (RUSH_FIFO_POLICY_PART (&fifo), RUSH_FAIR_POLICY_PART (&fair),
             RUSH_LOCALITY_WAIT_PART (&wait));
