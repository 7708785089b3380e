/* replay.c - the jobs of a plan on a simulated cluster, as the program would have submitted them.
 *
 *     program    think │ job 0 ············ │ think │ job 1 ······ │ think │ …
 *     cluster            ▓▓▓ ▓▓▓▓ ▓▓                  ▓▓▓▓ ▓▓
 *
 * The critical path is the same on a cluster that has a core for each task, neighbours that slow
 * nobody, and wires without limit.
 */
#include "sim/replay/replay.h"

#include "sim/model_run.h"

#define UNLIMITED_BYTES_PER_S 1e15

typedef struct _Replay Replay;

/* A job, as its scheduler's listener. */
typedef struct
{
  RushJobListener listener;
  Replay *replay;
  guint index; /* in the plan */
} Listening;

struct _Replay
{
  const RushWhatIf *what_if;
  RushReplayPlan *plan;
  RushSimCosts costs;
  RushEventHeap *heap;
  RushTopology *topology;
  RushLineage *lineage;
  RushPlugins *plugins;
  RushModelJob *stages;
  RushEventBus *bus;
  RushEventBus *own_bus; /* if nobody handed one in */
  RushListener *counter; /* the own bus' */
  RushModelRun *run;
  Listening *listening; /* by job */
  gboolean *ended;      /* by end_rank */
  guint n_in_order;     /* so many have ended, in the order in which they ended in the log */
  guint n_ended;
  guint next;                    /* job to be submitted */
  gint64 idle_us, idle_since_us; /* no job ran */
  guint n_active;
  GError *failure;
};

/* ---- submission ---- */

static void
submit (gpointer data, gint64 index)
{
  Replay *self = data;
  const RushReplayJob *job = &g_array_index (self->plan->jobs, RushReplayJob, index);

  if (self->n_active++ == 0)
    self->idle_us += rush_event_heap_now_us (self->heap) - self->idle_since_us;
  rush_model_run_submit_to (self->run, job->result, &self->listening[index].listener);
}

/* All jobs that wait for no other any more; each after the program's own time. */
static void
plan_next (Replay *self)
{
  while (self->next < self->plan->jobs->len)
    {
      const RushReplayJob *job = &g_array_index (self->plan->jobs, RushReplayJob, self->next);

      if (job->n_before > self->n_in_order)
        return;
      rush_event_heap_put (self->heap, job->think_us, submit, self, self->next++);
    }
}

/* ---- the end of a job ---- */

static gboolean
task_succeeded (RushJobListener *listener, guint i, RushTaskResult *result, GError **error)
{
  return TRUE;
}

/* What comes next is an action of its own: here the scheduler is in the middle of a message. */
static void
go_on (gpointer data, gint64 argument)
{
  plan_next (data);
}

static void
job_ended (RushJobListener *listener, const GError *error)
{
  Listening *listening = (Listening *)listener;
  Replay *self = listening->replay;
  const RushReplayJob *job = &g_array_index (self->plan->jobs, RushReplayJob, listening->index);

  if (error != NULL && self->failure == NULL)
    self->failure = g_error_copy (error);
  self->n_ended++;
  if (--self->n_active == 0)
    self->idle_since_us = rush_event_heap_now_us (self->heap);
  self->ended[job->end_rank] = TRUE;
  while (self->n_in_order < self->plan->jobs->len && self->ended[self->n_in_order])
    self->n_in_order++;
  rush_event_heap_put (self->heap, 0, go_on, self, 0);
}

static const RushJobListenerClass listening_class = { .task_succeeded = task_succeeded,
                                                      .job_ended = job_ended };

/* ---- counting attempts ---- */

typedef struct
{
  RushListener base;
  guint64 n_tasks;
  gint64 busy_ms;
} Counter;

static void
count_event (RushListener *base, RushEvent *event)
{
  Counter *self = (Counter *)base;

  if (event->kind != RUSH_EVENT_TASK_END)
    return;
  self->n_tasks++;
  self->busy_ms += event->task_end.task.finish_ms - event->task_end.task.launch_ms;
}

static void
counter_free (RushListener *base)
{
  g_free (base);
}

static const RushListenerClass counter_class = {
  .name = "replay counter",
  .on_event = count_event,
  .free = counter_free,
};

/* ---- the cluster ---- */

static void
add_executors (Replay *self)
{
  const RushWhatIf *what_if = self->what_if;
  guint n_hosts = rush_topology_n_hosts (self->topology);

  for (guint i = 0; i < what_if->n_executors; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);
      RushSimExecutor executor = { .id = id,
                                   .host = rush_topology_host (self->topology, i % n_hosts),
                                   .cores = what_if->cores };

      rush_simulated_backend_executor_ready (rush_model_run_backend (self->run), &executor);
    }
}

static void
make_cluster (Replay *self)
{
  const RushWhatIf *what_if = self->what_if;
  g_autofree char *list = rush_conf_get_string (what_if->conf, "spark.rushlight.plugins");
  double wire =
      what_if->network_bytes_per_s > 0 ? what_if->network_bytes_per_s : UNLIMITED_BYTES_PER_S;
  guint n_hosts = what_if->n_hosts > 0 ? what_if->n_hosts : what_if->n_executors;
  n_hosts = MIN (n_hosts, what_if->n_executors);
  guint64 cores_of_host =
      (guint64)what_if->cores * ((what_if->n_executors + n_hosts - 1) / n_hosts);
  RushTopologyShape shape = { .n_hosts = n_hosts,
                              .n_racks = 1,
                              .cores = (guint)MIN (cores_of_host, G_MAXUINT),
                              .memory_bytes = (gint64)1 << 40,
                              .cpu_speed = 1,
                              .nic_bytes_per_s = wire,
                              .uplink_bytes_per_s = UNLIMITED_BYTES_PER_S,
                              .disk_bytes_per_s = UNLIMITED_BYTES_PER_S };

  /* All other costs are part of what was recorded. */
  self->costs.neighbour_slowdown = what_if->terms.slowdown;
  self->heap = rush_event_heap_new (0);
  self->topology = rush_topology_new (self->heap, &shape);
  self->lineage = rush_lineage_new ();
  self->own_bus = rush_event_bus_new (1);
  self->bus = what_if->bus != NULL ? what_if->bus : self->own_bus;
  self->counter = (RushListener *)g_new0 (Counter, 1);
  self->counter->klass = &counter_class;
  rush_event_bus_add_inline (self->bus, self->counter);
  self->stages =
      rush_model_job_new (self->lineage, self->topology, (RushModelStage *)self->plan->stages->data,
                          self->plan->stages->len, 0, &self->failure);
  if (self->stages == NULL)
    return;
  self->plugins = rush_plugins_load (list, &self->failure);
  if (self->plugins == NULL)
    return;
  self->run = rush_model_run_new (&(RushModelRunSetup){ .conf = what_if->conf,
                                                        .heap = self->heap,
                                                        .topology = self->topology,
                                                        .job = self->stages,
                                                        .costs = &self->costs,
                                                        .bus = self->bus,
                                                        .plugins = self->plugins });
  add_executors (self);
}

static void
replay_clear (Replay *self)
{
  rush_model_run_free (self->run);
  rush_model_job_free (self->stages);
  rush_event_bus_free (self->own_bus);
  rush_plugins_unref (self->plugins);
  rush_lineage_unref (self->lineage);
  rush_topology_free (self->topology);
  rush_event_heap_free (self->heap);
  g_free (self->listening);
  g_free (self->ended);
  g_clear_error (&self->failure);
}

/* ---- a run ---- */

static gboolean
is_over (gpointer data)
{
  const Replay *self = data;

  return self->n_ended == self->plan->jobs->len || self->failure != NULL;
}

static gboolean
run_to_the_end (Replay *self, GError **error)
{
  guint n_jobs = self->plan->jobs->len;

  self->listening = g_new0 (Listening, n_jobs);
  self->ended = g_new0 (gboolean, n_jobs);
  for (guint i = 0; i < n_jobs; i++)
    self->listening[i] = (Listening){ { &listening_class }, self, i };
  plan_next (self);
  if (!rush_model_run_until (self->run, is_over, self, error))
    return FALSE;
  if (self->failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->failure));
  return FALSE;
}

static void
predict (Replay *self, RushPrediction *out)
{
  const Counter *counter = (const Counter *)self->counter;
  double seconds = (double)rush_event_heap_now_us (self->heap) / G_USEC_PER_SEC;
  double core_seconds = seconds * self->what_if->n_executors * self->what_if->cores;

  *out = (RushPrediction){
    .seconds = seconds,
    .executor_seconds = seconds * self->what_if->n_executors,
    .busy_fraction = core_seconds > 0 ? (double)counter->busy_ms / 1000 / core_seconds : 0,
    .driver_s = (double)self->idle_us / G_USEC_PER_SEC,
    .n_tasks = counter->n_tasks,
  };
}

static gboolean
replay_plan (RushReplayPlan *plan, const RushWhatIf *what_if, RushPrediction *out, GError **error)
{
  Replay self = { .what_if = what_if, .plan = plan };
  gboolean ended = FALSE;

  make_cluster (&self);
  if (self.failure != NULL)
    g_propagate_error (error, g_steal_pointer (&self.failure));
  else
    ended = run_to_the_end (&self, error);
  if (ended)
    predict (&self, out);
  replay_clear (&self);
  return ended;
}

static gboolean
check (const RushRecordedRun *run, const RushReplayPlan *plan, const RushWhatIf *what_if,
       GError **error)
{
  if (what_if->n_executors == 0 || what_if->cores == 0)
    g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                 "A cluster of %u executors with %u cores each cannot run anything; both must be "
                 "at least 1",
                 what_if->n_executors, what_if->cores);
  else if (plan->jobs->len == 0)
    g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                 "%s: no job of this log has ended well, so there is nothing to replay",
                 run->source);
  else
    return TRUE;
  return FALSE;
}

gboolean
rush_replay (RushRecordedRun *run, const RushWhatIf *what_if, RushPrediction *out, GError **error)
{
  g_autoptr (RushReplayPlan) plan = rush_replay_plan_new (run, &what_if->terms);

  return check (run, plan, what_if, error) && replay_plan (plan, what_if, out, error);
}

gboolean
rush_replay_bounds (RushRecordedRun *run, const RushReplayTerms *terms, RushReplayBounds *out,
                    GError **error)
{
  g_autoptr (RushReplayPlan) plan = rush_replay_plan_new (run, terms);
  RushConf *conf = rush_conf_new ();
  RushWhatIf endless = { .n_executors = 1,
                         .cores = (guint)CLAMP (run->n_tasks, 1, G_MAXINT),
                         .conf = conf };
  RushPrediction prediction;
  gboolean known =
      check (run, plan, &endless, error) && replay_plan (plan, &endless, &prediction, error);

  if (known)
    *out = (RushReplayBounds){ .critical_path_s = prediction.seconds,
                               .work_s = plan->work_s,
                               .driver_s = prediction.driver_s,
                               .n_left_out = plan->n_left_out };
  rush_conf_unref (conf);
  return known;
}
