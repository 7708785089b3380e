/* user_allocator.c - user memory for what belongs to no task: the table of a broadcast join that
 * storage memory has no room for.
 *
 * Spark's driver builds such tables in its heap beside the pool, uncounted.  Here they are counted,
 * and leave a quarter of user memory to the tasks' batches.
 */
#include "core/memory/memory_manager.h"

#include "core/base/size_string.h"
#include "core/memory/memory_report.h"

#include <math.h>

#define TABLES_PART 0.75    /* as rush_memory_manager_acquire_table () has it */
#define LEAST_FRACTION 0.05 /* of the heap for tasks and storage */

typedef struct
{
  RushAllocator base;
  RushMemoryManager *manager; /* (owned) */
} UserAllocator;

static void
report_sum (RushMemoryReport *report, const RushConf *conf, const RushMemoryLayout *layout,
            const RushMemoryStats *stats)
{
  gint64 batches = stats->user_used - stats->user_tables;
  gint64 rest = MIN (stats->user / 4 * 3 - stats->user_tables, stats->user - stats->user_used);
  g_autofree char *batches_text = rush_format_bytes (batches);
  g_autofree char *key = rush_heap_key (conf);
  g_autofree char *share =
      g_strdup_printf ("for tables, the rest for batches on their way (%s now)", batches_text);

  rush_memory_report_bytes (report, "", layout->heap, "heap (%s)", key);
  rush_memory_report_bytes (report, "−", layout->reserved, "reserved for Spark itself");
  rush_memory_report_bytes (report, "−", layout->pool,
                            "the unified pool, × %g spark.memory.fraction", layout->fraction);
  rush_memory_report_bytes (report, "=", layout->user, "user memory");
  rush_memory_report_factor (report, "×", TABLES_PART, share);
  rush_memory_report_bytes (report, "−", stats->user_tables, "that tables hold already");
  rush_memory_report_bytes (report, "=", rest, "are left");
}

/* How much user memory there must be for @bytes more. */
static gint64
user_for (const RushMemoryStats *stats, gint64 bytes)
{
  gint64 by_tables = (gint64)ceil ((double)(stats->user_tables + bytes) / TABLES_PART) + 4;

  return MAX (by_tables, stats->user_used + bytes);
}

static gboolean
refuse (const UserAllocator *self, gsize bytes, GError **error)
{
  const RushConf *conf = rush_memory_manager_conf (self->manager);
  const RushMemoryLayout *layout = rush_memory_manager_layout (self->manager);
  gint64 usable = layout->heap - layout->reserved;
  RushMemoryReport report;
  RushMemoryStats stats;

  rush_memory_manager_stats (self->manager, &stats);
  g_autofree char *asked = rush_format_bytes ((gint64)bytes);
  g_autofree char *first =
      g_strdup_printf ("user memory: a table of %s more does not fit. There may be:", asked);
  gint64 wanted = user_for (&stats, (gint64)bytes);
  double fraction = floor (100 * (1 - (double)wanted / (double)usable)) / 100;

  rush_memory_report_begin (&report, first);
  report_sum (&report, conf, layout, &stats);
  rush_memory_report_setting (
      &report,
      rush_heap_setting (
          conf, rush_memory_layout_heap_with (layout, (double)wanted / (1 - layout->fraction))),
      "");
  if (fraction >= LEAST_FRACTION)
    rush_memory_report_fraction (&report, "spark.memory.fraction", fraction, "");
  rush_memory_report_setting (&report, g_strdup ("spark.sql.autoBroadcastJoinThreshold=-1"),
                              "both sides go through a shuffle, and to disk if need be");
  g_autofree char *message = rush_memory_report_end (&report);
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY, message);
  return FALSE;
}

static gboolean
user_reserve (RushAllocator *base, gsize bytes, GError **error)
{
  UserAllocator *self = (UserAllocator *)base;

  return rush_memory_manager_acquire_table (self->manager, (gint64)bytes) ||
         refuse (self, bytes, error);
}

static void
user_release (RushAllocator *base, gsize bytes)
{
  rush_memory_manager_release_table (((UserAllocator *)base)->manager, (gint64)bytes);
}

static void
user_finalize (RushAllocator *base)
{
  UserAllocator *self = (UserAllocator *)base;

  rush_memory_manager_unref (self->manager);
  g_free (self);
}

static const RushAllocatorClass user_class = { "user", user_reserve, user_release, user_finalize };

RushAllocator *
rush_user_allocator_new (RushMemoryManager *manager)
{
  UserAllocator *self = g_new0 (UserAllocator, 1);

  self->base.klass = &user_class;
  rush_ref_count_init (&self->base.refs);
  self->manager = rush_memory_manager_ref (manager);
  return &self->base;
}
