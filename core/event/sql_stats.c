/* sql_stats.c - events become records: what an execution of SQL has come to so far.
 *
 *     SQLExecutionStart            a record, and a counter for each metric of its plan
 *     SQLAdaptiveExecutionUpdate   another plan, with more metrics
 *     JobStart                     a job, which names its execution, and its stages
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
  GHashTable *executions; /* id → ExecutionRecord (owned) */
  GQueue order;           /* ExecutionRecord, oldest first */
  GHashTable *by_stage;   /* stage id → the record whose job ran it last */
  GHashTable *by_metric;  /* accumulator id (owned) → the newest record that counts it */
};

typedef struct
{
  RushExecutionSummary *summary; /* (owned) */
  GHashTable *counters;          /* accumulator id (owned) → gint64 (owned), of all its plans */
  GArray *stages;                /* gint */
} ExecutionRecord;

typedef struct
{
  RushListener base;
  RushSqlStats *stats; /* (owned) */
} StatsListener;

/* ---- counters ---- */

static gint64 *
dup_id (gint64 id)
{
  gint64 *copy = g_new (gint64, 1);

  *copy = id;
  return copy;
}

/* A plan that runs again counts from zero: its operators are the same, the execution is not. */
static void
begin_counter (RushSqlStats *self, ExecutionRecord *execution, gint64 accumulator_id)
{
  if (g_hash_table_contains (execution->counters, &accumulator_id))
    return;
  g_hash_table_insert (execution->counters, dup_id (accumulator_id), g_new0 (gint64, 1));
  g_hash_table_insert (self->by_metric, dup_id (accumulator_id), execution);
}

static void
add_to_counter (ExecutionRecord *execution, gint64 accumulator_id, gint64 value)
{
  gint64 *counter = g_hash_table_lookup (execution->counters, &accumulator_id);

  if (counter != NULL)
    *counter += value;
}

/* For every metric of the plan; plans are as deep as programs make them. */
static void
begin_counters (RushSqlStats *self, ExecutionRecord *execution, const RushPlanInfo *plan)
{
  g_autoptr (GPtrArray) rest = g_ptr_array_new ();

  g_ptr_array_add (rest, (gpointer)plan);
  while (rest->len > 0)
    {
      const RushPlanInfo *node = g_ptr_array_steal_index_fast (rest, rest->len - 1);

      for (guint i = 0; i < node->n_metrics; i++)
        begin_counter (self, execution, node->metrics[i].accumulator_id);
      for (guint i = 0; i < node->n_children; i++)
        g_ptr_array_add (rest, node->children[i]);
    }
}

/* ---- records ---- */

static ExecutionRecord *
find_execution (RushSqlStats *self, gint64 id)
{
  return g_hash_table_lookup (self->executions, &id);
}

void
rush_execution_summary_free (RushExecutionSummary *self)
{
  g_free (self->description);
  g_free (self->place);
  g_free (self->error);
  g_array_unref (self->job_ids);
  rush_event_unref (self->event);
  g_free (self);
}

static void
record_free (ExecutionRecord *self)
{
  rush_execution_summary_free (self->summary);
  g_hash_table_unref (self->counters);
  g_array_unref (self->stages);
  g_free (self);
}

/* The indexes know it no more; what a newer one has taken over stays. */
static void
leave_indexes (RushSqlStats *self, const ExecutionRecord *execution)
{
  GHashTableIter iter;
  gpointer metric;

  g_hash_table_iter_init (&iter, execution->counters);
  while (g_hash_table_iter_next (&iter, &metric, NULL))
    if (g_hash_table_lookup (self->by_metric, metric) == execution)
      g_hash_table_remove (self->by_metric, metric);
  for (guint i = 0; i < execution->stages->len; i++)
    {
      gpointer stage = GINT_TO_POINTER (g_array_index (execution->stages, gint, i));

      if (g_hash_table_lookup (self->by_stage, stage) == execution)
        g_hash_table_remove (self->by_stage, stage);
    }
}

static void
forget_execution (RushSqlStats *self, GList *link)
{
  ExecutionRecord *execution = link->data;
  gint64 id = execution->summary->id;

  leave_indexes (self, execution);
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

      if (((ExecutionRecord *)link->data)->summary->end_ms != 0)
        forget_execution (self, link);
      link = next;
    }
}

static void
set_plan (RushSqlStats *self, ExecutionRecord *execution, RushEvent *event,
          const RushPlanInfo *plan)
{
  RushExecutionSummary *summary = execution->summary;

  g_clear_pointer (&summary->event, rush_event_unref);
  summary->event = rush_event_ref (event);
  summary->plan = plan;
  begin_counters (self, execution, plan);
}

/* ---- events ---- */

static void
on_execution_start (RushSqlStats *self, RushEvent *event)
{
  const RushSqlExecutionStart *start = &event->sql_execution_start;
  ExecutionRecord *execution = g_new (ExecutionRecord, 1);
  RushExecutionSummary *summary = g_new0 (RushExecutionSummary, 1);

  *execution = (ExecutionRecord){
    .summary = summary,
    .counters = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free),
    .stages = g_array_new (FALSE, FALSE, sizeof (gint)),
  };
  summary->id = start->execution_id;
  summary->description = g_strdup (start->description != NULL ? start->description : "");
  summary->place = g_strdup (start->place);
  summary->start_ms = start->time_ms;
  summary->job_ids = g_array_new (FALSE, FALSE, sizeof (gint));
  set_plan (self, execution, event, start->plan);
  g_hash_table_insert (self->executions, dup_id (summary->id), execution);
  g_queue_push_tail (&self->order, execution);
  forget_old (self);
}

static void
on_adaptive_update (RushSqlStats *self, RushEvent *event)
{
  ExecutionRecord *execution = find_execution (self, event->sql_adaptive_update.execution_id);

  if (execution != NULL)
    set_plan (self, execution, event, event->sql_adaptive_update.plan);
}

static void
on_execution_end (RushSqlStats *self, const RushSqlExecutionEnd *end)
{
  ExecutionRecord *execution = find_execution (self, end->execution_id);

  if (execution == NULL)
    return;
  execution->summary->end_ms = MAX (end->time_ms, 1);
  if (end->error != NULL && *end->error != '\0')
    execution->summary->error = g_strdup (end->error);
  forget_old (self);
}

static ExecutionRecord *
execution_of_job (RushSqlStats *self, const RushJobStart *start)
{
  for (char **p = start->properties; p != NULL && p[0] != NULL; p += 2)
    if (strcmp (p[0], EXECUTION_ID) == 0)
      return find_execution (self, g_ascii_strtoll (p[1], NULL, 10));
  return NULL;
}

/* A stage that an earlier execution has run, and that is there already, may be named again. */
static void
on_job_start (RushSqlStats *self, const RushJobStart *start)
{
  ExecutionRecord *execution = execution_of_job (self, start);

  if (execution == NULL)
    return;
  g_array_append_val (execution->summary->job_ids, start->job_id);
  for (guint i = 0; i < start->n_stages; i++)
    {
      gint stage = start->stages[i]->stage_id;

      g_array_append_val (execution->stages, stage);
      g_hash_table_insert (self->by_stage, GINT_TO_POINTER (stage), execution);
    }
}

/* What a task counted that failed, or was one too many, does not count. */
static void
on_task_end (RushSqlStats *self, const RushTaskEnd *end)
{
  ExecutionRecord *execution =
      g_hash_table_lookup (self->by_stage, GINT_TO_POINTER (end->stage_id));

  if (execution == NULL || strcmp (end->reason, "Success") != 0)
    return;
  for (guint i = 0; i < end->accumulables->len; i++)
    {
      const RushAccumulable *sum = &g_array_index (end->accumulables, RushAccumulable, i);

      add_to_counter (execution, sum->id, sum->update);
    }
}

static void
on_driver_updates (RushSqlStats *self, const RushDriverAccumUpdates *updates)
{
  ExecutionRecord *execution = find_execution (self, updates->execution_id);

  for (guint i = 0; execution != NULL && i < updates->n; i++)
    add_to_counter (execution, updates->updates[i].accumulator_id, updates->updates[i].value);
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
    g_array_append_val (ids, ((ExecutionRecord *)link->data)->summary->id);
  pthread_mutex_unlock (&self->lock);
  g_array_sort (ids, compare_ids);
  return ids;
}

RushExecutionSummary *
rush_sql_stats_execution (RushSqlStats *self, gint64 id)
{
  RushExecutionSummary *copy = NULL;
  const ExecutionRecord *execution;

  pthread_mutex_lock (&self->lock);
  execution = find_execution (self, id);
  if (execution != NULL)
    {
      copy = g_new (RushExecutionSummary, 1);
      *copy = *execution->summary;
      copy->description = g_strdup (copy->description);
      copy->place = g_strdup (copy->place);
      copy->error = g_strdup (copy->error);
      copy->job_ids = g_array_copy (copy->job_ids);
      copy->event = rush_event_ref (copy->event);
    }
  pthread_mutex_unlock (&self->lock);
  return copy;
}

gboolean
rush_sql_stats_metric (RushSqlStats *self, gint64 execution_id, gint64 accumulator_id, gint64 *out)
{
  const ExecutionRecord *execution;
  const gint64 *counter = NULL;

  pthread_mutex_lock (&self->lock);
  execution = execution_id >= 0 ? find_execution (self, execution_id)
                                : g_hash_table_lookup (self->by_metric, &accumulator_id);
  if (execution != NULL)
    counter = g_hash_table_lookup (execution->counters, &accumulator_id);
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
  g_hash_table_unref (self->by_stage);
  g_hash_table_unref (self->by_metric);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RushSqlStats *
rush_sql_stats_new (guint retained)
{
  RushSqlStats *self = g_new0 (RushSqlStats, 1);

  rush_ref_count_init (&self->refs);
  self->retained = retained;
  pthread_mutex_init (&self->lock, NULL);
  g_queue_init (&self->order);
  self->executions =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)record_free);
  self->by_stage = g_hash_table_new (NULL, NULL);
  self->by_metric = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return self;
}
