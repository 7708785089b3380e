/* steady_tasks.c - see the header.
 *
 * A first task that had more to read than later ones was to take longer in proportion: that is no
 * warm-up.  With one core there is one first task, and if its partition is a long one without
 * having more to read, its skew passes for warm-up; two first tasks tell them apart.
 *
 * Neighbours are not counted in a warm-up: a class that two tasks wait for is loaded once.
 */
#include "sim/replay/steady_tasks.h"

#include "sim/distribution.h"

/* The first tasks and the later ones of a stage, by partition. */
typedef struct
{
  GPtrArray *recorded;         /* RushRecordedTask that ran */
  double later_s, later_bytes; /* of later tasks in the middle; alone */
  guint n_later;
} Waves;

static double
bytes_read (const RushRecordedTask *task)
{
  return (double)(task->input_bytes + task->fetched_bytes);
}

/* So many times as long as alone. */
static double
crowding (const RushRecordedTask *task, double slowdown)
{
  return 1 + slowdown * task->neighbours;
}

static void
waves_init (Waves *self, const RushRecordedStage *stage, double slowdown)
{
  g_autofree double *seconds = g_new (double, stage->n_run);
  g_autofree double *bytes = g_new (double, stage->n_run);

  *self = (Waves){ .recorded = g_ptr_array_sized_new (stage->n_run) };
  for (guint i = 0; i < stage->tasks->len; i++)
    {
      RushRecordedTask *task = &g_array_index (stage->tasks, RushRecordedTask, i);

      if (task->finish_ms == 0)
        continue;
      g_ptr_array_add (self->recorded, task);
      if (task->is_first)
        continue;
      seconds[self->n_later] = rush_recorded_task_own_s (task) / crowding (task, slowdown);
      bytes[self->n_later++] = bytes_read (task);
    }
  if (self->n_later == 0)
    return;
  self->later_s = rush_order_statistic (seconds, self->n_later, self->n_later / 2);
  self->later_bytes = rush_order_statistic (bytes, self->n_later, self->n_later / 2);
}

/* What a first task would have taken as a later one, alone. */
static double
expected_s (const Waves *self, const RushRecordedTask *task)
{
  double more = self->later_bytes > 0 ? bytes_read (task) / self->later_bytes : 1;

  return self->later_s * MAX (1, more);
}

/* What half of the first tasks took longer than that, or more. */
static double
warm_up_of (const Waves *self, double slowdown)
{
  g_autofree double *longer = g_new (double, self->recorded->len);
  guint n = 0;

  for (guint i = 0; i < self->recorded->len && self->n_later > 0; i++)
    {
      const RushRecordedTask *task = g_ptr_array_index (self->recorded, i);
      if (task->is_first)
        longer[n++] =
            rush_recorded_task_own_s (task) - expected_s (self, task) * crowding (task, slowdown);
    }
  return n > 0 ? MAX (0, rush_order_statistic (longer, n, (n - 1) / 2)) : 0;
}

double
rush_steady_tasks (const RushRecordedStage *stage, double slowdown, RushModelTask *out)
{
  Waves waves;
  double warm_up_s;

  waves_init (&waves, stage, slowdown);
  warm_up_s = warm_up_of (&waves, slowdown);
  for (guint i = 0; i < waves.recorded->len; i++)
    {
      const RushRecordedTask *task = g_ptr_array_index (waves.recorded, i);
      double own_s = rush_recorded_task_own_s (task), crowd = crowding (task, slowdown);
      double alone_s = own_s / crowd;

      /* One that warmed up faster than most has not computed faster than the later ones. */
      if (task->is_first && warm_up_s > 0)
        alone_s = MAX ((own_s - warm_up_s) / crowd, MIN (alone_s, expected_s (&waves, task)));
      out[i] = (RushModelTask){ alone_s, (double)task->fetched_bytes, (double)task->output_bytes };
    }
  g_ptr_array_unref (waves.recorded);
  return warm_up_s;
}
