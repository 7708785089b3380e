/* simulated_tasks.c - a task from its launch to the message that it has ended, in virtual time.
 *
 *     driver   │launch│                                                         ▲
 *              └──────┼─ latency ─▶ unpack ─▶ read ─▶ fetch ─▶ compute ─▶ write ┴─ latency ─ ended
 *     disk                                   ▓▓▓▓    ▓▓▓                 ▓▓▓▓
 *     NIC, uplink                                    ▓▓▓▓▓▓
 *     core                          ▓▓▓▓▓▓                    ▓▓▓▓▓▓▓▓
 *
 * The driver is one thread, and takes its time over each launch: on a thousand nodes, tasks that
 * are too short wait for it and not for a core.  Disks and wires are shared by whoever uses them at
 * that time (link.h); a core is the task's own.
 *
 * What a task finds is looked up as it starts to fetch, as a real one asks for locations then: an
 * output that is lost later, but before it has been read, still comes through.  That is where the
 * model is kinder than the world.
 *
 * Invariant:  a task waits either for one action of the heap or for one flow or more, never both.
 */
#include "sim/simulated_private.h"

typedef enum
{
  STEP_UNPACK,
  STEP_READ,
  STEP_FETCH,
  STEP_COMPUTE,
  STEP_WRITE,
  STEP_ANSWER,
} Step;

/* Disk, NIC and uplink at most. */
#define MAX_FLOWS 3

typedef struct
{
  RushLink *link;
  guint64 flow; /* 0: it is over */
} Transfer;

typedef struct
{
  RushSimulatedBackend *backend;
  RushSimSlots *executor;
  RushTask *task; /* (owned) */
  RushTaskDemand demand;
  RushTaskOutcome *outcome; /* (owned) how it is going to end, once that is known; or NULL */
  Step step;                /* that runs */
  gboolean is_known;        /* what it needs */
  guint64 action;           /* of the heap; 0: none */
  Transfer transfers[MAX_FLOWS];
  guint n_transfers; /* that are under way */
  gboolean has_worker;
  double spilled_bytes;
  gboolean has_memory; /* outside of the executor's heap */
  gint64 step_since_us;
  RushTaskMetrics metrics;
  GList in_executor;
} RushSimTask;

static void go_on (RushSimTask *self);

static gint64
to_us (double seconds)
{
  return (gint64)(seconds * G_USEC_PER_SEC + 0.5);
}

/* ---- the end ---- */

static void
give_up_transfers (RushSimTask *self)
{
  for (guint i = 0; i < MAX_FLOWS; i++)
    if (self->transfers[i].flow != 0)
      rush_link_give_up (self->transfers[i].link, self->transfers[i].flow);
}

static void
sim_task_free (RushSimTask *self)
{
  RushEventHeap *heap = self->backend->setup.heap;
  RushTaskModel *model = self->backend->setup.model;

  if (model->klass->ended != NULL)
    model->klass->ended (model, self->task->task_id, self->executor->id);
  if (self->action != 0)
    rush_event_heap_cancel (heap, self->action);
  give_up_transfers (self);
  g_queue_unlink (&self->executor->running, &self->in_executor);
  self->executor->host->n_running--;
  if (self->executor->running.length == 0 && self->executor->drained != NULL)
    {
      RushSimSlots *executor = self->executor;
      rush_event_heap_put (heap, 0, g_steal_pointer (&executor->drained), executor->drained_data,
                           executor->drained_argument);
    }
  if (self->has_worker)
    self->executor->n_idle_workers++;
  if (self->has_memory)
    rush_container_give (self->backend, self->executor, &self->demand);
  g_hash_table_remove (self->backend->tasks, &self->task->task_id);
  rush_task_outcome_free (self->outcome);
  rush_task_free (self->task);
  g_free (self);
}

static void
tell_end (RushSimTask *self)
{
  RushSimulatedBackend *backend = self->backend;
  RushSimSlots *executor = self->executor;
  RushMessage *message = rush_message_new (RUSH_MESSAGE_TASK_ENDED);

  backend->progress++;
  message->task_id = self->task->task_id;
  message->outcome = g_steal_pointer (&self->outcome);
  message->outcome->metrics = self->metrics;
  sim_task_free (self);
  rush_sim_tell (backend, executor, message);
}

/* ---- waiting ---- */

static void
step_over (gpointer data, gint64 argument)
{
  RushSimTask *self = data;

  self->action = 0;
  go_on (self);
}

/* The step takes @us, of which nothing is shared. */
static void
wait_us (RushSimTask *self, gint64 us)
{
  self->action = rush_event_heap_put (self->backend->setup.heap, us, step_over, self, 0);
}

static void
transfer_over (gpointer data, gint64 which)
{
  RushSimTask *self = data;

  self->transfers[which].flow = 0;
  if (--self->n_transfers == 0)
    go_on (self);
}

static void
transfer (RushSimTask *self, guint which, RushLink *link, double bytes)
{
  if (bytes <= 0)
    return;
  self->transfers[which] =
      (Transfer){ link, rush_link_send (link, bytes, transfer_over, self, which) };
  self->n_transfers++;
}

/* ---- the steps ---- */

static gint64
latency_us (RushSimTask *self)
{
  return to_us (rush_topology_latency_s (self->backend->setup.topology, RUSH_DISTANCE_ANY) / 2);
}

static RushDemandState
learn_demand (RushSimTask *self)
{
  RushTaskModel *model = self->backend->setup.model;

  return model->klass->demand (model, self->task, self->executor->id, self->executor->host,
                               &self->demand, &self->outcome);
}

static void
forget_demand (RushSimTask *self, const char *reason)
{
  RushTaskModel *model = self->backend->setup.model;

  if (self->step == STEP_UNPACK && self->action == 0 && model->klass->forget != NULL)
    model->klass->forget (model, self->task->task_id, reason);
}

/* What a task has really done it has counted itself, and its demand is worked out from that. */
static gboolean
has_counted (const RushSimTask *self)
{
  return self->outcome != NULL;
}

/* Each begin_… () says whether its step takes any time. */

static gboolean
begin_read (RushSimTask *self)
{
  if (!has_counted (self))
    self->metrics.input_bytes = (gint64)self->demand.input_bytes;
  transfer (self, 0, self->executor->host->disk, self->demand.input_bytes);
  return self->n_transfers > 0;
}

/* What its disk could have read while it looks for the pieces that the task fetches.  They lie on
 * the disks of others as well; but each host looks for as many as its tasks ask for. */
static double
bytes_of_seeks (const RushSimTask *self)
{
  double seconds = self->demand.n_blocks * self->backend->setup.costs->disk_seek_s;

  return seconds > 0 ? seconds * rush_link_bandwidth (self->executor->host->disk) : 0;
}

static gboolean
begin_fetch (RushSimTask *self)
{
  RushTopology *topology = self->backend->setup.topology;
  const RushSimHost *host = self->executor->host;
  const RushTaskDemand *demand = &self->demand;

  if (!has_counted (self))
    {
      self->metrics.shuffle_local_bytes = (gint64)demand->host_bytes;
      self->metrics.shuffle_remote_bytes = (gint64)(demand->rack_bytes + demand->far_bytes);
    }
  transfer (self, 0, host->disk, demand->host_bytes + bytes_of_seeks (self));
  transfer (self, 1, rush_topology_link (topology, host, RUSH_DISTANCE_RACK), demand->rack_bytes);
  transfer (self, 2, rush_topology_link (topology, host, RUSH_DISTANCE_ANY), demand->far_bytes);
  return self->n_transfers > 0;
}

static double
straggling (RushSimTask *self)
{
  const RushSimCosts *costs = self->backend->setup.costs;
  const RushTask *task = self->task;

  if (costs->straggler_fraction <= 0 || costs->straggler_slowdown == NULL)
    return 1;
  RushSimRandom luck = rush_sim_random (
      self->backend->setup.seed, "straggler", task->work->stage_id, task->partition,
      (gint64)task->work->stage_attempt * 1000 + task->attempt_number);
  if (rush_sim_random_uniform (&luck) >= costs->straggler_fraction)
    return 1;
  return MAX (1, rush_distribution_draw (costs->straggler_slowdown, &luck));
}

static gint64
python_start_us (RushSimTask *self)
{
  if (!self->demand.runs_python)
    return 0;
  self->has_worker = TRUE;
  if (self->executor->n_idle_workers > 0)
    {
      self->executor->n_idle_workers--;
      return 0;
    }
  self->metrics.python_start_us = to_us (self->backend->setup.costs->python_start_s);
  return self->metrics.python_start_us;
}

/* What does not fit its share of the pool goes to disk, and comes back. */
static void
note_execution_memory (RushSimTask *self)
{
  gint64 wanted = self->demand.execution_bytes;

  if (wanted == 0) /* what a task has really done it has counted itself */
    return;
  self->metrics.peak_execution_memory = rush_container_execution (self->executor, &self->demand);
  self->metrics.memory_bytes_spilled = wanted - self->metrics.peak_execution_memory;
  self->metrics.disk_bytes_spilled = self->metrics.memory_bytes_spilled;
  self->spilled_bytes = (double)self->metrics.disk_bytes_spilled;
}

static gboolean
begin_compute (RushSimTask *self)
{
  RushSimSlots *executor = self->executor;
  gint64 now_us = rush_event_heap_now_us (self->backend->setup.heap);
  guint n_neighbours = executor->host->n_running - 1;
  double crowding = 1 + self->backend->setup.costs->neighbour_slowdown * n_neighbours;
  double on_a_core_s = self->demand.cpu_s * crowding + self->demand.warm_up_s;
  double seconds = on_a_core_s / executor->host->cpu_speed * executor->slowness;
  gint64 work_us = to_us (seconds * straggling (self)) + python_start_us (self);
  gint64 end_us = rush_executor_pauses_end_of (&executor->pauses, now_us, work_us);

  self->has_memory = rush_container_take (self->backend, executor, &self->demand);
  note_execution_memory (self);
  self->metrics.cpu_ns = to_us (self->demand.cpu_s + self->demand.warm_up_s) * 1000;
  wait_us (self, end_us - now_us);
  return TRUE;
}

static gboolean
begin_write (RushSimTask *self)
{
  if (!has_counted (self))
    self->metrics.shuffle_write_bytes = (gint64)self->demand.write_bytes;
  transfer (self, 0, self->executor->host->disk,
            self->demand.write_bytes + 2 * self->spilled_bytes);
  return self->n_transfers > 0;
}

/* The end is known; the word of it takes its way. */
static void
answer (RushSimTask *self)
{
  RushTaskModel *model = self->backend->setup.model;

  if (self->outcome == NULL)
    self->outcome = model->klass->succeed (model, self->task, self->executor->id,
                                           self->executor->host, &self->demand);
  self->step = STEP_ANSWER;
  wait_us (self, latency_us (self));
}

/* What the step that is over has taken. */
static void
note_time (RushSimTask *self)
{
  gint64 now_us = rush_event_heap_now_us (self->backend->setup.heap);
  gint64 took_us = now_us - self->step_since_us;

  if (self->step == STEP_UNPACK)
    self->metrics.deserialize_us = took_us;
  else
    self->metrics.run_us += took_us;
  if (self->step == STEP_FETCH)
    self->metrics.shuffle_fetch_wait_us = took_us;
  if (self->step == STEP_WRITE && self->demand.write_bytes > 0)
    self->metrics.shuffle_write_us = took_us;
  self->step_since_us = now_us;
}

static gboolean
begin_step (RushSimTask *self)
{
  switch (self->step)
    {
    case STEP_UNPACK:
      return FALSE;
    case STEP_READ:
      return begin_read (self);
    case STEP_FETCH:
      return begin_fetch (self);
    case STEP_COMPUTE:
      return begin_compute (self);
    case STEP_WRITE:
      return begin_write (self);
    case STEP_ANSWER:
      answer (self);
      return TRUE;
    }
  g_return_val_if_reached (TRUE);
}

/* The step is over: the next one that takes any time begins. */
static void
go_on (RushSimTask *self)
{
  if (self->step == STEP_ANSWER)
    {
      tell_end (self);
      return;
    }
  if (self->step == STEP_UNPACK && !self->is_known)
    {
      /* How it ends may be known already: a fault of the script's. */
      RushDemandState state = self->outcome != NULL ? RUSH_DEMAND_MISSING : learn_demand (self);

      if (state == RUSH_DEMAND_KNOWN &&
          (self->outcome = rush_container_worker_refuses (self->backend->setup.worker_limit_bytes,
                                                          &self->demand)) != NULL)
        state = RUSH_DEMAND_MISSING;

      if (state == RUSH_DEMAND_MISSING)
        answer (self);
      if (state != RUSH_DEMAND_KNOWN)
        return;
    }
  do
    {
      note_time (self);
      self->step++;
    }
  while (!begin_step (self));
}

/* A task that has been killed in the meantime has its end already. */
void
rush_simulated_backend_task_known (RushBackend *base, gint64 task_id, const RushTaskDemand *demand,
                                   RushTaskOutcome *outcome)
{
  RushSimulatedBackend *self = (RushSimulatedBackend *)base;
  RushSimTask *task = g_hash_table_lookup (self->tasks, &task_id);

  if (task == NULL || task->step != STEP_UNPACK)
    {
      rush_task_outcome_free (outcome);
      return;
    }
  task->is_known = TRUE;
  task->demand = *demand;
  task->outcome = outcome;
  task->metrics = outcome->metrics;
  go_on (task);
}

/* ---- launch and kill ---- */

/* The driver's one thread is done with this launch after what it has promised before. */
static gint64
driver_delay_us (RushSimulatedBackend *self)
{
  gint64 now_us = rush_event_heap_now_us (self->setup.heap);

  self->driver_free_us =
      MAX (self->driver_free_us, now_us) + to_us (self->setup.costs->driver_task_s);
  return self->driver_free_us - now_us;
}

/* Nothing can happen to it on its way but its end, so the way and what comes after it are one
 * action of the heap: half of a million tasks' heap is tasks on their way. */
static void
await_unpacking (RushSimTask *self)
{
  RushSimulatedBackend *backend = self->backend;
  gint64 way_us = driver_delay_us (backend) + latency_us (self);

  self->step_since_us = rush_event_heap_now_us (backend->setup.heap) + way_us;
  wait_us (self, way_us + to_us (backend->setup.costs->task_overhead_s));
}

static RushTaskOutcome *
injected_failure (char *message)
{
  RushTaskOutcome *outcome = rush_task_outcome_new (RUSH_OUTCOME_EXCEPTION, message);

  outcome->error_class = g_strdup ("org.apache.spark.SparkException");
  g_free (message);
  return outcome;
}

void
rush_simulated_tasks_launch (RushSimulatedBackend *self, RushSimSlots *executor, RushTask *task)
{
  RushSimTask *launched = g_new0 (RushSimTask, 1);
  char *failure = self->setup.task_starts != NULL
                      ? self->setup.task_starts (self->setup.task_starts_data, task, executor->id)
                      : NULL;

  self->progress++;
  launched->backend = self;
  launched->executor = executor;
  launched->task = task;
  launched->step = STEP_UNPACK;
  launched->outcome = failure != NULL ? injected_failure (failure) : NULL;
  launched->in_executor.data = launched;
  g_queue_push_tail_link (&executor->running, &launched->in_executor);
  executor->host->n_running++;
  g_hash_table_insert (self->tasks, &task->task_id, launched);
  await_unpacking (launched);
}

/* Stops what it does; the word of that takes its way. */
void
rush_simulated_tasks_kill (RushSimulatedBackend *self, gint64 task_id, const char *reason)
{
  RushSimTask *task = g_hash_table_lookup (self->tasks, &task_id);

  if (task == NULL || task->step == STEP_ANSWER)
    return;
  forget_demand (task, reason);
  if (task->action != 0)
    rush_event_heap_cancel (self->setup.heap, task->action);
  give_up_transfers (task);
  memset (task->transfers, 0, sizeof task->transfers);
  task->n_transfers = 0;
  rush_task_outcome_free (task->outcome); /* a failure of the script's that never came */
  task->outcome = rush_task_outcome_new (RUSH_OUTCOME_KILLED, reason);
  answer (task);
}

void
rush_simulated_tasks_drop_all (RushSimulatedBackend *self, RushSimSlots *executor)
{
  GList *link;

  while ((link = executor->running.head) != NULL)
    {
      forget_demand (link->data, "executor lost");
      sim_task_free (link->data);
    }
}
