/* chaos_run.c - see the header. */
#include "sim/chaos/chaos_private.h"

#define MOST_ACTIONS 3000000
#define LONG_WAIT_US (G_GINT64_CONSTANT (4 * 3600) * G_USEC_PER_SEC)
#define SETTLING_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

/* ---- the run ---- */

/* What keeps a run from going on; NULL: nothing does.  Progress is a task that starts or ends, or
 * an executor that comes or goes. */
static const char *
why_stuck (RushChaosRun *self, guint64 n_actions, guint64 *inout_progress, gint64 *inout_since_us)
{
  gint64 now_us = rush_event_heap_now_us (self->world.heap);
  guint64 progress = rush_simulated_backend_progress (self->backend);

  if (progress != *inout_progress)
    {
      *inout_progress = progress;
      *inout_since_us = now_us;
    }
  if (n_actions > MOST_ACTIONS)
    return "goes on and on";
  return now_us - *inout_since_us > LONG_WAIT_US ? "waits for ever" : NULL;
}

static void
run_jobs (RushChaosRun *self)
{
  guint64 progress = 0, n_actions = 0;
  gint64 since_us = 0;
  const char *stuck = NULL;

  while (!rush_chaos_jobs_are_done (self) && self->driver_lost == NULL && stuck == NULL)
    stuck = rush_event_heap_step (self->world.heap)
                ? why_stuck (self, ++n_actions, &progress, &since_us)
                : "has nothing left to wait for";
  if (stuck != NULL)
    rush_invariant_watch_note (
        self->watch, "the program %s at %.3f s, with %u executors and %u running tasks", stuck,
        (double)since_us / G_USEC_PER_SEC, rush_simulated_backend_n_executors (self->backend),
        rush_simulated_backend_n_running (self->backend));
}

/* Whoever still runs for a stage that nobody needs ends now, or its executor does. */
static void
settle (RushChaosRun *self)
{
  gint64 until_us = rush_event_heap_now_us (self->world.heap) + SETTLING_US;

  if (self->driver_lost != NULL || !rush_chaos_jobs_are_done (self))
    return;
  while (!rush_scheduler_is_idle (self->scheduler) && self->driver_lost == NULL &&
         rush_event_heap_now_us (self->world.heap) < until_us &&
         rush_event_heap_step (self->world.heap))
    ;
  if (self->driver_lost != NULL)
    return;
  if (!rush_scheduler_is_idle (self->scheduler))
    rush_invariant_watch_note (self->watch,
                               "an hour after the last job the scheduler still has work");
  rush_invariant_watch_finish (self->watch);
}

/* ---- making and ending ---- */

static RushChaosScript *
make_script (const RushChaosSpec *spec, const RushChaosProgram *program)
{
  const RushChaosAims aims = { .seed = spec->seed,
                               .n_executors = spec->n_executors,
                               .min_faults = spec->min_faults,
                               .max_faults = spec->max_faults,
                               .seconds = program->seconds,
                               .n_tasks = program->n_tasks,
                               .n_shuffles = program->n_stages };

  return rush_chaos_script_new (&aims);
}

/* Programs are drawn before scripts, which look at them; barrier stages need slots that are there
 * from the beginning, whatever the script says of allocation. */
static RushChaosProgram *
make_program (const RushChaosSpec *spec)
{
  g_autoptr (RushChaosScript) cluster = rush_chaos_script_new (
      &(RushChaosAims){ .seed = spec->seed, .n_executors = spec->n_executors });

  return rush_chaos_program_new (spec->seed, spec->n_executors * cluster->cores,
                                 !cluster->dynamic_allocation);
}

static guint
n_there (const RushChaosSpec *spec)
{
  return spec->on_executors > 0 ? spec->on_executors : spec->n_executors;
}

static gboolean
check_spec (const RushChaosSpec *spec, GError **error)
{
  if (spec->n_executors > 0 && spec->min_faults <= spec->max_faults &&
      n_there (spec) <= spec->n_executors)
    return TRUE;
  g_set_error (
      error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
      "%u of %u executors and %u to %u faults make no chaos run: there must be an executor, "
      "no more than faults are drawn for, and the first number of faults be the smaller",
      n_there (spec), spec->n_executors, spec->min_faults, spec->max_faults);
  return FALSE;
}

static gboolean
make (RushChaosRun *self, GError **error)
{
  g_autofree char *text = NULL;

  self->program = make_program (self->spec);
  self->script = make_script (self->spec, self->program);
  text = rush_chaos_script_scenario (self->script, n_there (self->spec), self->spec->keep, "model");
  self->scenario = rush_scenario_parse (text, -1, "chaos", error);
  if (self->scenario == NULL || !rush_chaos_cluster_make (self, error))
    return FALSE;
  rush_chaos_jobs_make (self);
  return TRUE;
}

static void
clear (RushChaosRun *self)
{
  self->over = TRUE;
  rush_chaos_cluster_clear (self);
  rush_chaos_jobs_clear (self);
  rush_scenario_free (self->scenario);
  rush_chaos_script_free (self->script);
  if (self->program != NULL)
    rush_chaos_program_free (self->program);
  g_ptr_array_unref (self->violations);
}

static void
judge (RushChaosRun *self, RushChaosVerdict *out)
{
  *out = (RushChaosVerdict){ .violations = g_ptr_array_ref (self->violations),
                             .n_faults = self->script->faults->len,
                             .n_jobs = self->program->n_jobs,
                             .n_events = rush_event_digest_n_events (self->digest),
                             .digest = rush_event_digest_value (self->digest),
                             .seconds =
                                 (double)rush_event_heap_now_us (self->world.heap) / G_USEC_PER_SEC,
                             .reason = g_strdup (self->driver_lost) };
  for (guint i = 0; i < self->program->n_jobs; i++)
    {
      const RushChaosJob *job = &self->jobs[i];

      out->n_failed_jobs += job->failure != NULL || !job->done;
      if (job->failure != NULL && out->reason == NULL)
        out->reason = g_strdup (job->failure->message);
    }
}

void
rush_chaos_verdict_clear (RushChaosVerdict *self)
{
  g_clear_pointer (&self->violations, g_ptr_array_unref);
  g_clear_pointer (&self->reason, g_free);
}

gboolean
rush_chaos_run (const RushChaosSpec *spec, RushChaosVerdict *out, GError **error)
{
  RushChaosRun self = { .spec = spec };
  gboolean made;

  if (!check_spec (spec, error))
    return FALSE;
  self.violations = g_ptr_array_new_with_free_func (g_free);
  made = make (&self, error);
  if (made)
    {
      rush_chaos_cluster_start (&self);
      run_jobs (&self);
      settle (&self);
      judge (&self, out);
    }
  clear (&self);
  return made;
}

char *
rush_chaos_scenario (const RushChaosSpec *spec, GError **error)
{
  g_autoptr (RushChaosProgram) program = NULL;
  g_autoptr (RushChaosScript) script = NULL;

  if (!check_spec (spec, error))
    return NULL;
  program = make_program (spec);
  script = make_script (spec, program);
  return rush_chaos_script_scenario (script, n_there (spec), spec->keep, "model");
}
