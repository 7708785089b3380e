/* task_refusal.c - why a task gets no memory, and what would have given it some.
 *
 * The task needs need = holds + asked; with N tasks it may have
 *
 *     1/N of   pool − min (storage, region)     of execution memory
 *     1/N of   user − tables of broadcasts      beside the pool, for batches on their way
 *
 * and waits for others that hold more than theirs.  So it is refused when need is more than even a
 * task alone could have, or when all others wait as well.  Each setting is worked out alone, all
 * else as it was at that moment, so that each task gets as much as this one needs:
 *
 *     heap              with N × need in both, beside storage and tables
 *     tasks at once     the most n whose n × need both have
 *     storageFraction   a region that keeps less of storage, if that is enough
 *     partitions        as many times as many as need is of both shares
 *     pieces of files   as many times smaller
 *
 * Three are told: the first that help.
 */
#include "core/memory/task_refusal_private.h"

#include "core/base/size_string.h"
#include "core/memory/memory_report.h"

#include <math.h>

typedef struct
{
  const RushTaskShortage *told;
  const RushConf *conf;
  const RushMemoryLayout *layout;
  RushMemoryStats stats;
  gint64 need;
  gint64 kept;       /* of storage: safe from execution */
  gint64 execution;  /* what of the pool all tasks may have */
  gint64 attainable; /* by all tasks: that, and user memory */
  guint n_tasks;
  gint64 wanted; /* by all tasks, so that this one gets its need */
} Refusal;

static Refusal
refusal_of (const RushTaskShortage *told)
{
  Refusal self = { .told = told,
                   .conf = rush_memory_manager_conf (told->manager),
                   .layout = rush_memory_manager_layout (told->manager),
                   .need = told->holds + told->asked };

  rush_memory_manager_stats (told->manager, &self.stats);
  self.kept = MIN (self.stats.storage_used, self.stats.storage_region);
  self.execution = self.stats.pool - self.kept;
  self.attainable = self.execution + self.stats.user - self.stats.user_tables;
  self.n_tasks = MAX (1, self.stats.n_active_tasks);
  gint64 of_all = self.stats.execution_used + self.stats.user_used - self.stats.user_tables;
  gint64 of_others = MAX (0, of_all - told->holds);
  self.wanted = MAX (self.n_tasks * self.need, of_others + self.need);
  return self;
}

/* ---- who holds what, and the sum ---- */

static void
report_consumers (const Refusal *self, RushMemoryReport *report)
{
  gint64 rest = self->told->holds;
  g_autofree char *asked = rush_format_bytes (self->told->asked);
  g_autofree char *holds = rush_format_bytes (self->told->holds);

  rush_memory_report_heading (report, "Task %" G_GINT64_FORMAT " asked for %s and holds %s:",
                              self->told->task_id, asked, holds);
  for (guint i = 0; i < self->told->consumers->len; i++)
    {
      RushMemoryConsumer *consumer = g_ptr_array_index (self->told->consumers, i);
      gint64 bytes = consumer->used_bytes (consumer);

      rush_memory_report_bytes (report, "", bytes, "%s", consumer->name);
      rest -= bytes;
    }
  /* What no consumer holds. */
  rush_memory_report_bytes (report, "", MAX (rest, 0), "batches on their way");
}

static void
report_sum (const Refusal *self, RushMemoryReport *report)
{
  const RushMemoryStats *stats = &self->stats;
  g_autofree char *storage = rush_format_bytes (stats->storage_used);
  g_autofree char *execution = rush_format_bytes (stats->execution_used);
  g_autofree char *user = rush_format_bytes ((stats->user - stats->user_tables) / self->n_tasks);
  g_autofree char *tables = rush_format_bytes (stats->user_tables);

  rush_memory_report_heading (report,
                              "It may have at most 1/%u of what execution may:", self->n_tasks);
  rush_memory_report_pool (report, self->conf, self->layout);
  rush_memory_report_bytes (report, "−", self->kept,
                            "storage that cannot be evicted (%s held; × %g "
                            "spark.memory.storageFraction are safe)",
                            storage, self->layout->storage_fraction);
  rush_memory_report_factor (report, "÷", self->n_tasks, "tasks that hold or want memory");
  rush_memory_report_bytes (report, "=", self->execution / self->n_tasks,
                            "for each (all of them hold %s, and nothing more can be spilled)",
                            execution);
  rush_memory_report_heading (report,
                              "and %s outside of the pool, for batches on their way (tables of "
                              "broadcasts hold %s there).",
                              user, tables);
}

/* ---- what would have sufficed ---- */

static void
suggest_heap (const Refusal *self, RushMemoryReport *report)
{
  const RushMemoryLayout *layout = self->layout;
  double kept_part = layout->storage_fraction * layout->fraction;
  double storage = (double)self->stats.storage_used;
  double usable = (double)(self->wanted + self->stats.user_tables) + storage;

  /* Of blocks that have been evicted down to the region a larger one would have kept more. */
  if (storage > 0.9 * (double)self->stats.storage_region || storage > kept_part * usable)
    usable = (double)(self->wanted + self->stats.user_tables) / (1 - kept_part);
  gint64 heap = rush_memory_layout_heap_with (layout, usable);
  rush_memory_report_setting (report, rush_heap_setting (self->conf, heap), "");
}

static void
suggest_fewer_tasks (const Refusal *self, RushMemoryReport *report)
{
  gint64 n = self->attainable / self->need;

  if (n >= 1 && n < self->n_tasks)
    rush_memory_report_setting (report, rush_cores_setting (self->conf, (guint)n),
                                n == 1 ? "one task at a time" : "fewer tasks at a time");
}

static void
suggest_storage_fraction (const Refusal *self, RushMemoryReport *report)
{
  gint64 region = self->kept - (self->wanted - self->attainable);
  double fraction = floor (100.0 * (double)region / (double)MAX (1, self->stats.pool)) / 100;

  if (region >= 0 && fraction < self->layout->storage_fraction)
    rush_memory_report_fraction (report, "spark.memory.storageFraction", fraction,
                                 "cached blocks and map outputs go to disk");
}

/* By what each task's data would have to be smaller. */
static double
times_smaller (const Refusal *self)
{
  double share = MAX (1, (double)self->attainable / self->n_tasks);

  return MAX (2, (double)self->need / share);
}

static void
suggest_more_partitions (const Refusal *self, RushMemoryReport *report)
{
  guint now = self->told->n_stage_tasks;
  double wanted = ceil (times_smaller (self) * now);

  if (now == 0 || wanted > G_MAXINT)
    return;
  g_autofree char *setting = g_strdup_printf ("spark.sql.shuffle.partitions=%.0f", wanted);
  g_autofree char *tasks = g_strdup_printf (now == 1 ? "%u task" : "%u tasks", now);
  g_autofree char *why =
      g_strdup_printf ("if the stage, of %s, reads a shuffle whose rows then spread evenly; of "
                       "RDDs spark.default.parallelism, or repartition ()",
                       tasks);
  rush_memory_report_setting (report, g_steal_pointer (&setting), why);
}

static void
suggest_smaller_pieces (const Refusal *self, RushMemoryReport *report)
{
  static const char key[] = "spark.sql.files.maxPartitionBytes";
  gint64 now = rush_conf_get_bytes (self->conf, key);
  gint64 kib = (gint64)((double)now / times_smaller (self) / 1024);

  if (kib > 0)
    rush_memory_report_setting (report, g_strdup_printf ("%s=%" G_GINT64_FORMAT "k", key, kib),
                                "if it reads files");
}

void
rush_task_refuse (const RushTaskShortage *told, GError **error)
{
  Refusal self = refusal_of (told);
  RushMemoryReport report;

  rush_memory_report_begin (&report, "");
  g_string_printf (report.text,
                   "[UNABLE_TO_ACQUIRE_MEMORY] Unable to acquire %" G_GINT64_FORMAT
                   " bytes of memory, got %" G_GINT64_FORMAT ". SQLSTATE: 53200",
                   told->asked, told->got);
  report_consumers (&self, &report);
  report_sum (&self, &report);
  suggest_heap (&self, &report);
  suggest_fewer_tasks (&self, &report);
  suggest_storage_fraction (&self, &report);
  suggest_more_partitions (&self, &report);
  suggest_smaller_pieces (&self, &report);
  g_autofree char *message = rush_memory_report_end (&report);
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY, message);
}
