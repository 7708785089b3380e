/* query_actions.c - actions: a plan becomes jobs, and their batches rows of the answer.
 *
 *   collect   CollectLimit, CollectTail, TakeOrderedAndProject on top: as these do it
 *             a table that the driver has: no job
 *             else one job over all partitions
 *   take n    1 partition, then 4 times as many as have been looked at, or fewer if what was found
 *             says that fewer will do, until there are n rows
 *
 * Every action is an SQL execution (execution.c).
 *
 * Mirrors: SparkPlan.{executeCollect,executeTake,executeTail}.
 */
#include "rdd/result.h"
#include "sql/physical/adaptive/adaptive_plan.h"
#include "sql/physical/execution.h"
#include "sql/physical/operators/limit.h"
#include "sql/physical/operators/scans.h"
#include "sql/physical/operators/sort.h"
#include "sql/physical/planner/planner.h"
#include "sql/physical/query_state_private.h"

#include <math.h>

/* ---- rows ---- */

static GPtrArray *
no_batches (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
}

static void
add_batches (GPtrArray *all, const GPtrArray *some)
{
  for (guint b = 0; b < some->len; b++)
    g_ptr_array_add (all, rush_batch_ref (some->pdata[b]));
}

static guint64
count_rows (const GPtrArray *batches)
{
  guint64 n = 0;

  for (guint b = 0; b < batches->len; b++)
    n += ((const RushBatch *)batches->pdata[b])->length;
  return n;
}

/* Rows [offset, offset + limit) of @batches, which is taken over. */
static GPtrArray *
slice_rows (GPtrArray *batches, gint64 offset, gint64 limit)
{
  GPtrArray *slice = no_batches ();
  RushIterator *rows = rush_limit_iterator_new (
      rush_iterator_of_batches ((RushBatch *const *)batches->pdata, batches->len), offset, limit);
  RushBatch *batch;

  while ((batch = rush_iterator_next (rows, NULL)) != NULL)
    g_ptr_array_add (slice, batch);
  rush_iterator_close (rows);
  g_ptr_array_unref (batches);
  return slice;
}

static GPtrArray *
collect_all (RushQuery *self, RushExec *plan, GError **error)
{
  g_autoptr (RushRdd) rows = rush_exec_execute (plan, self, error);
  g_autoptr (RushJobWaiter) waiter = NULL;
  GPtrArray *all;
  guint n;

  if (rows == NULL || !rush_rdd_n_partitions (rows, &n, error))
    return NULL;
  all = no_batches ();
  if (n == 0)
    return all;
  waiter = rush_context_run_job (rush_query_context (self), rows, NULL, 0, rush_collect_batches,
                                 NULL, NULL, rush_query_job_options (self), error);
  if (waiter == NULL)
    {
      g_ptr_array_unref (all);
      return NULL;
    }
  for (guint p = 0; p < n; p++)
    add_batches (all, rush_job_waiter_result (waiter, p)->value);
  return all;
}

/* ---- the first rows ---- */

typedef struct
{
  gint64 n;
} Take;

static gboolean
take_rows (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
           GError **error)
{
  gint64 left = ((const Take *)data)->n;
  g_autoptr (GPtrArray) batches = no_batches ();
  g_autoptr (GError) failure = NULL;

  while (left > 0 && rush_task_context_check (ctx, &failure))
    {
      g_autoptr (RushBatch) batch = NULL;
      RushBatch *trimmed;

      ctx->rows_wanted = left;
      batch = rush_iterator_next (rows, &failure);
      if (batch == NULL)
        break;
      trimmed = rush_result_trim (rush_batch_slice (batch, 0, (guint)MIN (left, batch->length)),
                                  ctx->allocator, &failure);
      if (trimmed == NULL)
        break;
      left -= trimmed->length;
      g_ptr_array_add (batches, trimmed);
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  rush_result_set_batches (out, g_steal_pointer (&batches));
  return TRUE;
}

/* The last rows: batches come, and those that too many rows follow go. */
static gboolean
take_last_rows (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
                GError **error)
{
  gint64 wanted = ((const Take *)data)->n, held = 0;
  g_autoptr (GPtrArray) batches = no_batches ();
  g_autoptr (GError) failure = NULL;

  while (rush_task_context_check (ctx, &failure))
    {
      RushBatch *batch = rush_iterator_next (rows, &failure);

      if (batch == NULL)
        break;
      g_ptr_array_add (batches, batch);
      held += batch->length;
      while (batches->len > 0 && held - ((RushBatch *)batches->pdata[0])->length >= wanted)
        {
          held -= ((RushBatch *)batches->pdata[0])->length;
          g_ptr_array_remove_index (batches, 0);
        }
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  rush_result_set_batches (out,
                           slice_rows (g_steal_pointer (&batches), MAX (held - wanted, 0), -1));
  return TRUE;
}

/* How many partitions to look at next. */
static guint
next_partitions (RushQuery *self, guint64 found, gint64 n, guint scanned)
{
  const RushEvalSettings *settings = rush_query_settings (self);
  guint scale_up =
      (guint)MAX (2, rush_settings_get_int (settings, "spark.sql.limit.scaleUpFactor"));

  if (scanned == 0)
    return (guint)rush_settings_get_int (settings, "spark.sql.limit.initialNumPartitions");
  if (found == 0)
    return scanned * scale_up;
  guint enough = (guint)ceil (1.5 * (double)((guint64)n - found) * scanned / (double)found);
  return MIN (MAX (enough, 1), scanned * scale_up);
}

/* Partitions from the first (or, backwards, from the last) on until there are @n rows. */
static GPtrArray *
take_from (RushQuery *self, RushExec *plan, gint64 n, gboolean backwards, GError **error)
{
  g_autoptr (RushRdd) rows = n > 0 ? rush_exec_execute (plan, self, error) : NULL;
  GPtrArray *found = no_batches ();
  guint n_partitions, scanned = 0;

  if (n <= 0)
    return found;
  if (rows == NULL || !rush_rdd_n_partitions (rows, &n_partitions, error))
    {
      g_ptr_array_unref (found);
      return NULL;
    }
  while (scanned < n_partitions && count_rows (found) < (guint64)n)
    {
      guint m =
          MIN (next_partitions (self, count_rows (found), n, scanned), n_partitions - scanned);
      g_autofree guint *chosen = g_new (guint, m);
      g_autoptr (RushJobWaiter) waiter = NULL;
      Take take = { n }; /* of each partition, as Spark asks */
      RushJobOptions options =
          rush_query_job_options_because (self, scanned > 0 ? "take growth" : NULL);

      for (guint i = 0; i < m; i++)
        chosen[i] = backwards ? n_partitions - 1 - scanned - i : scanned + i;
      waiter = rush_context_run_job (rush_query_context (self), rows, chosen, m,
                                     backwards ? take_last_rows : take_rows,
                                     g_memdup2 (&take, sizeof take), g_free, &options, error);
      if (waiter == NULL)
        {
          g_ptr_array_unref (found);
          return NULL;
        }
      for (guint i = 0; i < m; i++)
        {
          const GPtrArray *some = rush_job_waiter_result (waiter, i)->value;

          if (!backwards)
            add_batches (found, some);
          else
            for (guint b = some->len; b-- > 0;)
              g_ptr_array_insert (found, 0, rush_batch_ref (some->pdata[b]));
        }
      scanned += m;
    }
  return backwards ? slice_rows (found, MAX ((gint64)count_rows (found) - n, 0), -1)
                   : slice_rows (found, 0, n);
}

/* ---- by what is on top ---- */

GPtrArray *
rush_query_collect_exec (RushQuery *self, RushExec *plan, GError **error)
{
  gint64 limit, offset;
  GPtrArray *batches;

  if (rush_exec_is_adaptive (plan))
    return rush_adaptive_exec_collect (plan, self, error);
  if (rush_exec_is_local_table (plan))
    {
      batches = no_batches ();
      add_batches (batches, rush_local_table_scan_batches (plan));
      rush_exec_count (plan, RUSH_METRIC_OUTPUT_ROWS, (gint64)count_rows (batches));
      return batches;
    }
  if (rush_exec_is_take_ordered (plan))
    return rush_take_ordered_exec_collect (plan, self, error);
  if (rush_exec_is_collect_tail (plan))
    return take_from (self, plan->children[0], rush_limit_exec_limit (plan), TRUE, error);
  if (!rush_exec_is_collect_limit (plan))
    return collect_all (self, plan, error);
  limit = rush_limit_exec_limit (plan);
  offset = rush_limit_exec_offset (plan);
  batches = limit >= 0 ? take_from (self, plan->children[0], limit, FALSE, error)
                       : collect_all (self, plan->children[0], error);
  return batches != NULL && offset > 0 ? slice_rows (batches, offset, -1) : batches;
}

/* ---- actions ---- */

/* What is done with a plan that is ready to run. */
typedef GPtrArray *(*Act) (RushQuery *self, RushExec *plan, gint64 n, GError **error);

static GPtrArray *
run (RushQuery *self, const RushExecutionOptions *options, Act act, gint64 n, GError **error)
{
  RushExecutionOptions none = { 0 };
  GError *failure = NULL;
  GPtrArray *batches = NULL;
  RushExec *plan;

  rush_query_lock (self);
  plan = rush_query_executed_plan (self, error);
  if (plan != NULL)
    {
      gboolean begun = rush_execution_begin (self, plan, options != NULL ? options : &none, TRUE);

      if (rush_query_run_subqueries (self, plan, &failure) &&
          (rush_exec_is_adaptive (plan) || rush_exec_prepare (plan, self, &failure)))
        batches = act (self, plan, n, &failure);
      if (begun)
        rush_execution_end (self, failure);
      if (failure != NULL)
        g_propagate_error (error, failure);
    }
  rush_query_unlock (self);
  return batches;
}

static GPtrArray *
act_collect (RushQuery *self, RushExec *plan, gint64 n, GError **error)
{
  return rush_query_collect_exec (self, plan, error);
}

/* An adaptive plan is settled first; then the plan's partitions are looked at one after another,
 * also those of a limit (whose rows go to one partition then).  Rows that the driver has need no
 * job. */
static GPtrArray *
act_take (RushQuery *self, RushExec *plan, gint64 n, GError **error)
{
  GPtrArray *batches;

  if (rush_exec_is_adaptive (plan))
    plan = rush_adaptive_exec_settle (plan, self, error);
  if (plan == NULL)
    return NULL;
  if (!rush_exec_is_local_table (plan))
    return take_from (self, plan, n < 0 ? -n : n, n < 0, error);
  batches = rush_query_collect_exec (self, plan, error);
  if (batches == NULL)
    return NULL;
  return n < 0 ? slice_rows (batches, MAX ((gint64)count_rows (batches) + n, 0), -1)
               : slice_rows (batches, 0, n);
}

GPtrArray *
rush_query_collect (RushQuery *self, const RushExecutionOptions *options, GError **error)
{
  return run (self, options, act_collect, 0, error);
}

GPtrArray *
rush_query_take (RushQuery *self, gint64 n, const RushExecutionOptions *options, GError **error)
{
  return run (self, options, act_take, n, error);
}

RushRdd *
rush_query_execute (RushQuery *self, RushExec *plan, GError **error)
{
  if (!rush_query_run_subqueries (self, plan, error))
    return NULL;
  if (rush_exec_is_adaptive (plan))
    return rush_adaptive_exec_rdd (plan, self, error);
  return rush_exec_prepare (plan, self, error) ? rush_exec_execute (plan, self, error) : NULL;
}

RushRdd *
rush_query_to_rdd (RushQuery *self, const RushExecutionOptions *options, GError **error)
{
  RushExecutionOptions none = { 0 };
  GError *failure = NULL;
  RushRdd *rows = NULL;
  RushExec *plan;

  rush_query_lock (self);
  plan = rush_query_executed_plan (self, error);
  if (plan != NULL)
    {
      gboolean begun = rush_execution_begin (self, plan, options != NULL ? options : &none,
                                             options != NULL && options->told);

      rows = rush_query_execute (self, plan, &failure);
      if (begun)
        rush_execution_end (self, failure);
      if (failure != NULL)
        g_propagate_error (error, failure);
    }
  rush_query_unlock (self);
  return rows;
}
