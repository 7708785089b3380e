/* result_limit.c - see the header.
 *
 * What the tasks that are still out will bring nobody knows: the settings that would have sufficed
 * are worked out as if they brought as much as those that have ended, and a tenth more.
 */
#include "core/memory/result_limit.h"

#include "core/base/size_string.h"
#include "core/memory/memory_report.h"

#define MIB (G_GINT64_CONSTANT (1) << 20)

void
rush_result_limit_read (const RushConf *conf, RushResultLimit *out)
{
  gint64 heap = rush_conf_get_bytes (conf, "spark.driver.memory");

  *out = (RushResultLimit){
    .conf = conf,
    .max_bytes = rush_conf_get_bytes (conf, "spark.driver.maxResultSize"),
    /* A heap that could not start is a test's, whose pool is set by other means. */
    .heap_bytes =
        heap >= RUSH_RESERVED_HEAP_BYTES * 3 / 2 ? heap - RUSH_RESERVED_HEAP_BYTES : G_MAXINT64,
  };
}

/* In MiB, rounded up. */
static gint64
expected_mib (gint64 bytes, guint n_done, guint n_tasks)
{
  double all = (double)bytes / n_done * n_tasks * (n_done < n_tasks ? 1.1 : 1);

  return (gint64)(all / MIB) + 1;
}

static void
report_sum (RushMemoryReport *report, gint64 bytes, guint n_done, guint n_tasks)
{
  gint64 all_mib = expected_mib (bytes, n_done, n_tasks);

  rush_memory_report_bytes (report, "", bytes, "results of %u task%s", n_done,
                            n_done == 1 ? "" : "s");
  if (n_done < n_tasks)
    rush_memory_report_bytes (report, "", all_mib * MIB,
                              "is what all %u tasks may bring, if the others are alike", n_tasks);
}

static void
report_heap (const RushResultLimit *self, RushMemoryReport *report)
{
  gint64 heap = rush_conf_get_bytes (self->conf, "spark.driver.memory");

  rush_memory_report_heading (report, "The driver can hold:");
  rush_memory_report_bytes (report, "", heap, "heap (spark.driver.memory)");
  rush_memory_report_bytes (report, "−", RUSH_RESERVED_HEAP_BYTES, "reserved for Spark itself");
  rush_memory_report_bytes (report, "=", heap - RUSH_RESERVED_HEAP_BYTES, "for results");
}

/* "key=<mib>m", and the driver's memory with it if it could not hold that either. */
static char *
setting_with_memory (const RushResultLimit *self, char *setting, gint64 mib)
{
  g_autofree char *owned = setting;
  gint64 heap_mib = mib + RUSH_RESERVED_HEAP_BYTES / MIB;

  if (mib * MIB <= self->heap_bytes)
    return g_steal_pointer (&owned);
  return g_strdup_printf ("%s%sspark.driver.memory=%" G_GINT64_FORMAT "m", owned,
                          *owned != '\0' ? " and " : "", heap_mib);
}

static void
abort_job (const RushResultLimit *self, const char *first, gint64 bytes, guint n_done,
           guint n_tasks, GError **error)
{
  gboolean beyond_max = self->max_bytes > 0 && bytes > self->max_bytes;
  gint64 mib = expected_mib (bytes, n_done, n_tasks);
  gboolean max_too_small = self->max_bytes > 0 && mib * MIB > self->max_bytes;
  RushMemoryReport report;

  rush_memory_report_begin (&report, first);
  report_sum (&report, bytes, n_done, n_tasks);
  if (!beyond_max || mib * MIB > self->heap_bytes)
    report_heap (self, &report);
  if (max_too_small)
    {
      char *max = g_strdup_printf ("spark.driver.maxResultSize=%" G_GINT64_FORMAT "m", mib);
      char *none = g_strdup ("spark.driver.maxResultSize=0");

      rush_memory_report_setting (&report, setting_with_memory (self, max, mib), "");
      rush_memory_report_setting (&report, setting_with_memory (self, none, mib), "no limit");
    }
  else
    rush_memory_report_setting (&report, setting_with_memory (self, g_strdup (""), mib), "");
  rush_memory_report_heading (&report,
                              "Or bring less to the driver: take (n), an aggregation, "
                              "toLocalIterator (), which holds one partition at a time, or a "
                              "write to files.");
  g_autofree char *message = rush_memory_report_end (&report);
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_JOB_ABORTED, message);
}

gboolean
rush_result_limit_check (const RushResultLimit *self, gint64 bytes, guint n_done, guint n_tasks,
                         GError **error)
{
  g_autofree char *first = NULL, *total = NULL, *limit = NULL;

  if (bytes <= self->heap_bytes && (self->max_bytes == 0 || bytes <= self->max_bytes))
    return TRUE;
  total = rush_format_bytes (bytes);
  if (self->max_bytes > 0 && bytes > self->max_bytes)
    {
      limit = rush_format_bytes (self->max_bytes);
      first = g_strdup_printf ("Total size of serialized results of %u tasks (%s) is bigger than "
                               "spark.driver.maxResultSize (%s)",
                               n_done, total, limit);
    }
  else
    {
      limit = rush_format_bytes (self->heap_bytes);
      first = g_strdup_printf ("java.lang.OutOfMemoryError: Java heap space: the results of %u "
                               "tasks (%s) are more than the driver can hold (%s)",
                               n_done, total, limit);
    }
  abort_job (self, first, bytes, n_done, n_tasks, error);
  return FALSE;
}
