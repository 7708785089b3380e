/* task_metrics.c - see the header. */
#include "core/event/task_metrics.h"

void
rush_task_metrics_add (RushTaskMetrics *sum, const RushTaskMetrics *more)
{
  RushTaskMetrics before = *sum;
  gint64 *to = (gint64 *)sum;
  const gint64 *from = (const gint64 *)more;

  G_STATIC_ASSERT (sizeof *sum % sizeof *to == 0); /* all counters are gint64 */
  for (gsize i = 0; i < sizeof *sum / sizeof *to; i++)
    to[i] += from[i];
  sum->peak_execution_memory = MAX (before.peak_execution_memory, more->peak_execution_memory);
  sum->pool_execution_bytes = MAX (before.pool_execution_bytes, more->pool_execution_bytes);
  sum->pool_storage_bytes = MAX (before.pool_storage_bytes, more->pool_storage_bytes);
}
