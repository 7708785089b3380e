/* sql_stats.c - events become records: what an execution of SQL has come to so far.
 *
 *     SQLExecutionStart            a record, and a counter for each metric of its plan
 *     SQLAdaptiveExecutionUpdate   another plan, with more metrics
 *     JobStart                     a job, which names its execution
 *     TaskEnd, DriverAccumUpdates  sums are added to the counters
 *     SQLExecutionEnd              the record may be forgotten, and the counters of its plan
 */
#include "core/event/sql_stats.h"

#include <pthread.h>
#include <string.h>

#define EXECUTION_ID "spark.sql.execution.id"

struct _RushSqlStats
{
  RushRefCount refs;
  guint retained;

  pthread_mutex_t lock;
  /* Guarded by lock. */
  GHashTable *executions; /* id → RushExecutionSummary (owned) */
  GQueue order;           /* RushExecutionSummary, oldest first */
  GHashTable *counters;   /* accumulator id → gint64 (owned) */
};

typedef struct
{
  RushListener base;
  RushSqlStats *stats; /* (owned) */
} StatsListener;

/* ---- counters ---- */

static gint64 *
find_counter (RushSqlStats *self, gint64 accumulator_id)
{
  return g_hash_table_lookup (self->counters, &accumulator_id);
}

static gint64 *
dup_id (gint64 id)
{
  gint64 *copy = g_new (gint64, 1);

  *copy = id;
  return copy;
}

typedef void (*OnMetric) (RushSqlStats *self, gint64 accumulator_id);

/* Every metric of the plan; plans are as deep as programs make them. */
static void
each_metric (RushSqlStats *self, const RushPlanInfo *plan, OnMetric func)
{
  g_autoptr (GPtrArray) rest = g_ptr_array_new ();

  g_ptr_array_add (rest, (gpointer)plan);
  while (rest->len > 0)
    {
      const RushPlanInfo *node = g_ptr_array_steal_index_fast (rest, rest->len - 1);

      for (guint i = 0; i < node->n_metrics; i++)
        func (self, node->metrics[i].accumulator_id);
      for (guint i = 0; i < node->n_children; i++)
        g_ptr_array_add (rest, node->children[i]);
    }
}

static void
begin_counter (RushSqlStats *self, gint64 accumulator_id)
{
  if (find_counter (self, accumulator_id) == NULL)
    g_hash_table_insert (self->counters, dup_id (accumulator_id), g_new0 (gint64, 1));
}

static void
forget_counter (RushSqlStats *self, gint64 accumulator_id)
{
  g_hash_table_remove (self->counters, &accumulator_id);
}

static void
add_to_counter (RushSqlStats *self, gint64 accumulator_id, gint64 value)
{
  gint64 *counter = find_counter (self, accumulator_id);

  if (counter != NULL)
    *counter += value;
}

/* ---- records ---- */

static RushExecutionSummary *
find_execution (RushSqlStats *self, gint64 id)
{
  return g_hash_table_lookup (self->executions, &id);
}

void
rush_execution_summary_free (RushExecutionSummary *self)
{
  g_free (self->description);
  g_free (self->error);
  g_array_unref (self->job_ids);
  rush_event_unref (self->event);
  g_free (self);
}

static void
forget_execution (RushSqlStats *self, GList *link)
{
  RushExecutionSummary *execution = link->data;
  gint64 id = execution->id;

  each_metric (self, execution->plan, forget_counter);
  g_queue_delete_link (&self->order, link);
  g_hash_table_remove (self->executions, &id);
}

static void
forget_old (RushSqlStats *self)
{
  GList *link = self->order.head;

  while (self->order.length > self->retained && link != NULL)
    {
      GList *next = link->next;

      if (((RushExecutionSummary *)link->data)->end_ms != 0)
        forget_execution (self, link);
      link = next;
    }
}

static void
set_plan (RushSqlStats *self, RushExecutionSummary *execution, RushEvent *event,
          const RushPlanInfo *plan)
{
  g_clear_pointer (&execution->event, rush_event_unref);
  execution->event = rush_event_ref (event);
  execution->plan = plan;
  each_metric (self, plan, begin_counter);
}

/* ---- events ---- */

static void
on_execution_start (RushSqlStats *self, RushEvent *event)
{
  const RushSqlExecutionStart *start = &event->sql_execution_start;
  RushExecutionSummary *execution = g_new0 (RushExecutionSummary, 1);

  execution->id = start->execution_id;
  execution->description = g_strdup (start->description != NULL ? start->description : "");
  execution->start_ms = start->time_ms;
  execution->job_ids = g_array_new (FALSE, FALSE, sizeof (gint));
  set_plan (self, execution, event, start->plan);
  g_hash_table_insert (self->executions, dup_id (execution->id), execution);
  g_queue_push_tail (&self->order, execution);
  forget_old (self);
}

static void
on_adaptive_update (RushSqlStats *self, RushEvent *event)
{
  RushExecutionSummary *execution = find_execution (self, event->sql_adaptive_update.execution_id);

  if (execution != NULL)
    set_plan (self, execution, event, event->sql_adaptive_update.plan);
}

static void
on_execution_end (RushSqlStats *self, const RushSqlExecutionEnd *end)
{
  RushExecutionSummary *execution = find_execution (self, end->execution_id);

  if (execution == NULL)
    return;
  execution->end_ms = MAX (end->time_ms, 1);
  if (end->error != NULL && *end->error != '\0')
    execution->error = g_strdup (end->error);
  forget_old (self);
}

static void
on_job_start (RushSqlStats *self, const RushJobStart *start)
{
  for (char **p = start->properties; p != NULL && p[0] != NULL; p += 2)
    if (strcmp (p[0], EXECUTION_ID) == 0)
      {
        RushExecutionSummary *execution = find_execution (self, g_ascii_strtoll (p[1], NULL, 10));

        if (execution != NULL)
          g_array_append_val (execution->job_ids, start->job_id);
        return;
      }
}

/* What a task counted that failed, or was one too many, does not count. */
static void
on_task_end (RushSqlStats *self, const RushTaskEnd *end)
{
  if (strcmp (end->reason, "Success") != 0)
    return;
  for (guint i = 0; i < end->accumulables->len; i++)
    {
      const RushAccumulable *sum = &g_array_index (end->accumulables, RushAccumulable, i);

      add_to_counter (self, sum->id, sum->update);
    }
}

static void
on_driver_updates (RushSqlStats *self, const RushDriverAccumUpdates *updates)
{
  for (guint i = 0; i < updates->n; i++)
    add_to_counter (self, updates->updates[i].accumulator_id, updates->updates[i].value);
}

/* Under the lock. */
static void
take_event (RushSqlStats *self, RushEvent *event)
{
  switch ((int)event->kind)
    {
    case RUSH_EVENT_SQL_EXECUTION_START:
      on_execution_start (self, event);
      break;
    case RUSH_EVENT_SQL_ADAPTIVE_UPDATE:
      on_adaptive_update (self, event);
      break;
    case RUSH_EVENT_SQL_EXECUTION_END:
      on_execution_end (self, &event->sql_execution_end);
      break;
    case RUSH_EVENT_JOB_START:
      on_job_start (self, &event->job_start);
      break;
    case RUSH_EVENT_TASK_END:
      on_task_end (self, &event->task_end);
      break;
    case RUSH_EVENT_DRIVER_ACCUM_UPDATES:
      on_driver_updates (self, &event->driver_accum_updates);
      break;
    default:
      break;
    }
}

static void
on_event (RushListener *listener, RushEvent *event)
{
  RushSqlStats *self = ((StatsListener *)listener)->stats;

  if (event->kind == RUSH_EVENT_TASK_END && event->task_end.accumulables == NULL)
    return; /* most tasks of RDDs: not worth a lock */
  pthread_mutex_lock (&self->lock);
  take_event (self, event);
  pthread_mutex_unlock (&self->lock);
}

/* ---- reading ---- */

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

  return (x > y) - (x < y);
}

GArray *
rush_sql_stats_execution_ids (RushSqlStats *self)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  pthread_mutex_lock (&self->lock);
  for (GList *link = self->order.head; link != NULL; link = link->next)
    g_array_append_val (ids, ((RushExecutionSummary *)link->data)->id);
  pthread_mutex_unlock (&self->lock);
  g_array_sort (ids, compare_ids);
  return ids;
}

RushExecutionSummary *
rush_sql_stats_execution (RushSqlStats *self, gint64 id)
{
  RushExecutionSummary *copy = NULL;
  const RushExecutionSummary *execution;

  pthread_mutex_lock (&self->lock);
  execution = find_execution (self, id);
  if (execution != NULL)
    {
      copy = g_new (RushExecutionSummary, 1);
      *copy = *execution;
      copy->description = g_strdup (execution->description);
      copy->error = g_strdup (execution->error);
      copy->job_ids = g_array_copy (execution->job_ids);
      copy->event = rush_event_ref (execution->event);
    }
  pthread_mutex_unlock (&self->lock);
  return copy;
}

gboolean
rush_sql_stats_metric (RushSqlStats *self, gint64 accumulator_id, gint64 *out)
{
  const gint64 *counter;

  pthread_mutex_lock (&self->lock);
  counter = find_counter (self, accumulator_id);
  if (counter != NULL)
    *out = *counter;
  pthread_mutex_unlock (&self->lock);
  return counter != NULL;
}

/* ---- the object ---- */

static void
listener_free (RushListener *listener)
{
  rush_sql_stats_unref (((StatsListener *)listener)->stats);
  g_free (listener);
}

static const RushListenerClass listener_class = { "sql stats", on_event, NULL, listener_free };

RushListener *
rush_sql_stats_listener (RushSqlStats *self)
{
  StatsListener *listener = g_new0 (StatsListener, 1);

  listener->base.klass = &listener_class;
  listener->stats = rush_sql_stats_ref (self);
  return &listener->base;
}

RushSqlStats *
rush_sql_stats_ref (RushSqlStats *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_sql_stats_unref (RushSqlStats *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_queue_clear (&self->order);
  g_hash_table_unref (self->executions);
  g_hash_table_unref (self->counters);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RushSqlStats *
rush_sql_stats_new (guint retained)
{
  RushSqlStats *self;

  g_return_val_if_fail (retained > 0, NULL);
  self = g_new0 (RushSqlStats, 1);
  rush_ref_count_init (&self->refs);
  self->retained = retained;
  pthread_mutex_init (&self->lock, NULL);
  g_queue_init (&self->order);
  self->executions = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                            (GDestroyNotify)rush_execution_summary_free);
  self->counters = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  return self;
}
