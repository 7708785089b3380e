/* test_scheduler_property.c - random lineages, jobs and misfortunes over fixed seeds.
 *
 * Beside the scheduler there is a small world that remembers what really lies where: each map
 * output that a task has written, on which executor, and what it was made from.  A task that ends
 * reads what the tracker tells it to read; if that is not there, it ends in a fetch failure, as a
 * real one would.  So a success means that all inputs were found.
 *
 *     chaos   executors die and return, leave, fall silent, tasks fail, are killed, end twice or too
 *             late, outputs vanish or move, jobs come and are cancelled; some runs copy tasks that
 *             take long, some leave executors on which tasks fail, some let idle ones go
 *     calm    nothing goes wrong any more
 *
 * What must hold: the scheduler's invariants after every message; every job ends, within a number
 * of messages, with one result for each partition or an error; and no job is handed rows of two
 * different runs of an indeterminate stage.
 */
#include "fixture.h"

#define N_EXECUTORS 4
#define N_RDDS 7
#define CHAOS_STEPS 250
#define CALM_STEPS 4000

/* ---- the world ---- */

/* What something was made from: of each output of an indeterminate stage, the task that made it. */
typedef GHashTable Origin; /* "shuffle:map" → task id, as text */

typedef struct
{
  gint64 task_id;
  Origin *origin; /* (owned) */
} Output;

typedef struct
{
  Fixture *f;
  GRand *rand;
  RushRdd *rdds[N_RDDS];
  gboolean alive[N_EXECUTORS];
  GHashTable *outputs; /* "executor/shuffle:map" → Output */
  GArray *old_ids;     /* gint64: tasks that have ended, or whose executor has died */
  GPtrArray *origins;  /* by job: Origin of the results that it has been handed */
  guint n_buried;      /* of the executors that the scheduler has asked to end */
  gboolean calm;
} World;

static gboolean
chance (World *w, guint percent)
{
  return (guint)g_rand_int_range (w->rand, 0, 100) < percent;
}

static guint
pick (World *w, guint n)
{
  return (guint)g_rand_int_range (w->rand, 0, (gint32)n);
}

static void
output_free (gpointer data)
{
  Output *self = data;

  g_hash_table_unref (self->origin);
  g_free (self);
}

static Origin *
origin_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/* FALSE: the two stem from different runs of something. */
static gboolean
origin_add (Origin *self, Origin *more)
{
  GHashTableIter iter;
  gpointer key, value;
  gboolean agree = TRUE;

  g_hash_table_iter_init (&iter, more);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const char *mine = g_hash_table_lookup (self, key);

      if (mine == NULL)
        g_hash_table_insert (self, g_strdup (key), g_strdup (value));
      else
        agree &= g_str_equal (mine, value);
    }
  return agree;
}

/* ---- lineages ---- */

static RushDependency *
random_dependency (World *w, guint n_before, guint n_partitions)
{
  RushRdd *parent = w->rdds[pick (w, n_before)];

  if (((MyRdd *)parent)->n_partitions == n_partitions && chance (w, 40))
    return rush_dependency_one_to_one (parent);
  return my_shuffle (parent, n_partitions);
}

/* Hosts 0 to 2 have executors now and then, host 3 never. */
static void
like_random_places (World *w, RushRdd *rdd)
{
  guint n = ((MyRdd *)rdd)->n_partitions;
  g_autoptr (GString) places = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (places, "%shost%u host%u", i > 0 ? "|" : "", pick (w, 4), pick (w, 4));
  my_rdd_set_locations (rdd, places->str);
}

static void
make_rdds (World *w)
{
  for (guint i = 0; i < N_RDDS; i++)
    {
      guint n = 1 + pick (w, 4);
      RushLineage *lineage = w->f->lineage;

      if (i == 0 || chance (w, 15))
        w->rdds[i] = my_rdd_new (lineage, n, NULL);
      else if (chance (w, 60))
        w->rdds[i] = my_rdd_new (lineage, n, random_dependency (w, i, n), NULL);
      else
        {
          RushDependency *one = random_dependency (w, i, n);
          RushDependency *two = random_dependency (w, i, n);
          w->rdds[i] = my_rdd_new (lineage, n, one, two, NULL);
        }
      if (chance (w, 30))
        like_random_places (w, w->rdds[i]);
      if (chance (w, 12))
        w->rdds[i]->determinism = RUSH_INDETERMINATE;
    }
}

/* ---- a task reads ---- */

typedef struct
{
  gint shuffle_id;
  gint map_index;
  char *executor;
} Missing;

/* All outputs of one shuffle: FALSE with @out_missing filled if one is not where it should be. */
static gboolean
read_shuffle (World *w, const RushDependency *shuffle, Origin *origin, Missing *out_missing)
{
  gint id = shuffle->shuffle_id;
  guint n_maps = rush_map_output_tracker_n_maps (w->f->tracker, id);

  for (guint map = 0; map < n_maps; map++)
    {
      g_autoptr (RushMapStatus) status = rush_map_output_tracker_get (w->f->tracker, id, map);
      *out_missing = (Missing){ id, -1, NULL };
      if (status == NULL)
        return FALSE;
      g_autofree char *key = g_strdup_printf ("%s/%d:%u", status->executor_id, id, map);
      const Output *output = g_hash_table_lookup (w->outputs, key);
      if (output == NULL || output->task_id != status->map_task_id)
        {
          *out_missing = (Missing){ id, (gint)map, g_strdup (status->executor_id) };
          return FALSE;
        }
      origin_add (origin, output->origin);
    }
  return TRUE;
}

/* All shuffles that computing @rdd reads from; narrow parents have the same partition here. */
static gboolean
read_inputs (World *w, RushRdd *rdd, Origin *origin, Missing *out_missing)
{
  for (guint i = 0; i < rdd->n_dependencies; i++)
    {
      const RushDependency *dependency = rdd->dependencies[i];
      gboolean ok = dependency->kind == RUSH_DEPENDENCY_SHUFFLE
                        ? read_shuffle (w, dependency, origin, out_missing)
                        : read_inputs (w, dependency->rdd, origin, out_missing);
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

/* ---- a task ends ---- */

static RushTaskOutcome *
fetch_failed (Missing *missing)
{
  RushTaskOutcome *outcome = rush_task_outcome_new (RUSH_OUTCOME_FETCH_FAILED, "not there");

  outcome->shuffle_id = missing->shuffle_id;
  outcome->map_index = missing->map_index;
  outcome->executor_id = missing->executor;
  return outcome;
}

static void
write_output (World *w, const ScriptedTask *task, Origin *origin)
{
  const RushStageWork *work = task->task->work;
  gint id = work->dependency->shuffle_id;
  Output *output = g_new0 (Output, 1);

  if (work->rdd->determinism == RUSH_INDETERMINATE)
    g_hash_table_insert (origin, g_strdup_printf ("%d:%u", id, task->task->partition),
                         g_strdup_printf ("%" G_GINT64_FORMAT, task->task->task_id));
  output->task_id = task->task->task_id;
  output->origin = g_hash_table_ref (origin);
  g_hash_table_insert (w->outputs,
                       g_strdup_printf ("%s/%d:%u", task->executor_id, id, task->task->partition),
                       output);
}

/* What the job is handed, if it takes the result, must fit what it has been handed before. */
static void
check_result (World *w, const ScriptedTask *task, Origin *origin)
{
  gint job_id = GPOINTER_TO_INT (task->task->work->func_data);
  const TestJob *job = g_ptr_array_index (w->f->jobs, job_id);
  guint before = 0, after = 0;

  for (guint i = 0; i < job->n_results; i++)
    before += job->seen[i];
  fixture_handle (w->f, fixture_task_ended (task->task->task_id, fixture_success (w->f, task)));
  for (guint i = 0; i < job->n_results; i++)
    after += job->seen[i];
  if (after > before && !origin_add (g_ptr_array_index (w->origins, job_id), origin))
    g_error ("job %d was handed rows of two runs", job_id);
}

static void
end_as_it_must (World *w, const ScriptedTask *task)
{
  g_autoptr (GHashTable) origin = origin_new ();
  Missing missing;
  RushTaskOutcome *outcome;

  if (!read_inputs (w, task->task->work->rdd, origin, &missing))
    outcome = fetch_failed (&missing);
  else if (task->task->work->kind == RUSH_TASK_RESULT)
    {
      check_result (w, task, origin);
      return;
    }
  else
    {
      write_output (w, task, origin);
      outcome = fixture_success (w->f, task);
    }
  fixture_handle (w->f, fixture_task_ended (task->task->task_id, outcome));
}

static void
end_some_task (World *w)
{
  guint n = scripted_backend_n_running (w->f->backend);

  if (n == 0)
    return;
  g_autoptr (ScriptedTask) task = scripted_backend_take (w->f->backend, pick (w, n));
  RushOutcomeKind kind = RUSH_OUTCOME_SUCCESS;
  if (task->kill_reason != NULL && chance (w, 70))
    kind = RUSH_OUTCOME_KILLED;
  else if (!w->calm && chance (w, 8))
    kind = chance (w, 50) ? RUSH_OUTCOME_EXCEPTION : RUSH_OUTCOME_COMMIT_DENIED;
  if (kind == RUSH_OUTCOME_SUCCESS)
    end_as_it_must (w, task);
  else
    fixture_handle (
        w->f, fixture_task_ended (task->task->task_id, rush_task_outcome_new (kind, "bad luck")));
  g_array_append_val (w->old_ids, task->task->task_id);
}

/* ---- misfortunes ---- */

static void
add_executor (World *w, guint i)
{
  g_autofree char *id = g_strdup_printf ("%u", i);
  g_autofree char *host = g_strdup_printf ("host%u", i % 3);

  if (w->alive[i])
    return;
  w->alive[i] = TRUE;
  fixture_add_executor (w->f, id, host, 1 + pick (w, 3));
}

static void
remove_outputs_of (World *w, const char *executor)
{
  g_autofree char *prefix = g_strconcat (executor, "/", NULL);
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, w->outputs);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (g_str_has_prefix (key, prefix))
      g_hash_table_iter_remove (&iter);
}

static void
lose_executor (World *w, guint i)
{
  g_autofree char *id = g_strdup_printf ("%u", i);

  if (!w->alive[i])
    return;
  for (guint t = 0; t < scripted_backend_n_running (w->f->backend); t++)
    {
      const ScriptedTask *task = scripted_backend_running (w->f->backend, t);

      if (g_str_equal (task->executor_id, id))
        g_array_append_val (w->old_ids, task->task->task_id);
    }
  w->alive[i] = FALSE;
  remove_outputs_of (w, id);
  fixture_lose_executor_because (w->f, id, chance (w, 20), TRUE);
}

/* Something is told of an executor, which may be there or not. */
static void
tell_of_executor (World *w, RushMessageKind kind, guint i)
{
  g_autofree char *id = g_strdup_printf ("%u", i);

  fixture_tell_of_executor (w->f, kind, id, "bad news");
}

static void
some_executor_leaves (World *w)
{
  tell_of_executor (w,
                    chance (w, 50) ? RUSH_MESSAGE_EXECUTOR_DISCONNECTED
                                   : RUSH_MESSAGE_EXECUTOR_DECOMMISSIONING,
                    pick (w, N_EXECUTORS));
}

static void
beat (World *w)
{
  for (guint i = 0; i < N_EXECUTORS; i++)
    if (w->alive[i] && (w->calm || chance (w, 80)))
      tell_of_executor (w, RUSH_MESSAGE_HEARTBEAT, i);
}

/* A task says for the second time that it has ended, or too late. */
static void
end_an_old_task (World *w)
{
  if (w->old_ids->len == 0)
    return;
  gint64 id = g_array_index (w->old_ids, gint64, pick (w, w->old_ids->len));
  RushOutcomeKind kind = chance (w, 50) ? RUSH_OUTCOME_EXCEPTION : RUSH_OUTCOME_KILLED;
  fixture_handle (w->f, fixture_task_ended (id, rush_task_outcome_new (kind, "again")));
}

static gint
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* The key of one, or NULL. (transfer full) */
static char *
pick_output (World *w)
{
  guint n = g_hash_table_size (w->outputs);
  GHashTableIter iter;
  gpointer key = NULL;
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);

  if (n == 0)
    return NULL;
  g_hash_table_iter_init (&iter, w->outputs);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (keys, g_strdup (key));
  g_ptr_array_sort (keys, compare_keys); /* a hash has no order */
  return g_strdup (g_ptr_array_index (keys, pick (w, n)));
}

static void
lose_some_output (World *w)
{
  g_autofree char *key = pick_output (w);

  if (key != NULL)
    g_hash_table_remove (w->outputs, key);
}

/* It is copied to another executor, or so it is said: nobody else may have the map's output there. */
static void
move_some_output (World *w)
{
  g_autofree char *key = pick_output (w);
  guint target = pick (w, N_EXECUTORS);
  RushMessage *message;

  if (key == NULL)
    return;
  const Output *output = g_hash_table_lookup (w->outputs, key);
  g_auto (GStrv) parts = g_strsplit_set (key, "/:", -1);
  char *copy_key = g_strdup_printf ("%u%s", target, strchr (key, '/'));

  message = rush_message_new (RUSH_MESSAGE_OUTPUT_MOVED);
  message->text = g_strdup_printf ("%u", target);
  message->id = (gint)g_ascii_strtoll (parts[1], NULL, 10);
  message->map_index = (guint)g_ascii_strtoull (parts[2], NULL, 10);
  message->task_id = output->task_id;
  if (w->alive[target] && !g_hash_table_contains (w->outputs, copy_key))
    {
      Output *copy = g_new0 (Output, 1);

      *copy = (Output){ .task_id = output->task_id, .origin = g_hash_table_ref (output->origin) };
      g_hash_table_insert (w->outputs, g_steal_pointer (&copy_key), copy);
    }
  g_free (copy_key);
  fixture_handle (w->f, message);
}

/* The scheduler may give up executors that have been silent; then they are gone. */
static void
bury_the_killed (World *w)
{
  g_auto (GStrv) ids = g_strsplit (scripted_backend_killed (w->f->backend), " ", -1);

  for (; w->n_buried < g_strv_length (ids); w->n_buried++)
    lose_executor (w, (guint)g_ascii_strtoull (ids[w->n_buried], NULL, 10));
}

static void
fire_timer (World *w)
{
  RushMessage *message = scripted_backend_next_timer (w->f->backend);

  if (message != NULL)
    fixture_handle (w->f, message);
  bury_the_killed (w);
}

/* ---- jobs ---- */

static void
submit_job (World *w)
{
  RushRdd *rdd = w->rdds[pick (w, N_RDDS)];
  TestJob *job;
  RushJobRequest *request = fixture_request (w->f, rdd, &job);

  if (rdd->n_dependencies > 0 && rdd->dependencies[0]->kind == RUSH_DEPENDENCY_SHUFFLE &&
      chance (w, 20))
    {
      request->dependency = rush_dependency_ref (rdd->dependencies[0]);
      job->n_results = 0;
    }
  request->func_data = GINT_TO_POINTER (job->id);
  g_ptr_array_add (w->origins, origin_new ());
  fixture_submit_request (w->f, request, job);
}

static void
cancel_job (World *w)
{
  if (w->f->jobs->len > 0)
    fixture_cancel_job (w->f, (gint)pick (w, w->f->jobs->len), NULL);
}

/* ---- a run ---- */

static void
chaos_step (World *w)
{
  guint what = pick (w, 100);

  if (chance (w, 5))
    scripted_backend_advance_us (w->f->backend, pick (w, 4 * G_USEC_PER_SEC));
  if (what < 66)
    end_some_task (w);
  else if (what < 68)
    move_some_output (w);
  else if (what < 76)
    fire_timer (w);
  else if (what < 84)
    add_executor (w, pick (w, N_EXECUTORS));
  else if (what < 87)
    lose_executor (w, pick (w, N_EXECUTORS));
  else if (what < 88)
    some_executor_leaves (w);
  else if (what < 89)
    beat (w);
  else if (what < 90)
    end_an_old_task (w);
  else if (what < 92)
    lose_some_output (w);
  else if (what < 99)
    submit_job (w);
  else
    cancel_job (w);
}

/* Whoever has been asked to end does; and there is always somebody. */
static void
keep_an_executor (World *w)
{
  bury_the_killed (w);
  add_executor (w, 0);
}

static void
run_calmly (World *w)
{
  w->calm = TRUE;
  for (guint i = 0; i < N_EXECUTORS; i++) /* some are on their way out */
    lose_executor (w, i);
  for (guint step = 0; !rush_scheduler_is_idle (w->f->scheduler); step++)
    {
      if (step == CALM_STEPS)
        g_error ("jobs do not end");
      keep_an_executor (w);
      beat (w);
      if (scripted_backend_n_running (w->f->backend) > 0)
        end_some_task (w);
      else if (scripted_backend_n_timers (w->f->backend) > 0)
        fire_timer (w);
      else
        g_error ("nothing runs, nothing is due, and jobs have not ended");
    }
}

/* Each behaviour that can be switched on is on for some seeds, in all combinations. */
static Fixture *
fixture_of (guint32 seed)
{
  Fixture *f;
  const char *speculation = seed % 2 == 0 ? "true" : "false";
  const char *exclusion = seed / 2 % 2 == 0 ? "true" : "false";

  f = fixture_new (4, "spark.dynamicAllocation.enabled", seed / 8 % 2 == 0 ? "true" : "false",
                   "spark.dynamicAllocation.executorIdleTimeout", "3s", "spark.speculation",
                   speculation, "spark.speculation.quantile", "0.3", "spark.speculation.multiplier",
                   "1.5", "spark.excludeOnFailure.enabled", exclusion,
                   "spark.excludeOnFailure.timeout", "20s",
                   "spark.excludeOnFailure.stage.maxFailedTasksPerExecutor", "1",
                   "spark.excludeOnFailure.application.fetchFailure.enabled",
                   seed % 3 == 0 ? "true" : "false", NULL);
  if (seed / 4 % 2 == 0)
    scripted_backend_expect_heartbeats (f->backend);
  return f;
}

/* What has happened in all runs. */
typedef struct
{
  guint n_jobs;
  guint n_succeeded;
  guint n_requests; /* for executors */
  guint n_events[RUSH_N_EVENTS];
} Seen;

static void
run_seed (guint32 seed, Seen *seen)
{
  World w = { .f = fixture_of (seed), .rand = g_rand_new_with_seed (seed) };

  g_test_message ("seed %u", seed);
  w.outputs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, output_free);
  w.old_ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  w.origins = g_ptr_array_new_with_free_func ((GDestroyNotify)g_hash_table_unref);
  make_rdds (&w);
  submit_job (&w);
  for (guint i = 0; i < CHAOS_STEPS; i++)
    chaos_step (&w);
  run_calmly (&w);
  for (guint i = 0; i < w.f->jobs->len; i++)
    {
      TestJob *job = g_ptr_array_index (w.f->jobs, i);

      g_assert_true (job->done);
      seen->n_jobs++;
      if (job->error != NULL)
        continue;
      seen->n_succeeded++;
      fixture_assert_succeeded (job);
    }
  seen->n_requests += (guint)strlen (scripted_backend_requested (w.f->backend));
  for (guint i = 0; i < w.f->events->len; i++)
    seen->n_events[((const RushEvent *)g_ptr_array_index (w.f->events, i))->kind]++;
  for (guint i = 0; i < N_EXECUTORS; i++)
    lose_executor (&w, i);
  for (guint i = 0; i < N_RDDS; i++)
    rush_rdd_unref (w.rdds[i]);
  g_ptr_array_unref (w.origins);
  g_array_unref (w.old_ids);
  g_hash_table_unref (w.outputs);
  g_rand_free (w.rand);
  fixture_free (w.f);
}

static void
test_random_runs (void)
{
  const char *text = g_getenv ("RUSH_PROPERTY_SEEDS");
  guint n_seeds = text != NULL ? (guint)g_ascii_strtoull (text, NULL, 10) : 100;
  Seen seen = { 0 };

  for (guint seed = 1; seed <= n_seeds; seed++)
    run_seed (seed, &seen);
  g_test_message ("%u of %u jobs succeeded", seen.n_succeeded, seen.n_jobs);
  g_assert_cmpuint (seen.n_succeeded, >, seen.n_jobs / 2); /* the world is not hopeless */
  g_assert_cmpuint (seen.n_succeeded, <, seen.n_jobs);     /* nor is it without failures */
  g_assert_cmpuint (seen.n_events[RUSH_EVENT_SPECULATIVE_TASK_SUBMITTED], >, n_seeds / 2);
  g_assert_cmpuint (seen.n_requests, >, n_seeds);
  g_assert_cmpuint (seen.n_events[RUSH_EVENT_EXECUTOR_EXCLUDED_FOR_STAGE], >, n_seeds / 10);
  g_assert_cmpuint (seen.n_events[RUSH_EVENT_EXECUTOR_EXCLUDED], >, n_seeds / 10);
  g_assert_cmpuint (seen.n_events[RUSH_EVENT_EXECUTOR_UNEXCLUDED], >, n_seeds / 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scheduler/property/random_runs", test_random_runs);
  return g_test_run ();
}
