/* container_memory.c - see the header.
 *
 * What changes at one instant is told once: an action of the heap, as a manager may kill the
 * executor there and then, with the task that has just begun.
 *
 * What its settings would have to be is worked out for the worst of times: as many tasks at once as
 * there are slots, each as large as the largest so far and a tenth more.
 */
#include "sim/container_memory.h"

#include "core/memory/memory_report.h"
#include "sim/managers/manager_base.h"
#include "sim/simulated_private.h"

#include <math.h>

#define MIB RUSH_MIB

static gint64
used_bytes (const RushContainerUse *use)
{
  return use->heap_bytes + use->tasks_bytes + use->workers_bytes + use->fault_bytes;
}

/* ---- it changes ---- */

static void
post_use (RushSimulatedBackend *self, const RushSimSlots *executor)
{
  RushEvent *event;

  if (!rush_event_bus_has_listeners (self->setup.bus))
    return;
  event = rush_event_new (RUSH_EVENT_CONTAINER_MEMORY);
  event->container_memory =
      (RushContainerMemory){ rush_clock_wall_ms (rush_event_heap_clock (self->setup.heap)),
                             g_strdup (executor->id), used_bytes (&executor->container),
                             executor->container.container_bytes };
  rush_event_bus_post (self->setup.bus, event);
}

static void
tell (gpointer data, gint64 number)
{
  RushSimulatedBackend *self = data;
  RushSimSlots *executor = g_hash_table_lookup (self->by_number, GINT_TO_POINTER (number));

  g_assert (executor != NULL); /* its action goes with it */
  executor->container.telling = 0;
  post_use (self, executor);
  self->manager->klass->memory_used (self->manager, executor->id,
                                     used_bytes (&executor->container));
}

static void
has_changed (RushSimulatedBackend *self, RushSimSlots *executor)
{
  if (self->manager != NULL && executor->container.telling == 0 && !executor->dead)
    executor->container.telling =
        rush_event_heap_put (self->setup.heap, 0, tell, self, executor->number);
}

gboolean
rush_container_take (RushSimulatedBackend *self, RushSimSlots *executor,
                     const RushTaskDemand *demand)
{
  RushContainerUse *use = &executor->container;

  use->n_in_pool += demand->execution_bytes > 0;
  if (demand->memory_bytes == 0 && demand->python_bytes == 0)
    return demand->execution_bytes > 0;
  use->tasks_bytes += demand->memory_bytes;
  use->n_tasks += demand->memory_bytes > 0;
  use->workers_bytes += demand->python_bytes;
  use->n_workers += demand->python_bytes > 0;
  self->most_task_bytes = MAX (self->most_task_bytes, demand->memory_bytes);
  self->most_worker_bytes = MAX (self->most_worker_bytes, demand->python_bytes);
  has_changed (self, executor);
  return TRUE;
}

void
rush_container_give (RushSimulatedBackend *self, RushSimSlots *executor,
                     const RushTaskDemand *demand)
{
  RushContainerUse *use = &executor->container;

  use->n_in_pool -= demand->execution_bytes > 0;
  if (demand->memory_bytes == 0 && demand->python_bytes == 0)
    return;
  use->tasks_bytes -= demand->memory_bytes;
  use->n_tasks -= demand->memory_bytes > 0;
  use->workers_bytes -= demand->python_bytes;
  use->n_workers -= demand->python_bytes > 0;
  has_changed (self, executor);
}

/* N counts those that compute as it begins; who comes later finds those before him at their share
 * of then, and gets his own all the same: they would spill at their next request. */
gint64
rush_container_execution (const RushSimSlots *executor, const RushTaskDemand *demand)
{
  const RushContainerUse *use = &executor->container;

  return MIN (demand->execution_bytes, use->pool_bytes / MAX (1, use->n_in_pool));
}

RushTaskOutcome *
rush_container_worker_refuses (gint64 limit_bytes, const RushTaskDemand *demand)
{
  RushTaskOutcome *outcome;

  if (limit_bytes == 0 || demand->python_bytes <= limit_bytes)
    return NULL;
  g_autofree char *wanted = rush_format_mib (demand->python_bytes);
  g_autofree char *limit = rush_format_mib (limit_bytes);
  g_autofree char *message = g_strdup_printf (
      "MemoryError: the Python worker wanted %s and may take %s: spark.executor.pyspark.memory ÷ "
      "spark.executor.cores",
      wanted, limit);
  outcome = rush_task_outcome_new (RUSH_OUTCOME_EXCEPTION, message);
  outcome->error_class = g_strdup ("org.apache.spark.api.python.PythonException");
  return outcome;
}

void
rush_container_forget (RushSimulatedBackend *self, RushSimSlots *executor)
{
  if (executor->container.telling != 0)
    rush_event_heap_cancel (self->setup.heap, executor->container.telling);
  executor->container.telling = 0;
}

gint64
rush_python_worker_limit (const RushConf *conf)
{
  if (!rush_conf_contains (conf, "spark.executor.pyspark.memory"))
    return 0;
  return rush_conf_get_bytes (conf, "spark.executor.pyspark.memory") / MIB /
         rush_conf_get_int (conf, "spark.executor.cores") * MIB;
}

/* ---- by others ---- */

static RushSimSlots *
find (RushBackend *base, const char *executor_id)
{
  return g_hash_table_lookup (((RushSimulatedBackend *)base)->executors, executor_id);
}

gboolean
rush_simulated_backend_use_memory (RushBackend *base, const char *executor_id, gint64 bytes)
{
  RushSimSlots *executor = find (base, executor_id);

  if (executor == NULL || executor->dead)
    return FALSE;
  executor->container.fault_bytes = bytes;
  has_changed ((RushSimulatedBackend *)base, executor);
  return TRUE;
}

/* ---- in one line ---- */

/* What a report needs to know of the cluster. */
typedef struct
{
  const RushConf *conf;
  const RushExecutorShape *shape;
  const char *manager; /* its class's name */
  guint n_hosts;
} Cluster;

static void
append_part (GString *out, const char *what, gint64 bytes)
{
  g_autofree char *amount = rush_format_mib (bytes);

  if (bytes > 0)
    g_string_append_printf (out, "%s%s %s", out->str[out->len - 1] == ':' ? " " : " + ", what,
                            amount);
}

static void
append_container (GString *out, const RushContainerUse *use, const Cluster *setup)
{
  const RushExecutorShape *shape = setup->shape;
  g_autofree char *has = rush_format_mib (use->container_bytes);

  if (g_str_equal (setup->manager, "standalone"))
    return; /* there is none */
  g_string_append_printf (out, "; its container has %s:", has);
  append_part (out, "heap", shape->heap_bytes);
  if (g_str_equal (setup->manager, "mesos"))
    {
      append_part (out, "overhead", use->container_bytes - shape->heap_bytes);
      return;
    }
  append_part (out, "overhead", shape->overhead_bytes);
  append_part (out, "off-heap", shape->off_heap_bytes);
  append_part (out, "Python", shape->pyspark_bytes);
}

static char *
story_of (const RushSimSlots *executor, const Cluster *setup)
{
  const RushContainerUse *use = &executor->container;
  g_autofree char *used = rush_format_mib (used_bytes (use));
  g_autofree char *tasks = rush_format_counted (use->n_tasks, "task");
  g_autofree char *workers = rush_format_counted (use->n_workers, "Python worker");
  GString *out = g_string_new (NULL);

  g_string_printf (out, "uses %s:", used);
  append_part (out, "heap", use->heap_bytes);
  append_part (out, tasks, use->tasks_bytes);
  append_part (out, workers, use->workers_bytes);
  append_part (out, "a leak", use->fault_bytes);
  append_container (out, use, setup);
  return g_string_free (out, FALSE);
}

/* ---- the whole sum ---- */

typedef struct
{
  const Cluster *setup;
  const RushSimSlots *executor;
  const RushContainerUse *use;
  gint64 each;      /* of a task and its worker, outside of the heap, at most */
  gint64 worker;    /* of that, its worker */
  gint64 has;       /* what there is for the executor */
  gint64 needs;     /* at the worst */
  gint64 set_aside; /* of what it has, not for the overhead */
  guint n_alike;    /* executors that share a host's memory; 1 where containers are limited */
} Need;

static gint64
and_a_tenth (gint64 bytes)
{
  return bytes + bytes / 10;
}

static Need
need_of (RushSimulatedBackend *self, const RushSimSlots *executor, const Cluster *setup)
{
  const RushExecutorShape *shape = setup->shape;
  gboolean is_mesos = g_str_equal (setup->manager, "mesos");
  Need need = { .setup = setup,
                .executor = executor,
                .use = &executor->container,
                .each = and_a_tenth (self->most_task_bytes) + and_a_tenth (self->most_worker_bytes),
                .worker = and_a_tenth (self->most_worker_bytes),
                .has = executor->container.container_bytes,
                .n_alike = 1 };

  if (g_str_equal (setup->manager, "standalone"))
    {
      g_autoptr (GPtrArray) alike =
          rush_simulated_backend_executors_on (&self->base, executor->host);
      need.n_alike = MAX (1, alike->len); /* it may have gone already */
      need.has = executor->host->memory_bytes / need.n_alike;
    }
  need.needs = MAX (used_bytes (need.use),
                    need.use->heap_bytes + executor->cores * need.each + need.use->fault_bytes);
  need.set_aside = shape->heap_bytes;
  if (!is_mesos)
    need.set_aside += shape->off_heap_bytes + shape->pyspark_bytes;
  return need;
}

static void
report_use (const Need *need, RushMemoryReport *report)
{
  const RushContainerUse *use = need->use;

  rush_memory_report_bytes (report, "", use->heap_bytes, "heap (spark.executor.memory)");
  if (use->tasks_bytes > 0)
    rush_memory_report_bytes (report, "+", use->tasks_bytes, "outside of it, of %u task%s",
                              use->n_tasks, use->n_tasks == 1 ? "" : "s");
  if (use->workers_bytes > 0)
    rush_memory_report_bytes (report, "+", use->workers_bytes, "of %u Python worker%s",
                              use->n_workers, use->n_workers == 1 ? "" : "s");
  if (use->fault_bytes > 0)
    rush_memory_report_bytes (report, "+", use->fault_bytes, "by a fault of the scenario");
  rush_memory_report_bytes (report, "=", used_bytes (use), "used");
}

static void
report_container (const Need *need, RushMemoryReport *report)
{
  const RushExecutorShape *shape = need->setup->shape;
  gboolean is_mesos = g_str_equal (need->setup->manager, "mesos");

  if (g_str_equal (need->setup->manager, "standalone"))
    {
      rush_memory_report_heading (report, "No container limits it; its host has:");
      rush_memory_report_bytes (report, "", need->executor->host->memory_bytes, "of memory");
      rush_memory_report_factor (report, "÷", need->n_alike, "executors there");
      rush_memory_report_bytes (report, "=", need->has, "for each");
      return;
    }
  rush_memory_report_heading (report, "Its container had:");
  rush_memory_report_bytes (report, "", shape->heap_bytes, "heap");
  rush_memory_report_bytes (report, "+",
                            is_mesos ? need->has - shape->heap_bytes : shape->overhead_bytes,
                            "overhead: at least 384 MiB, and a part of the heap");
  if (shape->off_heap_bytes > 0 && !is_mesos)
    rush_memory_report_bytes (report, "+", shape->off_heap_bytes, "spark.memory.offHeap.size");
  if (shape->pyspark_bytes > 0 && !is_mesos)
    rush_memory_report_bytes (report, "+", shape->pyspark_bytes, "spark.executor.pyspark.memory");
  rush_memory_report_bytes (report, "=", need->has, "as the manager rounds it");
}

/* ---- what would have sufficed ---- */

static gint64
mib_up (gint64 bytes)
{
  return (bytes + MIB - 1) / MIB;
}

/* How many tasks at once would have fitted. */
static gint64
fitting_tasks (const Need *need)
{
  gint64 room = need->has - need->use->heap_bytes - need->use->fault_bytes;

  return need->each > 0 && room > 0 ? MIN (room / need->each, need->executor->cores) : 0;
}

static void
suggest_overhead (const Need *need, RushMemoryReport *report)
{
  const char *of_mesos = g_str_equal (need->setup->manager, "mesos") ? "mesos." : "";

  rush_memory_report_setting (report,
                              g_strdup_printf ("spark.%sexecutor.memoryOverhead=%" G_GINT64_FORMAT
                                               "m",
                                               of_mesos, mib_up (need->needs - need->set_aside)),
                              "");
}

static void
suggest_cores (const Need *need, RushMemoryReport *report)
{
  gint64 n = fitting_tasks (need);

  if (n >= 1 && n < need->executor->cores)
    rush_memory_report_setting (report, rush_cores_setting (need->setup->conf, (guint)n),
                                "fewer tasks at a time, beside each other in one container");
}

/* Workers get room of their own, and a limit that is as large as they are. */
static void
suggest_pyspark (const Need *need, RushMemoryReport *report)
{
  const RushExecutorShape *shape = need->setup->shape;
  gint64 others = need->set_aside - shape->pyspark_bytes + shape->overhead_bytes;
  guint cores = need->executor->cores;
  gint64 mib = MAX (mib_up (need->worker) * cores, mib_up (need->needs - others));

  if (need->worker == 0 || g_str_equal (need->setup->manager, "mesos"))
    return;
  mib = (mib + cores - 1) / cores * cores;
  rush_memory_report_setting (
      report, g_strdup_printf ("spark.executor.pyspark.memory=%" G_GINT64_FORMAT "m", mib),
      "and a worker that wants more fails its task, not the executor");
}

static void
suggest_factor (const Need *need, RushMemoryReport *report)
{
  double wanted = (double)(need->needs - need->set_aside);
  double factor = ceil (100 * (wanted + MIB) / (double)need->setup->shape->heap_bytes) / 100;

  if (!rush_conf_contains (need->setup->conf, "spark.executor.memoryOverhead") &&
      !g_str_equal (need->setup->manager, "mesos"))
    rush_memory_report_fraction (report, "spark.executor.memoryOverheadFactor", factor, "");
}

static void
suggest_task_cpus (const Need *need, RushMemoryReport *report)
{
  gint64 n = fitting_tasks (need);
  guint cores = need->executor->cores;

  if (n >= 1 && n < cores)
    rush_memory_report_setting (
        report, g_strdup_printf ("spark.task.cpus=%" G_GINT64_FORMAT, (cores + n - 1) / n),
        "fewer tasks at a time");
}

static void
suggest_smaller_heap (const Need *need, RushMemoryReport *report)
{
  gint64 heap = need->has - (need->needs - need->use->heap_bytes);

  if (heap >= RUSH_RESERVED_HEAP_BYTES * 3 / 2)
    rush_memory_report_setting (
        report, g_strdup_printf ("spark.executor.memory=%" G_GINT64_FORMAT "m", heap / MIB),
        "a smaller heap leaves more beside it");
}

static void
suggest_fewer_executors (const Need *need, RushMemoryReport *report)
{
  gint64 n = need->executor->host->memory_bytes / need->needs;

  if (n >= 1 && n < need->n_alike)
    rush_memory_report_setting (report,
                                g_strdup_printf ("spark.cores.max=%" G_GINT64_FORMAT,
                                                 n * need->executor->cores * need->setup->n_hosts),
                                "fewer executors on each host");
}

static char *
report_of (RushSimulatedBackend *self, const RushSimSlots *executor, const Cluster *setup)
{
  RushMemoryReport report;
  Need need = need_of (self, executor, setup);

  rush_memory_report_begin (&report, "");
  g_string_printf (report.text, "Executor %s on %s was killed for its memory:", executor->id,
                   executor->host->name);
  report_use (&need, &report);
  report_container (&need, &report);
  if (g_str_equal (setup->manager, "standalone"))
    {
      suggest_smaller_heap (&need, &report);
      suggest_fewer_executors (&need, &report);
    }
  else
    {
      suggest_overhead (&need, &report);
      suggest_cores (&need, &report);
      suggest_pyspark (&need, &report);
      suggest_factor (&need, &report);
    }
  suggest_task_cpus (&need, &report);
  return rush_memory_report_end (&report);
}

/* ---- its end ---- */

static void
disconnect (RushBackend *base, const char *executor_id)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_EXECUTOR_DISCONNECTED);

  message->text = g_strdup (executor_id);
  rush_simulated_backend_deliver (base, message);
}

char *
rush_container_killed (RushBackend *base, const RushClusterManager *manager,
                       const RushSimExecutor *executor)
{
  const RushManagerSetup *told = &manager->setup;
  const RushSimSlots *slots = find (base, executor->id);
  Cluster setup = { .conf = told->conf,
                    .shape = &told->shape,
                    .manager = manager->klass->name,
                    .n_hosts = rush_topology_n_hosts (told->topology) };

  if (slots == NULL) /* its end is old news */
    return g_strdup ("");
  g_autofree char *story = story_of (slots, &setup);
  char *report = report_of ((RushSimulatedBackend *)base, slots, &setup);
  if (told->listener->step != NULL)
    told->listener->step (told->listener_data, "Executor", story, executor->id,
                          executor->host->name);
  if (rush_simulated_backend_executor_died (base, executor->id))
    disconnect (base, executor->id);
  return report;
}
