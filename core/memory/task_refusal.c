/* task_refusal.c - why a task gets no memory, and what would have given it some.
 *
 * The task needs need = holds + asked; with N tasks it may have
 *
 *     share = (pool − min (storage, region)) ÷ N,     pool = (heap − reserved) × fraction
 *
 * and waits for others that hold more than theirs.  So it is refused when need is more than even a
 * task alone could have, or when all others wait as well.  Each setting is worked out alone, all
 * else as it was at that moment:
 *
 *     heap              whose pool has N × need, or need beside what others hold, beside storage
 *     tasks at once     the most n with need ≤ (pool − min (storage, region)) ÷ n
 *     more partitions   as many times as many as need is of the share, if rows spread evenly
 *     storageFraction   a region that keeps less of storage, if that is enough
 *     fraction          0.8, with the heap that has such a pool then
 *
 * Three are told: the first that help.
 */
#include "core/memory/task_refusal_private.h"

#include "core/base/size_string.h"
#include "core/memory/memory_report.h"

#include <math.h>

#define LARGE_FRACTION 0.8

typedef struct
{
  const RushTaskShortage *told;
  const RushConf *conf;
  const RushMemoryLayout *layout;
  RushMemoryStats stats;
  gint64 need;
  gint64 kept;       /* of storage: safe from execution */
  gint64 attainable; /* by execution */
  guint n_tasks;
  gint64 wanted; /* by execution, so that this task gets its need */
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
  self.attainable = self.stats.pool - self.kept;
  self.n_tasks = MAX (1, self.stats.n_active_tasks);
  gint64 of_others = MAX (0, self.stats.execution_used - told->holds);
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
  rush_memory_report_bytes (report, "=", self->attainable / self->n_tasks,
                            "for each (all of them hold %s, and nothing more can be spilled)",
                            execution);
  rush_memory_report_heading (report,
                              "and %s outside of the pool, for batches on their way (tables of "
                              "broadcasts hold %s there).",
                              user, tables);
}

/* ---- what would have sufficed ---- */

/* The smallest pool that has @wanted beside storage's part. */
static gint64
pool_for (const Refusal *self)
{
  gint64 storage = self->stats.storage_used;
  gint64 pool = self->wanted + storage;

  if ((double)storage > (double)pool * self->layout->storage_fraction)
    pool = (gint64)ceil ((double)self->wanted / (1 - self->layout->storage_fraction));
  return pool;
}

static void
suggest_heap (const Refusal *self, RushMemoryReport *report)
{
  gint64 heap = rush_memory_layout_heap_for_pool (self->layout, pool_for (self));

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
suggest_more_partitions (const Refusal *self, RushMemoryReport *report)
{
  guint now = self->told->n_stage_tasks;
  double share = MAX (1, (double)self->attainable / self->n_tasks);
  gint64 wanted = (gint64)ceil (MAX (2, (double)self->need / share) * now);

  if (now == 0 || wanted > G_MAXINT)
    return;
  g_autofree char *why =
      g_strdup_printf ("or of RDDs spark.default.parallelism, repartition (): the stage has %u "
                       "task%s; if the rows spread evenly",
                       now, now == 1 ? "" : "s");
  rush_memory_report_setting (
      report, g_strdup_printf ("spark.sql.shuffle.partitions=%" G_GINT64_FORMAT, wanted), why);
}

/* A larger part alone never helps: what the pool gets batches on their way could have had before. */
static void
suggest_larger_part (const Refusal *self, RushMemoryReport *report)
{
  RushMemoryLayout layout = *self->layout;
  g_autofree char *heap = NULL;

  if (layout.fraction >= LARGE_FRACTION)
    return;
  layout.fraction = LARGE_FRACTION;
  heap =
      rush_heap_setting (self->conf, rush_memory_layout_heap_for_pool (&layout, pool_for (self)));
  rush_memory_report_fraction (report, "spark.memory.fraction", LARGE_FRACTION, heap, "");
}

static void
suggest_storage_fraction (const Refusal *self, RushMemoryReport *report)
{
  gint64 region = self->stats.pool - self->wanted;
  double fraction = floor (100.0 * (double)region / (double)MAX (1, self->stats.pool)) / 100;

  if (region >= 0 && fraction < self->layout->storage_fraction)
    rush_memory_report_fraction (report, "spark.memory.storageFraction", fraction, NULL,
                                 "cached blocks and map outputs go to disk");
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
  suggest_more_partitions (&self, &report);
  suggest_storage_fraction (&self, &report);
  suggest_larger_part (&self, &report);
  g_autofree char *message = rush_memory_report_end (&report);
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY, message);
}
