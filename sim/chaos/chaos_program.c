/* chaos_program.c - see the header: every choice is a stream of chance of its own. */
#include "sim/chaos/chaos_program.h"

#define MIB (1024.0 * 1024)

static const char *const stage_names[RUSH_CHAOS_MAX_STAGES] = {
  "stage 0", "stage 1", "stage 2", "stage 3", "stage 4", "stage 5", "stage 6", "stage 7",
};

static gint64
below (guint64 seed, const char *what, guint i, guint j, gint64 n)
{
  RushSimRandom random = rush_sim_random (seed, what, i, j, 0);

  return (gint64)rush_sim_random_below (&random, (guint64)n);
}

static double
between (guint64 seed, const char *what, guint i, double least, double most)
{
  RushSimRandom random = rush_sim_random (seed, what, i, 0, 0);

  return least + (most - least) * rush_sim_random_uniform (&random);
}

/* ---- stages ---- */

/* About one in three begins anew; the others read one or two of those before. */
static void
choose_parents (guint64 seed, guint i, RushModelStage *stage)
{
  guint first;

  if (i == 0 || below (seed, "source", i, 0, 3) == 0)
    return;
  first = (guint)below (seed, "parent", i, 0, i);
  stage->parents[stage->n_parents++] = first;
  if (i > 1 && below (seed, "parents", i, 0, 3) == 0)
    stage->parents[stage->n_parents++] =
        (first + 1 + (guint)below (seed, "parent", i, 1, i - 1)) % i;
}

static void
draw_stage (RushChaosProgram *self, guint64 seed, guint n_reduces, guint n_slots, gboolean may_wait)
{
  guint i = self->n_stages++;
  RushModelStage *stage = &self->stages[i];
  double longest = between (seed, "longest", i, 0.5, 4);

  self->durations[i] = rush_distribution_constant (longest);
  self->sizes[i] = rush_distribution_constant (between (seed, "bytes", i, 1, 64) * MIB);
  *stage = (RushModelStage){ .name = stage_names[i],
                             .seconds = self->durations[i],
                             .write_bytes = self->sizes[i] };
  choose_parents (seed, i, stage);
  stage->n_tasks = stage->n_parents > 0
                       ? n_reduces
                       : 1 + (guint)below (seed, "tasks", i, 0, MIN (2 * n_slots, 150));
  stage->skew = stage->n_parents > 0 && below (seed, "skew", i, 0, 4) == 0 ? 1.2 : 0;
  stage->runs_python = below (seed, "python", i, 0, 3) == 0;
  stage->is_barrier =
      may_wait && stage->n_tasks <= n_slots / 2 && below (seed, "barrier", i, 0, 6) == 0;
  stage->is_indeterminate = below (seed, "indeterminate", i, 0, 20) == 0;
  self->n_tasks += stage->n_tasks;
  self->seconds += longest * (1 + stage->n_tasks / n_slots);
}

static gboolean
is_read (const RushChaosProgram *self, guint stage)
{
  for (guint i = stage + 1; i < self->n_stages; i++)
    for (guint p = 0; p < self->stages[i].n_parents; p++)
      if (self->stages[i].parents[p] == stage)
        return TRUE;
  return FALSE;
}

/* ---- jobs ---- */

/* Every stage that nobody reads is a result; some others are as well; the first job comes twice. */
static void
choose_jobs (RushChaosProgram *self, guint64 seed)
{
  for (guint i = self->n_stages; i-- > 0;)
    if (!is_read (self, i) || below (seed, "result", i, 0, 5) == 0)
      {
        self->stages[i].is_result = TRUE;
        self->jobs[self->n_jobs++] = i;
      }
  self->jobs[self->n_jobs++] = self->jobs[0];
  for (guint i = 1; i < self->n_jobs; i++)
    self->job_at_s[i] =
        self->job_at_s[i - 1] + between (seed, "job", i, 0, 2 * self->seconds / self->n_jobs);
}

void
rush_chaos_program_free (RushChaosProgram *self)
{
  for (guint i = 0; i < self->n_stages; i++)
    {
      rush_distribution_unref (self->durations[i]);
      rush_distribution_unref (self->sizes[i]);
    }
  g_free (self);
}

RushChaosProgram *
rush_chaos_program_new (guint64 seed, guint n_slots, gboolean may_wait)
{
  RushChaosProgram *self = g_new0 (RushChaosProgram, 1);
  guint n_stages = 2 + (guint)below (seed, "stages", 0, 0, RUSH_CHAOS_MAX_STAGES - 1);
  guint n_reduces = 1 + (guint)below (seed, "reduces", 0, 0, MIN (2 * n_slots, 100));

  while (self->n_stages < n_stages)
    draw_stage (self, seed, n_reduces, n_slots, may_wait);
  choose_jobs (self, seed);
  return self;
}
